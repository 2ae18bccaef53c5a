"""Arithmetic as the slides write it: lines of equal parts, sums, products and rows, with slots for numbers."""

from __future__ import annotations

import re

from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.keys import gradient_key, ids, payment_key, value_key
from micrograd_lr.formulas.templates import signed, slot
from micrograd_lr.formulas.text import Text, as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

MOST = 6  # entries that are all written; of more, only the first three and the last


class Slots:
    """The slots for the numbers of a graph, as names that the rules can run on: ``⟦v3⟧``, ``⟦g3⟧``, ``⟦p3.0⟧``."""

    def __init__(self, root: Value) -> None:
        self._id = ids(topological(root))

    def value(self, x: Any) -> Text:
        """The slot for the value of a node; a plain number as it is."""
        return Text(slot(value_key(self._id[x]))) if isinstance(x, Value) else as_text(x)

    def gradient(self, node: Value) -> Text:
        """The slot for the gradient of a node."""
        return Text(slot(gradient_key(self._id[node])))

    def partial(self, node: Value, position: int = 0) -> Text:
        """The slot for the derivative of a node by its operand at `position`."""
        return Text(slot(payment_key("p", self._id[node], position)))

    def row(self, nodes: Iterable[Value]) -> str:
        """The values of the nodes as a row."""
        return row_of(map(self.value, nodes))

    def term(self, w: Any, x: Any) -> Any:
        """A weight times a feature, as it stands in wx."""
        return self.value(w) * self.value(x)


def line_of(*parts: Any) -> str:
    """Parts that are equal, with parentheses around each negative number that needs them."""
    return " = ".join(signed(str(part)) for part in parts)


def product_of(*factors: Any) -> str:
    """The factors, with · between them."""
    return " · ".join(_grouped(str(factor)) for factor in factors)


def _grouped(factor: str) -> str:
    """A factor as it is written in a product: in parentheses if it is a sum or has a sign."""
    outside, groups = factor, 1
    while groups:
        outside, groups = re.subn(r"\([^()]*\)", "", outside)
    return f"({factor})" if re.search("^-| [+-] ", outside) else factor


def sum_of(terms: Iterable[Any], last: Any = 0) -> str:
    """The terms, with + between them, and then `last`."""
    return str(sum(abridged([x if isinstance(x, Text) else Text(x) for x in terms], Text("…"))) + last)


def row_of(entries: Iterable[Any]) -> str:
    """A row: ``(⟦v1⟧, ⟦v2⟧)``; a single entry is written alone."""
    shown = [str(entry) for entry in entries]
    return shown[0] if len(shown) == 1 else f"({', '.join(abridged(shown, '…'))})"


def column_of(entries: Sequence[Any]) -> str:
    """A column, written as a transposed row."""
    return row_of(entries) + "ᵀ" * (len(entries) > 1)


def abridged(items: list[Any], gap: Any) -> list[Any]:
    """The items; of many only the first three and the last, with `gap` between them."""
    return items if len(items) <= MOST else [*items[:3], gap, items[-1]]


def dimensions_of(dims: dict[str, tuple[int, int]], names: str) -> str:
    """``x = (2, 1), w = (1, 2)``."""
    return ", ".join(f"{name} = {dims[name]}" for name in names)
