"""``micrograd-lr train``: a logistic regression of a table; ``predict``: what it says about the rows of another one."""

from __future__ import annotations

import argparse
from pathlib import Path

from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.fitting.table import Table

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|"}
_SOLVERS = ("newton", "lbfgs", "gd")
_TRAIN = """\
Fit a logistic regression to a table, CSV or Parquet, and write it as JSON.
Columns are standardised. Part of the rows is held out and only judged."""
_PREDICT = """\
Write the class of each row of a table, and the probability of every class.
Columns are found by their names. Any number of rows fits in memory."""


def fitting_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the commands to the others."""
    _train_arguments(commands.add_parser(
        "train", help="fit a logistic regression to a table of your own",
        formatter_class=argparse.RawDescriptionHelpFormatter, description=_TRAIN,
        epilog="example:\n  micrograd-lr train data.csv --target diagnosis -o model.json --plots plots",
    ))  # fmt: skip
    _predict_arguments(commands.add_parser(
        "predict", help="what a fitted model says about another table",
        formatter_class=argparse.RawDescriptionHelpFormatter, description=_PREDICT,
        epilog="example:\n  micrograd-lr predict model.json new.csv -o predictions.csv",
    ))  # fmt: skip


def _train_arguments(train: argparse.ArgumentParser) -> None:
    train.add_argument("table", metavar="TABLE", type=Path, help="a CSV or Parquet file; the first line has the names")
    train.add_argument("--target", required=True, metavar="NAME", help="the column that holds the class of each row")
    train.add_argument(
        "-o", "--output", type=Path, default=Path("model.json"), metavar="FILE", help="the model (default: model.json)"
    )
    train.add_argument("--plots", type=Path, metavar="FOLDER", help="write loss.svg and calibration.svg there")
    columns = train.add_argument_group("the table")
    columns.add_argument(
        "--features", nargs="+", default=[], metavar="NAME", help="the columns to learn from (default: all others)"
    )
    columns.add_argument("--without", nargs="+", default=[], metavar="NAME", help="columns to leave out")
    columns.add_argument(
        "--missing", choices=("error", "drop", "mean"), default="error",
        help="where something is missing: stop (default), leave the row out, or put the mean of the column there",
    )  # fmt: skip
    _reading_arguments(columns)
    fit = train.add_argument_group("the fit")
    fit.add_argument(
        "--C", type=float, default=1.0, metavar="C", help="1/C is how strongly coefficients are kept small (default: 1)"
    )
    fit.add_argument(
        "--class-weight", nargs="+", default=[], metavar="CLASS=NUMBER",
        help="how much the rows of a class count; or: balanced, all classes as much",
    )  # fmt: skip
    fit.add_argument("--solver", choices=_SOLVERS, help="default: newton; lbfgs for more than 300 coefficients")
    fit.add_argument(
        "--tol", type=float, default=1e-6, metavar="X", help="stop when no derivative is larger (default: 1e-6)"
    )
    fit.add_argument("--max-iter", type=int, default=1000, metavar="N", help="iterations at most (default: 1000)")
    fit.add_argument("--test-size", type=float, default=0.2, metavar="X", help="the part to hold out (default: 0.2)")
    fit.add_argument("--seed", type=int, default=0, metavar="N", help="of the choice of that part (default: 0)")
    fit.add_argument("--resume", action="store_true", help="go on where a run that was stopped wrote its checkpoint")
    fit.add_argument(
        "--checkpoint-every", type=int, default=50, metavar="N",
        help="iterations (default: 50); L-BFGS forgets then what it learned",
    )  # fmt: skip
    train.set_defaults(run=_train)


def _predict_arguments(predict: argparse.ArgumentParser) -> None:
    predict.add_argument("model", metavar="MODEL", type=Path, help="the JSON file that train wrote")
    predict.add_argument("table", metavar="TABLE", type=Path, help="a CSV or Parquet file with the model's columns")
    predict.add_argument("-o", "--output", type=Path, metavar="FILE", help="a CSV file (default: print it)")
    predict.add_argument(
        "--missing", choices=("error", "mean"),
        help="where a number is missing: stop, or put the mean of the training there (default: as in training)",
    )  # fmt: skip
    _reading_arguments(predict)
    predict.set_defaults(run=_predict)


def _reading_arguments(command: Any) -> None:
    command.add_argument(
        "--delimiter", metavar="SIGN", type=_delimiter,
        help="between two cells: , ; | or tab (default: what the header has most of)",
    )  # fmt: skip
    command.add_argument("--decimal-comma", action="store_true", help="1,5 is 3/2")
    command.add_argument(
        "--encoding", default="", metavar="NAME", help="of the text (default: utf-8, or what a mark at its start says)"
    )


def _delimiter(text: str) -> str:
    sign = _DELIMITERS.get(text, text)
    if len(sign) != 1 or not sign.isascii() or sign in '"\r\n':
        raise argparse.ArgumentTypeError(f"{text!r} is not a single sign, such as ; or tab")
    return sign


def _opened(options: argparse.Namespace) -> Table:
    for package in ("numpy", "polars", "sklearn"):
        need(package, 'pip install "micrograd_lr[train]"')
    from micrograd_lr.fitting.table import open_table

    return open_table(options.table, options.delimiter or "", options.encoding, options.decimal_comma)


def _train(options: argparse.Namespace) -> int:
    table = _opened(options)
    from micrograd_lr.fitting.report import train

    return train(table, options)


def _predict(options: argparse.Namespace) -> int:
    table = _opened(options)
    from micrograd_lr.fitting.predicting import predict

    return predict(table, options)
