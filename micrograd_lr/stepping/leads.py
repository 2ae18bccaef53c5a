"""What happens in a move, in a few words."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from micrograd_lr.formulas.format import format_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from micrograd_lr.stepping.moves import Closed, Example, Payment
    from micrograd_lr.stepping.names import NamedNodes

LISTED = 4  # names at most, where nodes are listed
NOT_A_LABEL = "{y} = {number} is not a label: {y} is meant to be 0 or 1."


def lead(graph: NamedNodes, kind: str, node: str, example: Example | None, payments: Iterable[Payment]) -> str:
    """``Forward: z is computed``; ``Backward, example 2 of 3 passes back to w₁, w₂ and b``.

    The root's gradient is 1. That is said here, as the lines of what it pays leave it out.
    """
    if kind in ("inputs", "gradients"):
        return {"inputs": "The inputs", "gradients": "Done: the gradients"}[kind]
    name = graph.name(node)
    if kind == "seed":
        return f"The backward pass begins at {name}, which grows as fast as itself"
    if kind == "forward":
        return f"Forward{f', {example}' if example else ''}: {name} is computed"
    if example is None:
        passed = f"{graph.gradient_of(node)} = 1" if node == graph.root.id else "its gradient"
        return f"Backward: {name} passes {passed} back"
    paid = {payment.operand for payment in payments} - {*example.nodes}
    receivers = [x.name for x in graph.nodes.values() if x.id in paid and x.kind != "data"]
    return f"Backward, {example} passes back to {_listed(receivers)}"


def remarks(
    graph: NamedNodes, closed_forms: Iterable[Closed], kind: str, nodes: Container[str], digits: int
) -> Iterable[str]:
    """A sentence about each y that is not between 0 and 1, where its loss is computed and at the end.

    ∂L/∂z = a - y holds for it too, but L is then not a loss that anybody wants. Symbols are not compared.
    """
    for closed in closed_forms:
        node = graph.nodes.get(closed.y)
        y = node.value if node else closed.y
        here = kind == "gradients" or (kind == "forward" and closed.loss in nodes)
        if here and isinstance(y, (int, float, Fraction, Decimal)) and not 0 <= y <= 1:
            yield NOT_A_LABEL.format(y=node.name if node else "y", number=format_number(y, digits))


def _listed(names: list[str]) -> str:
    """``w₁, w₂ and b``."""
    if len(names) > LISTED:
        names = [*names[: LISTED - 1], f"{len(names) - LISTED + 1} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
