"""Exercises in files: an instructor's own, and what is said where one is wrong."""

import re
from pathlib import Path

import pytest

from micrograd_lr.exercises.asking import asked
from micrograd_lr.exercises.reading import ExerciseError, built_in, load, read, read_text

GOOD = """title = "A product"
aim = "The other factor."
expression = "p = w*x; L = p*p"

[numbers]
w = "3"
x = "2"

[[ask]]
gradient = "w"
[ask.mistakes]
"2*p*w" = "You swapped the factors: dp/dw is x."

[[ask]]
value = "L"
"""
BAD = {
    "not TOML": (('"A product"', "A product"), "this is not TOML: Invalid value (at line 1, column 9)."),
    "unknown": (("aim =", "goal ="), "line 2: goal is not known. A file has: title, aim, expression, numbers, ask, "),
    "missing": (('aim = "The other factor."\n', ""), "aim is missing. Write a text in quotes, such as aim = "),
    "empty": (('"A product"', '" "'), "line 1: title is ' '. It has to be a text in quotes, such as "),
    "a number without quotes": (
        ('w = "3"', "w = 3"), "line 5: numbers is {'w': 3, 'x': '2'}. It has to be a table of numbers in quotes, ",
    ),
    "a number that is none": (('"3"', '"3,000 or so"'), "line 5: w = '3,000 or so': "),
    "an input too few": (('x = "2"\n', ""), "line 3: no number is given for x."),
    "not an expression": (('L = p*p"', 'L = p**"'), "line 3: this cannot be read"),
    "no value": (("L = p*p", "L = log(p - 6)"), "line 3: "),
    "no such name": (('gradient = "w"', 'gradient = "v"'), "line 9: gradient = 'v': there is no such name. There are"),
    "two things asked": (
        ('value = "L"', 'value = "L"\ngradient = "p"'),
        "line 14: a question has one of these: gradient, value, walk, second, twice, shape, choice; this one has ",
    ),
    "nothing asked": (('value = "L"', ""), "this one has none of them."),
    "mistakes in a list": (
        ('[ask.mistakes]\n"2*p*w" = "You swapped the factors: dp/dw is x."', "mistakes = [1]"),
        "line 9: mistakes is [1]. It has to be wrong answers with texts, such as ",
    ),
    "a mistake that cannot be read": (("2*p*w", "2*p*"), "line 9: the mistake '2*p*': The formula ends too early."),
    "a mistake that is right": (
        ("2*p*w", "2*p*x"), 'line 5: ∂L/∂w: the mistake 2*p*x gives 24, and that is told "Right.". Choose',
    ),
    "choices of nothing": (
        ("[[ask]]", '[choices]\nv = ["1"]\n[[ask]]'), "line 9: v has choices, and no number. There are: w, x.",
    ),
    "a choice that is none": (
        ("[[ask]]", '[choices]\nw = ["1", "2,"]\n[[ask]]'), "line 9: w = '2,': “,” cannot be read here.",
    ),
    "a letter for a text": (('value = "L"', "value = 3"), "line 14: value is 3. It has to be a text in quotes, "),
    "options of a value": (
        ('value = "L"', 'value = "L"\noptions = ["1"]'),
        "line 14: options is not known here. Beside value there may be: mistakes.",
    ),
    "a name too few": (('value = "L"', 'second = "w"'), "line 14: second = 'w': it takes 2 names, with a comma"),
    "a name too many": (('value = "L"', 'value = "w, x"'), "line 14: value = 'w, x': it takes one name."),
    "no such second name": (('value = "L"', 'second = "w, v"'), "line 14: second = 'w, v': there is no such name."),
    "a key of 0": (('w = "3"', 'w = "0"'), "line 5: ∂L/∂w: the right answer is 0, which says nothing of how"),
}  # fmt: skip


def revealed(exercise):
    return [*asked(exercise, iter(["reveal"] * len(exercise.blanks)))][2::2]


def test_the_file_that_the_docs_show():
    page = (Path(__file__).parent.parent.parent / "docs" / "exercises.md").read_text(encoding="utf-8")
    shown, *_ = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    exercise = read_text(shown, "my_own.toml")
    assert revealed(exercise) == ["∂J/∂w = 17.5", "J = 17.12"]
    assert exercise.at(1).numbers != exercise.numbers


def written(folder, text):
    path = folder / "03_product.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_an_exercise(tmp_path):
    exercise = load(str(written(tmp_path, GOOD)))
    assert (exercise.name, exercise.title, exercise.hints) == ("product", "A product", ())
    assert revealed(exercise) == ["∂L/∂w = 24", "L = 36"]
    assert exercise.board == "p = wx\nL = p·p"
    assert exercise.verdict(0, "2*p*w").said == "You swapped the factors: dp/dw is x."
    assert exercise.verdict(0, "2p x").right
    assert exercise.verdict(0, "24").right
    assert exercise.verdict(0, "24 + 0w").said.startswith("At these numbers that is right, but only by chance")


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_told_with_its_line(what, tmp_path):
    (old, new), said = BAD[what]
    assert old in GOOD
    with pytest.raises(ExerciseError, match=r"^03_product\.toml(, line|: )") as error:
        read(written(tmp_path, GOOD.replace(old, new, 1)))
    assert said in str(error.value)


def test_what_is_no_text(tmp_path):
    path = tmp_path / "own.toml"
    path.write_bytes(b'title = "\xff"')
    with pytest.raises(ExerciseError, match=r"own\.toml: byte 9 is not UTF-8\. Save the file as UTF-8\."):
        read(path)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.toml")


def test_a_name_that_is_not_known():
    assert load("paths") is built_in()["paths"]
    with pytest.raises(ValueError, match=re.escape("there is no exercise 'pats'. There are: circuit, max, ")):
        load("pats")


def test_no_numbers_for_a_seed(tmp_path):
    text = GOOD + '\n[choices]\nw = ["1"]\nx = ["1"]\n'
    exercise = read(written(tmp_path, text))
    with pytest.raises(ValueError, match="product: at none of 500 draws of numbers does each mistake get its own"):
        exercise.at(1)


def test_numbers_without_a_value_are_not_drawn(tmp_path):
    text = GOOD.replace("L = p*p", "L = p*p + log(w)") + '\n[choices]\nw = ["-3", "3"]\n'
    exercise = read(written(tmp_path, text))
    assert {exercise.at(seed).numbers["w"] for seed in range(9)} == {"3"}
