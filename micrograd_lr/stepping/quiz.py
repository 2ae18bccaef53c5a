"""A walk through the frames of an expression, with questions on the way, and the score."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from micrograd_lr.formulas.format import format_formula, format_number
from micrograd_lr.formulas.tokens import FormulaError
from micrograd_lr.levels.names import INSIDE, usual_level
from micrograd_lr.stepping.answers import Judge
from micrograd_lr.stepping.frames import steps
from micrograd_lr.stepping.questions import Question, questions
from micrograd_lr.stepping.shapes import in_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from micrograd_lr.formulas.expression import Expression
    from micrograd_lr.stepping.answers import Verdict
    from micrograd_lr.stepping.frames import Frame, Steps
    from micrograd_lr.stepping.moves import Line


@dataclass
class Score:
    """How many questions were settled, and how many of them right at the first try."""

    right: int = 0
    settled: int = 0

    def __str__(self) -> str:
        return f"{self.right} of {self.settled} right at the first try" if self.settled else "none answered yet"


T = TypeVar("T")


class Asking(ABC, Generic[T]):
    """Open questions, of which the first one is asked. It takes the answers, and keeps the score."""

    def __init__(self, to_ask: Iterable[T] = (), score: Score | None = None) -> None:
        self.open, self.tries, self.score = [*to_ask], 0, score or Score()

    @property
    @abstractmethod
    def prompt(self) -> str:
        """The question in words."""

    @abstractmethod
    def verdict(self, text: str) -> Verdict:
        """Whether an answer to it is right. FormulaError if it cannot be read."""

    @abstractmethod
    def right_answer(self) -> str:
        """Its answer, as a sentence."""

    def answer(self, text: str) -> str:
        """What to say to an answer."""
        try:
            verdict = self.verdict(text)
        except FormulaError as error:  # it cannot be read, or has no value: that does not count as a try
            return str(error)
        if verdict.right:
            self._settle(first=not self.tries)
        else:
            self.tries += 1
        return verdict.said

    def reveal(self) -> str:
        """Give up the question, and return its answer."""
        answer = self.right_answer()
        self._settle(first=False)
        return answer

    def _settle(self, first: bool) -> T:
        """The question that is settled now; whether it was right at the first try."""
        self.score.settled += 1
        self.score.right += first
        self.tries = 0
        return self.open.pop(0)


def revealed(question: Question, steps: Steps, ask: str = "") -> str:
    """The answer to a question about some steps, as a sentence."""
    if question.shape:
        named = question.named
        return format_formula(f"{named[0].upper()}{named[1:]} is {in_numbers(question.shape, question.numbers)}.")
    if ask == "formula":
        return format_formula(f"{question.prompt} = {question.formula}")
    return f"{format_formula(question.prompt)} = {format_number(steps.number(question.key), steps.digits)}"


@dataclass
class Walk(Asking[Question]):
    """A place among the frames of an expression at some numbers, and the questions that are open there.

    `ask` is what is asked for: number, formula, or "" for nothing. `detail` is names, ops, or "" for names where there
    are some; `opened` has the names whose ops are shown. ArithmeticError or ValueError if the expression has no value
    at these numbers.
    """

    expression: Expression
    numbers: Mapping[str, float]
    ask: str = ""
    score: Score = field(default_factory=Score)
    detail: str = ""
    opened: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        root = self.expression(**self.numbers)
        self.detail = self.detail or usual_level(root)
        wanted = "parameters" if self.detail == "names" else "all"
        super().__init__(score=self.score)
        self.steps = steps(root, detail=self.detail, opened=self.opened, gradients=wanted)
        self.judge = Judge(self.expression, self.numbers, self.steps)
        self.index, self.settled = 0, set[str]()

    @property
    def frame(self) -> Frame:
        """The frame at this place."""
        return self.steps[self.index]

    @property
    def known(self) -> Frame:
        """The last frame whose numbers may be shown: while a question is open, the one before."""
        return self.steps[self.index - bool(self.open)]

    @property
    def hidden(self) -> tuple[Line, ...]:
        """The lines that would give away an answer."""
        return self.frame.lines[self._first_hidden :] if self.open else ()

    @property
    def near(self) -> tuple[Line, ...]:
        """The lines around the one that is asked for, for a screen that has no room for all of them."""
        return self.frame.lines[max(self._first_hidden - 2, 0) : self._first_hidden + 2] if self.open else ()

    @property
    def _first_hidden(self) -> int:
        lines, key = self.frame.lines, self.open[0].key
        return next((i for i, line in enumerate(lines) if line.gives(key)), len(lines))

    def again(self, numbers: Mapping[str, float]) -> Walk:
        """The same place at other numbers, where no question has been answered yet."""
        walk = replace(self, numbers=numbers)
        walk.move(self.index, asking=bool(self.open))
        return walk

    def opened_or_closed(self) -> Walk | None:
        """The walk with the example or the node of this frame opened, or closed again; None where it is one op.

        An example is opened into its named nodes, each of these into its ops; then its loss closes both.
        """
        node, example = self.steps.nodes.get(self.frame.node), self.frame.example
        if node is None:
            return None
        around = next((x for x in self.steps.examples if x.word in self.opened and node.id in x.nodes), None)
        found = {*self.frame.nodes}
        if example:
            opened = self.opened | {example.word}
        elif node.label in self.opened:
            opened = self.opened - {node.label, around.word if around and node.id == around.nodes[-1] else ""}
        elif node.op.startswith(INSIDE):
            opened = self.opened | {node.label}
        elif around:
            opened, found = self.opened - {around.word}, {around.nodes[-1]}
        else:
            return None
        walk = replace(self, opened=opened)
        labels = {self.steps.nodes[id].label for id in found}
        same = {x.id for x in walk.steps.nodes.values() if x.label in labels}
        walk.move(next(x.index for x in walk.steps if x.kind == self.frame.kind and not same.isdisjoint(x.nodes)))
        return walk

    def move(self, index: int, asking: bool = False) -> None:
        """Go to a frame; with `asking`, its questions are open."""
        self.index, self.tries = index, 0
        found = questions(self.frame) if asking and self.ask else ()
        self.open = [question for question in found if self._asked(question)]

    def _asked(self, question: Question) -> bool:
        asked = self.ask == "number" or question.shape or self.judge.readable(question)
        return bool(asked) and question.key not in self.settled

    @property
    def prompt(self) -> str:
        what = "the formula of " if self.ask == "formula" and not self.open[0].shape else ""
        return f"What is {what}{format_formula(self.open[0].named)}?"

    def verdict(self, text: str) -> Verdict:
        return self.judge.verdict(text, self.open[0], self.ask)

    def right_answer(self) -> str:
        return revealed(self.open[0], self.steps, self.ask)

    def _settle(self, first: bool) -> Question:
        question = super()._settle(first)
        self.settled.add(question.key)
        return question
