"""The command line: ``micrograd-lr demo``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def parser() -> argparse.ArgumentParser:
    """The arguments of the command line."""
    top = argparse.ArgumentParser(
        prog="micrograd-lr", description="See backpropagation happen, in logistic regression."
    )
    commands = top.add_subparsers(title="commands", dest="command", required=True)
    demo = commands.add_parser("demo", help="the report: one real case, 569 cases, training", description=(
        "Backpropagation on one real case line by line, on 569 cases as one graph, and training; "
        "prints a report and writes the same as report.md."))  # fmt: skip
    demo.add_argument(
        "--out", type=Path, default=Path("out"), metavar="FOLDER", help="where report.md goes (default: out)"
    )
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, or 1 where a check is red or a file cannot be written."""
    options = parser().parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # σ and ∂ on a Windows pipe too
    try:
        from micrograd_lr.demo import demo

        return demo(options.out)
    except (ImportError, OSError) as error:
        print(f"micrograd-lr: {error}", file=sys.stderr)
        return 1
