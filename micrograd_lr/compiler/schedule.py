"""What every backend shares: the order of work of a program, and how its symbols are written as source text."""

from __future__ import annotations

from collections import Counter

from micrograd_lr.compiler.symbols import Symbol, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from micrograd_lr.compiler.program import Program

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


class Plan:
    """The order of work for a block of examples: what is the same for all, then loops over features and lines in turn.

    `before` are the symbols that no example enters; ``stages[k]`` is (totals, lines): the sums over features of this
    stage, and the lines that follow from them; `kept` the symbols that a later loop or result needs.
    """

    def __init__(self, program: Program) -> None:
        order = in_order(program.results())
        self.indexed: set[Symbol] = set()
        self.uniform: set[Symbol] = set()
        level: dict[Symbol, int] = {}
        for symbol in order:
            operands = [x for x in symbol.operands if isinstance(x, Symbol)]
            if symbol.op == "entry":
                if symbol.looped:
                    self.indexed.add(symbol)
                if symbol.name not in program.batch:
                    self.uniform.add(symbol)
            else:
                if symbol.op != "total" and self.indexed.intersection(operands):
                    self.indexed.add(symbol)
                if self.uniform.issuperset(operands):
                    self.uniform.add(symbol)
            level[symbol] = max((level[x] for x in operands), default=0) + (symbol.op == "total")
        scalars = [x for x in order if x not in self.indexed and x.op != "entry"]
        users: dict[Symbol, list[Symbol]] = {}
        for x in order:
            for operand in x.operands:
                users.setdefault(operand, []).append(x)
        for x in reversed(scalars):  # a line as late as its first use, so that it need not be kept
            if (
                x.op != "total"
                and (used := users.get(x))
                and not any(u in self.indexed or u.op == "total" for u in used)
            ):
                level[x] = min(level[u] for u in used)
        self.before = [x for x in scalars if x in self.uniform]
        depth = max(level.values(), default=0)
        self.stages: list[tuple[list[Symbol], list[Symbol]]] = []
        for k in range(depth + 1):
            here = [x for x in scalars if level[x] == k and x not in self.uniform]
            self.stages.append(([x for x in here if x.op == "total"], [x for x in here if x.op != "total"]))
        stage_of = {x: k for k, (totals, lines) in enumerate(self.stages) for x in [*totals, *lines]}
        self.kept: dict[Symbol, None] = {x: None for x in scalars if x.op == "total" and x not in self.uniform}
        for x in order:
            for operand in x.operands:
                if operand in stage_of and (
                    x in self.indexed or stage_of.get(x, -1) > stage_of[operand] or x.op == "total"
                ):
                    self.kept[operand] = None
        self.kept.update((x, None) for x in program.results() if x in stage_of)


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
