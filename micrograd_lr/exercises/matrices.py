"""Formulas of matrices, ``(A - Y) Xᵀ`` and ``∂J/∂w``, computed with the numbers of an expression.

The entries of a matrix are formulas in the names of the expression: ``p1, p2; q1, q2`` are two rows. To the engine,
a matrix is a number type like any other, so `Expression` reads the formulas.
"""

from __future__ import annotations

import re

from micrograd_lr.engine.derivatives import slope_graphs
from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.engine.number_types import number_type
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.typed import evaluated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

TRANSPOSED = "T"  # as in X^T
_SLOPE = re.compile(r"∂(\w+)/∂(\w+)")


class Matrix:
    """Rows of numbers, with the arithmetic of matrices; one of shape (1, 1) is a number, and goes with any other.

    ``*`` is the product of matrices, (r, k) times (k, c). ValueError for shapes that do not fit.
    """

    def __init__(self, rows: Iterable[Iterable[Any]]) -> None:
        self.rows = tuple(map(tuple, rows))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.rows[0])

    def __neg__(self) -> Matrix:
        return Matrix([-x for x in row] for row in self.rows)

    def __add__(self, other: Any) -> Matrix:
        return self._by_entry(other, "plus", lambda x, y: x + y)

    def __sub__(self, other: Any) -> Matrix:
        return self._by_entry(other, "minus", lambda x, y: x - y)

    def __truediv__(self, other: Any) -> Matrix:
        return self._by_entry(other, "by", lambda x, y: x / y)

    def __mul__(self, other: Any) -> Matrix:
        other = _as_matrix(other)
        if (1, 1) in (self.shape, other.shape):
            return self._by_entry(other, "times", lambda x, y: x * y)
        if self.shape[1] != other.shape[0]:
            raise self._misfit("times", other)
        return Matrix([sum(x * y for x, y in zip(row, column)) for column in zip(*other.rows)] for row in self.rows)

    def __pow__(self, other: Any) -> Matrix:
        if not isinstance(other, _Transposed):
            raise ValueError("the only power of a matrix that is read is ᵀ, as in Xᵀ")
        return Matrix(zip(*self.rows))

    def _by_entry(self, other: Any, sign: str, of: Callable[[Any, Any], Any]) -> Matrix:
        other = _as_matrix(other)
        shape = other.shape if self.shape == (1, 1) else self.shape
        if other.shape not in ((1, 1), shape):
            raise self._misfit(sign, other)
        (rows, columns), one, two = shape, self._entry, other._entry
        return Matrix([of(one(i, j), two(i, j)) for j in range(columns)] for i in range(rows))

    def _entry(self, i: int, j: int) -> Any:
        return self.rows[0][0] if self.shape == (1, 1) else self.rows[i][j]

    def _misfit(self, sign: str, other: Matrix) -> ValueError:
        return ValueError(f"{self.shape} {sign} {other.shape} does not fit")


class _Transposed(Matrix):
    """What stands above in Xᵀ."""


def _as_matrix(x: Any) -> Matrix:
    return x if isinstance(x, Matrix) else Matrix([[x]])


number_type(Matrix, convert=_as_matrix)


class Matrices:
    """The matrices of the graph of `root`, written as texts in the names of its nodes.

    ValueError for rows of several lengths, and for an entry that cannot be read.
    """

    def __init__(self, root: Value, texts: Mapping[str, str]) -> None:
        self._nodes = {node.label: node for node in topological(root) if node.label}
        numbers = {name: node.data for name, node in self._nodes.items()}
        self._known = {name: Matrix([[x]]) for name, x in numbers.items()}
        self._entries: dict[str, list[list[str]]] = {}
        for name, text in texts.items():
            try:
                self._entries[name] = rows = _entries(text)
                matrix = Matrix([evaluated(entry, numbers) for entry in row] for row in rows)
            except ValueError as error:
                raise ValueError(f"{name} = {text!r}: {error}") from None
            if name in self._known or name == TRANSPOSED:
                raise ValueError(f"{name} has another meaning already. Choose another name for the matrix.")
            self._known[name] = matrix

    def of(self, formula: str) -> Matrix:
        """What a formula gives; numbers are of shape (1, 1), and ∂L/∂w has the shape of w.

        ValueError if it cannot be read, if shapes do not fit, or if there is no such derivative.
        """
        slopes: dict[str, Matrix] = {}

        def named(slope: re.Match[str]) -> str:
            slopes[f"slope{len(slopes)}"] = self._slope(*slope.groups())
            return f" {[*slopes][-1]} "

        text = _SLOPE.sub(named, formula).replace("ᵀ", f"^{TRANSPOSED}")
        read, known = Expression(text), {**self._known, TRANSPOSED: _Transposed([[]]), **slopes}
        if unknown := [name for name in read.names if name not in known]:
            raise ValueError(f"there is no {unknown[0]}. There are: {', '.join(self._known)}")
        try:
            found = read(**{name: known[name] for name in read.names}).data
        except TypeError:
            raise ValueError("of matrices there are + − · / and ᵀ, and no functions") from None
        except DOMAIN_ERRORS as error:
            raise ValueError(f"{error.__cause__ or error}") from None
        return _as_matrix(found)

    def _slope(self, of: str, by: str) -> Matrix:
        rows = self._entries.get(by, [[by]])
        names = [name for row in rows for name in row]
        if unknown := [name for name in (of, *names) if name not in self._nodes]:
            raise ValueError(f"∂{of}/∂{by}: {unknown[0]} is not a name of the expression")
        found = slope_graphs(self._nodes[of], [self._nodes[name] for name in names])
        slopes = iter([slope.data if isinstance(slope, Value) else float(slope) for slope in found])
        return Matrix([next(slopes) for _ in row] for row in rows)


def _entries(text: str) -> list[list[str]]:
    rows = [[*map(str.strip, row.split(","))] for row in text.split(";")]
    if len({*map(len, rows)}) > 1:
        raise ValueError(f"its rows have {' and '.join(str(len(row)) for row in rows)} entries.")
    return rows


def printed(formula: str) -> str:
    """A formula of matrices as one writes it: (A − Y)Xᵀ."""
    return format_formula(formula.replace(f"^{TRANSPOSED}", "ᵀ").replace("*(", "(").replace("*", "·"))
