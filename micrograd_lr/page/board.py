"""The slides' derivation in a page: questions, and behind each the answers, to be opened one by one."""

from __future__ import annotations

from html import escape

from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.logistic.model import ManyExamples, OneExample
from micrograd_lr.logistic.slides import derivation


def board(example: OneExample | ManyExamples | None) -> str:
    """The section with the derivation; "" where there is no example, or its graph does not show a = σ(z)."""
    if example is None or (isinstance(example, ManyExamples) and not example.activations):
        return ""
    lines = ['<section id="board" class="board" aria-labelledby="board-title"><h2 id="board-title">On the board</h2>']
    lines.append('<button type="button" id="answers" aria-pressed="false">Show all answers</button>')
    for slide in derivation(example):
        lines.append(f"<h3>{escape(slide.title)}</h3><p>{escape(format_formula(slide.question))}</p>")
        lines += [f"<p>{_math(slide.given)}</p>"] if slide.given else []
        for answer in slide.answers:
            lines.append(
                f'<details><summary aria-label="{escape(format_formula(answer.asked))}">{_math(answer.asked)}</summary>'
            )
            lines.append(f"<p>{_math(answer.formula)}</p>")
            lines += [f'<p class="numbers">{_math(line)}</p>' for line in answer.numbers]
            lines += [f'<p class="why">{escape(format_formula(answer.why))}</p>'] if answer.why else []
            lines.append("</details>")
    return "\n".join([*lines, "</section>"])


def _math(text: str) -> str:
    return f"<math>{mathml(text)}</math>"
