"""An exercise: an expression with its numbers, what is asked about it, and the usual mistakes.

No key is typed in where it can be computed. A right number is what the reverse pass gives, a right formula gives it at
other numbers too, a right shape is that of the numbers themselves, and a choice is decided by running the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random

from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.exercises.computed import Computed
from micrograd_lr.exercises.kinds import KINDS
from micrograd_lr.formulas.format import format_formula

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from micrograd_lr.exercises.kind import Blank, Kind
    from micrograd_lr.stepping.answers import Verdict
    from micrograd_lr.stepping.frames import Steps

EASY_NUMBERS = ("-3", "-5/2", "-2", "-3/2", "-1/2", "1/2", "3/2", "2", "5/2", "3")  # to compute with by hand
DRAWS = 500  # attempts to find numbers that keep the mistakes apart


@dataclass(frozen=True)
class Exercise:
    """Something to work out by hand, which knows its key and the usual mistakes.

    `expression` is read as `Expression` reads it, and `numbers` has the number of each of its inputs as text: ``-1/2``,
    ``ln(3)``. `choices` has the numbers that another seed may take for an input, where `EASY_NUMBERS` will not do.
    `matrices` have formulas in the names of the expression as entries, ``w1, w2; b, 1``, and `sizes` those of n and m.
    `like` is the same exercise with other numbers, if there is one.
    """

    name: str
    title: str
    aim: str
    expression: str
    numbers: Mapping[str, str]
    blanks: tuple[Blank, ...]
    hints: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    matrices: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    like: Exercise | None = field(default=None, compare=False, repr=False)

    @cached_property
    def computed(self) -> Computed:
        """What it is about, at these numbers."""
        like = self.like.computed if self.like else None
        return Computed(self.expression, self.numbers, self.matrices, self.sizes, like)

    @cached_property
    def asked(self) -> tuple[Kind, ...]:
        """What is asked, one by one, each of which judges its answers in its own way."""
        return tuple(KINDS[blank.kind](blank, self.computed) for blank in self.blanks)

    @property
    def steps(self) -> Steps:
        """Both passes at these numbers, with all gradients."""
        return self.computed.passes.steps

    def verdict(self, place: int, answer: str) -> Verdict:
        """What to say to the answer to a question: a number, a formula that is right everywhere, a shape, or an option.

        FormulaError if it cannot be read.
        """
        return self.asked[place].verdict(answer)

    def key(self, place: int) -> float | str:
        """The right number; the right shape, ``(1, n)``, or option as text."""
        return self.asked[place].key

    @property
    def lines(self) -> tuple[str, ...]:
        """The expression as formulas, one for each name, and for each matrix."""
        lines = [f"{node.name} = {node.formula}" for node in self.steps.nodes.values() if node.op]
        return (*lines, *(f"{name} = [{entries}]" for name, entries in self.matrices.items()))

    @property
    def equations(self) -> tuple[str, ...]:
        """The numbers, each as an equation: ``x = -2``."""
        return tuple(f"{name} = {number}" for name, number in self.numbers.items())

    @property
    def board(self) -> str:
        """The expression as one writes it on the board, a line for each name, and for each matrix."""
        return "\n".join(map(format_formula, self.lines))

    @property
    def given(self) -> str:
        """The numbers, as a student reads them: ``x = −2, y = 5``."""
        return format_formula(", ".join(self.equations))

    def at(self, seed: int) -> Exercise:
        """The same exercise with other numbers, and its options in another order. A seed gives the same each time.

        Every mistake gives another answer at these numbers. ValueError if there are none.
        """
        rng = Random(f"{self.name} {seed}")
        blanks = tuple(replace(x, options=(*rng.sample(x.options, len(x.options)),)) for x in self.blanks)
        for _ in range(DRAWS):
            drawn = {name: rng.choice(self.choices.get(name, EASY_NUMBERS)) for name in self.numbers}
            found = replace(self, numbers=drawn, blanks=blanks, like=self)
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
        """The mistakes that do not get their own diagnosis at these numbers, and what is wrong with the keys."""
        for asked in self.asked:
            yield from asked.not_told_apart()
