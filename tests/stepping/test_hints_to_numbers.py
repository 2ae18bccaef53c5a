"""A number gets a hint only if it tells which mistake was made: not if several different ones give it."""

import math

import pytest
from stepped import SLIDES
from verdicts import Case

from micrograd_lr.stepping import answers
from micrograd_lr.stepping.answers import SAID, agrees, right

SEVERAL = "Not yet. a stands in L twice: differentiate at each place, and add."  # which is no guess, either
NO_HINT = {SAID["not yet"], SAID["sign"], SAID["right"], SAID["short"], SEVERAL}
CASES = [
    (SLIDES, {"w": 0.0, "x": 2.0, "b": 0.0, "y": 1.0}),
    (SLIDES, {"w": 0.0, "x": 2.0, "b": 0.0, "y": 0.0}),
    (SLIDES, {"w": 0.5, "x": 2.0, "b": -1.5, "y": 1.0}),
    (SLIDES, {"w": 1.0, "x": 1.0, "b": 0.0, "y": 0.0}),
    ("c = 2*w + 1; d = w**2; L = c*d", {"w": 1.0}),
]


def given(case, question, mistake):
    """What a mistake gives at each place."""
    judge = case.judge
    return [answers._wrong(mistake, answers._numbers_at(place, question)) for place in judge.places]


def misleading(case):
    """The numbers that get a hint, and that another mistake gives as well, with another hint, by chance."""
    found = []
    for question in case.questions.values():
        mistakes = [(given(case, question, mistake), hint) for mistake, hint in question.mistakes]
        for values, _ in mistakes:
            number = values[0]
            if not math.isfinite(number):
                continue
            said = case.said(question.prompt, "number", repr(number))
            others = [(v, hint) for v, hint in mistakes if right(number, v[0])]
            if said not in NO_HINT and len({hint for _, hint in others}) > 1:
                first = next(v for v, hint in others if said.startswith(hint))
                found += [hint for v, hint in others if not said.startswith(hint) and not all(map(agrees, first, v))]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("text, numbers", CASES)
def test_no_hint_to_what_several_mistakes_give(text, numbers):
    assert misleading(Case(text, numbers, "names")) == []


def test_that_would_be_seen(monkeypatch):
    monkeypatch.setattr(answers, "_only", lambda said: said[0] if said else "")
    assert any(misleading(Case(*case, "names")) for case in CASES)


def test_a_number_of_the_graph_itself_is_told_if_it_is_the_only_one():
    def said(answer, **numbers):
        return Case(SLIDES, {"w": 0.5, "x": 2.0, "b": -1.5, "y": 1.0} | numbers, "names").said(
            "∂L/∂a", "number", answer
        )

    assert said("0.3775") == "That is a itself, where ∂L/∂a should be."
    assert said("0.5", w=0.0, b=0.0) == SEVERAL  # a, but the number of a − y as well
    assert said("0.3775", w=0.3775, b=-1.255) == SEVERAL  # a, but w as well


@pytest.mark.parametrize("y, easy", [(1.0, "0"), (0.0, "0"), (0.0, "1")])
def test_0_and_1_tell_nothing_unless_they_are_the_mistake_for_all_numbers(y, easy):
    case = Case(SLIDES, {"w": 0.0, "x": 2.0, "b": 0.0, "y": y}, "names")
    assert case.said("∂L/∂a", "number", easy) == SEVERAL
    case = Case(SLIDES, {"w": 0.0, "x": 3.0, "b": 0.0, "y": y}, "names")
    assert case.said("∂z/∂w", "number", "1") == "That is the derivative with respect to b. Look again at ∂z/∂w."


def test_that_the_sign_is_wrong_is_no_guess():
    case = Case(SLIDES, {"w": 0.0, "x": 1.0, "b": 0.0, "y": 1.0}, "names")
    assert case.said("∂L/∂z", "number", "0.5") == "Check the sign."  # which is a, too
    assert case.said("∂z/∂w", "number", "-1") == "Check the sign."


def test_a_formula_is_not_taken_for_its_number():
    case = Case(SLIDES, {"w": 0.0, "x": 2.0, "b": 0.0, "y": 1.0}, "names")
    assert case.said("∂L/∂a", "number", "1-a") == SEVERAL  # 0.5, as a is
    assert case.said("∂L/∂a", "number", "a") == "That is a itself, where ∂L/∂a should be."


def test_a_value_with_another_sign_and_another_mistake_is_no_hint():
    case = Case(SLIDES, {"w": 0.0, "x": 2.0, "b": 0.0, "y": 1.0}, "names")
    assert case.said("a", "number", "-2") == SAID["not yet"]
    assert case.said("a", "number", "2").startswith("That is 1 + exp(−z).")
    assert case.said("a", "number", "-0.5") == "Check the sign."


def test_one_of_two_terms_is_told_that_one_is_missing_and_not_which():
    case = Case(SLIDES, {"w": 0.5, "x": 2.0, "b": -1.5, "y": 0.5}, "names")
    for answer in ("-y/a", "(1-y)/(1-a)"):
        assert case.said("∂L/∂a", "formula", answer) == "That is one of two terms. The other one is missing."
