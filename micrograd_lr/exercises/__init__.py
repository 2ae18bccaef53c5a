"""Exercises on the board: what is asked, the key from the engine, and what each usual mistake gives."""

from __future__ import annotations

from micrograd_lr.tools.lazily import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.exercises.any_expression import from_expression
    from micrograd_lr.exercises.codes import Solved, read_code
    from micrograd_lr.exercises.exercise import Exercise
    from micrograd_lr.exercises.reading import ExerciseError, built_in, load
    from micrograd_lr.exercises.sheets import Sheet, sheet

__all__ = ["Exercise", "ExerciseError", "Sheet", "Solved", "built_in", "from_expression", "load", "read_code", "sheet"]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "Exercise": "exercise",
        "ExerciseError": "reading",
        "Sheet": "sheets",
        "Solved": "codes",
        "built_in": "reading",
        "from_expression": "any_expression",
        "load": "reading",
        "read_code": "codes",
        "sheet": "sheets",
    },
)

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "command": ["exercise_command"],
}
