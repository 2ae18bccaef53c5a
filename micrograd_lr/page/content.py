"""The data that the script of a page reads: what each frame shows and asks, as templates for any numbers.

A formula stands in many frames, and so does a hint: each is kept once, in a pool, and frames have its number there.
"""

from __future__ import annotations

import math

from micrograd_lr.engine.errors import REMEDIES
from micrograd_lr.engine.ops import LOG, MUL
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.stable import as_loss, logit, one_less
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas import tokens
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.keys import ids
from micrograd_lr.formulas.language import MAX_DEPTH, MAX_LENGTH
from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.formulas.templates import as_factor
from micrograd_lr.formulas.tokens import spellings
from micrograd_lr.levels.names import INSIDE
from micrograd_lr.page.layout import layouts
from micrograd_lr.page.views import View, edge_key, error_in
from micrograd_lr.stepping import answers, elsewhere, shapes
from micrograd_lr.stepping.derivations import derivation
from micrograd_lr.stepping.leads import NOT_A_LABEL
from micrograd_lr.stepping.questions import questions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from micrograd_lr.page.views import Shown
    from micrograd_lr.stepping.frames import Frame, Steps
    from micrograd_lr.stepping.moves import Line, Node
    from micrograd_lr.stepping.questions import Question

# The script reads and judges typed formulas by the tables and words of the Python that does the same.
READING = {
    "characters": tokens.CHARACTERS, "exponent": tokens.EXPONENT, "number": tokens.NUMBER,
    "decimalComma": tokens.DECIMAL_COMMA, "grouped": tokens.GROUPED, "shape": tokens.SHAPE,
    "space": tokens.SPACE, "signs": tokens.SIGNS, "longSigns": tokens.LONG_SIGNS, "condition": tokens.CONDITION,
    "derivative": tokens.DERIVATIVE,
    "longest": MAX_LENGTH, "deepest": MAX_DEPTH, "said": tokens.SAID,
    "base": tokens.BASE, "listed": tokens.LISTED, "offered": tokens.OFFERED, "quoted": tokens.QUOTED,
}  # fmt: skip
JUDGING = {
    "tolerance": answers.TOLERANCE, "relative": answers.RELATIVE, "absolute": answers.ABSOLUTE,
    "attempts": elsewhere.ATTEMPTS, "nearer": elsewhere.NEARER, "share": elsewhere.SHARE,
    "said": answers.SAID, "easy": answers.EASY,
    "shapes": {"outside": shapes.OUTSIDE, "between": shapes.BETWEEN, "entry": shapes.ENTRY, "number": shapes.NUMBER},
}  # fmt: skip


class _Pool:
    """Texts and their numbers: the same text has the same number."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))


class Judged:
    """Questions as the script judges them: usual mistakes and hints are kept once, for all of them."""

    def __init__(self) -> None:
        self._hints, self._mistakes = _Pool(), _Pool()
        self._hinted: dict[tuple[int, int], int] = {}

    def question(self, question: Question) -> dict[str, Any]:
        """What is needed to judge the answers to a question."""
        found = {
            "key": question.key, "numbers": _for_json(question.numbers),
            "mistakes": [self._mistake(*mistake) for mistake in question.mistakes],
        }  # fmt: skip
        if question.shape:
            return found | {"shape": question.shape}
        if question.nudge:
            found["nudge"] = question.nudge
        if not question.formula:
            return found
        return found | {"formula": format_formula(question.formula), **({"closed": True} if question.closed else {})}

    def _mistake(self, formula: str, hint: str) -> int:
        return self._hinted.setdefault((self._mistakes(formula), self._hints(hint)), len(self._hinted))

    @property
    def tables(self) -> dict[str, Any]:
        """What all questions have in common, so far."""
        return {
            "reading": READING, "judging": JUDGING, "hints": [*self._hints.texts],
            "mistakes": [*self._mistakes.texts], "hinted": [*self._hinted],
        }  # fmt: skip


class Content:
    """`data` is what the script reads, ready for JSON."""

    def __init__(self, root: Value, views: list[View]) -> None:
        self.formulas, self.judged = _Pool(), Judged()
        whole = _whole(root, views)
        of_names: dict[tuple[str, ...], dict[str, int]] = {}
        self.typeset = {view: of_names.setdefault(view.steps.names, {}) for view in (*views, whole)}
        # The labels y of what is proven to be a − y, by their ids in the graph of all ops
        labels = [{closed.y for closed in view.steps.closed} for view in views]
        self.labels = {op for view, own in zip(views, labels) for op, id in view.ids.items() if id in own}
        self.inputs = _inputs(whole, views[0])
        self.data = {
            "digits": whole.steps.digits, "places": elsewhere.enough(whole.steps),
            "leaves": [self.leaf(node, whole) for node in self.inputs],
            "whole": self.whole(root, whole), "views": [self.view(view, whole) for view in views],
            "pool": [*self.formulas.texts], "notALabel": NOT_A_LABEL, **self.judged.tables,
        }  # fmt: skip

    def math(self, text: str, view: View) -> int:
        """The number of a formula in the pool."""
        known = self.typeset[view]
        if text not in known:
            known[text] = self.formulas(mathml(text, view.steps.names))
        return known[text]

    def leaf(self, node: Node, view: View) -> dict[str, Any]:
        """A leaf of the whole graph: an input of the page."""
        name, start = format_formula(node.name), _start(node)
        return {"id": node.id, "name": name, "math": self.math(node.name, view), "kind": node.kind, "start": start,
                **({"label": True} if node.id in self.labels and 0 <= start <= 1 else {})}  # fmt: skip

    def whole(self, root: Value, view: View) -> dict[str, Any]:
        """Every op, for saying which one has no value, and why."""
        saturations = _saturations(root)
        return {
            node.id: {
                "name": format_formula(node.name), "remedy": REMEDIES.get(node.op, ""),
                "line": [self.math(x, view) for x in (node.name, node.template) if x],
                "saturated": saturations.get(node.id, []),
            }
            for node in view.steps.nodes.values() if node.op
        }  # fmt: skip

    def view(self, view: View, whole: View) -> dict[str, Any]:
        """One level of detail: what stands in its boxes and frames, and where."""
        examples = view.steps.examples
        return {
            "title": view.title, "opens": [*view.opened], "detail": view.detail,
            "leaves": [view.ids[node.id] for node in self.inputs],
            "holds": {op: view.in_box.get(box, box) for op, box in _holds(whole, view.ids).items()},
            "spellings": typed_names(view.steps),
            "nodes": [self.node(node, view) for node in view.steps.nodes.values()],
            "boxes": [self.box(box, view) for box in view.boxes],
            "frames": [self.frame(frame, view) for frame in view.steps],
            "operands": {key: operand for box in view.boxes for key, operand in box.operands.items()},
            "edges": self.edges(view), "layouts": layouts(view),
            "closed": [
                {"z": x.z, "a": x.a, "loss": x.loss, "y": x.y, "math": self.math(error_in(view, x), view)}
                for x in view.steps.closed
            ],
            "labels": [[x.loss, x.y] for x in view.steps.closed_lines.closed_at_the_end],
            "examples": [[x.word, *x.nodes] for x in examples],
            "dimensions": shapes.dimensions(view.steps.closed_lines),
        }  # fmt: skip

    def box(self, box: Shown, view: View) -> dict[str, Any]:
        """A box of the picture, with its lines of text."""
        node = view.steps.nodes[box.id]
        opens = view.steps.moves.examples[box.id].word if box.kind == "example" else node.label
        return {
            "id": box.id, "kind": box.kind, "name": box.name, "opens": opens,
            "inside": node.op.startswith(INSIDE) or box.kind == "example",
            "rows": [[row.what, row.text, row.of, *([row.more] if row.more else [])] for row in box.rows],
        }  # fmt: skip

    def node(self, node: Node, view: View) -> dict[str, Any]:
        why = [[self.math(part, view) for part in equal] for equal in derivation(view.steps, node.id)]
        return {
            "id": node.id, "name": format_formula(node.name), "math": self.math(node.name, view),
            "kind": node.kind, "op": bool(node.op), "label": node.label,
            "formula": self.math(node.formula, view),
            "line": [self.math(x, view) for x in (node.name, node.formula, node.template) if x],
            "grad": format_formula(view.steps.gradient_of(node.id)) if node.id in view.paid else "",
            "gradMath": self.math(view.steps.gradient_of(node.id), view), **({"why": why} if why else {}),
        }  # fmt: skip

    def edges(self, view: View) -> dict[str, Any]:
        """Of every payment what its factor is called, and its formula as it stands in a product."""
        found = {}
        for payment in view.steps.payments:
            payer, key = view.steps.nodes[payment.payer], edge_key(payment.payer, payment.position)
            slope = payer.slopes[payment.position]
            found[key] = {
                "payer": payment.payer, "operand": payment.operand, "slot": payment.key("p"),
                "math": self.math(view.steps.slope_of(payment), view),
                "factor": self.math(as_factor(slope), view) if slope else None,
                "plain": payer.has_plain_slope(payment.position),
                "caption": view.captions[key],
            }  # fmt: skip
        return found

    def frame(self, frame: Frame, view: View) -> dict[str, Any]:
        return {
            "kind": frame.kind, "node": frame.node, "nodes": [*frame.nodes],
            "text": format_formula(frame.template).removeprefix(frame.lead), "lead": frame.lead,
            "lines": [self.line(line, view) for line in frame.lines],
            "questions": [self.question(question, view) for question in questions(frame)],
            "payments": [[x.payer, x.position, x.operand, x.path, x.paths] for x in frame.payments],
        }  # fmt: skip

    def line(self, line: Line, view: View) -> dict[str, Any]:
        return {
            "kind": line.kind, "key": line.key, "parts": [self.math(part, view) for part in line.parts],
            **({"note": format_formula(line.note)} if line.note else {}),
            **({"terms": line.terms} if line.terms else {}),
        }  # fmt: skip

    def question(self, question: Question, view: View) -> dict[str, Any]:
        asked = {"text": format_formula(question.prompt), **self.judged.question(question)}
        if question.shape:
            answer = shapes.in_numbers(question.shape, question.numbers)
            return asked | {"slope": self.math(question.name, view), "answer": answer}
        if question.prompt != question.name:
            asked["words"] = True
        if not question.formula:
            return asked
        return asked | {"slope": self.math(question.name, view)}


def starts(root: Value, views: list[View]) -> list[tuple[str, str, float]]:
    """The id, the name and the first number of each input of the page."""
    return [(node.id, node.name, _start(node)) for node in _inputs(_whole(root, views), views[0])]


def _whole(root: Value, views: list[View]) -> View:
    """The level at which every op is a box, shown or not."""
    return next((view for view in views if view.detail == "ops"), None) or View(root, "ops", (), **views[0].options)


def _inputs(whole: View, first: View) -> list[Node]:
    """The leaves, the parameters first, in the order of the level with which the page begins."""
    place = {node: i for i, node in enumerate(first.steps.nodes)}
    leaves = [x for x in whole.steps.nodes.values() if not x.op]
    return sorted(leaves, key=lambda x: (x.kind != "parameter", place[first.ids[x.id]]))


def typed_names(steps: Steps) -> dict[str, str]:
    """The names that may stand in a typed formula, by every way to type them."""
    return spellings(map(format_formula, steps.typed))


def _holds(whole: View, of: dict[str, str]) -> dict[str, str]:
    """The box of a view in which each op of the whole graph lies: its own, or that of the node it leads to."""
    found = dict(of)
    for node in reversed(whole.steps.nodes.values()):
        for operand in node.operands:
            if isinstance(operand, str):
                found.setdefault(operand, found[node.id])
    return found


def _start(leaf: Node) -> float:
    """The number that a leaf of the page has at first. ValueError if it is not a finite float."""
    try:
        number = float(leaf.value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(
            f"the page starts from finite numbers, as floats; {leaf.name} is {leaf.value!s:.40}. "
            "Record the expression at such numbers, or read the frames of steps(root), which take any type of number."
        )
    return number


def _for_json(numbers: dict[str, Any]) -> dict[str, Any]:
    """Slots as they are, and plain numbers as floats."""
    return {name: x if isinstance(x, str) else float(x) for name, x in numbers.items()}


def _saturations(root: Value) -> dict[str, list[Any]]:
    """By the id of each log a and log(1 - a) with a = σ(z): the ids of a and z, and the label y, an id or a number."""
    order = topological(root)
    id_of = ids(order)
    found: dict[str, list[Any]] = {}
    for node in order:
        (x,) = node.operands if node.op is LOG else (None,)
        z, label = as_loss(x) or (None, 0.0)
        a = one_less(x) or x
        if isinstance(z, Value) and z in id_of and logit(a) is z:
            found[id_of[node]] = [id_of[a], id_of[z], _label_of(node, label, order, id_of)]
    return found


def _label_of(log: Value, label: float, order: Iterable[Value], id_of: Mapping[Value, str]) -> Any:
    """The label, from the factor before the log, y log a or (1 - y) log(1 - a): the id of y, or a plain number."""
    weights = (user.operands[user.operands[0] is log] for user in order if user.op is MUL and log in user.operands)
    labels = (weight if label else one_less(weight) for weight in weights)
    return next((id_of[y] for y in labels if isinstance(y, Value)), label)
