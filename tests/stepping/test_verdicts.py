"""What is said to answers: the table that the page is held to as well, every hint, and that right answers get none.

The same table in a browser: tests/page/test_page_verdicts.py.
"""

import re
from math import isclose

import pytest
import sympy
from sessions import EXPRESSIONS
from verdicts import Case, table

from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.typed import evaluated
from micrograd_lr.stepping import hints

KEPT = table()
TITLES = [f"{case['expression']}, {case['detail']}" for case in KEPT]
SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
TWO_LAYERS = "h=tanh(w*x+b); z=v*h+c; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))+l*w*w"


@pytest.mark.parametrize("case", KEPT, ids=TITLES)
def test_the_table_is_what_python_says(case):
    judge = Case(**case)
    assert [[*answer[:3], judge.said(*answer[:3])] for answer in case["answers"]] == case["answers"]


def known():
    """Every mistake and its hint in the tables."""
    for name, rows in vars(hints).items():
        if name.startswith("OF_") and name != "OF_A_SHAPE":
            for op, listed in rows.items() if isinstance(rows, dict) else [("", rows)]:
                yield from ((op, *row) for row in listed)


SHAPES = [row for rows in hints.OF_A_SHAPE.values() for row in rows]


@pytest.mark.parametrize("hint", sorted({hint for *_, hint in (*known(), *SHAPES)}))
def test_every_hint_is_given_in_the_table(hint):
    form = re.sub(r"\\{\w+\\}", ".+", re.escape(format_formula(hint)))
    assert any(re.fullmatch(form, said) for case in KEPT for *_, said in case["answers"])


def test_the_sign_of_a_mistake_is_told():
    said = [said for case in KEPT for *_, said in case["answers"] if said.endswith(" Check the sign, too.")]
    assert len(said) > 5


def test_every_mistake_can_be_read():
    """A name that is missing would go unnoticed: its mistake would be nobody's."""
    numbers = dict.fromkeys([*"abckpqrsu", "out"], 0.25)
    words = dict.fromkeys(["one", "others", "short", "sibling", "rest"], "(0.5)")
    for _, mistake, _ in known():
        assert evaluated(mistake.format(**words), numbers) != 0.125


# A right answer gets no hint

GRAPHS = [
    *((text, numbers, "ops") for text, numbers in [*EXPRESSIONS[:4], *EXPRESSIONS[6:]]),
    (SLIDES, {"w": 0.5, "x": 2.0, "b": -1.5, "y": 1.0}, "names"),
    (SLIDES, {"w": 0.0, "x": 0.0, "b": 0.0, "y": 0.5}, "names"),
    (SLIDES.replace("w*x", "u*v+w*x"), {"u": 1.0, "v": -1.0, "w": 0.5, "x": 2.0, "b": 0.0, "y": 0.0}, "names"),
    (TWO_LAYERS, {"w": 0.5, "x": 2.0, "b": 0.1, "v": -1.5, "c": 0.3, "y": 1.0, "l": 0.1}, "names"),
    ("a=1/(1+exp(-2*z)); L=(a-y)**2+3*w*w+w", {"z": 0.5, "y": 1.0, "w": 2.0}, "names"),
    ("a=w*w*w*w*w*w*w*w; L=a+relu(a*w)", {"w": 1.5}, "names"),
]


@pytest.mark.parametrize("text, numbers, detail", GRAPHS)
def test_right_answers_get_no_hint(text, numbers, detail):
    case = Case(text, numbers, detail)
    praised = {"Right.", "Right, and the short way."}
    for prompt, question in case.questions.items():
        assert case.said(prompt, "number", repr(float(case.steps.number(question.key)))) in praised
        if case.judge.readable(question):
            for mode in ("number", "formula"):
                assert case.said(prompt, mode, format_formula(question.formula)) in praised


def test_a_short_way_is_told_only_of_a_closed_form():
    case = Case(SLIDES, {"w": 0.5, "x": 2.0, "b": -1.5, "y": 1.0}, "names")
    said = lambda *answers: {case.said("∂L/∂w", "number", answer) for answer in answers}
    assert said("(a-y)x", "x(a − y)", "-(y-a)x", "(σ(z)-y)xᵀ") == {"Right, and the short way."}
    assert said("ax-yx", "-1.245", "2(0.3775-1)", "(-y/a+(1-y)/(1-a))a(1-a)x") == {"Right."}
    assert said("2(a-1)", "(a-1)x", "ax-2") == {"Right, at these numbers."}  # where x is 2, and y is 1
    assert Case(SLIDES, {"w": 0.5, "x": 2.0, "b": -1.5, "y": 1.0}, "ops").said("∂L/∂z", "number", "a-y") == "Right."


# What the mistakes are, by SymPy


@pytest.mark.parametrize(
    "op, mistake, function, by",
    [
        ("sigmoid", "out*(1 - out)", lambda a, b: 1 / (1 + sympy.exp(-a)), "a"),
        ("logistic_loss", "sigmoid(a) - b", lambda a, b: sympy.log(1 + sympy.exp(a)) - a * b, "a"),
    ],
)
def test_a_derivative_in_the_place_of_a_value(op, mistake, function, by):
    assert mistake in dict(hints.OF_A_NODE[op])
    a, b = sympy.symbols("a b")
    at = {a: 0.7, b: 0.25}
    numbers = {"a": 0.7, "b": 0.25, "out": float(function(a, b).subs(at))}
    assert isclose(evaluated(mistake, numbers), function(a, b).diff(by).subs(at))


@pytest.mark.parametrize(
    "op, mistake, function",
    [
        ("sigmoid", "1 - out*out", sympy.tanh),
        ("tanh", "out*(1 - out)", lambda x: 1 / (1 + sympy.exp(-x))),
    ],
)
def test_the_derivative_of_another_function(op, mistake, function):
    """In the value of that function, as the student has it in mind."""
    assert mistake in dict(hints.OF_A_SLOPE[op])
    x = sympy.Symbol("x")
    assert isclose(evaluated(mistake, {"out": float(function(0.7))}), function(x).diff(x).subs(x, 0.7))


@pytest.mark.parametrize("op, function", [("div", lambda a, b: a / b), ("pow", lambda a, b: a**b)])
def test_the_derivative_by_the_other_operand(op, function):
    text = {"div": "z=w/x; L=5*z", "pow": "z=w**x; L=5*z"}[op]
    case = Case(text, {"w": 2.0, "x": 3.0}, "ops")
    w, x = sympy.symbols("w x")
    other = str(function(w, x).diff(x)).replace("**", "^")
    for prompt, answer in (("∂z/∂w", other), ("∂L/∂w", f"5({other})")):
        assert "operand" in case.said(prompt, "number", answer)


def by_sympy(formula, names):
    """A printed formula, as SymPy reads it."""
    parser = sympy.parsing.sympy_parser
    rules = (*parser.standard_transformations, parser.implicit_multiplication_application)
    known = {str(name): name for name in names} | {"σ": lambda x: 1 / (1 + sympy.exp(-x))}
    return sympy.parse_expr(formula.replace("·", "*").replace("^", "**"), known, rules)


@pytest.mark.parametrize("text, numbers, detail", [graph for graph in GRAPHS[:-1] if graph[2] == "names"])
def test_the_branches_inside_of_a_node_add_up_to_its_derivative(text, numbers, detail):
    case = Case(text, numbers, detail)
    inside = [node for node in case.steps.nodes.values() if node.ways]
    assert inside
    for node in inside:
        names = sympy.symbols([case.steps.name(x) for x in node.operands])
        value = by_sympy(node.formula, names)
        for name, ways in zip(names, node.ways):
            out = sympy.Symbol(node.name)  # which a formula may have, as a(1 - a) has
            branches = [by_sympy(way.formula, names) for way in ways]
            assert sympy.simplify(sum(branches).subs(out, value) - value.diff(name)) == 0
            assert len(branches) == 1 or sympy.simplify(sum(branches[1:]).subs(out, value) - value.diff(name)) != 0
            for way, branch in zip(ways, branches):
                assert sympy.simplify(sympy.prod(by_sympy(x, names) for x in way.factors) - branch) == 0
