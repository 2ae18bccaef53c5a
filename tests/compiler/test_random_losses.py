"""Losses made at random: every backend, and the JavaScript of the page, against the engine."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from javascript import run_in_node
from losses import as_text, assert_agree, eagerly

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
