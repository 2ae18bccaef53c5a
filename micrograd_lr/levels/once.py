"""A graph in which nothing is computed twice, and which nodes of a graph are computed alike.

The order of operands makes no difference where the row of the op says that it commutes: b + wx is wx + b.
"""

from __future__ import annotations

from collections import Counter

from micrograd_lr.engine.node import replace_number
from micrograd_lr.engine.ops import DIV, EXP, LOSS, MUL, NEG, SIGMOID, TANH
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from typing import Any

OF_LOGITS = (SIGMOID, LOSS, EXP, TANH)  # what σ(z) and its loss are written with


def alike(
    order: Iterable[Value],
    leaf: Callable[[Value], Hashable] = lambda leaf: leaf,
    number: Callable[[Any], str] = repr,
    row: Callable[[Any], Hashable] = lambda op: op,
) -> dict[Value, int]:
    """For each node, operands first, a number that it has in common with those that are computed alike.

    That is, by the same ops from the same leaves and numbers; or from those for which the functions give the same.
    """
    known: dict[Hashable, int] = {}
    found: dict[Value, int] = {}

    def place(key: Hashable) -> int:
        return known.setdefault(key, len(known))

    for node in order:
        key: Hashable = leaf(node)
        if node.op:
            operands = [found[x] if isinstance(x, Value) else place(number(x)) for x in node.operands]
            together = frozenset(Counter(operands).items()) if node.op.commutes else tuple(operands)
            key = row(node.op), together
        found[node] = place(key)
    return found


def written_once(root: Value) -> dict[Value, Value]:
    """For each node the one that stands for it in a graph in which nothing is computed twice.

    Names are kept, but for leaves; and so what has two names is computed twice.
    """
    order = topological(root)
    structure = alike(order)
    made: dict[tuple[int, str], Value] = {}
    found: dict[Value, Value] = {}
    for node in order:
        key = structure[node], node.label
        if key not in made:
            operands = (found[x] if isinstance(x, Value) else x for x in node.operands)
            made[key] = Value(node.data) if node.op is None else node.op(*operands)
            replace_number(made[key], node.data)
            made[key].label = node.label if node.op else ""
        found[node] = made[key]
    return found


def logits_without_names(order: Iterable[Value]) -> list[Value]:
    """Each computed node z that has no name, and of which σ(z), e⁻ᶻ or a loss is computed."""
    inside = (_without_factors(node.operands[0]) for node in order if node.op in OF_LOGITS)
    return [z for z in inside if isinstance(z, Value) and z.op and not z.label]


def _without_factors(x: Any) -> Any:
    """z of -z, 2z and z/2."""
    while isinstance(x, Value) and x.op in (NEG, MUL, DIV) and len(x.nodes) == 1:
        x = x.nodes[0]
    return x
