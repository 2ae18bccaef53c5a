"""Numeric derivatives, in decimals of 30 digits and more: an answer that owes nothing to the rules of the table."""

from __future__ import annotations

from micrograd_lr.engine.containers import map_numbers, numbers_in
from micrograd_lr.engine.derivatives import arguments_as_numbers
from micrograd_lr.engine.errors import LabelError, is_nonfinite
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal
    from typing import Any

_DIGITS = 30
_STEP, HALF_STEP, _OF_ZERO = "1e-10", "5e-11", "1e-20"  # how far a number is moved, relative to its size; the size of 0
_SEEN, _MOST, _LEAST = 20, 2_000, "5e-324"  # digits of a change that have to be seen; digits at most; the least float


def numeric_gradient(fun: Callable[..., Any], /, *args: Any) -> list[float]:
    r"""Central differences (f(x+h) - f(x-h)) / 2h for all numbers of all arguments, in order, in 30-digit decimals.

    With h = 10⁻¹⁰ |x| (10⁻³⁰ at 0), and more digits where the numbers or `fun` ask for them, neither rounding nor the
    step is visible in a float, so this sees what differences of floats cannot: the lost gradient of a saturated
    sigmoid, a wrong eleventh digit. It uses values of `fun` only, never a partial derivative. At a kink (relu at 0) it
    gives the mean of the two slopes; by a label that is 0 or 1, what three values on one side tell; NaN where `fun` is
    NaN or infinite. ValueError for a number that is.
    """
    return numeric_slopes(fun, arguments_as_numbers(fun, args))


def numeric_slopes(fun: Callable[..., Any], given: list[Any], step: str = _STEP) -> list[float]:
    """The same for arguments that are plain numbers already, with a step of another size."""

    def at(numbers: list[Decimal]) -> Any:
        moved = iter(numbers)
        out = fun(*(map_numbers(arg, lambda _: Value(next(moved))) for arg in given))
        return out.data if isinstance(out, Value) else out

    return central_differences(at, decimals(numbers_in(given)), step)


_BOTH_SIDES = {1: 1, -1: -1}  # 2h times the slope, from values at so many steps: each exact for parabolas
_ABOVE = {0: -3, 1: 4, 2: -1}
_BELOW = {0: 3, -1: -4, -2: 1}


def decimals(numbers: Iterable[Any]) -> list[Decimal]:
    """The numbers as decimals of 30 digits. ValueError for NaN and infinities."""
    from decimal import Context, Decimal

    rounded = Context(prec=_DIGITS).plus

    def decimal(x: Any) -> Decimal:
        if is_nonfinite(float(x)):
            raise ValueError(f"a numeric derivative is taken at finite numbers, and one of them is {x}. Replace it.")
        return rounded(Decimal(float(x)))

    return [*map(decimal, numbers)]


def central_differences(f: Callable[[list[Decimal]], Any], numbers: list[Decimal], step: str = _STEP) -> list[float]:
    """∂f/∂number for each of the numbers, from values of `f` alone."""
    from decimal import Decimal, Overflow, localcontext

    sizes = [abs(x) or Decimal(_OF_ZERO) for x in numbers]
    places = [0, *(size.adjusted() for size in sizes)]

    def values(i: int, h: Decimal, weights: dict[int, int]) -> list[tuple[int, Decimal]]:
        return [(w, Decimal(f([*numbers[:i], numbers[i] + k * h, *numbers[i + 1 :]]))) for k, w in weights.items()]

    def change(i: int, h: Decimal) -> tuple[Decimal, int]:
        """f(x+h) - f(x-h), and the digits with which it is seen, or could not be in the derivative as a float."""
        try:
            found = values(i, h, _BOTH_SIDES)
        except LabelError:  # beside a label of 0 or 1
            try:
                found = values(i, h, _ABOVE)
            except LabelError:
                found = values(i, h, _BELOW)
        if not all(value.is_finite() for _, value in found):
            return Decimal("nan"), 0
        total = sum((w * value for w, value in found), Decimal(0))
        least = total or Decimal(_LEAST) * h
        return total, max(value.adjusted() for _, value in found) - least.adjusted() + _SEEN

    slopes = []
    with localcontext() as context:
        context.traps[Overflow] = False  # σ(-10⁹) is 1/(1 + ∞)
        for i, size in enumerate(sizes):
            h = Decimal(step) * size
            context.prec = _DIGITS + 2 * (max(places) - min(places))
            found, needed = change(i, h)
            while context.prec < min(needed, _MOST):
                context.prec = min(max(needed, 2 * context.prec), _MOST)
                found, needed = change(i, h)
            slopes.append(float(found / (2 * h)))
    return slopes
