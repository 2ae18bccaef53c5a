"""The standard streams, which may be missing, may not be terminals, or may have an encoding without σ and ∂."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

SPELLED = {
    "σ": "sigmoid", "∂": "d", "Σ": "sum", "∑": "sum", "√": "sqrt", "∞": "inf", "−": "-", "–": "-", "·": "*", "×": "x",
    "²": "^2", "³": "^3", "ᵀ": "^T", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≈": "~", "✓": "ok", "✗": "x",
    "▸": ">", "•": "*", "├": "|", "└": "`", "─": "-", "│": "|",
}  # fmt: skip


def printable(text: str, stream: Any = None) -> str:
    """`text` as `stream` (by default stdout) can write it: if its encoding has no σ, ∂ or −, with sigmoid, d and -.

    Indices then become plain digits, w1 for w₁, and other characters that are missing become escapes such as
    ``\\u6743``.
    """
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "micrograd_lr.spelled").decode(encoding)


def _spelled(error: Any) -> tuple[str, int]:
    """The replacement for the characters that an encoding does not have, and where to go on."""
    from unicodedata import normalize

    def spelled(character: str) -> str:
        plain = SPELLED.get(character) or normalize("NFKC", character)
        return plain.encode("ascii", "backslashreplace").decode()

    return "".join(map(spelled, error.object[error.start : error.end])), error.end


codecs.register_error("micrograd_lr.spelled", _spelled)


def is_terminal(stream: Any) -> bool:
    """Whether somebody may be reading. Nobody is if the stream is None, closed, or an object that only has `write`."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def prepare_streams() -> None:
    """Make the standard streams of a command usable in any case.

    A missing one (under pythonw, in a service, after ``>&-``) becomes the null device. Output is UTF-8 on every system,
    and characters that have no encoding (they can occur in file names) are escaped.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            free = os.open(os.devnull, os.O_RDWR)  # takes the descriptor of the missing one, so that no file gets it
            setattr(sys, name, os.fdopen(free, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def flushed(stream: Any) -> Iterator[None]:
    """Write out at the end what was printed to `stream`. If that fails, OSError is raised here, not again at exit."""
    try:
        yield
    finally:
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())  # what is still in the buffer goes there at exit
            os.close(nowhere)
            raise
