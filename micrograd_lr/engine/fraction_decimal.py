"""`Fraction` and `Decimal`, the number types of the standard library. Loaded when the first such number is met."""

from __future__ import annotations

from micrograd_lr.engine.elementary import FUNCTIONS, relu, step, tanh_slope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal
    from typing import Any


def standard_types() -> dict[type, dict[str, Callable[..., Any]]]:
    """Both types, with their functions.

    A Fraction stays a Fraction: exact where the value is rational (exp 0, log 1, σ(0)), else as near as a double. A
    Decimal is computed with the digits of its context.
    """
    from decimal import Decimal
    from fractions import Fraction

    def by_floats(name: str) -> Callable[[Any], Any]:
        return lambda x: Fraction(FUNCTIONS[name](float(x)))

    of_fractions: dict[str, Any] = {
        "relu": relu.derived, "step": step.derived,  # which are rational
        "tanh_slope": lambda out, x: Fraction(tanh_slope(float(out), float(x))),
        "named": by_floats,
    }  # fmt: skip
    of_decimals = {"exp": Decimal.exp, "log": Decimal.ln, "sin": sin, "cos": cos, "convert": Decimal}
    return {Fraction: of_fractions, Decimal: of_decimals}


# Decimals have no sine. It is x - x³/3! + x⁵/5! - … of what is left of x after whole turns, and the cosine likewise.

LARGEST_ANGLE = 2_000  # its digits before the point: as many digits of π have to be known


def sin(x: Decimal) -> Decimal:
    """The sine of a Decimal, to the last digit but one of its context."""
    return _series(x, 1)


def cos(x: Decimal) -> Decimal:
    """The cosine of a Decimal, to the last digit but one of its context."""
    return _series(x, 0)


def _series(x: Decimal, first: int) -> Decimal:
    """The Taylor series of the sine (first = 1) or the cosine (first = 0)."""
    from decimal import Decimal, localcontext

    if x.is_finite() and x.adjusted() > LARGEST_ANGLE:
        raise ValueError(f"an angle has at most {LARGEST_ANGLE:,} digits before the point")
    spare = 5
    while True:
        with localcontext() as context:
            context.prec += spare + max(x.adjusted(), 0)
            angle = x.remainder_near(2 * _pi(context.prec))
            total = Decimal(0)
            term, n = angle if first else Decimal(1), first
            while total + term != total:
                total += term
                n += 2
                term *= -angle * angle / (n * (n - 1))
        if not total or total.adjusted() > 3 - spare:
            return +total
        spare = 5 - total.adjusted()  # so small near a multiple of π/2 that more digits are needed


def _pi(digits: int) -> Decimal:
    """π = 16 arctan(1/5) - 4 arctan(1/239), Machin's formula, in whole numbers."""
    from decimal import Decimal

    places = digits + 10

    def arctan(below: int) -> int:
        power, n, total = 10**places // below, 1, 0
        while power:
            total += power // n if n % 4 == 1 else -(power // n)
            power //= below * below
            n += 2
        return total

    return Decimal(16 * arctan(5) - 4 * arctan(239)).scaleb(-places)
