"""Any expression as an exercise: what is asked, the keys by SymPy, and what is said to mistakes."""

import pytest
import sympy

from micrograd_lr import cli, exercises
from micrograd_lr.exercises.reading import read_text

SLIDES = "z = w*x + b; a = sigmoid(z); L = -(y*log(a) + (1 - y)*log(1 - a))"
NUMBERS = {"w": "1/2", "x": "2", "b": "-1/2", "y": "1"}


def of_the_slides(**options):
    return exercises.from_expression(SLIDES, NUMBERS, **options)


def test_the_factors_of_the_slides_are_asked_in_their_order():
    exercise = of_the_slides()
    assert [kind.question.prompt for kind in exercise.asked] == [
        "∂L/∂a", "∂a/∂z", "∂L/∂z", "∂z/∂w", "∂L/∂w", "∂L/∂b",
    ]  # fmt: skip
    w, x, b, y = sympy.symbols("w x b y")
    a, z = sympy.symbols("a z")
    L = -(y * sympy.log(a) + (1 - y) * sympy.log(1 - a))
    sigmoid = 1 / (1 + sympy.exp(-z))
    whole = L.subs(a, sigmoid).subs(z, w * x + b)
    at = {w: sympy.Rational(1, 2), x: 2, b: -sympy.Rational(1, 2), y: 1}
    here = at | {a: sigmoid.subs(z, (w * x + b).subs(at)), z: (w * x + b).subs(at)}
    expected = [L.diff(a), sigmoid.diff(z), L.subs(a, sigmoid).diff(z), x, whole.diff(w), whole.diff(b)]
    assert [exercise.key(i) for i in range(6)] == pytest.approx([float(f.subs(here)) for f in expected], rel=1e-14)


def test_mistakes_are_named_as_in_stepping():
    exercise = of_the_slides()
    assert exercise.verdict(2, "a(1-a)").said == (
        "That is only ∂a/∂z = a(1 − a). Multiply it by the gradient above, ∂L/∂a."
    )
    assert exercise.verdict(2, "0.235004").said == exercise.verdict(2, "a(1-a)").said
    assert exercise.verdict(4, "a-y").said == "That is the gradient above, ∂L/∂z. Multiply it by ∂z/∂w = x."
    assert exercise.verdict(4, "(a-y)x").said == "Right, and the short way."
    assert exercise.verdict(0, "1.607").said == "Check the sign."


def test_what_is_asked_is_chosen():
    exercise = of_the_slides(ask=["L", "dL/dw", "∂L/∂b"])
    assert [kind.question.prompt for kind in exercise.asked] == ["L", "∂L/∂w", "∂L/∂b"]
    assert exercise.key(0) == pytest.approx(0.4740769841801067, rel=1e-14)
    two = exercises.from_expression("p = a*b; f = p*p + a", {"a": "2", "b": "3"})
    assert [kind.asked for kind in two.asked][2:4] == ["What is path 2 of 2 to a?", "What is ∂f/∂a?"]
    with pytest.raises(ValueError, match=r"^there is no ∂z/∂q on the way\. There are: z, a, L, ∂L/∂a, ∂L/∂y, "):
        of_the_slides(ask=["∂z/∂q"])


def test_other_numbers_keep_the_label_a_label():
    exercise = of_the_slides()
    drawn = [exercise.at(seed) for seed in range(12)]
    assert {one.numbers["y"] for one in drawn} == {"0", "1"}
    assert len({one.given for one in drawn}) > 8
    assert all(one.key(i) for one in drawn for i in range(6))


def test_a_key_of_zero_is_not_drawn():
    exercise = exercises.from_expression("f = (a - b)*c", {"a": "2", "b": "2", "c": "3"})
    assert [*exercise.not_told_apart()] == ["∂f/∂c: the right answer is 0, which says nothing of how one came to it"]
    assert all(one.numbers["a"] != one.numbers["b"] for one in map(exercise.at, range(30)))


def test_nothing_to_ask():
    with pytest.raises(ValueError) as raised:
        exercises.from_expression("w + x", {"w": "1", "x": "2"})
    assert str(raised.value) == (
        "w + x: there is nothing to ask on the way back, as each factor is 1 or -1. "
        "Ask for a value, or for a gradient: L, ∂L/∂w."
    )


def test_in_a_file():
    text = """title = "t"
aim = "a"
expression = "z = w*x; L = z^2"
[numbers]
w = "3"
x = "2"
[[ask]]
walk = "∂L/∂z"
"""
    exercise = read_text(text, "mine.toml")
    assert exercise.key(0) == 12
    assert exercise.verdict(0, "z").said == "That is z itself, not the derivative with respect to it, ∂L/∂z."
    with pytest.raises(ValueError, match=r"mine\.toml, line 7: mistakes is not known here\. walk stands alone\."):
        read_text(text + 'mistakes = { z = "No." }', "mine.toml")
    with pytest.raises(ValueError, match=r"mine\.toml, line 7: walk = '∂L/∂q': there is no ∂L/∂q on the way"):
        read_text(text.replace("∂L/∂z", "∂L/∂q"), "mine.toml")


@pytest.mark.parametrize(
    "words, said",
    [
        ([SLIDES], f"{SLIDES}: an expression needs a number for each of its inputs, --set w=1/2 x=2."),
        (["paths", "--ask", "a"], "--ask: an expression needs a number for each of its inputs, --set w=1/2 x=2."),
        (["w*x", "--set", "w=1"], "no number is given for x. The expression needs one number for each of: w, x."),
        (["w*x", "--set", "w=1", "x=q"], "--set x=q: an input is a finite number, such as x=0.5."),
        (["w*x", "--set", "w"], "--set w: expected NAME=NUMBER, such as w=0.5."),
        (
            ["log(w)", "--set", "w=0"],
            "log(w = 0.0) has no finite value: math domain error. log needs an operand above 0.",
        ),
    ],
)
def test_what_is_wrong_is_told(words, said, capsys):
    assert cli.main(["exercise", *words]) == 1
    assert capsys.readouterr().err == f"micrograd-lr: {said}\n"


def test_on_the_command_line(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", iter(["-0.7550813376\n"]))
    given = ["--set", *(f"{name}={number}" for name, number in NUMBERS.items()), "--ask", "∂L/∂w"]
    assert cli.main(["exercise", SLIDES, *given]) == 0
    assert "What is ∂L/∂w?\nRight.\n1 of 1 right at the first try.\n" in capsys.readouterr().out
    page = tmp_path / "any.html"
    assert cli.main(["exercises", "sheet", SLIDES, *given, "--html", str(page)]) == 0
    assert page.read_text(encoding="utf-8") == exercises.sheet([of_the_slides(ask=["∂L/∂w"])]).html
