"""The command line: ``micrograd-lr demo``, ``draw``, ``step``, ``exercise``, ``train``, ``predict``."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from micrograd_lr.exercises.command import exercise_command
from micrograd_lr.fitting.command import fitting_commands
from micrograd_lr.tools.streams import flushed, prepare_streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from micrograd_lr.builds.frames import DrawnFrames
    from micrograd_lr.engine.value import Value
    from micrograd_lr.pictures.drawing import Drawing

SLIDES = "-(y*log(sigmoid(w*x+b)) + (1-y)*log(1-sigmoid(w*x+b)))"
SLIDES_IN_STEPS = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
SLIDES_NUMBERS = ("w=0.5", "b=-1", "x=2", "y=1")
# An argument that is not an option although it begins with a minus: our options are --..., -h, -o and -oFILE.
_NEGATIVE = re.compile(r"-(?!-|[oh]$|o.*\.(svg|png|pdf|dot|json|csv)$)")
_NUMBER = re.compile(r"[^\W\d]\w*=")  # the beginning of w=0.5


def parser() -> argparse.ArgumentParser:
    """The arguments of the command line."""
    top = argparse.ArgumentParser(prog="micrograd-lr", description="See backpropagation happen, in logistic regression")
    commands = top.add_subparsers(title="commands", dest="command", required=True)
    _demo_arguments(commands.add_parser(
        "demo", help="the report: one real case, 569 cases, training",
        description="Backpropagation on one real case line by line, on 569 cases as one graph, and training; "
        "prints a report and writes it as report.md, with pictures of the graphs.",
    ))  # fmt: skip
    _draw_arguments(commands.add_parser(
        "draw", help="the computation graph of an expression, as a picture or as text",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Draw the computation graph of an expression, with values, gradients and local\nderivatives.",
        epilog=f'example:\n  micrograd-lr draw "{SLIDES}" \\\n    --set {" ".join(SLIDES_NUMBERS)} -o graph.svg\n'
        'intermediate results have names: "z=w*x+b; a=sigmoid(z); -log(a)"\n'
        "for a slide: --for slide -o slide.svg\nand move by move: --for slide --frames FOLDER",
    ))  # fmt: skip
    _step_arguments(commands.add_parser(
        "step", help="the forward and the backward pass, one move at a time",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Step through the forward and the backward pass of an expression, and be asked\nfor the numbers. "
        "Without EXPR: the example of the slides.\nIn a terminal each key acts at once (? shows them); "
        "through a pipe there is one\ncommand, answer or input per line.",
        epilog=f'example:\n  micrograd-lr step "{SLIDES_IN_STEPS}" \\\n    --set {" ".join(SLIDES_NUMBERS)} --ask',
    ))  # fmt: skip
    exercise_command(commands)
    fitting_commands(commands)
    return top


def _demo_arguments(demo: argparse.ArgumentParser) -> None:
    demo.add_argument(
        "--out", type=Path, default=Path("out"), metavar="FOLDER", help="where the files go (default: out)"
    )
    demo.set_defaults(run=_demo)


def _draw_arguments(draw: argparse.ArgumentParser) -> None:
    from micrograd_lr.builds.frames import FORMS
    from micrograd_lr.formulas.format import DIGITS
    from micrograd_lr.levels.names import LEVELS
    from micrograd_lr.pictures.graph import LIMIT
    from micrograd_lr.pictures.look import DIRECTIONS, PARTIALS, THEMES

    names: dict[str, Any] = {"nargs": "+", "type": _text, "metavar": "NAME"}
    _expression_arguments(draw)
    draw.add_argument(
        "-o", "--output", type=Path, metavar="FILE",
        help="write the picture: .svg, .png, .pdf or .dot; without it the graph is printed as text",
    )  # fmt: skip
    draw.add_argument("--open", action="store_true", help="show the picture")
    draw.add_argument(
        "--for", dest="on", default="", choices=("slide",),
        help="a picture of 1920 x 1080 without a background, left to right, with formulas on the edges",
    )  # fmt: skip
    draw.add_argument(
        "--frames", type=Path, metavar="FOLDER", help="write one picture per move of both passes into this folder"
    )
    draw.add_argument("--format", default="", choices=FORMS, help=f"of the frames (default: {FORMS[0]})")
    draw.add_argument("--detail", default="", choices=LEVELS, help="one box per named node, or per op (default: ops)")
    draw.add_argument("--direction", default="", choices=[*DIRECTIONS], help="top to bottom (default), ...")
    draw.add_argument("--theme", default="light", choices=[*THEMES])
    draw.add_argument(
        "--partials", default="", choices=PARTIALS,
        help="the local derivatives on the edges (default: number)",
    )  # fmt: skip
    draw.add_argument("--digits", type=int, default=DIGITS, help=f"significant digits (default: {DIGITS})")
    draw.add_argument("--no-gradients", action="store_true", help="the forward pass only")
    draw.add_argument("--highlight", **names, default=(), help="nodes, and the edges between them")
    draw.add_argument(
        "--opened", **names | {"metavar": "OP"}, default=(),
        help="show what is inside: dot, logistic_loss, examples, 'example 2'; with --detail names, a name",
    )  # fmt: skip
    draw.add_argument("--limit", type=int, default=LIMIT, help=f"boxes at most (default: {LIMIT})")
    draw.add_argument(
        "--data", **names, default=("x", "y"), help="the leaves that are data; the others are parameters (default: x y)"
    )
    draw.add_argument(
        "--renderer", choices=("dot", "pygraphviz", "built-in"), help="by default the best that is installed"
    )
    draw.set_defaults(run=_draw)


def _step_arguments(step: argparse.ArgumentParser) -> None:
    from micrograd_lr.levels.names import LEVELS

    _expression_arguments(step, needed=False)
    step.add_argument("--detail", default="", choices=LEVELS,
                      help="step from name to name, or op by op (default: names, where there are some)")  # fmt: skip
    step.add_argument(
        "--ask", nargs="?", const="number", default="", choices=("number", "formula"),
        help="begin with questions: for the numbers, or for the formulas",
    )  # fmt: skip
    step.add_argument("--html", type=Path, metavar="FILE", help="write a page to step through in a browser, offline")
    step.add_argument("--open", action="store_true", help="show the page")
    step.add_argument("--latex", action="store_true", help="print every move as LaTeX, for a document with amsmath")
    step.set_defaults(run=_step)


def _expression_arguments(command: argparse.ArgumentParser, needed: bool = True) -> None:
    command.add_argument("expression", metavar="EXPR", nargs=None if needed else "?", type=_text,
                         help='such as "sigmoid(w*x + b)"')  # fmt: skip
    command.add_argument("--set", nargs="+", default=[], metavar="NAME=NUMBER", dest="numbers", action="extend",
                         type=_text, help="the number of each name in the expression")  # fmt: skip


def _text(argument: str) -> str:
    """An argument that is text. Bytes that the locale could not read are read as UTF-8."""
    try:
        argument = argument.removeprefix(" ")  # see main()
        return os.fsencode(argument).decode() if any("\ud800" <= c <= "\udfff" for c in argument) else argument
    except UnicodeError:
        raise argparse.ArgumentTypeError(
            f"{argument!a} holds bytes that are not text. Type it again, in UTF-8."
        ) from None


def _recorded(expression: str, numbers: Iterable[str]) -> Value:
    """The expression of a command line, recorded at its numbers."""
    from micrograd_lr.formulas.expression import Expression

    return Expression(expression)(**_given(numbers))


def _given(numbers: Iterable[str]) -> dict[str, float]:
    """The numbers of a command line, by name."""
    from micrograd_lr.formulas.typed import by_name, separated

    try:
        return by_name(part for text in numbers for part in separated(text))
    except ValueError as error:
        raise ValueError(f"--set {error}") from None


def _demo(options: argparse.Namespace) -> int:
    from micrograd_lr.demo.tour import demo

    return demo(options.out)


def _draw(options: argparse.Namespace) -> int:
    from micrograd_lr.pictures.drawing import draw

    root = _recorded(options.expression, options.numbers)
    view = {
        "on": options.on, "detail": options.detail, "direction": options.direction, "digits": options.digits,
        "theme": options.theme, "gradients": False if options.no_gradients else None, "partials": options.partials,
        "opened": options.opened, "limit": options.limit, "data": options.data, "renderer": options.renderer,
    }  # fmt: skip
    if options.frames is not None or options.format:
        return _draw_frames(root, options, view)
    if not options.no_gradients:
        root.backward()
    drawing = draw(root, highlight=options.highlight, **view)
    path = options.output
    if path is None and not options.open:
        print(drawing)
        return 0
    path = path or _somewhere("graph.svg")
    drawing.save(path)
    _report(path, drawing)
    _show(path, options.open)
    return 0


def _draw_frames(root: Value, options: argparse.Namespace, view: dict[str, Any]) -> int:
    from micrograd_lr.builds.frames import draw_frames

    if options.frames is None:
        raise ValueError(
            f"--format {options.format} is the form of the pictures of --frames. Add --frames FOLDER, or write one "
            f"picture with -o graph.{options.format}."
        )
    if alone := "-o" if options.output is not None else "--highlight" if options.highlight else "":
        raise ValueError(
            f"{alone} is for one picture. --frames {options.frames} writes one per move, which marks what the move is "
            "about, in the form that --format says. Leave out one of them."
        )
    frames = draw_frames(root, **view)
    first, *_ = frames.save(options.frames, options.format or "svg")
    _report(options.frames, frames)
    _show(first, options.open)
    return 0


def _report(path: Path, drawn: Drawing | DrawnFrames) -> None:
    """Say what was written, and what it leaves out."""
    print(f"{path}: {drawn!r}")
    for note in drawn.notes:
        print(f"note: {note}", file=sys.stderr)


def _step(options: argparse.Namespace) -> int:
    from micrograd_lr.formulas.expression import Expression
    from micrograd_lr.page.step_through import StepThrough
    from micrograd_lr.terminal.app import step_through

    slides = options.expression is None
    expression = Expression(SLIDES_IN_STEPS if slides else options.expression)
    numbers = _given(SLIDES_NUMBERS if slides else ()) | _given(options.numbers)
    if options.latex:
        from micrograd_lr.stepping.frames import steps
        from micrograd_lr.stepping.latex import walk

        if other := "--html" if options.html else "--open" if options.open else "--ask" if options.ask else "":
            raise ValueError(f"{other} is for stepping, and --latex prints the whole walk. Leave out one of them.")
        print(walk(steps(expression(**numbers), detail=options.detail)))
        return 0
    if options.html is None and not options.open:
        step_through(expression, numbers, ask=options.ask, detail=options.detail)
        return 0
    path = options.html or _somewhere("steps.html")
    shown = StepThrough(expression(**numbers), detail=options.detail)
    print(f"{shown.save(path)}: {shown!r}")
    _show(path, options.open, f"ask={options.ask}" if options.ask else "")
    return 0


def _somewhere(name: str) -> Path:
    """A path for a file that was not given one."""
    import tempfile

    return Path(tempfile.mkdtemp(prefix="micrograd-lr-")) / name


def _show(path: Path, wanted: bool, state: str = "") -> None:
    """Open a file in the browser, at a state of its page."""
    if wanted:
        import webbrowser

        webbrowser.open(path.resolve().as_uri() + (f"#{state}" if state else ""))


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line. Numbers without --set before them are told where they belong."""
    top = parser()
    options, unknown = top.parse_known_args(arguments)
    if unknown:
        numbers = " ".join(text for text in unknown if _NUMBER.match(text))
        top.error(
            f"put --set before the numbers: --set {numbers}"
            if numbers
            else f"unrecognized arguments: {' '.join(unknown)}"
        )
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status.

    0 for success; 1 if a check fails, an input is wrong, a file cannot be written or nobody reads the pipe any more;
    130 after Ctrl-C. For arguments that argparse does not know, it raises SystemExit(2).
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    # argparse would take an expression that begins with a minus sign for an option, but not behind a space.
    arguments = [f" {text}" if _NEGATIVE.match(text) else text for text in arguments]
    try:
        prepare_streams()
        with flushed(sys.stdout):
            options = _parsed(arguments)
            run: Callable[[argparse.Namespace], int] = options.run
            return run(options)
    except KeyboardInterrupt:
        return 130  # 128 + SIGINT, as shells count
    except BrokenPipeError:  # as with `| head -1`
        return 1
    except (ImportError, OSError, ValueError, ArithmeticError, RuntimeError) as error:
        print(f"micrograd-lr: {error}", file=sys.stderr)
        return 1
