"""Derivatives as graphs, which can be differentiated again, or written down as symbols."""

from __future__ import annotations

from micrograd_lr.engine.order import users_first
from micrograd_lr.engine.value import Value, _one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def slope_graphs(root: Any, leaves: list[Value]) -> list[Any]:
    """∂root/∂leaf for each leaf, as graphs: the reverse sweep, with the table's rules applied to nodes."""
    if not isinstance(root, Value):
        return [0] * len(leaves)
    slopes: dict[Value, Any] = {root: _one}
    order = users_first(root)
    concerned = set(leaves)  # the nodes that a leaf reaches: no rule is asked about any other
    for node in reversed(order):
        if not concerned.isdisjoint(node.nodes):
            concerned.add(node)
    for node in order:
        if node in concerned and node.op is not None:
            for operand, partial in zip(node.operands, node.op.partials(node, *node.operands)):
                if isinstance(operand, Value) and operand in concerned:
                    paid = _product(slopes[node], partial)
                    slopes[operand] = slopes[operand] + paid if operand in slopes else paid
    return [slopes.get(leaf, 0) for leaf in leaves]


def _product(slope: Any, partial: Any) -> Any:
    """slope · partial, without a node for a factor that is exactly 1."""
    return partial if slope is _one else slope if partial is _one else slope * partial
