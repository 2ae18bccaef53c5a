"""The order of work of a program, which every backend keeps to."""

from __future__ import annotations

from micrograd_lr.compiler.symbols import Symbol, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.compiler.program import Program


class Schedule:
    """What to compute when, for a block of examples.

    `before` are the symbols that no example enters: they are computed once. Then come the stages: ``stages[k]`` is
    (totals, lines), sums over features and the symbols that follow from them. `stored` are the symbols that a later
    stage, a loop over features or a result needs. `uniform` are those that are the same for all examples.
    """

    def __init__(self, program: Program) -> None:
        order = in_order(program.results())
        self.indexed: set[Symbol] = set()  # those that belong into a loop over features
        self.uniform: set[Symbol] = set()
        stage: dict[Symbol, int] = {}
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
            stage[symbol] = max((stage[x] for x in operands), default=0) + (symbol.op == "total")
        scalars = [x for x in order if x not in self.indexed and x.op != "entry"]
        users: dict[Symbol, list[Symbol]] = {}
        for x in order:
            for operand in x.operands:
                users.setdefault(operand, []).append(x)
        for x in reversed(scalars):  # as late as the first use, so that it need not be stored
            if (
                x.op != "total"
                and (used_by := users.get(x))
                and not any(user in self.indexed or user.op == "total" for user in used_by)
            ):
                stage[x] = min(stage[user] for user in used_by)
        self.before = [x for x in scalars if x in self.uniform]
        self.stages: list[tuple[list[Symbol], list[Symbol]]] = []
        for k in range(max(stage.values(), default=0) + 1):
            here = [x for x in scalars if stage[x] == k and x not in self.uniform]
            self.stages.append(([x for x in here if x.op == "total"], [x for x in here if x.op != "total"]))
        stage_of = {x: k for k, (totals, lines) in enumerate(self.stages) for x in [*totals, *lines]}
        self.stored: dict[Symbol, None] = {x: None for x in scalars if x.op == "total" and x not in self.uniform}
        for x in order:
            for operand in x.operands:
                if operand in stage_of and (
                    x in self.indexed or stage_of.get(x, -1) > stage_of[operand] or x.op == "total"
                ):
                    self.stored[operand] = None
        self.stored.update((x, None) for x in program.results() if x in stage_of)
