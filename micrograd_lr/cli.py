"""The command line: ``micrograd-lr demo`` and ``micrograd-lr draw``."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from micrograd_lr.value import Value

SLIDES = "-(y*log(sigmoid(w*x+b)) + (1-y)*log(1-sigmoid(w*x+b)))"


def parser() -> argparse.ArgumentParser:
    """The arguments of the command line."""
    top = argparse.ArgumentParser(
        prog="micrograd-lr", description="See backpropagation happen, in logistic regression."
    )
    commands = top.add_subparsers(title="commands", dest="command", required=True)
    demo = commands.add_parser("demo", help="the report: one real case, 569 cases, training", description=(
        "Backpropagation on one real case line by line, on 569 cases as one graph, and training; "
        "prints a report and writes it as report.md, with pictures of the graphs."))  # fmt: skip
    demo.add_argument(
        "--out", type=Path, default=Path("out"), metavar="FOLDER", help="where the files go (default: out)"
    )
    demo.set_defaults(run=_demo)

    draw = commands.add_parser(
        "draw", help="the computation graph of an expression, as a picture or as text",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Draw the computation graph of an expression, with values, gradients and local derivatives.",
        epilog=f'example:\n  micrograd-lr draw "{SLIDES}" \\\n    --set w=0.5 b=-1 x=2 y=1 -o graph.svg\n'
        'intermediate results have names: "z=w*x+b; a=sigmoid(z); -log(a)"',
    )  # fmt: skip
    _expression_arguments(draw)
    draw.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="write the picture: .svg, .png, .pdf or .dot; without it the graph is printed as text",
    )
    draw.add_argument("--open", action="store_true", help="show the picture")
    draw.add_argument("--direction", default="TB", choices=("TB", "BT", "LR", "RL"), help="top to bottom, ...")
    draw.add_argument("--theme", default="light", choices=("light", "dark", "print"))
    draw.add_argument(
        "--partials",
        default="number",
        choices=("number", "formula", "both", "none"),
        help="the local derivatives on the edges",
    )
    draw.add_argument("--digits", type=int, default=4, help="significant digits (default: 4)")
    draw.add_argument("--no-gradients", action="store_true", help="the forward pass only")
    draw.add_argument("--highlight", nargs="+", default=(), metavar="NAME", help="nodes, and the edges between them")
    draw.add_argument(
        "--opened", nargs="+", default=(), metavar="OP", help="show what is inside: dot, logistic_loss, examples"
    )
    draw.add_argument("--limit", type=int, default=120, help="boxes at most (default: 120)")
    draw.add_argument(
        "--data",
        nargs="+",
        default=("x", "y"),
        metavar="NAME",
        help="the leaves that are data, the others being parameters (default: x y)",
    )
    draw.add_argument("--renderer", choices=("dot", "pygraphviz", "built-in"), help="by default the best that is here")
    draw.set_defaults(run=_draw)  # fmt: skip
    return top


def _expression_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("expression", metavar="EXPR", help='such as "sigmoid(w*x + b)"')
    command.add_argument("--set", nargs="+", default=[], metavar="NAME=NUMBER", dest="numbers", action="extend",
                         help="the number of each name in the expression")  # fmt: skip


def _recorded(expression: str, numbers: Iterable[str]) -> Value:
    """The expression of a command line, recorded at its numbers."""
    from micrograd_lr.expression import Expression

    given = {}
    for text in numbers:
        name, _, number = text.partition("=")
        try:
            given[name.strip()] = float(number)
        except ValueError:
            raise ValueError(f"--set {text}: expected NAME=NUMBER, such as w=0.5.") from None
    return Expression(expression)(**given)


def _demo(options: argparse.Namespace) -> int:
    from micrograd_lr.demo import demo

    return demo(options.out)


def _draw(options: argparse.Namespace) -> int:
    from micrograd_lr.drawing import draw

    root = _recorded(options.expression, options.numbers)
    if not options.no_gradients:
        root.backward()
    drawing = draw(
        root, direction=options.direction, digits=options.digits, theme=options.theme, highlight=options.highlight,
        gradients=not options.no_gradients, partials=options.partials, opened=options.opened, limit=options.limit,
        data=options.data, renderer=options.renderer,
    )  # fmt: skip
    path = options.output
    if path is None and not options.open:
        print(drawing)
        return 0
    if path is None:
        import tempfile

        path = Path(tempfile.mkdtemp(prefix="micrograd-lr-")) / "graph.svg"
    drawing.save(path)
    print(f"{path}: {drawing!r}")
    for note in drawing.notes:
        print(f"note: {note}", file=sys.stderr)
    if options.open:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, or 1 where a check is red, an input is wrong or a file not written."""
    arguments = sys.argv[1:] if arguments is None else arguments
    # An expression may begin with a minus sign, which argparse would take for an option; ours begin with --, -o or -h.
    arguments = [f" {text}" if re.match("-[^-oh]", text) else text for text in arguments]
    options = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")  # σ and ∂ on a Windows pipe too
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except (ImportError, OSError, ValueError, ArithmeticError, RuntimeError) as error:
        print(f"micrograd-lr: {error}", file=sys.stderr)
        return 1
