"""The form of a symbol: the symbol with an index that stands for any. What has the same form differs in an index only.

w[0]*x[0] and w[3]*x[3] both have the form w[j]*x[j], and w[1]*x[0] has w[j + 1]*x[j]. A sum inside of a form that has
the index too, as row 3 of a matrix times x, is not computed anew at each place where the form is used: it becomes an
item of an array, the sums for all rows.
"""

from __future__ import annotations

from micrograd_lr.compiler.symbols import ANY, LOOPS, OTHER, Along, Symbol, Trace, axes_in, in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from typing import Any

FAR = 8  # a part whose indices are further apart than this has no form
NONE = -1  # the index of a part that has no form


class Forms:
    """Finds the forms of symbols. What is `constant` stays as it is, and so do the indices of a matrix, but for the one
    (0 for the row, 1 for the column) that `varying` has for its name."""

    def __init__(self, trace: Trace, constant: Iterable[Symbol] = (), varying: Mapping[str, int] | None = None) -> None:
        self.trace, self.varying = trace, varying or {}
        self.spans: dict[Symbol, tuple[int, int] | None] = dict.fromkeys(constant)
        self.known: dict[Any, dict[Symbol, Symbol]] = {}  # by the name of a new indexing

    def of(self, root: Any) -> tuple[Any, int]:
        """The form of `root`, and the index that it has for j = 0."""
        span = self.span(root)
        if span is None or span[1] - span[0] > FAR:
            return root, NONE
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
                i = self.index_of(x)
                self.spans[x] = None if i is None else (i, i)
            else:
                below = [span for y in x.operands if isinstance(y, Symbol) and (span := self.spans[y])]
                self.spans[x] = (min(lo for lo, _ in below), max(hi for _, hi in below)) if below else None
                if below and x.op == "array":  # has a k already, which must not meet another
                    self.spans[x] = 0, FAR + 1
        return self.spans[root]

    def place_of(self, x: Symbol) -> int:
        """Which of the indices of an entry may differ: NONE for neither of those of a matrix."""
        return self.varying.get(x.name, NONE) if len(x.index) > 1 else len(x.index) - 1

    def index_of(self, x: Symbol) -> int | None:
        """The index of an entry that may differ, unless it stands for any already."""
        place = self.place_of(x)
        i = None if place == NONE else x.index[place]
        return i if isinstance(i, int) else None

    def shifted(self, root: Any, first: int, axis: str = ANY) -> Any:
        """`root` with entry j + i in place of every entry first + i."""
        span = self.span(root)
        assert span is not None
        return self.reindexed(root, {i: Along(axis, i - first) for i in range(span[0], span[1] + 1)}, (first, axis))

    def reindexed(self, root: Any, to: Mapping[int, Along], name: Any = None) -> Any:
        """`root` with other indices of its entries. `name` stands for `to`."""
        if not self.has_index(root):
            return root
        known = self.known.setdefault(tuple(to.items()) if name is None else name, {})
        stack = [root]
        while stack:
            x = stack[-1]
            if x.op in LOOPS:
                known[stack.pop()] = self.item(x, to)
                continue
            waiting = [y for y in x.operands if isinstance(y, Symbol) and self.spans[y] and y not in known]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            if x.op == "entry":
                place, i = self.place_of(x), self.index_of(x)
                known[x] = x
                if i is not None and i in to:
                    known[x] = self.trace.entry(x.name, *x.index[:place], to[i], *x.index[place + 1 :])
            else:
                known[x] = self.trace.symbol(
                    x.op, *(known.get(y, y) if isinstance(y, Symbol) else y for y in x.operands)
                )
        return known[root]

    def item(self, x: Symbol, to: Mapping[int, Along]) -> Symbol:
        """What stands for a sum or a maximum with an index: an item of the array of all of them; if it is a multiple of
        a sum without the index, that multiple."""
        first = (self.span(x) or (0, 0))[0]
        inside = hoisted(self.trace, self.shifted(x.operands[0], first, OTHER))
        axes = axes_in(inside)
        if x.op == "total" and inside.op == "mul":
            for factor, rest in (inside.operands, inside.operands[::-1]):
                if axes.get(factor) == frozenset(OTHER) and axes.get(rest) == frozenset(
                    ANY
                ):  # Σ aₖ bⱼ is aₖ Σ bⱼ, with one sum for all k
                    whole = self.trace.loop("total", rest, x.count)
                    return self.trace.symbol("mul", _along(self.trace, factor, *to[first]), whole)
        return self.trace.item(self.trace.array(self.trace.loop(x.op, inside, x.count)), to[first])


class Shapes:
    """Finds what is the same but for its indices: its shape, as a number."""

    def __init__(self) -> None:
        self.of_symbols: dict[Symbol, int] = {}
        self.known: dict[Any, int] = {}

    def of(self, root: Any) -> int:
        """The shape of `root`: -1 for a plain number."""
        for x in in_order([root], self.of_symbols.__contains__):
            index = tuple(i if isinstance(i, Along) else None for i in x.index)
            below = tuple(self.of_symbols[y] if isinstance(y, Symbol) else repr(y) for y in x.operands)
            self.of_symbols[x] = self.known.setdefault((x.op, x.name, index, x.count, below), len(self.known))
        return self.of_symbols.get(root, -1)


def hoisted(trace: Trace, form: Symbol) -> Symbol:
    """`form`, which is for any j and k, with an item of an array for each part that depends on one of them alone: it is
    computed once for each j, or once for each k, and not for each pair."""
    axes = axes_in(form)
    if len(axes[form]) < 2:
        return form
    instead: dict[Symbol, Symbol] = {}
    for x in in_order([form], _is_closed):
        if len(axes[x]) == 1 and x.op not in ("entry", "item"):
            instead[x] = _stored(trace, x, *axes[x])
        elif len(axes[x]) == 2 and x.op != "entry":
            instead[x] = trace.symbol(x.op, *(instead.get(y, y) if isinstance(y, Symbol) else y for y in x.operands))
    return instead.get(form, form)


def reused(trace: Trace, form: Symbol, arrays: Container[Symbol]) -> Symbol:
    """`form`, which is for any j; or an item, if one of these arrays has what it is for each j."""
    if form.op in ("entry", "item"):
        return form
    item = _stored(trace, form, ANY)
    return item if item.operands[0] in arrays else form


def _stored(trace: Trace, part: Symbol, axis: str) -> Symbol:
    """An item along `axis` of the array of all that `part` is."""
    order = in_order([part], _is_closed)
    first = min(i.offset for x in order for i in x.index if isinstance(i, Along))
    of: dict[Symbol, Symbol] = {}
    for x in order:
        if x.axes:
            of[x] = _along(trace, x, OTHER, -first)
        elif x.op not in ("entry", "item"):
            of[x] = trace.symbol(x.op, *(of.get(y, y) if isinstance(y, Symbol) else y for y in x.operands))
    return trace.item(trace.array(of[part]), Along(axis, first))


def _along(trace: Trace, x: Symbol, axis: str, by: int) -> Symbol:
    """An entry or an item along another axis, so many places further."""
    index = [Along(axis, i.offset + by) if isinstance(i, Along) else i for i in x.index]
    return trace.entry(x.name, *index) if x.op == "entry" else trace.item(x.operands[0], index[0])


def _is_closed(x: Symbol) -> bool:
    return x.op in (*LOOPS, "array")
