"""A program as source text for Numba, for either order of the data in memory."""

from __future__ import annotations

from micrograd_lr.compiler.kernel_cache import digest_of
from micrograd_lr.compiler.numba_kernel import NumbaKernel, joined
from micrograd_lr.compiler.source import import_from_math
from micrograd_lr.compiler.symbols import OTHER, Symbol, looped_entries
from micrograd_lr.tools.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from micrograd_lr.compiler.numba_kernel import Written
    from micrograd_lr.compiler.program import Program

TOGETHER = 4  # features, or examples, that one turn of a loop works on, so that it reads once what they share
NARROW = 64  # features: sums over more of them are taken for one example at a time


def numba_source(program: Program, rows: bool, block: int) -> str:
    """The source of ``kernel(…, start, stop, ahead, sums, …)``, which works on `block` examples at a time.

    It consists of loops that LLVM can vectorise, and makes no array of size m. `rows` means that batch arrays come as
    (m, n), one example per row; else as (n, m). Sums over examples and features may be reassociated; the lines of an
    example may not, so they are functions of their own. The kernel gets the parameters and the data whole, and passes
    over the examples from `start` to `stop`; it prefetches the data of those before `ahead`. It adds to its last
    arguments: `sums`, one row per block, and an array for every loop and matrix of the program. Of a product it gets
    an array for the weights of the examples, which it fills.
    """
    kernel: NumbaKernel = (_ByRows if rows else _ByColumns)(program, block)
    text = kernel.text()
    called = import_from_math({**kernel.functions.called, **kernel.out.called}, "Numba")
    head = [  # with the versions, because compiled code is found again by this text
        f"# micrograd_lr {__version__}, numba_math {digest_of('numba_math')}",
        *called, "from numba import float64, njit", "from numpy import empty", "",
        "from micrograd_lr.compiler.numba_math import exp, log, log1p, prefetch, tanh, wide_vectors", "", "",
    ]  # fmt: skip
    return "\n".join([*head, *text, ""])


class _ByColumns(NumbaKernel):
    """One feature per row of memory, (n, m): the inner loops run over the examples, several features at a time."""

    def add_reading(self) -> None:
        for x in self.read:
            index = "" if x.index is None else f"{x.index}, "
            self.out.add(2, f"h0 = {x.name}[{index}s:s + B]")
            self.out.add(2, f"for i in range(B): {self.stored_at(x, 'i')} = h0[i]")

    def add_total(self, x: Symbol) -> None:
        self.out.add(2, f"for i in range(B): {self.stored_at(x, 'i')} = 0.0")
        for terms, _ in self.feature_loops(x.operands[0], int(x.index or 0)):
            self.out.add(3, f"for i in range(B): {joined(self.stored_at(x, 'i') + ' +=', terms)}")

    def add_gradient(self, name: str, form: Any, n: int) -> None:
        arrays = dict.fromkeys(x.name for x in looped_entries(form) if x.name in self.batch)
        for terms, features in self.feature_loops(form, n):
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
                self.out.add(4, joined(f"a{k} +=", [term]))
            for k, j in enumerate(features):
                self.out.add(3, f"d_{name}[{j}] += a{k}")

    def add_matrix(self, target: str, form: Any, height: int, width: int) -> None:
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
        """A loop over the examples, after the lines for what they share."""
        hoisted: dict[str, str] = {}
        statements, term = self.out.expression(form, self.entry("j", hoisted), self.stored("i"))
        for read, local in hoisted.items():
            self.out.add(depth, f"{local} = {read}")
        self.out.add(depth, f"for i in range(B): {joined(target, [(statements, factor + term)])}")

    def feature_loops(self, form: Any, n: int) -> Iterator[tuple[list[Written], list[str]]]:
        """Adds the heads of the loops over n features. For each: `form` at the features of one turn, and these."""
        whole = n - n % TOGETHER
        for first, last, together in ((0, whole, TOGETHER), (whole, n, 1)):
            if first < last:
                hoisted: dict[str, str] = {}
                features = _following("j", together)
                terms = [
                    self.out.expression(form, self.entry(j, hoisted), self.stored("i"), f"p{k}_")
                    for k, j in enumerate(features)
                ]
                self.out.add(2, f"for j in range({first}, {last}, {together}):")
                for read, local in hoisted.items():
                    self.out.add(3, f"{local} = {read}")
                yield terms, features

    def entry(self, j: str, hoisted: dict[str, str]) -> Callable[[Symbol], str]:
        """How a loop over examples reads feature j: by the name that `hoisted` has for it before the loop."""

        def read(x: Symbol) -> str:
            if x.index is None:
                return x.name
            index = x.place(j)
            in_batch = x.name in self.batch
            text = f"{x.name}[{index}, s:s + B]" if in_batch else f"{x.name}[{index}]"
            local = hoisted.setdefault(text, f"h{len(hoisted)}")
            return f"float64({local}[i])" if in_batch else local

        return read


class _ByRows(NumbaKernel):
    """One example per row of memory, (m, n): the inner loops run over the features, several examples at a time."""

    def add_reading(self) -> None:
        for name in self.batch:
            self.out.add(2, f"part_{name} = {name}[s:s + B]")
        for x in self.read:
            self.out.add(2, f"for i in range(B): {self.stored_at(x, 'i')} = {self.entry('i')(x)}")

    def add_total(self, x: Symbol) -> None:
        n = int(x.index or 0)
        for examples in self.example_loops(TOGETHER if n <= NARROW else 1):
            for k in range(len(examples)):
                self.out.add(3, f"t{k} = 0.0")
            self.out.add(3, f"for j in range({n}):")
            for k, i in enumerate(examples):
                term = self.out.expression(x.operands[0], self.entry(i), self.stored(i), f"p{k}_")
                self.out.add(4, joined(f"t{k} +=", [term]))
            for k, i in enumerate(examples):
                self.out.add(3, f"{self.stored_at(x, i)} = t{k}")

    def add_gradient(self, name: str, form: Any, n: int) -> None:
        for examples in self.example_loops(TOGETHER):
            hoisted: dict[str, str] = {}

            def stored(i: str, hoisted: dict[str, str] = hoisted) -> Callable[[Symbol], str | None]:
                return lambda x: hoisted.setdefault(self.stored_at(x, i), f"h{len(hoisted)}") if x in self.row else None

            terms = [self.out.expression(form, self.entry(i), stored(i), f"p{k}_") for k, i in enumerate(examples)]
            for read, local in hoisted.items():
                self.out.add(3, f"{local} = {read}")
            self.out.add(3, f"for j in range({n}): {joined(f'd_{name}[j] +=', terms)}")

    def add_matrix(self, target: str, form: Any, height: int, width: int) -> None:
        term = self.out.expression(form, self.entry("i"), self.stored("i"))
        self.out.add(2, "for i in range(B):")
        self.out.add(3, f"for j in range({height}):")
        self.out.add(4, f"for k in range({width}): {joined(target, [term])}")

    def example_loops(self, together: int) -> Iterator[list[str]]:
        """Adds the heads of the loops over the examples of the block. For each: the examples of one turn."""
        whole = f"B - B % {together}"
        for first, last, count in (("0", whole, together), (whole, "B", 1)) if together > 1 else (("0", "B", 1),):
            self.out.add(2, f"for i in range({first}, {last}, {count}):")
            yield _following("i", count)

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
