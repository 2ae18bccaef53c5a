"""`StepThrough`: both passes to step through, in a notebook, or as one HTML file that works offline."""

from __future__ import annotations

import base64
import hashlib
import inspect
import json
import math
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from xml.etree import ElementTree

from micrograd_lr.compiler.codegen_javascript import function, symbolic
from micrograd_lr.compiler.symbols import Trace
from micrograd_lr.compiler.tracing import TraceError
from micrograd_lr.engine.errors import REMEDIES
from micrograd_lr.engine.ops import LOG, MUL, OPS
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.stable import as_loss, logit, one_less
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.formulas.rules import FOR_NUMBERS_ONLY
from micrograd_lr.formulas.text import SLOT
from micrograd_lr.logistic.model import ManyExamples, OneExample
from micrograd_lr.logistic.slides import derivation
from micrograd_lr.pictures.drawing import Drawing
from micrograd_lr.pictures.graph import EXAMPLES_OPENED, picture
from micrograd_lr.pictures.look import THEMES, Look
from micrograd_lr.pictures.renderers import choose
from micrograd_lr.stepping.frames import Frame, Steps, steps
from micrograd_lr.stepping.moves import Line, Node
from micrograd_lr.stepping.questions import TOLERANCE, Question, questions
from micrograd_lr.stepping.record import payments
from micrograd_lr.tools.files import write_whole
from micrograd_lr.tools.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from micrograd_lr.engine.ops import Op
    from micrograd_lr.pictures.boxes import Picture

LIMIT = 400  # boxes of the graph in a page; what lies deeper is folded, and steps all the same
SCRIPTS = ("formula.js", "inputs.js", "page.js")
WIDEST = -0.1235  # a number as long as most: the boxes have room for it when an input changes


class StepThrough:
    """The forward and the backward pass of `root`, one move at a time. ``save("page.html")`` writes a page of its own.

    `steps` are its frames. `root` is a node, or an example of `logistic` (OneExample, ManyExamples), whose page has the
    slides' derivation too. `data` names the leaves that are data; `digits` are those of the numbers that are shown.
    """

    def __init__(
        self, root: Value | OneExample | ManyExamples, *, data: Iterable[str] = ("x", "y"), digits: int = 4
    ) -> None:
        self.example: OneExample | ManyExamples | None = None if isinstance(root, Value) else root
        self.root: Value = (
            root.L if isinstance(root, OneExample) else root.J if isinstance(root, ManyExamples) else root
        )
        self.data = (data,) if isinstance(data, str) else tuple(data)
        self.steps: Steps = steps(self.root, data=self.data, digits=digits)

    @property
    def html(self) -> str:
        """The page as text: one file, with all that it needs, and without the network."""
        return page(self)

    def save(self, path: str | Path) -> Path:
        """Write the page, whole or not at all; returns the path. ValueError for a name that does not end in .html."""
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"{path.name!r}: the page is an HTML file. Choose a name that ends in .html.")
        write_whole(path, self.html)
        return path

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        framed = f'<iframe srcdoc="{escape(self.html)}" style="width: 100%; height: 46rem; border: 0"></iframe>'
        return {"text/html": framed, "text/plain": repr(self)}

    def __str__(self) -> str:
        return printable("\n".join(frame.text for frame in self.steps))

    def __repr__(self) -> str:
        return printable(f"<StepThrough: {len(self.steps)} frames of {self.steps.root.name}>")


def page(shown: StepThrough) -> str:
    """The HTML text of a page."""
    steps = shown.steps
    web = files(__package__) / "web"
    read = {file: (web / file).read_text(encoding="utf-8") for file in ("page.html", "page.css", *SCRIPTS)}
    style = _colours() + read["page.css"]
    data = _Data(steps, shown.root)
    script = "\n".join(
        ['"use strict";', _compute(shown.root), _functions(data.mistakes.texts), *(read[file] for file in SCRIPTS)]
    )
    heading = steps.name(steps.root.id)
    return Template(read["page.html"]).substitute(
        title=escape(f"Step through {heading}"),
        heading=escape(heading),
        policy="; ".join(
            ["default-src 'none'", f"style-src {_hash(style)}", f"script-src {_hash(script)}", "base-uri 'none'",
             "form-action 'none'"]
        ),
        board=_board(shown.example),
        style=style,
        script=script,
        graph=_graph(shown),
        data=_in_a_script(json.dumps(data.content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)),
    )  # fmt: skip


def _in_a_script(text: str) -> str:
    """JSON in which nothing ends the script element that it stands in, or begins a comment."""
    return text.replace("</", "<\\/").replace("<!", "\\u003c!")


def _hash(text: str) -> str:
    """What a Content-Security-Policy allows to run: this text, and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _colours() -> str:
    """The colours of the pictures as variables: light, and dark where the reader prefers it."""

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


def _graph(shown: StepThrough) -> str:
    """The picture of `draw` before any gradient, laid out with room for numbers that may become longer."""

    def drawn(roomy: bool) -> Picture:
        made = picture(shown.root, (EXAMPLES_OPENED,), LIMIT, shown.data)
        made.notes.clear()
        for box in made.boxes:
            node = shown.steps.nodes.get(box.id.split("-for-")[0])
            if node is not None:
                box.label = box.label or (node.name if node.name == node.id else "")
                box.foreign, box.grad = False, WIDEST if roomy else None
                box.value = WIDEST if roomy else box.value
                for edge in box.edges:
                    edge.partial = WIDEST if roomy else edge.partial
        return made

    real = drawn(roomy=False)
    svg = Drawing(real, Look(digits=shown.steps.digits), set(), choose(len(real.boxes)), drawn(roomy=True)).svg
    return _for_the_page(svg)


def _for_the_page(svg: str) -> str:
    """A picture without what the page says itself: sentences with numbers, which would not follow, and styles."""
    tree = ElementTree.fromstring(svg)
    for element in tree.iter():
        for name in ("style", *(("fill", "font-family") if element.tag.endswith("text") else ())):
            element.attrib.pop(name, None)
        for child in [*element]:
            if child.tag.endswith(("title", "desc")):
                element.remove(child)
            child.tail = None
        element.text = (element.text or "").strip()
    return ElementTree.tostring(tree, encoding="unicode")


def _board(example: OneExample | ManyExamples | None) -> str:
    """The slides' derivation: questions, each answer behind its own. Only for an example whose graph shows a = σ(z)."""
    if example is None or (isinstance(example, ManyExamples) and not example.activations):
        return ""
    lines = ['<section id="board" class="board" aria-labelledby="board-title"><h2 id="board-title">On the board</h2>']
    lines.append('<button type="button" id="answers" aria-pressed="false">Show all answers</button>')
    for slide in derivation(example):
        lines.append(f"<h3>{escape(slide.title)}</h3><p>{escape(format_formula(slide.question))}</p>")
        lines += [f"<p>{_math(slide.given)}</p>"] if slide.given else []
        for answer in slide.answers:
            lines.append(
                f'<details><summary aria-label="{escape(format_formula(answer.asked))}">{_math(answer.asked)}</summary>'
            )
            lines.append(f"<p>{_math(answer.formula)}</p>")
            lines += [f'<p class="numbers">{_math(line)}</p>' for line in answer.numbers]
            lines += [f'<p class="why">{escape(format_formula(answer.why))}</p>'] if answer.why else []
            lines.append("</details>")
    return "\n".join([*lines, "</section>"])


def _math(text: str) -> str:
    return f"<math>{mathml(text)}</math>"


# The arithmetic of the page: every rule comes from the table, by the generator that compiles Python.


def _compute(root: Value) -> str:
    """``compute(leaves)``: every number of the page by its slot."""
    try:
        twin = symbolic(root)
        twin.backward()
    except TraceError as error:
        raise ValueError(
            "the page computes with JavaScript that is made from the rules, and a rule of this graph takes numbers "
            f"only: {error}"
        ) from error
    numbers: dict[str, Any] = {}
    for i, node in enumerate(topological(twin)):
        numbers[f"v{i}"], numbers[f"g{i}"] = node.data, node.grad
    for payment in payments(twin):
        for letter, number in (
            ("p", payment.partial), ("c", payment.contribution), ("s", payment.total), ("r", payment.before)
        ):  # fmt: skip
            numbers[payment.key(letter)] = number
    return function("compute", numbers)


def _of_names(name: str, text: str, *results: str) -> str:
    """A function of named numbers, for an expression: its value, and its derivative by the names in `results`."""
    trace, expression = Trace(), Expression(text)
    leaves = {x: Value(trace.entry(x)) for x in expression.names}
    root = expression(**leaves)
    root.backward()
    return function(name, {"value": root.data, **{f"d{x}": leaves[x].grad for x in results}})


def _functions(expressions: Iterable[str]) -> str:
    """The functions that a reader's formula may call, the usual mistakes, and the stable loss."""
    called = {op.name: f"{op.name}(a)" for op in OPS.values() if op.name.isidentifier() and _of_one_operand(op)}
    tables: dict[str, dict[str, tuple[str, ...]]] = {
        "functions": {name: (text,) for name, text in called.items()},
        "wrong": {str(i): (text,) for i, text in enumerate(expressions)},
        "stable": {"loss": ("logistic_loss(z, y)", "z")},
    }
    lines = []
    for table, entries in tables.items():
        there = []
        for name, wanted in entries.items():
            try:
                lines.append(_of_names(f"{table}_{name}", *wanted))
            except FOR_NUMBERS_ONLY:  # a row of the user's own, which a reader's formula cannot call then
                continue
            there.append(name)
        lines.append(f"const {table} = {{{', '.join(f'{name}: {table}_{name}' for name in there)}}};")
    return "\n".join(lines)


def _of_one_operand(op: Op) -> bool:
    _, *operands = inspect.signature(op.partials).parameters.values()
    return len(operands) == 1 and operands[0].kind is not inspect.Parameter.VAR_POSITIONAL


# The data of the page: what is shown when, as templates. The same formula stands in many frames: once in a pool.


class _Pool:
    """Texts, each once, by number."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))


class _Data:
    """What the script reads: nodes and frames, with formulas and usual mistakes by their number in a pool."""

    def __init__(self, steps: Steps, root: Value) -> None:
        self.steps, self.saturations = steps, _saturations(root)
        self.formulas, self.hints, self.mistakes = _Pool(), _Pool(), _Pool()
        self.math = cache(lambda text: self.formulas(mathml(text, steps.names)))
        self.content = {
            "digits": steps.digits, "tolerance": TOLERANCE,
            "nodes": [self.node(node) for node in steps.nodes.values()],
            "frames": [self.frame(frame) for frame in steps],
            "pool": [*self.formulas.texts], "hints": [*self.hints.texts],
        }  # fmt: skip

    def node(self, node: Node) -> dict[str, Any]:
        return {
            "id": node.id, "name": format_formula(node.name), "math": self.math(node.name),
            "kind": node.kind, "op": node.op,
            "formula": self.math(node.formula), "line": [self.math(x) for x in (node.name, node.template) if x],
            "operands": [x for x in node.operands if isinstance(x, str)], "start": None if node.op else _start(node),
            "remedy": REMEDIES.get(node.op, ""), "saturated": self.saturations.get(node.id, []),
        }  # fmt: skip

    def frame(self, frame: Frame) -> dict[str, Any]:
        return {
            "kind": frame.kind, "node": frame.node, "text": format_formula(frame.template), "lead": frame.lead,
            "lines": [self.line(line) for line in frame.lines],
            "questions": [self.question(question) for question in questions(frame)],
            "payments": [[x.payer, x.position, x.operand, x.path, x.paths] for x in frame.payments],
        }  # fmt: skip

    def line(self, line: Line) -> dict[str, Any]:
        return {
            "kind": line.kind, "note": format_formula(line.note), "key": line.key,
            "parts": [self.math(part) for part in line.parts],
            "plain": [self.math(part) for part in line.parts if SLOT not in part],
        }  # fmt: skip

    def question(self, question: Question) -> dict[str, Any]:
        numbers = {name: x for mistake in question.mistakes for name, x in mistake.numbers.items()}
        mistakes = [[self.mistakes(x.expression), self.hints(x.hint)] for x in question.mistakes]
        asked = {
            "text": format_formula(question.prompt), "key": question.key,
            "mistakes": mistakes, "numbers": _for_json(numbers),
        }  # fmt: skip
        if question.payment is None:
            return asked
        return asked | {
            "slope": self.math(question.slope_prompt), "partial": question.payment.key("p"),
            "slope_text": format_formula(question.slope_prompt), "slope_formula": format_formula(question.slope),
        }  # fmt: skip


def _start(leaf: Node) -> float:
    """The number that a leaf of the page starts from. ValueError for one that a page cannot start from."""
    try:
        number = float(leaf.value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(
            f"the page computes with floats, from finite numbers; {leaf.name} is {leaf.value!s:.40}. "
            "Record the expression at numbers, and read the frames of steps(root) for anything else."
        )
    return number


def _for_json(numbers: dict[str, Any]) -> dict[str, Any]:
    """Slots, and plain numbers as floats."""
    return {name: x if isinstance(x, str) else float(x) for name, x in numbers.items()}


def _saturations(root: Value) -> dict[str, list[Any]]:
    """Of every log a and log(1 - a) with a = σ(z), by its id: the ids of a and z, and the label, an id or a number."""
    order = topological(root)
    ids = {node: f"n{i}" for i, node in enumerate(order)}
    found: dict[str, list[Any]] = {}
    for node in order:
        (x,) = node.operands if node.op is LOG else (None,)
        z, label = as_loss(x) or (None, 0.0)
        a = one_less(x) or x
        if isinstance(z, Value) and z in ids and logit(a) is z:
            found[ids[node]] = [ids[a], ids[z], _label_of(node, label, order, ids)]
    return found


def _label_of(log: Value, label: float, order: Iterable[Value], ids: Mapping[Value, str]) -> Any:
    """What multiplies the log of a is y, and that of 1 - a is 1 - y: the id of y, or the label itself."""
    weights = (user.operands[user.operands[0] is log] for user in order if user.op is MUL and log in user.operands)
    labels = (weight if label else one_less(weight) for weight in weights)
    return next((ids[y] for y in labels if isinstance(y, Value)), label)
