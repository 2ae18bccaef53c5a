"""`value_and_grad`: every backend against the eager engine and the closed form."""

import numpy as np
import pytest
from losses import BACKENDS, LOSSES, ODD, RNG, as_text, assert_agree, data, eagerly, fused, two_lengths

from micrograd_lr import gradient, logistic, value_and_grad
from micrograd_lr import sum as node_sum


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
def test_every_backend_agrees_with_the_engine(loss, backend):
    w, b, X, Y = data()
    compiled_loss = value_and_grad(loss, backend=backend)
    assert_agree(compiled_loss(w, b, X, Y), eagerly(loss, {"w": w, "b": b, "x": X, "y": Y}))


@pytest.mark.slow
@pytest.mark.parametrize("loss", ODD, ids=lambda loss: loss.__name__)
def test_odd_ways_through_the_features(loss):
    w, b, X, Y = data(m=131)
    expected = eagerly(loss, {"w": w, "b": b, "x": X, "y": Y})
    for backend in BACKENDS:
        assert_agree(value_and_grad(loss, backend=backend)(w, b, np.asfortranarray(X), Y), expected, rel=1e-12)
    with as_text():  # compiled in one memory order, interpreted in the other
        for backend in BACKENDS:
            assert_agree(value_and_grad(loss, backend=backend)(w, b, X, Y), expected, rel=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_shorter_vector_decides(backend):
    arguments = {"w": RNG.normal(size=3), "b": 0.5, "x": RNG.normal(size=(5, 40)), "y": RNG.normal(size=40)}

    def loss(w, b, x, y):
        return node_sum(p * q for p, q in zip(w, x)) * y + b

    assert_agree(value_and_grad(loss, backend=backend)(**arguments), eagerly(loss, arguments))


@pytest.mark.parametrize("backend", BACKENDS)
def test_vectors_of_different_lengths(backend):
    arguments = {
        "w": RNG.normal(size=6), "v": RNG.normal(size=3), "x": RNG.normal(size=(6, 50)), "u": RNG.normal(size=(3, 50)),
        "y": RNG.normal(size=50),
    }  # fmt: skip
    ours = value_and_grad(two_lengths, batch=("x", "u", "y"), backend=backend)(**arguments)
    assert_agree(ours, eagerly(two_lengths, arguments, batch=("x", "u", "y")))


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


@pytest.mark.covers
@pytest.mark.slow
def test_wide_data_in_both_orders():
    w, b, X, Y = data(n=70, m=1_000)
    dw, _ = logistic.closed_form(w, b, X, Y)
    graph = value_and_grad(fused)
    for order in (X, np.asfortranarray(X)):
        assert np.allclose(graph(w, b, order, Y)[1]["w"], dw, rtol=0, atol=1e-12 * np.abs(dw).max())


@pytest.mark.slow
def test_single_precision_comes_back_with_double_sums():
    w, b, X, Y = (np.asarray(x, dtype=np.float32) for x in data(n=4, m=5_000))
    for backend in ("numba", "numpy"):
        J, gradients = value_and_grad(fused, backend=backend)(w, b, X, Y)
        assert gradients["w"].dtype == np.float32
        exact, _ = value_and_grad(fused)(*(x.astype(float) for x in (w, b, X, Y)))
        assert pytest.approx(exact, rel=1e-6) == J


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_single_feature(backend):
    X, Y = RNG.normal(size=(1, 20)), np.arange(20) % 2.0
    dw, db = logistic.closed_form([0.5], 0.1, X, Y)
    for w in (np.array([0.5]), np.array([[0.5]]), 0.5):
        _, gradients = value_and_grad(fused, backend=backend)(w, 0.1, X, Y)
        assert np.shape(gradients["w"]) == np.shape(w)
        assert np.ravel(gradients["w"])[0] == pytest.approx(np.ravel(dw)[0], rel=1e-13)
        assert gradients["b"] == pytest.approx(db, rel=1e-13)


@pytest.mark.parametrize("backend", BACKENDS)
def test_gradients_alone(backend):
    w, b, X, Y = data()
    graph = gradient(fused, batch=("x", "y"), backend=backend)
    _, expected = value_and_grad(fused, backend=backend)(w, b, X, Y)
    found = graph(w, b, X, Y)
    assert np.array_equal(found["w"], expected["w"])
    assert found["b"] == expected["b"]
    assert repr(graph) == f"<gradient of fused, backend {backend}>"
