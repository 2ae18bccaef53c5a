"""Where logistic regression comes to ∂L/∂z = a − y, and ∂L/∂w = (a − y)x: found in the graph of names, and proven.

The derivatives are rational functions of a and y, and so is ∂L/∂a · ∂a/∂z − (a − y), of which `proof` finds out whether
it is 0 everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.levels.proof import HALF, NOT_RATIONAL, Degree, Logit, degree, is_zero_everywhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from typing import Any


LEAST = 1e-9  # share of the root that a loss may be


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


def multiplied_out(a: Any, y: Any) -> Any:
    """(−y/a + (1 − y)/(1 − a)) · a(1 − a), each fraction with its factor cancelled: what is left is a − y."""
    return -y * (1 - a) + (1 - y) * a


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
        for x in _computed_and_not_constant(loss) if loss in shares else ():
            if users[x] != [loss]:
                continue
            a, z = (x, x.nodes[0]) if _is_sigmoid(x) else (None, x)
            if (a is None or (z.op and users[z] == [a])) and (y := _label_of(loss, a, z)) is not None:
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


def _is_sigmoid(a: Value) -> bool:
    """Whether a node is σ of its only operand: then σ(z) takes the place of z, and comes out."""
    op: Any = a.op
    return len(a.operands) == len(a.nodes) == 1 and is_zero_everywhere(lambda p: op.compute([Logit(p)])[0] - p, 1)


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
            found.setdefault(name, []).extend([x] * (not _is_constant(number)))
    return found


def _label_of(loss: Value, a: Value | None, z: Value) -> Any:
    """The y for which ∂loss/∂z = σ(z) − y, through a or at once; None if there is none."""
    rest: dict[Value, Any] = {x: HALF for x in loss.nodes if x is not (a or z)}

    def slope(p: Any, number_of: dict[Value, Any]) -> Any:
        if a is None:
            return _partials(loss, {**number_of, z: Logit(p)})[z]
        return _partials(loss, {**number_of, a: p})[a] * _partials(a, {z: Logit(p), a: p})[z]

    try:
        matter = [x for x in rest if not _is_constant(slope(Degree(), {**dict.fromkeys(rest, Degree()), x: Degree(1)}))]
        if not matter:  # the label is a plain number
            label = HALF - slope(HALF, rest)
            return float(label) if is_zero_everywhere(lambda p: slope(p, rest) - (p - label), 1) else None
    except NOT_RATIONAL:
        return None
    y = matter[0]
    known = len(matter) == 1 and is_zero_everywhere(lambda p, q: slope(p, {**rest, y: q}) - (p - q), 2)
    return y if known else None


def _factors(z: Value, parameters: Container[Value]) -> Iterable[tuple[Value, Any]]:
    """The operands w of z for which ∂z/∂w is another operand x, or a plain number, each with it."""
    rest: dict[Value, Any] = dict.fromkeys(z.nodes, HALF)
    try:
        matter = _that_matter(lambda at: _partials(z, at), [*rest])
        slopes = _partials(z, rest)
    except NOT_RATIONAL:
        return
    for w, others in matter.items():
        if w in parameters and not others:
            yield w, float(slopes[w])
        elif w in parameters and len(others) == 1 and is_zero_everywhere(_difference(z, w, others[0], rest), 1):
            yield w, others[0]


def _difference(z: Value, w: Value, x: Value, rest: dict[Value, Any]) -> Callable[..., Any]:
    return lambda number: _partials(z, {**rest, x: number})[w] - number
