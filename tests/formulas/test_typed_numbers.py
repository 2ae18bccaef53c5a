"""Numbers as people type them: after --set, as an input on the way, and as an answer. One rule for all."""

import math
from fractions import Fraction

import pytest

from micrograd_lr import Expression, cli
from micrograd_lr.formulas.tokens import quoted
from micrograd_lr.formulas.typed import assigned, by_name, inputs, number_in
from micrograd_lr.terminal.session import Session

NUMBERS = {
    "0.5": 0.5, " 0.5 ": 0.5, ".5": 0.5, "5.": 5.0, "-1": -1.0, "−1": -1.0, "+1": 1.0, "1e-3": 0.001, "1E5": 1e5,
    "1e-400": 0.0, "5e-324": 5e-324, "0.1": 0.1, "9007199254740993": float(2**53), "１.５": 1.5,
    "1/3": float(Fraction(1, 3)), "-1/2": -0.5, "2*3": 6.0, "2·3": 6.0, "2^3": 8.0, "log(2)": math.log(2),
}  # fmt: skip
NOT_NUMBERS = [
    "one", "nan", "NaN", "inf", "-inf", "infinity", "−∞", "10**400", "1/0", "log(0)",
    "0x10", "٣", "½", "1 2", "1.2.3", "1,2,3", "1,000,00", "True", "None", "1j", "'1'", "[1]", "x", "2x", "=1",
    "1=2", "()", "-", "1e", "0.5e", "w.real", "(1,1)",
]  # fmt: skip
COMMAS = {
    "0,5": "0.5", ",5": "0.5", "-0,5": "-0.5", "−0,5": "−0.5", "1,5e3": "1.5e3", "1/0,5": "1/0.5",
    "log(0,5)": "log(0.5)", "0,5*0,25": "0.5*0.25", "0,500": "0.500", "1234,567": "1234.567",
}  # fmt: skip
THOUSANDS = {"1,000": "1000 or 1.000", "-12,345": "-12345 or -12.345", "1,000/2": "1000/2 or 1.000/2"}
IN_PIECES = {
    "1,000,000": "1000000", "1,000.5": "1000.5", "1.000,5": "1000.5", "1.000.000": "1000000", "1 000": "1000",
    "1\u202f000": "1000", "-1_000": "-1000", "1’000": "1000", "1 000*0,5": "1000*0.5",
}  # fmt: skip
WRITTEN_OTHERWISE = {
    **{text: f"write a decimal point, {number}." for text, number in COMMAS.items()},
    **{text: f"the comma can mean two things. Write {numbers}." for text, numbers in THOUSANDS.items()},
    **{text: f"write the digits of a number in one piece, {number}." for text, number in IN_PIECES.items()},
    **dict.fromkeys(("1e999", "-1e400", "1.8e308", "9" * 309), "too large. Numbers go up to about 1.8e308 here."),
}


def said(run, *arguments):
    with pytest.raises(ValueError) as error:
        run(*arguments)
    return str(error.value)


def error_of(command, numbers, capsys):
    assert cli.main([command, "w*x", "--set", *numbers]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def typed(line):
    talk = Session(Expression("w*x"), {"w": 1.0, "x": 2.0})
    talk.do(line)
    return "\n".join(talk.message), talk.numbers["w"]


@pytest.mark.parametrize("text", NUMBERS)
def test_what_is_a_number(text, capsys):
    assert number_in(text) == NUMBERS[text]
    assert assigned(f"w={text}") == assigned(f" w = {text}") == assigned(f"ｗ={text}") == ("w", NUMBERS[text])
    assert typed(f"w={text}")[1] == NUMBERS[text]
    assert cli.main(["draw", "w*x", "--set", f"w={text}", "x=1"]) == 0


@pytest.mark.parametrize("command", ["draw", "step"])
@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_what_is_not_a_finite_number(command, text, capsys):
    message = f"w={text}: an input is a finite number, such as w=0.5."
    assert error_of(command, [f"w={text}", "x=1"], capsys) == f"micrograd-lr: --set {message}\n"
    assert typed(f"w={text}") == (message, 1.0)
    assert said(number_in, text)


@pytest.mark.parametrize("command", ["draw", "step"])
@pytest.mark.parametrize("text", WRITTEN_OTHERWISE)
def test_a_number_that_is_written_otherwise(command, text, capsys):
    message = f"{quoted(text)}: {WRITTEN_OTHERWISE[text]}"
    assert said(number_in, text) == message
    assert error_of(command, [f"w={text}", "x=1"], capsys) == f"micrograd-lr: --set w={message}\n"
    assert typed(f"w={text}") == (f"w={message}", 1.0)


def test_a_decimal_comma_in_a_formula():
    talk = Session(Expression("a = sigmoid(w); 2*a"), {"w": 0.0}, "formula")
    while not talk.walk.open:
        talk.do("n")
    talk.do("0,25")
    assert talk.message == ["0,25: write a decimal point, 0.25."]


@pytest.mark.parametrize("command", ["draw", "step"])
@pytest.mark.parametrize("text", ["w", "w=", "w = ", "=1", "=", " ", "0.5"])
def test_what_is_not_name_and_number(command, text, capsys):
    assert error_of(command, [text, "x=1"], capsys) == (
        f"micrograd-lr: --set {text.strip()}: expected NAME=NUMBER, such as w=0.5.\n"
    )


@pytest.mark.parametrize("command", ["draw", "step"])
@pytest.mark.parametrize("second", ["w=2", "w=1", " w = 1", "ｗ=2"])
def test_a_name_has_one_number(command, second, capsys):
    message = f"w=1 and {second.strip()}: w is given twice. Leave one of them out."
    assert error_of(command, ["w=1", "x=3", "--set", second], capsys) == f"micrograd-lr: --set {message}\n"
    assert typed(f"w=1, {second}") == (message, 1.0)
    assert by_name(["w=1", "v=1"]) == {"w": 1.0, "v": 1.0}


def test_the_numbers_of_the_slides_can_still_be_replaced(capsys, monkeypatch, tmp_path):
    assert cli.main(["step", "--set", "w=3", "--html", str(tmp_path / "page.html")]) == 0
    assert cli.main(["step", "--set", "w=3", "w=4", "--html", str(tmp_path / "page.html")]) == 1
    assert "w=3 and w=4: w is given twice" in capsys.readouterr().err


def test_several_inputs_on_a_line():
    expected = {"w": 1.0, "b": -2.0}
    for line in ("w=1 b=-2", "w=1, b=-2", "w=1;b=−2", " w = 1 ,  b = -2 ", "w=1,b=-2,", "w=2/2 b=-4 / 2", "w=1\tb=-2;"):
        assert inputs(line, ["w", "b"]) == expected
    assert said(inputs, "w=0,5, b=1", ["w", "b"]) == "w=0,5: write a decimal point, 0.5."
    assert said(inputs, "b 1", ["w", "b"]) == "b 1: expected NAME=NUMBER, such as w=0.5."


@pytest.mark.parametrize(
    "typed, x",
    [("007", 7.0), ("-01.5", -1.5), ("00.5", 0.5), ("–1", -1.0), ("‐2", -2.0), ("1/04", 0.25), ("10", 10.0), ("0", 0.0)]
)  # fmt: skip
def test_numbers_with_leading_zeros_and_other_minus_signs(typed, x):
    assert by_name([f"w={typed}"]) == {"w": x}


@pytest.mark.parametrize("typed", ["w=b=2", "w=0.5#c", "w=1;2"])
def test_more_than_one_number_is_none(typed):
    with pytest.raises(ValueError, match=r"an input is a finite number, such as w=0\.5"):
        by_name([typed])


def test_several_inputs_in_one_argument(capsys):
    for numbers in (["w=1 b=2"], ["w=1,b=2"], ["w=1;b=2"], ["w=1", "b=2"]):
        assert cli.main(["draw", "w*b", "--set", *numbers]) == 0
        assert "= 2" in capsys.readouterr().out
    assert cli.main(["draw", "w*b", "--set", "w=1 w=2"]) == 1
    assert "w is given twice" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["-omega*x", "-h*x", "-x"])
def test_expressions_that_begin_with_a_minus(text, capsys):
    names = {"-omega*x": ["omega=1"], "-h*x": ["h=1"], "-x": []}[text]
    assert cli.main(["draw", text, "--set", "x=2", *names]) == 0
    assert "2" in capsys.readouterr().out


def test_a_file_that_begins_with_a_minus(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["draw", "w*2", "--set", "w=1", "-o-x.svg"]) == 0
    assert cli.main(["draw", "w*2", "--set", "w=1", "-o", "y.svg", "--highlight", "w"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["-x.svg", "y.svg"]
