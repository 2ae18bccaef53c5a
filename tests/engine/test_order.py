"""The two orders of a graph."""

import inspect
import random

import pytest

from micrograd_lr import OPS, Expression, Value, dot
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.backward import sweep
from micrograd_lr.engine.order import topological, users_first
from micrograd_lr.engine.pickling import deep_copied


class Logged(Value):
    """A node that writes down when it was first paid."""

    __slots__ = ("sums",)
    log: list[Value] = []  # noqa: RUF012

    @property
    def _grad(self):
        return self.sums

    @_grad.setter
    def _grad(self, grad):
        if grad is not None:
            self.sums = grad
            self.log.append(self)


def random_graph(seed):
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(0.5, 2.0)) for _ in range(4)]
    for _ in range(rng.randint(1, 40)):
        a, b, c = (rng.choice(nodes) for _ in range(3))
        nodes.append(rng.choice([a + b, a * b, a - 0.5, 2.0 * a, -a, node_sum([a, b, c]), dot([a, b], [c, 1.5])]))
    return nodes[-1]


@pytest.mark.parametrize("seed", range(30))
def test_each_node_comes_once_and_on_the_right_side_of_its_operands(seed):
    root = random_graph(seed)
    up, down = topological(root), users_first(root)
    assert len(up) == len(set(up)) == len(down)
    assert set(up) == set(down)
    assert up[-1] is down[0] is root
    for order, sign in ((up, 1), (down, -1)):
        place = {node: i for i, node in enumerate(order)}
        assert all((place[node] - place[x]) * sign > 0 for node in order for x in node.nodes)
    for node in up:
        assert node._level == (1 + max(x._level for x in node.nodes) if node.nodes else 0)


@pytest.mark.parametrize("seed", range(30))
def test_users_first_is_the_order_in_which_the_sweep_finds_the_nodes(seed):
    root = deep_copied(random_graph(seed), {}, Logged)
    Logged.log.clear()
    sweep(root)
    found = [*dict.fromkeys(Logged.log)]
    assert sorted(found, key=lambda node: -node._level) == users_first(root)


def test_the_slides_loss_from_the_loss_to_the_parameters():
    L = Expression("z = w*x + b; a = sigmoid(z); L = -(y*log(a) + (1 - y)*log(1 - a))")(w=0.5, x=2.0, b=-1.0, y=1.0)
    names = [node.label or str(node.op) for node in users_first(L)]
    assert names == ["L", "add", "mul", "mul", "log", "log", "sub", "a", "z", "sub", "mul", "y", "b", "w", "x"]


def test_partials_that_are_the_same_everywhere_stand_in_the_row():
    constant = {name: op.constant for name, op in OPS.items() if op.constant}
    assert constant == {"add": (1, 1), "sub": (1, -1), "neg": (-1,)}
    for name, partials in constant.items():
        assert OPS[name].partials(None, *partials) == partials


def test_a_value_is_made_of_a_number_and_a_label():
    assert [*inspect.signature(Value).parameters] == ["data", "label"]
    with pytest.raises(TypeError, match=r"^Value\(\) missing 1 required positional argument: 'data'$"):
        Value()
    v = Value(data=2, label="v")
    assert (v.data, v.label, v.grad, v.op, v.operands, v.nodes) == (2.0, "v", None, None, (), ())
    assert Value(1.0).label == ""
    v.grad = 0.5
    assert v.grad == 0.5
    v.grad = None
    assert v.grad is None
