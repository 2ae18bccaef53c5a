"""A program as source text for Numba: one pass over the data, in blocks that stay in the cache."""

from __future__ import annotations

from abc import ABC, abstractmethod

from micrograd_lr.compiler.kernel_cache import digest_of
from micrograd_lr.compiler.program import looped_entries
from micrograd_lr.compiler.schedule import Plan
from micrograd_lr.compiler.source import SCALAR, Lines, of_the_math_module
from micrograd_lr.compiler.symbols import OTHER, Symbol, in_order
from micrograd_lr.tools.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from micrograd_lr.compiler.program import Program

    Written = tuple[list[str], str]

TOGETHER = 4  # features, or examples, that share the trips to memory of one loop
NARROW = 64  # features: up to here, sums over them are taken for several examples at a time


def numba_source(program: Program, rows: bool, block: int) -> str:
    """A block of examples at a time, while it is in the cache: loops for LLVM to vectorise, and no array of size m.

    `rows` means that batch arrays come as (m, n), one example per row; else as (n, m). Sums over examples and features
    may be reassociated; the lines of an example, in functions of their own, may not. The kernel gets the parameters and
    data whole and passes over examples `start` to `stop`; memory is asked in advance for those up to `ahead`.
    """
    kernel: _Kernel = (_ByRows if rows else _ByColumns)(program, block)
    text = kernel.text()
    called = of_the_math_module({**kernel.functions.called, **kernel.out.called}, "Numba")
    head = [  # of other versions, no compiled code is used again
        f"# micrograd_lr {__version__}, numba_math {digest_of('numba_math')}",
        *called, "from numba import float64, njit", "from numpy import empty", "",
        "from micrograd_lr.compiler.numba_math import exp, log, log1p, prefetch, tanh, wide_vectors", "", "",
    ]  # fmt: skip
    return "\n".join([*head, *text, ""])


class _Kernel(ABC):
    """The text of a kernel in the making. How it walks over the features is for the memory order to say.

    What one loop hands to the next stands in rows of `work`, one row a symbol. Data are read through slices that begin
    at the block: an index that counts from 0 is not negative, so it needs no wrapping around, which would take LLVM
    the sight of neighbours in memory.
    """

    def __init__(self, program: Program, block: int) -> None:
        self.program, self.batch, self.block, self.plan = program, program.batch, block, Plan(program)
        self.read = [
            x for x in in_order(program.results()) if x.op == "entry" and x.name in self.batch and not x.looped
        ]
        self.row = {x: k for k, x in enumerate([*self.read, *self.plan.kept])}
        self.functions, self.out = Lines(SCALAR), Lines(SCALAR)

    def text(self) -> list[str]:
        """The functions for the lines of an example, and the kernel that calls them."""
        out, plan = self.out, self.plan
        results = ", ".join(["sums", *(f"d_{name}" for name in self.program.shapes)])
        out.add(0, '@njit(nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})')
        out.add(0, f"def kernel({', '.join(self.program.lengths)}, start, stop, ahead, {results}):")
        out.add(1, "wide_vectors()")
        out.add(1, f"work = empty(({len(self.row) + 1}, {self.block}))")
        self.before()
        out.add(1, f"for s in range(start, stop, {self.block}):")
        out.add(2, f"B = min({self.block}, stop - s)")
        self.load()
        for k, (totals, lines) in enumerate(plan.stages):
            for x in totals:
                self.total(x)
            if lines:
                self.call(f"lines{k}", lines)
        self.add_up()
        for name, form in self.program.loops.items():
            self.gradient(name, form, *self.program.shapes[name])
        for name, form in self.program.tables.items():
            self.table(f"d_{name}[j, k] +=", form, *self.program.shapes[name])
        return [*self.functions.text, *out.text]

    # What every memory order shares

    def before(self) -> None:
        """What is the same for all examples."""
        out = self.out
        for x in self.plan.before:
            name = f"u{len(out.names)}"
            if x.op == "total":
                out.add(1, f"{name} = 0.0")
                term = out.expression(x.operands[0], self.parameter)
                out.add(1, f"for j in range({x.index}): {_joined(f'{name} +=', [term])}")
            else:
                right = out.form(x.op).format(*(out.written(y, self.parameter) for y in x.operands))
                out.add(1, f"{name} = {right}")
            out.names[x] = name

    def call(self, function: str, lines: list[Symbol]) -> None:
        """The lines of an example as a function of their own, and its call."""
        functions, plan = self.functions, self.plan
        parameters = [name for name in self.program.lengths if name not in self.batch]
        arguments = ", ".join(["B", "work", *parameters, *(self.out.names[x] for x in plan.before)])
        self.out.add(2, f"{function}({arguments})")
        functions.add(0, '@njit(nogil=True, error_model="numpy", fastmath={"contract"})')
        functions.add(0, f"def {function}({arguments}):")
        functions.add(1, "wide_vectors()")
        functions.add(1, "for i in range(B):")
        functions.names = {x: self.out.names[x] for x in plan.before}
        functions.names.update((x, self.at(x, "i")) for x in self.row if x not in lines)
        for x in lines:
            local = functions.assign(2, x, self.parameter)
            if x in self.row:
                functions.add(2, f"{self.at(x, 'i')} = {local}")
        functions.text += ["", ""]

    def add_up(self) -> None:
        """The sums over the block of what is one number per example: the loss, and gradients that are no loops."""
        self.out.add(2, f"c = s // {self.block} - start // {self.block}")
        for k, result in enumerate(self.program.columns):
            self.out.add(2, "t = 0.0")
            self.out.add(2, f"for i in range(B): t += {self.out.written(result, self.parameter, self.working('i'))}")
            self.out.add(2, f"sums[c, {k}] = t")

    def parameter(self, x: Symbol) -> str:
        """An entry of a parameter, or feature j of it."""
        return x.name if x.index is None else f"{x.name}[{x.place()}]"

    def at(self, x: Symbol, i: str) -> str:
        """The place of a symbol in `work`, at example i."""
        return f"work[{self.row[x]}, {i}]"

    def working(self, i: str) -> Callable[[Symbol], str | None]:
        """The symbols that stand in `work`, by their place."""
        return lambda x: self.at(x, i) if x in self.row else None

    # What the memory order decides

    @abstractmethod
    def load(self) -> None:
        """The data of the block that are not walked over feature by feature, into `work`."""

    @abstractmethod
    def total(self, x: Symbol) -> None:
        """A sum over features, for every example of the block."""

    @abstractmethod
    def gradient(self, name: str, form: Any, n: int) -> None:
        """The n entries of a gradient that is a loop: to each, its sum over the block."""

    @abstractmethod
    def table(self, target: str, form: Any, height: int, width: int) -> None:
        """The second derivatives of all j and k: to each, its sum over the block."""


class _ByColumns(_Kernel):
    """One feature per row of memory, (n, m): the inner loops run over the examples, several features at a time."""

    def load(self) -> None:
        for x in self.read:
            index = "" if x.index is None else f"{x.index}, "
            self.out.add(2, f"h0 = {x.name}[{index}s:s + B]")
            self.out.add(2, f"for i in range(B): {self.at(x, 'i')} = h0[i]")

    def total(self, x: Symbol) -> None:
        self.out.add(2, f"for i in range(B): {self.at(x, 'i')} = 0.0")
        for terms, _ in self.terms(x.operands[0], int(x.index or 0)):
            self.out.add(3, f"for i in range(B): {_joined(self.at(x, 'i') + ' +=', terms)}")

    def gradient(self, name: str, form: Any, n: int) -> None:
        arrays = dict.fromkeys(x.name for x in looped_entries(form) if x.name in self.batch)
        for terms, features in self.terms(form, n):
            for k in range(len(terms)):
                self.out.add(3, f"a{k} = 0.0")
            if arrays:
                self.out.add(3, f"if s + {2 * self.block} <= ahead:")
            for array in arrays:
                for j in features:
                    following = f"range(s + {self.block}, s + {2 * self.block}, 8)"
                    self.out.add(4, f"for i in {following}: prefetch({array}, {j}, i)")
            self.out.add(3, "for i in range(B):")
            for k, term in enumerate(terms):
                self.out.add(4, _joined(f"a{k} +=", [term]))
            for k, j in enumerate(features):
                self.out.add(3, f"d_{name}[{j}] += a{k}")

    def table(self, target: str, form: Any, height: int, width: int) -> None:
        scratch = f"work[{len(self.row)}, i]"
        parts = form.operands if isinstance(form, Symbol) and form.op == "mul" else ()
        self.out.add(2, f"for j in range({height}):")
        factor = ""
        if parts and OTHER not in {x.index for x in looped_entries(parts[0])}:  # the same for every k
            self.over_examples(3, f"{scratch} =", parts[0])
            factor, form = f"{scratch} * ", parts[1]
        self.out.add(3, f"for k in range({width}):")
        self.out.add(4, "t = 0.0")
        self.over_examples(4, "t +=", form, factor)
        self.out.add(4, f"{target} t")

    def over_examples(self, depth: int, target: str, form: Any, factor: str = "") -> None:
        """A loop over the examples, after what they share."""
        hoisted: dict[str, str] = {}
        statements, term = self.out.expression(form, self.entry("j", hoisted), self.working("i"))
        for read, local in hoisted.items():
            self.out.add(depth, f"{local} = {read}")
        self.out.add(depth, f"for i in range(B): {_joined(target, [(statements, factor + term)])}")

    def terms(self, form: Any, n: int) -> Iterator[tuple[list[Written], list[str]]]:
        """The heads of the loops over n features, and for each: `form` at the features of a step, and these."""
        whole = n - n % TOGETHER
        for first, last, step in ((0, whole, TOGETHER), (whole, n, 1)):
            if first < last:
                hoisted: dict[str, str] = {}
                features = _following("j", step)
                terms = [
                    self.out.expression(form, self.entry(j, hoisted), self.working("i"), f"p{k}_")
                    for k, j in enumerate(features)
                ]
                self.out.add(2, f"for j in range({first}, {last}, {step}):")
                for read, local in hoisted.items():
                    self.out.add(3, f"{local} = {read}")
                yield terms, features

    def entry(self, j: str, hoisted: dict[str, str]) -> Callable[[Symbol], str]:
        """How a loop over examples reads feature j: through what `hoisted` names before the loop."""

        def read(x: Symbol) -> str:
            if x.index is None:
                return x.name
            index = x.place(j)
            in_batch = x.name in self.batch
            text = f"{x.name}[{index}, s:s + B]" if in_batch else f"{x.name}[{index}]"
            local = hoisted.setdefault(text, f"h{len(hoisted)}")
            return f"float64({local}[i])" if in_batch else local

        return read


class _ByRows(_Kernel):
    """One example per row of memory, (m, n): the inner loops run over the features, several examples at a time."""

    def load(self) -> None:
        for name in self.batch:
            self.out.add(2, f"part_{name} = {name}[s:s + B]")
        for x in self.read:
            self.out.add(2, f"for i in range(B): {self.at(x, 'i')} = {self.entry('i')(x)}")

    def total(self, x: Symbol) -> None:
        n = int(x.index or 0)
        for examples in self.steps(TOGETHER if n <= NARROW else 1):
            for k in range(len(examples)):
                self.out.add(3, f"t{k} = 0.0")
            self.out.add(3, f"for j in range({n}):")
            for k, i in enumerate(examples):
                term = self.out.expression(x.operands[0], self.entry(i), self.working(i), f"p{k}_")
                self.out.add(4, _joined(f"t{k} +=", [term]))
            for k, i in enumerate(examples):
                self.out.add(3, f"{self.at(x, i)} = t{k}")

    def gradient(self, name: str, form: Any, n: int) -> None:
        for examples in self.steps(TOGETHER):
            hoisted: dict[str, str] = {}

            def working(i: str, hoisted: dict[str, str] = hoisted) -> Callable[[Symbol], str | None]:
                return lambda x: hoisted.setdefault(self.at(x, i), f"h{len(hoisted)}") if x in self.row else None

            terms = [self.out.expression(form, self.entry(i), working(i), f"p{k}_") for k, i in enumerate(examples)]
            for read, local in hoisted.items():
                self.out.add(3, f"{local} = {read}")
            self.out.add(3, f"for j in range({n}): {_joined(f'd_{name}[j] +=', terms)}")

    def table(self, target: str, form: Any, height: int, width: int) -> None:
        term = self.out.expression(form, self.entry("i"), self.working("i"))
        self.out.add(2, "for i in range(B):")
        self.out.add(3, f"for j in range({height}):")
        self.out.add(4, f"for k in range({width}): {_joined(target, [term])}")

    def steps(self, together: int) -> Iterator[list[str]]:
        """The heads of the loops over the examples of the block, and for each: the examples of a step."""
        whole = f"B - B % {together}"
        for first, last, step in (("0", whole, together), (whole, "B", 1)) if together > 1 else (("0", "B", 1),):
            self.out.add(2, f"for i in range({first}, {last}, {step}):")
            yield _following("i", step)

    def entry(self, i: str) -> Callable[[Symbol], str]:
        """How a loop over features reads an entry, at example i and feature j."""

        def read(x: Symbol) -> str:
            if x.name not in self.batch:
                return self.parameter(x)
            return f"float64(part_{x.name}[{i}{'' if x.index is None else f', {x.place()}'}])"

        return read


def _following(name: str, count: int) -> list[str]:
    """``i``, ``i + 1`` and so on."""
    return [name, *(f"{name} + {k}" for k in range(1, count))]


def _joined(target: str, terms: list[Written]) -> str:
    """Add the terms to the target, on one line."""
    return "; ".join([*(line for lines, _ in terms for line in lines), f"{target} {' + '.join(x for _, x in terms)}"])
