"""An exercise: an expression with its numbers, what is asked about it, and the usual mistakes as formulas.

No key is typed in. A right answer is what the reverse pass gives, at these numbers for a number, and at others too for
a formula.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random

from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.keys import gradient_key
from micrograd_lr.formulas.typed import evaluated
from micrograd_lr.stepping.answers import Judge
from micrograd_lr.stepping.frames import steps
from micrograd_lr.stepping.questions import Question

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from micrograd_lr.stepping.answers import Verdict
    from micrograd_lr.stepping.frames import Steps

EASY_NUMBERS = ("-3", "-5/2", "-2", "-3/2", "-1/2", "1/2", "3/2", "2", "5/2", "3")  # to compute with by hand
DRAWS = 500  # attempts to find numbers that keep the mistakes apart


@dataclass(frozen=True)
class Blank:
    """What is asked for: the value of a name, or the gradient with respect to it.

    `mistakes` are the usual wrong answers, each a formula in the names of the exercise with what to say to it.
    """

    kind: str
    of: str
    mistakes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Exercise:
    """Something to work out by hand, which knows its key and the usual mistakes.

    `expression` is read as `Expression` reads it, and `numbers` has the number of each of its inputs as text: ``-1/2``,
    ``ln(3)``. `choices` has the numbers that another seed may take for an input, where `EASY_NUMBERS` will not do.
    """

    name: str
    title: str
    aim: str
    expression: str
    numbers: Mapping[str, str]
    blanks: tuple[Blank, ...]
    hints: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def steps(self) -> Steps:
        """Both passes at these numbers, with all gradients."""
        return steps(self._read(**self._floats), detail="names", gradients="all")

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is asked, one question for each blank."""
        return tuple(self._question(blank) for blank in self.blanks)

    @cached_property
    def judge(self) -> Judge:
        """The judge of answers."""
        return Judge(self._read, self._floats, self.steps)

    def verdict(self, place: int, answer: str) -> Verdict:
        """What to say to the answer to a question: a number, or a formula, which is right if it is right everywhere.

        FormulaError if it cannot be read.
        """
        return self.judge.verdict(answer, self.questions[place], "")

    def key(self, place: int) -> float:
        """The right number."""
        return float(self.steps.number(self.questions[place].key))

    @property
    def board(self) -> str:
        """The expression as one writes it on the board, a line for each name."""
        return "\n".join(format_formula(f"{x.name} = {x.formula}") for x in self.steps.nodes.values() if x.op)

    @property
    def given(self) -> str:
        """The numbers, as a student reads them: ``x = −2, y = 5``."""
        return format_formula(", ".join(f"{name} = {number}" for name, number in self.numbers.items()))

    def at(self, seed: int) -> Exercise:
        """The same exercise with other numbers, at which every mistake gives another answer. A seed gives the same.

        ValueError if there are no such numbers.
        """
        rng = Random(f"{self.name} {seed}")
        for _ in range(DRAWS):
            drawn = {name: rng.choice(self.choices.get(name, EASY_NUMBERS)) for name in self.numbers}
            found = replace(self, numbers=drawn)
            try:
                if not any(found.not_told_apart()):
                    return found
            except DOMAIN_ERRORS:  # no value at these numbers
                continue
        raise ValueError(
            f"{self.name}: at none of {DRAWS} draws of numbers does each mistake get its own diagnosis. Give more "
            f"choices for {', '.join(self.numbers)}, or remove a mistake that gives the same as another one."
        )

    def not_told_apart(self) -> Iterator[str]:
        """The mistakes that do not get their own diagnosis at these numbers, and the questions whose key is 0."""
        values = {name: self.steps.number(key) for name, key in self.steps.typed.items()}
        for place, blank in enumerate(self.blanks):
            asked = format_formula(self.questions[place].prompt)
            if not self.key(place):
                yield f"{asked}: the right answer is 0, which says nothing of how one came to it"
            for mistake, hint in blank.mistakes:
                number = evaluated(mistake, values)
                said = self.verdict(place, repr(number)).said
                if said != format_formula(hint):
                    yield f'{asked}: the mistake {mistake} gives {number:.6g}, and that is told "{said}"'

    @cached_property
    def _read(self) -> Expression:
        return Expression(self.expression)

    @property
    def _floats(self) -> dict[str, float]:
        return {name: evaluated(number, {}) for name, number in self.numbers.items()}

    def _question(self, blank: Blank) -> Question:
        node = next(node for node in self.steps.nodes.values() if node.label == blank.of)
        mistakes = tuple((mistake, format_formula(hint)) for mistake, hint in blank.mistakes)
        if blank.kind == "value":
            return Question(node.name, node.name, node.key, mistakes, self.steps.typed)
        gradient = self.steps.gradient_of(node.id)
        return Question(gradient, gradient, gradient_key(node.id), mistakes, self.steps.typed)
