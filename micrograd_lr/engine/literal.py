"""The loss as the slides spell it, node by node; `logistic_loss` is the same function as one node."""

from __future__ import annotations

from micrograd_lr.engine.elementary import log, sigmoid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def literal_loss(z: Any, y: Any) -> Any:
    """L = -(y log a + (1-y) log(1-a)) with a = σ(z), node by node. It fails from z = 36.7 on, where a rounds to 1."""
    return cross_entropy(sigmoid(z), y)


def cross_entropy(a: Any, y: Any) -> Any:
    """The same as a function of the activation a = σ(z): -(y log a + (1-y) log(1-a))."""
    return -(y * log(a) + (1 - y) * log(1 - a))
