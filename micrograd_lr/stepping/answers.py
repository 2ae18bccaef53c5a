"""Judges what a student answers, a number or a formula, and finds the usual mistake behind a wrong answer.

The page judges in the same way, in page/web/answers.js, with the numbers and the words of this file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from micrograd_lr.engine.order import topological
from micrograd_lr.formulas.keys import VALUE, gradient_key, ids, value_key
from micrograd_lr.formulas.tokens import FormulaError, quoted, said, spellings, tokens
from micrograd_lr.formulas.typed import NoValue, evaluated
from micrograd_lr.stepping.elsewhere import elsewhere, enough
from micrograd_lr.stepping.record import payments
from micrograd_lr.stepping.shapes import fits, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from typing import Any

    from micrograd_lr.engine.value import Value
    from micrograd_lr.stepping.frames import Steps
    from micrograd_lr.stepping.moves import Example
    from micrograd_lr.stepping.questions import Question

    Numbers = Mapping[str, Any]  # of a graph, by key

TOLERANCE = 0.01  # of the right number: what a student finds with three digits
RELATIVE, ABSOLUTE = 1e-4, 1e-12  # of a formula's number: a printed formula has its constants with six digits
EASY = (0.0, 1.0)  # numbers that tell nothing about how one came to them
SAID = {
    "right": "Right.",
    "short": "Right, and the short way.",
    "here": "Right, at these numbers.",
    "not yet": "Not yet. Try again, or reveal.",
    "otherwise": "Not yet: at these numbers it gives another number.",
    "no value": "Not yet: at these numbers it has no value.",
    "by chance": "At these numbers that is right, but only by chance: at other numbers it is not.",
    "number": "That is the number. A formula is asked for, with names: it has to be right at other numbers too.",
    "sign": "Check the sign.",
    "sign too": " Check the sign, too.",
}


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and what to say to it."""

    right: bool
    said: str


def right(answer: float, exact: Any) -> bool:
    """Whether an answer is the right number, to within `TOLERANCE` of it."""
    return math.isfinite(exact) and abs(answer - float(exact)) <= TOLERANCE * abs(float(exact))


def agrees(answer: float, exact: Any) -> bool:
    """Whether a formula gives the right number; NaN does not."""
    return abs(answer - float(exact)) <= RELATIVE * abs(float(exact)) + ABSOLUTE


class Judge:
    """Judges answers by the numbers of the graph at the present inputs, and formulas at two other places as well.

    `steps` are those of the expression, at these inputs or at others: what is asked does not depend on the numbers.
    """

    def __init__(self, expression: Callable[..., Value], numbers: Mapping[str, float], steps: Steps) -> None:
        self._steps = steps
        self._inputs = expression, numbers

    @cached_property
    def places(self) -> list[Numbers]:
        """The numbers of the graph at the present inputs, then at other ones."""
        expression, numbers = self._inputs
        paid = {*self._steps.paid_to}

        def of(root: Value) -> Numbers:
            return numbers_of(self._steps.level.shown_of(root), paid, self._steps.examples)

        return [of(expression(**numbers)), *elsewhere(expression, numbers, of, enough(self._steps))]

    def names(self, question: Question) -> dict[str, str]:
        """The keys of the names that an answer may have: those of all nodes, but not of what is computed later."""
        computed = [node.key for node in self._steps.nodes.values() if node.op]
        later = computed[computed.index(question.key) :] if question.key in computed else ()
        return {name: key for name, key in self._steps.typed.items() if key not in later}

    def spelt(self, question: Question) -> dict[str, str]:
        """These names, by every way to type them: what may mean another one, though it be computed later, is none."""
        names = self.names(question)
        return {spelling: name for spelling, name in self._spelt.items() if name in names}

    @cached_property
    def _spelt(self) -> dict[str, str]:
        return spellings(self._steps.typed)

    def verdict(self, text: str, question: Question, ask: str) -> Verdict:
        """What to say to an answer. FormulaError if it cannot be read.

        `ask` is number, formula, or "" for either: then an answer with names is a formula.
        """
        if question.shape:
            return self._of_a_shape(text, question)
        ask = ask or ("formula" if self._names_in(text) else "number")
        try:
            return self._of_a_formula(text, question) if ask == "formula" else self._of_a_number(text, question)
        except FormulaError as error:
            raise self._of_a_later_name(text, question) or error from None

    def _names_in(self, text: str) -> list[str]:
        """The names in an answer, of all nodes. FormulaError if there are others."""
        return [found for kind, found in tokens(text, self._spelt) if kind == "name"]

    def _of_a_later_name(self, text: str, question: Question) -> FormulaError | None:
        """What to say to an answer that cannot be read only because a name in it is computed later."""
        known = self.names(question)
        try:
            later = [name for name in self._names_in(text) if name not in known]
        except FormulaError:
            return None
        return FormulaError(said("later", found=quoted(later[0]))) if later else None

    def _of_a_shape(self, text: str, question: Question) -> Verdict:
        found, sizes = read(text), question.numbers
        if fits(found, question.shape, sizes):
            return Verdict(True, SAID["right"])
        known = [(read(wrong), hint) for wrong, hint in question.mistakes]
        said = [hint for wrong, hint in known if found == wrong]
        return Verdict(
            False, _only(said or [hint for wrong, hint in known if fits(found, wrong, sizes)]) or SAID["not yet"]
        )

    def _of_a_number(self, text: str, question: Question) -> Verdict:
        here = self.places[0]
        names, spelt = self.names(question), self.spelt(question)
        answer = evaluated(text, {name: here[key] for name, key in names.items()}, spelt)
        if right(answer, here[question.key]):
            return self._praise(text, question)
        answers = self._answers(text, question)
        is_number = {*answers} == {answer}  # a formula with names gives others elsewhere
        hint = self._hint_to_a_number(question, answer) if is_number else self._hint(question, answers)
        return Verdict(False, hint or question.nudge or SAID["not yet"])

    def _of_a_formula(self, text: str, question: Question) -> Verdict:
        answers = self._answers(text, question)
        agreed = [agrees(answer, place[question.key]) for answer, place in zip(answers, self.places)]
        if all(agreed):
            return self._praise(text, question)
        why = "by chance" if agreed[0] else "no value" if math.isnan(answers[0]) else "otherwise"
        if right(answers[0], self.places[0][question.key]) and not self._names_in(text):
            why = "number"
        nudge = question.nudge if why == "otherwise" else ""
        return Verdict(False, self._hint(question, answers) or nudge or SAID[why])

    def _answers(self, text: str, question: Question) -> list[float]:
        """The number of a formula at each place; NaN where it has none."""
        names, spelt = self.names(question), self.spelt(question)
        return [_value(text, {name: place[key] for name, key in names.items()}, spelt) for place in self.places]

    def _praise(self, text: str, question: Question) -> Verdict:
        """Right; but for a number may stand a formula that is right only here, such as (1 − y)/(1 − a) where y is 0."""
        places = zip(self._answers(text, question), self.places)
        if self._names_in(text) and not all(right(answer, place[question.key]) for answer, place in places):
            return Verdict(True, SAID["here"])
        short = question.closed and self.readable(question) and self._is_short(text, question)
        return Verdict(True, SAID["short" if short else "right"])

    def _is_short(self, text: str, question: Question) -> bool:
        """Whether a formula is a closed form: right everywhere, with no more names and numbers than as printed."""
        answers, spelt = self._answers(text, question), self.spelt(question)
        size, most = (sum(kind in ("name", "number") for kind, _ in tokens(x, spelt)) for x in (text, question.formula))
        return size <= most and all(agrees(x, place[question.key]) for x, place in zip(answers, self.places))

    def _hint(self, question: Question, answers: Sequence[float]) -> str:
        """The hint of the first mistake that gives these answers at all places, perhaps but for its sign; or ""."""
        if all(agrees(-answer, place[question.key]) for answer, place in zip(answers, self.places)):
            return SAID["sign"]
        numbers = [_numbers_at(place, question) for place in self.places]
        for sign in (1, -1):
            for mistake, hint in question.mistakes:
                if all(agrees(sign * answer, _wrong(mistake, at)) for answer, at in zip(answers, numbers)):
                    return _signed(hint, sign)
        return ""

    def _hint_to_a_number(self, question: Question, answer: float) -> str:
        """The hint of the mistake that gives a number at the present inputs; "" if several different ones give it.

        0 and 1, to which many ways lead, tell nothing if they are only right here; nor does the value of a node, if
        another number of the graph is the same, perhaps but for its sign. What agrees at all places is one mistake.
        That the sign alone is wrong is not a guess, and is always said. But of a value with an operand of 0 or 1 it is
        a guess that another mistake has the wrong sign too: -2 for σ(0) need not be 1 + exp(0).
        """
        places = self.places
        if right(-answer, places[0][question.key]):
            return SAID["sign"]
        known: list[list[float]] = []

        def is_new(given: list[float]) -> bool:
            if not right(answer, given[0]) or any(all(map(agrees, given, other)) for other in known):
                return False
            known.append(given)
            return True

        numbers = [_numbers_at(place, question) for place in places]
        of_easy = question.key.startswith(VALUE) and any(numbers[0].get(operand) in EASY for operand in "ab")
        found = [
            (mistake, _signed(hint, sign))
            for sign in ((1,) if of_easy else (1, -1))
            for mistake, hint in question.mistakes
            if is_new([sign * _wrong(mistake, at) for at in numbers])
        ]
        if not found or (answer in EASY and not all(agrees(answer, x) for x in known[0])):
            return ""
        same = ([sign * float(place.get(key, math.nan)) for place in places] for key in places[0] for sign in (1, -1))
        if str(question.numbers.get(found[0][0])).startswith(VALUE) and any(map(is_new, same)):
            return ""
        return _only([hint for _, hint in found])

    def readable(self, question: Question) -> bool:
        """Whether the formula that answers a question can be typed as it is printed."""
        try:
            here = self.places[0]
            names = {name: here[key] for name, key in self.names(question).items()}
            return agrees(evaluated(question.formula, names, self.spelt(question)), here[question.key])
        except FormulaError:  # none, or a function that answers do not have, or a formula that is abridged
            return False


def _signed(hint: str, sign: int) -> str:
    return hint if sign == 1 else hint + SAID["sign too"]


def _only(said: Sequence[str]) -> str:
    """What is said, if it is one thing; or ""."""
    return said[0] if len({*said}) == 1 else ""


def _value(text: str, numbers: Numbers, spelt: Mapping[str, str]) -> float:
    try:
        return evaluated(text, numbers, spelt)
    except NoValue:
        return math.nan


def _numbers_at(place: Numbers, question: Question) -> dict[str, float]:
    """The numbers of the names in a question's mistakes; without those that there are not, of what nobody is paid."""
    found = {name: place.get(x) if isinstance(x, str) else x for name, x in question.numbers.items()}
    return {name: float(x) for name, x in found.items() if x is not None}


def _wrong(mistake: str, numbers: Numbers) -> float:
    try:
        return evaluated(mistake, numbers)
    except FormulaError:  # nobody can make this mistake here, or its formula is abridged
        return math.nan


def numbers_of(root: Value, paid: Container[str], examples: Iterable[Example] = ()) -> dict[str, Any]:
    """Every number of a graph by its key; of gradients, those of the leaves in `paid` and what rests on them."""
    nodes = topological(root)
    id_of = ids(nodes)
    found = {value_key(id): node.data for node, id in id_of.items()}
    leaves = {node for node, id in id_of.items() if node.op is None and id in paid}
    for payment in payments(root, leaves, examples):
        found |= payment.numbers
        found.setdefault(gradient_key(payment.payer), payment.upstream)
        found[gradient_key(payment.operand)] = payment.total
    return found
