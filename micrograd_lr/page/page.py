"""The page as the text of one HTML file, with its style, its script and its data inside."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from string import Template

from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.page.arithmetic import compute, functions, values
from micrograd_lr.page.content import Content
from micrograd_lr.page.packed import packed
from micrograd_lr.pictures.look import THEMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.engine.value import Value
    from micrograd_lr.page.views import View
    from micrograd_lr.stepping.frames import Steps

MOST_DEFINED = 4  # lines of the heading
SCRIPTS = (
    "packed.js",
    "state.js", "text.js", "drawing.js", "picture.js", "flow.js", "matrix.js", "chain.js", "frame.js", "table.js",
    "questions.js", "tokens.js", "typed.js", "answers.js", "inputs.js", "drag.js", "learn.js", "moves.js",
    "address.js", "print.js", "controls.js",
)  # fmt: skip


def page(root: Value, views: list[View]) -> str:
    """The HTML of the page to step through `root` at these levels of detail, the first one first."""
    web = files(__package__) / "web"
    read = {file: (web / file).read_text(encoding="utf-8") for file in ("page.html", "page.css", *SCRIPTS)}
    read |= {file: _short(read[file]) for file in SCRIPTS}
    style = _colours() + read["page.css"]
    content = Content(root, views)
    computed = [compute(f"compute_{i}", view) for i, view in enumerate(views)]
    script = "\n".join(
        ['"use strict";', *computed, f"const computes = [{', '.join(f'compute_{i}' for i in range(len(views)))}];",
          values("wholeValues", root), functions(), *(read[file] for file in SCRIPTS)]
    )  # fmt: skip
    steps = views[0].steps
    return Template(read["page.html"]).substitute(
        title=escape(f"Step through {steps.name(steps.root.id)}"),
        heading=_heading(steps),
        policy="; ".join(
            ["default-src 'none'", f"style-src {_hash(style)}", f"script-src {_hash(script)}", "base-uri 'none'",
             "form-action 'none'"]
        ),
        style=style,
        script=script,
        data=_in_a_script(packed(content.data)),
    )  # fmt: skip


def _heading(steps: Steps) -> str:
    """What the root is, in mathematics, and then the named nodes that it is made of, the last one first."""
    others = {node for example in steps.examples[1:] for node in example.nodes}
    named = [node for node in reversed(steps.nodes.values()) if node.op and (node.label or node is steps.root)]
    named = [node for node in named if node.id not in others]
    named = named[: 2 if steps.examples else MOST_DEFINED]
    lines = [f"{node.name} = {node.formula}" if node.formula != node.name else node.name for node in named]
    return " ".join(f"<span><math>{mathml(line, steps.names)}</math></span>" for line in lines)


def _short(script: str) -> str:
    """A script without its comments on lines of their own, and without its indentation: pages stay small.

    No text of the scripts goes over several lines, so each of their lines can be taken for itself.
    """
    lines = [line.strip() for line in script.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/**")))


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
