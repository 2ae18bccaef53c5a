"""Formulas as people type them: the table of texts that Python and the page are both held to, and how names are typed.

The same table in JavaScript: tests/page/test_typed_on_the_page.py.
"""

import math
import pickle
import re

import pytest
from readers import groups, in_python, table

from micrograd_lr import OPS, Expression, Op
from micrograd_lr.formulas.language import functions
from micrograd_lr.formulas.text import Text
from micrograd_lr.formulas.tokens import FormulaError, NumberError, plain, spellings
from micrograd_lr.formulas.typed import NoValue, evaluated, number_in

KEPT = table()


def test_the_table_is_what_python_reads():
    for texts, numbers in groups(KEPT):
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
    assert evaluated("ab" * 500, {"a": 1.0, "b": 1.0}) == 1.0


def test_a_name_that_touches_itself_is_no_product():
    """It may be a slip; a product of a name with itself is never printed so."""
    numbers = {"z": 3.0, "w": 2.0, "x₁": 5.0}
    assert evaluated("z z", numbers) == evaluated("z·z", numbers) == evaluated("zwz/w", numbers) == 9
    for typed, name in (("zz", "z"), ("wzz", "z"), ("zzz", "z"), ("2wwz", "w"), ("x1x1", "x1"), ("zz + q", "z")):
        with pytest.raises(FormulaError) as error:
            evaluated(typed, numbers)
        assert str(error.value) == f"{name}{name}: is that {name} or its square? Write {name} or {name}^2."
    for x in (Text("z"), Text("w") * Text("z"), Text("w") * Text("z") * 2):
        for printed in (x * x, x * Text("z"), Text("z") * x, x * x * x, x * Text("z") * x):
            assert math.isfinite(evaluated(str(printed), numbers))


def test_kinds_of_errors():
    for text, kind in (("0,5", NumberError), ("1/0", NoValue), ("1/0)", FormulaError), ("a", FormulaError)):
        with pytest.raises(ValueError) as error:
            number_in(text)
        assert type(error.value) is kind


def test_the_ways_to_type_a_name():
    assert plain("w₁ − x²·X₁⁽²⁾") == "w1 - x^(2)*X1(2)"
    assert spellings(["w₁", "s_1", "a"]) == {"w1": "w₁", "w_1": "w₁", "s1": "s_1", "s_1": "s_1", "a": "a"}
    assert spellings(["x1", "x_1"]) == {"x1": "x1", "x_1": "x_1"}  # each by its own spelling first
    assert [*spellings(["a⁽¹⁾"])] == ["a(1)", "a_1", "a1"]  # how it is listed comes first
    assert [*spellings(["X₁⁽²⁾"])] == ["X1(2)", "X1_2", "X_1(2)", "X_1_2"]  # and not X12
    assert [*spellings(["s_1", "b-a(1)", "t'⁽¹⁾", "(1)"])] == ["s_1", "b-a(1)", "t'(1)", "s1"]
    assert spellings(["2w", "-w", "(a)", "", ".5", " "]) == {}
    assert evaluated("x1 - x_1", {"x1": 5.0, "x_1": 3.0}) == 2


@pytest.mark.parametrize(
    "names, meant",
    [
        (["a1", "a⁽¹⁾"], {"a1": "a1", "a(1)": "a⁽¹⁾"}),
        (["x₁", "x⁽¹⁾", "x⁽²⁾"], {"x1": "x₁", "x(1)": "x⁽¹⁾", "x(2)": "x⁽²⁾", "x_2": "x⁽²⁾", "x2": "x⁽²⁾"}),
        (["x⁽¹⁾", "x₁⁽²⁾"], {"x(1)": "x⁽¹⁾", **dict.fromkeys(["x1(2)", "x1_2", "x_1(2)", "x_1_2"], "x₁⁽²⁾")}),
        (["x₁", "x₁⁽²⁾"], {**dict.fromkeys(["x1", "x_1"], "x₁"),
         **dict.fromkeys(["x1(2)", "x1_2", "x_1(2)", "x_1_2"], "x₁⁽²⁾")}),
        (["a", "a⁽¹⁾"], {"a": "a", **dict.fromkeys(["a(1)", "a_1", "a1"], "a⁽¹⁾")}),
    ],
)  # fmt: skip
def test_what_may_mean_two_names_means_none(names, meant):
    assert spellings(names) == spellings(names[::-1]) == meant


def test_a_name_that_may_not_stand_in_a_formula_keeps_its_spellings():
    """What is computed later has a name as well, and nothing else may be read in its place."""
    known = {spelling: name for spelling, name in spellings(["a⁽¹⁾", "a1"]).items() if name == "a⁽¹⁾"}
    assert evaluated("a(1)", {"a⁽¹⁾": 0.5}, known) == 0.5
    with pytest.raises(FormulaError, match=r"^a1: no such name here\. The names are a\(1\)\.$"):
        evaluated("a1", {"a⁽¹⁾": 0.5}, known)


def test_every_name_is_listed_as_it_can_be_typed():
    """Only so can a student do what the message says."""
    listed = 0
    for texts, numbers in groups(KEPT):
        for said in texts.values():
            if found := re.search(r"The names are (.+)\.$|which one, (.+)\?$", str(said)):
                for name in re.split(", | or ", (found[1] or found[2]).replace(", …", "")):
                    assert isinstance(evaluated(name, numbers), float)
                    listed += 1
    assert listed > 1000


def test_e_to_a_power_is_exp():
    assert evaluated("e^-z", {"z": 0.7}) == pytest.approx(math.exp(-0.7), rel=1e-15)
    assert evaluated("1/(1 + e^(-z))", {"z": 0.7}) == pytest.approx(evaluated("σ(z)", {"z": 0.7}), rel=1e-15)
    assert evaluated("e^-z", {"z": 2.0, "e": 0.5}) == 4
    assert Expression("e^-z").names == ("e", "z")  # where names are not known before, it is one


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
