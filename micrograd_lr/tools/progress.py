"""A progress bar for long passes: on stderr, and only where somebody is likely to look at it."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager

from micrograd_lr.tools.late import need
from micrograd_lr.tools.streams import is_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 2.0  # seconds without a bar


@contextmanager
def progress(steps: int, wanted: bool | None) -> Iterator[Callable[[int], None]]:
    """A function that is told how many of the `steps` are done. The bar is `wanted`, or not, or (None) shown on a
    terminal to those who have waited for two seconds."""
    start = time.perf_counter()
    bar = None
    shown = is_terminal(sys.stderr) if wanted is None else wanted

    def advance(done: int) -> None:
        nonlocal bar
        if bar is None and shown and (wanted or time.perf_counter() - start >= PATIENCE):
            console = need("rich.console", "pip install rich").Console(stderr=True)
            bar = need("rich.progress", "pip install rich").Progress(console=console, transient=True)
            bar.add_task("examples", total=steps)
            bar.start()
        if bar is not None:
            bar.update(0, completed=done)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()
