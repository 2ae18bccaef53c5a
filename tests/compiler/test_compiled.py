"""`value_and_grad`: every backend against the eager engine, the closed form, and 50-digit truth."""

import ast
import json
import math
import os
import random
import subprocess
import sys
import threading
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from javascript import run_in_node
from truth import mp

from micrograd_lr import (
    TraceError,
    Value,
    dot,
    exp,
    gradient,
    hessian,
    log,
    logistic,
    logistic_loss,
    relu,
    sigmoid,
    tanh,
    value_and_grad,
)
from micrograd_lr import sum as node_sum
from micrograd_lr.compiler import compiled, threads
from micrograd_lr.compiler import load as generated
from micrograd_lr.compiler import numba_math as vectorised
from micrograd_lr.compiler.codegen_javascript import javascript
from micrograd_lr.compiler.codegen_numba import numba_source
from micrograd_lr.compiler.codegen_numpy import numpy_source
from micrograd_lr.compiler.codegen_python import python_source
from micrograd_lr.compiler.names import NUMBERED, TAKEN
from micrograd_lr.compiler.symbols import in_order
from micrograd_lr.compiler.tracing import recorded
from micrograd_lr.engine.order import topological

BACKENDS = ["numba", "numpy", "python"]
RNG = np.random.default_rng(0)


def fused(w, b, x, y):
    return logistic_loss(dot(w, x) + b, y)


def literal(w, b, x, y):
    z = b
    for wj, xj in zip(w, x):
        z = z + wj * xj
    a = sigmoid(z)
    return -(y * log(a) + (1 - y) * log(1 - a))


def ridge(w, b, x, y):
    return (dot(w, x) + b - y) ** 2 + 0.1 * dot(w, w) + b * b


def with_an_odd_entry(w, b, x, y):
    return tanh(dot(w, x) + b) * y + w[1] * exp(-w[1] * x[0]) / 3


def two_lengths(w, v, x, u, y):
    return (relu(dot(w, x)) - y) ** 2 + dot(v, u) * 2.0 ** tanh(v[0])


def of_nothing_much(w, b, x, y):
    return y * 3.0 + x[0] * 0.0


def nested(w, b, x, y):
    inner = node_sum(tanh(wj * xj) for wj, xj in zip(w, x))
    return node_sum(sigmoid(inner * wj) * xj for wj, xj in zip(w, x)) + log(b * b + 1.0) - abs_like(inner) * y


def abs_like(v):
    return relu(v) + relu(-v)


LOSSES = [fused, literal, ridge, with_an_odd_entry, of_nothing_much, nested]


def data(n=5, m=300):
    return RNG.normal(size=n), 0.3, RNG.normal(size=(n, m)), (RNG.random(m) < 0.5) * 1.0


def eagerly(loss, arguments, batch=("x", "y")):
    """J and the gradients by the engine: one graph of Values over all examples."""
    nodes = {
        name: Value(float(x)) if np.ndim(x) == 0 else [Value(v) for v in np.ravel(x)]
        for name, x in arguments.items() if name not in batch
    }  # fmt: skip
    m = np.shape(arguments["y"])[-1]
    terms = []
    for i in range(m):
        one = {name: x[i] if np.ndim(x) == 1 else list(x[:, i]) for name, x in arguments.items() if name in batch}
        term = loss(**nodes, **{k: float(v) if np.ndim(v) == 0 else [float(u) for u in v] for k, v in one.items()})
        terms.append(term)
    J = node_sum(terms)
    if not isinstance(J, Value):
        return J, {name: np.zeros(np.shape(arguments[name])) for name in nodes}
    for node in [leaf for value in nodes.values() for leaf in (value if isinstance(value, list) else [value])]:
        node.grad = 0.0
    J.backward()
    return J.data, {
        name: np.array([v.grad for v in value]) if isinstance(value, list) else value.grad
        for name, value in nodes.items()
    }


def assert_agree(ours, theirs, rel=2e-13):
    J, gradients = ours
    assert pytest.approx(theirs[0], rel=rel) == J
    assert gradients.keys() == theirs[1].keys()
    for name, found in gradients.items():
        scale = max(1.0, np.max(np.abs(theirs[1][name])))
        assert np.shape(found) == np.shape(theirs[1][name])
        assert np.max(np.abs(found - theirs[1][name])) <= rel * scale * 10


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
def test_every_backend_agrees_with_the_engine(loss, backend):
    w, b, X, Y = data()
    compiled_loss = value_and_grad(loss, backend=backend)
    assert_agree(compiled_loss(w, b, X, Y), eagerly(loss, {"w": w, "b": b, "x": X, "y": Y}))


def reversed_order(w, b, x, y):
    return tanh(node_sum(w[j] * x[len(w) - 1 - j] for j in range(len(w)))) * b + y


def shifted(w, b, x, y):
    return tanh(node_sum(w[j] * x[j + 1] for j in range(len(w) - 1))) * b * y


def twice(w, b, x, y):
    return tanh(node_sum([w[j] * x[j] for j in range(5)] + [w[j] * x[j] for j in range(5)]) + b) * y


def of_a_slice(w, b, x, y):
    return tanh(dot(w[1:], x[1:]) + b) * y + w[0]


def shuffled(w, b, x, y):
    return sigmoid(node_sum(w[j] * x[j] for j in (3, 1, 0, 2, 4)) - b) * y


def without_data(w, b, x, y):
    return dot(w, w) * b


def cubes(w, b, x, y):
    return dot(w, w) * y + exp(b) + node_sum(v**3 for v in w)


def powers(w, b, x, y):
    return (b * b + 1) ** w[0] * 2.0**y + (x[0] * x[0] + 1) ** -1.5


def at_a_kink(w, b, x, y):
    return relu(x[0] * 0.0 + b - b) + relu(-dot(w, x)) * relu(y - 1)


def of_products(w, b, x, y):
    return dot(w, x) * node_sum(sigmoid(v) for v in w) + node_sum(xj * b for xj in x) + y


def all_alike(w, b, x, y):
    return sigmoid(node_sum(w) * y) * b


def shorter(w, b, x, y):
    return node_sum(tanh(p * q) for p, q in zip(w[:3], x)) * y + b


def infinite(w, b, x, y):
    return relu(dot(w, x) - float("inf")) + b + 0.0 * tanh(y - float("-inf"))


def with_a_bias_in_front(w, b, x, y):
    return sigmoid(w[0] + node_sum(w[j + 1] * x[j] for j in range(len(w) - 1)) - b) * y


def with_a_bias_behind(w, b, x, y):
    return sigmoid(dot(w[:-1], x[1:]) + w[-1]) * y + b


def with_one_alone(w, b, x, y):
    return tanh(dot(w, x) + w[3] * b) * y


def with_one_in_the_middle(w, b, x, y):
    inner = tanh(dot(w, x) * w[1])
    return node_sum(sigmoid(inner * wj) * xj for wj, xj in zip(w, x)) * y + b


def with_one_everywhere(w, b, x, y):
    return tanh(node_sum(w[2] * v for v in x) * b) * y + dot(w, w)


def with_one_twice(w, b, x, y):
    return tanh(node_sum([*(p * q for p, q in zip(w, x)), w[2] * x[2], w[4] * x[0]])) * y * b


def of_differences(w, b, x, y):
    return node_sum((w[j + 1] - w[j]) ** 2 * x[j] for j in range(len(w) - 1)) * y + b


def of_shared_parts(w, b, x, y):
    def deep(v):
        v = relu(v * v - 0.1) + tanh(v) * v
        return v * v

    return node_sum(deep(wj * xj) for wj, xj in zip(w, x)) * y + b + node_sum(deep(v) for v in w)


ODD = [
    with_a_bias_in_front,
    with_a_bias_behind,
    with_one_alone,
    with_one_twice,
    with_one_everywhere,
    with_one_in_the_middle,
    of_differences,
    of_shared_parts,
    all_alike,
    shorter,
    infinite,
    reversed_order,
    shifted,
    twice,
    of_a_slice,
    shuffled,
    without_data,
    cubes,
    powers,
    at_a_kink,
    of_products,
]


@pytest.mark.parametrize("loss", ODD, ids=lambda loss: loss.__name__)
def test_odd_ways_through_the_features(loss):
    w, b, X, Y = data(m=131)
    expected = eagerly(loss, {"w": w, "b": b, "x": X, "y": Y})
    for backend in BACKENDS:
        for ordered in (X, np.asfortranarray(X)):
            assert_agree(value_and_grad(loss, backend=backend)(w, b, ordered, Y), expected, rel=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_shorter_vector_decides(backend):
    arguments = {"w": RNG.normal(size=3), "b": 0.5, "x": RNG.normal(size=(5, 40)), "y": RNG.normal(size=40)}

    def loss(w, b, x, y):
        return node_sum(p * q for p, q in zip(w, x)) * y + b

    assert_agree(value_and_grad(loss, backend=backend)(**arguments), eagerly(loss, arguments))


@pytest.mark.parametrize(
    "names", ["c s B t", "work sums start stop", "exp i j m", "h0 v1 u2 a3", "d_x kernel values rows"]
)
def test_arguments_may_have_the_names_of_the_generated_code(names):
    p, q, x, y = names.split()
    names = {}
    exec(f"def loss({p}, {q}, {x}, {y}): return ({p} * {x} + {q} - {y}) ** 2 * {q}", names)
    X, Y = RNG.normal(size=300), RNG.normal(size=300)
    residual = 0.5 * X + 0.25 - Y
    for backend in BACKENDS:
        J, gradients = value_and_grad(names["loss"], batch=(x, y), backend=backend)(0.5, 0.25, X, Y)
        assert pytest.approx((residual**2).sum() * 0.25, rel=1e-12) == J
        assert gradients[p] == pytest.approx((2 * residual * X).sum() * 0.25, rel=1e-11)
        assert gradients[q] == pytest.approx((2 * residual * 0.25 + residual**2).sum(), rel=1e-12)


def test_a_renamed_argument_meets_no_other():
    def loss(c, given_c, x):
        return (c - given_c) * x

    assert value_and_grad(loss, batch="x")(3.0, 1.0, [2.0, 3.0]) == (10.0, {"c": 5.0, "given_c": -5.0})


@pytest.mark.parametrize("backend", BACKENDS)
def test_vectors_of_different_lengths(backend):
    arguments = {
        "w": RNG.normal(size=6), "v": RNG.normal(size=3), "x": RNG.normal(size=(6, 50)), "u": RNG.normal(size=(3, 50)),
        "y": RNG.normal(size=50),
    }  # fmt: skip
    ours = value_and_grad(two_lengths, batch=("x", "u", "y"), backend=backend)(**arguments)
    assert_agree(ours, eagerly(two_lengths, arguments, batch=("x", "u", "y")))


UNARY = {"exp": lambda v: exp(v * 0.1), "tanh": tanh, "sigmoid": sigmoid, "relu": relu, "log": lambda v: log(v * v + 1)}
OPERATIONS = st.sampled_from([*UNARY, "+", "-", "*", "/", "neg", "square", "loss"])


LINES = st.lists(st.tuples(OPERATIONS, st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8)


def random_loss(lines):
    def loss(w, b, x, y):
        values = [dot(w, x), b, y, x[0], w[-1]]
        for op, i, j in lines:
            p, q = values[i % len(values)], values[j % len(values)]
            values.append(
                UNARY[op](p) if op in UNARY else p + q if op == "+" else p - q if op == "-" else p * q if op == "*"
                else p / (q * q + 1.0) if op == "/" else -p if op == "neg" else p**2 if op == "square"
                else logistic_loss(p, sigmoid(q))
            )  # fmt: skip
        return tanh(values[-1]) + 0.0 * b

    return loss


SMALL = {
    "w": np.array([0.3, -0.7]), "b": 0.2, "x": np.array([[0.5, -1.0, 2.0], [1.5, 0.3, -0.2]]),
    "y": np.array([1.0, 0.0, 1.0]),
}  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(LINES, st.integers(1, 3), st.sampled_from(["f8", "f4", ">f4", "f2"]))
def test_random_losses(lines, n, kind):
    loss = random_loss(lines)
    data = {"w": np.cos(np.arange(n)), "b": 0.2, "x": np.sin(np.arange(3.0 * n) + 0.5).reshape(n, 3).astype(kind),
            "y": np.array([1.0, 0.0, 0.3], kind)}  # fmt: skip
    expected = eagerly(loss, data)
    for backend in ("numpy", "python"):
        assert_agree(value_and_grad(loss, backend=backend, stable=False)(**data), expected, rel=1e-13)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, min_size=3, max_size=3))
def test_random_losses_in_numba_and_in_javascript(programs):
    """Three losses are compiled as one, because that takes the time."""
    losses = [random_loss(lines) for lines in programs]

    def loss(u, v, w, b, x, y):
        return 1.0 * losses[0](u, b, x, y) + 0.5 * losses[1](v, b, x, y) + 0.25 * losses[2](w, b, x, y)

    arguments = {"u": SMALL["w"], "v": SMALL["w"] + 0.125, **SMALL, "w": -SMALL["w"]}
    expected = eagerly(loss, arguments)
    graph = value_and_grad(loss, backend="numba", stable=False)
    assert_agree(graph(**arguments), expected, rel=1e-13)
    single = arguments | {name: np.asfortranarray(arguments[name], dtype="f4") for name in "xy"}
    assert_agree(graph(**single), eagerly(loss, single), rel=1e-13)
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


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_closed_form_on_many_shapes_and_types(backend):
    w, b, X, Y = data(n=7, m=1_000)
    dw, db = logistic.closed_form(w, b, X, Y)
    graph = value_and_grad(fused, backend=backend)
    flat = graph(w, b, X, Y)
    assert np.allclose(flat[1]["w"], dw, rtol=0, atol=1e-12 * np.abs(dw).max())
    assert flat[1]["b"] == pytest.approx(db, rel=1e-12)
    shaped = graph(w[None], np.array([[b]]), X, Y[None])
    assert shaped[1]["w"].shape == (1, 7)
    assert shaped[1]["b"].shape == (1, 1)
    assert np.array_equal(shaped[1]["w"][0], flat[1]["w"])
    lists = graph(w.tolist(), b, X.tolist(), Y.tolist())
    assert np.array_equal(lists[1]["w"], flat[1]["w"])
    by_name = graph(y=Y, x=X, b=b, w=w)
    assert by_name[0] == flat[0]
    for order in (np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2]):  # one example per row, and neither
        other = graph(w, b, order, Y)
        assert np.allclose(other[1]["w"], dw, rtol=0, atol=1e-12 * np.abs(dw).max())
    whole = graph(w, b, X, Y.astype(int))
    assert whole[0] == flat[0]


def test_wide_data_in_both_orders():
    w, b, X, Y = data(n=70, m=1_000)
    dw, _ = logistic.closed_form(w, b, X, Y)
    graph = value_and_grad(fused)
    for order in (X, np.asfortranarray(X)):
        assert np.allclose(graph(w, b, order, Y)[1]["w"], dw, rtol=0, atol=1e-12 * np.abs(dw).max())


def test_single_precision_comes_back_with_double_sums():
    w, b, X, Y = (np.asarray(x, dtype=np.float32) for x in data(n=4, m=5_000))
    for backend in ("numba", "numpy"):
        J, gradients = value_and_grad(fused, backend=backend)(w, b, X, Y)
        assert gradients["w"].dtype == np.float32
        exact, _ = value_and_grad(fused)(*(x.astype(float) for x in (w, b, X, Y)))
        assert pytest.approx(exact, rel=1e-6) == J


def test_the_result_does_not_depend_on_the_threads(monkeypatch):
    w, b, X, Y = data(n=3, m=10_000)
    monkeypatch.setattr(compiled, "SLICE", 20_000)
    results = [value_and_grad(fused, threads=threads)(w, b, X, Y) for threads in (1, 2, np.int64(5), None)]
    for J, gradients in results[1:]:
        assert results[0][0] == J
        assert np.array_equal(gradients["w"], results[0][1]["w"])
    exact = math.fsum(logistic_loss(float(w @ x + b), float(y)) for x, y in zip(X.T, Y))
    assert results[0][0] == pytest.approx(exact, rel=1e-14)


def test_ctrl_c_between_two_slices_leaves_everything_usable(monkeypatch):
    w, b, X, Y = data(n=3, m=5_000)
    monkeypatch.setattr(compiled, "SLICE", 20_000)
    graph = value_and_grad(fused, threads=2)
    expected = graph(w, b, X, Y)
    ((key, (kernel, source)),) = graph._kernels.items()
    calls = []

    def interrupted(*arguments):
        calls.append(threading.get_ident())
        if len(calls) == 3:
            raise KeyboardInterrupt
        return kernel(*arguments)

    graph._kernels[key] = interrupted, source
    with pytest.raises(KeyboardInterrupt):
        graph(w, b, X, Y)
    graph._kernels[key] = kernel, source
    assert graph(w, b, X, Y)[0] == expected[0]


def test_an_interrupt_ends_every_thread_between_two_slices(monkeypatch):
    started, released, done = threading.Event(), threading.Event(), []

    def one(i):
        if i == 0:  # on this thread
            started.wait()
            raise KeyboardInterrupt
        started.set()
        released.wait()
        done.append(i)

    real_wait = threads.wait
    monkeypatch.setattr(threads, "wait", lambda futures: (released.set(), real_wait(futures)))
    with pytest.raises(KeyboardInterrupt):
        threads.in_threads(one, range(6), 2)
    assert done == [1]  # finished what it had begun, and took up nothing more


def test_no_array_grows_with_the_examples():
    m = 400_000
    w, X, Y = np.array([0.5, -0.5]), RNG.normal(size=(2, m)), np.ones(m)
    graph = value_and_grad(fused)
    graph(w, 0.1, X, Y)
    tracemalloc.start()
    graph(w, 0.1, X, Y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < X.nbytes / 10


UNDER_A_LIMIT = """
import math, resource, sys
import numpy as np
from micrograd_lr import dot, logistic_loss, value_and_grad

folder, backend = sys.argv[1:]
graph = value_and_grad(lambda w, b, x, y: logistic_loss(dot(w, x) + b, y), backend=backend, threads=2)
w, m = np.ones(7), 1 << 23
graph(w, 0.0, np.zeros((7, 1 << 18)), np.zeros(1 << 18))  # compiled, the threads started
X = np.lib.format.open_memmap(f"{folder}/X.npy", "w+", float, (7, m))  # 448 MB that take no place on the disk
y = np.lib.format.open_memmap(f"{folder}/y.npy", "w+", float, (m,))
X, y = (np.load(f"{folder}/{name}.npy", mmap_mode="r") for name in "Xy")
with open("/proc/self/status") as status:
    (used,) = (int(line.split()[1]) << 10 for line in status if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (used + (64 << 20), resource.RLIM_INFINITY))
try:
    np.ones(2 * m)  # the limit is one
except MemoryError:
    J, gradients = graph(w, 0.0, X, y)
    print(J / m / math.log(2), *gradients["w"], gradients["b"] / m)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_a_pass_takes_less_than_64_mb_beside_the_data(backend, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", UNDER_A_LIMIT, str(tmp_path), backend], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    J, *gradients = map(float, done.stdout.split())
    assert pytest.approx(1, rel=1e-14) == J
    assert gradients == [0.0] * 7 + [0.5]


def test_a_memory_mapped_file(tmp_path):
    w, b, X, Y = data(n=4, m=2_000)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    graph = value_and_grad(fused)
    assert graph(w, b, mapped, Y)[0] == graph(w, b, X, Y)[0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_single_feature(backend):
    X, Y = RNG.normal(size=(1, 20)), np.arange(20) % 2.0
    dw, db = logistic.closed_form([0.5], 0.1, X, Y)
    for w in (np.array([0.5]), np.array([[0.5]]), 0.5):
        _, gradients = value_and_grad(fused, backend=backend)(w, 0.1, X, Y)
        assert np.shape(gradients["w"]) == np.shape(w)
        assert np.ravel(gradients["w"])[0] == pytest.approx(np.ravel(dw)[0], rel=1e-13)
        assert gradients["b"] == pytest.approx(db, rel=1e-13)


# Second derivatives


def second_derivatives(loss, w, b, X, Y):
    """By the eager `hessian` of the sum over all examples."""

    def J(w, b):
        return node_sum([loss(w, b, list(x), y) for x, y in zip(X.T.tolist(), Y.tolist())]) + 0 * b

    H, n = np.array(hessian(J, w.tolist(), b)), len(w)
    return {"w": {"w": H[:n, :n], "b": H[:n, n]}, "b": {"w": H[n, :n], "b": H[n, n]}}


def assert_blocks_agree(ours, theirs, rel):
    assert {p: [*row] for p, row in ours.items()} == {p: [*row] for p, row in theirs.items()}
    for p, row in theirs.items():
        for q, block in row.items():
            assert np.shape(ours[p][q]) == np.shape(block)
            assert np.max(np.abs(ours[p][q] - block)) <= rel * max(1.0, np.max(np.abs(block)))


def interacting(w, b, x, y):
    """Off the diagonal and on it the second derivatives have other forms; nothing depends on a product with x[k]."""
    return node_sum(wj**3 * xj for wj, xj in zip(w, x)) * y + exp(0.1 * node_sum(tanh(v) for v in w)) * b


def of_constants(w, b, x, y):
    return node_sum(w) ** 2 + dot(w, w) * 3.0 + b * y


def with_a_bias_inside(w, b, x, y):
    return tanh(w[0] + node_sum(w[j + 1] * x[j] for j in range(len(w) - 1))) * b * y


SECOND = [fused, literal, ridge, with_an_odd_entry, nested, cubes, of_products, all_alike, of_a_slice, shuffled, twice]
SECOND += [interacting, of_constants, with_a_bias_inside, powers, without_data, of_nothing_much]


@pytest.mark.parametrize("loss", SECOND, ids=lambda loss: loss.__name__)
def test_second_derivatives_agree_with_the_engine(loss):
    w, b, X, Y = data(m=33)
    expected = second_derivatives(loss, w, b, X, Y)
    for backend in BACKENDS if loss in (fused, ridge, nested, interacting, of_constants) else ("numpy", "python"):
        for ordered in (X, np.asfortranarray(X)):
            ours = hessian(loss, batch=("x", "y"), backend=backend)(w, b, ordered, Y)
            assert_blocks_agree(ours, expected, rel=1e-12)


def random_sums(seed):
    """A loss of sums over features of random terms; among their parts are single entries, neighbours and other sums."""
    unary = [tanh, sigmoid, relu, lambda v: v * v, lambda v: -v, lambda v: exp(0.1 * v)]

    def loss(w, b, x, y):
        choose = random.Random(seed)
        parts = [b, y, choose.choice(w)]
        for _ in range(choose.randrange(1, 4)):
            offset, part, inner, outer = (
                choose.randrange(min(2, len(w))),
                choose.choice(parts),
                *choose.choices(unary, k=2),
            )
            pairs = [(w[j + offset], w[j], x[j]) for j in range(len(w) - offset)]
            terms = choose.choice([
                [outer(inner(p * r) * part) for p, q, r in pairs],
                [inner(p * part) * outer(part) for p, q, r in pairs],
                [inner(p - q) * r for p, q, r in pairs],
                [p * r for p, q, r in pairs] + [part],
            ])  # fmt: skip
            choose.choice([choose.shuffle, len])(terms)
            total = terms[0]
            for term in terms[1:]:
                total = total + term
            parts.append(choose.choice(unary)(total) * choose.choice([1.0, part]))
        return tanh(parts[-1]) * (1.0 + choose.choice(parts)) + 0.0 * b

    return loss


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(1, 7))
def test_random_sums_over_features(seed, n):
    loss = random_sums(seed)
    w, X, Y = np.cos(np.arange(n)), np.sin(np.arange(3.0 * n)).reshape(n, 3), np.array([1.0, 0.0, 0.5])
    slopes, curves = eagerly(loss, {"w": w, "b": 0.3, "x": X, "y": Y}), second_derivatives(loss, w, 0.3, X, Y)
    for backend in ("numpy", "python"):
        assert_agree(value_and_grad(loss, backend=backend, stable=False)(w, 0.3, X, Y), slopes, rel=1e-12)
        found = hessian(loss, batch=("x", "y"), backend=backend, stable=False)(w, 0.3, X, Y)
        assert_blocks_agree(found, curves, rel=1e-11)


def test_second_derivatives_by_two_entries():
    """One entry off the diagonal is no evidence of a form for all, where it holds a sum of its own."""
    w, b, X, Y = data(n=2, m=5)
    ours = hessian(nested, batch=("x", "y"), backend="numpy")(w, b, X, Y)
    assert_blocks_agree(ours, second_derivatives(nested, w, b, X, Y), rel=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_hessian_of_logistic_regression_is_x_diag_xt(backend):
    w, b, X, Y = data(n=6, m=20_000 if backend != "python" else 2_000)
    a = 1 / (1 + np.exp(-(w @ X + b)))
    with_ones = np.vstack([X, np.ones(len(Y))])
    true = (with_ones * (a * (1 - a))) @ with_ones.T
    for loss in (fused, literal):
        graph = hessian(loss, batch=("x", "y"), backend=backend)
        found = graph(w[None], np.array([[b]]), X, Y[None])
        assert np.allclose(found["w"]["w"], true[:6, :6], rtol=0, atol=2e-14 * np.abs(true).max())
        assert np.allclose(found["w"]["b"], true[:6, 6], rtol=0, atol=2e-14 * np.abs(true).max())
        assert found["b"]["b"] == pytest.approx(true[6, 6], rel=1e-14)
        assert np.array_equal(found["b"]["w"], found["w"]["b"])
        assert repr(graph) == f"<hessian of {loss.__name__}, backend {backend}>"


def test_the_program_of_the_hessian_does_not_grow_with_the_features():
    sizes = [
        len(in_order(recorded(literal, {"w": n, "b": None, "x": n, "y": None}, ("x", "y"), order=2).results()))
        for n in (10, 500)
    ]
    assert sizes[0] == sizes[1] < 60


@pytest.mark.parametrize("backend", BACKENDS)
def test_second_derivatives_by_vectors_of_other_lengths(backend):
    w, v, X, U, Y = RNG.normal(size=4), RNG.normal(size=3), RNG.normal(size=(4, 9)), RNG.normal(size=(3, 9)), np.ones(9)

    def loss(w, v, x, u, y):
        return tanh(dot(w, x)) * dot(v, u) + y * dot(v, v)

    found = hessian(loss, batch=("x", "u", "y"), backend=backend)(w, v, X, U, Y)
    slope = 1 - np.tanh(w @ X) ** 2
    cross = (X * slope) @ U.T
    assert np.allclose(found["w"]["v"], cross, rtol=0, atol=1e-13)
    assert np.array_equal(np.transpose(found["w"]["v"]), found["v"]["w"])
    assert np.array_equal(found["v"]["v"], 18 * np.eye(3))
    assert np.allclose(found["w"]["w"], (X * (-2 * np.tanh(w @ X) * slope * (v @ U))) @ X.T, rtol=0, atol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_gradients_alone(backend):
    w, b, X, Y = data()
    graph = gradient(fused, batch=("x", "y"), backend=backend)
    _, expected = value_and_grad(fused, backend=backend)(w, b, X, Y)
    found = graph(w, b, X, Y)
    assert np.array_equal(found["w"], expected["w"])
    assert found["b"] == expected["b"]
    assert repr(graph) == f"<gradient of fused, backend {backend}>"


def test_batch_and_arguments_do_not_mix():
    with pytest.raises(
        TypeError,
        match=r"hessian\(\) was given batch and 1 arguments; expected arguments alone, or batch alone: "
        r'hessian\(loss, batch=\("x", "y"\)\)\(w, b, X, Y\) takes the data in the second call\.',
    ):
        hessian(fused, 1.0, batch="x")
    with pytest.raises(TypeError, match=r"gradient\(\) was given backend without batch; expected"):
        gradient(fused, 1.0, backend="numpy")


# Accuracy


def one_logit(w, x, y):
    a = sigmoid(w * x)
    return -(y * log(a) + (1 - y) * log(1 - a))


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_literal_loss_is_stable_at_every_logit(backend):
    graph = value_and_grad(one_logit, backend=backend)
    for z in np.concatenate([np.linspace(-800, 800, 81), np.linspace(-40, 40, 81), RNG.normal(size=20)]):
        for y in (0.0, 1.0, 0.25):
            J, gradients = graph(float(z), np.ones(1), np.array([y]))
            t = mp.mpf(float(z))
            J_true = (1 - y) * mp.log1p(mp.exp(t)) + y * mp.log1p(mp.exp(-t))
            slope = (1 - y) / (1 + mp.exp(-t)) - y / (1 + mp.exp(t))
            if y in (0.0, 1.0):
                assert abs(J - J_true) <= 4 * math.ulp(float(J_true))
                assert abs(gradients["w"] - slope) <= 4 * math.ulp(float(slope))
            else:
                assert abs(gradients["w"] - slope) <= 4 * 2.0**-53


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_the_stable_form_the_loss_is_lost(backend):
    graph = value_and_grad(one_logit, backend=backend, stable=False)
    with pytest.raises((FloatingPointError, ValueError)):
        graph(40.0, np.ones(1), np.zeros(1))
    assert value_and_grad(one_logit, backend=backend)(40.0, np.ones(1), np.zeros(1))[0] == 40.0


@pytest.mark.parametrize("how", ["compiled", "in Python"])
def test_the_polynomials_are_within_two_ulp(how):
    bound = 1.2 if how == "compiled" else 2.0  # with fused multiply-add, and without
    functions = [f if how == "compiled" else f.py_func for f in (vectorised.exp, vectorised.log1p)]
    for t in np.concatenate([RNG.uniform(-745, 709, 1_000), RNG.normal(size=300), [0.0, -0.0, 1e-300, -1e-17]]):
        true = mp.exp(mp.mpf(float(t)))
        assert abs(functions[0](float(t)) - true) <= bound * math.ulp(float(true))
    for e in np.concatenate([RNG.random(1_000), 10.0 ** RNG.uniform(-300, 0, 300), [0.0, 1.0, 0.41421356237309503]]):
        true = mp.log1p(mp.mpf(float(e)))
        assert abs(functions[1](float(e)) - true) <= 2 * math.ulp(float(true))
    assert functions[0](-1e9) == 0.0
    assert functions[0](1e9) == math.inf
    assert math.isnan(functions[0](math.nan))
    log_, tanh_ = (f if how == "compiled" else f.py_func for f in (vectorised.log, vectorised.tanh))
    assert (log_(1.0), log_(0.0), tanh_(0.0)) == (0.0, -math.inf, 0.0)
    assert math.isnan(log_(-1.0))


def test_an_economised_polynomial_stands_for_the_longer_one():
    assert vectorised._economised([Fraction(1), Fraction(2), Fraction(8)], Fraction(3), 2) == [
        1 + 8 * 9 / 2,
        2.0,
    ]  # x² ≈ r²/2
    longer = [Fraction(1, math.factorial(k)) for k in range(16)]
    for x in np.linspace(-0.5, 0.5, 101):
        short = sum(c * x**k for k, c in enumerate(vectorised._economised(longer, Fraction(1, 2), 8)))
        assert abs(short - math.exp(x)) < 2 * 0.5**8 / math.factorial(8) / 2**7 + 2**-53 < 2e-9


# The program


def test_the_program_does_not_grow_with_the_features():
    sizes = [
        len(in_order(recorded(literal, {"w": n, "b": None, "x": n, "y": None}, ("x", "y")).columns))
        for n in (10, 5_000)
    ]
    assert sizes[0] == sizes[1] < 40


@pytest.mark.parametrize(
    "loss",
    [with_a_bias_in_front, with_a_bias_behind, with_one_alone, with_one_in_the_middle, of_differences],
)
def test_nor_with_entries_that_stand_apart(loss):
    sizes = [
        len(in_order(recorded(loss, {"w": n, "b": None, "x": n, "y": None}, ("x", "y")).results())) for n in (9, 900)
    ]
    assert sizes[0] == sizes[1] < 70


def chain(v, depth):
    for _ in range(depth):
        v = sigmoid(v) * v
    return v


@pytest.mark.parametrize("make", [python_source, numpy_source, lambda program: numba_source(program, False, 128)])
def test_the_text_grows_with_the_operations_alone(make):
    sizes = []
    for depth in (8, 16, 200):

        def loss(w, x, depth=depth):
            return node_sum(chain(wj * xj, depth) for wj, xj in zip(w, x))

        source = make(recorded(loss, {"w": 5, "x": 5}, "x"))
        compile(source, "a kernel", "exec")
        sizes.append(len(source))
    assert sizes[1] < 2.2 * sizes[0]
    assert sizes[2] < 30 * sizes[0]


@pytest.mark.parametrize("loss", [*LOSSES, *ODD], ids=lambda loss: loss.__name__)
def test_generated_code_uses_no_other_names(loss):
    """What an argument of the loss must not be called is what the generated code uses."""
    lengths = {"w": 5, "b": None, "x": 5, "y": None}
    for order in (1, 2):
        program = recorded(loss, lengths, ("x", "y"), order=order)
        for source in (python_source(program), numpy_source(program), numba_source(program, False, 128),
                       numba_source(program, True, 128)):  # fmt: skip
            tree = ast.parse(source)
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
            assert not {name for name in names - {*lengths} if name not in TAKEN and not NUMBERED.match(name)}


def test_the_source_can_be_read():
    w, b, X, Y = data()
    for backend, line in (("numba", "for j in range(0, 4, 4):"), ("numpy", "w @ x[:, start:stop]"),
                          ("python", "+= (w[j] * x[j][i])")):  # fmt: skip
        graph = value_and_grad(fused, backend=backend)
        assert graph.source == ""
        graph(w, b, X, Y)
        assert line in graph.source
        assert ("= x[j, s:s + B]" in graph.source) == (backend == "numba")  # not x[j, s + i]: see docs/design.md
        assert graph.source.count("exp(") == 1  # σ(z), σ(-z), softplus(z) and softplus(-z) share it
        assert graph.source.count("log1p(") == 1
        assert repr(graph) == f"<value_and_grad of fused, backend {backend}>"


def test_each_structure_is_recorded_once():
    calls = []

    def loss(w, x, y):
        calls.append(len(w))
        return (dot(w, x) - y) ** 2

    graph = value_and_grad(loss, backend="numpy")
    for n in (2, 3, 2, 3):
        graph(np.ones(n), np.ones((n, 4)), np.ones(4))
    assert calls == [2, 3]


# Bad input


def branching(w, b, x, y):
    if dot(w, x) > 0:
        return b
    return y


def truth(w, b, x, y):
    return b if w[0] else y


def with_math(w, b, x, y):
    return b * math.log(w[0])


@pytest.mark.parametrize(
    "loss, what",
    [
        (branching, "a comparison (if, while, min, max, sorted)"),
        (truth, "an if, a while, and, or, not"),
        (with_math, "float(), or a function of the math module,"),
    ],
)
def test_a_loss_that_depends_on_the_numbers(loss, what):
    with pytest.raises(TraceError) as error:
        value_and_grad(loss)(*data())
    line = loss.__code__.co_firstlineno + 1
    assert str(error.value).startswith(
        f"{__file__}, line {line}, in {loss.__name__}: {what} on a traced value. The loss "
    )


def test_a_loss_without_a_result():
    with pytest.raises(TypeError, match=r"<lambda> returned None \(NoneType\) for one example; it has to"):
        value_and_grad(lambda w, x: None, batch="x")([1.0, 2.0], [[1.0], [2.0]])


@pytest.mark.parametrize("backend", BACKENDS)
def test_wrong_shapes(backend):
    w, b, X, Y = data(n=5, m=30)
    graph = value_and_grad(fused, backend=backend)
    with pytest.raises(ValueError, match=r"x is \(30, 5\), y is \(30,\): the examples are counted .*X\.T"):
        graph(w, b, X.T, Y)
    with pytest.raises(ValueError, match=r"the examples are counted by the last axis"):
        graph(w, b, X[:, :0], Y[:0])
    with pytest.raises(ValueError, match=r"dot\(w, x\) needs as many weights as features, at least one: got 4 and 5\."):
        graph(w[:4], b, X, Y)
    for column in (w[:, None], w[:, None].tolist()):
        with pytest.raises(ValueError, match=r"w is \(5, 1\); a parameter is a number, \(n,\) or \(1, n\)\. Transpose"):
            graph(column, b, X, Y)
    with pytest.raises(ValueError, match=r"x is \(5, 30, 1\); expected \(m,\) or \(n, m\): one"):
        graph(w, b, X[:, :, None], Y)
    with pytest.raises(ValueError, match=r"y is \(\); expected \(m,\) or \(n, m\): one example per column\."):
        graph(w, b, X, 1.0)
    with pytest.raises(ValueError, match=r"w is empty: \(0,\); expected at least one entry\."):
        graph([], b, X, Y)
    with pytest.raises(ValueError, match=r"x is empty: \(0, 30\); expected at least one entry\."):
        graph(w, b, X[:0], Y)
    with pytest.raises(ValueError, match=r"w is not a rectangle: .* row 0 has shape \(1,\), row 1 has shape \(2,\)"):
        graph([[1.0], [2.0, 3.0]], b, X, Y)


@pytest.mark.parametrize("backend", BACKENDS)
def test_wrong_kinds_of_numbers(backend):
    w, b, X, Y = data(n=5, m=3)
    graph = value_and_grad(fused, backend=backend)
    text = r"expected a real number\. Turn text into numbers first; two classes become 0 and 1: \[float\(v == "
    for labels, said in (
        (np.full(3, "one"), r"y\[0\] is 'one' \(str\), in example 0; " + text),
        ([0.0, "one", 1.0], r"y\[1\] is 'one' \(str\), in example 1; " + text),
        (
            [1.0, None, 0.0],
            r"y\[1\] is None \(NoneType\), in example 1; expected .* A value is missing there: drop that",
        ),
        (
            [1j, 0, 0],
            r"y\[0\] is 1j \(complex\), in example 0; expected a real number\. Take \.real or abs\(\) first\.",
        ),
    ):
        with pytest.raises(TypeError, match=said):
            graph(w, b, X, labels)
    with pytest.raises(OverflowError, match=r"b holds an integer of 401 digits; a float ends at 1\.8e308\."):
        graph(w, 10**400, X, Y)
    with pytest.raises(
        TypeError, match=r"penalty is 'l2' \(str\); expected .*\. An option that is not a number is settled"
    ):
        value_and_grad(lambda w, x, penalty="l2": w * x, batch="x", backend=backend)(1.0, [2.0])


@pytest.mark.parametrize("backend", BACKENDS)
def test_odd_numbers_that_are_meant(backend):
    w, b, X, Y = data(n=5, m=30)
    graph = value_and_grad(fused, backend=backend)
    expected = graph(w, b, X, Y)
    for labels in (Y > 0, (Y > 0).tolist(), Y.astype(">f8"), Y.astype(np.float16), Y.astype(object), list(Y)):
        assert_agree(graph(w, b, X, labels), expected)
    assert_agree(graph(w.astype(">f8"), b, X.astype(">f8"), Y), expected)
    for shape in ((1,), (1, 1)):
        J, gradients = graph(w, np.full(shape, b), X, Y)
        assert expected[0] == J
        assert gradients["b"].shape == shape
    assert graph(w, [b], X, Y)[1]["b"] == [expected[1]["b"]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_kind_of_argument_with_a_name(backend):
    def loss(w, /, b, x, *, y, rate=0.5):
        return (w * x + b - y) ** 2 * rate

    assert value_and_grad(loss, backend=backend)(2.0, 1.0, [1.0, 2.0], y=[0.0, 1.0]) == (
        12.5, {"w": 11.0, "b": 7.0, "rate": 25.0},
    )  # fmt: skip
    for bad, said in ((lambda w, *x: w, r"\*x"), (lambda w, **x: w, r"\*\*x")):
        with pytest.raises(TypeError, match=f"<lambda> takes {said}; expected arguments with names, because the deriv"):
            value_and_grad(bad, batch="w", backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_nan_and_infinity_in_the_data_are_found(backend):
    w, b, X, Y = data(n=5, m=30)
    graph = value_and_grad(fused, backend=backend)
    X[2, 17] = math.nan
    with pytest.raises(ValueError, match=r"x\[2, 17\] is nan, in example 17\. Remove or replace it"):
        graph(w, b, X, Y)
    with pytest.raises(ValueError, match=r"b is nan\. Remove"):
        graph(w, math.nan, np.nan_to_num(X), Y)


LOST = "J is (inf|nan)|J or a derivative has no finite value"


def lost(loss, w, x, **options):
    return lambda: value_and_grad(loss, batch="x", **options)(w, np.array(x))


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_lost_is_said_by_the_engine_with_the_example(backend):
    what = f"({LOST}), in example 2, of finite data: "
    with pytest.raises(FloatingPointError, match=what + r"exp\(the mul node = 1000.0\) has no .* exp overflows above"):
        lost(lambda w, x: exp(w * x), 1.0, [1.0, 2.0, 1000.0, 3.0, 2000.0], backend=backend)()
    with pytest.raises(
        FloatingPointError, match=what + r"pow\(the mul node = -1.0, 0.5\) has no finite value: the res"
    ):
        lost(lambda w, x: (w * x) ** 0.5, 1.0, [1.0, 2.0, -1.0], backend=backend)()
    with pytest.raises(
        FloatingPointError, match=what + "the loss or a derivative leaves the range of floats, or a cur"
    ):
        lost(lambda w, x: (w * x) * 1e300, 1e10, [0.0, 0.0, 1.0], backend=backend)()
    with pytest.raises(FloatingPointError, match=f"({LOST}), in the sum over the examples, of finite data: "):
        lost(lambda w, x: (w + x) * 1e308, 0.5, [0.5, 0.5], backend=backend)()
    with pytest.raises(FloatingPointError, match=f"({LOST}), in the sum over the examples, of finite data: "):
        lost(lambda w, x: w * x[0] + x[1], 1.0, [[4e307] * 4] * 2, backend=backend)()
    with pytest.raises(FloatingPointError, match=r"in example 0, of finite data: the loss or a derivative leaves"):
        lost(lambda w, x: x * 1e300, 1.0, [1e10], backend=backend)()
    with pytest.raises(FloatingPointError, match=r"in example 0, of finite data: the loss or a derivative leaves"):
        lost(lambda w, x: x * 1e300 + 0.0 * w, 1.0, [1e10], backend=backend)()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_derivative_that_is_lost_while_the_loss_is_finite(backend):
    def said(what):  # in plain Python the arithmetic itself raises
        return "J or a derivative has no finite value" if backend == "python" else rf"{what} has .* \(it is inf\)"

    weights, ones = [1.0, 0.0], np.ones((2, 40))
    with pytest.raises(
        FloatingPointError,
        match=said(r"the gradient of w\[1\]") + r", in example 0, of finite data: the gradient of w\[1\] = 0\.0 has no "
        r"finite value: .*The curve is vertical there: keep the base away from 0\.",
    ):
        value_and_grad(lambda w, x: w[1] ** 0.5 + w[0] * x[0], batch="x", backend=backend)(weights, ones)
    with pytest.raises(
        FloatingPointError, match=said("the gradient of w") + ", in the sum over the examples, of finite"
    ):
        lost(lambda w, x: w * x * 1e308, 0.0, [1.0, 1.0], backend=backend)()
    second = r"the second derivative by w\[1\] and w\[1\]"
    with pytest.raises(FloatingPointError, match=said(second) + ", in example 0, of finite data: the loss or a deriv"):
        hessian(lambda w, x: w[1] ** 1.5 + w[0] * x[0], batch="x", backend=backend)(weights, ones)


def test_a_gradient_beyond_single_precision():
    with pytest.raises(FloatingPointError, match=r"the gradient of w leaves the range of float32\. Give w as float64."):
        value_and_grad(lambda w, x: w * x, batch="x")(np.float32([0.5]), np.array([1e300]))


def test_wrong_options():
    with pytest.raises(ValueError, match=r"batch=\('q',\): q is no argument of the loss, which has w, b, x"):
        value_and_grad(fused, batch="q")
    with pytest.raises(ValueError, match=r"batch=\(\): nothing is no argument of the loss"):
        value_and_grad(fused, batch=())
    with pytest.raises(ValueError, match=r"backend='gpu': known are numba, numpy, python\."):
        value_and_grad(fused, backend="gpu")
    for count, shown in ((0, "0"), ("2", "'2'"), (1.5, "1.5")):
        with pytest.raises(ValueError, match=rf"threads={shown}: expected a whole number of at least 1, or None"):
            value_and_grad(fused, threads=count)
    with pytest.raises(TypeError, match="missing a required argument: 'y'"):
        value_and_grad(fused)(1.0, 2.0, [[1.0]])


def test_the_best_backend_that_is_here(monkeypatch):
    assert value_and_grad(fused).backend == "numba"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "numba" else object())
    assert value_and_grad(fused).backend == "numpy"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert value_and_grad(fused).backend == "python"
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ImportError, match=r'this needs the package numpy.*pip install "micrograd_lr\[numpy\]"'):
        value_and_grad(fused, backend="numpy")([1.0, 2.0], 0.0, [[1.0], [2.0]], [1.0])


def test_python_lists_of_many_kinds():
    graph = value_and_grad(fused, backend="python")
    _, gradients = graph([[0.5, -0.5]], [[0.1]], [[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]], [[1.0, 0.0, 1.0]])
    assert np.shape(gradients["w"]) == (1, 2)
    assert np.shape(gradients["b"]) == (1, 1)
    dw, db = logistic.closed_form([[0.5, -0.5]], [[0.1]], [[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]], [[1.0, 0.0, 1.0]])
    assert gradients["w"][0] == pytest.approx(dw[0], rel=1e-14)
    assert gradients["b"][0] == pytest.approx(db[0], rel=1e-14)
    assert value_and_grad(one_logit, backend="python")(0.5, [1.0], [1.0])[0] == pytest.approx(
        math.log1p(math.exp(-0.5))
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_second_derivatives_by_vectors_of_different_length(backend):
    def loss(w, v, x):
        return (v[0] * w[0] + v[1] * w[1]) * x

    found = hessian(loss, batch="x", backend=backend)([1.0, 2.0], [3.0, 4.0, 5.0], [1.0])
    assert np.asarray(found["w"]["v"]).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    assert np.asarray(found["v"]["w"]).tolist() == [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_second_derivatives_have_a_place_of_their_own(backend):
    found = hessian(lambda w, b, x: (w[0] * x[0] + w[1] * x[1] + b) ** 3, batch="x", backend=backend)(
        np.ones(2), 0.5, np.ones((2, 3))
    )
    assert not np.shares_memory(found["w"]["b"], found["b"]["w"])


@pytest.mark.parametrize(
    "loss, w", [(lambda w, x: x * w**0.5, -8.0), (lambda w, x: x * (1 / w), 0.0), (lambda w, x: x * w**2.5, 1e200)]
)
def test_lost_numbers_of_parameters_alone_are_named_by_numpy_too(loss, w):
    with pytest.raises(FloatingPointError, match="of finite data"):
        value_and_grad(loss, "x", backend="numpy")(w, [1.0])


def test_the_first_call_from_two_threads():
    def loss(w, x):
        return tanh(w * x) * 0.731

    graph, together, found = value_and_grad(loss, "x", backend="numba"), threading.Barrier(2), []

    def call():
        together.wait()
        found.append(graph(0.5, [1.0, 2.0])[0])

    others = [threading.Thread(target=call) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert found == [graph(0.5, [1.0, 2.0])[0]] * 2


def test_a_kernel_that_cannot_be_loaded_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError):
        generated.loaded("1 / 0", kept=True)
    assert generated.name_of("1 / 0") not in generated._kernels


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_has_threads_of_its_own():
    program = """
import os, signal
from micrograd_lr.compiler.threads import in_threads
assert in_threads(lambda i: i, range(4), 2) == [0, 1, 2, 3]
if child := os.fork():
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
signal.alarm(20)
os._exit(in_threads(lambda i: i, range(4), 2) != [0, 1, 2, 3])
"""
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", program]).returncode == 0
