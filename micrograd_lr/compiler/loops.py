"""Loops over the features: of sums, and of derivatives by a vector, whose parts differ only in an index.

The *form* of a symbol is the symbol with an index j, which stands for any: w[0]*x[0] and w[3]*x[3] both have the form
w[j]*x[j], and w[1]*x[0] has w[j + 1]*x[j]. Parts of one form whose indices follow each other become one loop.
"""

from __future__ import annotations

from collections import Counter

from micrograd_lr.compiler.products import with_data_last
from micrograd_lr.compiler.program import Derivative
from micrograd_lr.compiler.symbols import ANY, OTHER, Symbol, Trace, in_order, looped_entries
from micrograd_lr.engine.derivatives import slope_graphs
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from micrograd_lr.compiler.program import Key

_FAR = 8  # a part whose indices are further apart than this has no form
_NONE = -1  # the index of a part that has no form


class Roller:
    """Rolls what differs only in an index into loops, for derivatives of one loss."""

    def __init__(self, trace: Trace, lengths: Mapping[str, int | None]) -> None:
        self.trace, self.lengths = trace, lengths
        self.rolled: dict[Symbol, Any] = {}  # by the symbol as it was traced
        self.plain = _Forms(trace)

    def gradient(self, root: Value, leaves: dict[str, list[Value]]) -> dict[Key, Derivative]:
        """∂root/∂p for every parameter p."""
        gradients = _gradients(root, leaves)
        self.roll([root.data, *(x for entries in gradients.values() for x in entries)])
        return {(name,): self.derivative([self.symbol(x) for x in entries]) for name, entries in gradients.items()}

    def hessian(self, root: Value, leaves: dict[str, list[Value]]) -> dict[Key, Derivative]:
        """∂²root/∂p∂q for every pair of parameters, once: numbers come before vectors.

        Where the entries of ∂root/∂p differ only in j, the derivatives of the first entry tell those of all.
        """
        names = sorted(leaves, key=lambda name: len(leaves[name]) > 1)
        slopes = iter(slope_graphs(root, [leaf for name in names for leaf in leaves[name]]))
        slopes_of = {name: [next(slopes) for _ in leaves[name]] for name in names}
        derivatives: dict[Key, Derivative] = {}
        self.roll([root.data])
        for i, p in enumerate(names):
            others = {q: leaves[q] for q in names[i:]}
            flat = [x.data if isinstance(x, Value) else x for x in slopes_of[p]]
            self.roll(flat)
            along = self.derivative([self.symbol(x) for x in flat])
            matrices: dict[str, Derivative | None] = {}
            if len(along.places) == along.size > 1 and not along.single and not self.plain.has_index(along.loop):
                row = _gradients(slopes_of[p][0], others)
                self.roll(x for entries in row.values() for x in entries)
                matrices = {q: self.matrix([self.symbol(x) for x in row[q]], along.size) for q in others}
            if not matrices or None in matrices.values():
                rows = [_gradients(slope, others) for slope in slopes_of[p]]
                for q in others:
                    entries = [x for row in rows for x in row[q]]
                    self.roll(entries)
                    matrices[q] = self.derivative([self.symbol(x) for x in entries])
            derivatives |= {(p, q): matrix for q, matrix in matrices.items() if matrix is not None}
        return derivatives

    def symbol(self, x: Any) -> Any:
        """What became of `x`, a symbol as it was traced, or a number."""
        return self.rolled[x] if isinstance(x, Symbol) else x

    def roll(self, roots: Iterable[Any]) -> None:
        """Every sum that the roots need becomes a loop, as far as its terms differ only in an index."""
        roots = [*roots]
        order = in_order(roots, self.rolled.__contains__)
        users = Counter(x for symbol in order for x in symbol.operands if isinstance(x, Symbol))
        inner = {
            x for symbol in order if symbol.op == "add" for x in symbol.operands
            if isinstance(x, Symbol) and x.op == "add" and users[x] == 1 and x not in self.rolled
        }.difference(x for x in roots if isinstance(x, Symbol))  # fmt: skip
        for symbol in order:
            if symbol.op == "entry":
                self.rolled[symbol] = symbol
            elif symbol.op == "add" and symbol not in inner:
                self.rolled[symbol] = self.sum_of([self.rolled.get(x, x) for x in _addends(symbol, inner)])
            elif symbol.op != "add":
                self.rolled[symbol] = self.trace.symbol(symbol.op, *(self.symbol(x) for x in symbol.operands))

    def sum_of(self, terms: list[Any]) -> Any:
        """The sum of `terms`, with a loop for every run of terms that differ only in an index."""
        forms = self.forms_for(terms)
        members: dict[Any, list[tuple[int, int]]] = {}
        for place, term in enumerate(terms):
            form, j = forms.of(term)
            if j >= 0:
                members.setdefault(form, []).append((j, place))
        instead: dict[int, Any] = {}
        for same_form in members.values():
            for run in _runs(sorted(same_form)):
                first = min(place for _, place in run)
                instead |= {place: 0 for _, place in run}
                instead[first] = self.trace.total(forms.shifted(terms[run[0][1]], 0), len(run))
        total: Any = 0
        for place, term in enumerate(terms):
            total = total + instead.get(place, term)
        return total

    def derivative(self, entries: list[Any]) -> Derivative:
        """The entries of a derivative, with a loop for the largest group that differs only in an index."""
        forms = self.forms_for(entries)
        groups: dict[Any, list[int]] = {}
        for place, x in enumerate(entries):
            form, j = forms.of(x)
            if j >= 0:
                groups.setdefault((form, j - place), []).append(place)
        places = max(groups.values(), key=len, default=[])
        if len(places) < 2:
            return Derivative(len(entries), dict(enumerate(entries)))
        inside = {*places}
        return Derivative(
            len(entries), {j: x for j, x in enumerate(entries) if j not in inside},
            forms.shifted(entries[places[0]], 0), range(places[0], places[-1] + 1),
        )  # fmt: skip

    def forms_for(self, symbols: list[Any]) -> _Forms:
        """How to compare these symbols. From four on, what they all share counts as constant, also if it reads an
        entry of a vector."""
        return self.plain if len(symbols) < 4 else _Forms(self.trace, _shared(symbols))

    def matrix(self, row: list[Any], n: int) -> Derivative | None:
        """All n rows of a matrix, of which `row` is the first: a form for any j and k, and one for j = k."""
        forms = self.plain
        size, width = n * len(row), len(row)
        square = n == width
        off = {forms.reindexed(x, {0: (ANY, 0), k: (OTHER, 0)}) for k, x in enumerate(row) if k}
        diagonal = forms.reindexed(row[0], {0: (ANY, 0)})
        form = next(iter(off), None)
        read = {(x.index, self.lengths[x.name]) for x in looped_entries(form)}
        differs = len(off) != 1 or forms.has_index(form) or (square and forms.has_index(diagonal))
        if differs or not read <= {(ANY, n), (OTHER, width)} or any(map(self.sums_over_a_part, (form, diagonal))):
            return None
        if forms.reindexed(row[1], {0: (ANY, 0), 1: (ANY, 0)}) is not diagonal:
            return Derivative(size, {}, diagonal, range(0, size, n + 1), form) if square else None
        return Derivative(size, {}, matrix=with_data_last(form))

    def sums_over_a_part(self, form: Any) -> bool:
        """Whether a sum in `form` leaves out entries of a vector. In the first row these may be its own, and then the
        sum is another one in every row."""
        sums = (x for x in in_order([form]) if x.op == "total")
        return any(y.offset or self.lengths[y.name] != x.index for x in sums for y in looped_entries(x.operands[0]))


class _Forms:
    """Finds the forms of symbols. What is `constant` stays as it is."""

    def __init__(self, trace: Trace, constant: Iterable[Symbol] = ()) -> None:
        self.trace = trace
        self.spans: dict[Symbol, tuple[int, int] | None] = dict.fromkeys(constant)
        self.known: dict[Any, dict[Symbol, Symbol]] = {}  # by the name of a new indexing

    def of(self, root: Any) -> tuple[Any, int]:
        """The form of `root`, and the index that it has for j = 0."""
        span = self.span(root)
        if span is None or span[1] - span[0] > _FAR:
            return root, _NONE
        return self.shifted(root, span[0]), span[0]

    def has_index(self, root: Any) -> bool:
        """Whether `root` reads an entry of one index."""
        return self.span(root) is not None

    def span(self, root: Any) -> tuple[int, int] | None:
        """The lowest and the highest index of an entry that `root` reads."""
        if not isinstance(root, Symbol):
            return None
        for x in in_order([root], self.spans.__contains__):
            if x.op == "entry":
                self.spans[x] = None if x.index is None or x.looped else (x.index, x.index)
            else:
                below = [span for y in x.operands if isinstance(y, Symbol) and (span := self.spans[y])]
                self.spans[x] = (min(lo for lo, _ in below), max(hi for _, hi in below)) if below else None
                if below and x.op == "total":  # has a j already, which must not meet another
                    self.spans[x] = 0, _FAR + 1
        return self.spans[root]

    def shifted(self, root: Any, first: int) -> Any:
        """`root` with entry j + k in place of every entry first + k."""
        span = self.span(root)
        assert span is not None
        return self.reindexed(root, {i: (ANY, i - first) for i in range(span[0], span[1] + 1)}, first)

    def reindexed(self, root: Any, to: Mapping[int, tuple[int, int]], name: Any = None) -> Any:
        """`root` with other indices of its entries: an index of any j or k, and its offset. `name` stands for `to`."""
        if not self.has_index(root):
            return root
        known = self.known.setdefault(tuple(to.items()) if name is None else name, {})
        stack = [root]
        while stack:
            x = stack[-1]
            waiting = [y for y in x.operands if isinstance(y, Symbol) and self.spans[y] and y not in known]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            if x.op == "entry" and x.index in to:
                known[x] = self.trace.entry(x.name, *to[x.index])
            elif x.op in ("entry", "total"):
                known[x] = x
            else:
                known[x] = self.trace.symbol(
                    x.op, *(known.get(y, y) if isinstance(y, Symbol) else y for y in x.operands)
                )
        return known[root]


def _gradients(root: Any, leaves: dict[str, list[Value]]) -> dict[str, list[Any]]:
    """∂root/∂leaf for every leaf; 0 for those that the root does not depend on."""
    for leaf in (leaf for entries in leaves.values() for leaf in entries):
        leaf.grad = None
    if isinstance(root, Value):
        root.backward()
    return {name: [0.0 if leaf.grad is None else leaf.grad for leaf in entries] for name, entries in leaves.items()}


def _shared(symbols: Iterable[Any]) -> set[Symbol]:
    """What all of these read, whichever index each has: it is enough to look at three of them."""
    found = [x for x in symbols if isinstance(x, Symbol)]
    chosen = [in_order([found[k * len(found) // 4]]) for k in (1, 2, 3)] if found else [[]]
    shared = {*chosen[0]}.intersection(*chosen)
    used = [{y for x in order if x not in shared for y in x.operands} for order in chosen]
    return {x for x in shared if x.op != "entry" or all(x in read for read in used)}


def _addends(root: Symbol, inner: set[Symbol]) -> list[Any]:
    """The terms of a chain of adds, from left to right."""
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
