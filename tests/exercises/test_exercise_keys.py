"""The keys of all exercises by SymPy and by numeric derivatives, and each mistake told as itself and as no other."""

import functools
import math
from dataclasses import replace

import mpmath
import pytest
import sympy
from sympy.parsing.sympy_parser import convert_xor, parse_expr, standard_transformations
from tape import Tape

from micrograd_lr import check_gradient
from micrograd_lr.exercises.exercise import Exercise
from micrograd_lr.exercises.kinds import Number
from micrograd_lr.exercises.reading import built_in
from micrograd_lr.formulas.format import format_formula

FUNCTIONS = {"sigmoid": lambda z: 1 / (1 + sympy.exp(-z)), "relu": lambda z: sympy.Max(z, 0), "ln": sympy.log}
EXERCISES = [*built_in().values()]


def parsed(text, names):
    return parse_expr(text, {**FUNCTIONS, **names}, transformations=(*standard_transformations, convert_xor))


class BySympy:
    """The same exercise, read and differentiated by SymPy."""

    def __init__(self, exercise):
        self.inputs = {name: sympy.Symbol(name) for name in exercise.numbers}
        self.blanks = [asked.blank for asked in exercise.asked if isinstance(asked, Number)]
        self.parts = [[*map(str.strip, part.split("=", 1))] for part in exercise.expression.split(";")]
        self.whole = self.names({})

    def names(self, kept):
        """Every name in terms of the inputs, and of the names that are `kept` as they are."""
        names = self.inputs | kept
        for name, text in self.parts:
            names[name] = names.get(name, parsed(text, names))
        return names

    def key(self, blank):
        return getattr(self, blank.kind)(*map(str.strip, blank.of.split(",")))

    def value(self, name):
        return self.whole[name]

    def gradient(self, name, times=1):
        root = self.parts[-1][0]
        apart = self.inputs.get(name, sympy.Symbol("apart"))
        return sympy.diff(self.names({name: apart})[root], apart, times).subs(apart, self.whole[name])

    def second(self, first, second):
        if first == second:
            return self.gradient(first, times=2)
        return sympy.diff(self.gradient(first), self.inputs[second])

    def twice(self, name):
        """By a tape that keeps all gradients, as micrograd does."""
        found = {name: Tape(symbol) for name, symbol in self.inputs.items()}
        for part, text in self.parts:
            found[part] = eval(text.replace("^", "**"), {}, found)
        for _ in range(2):
            found[self.parts[-1][0]].backward()
        return found[name].grad

    @functools.cached_property
    def numbers(self):
        """The key of each blank, and what its mistakes give, as a function of the numbers."""
        formulas = [[self.key(blank), *(parsed(x, self.whole) for x, _ in blank.mistakes)] for blank in self.blanks]
        return sympy.lambdify([*self.inputs.values()], formulas, "mpmath")


def told_right(exercise, exact, formulas=True):
    """Whether all keys are right, and each mistake is told as itself: as a number, and perhaps as a formula."""
    numbers = iter(exact.numbers(*(mpmath.mpf(float(parsed(number, {}))) for number in exercise.numbers.values())))
    for place, asked in enumerate(exercise.asked):
        key, mistakes = exercise.key(place), asked.blank.mistakes
        answers = [(mistake,) for mistake, _ in mistakes]
        if isinstance(asked, Number):  # the keys of the others are proven in test_kinds.py
            right, *wrong = next(numbers)
            assert key == pytest.approx(float(right), rel=1e-10)  # 1 − a has lost some digits
            key = float(right)
            answers = [(repr(float(x)), mistake)[: 1 + formulas] for x, (mistake, _) in zip(wrong, mistakes)]
        assert exercise.verdict(place, key if isinstance(key, str) else repr(key)).right
        for typed, (_, hint) in zip(answers, mistakes):
            for answer in typed:
                verdict = exercise.verdict(place, answer)
                assert (verdict.right, verdict.said) == (False, format_formula(hint)), (asked.blank.of, answer)


@pytest.mark.unwatched
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_keys_and_mistakes(exercise):
    told_right(exercise, BySympy(exercise))


@pytest.mark.slow
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_fifty_seeds(exercise):
    seen, exact = set(), BySympy(exercise)
    for seed in range(50):
        other = exercise.at(seed)
        told_right(other, exact, formulas=seed < 3)
        seen.add(other.given)
    assert len(seen) > 5
    assert exercise.at(7) == exercise.at(7)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_numeric_derivatives_agree(exercise):
    names = [*exercise.numbers]
    graph = lambda *leaves: exercise.computed.expression(**dict(zip(names, leaves)))
    at = [exercise.computed.floats[name] for name in names]
    report = check_gradient(graph, *at)
    found = dict(zip(names, report.columns["reverse pass"]))
    asked = [
        (i, blank.of)
        for i, blank in enumerate(exercise.blanks)
        if (blank.kind, blank.of in names) == ("gradient", True)
    ]
    assert [exercise.key(i) for i, _ in asked] == pytest.approx([found[name] for _, name in asked], rel=1e-14)


def test_a_wrong_key_and_a_wrong_diagnosis_would_be_seen(monkeypatch):
    exercise = built_in()["paths"]
    exact = BySympy(exercise)
    verdict = Exercise.verdict
    for name, wrong in (
        ("key", lambda self, place: 24.0),
        ("verdict", lambda self, place, answer: replace(verdict(self, place, answer), said="Not yet.")),
        ("verdict", lambda self, place, answer: replace(verdict(self, place, answer), right=True)),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(Exercise, name, wrong)
            with pytest.raises(AssertionError):
                told_right(exercise, exact)


def keys(name, kind, **numbers):
    """The keys of an exercise to questions of one kind, perhaps at other numbers."""
    exercise = replace(built_in()[name], numbers={**built_in()[name].numbers, **numbers})
    return [asked.key for asked in exercise.asked if asked.blank.kind == kind]


def test_the_numbers_that_are_known_for_them():
    """As lectures give them: CS231n's first circuit, its staged computation, and the slides' example."""
    assert keys("circuit", "gradient") == [-4, -4, 3]
    assert keys("one_example", "gradient") == pytest.approx([4, 3 / 4, 3 / 2, 3 / 4], rel=1e-15)
    assert keys("one_example", "value") == pytest.approx([3 / 4, math.log(4)], rel=1e-15)
    assert keys("many_examples", "gradient") == pytest.approx([1 / 2, -3 / 4, 1 / 2], rel=1e-15)
    assert keys("many_examples", "value") == pytest.approx([math.log(32 / 3)], rel=1e-15)
    assert keys("spot_the_bug", "gradient") == pytest.approx([1.6, -1.8], rel=1e-15)
    assert keys("two_layers", "gradient") == pytest.approx([-1 / 4, -3 / 4, -1 / 4], rel=1e-15)
    assert keys("softmax", "gradient") == pytest.approx([-1 / 4, 1 / 4], rel=1e-14)
    assert keys("stages", "gradient", x="3", y="-4")[2:] == pytest.approx([2.059569796, 1.592232751], rel=1e-9)
    assert keys("second_order", "second", w="1/2", b="-1") == pytest.approx([1 / 4, 1, 1 / 2], rel=1e-15)
    assert keys("hessian", "second") == pytest.approx([3 / 8, -3 / 16, 11 / 16, 5 / 8], rel=1e-14)
    assert keys("backward_twice", "gradient") + keys("backward_twice", "twice") == [12, 36]
