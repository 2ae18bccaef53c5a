"""An exercise question by question, as text: what it says between the lines that a student types."""

from __future__ import annotations

from micrograd_lr.exercises.kind import Kind
from micrograd_lr.stepping.quiz import Asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from micrograd_lr.exercises.exercise import Exercise
    from micrograd_lr.stepping.answers import Verdict

HELP = (
    "Type a number, a fraction or a formula; a shape as (1, n), an option by its letter; "
    "hint for a hint, reveal for the answer, stop to stop."
)
OVER = "There are no more hints."


class _OnTheBoard(Asking[Kind]):
    """The questions of an exercise, each of which is put and judged in its own way."""

    @property
    def prompt(self) -> str:
        return self.open[0].asked

    def verdict(self, text: str) -> Verdict:
        return self.open[0].verdict(text)

    def right_answer(self) -> str:
        return self.open[0].revealed


def asked(exercise: Exercise, typed: Iterator[str]) -> Iterator[str]:
    """What is said, text by text; before each answer a line is taken from `typed`. It ends where that ends.

    An answer that cannot be read is told so, and is not counted as a try.
    """
    yield f"{exercise.title}\n{exercise.aim}\n\n{exercise.board}\n{exercise.given}\n\n{HELP}\n"
    asking, hints = _OnTheBoard(exercise.asked), iter(exercise.hints)
    while asking.open:
        yield asking.prompt
        left = len(asking.open)
        while len(asking.open) == left:
            line = next(typed, "stop").strip()
            if line == "stop":
                yield f"{asking.score}."
                return
            if line == "hint":
                yield next(hints, OVER)
            else:
                yield asking.reveal() if line == "reveal" else asking.answer(line)
    yield f"{asking.score}."
