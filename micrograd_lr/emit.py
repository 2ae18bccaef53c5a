"""A program as Python and as NumPy source text. The notations differ; the rules are the program's."""

from __future__ import annotations

from micrograd_lr.plan import ARRAYS, SCALAR, Lines, Plan
from micrograd_lr.symbols import ANY, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.program import Program


def python_source(program: Program) -> str:
    """One example after the other, with the math module and nothing else."""
    plan, out = Plan(program), Lines(SCALAR)
    batch = program.batch

    def entry(x: Symbol) -> str:
        index = "" if x.index is None else "[j]" if x.index == ANY else f"[{x.index}]"
        return f"{x.name}{index}[i]" if x.name in batch else f"{x.name}{index}"

    def totals(depth: int, x: Symbol) -> None:
        out.names[x] = f"v{len(out.names)}"
        (form,) = x.operands
        out.add(depth, f"{out.names[x]} = 0.0")
        out.add(depth, f"for j in range({x.index}):")
        out.add(depth + 1, f"{out.names[x]} += {out.written(form, entry)}")

    out.add(0, f"def kernel({', '.join(program.lengths)}, m):")
    for x in plan.before:
        totals(1, x) if x.op == "total" else out.assign(1, x, entry)
    results = program.columns
    out.add(1, f"sums = [[] for _ in range({len(results)})]")
    for name, _ in program.loops.items():
        out.add(1, f"d_{name} = [0.0] * {program.lengths[name]}")
    out.add(1, "for i in range(m):")
    for sums, lines in plan.stages:
        for x in sums:
            totals(2, x)
        for x in lines:
            out.assign(2, x, entry)
    for k, x in enumerate(results):
        out.add(2, f"sums[{k}].append({out.written(x, entry)})")
    for name, form in program.loops.items():
        out.add(2, f"for j in range({program.lengths[name]}):")
        out.add(3, f"d_{name}[j] += {out.written(form, entry)}")
    loops = "".join(f", d_{name}" for name, _ in program.loops.items())
    out.add(1, f"return [fsum(column) for column in sums]{loops},")
    return "\n".join(["from math import exp, fsum, log, log1p, tanh", "", "", *out.text, ""])


def numpy_source(program: Program) -> str:
    """A block of examples at a time, every line on whole arrays."""
    plan, out = Plan(program), Lines(ARRAYS)
    batch = program.batch

    def entry(x: Symbol) -> str:
        if x.index is None:
            return f"{x.name}[start:stop]" if x.name in batch else x.name
        if x.index == ANY:
            return f"{x.name}[:, start:stop]" if x.name in batch else f"{x.name}[:, None]"
        return f"{x.name}[{x.index}, start:stop]" if x.name in batch else f"{x.name}[{x.index}]"

    def totals(x: Symbol) -> None:
        (form,) = x.operands
        right = f"({out.written(form, entry)}).sum(0)"
        if form.op == "mul" and _is_entry(form.operands[0], batch, False) and _is_entry(form.operands[1], batch, True):
            right = f"{form.operands[0].name} @ {entry(form.operands[1])}"
        if x in plan.uniform:
            right += "[0]"
        out.names[x] = f"v{len(out.names)}"
        out.add(1, f"{out.names[x]} = {right}")

    out.add(0, f"def kernel({', '.join(program.lengths)}, start, stop):")
    for x in plan.before:
        totals(x) if x.op == "total" else out.assign(1, x, entry)
    for sums, lines in plan.stages:
        for x in sums:
            totals(x)
        for x in lines:
            out.assign(1, x, entry)
    ends = [f"sum_over({out.written(x, entry)}, stop - start)" for x in program.columns]
    for _, form in program.loops.items():
        factor, data = form.operands if form.op == "mul" else (form, form)
        per_example = isinstance(factor, Symbol) and factor not in plan.indexed and factor not in plan.uniform
        if per_example and _is_entry(data, batch, True):
            ends.append(f"{entry(data)} @ {out.written(factor, entry)}")
        else:
            ends.append(f"sum_over({out.written(form, entry)}, stop - start)")
    out.add(1, f"return {', '.join(ends)},")
    head = [
        "from numpy import abs, broadcast_to, exp, log, log1p, ndim, shape, tanh, where", "", "",
        "def sum_over(values, m):",
        "    rows = shape(values)[:-1]",
        "    return broadcast_to(values, (*rows, m)).sum(-1)", "", "",
    ]  # fmt: skip
    return "\n".join([*head, *out.text, ""])


def _is_entry(x: Any, batch: tuple[str, ...], in_batch: bool) -> bool:
    return isinstance(x, Symbol) and x.op == "entry" and x.index == ANY and (x.name in batch) == in_batch
