"""NaN and infinity in the data, in the loss and in a derivative: what the error says, and which example it names."""

import math

import numpy as np
import pytest
from losses import BACKENDS, data, fused

from micrograd_lr import exp, hessian, value_and_grad


@pytest.mark.parametrize("backend", BACKENDS)
def test_nan_and_infinity_in_the_data_are_found(backend):
    w, b, X, Y = data(n=5, m=30)
    graph = value_and_grad(fused, backend=backend)
    X[2, 17] = math.nan
    with pytest.raises(ValueError, match=r"x\[2, 17\] is nan, in example 17\. Remove or replace it"):
        graph(w, b, X, Y)
    with pytest.raises(ValueError, match=r"b is nan\. Remove"):
        graph(w, math.nan, np.nan_to_num(X), Y)


NONFINITE = "J is (inf|nan)|J or a derivative has no finite value"


def computed(loss, w, x, **options):
    return lambda: value_and_grad(loss, batch="x", **options)(w, np.array(x))


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_engine_says_why_with_the_example(backend):
    what = rf"({NONFINITE}) although all data are finite\. First in example 2: "
    with pytest.raises(FloatingPointError, match=what + r"exp\(the mul node = 1000.0\) has no .* exp overflows above"):
        computed(lambda w, x: exp(w * x), 1.0, [1.0, 2.0, 1000.0, 3.0, 2000.0], backend=backend)()
    with pytest.raises(
        FloatingPointError, match=what + r"pow\(the mul node = -1.0, 0.5\) has no finite value: the res"
    ):
        computed(lambda w, x: (w * x) ** 0.5, 1.0, [1.0, 2.0, -1.0], backend=backend)()
    with pytest.raises(
        FloatingPointError, match=what + "the loss or a derivative leaves the range of floats, or a cur"
    ):
        computed(lambda w, x: (w * x) * 1e300, 1e10, [0.0, 0.0, 1.0], backend=backend)()
    with pytest.raises(FloatingPointError, match=f"({NONFINITE}) although .*, and so is every example: their"):
        computed(lambda w, x: (w + x) * 1e308, 0.5, [0.5, 0.5], backend=backend)()
    with pytest.raises(FloatingPointError, match=f"({NONFINITE}) although .*, and so is every example: their"):
        computed(lambda w, x: w * x[0] + x[1], 1.0, [[4e307] * 4] * 2, backend=backend)()
    with pytest.raises(FloatingPointError, match=r"finite\. First in example 0: the loss or a derivative leaves"):
        computed(lambda w, x: x * 1e300, 1.0, [1e10], backend=backend)()
    with pytest.raises(FloatingPointError, match=r"finite\. First in example 0: the loss or a derivative leaves"):
        computed(lambda w, x: x * 1e300 + 0.0 * w, 1.0, [1e10], backend=backend)()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_derivative_is_infinite_while_the_loss_is_finite(backend):
    def found(what):  # in plain Python the arithmetic itself raises
        return "J or a derivative has no finite value" if backend == "python" else rf"{what} has .* \(it is inf\)"

    weights, ones = [1.0, 0.0], np.ones((2, 40))
    with pytest.raises(
        FloatingPointError,
        match=found(r"the gradient of w\[1\]") + r" although all data are finite\. First in example 0: the gradient "
        r"of w\[1\] = 0\.0 has no finite value: .*The curve is vertical there: keep the base away from 0\.",
    ):
        value_and_grad(lambda w, x: w[1] ** 0.5 + w[0] * x[0], batch="x", backend=backend)(weights, ones)
    with pytest.raises(
        FloatingPointError, match=found("the gradient of w") + " although all data are finite, and so is every"
    ):
        computed(lambda w, x: w * x * 1e308, 0.0, [1.0, 1.0], backend=backend)()
    second = r"the second derivative by w\[1\] and w\[1\]"
    with pytest.raises(FloatingPointError, match=found(second) + r" although .*\. First in example 0: the loss or a"):
        hessian(lambda w, x: w[1] ** 1.5 + w[0] * x[0], batch="x", backend=backend)(weights, ones)


@pytest.mark.covers
@pytest.mark.slow
def test_a_gradient_beyond_single_precision():
    with pytest.raises(FloatingPointError, match=r"the gradient of w leaves the range of float32\. Give w as float64."):
        value_and_grad(lambda w, x: w * x, batch="x")(np.float32([0.5]), np.array([1e300]))


@pytest.mark.parametrize(
    "loss, w", [(lambda w, x: x * w**0.5, -8.0), (lambda w, x: x * (1 / w), 0.0), (lambda w, x: x * w**2.5, 1e200)]
)
def test_numpy_too_finds_what_depends_on_parameters_alone(loss, w):
    with pytest.raises(FloatingPointError, match="although all data are finite"):
        value_and_grad(loss, "x", backend="numpy")(w, [1.0])
