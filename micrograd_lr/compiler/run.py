"""A pass over all examples, slice by slice: exactly rounded sums, on several threads, with a progress bar."""

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

    Run = Callable[[int, int], Any]  # a kernel, from one example to another: its sums, then its loops and matrices

GROUP = 64  # slices whose results are kept until they are added up


def pass_over(run: Run, m: int, size: int, threads: int | None, bar: bool | None) -> tuple[list[float], list[Any]]:
    """The sums over all m examples, `size` examples at a time: one number per column; and the loops and matrices.

    It runs on this many `threads`, None for one per core. A progress `bar` is shown, or not, or (None) after a while.
    """
    starts = range(0, m, size)
    if len(starts) == 1:
        sums, *arrays = run(0, m)
        return [*map(float, sums)], arrays
    threads = min(threads or os.cpu_count() or 1, len(starts))
    all_sums: list[Any] = []
    arrays = []

    def one(start: int) -> Any:
        with without_warnings() if threads > 1 else nullcontext():  # NumPy has this setting once per thread
            return run(start, min(start + size, m))

    with progress(len(starts), bar) as advance:
        for first in range(0, len(starts), GROUP):
            group = starts[first : first + GROUP]
            for sums, *more in map(one, group) if threads < 2 else in_threads(one, group, threads):
                all_sums.append(sums)
                arrays = [_added(*pair) for pair in zip(arrays, more)] if arrays else more
                if threads < 2:
                    advance(len(all_sums))
            advance(len(all_sums))
    return [exact_sum(column) for column in zip(*all_sums)], arrays


def without_warnings() -> Any:
    """Without NumPy's warnings: a NaN or an infinity reaches J or a derivative, and is found there."""
    return need("numpy", 'pip install "micrograd_lr[numpy]"').errstate(all="ignore")


def exact_sum(numbers: Sequence[Any]) -> float:
    """The sum, rounded once; NaN or an infinity if it is none."""
    numbers = [float(x) for x in numbers]
    total = sum(numbers)
    return math.fsum(numbers) if math.isfinite(total) else total


def _added(a: Any, b: Any) -> Any:
    return [x + y for x, y in zip(a, b)] if isinstance(a, list) else a + b
