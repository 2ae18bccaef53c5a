"""``micrograd-lr exercise``: the list of the exercises, or one of them, question by question."""

from __future__ import annotations

import argparse
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def exercise_command(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the others."""
    exercise = commands.add_parser(
        "exercise", help="exercises on the board, which know the usual mistakes",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Work out gradients by hand, and be told what went wrong. Without NAME: a list of the exercises.",
        epilog="examples:\n  micrograd-lr exercise two_layers --seed 7\n  micrograd-lr exercise my_own.toml",
    )  # fmt: skip
    exercise.add_argument("name", metavar="NAME", nargs="?", help="of an exercise; or FILE.toml, one of your own")
    exercise.add_argument("--seed", type=int, metavar="N", help="other numbers: for each N the same ones")
    exercise.set_defaults(run=_exercise)


def _exercise(options: argparse.Namespace) -> int:
    from micrograd_lr.exercises.asking import asked
    from micrograd_lr.exercises.reading import built_in, found

    if options.name is None:
        width = max(map(len, built_in()))
        for name, exercise in built_in().items():
            print(f"{name:<{width}}  {exercise.aim}")
        return 0
    exercise = found(options.name)
    if options.seed is not None:
        exercise = exercise.at(options.seed)
    for said in asked(exercise, sys.stdin):
        print(said, flush=True)
    return 0
