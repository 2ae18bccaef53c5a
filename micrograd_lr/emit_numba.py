"""A program as source text for Numba: one pass over the data, in blocks that stay in the cache."""

from __future__ import annotations

from micrograd_lr import __version__
from micrograd_lr.plan import SCALAR, Lines, Plan
from micrograd_lr.program import looped_entries
from micrograd_lr.symbols import OTHER, Symbol, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from micrograd_lr.program import Program

    Written = tuple[list[str], str]


def joined(target: str, terms: list[Written]) -> str:
    """Add the terms to the target, on one line."""
    return "; ".join([*(line for lines, _ in terms for line in lines), f"{target} {' + '.join(x for _, x in terms)}"])


def numba_source(program: Program, rows: bool, block: int, unroll: int = 4) -> str:
    """A block of examples at a time, while it is in the cache: loops for LLVM to vectorise, and no array of size m.

    `rows` means that batch arrays come as (m, n), one example per row; else as (n, m). Sums over examples and features
    may be reassociated; the lines of an example, in a function of their own, may not.
    """
    plan, batch = Plan(program), program.batch
    kept = [*plan.kept]
    loaded = [
        x for x in in_order(program.results())
        if x.op == "entry" and x.name in batch and not x.looped
    ]  # fmt: skip
    row = {x: k for k, x in enumerate([*loaded, *kept])}
    scratch = f"work[{len(row)}, i]"
    arguments = ", ".join(program.lengths)
    lines, out = Lines(SCALAR), Lines(SCALAR)

    def uniform_entry(x: Symbol) -> str:
        return x.name if x.index is None else f"{x.name}[{x.place()}]"

    uniforms: list[str] = []
    out.add(0, '@njit(nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"}, cache=CACHE)')
    out.add(0, f"def kernel({arguments}, start, stop, sums{''.join(f', d_{name}' for name in program.shapes)}):")
    out.add(1, f"work = empty(({len(row) + 1}, {block}))")
    for x in plan.before:
        if x.op == "total":
            out.names[x] = f"u{len(out.names)}"
            out.add(1, f"{out.names[x]} = 0.0")
            term = out.expression(x.operands[0], uniform_entry)
            out.add(1, f"for j in range({x.index}): {joined(f'{out.names[x]} +=', [term])}")
        else:
            out.names[x] = f"u{len(out.names)}"
            right = out.notation[x.op].format(*(out.written(y, uniform_entry) for y in x.operands))
            out.add(1, f"{out.names[x]} = {right}")
        uniforms.append(out.names[x])
    parameters = [name for name in program.lengths if name not in batch]
    shared = ", ".join([*parameters, *uniforms])
    out.add(1, f"for s in range(start, stop, {block}):")
    out.add(2, f"B = min({block}, stop - s)")
    for x in loaded:
        source = x.name if x.index is None else f"{x.name}[{x.index}]"
        place = f"{x.name}[s + i]" if x.index is None else f"{x.name}[s + i, {x.index}]" if rows else f"{source}[s + i]"
        out.add(2, f"for i in range(B): work[{row[x]}, i] = {place}")

    def reader(i: str, j: str, hoisted: dict[str, str]) -> Callable[[Symbol], str]:
        """How a loop over features reads an entry j, at example i, or a parameter."""

        def entry(x: Symbol) -> str:
            if x.name in batch:
                return f"{x.name}[s + {i}, {x.place(j)}]" if rows else f"{x.name}[{x.place(j)}, s + {i}]"
            read = x.name if x.index is None else f"{x.name}[{x.place(j)}]"
            return hoisted.setdefault(read, f"h{len(hoisted)}") if not rows and x.index is not None else read

        return entry

    def at(x: Symbol, i: str) -> str:
        return f"work[{row[x]}, {i}]"

    def at_row(i: str) -> Callable[[Symbol], str | None]:
        return lambda x: at(x, i) if x in row else None

    def repeated(depth: int, form: Symbol, n: int, write: Callable[[int, list[Written], int], None]) -> None:
        """Column order: a loop over features, `unroll` at a time, then the rest one by one."""
        whole = n - n % unroll
        for first, last, step in ((0, whole, unroll), (whole, n, 1)):
            if first < last:
                hoisted: dict[str, str] = {}
                terms = [
                    out.expression(form, reader("i", f"j + {k}" if k else "j", hoisted), at_row("i"), f"p{k}_")
                    for k in range(step)
                ]
                out.add(depth, f"for j in range({first}, {last}, {step}):")
                for read, name in hoisted.items():
                    out.add(depth + 1, f"{name} = {read}")
                write(depth + 1, terms, step)

    for k, (totals, here) in enumerate(plan.stages):
        for x in totals:
            (form,) = x.operands
            n = int(x.index or 0)
            if rows:
                out.add(2, "for i in range(B):")
                out.add(3, "t = 0.0")
                term = out.expression(form, reader("i", "j", {}), at_row("i"))
                out.add(3, f"for j in range({n}): {joined('t +=', [term])}")
                out.add(3, f"{at(x, 'i')} = t")
            else:
                out.add(2, f"for i in range(B): {at(x, 'i')} = 0.0")

                def add_up(depth: int, terms: list[Written], step: int, x: Symbol = x) -> None:
                    out.add(depth, f"for i in range(B): {joined(at(x, 'i') + ' +=', terms)}")

                repeated(2, form, n, add_up)
        if here:
            out.add(2, f"lines{k}(B, work, {shared})")
            lines.add(0, '@njit(nogil=True, error_model="numpy", fastmath={"contract"}, cache=CACHE)')
            lines.add(0, f"def lines{k}(B, work, {shared}):")
            lines.add(1, "for i in range(B):")
            lines.names = {x: name for x, name in out.names.items() if x in plan.uniform}
            entries = {x: f"work[{row[x]}, i]" for x in row if x in loaded or (x in kept and x not in here)}
            lines.names.update(entries)
            for x in here:
                name = lines.assign(2, x, uniform_entry)
                if x in row:
                    lines.add(2, f"work[{row[x]}, i] = {name}")
            lines.text += ["", ""]
    out.add(2, f"c = s // {block} - start // {block}")
    for k, result in enumerate(program.columns):
        value = out.written(result, lambda x: uniform_entry(x) if x.name not in batch else at(x, "i"), at_row("i"))
        out.add(2, "t = 0.0")
        out.add(2, f"for i in range(B): t += {value}")
        out.add(2, f"sums[c, {k}] = t")
    for name, form in program.loops.items():
        (n,) = program.shapes[name]
        if rows:
            for first, step in (("0", unroll), (f"B - B % {unroll}", 1)):
                out.add(2, f"for i in range({first}, {f'B - B % {unroll}' if step > 1 else 'B'}, {step}):")
                hoisted: dict[str, str] = {}

                def scalar(i: str, hoisted: dict[str, str] = hoisted) -> Callable[[Symbol], str | None]:
                    return lambda x: hoisted.setdefault(at(x, i), f"h{len(hoisted)}") if x in row else None

                terms = [
                    out.expression(form, reader(i, "j", {}), scalar(i), f"p{k}_")
                    for k, i in enumerate(f"i + {k}" if k else "i" for k in range(step))
                ]
                for read, local in hoisted.items():
                    out.add(3, f"{local} = {read}")
                out.add(3, f"for j in range({n}): {joined(f'd_{name}[j] +=', terms)}")
        else:

            def pay(depth: int, terms: list[Written], step: int, name: str = name, form: Any = form) -> None:
                out.add(depth, "; ".join(f"a{k} = 0.0" for k in range(step)))
                arrays = dict.fromkeys(x.name for x in looped_entries(form) if x.name in batch)
                if arrays:
                    out.add(depth, f"if s + {2 * block} <= stop:")
                for array in arrays:
                    for k in range(step):
                        out.add(
                            depth + 1, f"for i in range(s + {block}, s + {2 * block}, 8): prefetch({array}, j + {k}, i)"
                        )
                out.add(depth, "for i in range(B):")
                for k, term in enumerate(terms):
                    out.add(depth + 1, joined(f"a{k} +=", [term]))
                for k in range(step):
                    out.add(depth, f"d_{name}[j + {k}] += a{k}")

            repeated(2, form, n, pay)
    for name, form in program.tables.items():
        height, width = program.shapes[name]
        target = f"d_{name}[j, k] +="
        if rows:
            term = out.expression(form, reader("i", "j", {}), at_row("i"))
            out.add(2, "for i in range(B):")
            out.add(3, f"for j in range({height}):")
            out.add(4, f"for k in range({width}): {joined(target, [term])}")
            continue

        def loop(depth: int, target: str, form: Any, factor: str = "") -> None:
            """Over the examples, after what they share."""
            hoisted: dict[str, str] = {}
            statements, term = out.expression(form, reader("i", "j", hoisted), at_row("i"))
            for read, name in hoisted.items():
                out.add(depth, f"{name} = {read}")
            out.add(depth, f"for i in range(B): {joined(target, [(statements, factor + term)])}")

        out.add(2, f"for j in range({height}):")
        factor = ""
        parts = form.operands if isinstance(form, Symbol) and form.op == "mul" else ()
        if parts and OTHER not in {x.index for x in looped_entries(parts[0])}:  # the same for every k
            loop(3, f"{scratch} =", parts[0])
            factor, form = f"{scratch} * ", parts[1]
        out.add(3, f"for k in range({width}):")
        out.add(4, "t = 0.0")
        loop(4, "t +=", form, factor)
        out.add(4, f"{target} t")
    head = [
        f"# micrograd_lr {__version__}",  # compiled code of another version is not used again
        "from numba import njit", "from numpy import empty", "",
        "from micrograd_lr.vectorised import exp, log, log1p, prefetch, tanh", "", "CACHE = True", "", "",
    ]  # fmt: skip
    return "\n".join([*head, *lines.text, *out.text, ""])
