"""Templates: formulas with slots, such as ``⟦v5⟧(1 - ⟦v5⟧)``, into which the numbers of a graph are written."""

from __future__ import annotations

import re

from micrograd_lr.formulas.format import format_formula, format_number
from micrograd_lr.formulas.text import SLOT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_SLOTS = re.compile(rf"{SLOT}(?P<signed>\(?)(?P<key>[^⟧()]*)\)?⟧")
_ALONE = re.compile(rf"(?:^|(?<=\()|(?<=, )){SLOT}[^⟧]*⟧(?=$|[),]| [+-])")


def slot(key: str) -> str:
    """The slot for the number with this key: ``⟦v5⟧``."""
    return f"{SLOT}{key}⟧"


def signed(template: str) -> str:
    """A template whose slots ask for parentheses, ``⟦(v5)⟧``, wherever a negative number needs them."""
    alone = {match.start() for match in _ALONE.finditer(template)}
    return _SLOTS.sub(lambda match: match[0] if match.start() in alone else slot(f"({match['key']})"), template)


def filled(template: str, number_of: Callable[[str], Any], digits: int) -> str:
    """A template with its numbers in their places, and real minus signs."""

    def written(match: re.Match[str]) -> str:
        shown = format_number(number_of(match["key"]), digits)
        return f"({shown})" if match["signed"] and (shown.startswith("−") or "/" in shown) else shown

    return format_formula(_SLOTS.sub(written, template))


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
