"""The third part of the report: training, as in the lesson, by Newton's method, and judged on cases held out."""

from __future__ import annotations

import math
import warnings

from micrograd_lr.engine.elementary import inner, sigmoid
from micrograd_lr.engine.functions import logistic_loss
from micrograd_lr.logistic.model import three_way_check
from micrograd_lr.tools.files import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from micrograd_lr.demo.report import Report
    from micrograd_lr.logistic.breast_cancer import Cases

ITERATIONS = 100
TOLERANCE = 1e-6  # of the largest derivative, for the solvers that are compared
SOLVERS = {"gd": "gradient descent", "lbfgs": "L-BFGS", "newton": "Newton's method"}


def training(report: Report, cases: Cases, out: Path) -> list[bool]:
    """Gradient descent on all cases; three solvers beside each other; then how well it does on cases not seen."""
    full, n, m = cases.standardised(), len(cases.features), len(cases)
    rate = 4 / (m * (n + 1))  # 1 / (curvature of J): X diag(a(1-a)) Xᵀ has at most the trace m(n + 1)/4
    report.write("## 3. Training")
    try:
        from micrograd_lr.fitting.charts import loss_curves

        lesson = _fitted(full, C=math.inf, solver="gd", learning_rate=rate * m, tol=1e-300, max_iter=ITERATIONS)
        report.write(
            f"Gradient descent: {ITERATIONS} times, compute J and its gradient, and take the step w ← w − rate · "
            f"∂J/∂w, b ← b − rate · ∂J/∂b, with rate = {rate:.2g}. That is 1 over the largest curvature that J can "
            "have, so that J falls with every step."
        )
        walks = {name: _fitted(full, solver=solver, tol=TOLERANCE, max_iter=10_000) for solver, name in SOLVERS.items()}
        picture = loss_curves(
            {name: (model.loss_curve_, model.gradient_curve_) for name, model in walks.items()}, TOLERANCE
        )
    except ImportError as error:
        report.write(f"Left out: {error}")
        return []
    shown = [0, 1, 10, 30, ITERATIONS]
    losses = [f"{m * lesson.loss_curve_[k]:.2f}" for k in shown]
    report.table(["step", *map(str, shown)], [["J", *losses]], right=range(1, 6))
    w, b = _weights(lesson)
    check = three_way_check(w, b, full.X, full.labels, names=[*cases.features, "b"])
    report.write(
        f"The three-way check again, at the trained weights: **{check.verdict}**",
        style="green" if check.agree else "bold red",
    )
    out.mkdir(parents=True, exist_ok=True)
    path = out / "training.svg"
    write_whole(path, picture)
    report.write(
        "Where the features tell all cases apart, the weights would grow without end. So from here on the size of w "
        "counts a little, too: what is minimised is J/m + Σ w²/2m, as `LogisticRegression()` has it. Three ways there, "
        f"until no derivative is larger than {TOLERANCE:g}:"
    )
    rows = [[name, str(model.n_iter_[0]), f"{model.loss_curve_[-1]:.6f}"] for name, model in walks.items()]
    report.table(["way", "steps", "what is minimised"], rows, right=[1, 2])
    report.write(
        "The gradient says which way is down; the second derivatives, which the same engine gives, also say how far. "
        f"`{path.as_posix()}` shows the three ways."
    )
    _held_out(report, cases)
    return [check.agree]


def _held_out(report: Report, cases: Cases) -> None:
    """Trained on four of five cases, judged on the fifth."""
    train, held_out = cases.split(every=5)
    seen, unseen = train.standardised(), held_out.standardised(by=train)
    w, b = _weights(_fitted(seen, solver="newton"))
    rows = []
    for name, part in (("trained on", seen), ("held out", unseen)):
        z = [inner(*w, *x) + b for x in part.rows]
        loss = math.fsum(map(logistic_loss, z, part.labels)) / len(part)
        right = math.fsum((sigmoid(zi) > 0.5) == (y == 1) for zi, y in zip(z, part.labels))
        rows.append([name, str(len(part)), f"{loss:.4f}", f"{right / len(part):.1%} ({right:.0f} of {len(part)})"])
    report.write(f"The same on {len(train)} cases, every fifth held out, and standardised by those {len(train)}:")
    report.table(["cases", "number", "loss per case", "accuracy"], rows, right=[1, 2, 3])


def _fitted(cases: Cases, **options: Any) -> Any:
    from sklearn.exceptions import ConvergenceWarning

    from micrograd_lr.fitting.estimator import LogisticRegression

    with warnings.catch_warnings():  # gradient descent ends after so many steps, as it should
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(**options).fit(cases.rows, cases.labels)


def _weights(model: Any) -> tuple[list[float], float]:
    """w and b as plain numbers."""
    (w,), (b,) = model.coef_.tolist(), model.intercept_.tolist()
    return w, b
