"""Files of a script: what each is for, and which of its names the others may use."""

import re

DECLARED = re.compile(r"^(?:function|class|const|let) (?:\{ )?(\w+)", re.MULTILINE)
NOT_CODE = re.compile(r"""/\*.*?\*/|//[^\n]*|"[^"\n]*"|'[^'\n]*'""", re.DOTALL)


def code(text):
    return NOT_CODE.sub("", text)


def used_in(text):
    """The names that the code of a file reads or declares; not those of properties."""
    return {*re.findall(r"(?<![.\w])[A-Za-z]\w*(?!\w*:)", code(text).replace("...", " "))}


def declared(text):
    return DECLARED.findall(text)


def read(folder, names):
    """The files of a folder by name. All scripts in it are among them."""
    assert {path.name for path in folder.iterdir() if path.name.endswith(".js")} == {*names}
    return {name: (folder / name).read_text(encoding="utf-8") for name in names}


def check_header(name, texts):
    """A file begins with what it is for, and with the names that others of these files use."""
    text = texts[name]
    assert len(text.splitlines()) < 300
    assert max(map(len, text.splitlines())) <= 120
    purpose, shared = text[: text.index("\n\n")].split("Shared: ")
    elsewhere = set().union(*(used_in(other) for file, other in texts.items() if file != name))
    assert re.fullmatch(r"// [A-Z][^\n]+\n// ", purpose)
    assert {*re.findall(r"\w+", shared)} - {"nothing"} == {*declared(text)} & elsewhere


def check_declarations(texts):
    """Nothing is declared twice, or for nobody."""
    names = [name for text in texts.values() for name in declared(text)]
    assert len(names) == len({*names})
    whole = "\n".join(map(code, texts.values()))
    assert [name for name in names if len(re.findall(rf"\b{name}\b", whole)) < 2] == []
