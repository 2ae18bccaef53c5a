"""Questions about dimensions in the terminal: at the end of the walk, as numbers or formulas are asked."""

import pytest
from examples import NUMBERS_OF_TWO_FEATURES, TWO_FEATURES

from micrograd_lr import Expression
from micrograd_lr.terminal.session import Session


@pytest.fixture(params=["number", "formula"])
def talk(request):
    session = Session(Expression(TWO_FEATURES), NUMBERS_OF_TWO_FEATURES, request.param)
    session.walk.move(len(session.walk.steps) - 1, asking=True)
    return session


def page(session):
    return "\n".join(line for line, _ in session.page())


def test_the_shape_is_asked_beside_the_closed_form(talk):
    assert "What is the shape of ∂L/∂w = (a − y)xᵀ?" in page(talk)
    assert "∂L/∂w = (a − y)xᵀ = (0.7773 − 1)·(2, −1)" in page(talk)
    assert "What is" not in "\n".join(line for line, _ in talk.page(80, 9)[:3])
    talk.do("2x1")
    assert talk.message == ["That is a column. ∂L/∂w has the shape of w, and w is a row: one entry for each feature."]
    talk.do("b")  # a name, but not here: this goes back
    assert "What is" not in page(talk)


def test_it_is_answered(talk):
    talk.do("(1, 2)")
    assert talk.message == ["Right."]
    assert "Questions: 1 of 1 right at the first try." in page(talk)


def test_it_is_revealed(talk):
    talk.do("")
    assert talk.message == ["The shape of ∂L/∂w = (a − y)xᵀ is (1, n) = (1, 2)."]


def test_what_is_not_a_shape_does_not_count(talk):
    talk.do("x")
    assert talk.message == ["Write the rows and the columns, such as (2, 3) or (1, n). A number has the shape (1, 1)."]
    talk.do("1 by n")
    assert "1 of 1 right at the first try" in page(talk)


def test_a_line_may_begin_with_n_or_m(talk):
    assert talk.begins == "nm"


SIZES = "w is a row of 2, (1, n), and x a column of 2, (n, 1)."


def test_what_the_shapes_are_is_said_once_they_are_answered(talk):
    assert SIZES not in page(talk)
    talk.do("(1, 2)")
    assert SIZES in page(talk)


def test_what_a_transposed_number_is():
    talk = Session(Expression("z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"), dict.fromkeys("wxby", 0.5))
    talk.do("e")
    assert "  ∂L/∂b = a − y" in page(talk) and "  x is a single number here, and xᵀ is x." in page(talk)
    talk.do("b")
    assert "single" not in page(talk)
    other = Session(Expression("L=w*w"), {"w": 0.5})
    other.do("e")
    assert "  ∂L/∂w = 1" in page(other)


def test_without_a_question_an_answer_is_told_how_to_go_on():
    talk = Session(Expression("w*w"), {"w": 0.5}, "number")
    talk.do("0.25")
    assert talk.message[0].startswith("No question is open: n goes on. '0.25' is not a command here: n next")
    talk.do("a")
    talk.do("0.25")
    assert talk.message[0].startswith("'0.25' is not a command here: n next")


def test_a_condition_is_no_input():
    talk = Session(Expression("h=relu(w); h*h"), {"w": 0.5}, "formula", "ops")
    talk.walk.move(5, asking=True)
    talk.do("1 if w >= 0 else 0")
    assert talk.message == ["Right."]
