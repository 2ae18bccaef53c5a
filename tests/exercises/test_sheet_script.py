"""The files of a sheet's script: what each is for, and which of its names the others may use."""

from importlib.resources import files

from scripts import check_declarations, check_header, read

from micrograd_lr.exercises.sheets import SCRIPTS
from micrograd_lr.page.page import JUDGES
from micrograd_lr.page.page import SCRIPTS as OF_THE_PAGE


def test_the_files_and_what_they_share():
    of_the_page = read(files("micrograd_lr.page") / "web", OF_THE_PAGE)
    texts = read(files("micrograd_lr.exercises") / "web", SCRIPTS)
    texts |= {name: of_the_page[name] for name in ("packed.js", *JUDGES)}
    for name in SCRIPTS:
        check_header(name, texts)
    check_declarations(texts)
