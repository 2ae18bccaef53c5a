"""The order of work of a program: what every backend keeps to."""

from __future__ import annotations

from micrograd_lr.compiler.symbols import Symbol, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.compiler.program import Program


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
