"""A program as Python source text: one example after the other, with the math module and nothing else."""

from __future__ import annotations

from math import prod

from micrograd_lr.compiler.schedule import LOOPED, Schedule
from micrograd_lr.compiler.source import SCALAR, SourceText, import_from_the_engine
from micrograd_lr.compiler.symbols import LOOPS

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
        index = "".join(f"[{i}]" for i in x.places())
        name = x.name if x.op == "entry" else out.names[x.operands[0]]
        return f"{name}{index}[i]" if x.name in batch else f"{name}{index}"

    def add_up(depth: int, where: str, form: Any, op: str = "total") -> None:
        statements, term = out.expression(form, entry)
        if op == "total":
            statements.append(f"{where} += {term}")
        else:
            statements += [f"t = {term}", f"{where} = {where} if {where} >= t else t"]
        for line in statements:
            out.add(depth, line)

    def add_loop(depth: int, x: Symbol) -> None:
        name, where, inner = f"v{len(out.names)}", f"v{len(out.names)}", x
        first = "(-1e999)" if "largest" in (x.op, x.operands[0].op) else "0.0"
        if x.op == "array":
            start, stop = schedule.ranges[x]
            out.add(depth, f"{name} = [{first}] * {stop}")
            out.add(depth, f"for k in range({start}, {stop}):")
            depth, where, inner = depth + 1, f"{name}[k]", x.operands[0]
        else:
            out.add(depth, f"{name} = {first}")
        if inner.op in LOOPS:
            out.add(depth, f"for j in range({inner.count}):")
            add_up(depth + 1, where, inner.operands[0], inner.op)
        else:
            add_up(depth, where, inner)
        out.names[x] = name

    out.add(0, f"def kernel({', '.join(program.lengths)}, start, stop):")
    for x in schedule.before:
        add_loop(1, x) if x.op in LOOPED else out.assign(1, x, entry)
    out.add(1, f"sums = [[] for _ in range({len(program.columns)})]")
    for name, shape in program.shapes.items():
        out.add(1, f"d_{name} = [0.0] * {prod(shape)}")
    out.add(1, "for i in range(start, stop):")
    for loops, lines in schedule.stages:
        for x in loops:
            add_loop(2, x)
        for x in lines:
            out.assign(2, x, entry)
    for k, x in enumerate(program.columns):
        out.add(2, f"sums[{k}].append({out.operand(x, entry)})")
    for name, form in program.loops.items():
        out.add(2, f"for j in range({program.shapes[name][0]}):")
        add_up(3, f"d_{name}[j]", form)
    for name, form in (program.tables | program.matrices).items():
        rows, columns = program.shapes[name]
        out.add(2, f"for j in range({rows}):")
        out.add(3, f"for k in range({columns}):")
        add_up(4, f"d_{name}[j * {columns} + k]", form)
    for name, (weight, first, second) in program.products.items():
        rows, columns = program.shapes[name]
        out.add(2, f"for j in range({rows}):")
        out.add(3, f"t = {out.operand(weight, entry)} * {first}[j][i]")
        out.add(3, f"for k in range({columns}): d_{name}[j * {columns} + k] += t * {second}[k][i]")
    ends = "".join(f", d_{name}" for name in program.shapes)
    out.add(1, f"return [fsum(column) for column in sums]{ends},")
    head = ["from math import exp, fsum, log, log1p, tanh", *import_from_the_engine(out.called)]
    if any("power(" in line for line in out.lines):
        head += ["", "from micrograd_lr.engine.elementary import power"]
    return "\n".join([*head, "", "", *out.lines, ""])
