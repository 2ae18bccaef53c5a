"""What is minimised: the mean loss of the examples and the penalty, as a function of one vector of parameters."""

from __future__ import annotations

import math

from micrograd_lr.fitting.loss import compiled, penalty
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.fitting.examples import Examples

np = need("numpy", 'pip install "micrograd_lr[sklearn]"')


class Objective:
    """(Σᵢ sᵢ L⁽ⁱ⁾ + ½ Σ w²/C) / Σᵢ sᵢ at a vector p: all weights, row by row, and then the intercepts, if any.

    That is the objective of scikit-learn's LogisticRegression. An infinite C means no penalty.
    """

    def __init__(self, examples: Examples, C: float, intercept: bool) -> None:
        self.examples, self.C, self.intercept = examples, C, intercept
        self.shape = (examples.n,) if examples.rows == 1 else (examples.rows, examples.n)
        self.size = examples.rows * (examples.n + intercept)

    def parameters(self, p: Any) -> tuple[Any, Any]:
        """w and b of a vector p."""
        k = self.examples.rows
        b = p[p.size - k :] if self.intercept else np.zeros(k)
        return p[: k * self.examples.n].reshape(self.shape), b if k > 1 else b[0]

    def vector(self, w: Any, b: Any) -> Any:
        """The vector of w and b."""
        return np.concatenate([np.ravel(w), np.ravel(b)]) if self.intercept else np.ravel(w)

    def __call__(self, p: Any) -> tuple[float, Any]:
        """The objective at p, and its gradient."""
        w, b = self.parameters(p)
        J, gradients = self.examples.loss(w, b)
        if math.isfinite(self.C):
            J_penalty, more = compiled(penalty, "value_and_grad")(w.reshape(-1), [1 / self.C])
            J, gradients["w"] = J + J_penalty, gradients["w"] + more["w"].reshape(self.shape)
        return J / self.examples.weight, self.vector(gradients["w"], gradients["b"]) / self.examples.weight

    def hessian(self, p: Any) -> Any:
        """The second derivatives at p, a matrix with a row per parameter."""
        w, b = self.parameters(p)
        blocks = self.examples.hessian(w, b)
        of_w = blocks["w"]["w"].reshape(w.size, w.size)
        if math.isfinite(self.C):
            of_w = of_w + compiled(penalty, "hessian")(w.reshape(-1), [1 / self.C])["w"]["w"].reshape(of_w.shape)
        if self.intercept:
            k = self.examples.rows
            mixed = np.reshape(blocks["w"]["b"], (w.size, k))
            of_w = np.block([[of_w, mixed], [mixed.T, np.reshape(blocks["b"]["b"], (k, k))]])
        return of_w / self.examples.weight
