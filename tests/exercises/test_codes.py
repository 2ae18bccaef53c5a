"""The code in which a sheet ends: what it says, and what is said of one that is wrong."""

import pytest

from micrograd_lr.exercises.codes import Solved, read_code

SOLVED = Solved("Ada L. – 7%/ü", "7", {"circuit": "113", "my own-exercise": "20"})


def said(code):
    with pytest.raises(ValueError) as raised:
        read_code(code)
    return str(raised.value)


def test_what_it_says():
    code = SOLVED.code
    assert code.startswith("sheet1/Ada%20L.%20%E2%80%93%207%25%2F%C3%BC/7/circuit-113/my%20own%2Dexercise-20/")
    assert read_code(code) == SOLVED
    assert read_code(f"  {code[:20]}\n{code[20:]} \n") == SOLVED
    assert str(SOLVED) == (
        "Ada L. – 7%/ü, seed 7: 2 right at the first try, 1 right later, 1 revealed, 1 open\n"
        "  circuit          2 of 3 right at the first try\n"
        "  my own-exercise  0 of 2 right at the first try"
    )
    assert str(read_code(Solved("", "", {"max": "1"}).code)).splitlines()[0] == (
        "no name: 1 right at the first try, 0 right later, 0 revealed, 0 open"
    )


def test_one_character_wrong():
    """Anywhere, and whichever: also one missing, one too many, and two that have changed places."""
    code = Solved("Ada", "7", {"circuit": "113", "max": "2000"}).code
    wrong = [f"{code[:i]}{x}{code[i + 1 :]}" for i in range(len(code)) for x in "a1-/%Z" if x != code[i]]
    wrong += [code[:i] + code[i + 1 :] for i in range(len(code))]
    wrong += [f"{code[:i]}0{code[i:]}" for i in range(len(code))]
    wrong += [code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(len(code) - 1) if code[i] != code[i + 1]]
    for text in wrong:
        words = said(text)
        assert "wrong or missing" in words or "is not the code" in words or "newer version" in words, text
    assert said(code.replace("113", "111")) == (
        f"'{code.replace('113', '111')}': a character of this code is wrong or missing. Copy it once more, whole."
    )


@pytest.mark.parametrize(
    "text", ["", "42", "sheet/", "sheet0/Ada/7/max-1/12345678", "sheet1/", "SHEET1/Ada/7/max-1/12345678", "1/2/3/4"]
)
def test_no_code(text):
    assert said(text) == f"{text!r} is not the code of a sheet, which begins with sheet1/."


def test_of_no_exercise_and_of_a_newer_version():
    assert "wrong or missing" in said(Solved("Ada", "7", {}).code)
    assert "wrong or missing" in said("sheet1/a/b")
    assert said("sheet2/Ada/7/max-1/12345678") == (
        "sheet2: this code is from a newer version of the package. Install that one to read it."
    )
