"""Matrices as parameters: every backend against the closed form of NumPy, and against the engine."""

import ast
import math

import numpy as np
import pytest
from losses import BACKENDS, RNG, as_text, assert_agree
from losses_of_matrices import (
    OF_ONE,
    by_the_engine,
    data,
    layer,
    of_columns,
    of_forecasts,
    of_one_matrix_twice,
    of_sums_of_rows,
    others,
    scores,
    second_derivatives_by_the_engine,
    softmax,
    softmax_by_hand,
    softmax_in_numpy,
    two_layers,
    with_a_factor,
    with_an_odd_row,
    with_norms_of_rows,
    with_odd_entries,
)
from truth import mp

from micrograd_lr import dot, exp, hessian, log, tanh, value_and_grad
from micrograd_lr.compiler.codegen_numba import numba_source
from micrograd_lr.compiler.codegen_numpy import numpy_source
from micrograd_lr.compiler.codegen_python import python_source
from micrograd_lr.compiler.names import NUMBERED, TAKEN
from micrograd_lr.compiler.tracing import trace_loss


def ordered(arguments, order):
    return {name: np.asarray(x, order=order) if name in "xy" else x for name, x in arguments.items()}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("loss", [softmax, softmax_by_hand])
def test_softmax_regression_is_the_closed_form(loss, backend):
    for k, n, m in ((3, 4, 300), (5, 7, 40)):
        arguments = data(k, n, m)
        with as_text():
            graph = value_and_grad(loss, backend=backend, threads=1)
            for order in "CF":
                assert_agree(graph(**ordered(arguments, order)), softmax_in_numpy(**arguments), rel=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize("order", "CF")
def test_softmax_regression_is_compiled(order):
    arguments = data(10, 30, 3_000)
    J, gradients = value_and_grad(softmax)(**ordered(arguments, order))
    assert_agree((J, gradients), softmax_in_numpy(**arguments), rel=1e-14)
    again = value_and_grad(softmax, threads=2)(**ordered(arguments, order))
    assert again[0] == J
    assert np.array_equal(again[1]["W"], gradients["W"])


@pytest.mark.covers
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("k, n", [(2, 2), (3, 1), (5, 4)])
def test_losses_of_a_matrix_agree_with_the_engine(k, n, backend):
    with as_text():
        for loss in OF_ONE:
            if n > 1 or loss not in (with_odd_entries, of_forecasts):
                arguments = data(k, n)
                graph, expected = value_and_grad(loss, backend=backend), by_the_engine(loss, arguments)
                for order in "CF":
                    assert_agree(graph(**ordered(arguments, order)), expected, rel=1e-13)


@pytest.mark.covers
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("k, n", [(2, 2), (5, 4)])
def test_layers_agree_with_the_engine(k, n, backend):
    with as_text():
        for loss, arguments in others(k, n).items():
            graph, expected = value_and_grad(loss, backend=backend), by_the_engine(loss, arguments)
            for order in "CF":
                assert_agree(graph(**ordered(arguments, order)), expected, rel=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("loss, order", [(layer, "F"), (two_layers, "C")])
def test_layers_are_compiled(loss, order):
    arguments = others(6, 9, 7)[loss]
    assert_agree(value_and_grad(loss)(**ordered(arguments, order)), by_the_engine(loss, arguments), rel=1e-13)


@pytest.mark.parametrize("backend", BACKENDS)
def test_scores_of_every_size(backend):
    """Against mpmath, where every power overflows, and where one score is far from the others."""
    W, b = np.array([[1.0, 900.0], [-2.0, 899.5], [0.5, -800.0]]), np.array([0.1, 0.2, -0.3])
    with as_text():
        graph = value_and_grad(softmax, backend=backend)
        for x in ([0.3, 0.0], [0.3, 1.0], [-700.0, -1.0], [0.0, 1e-3]):
            for label in range(3):
                J, gradients = graph(W, b, np.array(x)[:, None], np.eye(3)[:, [label]])
                z = [mp.mpf(w) * mp.mpf(x[0]) + mp.mpf(v) * mp.mpf(x[1]) + mp.mpf(c) for (w, v), c in zip(W, b)]
                powers = [mp.exp(v) for v in z]
                size = max(1.0, *(abs(float(v)) for v in z))  # to a few roundings of the scores
                assert abs(J - (mp.log(sum(powers)) - z[label])) <= 4 * size * 2.0**-52
                for r, power in enumerate(powers):
                    slope = power / sum(powers) - (r == label)
                    assert abs(gradients["b"][r] - slope) <= 4 * size * 2.0**-52
                    assert abs(gradients["W"][r][0] - slope * mp.mpf(x[0])) <= 4 * size * 2.0**-52 * abs(x[0])


# Loops over both indices

MAKE = {
    "python": python_source,
    "numpy": numpy_source,
    "numba": lambda program: numba_source(program, False, 128),
    "numba, rows": lambda program: numba_source(program, True, 128),
}


def lengths(arguments):
    examples = {name: x[..., 0] if name in "xy" else x for name, x in arguments.items()}
    shapes = {name: np.shape(x) for name, x in examples.items()}
    return {name: shape if len(shape) == 2 else shape[0] if shape else None for name, shape in shapes.items()}


def sources(loss, arguments):
    program = trace_loss(loss, lengths(arguments), ("x", "y"))
    return {name: make(program) for name, make in MAKE.items()}


def lines(loss, arguments):
    return {name: len(source.splitlines()) for name, source in sources(loss, arguments).items()}


@pytest.mark.slow
def test_the_source_is_as_long_for_any_matrix():
    small, large = (7, 6), (11, 19)  # Numba takes four at a time, and then the rest
    written_out = {with_odd_entries, with_a_factor, with_an_odd_row, of_one_matrix_twice}
    for loss in {*OF_ONE} - written_out:
        assert lines(loss, data(*small, 1)) == lines(loss, data(*large, 1)), loss.__name__
    for (loss, arguments), more in zip(others(*small, 1).items(), others(*large, 1).values()):
        if loss not in written_out:
            assert lines(loss, arguments) == lines(loss, more), loss.__name__


@pytest.mark.slow
def test_a_large_matrix_has_the_source_of_a_small_one():
    least, small = lines(softmax, data(3, 4, 1)), lines(softmax, data(7, 6, 1))
    for k, n in ((10, 784), (100, 30)):
        found = lines(softmax, data(k, n, 1))
        assert all(found[name] <= small[name] for name in MAKE)
        assert all(found[name] == least[name] for name in ("python", "numpy"))


@pytest.mark.slow
def test_generated_code_uses_no_other_names():
    for loss, arguments in (others(5, 6, 1) | {loss: data(5, 6, 1) for loss in OF_ONE}).items():
        for source in sources(loss, arguments).values():
            tree = ast.parse(source)
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
            assert not {name for name in names - {*arguments} if name not in TAKEN and not NUMBERED.match(name)}


def test_numpy_multiplies_matrices():
    graph = value_and_grad(softmax, backend="numpy")
    graph(**data(3, 4))
    assert "W @ x[:, start:stop]" in graph.source
    assert "@ x[:, start:stop].T" in graph.source
    assert graph.source.count("@") == 2


# What goes in, and what comes out


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_gradient_has_the_shape_and_the_kind_of_its_matrix(backend):
    arguments = data(3, 4)
    J, expected = softmax_in_numpy(**arguments)
    with as_text():
        graph = value_and_grad(softmax, backend=backend)
        for W in (arguments["W"].tolist(), tuple(map(tuple, arguments["W"])), np.asfortranarray(arguments["W"])):
            found = graph(**arguments | {"W": W})
            assert pytest.approx(J, rel=1e-14) == found[0]
            assert np.shape(found[1]["W"]) == (3, 4)
            assert np.allclose(found[1]["W"], expected["W"], rtol=1e-13, atol=1e-13)
        single = graph(**arguments | {"W": arguments["W"].astype("f4")})[1]["W"]
        assert np.asarray(single).dtype == np.float32


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_row_is_a_vector(backend):
    w, X = RNG.normal(size=(1, 4)), RNG.normal(size=(4, 3))
    with as_text():
        J, gradients = value_and_grad(lambda w, x: tanh(dot(w, x)), batch="x", backend=backend)(w, X)
    assert pytest.approx(np.tanh(w @ X).sum(), rel=1e-14) == J
    assert np.shape(gradients["w"]) == (1, 4)


@pytest.mark.parametrize("backend", BACKENDS)
def test_wrong_matrices(backend):
    W, b, X, Y = data(3, 4).values()
    graph = value_and_grad(softmax, backend=backend)
    with pytest.raises(
        ValueError, match=r"W is \(3, 4, 1\); a parameter is a number, \(n,\), \(1, n\) or \(k, n\)\. Fl"
    ):
        graph(W[:, :, None], b, X, Y)
    with pytest.raises(
        ValueError, match=r"W is not a rectangle: the rows differ in length: row 0 has shape \(2,\), row 1"
    ):
        graph([[1.0, 2.0], [3.0]], b, X, Y)
    with pytest.raises(ValueError, match=r"W is empty: \(3, 0\); expected at least one entry"):
        graph(W[:, :0], b, X, Y)
    with pytest.raises(ValueError, match=r"dot\(w, x\) needs as many weights as features, at least one: got 3 and 4\."):
        graph(W[:, :3], b, X, Y)
    W[2, 3] = math.nan
    with as_text(), pytest.raises(ValueError, match=r"^W\[2\]\[3\] is nan\. Remove or replace it: no sum over"):
        graph(W, b, X, Y)


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_an_infinite_gradient_names_the_entry(backend):
    def loss(W, x):
        return sum(sum(v**0.5 * u for v, u in zip(row, x)) for row in W)

    W = np.ones((3, 6))
    W[2, 5] = 0.0
    said = r"the gradient of W\[2\]\[5\] has no finite value \(it is inf\) although all data are finite\. First in exa"
    with as_text(), pytest.raises(FloatingPointError, match=said):
        value_and_grad(loss, batch="x", backend=backend)(W, np.ones((6, 2)))


# Second derivatives


@pytest.mark.parametrize("backend", BACKENDS)
def test_second_derivatives_by_a_matrix(backend):
    """∂²J/∂W∂W[r, j, s, l] = Σ p_r (δ_rs - p_s) x_j x_l, of the shape of W twice, as in JAX."""
    W, b, X, Y = data(3, 4, 5).values()
    powers = np.exp(W @ X + b[:, None])
    P = powers / powers.sum(0)
    curves = np.einsum("ri,rs->irs", P, np.eye(3)) - np.einsum("ri,si->irs", P, P)
    with as_text():
        found = hessian(softmax, batch=("x", "y"), backend=backend)(W, b, X, Y)
    by_both = np.einsum("irs,ji->rjs", curves, X)
    for p, q, block in (
        ("W", "W", np.einsum("irs,ji,li->rjsl", curves, X, X)), ("W", "b", by_both),
        ("b", "W", by_both.transpose(2, 0, 1)), ("b", "b", curves.sum(0)),
    ):  # fmt: skip
        assert np.shape(found[p][q]) == block.shape
        assert np.max(np.abs(np.array(found[p][q]) - block)) <= 1e-14


@pytest.mark.parametrize("backend", BACKENDS)
def test_second_derivatives_by_matrices_agree_with_the_engine(backend):
    """In rows of numbers, in the order of the parameters."""
    more = others(2, 3, 2)
    cases = {loss: data(2, 3, 2) for loss in (softmax_by_hand, with_norms_of_rows, with_odd_entries, of_sums_of_rows)}
    cases |= {loss: more[loss] for loss in (layer, two_layers, of_columns, of_one_matrix_twice)}
    cases |= {softmax: data(4, 2, 2), with_an_odd_row: data(3, 2, 2)}
    for loss, arguments in cases.items():
        with as_text():
            found = hessian(loss, batch=("x", "y"), backend=backend)(**arguments)
        names, size = [*found], {name: np.size(arguments[name]) for name in found}
        ours = np.block([[np.reshape(found[p][q], (size[p], size[q])) for q in names] for p in names])
        theirs = np.array(second_derivatives_by_the_engine(loss, arguments))
        assert np.max(np.abs(ours - theirs)) <= 1e-12 * max(1.0, np.max(np.abs(theirs))), loss.__name__


def test_second_derivatives_by_a_matrix_are_as_long_for_any_number_of_features():
    lengths = [{"W": (3, n), "b": 3, "x": n, "y": 3} for n in (4, 7)]
    texts = [python_source(trace_loss(softmax, of, ("x", "y"), order=2)) for of in lengths]
    assert len({len(text.splitlines()) for text in texts}) == 1


def test_an_infinite_second_derivative_names_the_entries():
    graph = hessian(lambda W, x: sum(sum(v**1.5 * x for v in row) for row in W), batch="x", backend="numpy")
    with pytest.raises(FloatingPointError, match=r"the second derivative by W\[1\]\[0\] and W\[1\]\[0\] has no finite"):
        graph([[1.0, 1.0], [0.0, 1.0]], [1.0])


def test_the_scores_of_ten_classes_are_the_same_whichever_way_they_are_written():
    W, b, X, Y = data(10, 3, 6).values()

    def by_shares(W, b, x, y):
        powers = [exp(v) for v in scores(W, b, x)]
        return -log(dot(y, [power / sum(powers) for power in powers]))

    expected = softmax_in_numpy(W, b, X, Y)
    for loss in (softmax, softmax_by_hand, by_shares):
        assert_agree(value_and_grad(loss, backend="numpy")(W, b, X, Y), expected, rel=1e-14)
