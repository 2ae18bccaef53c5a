"""What is minimised: the mean loss of the examples and the penalty, as a function of one vector of parameters."""

from __future__ import annotations

import math
from functools import cached_property

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
        self.strength = np.array([1 / C])
        self.size = examples.rows * (examples.n + intercept)

    def parameters(self, p: Any) -> tuple[Any, Any]:
        """w and b of a vector p."""
        k = self.examples.rows
        b = p[p.size - k :] if self.intercept else np.zeros(k)
        return p[: k * self.examples.n].reshape(self.shape), b if k > 1 else float(b[0])

    def vector(self, w: Any, b: Any) -> Any:
        """The vector of w and b."""
        return np.concatenate([np.ravel(w), np.ravel(b)]) if self.intercept else np.ravel(w)

    def __call__(self, p: Any) -> tuple[float, Any]:
        """The objective at p, and its gradient."""
        w, b = self.parameters(p)
        J, gradients = self.examples.loss(w, b)
        if math.isfinite(self.C):
            J_penalty, more = compiled(penalty, "value_and_grad")(w.reshape(-1), self.strength)
            J, gradients["w"] = J + J_penalty, gradients["w"] + more["w"].reshape(self.shape)
        return J / self.examples.weight, self.vector(gradients["w"], gradients["b"]) / self.examples.weight

    def hessian(self, p: Any) -> Any:
        """The second derivatives at p, a matrix with a row per parameter."""
        w, b = self.parameters(p)
        blocks, k, n = self.examples.hessian(w, b), self.examples.rows, self.examples.n
        H = np.empty((k * n + k, k * n + k))  # also by the intercepts, if there are none
        places = {name: slice(r * n, (r + 1) * n) if r < k else k * n + r - k for r, name in enumerate(blocks)}
        for p, at in places.items():
            for q, other in places.items():
                H[at, other] = blocks[p][q]
        H = H[: self.size, : self.size]
        if math.isfinite(self.C):
            H[: w.size, : w.size] += self._of_penalty
        H /= self.examples.weight
        return H

    @cached_property
    def _of_penalty(self) -> Any:
        """The second derivatives of the penalty, which are the same everywhere."""
        w, _ = self.parameters(np.zeros(self.size))
        return compiled(penalty, "hessian")(w.reshape(-1), self.strength)["w"]["w"]

    @cached_property
    def indifferent(self) -> Any:
        """Σ uuᵀ over the directions u, of length 1, in which the objective stays the same: that of several classes, if
        the intercepts of all are shifted alike; and without a penalty, the weights of a feature.
        """
        k, n = self.examples.rows, self.examples.n
        alike = np.full((k, k), 1 / k)
        of_w = np.kron(alike, np.eye(n)) if math.isinf(self.C) else np.zeros((k * n, k * n))
        matrix = np.zeros((self.size, self.size))
        matrix[: k * n, : k * n] = of_w
        if self.intercept:
            matrix[k * n :, k * n :] = alike
        return matrix
