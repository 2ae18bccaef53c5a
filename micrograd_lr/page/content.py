"""The data that the script of a page reads: what each frame shows and asks, as templates for any numbers.

A formula stands in many frames, and so does a hint: each is kept once, in a pool, and frames have its number there.
"""

from __future__ import annotations

import math
from functools import cache

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
from micrograd_lr.formulas.text import SLOT
from micrograd_lr.formulas.tokens import spellings
from micrograd_lr.stepping import answers
from micrograd_lr.stepping.questions import questions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from micrograd_lr.stepping.frames import Frame, Steps
    from micrograd_lr.stepping.moves import Line, Node
    from micrograd_lr.stepping.questions import Question

# The script reads and judges typed formulas by the tables and words of the Python that does the same.
READING = {
    "characters": tokens.CHARACTERS, "exponent": tokens.EXPONENT, "number": tokens.NUMBER,
    "decimalComma": tokens.DECIMAL_COMMA, "space": tokens.SPACE, "signs": tokens.SIGNS,
    "longest": MAX_LENGTH, "deepest": MAX_DEPTH, "listed": tokens.LISTED, "quoted": tokens.QUOTED, "said": tokens.SAID,
}  # fmt: skip
JUDGING = {
    "tolerance": answers.TOLERANCE, "relative": answers.RELATIVE, "absolute": answers.ABSOLUTE,
    "places": answers.PLACES, "attempts": answers.ATTEMPTS, "nearer": answers.NEARER, "share": answers.SHARE,
    "said": answers.SAID,
}  # fmt: skip


class _Pool:
    """Texts and their numbers: the same text has the same number."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))


class Content:
    """`data` is what the script reads, ready for JSON; `mistakes` are the formulas of the usual wrong answers."""

    def __init__(self, steps: Steps, root: Value) -> None:
        self.steps, self.saturations = steps, _saturations(root)
        self.formulas, self.hints, self.mistakes = _Pool(), _Pool(), _Pool()
        self.math = cache(lambda text: self.formulas(mathml(text, steps.names)))
        self.data = {
            "digits": steps.digits, "reading": READING, "judging": JUDGING, "spellings": self.typed_names(),
            "nodes": [self.node(node) for node in steps.nodes.values()],
            "frames": [self.frame(frame) for frame in steps],
            "pool": [*self.formulas.texts], "hints": [*self.hints.texts],
        }  # fmt: skip

    def typed_names(self) -> dict[str, str]:
        """The names that may stand in a typed formula, by every way to type them: labels and ids, and no formulas."""
        return spellings(format_formula(x.name) for x in self.steps.nodes.values() if x.name in (x.label, x.id))

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
            "text": format_formula(question.prompt), "key": question.key, "mistakes": mistakes,
            "numbers": _for_json(numbers),
        }  # fmt: skip
        if question.payment is None:
            return asked
        return asked | {
            "slope": self.math(question.slope_prompt), "partial": question.payment.key("p"),
            "slope_text": format_formula(question.slope_prompt), "slope_formula": format_formula(question.slope),
        }  # fmt: skip


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
