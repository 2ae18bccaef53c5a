"""A program as NumPy source text: a block of examples at a time, every line on whole arrays."""

from __future__ import annotations

from micrograd_lr.compiler.schedule import LOOPED, Schedule
from micrograd_lr.compiler.source import ARRAYS, SourceText, import_from_numpy
from micrograd_lr.compiler.symbols import ANY, LOOPS, OTHER, Along, Symbol, looped_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from micrograd_lr.compiler.program import Program

    Reader = Callable[[Symbol], str]


def numpy_source(program: Program) -> str:
    """The source of ``kernel(…, start, stop)``, which gives the sums over these examples."""
    return _NumpyKernel(program).text()


class _NumpyKernel:
    """Writes a kernel. In its arrays the last axis counts examples; an array of the program has one row for each k."""

    def __init__(self, program: Program) -> None:
        self.program, self.batch = program, program.batch
        self.schedule, self.out = Schedule(program), SourceText(ARRAYS)

    def text(self) -> str:
        """The whole source."""
        program, schedule, out = self.program, self.schedule, self.out
        out.add(0, f"def kernel({', '.join(program.lengths)}, start, stop):")
        for loops, lines in [([], schedule.before), *schedule.stages]:
            for x in loops:
                self.add_loop(x)
            for x in lines:
                self.add_loop(x) if x.op in LOOPED else out.assign(1, x, self.reader({}))
        ends = [f"sum_over({out.operand(x, self.reader({}))}, stop - start)" for x in program.columns]
        for name, form in program.loops.items():
            out.add(1, f"d_{name} = {self.sum_over_examples(1, form, {ANY: (0, program.shapes[name][0])})}")
        for name, form in (program.tables | program.matrices).items():
            self.add_matrix(name, form, *program.shapes[name])
        for name, (weight, *data) in program.products.items():
            factor = f"broadcast_to({out.operand(weight, self.reader({}))}, stop - start)"
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

    def reader(self, along: dict[str, tuple[int, int]], examples: bool = True) -> Reader:
        """How to read entries: for all places at once `along` these axes, from the first to the last, and along any
        other at the place of a loop. Without `examples`, what is the same for all has no axis for them."""

        def entry(x: Symbol) -> str:
            name, places = x.name, x.places()
            lengths = self.program.lengths.get(name)
            whole = not places
            first = 0
            if x.op == "item":
                name, (first, last) = self.out.names[x.operands[0]], self.schedule.ranges[x.operands[0]]
                lengths = last - first
            for p, i in enumerate(x.index):
                if isinstance(i, Along) and i.axis in along:
                    start, stop = (i.offset + n - first for n in along[i.axis])
                    whole = (start, stop) == (0, lengths[p] if isinstance(lengths, tuple) else lengths)
                    places[p] = ":" if whole else f"{start}:{stop}"
                elif first:
                    places[p] += f" - {first}"
            is_whole = ":" in "".join(places)
            if x.op == "item":
                return name if places == [":"] else f"{name}[{places[0]}]"
            if x.name in self.batch:
                places.append("start:stop")
            elif is_whole and examples:
                places.append("None")
            return f"{name}[{', '.join(places)}]" if places else name

        return entry

    def expression(self, depth: int, form: Any, entry: Reader) -> str:
        """The expression of `form`; the lines that it needs are added."""
        statements, text = self.out.expression(form, entry)
        for line in statements:
            self.out.add(depth, line)
        return text

    def add_loop(self, x: Symbol) -> None:
        """The line, or the lines, for an array, a sum or a maximum over features."""
        (form,) = x.operands
        name = f"v{len(self.out.names)}"
        if x.op == "array":
            along = {OTHER: self.schedule.ranges[x]}
            if form.op not in LOOPS:
                self.out.add(1, f"{name} = {self.expression(1, form, self.reader(along))}")
            elif (product := self.weights_times_data(form, along)) is not None:
                self.out.add(1, f"{name} = {product}")
            else:
                self.add_rows(name, form, *along[OTHER], uniform=x in self.schedule.uniform)
        else:
            product = self.weights_times_data(x, {})
            right = product or f"({self.expression(1, form, self.reader({ANY: (0, x.count)}))}){_END[x.op]}"
            self.out.add(1, f"{name} = {right}{'[0]' if x in self.schedule.uniform else ''}")
        self.out.names[x] = name

    def add_rows(self, name: str, form: Symbol, first: int, last: int, uniform: bool) -> None:
        """An array of sums or maxima, row by row: all rows, features and examples at once could be too large."""
        self.out.add(1, f"{name} = empty(({last - first}, {'1' if uniform else 'stop - start'}))")
        self.out.add(1, f"for k in range({first}, {last}):")
        text = self.expression(2, form.operands[0], self.reader({ANY: (0, form.count)}))
        self.out.add(2, f"{name}[k{f' - {first}' if first else ''}] = ({text}){_END[form.op]}")

    def weights_times_data(self, x: Symbol, along: dict[str, tuple[int, int]]) -> str | None:
        """A sum over features as a product of a vector with the data; of a matrix, for all its rows `along` an axis."""
        (form,) = x.operands
        if x.op != "total" or form.op != "mul":
            return None
        weights, data = form.operands
        if along and self.is_data(weights, ANY):
            weights, data = data, weights
        if not (self.is_data(data, ANY) and isinstance(weights, Symbol) and weights.op == "entry"):
            return None
        if weights.name in self.batch or {*weights.axes} != {ANY, *along} or len(weights.axes) > 2:
            return None
        along = along | {ANY: (0, x.count)}
        text = self.reader(along, examples=False)(weights)
        text = text.replace("[:]", "").replace("[:, :]", "") + (".T" if weights.axes == [ANY, OTHER] else "")
        return f"{text} @ {self.reader(along)(data)}"

    def is_data(self, x: Any, axis: str) -> bool:
        """Whether `x` is, along an axis, an entry of the data, or of an array that depends on them."""
        is_read = isinstance(x, Symbol) and x.op in ("entry", "item")
        return is_read and x.axes == [axis] and x not in self.schedule.uniform

    def sum_over_examples(self, depth: int, form: Any, along: dict[str, tuple[int, int]]) -> str:
        """The sum of `form` over the examples."""
        product = self.product(depth, form, along)
        return product or f"sum_over({self.expression(depth, form, self.reader(along))}, stop - start)"

    def product(self, depth: int, form: Any, along: dict[str, tuple[int, int]]) -> str | None:
        """The sum of `form` over the examples, if it is a matrix product with the data."""
        if not (isinstance(form, Symbol) and form.op == "mul"):
            return None
        axis = next((axis for axis in reversed(along) if self.is_data(form.operands[1], axis)), None)
        if axis is None:
            return None
        factor = form.operands[0]
        axes = {a for x in looped_entries(factor) for a in x.axes}
        if not isinstance(factor, Symbol) or factor in self.schedule.uniform or axes != {*along} - {axis}:
            return None
        left, right = (self.expression(depth, x, self.reader(along)) for x in form.operands)
        return f"{left} @ {right}.T" if axes == {ANY} else f"{right} @ {left}{'.T' if axes else ''}"

    def add_matrix(self, name: str, form: Any, rows: int, columns: int) -> None:
        """The lines for a gradient by a matrix, or for a matrix of second derivatives."""
        along = {ANY: (0, rows), OTHER: (0, columns)}
        right = self.table(form, along) if name in self.program.tables else self.product(1, form, along)
        if right is not None:
            self.out.add(1, f"d_{name} = {right}")
        else:  # row by row: an array of all j, k and examples could be too large
            self.out.add(1, f"d_{name} = empty(({rows}, {columns}))")
            self.out.add(1, f"for j in range({rows}):")
            self.out.add(2, f"d_{name}[j] = {self.sum_over_examples(2, form, {OTHER: (0, columns)})}")

    def table(self, form: Any, along: dict[str, tuple[int, int]]) -> str | None:
        """The sum of `form` over the examples as a sum of matrix products and of what is the same for all examples."""
        if not isinstance(form, Symbol) or form in self.schedule.uniform:
            rows, columns = (last for _, last in along.values())
            text = self.expression(1, form, self.plane(along))
            return f"broadcast_to((stop - start) * {text}, ({rows}, {columns}))"
        if form.op not in ("add", "sub", "neg"):
            return self.product(1, form, along)
        parts = [self.table(x, along) for x in form.operands]
        return None if None in parts else f"({self.out.notation_of(form.op).format(*parts)})"

    def plane(self, along: dict[str, tuple[int, int]]) -> Reader:
        """How to read entries that are the same for all examples: j counts rows, and k columns."""
        read = self.reader(along, examples=False)

        def entry(x: Symbol) -> str:
            turned = x.axes == ([OTHER] if x.op == "item" else [OTHER, ANY])
            return read(x) + (".T" if turned else "[:, None]" if x.op == "entry" and x.axes == [ANY] else "")

        return entry


_END = {"total": ".sum(0)", "largest": ".max(0)"}
