"""The nodes of a graph by their ids, and what formulas call them, their gradients and their local derivatives."""

from __future__ import annotations

from functools import cached_property

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from micrograd_lr.stepping.moves import Node, Payment


class NamedNodes:
    """The `nodes` of a graph by id, operands before users, the last one the `root`; and its `payments`."""

    payments: tuple[Payment, ...] = ()

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = {node.id: node for node in nodes}
        self.root = [*self.nodes.values()][-1]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The labels of several letters, which formulas must not read as products."""
        return tuple(dict.fromkeys(node.label for node in self.nodes.values() if len(node.label) > 1))

    @cached_property
    def typed(self) -> dict[str, str]:
        """The key of every node that a typed formula may name: by its label or its letter, and not by a formula."""
        return {node.name: node.key for node in self.nodes.values() if node.has_a_name}

    @cached_property
    def paid_to(self) -> dict[str, list[Payment]]:
        """What each node is paid, one payment for each path."""
        found: dict[str, list[Payment]] = {}
        for payment in self.payments:
            found.setdefault(payment.operand, []).append(payment)
        return found

    def name(self, node: str) -> str:
        """How formulas write a node."""
        return self.nodes[node].name

    def gradient_of(self, node: str) -> str:
        """``∂L/∂w``."""
        return self.gradient_by(self._tight(node))

    def gradient_by(self, name: str) -> str:
        """``∂L/∂w`` by what is not a node but has a name, such as a vector of parameters."""
        return f"∂{self._tight(self.root.id)}/∂{name}"

    def slope_of(self, payment: Payment) -> str:
        """``∂a/∂z``, the name of the local derivative of a payment."""
        return self.slope_by(payment.payer, payment.operand)

    def slope_by(self, node: str, operand: str) -> str:
        """The same by the two nodes."""
        return f"∂{self._tight(node)}/∂{self._tight(operand)}"

    def _tight(self, node: str) -> str:
        """A name as it stands after ∂: in parentheses if it is a formula."""
        name = self.nodes[node].name
        return name if self.nodes[node].has_a_name and " " not in name else f"({name})"

    def path(self, payment: Payment) -> str:
        """``path 1 of 2 to a``; "" if there is only one path."""
        return "" if payment.paths == 1 else f"path {payment.path} of {payment.paths} to {self.name(payment.operand)}"

    def so_far(self, payment: Payment) -> str:
        """``paths 1 to 2 of 3 to a``; "" when all have paid."""
        last = payment.path == payment.paths
        return "" if last else f"paths 1 to {payment.path} of {payment.paths} to {self.name(payment.operand)}"
