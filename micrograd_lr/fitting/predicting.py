"""``micrograd-lr predict``: what a model says about each row of a table, batch by batch."""

from __future__ import annotations

import sys

from micrograd_lr.fitting.model_file import Model
from micrograd_lr.fitting.table import column
from micrograd_lr.tools.files import written_whole
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from micrograd_lr.fitting.table import Table


def predict(table: Table, options: argparse.Namespace) -> int:
    """Write the class and the probabilities of each row. There is one batch in memory at a time."""
    if options.output and options.output.resolve() in (options.table.resolve(), options.model.resolve()):
        raise ValueError(f"-o {options.output}: that is what is read. Choose another name for the predictions.")
    model = Model.load(options.model)
    if extra := [name for name in table.names if name not in (*model.features, model.target)]:
        shown = ", ".join(extra[:5]) + (", …" if len(extra) > 5 else "")
        print(f"note: not used, because the model does not know them: {shown}", file=sys.stderr)
    missing = options.missing or ("mean" if model.settings.get("missing") == "mean" else "error")
    lines = _predictions(model, table, missing)
    if options.output is None:
        for text in lines:
            print(text, end="")
        return 0
    with written_whole(options.output) as file:
        for text in lines:
            file.write(text.encode())
    return 0


def _predictions(model: Model, table: Table, missing: str) -> Iterator[str]:
    """The lines of a CSV file: its header, then those of each batch."""
    import numpy as np

    pl = need("polars", 'pip install "micrograd_lr[train]"')
    estimator, columns = model.estimator(), _columns(model, table)
    names = ["prediction", *(f"probability {name}" for name in model.classes)]
    yield pl.DataFrame(schema=names).write_csv()
    for X, _ in table.batches(columns, None, missing):
        X = np.where(np.isnan(X), model.means, X)
        model.standardise(X)
        if not len(X):
            continue
        p = estimator.predict_proba(X)
        classes = pl.Series(model.classes).gather(p.argmax(axis=1))
        yield pl.DataFrame(dict(zip(names, [classes, *p.T]))).write_csv(include_header=False)


def _columns(model: Model, table: Table) -> list[int]:
    """Where the columns of the model are. ValueError names those that are not there."""
    lost = [name for name in model.features if name not in table.names]
    if len(lost) > 1:
        shown = ", ".join(lost[:5]) + (", …" if len(lost) > 5 else "")
        count = f"{len(lost)} of the {len(model.features)}"
        raise ValueError(f"{table.path.name} lacks {count} columns that the model was fitted to: {shown}.")
    return [column(table, name) for name in model.features]
