"""Expressions as people type them, and as pictures and steps print them: σ, ², ·, −, products without a sign."""

import math
import random
import re

import pytest
import sympy
from readers import table
from stepped import all_steps
from sympy.parsing.sympy_parser import convert_xor, implicit_multiplication, parse_expr, standard_transformations

from micrograd_lr import Expression, ExpressionError, Op, draw
from micrograd_lr.formulas.tokens import plain, spellings
from micrograd_lr.formulas.typed import evaluated

AT = {"w": 0.5, "x": 2.0, "b": -1.0, "y": 1.0, "a": 0.3, "z": 0.7}


CALLED = (
    "only these can be called: abs, cos, dot, exp, ln, log, logistic_loss, relu, sigmoid, sin, softplus, sqrt, sum, "
    "tanh, σ."
)


def value(text):
    expression = Expression(text)
    return expression(**{name: AT[name] for name in expression.names}).data


@pytest.mark.parametrize(
    "typed, python",
    [
        ("w^2", "w**2"),
        ("-w^2", "-w**2"),
        ("2^-w", "2**-w"),
        ("w·x × b − a ⋅ z", "w*x * b - a * z"),
        ("w ÷ x – a", "w / x - a"),
        ("x²", "x**2"),
        ("w*xᵀ", "w*x"),
        ("−x⁻²", "-x**-2"),
        ("2ʷ", "2**w"),
        ("x²³ − b", "x**23 - b"),
        ("(a + x)²·w", "(a + x)**2*w"),
        ("ln(x)", "log(x)"),
        ("σ(z)", "1/(1 + exp(-z))"),
        ("softplus(z)", "log(1 + exp(z))"),
        ("sqrt(x)", "x**0.5"),
        ("√(x)·√ (w)", "x**0.5*w**0.5"),
        ("2√(x)√(w) − x√(y)", "2*x**0.5*w**0.5 - x*y**0.5"),
        ("２＊（x＋１）", "2*(x + 1)"),
        ("y ln(a)", "y*log(a)"),
        ("2 x", "2*x"),
        ("1/2 x", "1/2*x"),
        ("w x^2 b", "w*x**2*b"),
        ("x 2", "x*2"),
        ("2(a + b)", "2*(a + b)"),
        ("(a + b)2", "(a + b)*2"),
        ("(1 − y)(1 − a) a", "(1 - y)*(1 - a)*a"),
        ("x²y²", "x**2*y**2"),
        ("(1 − a) ln(1 − a)", "(1 - a)*log(1 - a)"),
        ("exp(a)(b)", "exp(a)*b"),
        ("1_000 x", "1_000*x"),
        ("w x  # 2x if", "w*x"),
    ],
)
def test_python_computes_the_same(typed, python):
    functions = {"exp": math.exp, "log": math.log}
    assert value(typed) == pytest.approx(eval(python, {"__builtins__": {}}, AT | functions), rel=1e-15)


@pytest.mark.parametrize(
    "typed",
    [
        "2 x^2",
        "1/2 x",
        "w x/b x",
        "2(a + b)^2",
        "-x^2 y",
        "(a + b)(a - b)/2 a",
        "2^3^x",
        "w - -x y",
        "x 2 (a)",
        "ln(x) x",
    ],
)
def test_sympy_reads_the_same(typed):
    names = {name: sympy.Symbol(name) for name in AT}
    transformations = (*standard_transformations, convert_xor, implicit_multiplication)
    formula = parse_expr(typed, names, transformations=transformations)
    assert value(typed) == pytest.approx(float(formula.subs(AT)), rel=1e-14)


def test_names_with_indices():
    expression = Expression("w₁ x₁ + w_2")
    assert expression.names == ("w1", "x1", "w_2")
    assert expression(**{"w₁": 2, "x1": 3, "w_2": 1}).data == 7


def test_indentation_means_nothing():
    expression = Expression("""
        z = w x   # the logit
          √(z)
    """)
    assert expression(w=2.0, x=8.0).data == 4


def test_what_answers_and_expressions_both_read_has_one_value():
    kept = table()
    known, both = {typed: kept["names"][name] for typed, name in spellings(kept["names"]).items()}, 0
    for text, answer in kept["formulas"].items():
        try:
            expression = Expression(text)
            found = expression(**{name: known[name] for name in expression.names}).data
        except (ValueError, ArithmeticError, KeyError):
            continue
        if not re.search(r"[\[=#]|[0-9]_", text):  # lists, names of results, comments, 1_000: not in answers
            assert found == pytest.approx(answer, rel=1e-14), text
            both += 1
    assert both > 150


@pytest.mark.slow
def test_random_texts_that_both_read_have_one_value():
    pieces = [
        "w",
        "x",
        "b",
        "w₁",
        "2",
        ".5",
        "1e3",
        "√(",
        "σ(",
        "ln (",
        "exp(",
        "²",
        "⁻¹",
        "^",
        "**",
        *"(())+-*/·×−  x",
    ]
    names, rng, both = {"w": 0.5, "x": 2.0, "b": -1.5, "w₁": 3.0}, random.Random(0), 0
    for _ in range(10_000):
        text = "".join(rng.choices(pieces, k=rng.randrange(1, 8)))
        try:
            expression = Expression(text)
            found = expression(**{name: names[name.replace("1", "₁")] for name in expression.names}).data
        except (ValueError, ArithmeticError, KeyError):
            continue
        assert found == pytest.approx(evaluated(text, names), rel=1e-14), text
        both += 1
    assert both > 500


def test_a_power_and_a_root_are_one_node():
    assert len(Expression("√(x) + x^0.5 + sqrt(x)")._steps) == 4


def test_a_row_of_the_users_own_comes_first():
    Op("sqrt", "√", lambda x: 10 * x, (10,))
    assert Expression("√(x)")(x=2.0).data == 20


@pytest.mark.parametrize(
    "text, place, message",
    [
        ("2x", "2", "2x is neither a number nor a name. For a product write 2*x."),
        ("w² + 0.5wx", "0", "0.5wx is neither a number nor a name. For a product write 0.5*wx."),
        ("w +\\\n 3x²", "3", "3x is neither a number nor a name. For a product write 3*x."),
        ("x² lambda", "l", "lambda is a word of Python's own, and not part of the language: call it lam or λ."),
        ("x² + is", "i", "is is a word of Python's own, and not part of the language: as a name, write is_."),
        ("x²(2 3)", "3", "2 and 3 stand side by side. Write a sign between them, such as *."),
        ("w, b = 1, 2", "w", "write one name per =: w=1; b=2."),
        ("z = x²; w, b = −1, z²", "w", "write one name per =: w=-1; b=z ** 2."),
        ("w, b = x", "w", "an intermediate result has one name: z = w*x + b."),
        ("x⁴a(1 − a)", "a", f"{CALLED} For a product write a*(...)."),
        ("x² − log z", "l", "log is a function: log(...)."),
        ("w² + √x", "√", "sqrt is a function: sqrt(...)."),
        ("y² + ylog(a)", "y", f"{CALLED} For a product write y*log(...)."),
        ("σ = 3", "σ", "σ is a function; choose another name."),
        ("√(x, y)", "√", "sqrt takes 1 operand."),
        (",5", ",", ",5: write a decimal point, 0.5."),
        ("x² + ,5", ",", ",5: write a decimal point, 0.5."),
        ("0,5", "0", "0,5: write a decimal point, 0.5."),
        ("w·0,25", "0", "0,25: write a decimal point, 0.25."),
        ("w² + log(1,5)", "1", "1,5: write a decimal point, 1.5."),
        ("w*1,000", "1", "1,000: the comma can mean two things. Write 1000 or 1.000."),
        ("w + 1,000,000", "1", "1,000,000: write the digits of a number in one piece, 1000000."),
        ("log(1,000.5)", "1", "1,000.5: write the digits of a number in one piece, 1000.5."),
        ("w*1 000 + 2", "1", "1 000: write the digits of a number in one piece, 1000."),
        ("1.000,5*w", "1", "1.000,5: write the digits of a number in one piece, 1000.5."),
        ("dot([1,2], [x,1], w)", "d", "dot takes 2 lists: [a, b]."),
        ("x² +", "", "this cannot be read: invalid syntax."),
        ("x²⁽", "⁽", "this cannot be read: '(' was never closed."),
    ],
)  # fmt: skip
def test_what_is_refused_and_what_to_write(text, place, message):
    with pytest.raises(ExpressionError) as error:
        Expression(text)
    said, line, mark = str(error.value).rsplit("\n", 2)
    assert said == message
    assert line[mark.index("^") :].startswith(place)
    assert place or mark.index("^") == len(line)


@pytest.mark.parametrize(
    "text, numbers, message",
    [
        ("wx + b", {"w": 1, "x": 2, "b": 3}, "no number is given for wx. wx is one name here; did you mean w*x? w, x"),
        ("z = wx; a = zb", {"w": 1, "x": 2, "b": 3}, "no number is given for wx, zb. wx is one name here; did you mean "
         "w*x? zb is one name here; did you mean z*b? w, x, b"),
        ("w₁x₁", {"w₁": 1, "x_1": 2}, "no number is given for w1x1. w1x1 is one name here; did you mean w1*x_1? w1, x"),
        ("wx", {"w": 1}, "no number is given for wx. w does not"),
        ("wx + x", {"w": 1}, "no number is given for wx, x. wx is one name here; did you mean w*x? w does not"),
        ("2*w2", {"w": 1}, "no number is given for w2. w does not"),
    ],
)  # fmt: skip
def test_a_name_that_could_be_a_product(text, numbers, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Expression(text)(**numbers)
    assert Expression("wx + w")(wx=3, w=1).data == 4


PRINTED = {  # expressions, and what touches where they are printed
    "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))": ["wx", "a("],
    "-(y*log(sigmoid(w*x+b)) + (1-y)*log(1-sigmoid(w*x+b)))": ["wx"],
    "2*x + 0.5*x - x/3": ["2x"],
    "z = w*x + b; L = logistic_loss(z, y)": ["wx"],
    "logistic_loss(z, 0) - logistic_loss(z, 0.25)": [],
    "dot([w, a], [x, z]) + sum([a, b, 1.5])": ["wx", "az"],
    "(1-a)*(1-b)*a*(1-a)": ["a("],
    "x**2 + x**-1 - (x**0.5)**3": ["2x"],
    "w**(x + z) - (-x)**2": ["2x"],
    "relu(x)/tanh(x)*cos(z) - sin(z)": [],
    "abs(b)*(w - x) - -b": [],
    "2*(x+1)*a/(b*z)": ["bz"],
    "exp(-z)/(1 + exp(-z))**2": [],
}


def advice(error):
    """What touches by the words of an error, and what to write."""
    said = str(error)
    if found := re.search(r"(\S+) is neither a number nor a name\. For a product write (\S+)\.", said):
        return found.groups()
    if found := re.search(r"For a product write (\w+)\*\(\.\.\.\)\.", said):
        return f"{found[1]}(", f"{found[1]}*("
    found = re.search(r"(\w+) is one name here; did you mean (\S+)\?", said)
    assert found, said
    return found.groups()


def as_the_errors_say(text, known):
    """The value of a text, after the advice of each error about a product was followed; and what touched in it."""
    touched = set()
    while True:
        try:
            expression = Expression(text)
            enough = {*known} >= {*expression.names}
            return expression(**{x: known[x] for x in known if x in expression.names or not enough}).data, touched
        except ValueError as error:
            touching, apart = advice(error)
        touched.add(touching)
        text, changes = re.subn(rf"(?<![\w.]){re.escape(touching)}", apart, text)
        assert changes


def printed_by_steps(frames):
    """What stands between the name and the number of each line: in `a = σ(z) = σ(0) = 0.5` both formulas.

    But for the slope of relu, `(1 if z > 0 else 0)`: a graph has no comparison. It can be typed as an answer.
    """
    for frame in frames:
        for line in frame.numbers.split("; "):
            _, *formulas, number = line.split(" = ")
            yield from ((formula, number) for formula in formulas if not re.search("[∂…]| if ", formula))


def printed_by_draw(drawing):
    """The formulas of the boxes, with their values."""
    for line in re.sub(r" \((data|parameter)\)", "", drawing.text).splitlines():
        if found := re.search(r"([^]│├└─]+): ([^,]*), ", line):
            yield found[1].split(" = ")[-1].strip(), found[2]


@pytest.mark.parametrize("text, touching", PRINTED.items())
def test_what_is_printed_is_read(text, touching):
    expression = Expression(text)
    root = expression(**{name: AT[name] for name in expression.names})
    root.backward()
    frames, drawing = all_steps(root, digits=17), draw(root, digits=17)
    known = {node.label: node.value for node in frames.nodes.values() if node.label}
    printed, touched = [*printed_by_steps(frames), *printed_by_draw(drawing)], set()
    for formula, number in printed:
        found, touched_here = as_the_errors_say(formula, known)
        assert found == pytest.approx(float(plain(number)), rel=1e-12, abs=1e-15), formula
        touched |= touched_here
    assert touched == {*touching}
    assert len(printed) > 15
