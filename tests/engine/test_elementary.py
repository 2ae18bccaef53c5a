"""The numeric promises of the kernels, in ulp against mpmath, over the whole range of the logit."""

import math
import random
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from truth import mp, mp_sigmoid, ulps

from micrograd_lr import OPS, Op, Value, exp, log, logistic_loss, relu, sigmoid, tanh
from micrograd_lr import sum as node_sum
from micrograd_lr.engine import elementary as kernels
from micrograd_lr.logistic import literal_loss

_random = random.Random(7)
LOGITS = [0.0, -0.0, 1e-300, -1e-300, 5e-324, -1e-9, 36.0, 36.74, 40.0, -40.0, 700.0, -700.0, 1e300, -1e300]
LOGITS += [
    sign * z * (1 - 0.003 * _random.random())
    for z in (5, 20, 36, 37, 40, 100, 700)
    for sign in (1, -1)
    for _ in range(20)
]
LOGITS += [_random.uniform(-40, 40) for _ in range(300)]


def true_loss(z: float, y: float):
    t = -mp.mpf(z) if y else mp.mpf(z)
    return t if t > 1000 else mp.log1p(mp.exp(t))


def true_slope(z: float, y: float):
    t = -mp.mpf(z) if y else mp.mpf(z)
    return (-1 if y else 1) * (mp.mpf(0) if t < -1000 else mp_sigmoid(t))


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_the_fused_loss_keeps_1_5_and_2_5_ulp_at_every_logit(y):
    worst_loss = worst_slope = 0.0
    for z in LOGITS:
        v = Value(z)
        loss = logistic_loss(v, y)
        loss.backward()
        worst_loss = max(worst_loss, ulps(loss.data, true_loss(z, y)))
        worst_slope = max(worst_slope, ulps(v.grad, true_slope(z, y)))
    assert worst_loss <= 1.5
    assert worst_slope <= 2.5


@pytest.mark.slow
def test_soft_labels_of_the_fused_loss():
    for y in (2**-30, 0.25, 0.5, 0.9, 1 - 2**-30):
        for z in LOGITS:
            if abs(z) < 500:
                v = Value(z)
                loss = logistic_loss(v, y)
                loss.backward()
                truth = (1 - mp.mpf(y)) * true_loss(z, 0.0) + mp.mpf(y) * true_loss(z, 1.0)
                assert ulps(loss.data, truth) <= 4
                ups, downs = (1 - mp.mpf(y)) * mp_sigmoid(mp.mpf(z)), mp.mpf(y) * mp_sigmoid(-mp.mpf(z))
                assert abs(v.grad - (ups - downs)) <= 5 * 2**-53 * max(ups, downs)  # σ(z) - y would lose digits near 1


def test_the_literal_loss_keeps_the_gradient_up_to_36():
    """dL/dz within 4e-16 of a - y for |z| <= 36: the rounding of a(1-a) cancels against that of 1/(1-a)."""
    for y in (0.0, 1.0):
        for z in LOGITS:
            if abs(z) <= 36:
                v = Value(z)
                literal_loss(v, y).backward()
                assert abs(v.grad - (mp_sigmoid(mp.mpf(z)) - mp.mpf(y))) <= 4e-16


def test_sigmoid_and_softplus():
    assert max(ulps(sigmoid(z), mp_sigmoid(mp.mpf(z))) for z in LOGITS if abs(z) < 700) <= 2.5
    assert (sigmoid(1000.0), sigmoid(-1000.0), sigmoid(0.0)) == (1.0, 0.0, 0.5)
    assert max(ulps(kernels.softplus(z), true_loss(z, 0.0)) for z in LOGITS) <= 1.5


def test_softplus_of_decimals_keeps_its_digits_far_left():
    with localcontext() as context:
        context.prec = 30
        for t in (-80, -50, -3, 0, 2, 60):
            truth = mp.log1p(mp.exp(mp.mpf(t)))
            assert abs(mp.mpf(str(kernels.softplus(Decimal(t)))) / truth - 1) < 1e-28


def test_nan_and_infinity_pass_through_the_kernels():
    nan = math.nan
    for kernel in (exp, log, sigmoid, tanh, relu, kernels.softplus, kernels.step):
        assert math.isnan(kernel(nan))
    assert (relu(-math.inf), relu(math.inf), kernels.softplus(-math.inf)) == (0.0, math.inf, 0.0)


def test_kernels_take_ints_and_numpy_scalars_as_floats():
    assert sigmoid(0) == 0.5
    assert type(log(np.float32(2))) is float
    assert log(np.int8(1)) == 0.0


def test_kernels_of_exact_and_of_decimal_numbers():
    half = sigmoid(Fraction(0))
    assert (type(half), half) == (Fraction, Fraction(1, 2))
    assert log(Fraction(1)) == 0
    assert log(Fraction(3)) == Fraction(math.log(3))
    assert relu(Fraction(-1)) == 0
    assert relu(Fraction(1, 3)) == Fraction(1, 3)
    assert kernels.step(Fraction(1, 3)) == 1
    assert tanh(Fraction(0)) == 0
    assert kernels.softplus(Fraction(0)) == Fraction(math.log(2))
    assert exp(Decimal(1)) == Decimal(1).exp()


def test_a_function_that_a_number_type_does_not_have_is_named_with_the_remedy():
    class Half(Fraction):
        pass

    class Own:
        __module__ = "elsewhere"

    assert log(Half(1)) == 0  # a subclass has the functions of its base
    with pytest.raises(TypeError, match=r"\(Own\)\. A number type of your own is made known once"):
        log(Own())
    from micrograd_lr import number_type

    number_type(Own)
    with pytest.raises(TypeError, match=r"log is not known for Own\. Make it known once: number_type\(Own, exp="):
        log(Own())


def test_sums_are_rounded_once_and_survive_infinities():
    assert node_sum([0.1] * 10) == 1.0
    assert node_sum([1e308, 1e308, -1e308]) == math.inf
    assert math.isnan(node_sum([math.inf, -math.inf]))
    assert node_sum([]) == 0.0
    assert node_sum([Fraction(1, 3), Fraction(1, 6)]) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (
            lambda: log(0.0),
            ValueError,
            r"^log\(0\.0\) has no finite value: .*\. log needs an operand above 0\. If it is",
        ),
        (lambda: log(-1), ValueError, r"^log\(-1\.0\) has no finite value: .*\. log needs an operand above 0\.$"),
        (
            lambda: log(1 - sigmoid(40.0)),
            ValueError,
            r"If it is a probability that was rounded to 0: logistic_loss\(z, y\) is stable at",
        ),
        (
            lambda: exp(np.float64(1000)),
            OverflowError,
            r"^exp\(1000\.0\) .*: math range error\. exp overflows above 709",
        ),
        (
            lambda: log(Fraction(0)),
            ValueError,
            r"^log\(Fraction\(0, 1\)\) has no finite value: .*needs an operand above",
        ),
        (
            lambda: log(Decimal(-1)),
            ArithmeticError,
            r"^log\(Decimal\('-1'\)\) has no finite value: InvalidOperation\. log",
        ),
        (lambda: OPS["div"](1, 0), ZeroDivisionError, r"^div\(1, 0\) has no .*The divisor must not be 0\.$"),
        (lambda: OPS["pow"](0.0, -1), ZeroDivisionError, r"^pow\(0\.0, -1\) has no .*A base of 0 needs"),
        (lambda: exp(Value(800.0, "z")), OverflowError, r"^exp\(z = 800\.0\) has no finite value: math range error\."),
        (
            lambda: Value(1e200) ** 2,
            OverflowError,
            r"Numerical result out of range\. The result leaves the range of floats",
        ),
    ],
)
def test_functions_of_plain_numbers_say_what_nodes_say(run, error, message):
    with pytest.raises(error, match=message) as found:
        run()
    assert str(found.value).count("no finite value") == 1


def test_an_op_that_fails_inside_of_a_kernel_says_where():
    gauss = Op("gauss", "G", lambda a: exp(a * a), lambda out, a: (2 * a * out,))
    with pytest.raises(
        OverflowError, match=r"^gauss\(v = 30\.0\) has no finite value: exp\(900\.0\) has no finite value"
    ):
        gauss(Value(30.0, "v"))
