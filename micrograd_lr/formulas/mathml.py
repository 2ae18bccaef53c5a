"""Formulas in plain text typeset as MathML: ``a(1 - a)/b`` gets a real fraction."""

from __future__ import annotations

from html import escape

from micrograd_lr.formulas import reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from micrograd_lr.formulas.reader import Part

_THIN = '<mspace width="0.17em"/>'


def mathml(text: str, names: Iterable[str] = ()) -> str:
    """The inside of a ``<math>`` element for a formula, which is read as `reader.read` says.

    A slot ``⟦v3⟧`` becomes ``<mn data-of="v3"></mn>``, to be filled in later. Any text works.
    """
    return _written(reader.read(text, names))


def _written(part: Part) -> str:
    match part:
        case reader.Row(parts):
            return "".join(map(_beside, (None, *parts), parts))
        case reader.Slot(key):
            return f'<mn data-of="{escape(key)}"></mn>'
        case reader.Number(digits):
            return f"<mn>{digits}</mn>"
        case reader.Name(letters, number):
            name = f"<mi>{escape(letters)}</mi>"
            return f"<msub>{name}<mn>{number}</mn></msub>" if number else name
        case reader.Operator(sign):
            return f"<mo>{escape(sign.replace('-', '−'))}</mo>"
        case reader.Word(text):
            return f"<mtext>\u00a0{text}\u00a0</mtext>"
        case reader.Sum():
            return "<mo>∑</mo>"
        case reader.Differential(of, order):
            sign = f"<msup><mi>∂</mi>{_in_a_row(order)}</msup>" if order else "<mi>∂</mi>"
            return f"<mrow>{sign}{_written(of)}</mrow>"
        case reader.Call(function, operands):
            return f"<mrow>{_written(function)}{_written(operands)}</mrow>"
        case reader.Group(opening, inside, closing, tall):
            # Parentheses stretch only around a fraction: browsers leave too much room around stretched ones.
            mo = "<mo>" if tall else '<mo stretchy="false">'
            return f"<mrow>{mo}{opening}</mo>{_written(inside)}{mo}{closing}</mo></mrow>"
        case reader.Indexed(base, low, high):
            element = _ELEMENTS[isinstance(base, reader.Sum)][bool(low), bool(high)]
            raised = "".join(_in_a_row(row) for row in (low, high) if row)
            return f"<{element}>{_written(base)}{raised}</{element}>"
        case reader.Power(base, exponent):
            return f"<msup>{_written(base)}{_in_a_row(exponent)}</msup>"
        case reader.Fraction(above, below):
            return f"<mfrac>{_in_a_row(above)}{_in_a_row(below)}</mfrac>"
        case _:
            return _THIN


def _beside(before: Part | None, part: Part) -> str:
    """A part of a row: a sign that no operand stands before keeps close to what follows it, as in ``= -y/a``."""
    signed = (
        isinstance(part, reader.Operator)
        and part.sign in "-−"
        and (before is None or isinstance(before, (reader.Operator, reader.Word)))
    )
    return '<mo form="prefix">−</mo>' if signed else _written(part)


# What has indices, or a sum sign; with an index below, above, or with both.
_ELEMENTS = (
    {(True, False): "msub", (False, True): "msup", (True, True): "msubsup"},
    {(True, False): "munder", (False, True): "mover", (True, True): "munderover"},
)


def _in_a_row(part: Part) -> str:
    """A part that is one element, as indices, exponents and fractions need it."""
    return f"<mrow>{_written(part)}</mrow>" if isinstance(part, reader.Row) else _written(part)
