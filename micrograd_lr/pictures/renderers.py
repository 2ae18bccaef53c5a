"""Who draws: Graphviz's `dot`, the Graphviz inside pygraphviz, or the built-in layout; as SVG, PNG or PDF."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib.util import find_spec

SECONDS = 10.0  # that Graphviz may take for one picture
TOO_LARGE = 500  # boxes: for more, Graphviz would take longer
BUILT_IN = "built-in"
_CHILD = "MICROGRAD_LR_DRAWS"  # set for the program that draws: if that is this one again, it starts no other
_WHOLE = {  # how a complete file begins and ends; an SVG is parsed to its end anyway
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
    """A picture cannot be made; the message says why and what to do."""


def renderers() -> dict[str, list[str]]:
    """The renderers that are installed, the best first, with their commands; the built-in layout has none."""
    found: dict[str, list[str]] = {}
    if dot := shutil.which("dot"):
        found["dot"] = [dot]
    python = sys.executable and not getattr(sys, "frozen", False) and _CHILD not in os.environ
    if python and find_spec("pygraphviz"):
        found["pygraphviz"] = [sys.executable, "-I" if sys.flags.isolated else "-P", "-c", _IN_PYGRAPHVIZ]
    return {**found, BUILT_IN: []}


def choose(boxes: int, wanted: str | None = None) -> str:
    """The renderer for a picture of so many boxes: only this function decides. RenderError if it is not installed."""
    installed = renderers()
    if wanted is not None:
        if wanted not in installed:
            raise RenderError(f"the renderer {wanted!r} is not installed. Available: {', '.join(installed)}. {WAYS}")
        return wanted
    return BUILT_IN if boxes > TOO_LARGE else next(iter(installed))


def graphviz(command: list[str], source: str, suffix: str) -> bytes:
    """The DOT text as svg, png or pdf. RenderError if the command fails, takes too long, or prints something else."""
    if suffix == "png":
        source = source.replace("graph [", f"graph [dpi={DOTS_PER_INCH} ", 1)
    content = _printed([*command, f"-T{suffix}"], source.encode())
    begins, ends = _WHOLE[suffix]
    if not (content.startswith(begins) and content.rstrip().endswith(ends)):
        raise RenderError(f"its output is not a complete {suffix.upper()}: it begins with {content[:12]!r}.")
    return content


def _printed(command: list[str], given: bytes) -> bytes:
    """What a program prints. Ctrl-C and `SECONDS` stop it, together with all that it has started."""
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
    """End a process, or its whole group if the system has groups, unless it has ended already."""
    with suppress(OSError):
        getattr(os, "killpg", os.kill)(process, getattr(signal, "SIGKILL", signal.SIGTERM))


@cache
def has_a_font(*command: str) -> bool:
    """Whether there is a font for text: if so, cairo embeds it. Only fontconfig, on Linux, may find none."""
    if not sys.platform.startswith("linux"):
        return True
    try:
        return b"/FontFile" in graphviz([*command], 'digraph { a [label="a"] }', "pdf")
    except RenderError:  # this Graphviz cannot make a PDF: then there is no telling
        return True
