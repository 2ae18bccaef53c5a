"""A sheet of exercises and its key as LaTeX: a document that needs amsmath and amssymb."""

from __future__ import annotations

from micrograd_lr.exercises.kinds import OfAChoice
from micrograd_lr.exercises.matrices import printed
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.latex import aligned, latex, latex_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from micrograd_lr.exercises.exercise import Exercise
    from micrograd_lr.exercises.kind import Kind

BLANK = r"\dotfill\mbox{}"


def document(title: str, exercises: Iterable[Exercise], key: bool = False) -> str:
    """The whole document; with the answers and the usual mistakes if it is the `key`."""
    lines = [
        r"\documentclass{article}", r"\usepackage{amsmath, amssymb}", r"\setlength{\parindent}{0pt}",
        r"\begin{document}", rf"\section*{{{_prose(title)}}}", *([] if key else [rf"Name {BLANK}"]),
    ]  # fmt: skip
    for i, exercise in enumerate(exercises, 1):
        lines += ["", *_exercise(i, exercise, _answer if key else _question)]
    return "\n".join([*lines, r"\end{document}", ""])


def _exercise(number: int, exercise: Exercise, asked: Callable[[Kind], str]) -> list[str]:
    names = exercise.steps.names
    return [
        rf"\subsection*{{{number}. {_prose(exercise.title)}}}", _prose(exercise.aim),
        aligned((("", line) for line in exercise.lines), names),
        ", ".join(f"${latex(x, names)}$" for x in exercise.equations), "",
        _list("enumerate", [asked(kind) for kind in exercise.asked]),
    ]  # fmt: skip


def _question(kind: Kind) -> str:
    if isinstance(kind, OfAChoice):
        return f"{_put(kind)}\n" + _list("enumerate", [_prose(printed(option)) for option in kind.options.values()])
    return f"{_put(kind)} {BLANK}"


def _answer(kind: Kind) -> str:
    answer = _math(kind.revealed, kind) if kind.alone else f"{_put(kind)} {_prose(kind.revealed)}"
    typeset = _math if kind.in_formulas else lambda text, _: _prose(text)
    mistakes = [
        f"{typeset(printed(mistake), kind)}{_prose(kind.gives(mistake))}: {_prose(hint)}"
        for mistake, hint in kind.blank.mistakes
    ]
    return "\n".join([answer, *([_list("itemize", mistakes)] if mistakes else [])])


def _put(kind: Kind) -> str:
    before, formula, after = kind.put
    return f"{_prose(before)} {_math(formula, kind)}{_prose(after)}" if formula else _prose(before)


def _math(formula: str, kind: Kind) -> str:
    return f"${latex(formula, kind.passes.steps.names)}$"


def _list(kind: str, items: Sequence[str]) -> str:
    return "\n".join([rf"\begin{{{kind}}}", *(rf"\item {item}" for item in items), rf"\end{{{kind}}}"])


def _prose(text: str) -> str:
    """A text with its formulas; a space before it stays."""
    return " " * text.startswith(" ") + latex_text(format_formula(text))
