"""The standard streams as they are found: not there at all, not terminals, or in an encoding without σ and ∂."""

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
    """`text` as `stream` (stdout) can write it: where its encoding has no σ, ∂ or −, they are sigmoid, d and -.

    Indices are written as plain digits there, w₁ as w1, and other characters that are missing, as in labels, as escapes
    such as ``\\u6743``.
    """
    encoding = getattr(stream or sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "micrograd_lr.spelled").decode(encoding)


def _spelled(error: Any) -> tuple[str, int]:
    """What is written for the characters that an encoding does not have, and where to go on."""
    from unicodedata import normalize

    def spelled(character: str) -> str:
        plain = SPELLED.get(character) or normalize("NFKC", character)
        return plain.encode("ascii", "backslashreplace").decode()

    return "".join(map(spelled, error.object[error.start : error.end])), error.end


codecs.register_error("micrograd_lr.spelled", _spelled)


def is_terminal(stream: Any) -> bool:
    """Whether somebody may be reading: not if a stream is None, is closed, or stands in with nothing but write."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def prepare() -> None:
    """For a command: standard streams that can always be used.

    A missing one (under pythonw, in a service, after ``>&-``) becomes the null device. What is printed is UTF-8, on any
    system, and characters that no encoding has, from names of files, are escaped.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            free = os.open(os.devnull, os.O_RDWR)  # the descriptor of the missing one, which no file shall be given
            setattr(sys, name, os.fdopen(free, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def written(stream: Any) -> Iterator[None]:
    """What is printed to `stream` inside is written at its end. OSError where it cannot be: here, not again at exit."""
    try:
        yield
    finally:
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())  # for what is still in the buffer, or Python would fail again at exit
            os.close(nowhere)
            raise
