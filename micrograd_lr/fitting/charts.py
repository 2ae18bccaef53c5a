"""Two pictures of a fitted model, as SVG: how the loss fell, and whether its probabilities can be believed."""

from __future__ import annotations

import io

from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

np = need("numpy", 'pip install "micrograd_lr[train]"')
GROUPS, LEAST, LINES = 10, 10, 10  # of a calibration: groups at most, rows in each at least, classes at most
_SURE = 1.96  # standard deviations to both sides, in which 95 % of the shares lie
_STYLE = {"svg.hashsalt": "micrograd_lr", "font.size": 11, "axes.spines.top": False, "axes.spines.right": False}


def loss_curve(losses: Sequence[float], slopes: Sequence[float], tol: float) -> str:
    """The objective at the start and after each iteration, and its largest partial derivative, which has to vanish."""
    return loss_curves({"": (losses, slopes)}, tol)


def loss_curves(walks: Mapping[str, tuple[Sequence[float], Sequence[float]]], tol: float) -> str:
    """The same for several solvers, by their names."""
    with _style():
        figure = _figure(9, 3.6)
        left, right = figure.subplots(1, 2)
        for name, (losses, slopes) in walks.items():
            marker = "o" if len(losses) <= 40 else ""
            left.plot(losses, marker=marker, markersize=4, label=name)
            right.plot(slopes, marker=marker, markersize=4)
        for axes in (left, right):
            axes.xaxis.get_major_locator().set_params(integer=True)
        if len(walks) > 1:
            left.set_xscale("symlog", linthresh=10)  # the shortest walk is as long as the first step of the longest
            left.legend()
        left.set(title="What is minimised", xlabel="iterations", ylabel="log loss and penalty")
        right.axhline(tol, color="gray", linestyle="--", linewidth=1)
        right.annotate(
            f"wanted: {tol:g}", (0.5, tol), xycoords=("axes fraction", "data"), xytext=(0, -4),
            textcoords="offset points", color="gray", size=9, ha="center", va="top",
        )  # fmt: skip
        right.set(title="Its largest derivative", xlabel="iterations", yscale="log")
        return _svg(figure)


def calibration(probabilities: Any, y: Any, classes: Sequence[str], part: str) -> str:
    """Of the rows to which the model gave about this probability: the share that is of the class.

    `probabilities` (m, k), in the order of `classes`, and `y` (m,), places in it. The rows are sorted by probability
    and cut into groups of equal size. A bar is where 95 % of the shares lie if the probabilities are right. Of many
    classes the largest are shown.
    """
    with _style():
        figure = _figure(5, 4.6)
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="gray", linestyle="--", linewidth=1)
        largest = np.argsort(-np.bincount(y, minlength=len(classes)), kind="stable")[:LINES]
        for k in [1] if len(classes) == 2 else sorted(largest):
            p, share, spread = groups(probabilities[:, k], y == k)
            (line,) = axes.plot(p, share, marker="o", label=classes[k])
            axes.errorbar(p, p, _SURE * spread, fmt="none", ecolor=line.get_color(), alpha=0.35, linewidth=5)
        axes.set(
            title=f"Probabilities and what came true\n{len(y):,} rows, {part}", xlabel="probability, by the model",
            ylabel="share of the rows", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal",
        )  # fmt: skip
        axes.legend(title="class")
        return _svg(figure)


def groups(p: Any, right: Any) -> tuple[Any, Any, Any]:
    """Of each group: the mean of p, the share of `right`, and the standard deviation of that share if p is true."""
    order = np.argsort(p, kind="stable")
    parts = np.array_split(order, max(1, min(GROUPS, len(p) // LEAST)))
    spreads = [np.sqrt((p[part] * (1 - p[part])).sum()) / len(part) for part in parts]
    return np.array([p[part].mean() for part in parts]), [right[part].mean() for part in parts], np.array(spreads)


def _style() -> Any:
    return need("matplotlib", 'pip install "micrograd_lr[train]"').rc_context(_STYLE)


def _figure(width: float, height: float) -> Any:
    """A figure of its own: no window, and nothing that other figures of the program share."""
    return need("matplotlib.figure", 'pip install "micrograd_lr[train]"').Figure((width, height), layout="constrained")


def _svg(figure: Any) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
