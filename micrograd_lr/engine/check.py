"""Independent answers to one gradient, side by side: `check_gradient`, and the report that it and logistic share."""

from __future__ import annotations

import math

from micrograd_lr.engine.containers import numbers_in
from micrograd_lr.engine.derivatives import argument_names, arguments_as_numbers, fresh_nodes, gradient, slope_graphs
from micrograd_lr.engine.numeric import HALF_STEP, numeric_slopes
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.tools.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

NUMERIC_TOLERANCE = 1e-9
CLOSED_FORM_TOLERANCE = 1e-13


class GradientCheckError(RuntimeError):
    """Two ways to the same gradient disagree. The message holds the report and points at the offending parameter."""


class GradientReport:
    """One column of numbers per way of computing a gradient, the reverse pass first, one row per parameter.

    `differences` gives for each other column the largest absolute difference from the reverse pass, relative to the
    largest entry of the gradient. Beyond the tolerance, those up to `rounding` (of all entries, or of each) count as
    none, because at a minimum every entry is rounding. `agree` is whether every one is within its tolerance. ``print``
    shows the table.
    """

    def __init__(
        self,
        names: Sequence[str],
        columns: Mapping[str, Sequence[float]],
        tolerances: Mapping[str, float],
        rounding: float | Sequence[float] = 0.0,
    ) -> None:
        self.names, self.columns, self.tolerances = list(names), dict(columns), dict(tolerances)
        self.reverse = next(iter(self.columns))
        sizes = [abs(float(g)) for column in self.columns.values() for g in column]
        self.rounding = [rounding] * len(self.names) if isinstance(rounding, float) else list(rounding)
        self._scale = max(filter(math.isfinite, sizes), default=0.0) or 1.0
        self.differences = {way: max(self._off(way)) for way in self.tolerances}
        self.agree = all(self.differences[way] <= self.tolerances[way] for way in self.tolerances)

    def _off(self, way: str) -> list[float]:
        """The relative difference of each entry; NaN counts as infinitely far off."""
        offs = [abs(float(p) - float(q)) for p, q in zip(self.columns[way], self.columns[self.reverse])]
        small = self.tolerances[way] * self._scale
        return [
            math.inf if off != off else 0.0 if small < off <= rounding else off / self._scale
            for off, rounding in zip(offs, self.rounding)
        ]

    @property
    def worst(self) -> str:
        """The parameter at which some column is furthest beyond its tolerance."""
        return max(
            (off / self.tolerances[way], name)
            for way in self.tolerances
            for off, name in zip(self._off(way), self.names)
        )[1]

    @property
    def verdict(self) -> str:
        """One line: whether they agree, and how closely."""
        found = "; ".join(
            f"{way}: {self.differences[way]:.1e} (allowed {self.tolerances[way]:.0e})" for way in self.tolerances
        )
        if self.agree:
            return f"✓ green: all agree with the {self.reverse}. {found}"
        return f"✗ RED: they disagree, most at {self.worst}. {found}"

    def table(self) -> list[list[str]]:
        """Rows of text, the titles first."""
        rows = [["", *self.columns]]
        for name, *entries in zip(self.names, *self.columns.values()):
            rows.append([name, *(f"{float(g):+.15g}" for g in entries)])
        return rows

    def __str__(self) -> str:
        rows = self.table()
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = [
            "  ".join(cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths)))
            for row in rows
        ]
        return printable("\n".join([*(line.rstrip() for line in lines), self.verdict]))


def check_gradient(fun: Callable[..., Any], /, *args: Any, tolerance: float = NUMERIC_TOLERANCE) -> GradientReport:
    """Compare the reverse pass of `fun` at `args` with numeric derivatives (`numeric_gradient`, 30-digit decimals).

    Arguments as for `gradient`. Raises GradientCheckError, which names the worst parameter, where they differ by more
    than `tolerance`, relative to the largest entry; ValueError for a number that is NaN or infinite. Green means that
    the rules used are those of the function *given*; that it is the function *meant* only a closed form can tell:
    `logistic.three_way_check` has all three.
    """
    given = arguments_as_numbers(fun, args)
    names = [each for name, arg in zip(argument_names(fun, args), given) for each in _numbered(name, arg)]
    numeric = numeric_slopes(fun, given)
    columns = {"reverse pass": [*numbers_in([gradient(fun, *given)])], "numeric": numeric}
    nodes, leaves = fresh_nodes(given)
    rounding = rounding_in(slope_graphs(fun(*nodes), leaves))
    report = GradientReport(names, columns, {"numeric": tolerance}, rounding)
    if not report.agree:  # of x³ at 0, all that is seen is the step: half a step takes three quarters of it away
        steps = (2 * abs(x - nearer) for x, nearer in zip(numeric, numeric_slopes(fun, given, HALF_STEP)))
        rounding = [added + step if math.isfinite(step) else added for added, step in zip(rounding, steps)]
        report = GradientReport(names, columns, {"numeric": tolerance}, rounding)
    if not report.agree:
        raise GradientCheckError(f"the gradient is wrong at {report.worst}, or fun leaves the graph there:\n{report}")
    return report


def rounding_of(value: Any) -> float:
    """What rounding may add to a derivative of a function with this value: 16 ulp of it."""
    return 16 * 2.0**-52 * abs(float(value))


def rounding_in(slopes: Sequence[Any]) -> list[float]:
    """What rounding may have added to derivatives that are graphs: 4 ulp at every node, passed on by the rules."""
    added: dict[Value, float] = {}
    for slope in slopes:
        for node in topological(slope, added) if isinstance(slope, Value) else ():
            passed_on = (
                abs(float(partial)) * added[x] for x, partial in zip(node.operands, node.partials) if x in added
            )
            own = 4 * 2.0**-52 * abs(float(node.data)) if node.op else 0.0
            added[node] = own + sum(passed_on)
    found = [added[slope] if isinstance(slope, Value) else 0.0 for slope in slopes]
    return [x if math.isfinite(x) else 0.0 for x in found]


def _numbered(name: str, given: Any) -> list[str]:
    """The numbers of an argument by the names that `fun` gives them: b, or w[0], w[1]."""
    numbers = [*numbers_in(given)]
    return [f"{name}[{i}]" for i in range(len(numbers))] if hasattr(given, "__len__") else [name]
