"""What an exercise is about, computed at its numbers: the graph, both passes, and the graphs of harder questions."""

from __future__ import annotations

from functools import cached_property

from micrograd_lr.engine.backward import gradients
from micrograd_lr.engine.derivatives import slope_graphs
from micrograd_lr.engine.order import topological
from micrograd_lr.exercises.matrices import Matrices
from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.typed import evaluated
from micrograd_lr.stepping.answers import Judge
from micrograd_lr.stepping.frames import steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from micrograd_lr.engine.value import Value
    from micrograd_lr.stepping.frames import Steps


class Computed:
    """An expression at its numbers, and its matrices, all given as texts; `sizes` says how many n and m are."""

    def __init__(
        self, expression: str, numbers: Mapping[str, str], matrices: Mapping[str, str], sizes: Mapping[str, int]
    ) -> None:
        self.expression, self.sizes = Expression(expression), sizes
        self.floats = {name: evaluated(number, {}) for name, number in numbers.items()}
        self._entries = matrices

    @cached_property
    def passes(self) -> Passes:
        """Both passes of the expression itself."""
        return Passes(self.expression, self.floats)

    @cached_property
    def matrices(self) -> Matrices:
        """The matrices at these numbers."""
        return Matrices(self.expression(**self.floats), self._entries)

    def slope(self, name: str) -> Passes:
        """Both passes of ∂L/∂name: a gradient is a graph like any other, and has gradients too."""

        def record(**numbers: Any) -> Value:
            root = self.expression(**numbers)
            node = next(node for node in topological(root) if node.label == name)
            (slope,) = slope_graphs(root, [node])
            found: Value = 0 * root + slope  # so every name is in the graph, and may stand in an answer
            found.label = f"∂{self.passes.steps.root.name}/∂{name}"
            return found

        return Passes(record, self.floats)

    @cached_property
    def twice(self) -> Passes:
        """Both passes of a graph with the gradients that two calls of ``backward()`` give, if every node keeps its own.

        What the first call has left in a node is passed on again, as if the root had a term more: that times the node.
        """

        def record(**numbers: Any) -> Value:
            root = self.expression(**numbers)
            both = root * 1
            for node, kept in gradients(root).items():
                if node is not root:
                    both = both + kept * node
            both.label = f"{self.passes.steps.root.name} twice"
            return both

        return Passes(record, self.floats)


class Passes:
    """Both passes of what `record` makes at these numbers, with all gradients, and the judge of answers."""

    def __init__(self, record: Callable[..., Value], floats: Mapping[str, float]) -> None:
        self._record, self._floats = record, floats

    @cached_property
    def steps(self) -> Steps:
        """Both passes."""
        return steps(self._record(**self._floats), detail="names", gradients="all")

    @cached_property
    def judge(self) -> Judge:
        """The judge of answers."""
        return Judge(self._record, self._floats, self.steps)
