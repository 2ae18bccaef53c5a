"""The slides as data: every question with its answers, in the slides' order, with formulas and the engine's numbers.

No derivative is written down here. The rules of the op table give them: run on names they are the formulas, run on
slots the arithmetic with numbers. Only the chain, which consists of names, and the closed forms are written down.
"""

from __future__ import annotations

import textwrap

from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.latex import aligned, latex, latex_text
from micrograd_lr.formulas.templates import equation
from micrograd_lr.logistic.model import ManyExamples, OneExample
from micrograd_lr.logistic.slides_of_many import SlidesOfMany
from micrograd_lr.logistic.slides_of_one import SlidesOfOne
from micrograd_lr.stepping.frames import steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from micrograd_lr.logistic.slide import Slide

WIDTH = 80


def derivation(example: OneExample | ManyExamples) -> tuple[Slide, ...]:
    """Backpropagation in logistic regression, question by question, for one example or for many.

    The graph of many examples needs the nodes a⁽ⁱ⁾: ``ManyExamples(w, b, X, Y, loss=literal_loss)``; ValueError if it
    has none. Data given as nodes get slots; plain numbers are written into the templates, with six digits.
    """
    if isinstance(example, OneExample):
        _check_apart([*example.w, example.b, *example.x, example.y])
        return tuple(SlidesOfOne(example).slides())
    if not isinstance(example, ManyExamples):
        raise TypeError(
            f"derivation(example) explains a OneExample or ManyExamples, not {example!r:.80} "
            f"({type(example).__name__}). Make one: OneExample(w, b, x, y)."
        )
    if not example.activations:
        raise ValueError(
            "the derivation goes through the nodes a⁽ⁱ⁾ = σ(z⁽ⁱ⁾), and this graph was recorded with a loss that does "
            "not show them. Spell it out: ManyExamples(w, b, X, Y, loss=literal_loss)."
        )
    _check_apart([*example.w, example.b, *(x for row in example.X for x in row), *example.Y])
    return tuple(SlidesOfMany(example).slides())


def _check_apart(variables: Iterable[Any]) -> None:
    """ValueError if a variable depends on another one: then its gradient has terms that are not on the slides."""
    seen: set[Value] = set()
    for x in variables:
        if isinstance(x, Value):
            if x in seen or x.op:
                why = "is used for two of them" if x in seen else "is computed from other nodes"
                raise ValueError(
                    f"in the derivation w, b, x and y are separate variables, but {x.label or repr(x)} {why}. "
                    "Give each a Value of its own: Value(x.data)."
                )
            seen.add(x)


def board(example: OneExample | ManyExamples, form: str = "text") -> str:
    """The derivation with its questions, answers, and the engine's numbers, as plain text of 80 columns.

    With ``form="latex"`` it is LaTeX, to be put into a document that uses amsmath. ValueError for another form.
    """
    if form not in FORMS:
        raise ValueError(f"form={form!r} is not known. Choose one of: {', '.join(FORMS)}.")
    slides = derivation(example)
    examples, root = ("one example", example.L) if isinstance(example, OneExample) else ("many examples", example.J)
    filled = steps(root, detail="ops", gradients="all").filled
    return FORMS[form](f"Logistic regression, {examples}", slides, lambda line: filled(equation(line.split(" = "))))


def _as_text(title: str, slides: Iterable[Slide], filled: Callable[[str], str]) -> str:
    lines = [title]
    for slide in slides:
        lines += ["", *_wrapped(f"{slide.title}. {slide.question}", 0)]
        if slide.given:
            lines += _wrapped(f"Given: {format_formula(slide.given)}", 2)
        for answer in slide.answers:
            lines += ["", *_wrapped(format_formula(answer.formula), 4)]
            for line in answer.numbers:
                lines += _wrapped(filled(line), 8)
            lines += _wrapped(format_formula(answer.why), 6)
    return "\n".join(lines)


def _as_latex(title: str, slides: Iterable[Slide], filled: Callable[[str], str]) -> str:
    parts = [rf"\section*{{{title}}}"]
    for slide in slides:
        parts.append(rf"\paragraph{{{slide.title}.}} {latex_text(slide.question)}")
        if slide.given:
            parts.append(f"Given: ${latex(slide.given)}$")
        for answer in slide.answers:
            parts.append(aligned(("", line) for line in (answer.formula, *map(filled, answer.numbers))))
            parts.append(latex_text(format_formula(answer.why)))
    return "\n\n".join(filter(None, parts))


FORMS = {"text": _as_text, "latex": _as_latex}


def _wrapped(text: str, indent: int) -> list[str]:
    first, later = " " * indent, " " * (indent + 2 * bool(indent))
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False, break_long_words=False
    )
