"""What a compiled loss is given: one feature, single precision, and labels."""

import math
from fractions import Fraction

import numpy as np
import pytest
from truth import mp

from micrograd_lr import (
    Expression,
    Value,
    dot,
    exp,
    gradient,
    hessian,
    log,
    logistic,
    logistic_loss,
    sigmoid,
    tanh,
    value_and_grad,
)
from micrograd_lr import sum as node_sum

BACKENDS = ["numba", "numpy", "python"]

# One feature


def by_len(w, b, x, y):
    return logistic_loss(node_sum([w[j] * x[j] for j in range(len(w))]) + b, y)


def by_zip(w, b, x, y):
    z = b
    for wj, xj in zip(w, x):
        z = z + wj * xj
    return logistic_loss(z, y)


def by_dot(w, b, x, y):
    return logistic_loss(dot(w, x) + b, y)


def by_product(w, b, x, y):
    return logistic_loss(w * x + b, y)


def by_slice(w, b, x, y):
    assert len(w[:1]) == len(x[:]) == len([*w]) == len([*reversed(x)]) == 1
    return logistic_loss(node_sum([u * v for u, v in zip(w[:1], x[-1:])]) + b, y)


def by_unpacking(w, b, x, y):
    (only,) = w
    first, *rest = x
    assert rest == []
    return logistic_loss(only * first + b, y)


def with_w_twice(w, b, x, y):
    """The number and its entry are one parameter: their slopes add up."""
    return logistic_loss((w[0] * x + w * x[0]) / 2 + b, y)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("loss", [by_len, by_zip, by_dot, by_product, by_slice, by_unpacking, with_w_twice])
def test_a_vector_of_one_is_a_vector_and_a_number(loss, backend):
    X, Y = np.array([[1.0, -2.0, 3.0]]), np.array([1.0, 0.0, 1.0])
    a = 1 / (1 + np.exp(-(0.5 * X[0] + 0.1)))
    graph = value_and_grad(loss, backend=backend)
    for w in ([0.5], (0.5,), [[0.5]], np.array([0.5]), np.array([[0.5]])):
        for b, y in ((0.1, Y), ([0.1], Y[None]), (np.array([[0.1]]), [Y.tolist()])):
            J, gradients = graph(w, b, X, y)
            assert np.shape(gradients["w"]) == np.shape(w)
            assert np.shape(gradients["b"]) == np.shape(b)
            assert np.ravel(gradients["w"])[0] == pytest.approx((a - Y) @ X[0], rel=1e-13)
            assert np.ravel(gradients["b"])[0] == pytest.approx((a - Y).sum(), rel=1e-13)
            assert pytest.approx(-np.log(np.where(Y == 1, a, 1 - a)).sum(), rel=1e-13) == J
    found = hessian(loss, batch=("x", "y"), backend=backend)([0.5], 0.1, X, Y)
    assert np.shape(found["w"]["w"]) == (1, 1)
    assert np.shape(found["w"]["b"]) == np.shape(found["b"]["w"]) == (1,)
    assert np.ravel(found["w"]["w"])[0] == pytest.approx((X[0] ** 2 * a * (1 - a)).sum(), rel=1e-13)
    assert found["b"]["b"] == pytest.approx((a * (1 - a)).sum(), rel=1e-13)


@pytest.mark.parametrize("backend", BACKENDS)
def test_lists_are_added_to_a_vector_of_one(backend):
    """The bias as a weight of a feature that is 1."""
    one, constant = [1.0], [0.1]
    graph = value_and_grad(lambda w, x, y: logistic_loss(dot(w + constant, one + x), y), backend=backend)
    J, gradients = graph([0.5], [[1.0, -2.0]], [1.0, 0.0])
    z = 0.5 + 0.1 * np.array([1.0, -2.0])
    assert pytest.approx(np.log1p(np.exp(-z[0])) + np.log1p(np.exp(z[1])), rel=1e-14) == J
    assert gradients["w"] == pytest.approx([-1 / (1 + np.exp(z[0])) + 1 / (1 + np.exp(-z[1]))], rel=1e-14)


def test_a_number_is_not_a_vector():
    with pytest.raises(TypeError, match=r"has no len\(\)"):
        value_and_grad(by_len)(0.5, 0.1, [[1.0, 2.0]], [1.0, 0.0])
    with pytest.raises(IndexError):
        value_and_grad(lambda w, x: w[1] * x, batch="x")([0.5], [1.0, 2.0])


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_lost_at_one_feature_is_said(backend):
    graph = value_and_grad(lambda w, x: node_sum([exp(w[j] * x[j]) for j in range(len(w))]), batch="x", backend=backend)
    with pytest.raises(FloatingPointError, match=r"First in example 1: exp\(the mul node = 1000\.0\)"):
        graph([1.0], [[1.0, 1000.0]])


# Single precision


def products(w, x):
    return w * (x[0] * x[1] - x[1] * x[2])


def exponentials(w, x):
    return w * exp(x[0]) * exp(-x[1])


def squares(w, x):
    return w * dot(x, x)


def curves(w, x):
    return w * node_sum([tanh(v * v) * v for v in x])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("loss", [products, exponentials, squares, curves])
@pytest.mark.parametrize("kind", ["f4", ">f4", "f2"])
def test_data_in_single_precision_are_computed_in_double_precision(loss, kind, backend):
    data = np.array([[1.1, -3.0, -60.0], [2.2, 0.7, 50.0], [1.1000001, 4.5, 1.5]]).astype(kind)
    exact = math.fsum(loss(1.0, [float(v) for v in column]) for column in data.T)
    for ordered in (data, np.asfortranarray(data), np.repeat(data, 2, axis=1)[:, ::2]):
        J, gradients = value_and_grad(loss, batch="x", backend=backend)(1.0, ordered)
        assert pytest.approx(exact, rel=1e-15) == J
        assert gradients["w"] == pytest.approx(exact, rel=1e-15)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_cancellation_that_single_precision_rounds_away(backend):
    x = np.array([[1.1], [2.2], [1.1000001]], np.float32)
    a, b, c = (Fraction(float(v)) for v in x[:, 0])
    J, gradients = value_and_grad(products, batch="x", backend=backend)(1.0, x)
    assert J == gradients["w"] == pytest.approx(float(a * b - b * c), rel=1e-8)  # the products round at 2⁻⁵³ of 2.4
    small = value_and_grad(lambda w, x: w * exp(x), batch="x", backend=backend)(1.0, np.float32([-110.0]))[0]
    assert abs(small - mp.exp(-110)) <= 2 * math.ulp(float(mp.exp(-110)))


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_parameters_in_single_precision_keep_it(backend):
    w = np.array([0.5, -0.25], np.float32)
    _, gradients = value_and_grad(by_dot, backend=backend)(w, np.float32(0.1), np.ones((2, 3), np.float32), [1, 0, 1])
    assert gradients["w"].dtype == np.float32


# Labels


OUTSIDE = [-1.0, 1.5, 2, -1e-9, 1.0000000000000002, 1e300, math.inf]


@pytest.mark.parametrize("y", OUTSIDE)
def test_a_label_outside_0_and_1_is_refused_wherever_it_comes_from(y):
    said = r"y is .*, but a label lies in \[0, 1\]\. Map the two classes to 0 and 1"
    for make in (
        lambda: logistic_loss(Value(0.3), y),
        lambda: logistic_loss(Value(0.3), np.float64(y)),
        lambda: logistic_loss(Value(0.3), Value(y)),
        lambda: logistic_loss(0.3, y),
        lambda: logistic_loss(0.3, Value(y)),
        lambda: Expression("logistic_loss(z, y)")(z=0.3, y=y),
        lambda: gradient(logistic_loss, 0.3, y),
    ):
        with pytest.raises(ValueError, match=said):
            make()


def test_every_number_type_checks_its_labels():
    mp_label = mp.mpf("1.5")
    for z, y in ((Fraction(1, 3), Fraction(5, 4)), (mp.mpf(1), mp_label)):
        with pytest.raises(ValueError, match=r"a label lies in \[0, 1\]"):
            logistic_loss(Value(z), y)
    assert math.isnan(logistic_loss(Value(0.3), math.nan).data)
    assert logistic_loss(Value(0.0), -0.0).data == math.log(2)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_compiled_loss_names_the_example_of_a_wrong_label(backend):
    losses = [
        (lambda w, x, y: logistic_loss(w * x, y), lambda y: y),
        (lambda w, x, y: logistic_loss(w * x, 1 - y), lambda y: 1 - y),
        (lambda w, x, y: logistic_loss(w * x, 2 * y) ** 2 + 0.0 * w, lambda y: y / 2),
    ]
    graphs = [(value_and_grad(loss, backend=backend), given) for loss, given in losses]
    graphs += [(make(losses[0][0], batch=("x", "y"), backend=backend), losses[0][1]) for make in (gradient, hessian)]
    for y in OUTSIDE[:-1]:
        for graph, given in graphs:
            with pytest.raises(
                ValueError,
                match=r"^in example 1, logistic_loss\(the mul node = -3\.0, .*\) has no finite value: "
                r"y is .*, but a label lies in \[0, 1\]\. Map the two classes to 0 and 1\.$",
            ):
                graph(3.0, [1.0, -1.0, 2.0, 0.5], given(np.array([1.0, y, 0.0, y])))


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_infinite_label_and_a_wrong_one_that_is_a_parameter(backend):
    with pytest.raises(ValueError, match=r"y\[1\] is inf, in example 1\. Remove or replace it"):
        value_and_grad(lambda w, x, y: logistic_loss(w * x, y), backend=backend)(3.0, [1.0, -1.0], [0.0, math.inf])
    with pytest.raises(ValueError, match=r"in example 0, logistic_loss\(.*, p = -1\.0\) .* a label lies in \[0, 1\]"):
        value_and_grad(lambda w, p, x: logistic_loss(w * x, p), batch="x", backend=backend)(3.0, -1.0, [1.0, -1.0])


@pytest.mark.parametrize("backend", BACKENDS)
def test_soft_labels_and_the_ends_are_right(backend):
    X, Y = np.linspace(-40, 40, 41), np.linspace(0, 1, 41)
    J, gradients = value_and_grad(lambda w, x, y: logistic_loss(w * x, y), backend=backend)(1.0, X, Y)
    right = sum(
        y * mp.log1p(mp.exp(-x)) + (1 - y) * mp.log1p(mp.exp(x)) for x, y in zip(map(mp.mpf, X), map(mp.mpf, Y))
    )
    slope = sum((1 / (1 + mp.exp(-x)) - y) * x for x, y in zip(map(mp.mpf, X), map(mp.mpf, Y)))
    assert abs(J - right) <= 1e-14 * abs(right)
    assert abs(gradients["w"] - slope) <= 1e-14 * abs(slope)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_wrong_label_is_seen_by_a_derivative_inside_a_loss(backend):
    loss = lambda w, x, y: gradient(lambda t: logistic_loss(t * x, y), w) * 2.0
    assert value_and_grad(loss, backend=backend)(0.0, [1.0, 2.0], [0.0, 1.0])[0] == -1.0
    for make in (value_and_grad, gradient):
        with pytest.raises(ValueError, match=r"in example 1, .* a label lies in \[0, 1\]"):
            make(loss, batch=("x", "y"), backend=backend)(0.5, [1.0, 2.0], [0.0, -1.0])


def test_the_labels_of_logistic_are_checked_as_before():
    with pytest.raises(ValueError, match=r"Y\[1\] is -1\.0: a label lies in \[0, 1\]"):
        logistic.closed_form([1.0], 0.0, [[1.0, 2.0]], [1.0, -1.0])


def test_the_literal_loss_takes_any_label():
    """Only logistic_loss knows that y is a label; a formula that is typed out is what it says."""
    loss = lambda w, x, y: -(y * log(sigmoid(w * x)) + (1 - y) * log(1 - sigmoid(w * x)))
    assert value_and_grad(loss, backend="python")(0.0, [1.0], [3.0])[0] == pytest.approx(math.log(2), rel=1e-15)
