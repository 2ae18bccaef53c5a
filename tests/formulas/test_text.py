"""The text number type: what it writes, and that what it writes means what the rule means."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
import sympy
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication,
    parse_expr,
    split_symbols,
    standard_transformations,
)
from truth import points_of

from micrograd_lr import OPS, Value, gradient, logistic_loss
from micrograd_lr.engine import elementary as kernels
from micrograd_lr.formulas.text import Text

a, b, c = map(Text, "abc")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (a + b - c, "a + b - c"),
        (a - (b - c), "a - (b - c)"),
        (a - (b + c), "a - (b + c)"),
        (a + -b, "a - b"),
        (-a - b, "-a - b"),
        (-(a + b), "-(a + b)"),
        (a * b * c, "ab c"),
        (a * (1 - a), "a(1 - a)"),
        ((1 - a) * a, "(1 - a) a"),
        (2 * a, "2a"),
        (a * 2.5, "a·2.5"),
        (a * a, "a·a"),
        (a * a * a, "a·a·a"),
        (a * a * b, "a·a b"),
        (a * Fraction(-1, 2), "-a(1/2)"),
        (Decimal("1.5") * a, "1.5 a"),
        (-a * -b, "ab"),
        (a * -b, "-ab"),
        (a * (b / c), "a b/c"),
        (a / b / c, "a/b/c"),
        (a / (b * c), "a/(bc)"),
        (a * (1 / b), "a/b"),
        ((1 / b) * a, "a/b"),
        (-a * (1 / b), "-a/b"),
        (-(1 - a) * (1 / (1 - b)), "-(1 - a)/(1 - b)"),
        (1 / a, "1/a"),
        (a**2, "a^2"),
        (a**1, "a"),
        ((a + b) ** 1.0 * c, "(a + b) c"),
        (a * (1 / 3), "a/3"),
        (-2 / 3 + a, "-2/3 + a"),
        (a * 0.123, "a·0.123"),
        (a - 1234567.5, "a - 2469135/2"),
        (a * float("inf"), "a inf"),
        ((a + b) ** c, "(a + b)^c"),
        ((-a) ** 2, "(-a)^2"),
        (2**a, "2^a"),
        (a ** (b - 1), "a^(b - 1)"),
        (0 + a, "a"),
        (a + 0, "a"),
        (0 - a, "-a"),
        (1 * a, "a"),
        (-1 * a, "-a"),
        (a * -1, "-a"),
        (a * 1, "a"),
        (-2 * a, "-2a"),
        (3 + a, "3 + a"),
        (a - 2, "a - 2"),
    ],
)
def test_formulas(formula, text):
    assert str(formula) == repr(formula) == text


def test_zero_and_one_vanish():
    assert (a * 0, 0 * a, a**0) == (0, 0, 1)
    assert str(kernels.sigmoid(a)) == "σ(a)"
    assert str(kernels.log(1 - a)) == "log(1 - a)"


def read_back(text, values):
    """The number that SymPy's parser makes of a formula in which products are written side by side."""
    functions = {name: sympy.Function(name) for name in (*kernels.FUNCTIONS, "sigma", "abs")}
    rules = (*standard_transformations, split_symbols, implicit_multiplication, convert_xor)
    symbols = {name: sympy.Symbol(name) for name in values}
    text = re.sub(r"\(1 if (.+?) > 0 else 0\)", r"(step(\1))", text.replace("σ", "sigma"))
    expression = parse_expr(text, local_dict=functions | symbols, transformations=rules)
    kernel = kernels.FUNCTIONS | {"sigma": kernels.sigmoid, "abs": abs}
    return sympy.lambdify(list(symbols.values()), expression, modules=[kernel, "math"])(*values.values())


@pytest.mark.parametrize("name", sorted(OPS))
def test_the_text_of_every_rule_evaluates_to_the_rule(name):
    """An independent parser reads the text, and finds the same numbers as the rule on floats."""
    op = OPS[name]
    for point in points_of(name):
        names = "abcdefg"[: len(point)]
        out = op.value(*point)
        texts = [op.value(*map(Text, names)), *op.partials(Text("o"), *map(Text, names))]
        for text, number in zip(texts, [out, *op.partials(out, *point)], strict=True):
            found = read_back(str(text), dict(zip(names, point)) | {"o": out})
            assert found == pytest.approx(number, rel=1e-14), text


def test_a_gradient_of_names():
    assert str(gradient(lambda z: logistic_loss(z, 1.0), Text("z"))) == "-σ(-z)"
    assert str(gradient(lambda z: logistic_loss(z, Text("y")), Text("z"))) == "(1 - y) σ(z) - y σ(-z)"


def test_a_node_on_the_right_takes_over():
    v = Value(Text("v"))
    for node, text in ((a + v, "a + v"), (a - v, "a - v"), (a * v, "av"), (a / v, "a/v"), (a**v, "a^v")):
        assert isinstance(node, Value)
        assert str(node.data) == text
