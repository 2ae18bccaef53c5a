"""Formulas as people type them: the table of texts that Python and the page are both held to, and how names are typed.

The same table in JavaScript: tests/page/test_typed_on_the_page.py.
"""

import math
import pickle
import re

import pytest
from readers import in_python, table

from micrograd_lr import OPS, Op
from micrograd_lr.formulas.language import functions
from micrograd_lr.formulas.tokens import FormulaError, plain, spellings
from micrograd_lr.formulas.typed import DecimalComma, NoValue, evaluated, number_in

KEPT = table()


def test_the_table_is_what_python_reads():
    for kind, numbers in (("formulas", KEPT["names"]), ("numbers", {})):
        texts = KEPT[kind]
        assert dict(zip(texts, in_python([(text, numbers) for text in texts]))) == texts
    assert len(KEPT["formulas"]) + len(KEPT["numbers"]) > 600


def test_precedence_is_the_one_of_python():
    """Python itself is the judge of what has all its signs."""
    judged = 0
    for text, value in KEPT["formulas"].items():
        if "//" in text or not set(text) <= set("0123456789.+-*/() abwxyz") or not isinstance(value, float):
            continue
        floats = re.sub(r"(?<![\w.])(\d+)(?![\w.])", r"\1.0", text.strip())
        try:
            expected = eval(floats, {"__builtins__": {}}, KEPT["names"])
        except (SyntaxError, NameError, TypeError):  # products without a sign
            continue
        judged += 1
        assert math.isclose(value, expected, rel_tol=1e-15), text
    assert judged > 50


@pytest.mark.parametrize(
    "text, why",
    [
        ("a" * 5_001, "This is longer than 5000 characters. Write a shorter formula."),
        ("(" * 101 + "a" + ")" * 101, "This is nested more than 100 levels deep. Write a flatter formula."),
        ("-" * 101 + "a", "This is nested more than 100 levels deep. Write a flatter formula."),
        ("a" + "^a" * 101, "This is nested more than 100 levels deep. Write a flatter formula."),
        ("log(" * 101 + "a" + ")" * 101, "This is nested more than 100 levels deep. Write a flatter formula."),
        ("q" * 50, f"{'q' * 39}…: no such name here. The names are a."),
        ("1" * 50 + " 2", f"{'1' * 39}… and 2 stand side by side. Write a sign between them, such as *."),
    ],
)
def test_what_is_too_long_or_too_deep(text, why):
    with pytest.raises(FormulaError) as error:
        evaluated(text, {"a": 0.5})
    assert str(error.value) == why


def test_what_is_long_but_not_deep_is_read():
    assert evaluated("a+" * 2_000 + "a", {"a": 0.5}) == 1000.5
    assert evaluated("(" * 100 + "a" + ")" * 100, {"a": 0.5}) == 0.5
    assert evaluated("-" * 100 + "a", {"a": 0.5}) == 0.5
    assert evaluated("a" * 1_000, {"a": 1.0, "aa": 1.0}) == 1.0


def test_kinds_of_errors():
    for text, kind in (("0,5", DecimalComma), ("1/0", NoValue), ("1/0)", FormulaError), ("a", FormulaError)):
        with pytest.raises(ValueError) as error:
            number_in(text)
        assert type(error.value) is kind


def test_the_ways_to_type_a_name():
    assert plain("w₁ − x²·X₁⁽²⁾") == "w1 - x^(2)*X1(2)"
    assert spellings(["w₁", "s_1", "a"]) == {"w1": "w₁", "w_1": "w₁", "s1": "s_1", "s_1": "s_1", "a": "a"}
    assert spellings(["x1", "x_1"]) == {"x1": "x1", "x_1": "x_1"}  # each by its own spelling first
    assert spellings(["2w", "-w", "(a)", "", ".5", " "]) == {}
    assert evaluated("x1 - x_1", {"x1": 5.0, "x_1": 3.0}) == 2


def test_a_function_and_a_name_that_are_written_alike():
    numbers = {"log": 3.0, "logx": 5.0, "x": 2.0, "a": 7.0, "b": 1.0, "s": 1.0}
    assert evaluated("log(x)", numbers) == math.log(2)
    assert evaluated("log + logx", numbers) == 8
    assert evaluated("logx(x)", numbers) == 10
    with pytest.raises(FormulaError, match=r"^abs needs parentheses: abs\(...\)\.$"):
        evaluated("abs", numbers)


def test_rows_of_the_users_own_can_be_called():
    Op("softsign", "softsign", lambda x: x / (1 + abs(x)), lambda out, x: ((1 - abs(out)) ** 2,))
    Op("soft-sign", "ss", lambda x: x, (1,))
    Op("mix", "mix", lambda a, b, c: a + 2 * b + 3 * c, (1, 2, 3))
    assert evaluated("softsign(a) mix(a, 1, 2)", {"a": 3.0}) == 0.75 * 11
    written_as_signs_or_lists = {"add", "sub", "mul", "div", "neg", "pow", "sum", "dot", "soft-sign"}
    assert {*functions()} == {*OPS} - written_as_signs_or_lists | {"σ", "ln", "sqrt", "softplus"}


def test_errors_can_be_pickled():
    with pytest.raises(FormulaError) as error:
        number_in("0,5")
    assert str(pickle.loads(pickle.dumps(error.value))) == "0,5: write a decimal point, 0.5."
