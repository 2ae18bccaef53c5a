"""Proof that a rational function is 0 everywhere: a bound of its degree, and exact values at more places than that.

The rows of the table do to a `Degree` what they do to the degree of a function's numerator; on an `Exact` they are
exact. A polynomial that is 0 on a grid with more places in each direction than its degree is 0 everywhere.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

from micrograd_lr.engine.number_types import is_plain, number_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Key = TypeVar("Key")

HIGHEST = 24  # degree in one variable up to which a proof is tried


class Degree:
    """As a number: a rational function, of which only bounds of its degrees are known, and the variables it is `of`.

    The degrees are those in all of its variables together; their names may be left out.
    """

    __slots__ = ("above", "below", "of")

    def __init__(self, above: float = 0, below: float = 0, of: frozenset[Any] = frozenset()) -> None:
        self.above, self.below, self.of = above, below, of  # above and below the line of the fraction

    def __add__(self, other: Any) -> Degree:
        other = degree(other)
        above = max(self.above + other.below, other.above + self.below)
        return Degree(above, self.below + other.below, self.of | other.of)

    def __mul__(self, other: Any) -> Any:
        if is_plain(other, 0):
            return 0
        other = degree(other)
        return Degree(self.above + other.above, self.below + other.below, self.of | other.of)

    def __truediv__(self, other: Any) -> Degree:
        other = degree(other)
        return Degree(self.above + other.below, self.below + other.above, self.of | other.of)

    def __rtruediv__(self, other: Any) -> Degree:
        return Degree(self.below, self.above, self.of)

    def __pow__(self, exponent: Any) -> Degree:
        whole = isinstance(exponent, int) or (isinstance(exponent, float) and exponent.is_integer())
        if not whole:
            return UNKNOWN
        if exponent == 0:
            return Degree()
        above, below = (self.above, self.below) if exponent > 0 else (self.below, self.above)
        return Degree(above * abs(exponent), below * abs(exponent), self.of)

    def __rpow__(self, base: Any) -> Degree:
        return UNKNOWN

    def __neg__(self) -> Degree:
        return self

    def __abs__(self) -> Degree:
        return UNKNOWN

    def __gt__(self, other: Any) -> None:
        """None, as for a formula: not known, so a rule takes its general branch."""

    __radd__ = __sub__ = __rsub__ = __add__
    __rmul__ = __mul__


class Exact(Fraction):
    """A fraction that stays one beside a float, which is a fraction as well."""

    def __new__(cls, x: Any, below: int | None = None) -> Exact:
        return super().__new__(cls, x, below)

    def __pow__(self, exponent: Any, modulo: None = None) -> Any:
        if isinstance(exponent, (int, float)) and exponent in range(-HIGHEST, HIGHEST + 1):
            return Exact(Fraction(self) ** int(exponent))
        return float(self) ** exponent  # no proof needs it, and it could have billions of digits


def _exactly(name: str) -> None:
    rule = getattr(Fraction, name)

    def exact(x: Exact, other: Any) -> Any:
        found = rule(x, Fraction(other) if isinstance(other, float) else other)
        return Exact(found) if isinstance(found, Fraction) else found

    setattr(Exact, name, exact)


for _name in ("add", "sub", "mul", "truediv"):
    _exactly(f"__{_name}__")
    _exactly(f"__r{_name}__")

ONE = Fraction(1)
UNKNOWN = Degree(math.inf, math.inf)  # of a function that is not rational, such as log
number_type(Degree, named=lambda name: lambda x: UNKNOWN)


class Logit:
    """As a number: z, of which σ(z) = `a` is known, or a multiple of it. So eᶻ = a/(1 − a) is known, and its powers."""

    __slots__ = ("a", "times")

    def __init__(self, a: Any, times: Fraction = ONE) -> None:
        self.a, self.times = a, times

    def __neg__(self) -> Logit:
        return Logit(self.a, -self.times)

    def __mul__(self, other: Any) -> Any:
        if is_plain(other, 0):
            return 0
        return Logit(self.a, self.times * Fraction(other)) if isinstance(other, (int, float)) else UNKNOWN

    def __truediv__(self, other: Any) -> Any:
        return Logit(self.a, self.times / Fraction(other)) if isinstance(other, (int, float)) else UNKNOWN

    def exp(self) -> Any:
        """A power of a/(1 − a), if it is a whole one."""
        return (self.a / (1 - self.a)) ** int(self.times) if self.times.denominator == 1 else UNKNOWN

    def __add__(self, other: Any) -> Any:
        return self if is_plain(other, 0) else UNKNOWN

    def __sub__(self, other: Any) -> Degree:
        return UNKNOWN

    def __gt__(self, other: Any) -> None:
        """None, as for a `Degree`."""

    __rmul__, __radd__ = __mul__, __add__
    __rtruediv__ = __pow__ = __rpow__ = __rsub__ = __sub__


number_type(
    Logit, exp=Logit.exp, tanh_slope=lambda out, x: 1 - out**2,
    named=lambda name: None if name in ("sigmoid", "tanh") else lambda x: UNKNOWN,  # these are written with exp instead
)  # fmt: skip


HALF = Exact(1, 2)


def degree(x: Any) -> Degree:
    """A `Degree` itself; of a number, which is constant, the degree 0."""
    return x if isinstance(x, Degree) else Degree()


# What a rule raises that asks its operands for more than arithmetic, or has no value there.
NOT_RATIONAL = (ArithmeticError, ValueError, TypeError)


def is_zero_everywhere(function: Callable[..., Any], count: int) -> bool:
    """Whether a rational function of `count` variables, given as arithmetic on any number type, is 0: by proof.

    False also where that is not known: it is not rational, or of a degree above `HIGHEST`, or has no value somewhere.
    """
    return bool(zero_everywhere(lambda *numbers: {"": function(*numbers)}, count))


def zero_everywhere(functions: Callable[..., dict[Key, Any]], count: int) -> set[Key]:
    """Which of some functions, given by their names and all together, are 0 everywhere, as in `is_zero_everywhere`."""
    try:
        bounds = [functions(*(Degree(int(i == k)) for i in range(count))) for k in range(count)]
        degrees = {name: [degree(bound[name]).above for bound in bounds] for name in bounds[0]}
        left = {name for name, found in degrees.items() if max(found) <= HIGHEST}
        highest = [max((int(degrees[name][k]) for name in left), default=0) for k in range(count)]
        # Between 0 and 1, where a and y lie; other places in each direction, so that no two variables are always equal.
        places = [[Exact(2 * i + 1, 2 * d + 3 + 2 * k) for i in range(d + 1)] for k, d in enumerate(highest)]
        for place in product(*places):
            if left:
                found = functions(*place)
                left = {name for name in left if _is_zero(found[name])}
    except NOT_RATIONAL:
        return set()
    return left


def _is_zero(x: Any) -> bool:
    return isinstance(x, (int, Fraction)) and x == 0  # a float may have been rounded to 0
