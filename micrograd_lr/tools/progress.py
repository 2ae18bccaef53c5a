"""A progress bar for long passes, on stderr, if somebody is likely to see it."""

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
def progress(steps: int | None, wanted: bool | None, what: str = "examples") -> Iterator[Callable[[int], None]]:
    """Gives a function to call with the number of `steps` that are done (None if nobody knows of how many);
    `what` they are. Whether there is a bar is what `wanted` says; if it is None, there is one on a terminal, after two
    seconds."""
    start = time.perf_counter()
    bar = None
    shown = is_terminal(sys.stderr) if wanted is None else wanted

    def advance(done: int) -> None:
        nonlocal bar
        if bar is None and shown and (wanted or time.perf_counter() - start >= PATIENCE):
            console = need("rich.console", "pip install rich").Console(stderr=True)
            bar = need("rich.progress", "pip install rich").Progress(console=console, transient=True)
            bar.add_task(what, total=steps)
            bar.start()
        if bar is not None:
            bar.update(0, completed=done)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()
