"""A kernel for Numba: one pass over the data, in blocks of examples that stay in the cache."""

from __future__ import annotations

from abc import ABC, abstractmethod

from micrograd_lr.compiler.schedule import Schedule
from micrograd_lr.compiler.source import SCALAR, SourceText
from micrograd_lr.compiler.symbols import Symbol, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
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
        self.read = [
            x for x in in_order(program.results()) if x.op == "entry" and x.name in self.batch and not x.looped
        ]
        self.row = {x: k for k, x in enumerate([*self.read, *self.schedule.stored])}
        self.functions, self.out = SourceText(SCALAR), SourceText(SCALAR)

    def text(self) -> list[str]:
        """The functions for the lines of an example, and the kernel that calls them."""
        out = self.out
        results = ", ".join(["sums", *(f"d_{name}" for name in self.program.shapes)])
        out.add(0, '@njit(nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})')
        out.add(0, f"def kernel({', '.join(self.program.lengths)}, start, stop, ahead, {results}):")
        out.add(1, "wide_vectors()")
        out.add(1, f"work = empty(({len(self.row) + 1}, {self.block}))")
        self.add_uniform_lines()
        out.add(1, f"for s in range(start, stop, {self.block}):")
        out.add(2, f"B = min({self.block}, stop - s)")
        self.add_reading()
        for k, (totals, lines) in enumerate(self.schedule.stages):
            for x in totals:
                self.add_total(x)
            if lines:
                self.add_call(f"lines{k}", lines)
        self.add_sums()
        for name, form in self.program.loops.items():
            self.add_gradient(name, form, *self.program.shapes[name])
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
            if x.op == "total":
                out.add(1, f"{name} = 0.0")
                term = out.expression(x.operands[0], self.parameter)
                out.add(1, f"for j in range({x.index}): {joined(f'{name} +=', [term])}")
            else:
                right = out.notation_of(x.op).format(*(out.operand(y, self.parameter) for y in x.operands))
                out.add(1, f"{name} = {right}")
            out.names[x] = name

    def add_call(self, function: str, lines: list[Symbol]) -> None:
        """The lines of one example, as a function of their own, and its call."""
        functions, before = self.functions, self.schedule.before
        parameters = [name for name in self.program.lengths if name not in self.batch]
        arguments = ", ".join(["B", "work", *parameters, *(self.out.names[x] for x in before)])
        self.out.add(2, f"{function}({arguments})")
        functions.add(0, '@njit(nogil=True, error_model="numpy", fastmath={"contract"})')
        functions.add(0, f"def {function}({arguments}):")
        functions.add(1, "wide_vectors()")
        functions.add(1, "for i in range(B):")
        functions.names = {x: self.out.names[x] for x in before}
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

    def parameter(self, x: Symbol) -> str:
        """An entry of a parameter, or feature j of it."""
        return x.name if x.index is None else f"{x.name}[{x.place()}]"

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
        """Store a sum over features, for every example of the block."""

    @abstractmethod
    def add_gradient(self, name: str, form: Any, n: int) -> None:
        """Add the sums over the block to the n entries of a gradient that is a loop."""

    @abstractmethod
    def add_matrix(self, target: str, form: Any, height: int, width: int) -> None:
        """Add the sums over the block to the second derivatives for all j and k."""


def joined(target: str, terms: list[Written]) -> str:
    """One line that adds the terms to the target."""
    return "; ".join([*(line for lines, _ in terms for line in lines), f"{target} {' + '.join(x for _, x in terms)}"])
