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
    """An expression at its numbers, and its matrices, all given as texts; `sizes` says how many n and m are.

    With `like`, the same at other numbers, no formula is written a second time.
    """

    def __init__(
        self, expression: str, numbers: Mapping[str, str], matrices: Mapping[str, str], sizes: Mapping[str, int],
        like: Computed | None = None,
    ) -> None:  # fmt: skip
        self.expression: Expression = like.expression if like else Expression(expression)
        self.sizes = sizes
        self.floats = {name: evaluated(number, {}) for name, number in numbers.items()}
        self._entries, self._like = matrices, like
        self._slopes: dict[str, Passes] = {}

    @cached_property
    def passes(self) -> Passes:
        """Both passes of the expression itself."""
        return Passes(self.expression, self.floats, self._like.passes if self._like else None)

    @cached_property
    def matrices(self) -> Matrices:
        """The matrices at these numbers."""
        return Matrices(self.expression(**self.floats), self._entries)

    def slope(self, name: str) -> Passes:
        """Both passes of ∂L/∂name: a gradient is a graph like any other, and has gradients too."""
        if name not in self._slopes:
            self._slopes[name] = self._slope(name)
        return self._slopes[name]

    def _slope(self, name: str) -> Passes:
        def record(**numbers: Any) -> Value:
            root = self.expression(**numbers)
            node = next(node for node in topological(root) if node.label == name)
            (slope,) = slope_graphs(root, [node])
            found: Value = 0 * root + slope  # so every name is in the graph, and may stand in an answer
            found.label = f"∂{self.passes.form.root.name}/∂{name}"
            return found

        return Passes(record, self.floats, self._like.slope(name) if self._like else None)

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
            both.label = f"{self.passes.form.root.name} twice"
            return both

        return Passes(record, self.floats, self._like.twice if self._like else None)


class Passes:
    """Both passes of what `record` makes at these numbers, with all gradients, and the judge of answers."""

    def __init__(self, record: Callable[..., Value], floats: Mapping[str, float], like: Passes | None = None) -> None:
        self._record, self._floats, self._like = record, floats, like

    @cached_property
    def steps(self) -> Steps:
        """Both passes."""
        return steps(self._record(**self._floats), detail="names", gradients="all")

    @property
    def form(self) -> Steps:
        """The passes at whichever numbers they are known: they have the same names and formulas at all."""
        return self._like.form if self._like else self.steps

    @cached_property
    def judge(self) -> Judge:
        """The judge of answers."""
        return Judge(self._record, self._floats, self.form)

    def number(self, key: str) -> float:
        """A number of the graph, such as v3."""
        return float(self.judge.places[0][key])
