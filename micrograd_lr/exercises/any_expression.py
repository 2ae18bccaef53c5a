"""An exercise about any expression: what is asked on the way through both passes, with the hints of stepping."""

from __future__ import annotations

from micrograd_lr.exercises.exercise import Exercise
from micrograd_lr.exercises.kind import Blank
from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.typed import evaluated
from micrograd_lr.stepping.frames import steps
from micrograd_lr.stepping.questions import questions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def from_expression(expression: str, numbers: Mapping[str, str], ask: Sequence[str] = ()) -> Exercise:
    """An exercise about an expression, with the number of each of its inputs as text: ``{"w": "1/2", "x": "-3"}``.

    `ask` has what is asked, ``∂L/∂w``, ``∂a/∂z`` or ``a``; by default each factor and each gradient on the way from the
    root to the parameters. ValueError, which says what can be asked, for anything else; and the errors of `Expression`,
    for what cannot be read and where there is no value.
    """
    root = Expression(expression)(**{name: evaluated(number, {}) for name, number in numbers.items()})
    walk = steps(root, detail="names")
    back = [x.prompt for frame in walk if frame.kind == "backward" for x in questions(frame)]
    asked = [*(ask or dict.fromkeys(back))]
    if not asked:
        raise ValueError(
            f"{expression}: there is nothing to ask on the way back, as each factor is 1 or -1. "
            f"Ask for a value, or for a gradient: {walk.root.name}, {walk.gradient_of(next(iter(walk.nodes)))}."
        )
    found = Exercise(
        name="expression", title="An expression", aim="From the end back to the beginning, factor by factor.",
        expression=expression, numbers=numbers,
        blanks=tuple(Blank("walk", prompt, ()) for prompt in asked),
        choices={walk.nodes[closed.y].name: ("0", "1") for closed in walk.closed if closed.y in walk.nodes},
    )  # fmt: skip
    for kind in found.asked:
        _ = kind.question  # which may not be one
    return found
