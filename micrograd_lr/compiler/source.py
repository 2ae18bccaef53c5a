"""Symbols written as source text: what the languages share, and how each writes an op."""

from __future__ import annotations

import math
from collections import Counter

from micrograd_lr.compiler.symbols import Symbol, in_order
from micrograd_lr.engine.elementary import FUNCTIONS
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

INFIX = {"add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0} * {1}", "div": "{0} / {1}", "neg": "-{0}"}
SCALAR = INFIX | {
    "pow": "{0} ** {1}",
    "choose": "{1} if {0} >= 0.0 else {2}",
    "max": "{0} if {0} >= {1} else {1}",
    "relu": "0.0 if {0} <= 0.0 else {0}",
    "step": "0.0 if {0} <= 0.0 else 1.0 if {0} > 0.0 else {0}",
}
ARRAYS = INFIX | {
    "pow": "{0} ** {1}",
    "choose": "where({0} >= 0.0, {1}, {2})",
    "max": "where({0} >= {1}, {0}, {1})",
    "relu": "where({0} <= 0.0, 0.0, {0})",
    "step": "where({0} <= 0.0, 0.0, where({0} > 0.0, 1.0, {0}))",
}
ALWAYS_IMPORTED = ("abs", "exp", "log", "log1p", "tanh")
_LONG = 100  # characters of an expression; a longer part of one gets a name


class SourceText:
    """Source text that grows line by line, and the `names` that its symbols have so far.

    `notation` says how ops are written, by their names. Any other op is a call of the function of that name; `called`
    are those of them that are not always imported.
    """

    indent = "    "
    call = "{0}({{0}})"

    def __init__(self, notation: Mapping[str, str]) -> None:
        self.notation = notation
        self.lines: list[str] = []
        self.names: dict[Symbol, str] = {}
        self.called: dict[str, None] = {}

    def notation_of(self, op: str) -> str:
        """How an op is written, with places for its operands."""
        if op in self.notation:
            return self.notation[op]
        if op not in ALWAYS_IMPORTED:
            self.called[op] = None
        return self.call.format(op)

    def add(self, depth: int, line: str) -> None:
        """A line, `depth` levels in."""
        self.lines.append(self.indent * depth + line)

    def number(self, x: float) -> str:
        """A plain number."""
        text = "(1e999 - 1e999)" if x != x else repr(x).replace("inf", "1e999")  # Python has no literal for NaN and ∞
        return f"({text})" if x < 0 else text

    def operand(
        self, x: Any, entry: Callable[[Symbol], str], name: Callable[[Symbol], str | None] = lambda x: None
    ) -> str:
        """A number; or a symbol by its name: the one that it has according to `name` or so far, or as an `entry`."""
        return self.number(float(x)) if not isinstance(x, Symbol) else name(x) or self.names.get(x) or entry(x)

    def expression(
        self, form: Any, entry: Callable[[Symbol], str], name: Callable[[Symbol], str | None] = lambda x: None,
        part: str = "p",
    ) -> tuple[list[str], str]:  # fmt: skip
        """Statements for the parts of `form` that are used twice, or are long; and then the expression."""
        texts: dict[Symbol, str] = {}
        statements: list[str] = []

        def known(x: Symbol) -> bool:
            if x not in texts and (x.op in ("entry", "item") or x in self.names or name(x)):
                texts[x] = self.operand(x, entry, name)
            return x in texts

        order = in_order([form], known)
        users = Counter(x for symbol in order for x in symbol.operands if isinstance(x, Symbol))
        for x in order:
            right = self.notation_of(x.op).format(
                *(texts[y] if isinstance(y, Symbol) else self.number(float(y)) for y in x.operands)
            )
            texts[x] = f"({right})"
            if x is not form and (users[x] > 1 or len(right) > _LONG):
                texts[x] = f"{part}{len(statements)}"
                statements.append(f"{texts[x]} = {right}")
        return statements, texts[form] if isinstance(form, Symbol) else self.number(float(form))

    def assign(self, depth: int, x: Symbol, entry: Callable[[Symbol], str]) -> str:
        """A line that computes `x` from operands that have names, and its new name."""
        right = self.notation_of(x.op).format(*(self.operand(y, entry) for y in x.operands))
        name = self.names[x] = f"v{len(self.names)}"
        self.add(depth, f"{name} = {right}")
        return name


def import_from_math(called: Iterable[str], compiler: str) -> list[str]:
    """Lines that import the functions `called`, for a `compiler` that knows the math module and no other Python."""
    for name in called:
        if getattr(math, name, None) is not FUNCTIONS[name].on_floats:
            raise TypeError(f"{compiler} only knows functions of the math module, not {name}. Use backend='python'.")
    return [f"from math import {', '.join(sorted(called))}"] if called else []


def import_from_numpy(called: Iterable[str]) -> list[str]:
    """The same for arrays."""
    numpy = need("numpy", 'pip install "micrograd_lr[numpy]"')
    for name in called:
        if not hasattr(numpy, name):
            raise TypeError(f"NumPy has no function {name}. Use backend='numba' or backend='python'.")
    return [f"from numpy import {', '.join(sorted(called))}"] if called else []


def import_from_the_engine(called: Iterable[str]) -> list[str]:
    """The same for plain Python: the functions that the engine itself calls on floats."""
    head = ["from micrograd_lr.engine.elementary import FUNCTIONS", ""] if called else []
    return ["", *head, *(f'{name} = FUNCTIONS["{name}"].on_floats' for name in sorted(called))] if called else []
