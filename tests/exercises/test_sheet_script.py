"""The files of a sheet's script: what each is for, and which of its names the others may use."""

from importlib.resources import files

import pytest
from scripts import check_declarations, check_header

from micrograd_lr.exercises.sheets import SCRIPTS
from micrograd_lr.page.page import JUDGES

OWN = files("micrograd_lr.exercises") / "web"
PAGE = files("micrograd_lr.page") / "web"
TEXTS = {
    name: (folder / name).read_text(encoding="utf-8")
    for folder, names in ((OWN, SCRIPTS), (PAGE, ("packed.js", *JUDGES)))
    for name in names
}


def test_every_file_is_in_the_script():
    assert {path.name for path in OWN.iterdir() if path.name.endswith(".js")} == {*SCRIPTS}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_file_says_what_it_is_for_and_what_it_shares(name):
    check_header(name, TEXTS)


def test_nothing_is_declared_twice_or_for_nobody():
    check_declarations(TEXTS)
