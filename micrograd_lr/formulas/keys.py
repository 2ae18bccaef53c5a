"""Keys: the names under which formulas with slots ask for the numbers of a graph.

The nodes of a graph have the ids n0, n1, …, operands before users. ``v3`` is the value of node n3 and ``g3`` its
gradient. What n3 pays to its operand 0 has four numbers: ``p3.0`` is the partial, ``c3.0`` the contribution, ``s3.0``
the operand's sum with it, and ``r3.0`` the sum before.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from typing import TypeVar

    N = TypeVar("N", bound=Hashable)


VALUE = "v"  # how the keys of values begin


def node_id(place: int) -> str:
    """The id of the node at a place of the order."""
    return f"n{place}"


def ids(nodes: Iterable[N]) -> dict[N, str]:
    """The id of each of the nodes, which are given in their order."""
    return {node: node_id(place) for place, node in enumerate(nodes)}


def value_key(node: str) -> str:
    """The key of the value of a node, by its id."""
    return f"{VALUE}{_place(node)}"


def gradient_key(node: str) -> str:
    """The key of the gradient of a node, by its id."""
    return f"g{_place(node)}"


def payment_key(letter: str, payer: str, position: int) -> str:
    """The key of a number, p, c, s or r, of what a node pays to its operand at `position`."""
    return f"{letter}{_place(payer)}.{position}"


def _place(node: str) -> str:
    return node.removeprefix("n")
