"""Where logistic regression comes to ∂L/∂z = a − y, and ∂L/∂w = (a − y)x: found in the graph of names, and proven.

The derivatives are rational functions of a and y, and so is ∂L/∂a · ∂a/∂z − (a − y), of which `proof` finds out whether
it is 0 everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import mul

from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.levels.proof import HALF, NOT_RATIONAL, Degree, Logit, degree, is_zero_everywhere, zero_everywhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from typing import Any


LEAST = 1e-9  # share of the root that a loss may be
LONGEST = 4  # nodes between a and z, with a: each one is one more proof to try


@dataclass(frozen=True)
class ClosedForm:
    """∂root/∂z = (a − y)/share, and ∂z/∂w = x for each w of `factors`, with its x: this way pays w (a − y)x/share.

    y and x are nodes, or plain numbers where they were given as such; of a b, x is 1. `share` is 1, or m for a mean.
    a = σ(z) is None where it has no name.
    """

    loss: Value
    z: Value
    a: Value | None
    y: Any
    factors: dict[Value, Any]
    share: int


def slope_of_loss(a: Any, y: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """∂L/∂a = −y/a + (1 − y)/(1 − a): its two fractions, as what is above the line and what is below."""
    return (-y, a), (1 - y, 1 - a)


def multiplied_out(a: Any, y: Any) -> Any:
    """(−y/a + (1 − y)/(1 − a)) · a(1 − a), each fraction with its factor cancelled: what is left is a − y."""
    (first, below_first), (second, below_second) = slope_of_loss(a, y)
    return first * below_second + second * below_first


def closed_forms(root: Value, parameters: Container[Value]) -> list[ClosedForm]:
    """Every place in a graph of names where ∂root/∂z is proven to be a − y, or a part of it, in the graph's order."""
    order = topological(root)
    users: dict[Value, list[Value]] = {node: [] for node in order}
    for node in order:
        for operand in node.nodes:
            users[operand].append(node)
    shares = _shares(root, order, users)
    found = []
    for loss in order:
        candidates = _computed_and_not_constant(loss) if loss in shares else []
        for x in (x for x in candidates if users[x] == [loss]):
            way = _as_sigmoid(x, users)
            a, z = (x, way[-1].nodes[0]) if way else (None, x)
            if (y := _label_of(loss, way, z)) is not None:
                found.append(ClosedForm(loss, z, a, y, dict(_factors(z, parameters)), shares[loss]))
    return found


def _shares(root: Value, order: list[Value], users: dict[Value, list[Value]]) -> dict[Value, int]:
    """The nodes for which ∂root/∂node is 1/m everywhere, m being a whole number, each with its m: 1 in a plain sum."""
    slopes: dict[Value, Any] = {root: 1}
    constant: dict[Value, dict[Value, Any]] = {}
    for node in reversed(order):
        if len(users[node]) == 1 and (user := users[node][0]) in slopes:
            if user not in constant:
                constant[user] = _constant_partials(user)
            if node in constant[user]:
                slopes[node] = slopes[user] * constant[user][node]
    return {
        node: round(1 / slope)
        for node, slope in slopes.items()
        if isinstance(slope, (int, float, Fraction)) and LEAST <= slope <= 1 and 1 / round(1 / slope) == float(slope)
    }


def _constant_partials(node: Value) -> dict[Value, Any]:
    """The partials of a node that are the same everywhere, by the operands."""
    try:
        degrees = _partials(node, dict.fromkeys(node.nodes, Degree(1)))
        numbers = _partials(node, dict.fromkeys(node.nodes, HALF))
    except NOT_RATIONAL:
        return {}
    return {x: numbers[x] for x, bound in degrees.items() if _is_constant(bound)}


def _computed_and_not_constant(node: Value) -> list[Value]:
    """The computed operands on which the node depends in a way that could be that of a loss."""
    try:
        slopes = _partials(node, {x: Logit(Degree(1)) if x.op else HALF for x in node.nodes}) if node.op else {}
    except NOT_RATIONAL:
        return []
    return [x for x, slope in slopes.items() if x.op and not _is_constant(slope)]


def _is_constant(slope: Any) -> bool:
    bound = degree(slope)
    return not (bound.above > 0 or bound.below > 0)


def _as_sigmoid(a: Value, users: dict[Value, list[Value]]) -> list[Value]:
    """The nodes from `a` down to the one that is computed from a z with σ(z) = a; an empty list if there is no such z.

    Each is computed from the next one alone, which nothing else uses: most often a is all there is, but a = 1/(1 + u)
    with u = e⁻ᶻ is σ(z) too.
    """
    way: list[Value] = []
    node = a
    while len(way) < LONGEST and len(node.nodes) == 1:
        way.append(node)
        (below,) = node.nodes
        if not below.op or users[below] != [node]:
            break
        if is_zero_everywhere(lambda p, z=below: _along(way, z, p)[a] - p, 1):
            return way
        node = below
    return []


def _along(way: list[Value], z: Value, p: Any) -> dict[Value, Any]:
    """The numbers of z, with σ(z) = p, and of the nodes on the way up from it."""
    numbers: dict[Value, Any] = {z: Logit(p)}
    for node in reversed(way):
        numbers[node] = _value(node, numbers)
    return numbers


def _value(node: Value, number_of: dict[Value, Any]) -> Any:
    """The value of a node at other numbers of its operands."""
    op: Any = node.op
    return op.compute([number_of[x] if isinstance(x, Value) else x for x in node.operands])[0]


def _partials(node: Value, number_of: dict[Value, Any]) -> dict[Value, Any]:
    """∂node/∂operand for every operand, at other numbers, which may be of any type."""
    op: Any = node.op
    numbers = [number_of[x] if isinstance(x, Value) else x for x in node.operands]
    out = number_of[node] if node in number_of else _value(node, number_of)
    found: dict[Value, Any] = {}
    for x, partial in zip(node.operands, op.partials(out, *numbers)):
        if isinstance(x, Value):
            found[x] = found[x] + partial if x in found else partial
    return found


def _variables(nodes: Iterable[Value]) -> dict[Value, Any]:
    return {x: Degree(1, of=frozenset([x])) for x in nodes}


def _label_of(loss: Value, way: list[Value], z: Value) -> Any:
    """The y for which ∂loss/∂z = σ(z) − y, along this way or at once; None if there is none."""
    top = way[0] if way else z
    rest: dict[Value, Any] = {x: HALF for x in loss.nodes if x is not top}

    def slope(p: Any, number_of: dict[Value, Any]) -> Any:
        numbers = number_of | _along(way, z, p) | dict.fromkeys(way[:1], p)
        slopes = (_partials(node, numbers)[node.nodes[0]] for node in way)
        return reduce(mul, slopes, _partials(loss, numbers)[top])

    try:
        matter = degree(slope(Degree(), _variables(rest))).of
        if not matter:  # the label is a plain number
            label = HALF - slope(HALF, rest)
            return float(label) if is_zero_everywhere(lambda p: slope(p, rest) - (p - label), 1) else None
    except NOT_RATIONAL:
        return None
    y, *others = matter
    known = not others and is_zero_everywhere(lambda p, q: slope(p, {**rest, y: q}) - (p - q), 2)
    return y if known else None


def _factors(z: Value, parameters: Container[Value]) -> Iterable[tuple[Value, Any]]:
    """The operands w of z for which ∂z/∂w is another operand x, or a plain number, each with it."""
    try:
        bounds = {w: degree(slope) for w, slope in _partials(z, _variables(z.nodes)).items() if w in parameters}
        numbers = _partials(z, dict.fromkeys(z.nodes, HALF))
    except NOT_RATIONAL:
        return
    of_one = {w: x for w, bound in bounds.items() for x in bound.of if len(bound.of) == 1}

    def differences(t: Any) -> dict[Value, Any]:
        """∂z/∂w − x for each w, where x is all that ∂z/∂w depends on: so every operand may be t at once."""
        slopes = _partials(z, dict.fromkeys(z.nodes, t))
        return {w: slopes[w] - t for w in of_one}

    proven = zero_everywhere(differences, 1)
    for w, bound in bounds.items():
        if w in proven:
            yield w, of_one[w]
        elif _is_constant(bound):
            yield w, float(numbers[w])
