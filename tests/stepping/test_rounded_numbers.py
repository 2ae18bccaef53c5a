"""What is written with = is true as it stands; ≈ comes after numbers that were rounded."""

import math
import re
from decimal import Decimal
from fractions import Fraction

import pytest

from micrograd_lr import Expression, logistic, steps
from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.formulas.format import format_number, is_rounded

TEXT = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
NUMBERS = [(0.5, 2.0, -1.0, 1.0), (2.5, 2.0, 0.0, 1.0), (0.3, 0.7, 0.1, 0.0), (-1 / 3, 1.9, 0.25, 1.0)]


def value_of(text):
    """The number of a part as it stands, by Python; None for a formula with names, and for vectors."""
    text = text.replace("−", "-").replace("·", "*").replace("σ", "sigmoid")
    text = re.sub(r"(?<=[\d)])\s?(?=[(a-z])(?!e[+-]?\d)", "*", text)
    text = re.sub(r"\*?\b(if|else)\b\*?", r" \1 ", text.replace("^", "**"))
    functions = {"log": math.log, "exp": math.exp, "tanh": math.tanh, "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
                 "relu": lambda x: max(x, 0.0), "abs": abs, "sin": math.sin, "cos": math.cos}  # fmt: skip
    if {*re.findall(r"[^\W\d]+", text)} - {*functions, "if", "else", "e"} or "," in text:
        return None
    return eval(text, functions)


def false_lines(frames):
    """What is said to be equal, and is not, to the digits that are shown."""
    for frame in frames:
        for line in frame.lines:
            parts = re.split(" ([=≈]) ", frames.filled(line.template).rpartition(": ")[2])
            for left, sign, right in zip(parts[:-2:2], parts[1::2], parts[2::2], strict=True):
                one, other = value_of(left), value_of(right)
                if sign == "=" and None not in (one, other) and format_number(one, 4) != format_number(other, 4):
                    yield f"{left} = {right}"


@pytest.mark.parametrize("numbers", NUMBERS)
def test_every_line_is_true_as_it_is_written(numbers):
    names = dict(zip("wxby", numbers, strict=True))
    assert [*false_lines(steps(Expression(TEXT)(**names)))] == []
    assert [*false_lines(steps(Expression(TEXT)(**names), detail="ops"))] == []


@pytest.mark.parametrize(
    "text",
    [
        "h=tanh(v*x+c); z=w*h+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))",
        "p=exp(w*x)/(exp(w*x)+exp(v*x)); L=-log(p)",
        "a=sigmoid(w*x); L=-log(a)+c*w^2/3",
        "h=relu(w*x+b); L=(h-y)^2/7",
        "h=relu(w*x-c); L=abs(h-y)",
        "h=relu(w*x); g=relu(v*h); L=(g-y)^2",
        "L=(tanh(w*x+b)-y)^2",
    ],
)
@pytest.mark.parametrize("detail", ["names", "ops"])
def test_the_lines_of_other_losses_too(text, detail):
    numbers = {"w": 1 / 3, "x": 1.9, "b": 0.21, "v": -0.7, "c": 0.4, "y": 1.0}
    expression = Expression(text)
    frames = steps(expression(**{name: numbers[name] for name in expression.names}), detail=detail, gradients="all")
    assert [*false_lines(frames)] == []


def test_a_number_that_is_only_compared_counts_as_it_is():
    said = "".join(frame.numbers for frame in steps(Expression("relu(w/3)")(w=2.0), detail="ops"))
    assert "∂L/∂(w/3) = (1 if w/3 > 0 else 0) = (1 if 0.6667 > 0 else 0) = 1" in said


def test_the_lines_of_many_examples_too():
    many = logistic.ManyExamples((0.3,), 0.1, [[1.7, -0.6]], [1.0, 0.0], loss=literal_loss)
    assert [*false_lines(steps(many.J))] == []


def test_what_is_false_as_it_stands_is_found():
    frames = steps(Expression(TEXT)(w=2.5, x=2.0, b=0.0, y=1.0), digits=4)
    assert "≈ −0.006693" in frames[-1].text
    frames.filled = lambda template: type(frames).filled(frames, template).replace("≈", "=")
    assert "0.9933 − 1 = −0.006693" in [*false_lines(frames)]


def test_exact_numbers_keep_their_equals_sign():
    half = steps(Expression(TEXT)(w=0.5, x=2.0, b=-1.0, y=1.0))
    assert [frame.index for frame in half if "≈" in frame.text] == []
    assert "≈" in steps(Expression("L=w*w")(w=1 / 3))[1].text
    assert steps(Expression("L=w*w")(w=0.1))[1].text.endswith("= 0.1·0.1 = 0.01.")
    assert "≈" not in steps(Expression("L=w*w")(w=Fraction(1, 3)))[1].text


def test_the_mathematics_has_the_same_sign():
    frames = steps(Expression("L=w*w")(w=1 / 3))
    assert "<mo>≈</mo>" in frames[1].mathematics


def test_which_numbers_are_rounded():
    assert [is_rounded(x, 4) for x in (1 / 3, 12345.6, Decimal("0.12345"), Fraction(10**30 + 1, 3 * 10**30))] == [
        True
    ] * 4
    exact = (0.5, 0.1 + 0.2, 0.0, -1.0, 1e7, 12345.0, float("inf"), Decimal("0.1234"), Fraction(1, 3), 7)
    assert [x for x in exact if is_rounded(x, 4)] == []
