"""The shapes of the slides: every argument of `logistic` is checked against them, and errors name them."""

from __future__ import annotations

import math
from decimal import Decimal
from numbers import Real

from micrograd_lr.engine.containers import as_numbers, numbers_in
from micrograd_lr.engine.node import number_of
from micrograd_lr.engine.number_types import number
from micrograd_lr.engine.shapes import shape_of
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Rows = list[list["Any"]]


class Data:
    """w (1,n), b (1,1), X (n,m), Y (1,m), their shapes checked. `w` and `Y` are lists, `X` has n rows of m, `b` is one.

    Vectors may also be given flat: w, Y and the x of one example as lists, b and y as plain numbers.
    """

    def __init__(self, w: Any, b: Any, X: Any, Y: Any, names: tuple[str, str] = ("X", "Y")) -> None:
        x_name, y_name = names
        one = x_name == "x"  # one example: x is a column and y a number
        self.w = _vector("w", w, "(1, n)")
        self.b = _scalar("b", b)
        self.n = n = len(self.w)
        self.X = _matrix(x_name, X, n, column=one)
        self.m = m = len(self.X[0])
        if m == 0:
            raise ValueError(f"{x_name} is (n, m) = ({n}, 0): it holds no example.")
        self.Y = [_scalar(y_name, Y)] if one else _vector(y_name, Y, "(1, m)")
        if len(self.Y) != m:
            raise ValueError(
                f"{y_name} is (1, {len(self.Y)}), but {x_name} is (n, m) = ({n}, {m}): one label per example (column)."
            )
        for j, row in enumerate(self.X):
            for i, x in enumerate(row):
                _finite(
                    x,
                    f"{x_name}[{j}]" if one else f"{x_name}[{j}][{i}]",
                    f"feature {j}" + ("" if one else f" of example {i}"),
                )
        for i, y in enumerate(self.Y):
            where = y_name if one else f"{y_name}[{i}]"
            _finite(y, where, "the label" if one else f"the label of example {i}")
            if isinstance(number_of(y), (float, Real, Decimal)) and not 0 <= number_of(y) <= 1:
                raise ValueError(
                    f"{where} is {number_of(y)!r}: a label lies in [0, 1]. Map the two classes to 0 and 1."
                )

    def columns(self) -> list[tuple[Any, ...]]:
        """The examples: X by columns."""
        return list(zip(*self.X))


def _finite(x: Any, where: str, what: str) -> None:
    x = number_of(x)
    if isinstance(x, float) and not math.isfinite(x):
        raise ValueError(f"{where} is {x!r} ({what}): every entry must be finite. Drop that example, or fill the gap.")


def _entries(data: Any) -> list[Any]:
    """The numbers of `data`, row after row, as the engine keeps them."""
    return [x if isinstance(x, Value) else number(x) for x in numbers_in(data)]


def _vector(name: str, data: Any, wanted: str) -> list[Any]:
    data = as_numbers(name, data, batch=name == "Y")
    dims = shape_of(name, data)
    if len(dims) == 2 and dims[0] != 1 and dims[1] == 1:
        raise ValueError(f"{name} is {dims}; expected {wanted}: one row. Transpose it.")
    if len(dims) not in (1, 2) or (len(dims) == 2 and dims[0] != 1):
        raise ValueError(f"{name} is {dims}; expected {wanted}: one row, or a flat list.")
    if 0 in dims:
        raise ValueError(f"{name} is empty: {dims}; expected {wanted}.")
    return _entries(data)


def _scalar(name: str, data: Any) -> Any:
    data = as_numbers(name, data, batch=True)
    dims = shape_of(name, data)
    if dims not in ((), (1,), (1, 1)):
        raise ValueError(f"{name} is {dims}; expected (1, 1): one number.")
    return _entries(data)[0]


def _matrix(name: str, data: Any, n: int, column: bool) -> Rows:
    data = as_numbers(name, data, batch=not column)
    dims = shape_of(name, data)
    if column and len(dims) == 1:
        dims, data = (dims[0], 1), [[x] for x in _entries(data)]
    wanted = "(n, 1): one column" if column else "(n, m): one example per column"
    if len(dims) != 2:
        raise ValueError(f"{name} is {dims}; expected {wanted}.")
    if dims[0] != n:
        if dims[1] == n:
            said = f"(1, n) = {dims}" if column else f"(m, n) = {dims}"
            raise ValueError(f"{name} is {said}; expected {wanted}. Transpose it.")
        raise ValueError(f"{name} is {dims}; expected {wanted}, with n = {n} rows, because w is (1, {n}).")
    if column and dims[1] != 1:
        raise ValueError(f"{name} is {dims}; expected {wanted}. For many examples: ManyExamples(w, b, X, Y).")
    entries = _entries(data)
    return [entries[i : i + dims[1]] for i in range(0, len(entries), dims[1])] if dims[1] else [[] for _ in range(n)]
