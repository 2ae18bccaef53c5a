"""An exercise question by question, as text: what it says between the lines that a student types."""

from __future__ import annotations

from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.tokens import FormulaError
from micrograd_lr.stepping.quiz import Score

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from micrograd_lr.exercises.exercise import Exercise

HELP = "Type a number, a fraction or a formula; hint for a hint, reveal for the answer, stop to stop."
OVER = "There are no more hints."


def asked(exercise: Exercise, typed: Iterator[str]) -> Iterator[str]:
    """What is said, text by text; before each answer a line is taken from `typed`. It ends where that ends.

    An answer that cannot be read is told so, and is not counted as a try.
    """
    yield f"{exercise.title}\n{exercise.aim}\n\n{exercise.board}\n{exercise.given}\n\n{HELP}\n"
    score, hints, answers = Score(), iter(exercise.hints), [*exercise.keys()]
    for place, question in enumerate(exercise.questions):
        yield f"What is {format_formula(question.prompt)}?"
        tries = 0
        while True:
            line = next(typed, "stop").strip()
            if line == "stop":
                yield f"{score}."
                return
            if line == "hint":
                yield next(hints, OVER)
                continue
            if line == "reveal":
                yield answers[place]
                break
            try:
                verdict = exercise.verdict(place, line)
            except FormulaError as error:
                yield str(error)
                continue
            yield verdict.said
            if verdict.right:
                score.right += not tries
                break
            tries += 1
        score.settled += 1
    yield f"{score}."
