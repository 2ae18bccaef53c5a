"""Text, the number type of names: the engine run on names gives formulas, so none is written by hand."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite

from micrograd_lr.engine.elementary import is_written_out
from micrograd_lr.engine.node import Node
from micrograd_lr.engine.number_types import is_plain, number_type
from micrograd_lr.engine.ops import OPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_SUM, _PRODUCT, _POWER, _ATOM = range(4)  # how tightly the outermost operation binds
SLOT = "⟦"  # begins a slot, a place where a number will be written: ⟦v3⟧
IF, ELSE = " if ", " > 0 else "  # around the condition in the slope of relu, (1 if z > 0 else 0)
LARGEST = 1_000  # denominator of a fraction that is written in the place of a float: 1/3


class Text:
    """A formula in plain text, as a number: ``Text("a") * (1 - Text("a"))`` is ``a(1 - a)``.

    It is simplified only as every reader would: factors of 1 and -1, terms of 0, x^1 = x, and x·(1/y) = x/y.
    """

    __slots__ = ("_below", "_minus", "_rank", "_text")

    def __init__(self, text: str, *, _rank: int = _ATOM, _minus: bool = False, _below: Text | None = None) -> None:
        self._text, self._rank, self._minus, self._below = text, _rank, _minus, _below

    def __str__(self) -> str:
        return f"-{self._inside(_PRODUCT)}" if self._minus else self._text

    __repr__ = __str__

    def _inside(self, rank: int) -> str:
        """The text without its sign, in parentheses where it binds less tightly than `rank`."""
        return f"({self._text})" if self._rank < rank else self._text

    def _signed(self, minus: bool) -> Text:
        return Text(self._text, _rank=self._rank, _minus=minus, _below=self._below)

    def __gt__(self, other: Any) -> None:
        """None, which counts as false: where a rule has branches, a formula takes the general one."""

    def __neg__(self) -> Text:
        return self._signed(not self._minus)

    def __abs__(self) -> Text:
        return Text(f"abs({self})")

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        if is_plain(other, 0):
            return self
        other = as_text(other)
        sign = "-" if other._minus else "+"
        return Text(f"{self} {sign} {other._inside(_PRODUCT if other._minus else _SUM)}", _rank=_SUM)

    def __radd__(self, other: Any) -> Any:
        return self if is_plain(other, 0) else as_text(other) + self

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self + -as_text(other)

    def __rsub__(self, other: Any) -> Any:
        return -self if is_plain(other, 0) else as_text(other) - self

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        if is_plain(other, 0):
            return 0
        if is_plain(other, 1) or is_plain(other, -1):
            return self if other > 0 else -self
        other = as_text(other)
        minus = self._minus != other._minus
        if other._below is not None:
            return (self / other._below)._signed(minus)
        if self._below is not None:
            return (other / self._below)._signed(minus)
        left, right = self._inside(_PRODUCT), other._inside(_PRODUCT)
        gap = "" if right[0] == "(" or len(left) == len(right) == 1 else " "
        if right[0].isdecimal() or right[0] == SLOT or left == right or left.endswith(f"·{right}"):
            gap = "·"  # x·2, x·x·x
        return Text(left + gap + right, _rank=_PRODUCT, _minus=minus)

    def __rmul__(self, other: Any) -> Any:
        plain = any(is_plain(other, n) for n in (0, 1, -1))
        return self * other if plain else as_text(other) * self

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        other = as_text(other)
        text = f"{self._inside(_PRODUCT)}/{other._inside(_POWER)}"
        below = other if self._text == "1" else None
        return Text(text, _rank=_PRODUCT, _minus=self._minus != other._minus, _below=below)

    def __rtruediv__(self, other: Any) -> Any:
        return as_text(other) / self

    def __pow__(self, exponent: Any) -> Any:
        if isinstance(exponent, Node):
            return NotImplemented
        if is_plain(exponent, 0):
            return 1
        if is_plain(exponent, 1):
            return self
        other = as_text(exponent)
        base = f"({self})" if self._minus else self._inside(_ATOM)
        return Text(f"{base}^({other})" if other._minus else f"{base}^{other._inside(_ATOM)}", _rank=_POWER)

    def __rpow__(self, base: Any) -> Any:
        return as_text(base) ** self


def as_text(x: Any) -> Text:
    """A number in a formula: a float with six digits or as a fraction, and other numbers as they print themselves."""
    if isinstance(x, Text):
        return x
    if not isinstance(x, (int, float)):
        x = str(x)
        return Text(
            x.removeprefix("-"),
            _rank=_ATOM if x.removeprefix("-").replace(".", "").isalnum() else _SUM,
            _minus=x.startswith("-"),
        )
    if float(short := f"{abs(x):g}") != abs(x) and isfinite(x):
        fraction = Fraction(x).limit_denominator(LARGEST)
        if float(fraction) == x:
            written: Text = Text(str(abs(fraction.numerator)), _minus=x < 0) / Text(str(fraction.denominator))
            return written
    return Text(short, _minus=x < 0)


def _function(name: str) -> Callable[[Any], Text]:
    """The function of this name: as its op is written, σ(z), or by its own name."""
    symbol = OPS[name].symbol if name in OPS else name
    return lambda x: Text(f"{symbol if symbol.isalpha() else name}({x})")


number_type(
    Text,
    named=lambda name: None if is_written_out(name) else _function(name),
    step=lambda x: Text(f"(1{IF}{x}{ELSE}0)"),
    softplus=_function("softplus"),
    tanh_slope=lambda out, x: 1 - out**2,
)
