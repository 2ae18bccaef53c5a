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
from micrograd_lr.exercises.exercise import Exercise
from micrograd_lr.exercises.kind import Blank
from micrograd_lr.exercises.kinds import KINDS, LETTERS, SIZES
from micrograd_lr.exercises.options import WAYS
from micrograd_lr.formulas.tokens import FormulaError
from micrograd_lr.formulas.typed import evaluated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, NoReturn

    from micrograd_lr.exercises.kind import Kind


def _is_text(x: object) -> bool:
    return isinstance(x, str) and bool(x.strip())


def _are_texts(x: object) -> bool:
    return isinstance(x, list) and all(map(_is_text, x))


def _has(inside: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda x: isinstance(x, dict) and all(map(inside, x.values()))


def _is_a_float(x: object) -> bool:
    try:
        return isinstance(x, str) and isinstance(float(x), float)
    except ValueError:
        return False


def _is_a_size(x: object) -> bool:
    return type(x) is int and x > 1


def _are_options(x: object) -> bool:
    return isinstance(x, list) and _are_texts(x) and 2 <= len({*x}) == len(x) <= len(LETTERS)


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
    "matrices": (_has(_is_text), "a table of matrices in quotes, rows after ;", '{ w = "w1, w2", x = "x1; x2" }'),
    "sizes": (_has(_is_a_size), "a table of whole numbers above 1", "{ n = 2, m = 3 }"),
}
_OPTIONAL = ("hints", "choices", "matrices", "sizes")
_OF_A_CHOICE: dict[str, tuple[Callable[[object], bool], str, str]] = {  # beside the question in words
    "options": (_are_options, f"a list of 2 to {len(LETTERS)} different texts", '["yes", "no"]'),
    **{way: (_is_text, "a text in quotes", f'"{example}"') for way, (_, example) in WAYS.items()},
    "at": (_has(_is_a_float), "a table of numbers in quotes", '{ u = "-inf", v = "0" }'),
}
_OF_A_QUESTION = {
    "mistakes": (_has(_is_text), "wrong answers with texts", '{ "x + y" = "That is the sum." }'), **_OF_A_CHOICE
}  # fmt: skip
_OF = (_is_text, "a text in quotes", '"x"')  # what is asked for


class ExerciseError(ValueError):
    """A file that is not an exercise; the message says where, and what is wanted there."""


@cache
def built_in() -> Mapping[str, Exercise]:
    """The exercises of the package by name, in the order of a course."""
    folder = files("micrograd_lr.exercises") / "built_in"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.name.endswith(".toml")}
    found = [read_text(text, name) for name, text in sorted(texts.items())]
    return {exercise.name: exercise for exercise in found}


def load(name: str) -> Exercise:
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
                self.number("choices", f"{name} = {number!r}", number)
        asked = found.pop("ask")
        for name, number in found["numbers"].items():
            self.number("numbers", f"{name} = {number!r}", number)
        bare = Exercise(name=re.sub(r"^\d+_|\.toml$", "", self.file), **found, blanks=())
        try:
            labels = [node.label for node in bare.steps.nodes.values() if node.label]
        except DOMAIN_ERRORS as error:  # it cannot be read, or has no value at these numbers
            self.refuse("expression", f"{error}")
        self.shapes(bare)
        whole = replace(bare, blanks=tuple(self.blank(table, i, labels) for i, table in enumerate(asked)))
        if unclear := [wrong for i, one in enumerate(whole.asked) for wrong in self.not_told_apart(one, i)]:
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

    def shapes(self, exercise: Exercise) -> None:
        """Refuse matrices that are none, and letters that are not those of shapes."""
        try:
            _ = exercise.computed.matrices  # which reads them
        except ValueError as error:
            self.refuse("matrices", f"{error}")
        sizes = exercise.sizes
        if unknown := [letter for letter in sizes if letter not in SIZES]:
            self.refuse("sizes", f"{unknown[0]} is not a letter of shapes. These are: {', '.join(SIZES)}.")
        if len({*sizes.values()}) < len(sizes):
            same = sizes[SIZES[0]]
            self.refuse("sizes", f"{' and '.join(sizes)} are both {same}. With {same} in a shape, which one is meant?")

    def blank(self, table: Mapping[str, Any], nth: int, labels: Sequence[str]) -> Blank:
        """One question."""
        kinds = [key for key in table if key in KINDS]
        if len(kinds) != 1:
            wanted = f"a question has one of these: {', '.join(KINDS)}"
            self.refuse("ask", f"{wanted}; this one has {' and '.join(kinds) or 'none of them'}.", nth)
        (kind,) = kinds
        beside = {"walk": (), "choice": ("mistakes", *_OF_A_CHOICE)}.get(kind, ("mistakes",))
        of, known = table[kind], [kind, *beside]
        for key, x in table.items():
            if key not in known:
                may_be = f"Beside {kind} there may be: {', '.join(beside)}." if beside else f"{kind} stands alone."
                self.refuse("ask", f"{key} is not known here. {may_be}", nth)
            fits, wanted, example = _OF_A_QUESTION.get(key, _OF)
            if not fits(x):
                self.refuse("ask", f"{key} is {x!r:.60}. It has to be {wanted}, such as {example}.", nth)
        names, count = KINDS[kind].names_in(of), KINDS[kind].names
        if len(names) != count:
            wanted = "one name" if count == 1 else f"{count} names, with a comma between them"
            self.refuse("ask", f"{kind} = {of!r}: it takes {wanted}.", nth)
        if not {*names} <= {*labels}:
            self.refuse("ask", f"{kind} = {of!r}: there is no such name. There are: {', '.join(labels)}.", nth)
        mistakes, options = table.get("mistakes", {}), table.get("options", ())
        if kind == "choice":
            self.options(options, mistakes, nth)
        ways = [key for key in table if key in WAYS]
        if len(ways) > 1:
            self.refuse("ask", f"{' and '.join(ways)}: one of them is enough to find the right option.", nth)
        found = {"way": ways[0], "by": table[ways[0]], "at": table.get("at", {})} if ways else {}
        return Blank(kind, of, tuple(mistakes.items()), tuple(options), **found)

    def options(self, options: Sequence[str], mistakes: Mapping[str, str], nth: int) -> None:
        """Refuse options of which not exactly one is right."""
        if not options:
            _, wanted, example = _OF_A_QUESTION["options"]
            self.refuse("ask", f"options is missing. Write {wanted}, such as options = {example}.", nth)
        if unknown := [mistake for mistake in mistakes if mistake not in options]:
            self.refuse("ask", f"the mistake {unknown[0]!r} is none of the options: {', '.join(options)}.", nth)
        right = [option for option in options if option not in mistakes]
        if len(right) != 1:
            told = f"without a mistake: {', '.join(right)}" if right else "and each is a mistake"
            self.refuse("ask", f"there are {len(options)} options, {told}. One is right, and it alone has none.", nth)

    def not_told_apart(self, asked: Kind, nth: int) -> list[str]:
        """What is unclear about a question; what cannot be asked, or judged, is refused."""
        blank = asked.blank
        try:
            _ = asked.question
        except DOMAIN_ERRORS as error:
            self.refuse("ask", f"{blank.kind} = {blank.of!r}: {error}.", nth)
        for mistake, _ in blank.mistakes:
            try:
                asked.typed(mistake)
            except FormulaError as error:
                self.refuse("ask", f"the mistake {mistake!r}: {error}", nth)
        try:
            return [*asked.not_told_apart()]
        except DOMAIN_ERRORS as error:
            self.refuse("ask", f"{blank.way} = {blank.by!r}: {error}.", nth)

    def number(self, key: str, what: str, text: str) -> None:
        """Refuse a number that cannot be read."""
        try:
            evaluated(text, {})
        except FormulaError as error:
            self.refuse(key, f"{what}: {error}")
