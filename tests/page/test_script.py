"""The files of the page's script: what each is for, and which of its names the others may use."""

import re
from importlib.resources import files

import pytest

from micrograd_lr.page.page import SCRIPTS

WEB = files("micrograd_lr.page") / "web"
TEXTS = {name: (WEB / name).read_text(encoding="utf-8") for name in SCRIPTS}
DECLARED = re.compile(r"^(?:function|class|const|let) (?:\{ )?(\w+)", re.MULTILINE)
NOT_CODE = re.compile(r"""/\*.*?\*/|//[^\n]*|"[^"\n]*"|'[^'\n]*'""", re.DOTALL)


def used_in(name):
    """The names that the code of a file reads or declares; not those of properties."""
    code = NOT_CODE.sub("", TEXTS[name]).replace("...", " ")
    return {*re.findall(r"(?<![.\w])[A-Za-z]\w*(?!\w*:)", code)}


def test_every_file_is_in_the_script():
    assert {path.name for path in WEB.iterdir() if path.name.endswith(".js")} == {*SCRIPTS}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_file_says_what_it_is_for_and_what_it_shares(name):
    text = TEXTS[name]
    assert len(text.splitlines()) < 300
    assert max(map(len, text.splitlines())) <= 120
    purpose, shared = text[: text.index("\n\n")].split("Shared: ")
    declared = {*DECLARED.findall(text)}
    elsewhere = set().union(*(used_in(other) for other in SCRIPTS if other != name))
    assert re.fullmatch(r"// [A-Z][^\n]+\n// ", purpose)
    assert {*re.findall(r"\w+", shared)} == declared & elsewhere


def test_nothing_is_declared_twice_or_for_nobody():
    declared = [name for text in TEXTS.values() for name in DECLARED.findall(text)]
    assert len(declared) == len({*declared})
    code = "\n".join(NOT_CODE.sub("", text) for text in TEXTS.values())
    assert [name for name in declared if len(re.findall(rf"\b{name}\b", code)) < 2] == []
