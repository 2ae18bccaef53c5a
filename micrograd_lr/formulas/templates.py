"""Templates: formulas with slots, such as ``⟦v5⟧(1 - ⟦v5⟧)``, into which the numbers of a graph are written."""

from __future__ import annotations

import re

from micrograd_lr.formulas.format import format_formula, format_number, is_rounded, is_same_size
from micrograd_lr.formulas.text import ELSE, IF, SLOT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

_SLOTS = re.compile(rf"{SLOT}(?P<signed>\(?)(?P<key>[^⟧()]*)\)?⟧")
EQUALS = "="  # begins the slot of a sign
RESULT = "/"  # stands before the key of the number after the sign
_CONDITIONS = re.compile(f"{IF}.*?{ELSE}")
_ALONE = re.compile(rf"(?:^|(?<=\()|(?<=, )){SLOT}[^⟧]*⟧(?=$|[),]| [+-])")


def slot(key: str) -> str:
    """The slot for the number with this key: ``⟦v5⟧``."""
    return f"{SLOT}{key}⟧"


def equation(parts: Iterable[str]) -> str:
    """Parts that are equal, as one template: ``z = wx = ⟦v2⟧·⟦v3⟧⟦= v2 v3⟧⟦v4⟧``.

    Between two parts with numbers the sign is a slot too: it becomes ≈ where a number before it was rounded, as
    0.9933 - 1 is not -0.006651. A number that is only compared, in a condition, does not count. If a number alone
    follows, the slot names it as well: ``⟦= v2 v3 / g5⟧``.
    """
    text = before = ""
    for part in parts:
        keys = [match["key"] for match in _SLOTS.finditer(_CONDITIONS.sub("", before))]
        ends = [RESULT, alone["key"]] if (alone := _SLOTS.fullmatch(part)) else []
        sign = slot(" ".join([EQUALS, *keys, *ends])) if keys and SLOT in part else " = "
        text += (sign if text else "") + part
        before = part
    return text


def signed(template: str) -> str:
    """A template whose slots ask for parentheses, ``⟦(v5)⟧``, wherever a negative number needs them."""
    alone = {match.start() for match in _ALONE.finditer(template)}
    return _SLOTS.sub(lambda match: match[0] if match.start() in alone else slot(f"({match['key']})"), template)


def filled(template: str, number_of: Callable[[str], Any], digits: int) -> str:
    """A template with its numbers in their places, and real minus signs."""

    def written(match: re.Match[str]) -> str:
        sign, *before = match["key"].split(" ")
        if sign == EQUALS:
            return " = " if _is_as_printed(before, number_of, digits) else " ≈ "
        shown = format_number(number_of(match["key"]), digits)
        return f"({shown})" if match["signed"] and (shown.startswith("−") or "/" in shown) else shown

    return format_formula(_SLOTS.sub(written, template))


def _is_as_printed(keys: list[str], number_of: Callable[[str], Any], digits: int) -> bool:
    """Whether the numbers before a sign are printed so that what they give is printed after it.

    None of them is rounded, or it is the number after the sign itself, up to its sign: 0.6403 - 0 = 0.6403.
    """
    before, result = (keys[:-2], keys[-1]) if RESULT in keys else (keys, "")
    rounded = [x for x in map(number_of, before) if is_rounded(x, digits)]
    return all(result and is_same_size(x, number_of(result)) for x in rounded)


def as_factor(formula: str) -> str:
    """A formula as it stands in a product: in parentheses if it is a sum, or begins with a minus."""
    depth = 0
    for i, character in enumerate(formula):
        depth += (character in "([") - (character in ")]")
        if depth == 0 and ((character == "-" and i == 0) or formula.startswith((" + ", " - "), i)):
            return f"({formula})"
    return formula


def different(*parts: str) -> tuple[str, ...]:
    """The parts without those that repeat the one before; of two bare numbers in a row, only the last."""
    found: list[str] = []
    for part in parts:
        if found and _SLOTS.fullmatch(found[-1]) and _SLOTS.fullmatch(part):
            found.pop()
        if part and part not in found[-1:]:
            found.append(part)
    return tuple(found)
