"""The programs and texts that are made of a loss: how long they are, and which names they use."""

import ast

import numpy as np
import pytest
from losses import (
    BACKENDS,
    LOSSES,
    ODD,
    RNG,
    data,
    fused,
    literal,
    of_differences,
    with_a_bias_behind,
    with_a_bias_in_front,
    with_one_alone,
    with_one_in_the_middle,
)

from micrograd_lr import dot, sigmoid, value_and_grad
from micrograd_lr import sum as node_sum
from micrograd_lr.compiler import load as generated
from micrograd_lr.compiler.codegen_numba import numba_source
from micrograd_lr.compiler.codegen_numpy import numpy_source
from micrograd_lr.compiler.codegen_python import python_source
from micrograd_lr.compiler.names import NUMBERED, TAKEN
from micrograd_lr.compiler.symbols import in_order
from micrograd_lr.compiler.tracing import trace_loss


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_program_does_not_grow_with_the_features():
    sizes = [
        len(in_order(trace_loss(literal, {"w": n, "b": None, "x": n, "y": None}, ("x", "y")).columns))
        for n in (10, 5_000)
    ]
    assert sizes[0] == sizes[1] < 40


@pytest.mark.slow
@pytest.mark.parametrize(
    "loss",
    [with_a_bias_in_front, with_a_bias_behind, with_one_alone, with_one_in_the_middle, of_differences],
)
def test_nor_with_entries_that_stand_apart(loss):
    sizes = [
        len(in_order(trace_loss(loss, {"w": n, "b": None, "x": n, "y": None}, ("x", "y")).results())) for n in (9, 900)
    ]
    assert sizes[0] == sizes[1] < 70


def chain(v, depth):
    for _ in range(depth):
        v = sigmoid(v) * v
    return v


@pytest.mark.slow
@pytest.mark.parametrize("make", [python_source, numpy_source, lambda program: numba_source(program, False, 128)])
def test_the_text_grows_with_the_operations_alone(make):
    sizes = []
    for depth in (8, 16, 200):

        def loss(w, x, depth=depth):
            return node_sum(chain(wj * xj, depth) for wj, xj in zip(w, x))

        source = make(trace_loss(loss, {"w": 5, "x": 5}, "x"))
        compile(source, "a kernel", "exec")
        sizes.append(len(source))
    assert sizes[1] < 2.2 * sizes[0]
    assert sizes[2] < 30 * sizes[0]


@pytest.mark.covers
@pytest.mark.slow
@pytest.mark.parametrize("loss", [*LOSSES, *ODD], ids=lambda loss: loss.__name__)
def test_generated_code_uses_no_other_names(loss):
    """What an argument of the loss must not be called is what the generated code uses."""
    lengths = {"w": 5, "b": None, "x": 5, "y": None}
    for order in (1, 2):
        program = trace_loss(loss, lengths, ("x", "y"), order=order)
        for source in (python_source(program), numpy_source(program), numba_source(program, False, 128),
                       numba_source(program, True, 128)):  # fmt: skip
            tree = ast.parse(source)
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
            assert not {name for name in names - {*lengths} if name not in TAKEN and not NUMBERED.match(name)}


@pytest.mark.slow
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


def test_each_structure_is_traced_once():
    calls = []

    def loss(w, x, y):
        calls.append(len(w))
        return (dot(w, x) - y) ** 2

    graph = value_and_grad(loss, backend="numpy")
    for n in (2, 3, 2, 3):
        graph(np.ones(n), np.ones((n, 4)), np.ones(4))
    assert calls == [2, 3]


def test_a_kernel_that_cannot_be_loaded_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError):
        generated.load("1 / 0", on_disk=True)
    assert generated.name_of("1 / 0") not in generated._kernels
