"""The functions that the op table is written in, over every number type; a float takes the branch that is accurate."""

from __future__ import annotations

import math
import operator

from micrograd_lr.engine.errors import DOMAIN_ERRORS, LabelError, domain_error
from micrograd_lr.engine.number_types import function_of, number
from micrograd_lr.engine.scalar import Scalar, number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


def _elsewhere(kernel: Callable[..., Any], x: Any, derived: Callable[..., Any] | None = None) -> Any:
    """`kernel` on a number that is not a float: the type's own function, or its form in terms of exp and log."""
    given = function_of(x, kernel.__name__)
    if given is not None:
        try:
            return _real(given(x))
        except DOMAIN_ERRORS as error:
            raise domain_error(kernel.__name__, (x,), error) from error
    x = number(x)
    if type(x) is float:
        return kernel(x)
    if derived is None:
        name, cls = kernel.__name__, type(x).__name__
        raise TypeError(f"{name} is not known for {cls}. Make it known once: number_type({cls}, exp=..., log=...).")
    return derived(x)


def _real(out: Any) -> Any:
    if getattr(out, "imag", 0):  # Python's powers and mpmath's functions step into the complex numbers
        raise ValueError("the result is not real")
    return out


def exp(x: Any) -> Any:
    """eˣ, of a number or a `Value`. OverflowError above 709.78."""
    if type(x) is not float:
        return x.exp() if isinstance(x, Scalar) else _elsewhere(exp, x)
    try:
        return math.exp(x)
    except OverflowError as error:
        raise domain_error("exp", (x,), error) from error


def log(x: Any) -> Any:
    """The natural logarithm of a number or a `Value`. ValueError for 0 and below."""
    if type(x) is not float:
        return x.log() if isinstance(x, Scalar) else _elsewhere(log, x)
    try:
        return math.log(x)
    except ValueError as error:
        raise domain_error("log", (x,), error) from error


def sigmoid(z: Any) -> Any:
    """σ(z) = 1 / (1 + e⁻ᶻ), of a number or a `Value`. On floats in two branches, so that neither overflows."""
    if type(z) is not float:
        return z.sigmoid() if isinstance(z, Scalar) else _elsewhere(sigmoid, z, lambda z: 1 / (1 + exp(-z)))
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent of a number or a `Value`."""
    if type(x) is float:
        return math.tanh(x)
    return x.tanh() if isinstance(x, Scalar) else _elsewhere(tanh, x, lambda x: 2 * sigmoid(2 * x) - 1)


def tanh_slope(out: Any, x: Any) -> Any:
    """1 - tanh²x = 1/cosh²x, the slope of out = tanh x: from x, because tanh x rounds to 1 long before its slope is 0.

    In nodes 1 - out², and a plain number for what its rounding loses. So the second derivative is -2 tanh x / cosh²x.
    """
    if type(x) is float:
        e = math.exp(-2 * abs(x))  # with this sign it cannot overflow
        return 4 * e / ((1 + e) * (1 + e))
    if isinstance(x, Scalar):
        rounded = 1 - out * out
        return rounded + (tanh_slope(out.data, x.data) - rounded.data)
    given = function_of(x, "tanh_slope")
    return given(out, x) if given else 4 / (exp(x) + exp(-x)) ** 2


def relu(x: Any) -> Any:
    """max(x, 0), of a number or a `Value`; NaN stays NaN."""
    if type(x) is float:
        return 0.0 if x <= 0 else x
    return x.relu() if isinstance(x, Scalar) else _elsewhere(relu, x, lambda x: 0 * x if x <= 0 else x)


def step(x: Any) -> Any:
    """0 for x ≤ 0, else 1: the slope of relu, with the usual choice of 0 at the kink; NaN stays NaN."""
    return (0 if x <= 0 else 1 if x > 0 else x) if type(x) is float else _elsewhere(step, x, lambda x: int(x > 0))


def softplus(t: Any) -> Any:
    """log(1 + eᵗ) = max(t, 0) + log1p(e⁻|ᵗ|): 1.4 ulp on floats, with no overflow and no cancellation."""
    if type(t) is float:
        return max(t, 0.0) + math.log1p(math.exp(-abs(t)))
    return _elsewhere(softplus, t, lambda t: relu(t) + _log1p(exp(-abs(t))))


def _log1p(e: Any) -> Any:
    u = 1 + e  # Kahan's quotient undoes the rounding of u
    return e if u == 1 else log(u) * e / (u - 1)


def power(base: Any, exponent: Any) -> Any:
    """baseᵉˣᵖᵒⁿᵉⁿᵗ, without Python's step into the complex numbers."""
    return _real(base**exponent)


def power_slope(out: Any, base: Any, exponent: Any) -> Any:
    """b·aᵇ⁻¹, the slope of aᵇ in a: infinite where the curve is vertical."""
    if exponent == 0 or exponent == 1:  # at any base, 0 included
        return int(exponent)
    if isinstance(out, Scalar) and not isinstance(base, Scalar):
        return math.nan  # of a graph, only the slopes in nodes are needed
    if type(out) is not float:  # where a symbol for the exponent may be 0 it is 0 · 0⁰ at the base 0, and not 0 · 0⁻¹
        corner = 0 if isinstance(exponent, Scalar) else zero(base) * zero(exponent)
        return exponent * power(base, exponent - 1 + corner)
    try:
        return exponent * base ** (exponent - 1)
    except ZeroDivisionError:
        return math.inf
    except OverflowError:
        return exponent * out / base


def power_growth(out: Any, base: Any) -> Any:
    """aᵇ·log a, the slope of aᵇ in b: 0 at a = 0; NaN for a < 0, where aᵇ has no slope in b."""
    positive = number_of(base) > 0
    if positive is False:
        return 0 if number_of(base) == 0 else math.nan
    if positive is not True:  # a symbol, whose sign is not known: log 1 in the place of log 0
        base = base + zero(base)
    return out * log(base)


def zero(x: Any) -> Any:
    """1 for x = 0, else 0: a symbol for the answer where `x` holds a symbol, which cannot be asked."""
    given = function_of(number_of(x), "zero")
    return given(number_of(x)) if given else int(number_of(x) == 0)


def total(*terms: Any) -> Any:
    """The sum of the terms; of floats with one rounding at the end (math.fsum)."""
    return _total(terms)


def inner(*factors: Any) -> Any:
    """w₁x₁ + … + wₙxₙ, for the factors w₁, …, wₙ, x₁, …, xₙ; of floats with one rounding of the sum."""
    n = len(factors) // 2
    return _total([*map(operator.mul, factors[:n], factors[n:])])


def _total(terms: Sequence[Any]) -> Any:
    plain = sum(terms)
    if type(plain) is not float or not math.isfinite(plain):  # fsum knows floats only, and no infinity among them
        return plain
    return math.fsum(terms)


def label(y: Any) -> Any:
    """`y` itself, where it is a label: ValueError outside of [0, 1]. NaN stays NaN."""
    if isinstance(y, Scalar):  # NaN in a symbol is added to its node
        number = number_of(y)
        checked = label(number)
        return y if checked is number else y + (checked - number)
    return _label(y) if type(y) is float else _elsewhere(label, y, _label)


def _label(y: Any) -> Any:
    try:
        inside = bool(y != y or 0 <= y <= 1)
    except TypeError:  # a formula: what it is at some numbers is seen there
        return y
    if not inside:
        raise LabelError(f"y is {y!r}, but a label lies in [0, 1]. Map the two classes to 0 and 1")
    return y


def cross_entropy(z: Any, y: Any) -> Any:
    """-(y log σ(z) + (1-y) log(1-σ(z))), by softplus of ±z: 1.5 ulp for y = 0 or 1, at any z."""
    if y == 0:
        return softplus(z)
    if y == 1:
        return softplus(-z)
    y = label(y)
    return (1 - y) * softplus(z) + y * softplus(-z)


def cross_entropy_slope(z: Any, y: Any) -> Any:
    """σ(z) - y with the sign of the label, (1-y) σ(z) - y σ(-z): nothing cancels for y = 0 and y = 1, at any z."""
    if y == 0:
        return sigmoid(z)
    if y == 1:
        return -sigmoid(-z)
    y = label(y)
    return (1 - y) * sigmoid(z) - y * sigmoid(-z)
