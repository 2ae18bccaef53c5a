"""A walk through both passes as LaTeX: a sentence and its formulas for each move."""

from __future__ import annotations

import re

from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.latex import latex, latex_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.stepping.frames import Frame, Steps

_ABOUT = "(?P<before>.*: |.* begins at )%s(?P<after>[ ,].*|$)"  # the name of a node in what is said about its move


def walk(steps: Steps) -> str:
    """The frames as LaTeX, to be put into a document that uses amsmath: a line of text and an ``align*`` for each."""
    return "\n\n".join(map(_move, steps))


def _move(frame: Frame) -> str:
    more = [f"And {frame.more} more of the same kind."] if frame.more else []
    after = " ".join(map(latex_text, (*more, *frame.remarks)))
    return "\n".join(filter(None, (f"{_lead(frame)}.", frame.latex, after)))


def _lead(frame: Frame) -> str:
    name = format_formula(frame.steps.name(frame.node)) if frame.node else ""
    about = name and re.fullmatch(_ABOUT % re.escape(name), frame.lead)
    if not about:
        return latex_text(frame.lead)
    after = latex_text(about["after"])
    apart = "" if not after or after.startswith(",") else " "
    return f"{latex_text(about['before'])} ${latex(name, frame.steps.names)}${apart}{after}"
