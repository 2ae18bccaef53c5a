"""Answers as they are typed: formulas, numbers, inputs; and how they are judged."""

import math

import pytest
from sessions import SLIDES

from micrograd_lr import Expression, cli
from micrograd_lr.stepping.answers import Slopes, assigned, elsewhere, inputs, number_in, with_products
from micrograd_lr.stepping.questions import questions
from micrograd_lr.stepping.quiz import Walk
from micrograd_lr.stepping.record import steps


@pytest.mark.parametrize(
    "answer",
    ["a*(1-a)", "a(1 - a)", "a − a²", "a-a^2", "a·(1−a)", "exp(-z)/(1+exp(-z))**2", "σ(z)(1 − σ(z))", "aσ(-z)",
     "sigmoid(w*x+b)*sigmoid(-z)", "a(1-a)(1)", "0.5a2(1-a)"],
)  # fmt: skip
def test_forms_of_the_same_formula(answer):
    walk = Walk(Expression(cli.SLIDES_IN_STEPS), SLIDES, "formula")
    payment = next(frame for frame in walk.steps if frame.kind == "backward" and frame.node == "n6").payments[0]
    assert walk.slopes.verdict(answer.replace("a2", "a*2"), payment) == ""


def test_products_without_a_sign():
    names = ("w", "x", "wx2", "a")
    for text, read in [
        ("wx", "w*x"), ("2x", "2*x"), ("2 x", "2 *x"), ("a(1 − a)", "a*(1 - a)"), ("(a)(x)", "(a)*(x)"),
        ("wx2", "wx2"), ("log(a)x", "log(a)*x"), ("y log(a)", "y *log(a)"), ("wq", "wq"), ("1 2", "1 2"),
        ("2e3x", "2e3*x"), (".5σ(wx)", ".5*sigmoid(w*x)"), ("x^2", "x**2"), ("(x)2", "(x)*2"), ("", ""),
        ("ｗx", "w*x"),
    ]:  # fmt: skip
        assert with_products(text, names) == read
    assert with_products("3x", ()) == "3*x"


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


def test_slopes_judge_by_several_places():
    expression, numbers = Expression("w**2"), {"w": 2.0}
    walked = steps(expression(**numbers))
    slopes = Slopes(expression, numbers, walked)
    payment = questions(walked[-2])[0].payment
    assert [slopes.verdict(text, payment) for text in ("2w", "w + w", "w²·2/w")] == ["", "", ""]
    assert slopes.verdict("w^2", payment).startswith("At these numbers it gives the right one")
    assert slopes.readable("2 w", payment)
    assert not slopes.readable("step(w)", payment)


def test_an_input_without_a_name_is_told_how_to_begin():
    with pytest.raises(ValueError, match="Press i before an input whose name is also a key: i, and then"):
        inputs("=3", ["b"])
