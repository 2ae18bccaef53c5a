"""Pickled and deep-copied graphs: right, independent, still shared inside, and however deep."""

import copy
import pickle
from fractions import Fraction

import pytest

from micrograd_lr import Value, dot, exp, log, sigmoid
from micrograd_lr import sum as node_sum
from micrograd_lr.copying import _being_pickled
from micrograd_lr.logistic import OneExample


def through_pickle(x):
    return pickle.loads(pickle.dumps(x))


def through_python_pickle(x):
    return pickle._loads(pickle._dumps(x))


COPIES = [copy.deepcopy, through_pickle, through_python_pickle]


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_is_right_and_independent(copied):
    w, x = Value(0.5, "w"), Value(2.0, "x")
    root = log(sigmoid(dot([w, 3.0], [x, w]) + 1) * w) / exp(x)
    root.backward()
    twin = copied(root)
    assert repr(twin) == repr(root)
    assert twin.partials == root.partials
    assert twin.operands[0].operands[0].op is root.operands[0].operands[0].op
    w.data = 100.0
    root_grad = w.grad
    w.grad = None
    twin.backward()
    copies = [v for v in _all(twin) if v.label == "w"]
    assert len(copies) == 1
    assert (copies[0].data, copies[0].grad, w.grad) == (0.5, root_grad, None)


def _all(root):
    from micrograd_lr.order import topological

    return topological(root)


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("first", ["leaf", "root"])
def test_nodes_copied_together_stay_together(copied, first):
    z = Value(2.0, "z")
    a = sigmoid(z)
    loss = -log(a)
    if first == "leaf":
        z2, a2, loss2 = copied((z, a, loss))
    else:
        loss2, a2, z2 = copied((loss, a, z))
    loss2.backward()
    loss.backward()
    assert (a2.grad, z2.grad) == (a.grad, z.grad)
    one = copied(OneExample([0.5], -1, [2.0], 1))
    one.L.backward()
    assert (one.w[0].grad, one.b.grad, one.a.grad) == (-1.0, -0.5, -2.0)


@pytest.mark.parametrize("copied", COPIES[:2])
def test_other_numbers_and_wide_nodes(copied):
    leaves = [Value(Fraction(i, 3)) for i in range(4)]
    root = node_sum([*leaves, 1, leaves[0]])
    twin = copied(root)
    twin.backward()
    assert twin.data == root.data == Fraction(3)
    assert [v.grad for v in twin.operands[:2]] == [2, 1]
    assert twin.operands[0] is twin.operands[5]


def test_a_shallow_copy_shares_its_operands():
    v = Value(2.0)
    node = v * v
    twin = copy.copy(node)
    twin.backward()
    assert twin is not node
    assert (twin.operands, v.grad, node.grad) == ((v, v), 4.0, None)


def test_a_failed_pickle_leaves_nothing_behind():
    a = Value(2.0)
    a.label = lambda: "cannot be pickled"
    root = exp(a * a) + 1
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(root)
    assert not _being_pickled.nodes
    a.label = "a"
    assert through_pickle(root).data == root.data
    assert not _being_pickled.nodes


@pytest.mark.parametrize("copied", COPIES[:2])
def test_any_depth(copied):
    node = start = Value(1.0, "start")
    for _ in range(20_000):
        node = node + 1.0
    twin = copied(node)
    twin.backward()
    assert twin.data == 20_001.0
    assert start.grad is None
