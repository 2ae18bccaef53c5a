"""The keys of all exercises by SymPy and by numeric derivatives, and each mistake told as itself and as no other."""

import functools
import math
from dataclasses import replace

import mpmath
import pytest
import sympy
from sympy.parsing.sympy_parser import convert_xor, parse_expr, standard_transformations

from micrograd_lr import check_gradient
from micrograd_lr.exercises.exercise import Exercise
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
        self.blanks = exercise.blanks
        self.parts = [[*map(str.strip, part.split("=", 1))] for part in exercise.expression.split(";")]
        self.whole = self.names({})

    def names(self, kept):
        """Every name in terms of the inputs, and of the names that are `kept` as they are."""
        names = self.inputs | kept
        for name, text in self.parts:
            names[name] = names.get(name, parsed(text, names))
        return names

    def key(self, blank):
        root = self.parts[-1][0]
        if blank.kind == "value":
            return self.whole[blank.of]
        apart = self.inputs.get(blank.of, sympy.Symbol("apart"))
        return sympy.diff(self.names({blank.of: apart})[root], apart).subs(apart, self.whole[blank.of])

    @functools.cached_property
    def numbers(self):
        """The key of each blank, and what its mistakes give, as a function of the numbers."""
        formulas = [[self.key(blank), *(parsed(x, self.whole) for x, _ in blank.mistakes)] for blank in self.blanks]
        return sympy.lambdify([*self.inputs.values()], formulas, "mpmath")


def told_right(exercise, exact):
    """Whether all keys are right, and each mistake is told as itself: as a number, and as a formula."""
    numbers = exact.numbers(*(mpmath.mpf(float(parsed(number, {}))) for number in exercise.numbers.values()))
    for place, (blank, (key, *wrong)) in enumerate(zip(exercise.blanks, numbers)):
        assert exercise.key(place) == pytest.approx(float(key), rel=1e-10)  # 1 − a has lost some digits
        assert exercise.verdict(place, repr(float(key))).right
        for (mistake, hint), number in zip(blank.mistakes, wrong):
            for answer in (repr(float(number)), mistake):
                verdict = exercise.verdict(place, answer)
                assert (verdict.right, verdict.said) == (False, format_formula(hint)), (blank.of, answer)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_keys_and_mistakes(exercise):
    told_right(exercise, BySympy(exercise))


@pytest.mark.slow
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_fifty_seeds(exercise):
    seen, exact = set(), BySympy(exercise)
    for seed in range(50):
        other = exercise.at(seed)
        told_right(other, exact)
        seen.add(other.given)
    assert len(seen) > 5
    assert exercise.at(7) == exercise.at(7)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_numeric_derivatives_agree(exercise):
    names = [*exercise.numbers]
    graph = lambda *leaves: exercise._read(**dict(zip(names, leaves)))
    at = [exercise._floats[name] for name in names]
    report = check_gradient(graph, *at)
    asked = [exercise.key(i) for i, blank in enumerate(exercise.blanks) if blank.of in names]
    found = dict(zip(names, report.columns["reverse pass"]))
    assert asked == pytest.approx([found[blank.of] for blank in exercise.blanks if blank.of in names], rel=1e-14)


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


def test_the_numbers_that_are_known_for_them():
    """As lectures give them: CS231n's first circuit, its staged computation, and the slides' example."""
    known = built_in()
    assert [known["circuit"].key(i) for i in range(3)] == [-4, -4, 3]
    assert [known["one_example"].key(i) for i in range(4)] == pytest.approx([4, 3 / 4, 3 / 2, 3 / 4], rel=1e-15)
    assert [known["many_examples"].key(i) for i in range(3)] == pytest.approx([1 / 2, -3 / 4, 1 / 2], rel=1e-15)
    assert [known["two_layers"].key(i) for i in range(3)] == pytest.approx([-1 / 4, -3 / 4, -1 / 4], rel=1e-15)
    assert [known["softmax"].key(i) for i in range(2)] == pytest.approx([-1 / 4, 1 / 4], rel=1e-15)
    staged = known["stages"]
    at = Exercise(staged.name, "", "", staged.expression, {"x": "3", "y": "-4"}, staged.blanks)
    assert [at.key(2), at.key(3)] == pytest.approx([2.059569796, 1.592232751], rel=1e-9)
    assert math.isclose(at.steps.root.value, 1.545645, rel_tol=1e-6)
