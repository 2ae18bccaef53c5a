"""A kernel for Numba: one pass over the data, in blocks of examples that stay in the cache."""

from __future__ import annotations

from abc import ABC, abstractmethod

from micrograd_lr.compiler.schedule import Schedule
from micrograd_lr.compiler.source import SCALAR, SourceText
from micrograd_lr.compiler.symbols import LOOPS, Symbol, in_order, looped_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from micrograd_lr.compiler.program import Program

    Written = tuple[list[str], str]  # statements, and an expression that uses what they assign


class NumbaKernel(ABC):
    """Writes a kernel. How it loops over examples and features is left to the subclass for an order in memory.

    What one loop hands on to the next is stored in rows of the array `work`, one row per symbol. Data are read through
    slices that begin at the block: there an index counts from 0, so Numba need not ask whether it is negative, which
    would stop LLVM from seeing that the reads are contiguous.
    """

    def __init__(self, program: Program, block: int) -> None:
        self.program, self.batch, self.block, self.schedule = program, program.batch, block, Schedule(program)
        self.read = [x for x in in_order(program.results()) if x.op == "entry" and x.name in self.batch and not x.axes]
        self.row: dict[Symbol, int] = {}
        self.rows = 0
        for x in [*self.read, *self.schedule.stored]:
            self.row[x] = self.rows
            self.rows += self.schedule.ranges[x][1] if x.op == "array" else 1
        self.functions, self.out = SourceText(SCALAR), SourceText(SCALAR)

    def text(self) -> list[str]:
        """The functions for the lines of an example, and the kernel that calls them."""
        out = self.out
        results = ", ".join(["sums", *(f"d_{name}" for name in self.program.shapes)])
        out.add(0, '@njit(nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})')
        out.add(0, f"def kernel({', '.join(self.program.lengths)}, start, stop, ahead, {results}):")
        out.add(1, "wide_vectors()")
        out.add(1, f"work = empty(({self.rows + 1}, {self.block}))")
        self.add_uniform_lines()
        out.add(1, f"for s in range(start, stop, {self.block}):")
        out.add(2, f"B = min({self.block}, stop - s)")
        self.add_reading()
        for k, (loops, lines) in enumerate(self.schedule.stages):
            for x in loops:
                if x.op != "array":
                    self.add_total(x)
                elif x.operands[0].op in LOOPS:
                    self.add_array(x, x.operands[0])
                else:
                    self.add_array_of_lines(x)
            if lines:
                self.add_call(f"lines{k}", lines)
        self.add_sums()
        for name, form in self.program.loops.items():
            self.add_gradient(name, form, *self.program.shapes[name])
        for name, form in self.program.tables.items():
            self.add_table(name, form, *self.program.shapes[name])
        for name, form in self.program.matrices.items():
            self.add_matrix(f"d_{name}[j, k] +=", form, *self.program.shapes[name])
        for name, (weight, *_) in self.program.products.items():
            value = self.out.operand(weight, self.parameter, self.stored("i"))
            self.out.add(2, f"for i in range(B): d_{name}[s - start + i] = {value}")
        return [*self.functions.lines, *out.lines]

    # The same in either order

    def add_uniform_lines(self) -> None:
        """The lines for what is the same for all examples."""
        out = self.out
        for x in self.schedule.before:
            name = f"u{len(out.names)}"
            if x.op == "array":
                start, stop = self.schedule.ranges[x]
                out.add(1, f"{name} = empty({stop})")
                out.add(1, f"for k in range({start}, {stop}):")
                self.add_uniform_loop(2, f"{name}[k]", x.operands[0])
            elif x.op in LOOPS:
                self.add_uniform_loop(1, name, x)
            else:
                right = out.notation_of(x.op).format(*(out.operand(y, self.parameter) for y in x.operands))
                out.add(1, f"{name} = {right}")
            out.names[x] = name

    def add_uniform_loop(self, depth: int, target: str, x: Symbol) -> None:
        """A sum or a maximum that is the same for all examples; or only an expression."""
        if x.op not in LOOPS:
            statements, term = self.out.expression(x, self.parameter)
            for line in [*statements, f"{target} = {term}"]:
                self.out.add(depth, line)
            return
        self.out.add(depth, f"{target} = {START[x.op]}")
        terms = [self.out.expression(x.operands[0], self.parameter)]
        self.out.add(depth, f"for j in range({x.count}): {accumulated(x.op, target, terms)}")

    def add_function(self, function: str, data: Iterable[str] = ()) -> None:
        """The head of a function for the block, whose lines may not be reassociated, and its call."""
        functions, before = self.functions, self.schedule.before
        parameters = [name for name in self.program.lengths if name not in self.batch]
        names = ["B", "work", *parameters, *(self.out.names[x] for x in before)]
        self.out.add(2, f"{function}({', '.join([*names, *map(self.part_of, data)])})")
        functions.add(0, '@njit(nogil=True, error_model="numpy", fastmath={"contract"})')
        functions.add(0, f"def {function}({', '.join([*names, *(f'part_{name}' for name in data)])}):")
        functions.add(1, "wide_vectors()")
        functions.names = {x: self.out.names[x] for x in before}

    def add_array_of_lines(self, x: Symbol) -> None:
        """An array whose rows are computed by an expression, for every example of the block."""
        functions, (form,) = self.functions, x.operands
        data = {y.name: None for y in looped_entries(form) if y.name in self.batch}
        self.add_function(f"rows{self.row[x]}", data)
        start, stop = self.schedule.ranges[x]
        functions.add(1, f"for k in range({start}, {stop}):")
        functions.add(2, "for i in range(B):")
        statements, text = functions.expression(form, self.part_entry, self.stored("i"))
        for line in [*statements, f"work[{self.row_at(x, 'k')}, i] = {text}"]:
            functions.add(3, line)
        functions.lines += ["", ""]

    def add_call(self, function: str, lines: list[Symbol]) -> None:
        """The lines of one example, as a function of their own, and its call."""
        functions = self.functions
        self.add_function(function)
        functions.add(1, "for i in range(B):")
        functions.names.update((x, self.stored_at(x, "i")) for x in self.row if x not in lines)
        for x in lines:
            local = functions.assign(2, x, self.parameter)
            if x in self.row:
                functions.add(2, f"{self.stored_at(x, 'i')} = {local}")
        functions.lines += ["", ""]

    def add_sums(self) -> None:
        """The sums over the block of what is one number per example: the loss, and gradients without a loop."""
        self.out.add(2, f"c = s // {self.block} - start // {self.block}")
        for k, result in enumerate(self.program.columns):
            self.out.add(2, "t = 0.0")
            self.out.add(2, f"for i in range(B): t += {self.out.operand(result, self.parameter, self.stored('i'))}")
            self.out.add(2, f"sums[c, {k}] = t")

    def parameter(self, x: Symbol, **at: str) -> str:
        """An entry of a parameter, or feature j of it; or an item of an array that is the same for all examples."""
        name = self.out.names[x.operands[0]] if x.op == "item" else x.name
        return f"{name}[{', '.join(x.places(**at))}]" if x.index else name

    def part_entry(self, x: Symbol) -> str:
        """An entry or an item at example i of the block, in a function that is given parts of the data."""
        if x.op == "item" and x.operands[0] in self.row:
            return self.item_at(x, "i")
        return f"float64(part_{x.name}{self.place_in_part(x)})" if x.name in self.batch else self.parameter(x)

    def item_at(self, x: Symbol, i: str, **at: str) -> str:
        """The place of an item of a stored array at example i."""
        return f"work[{self.row_at(x.operands[0], x.places(**at)[0])}, {i}]"

    def row_at(self, array: Symbol, k: str) -> str:
        """The row of item k of a stored array."""
        return f"{self.row[array]} + {k}" if self.row[array] else k

    def stored_at(self, x: Symbol, i: str) -> str:
        """The place of a stored symbol at example i."""
        return f"work[{self.row[x]}, {i}]"

    def stored(self, i: str) -> Callable[[Symbol], str | None]:
        """Gives the place of a symbol at example i, if it is stored."""
        return lambda x: self.stored_at(x, i) if x in self.row else None

    # Different for each order

    @abstractmethod
    def add_reading(self) -> None:
        """Store the data of the block that no loop over features reads."""

    @abstractmethod
    def add_total(self, x: Symbol) -> None:
        """Store a sum or a maximum over features, for every example of the block."""

    @abstractmethod
    def add_array(self, array: Symbol, x: Symbol) -> None:
        """Store an array of sums or maxima over features, for every example of the block."""

    @abstractmethod
    def part_of(self, name: str) -> str:
        """The data of the block."""

    @abstractmethod
    def place_in_part(self, x: Symbol) -> str:
        """Where an entry stands in them, at example i."""

    @abstractmethod
    def add_gradient(self, name: str, form: Any, n: int) -> None:
        """Add the sums over the block to the n entries of a gradient that is a loop."""

    @abstractmethod
    def add_table(self, name: str, form: Any, height: int, width: int) -> None:
        """Add the sums over the block to the entries of a gradient by a matrix, for all j and k."""

    @abstractmethod
    def add_matrix(self, target: str, form: Any, height: int, width: int) -> None:
        """Add the sums over the block to the second derivatives for all j and k."""


START = {"total": "0.0", "largest": "-1e999"}  # what a loop begins with


def accumulated(op: str, target: str, terms: list[Written]) -> str:
    """One line that adds the terms to a sum, or puts the largest of them in the place of a maximum."""
    if op == "total":
        return joined(f"{target} +=", terms)
    return "; ".join(
        part for lines, x in terms for part in [*lines, f"t = {x}", f"{target} = {target} if {target} >= t else t"]
    )


def joined(target: str, terms: list[Written]) -> str:
    """One line that adds the terms to the target."""
    return "; ".join([*(line for lines, _ in terms for line in lines), f"{target} {' + '.join(x for _, x in terms)}"])
