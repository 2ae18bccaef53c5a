"""The page as the text of one HTML file, with its style, its script and its data inside."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.page.arithmetic import compute, functions, values
from micrograd_lr.page.content import Content
from micrograd_lr.page.document import document, short_script, short_scripts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.engine.value import Value
    from micrograd_lr.page.views import View
    from micrograd_lr.stepping.frames import Steps

JUDGES = ("tokens.js", "typed.js", "answers.js")  # read and judge what a student answers
MOST_DEFINED = 4  # formulas of the heading
BESIDE_OPTIONS = 2  # long ones that it has room for
SCRIPTS = (
    "packed.js",
    "state.js", "text.js", "drawing.js", "picture.js", "flow.js", "matrix.js", "chain.js",
    "breaking.js", "frame.js", "table.js",
    "questions.js", *JUDGES, "elsewhere.js", "inputs.js", "drag.js", "learn.js", "moves.js",
    "address.js", "notebook.js", "print.js", "controls.js",
)  # fmt: skip


def page(root: Value, views: list[View]) -> str:
    """The HTML of the page to step through `root` at these levels of detail, the first one first."""
    web = files(__package__) / "web"
    computed = [compute(f"compute_{i}", view) for i, view in enumerate(views)]
    tables = f"const computes = [{', '.join(f'compute_{i}' for i in range(len(views)))}];"
    generated = short_script("\n".join([*computed, tables, values("wholeValues", root), functions()]))
    steps = views[0].steps
    heading, below = _heading(steps)
    return document(
        (web / "page.html").read_text(encoding="utf-8"),
        (web / "page.css").read_text(encoding="utf-8"),
        "\n".join(['"use strict";', generated, short_scripts(web / file for file in SCRIPTS)]),
        Content(root, views).data,
        title=escape(f"Step through {steps.name(steps.root.id)}"),
        heading=heading,
        below=below,
    )


def _heading(steps: Steps) -> tuple[str, str]:
    """What the root is, in mathematics, and then the named nodes that it is made of, the last one first.

    Formulas of many examples are long: only two of them are in the heading, and the others in the line below, which is
    wider.
    """
    others = {node for example in steps.examples[1:] for node in example.nodes}
    named = [node for node in reversed(steps.nodes.values()) if node.op and (node.label or node is steps.root)]
    named = [node for node in named if node.id not in others]
    lines = [f"{node.name} = {node.formula}" if node.formula != node.name else node.name for node in named]
    found = [f"<span><math>{mathml(line, steps.names)}</math></span>" for line in lines[:MOST_DEFINED]]
    first = BESIDE_OPTIONS if steps.examples else MOST_DEFINED
    return " ".join(found[:first]), "".join(f"{span} " for span in found[first:])
