"""``micrograd-lr train``: from a table to a model file, and what is said about it."""

from __future__ import annotations

import math
import sys

import numpy as np

from micrograd_lr.fitting.loss import rows_of
from micrograd_lr.fitting.model_file import Model
from micrograd_lr.fitting.preparing import chosen, prepare, read, split
from micrograd_lr.fitting.training import FEW, Settings, fit, quality
from micrograd_lr.tools.files import write_whole
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from micrograd_lr.fitting.estimator import LogisticRegression
    from micrograd_lr.fitting.preparing import Data
    from micrograd_lr.fitting.table import Table
    from micrograd_lr.fitting.training import Progress

_COEFFICIENTS = 20  # that are printed, at most, for each class


def train(table: Table, options: argparse.Namespace) -> int:
    """Read, split, standardise, fit, judge, and write the model, and the pictures if they are wanted."""
    _check(options)
    features, notes = chosen(table, options.target, options.features, options.without)
    data = read(table, options.target, features, options.missing)
    split(data, options.test_size, options.seed)
    prepare(data, table.path.name)
    settings = _settings(options, data)
    _say(_about(table, data, options, [*table.notes, *notes]))
    checkpoint = options.output.with_name(f"{options.output.name}.checkpoint")
    if options.resume != checkpoint.exists():
        what = "there is no {} to go on from" if options.resume else "--resume would go on from {}"
        print(f"note: this is a new start; {what.format(checkpoint)}", file=sys.stderr)
    try:
        fitted, at = fit(data, settings, checkpoint, options.resume)
    except KeyboardInterrupt:
        if checkpoint.exists():
            print(f"\nstopped; the same command with --resume goes on from {checkpoint}", file=sys.stderr)
        raise
    judged = {part: {"rows": len(y)} | quality(fitted, X, y) for part, (X, y) in data.parts.items()}
    _say(_fitted(at, settings, judged, data))
    _model(data, at, settings, options, judged).save(options.output)
    checkpoint.unlink(missing_ok=True)
    plots = _plots(options.plots, fitted, at, data, settings.tol) if options.plots else ()
    print(f"\nwrote {options.output}", *plots, sep=", ")
    return 0


def _check(options: argparse.Namespace) -> None:
    """ValueError, OSError, ImportError for an option that cannot be used, before anything takes time."""
    for name in ("C", "tol"):
        value = getattr(options, name)
        if not 0 < value < math.inf:
            raise ValueError(f"--{name} {value:g}: it is a finite number larger than 0.")
    for name in ("max_iter", "checkpoint_every"):
        if getattr(options, name) < 1:
            raise ValueError(
                f"--{name.replace('_', '-')} {getattr(options, name)}: it is a whole number of at least 1."
            )
    if options.seed < 0:
        raise ValueError(f"--seed {options.seed}: it is a whole number of at least 0.")
    if options.output.resolve() == options.table.resolve():
        raise ValueError(f"-o {options.output}: that is the table. Choose another name for the model.")
    if not options.output.parent.is_dir():
        raise FileNotFoundError(f"cannot write {options.output}: the folder {options.output.parent} does not exist.")
    if options.plots:
        need("matplotlib", 'pip install "micrograd_lr[train]"')
        try:
            options.plots.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise type(error)(f"cannot make the folder {options.plots}: {error.strerror}.") from error


def _settings(options: argparse.Namespace, data: Data) -> Settings:
    few = rows_of(len(data.classes)) * len(data.features) <= FEW
    solver = options.solver or ("newton" if few else "lbfgs")
    weights = _weights(options.class_weight, data.classes)
    return Settings(options.C, solver, options.tol, options.max_iter, weights, options.checkpoint_every)


def _weights(given: Sequence[str], classes: Sequence[str]) -> str | dict[str, float] | None:
    """The weights of classes as they are typed: balanced, or B=1 M=2."""
    if not given or [*given] == ["balanced"]:
        return "balanced" if given else None
    weights = {}
    for text in given:
        name, _, number = text.rpartition("=")
        if name not in classes:
            raise ValueError(
                f"--class-weight {text}: expected balanced, or CLASS=NUMBER. Classes: {', '.join(classes)}."
            )
        try:
            weights[name] = float(number)
        except ValueError:
            weights[name] = math.nan
        if not 0 <= weights[name] < math.inf:
            raise ValueError(f"--class-weight {text}: a weight is a finite number of at least 0.")
    return weights


def _model(data: Data, at: Progress, settings: Settings, options: argparse.Namespace, judged: dict[str, Any]) -> Model:
    chosen = {name: getattr(settings, name) for name in ("C", "solver", "tol", "max_iter", "class_weight")}
    chosen |= {"checkpoint_every": settings.leg, "test_size": options.test_size, "seed": options.seed}
    return Model(
        options.target, data.classes, data.features, data.means.tolist(), data.deviations.tolist(), at.coefficients,
        at.intercepts, settings=chosen | {"missing": options.missing},
        training={"iterations": at.iterations, "largest derivative": at.slopes[-1], **judged},
    )  # fmt: skip


# What is said


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        print(line)


def _about(table: Table, data: Data, options: argparse.Namespace, notes: Sequence[str]) -> Iterator[str]:
    m, held_out = len(data.y), len(data.y) - data.trained
    features = _counted(len(data.features), "feature")
    yield f"{table.path.name}: {m:,} rows, {features}, target {options.target}: {data.counts(data.y)}"
    for note in notes:
        yield f"  {note}"
    for treatment in data.treatments:
        yield f"  {treatment}"
    yield "  each feature is standardised: (x - mean) / deviation, of the rows to fit"
    if held_out:
        yield f"  held out: {held_out:,} rows, {options.test_size:.0%} of each class at random, seed {options.seed}"
    else:
        yield "  nothing is held out"


def _fitted(at: Progress, settings: Settings, judged: dict[str, Any], data: Data) -> Iterator[str]:
    iterations, slope = _counted(at.iterations, "iteration"), at.slopes[-1]
    yield f"\n{settings.solver}, C = {settings.C:g}: {iterations}, largest derivative {slope:.1e}"
    if slope > settings.tol:
        more = (
            "Give --max-iter more" if at.iterations >= settings.max_iter else "There is no smaller one: give --tol more"
        )
        yield f"  NOT at the minimum: --tol asks for {settings.tol:g}. {more}, or choose another --solver."
    yield f"\n{'':<12}{'rows':>12}{'accuracy':>10}{'log loss':>10}"
    for part, found in judged.items():
        yield f"{part:<12}{found['rows']:>12,}{found['accuracy']:>10.4f}{found['log loss']:>10.4f}"
    y = [*data.parts.values()][-1][1]
    usual = np.bincount(data.y[: data.trained]).argmax()
    yield f"{'always ' + data.classes[usual]:<24.24}{(y == usual).mean():>10.4f}"
    for k, row in enumerate(at.coefficients):
        name = data.classes[-1] if len(at.coefficients) == 1 else data.classes[k]
        yield f"\nwhat one deviation more of a feature adds to z, for {name}:"
        order = sorted(range(len(row)), key=lambda j: -abs(row[j]))
        width = max(len(name) for name in [*(data.features[j] for j in order[:_COEFFICIENTS]), "(intercept)"])
        for j in order[:_COEFFICIENTS]:
            yield f"  {data.features[j]:<{width}}  {row[j]:>+10.4f}"
        if len(row) > _COEFFICIENTS:
            yield f"  and {len(row) - _COEFFICIENTS} more in the model file"
        yield f"  {'(intercept)':<{width}}  {at.intercepts[k]:>+10.4f}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("s" if count != 1 else "")


def _plots(folder: Path, fitted: LogisticRegression, at: Progress, data: Data, tol: float) -> list[Path]:
    from micrograd_lr.fitting.charts import calibration, loss_curve

    name, (X, y) = [*data.parts.items()][-1]
    pictures = {
        "loss.svg": loss_curve(at.losses, at.slopes, tol),
        "calibration.svg": calibration(fitted.predict_proba(X), y, data.classes, name),
    }
    for file, picture in pictures.items():
        write_whole(folder / file, picture)
    return [folder / file for file in pictures]
