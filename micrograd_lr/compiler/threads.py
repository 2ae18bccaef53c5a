"""The same function on several threads: results in order, and Ctrl-C ends all of them."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def in_threads(one: Callable[[int], Any], starts: range, threads: int) -> list[Any]:
    """`one` of every start, on this thread and others; the results in order. Ctrl-C is heard between two calls."""
    stopped = threading.Event()
    results: list[Any] = [None] * len(starts)

    def work(first: int) -> None:
        for i in range(first, len(starts), threads):
            if stopped.is_set():
                return
            results[i] = one(starts[i])

    others = [_pool(threads - 1).submit(work, k) for k in range(1, threads)]
    try:
        work(0)
        for other in others:
            other.result()
    except BaseException:
        stopped.set()
        wait(others)
        raise
    return results


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Threads that wait for the next call: starting them takes longer than a pass over a small data set."""
    return ThreadPoolExecutor(threads, thread_name_prefix="micrograd_lr")


# A forked child has none of these threads, and would wait for them forever. (Windows has no forks.)
getattr(os, "register_at_fork", dict)(after_in_child=_pool.cache_clear)
