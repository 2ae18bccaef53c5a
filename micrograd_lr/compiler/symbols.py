"""Symbols as a number type: the engine, run on symbols, leaves a program behind.

A `Trace` makes symbols, and arithmetic on them makes more. The same computation is always the same object, so common
sub-expressions are shared from the start; and whoever walks from the results never meets what they do not need.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import NamedTuple

from micrograd_lr.compiler.tracers import trace_error
from micrograd_lr.engine.elementary import is_written_out
from micrograd_lr.engine.node import Node
from micrograd_lr.engine.number_types import is_plain, number_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

ANY, OTHER = "j", "k"  # the axes of a loop, and of the loop around it or inside of it
LOOPS = ("total", "largest")  # the ops that are loops along j


class Along(NamedTuple):
    """An index that stands for any: that of a loop along `axis`, plus an `offset`."""

    axis: str
    offset: int = 0


class Symbol:
    """An entry of an argument (`name`, with its `index` in a vector or a matrix), or `op` applied to `operands`.

    The index of an entry of a vector is (3,), or (Along(ANY, 1),) if it stands for the entry j + 1, for any j. These
    ops have a loop in them:

    * "total" and "largest" are the sum and the maximum of their operand over j = 0, …, `count` - 1;
    * "array" is the list of what its operand is for each k; an "item" of it has an `index`, as an entry has.
    """

    __slots__ = ("count", "index", "name", "op", "operands", "trace")

    def __init__(
        self, trace: Trace, op: str, operands: tuple[Any, ...], name: str = "", index: tuple[int | Along, ...] = (),
        count: int = 0,
    ) -> None:  # fmt: skip
        self.trace, self.op, self.operands = trace, op, operands
        self.name, self.index, self.count = name, index, count

    @property
    def axes(self) -> list[str]:
        """The axes along which an entry is read, for all its indices that stand for any."""
        return [i.axis for i in self.index if isinstance(i, Along)]

    def places(self, **at: str) -> list[str]:
        """The indices of an entry, as they are written; `at` has what is written for an axis."""
        return [
            at.get(i.axis, i.axis) + (f" + {i.offset}" if i.offset else "") if isinstance(i, Along) else str(i)
            for i in self.index
        ]

    def __repr__(self) -> str:
        index = "".join(f"[{i}]" for i in self.places())
        if self.op == "entry":
            return self.name + index
        return f"{self.op}({', '.join(map(repr, self.operands))}){index}"

    def __neg__(self) -> Any:
        return self.operands[0] if self.op == "neg" else self.trace.symbol("neg", self)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self if is_plain(other, 0) else self.trace.symbol("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return self if is_plain(other, 0) else self.trace.symbol("add", other, self)

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self if is_plain(other, 0) else self.trace.symbol("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return -self if is_plain(other, 0) else self.trace.symbol("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self._scaled(other) if isinstance(other, (int, float)) else self.trace.symbol("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self._scaled(other)

    def _scaled(self, by: float) -> Any:
        if is_plain(by, 0) or is_plain(by, 1):
            return self if by else 0
        return -self if is_plain(by, -1) else self.trace.symbol("mul", by, self)

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self if is_plain(other, 1) else self.trace.symbol("div", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.trace.symbol("div", other, self)

    def __pow__(self, exponent: Any) -> Any:
        if isinstance(exponent, Node):
            return NotImplemented
        if is_plain(exponent, 0) or is_plain(exponent, 1):
            return self if exponent else 1
        return self.trace.symbol("pow", self, exponent)

    def __rpow__(self, base: Any) -> Any:
        return self.trace.symbol("pow", base, self)

    def __abs__(self) -> Any:
        return self.trace.symbol("abs", self)

    def _compared(self, other: Any) -> Comparison:
        return Comparison()

    __lt__ = __le__ = __gt__ = __ge__ = _compared

    def __bool__(self) -> bool:
        raise trace_error("an if, a while, and, or, or not")

    def __float__(self) -> float:
        raise trace_error("float(), or a function of the math module")

    __int__ = __index__ = __float__


class Comparison:
    """The result of comparing a symbol: not known while a loss is traced, so nothing may depend on it."""

    def __bool__(self) -> bool:
        raise trace_error("a comparison (if, while, min, max, sorted)")


class Trace:
    """Makes symbols, each one once."""

    def __init__(self) -> None:
        self._known: dict[Any, Symbol] = {}

    def forget(self) -> None:
        """Drop the symbols that no result needs: for 10,000 features, nearly all of them."""
        self._known.clear()

    def entry(self, name: str, *index: int | Along) -> Symbol:
        """The symbol of an argument, or of one entry of a vector or a matrix."""
        return self._once((name, index), "entry", (), name, index)

    def item(self, array: Symbol, index: int | Along) -> Symbol:
        """The entry of an array."""
        return self._once(("item", id(array), index), "item", (array,), "", (index,))

    def array(self, form: Symbol) -> Symbol:
        """The list of what `form` is for each k."""
        return self._once(("array", id(form)), "array", (form,))

    def loop(self, op: str, form: Symbol, n: int) -> Symbol:
        """The sum (the op "total") or the maximum ("largest") of `form` over j = 0, …, n - 1."""
        return self._once((op, n, id(form)), op, (form,), count=n)

    def symbol(self, op: str, *operands: Any) -> Symbol:
        """`op` applied to symbols and numbers: the same object for the same computation."""
        key = op, *(id(x) if isinstance(x, Symbol) else repr(x) for x in operands)
        return self._once(key, op, operands)

    def _once(self, key: Any, *fields: Any, **more: Any) -> Symbol:
        if key not in self._known:
            self._known[key] = Symbol(self, *fields, **more)
        return self._known[key]


def in_order(roots: Iterable[Any], known: Callable[[Symbol], bool] = lambda x: False) -> list[Symbol]:
    """Every symbol that the roots need, once, operands first; without those `known`, and what only these need.

    Iterative, because a sum over 10,000 features is 10,000 symbols deep.
    """
    order: dict[Symbol, None] = {}
    stack = [x for x in roots if isinstance(x, Symbol) and not known(x)][::-1]
    while stack:
        symbol = stack[-1]
        waiting = [x for x in symbol.operands if isinstance(x, Symbol) and x not in order and not known(x)]
        if waiting:
            stack += reversed(waiting)
        else:
            order[stack.pop()] = None
    return [*order]


def axes_in(*roots: Any) -> dict[Symbol, frozenset[str]]:
    """For every symbol that the roots need: along which axes it is for any index, loops in it aside."""
    axes: dict[Symbol, frozenset[str]] = {}
    for x in in_order(roots):
        if x.op in ("entry", "item"):
            axes[x] = frozenset(x.axes)
        else:
            below = [axes[y] for y in x.operands if isinstance(y, Symbol)]
            closed = {ANY} if x.op in LOOPS else {OTHER} if x.op == "array" else ()
            axes[x] = frozenset().union(*below).difference(closed)
    return axes


def looped_entries(form: Any) -> list[Symbol]:
    """The entries and items of any j or k that `form` reads, without those of the loops over features in it."""
    found: dict[Symbol, None] = {}
    waiting = [form] if isinstance(form, Symbol) else []
    while waiting:
        x = waiting.pop()
        if x not in found:
            found[x] = None
            waiting += [y for y in x.operands if isinstance(y, Symbol) and x.op not in (*LOOPS, "item")]
    return [x for x in found if x.axes]


def _function(name: str) -> Callable[..., Any]:
    return lambda x: x.trace.symbol(name, x)


def _decay(z: Symbol) -> tuple[Symbol, bool, Symbol]:
    """z without its sign, whether it had one, and exp(-|z|): what σ(z), σ(-z), softplus(z) and softplus(-z) share."""
    negative = z.op == "neg"
    base = z.operands[0] if negative else z
    return base, negative, z.trace.symbol("exp", -abs(base))


def _sigmoid(z: Symbol) -> Any:
    """σ(z) as elementary.sigmoid has it on floats: 1/(1 + e⁻ᶻ) for z ≥ 0, and eᶻ/(1 + eᶻ) below."""
    base, negative, e = _decay(z)
    return z.trace.symbol("choose", base, *((e, 1.0) if negative else (1.0, e))) / (1.0 + e)


def _softplus(t: Symbol) -> Any:
    """log(1 + eᵗ) as elementary.softplus has it on floats: max(t, 0) + log1p(e⁻|ᵗ|)."""
    _, _, e = _decay(t)
    return t.trace.symbol("relu", t) + t.trace.symbol("log1p", e)


def _label(y: Symbol) -> Any:
    """y, but NaN if it is not a label: so the loss is NaN, and the search for its first NaN finds the example."""
    return y.trace.symbol("choose", y * (1 - y), y, math.nan)


def _is_zero(x: Symbol) -> Symbol:
    choose = x.trace.symbol
    return choose("choose", x, choose("choose", -x, 1.0, 0.0), 0.0)


def _tanh_slope(out: Symbol, x: Symbol) -> Any:
    """1/cosh²x as elementary.tanh_slope has it on floats: 4e/(1 + e)² with e = e⁻²|ˣ|."""
    _, _, e = _decay(2 * x)
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


def _largest(*numbers: Any) -> Any:
    """The largest of symbols and numbers, one after the other as a sum adds them up."""
    trace = next(x.trace for x in numbers if isinstance(x, Symbol))
    return reduce(lambda a, b: trace.symbol("max", a, b), numbers)


number_type(
    Symbol,
    named=lambda name: None if is_written_out(name) else _function(name),
    largest=_largest,
    sigmoid=_sigmoid,
    step=_function("step"),
    softplus=_softplus,
    checked_label=_label,
    tanh_slope=_tanh_slope,
    is_zero=_is_zero,
)
