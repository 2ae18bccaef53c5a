"""gradient and hessian: exact, nested to any order, and never silently wrong where levels mix."""

import math
from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from micrograd_lr import Value, dot, exp, first_nan, gradient, hessian, log, logistic_loss, relu, sigmoid, tanh
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.numeric import central_differences, decimals, numeric_gradient
from micrograd_lr.logistic import literal_loss


def test_gradient_has_the_shape_of_its_arguments():
    assert gradient(lambda x: x**3, 2.0) == 12.0
    assert gradient(lambda x, y: x * y, 2.0, 5) == (5.0, 2.0)
    assert gradient(lambda w, b: dot(w, [3.0, 4.0]) + b, [1.0, 2.0], 0.5) == ([3.0, 4.0], 1.0)
    assert gradient(lambda w: dot(w[0], [3.0, 4.0]), [(1.0, 2.0)]) == [(3.0, 4.0)]
    assert gradient(lambda w: dot(w[0], [3.0, 4.0]), np.array([[1.0, 2.0]])) == [[3.0, 4.0]]
    assert gradient(lambda x, unused: x * x, 3.0, 4.0) == (6.0, 0.0)
    assert gradient(lambda x: x + 1, 2.0) == 1.0
    assert type(gradient(lambda x: x + 1, 2.0)) is float
    assert gradient(lambda x: x, F(1, 3)) == F(1)


def test_hessian_of_logistic_regression_is_x_diag_xt():
    """X̃ diag(a(1-a)) X̃ᵀ, with X̃ = X and a row of ones for b."""
    rng = np.random.default_rng(3)
    n, m = 3, 7
    X, Y = rng.normal(size=(n, m)), rng.integers(0, 2, m).astype(float)
    w, b = rng.normal(size=n), 0.3
    a = 1 / (1 + np.exp(-(w @ X + b)))
    Xb = np.vstack([X, np.ones(m)])
    truth = Xb @ np.diag(a * (1 - a)) @ Xb.T
    for loss in (logistic_loss, literal_loss):

        def J(w, b, loss=loss):
            return node_sum(loss(dot(w, x) + b, y) for x, y in zip(X.T.tolist(), Y))

        found = hessian(J, w.tolist(), b)
        assert np.allclose(found, truth, rtol=1e-13, atol=1e-13)
        assert not np.allclose(found, truth * 1.0001, rtol=1e-13, atol=1e-13)


def test_hessian_keys_in_fractions():
    """The data of the slides' second exercise: (w1, w2, b) at z = 0 in exact numbers."""
    assert hessian(lambda w: literal_loss(w * F(2) + F(-1), F(1)), F(1, 2)) == [[F(1)]]
    X, Y = [(F(0), F(2)), (F(1), F(0)), (F(-1), F(1))], [F(1), F(0), F(0)]
    found = hessian(lambda w, b: node_sum(literal_loss(dot(w, x) + b, y) for x, y in zip(X, Y)), [F(0), F(0)], F(0))
    assert found == [[F(1, 2), F(-1, 4), F(0)], [F(-1, 4), F(5, 4), F(3, 4)], [F(0), F(3, 4), F(3, 4)]]


@pytest.mark.covers
@pytest.mark.slow
@pytest.mark.parametrize(
    "fun",
    [
        lambda x, y: x + 2 * y - x * y,
        lambda x, y: x / y - 1 / x,
        lambda x, y: x**3 * y**2 + x**1 + y**0,
        lambda x, y: x**y,
        lambda x, y: 2**x * x**-1.5 + y**0.5,
        lambda x, y: exp(x) * log(y),
        lambda x, y: sigmoid(x * y) + tanh(x - y),
        lambda x, y: relu(x) * relu(y) * relu(-x) + relu(x * y),
        lambda x, y: dot([x, y, x], [y, y, 3.0]) + node_sum([x, y, x * y]),
        lambda x, y: logistic_loss(x * y, 0.25) + logistic_loss(x, y / 3),
    ],
)
def test_second_derivatives_of_every_op_against_sympy(symbolic, fun):
    x, y = sympy.symbols("x y", positive=True)
    formula = fun(Value(x), Value(y)).data
    at = {x: sympy.Rational(3, 4), y: sympy.Rational(5, 4)}
    truth = [[float(sympy.diff(formula, s, t).subs(at).evalf(40)) for t in (x, y)] for s in (x, y)]
    found = hessian(fun, 0.75, 1.25)
    assert np.allclose(found, truth, rtol=1e-13, atol=1e-14)


def test_derivatives_of_any_order():
    def derivative(f):
        return lambda x: gradient(f, x)

    f = lambda x: x**5 + exp(2 * x)
    for k in range(1, 6):
        f = derivative(f)
        assert f(0.5) == pytest.approx(math.perm(5, k) * 0.5 ** (5 - k) + 2**k * math.e, rel=1e-14)


def test_levels_of_differentiation_do_not_mix():
    """d/dx (x · d/dy (x·y)) = 2x, where an inner derivative returned as a number would give x."""
    assert gradient(lambda x: x * gradient(lambda y: x * y, 1.0), 2.0) == 4.0
    assert gradient(lambda x: x * gradient(lambda y: x + y, 1.0), 2.0) == 1.0
    assert (
        gradient(lambda x: gradient(lambda t: t * x, x), 3.0) == 1.0
    )  # the x that the inner function closes over is fixed
    w = Value(3.0, "w")
    slope = gradient(lambda x: w * x * x, 2.0)
    assert isinstance(slope, Value)
    slope.backward()
    assert (slope.data, w.grad) == (12.0, 4.0)
    one, two = gradient(lambda x, y: w * 0 + x, 2.0, 5.0)
    assert (one, two) == (1.0, 0.0)  # constants, whatever w is
    assert hessian(lambda x: w * x * x, 2.0)[0][0].data == 6.0


@pytest.mark.parametrize(
    ("fun", "at", "truth"),
    [
        (lambda x: gradient(lambda t: 3 * t, x), 2.0, 0.0),
        (lambda x: gradient(lambda t: 3 * t, 1.0), 2.0, 0.0),
        (lambda x: gradient(lambda t: t * t, 3.0) * x, 2.0, 6.0),
        (lambda x: 2 * gradient(lambda t: 3 * t, x) + 1, 2.0, 0.0),
        (lambda x: gradient(lambda t: 3 * t, x) * x * x, 2.0, 12.0),
        (lambda x: gradient(lambda u: gradient(lambda t: 3 * t, u), x), 2.0, 0.0),
        (lambda x: gradient(lambda u: gradient(lambda t: 3 * t, u) * u * x, x), 2.0, 3.0),
        (lambda x: hessian(lambda t: 3 * t, x)[0][0], 2.0, 0.0),
        (lambda x: hessian(lambda t: 3 * t * t, x)[0][0] * x, 2.0, 6.0),
        (lambda x: gradient(lambda t: x, 1.0), 2.0, 0.0),
        (lambda x: gradient(lambda s, t: 3 * s + t, x, 5.0)[1] * x, 2.0, 1.0),
        (lambda w: node_sum(gradient(lambda t: 3 * t[0] + 4 * t[1], w)), [1.0, 2.0], [0.0, 0.0]),
        (lambda w: dot(gradient(lambda t: dot(t, [3.0, 4.0]), [1.0, 2.0]), w), [1.0, 2.0], [3.0, 4.0]),
        (lambda x: gradient(lambda t: 3 * t, x), F(1, 3), F(0)),
        (lambda x: gradient(lambda t: 3 * t, x) * x * x, F(1, 3), F(2)),
        (lambda x: gradient(relu, x), -2.0, 0.0),
    ],
)
def test_inner_derivatives_that_are_constants(fun, at, truth):
    found = gradient(fun, at)
    assert found == truth
    assert type(found) is type(truth)


def test_constants_of_hessians_and_mixed_derivatives():
    assert hessian(lambda x: gradient(lambda t: 3 * t, x), 2.0) == [[0.0]]
    assert hessian(lambda x: gradient(lambda t: 3 * t, x) * x**3, 2.0) == [[36.0]]
    assert gradient(lambda x, y: gradient(lambda t: y * t, x), 2.0, 5.0) == (0.0, 1.0)
    assert gradient(lambda x, y: gradient(lambda t: x * y * t, 1.0), 2.0, 5.0) == (5.0, 2.0)
    assert gradient(lambda t: 3 * t, 2.0) == 3.0  # with nothing around it, a number


def test_backward_inside_gradient_is_refused():
    def mixed(x):
        square = x * x
        square.backward()
        return square * x.grad

    with pytest.raises(
        RuntimeError, match=r"backward\(\) was called inside a function that gradient\(\) is differentiating"
    ):
        gradient(mixed, 2.0)

    def unrelated(x):
        v = Value(3.0)
        (v * v).backward()
        return x * v.grad

    assert gradient(unrelated, 2.0) == 6.0
    v = Value(2.0)
    (v * v).backward()  # and afterwards everything is as before
    assert v.grad == 4.0


@pytest.mark.parametrize(
    ("fun", "what"),
    [(lambda x: 3.0, r"3\.0 \(float\)"), (lambda x: math.log(x), r"0\.69.* \(float\)"), (lambda x: None, "None")],
)
def test_a_function_that_leaves_the_graph_is_refused(fun, what):
    with pytest.raises(
        TypeError, match=rf"<lambda> returned {what}.*gradient\(\) needs a Value.*use micrograd_lr's own"
    ):
        gradient(fun, 2.0)


def test_a_derivative_that_does_not_exist_is_an_error():
    with pytest.raises(FloatingPointError, match=r"the derivative at .*2\.0 has no finite value"):
        gradient(lambda x, y: x**y, -2.0, 2.0)
    with pytest.raises(FloatingPointError, match="a curve is vertical there"):
        gradient(log, 5e-324)
    with pytest.raises(ZeroDivisionError, match=r"pow\(0\.0, -0\.5\)"):
        gradient(lambda x: x**0.5, 0.0)
    assert math.isnan(gradient(lambda x: x * math.nan, 2.0))  # NaN that was given is passed on
    assert gradient(lambda x: x**2.0, -2.0) == -4.0
    assert hessian(lambda x: x**3, -2.0) == [[-12.0]]
    assert hessian(lambda x: x**0, 0.0) == [[0.0]]
    assert hessian(lambda x, y: 0.0**y * x, 1.0, 2.0) == [[0.0, 0.0], [0.0, 0.0]]


def test_the_first_nan_can_be_asked_for():
    big = Value(math.inf, "big")
    middle = big - big
    middle.label = "middle"
    root = (middle + 1.0) * 2.0
    assert first_nan(root) is middle
    assert first_nan(big * 1.0) is None
    given = Value(math.nan, "given")
    assert first_nan(exp(given)) is given


def test_numeric_gradient_sees_to_the_last_digit():
    found = numeric_gradient(lambda w, b: logistic_loss(dot(w, [2.0, 3.0]) + b, 1.0), [0.5, -0.2], 0.1)
    a_y = sigmoid(0.5) - 1
    assert found == pytest.approx([2 * a_y, 3 * a_y, a_y], rel=4e-16)
    # The tiny gradient of a saturated, confident node, which differences of floats give as 0:
    assert numeric_gradient(lambda z: logistic_loss(z, 1.0), 40.0) == pytest.approx([-sigmoid(-40.0)], rel=1e-9)
    assert numeric_gradient(lambda x: 2 * x.log(), 4) == pytest.approx([0.5], rel=1e-15)
    assert numeric_gradient(relu, 0.0) == [0.5]
    assert central_differences(lambda x: x[0] * x[1], decimals([3.0, 5.0])) == [5.0, 3.0]
