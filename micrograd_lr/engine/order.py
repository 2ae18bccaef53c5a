"""The two orders of a graph: operands before users, as it was written; and users before operands, as the sweep goes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from typing import TypeVar

    from micrograd_lr.engine.node import Node

    N = TypeVar("N", bound=Node)


def topological(root: N, known: Container[N] = ()) -> list[N]:
    """Every node of the graph of `root`, once, operands before users, in the order in which they were written.

    It does not go into operands that are `known`: they are left out, with what only they rest on.
    """
    order: list[N] = []
    seen: set[N] = set()
    path = [root]  # the nodes that wait for their operands: a stack of our own, so that no graph is too deep
    while path:
        node = path[-1]
        if waiting := [x for x in reversed(node.nodes) if x not in seen and x not in known]:
            path += waiting
        elif path.pop() not in seen:
            seen.add(node)
            order.append(node)
    return order


def users_first(root: N, known: Container[N] = ()) -> list[N]:
    """Every node of the graph of `root`, once, in the order in which `backward` comes to them: level by level.

    Operands that are `known` are left out, as in `topological`.
    """
    levels: dict[int, list[N]] = {root._level: [root]}
    order: list[N] = []
    seen, level = {root}, root._level
    while len(order) < len(seen):
        for node in levels.pop(level, ()):
            order.append(node)
            for operand in node.nodes:
                if operand not in seen and operand not in known:
                    seen.add(operand)
                    levels.setdefault(operand._level, []).append(operand)
        level -= 1
    return order


def resting_on(leaves: Container[N], order: Iterable[N]) -> set[N]:
    """The nodes of `order`, operands before users, that are among `leaves` or computed from one of them."""
    found: set[N] = set()
    for node in order:
        if node in leaves or not found.isdisjoint(node.nodes):
            found.add(node)
    return found
