"""What happens in a move, in a few words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from micrograd_lr.stepping.moves import Example, Payment
    from micrograd_lr.stepping.names import NamedNodes

LISTED = 4  # names at most, where nodes are listed


def lead(
    graph: NamedNodes, kind: str, node: str, place: str, example: Example | None, payments: Iterable[Payment]
) -> str:
    """``Forward, 2 of 11: z is computed``; ``Backward, example 2 of 3 pays w₁, w₂ and b``.

    The root's gradient is 1. That is said here, as the lines of what it pays leave it out.
    """
    if kind in ("inputs", "gradients"):
        return {"inputs": "The inputs", "gradients": "Done: the gradients"}[kind]
    name = graph.name(node)
    if kind == "seed":
        return f"The backward pass begins at {name}"
    if kind == "forward":
        return f"Forward, {example or place}: {name} is computed"
    if example is None:
        passed = f"{graph.gradient_of(node)} = 1" if node == graph.root.id else "its gradient"
        return f"Backward, {place}: {name} passes {passed} back"
    paid = {payment.operand for payment in payments} - {*example.nodes}
    receivers = [x.name for x in graph.nodes.values() if x.id in paid and x.kind != "data"]
    return f"Backward, {example} pays {_listed(receivers)}"


def _listed(names: list[str]) -> str:
    """``w₁, w₂ and b``."""
    if len(names) > LISTED:
        names = [*names[: LISTED - 1], f"{len(names) - LISTED + 1} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
