"""The page as the text of one HTML file, with its style, its script and its data inside."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from importlib.resources import files
from string import Template

from micrograd_lr.page.arithmetic import compute, functions
from micrograd_lr.page.board import board
from micrograd_lr.page.content import Content
from micrograd_lr.page.graph import graph
from micrograd_lr.pictures.look import THEMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.engine.value import Value
    from micrograd_lr.logistic.model import ManyExamples, OneExample
    from micrograd_lr.stepping.frames import Steps

SCRIPTS = (
    "state.js", "text.js", "picture.js", "frame.js", "table.js", "questions.js", "tokens.js", "typed.js",
    "answers.js", "inputs.js", "moves.js", "address.js", "controls.js",
)  # fmt: skip


def page(
    root: Value, steps: Steps, example: OneExample | ManyExamples | None = None, data: tuple[str, ...] = ("x", "y")
) -> str:
    """The HTML of the page to step through `root`; `example` adds the slides' derivation, `data` names what is data."""
    web = files(__package__) / "web"
    read = {file: (web / file).read_text(encoding="utf-8") for file in ("page.html", "page.css", *SCRIPTS)}
    style = _colours() + read["page.css"]
    content = Content(steps, root)
    script = "\n".join(
        ['"use strict";', compute(root), functions(content.mistakes.texts), *(read[file] for file in SCRIPTS)]
    )
    heading = steps.name(steps.root.id)
    return Template(read["page.html"]).substitute(
        title=escape(f"Step through {heading}"),
        heading=escape(heading),
        policy="; ".join(
            ["default-src 'none'", f"style-src {_hash(style)}", f"script-src {_hash(script)}", "base-uri 'none'",
             "form-action 'none'"]
        ),
        board=board(example),
        style=style,
        script=script,
        graph=graph(root, steps, data),
        data=_in_a_script(json.dumps(content.data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)),
    )  # fmt: skip


def _in_a_script(text: str) -> str:
    """JSON that cannot end the script element around it, or begin a comment."""
    return text.replace("</", "<\\/").replace("<!", "\\u003c!")


def _hash(text: str) -> str:
    """The hash by which a Content-Security-Policy allows this text, and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _colours() -> str:
    """The colours of the pictures as CSS variables: light ones, and dark ones for those who prefer them."""

    def variables(theme: str) -> str:
        found = []
        for name, colour in THEMES[theme].items():
            if isinstance(colour, tuple):
                found += [f"--{name}-fill: {colour[0]};", f"--{name}-line: {colour[1]};"]
            else:
                found.append(f"--{name}: {colour};")
        return " ".join(found)

    return (
        f":root {{ {variables('light')} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {variables('dark')} }} }}\n"
    )
