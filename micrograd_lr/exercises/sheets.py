"""A sheet of exercises to hand out: a page that judges the answers by itself, and another one with the key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.resources import files
from pathlib import Path
from random import Random

from micrograd_lr.exercises import latex
from micrograd_lr.exercises.codes import FIRST, SETTLED, quoted
from micrograd_lr.exercises.kind import Kind
from micrograd_lr.exercises.kinds import Number, OfAChoice
from micrograd_lr.exercises.matrices import printed
from micrograd_lr.exercises.reading import built_in, load
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.notebook.shown import bundle
from micrograd_lr.page.arithmetic import functions
from micrograd_lr.page.content import Judged, typed_names
from micrograd_lr.page.document import document, framed, short_scripts
from micrograd_lr.page.page import JUDGES
from micrograd_lr.tools.files import write_whole
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from micrograd_lr.exercises.computed import Passes
    from micrograd_lr.exercises.exercise import Exercise
    from micrograd_lr.notebook.widget import SheetWidget

HELP = (
    "Type a number, a fraction, or a formula in the names of the exercise; a shape as (1, n). What cannot be read does "
    "not count as a try. The page keeps what you have done in this browser."
)
SCRIPTS = ("sheet.js", "progress.js", "solving.js")


@dataclass(frozen=True)
class Sheet:
    """Exercises to hand out, and the `seed` that their numbers and their order come from, if there is one."""

    exercises: tuple[Exercise, ...]
    seed: int | None = None

    @property
    def html(self) -> str:
        """The page: one file that needs nothing else, judges the answers, keeps them, and prints as a sheet."""
        page, own = files("micrograd_lr.page") / "web", files(__package__) / "web"
        scripts = [page / "packed.js", own / "sheet.js", *(page / file for file in JUDGES)]
        scripts += [own / file for file in SCRIPTS[1:]]
        return document(
            (own / "sheet.html").read_text(encoding="utf-8"), (own / "sheet.css").read_text(encoding="utf-8"),
            "\n".join(['"use strict";', functions(), short_scripts(scripts)]), self._data(),
            title=self._title(), help=escape(HELP), exercises=self._written(_form, _hints),
        )  # fmt: skip

    @property
    def key(self) -> str:
        """The page with the right answers, and what the usual mistakes give."""
        own = files(__package__) / "web"
        return document(
            (own / "key.html").read_text(encoding="utf-8"), (own / "sheet.css").read_text(encoding="utf-8"),
            title=self._title(key=True), exercises=self._written(_answer),
        )  # fmt: skip

    def latex(self, key: bool = False) -> str:
        """The sheet, or its key, as a LaTeX document."""
        return latex.document(self._title(key), self.exercises, key)

    def save(self, path: str | Path, key: bool = False) -> Path:
        """Write the sheet, or its key, as a page or as LaTeX, and return the path.

        ValueError if the name ends neither in .html nor in .tex.
        """
        path = Path(path)
        forms = {".html": lambda: self.key if key else self.html, ".tex": lambda: self.latex(key)}
        if path.suffix not in forms:
            raise ValueError(f"{path.name!r}: a sheet is a page or LaTeX. Choose a name that ends in .html or .tex.")
        write_whole(path, forms[path.suffix]())
        return path

    @cached_property
    def _widget(self) -> SheetWidget:
        need("anywidget", 'pip install "micrograd_lr[notebook]"')
        from micrograd_lr.notebook.widget import SheetWidget

        return SheetWidget(self.html)

    def widget(self) -> SheetWidget:
        """The page as a widget of a notebook, always the same one, whose `code` says what is solved.

        ImportError if anywidget is not installed; then a cell shows the page all the same.
        """
        return self._widget

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return bundle(self.widget, framed(self.html, self._title()), repr(self))

    def __repr__(self) -> str:
        return f"<{self._title()}: {', '.join(exercise.name for exercise in self.exercises)}>"

    def _title(self, key: bool = False) -> str:
        of = "" if self.seed is None else f", sheet {self.seed}"
        return f"Backprop exercises on the board{of}{': key' if key else ''}"

    def _written(
        self, asked: Callable[[Kind, str], str], after: Callable[[Exercise], str] = lambda exercise: ""
    ) -> str:
        """All exercises as HTML, each question as `asked` says, with what comes `after` them."""
        sections = (
            "\n".join([_board(i, x), *(asked(kind, f"{i}.{j}") for j, kind in enumerate(x.asked)), after(x)])
            for i, x in enumerate(self.exercises)
        )
        return "\n".join(
            f'<section id="exercise-{i}" aria-labelledby="title-{i}">\n{section}\n</section>'
            for i, section in enumerate(sections)
        )

    def _data(self) -> dict[str, Any]:
        """What the script reads."""
        judged = Judged()
        passes: dict[Passes, int] = {}  # each with its place
        asked = [
            {"name": quoted(x.name), "questions": [_question(kind, judged, passes) for kind in x.asked]}
            for x in self.exercises
        ]
        found = {
            "exercises": asked, "views": [*map(_view, passes)], **judged.tables, "settled": SETTLED,
            "first": FIRST, "seed": "" if self.seed is None else str(self.seed),
        }  # fmt: skip
        text = json.dumps([asked, found["views"], found["seed"]], sort_keys=True)
        return found | {"fingerprint": hashlib.sha256(text.encode()).hexdigest()[:12]}


def sheet(names: Sequence[str | Exercise] = (), seed: int | None = None) -> Sheet:
    """The sheet of these exercises, given by name, as files, or as they are; without any it has all of the package.

    A seed gives them other numbers and another order. ValueError for an unknown name, and for two of the same name.
    """
    exercises = [load(x) if isinstance(x, str) else x for x in names] if names else [*built_in().values()]
    own = [exercise.name for exercise in exercises]
    if twice := [name for i, name in enumerate(own) if name in own[:i]]:
        raise ValueError(f"the sheet has {twice[0]} twice. Give each exercise once; a file may have another name.")
    if seed is not None:
        exercises = [exercise.at(seed) for exercise in exercises]
        Random(seed).shuffle(exercises)
    return Sheet((*exercises,), seed)


def _view(passes: Passes) -> dict[str, Any]:
    """The names of a graph, and its numbers where answers are tried."""
    steps = passes.steps
    nodes = [{"id": x.id, "name": format_formula(x.name), "op": bool(x.op)} for x in steps.nodes.values()]
    places = [{key: float(x) for key, x in place.items()} for place in passes.judge.places]
    return {"nodes": nodes, "spellings": typed_names(steps), "places": places}


def _question(kind: Kind, judged: Judged, passes: dict[Passes, int]) -> dict[str, Any]:
    """What the script has to know of a question."""
    if isinstance(kind, OfAChoice):
        verdicts = [kind.verdict(option) for option in kind.options.values()]
        return {"answer": kind.revealed, "options": [{"right": x.right, "said": x.said} for x in verdicts]}
    view = {"view": passes.setdefault(kind.passes, len(passes))} if isinstance(kind, Number) else {}
    return {"answer": kind.revealed, **judged.question(kind.question), **view}


def _board(i: int, exercise: Exercise) -> str:
    """What stands above the questions: what the exercise is about, its formulas and its numbers."""
    lines = "".join(f"<p>{_typeset(line, exercise)}</p>" for line in exercise.lines)
    numbers = " ".join(f"<span>{_typeset(x, exercise)}</span>" for x in exercise.equations)
    return (
        f'<h2 id="title-{i}">{i + 1}. {_prose(exercise.title)}</h2>\n<p class="aim">{_prose(exercise.aim)}</p>\n'
        f'<div class="board" tabindex="0" role="group" aria-label="Formulas">{lines}</div>\n'
        f'<p class="given">{numbers}</p>'
    )


def _form(kind: Kind, place: str) -> str:
    """A question, and the place for its answer."""
    buttons = '<button type="submit">Check</button> <button type="button" class="show">Reveal</button>'
    blank, verdict = '<span class="blank"></span>', '<p class="verdict" role="status"></p>'
    if isinstance(kind, OfAChoice):
        options = "".join(
            f'<li><label><input type="radio" name="answer" value="{i}"> {_prose(printed(option))}</label></li>'
            for i, option in enumerate(kind.options.values())
        )
        choices = f'<ol class="options">{options}</ol><div class="answer">{buttons}</div>'
        inside = f"<fieldset><legend>{_asked(kind)}</legend>{choices}</fieldset>"
    else:
        field = f'<input type="text" name="answer" id="answer-{place}" autocomplete="off" spellcheck="false">'
        inside = f'<label for="answer-{place}">{_asked(kind)}</label><div class="answer">{field}{blank}{buttons}</div>'
    return f'<form id="question-{place}">{inside}{verdict}</form>'


def _hints(exercise: Exercise) -> str:
    """All hints, which the script shows one by one, and the button for the next one."""
    if not exercise.hints:
        return ""
    items = "".join(f"<li hidden>{_prose(hint)}</li>" for hint in exercise.hints)
    return f'<ol class="hints" aria-live="polite">{items}</ol><button type="button" class="hint">Hint</button>'


def _answer(kind: Kind, place: str) -> str:
    """The answer to a question, and what the usual mistakes give."""
    typeset = _typeset if kind.in_formulas else lambda text, _: _prose(text)
    mistakes = "".join(
        f"<li>{typeset(printed(mistake), kind)}{_prose(kind.gives(mistake))}: {_prose(hint)}</li>"
        for mistake, hint in kind.blank.mistakes
    )
    answer = _typeset(kind.revealed, kind) if kind.alone else f"{_asked(kind)} {_prose(kind.revealed)}"
    return f'<p class="key">{answer}</p><ul class="mistakes">{mistakes}</ul>'


def _asked(kind: Kind) -> str:
    """The question, with what is asked for as mathematics, if it is a formula."""
    before, formula, after = kind.put
    return f"{_prose(before)} {_typeset(formula, kind)}{_prose(after)}" if formula else _prose(before)


def _typeset(formula: str, of: Kind | Exercise) -> str:
    """A formula in the names of an exercise, or of what a question is about."""
    graph = of.passes.steps if isinstance(of, Kind) else of.steps
    return f"<math>{mathml(formula, graph.names)}</math>"


def _prose(text: str) -> str:
    """A text as one prints it; a space before it stays."""
    return " " * text.startswith(" ") + escape(format_formula(text))
