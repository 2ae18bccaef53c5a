"""Where logistic regression comes to ∂L/∂z = a − y, and ∂L/∂w = (a − y)x: found in the graph of names, and proven.

The derivatives are rational functions of a and y. The numerator of ∂L/∂a · ∂a/∂z − (a − y) is a polynomial, whose
degree in each variable is bounded by what the rows of the table do to a `Degree`. A polynomial that is 0 on a grid with
more places in each direction than its degree is 0 everywhere; on fractions the rows are exact. So this is a proof.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from micrograd_lr.engine.number_types import is_plain, number_type
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from typing import Any

HIGHEST = 24  # degree in one variable up to which a proof is tried


@dataclass(frozen=True)
class ClosedForm:
    """∂loss/∂z = a − y, and ∂z/∂w = x for each w of `factors`, with its x. So ∂loss/∂w along this way is (a − y)x.

    y and x are nodes, or plain numbers where they were given as such; of a b, x is 1.
    """

    loss: Value
    z: Value
    a: Value
    y: Any
    factors: dict[Value, Any]


class Degree:
    """As a number: a rational function of one variable, of which only bounds of its degrees are known."""

    __slots__ = ("above", "below")

    def __init__(self, above: float = 0, below: float = 0) -> None:
        self.above, self.below = above, below  # the line of the fraction

    def __add__(self, other: Any) -> Degree:
        other = _degree(other)
        return Degree(max(self.above + other.below, other.above + self.below), self.below + other.below)

    def __mul__(self, other: Any) -> Any:
        if is_plain(other, 0):
            return 0
        other = _degree(other)
        return Degree(self.above + other.above, self.below + other.below)

    def __truediv__(self, other: Any) -> Degree:
        other = _degree(other)
        return Degree(self.above + other.below, self.below + other.above)

    def __rtruediv__(self, other: Any) -> Degree:
        return Degree(self.below, self.above)

    def __pow__(self, exponent: Any) -> Degree:
        whole = isinstance(exponent, int) or (isinstance(exponent, float) and exponent.is_integer())
        if not whole:
            return UNKNOWN
        if exponent == 0:
            return Degree()
        above, below = (self.above, self.below) if exponent > 0 else (self.below, self.above)
        return Degree(above * abs(exponent), below * abs(exponent))

    def __rpow__(self, base: Any) -> Degree:
        return UNKNOWN

    def __neg__(self) -> Degree:
        return self

    def __abs__(self) -> Degree:
        return UNKNOWN

    def __gt__(self, other: Any) -> None:
        """None, as for a formula: not known, so a rule takes its general branch."""

    __radd__ = __sub__ = __rsub__ = __add__
    __rmul__ = __mul__


class Exact(Fraction):
    """A fraction that stays one beside a float, which is a fraction as well."""

    def __new__(cls, x: Any, below: int | None = None) -> Exact:
        return super().__new__(cls, x, below)


def _exactly(name: str) -> None:
    rule = getattr(Fraction, name)

    def exact(x: Exact, other: Any) -> Any:
        found = rule(x, Fraction(other) if isinstance(other, float) else other)
        return Exact(found) if isinstance(found, Fraction) else found

    setattr(Exact, name, exact)


for _name in ("add", "sub", "mul", "truediv"):
    _exactly(f"__{_name}__")
    _exactly(f"__r{_name}__")

UNKNOWN = Degree(math.inf, math.inf)  # of a function that is not rational, such as log
number_type(Degree, named=lambda name: lambda x: UNKNOWN)


HALF = Exact(1, 2)


def _degree(x: Any) -> Degree:
    return x if isinstance(x, Degree) else Degree()


# What a rule raises that asks its operands for more than arithmetic, or has no value there.
NOT_RATIONAL = (ArithmeticError, ValueError, TypeError)


def is_zero_everywhere(function: Callable[..., Any], count: int) -> bool:
    """Whether a rational function of `count` variables, given as arithmetic on any number type, is 0: by proof.

    False also where that is not known: it is not rational, or of a degree above `HIGHEST`, or has no value somewhere.
    """
    degrees = [_degree_in(function, count, k) for k in range(count)]
    if max(degrees, default=0) > HIGHEST:
        return False
    # Between 0 and 1, where a and y lie; other places in each direction, so that no two variables are always equal.
    places = [[Exact(2 * i + 1, 2 * int(d) + 3 + 2 * k) for i in range(int(d) + 1)] for k, d in enumerate(degrees)]
    try:
        found = [function(*place) for place in product(*places)]
        return all(isinstance(x, (int, Fraction)) and x == 0 for x in found)  # a float may have been rounded to 0
    except NOT_RATIONAL:
        return False


def _degree_in(function: Callable[..., Any], count: int, k: int) -> float:
    """A bound of the degree of the numerator in variable k; infinite where the function is not rational."""
    try:
        found = function(*(Degree(int(i == k)) for i in range(count)))
    except NOT_RATIONAL:
        return math.inf
    return _degree(found).above


def closed_forms(root: Value, parameters: Container[Value]) -> list[ClosedForm]:
    """Every place in a graph of names where ∂loss/∂z is proven to be a − y, in the order of the graph."""
    order = topological(root)
    users: dict[Value, list[Value]] = {node: [] for node in order}
    for node in order:
        for operand in dict.fromkeys(node.nodes):
            users[operand].append(node)
    found = []
    for a in order:
        if a.op and len(a.operands) == len(a.nodes) == len(users[a]) == len(users[a.nodes[0]]) == 1:
            (z,), (loss,) = a.nodes, users[a]
            if z.op and (y := _label_of(loss, a)) is not None:
                found.append(ClosedForm(loss, z, a, y, {w: x for w, x in _factors(z) if w in parameters}))
    return found


def _partials(node: Value, number_of: dict[Value, Any]) -> dict[Value, Any]:
    """∂node/∂operand for every operand, at other numbers, which may be of any type."""
    op: Any = node.op
    numbers = [number_of[x] if isinstance(x, Value) else x for x in node.operands]
    out = number_of[node] if node in number_of else op.compute(numbers)[0]
    found: dict[Value, Any] = {}
    for x, partial in zip(node.operands, op.partials(out, *numbers)):
        if isinstance(x, Value):
            found[x] = found[x] + partial if x in found else partial
    return found


def _that_matter(of: Callable[[dict[Value, Any]], dict[Any, Any]], variables: list[Value]) -> dict[Any, list[Value]]:
    """The variables that each of some functions depends on; of those that are not rational, all of them."""
    found: dict[Any, list[Value]] = {}
    for x in variables:
        for name, number in of({**dict.fromkeys(variables, Degree()), x: Degree(1)}).items():
            degree = _degree(number)
            found.setdefault(name, []).extend([x] * (degree.above > 0 or degree.below > 0))
    return found


def _label_of(loss: Value, a: Value) -> Any:
    """The y for which ∂loss/∂a · ∂a/∂z = a − y; None if there is none."""
    (z,) = a.nodes
    rest: dict[Value, Any] = dict.fromkeys([*loss.nodes, z], HALF)

    def slope(number_of: dict[Value, Any]) -> Any:
        return _partials(loss, number_of)[a] * _partials(a, number_of)[z]

    try:
        matter = [x for x in _that_matter(lambda at: {a: slope(at)}, [*rest])[a] if x is not a]
        if not matter:  # the label is a plain number
            label = HALF - slope(rest)
            return float(label) if is_zero_everywhere(lambda p: slope({**rest, a: p}) - (p - label), 1) else None
    except NOT_RATIONAL:
        return None
    y = matter[0]
    if len(matter) > 1 or y is z:
        return None
    return y if is_zero_everywhere(lambda p, q: slope({**rest, a: p, y: q}) - (p - q), 2) else None


def _factors(z: Value) -> Iterable[tuple[Value, Any]]:
    """The operands w of z for which ∂z/∂w is another operand x, or a plain number, each with it."""
    rest: dict[Value, Any] = dict.fromkeys(z.nodes, HALF)
    try:
        matter = _that_matter(lambda at: _partials(z, at), [*rest])
        slopes = _partials(z, rest)
    except NOT_RATIONAL:
        return
    for w, others in matter.items():
        if not others:
            yield w, float(slopes[w])
        elif len(others) == 1 and is_zero_everywhere(_difference(z, w, others[0], rest), 1):
            yield w, others[0]


def _difference(z: Value, w: Value, x: Value, rest: dict[Value, Any]) -> Callable[..., Any]:
    return lambda number: _partials(z, {**rest, x: number})[w] - number
