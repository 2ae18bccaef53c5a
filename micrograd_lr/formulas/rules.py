"""The rules as text: a row of the op table run on names gives the formulas of its value and of its partials."""

from __future__ import annotations

from micrograd_lr.formulas.text import Text, as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from micrograd_lr.engine.ops import Op

LONGEST_TITLE = 60  # characters of a formula on its own
MANY, MOST = 6, 12  # operands: a long formula of many gives only their number, and so does any of more than most
# What a rule of the user's own raises on names, if it was written for numbers only.
FOR_NUMBERS_ONLY = (TypeError, AttributeError, ValueError, ArithmeticError)


# Functions and slopes are given a plain number as a number: softplus(-z) for y = 1, 2x instead of 2 x^(2 - 1).
# Operators are given it as a name, because 1·x is a node and must not be written as x.
def formula_of(op: Op, names: Sequence[Any], numbers: Sequence[Any]) -> Text:
    """The value of a row as a formula. `numbers` are the names again, with plain numbers as numbers."""
    names = numbers if op.symbol.isalpha() else names
    try:
        counted = Text(f"{op.symbol} of {len(names)}")
        formula = op.value(*names) if len(names) <= MOST else counted
        if len(str(formula)) > LONGEST_TITLE:
            short = (x if len(str(x)) < LONGEST_TITLE / len(names) else Text("…") for x in names)
            formula = counted if len(names) > MANY else op.value(*short)
    except FOR_NUMBERS_ONLY:
        formula = Text(f"{op}({', '.join(map(str, names))})")
    return as_text(formula)


def slopes_of(op: Op, out: Any, names: Sequence[Any], numbers: Sequence[Any]) -> list[str]:
    """The partials of a row as formulas, in the names of the node (`out`) and of its operands."""
    try:
        partials = op.partials(out, *numbers)
    except FOR_NUMBERS_ONLY:
        return [""] * len(names)
    return [str(as_text(x)) for x in partials]
