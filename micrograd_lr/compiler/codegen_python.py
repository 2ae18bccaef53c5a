"""A program as Python source text: one example after the other, with the math module and nothing else."""

from __future__ import annotations

from math import prod

from micrograd_lr.compiler.schedule import Schedule
from micrograd_lr.compiler.source import SCALAR, SourceText, import_from_the_engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.compiler.program import Program
    from micrograd_lr.compiler.symbols import Symbol


def python_source(program: Program) -> str:
    """The source of ``kernel(…, start, stop)``, which gives the sums over these examples."""
    schedule, out = Schedule(program), SourceText(SCALAR | {"pow": "power({0}, {1})"})
    batch = program.batch

    def entry(x: Symbol) -> str:
        index = "" if x.index is None else f"[{x.place()}]"
        return f"{x.name}{index}[i]" if x.name in batch else f"{x.name}{index}"

    def add_up(depth: int, where: str, form: Any) -> None:
        statements, term = out.expression(form, entry)
        for line in [*statements, f"{where} += {term}"]:
            out.add(depth, line)

    def add_total(depth: int, x: Symbol) -> None:
        name = f"v{len(out.names)}"
        out.add(depth, f"{name} = 0.0")
        out.add(depth, f"for j in range({x.index}):")
        add_up(depth + 1, name, x.operands[0])
        out.names[x] = name

    out.add(0, f"def kernel({', '.join(program.lengths)}, start, stop):")
    for x in schedule.before:
        add_total(1, x) if x.op == "total" else out.assign(1, x, entry)
    out.add(1, f"sums = [[] for _ in range({len(program.columns)})]")
    for name, shape in program.shapes.items():
        out.add(1, f"d_{name} = [0.0] * {prod(shape)}")
    out.add(1, "for i in range(start, stop):")
    for totals, lines in schedule.stages:
        for x in totals:
            add_total(2, x)
        for x in lines:
            out.assign(2, x, entry)
    for k, x in enumerate(program.columns):
        out.add(2, f"sums[{k}].append({out.operand(x, entry)})")
    for name, form in program.loops.items():
        out.add(2, f"for j in range({program.shapes[name][0]}):")
        add_up(3, f"d_{name}[j]", form)
    for name, form in program.matrices.items():
        rows, columns = program.shapes[name]
        out.add(2, f"for j in range({rows}):")
        out.add(3, f"for k in range({columns}):")
        add_up(4, f"d_{name}[j * {columns} + k]", form)
    for name, (weight, first, second) in program.products.items():
        rows, columns = program.shapes[name]
        out.add(2, f"for j in range({rows}):")
        out.add(3, f"p = {out.operand(weight, entry)} * {first}[j][i]")
        out.add(3, f"for k in range({columns}): d_{name}[j * {columns} + k] += p * {second}[k][i]")
    ends = "".join(f", d_{name}" for name in program.shapes)
    out.add(1, f"return [fsum(column) for column in sums]{ends},")
    head = ["from math import exp, fsum, log, log1p, tanh", *import_from_the_engine(out.called)]
    if any("power(" in line for line in out.lines):
        head += ["", "from micrograd_lr.engine.elementary import power"]
    return "\n".join([*head, "", "", *out.lines, ""])
