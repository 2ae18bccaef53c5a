"""A pass over all examples, slice by slice: sums with one rounding, on several threads, with a progress bar."""

from __future__ import annotations

import math
import os
from contextlib import nullcontext

from micrograd_lr.compiler.threads import in_threads
from micrograd_lr.tools.late import need
from micrograd_lr.tools.progress import progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Run = Callable[[int, int], Any]  # a kernel, from one example to another: its sums, and its loops and tables

GROUP = 64  # slices whose results are kept until they are added up


def passed(run: Run, m: int, step: int, threads: int | None, bar: bool | None) -> tuple[list[float], list[Any]]:
    """The sums over all m examples, `step` at a time: one number per column, and the loops and tables.

    On so many `threads`, None for all cores; with a `bar` of progress, or None for those who have to wait for it.
    """
    starts = range(0, m, step)
    if len(starts) == 1:
        sums, *shaped = run(0, m)
        return [*map(float, sums)], shaped
    threads = min(threads or os.cpu_count() or 1, len(starts))
    columns: list[Any] = []
    shaped = []

    def one(start: int) -> Any:
        with quiet() if threads > 1 else nullcontext():  # each thread has a state of its own
            return run(start, min(start + step, m))

    with progress(len(starts), bar) as advance:
        for first in range(0, len(starts), GROUP):
            group = starts[first : first + GROUP]
            for sums, *others in map(one, group) if threads < 2 else in_threads(one, group, threads):
                columns.append(sums)
                shaped = [_added(*pair) for pair in zip(shaped, others)] if shaped else others
                if threads < 2:
                    advance(len(columns))
            advance(len(columns))
    return [_sum(column) for column in zip(*columns)], shaped


def quiet() -> Any:
    """Without NumPy's warnings: what is lost is lost in J or a derivative, and found there."""
    return need("numpy", 'pip install "micrograd_lr[numpy]"').errstate(all="ignore")


def _sum(numbers: Sequence[Any]) -> float:
    numbers = [float(x) for x in numbers]
    total = sum(numbers)
    return math.fsum(numbers) if math.isfinite(total) else total


def _added(a: Any, b: Any) -> Any:
    return [x + y for x, y in zip(a, b)] if isinstance(a, list) else a + b
