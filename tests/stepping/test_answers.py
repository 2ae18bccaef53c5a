"""Answers as they are typed: formulas, numbers, inputs; and how they are judged."""

import math
from dataclasses import replace

import pytest
from sessions import SLIDES
from stepped import all_steps

from micrograd_lr import Expression, cli
from micrograd_lr.formulas.typed import assigned, inputs, number_in
from micrograd_lr.stepping.answers import Judge, right
from micrograd_lr.stepping.elsewhere import elsewhere
from micrograd_lr.stepping.questions import questions
from micrograd_lr.stepping.quiz import Walk


@pytest.mark.parametrize(
    "answer",
    ["a*(1-a)", "a(1 - a)", "a − a²", "a-a^2", "a·(1−a)", "exp(-z)/(1+exp(-z))**2", "σ(z)(1 − σ(z))", "aσ(-z)",
     "sigmoid(w*x+b)*sigmoid(-z)", "a(1-a)(1)", "0.5a2(1-a)"],
)  # fmt: skip
def test_forms_of_the_same_formula(answer):
    walk = Walk(Expression(cli.SLIDES_IN_STEPS), SLIDES, "formula", detail="ops")
    frame = next(frame for frame in walk.steps if frame.kind == "backward" and frame.node == "n6")
    verdict = walk.judge.verdict(answer.replace("a2", "a*2"), questions(frame)[0], "formula")
    assert (verdict.right, verdict.said) == (True, "Right.")


def test_numbers_and_inputs():
    assert number_in("-0.5*2") == -1
    assert math.isclose(number_in("1/3"), 1 / 3)
    assert assigned(" w = −2") == ("w", -2.0)
    assert inputs("w = 1; b=2", ("w", "b")) == {"w": 1.0, "b": 2.0}


def test_other_places_have_a_value_and_are_the_same_each_time():
    expression = Expression("log(w) + log(-v) + exp(u)")
    numbers = {"w": 0.001, "v": -0.001, "u": 700.0}
    assert len([*elsewhere(Expression("w*w"), {"w": 1e200})]) == 2  # where near ones are infinite
    first, again = (
        [[leaf.data for leaf in root.operands] for root in elsewhere(expression, numbers)] for _ in range(2)
    )
    assert first == again
    assert len(first) == 2


def test_right_is_within_one_percent():
    assert right(0.2351, 0.23500371) and right(0.0, 0.0) and right(-3, -3.0)
    assert not right(0.24, 0.235)
    assert not right(1e-9, 0.0)


def test_formulas_are_judged_by_several_places():
    expression, numbers = Expression("w**2"), {"w": 2.0}
    walked = all_steps(expression(**numbers))
    judge = Judge(expression, numbers, walked)
    question = questions(walked[-2])[0]
    said = lambda text: judge.verdict(text, question, "formula").said
    assert [said(text) for text in ("2w", "w + w", "w²·2/w")] == ["Right."] * 3
    assert said("w^4/4") == "At these numbers that is right, but only by chance: at other numbers it is not."
    assert said("w^3") == "Not yet: at these numbers it gives another number."
    assert said("2w/(w-2)") == "Not yet: at these numbers it has no value."
    assert said("2w/(w-2)*(w-2)") == "Not yet: at these numbers it has no value."
    assert judge.readable(replace(question, formula="2 w"))
    assert not judge.readable(replace(question, formula="step(w)"))


@pytest.mark.parametrize(
    ("text", "numbers", "slope", "one_sided"),
    [
        ("relu(w)", {"w": 2.0}, "1 if w > 0 else 0", "w/w"),
        ("relu(w*x + b)*3", {"w": 2.0, "x": 1.0, "b": 3.0}, "0 if w x + b < 0 else 1", "wx/(wx)"),
        ("abs(w)", {"w": -2.0}, "(1 if w > 0 else 0) − (1 if −w > 0 else 0)", "-w/w"),
        ("relu(log(w) + b)", {"w": 2.0, "b": 1.0}, "(1 if log(w) + b > 0 else 0)", "b/b"),
    ],
)
def test_a_slope_with_a_kink_is_tried_on_both_sides_of_it(text, numbers, slope, one_sided):
    expression = Expression(text)
    walked = all_steps(expression(**numbers))
    judge = Judge(expression, numbers, walked)
    asked = [question for frame in walked if frame.kind == "backward" for question in questions(frame)]
    question = next(x for x in asked if " if " in x.formula)
    said = lambda text: judge.verdict(text, question, "formula").said
    assert (said(slope), said(question.formula)) == ("Right.", "Right.")
    assert said(one_sided) == "At these numbers that is right, but only by chance: at other numbers it is not."
    assert said(str(judge.places[0][question.key])).startswith("That is the number. A formula is asked for")
    assert judge.readable(question)


def test_an_input_without_a_name_is_told_how_to_begin():
    with pytest.raises(ValueError, match="Press i before an input whose name is also a key: i, and then"):
        inputs("=3", ["b"])
