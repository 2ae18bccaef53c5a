"""Questions about dimensions: the shape of ∂L/∂w = (a − y)xᵀ, of A − Y and of Xᵀ; and how a typed shape is read.

The page reads shapes in the same way, in page/web/answers.js, with the patterns and the words of this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.tokens import FormulaError, said
from micrograd_lr.stepping import hints

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from micrograd_lr.stepping.closed_lines import ClosedLines
    from micrograd_lr.stepping.families import Family
    from micrograd_lr.stepping.moves import Line

OUTSIDE = r"^[\s(\[]+|[\s)\]]+$"
BETWEEN = r"\s*(?:[,×x*]|by)\s*|\s+"
ENTRY = r"[0-9]+|[nm]"
NUMBER = ("1", "number", "a number", "scalar", "a scalar")


def read(text: str) -> list[str]:
    """Rows and columns of a shape: 1 and n of ``(1, n)``, ``1 × n`` or ``1 by n``. FormulaError if it is not one."""
    bare = re.sub(OUTSIDE, "", text.lower())
    found = ["1", "1"] if bare in NUMBER else re.split(BETWEEN, bare)
    if len(found) == 2 and all(re.fullmatch(ENTRY, x) for x in found):
        return found
    raise FormulaError(said("shape"))


def fits(found: Sequence[str], shape: Sequence[str], sizes: Mapping[str, Any]) -> bool:
    """Whether rows and columns are those of a shape, written with its letters or with their numbers in `sizes`."""
    return all(x == one or (x.isdigit() and float(x) == sizes.get(one)) for x, one in zip(found, shape))


def in_numbers(shape: Sequence[str], sizes: Mapping[str, Any]) -> str:
    """A shape in letters and in numbers: ``(1, n) = (1, 2)``; ``(1, 1)`` has no letters."""
    letters, numbers = (f"({', '.join(x)})" for x in (shape, [f"{sizes.get(x, 1):g}" for x in shape]))
    return letters if letters == numbers else f"{letters} = {numbers}"


@dataclass(frozen=True)
class Shaped:
    """A `formula` of vectors or matrices, its `shape`, wrong ones with their hints, and how many n and m are."""

    formula: str
    shape: tuple[str, ...]
    mistakes: tuple[tuple[str, str], ...]
    sizes: dict[str, float]


def shaped(forms: ClosedLines) -> tuple[Shaped, ...]:
    """What of the closed forms is a vector or a matrix.

    With one feature and one example all are numbers, w and x too: then there is nothing to ask.
    """
    found: dict[str, Shaped] = {}
    for family, line in forms.results():
        n, m = len(family.parameters), len(family.terms)
        if family.of_ones or n == m == 1 or (m > 1 and not family.term):
            continue
        words = {
            "errors": family.errors[1:-1], "factor": family.factor, "matrix": family.factor.removesuffix("ᵀ"),
            "w": family.name, "gradient": line.parts[0],
        }  # fmt: skip
        for what, formula in _vectors(family, line):
            wrongs = ((wrong, format_formula(hint.format(**words))) for wrong, hint in hints.OF_A_SHAPE[what])
            one = Shaped(formula, (*read(hints.SHAPES[what]),), (*wrongs,), {"n": float(n), "m": float(m)})
            found.setdefault(formula, one)
    return (*found.values(),)


def dimensions(forms: ClosedLines) -> str:
    """What of the closed forms is a row, a column or a matrix, in words for the beginning; "" without closed forms."""
    families = [family for family, _ in forms.results()]
    for family in families:
        n, m, x = len(family.parameters), len(family.terms), forms.column(family)
        if family.of_ones or not x.isalpha():
            continue
        sizes = {"n": n, "m": m}
        row = f"{family.name} is a row of {n}, (1, n)"
        if family.term:
            matrix, (a, y) = family.factor.removesuffix("ᵀ"), family.errors[1:-1].split(" - ")
            first = f"{row}. " if n > 1 else ""
            column = f"Example i is the column {x}⁽ⁱ⁾ of {matrix}, {in_numbers('nm', sizes)}"
            ones = ", 𝟏 a column of ones" if any(other.of_ones for other in families) else ""
            return f"{first}{column}. {a} and {y} are rows, (1, m){ones}."
        if m == n == 1:
            return f"{x} is a single number here, and {x}ᵀ is {x}."
        if m == 1:
            return f"{row}, and {x} a column of {n}, (n, 1)."
    return ""


def _vectors(family: Family, line: Line) -> Iterator[tuple[str, str]]:
    if family.term:
        yield "errors", family.errors[1:-1]
        yield "factor", family.factor
        yield "sum", f"{line.parts[0]} = {line.parts[2]}"
    else:
        yield "gradient", line.formula
