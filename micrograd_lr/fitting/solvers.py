"""Three ways to the minimum: gradient descent, SciPy's L-BFGS, and Newton's method."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from micrograd_lr.fitting.objective import Objective

    Seen = Callable[["Walk"], None]  # called at the start and after each iteration

REMEDY = 'pip install "micrograd_lr[sklearn]"'
np = need("numpy", REMEDY)
EPSILON = float(np.finfo(float).eps)
ROUNDING = "no step makes J smaller: rounding hides the rest of the way"
ENOUGH = 1e-4  # of the fall that the slope promises, a step has to bring at least this part (Armijo)
SMALLEST = 2.0**-52  # of a whole step: a shorter one no longer changes the parameters


@dataclass
class Walk:
    """The way to the minimum: the parameters where it ends, and what was seen on the way.

    `losses` and `slopes` are the objective and its largest partial derivative at the start and after each iteration.
    `converged` says whether the largest partial derivative got as small as wanted; `why`, what stopped it.
    """

    parameters: Any
    losses: list[float] = field(default_factory=list)
    slopes: list[float] = field(default_factory=list)
    converged: bool = False
    why: str = ""

    @property
    def iterations(self) -> int:
        """How often the parameters were changed."""
        return max(len(self.losses) - 1, 0)

    def arrive(self, parameters: Any, J: float, gradient: Any) -> None:
        """Write down a new place."""
        self.parameters = parameters
        self.losses.append(J)
        self.slopes.append(float(abs(gradient).max()))


def gradient_descent(
    objective: Objective, start: Any, tol: float, max_iter: int, seen: Seen, rate: float | None = None
) -> Walk:
    """p ← p - rate · ∂J/∂p. Without a rate each step begins with twice the last one, and is halved until J falls."""

    def direction(p: Any, gradient: Any) -> Any:
        return -gradient

    return _descend(objective, start, tol, max_iter, seen, direction, rate, growing=True)


def newton(objective: Objective, start: Any, tol: float, max_iter: int, seen: Seen) -> Walk:
    """p ← p - H⁻¹ ∂J/∂p with the exact Hessian H; the step is halved until J falls.

    Where all classes may be shifted alike, H has no inverse; with uuᵀ added, which changes no other direction, it has
    one, and no step goes along u, because the gradient does not.
    """

    def direction(p: Any, gradient: Any) -> Any:
        H = objective.hessian(p)
        if objective.examples.rows > 1:
            H += np.trace(H) / len(H) * objective.indifferent
        return -solved(H, gradient)

    return _descend(objective, start, tol, max_iter, seen, direction)


def solved(H: Any, gradient: Any) -> Any:
    """H⁻¹ · gradient; the shortest solution where H has no inverse, as if a feature is the sum of others."""
    linalg = need("scipy.linalg", REMEDY)
    factor, step, failed = linalg.lapack.dposv(H, gradient)
    if not failed:  # H is positive definite, but perhaps only by rounding
        diagonal = np.diag(factor)
        if diagonal.min() ** 2 > len(H) * EPSILON * diagonal.max() ** 2:
            return step
    return linalg.lstsq(H, gradient, cond=len(H) * EPSILON)[0]


def lbfgs(objective: Objective, start: Any, tol: float, max_iter: int, seen: Seen) -> Walk:
    """SciPy's L-BFGS-B, which learns the curvature from the last ten gradients."""
    walk, last = Walk(start), {}

    def fun(p: Any) -> tuple[float, Any]:
        last[p.tobytes()] = found = objective(p)
        return found

    def arrive(p: Any) -> None:
        found = last.pop(p.tobytes())
        last.clear()
        walk.arrive(p.copy(), *found)
        seen(walk)

    J, gradient = objective(start)
    walk.arrive(start, J, gradient)
    seen(walk)
    if max_iter:
        result = need("scipy.optimize", REMEDY).minimize(
            fun, start, jac=True, method="L-BFGS-B", callback=arrive,
            options={"maxiter": max_iter, "maxls": 50, "gtol": tol, "ftol": 0.0},
        )  # fmt: skip
        if result.nit < max_iter:
            walk.why = ROUNDING if result.success else result.message
    walk.converged = walk.slopes[-1] <= tol
    return walk


def _descend(
    objective: Objective, start: Any, tol: float, max_iter: int, seen: Seen, direction: Callable[[Any, Any], Any],
    rate: float | None = None, growing: bool = False,
) -> Walk:  # fmt: skip
    """Steps along a direction in which J falls, as long as it takes."""
    walk, p, step = Walk(start), start, 1.0
    J, gradient = objective(p)
    while True:
        walk.arrive(p, J, gradient)
        seen(walk)
        walk.converged = walk.slopes[-1] <= tol
        if walk.converged or walk.iterations >= max_iter:
            return walk
        along = direction(p, gradient)
        if rate is not None:
            p = p + rate * along
            J, gradient = objective(p)
            continue
        promised = float(gradient @ along)
        step = min(2 * step, 1e300) if growing else 1.0
        while True:
            ahead = p + step * along
            J_ahead, gradient_ahead = _evaluated(objective, ahead)
            if J_ahead <= J + ENOUGH * step * promised and J_ahead < J:
                break
            if _flat(J, J_ahead, gradient_ahead, gradient):
                break
            step /= 2
            if step < SMALLEST:
                walk.why = ROUNDING
                return walk
        p, J, gradient = ahead, J_ahead, gradient_ahead


def _evaluated(objective: Objective, p: Any) -> tuple[float, Any]:
    """The objective at p and its gradient. A step that leaves the range of floats is too long: there J is infinite."""
    try:
        return objective(p)
    except FloatingPointError:
        return math.inf, p


def _flat(J: float, J_ahead: float, gradient_ahead: Any, gradient: Any) -> bool:
    """Whether J is the same but for rounding, while the gradient still gets smaller: then the gradient decides."""
    same = math.isclose(J, J_ahead, rel_tol=1e-14)
    return same and bool(abs(gradient_ahead).max() < abs(gradient).max())
