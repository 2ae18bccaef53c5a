"""``micrograd-lr exercise``: one of the exercises, question by question; ``exercises``: a list, sheets and codes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.exercises.exercise import Exercise


def exercise_command(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the others."""
    exercise = commands.add_parser(
        "exercise", help="exercises on the board, which know the usual mistakes",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Work out gradients by hand, and be told what went wrong.\nWithout NAME: a list of the exercises.",
        epilog="examples:\n  micrograd-lr exercise two_layers --seed 7\n  micrograd-lr exercise my_own.toml",
    )  # fmt: skip
    exercise.add_argument("name", metavar="NAME", nargs="?", help="of an exercise; or FILE.toml, one of your own")
    exercise.add_argument("--seed", type=int, metavar="N", help="other numbers: for each N the same ones")
    _about_an_expression(exercise)
    exercise.set_defaults(run=_exercise)
    several = commands.add_parser(
        "exercises", help="list the exercises, hand out sheets of them, and read the codes in which sheets end"
    )
    several.set_defaults(run=_list)
    what = several.add_subparsers(metavar="COMMAND")
    what.add_parser("list", help="all exercises of the package, each with its aim").set_defaults(run=_list)
    sheet = what.add_parser(
        "sheet", help="a page of exercises that judges the answers, and another one with the key",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Write a sheet of exercises to hand out: one page that needs no network. Printed, it has blank "
        "lines.\nWithout NAMES: all exercises of the package.",
        epilog="example:\n  micrograd-lr exercises sheet one_example paths --seed 7 --html sheet.html --key key.html",
    )  # fmt: skip
    sheet.add_argument("names", metavar="NAME", nargs="*", help="of an exercise; or FILE.toml, one of your own")
    sheet.add_argument("--seed", type=int, metavar="N", help="other numbers, in another order: for each N the same")
    _about_an_expression(sheet)
    sheet.add_argument("--html", type=Path, metavar="FILE", help="write the page")
    sheet.add_argument("--latex", type=Path, metavar="FILE", help="write it as LaTeX")
    sheet.add_argument("--key", type=Path, metavar="FILE", help="write the answers and the usual mistakes: .html, .tex")
    sheet.set_defaults(run=_sheet)
    verify = what.add_parser("verify", help="say what the codes say in which sheets end")
    verify.add_argument("codes", metavar="CODE", nargs="+", help="as the sheet shows it at its end")
    verify.set_defaults(run=_verify)


def _about_an_expression(command: argparse.ArgumentParser) -> None:
    """What is to be said where NAME is an expression, and not an exercise."""
    command.add_argument(
        "--set", nargs="+", metavar="NAME=NUMBER", help="then NAME is an expression, and these are its numbers: w=1/2"
    )
    command.add_argument("--ask", nargs="+", metavar="WHAT", default=(), help="of an expression: ∂L/∂w, a, ...")


def _named(name: str, options: argparse.Namespace) -> Exercise:
    """The exercise that is meant by a name: with --set it is an expression."""
    from micrograd_lr.exercises.any_expression import from_expression
    from micrograd_lr.exercises.reading import load
    from micrograd_lr.formulas.typed import by_name

    if not options.set:
        what = "--ask" if options.ask else name
        if options.ask or not {*name}.isdisjoint("=*+("):
            raise ValueError(f"{what}: an expression needs a number for each of its inputs, --set w=1/2 x=2.")
        return load(name)
    try:
        by_name(options.set)
    except ValueError as error:
        raise ValueError(f"--set {error}") from None
    numbers = {name.strip(): number.strip() for name, _, number in (given.partition("=") for given in options.set)}
    return from_expression(name, numbers, options.ask)


def _exercise(options: argparse.Namespace) -> int:
    from micrograd_lr.exercises.asking import asked

    if options.name is None:
        return _list(options)
    exercise = _named(options.name, options)
    if options.seed is not None:
        exercise = exercise.at(options.seed)
    for said in asked(exercise, sys.stdin):
        print(said, flush=True)
    return 0


def _list(options: argparse.Namespace) -> int:
    from micrograd_lr.exercises.reading import built_in

    width = max(map(len, built_in()))
    for name, exercise in built_in().items():
        print(f"{name:<{width}}  {exercise.aim}")
    return 0


def _sheet(options: argparse.Namespace) -> int:
    from micrograd_lr.exercises.sheets import sheet

    wanted = [("html", ".html"), ("latex", ".tex"), ("key", "")]
    paths = {what: getattr(options, what) for what, _ in wanted if getattr(options, what)}
    if not paths:
        raise ValueError("say where the sheet goes: --html sheet.html, and --key key.html for its key.")
    for what, ending in wanted:
        if what in paths and ending not in ("", paths[what].suffix):
            raise ValueError(f"--{what} {paths[what]}: choose a name that ends in {ending}.")
    made = sheet([_named(name, options) for name in options.names], options.seed)
    for what, path in paths.items():
        print(made.save(path, key=what == "key"))
    return 0


def _verify(options: argparse.Namespace) -> int:
    from micrograd_lr.exercises.codes import read_code

    for code in options.codes:
        print(read_code(code))
    return 0
