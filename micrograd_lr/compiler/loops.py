"""Loops over the features: of sums, and of derivatives by a vector or a matrix, whose parts differ only in an index.

Parts of one form (forms.py) whose indices follow each other become one loop: a sum over features first, and then what
differs in the row of a matrix, as the sum over the classes of a softmax does.
"""

from __future__ import annotations

import operator
from collections import Counter
from functools import reduce
from itertools import groupby

from micrograd_lr.compiler.forms import Forms, Shapes, hoisted
from micrograd_lr.compiler.program import Block, Derivative
from micrograd_lr.compiler.symbols import ANY, OTHER, Symbol, Trace, axes_in, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from micrograd_lr.compiler.inputs import Lengths

_CHAINS = {"add": "total", "max": "largest"}  # ops of two operands, and the loop that a chain of them becomes


class Roller:
    """Rolls what differs only in an index into loops, for derivatives of one loss."""

    def __init__(self, trace: Trace, lengths: Lengths) -> None:
        self.trace, self.lengths = trace, lengths
        self.matrices = {name for name, n in lengths.items() if isinstance(n, tuple)}
        self.rolled: dict[Symbol, Any] = {}  # by the symbol as it was traced
        self.plain, self.shapes = Forms(trace), Shapes()

    def symbol(self, x: Any) -> Any:
        """What became of `x`, a symbol as it was traced, or a number."""
        return self.rolled[x] if isinstance(x, Symbol) else x

    def roll(self, roots: Iterable[Any]) -> None:
        """Every sum that the roots need becomes a loop, as far as its terms differ only in an index."""
        roots = [*roots]
        order = in_order(roots, self.rolled.__contains__)
        users = Counter(x for symbol in order for x in symbol.operands if isinstance(x, Symbol))
        inner = {
            x for symbol in order if symbol.op in _CHAINS for x in symbol.operands
            if isinstance(x, Symbol) and x.op == symbol.op and users[x] == 1 and x not in self.rolled
        }.difference(x for x in roots if isinstance(x, Symbol))  # fmt: skip
        for symbol in order:
            if symbol.op == "entry":
                self.rolled[symbol] = symbol
            elif symbol.op in _CHAINS:
                if symbol not in inner:
                    terms = [self.rolled.get(x, x) for x in _links(symbol, inner)]
                    self.rolled[symbol] = self.chain(symbol.op, terms)
            else:
                self.rolled[symbol] = self.trace.symbol(symbol.op, *(self.symbol(x) for x in symbol.operands))

    def chain(self, op: str, terms: list[Any]) -> Any:
        """The sum of `terms`, or their maximum, with a loop for every run of terms that differ only in an index."""
        while (shorter := self.with_loops(_CHAINS[op], terms)) is not None:
            terms = shorter
        return reduce(operator.add if op == "add" else lambda a, b: self.trace.symbol(op, a, b), terms)

    def with_loops(self, loop: str, terms: list[Any]) -> list[Any] | None:
        """`terms` with a loop in the place of the first term of every run. None if there are no runs."""
        instead: dict[int, Any] = {}
        for places in self.alike(terms):
            forms = self.forms_for([terms[place] for place in places])
            members: dict[Any, list[tuple[int, int]]] = {}
            for place in places:
                form, j = forms.of(terms[place])
                if j >= 0:
                    members.setdefault(form, []).append((j, place))
            for same_form in members.values():
                for run in _runs(sorted(same_form)):
                    first = min(place for _, place in run)
                    instead |= {place: None for _, place in run}
                    instead[first] = self.trace.loop(loop, forms.shifted(terms[run[0][1]], 0), len(run))
        found = [instead.get(place, term) for place, term in enumerate(terms)]
        return [term for term in found if term is not None] if instead else None

    def line(self, entries: list[Any], axis: str = ANY) -> tuple[dict[int, Any], Any, range]:
        """The largest group of `entries` that differs only in an index: its form along `axis`, and its places; and the
        other entries, by place."""
        forms, places = self.plain, list[int]()
        for some in self.alike(entries):
            these = self.forms_for([entries[place] for place in some])
            groups: dict[Any, list[int]] = {}
            for place in some:
                form, j = these.of(entries[place])
                if j >= 0:
                    groups.setdefault((form, j - place), []).append(place)
            largest = max(groups.values(), key=len, default=[])
            forms, places = (these, largest) if len(largest) > len(places) else (forms, places)
        if len(places) < 2:
            return dict(enumerate(entries)), None, range(0)
        inside = {*places}
        single = {j: x for j, x in enumerate(entries) if j not in inside}
        return single, forms.shifted(entries[places[0]], 0, axis), range(places[0], places[-1] + 1)

    def derivative(self, entries: list[Any], n: Any = None) -> Derivative:
        """The entries of a derivative, with a loop for the largest group that differs only in an index; if n is (rows,
        columns), with a loop in a loop."""
        if isinstance(n, tuple):
            return self.derivative_of_rows([entries[first : first + n[1]] for first in range(0, len(entries), n[1])])
        single, form, places = self.line(entries)
        return Derivative(len(entries), single, [Block(form, places.start, (len(places), 1))] if places else [])

    def derivative_of_rows(self, rows: list[list[Any]], stored: bool = True) -> Derivative:
        """The same for the rows of a matrix: first a loop in every row, and then one for all rows whose loops differ
        only in the row; and what stands alone in the rows, as a column, or as several that are the same. What depends
        on the row alone, or on the column alone, may be `stored` in arrays."""
        width = len(rows[0])
        singles: dict[int, Any] = {}
        blocks: list[Block] = []
        lines = [self.line(row, OTHER) for row in rows]
        for inside in dict.fromkeys(places for _, _, places in lines if places):
            alone, form, among = self.run([form if places == inside else None for _, form, places in lines])
            if among:
                start = among.start * width + inside.start
                form = hoisted(self.trace, form) if stored else form
                blocks.append(Block(form, start, (len(among), width), (len(inside), 1)))
            for r in alone:
                blocks.append(Block(self.line(rows[r])[1], r * width + inside.start, (len(inside), 1)))
        columns = [[single.get(j) for single, _, _ in lines] for j in range(width)]
        for _, same in groupby(range(width), lambda j: [*map(id, columns[j])]):
            places = [*same]
            alone, form, among = self.run(columns[places[0]])
            if among:
                more = [(len(places), 1)] if len(places) > 1 else []
                blocks.append(Block(form, among.start * width + places[0], (len(among), width), *more))
            singles |= {r * width + j: x for r, x in alone.items() for j in places}
        return Derivative(width * len(rows), singles, blocks)

    def run(self, entries: list[Any]) -> tuple[dict[int, Any], Any, range]:
        """As `line`, for some of the entries, the others being None: its places have no gaps. Forms of a loop that are
        all the same are one too."""
        given = {place: x for place, x in enumerate(entries) if x is not None}
        single, form, places = self.line(entries)
        alike = len({*map(id, entries)}) == 1 < len(entries)
        if alike and axes_in(entries[0]).get(entries[0]):
            return {}, entries[0], range(len(entries))
        if len(single) + len(places) != len(entries):
            return given, None, range(0)
        return {place: x for place, x in given.items() if place in single}, form, places

    def forms_for(self, symbols: list[Any]) -> Forms:
        """How to compare these symbols. What they all share counts as constant, also if it reads an entry of a vector
        (from four symbols on, where there is no matrix). Of a matrix that index counts in which they differ."""
        if not self.matrices and len(symbols) < 4:
            return self.plain
        chosen = _three_of(symbols)
        shared = _shared(chosen)
        differing = self.differing(chosen, shared)
        return Forms(self.trace, shared, {name: places[-1] for name, places in differing.items()})

    def differing(self, orders: list[list[Symbol]], shared: set[Symbol]) -> dict[str, list[int]]:
        """Which indices of each matrix differ from one symbol to another."""
        found: dict[str, list[int]] = {}
        for name in self.matrices:
            read = [[x.index for x in order if x.name == name and x not in shared] for order in orders]
            for place in (0, 1):
                if len({frozenset(index[place] for index in indices) for indices in read}) > 1:
                    found.setdefault(name, []).append(place)
        return found

    def alike(self, symbols: list[Any]) -> list[list[int]]:
        """The places of those that can be compared: all, where there is no matrix. Else of those that are the same but
        for their indices; and of a matrix that they read row by row and column by column, those of one row."""
        if not self.matrices:
            return [[*range(len(symbols))]]
        found: list[list[int]] = []
        for group in _grouped({place: self.shapes.of(x) for place, x in enumerate(symbols)}):
            if len(group) < 2:
                continue
            chosen = _three_of([symbols[place] for place in group])
            both = {name for name, places in self.differing(chosen, _shared(chosen)).items() if len(places) > 1}
            read = {place: [x for x in in_order([symbols[place]]) if x.name in both] for place in group if both}
            by_row, by_column = (
                _grouped({place: frozenset((x.name, x.index[axis]) for x in read[place]) for place in read})
                for axis in (0, 1)
            )
            in_parts = (parts for parts in (by_row, by_column) if len(parts) < len(group))
            found += next(in_parts, [group]) if both else [group]
        return found


def _three_of(symbols: list[Any]) -> list[list[Symbol]]:
    """What three of the symbols read: enough to see what all of them share, and in what they differ."""
    found = [x for x in symbols if isinstance(x, Symbol)]
    chosen = found if len(found) < 4 else [found[k * len(found) // 4] for k in (1, 2, 3)]
    return [in_order([x]) for x in chosen] or [[]]


def _grouped(kinds: dict[int, Any]) -> list[list[int]]:
    """Places, by their kinds."""
    groups: dict[Any, list[int]] = {}
    for place, kind in kinds.items():
        groups.setdefault(kind, []).append(place)
    return [*groups.values()]


def _shared(orders: list[list[Symbol]]) -> set[Symbol]:
    """What all of these read, whichever index each has."""
    shared = {*orders[0]}.intersection(*orders)
    used = [{y for x in order if x not in shared for y in x.operands} for order in orders]
    return {x for x in shared if all(x in read for read in used)}


def _links(root: Symbol, inner: set[Symbol]) -> list[Any]:
    """The terms of a chain of one op, from left to right."""
    terms, stack = [], [root]
    while stack:
        symbol = stack.pop()
        if symbol is root or symbol in inner:
            stack += reversed(symbol.operands)
        else:
            terms.append(symbol)
    return terms


def _runs(members: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """`members`, sorted by index, in runs of at least two indices that follow each other."""
    runs: dict[int, list[list[tuple[int, int]]]] = {}  # by the index that would be next
    for member in members:
        waiting = runs.get(member[0])
        run = waiting.pop() if waiting else []
        run.append(member)
        runs.setdefault(member[0] + 1, []).append(run)
    return [run for several in runs.values() for run in several if len(run) > 1]
