"""A program as source text for Numba, for either order of the data in memory."""

from __future__ import annotations

from micrograd_lr.compiler.kernel_cache import digest_of
from micrograd_lr.compiler.numba_kernel import START, NumbaKernel, accumulated, joined
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
            self.out.add(2, f"h0 = {x.name}[{', '.join([*x.places(), 's:s + B'])}]")
            self.out.add(2, f"for i in range(B): {self.stored_at(x, 'i')} = h0[i]")

    def add_total(self, x: Symbol) -> None:
        self.out.add(2, f"for i in range(B): {self.stored_at(x, 'i')} = {START[x.op]}")
        for terms, _ in self.feature_loops(x.operands[0], x.count):
            self.out.add(3, f"for i in range(B): {accumulated(x.op, self.stored_at(x, 'i'), terms)}")

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
        scratch = f"work[{self.rows}, i]"
        parts = form.operands if isinstance(form, Symbol) and form.op == "mul" else ()
        self.out.add(2, f"for j in range({height}):")
        factor = ""
        if parts and OTHER not in {axis for x in looped_entries(parts[0]) for axis in x.axes}:  # the same for every k
            self.over_examples(3, f"{scratch} =", parts[0])
            factor, form = f"{scratch} * ", parts[1]
        self.out.add(3, f"for k in range({width}):")
        self.out.add(4, "t = 0.0")
        self.over_examples(4, "t +=", form, factor)
        self.out.add(4, f"{target} t")

    def add_array(self, array: Symbol, x: Symbol) -> None:
        start, stop = self.schedule.ranges[array]
        self.out.add(2, f"for k in range({start}, {stop}):")
        self.out.add(3, f"for i in range(B): work[{self.row_at(array, 'k')}, i] = {START[x.op]}")
        for features in self.turns(2, "j", 0, x.count):
            for rows in self.turns(3, "k", start, stop, len(features)):
                hoisted: dict[str, str] = {}
                terms = [
                    [
                        self.out.expression(x.operands[0], self.entry(j, hoisted, k), self.stored("i"), f"p{r}{f}_")
                        for f, j in enumerate(features)
                    ]
                    for r, k in enumerate(rows)
                ]
                self.add_hoisted(4, hoisted)
                self.out.add(4, "for i in range(B):")
                for k, of_row in zip(rows, terms):
                    self.out.add(5, accumulated(x.op, f"work[{self.row_at(array, k)}, i]", of_row))

    def add_table(self, name: str, form: Any, height: int, width: int) -> None:
        for columns in self.turns(2, "k", 0, width):
            for rows in self.turns(3, "j", 0, height, len(columns)):
                hoisted: dict[str, str] = {}
                places = [(j, k) for j in rows for k in columns]
                terms = [
                    self.out.expression(form, self.entry(j, hoisted, k), self.stored("i"), f"p{a}_")
                    for a, (j, k) in enumerate(places)
                ]
                self.add_hoisted(4, hoisted)
                self.out.add(4, "; ".join(f"a{a} = 0.0" for a in range(len(places))))
                self.out.add(4, "for i in range(B):")
                for a, term in enumerate(terms):
                    self.out.add(5, joined(f"a{a} +=", [term]))
                for a, (j, k) in enumerate(places):
                    self.out.add(4, f"d_{name}[{j}, {k}] += a{a}")

    def turns(self, depth: int, name: str, first: int, last: int, most: int = TOGETHER) -> Iterator[list[str]]:
        """Adds the heads of loops over the features, or over the rows of an array. For each: the places of one turn."""
        whole = last - (last - first) % most
        for start, stop, together in ((first, whole, most), (whole, last, 1)):
            if start < stop:
                self.out.add(depth, f"for {name} in range({start}, {stop}, {together}):")
                yield _following(name, together)

    def add_hoisted(self, depth: int, hoisted: dict[str, str]) -> None:
        """The lines that read what a loop over examples needs."""
        for read, local in hoisted.items():
            self.out.add(depth, f"{local} = {read}")

    def part_of(self, name: str) -> str:
        return f"{name}[:, s:s + B]"

    def place_in_part(self, x: Symbol) -> str:
        return f"[{x.places()[0]}, i]"

    def over_examples(self, depth: int, target: str, form: Any, factor: str = "") -> None:
        """A loop over the examples, after the lines for what they share."""
        hoisted: dict[str, str] = {}
        statements, term = self.out.expression(form, self.entry("j", hoisted), self.stored("i"))
        for read, local in hoisted.items():
            self.out.add(depth, f"{local} = {read}")
        self.out.add(depth, f"for i in range(B): {joined(target, [(statements, factor + term)])}")

    def feature_loops(self, form: Any, n: int) -> Iterator[tuple[list[Written], list[str]]]:
        """Adds the heads of the loops over n features. For each: `form` at the features of one turn, and these."""
        of_items = any(x.op == "item" for x in looped_entries(form))  # which are few, and in the cache
        for features in self.turns(2, "j", 0, n, 1 if of_items else TOGETHER):
            hoisted: dict[str, str] = {}
            terms = [
                self.out.expression(form, self.entry(j, hoisted), self.stored("i"), f"p{k}_")
                for k, j in enumerate(features)
            ]
            self.add_hoisted(3, hoisted)
            yield terms, features

    def entry(self, j: str, hoisted: dict[str, str], k: str = "k") -> Callable[[Symbol], str]:
        """How a loop over examples reads feature j: by the name that `hoisted` has for it before the loop."""

        def read(x: Symbol) -> str:
            if not x.index:
                return x.name
            index = ", ".join(x.places(j=j, k=k))
            if x.op == "item" and x.operands[0] in self.row:
                text = f"work[{self.row_at(x.operands[0], index)}]"
                return hoisted.setdefault(text, f"h{len(hoisted)}") + "[i]"
            in_batch = x.name in self.batch
            name = self.out.names[x.operands[0]] if x.op == "item" else x.name
            text = f"{name}[{index}, s:s + B]" if in_batch else f"{name}[{index}]"
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
        for examples in self.example_loops(TOGETHER if x.count <= NARROW else 1):
            self.add_loop(3, x, examples, [self.stored_at(x, i) for i in examples])

    def add_loop(self, depth: int, x: Symbol, examples: list[str], targets: list[str]) -> None:
        """A sum or a maximum over features, for each of the examples: what it is stored as are the `targets`."""
        for t in range(len(examples)):
            self.out.add(depth, f"t{t} = {START[x.op]}")
        self.out.add(depth, f"for j in range({x.count}):")
        for t, i in enumerate(examples):
            term = self.out.expression(x.operands[0], self.entry(i), self.stored(i), f"p{t}_")
            self.out.add(depth + 1, accumulated(x.op, f"t{t}", [term]))
        for t, target in enumerate(targets):
            self.out.add(depth, f"{target} = t{t}")

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

    def add_array(self, array: Symbol, x: Symbol) -> None:
        start, stop = self.schedule.ranges[array]
        for examples in self.example_loops(TOGETHER):
            self.out.add(3, f"for k in range({start}, {stop}):")
            self.add_loop(4, x, examples, [f"work[{self.row_at(array, 'k')}, {i}]" for i in examples])

    def add_table(self, name: str, form: Any, height: int, width: int) -> None:
        for examples in self.example_loops(TOGETHER):
            self.out.add(3, f"for j in range({height}):")
            hoisted: dict[str, str] = {}

            def entry(i: str, hoisted: dict[str, str] = hoisted) -> Callable[[Symbol], str]:
                read = self.entry(i)
                return lambda x: read(x) if OTHER in x.axes else hoisted.setdefault(read(x), f"h{len(hoisted)}")

            terms = [self.out.expression(form, entry(i), self.stored(i), f"p{t}_") for t, i in enumerate(examples)]
            for text, local in hoisted.items():
                self.out.add(4, f"{local} = {text}")
            self.out.add(4, f"for k in range({width}): {joined(f'd_{name}[j, k] +=', terms)}")

    def example_loops(self, together: int) -> Iterator[list[str]]:
        """Adds the heads of the loops over the examples of the block. For each: the examples of one turn."""
        whole = f"B - B % {together}"
        for first, last, count in (("0", whole, together), (whole, "B", 1)) if together > 1 else (("0", "B", 1),):
            self.out.add(2, f"for i in range({first}, {last}, {count}):")
            yield _following("i", count)

    def part_of(self, name: str) -> str:
        return f"part_{name}"

    def place_in_part(self, x: Symbol) -> str:
        return f"[i, {x.places()[0]}]"

    def entry(self, i: str, j: str = "j", k: str = "k") -> Callable[[Symbol], str]:
        """How a loop over features reads an entry, at example i and feature j."""

        def read(x: Symbol) -> str:
            if x.op == "item" and x.operands[0] in self.row:
                return self.item_at(x, i, j=j, k=k)
            if x.name not in self.batch:
                return self.parameter(x, j=j, k=k)
            return f"float64(part_{x.name}[{', '.join([i, *x.places(j=j, k=k)])}])"

        return read


def _following(name: str, count: int) -> list[str]:
    """``i``, ``i + 1`` and so on."""
    return [name, *(f"{name} + {k}" for k in range(1, count))]
