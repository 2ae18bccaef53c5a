"""Training that can be interrupted: in legs, each of which depends on nothing but the parameters that it starts from.

A solver remembers its way (L-BFGS its last gradients, gradient descent its step), so what comes next would depend on
more than the parameters. After each leg that is forgotten, and the parameters are written to a checkpoint. A run that
goes on from there walks the rest of the legs as the first one would have done, and ends at the same model, bit for bit.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import asdict, dataclass, field

import numpy as np

from micrograd_lr.fitting.estimator import LogisticRegression
from micrograd_lr.fitting.loss import rows_of
from micrograd_lr.fitting.model_file import CHECKPOINT, check_numbers, check_rows, read_json, write_json
from micrograd_lr.tools.late import need
from micrograd_lr.tools.progress import progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from micrograd_lr.fitting.preparing import Data
    from micrograd_lr.fitting.solvers import Walk

FEW = 300  # parameters, up to which Newton's method is the fastest


@dataclass
class Settings:
    """What a model is fitted with. A `leg` is the number of iterations from one checkpoint to the next."""

    C: float
    solver: str
    tol: float
    max_iter: int
    class_weight: Any
    leg: int


@dataclass
class Progress:
    """Where training is after a leg: the parameters, and what the solver saw from the start on."""

    coefficients: list[list[float]] = field(default_factory=list)
    intercepts: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    slopes: list[float] = field(default_factory=list)

    @property
    def iterations(self) -> int:
        return max(len(self.losses) - 1, 0)


class _Watched(LogisticRegression):
    """One that says after each iteration how many there were."""

    watch: Callable[[int], None]

    def _seen(self, walk: Walk) -> None:
        self.watch(walk.iterations)


def fit(data: Data, settings: Settings, checkpoint: Path, resume: bool) -> tuple[_Watched, Progress]:
    """Fit the rows that are not held out, from the last checkpoint if `resume` is True and there is one.

    ValueError for a checkpoint that belongs to other data or other settings.
    """
    X, y = data.parts["training"]
    weights = settings.class_weight
    if isinstance(weights, dict):
        weights = {data.classes.index(name): weight for name, weight in weights.items()}
    model = _Watched(settings.C, solver=settings.solver, tol=settings.tol, class_weight=weights, warm_start=True)
    at = Progress()
    belongs_to: dict[str, Any] = {}
    if resume and checkpoint.exists():
        belongs_to = _origin(data, settings)
        at = _read(checkpoint, belongs_to, len(data.features), len(data.classes))
        model.coef_, model.intercept_ = np.array(at.coefficients), np.array(at.intercepts)
    with progress(settings.max_iter, None, "iterations") as advance:
        while True:
            done = at.iterations
            model.watch = lambda more, done=done: advance(done + more)  # type: ignore[misc]
            model.max_iter = min(settings.leg, settings.max_iter - done)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", need("sklearn.exceptions", "").ConvergenceWarning)
                model.fit(X, y)
            at.losses += model.loss_curve_[bool(done) :]  # a leg begins where the last one ended
            at.slopes += model.gradient_curve_[bool(done) :]
            at.coefficients, at.intercepts = model.coef_.tolist(), model.intercept_.tolist()
            ended_early = at.iterations < done + settings.leg
            if ended_early or at.slopes[-1] <= settings.tol or at.iterations >= settings.max_iter:
                return model, at
            belongs_to = belongs_to or _origin(data, settings)
            write_json(checkpoint, CHECKPOINT, {"belongs to": belongs_to, **asdict(at)})


def _origin(data: Data, settings: Settings) -> dict[str, Any]:
    """What a checkpoint belongs to. How many iterations there may be in all can change from run to run."""
    X, y = data.parts["training"]
    digest = hashlib.sha256(X.reshape(-1).data)
    digest.update(y.data)
    chosen = {name: value for name, value in asdict(settings).items() if name != "max_iter"}
    return {"features": data.features, "classes": data.classes, **chosen, "data": digest.hexdigest()}


def _read(checkpoint: Path, belongs_to: dict[str, Any], n: int, classes: int) -> Progress:
    read = read_json(checkpoint, CHECKPOINT, ["belongs to", *Progress.__dataclass_fields__])
    other = read["belongs to"]
    for name, value in belongs_to.items():
        if not isinstance(other, dict) or other.get(name) != value:
            what = "other rows" if name == "data" else f"another setting of {name}"
            raise ValueError(
                f"{checkpoint} belongs to {what}, so this run cannot go on from it. Start without --resume, or give "
                "what it was made with."
            )
    at = Progress(**{name: read[name] for name in Progress.__dataclass_fields__})
    rows = rows_of(classes)
    check_rows(checkpoint, "coefficients", at.coefficients, rows, n)
    check_numbers(checkpoint, "intercepts", at.intercepts, rows)
    for name in ("losses", "slopes"):
        curve = getattr(at, name)
        check_numbers(checkpoint, name, curve, len(at.losses) if isinstance(at.losses, list) else 1)
    return at


def quality(model: LogisticRegression, X: Any, y: Any) -> dict[str, float]:
    """The accuracy and the log loss, the mean of -log p of the right class."""
    log_p = model.predict_log_proba(X)
    right = np.take_along_axis(log_p, y[:, None], axis=1)
    return {"accuracy": float((log_p.argmax(axis=1) == y).mean()), "log loss": float(-right.mean())}
