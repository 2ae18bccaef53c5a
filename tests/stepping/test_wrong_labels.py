"""A y that is not a label is pointed out where its loss is computed and at the end, and nothing is refused."""

from fractions import Fraction

import pytest
import sympy
from examples import NUMBERS, THREE
from stepped import SLIDES, slides

from micrograd_lr import Expression, steps
from micrograd_lr.terminal.session import Session

SAID = "y = {} is not a label: y is meant to be 0 or 1."


def remarks(root, **options):
    return {frame.index: frame.remarks for frame in steps(root, **options) if frame.remarks}


@pytest.mark.parametrize("y, written", [(3.0, "3"), (-1.0, "−1"), (1.5, "1.5"), (Fraction(4, 3), "4/3")])
def test_what_is_not_a_label_is_pointed_out(y, written):
    said = (SAID.format(written),)
    assert remarks(slides(y=y)) == {3: said, 8: said}
    assert steps(slides(y=y))[3].text.endswith(f". {said[0]}")


@pytest.mark.parametrize("y", [0.0, 1.0, 0.5, Fraction(1, 3)])
def test_labels_are_not_pointed_out(y):
    assert remarks(slides(y=y)) == {}


def test_a_symbol_is_not_compared(symbolic):
    root = Expression(SLIDES)(**{name: sympy.Symbol(name) for name in "wxby"})
    assert remarks(root) == {}


def test_a_plain_number_and_a_loss_that_has_no_labels():
    assert remarks(Expression(SLIDES.replace("y", "3"))(w=0.5, b=-1.5, x=2.0)) == {
        3: (SAID.format(3),),
        8: (SAID.format(3),),
    }
    assert remarks(Expression("z=w*x; L=(z-y)**2")(w=0.5, x=2.0, y=3.0)) == {}


def test_of_many_examples_each_where_it_is_computed():
    said = remarks(Expression(THREE)(**NUMBERS | {"y2": 2.0}))
    assert said == {2: ("y2 = 2 is not a label: y2 is meant to be 0 or 1.",), 10: said[2]}


def test_in_the_terminal():
    session = Session(Expression(SLIDES), {"w": 0.5, "b": -1.5, "x": 2.0, "y": 1.0})
    page = lambda: "\n".join(line for line, _ in session.page())
    for line in "nnn":
        session.do(line)
    assert "label" not in page()
    session.do("y=3")
    assert f"  {SAID.format(3)}\n" in page()
    session.do("end")
    assert f"✓ proven\n  {SAID.format(3)}\n" in page()


@pytest.mark.parametrize("options", [{"opened": "L"}, {"opened": "a"}, {"opened": ["a", "L", "z"]}, {"detail": "ops"}])
def test_at_every_level(options):
    said = remarks(slides(y=3.0), **options)
    walk = steps(slides(y=3.0), **options)
    computed = next(frame.index for frame in walk if frame.kind == "forward" and frame.node == walk.root.id)
    assert said == {computed: (SAID.format(3),), len(walk) - 1: (SAID.format(3),)}
    assert remarks(slides(y=1.0), **options) == {}
