"""A question of an exercise: it knows its key, and judges its answers. The kinds of questions are in kinds.py."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property

from micrograd_lr.formulas.format import format_formula
from micrograd_lr.stepping.quiz import revealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from micrograd_lr.exercises.computed import Computed, Passes
    from micrograd_lr.stepping.answers import Verdict
    from micrograd_lr.stepping.questions import Question


@dataclass(frozen=True)
class Blank:
    """What is asked for: `of` is a name, two names, a formula of matrices, or a question in words, as its kind wants.

    `mistakes` are the usual wrong answers, each with what to say to it: formulas in the names of the exercise, shapes,
    or options. Of the `options` of a choice, the right one is that without a mistake; `way` is how it is found, if it
    can be computed, from the formula `by`, with numbers `at` which it is.
    """

    kind: str
    of: str
    mistakes: tuple[tuple[str, str], ...]
    options: tuple[str, ...] = ()
    way: str = ""
    by: str = ""
    at: Mapping[str, str] = field(default_factory=dict)


class Kind(ABC):
    """A question about what is `computed`; what it is `of` has as many names of the expression as `names` says."""

    names = 0
    in_formulas = False  # whether its answer and its usual mistakes are formulas

    @classmethod
    def names_in(cls, of: str) -> tuple[str, ...]:
        """The names in what is asked for, with commas between them."""
        return tuple(map(str.strip, of.split(","))) if cls.names else ()

    def __init__(self, blank: Blank, computed: Computed) -> None:
        self.blank, self._computed = blank, computed

    @cached_property
    def passes(self) -> Passes:
        """The graph that it is about."""
        return self._computed.passes

    @property
    @abstractmethod
    def question(self) -> Question:
        """The question, as all ways of stepping put it."""

    @property
    @abstractmethod
    def key(self) -> float | str:
        """The right answer."""

    @property
    def put(self) -> tuple[str, str, str]:
        """The question: words, what is asked for as a formula, perhaps "", and the rest."""
        words = f"What is {self.question.named.removesuffix(self.question.prompt)}"
        return words.rstrip(), self.question.prompt, "?"

    @property
    def alone(self) -> bool:
        """Whether the answer says what was asked, ``∂L/∂a = 4``, so that the key need not repeat the question."""
        return self.in_formulas and bool(self.put[1])

    @property
    def asked(self) -> str:
        """The question in words."""
        before, formula, after = self.put
        return format_formula(f"{before} {formula}{after}")

    @property
    def revealed(self) -> str:
        """The right answer, as a sentence."""
        return revealed(self.question, self.passes.steps)

    def verdict(self, answer: str) -> Verdict:
        """What to say to an answer. FormulaError if it cannot be read."""
        return self.passes.judge.verdict(answer, self.question, "")

    def typed(self, mistake: str) -> str:
        """What somebody types who makes a mistake. FormulaError if it cannot be read, or has no value."""
        return mistake

    def unclear(self) -> Iterator[str]:
        """What is wrong with the key at these numbers, and which mistakes do not get their own diagnosis."""
        for mistake, hint in self.question.mistakes:
            if (said := self.verdict(self.typed(mistake)).said) != hint:
                yield f'the mistake {mistake}{self.gives(mistake)}, and that is told "{said}"'

    def not_told_apart(self) -> Iterator[str]:
        """The same, with the question before it."""
        return (f"{format_formula(self.question.named)}: {wrong}" for wrong in self.unclear())

    def gives(self, mistake: str) -> str:
        """What a mistake gives, in words, where that is something else."""
        return ""
