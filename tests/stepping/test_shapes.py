"""Questions about dimensions: which there are, what NumPy says to their answers, and how a shape can be typed."""

import re

import numpy as np
import pytest
from examples import NUMBERS, THREE, many
from sessions import EXPRESSIONS

from micrograd_lr import Expression, Value, logistic, steps
from micrograd_lr.formulas.tokens import FormulaError
from micrograd_lr.stepping.questions import questions
from micrograd_lr.stepping.shapes import in_numbers, read

UNREADABLE = "Write the rows and the columns, such as (2, 3) or (1, n). A number has the shape (1, 1)."


def one(n):
    return logistic.OneExample([0.5] * n, -0.25, [Value(0.1 * i, f"x{i}") for i in range(n)], 1.0).L


def asked(root):
    return {question.prompt: question for question in questions(steps(root)[-1])}


@pytest.mark.parametrize("n, m", [(2, 3), (3, 2), (1, 2), (2, 2), (4, 7)])
def test_the_shapes_of_many_examples_are_those_of_numpy(n, m):
    shaped = asked(many(np.random.default_rng(1).normal(size=(n, m)), [i % 2 for i in range(m)]).J)
    A, Y, X = np.zeros((1, m)), np.zeros((1, m)), np.zeros((n, m))
    exact = {"A - Y": A - Y, "Xᵀ": X.T, next(name for name in shaped if "=" in name): (A - Y) @ X.T}
    assert {*shaped} == {*exact}
    for name, question in shaped.items():
        assert in_numbers(question.shape, question.numbers).endswith(f" = {exact[name].shape}")


@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_shape_of_one_example_is_that_of_numpy(n):
    (question,) = asked(one(n)).values()
    assert question.prompt == "∂L/∂w = (a - y)xᵀ"
    assert question.named == "the shape of ∂L/∂w = (a - y)xᵀ"
    exact = 0.5 * np.zeros((n, 1)).T
    assert in_numbers(question.shape, question.numbers) == f"(1, n) = {exact.shape}"


@pytest.mark.parametrize("text, numbers", EXPRESSIONS)
def test_nothing_is_asked_where_all_is_a_number_or_no_form_is_closed(text, numbers):
    assert asked(Expression(text)(**numbers)) == {}


def test_nothing_is_asked_of_what_has_no_name_in_common():
    two = THREE.split("z3")[0].replace("2", "q") + "J=L1+Lq"
    numbers = {name.replace("2", "q"): x for name, x in NUMBERS.items() if "3" not in name}
    shaped = asked(Expression(two.replace("aq", "p"))(**numbers))
    assert shaped == {}


@pytest.mark.parametrize("text", ["(1, n)", "1,n", " [1 n] ", "1×n", "1 x N", "1*n", "1 by n", "(1,n )"])
def test_ways_to_type_a_shape(text):
    assert read(text) == ["1", "n"]


@pytest.mark.parametrize("text", ["1", "a number", "Scalar", "(1, 1)", "(1)"])
def test_a_number_is_1_by_1(text):
    assert read(text) == ["1", "1"]


@pytest.mark.parametrize("text", ["", "n", "(2,)", "(1, 2, 3)", "(1, k)", "(1, 2.5)", "(-1, 2)", "xᵀ", "1, n+1", "²,1"])
def test_what_is_not_a_shape(text):
    with pytest.raises(FormulaError, match=re.escape(UNREADABLE)):
        read(text)
