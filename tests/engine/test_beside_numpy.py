"""A `Value` where an array is expected: NumPy's numbers compute with it, and everything else names the remedy."""

import numpy as np
import pytest

from micrograd_lr import Value, dot

V, W = Value(3.0, "v"), Value(2.0, "w")


@pytest.mark.parametrize("scalar", [np.float64(2), np.float32(2), np.int64(2)])
def test_numbers_of_numpy_on_the_left(scalar):
    found = scalar + V, scalar - V, scalar * V, scalar / V, scalar**V
    assert [type(node) for node in found] == [Value] * 5
    assert [node.data for node in found] == [5.0, -1.0, 6.0, 2 / 3, 8.0]
    assert (scalar < V, scalar <= V, scalar > V, scalar >= V) == (True, True, False, False)
    assert bool(scalar == V) is False
    assert bool(scalar != V) is True
    assert all(type(node.data) is float for node in found)


def test_nodes_are_equal_to_themselves_only():
    assert np.equal(V, V) is True
    assert np.not_equal(V, W) is True
    assert not np.array([3.0]) == V  # noqa: SIM201


@pytest.mark.parametrize(
    ("run", "remedy"),
    [
        (lambda: np.log(V), r"NumPy's log does not take a Value, .*Use micrograd_lr\.log\(v\)\."),
        (lambda: np.exp(V), r"Use micrograd_lr\.exp\(v\)\."),
        (lambda: np.tanh(V * 2), r"Use micrograd_lr\.tanh\(v\)\."),
        (lambda: np.sqrt(V), r"Use v\*\*0\.5\."),
        (lambda: np.abs(V), r"Use abs\(v\)\."),
        (lambda: np.maximum(V, 0), r"Use micrograd_lr\.relu\(v\)\."),
        (lambda: np.sin(V), r"NumPy's sin does not take a Value.*Use the functions of micrograd_lr\."),
        (lambda: np.float64(7) // V, "NumPy's floor_divide"),
        (lambda: np.sum(V), r"Use micrograd_lr\.sum\(values\)\."),
        (lambda: np.array([1.0, 2.0]) @ V, r"Use micrograd_lr\.dot\(w, x\)\."),
        (lambda: np.array([1.0, 2.0]) * V, r"Make one Value per number: \[Value\(v\) for v in data\]"),
        (lambda: np.array(2.0) * V, "Make one Value per number"),
        (lambda: np.True_ - V, r"one real number, not np\.True_"),
        (lambda: np.add(1.0, V, out=np.zeros(1)), r"NumPy's add"),
        (lambda: V @ [1.0], r"w @ x multiplies vectors, .*Use micrograd_lr\.dot\(w, x\)\."),
        (lambda: [1.0] @ V, r"Use micrograd_lr\.dot\(w, x\)\."),
        (lambda: V @ W, r"Use micrograd_lr\.dot\(w, x\)\."),
    ],
)
def test_functions_and_arrays_of_numpy_name_the_remedy(run, remedy):
    with pytest.raises(TypeError, match=remedy):
        run()


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("sum", r"a Value is one number, and has no sum\(\)\. Use micrograd_lr\.sum\(values\) with a list of Values\."),
        ("mean", r"micrograd_lr\.sum\(values\) / len\(values\)"),
        ("dot", r"micrograd_lr\.dot\(w, x\)"),
        ("sqrt", r"v\*\*0\.5"),
        ("item", r"v\.data"),
    ],
)
def test_methods_of_arrays_name_the_remedy(name, remedy):
    with pytest.raises(AttributeError, match=remedy):
        getattr(W * V, name)()
    assert not hasattr(V, name)


def test_arrays_of_nodes_compute():
    nodes = np.array([V, W])
    assert [node.data for node in nodes * np.float64(2)] == [6.0, 4.0]
    assert np.exp(nodes)[0].op.name == "exp"
    assert (np.dot(nodes, [2.0, 3.0]).data, np.sum(nodes).data, np.mean([V, W]).data) == (12.0, 5.0, 2.5)
    assert dot(nodes, [2.0, 3.0]).data == 12.0
