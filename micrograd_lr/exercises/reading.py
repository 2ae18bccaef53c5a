"""Exercises are small TOML files: those of the package, and an instructor's own. What is wrong is told with its line.

A file is refused if the number of a mistake does not get its own diagnosis.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.exercises.exercise import Blank, Exercise
from micrograd_lr.formulas.tokens import FormulaError
from micrograd_lr.formulas.typed import evaluated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, NoReturn


def _is_text(x: object) -> bool:
    return isinstance(x, str) and bool(x.strip())


def _are_texts(x: object) -> bool:
    return isinstance(x, list) and all(map(_is_text, x))


def _has(inside: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda x: isinstance(x, dict) and all(map(inside, x.values()))


def _are_tables(x: object) -> bool:
    return isinstance(x, list) and bool(x) and all(isinstance(table, dict) for table in x)


_WANTED: dict[str, tuple[Callable[[object], bool], str, str]] = {  # keys of a file, what each has to be, and an example
    "title": (_is_text, "a text in quotes", '"Sum over paths"'),
    "aim": (_is_text, "a text in quotes", '"Along a path, multiply; over paths, add."'),
    "expression": (_is_text, "a text in quotes", '"q = x + y; f = q*z"'),
    "numbers": (_has(_is_text), "a table of numbers in quotes", '{ x = "-2", y = "1/2" }'),
    "ask": (_are_tables, "a table for each question", '[{ gradient = "x" }]'),
    "hints": (_are_texts, "a list of texts in quotes", '["Which boxes does x go into?"]'),
    "choices": (_has(_are_texts), "a table of lists of numbers in quotes", '{ y = ["0", "1"] }'),
}
_OPTIONAL = ("hints", "choices")
_ASKED = ("gradient", "value")
_MISTAKES = '{ "x + y" = "That is the sum." }'


class ExerciseError(ValueError):
    """A file that is not an exercise; the message says where, and what is wanted there."""


@cache
def built_in() -> Mapping[str, Exercise]:
    """The exercises of the package by name, in the order of a course."""
    folder = files("micrograd_lr.exercises") / "built_in"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.name.endswith(".toml")}
    found = [read_text(text, name) for name, text in sorted(texts.items())]
    return {exercise.name: exercise for exercise in found}


def found(name: str) -> Exercise:
    """An exercise of the package by its name, or that in a file. ValueError for a name that is neither."""
    if name.endswith(".toml"):
        return read(name)
    if name not in built_in():
        raise ValueError(
            f"there is no exercise {name!r}. There are: {', '.join(built_in())}. Your own is a .toml file."
        )
    return built_in()[name]


def read(path: str | Path) -> Exercise:
    """The exercise in a file. ExerciseError, with the line, for what is not one; OSError where there is no file."""
    try:
        return read_text(Path(path).read_text(encoding="utf-8"), Path(path).name)
    except UnicodeDecodeError as error:
        raise ExerciseError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None


def read_text(text: str, file: str) -> Exercise:
    """The exercise in the text of a file of this name: ``05_two_layers.toml`` is two_layers."""
    return _File(text, file).exercise()


class _File:
    """A text while it is read."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ExerciseError(f"{file}: this is not TOML: {error}.") from None

    def refuse(self, key: str, wrong: str, nth: int = 0) -> NoReturn:
        """Refuse what stands at a key; `nth` counts the places where the key stands."""
        at = [*re.finditer(rf"^(?:.*[\s{{,])?\[*{re.escape(key)}\]*(?=\s*=|\s*$)", self.text, re.MULTILINE)]
        line = self.text.count("\n", 0, at[nth].end()) + 1 if nth < len(at) else 0
        raise ExerciseError(f"{self.file}{f', line {line}' if line else ''}: {wrong}")

    def exercise(self) -> Exercise:
        """All of it, checked."""
        for key in self.data:
            if key not in _WANTED:
                self.refuse(key, f"{key} is not known. A file has: {', '.join(_WANTED)}.")
        found = {key: self.part(key) for key in _WANTED if key in self.data or key not in _OPTIONAL}
        found["hints"] = tuple(found.get("hints", ()))
        for name, numbers in found.get("choices", {}).items():
            if name not in found["numbers"]:
                self.refuse("choices", f"{name} has choices, and no number. There are: {', '.join(found['numbers'])}.")
            for number in numbers:
                self.formula("choices", f"{name} = {number!r}", number, {})
        asked = found.pop("ask")
        for name, number in found["numbers"].items():
            self.formula("numbers", f"{name} = {number!r}", number, {})
        bare = Exercise(name=re.sub(r"^\d+_|\.toml$", "", self.file), **found, blanks=())
        try:
            labels = [node.label for node in bare.steps.nodes.values() if node.label]
        except DOMAIN_ERRORS as error:  # it cannot be read, or has no value at these numbers
            self.refuse("expression", f"{error}")
        whole = replace(bare, blanks=tuple(self.blank(table, i, labels) for i, table in enumerate(asked)))
        values = {name: whole.steps.number(key) for name, key in whole.steps.typed.items()}
        for i, blank in enumerate(whole.blanks):
            for mistake, _ in blank.mistakes:
                self.formula("ask", f"the mistake {mistake!r}", mistake, values, i)
        if unclear := [*whole.not_told_apart()]:
            self.refuse("numbers", f"{'; '.join(unclear)}. Choose other numbers, or leave a mistake out.")
        return whole

    def part(self, key: str) -> Any:
        """What stands at a key, of the right kind."""
        fits, wanted, example = _WANTED[key]
        if key not in self.data:
            self.refuse(key, f"{key} is missing. Write {wanted}, such as {key} = {example}.")
        x = self.data[key]
        if not fits(x):
            self.refuse(key, f"{key} is {x!r:.60}. It has to be {wanted}, such as {example}.")
        return x

    def blank(self, table: Mapping[str, Any], nth: int, labels: Sequence[str]) -> Blank:
        """One question."""
        kinds = [key for key in table if key != "mistakes"]
        if len(kinds) != 1 or kinds[0] not in _ASKED:
            wanted = 'a question has gradient = "x" or value = "f", and perhaps mistakes'
            self.refuse("ask", f"{wanted}; this one has {', '.join(kinds) or 'neither'}.", nth)
        (kind,) = kinds
        if table[kind] not in labels:
            self.refuse("ask", f"{kind} = {table[kind]!r}: there is no such name. There are: {', '.join(labels)}.", nth)
        mistakes = table.get("mistakes", {})
        if not _has(_is_text)(mistakes):
            self.refuse("ask", f"mistakes is {mistakes!r:.60}. It has to be formulas with texts: {_MISTAKES}.", nth)
        return Blank(kind, table[kind], tuple(mistakes.items()))

    def formula(self, key: str, what: str, text: str, names: Mapping[str, float], nth: int = 0) -> None:
        """Refuse a formula that cannot be read, or has no value."""
        try:
            evaluated(text, names)
        except FormulaError as error:
            self.refuse(key, f"{what}: {error}", nth)
