"""`hessian` over a batch: every backend against the eager `hessian` and the closed form."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from losses import (
    BACKENDS,
    RNG,
    all_alike,
    as_text,
    assert_agree,
    cubes,
    data,
    eagerly,
    fused,
    literal,
    nested,
    of_a_slice,
    of_nothing_much,
    of_products,
    powers,
    ridge,
    shuffled,
    twice,
    with_an_odd_entry,
    without_data,
)

from micrograd_lr import dot, exp, hessian, relu, sigmoid, tanh, value_and_grad
from micrograd_lr import sum as node_sum
from micrograd_lr.compiler.symbols import in_order
from micrograd_lr.compiler.tracing import trace_loss


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


def nested_and_short(w, b, x, y):
    """A sum over features in each term of another, and still compiled in a second."""
    return node_sum(tanh(node_sum(w) * xj) for xj in x) * y + b


def of_constants(w, b, x, y):
    return node_sum(w) ** 2 + dot(w, w) * 3.0 + b * y


def with_a_bias_inside(w, b, x, y):
    return tanh(w[0] + node_sum(w[j + 1] * x[j] for j in range(len(w) - 1))) * b * y


SECOND = [fused, literal, ridge, with_an_odd_entry, nested, cubes, of_products, all_alike, of_a_slice, shuffled, twice]


SECOND += [interacting, of_constants, with_a_bias_inside, powers, without_data, of_nothing_much]


@pytest.mark.slow
@pytest.mark.parametrize("loss", SECOND, ids=lambda loss: loss.__name__)
def test_second_derivatives_agree_with_the_engine(loss):
    w, b, X, Y = data(m=33)
    expected = second_derivatives(loss, w, b, X, Y)
    with as_text():
        for backend in BACKENDS:
            for ordered in (X, np.asfortranarray(X)):
                ours = hessian(loss, batch=("x", "y"), backend=backend)(w, b, ordered, Y)
                assert_blocks_agree(ours, expected, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("loss", [fused, ridge, nested_and_short, interacting, of_constants], ids=lambda x: x.__name__)
def test_second_derivatives_are_compiled(loss, order):
    w, b, X, Y = data(m=33)
    ours = hessian(loss, batch=("x", "y"), backend="numba")(w, b, np.asarray(X, order=order), Y)
    assert_blocks_agree(ours, second_derivatives(loss, w, b, X, Y), rel=1e-12)


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


@pytest.mark.slow
@settings(max_examples=40)
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
        len(in_order(trace_loss(literal, {"w": n, "b": None, "x": n, "y": None}, ("x", "y"), order=2).results()))
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


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["numpy", "python"])
@pytest.mark.parametrize("n", [2, 3, 5, 9])
def test_a_sum_that_leaves_out_the_entry_of_its_own_row(backend, n):
    """In row 0 it runs over 1, 2, …; in row 1 over 0, 2, …: the first row does not tell about the others."""

    def loss(w, x):
        return node_sum([tanh(node_sum(w) * wj) for wj in w]) * x + node_sum([wj * wk for wj in w for wk in w[1:]]) ** 2

    w = RNG.normal(size=n)
    ours = hessian(loss, batch="x", backend=backend)(w, [1.0, -0.5])["w"]["w"]
    theirs = np.array(hessian(lambda w: loss(w, 1.0) + loss(w, -0.5), w.tolist()))
    assert np.max(np.abs(np.array(ours) - theirs)) <= 1e-12 * max(1.0, np.max(np.abs(theirs)))
