"""What the root pays is said once, as its local derivative: ∂L/∂a = ∂L/∂L · ∂L/∂a would say nothing."""

from types import SimpleNamespace

import pytest
from sessions import EXPRESSIONS
from stepped import NUMBERS, SLIDES

from micrograd_lr import Expression, steps
from micrograd_lr.stepping.moves import Line

TWO_PATHS = "p=w*x; L=p+w*w"


def circular(frame):
    """The lines of a frame that have what they tell in a formula for it."""
    return [line for line in frame.lines if any(line.parts[0] in part for part in line.parts[1:])]


@pytest.mark.parametrize("detail", ["names", "ops"])
@pytest.mark.parametrize("text, numbers", [*EXPRESSIONS, (SLIDES, NUMBERS), (TWO_PATHS, {"w": 3.0, "x": 2.0})])
def test_no_line_says_that_a_gradient_is_itself(text, numbers, detail):
    walk = steps(Expression(text)(**numbers), detail=detail, gradients="all")
    paying = [frame for frame in walk if frame.kind == "backward"]
    assert [circular(frame) for frame in paying] == [[] for _ in paying]


def test_the_check_finds_what_was_said_before():
    line = Line("payment", ("∂L/∂a", "∂L/∂L · ∂L/∂a", "1·⟦(p6.0)⟧", "⟦c6.0⟧"), "c6.0")
    assert circular(SimpleNamespace(lines=[line])) == [line]


def test_the_slides_first_factor():
    frame = steps(Expression(SLIDES)(**NUMBERS))[5]
    line = "∂L/∂a = −y/a + (1 − y)/(1 − a) = −1/0.3775 + (1 − 1)/(1 − 0.3775) ≈ −2.649"
    assert frame.numbers == line
    assert frame.text == f"Backward: L passes ∂L/∂L = 1 back: {line}."


def test_the_gradient_of_the_user_stays_where_it_has_another_name():
    frames = steps(Expression(SLIDES)(**NUMBERS), detail="ops")
    passing = [frame.numbers for frame in frames if frame.kind == "backward"]
    assert passing[0].endswith(" = −1")
    assert passing[7].endswith("∂L/∂z = ∂L/∂a · ∂a/∂z = −2.649·0.235 ≈ −0.6225")


def test_a_path_from_the_root_has_the_name_of_the_path():
    (frame,) = [frame for frame in steps(Expression(TWO_PATHS)(w=3.0, x=2.0)) if frame.node and frame.index == 4]
    assert frame.numbers == "path 1 of 2 to w: w + w = 3 + 3 = 6; ∂L/∂p = 1"
    assert frame.text == "Backward: L passes ∂L/∂L = 1 back: path 1 of 2 to w: w + w = 3 + 3 = 6, ∂L/∂p = 1."
