"""The fast sweep does what reverse mode is by its definition, bit for bit."""

import math
import random
import struct
from decimal import Decimal
from fractions import Fraction

import pytest
from losses import literal

from micrograd_lr import OPS, Value, number_type
from micrograd_lr.engine import backward
from micrograd_lr.engine.backward import ONE, accumulate, gradients, payments
from micrograd_lr.engine.order import topological, users_first
from micrograd_lr.formulas.text import Text

ANY_NUMBER_OF = {"sum": 3, "dot": 4}  # operands, where an op takes any number of them
EXACT = ["add", "sub", "mul", "div", "neg", "sum", "dot", "relu", "abs"]


def random_root(seed, number, names):
    """A graph in which nodes are used again and again, with plain numbers among the operands, and all of it finite."""
    rng = random.Random(seed)
    nodes = [Value(number(rng)) for _ in range(4)]
    for _ in range(40):
        op = OPS[rng.choice(names)]
        operands = [rng.choice(nodes) for _ in range(op.arity or ANY_NUMBER_OF[op.name])]
        if len(operands) > 1 and rng.random() < 0.3:
            operands[rng.randrange(len(operands))] = 1.0 if isinstance(nodes[0].data, float) else 1
        if not any(isinstance(x, Value) for x in operands):
            continue
        try:
            node = op(*operands)
            fits = all(abs(x) < 1e6 for x in (node.data, *node.partials))
        except (ArithmeticError, ValueError):
            continue
        if fits:
            nodes.append(node)
    total = OPS["sum"](*nodes)
    return total * nodes[-1]


def bits(x):
    return struct.pack("<d", x) if isinstance(x, float) else (type(x), x.as_tuple() if isinstance(x, Decimal) else x)


def differences(root):
    """The nodes whose gradient is another one after the sweep than by the definition."""
    root.backward()
    return [node for node, grad in gradients(root).items() if bits(node.grad) != bits(grad)]


@pytest.mark.unwatched
@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize(
    ("number", "names"),
    [
        (lambda rng: rng.uniform(-2, 2), sorted(OPS)),
        (lambda rng: Fraction(rng.randint(-9, 9), rng.randint(1, 9)), EXACT),
        (lambda rng: Decimal(rng.randint(-9 * 10**40, 9 * 10**40)).scaleb(-40), [*EXACT, "exp", "sin"]),
    ],
    ids=["float", "Fraction", "Decimal"],
)
def test_the_sweep_is_the_definition_bit_for_bit(seed, number, names):
    root = random_root(seed, number, names)
    assert len(gradients(root)) == len(topological(root))
    assert differences(root) == []


def test_the_slides_loss_and_symbols_too():
    w, b = [Value(0.3), Value(-0.7)], Value(0.1)
    J = sum(literal(w, b, [x, -x * x], y) for x, y in ((0.5, 1.0), (-1.5, 0.0), (2.5, 0.25)))
    assert differences(J) == []
    v = Value(Text("v"))
    root = v * v + OPS["sigmoid"](v) * 2 - v
    root.backward()
    assert str(v.grad) == str(gradients(root)[v])


@pytest.mark.parametrize(
    "spoilt", [lambda grad, partial: grad * partial * (1 + 2e-16), lambda grad, partial: 0.0 + partial * grad]
)
def test_another_way_to_pay_is_noticed(monkeypatch, spoilt):
    """A last bit, or a sign of zero."""
    monkeypatch.setattr(backward, "times", spoilt)
    roots = [random_root(seed, lambda rng: rng.uniform(-2, 2), sorted(OPS)) for seed in range(20)]
    assert any(differences(root) for root in [*roots, -(Value(1.0) * Value(0.0))])


def test_what_is_paid_along_every_edge():
    x, y = Value(2.0), Value(3.0)
    product = x * y
    root = product * x
    edges = [*payments(users_first(root), 1.0, backward.edges_of)]
    assert edges == [
        (root, product, 1.0, 2.0, 2.0, 2.0),
        (root, x, 1.0, 6.0, 6.0, 6.0),
        (product, x, 2.0, 3.0, 6.0, 12.0),
        (product, y, 2.0, 2.0, 4.0, 4.0),
    ]
    assert gradients(root) == {root: 1.0, product: 2.0, x: 12.0, y: 4.0}


def test_reverse_mode_needs_no_nodes():
    """It is about any graph: here of names, by a sum over paths."""
    graph = {"L": [("a", 2), ("b", ONE)], "a": [("x", 5)], "b": [("x", 7), ("y", ONE)]}
    assert accumulate(["L", "a", "b", "x", "y"], ONE, lambda name: graph.get(name, [])) == {
        "L": 1, "a": 2, "b": 1, "x": 2 * 5 + 7, "y": 1
    }  # fmt: skip
    assert accumulate([], ONE, lambda name: []) == {}


def test_nothing_is_rounded_where_the_partial_is_one():
    long = Decimal("1.0000000000000000000000000000000000000001")
    x = Value(Decimal(2))
    assert accumulate(users_first(x + Decimal(3)), long, backward.edges_of)[x] == long
    assert accumulate(users_first(-x), long, backward.edges_of)[x] == -long * 1


class NoSum(float):
    """A number that is not added to another one of its kind, although it is multiplied."""

    def __mul__(self, other):
        return NoSum(float(self) * float(other))

    __rmul__ = __mul__

    def __add__(self, other):
        if isinstance(other, NoSum):
            raise TypeError("these are not added")
        return NoSum(float(self) + float(other))


def test_an_error_of_the_numbers_themselves_is_passed_on():
    number_type(NoSum, exp=math.exp, log=math.log)
    x = Value(NoSum(2.0))
    assert type(x.data) is NoSum
    root = x * x
    with pytest.raises(TypeError, match=r"^these are not added$"):
        root.backward()
    assert (root.grad, x.grad) == (None, None)
