"""Losses made at random: every backend, and the JavaScript of the page, against the engine."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from javascript import run_in_node
from losses import BACKENDS, as_text, assert_agree, eagerly
from losses_of_matrices import by_the_engine

import micrograd_lr
from micrograd_lr import OPS, Value, dot, logistic_loss, sigmoid, tanh, value_and_grad
from micrograd_lr import sum as node_sum
from micrograd_lr.compiler.codegen_javascript import javascript
from micrograd_lr.engine.order import topological

# Of what each function is taken, so that it is defined and no rounding grows.
INSIDE = {"exp": lambda v: v * 0.1, "log": lambda v: v * v + 1, "tanh": lambda v: v, "relu": lambda v: v}
UNARY = sorted(name for name, op in OPS.items() if op.arity == 1 and hasattr(micrograd_lr, name))
OPERATIONS = st.sampled_from([*UNARY, "+", "-", "*", "/", "neg", "square", "loss"])
LINES = st.lists(st.tuples(OPERATIONS, st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8)


def unary(name, v):
    return getattr(micrograd_lr, name)(INSIDE.get(name, tanh)(v))


def random_loss(lines):
    def loss(w, b, x, y):
        values = [dot(w, x), b, y, x[0], w[-1]]
        for op, i, j in lines:
            p, q = values[i % len(values)], values[j % len(values)]
            values.append(
                unary(op, p) if op in UNARY else p + q if op == "+" else p - q if op == "-" else p * q if op == "*"
                else p / (q * q + 1.0) if op == "/" else -p if op == "neg" else p**2 if op == "square"
                else logistic_loss(p, sigmoid(q))
            )  # fmt: skip
        return tanh(values[-1]) + 0.0 * b

    return loss


SMALL = {
    "w": np.array([0.3, -0.7]), "b": 0.2, "x": np.array([[0.5, -1.0, 2.0], [1.5, 0.3, -0.2]]),
    "y": np.array([1.0, 0.0, 1.0]),
}  # fmt: skip


@pytest.mark.slow
@settings(max_examples=80)
@given(LINES, st.integers(1, 3), st.sampled_from(["f8", "f4", ">f4", "f2"]))
def test_random_losses(lines, n, kind):
    loss = random_loss(lines)
    data = {"w": np.cos(np.arange(n)), "b": 0.2, "x": np.sin(np.arange(3.0 * n) + 0.5).reshape(n, 3).astype(kind),
            "y": np.array([1.0, 0.0, 0.3], kind)}  # fmt: skip
    expected = eagerly(loss, data)
    for backend in ("numpy", "python"):
        assert_agree(value_and_grad(loss, backend=backend, stable=False)(**data), expected, rel=1e-13)


def random_loss_of_matrices(lines):
    """Of lists of values, one for each row: what one unit has, the next has too."""

    def loss(W, V, b, x, y):
        h = [dot(row, x) + c for row, c in zip(W, b)]
        lists = [h, [tanh(v) for v in h], b, [node_sum(row) for row in W], [dot(row, h) for row in V], [*y]]
        for op, i, j in lines:
            p, q = lists[i % len(lists)], lists[j % len(lists)]
            lists.append(
                [unary(op, v) for v in p] if op in UNARY else [v + u for v, u in zip(p, q)] if op == "+"
                else [v - u for v, u in zip(p, q)] if op == "-" else [v * tanh(u) for v, u in zip(p, q)] if op == "*"
                else [v / (node_sum([u * u for u in q]) + 1.0) for v in p] if op == "/" else [-v for v in p[:-1]]
                if op == "neg" and len(p) > 1 else [v**2 for v in p] if op in ("neg", "square")
                else [logistic_loss(v, sigmoid(u)) for v, u in zip(p, q)]
            )  # fmt: skip
        p, q = lists[-2:]
        return tanh(node_sum(q)) + tanh(0.1 * dot(p[: len(q)], q[: len(p)])) + 0.0 * b[0]

    return loss


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(LINES, st.integers(2, 5), st.integers(2, 5))
def test_random_losses_of_matrices(lines, k, n):
    loss = random_loss_of_matrices(lines)
    given = {"W": np.cos(np.arange(k * n)).reshape(k, n), "V": np.sin(np.arange(k * k)).reshape(k, k),
             "b": np.cos(np.arange(k)), "x": np.sin(np.arange(2.0 * n) + 0.5).reshape(n, 2),
             "y": (np.arange(2.0 * k).reshape(k, 2) % 3) / 2}  # fmt: skip
    expected = by_the_engine(loss, given)
    with as_text():
        for backend in BACKENDS:
            assert_agree(value_and_grad(loss, backend=backend, stable=False)(**given), expected, rel=1e-12)
        rows = given | {name: np.asfortranarray(given[name]) for name in "xy"}
        assert_agree(value_and_grad(loss, backend="numba", stable=False)(**rows), expected, rel=1e-12)


def three_in_one(programs):
    """A loss of three random ones, and its arguments: node takes its time to start."""
    losses = [random_loss(lines) for lines in programs]

    def loss(u, v, w, b, x, y):
        return 1.0 * losses[0](u, b, x, y) + 0.5 * losses[1](v, b, x, y) + 0.25 * losses[2](w, b, x, y)

    return loss, {"u": SMALL["w"], "v": SMALL["w"] + 0.125, **SMALL, "w": -SMALL["w"]}


@pytest.mark.slow
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(LINES)
def test_random_losses_are_compiled(lines):
    loss = random_loss(lines)
    graph = value_and_grad(loss, backend="numba", stable=False)
    assert_agree(graph(**SMALL), eagerly(loss, SMALL), rel=1e-13)
    single = SMALL | {name: np.asfortranarray(SMALL[name], dtype="f4") for name in "xy"}
    assert_agree(graph(**single), eagerly(loss, single), rel=1e-13)


@pytest.mark.slow
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, min_size=3, max_size=3))
def test_random_losses_in_numba_and_in_javascript(programs):
    loss, arguments = three_in_one(programs)
    expected = eagerly(loss, arguments)
    with as_text():
        graph = value_and_grad(loss, backend="numba", stable=False)
        assert_agree(graph(**arguments), expected, rel=1e-13)
        ordered = arguments | {name: np.asfortranarray(arguments[name]) for name in "xy"}
        assert_agree(graph(**ordered), expected, rel=1e-13)
        one = {name: value[:1] if name in "uvwx" else value for name, value in arguments.items()}
        assert_agree(graph(**one), eagerly(loss, one), rel=1e-13)

    leaves = {name: Value(0.2) if name == "b" else [*map(Value, arguments[name])] for name in "uvwb"}
    examples = [{"x": [float(v) for v in x], "y": float(y)} for x, y in zip(SMALL["x"].T, SMALL["y"])]
    root = node_sum([loss(**leaves, **example) for example in examples])
    ids = {node: f"n{i}" for i, node in enumerate(topological(root))}
    data = {id: node.data for node, id in ids.items() if node.op is None}
    found = run_in_node(f"{javascript(root)}\nconsole.log(JSON.stringify(compute({json.dumps(data)})))")
    slopes = {
        name: np.array([found["gradients"].get(ids.get(leaf), 0.0) for leaf in np.ravel(value)]).reshape(
            np.shape(value)
        )
        for name, value in leaves.items()
    }
    assert_agree((found["values"][ids[root]], slopes), expected, rel=1e-13)
