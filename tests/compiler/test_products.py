"""Second derivatives that are a product of data with data: found by structure, and summed by BLAS."""

import numpy as np
import pytest

from micrograd_lr import dot, exp, hessian, logistic_loss, sigmoid
from micrograd_lr.compiler.compiled import Compiled
from micrograd_lr.compiler.products import FEW, MANY, SMALL, product_over

RNG = np.random.default_rng(9)


def products_of(loss, **lengths):
    """The weights and the data of the products in the program of a Hessian, as text."""
    batch = [name for name in lengths if name in "xuy"]
    program = Compiled(loss, batch, wanted="hessian").program(lengths)
    return {name: (rows, columns) for name, (_, rows, columns) in program.products.items()}, program.matrices


def literal(w, b, x, y):
    a = sigmoid(dot(w, x) + b)
    return -(y * a.log() + (1 - y) * (1 - a).log())


@pytest.mark.parametrize("loss", [
    literal,
    lambda w, b, x, y: logistic_loss(dot(w, x) + b, y),
    lambda w, b, x, y: (dot(w, x) + b - y) ** 2 / 2,
    lambda w, b, x, y: -exp(dot(w, x)) / (1 + b * b) - y * dot(w, x) * b,
], ids=["literal", "fused", "squares", "exponential"])  # fmt: skip
def test_the_data_are_taken_out_of_the_sum(loss):
    products, matrices = products_of(loss, w=5, b=None, x=5, y=None)
    assert products == {"w_w": ("x", "x")}
    assert not matrices


def test_of_two_arguments():
    products, matrices = products_of(lambda w, v, x, u: sigmoid(dot(w, x) + dot(v, u)), w=3, v=4, x=3, u=4)
    assert products == {"w_w": ("x", "x"), "w_v": ("x", "u"), "v_v": ("u", "u")}
    assert not matrices


def test_only_where_both_are_plain_data():
    products, matrices = products_of(lambda w, v, x, u: exp(dot(v, u) - dot(w, [a * a for a in x])), w=3, v=4, x=3, u=4)
    assert products == {"v_v": ("u", "u")}
    assert len(matrices) == 2


@pytest.mark.parametrize("loss", [
    lambda w, x, u, y: dot(w, w) * dot(w, x),  # w[j] x[k] + w[k] x[j]: no factor of both
    lambda w, x, u, y: exp(dot(w, [v * v for v in x])),  # x[j]² x[k]²
    lambda w, x, u, y: exp(dot(w, [sigmoid(v) for v in x])),
    lambda w, x, u, y: exp(dot(w, [1 / v for v in x])),
    lambda w, x, u, y: dot(w, w) * exp(dot(w, w)) * y,
    lambda w, x, u, y: dot(w, w) ** 2 * y,  # w[j] w[k]
    lambda w, x, u, y: exp(dot(w, [a * b for a, b in zip(x, u)])),  # x[j] u[j] x[k] u[k]
], ids=["sums", "squares", "functions", "quotients", "parameters", "no data", "four factors"])  # fmt: skip
def test_other_forms_stay_as_they_are(loss):
    products, matrices = products_of(loss, w=5, x=5, u=5, y=None)
    assert not products
    assert len(matrices) == 1
    w, X, U, y = RNG.normal(size=5) / 5, RNG.normal(size=(5, 40)), RNG.normal(size=(5, 40)), RNG.normal(size=40)
    numba, python = (
        hessian(loss, batch=("x", "u", "y"), backend=backend)(w, X, U, y)["w"]["w"] for backend in ("numba", "python")
    )
    assert np.allclose(numba, python, rtol=1e-12)


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("m", [1, FEW - 1, FEW, MANY + 3, 2 * MANY + 1])
@pytest.mark.parametrize("n", [1, SMALL, SMALL + 1])
@pytest.mark.parametrize("least", [0.0, -0.5], ids=["no negative weight", "negative weights"])
def test_the_product_is_numpys(order, m, n, least):
    X, U = (np.asarray(RNG.normal(size=(rows, m)), order=order) for rows in (n, 7))
    s = RNG.random(m) + least
    for found, wanted in ((product_over(s, X), (X * s) @ X.T), (product_over(s, X, U), (X * s) @ U.T)):
        assert np.allclose(found, wanted, rtol=1e-12, atol=1e-12 * m)


def test_lost_numbers_are_not_hidden():
    s = np.array([1.0, np.nan, 1.0])
    assert np.isnan(product_over(s, np.ones((SMALL + 1, 3)))).all()


@pytest.mark.parametrize("backend", ["numba", "numpy", "python"])
@pytest.mark.parametrize("n", [3, SMALL + 2])
def test_every_backend_and_thread(backend, n):
    m = 200
    w, X, y = RNG.normal(size=n) / n, RNG.normal(size=(n, m)), (RNG.random(m) < 0.5) * 1.0
    H = hessian(literal, batch=("x", "y"), backend=backend)(w, 0.1, X, y)
    a = 1 / (1 + np.exp(-(w @ X + 0.1)))
    assert np.allclose(H["w"]["w"], (X * a * (1 - a)) @ X.T, rtol=1e-12, atol=1e-13 * m)
    assert np.allclose(H["w"]["b"], X @ (a * (1 - a)), rtol=1e-12, atol=1e-13 * m)


def test_data_in_several_slices():
    n, m = 4, 400_000
    w, X, y = RNG.normal(size=n), RNG.normal(size=(m, n)).T, (RNG.random(m) < 0.5) * 1.0
    H = hessian(literal, batch=("x", "y"), threads=2)(w, 0.1, X, y)
    a = 1 / (1 + np.exp(-(w @ X + 0.1)))
    assert np.allclose(H["w"]["w"], (X * a * (1 - a)) @ X.T, rtol=1e-10)
