"""Files that ask for shapes, choices and second derivatives, and what is said where one is wrong."""

import re
from pathlib import Path

import pytest

from micrograd_lr.exercises.asking import asked
from micrograd_lr.exercises.reading import ExerciseError, read_text

GOOD = """title = "Two features"
aim = "Every feature has its weight."
expression = "z = w1*x1 + w2*x2; L = z^2/2"

[numbers]
w1 = "1"
w2 = "1"
x1 = "3"
x2 = "-1"

[matrices]
w = "w1, w2"
x = "x1; x2"

[sizes]
n = 2

[[ask]]
shape = "w*x"
[ask.mistakes]
"(n, n)" = "A row times a column is a number."

[[ask]]
second = "w1, w2"
[ask.mistakes]
"z*x1*x2" = "Once more."

[[ask]]
choice = "Which formula is the gradient?"
options = ["z*x", "z*x^T"]
equals = "∂L/∂w"
[ask.mistakes]
"z*x" = "That is a column."

[[ask]]
choice = "What is 0 times ∞?"
options = ["0", "nan", "an error"]
floats = "u*v"
at = { u = "0", v = "inf" }
[ask.mistakes]
0 = "∞ is not a number."
"an error" = "It has a value, of a kind."
"""
PLANTED = ('equals = "∂L/∂w"', 'planted = "logistic_loss(z, y)"')
BAD = {
    "a matrix with holes": (('"w1, w2"', '"w1, w2; x1"'), "line 11: w = 'w1, w2; x1': its rows have 2 and 1 entries."),
    "an entry that cannot be read": (('"x1; x2"', '"x1; x3"'), "line 11: x = 'x1; x3': x3: no such name here."),
    "a name with two meanings": (
        ('x = "x1; x2"', 'z = "x1; x2"'),
        "line 11: z has another meaning already. Choose another name for the matrix.",
    ),
    "T": (('x = "x1; x2"', 'T = "x1; x2"'), "line 11: T has another meaning already."),
    "a matrix in a list": (('w = "w1, w2"', 'w = ["w1", "w2"]'), "It has to be a table of matrices in quotes, rows af"),
    "an unknown letter": (("n = 2", "k = 2"), "line 15: k is not a letter of shapes. These are: n, m."),
    "a size of 1": (("n = 2", "n = 1"), "line 15: sizes is {'n': 1}. It has to be a table of whole numbers above 1, s"),
    "two letters for a size": (
        ("n = 2", "n = 2\nm = 2"),
        "line 15: n and m are both 2. With 2 in a shape, which one is meant?",
    ),
    "a size without a letter": (
        ('n = 2\n\n[[ask]]\nshape = "w*x"', 'n = 3\n\n[[ask]]\nshape = "x"'),
        "line 18: shape = 'x': its shape is (2, 1), and sizes does not say which letter is 2.",
    ),
    "shapes that do not fit": (('"w*x"', '"w*w"'), "line 18: shape = 'w*w': (1, 2) times (1, 2) does not fit."),
    "an unknown matrix": (
        ('"w*x"', '"w*v"'),
        "line 18: shape = 'w*v': there is no v. There are: w1, x1, w2, x2, z, L, w",
    ),
    "a function": (('"w*x"', '"exp(w)"'), "of matrices there are + − · / and ᵀ, and no functions."),
    "a power": (('"w*x"', '"w^2"'), "line 18: shape = 'w^2': the only power of a matrix that is read is ᵀ, as in Xᵀ."),
    "not a formula": (('"w*x"', '"w*"'), "line 18: shape = 'w*': this cannot be read: invalid syntax."),
    "no such gradient": (('"w*x"', '"∂L/∂v"'), "line 18: shape = '∂L/∂v': ∂L/∂v: v is not a name of the expression."),
    "not a shape": (('"(n, n)"', '"square"'), "line 18: the mistake 'square': Write the rows and the columns, such as"),
    "a shape that is right": (
        ('"(n, n)"', '"(1, 1)"'),
        'the shape of w·x: the mistake (1, 1), and that is told "Right.".',
    ),
    "nothing to differentiate": (
        ("L = z^2/2", "L = z + 1"),
        "line 5: ∂²L/∂w1∂w2: the right answer is 0, which says nothing of how one came to it",
    ),
    "no options": (
        ('options = ["z*x", "z*x^T"]\n', ""),
        "line 28: options is missing. Write a list of 2 to 5 different",
    ),
    "one option": (('["z*x", "z*x^T"]', '["z*x"]'), "line 28: options is ['z*x']. It has to be a list of 2 to 5 diffe"),
    "an option twice": (('["z*x", "z*x^T"]', '["z*x", "z*x"]'), "It has to be a list of 2 to 5 different texts, such"),
    "a mistake that is no option": (
        ('"z*x" = "That', '"x" = "That'),
        "line 28: the mistake 'x' is none of the options: z*x, z*x^T.",
    ),
    "two right options": (
        ('[ask.mistakes]\n"z*x" = "That is a column."\n', ""),
        "line 28: there are 2 options, without a mistake: z*x, z*x^T. One is right, and it alone has none.",
    ),
    "no right option": (
        ('"z*x" = "That is a column."', '"z*x" = "No."\n"z*x^T" = "No."'),
        "line 28: there are 2 options, and each is a mistake. One is right, and it alone has none.",
    ),
    "two ways": (
        ('equals = "∂L/∂w"', 'equals = "∂L/∂w"\nfloats = "1"'),
        "line 28: equals and floats: one of them is enough to find the right option.",
    ),
    "another option is right": (
        ('"z*x" = "That is a column."', '"z*x^T" = "That is a row."'),
        "Which formula is the gradient?: equals = '∂L/∂w' gives z*x^T; the option without a mistake is z*x. Choose",
    ),
    "a way that cannot be run": (
        ('equals = "∂L/∂w"', 'equals = "∂L/∂v"'),
        "line 28: equals = '∂L/∂v': ∂L/∂v: v is not a name of the expression.",
    ),
    "checks without data": (PLANTED, "line 28: planted = 'logistic_loss(z, y)': there is no b. There are: "),
    "an option that is no number": (
        ('"an error"]', '"a mistake"]'),
        "line 35: the mistake 'an error' is none of the options: 0, nan, a mistake.",
    ),
    "a number that is none": (
        ('v = "inf"', 'v = "many"'),
        "line 35: at is {'u': '0', 'v': 'many'}. It has to be a tab",
    ),
    "a name without a number": (
        ('v = "inf"', 'w = "1"'),
        "line 35: floats = 'u*v': at needs one number for each of: u, v.",
    ),
}


def test_the_file_is_good():
    exercise = read_text(GOOD, "two.toml")
    assert exercise.board == "z = w1 x1 + w2 x2\nL = z^2/2\nw = [w1, w2]\nx = [x1; x2]"
    assert [*asked(exercise, iter(["n by n", "1, 1", "row", "reveal", "-3", "a", "c)", "b", "nan"]))][1:] == [
        "What is the shape of w·x?",
        "A row times a column is a number.",
        "Right.",
        "What is ∂²L/∂w1∂w2?",
        "row: no such name here. The names are w1, x1, w2, x2, z, L, ∂L/∂w1.",
        "∂²L/∂w1∂w2 = −3",
        "Which formula is the gradient?\n  a) z·x\n  b) z·xᵀ",
        "Type the letter of an option: a, b.",
        "That is a column.",
        "Type the letter of an option: a, b.",
        "Right.",
        "What is 0 times ∞?\n  a) 0\n  b) nan\n  c) an error",
        "Right.",
        "1 of 4 right at the first try.",
    ]
    assert exercise.at(3) == exercise.at(3)


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_told_with_its_line(what):
    (old, new), said = BAD[what]
    assert old in GOOD
    with pytest.raises(ExerciseError, match=r"^two\.toml, line") as error:
        read_text(GOOD.replace(old, new, 1), "two.toml")
    assert said in str(error.value)


def test_an_option_of_floats_that_is_no_number():
    text = GOOD.replace('"an error"', '"a mistake"')
    with pytest.raises(ExerciseError, match="the option 'a mistake' is neither a number, inf or nan nor 'an error'"):
        read_text(text, "two.toml")


def test_the_files_that_the_docs_show():
    page = (Path(__file__).parent.parent.parent / "docs" / "exercises.md").read_text(encoding="utf-8")
    for shown in re.findall(r"```toml\n(.*?)```", page, re.DOTALL):
        assert read_text(shown, "shown.toml").blanks
