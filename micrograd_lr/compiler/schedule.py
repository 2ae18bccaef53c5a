"""The order of work of a program, which every backend keeps to."""

from __future__ import annotations

from micrograd_lr.compiler.symbols import ANY, LOOPS, OTHER, Along, Symbol, axes_in, in_order, looped_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.compiler.program import Program

LOOPED = (*LOOPS, "array")  # the ops of symbols that need a loop of their own


class Schedule:
    """What to compute when, for a block of examples.

    `before` are the symbols that no example enters: they are computed once. Then come the stages: ``stages[k]`` is
    (loops, lines), arrays, sums and maxima over features, and the symbols that follow from them. `stored` are the
    symbols that a later stage, a loop over features or a result needs. `uniform` are those that are the same for all
    examples. `ranges` has for each array the first k that is needed, and the one behind the last.
    """

    def __init__(self, program: Program) -> None:
        order = in_order(program.results())
        axes = axes_in(*program.results())
        self.indexed = {x for x in order if axes[x]}  # those that belong into a loop over features
        self.uniform: set[Symbol] = set()
        stage: dict[Symbol, int] = {}
        for symbol in order:
            operands = [x for x in symbol.operands if isinstance(x, Symbol)]
            if symbol.name not in program.batch if symbol.op == "entry" else self.uniform.issuperset(operands):
                self.uniform.add(symbol)
            is_loop = symbol.op in LOOPED and symbol not in self.indexed
            stage[symbol] = max((stage[x] for x in operands), default=0) + is_loop
        scalars = [x for x in order if x not in self.indexed and x.op != "entry"]
        users: dict[Symbol, list[Symbol]] = {}
        for x in order:
            for operand in x.operands:
                users.setdefault(operand, []).append(x)
        for x in reversed(scalars):  # as late as the first use, so that it need not be stored
            if (
                x.op not in LOOPED
                and (used_by := users.get(x))
                and not any(user in self.indexed or user.op in LOOPED for user in used_by)
            ):
                stage[x] = min(stage[user] for user in used_by)
        self.before = [x for x in scalars if x in self.uniform]
        self.stages: list[tuple[list[Symbol], list[Symbol]]] = []
        for k in range(max(stage.values(), default=0) + 1):
            here = [x for x in scalars if stage[x] == k and x not in self.uniform]
            self.stages.append(([x for x in here if x.op in LOOPED], [x for x in here if x.op not in LOOPED]))
        stage_of = {x: k for k, (loops, lines) in enumerate(self.stages) for x in [*loops, *lines]}
        self.stored: dict[Symbol, None] = {x: None for x in scalars if x.op in LOOPED and x not in self.uniform}
        for x in order:
            for operand in x.operands:
                if operand in stage_of and (
                    x in self.indexed or stage_of.get(x, -1) > stage_of[operand] or x.op in LOOPED
                ):
                    self.stored[operand] = None
        self.stored.update((x, None) for x in program.results() if x in stage_of)
        self.ranges: dict[Symbol, tuple[int, int]] = {}
        for name, form in (program.loops | program.tables | program.matrices).items():
            self.note_items(form, dict(zip((ANY, OTHER), [(0, n) for n in program.shapes[name]])))
        for x in reversed(order):
            if x.op in LOOPED and x not in self.indexed:
                along = {OTHER: self.ranges[x]} if x.op == "array" else {}
                inner = x.operands[0] if x.op == "array" and x.operands[0].op in LOOPS else x
                self.note_items(inner.operands[0], {ANY: (0, inner.count)} | along)

    def note_items(self, form: Any, along: dict[str, tuple[int, int]]) -> None:
        """Which items of arrays a form needs, in loops with these ranges."""
        for x in looped_entries(form):
            if x.op == "item":
                (array,), (i,) = x.operands, x.index
                assert isinstance(i, Along)
                first, last = along[i.axis]
                before = self.ranges.get(array, (first + i.offset, last + i.offset))
                self.ranges[array] = min(before[0], first + i.offset), max(before[1], last + i.offset)
