"""The files of the page's script: what each is for, and which of its names the others may use."""

from importlib.resources import files

import pytest
from scripts import check_declarations, check_header, read

from micrograd_lr.page.page import SCRIPTS

WEB = files("micrograd_lr.page") / "web"
TEXTS = read(WEB, SCRIPTS)


def test_a_file_that_is_not_in_the_script_would_be_seen():
    with pytest.raises(AssertionError):
        read(WEB, SCRIPTS[1:])


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_file_says_what_it_is_for_and_what_it_shares(name):
    check_header(name, TEXTS)


def test_nothing_is_declared_twice_or_for_nobody():
    check_declarations(TEXTS)


def test_that_would_be_seen():
    name = SCRIPTS[0]
    for wrong in ("// no purpose\n\nconst x = 1;", TEXTS[name].replace("Shared: ", "Shared: unheard, ")):
        with pytest.raises((AssertionError, ValueError)):
            check_header(name, {**TEXTS, name: wrong})
    for wrong in ("const data = 1;", "const unheard = 1;"):
        with pytest.raises(AssertionError):
            check_declarations({**TEXTS, "wrong.js": wrong})
