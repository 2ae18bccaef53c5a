"""Symbols written as source text."""

from __future__ import annotations

from collections import Counter

from micrograd_lr.compiler.symbols import Symbol, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

INFIX = {"add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0} * {1}", "div": "{0} / {1}", "neg": "-{0}"}
_SHARED = INFIX | {
    "pow": "{0} ** {1}", "abs": "abs({0})", "exp": "exp({0})", "log": "log({0})", "log1p": "log1p({0})",
    "tanh": "tanh({0})",
}  # fmt: skip
SCALAR = _SHARED | {
    "choose": "{1} if {0} >= 0.0 else {2}",
    "relu": "0.0 if {0} <= 0.0 else {0}",
    "step": "0.0 if {0} <= 0.0 else 1.0 if {0} > 0.0 else {0}",
}
ARRAYS = _SHARED | {
    "choose": "where({0} >= 0.0, {1}, {2})",
    "relu": "where({0} <= 0.0, 0.0, {0})",
    "step": "where({0} <= 0.0, 0.0, where({0} > 0.0, 1.0, {0}))",
}
_LONG = 100  # characters of an expression, beyond which its parts get names


class Lines:
    """Source text in the making: names of symbols, and indentation."""

    indent = "    "

    def __init__(self, notation: Mapping[str, str]) -> None:
        self.notation = notation
        self.text: list[str] = []
        self.names: dict[Symbol, str] = {}

    def add(self, depth: int, line: str) -> None:
        """A line, `depth` levels in."""
        self.text.append(self.indent * depth + line)

    def number(self, x: float) -> str:
        """A plain number."""
        text = "(1e999 - 1e999)" if x != x else repr(x).replace("inf", "1e999")  # literals that are NaN and infinity
        return f"({text})" if x < 0 else text

    def written(
        self, x: Any, entry: Callable[[Symbol], str], name: Callable[[Symbol], str | None] = lambda x: None
    ) -> str:
        """A number, an argument, or a symbol that has a name."""
        return self.number(float(x)) if not isinstance(x, Symbol) else name(x) or self.names.get(x) or entry(x)

    def expression(
        self, form: Any, entry: Callable[[Symbol], str], name: Callable[[Symbol], str | None] = lambda x: None,
        part: str = "p",
    ) -> tuple[list[str], str]:  # fmt: skip
        """Statements for the parts of `form` that are used twice, or long; and then the expression."""
        texts: dict[Symbol, str] = {}
        statements: list[str] = []

        def known(x: Symbol) -> bool:
            if x not in texts and (x.op == "entry" or x in self.names or name(x)):
                texts[x] = self.written(x, entry, name)
            return x in texts

        order = in_order([form], known)
        users = Counter(x for symbol in order for x in symbol.operands if isinstance(x, Symbol))
        for x in order:
            right = self.notation[x.op].format(
                *(texts[y] if isinstance(y, Symbol) else self.number(float(y)) for y in x.operands)
            )
            texts[x] = f"({right})"
            if x is not form and (users[x] > 1 or len(right) > _LONG):
                texts[x] = f"{part}{len(statements)}"
                statements.append(f"{texts[x]} = {right}")
        return statements, texts[form] if isinstance(form, Symbol) else self.number(float(form))

    def assign(self, depth: int, x: Symbol, entry: Callable[[Symbol], str]) -> str:
        """A line that computes `x` from named operands, and its new name."""
        right = self.notation[x.op].format(*(self.written(y, entry) for y in x.operands))
        name = self.names[x] = f"v{len(self.names)}"
        self.add(depth, f"{name} = {right}")
        return name
