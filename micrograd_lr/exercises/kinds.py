"""What can be asked: a number, a shape, or a choice. Each kind of question knows its key, and judges its answers."""

from __future__ import annotations

import re
from functools import cached_property

from micrograd_lr.exercises.kind import Kind
from micrograd_lr.exercises.matrices import printed
from micrograd_lr.exercises.options import right_options
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.keys import gradient_key
from micrograd_lr.formulas.tokens import FormulaError
from micrograd_lr.formulas.typed import evaluated
from micrograd_lr.stepping.answers import SAID, Verdict
from micrograd_lr.stepping.questions import Question, questions
from micrograd_lr.stepping.shapes import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from micrograd_lr.exercises.computed import Passes
    from micrograd_lr.stepping.moves import Node

LETTERS = "abcde"  # of the options, as they are typed
SIZES = "nm"  # the letters of shapes
_TYPED_SLOPE = re.compile(r"\bd(\w+) */ *d(?=\w)")  # dL/dw
NO_KEY = "the right answer is 0, which says nothing of how one came to it"


class Number(Kind):
    """``gradient = "w"``, and other numbers. A formula is right if it is right everywhere."""

    names = 1
    in_formulas = True

    @property
    def name(self) -> str:
        """The name whose value or gradient it is."""
        return self.names_in(self.blank.of)[-1]

    def prompt_of(self, node: Node) -> str:
        """What is asked for, as one writes it."""
        return self.passes.form.gradient_of(node.id)

    def key_of(self, node: Node) -> str:
        """Where the number is in the graph."""
        return gradient_key(node.id)

    @cached_property
    def question(self) -> Question:
        """The question; each mistake is a formula in the names of the graph."""
        steps = self.passes.form
        node = next(node for node in steps.nodes.values() if node.label == self.name)
        prompt = self.prompt_of(node)
        return Question(prompt, prompt, self.key_of(node), _formatted(self.blank.mistakes), steps.typed)

    @property
    def key(self) -> float:
        """The right number."""
        return self.passes.number(self.question.key)

    def typed(self, mistake: str) -> str:
        """The number that a mistake gives."""
        numbers = {name: self.passes.number(key) for name, key in self.passes.form.typed.items()}
        return repr(evaluated(mistake, numbers))

    def gives(self, mistake: str) -> str:
        """Its number with some digits."""
        number = f"{float(self.typed(mistake)):.6g}"
        return "" if number == mistake else f" gives {number}"

    def unclear(self) -> Iterator[str]:
        """A key of 0 as well."""
        if not self.key:
            yield NO_KEY
        yield from super().unclear()


class OfAValue(Number):
    """``value = "f"``."""

    def prompt_of(self, node: Node) -> str:
        """Its name."""
        return node.name

    def key_of(self, node: Node) -> str:
        """Its value."""
        return node.key


class OfASecond(Number):
    """``second = "z, w"``: ∂²L/∂z∂w, the gradient of a gradient."""

    names = 2

    @cached_property
    def passes(self) -> Passes:
        """The graph of the first gradient."""
        return self._computed.slope(self.names_in(self.blank.of)[0])

    def prompt_of(self, node: Node) -> str:
        """∂²L/∂z², or ∂²L/∂z∂w."""
        first, second = self.names_in(self.blank.of)
        root = self._computed.passes.form.root.name
        return f"∂²{root}/∂{first}{'²' if first == second else f'∂{second}'}"


class OfTwoCalls(Number):
    """``twice = "a"``: its gradient after two calls of ``backward()``, if every node adds to what it has."""

    @cached_property
    def passes(self) -> Passes:
        """A graph with these gradients."""
        return self._computed.twice

    @property
    def put(self) -> tuple[str, str, str]:
        """All of it in words."""
        return f"What is {self.question.prompt}?", "", ""

    def prompt_of(self, node: Node) -> str:
        """In words."""
        root = self._computed.passes.form.root.name
        return f"{node.name}.grad after two calls of {root}.backward(), if every node adds to what it has"


class OnTheWay(Number):
    """``walk = "∂a/∂z"``: what is asked on the way through both passes, with the hints that stepping gives there."""

    names = 0

    @cached_property
    def question(self) -> Question:
        """The question of stepping. ValueError, which says what there is, for one that is not asked there."""
        steps = self.passes.form
        known = {x.prompt: x for frame in steps for x in questions(frame) if not x.shape}
        by_spelling = {_bare(prompt): x for prompt, x in known.items()}
        wanted = _bare(_TYPED_SLOPE.sub("∂\\1/∂", self.blank.of))
        if wanted not in by_spelling:
            raise ValueError(f"there is no {self.blank.of} on the way. There are: {', '.join(known)}")
        return by_spelling[wanted]

    @property
    def put(self) -> tuple[str, str, str]:
        """In words where it is not a formula alone: ``∂L/∂w so far``."""
        question = self.question
        return super().put if question.prompt == question.name else (f"What is {question.prompt}?", "", "")

    def unclear(self) -> Iterator[str]:
        """A key of 0. Of the usual mistakes, which are many, two may give the same number: then neither is named."""
        if not self.key:
            yield NO_KEY


class OfAShape(Kind):
    """``shape = "(A - Y) Xᵀ"``: the rows and columns of a formula of matrices."""

    @cached_property
    def question(self) -> Question:
        """The question; each mistake is a shape. ValueError if there is no such matrix, or no letter for its size."""
        formula, sizes = printed(self.blank.of), self._computed.sizes
        letters = {1: "1"} | {size: letter for letter, size in sizes.items()}
        shape = self._computed.matrices.of(self.blank.of).shape
        if unknown := [x for x in shape if x not in letters]:
            raise ValueError(f"its shape is {shape}, and sizes does not say which letter is {unknown[0]}")
        found = tuple(letters[x] for x in shape)
        numbers = {letter: float(size) for letter, size in sizes.items()}
        return Question(formula, formula, f"shape {formula}", _formatted(self.blank.mistakes), numbers, shape=found)

    @property
    def key(self) -> str:
        """The right shape: (1, n)."""
        return f"({', '.join(self.question.shape)})"

    def typed(self, mistake: str) -> str:
        """The wrong shape. FormulaError if it is none."""
        read(mistake)
        return mistake


class OfAChoice(Kind):
    """``choice = "Which check goes red?"``: one of several options, by its letter or in its words."""

    @cached_property
    def question(self) -> Question:
        """The question; its mistakes are the wrong options."""
        words = format_formula(self.blank.of)
        return Question(words, words, f"choice {words}", _formatted(self.blank.mistakes), {})

    @property
    def options(self) -> dict[str, str]:
        """The options by their letters."""
        return dict(zip(LETTERS, self.blank.options))

    @property
    def put(self) -> tuple[str, str, str]:
        """All of it in words."""
        return self.question.named, "", ""

    @property
    def asked(self) -> str:
        """The question in words, and a line for each option."""
        return "\n".join([self.question.named, *(f"  {a}) {printed(option)}" for a, option in self.options.items())])

    @property
    def key(self) -> str:
        """The right option."""
        wrong = {mistake for mistake, _ in self.blank.mistakes}
        return next(option for option in self.blank.options if option not in wrong)

    @property
    def revealed(self) -> str:
        """The right option with its letter."""
        return next(f"{letter}) {printed(option)}" for letter, option in self.options.items() if option == self.key)

    def verdict(self, answer: str) -> Verdict:
        """What to say to an option, given as its letter or in its words. FormulaError if there is no such option."""
        by_words = {_bare(option): option for option in self.blank.options}
        option = self.options.get(_bare(answer)) or by_words.get(_bare(answer))
        if option is None:
            raise FormulaError(f"Type the letter of an option: {', '.join(self.options)}.")
        return Verdict(option == self.key, dict(self.question.mistakes).get(option, SAID["right"]))

    def unclear(self) -> Iterator[str]:
        """Whether what is computed is another option than that without a mistake."""
        if self.blank.way:
            found = right_options(self.blank.way, self.blank.by, self.blank.at, self.blank.options, self._computed)
            if found != [self.key]:
                told = " and ".join(found) or "none of the options"
                yield f"{self.blank.way} = {self.blank.by!r} gives {told}; the option without a mistake is {self.key}"
        yield from super().unclear()


KINDS: dict[str, type[Kind]] = {
    "gradient": Number, "value": OfAValue, "walk": OnTheWay, "second": OfASecond, "twice": OfTwoCalls,
    "shape": OfAShape, "choice": OfAChoice,
}  # fmt: skip


def _formatted(mistakes: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((mistake, format_formula(hint)) for mistake, hint in mistakes)


def _bare(option: str) -> str:
    """An option as it is compared: without case, spaces at the ends, and the ) of its letter."""
    return printed(option).casefold().rstrip(".)")
