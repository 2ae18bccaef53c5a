"""The examples that a model is fitted to, and sums over them."""

from __future__ import annotations

from micrograd_lr.fitting.loss import (
    compiled,
    loss,
    mistake,
    softmax_loss,
    softmax_mistake,
    weighted_loss,
    weighted_softmax_loss,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Examples:
    """Examples in memory: X (n, m); Y (m,) of 0 and 1, or (k, m) with a single 1 per example; `weights` (m,) or None.

    `weight` is the sum of the weights: m, if none are given.
    """

    def __init__(self, X: Any, Y: Any, weights: Any = None) -> None:
        self.X, self.Y, self.weights = X, Y, weights
        self.n, m = X.shape
        self.classes = 1 if Y.ndim == 1 else len(Y)  # rows of w
        self.weight = float(m if weights is None else weights.sum())

    def loss(self, w: Any, b: Any) -> tuple[float, dict[str, Any]]:
        """J, the sum of the losses, and its gradient."""
        result: tuple[float, dict[str, Any]] = self._sum(self._losses, "value_and_grad", w, b)
        return result

    def hessian(self, w: Any, b: Any) -> dict[str, dict[str, Any]]:
        """The second derivatives of J."""
        result: dict[str, dict[str, Any]] = self._sum(self._losses, "hessian", w, b)
        return result

    def separated(self, w: Any, b: Any) -> bool:
        """Whether w and b tell all examples apart without a mistake."""
        mistakes = (mistake, mistake) if self.classes == 1 else (softmax_mistake, softmax_mistake)
        return bool(w.any()) and self._sum(mistakes, "value_and_grad", w, b)[0] == 0

    @property
    def _losses(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        return (loss, weighted_loss) if self.classes == 1 else (softmax_loss, weighted_softmax_loss)

    def _sum(self, functions: tuple[Callable[..., Any], Callable[..., Any]], wanted: str, w: Any, b: Any) -> Any:
        """The sum of a function over the examples; the functions are for examples without and with weights."""
        plain, weighted = functions
        if self.weights is None or weighted is plain:
            return compiled(plain, wanted)(w, b, self.X, self.Y)
        return compiled(weighted, wanted)(w, b, self.X, self.Y, self.weights)
