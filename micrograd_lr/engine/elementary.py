"""The functions that the op table is written in, over every number type; a float takes the branch that is accurate."""

from __future__ import annotations

import math
import operator

from micrograd_lr.engine.errors import DOMAIN_ERRORS, LabelError, domain_error
from micrograd_lr.engine.node import Node, number_of
from micrograd_lr.engine.number_types import function_of, number, one_like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol

    class Elementary(Protocol):
        """What `elementary` returns."""

        on_floats: Callable[[float], float]
        derived: Callable[[Any], Any] | None
        op: Any

        def __call__(self, x: Any) -> Any: ...


FUNCTIONS: dict[str, Elementary] = {}


def elementary(
    name: str, on_floats: Callable[[float], float], derived: Callable[[Any], Any] | None = None, doc: str = ""
) -> Elementary:
    """A function of one number, over every number type; `FUNCTIONS` has it from now on, by its name.

    A float is given to `on_floats`. A node has the function as a method, or it is recorded by `op`, the row whose value
    this is. Any other number is given to the function that its type has under this name (`number_type`), or else to
    `derived`, the same in terms of other functions; TypeError where there is neither.
    """

    def function(x: Any) -> Any:
        if type(x) is float:
            try:
                return on_floats(x)
            except DOMAIN_ERRORS as error:
                raise domain_error(name, (x,), error) from error
        if isinstance(x, Node):
            if (method := getattr(x, name, None)) is not None:
                return method()
            if made.op is not None:
                return made.op(x)
        return _elsewhere(name, function, x, derived)

    made: Any = function
    made.__name__ = made.__qualname__ = name
    made.__doc__ = doc or f"The {name} of a number or a `Value`."
    made.on_floats, made.derived, made.op = on_floats, derived, None
    FUNCTIONS[name] = made
    return FUNCTIONS[name]


def is_written_out(name: str) -> bool:
    """Whether formulas and compiled losses write the function out by its derived form, because it is no op."""
    return FUNCTIONS[name].op is None and FUNCTIONS[name].derived is not None


def _elsewhere(name: str, function: Callable[[Any], Any], x: Any, derived: Callable[[Any], Any] | None = None) -> Any:
    """The function `name` of a number that is not a float: its type's own, or the form in terms of other functions."""
    given = function_of(x, name)
    if given is None and name in FUNCTIONS and (named := function_of(x, "named")):
        given = named(name)
    if given is not None:
        try:
            return _real(given(x))
        except DOMAIN_ERRORS as error:
            raise domain_error(name, (x,), error) from error
    if not isinstance(x, Node):
        x = number(x)
        if type(x) is float:
            return function(x)
    if derived is None:
        raise _unknown(name, type(x))
    return derived(x)


def _unknown(name: str, cls: type) -> TypeError:
    functions = "exp=..., log=..." if name in ("exp", "log") else f"{name}=..."
    return TypeError(
        f"{name} is not known for {cls.__name__}. Make it known once: number_type({cls.__name__}, {functions})."
    )


def _real(out: Any) -> Any:
    if getattr(out, "imag", 0):  # Python's powers and mpmath's functions step into the complex numbers
        raise ValueError("the result is not real")
    return out


exp = elementary("exp", math.exp, doc="eˣ, of a number or a `Value`. OverflowError above 709.78.")
log = elementary("log", math.log, doc="The natural logarithm of a number or a `Value`. ValueError for 0 and below.")


def _sigmoid(z: float) -> float:
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


sigmoid = elementary(
    "sigmoid", _sigmoid, lambda z: 1 / (1 + exp(-z)),
    "σ(z) = 1 / (1 + e⁻ᶻ), of a number or a `Value`. On floats in two branches, so that neither overflows.",
)  # fmt: skip
tanh = elementary(
    "tanh", math.tanh, lambda x: 2 * sigmoid(2 * x) - 1, "The hyperbolic tangent of a number or a `Value`."
)
relu = elementary(
    "relu", lambda x: 0.0 if x <= 0 else x, lambda x: 0 * x if x <= 0 else x,
    "max(x, 0), of a number or a `Value`; NaN stays NaN.",
)  # fmt: skip
step = elementary(
    "step", lambda x: 0 if x <= 0 else 1 if x > 0 else x, lambda x: int(x > 0),
    "0 for x ≤ 0, else 1: the slope of relu, with the usual choice of 0 at the kink; NaN stays NaN.",
)  # fmt: skip
softplus = elementary(
    "softplus", lambda t: max(t, 0.0) + math.log1p(math.exp(-abs(t))),
    lambda t: relu(t) + _log1p(exp(-abs(t))),
    "log(1 + eᵗ) = max(t, 0) + log1p(e⁻|ᵗ|): 1.4 ulp on floats, with no overflow and no cancellation.",
)  # fmt: skip


def _log1p(e: Any) -> Any:
    u = 1 + e  # Kahan's quotient undoes the rounding of u
    return e if u == 1 else log(u) * e / (u - 1)


def logsumexp(*terms: Any) -> Any:
    """log(eᵃ + eᵇ + …) = m + log(eᵃ⁻ᵐ + eᵇ⁻ᵐ + …) with the largest of a, b, … as m, so no power overflows."""
    m, powers = _powers(terms)
    return m + log(total(*powers))


def softmax(*terms: Any) -> tuple[Any, ...]:
    """The slopes of `logsumexp`, eᵃ⁻ᵐ / (eᵃ⁻ᵐ + eᵇ⁻ᵐ + …) and so on: right to the last digits, however large a is."""
    _, powers = _powers(terms)
    whole = total(*powers)
    return tuple(power / whole for power in powers)


def _powers(terms: Sequence[Any]) -> tuple[Any, list[Any]]:
    """The largest of the terms, m, as a plain number, and eᵗ⁻ᵐ for each term t."""
    numbers = [*map(number_of, terms)]
    given = next((largest for x in numbers if (largest := function_of(x, "largest"))), max)
    m = given(*numbers)
    return m, [exp(x - m) for x in terms]


def tanh_slope(out: Any, x: Any) -> Any:
    """1 - tanh²x = 1/cosh²x, the slope of out = tanh x: from x, because tanh x rounds to 1 long before its slope is 0.

    In nodes 1 - out², and a plain number for what its rounding loses. So the second derivative is -2 tanh x / cosh²x.
    """
    if type(x) is float:
        e = math.exp(-2 * abs(x))  # with this sign it cannot overflow
        return 4 * e / ((1 + e) * (1 + e))
    if isinstance(x, Node):
        rounded = 1 - out * out
        return rounded + (tanh_slope(out.data, x.data) - rounded.data)
    given = function_of(x, "tanh_slope")
    return given(out, x) if given else 4 / (exp(x) + exp(-x)) ** 2


def inverse(b: Any, like: Any) -> Any:
    """1/b; of a whole number in the type of `like`, because Python makes a float of 1/3, and a Fraction stays exact."""
    return (one_like(number_of(like)) if type(b) is int else 1) / b


def power(base: Any, exponent: Any) -> Any:
    """baseᵉˣᵖᵒⁿᵉⁿᵗ, without Python's step into the complex numbers."""
    return _real(base**exponent)


def power_by_base(out: Any, base: Any, exponent: Any) -> Any:
    """b·aᵇ⁻¹, the slope of aᵇ in a: infinite where the curve is vertical."""
    if exponent == 0 or exponent == 1:  # at any base, 0 included
        return int(exponent)
    if isinstance(out, Node) and not isinstance(base, Node):
        return math.nan  # of a graph, only the slopes in nodes are needed
    if type(out) is not float:  # where a symbol for the exponent may be 0 it is 0 · 0⁰ at the base 0, and not 0 · 0⁻¹
        corner = 0 if isinstance(exponent, Node) else is_zero(base) * is_zero(exponent)
        return exponent * power(base, exponent - 1 + corner)
    try:
        return exponent * base ** (exponent - 1)
    except ZeroDivisionError:
        return math.inf
    except OverflowError:
        return exponent * out / base


def power_by_exponent(out: Any, base: Any) -> Any:
    """aᵇ·log a, the slope of aᵇ in b: 0 at a = 0; NaN for a < 0, where aᵇ has no slope in b."""
    positive = number_of(base) > 0
    if positive is False:
        return 0 if number_of(base) == 0 else math.nan
    if positive is not True:  # a symbol, whose sign is not known: log 1 in the place of log 0
        base = base + is_zero(base)
    return out * log(base)


def is_zero(x: Any) -> Any:
    """1 for x = 0, else 0: a symbol for the answer where `x` holds a symbol, which cannot be asked."""
    given = function_of(number_of(x), "is_zero")
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


def checked_label(y: Any) -> Any:
    """`y` itself, where it is a label: ValueError outside of [0, 1]. NaN stays NaN."""
    if isinstance(y, Node):  # NaN in a symbol is added to its node
        number = number_of(y)
        checked = checked_label(number)
        return y if checked is number else y + (checked - number)
    return _label(y) if type(y) is float else _elsewhere("checked_label", checked_label, y, _label)


def _label(y: Any) -> Any:
    try:
        inside = bool(y != y or 0 <= y <= 1)
    except TypeError:  # a formula: what it is at some numbers is seen there
        return y
    if not inside:
        raise LabelError(f"y is {y!r}, but a label lies in [0, 1]. Map the two classes to 0 and 1")
    return y


def loss_by_logit(z: Any, y: Any) -> Any:
    """-(y log σ(z) + (1-y) log(1-σ(z))), by softplus of ±z: 1.5 ulp for y = 0 or 1, at any z."""
    if y == 0:
        return softplus(z)
    if y == 1:
        return softplus(-z)
    y = checked_label(y)
    return (1 - y) * softplus(z) + y * softplus(-z)


def slope_by_logit(z: Any, y: Any) -> Any:
    """σ(z) - y with the sign of the label, (1-y) σ(z) - y σ(-z): nothing cancels for y = 0 and y = 1, at any z."""
    if y == 0:
        return sigmoid(z)
    if y == 1:
        return -sigmoid(-z)
    y = checked_label(y)
    return (1 - y) * sigmoid(z) - y * sigmoid(-z)
