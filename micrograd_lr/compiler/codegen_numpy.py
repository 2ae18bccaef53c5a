"""A program as NumPy source text: a block of examples at a time, every line on whole arrays."""

from __future__ import annotations

from micrograd_lr.compiler.schedule import Schedule
from micrograd_lr.compiler.source import ARRAYS, SourceText, import_from_numpy
from micrograd_lr.compiler.symbols import ANY, OTHER, Symbol, looped_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from micrograd_lr.compiler.program import Program


def numpy_source(program: Program) -> str:
    """The source of ``kernel(…, start, stop)``, which gives the sums over these examples."""
    schedule, out = Schedule(program), SourceText(ARRAYS)
    batch = program.batch

    def reader(rows: int = 0, columns: int = 0, *, row: bool = False) -> Callable[[Symbol], str]:
        """How to read entries: for all j of the `rows` at once (or one, if `row`), and all k of the `columns`."""

        def entry(x: Symbol) -> str:
            examples = "start:stop" if x.name in batch else "None"
            count = columns if x.index == OTHER else rows
            if x.looped and not (row and x.index == ANY):
                whole = program.lengths[x.name] == count
                return f"{x.name}[{':' if whole else f'{x.offset}:{x.offset + count}'}, {examples}]"
            place = [] if x.index is None else [x.place()]
            place += [examples] if x.name in batch else []
            return f"{x.name}[{', '.join(place)}]" if place else x.name

        return entry

    def expression(depth: int, form: Any, entry: Callable[[Symbol], str]) -> str:
        """The expression of `form`; the lines that it needs are added."""
        statements, text = out.expression(form, entry)
        for line in statements:
            out.add(depth, line)
        return text

    def is_product(form: Any) -> bool:
        """Whether the sum of `form` over the examples is a matrix product with the data."""
        if not (isinstance(form, Symbol) and form.op == "mul" and _is_entry(form.operands[1], batch, True)):
            return False
        factor, data = form.operands
        if not isinstance(factor, Symbol) or factor in schedule.uniform:
            return False
        return {x.index for x in looped_entries(factor)} == ({ANY} if data.index == OTHER else set())

    def sum_over_examples(depth: int, form: Any, entry: Callable[[Symbol], str]) -> str:
        """The sum of `form` over the examples."""
        if not is_product(form):
            return f"sum_over({expression(depth, form, entry)}, stop - start)"
        factor, data = (expression(depth, x, entry) for x in form.operands)
        return f"{factor} @ {data}.T" if form.operands[1].index == OTHER else f"{data} @ {factor}"

    def add_total(x: Symbol) -> None:
        (form,) = x.operands
        entry = reader(x.index or 0)
        if form.op == "mul" and _is_entry(form.operands[0], batch, False) and _is_entry(form.operands[1], batch, True):
            weights, data = map(entry, form.operands)
            right = f"{weights.replace(', None]', ']').replace('[:]', '')} @ {data}"
        else:
            right = f"({expression(1, form, entry)}).sum(0)"
        name = f"v{len(out.names)}"
        out.add(1, f"{name} = {right}{'[0]' if x in schedule.uniform else ''}")
        out.names[x] = name

    out.add(0, f"def kernel({', '.join(program.lengths)}, start, stop):")
    for x in schedule.before:
        add_total(x) if x.op == "total" else out.assign(1, x, reader())
    for totals, lines in schedule.stages:
        for x in totals:
            add_total(x)
        for x in lines:
            out.assign(1, x, reader())
    ends = [f"sum_over({out.operand(x, reader())}, stop - start)" for x in program.columns]
    for name, form in program.loops.items():
        out.add(1, f"d_{name} = {sum_over_examples(1, form, reader(*program.shapes[name]))}")
    for name, form in program.matrices.items():
        rows, columns = program.shapes[name]
        if is_product(form):
            out.add(1, f"d_{name} = {sum_over_examples(1, form, reader(rows, columns))}")
        else:  # row by row: an array of all j, k and examples could be too large
            out.add(1, f"d_{name} = empty(({rows}, {columns}))")
            out.add(1, f"for j in range({rows}):")
            out.add(2, f"d_{name}[j] = {sum_over_examples(2, form, reader(rows, columns, row=True))}")
    for name, (weight, *data) in program.products.items():
        factor = f"broadcast_to({out.operand(weight, reader())}, stop - start)"
        parts = ", ".join(f"{x}[:, start:stop]" for x in dict.fromkeys(data))
        out.add(1, f"d_{name} = product_over({factor}, {parts})")
    out.add(1, f"return [{', '.join(ends)}]{''.join(f', d_{name}' for name in program.shapes)},")
    head = [
        "from numpy import abs, broadcast_to, empty, exp, log, log1p, shape, tanh, where",
        *import_from_numpy(out.called),
        *(["", "from micrograd_lr.compiler.products import product_over"] if program.products else []), "", "",
        "def sum_over(values, m):",
        "    rows = shape(values)[:-1]",
        "    return broadcast_to(values, (*rows, m)).sum(-1)", "", "",
    ]  # fmt: skip
    return "\n".join([*head, *out.lines, ""])


def _is_entry(x: Any, batch: tuple[str, ...], in_batch: bool) -> bool:
    return isinstance(x, Symbol) and x.op == "entry" and x.looped and (x.name in batch) == in_batch
