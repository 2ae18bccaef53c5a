"""The examples that a model is fitted to, and sums over them: in memory, in Dask's arrays, or block by block."""

from __future__ import annotations

from functools import partial

from micrograd_lr.fitting.loss import (
    ByClass,
    by_class,
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
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any


EARNED_BACK = 10_000_000  # numbers of X times classes, from which on a fit is faster with machine code, and its making


class Examples:
    """Examples as arrays: X (n, m); Y (m,) of 0 and 1, or (k, m) with a 1 for the right one of
    k classes; `weights` (m,), or None if all examples count the same.

    The arrays may be Dask's: then the sums are computed where their chunks are. `weight` is the sum of the weights.
    """

    def __init__(self, X: Any, Y: Any, weights: Any, weight: float) -> None:
        self.X, self.Y, self.weights, self.weight = X, Y, weights, weight
        self.n, self.rows = X.shape[0], 1 if Y.ndim == 1 else Y.shape[0]

    def loss(self, w: Any, b: Any) -> tuple[float, dict[str, Any]]:
        """J, the sum of the losses, and its gradient."""
        result: tuple[float, dict[str, Any]] = self.sum(self.losses, "value_and_grad", {"w": w, "b": b})
        return result

    def hessian(self, w: Any, b: Any) -> dict[str, dict[str, Any]]:
        """The second derivatives of J; of several classes, class by class: by w0, w1, … and b0, b1, …"""
        losses, parameters = self.losses, {"w": w, "b": b}
        if self.rows > 1:
            plain, weighted = (ByClass(function, self.rows) for function in losses)
            losses, parameters = (plain, weighted), by_class(parameters)
        result: dict[str, dict[str, Any]] = self.sum(losses, "hessian", parameters)
        return result

    def separated(self, w: Any, b: Any) -> bool:
        """Whether w and b tell all examples apart without a mistake."""
        function = mistake if self.rows == 1 else softmax_mistake
        return bool(w.any()) and self.sum((function, function), "value_and_grad", {"w": w, "b": b})[0] == 0

    def backend(self, wanted: str) -> str | None:
        """What to compile for. Machine code for several classes takes seconds, which few examples do not earn back; and
        their Hessian is BLAS's work."""
        few = self.X is not None and self.X.size * self.rows < EARNED_BACK
        return "numpy" if self.rows > 1 and (few or wanted == "hessian") else None

    @property
    def losses(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """The loss of an example without, and with a weight."""
        return (loss, weighted_loss) if self.rows == 1 else (softmax_loss, weighted_softmax_loss)

    def sum(self, functions: tuple[Callable[..., Any], Callable[..., Any]], wanted: str, given: dict[str, Any]) -> Any:
        """The sum of a function of the parameters `given` over the examples; it may differ for those with weights."""
        graph = compiled(functions[self.weights is not None], wanted, self.backend(wanted))
        given = given | batch_of(graph.batch, self.X, self.Y, self.weights)
        return graph(*(given[name] for name in graph.signature.parameters))


def batch_of(names: Sequence[str], X: Any, Y: Any, weights: Any) -> dict[str, Any]:
    """What a loss that has arguments of these names gets of the examples."""
    batch = {"x": X, "y": Y, "s": weights}
    if "y" not in names:
        batch = by_class(batch)
    return {name: batch[name] for name in names}


class ExamplesInBlocks(Examples):
    """Examples in blocks, of which one is in memory at a time. An `executor` sums them in its workers.

    ``arranged(take, block)`` is what `take` makes of X, Y and the weights of a block; `weighted` says if these count.
    """

    def __init__(
        self, blocks: Iterable[Any], arranged: Callable[..., Any], weighted: bool, n: int, rows: int,
        weight: float, executor: Any,
    ) -> None:  # fmt: skip
        self.blocks, self.arranged, self.weighted, self.executor = blocks, arranged, weighted, executor
        self.X, self.n, self.rows, self.weight = None, n, rows, weight

    def sum(self, functions: tuple[Callable[..., Any], Callable[..., Any]], wanted: str, given: dict[str, Any]) -> Any:
        """The sum of a function over the examples of all blocks."""
        graph = compiled(functions[self.weighted], wanted, self.backend(wanted))
        blocks = (partial(self.arranged, partial(batch_of, graph.batch), block) for block in self.blocks)
        return graph.over(blocks, **given, executor=self.executor)
