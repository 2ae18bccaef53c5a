"""The examples of a table in memory: read, split and standardised in the one array that they are fitted from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from micrograd_lr.fitting.model_file import scale
from micrograd_lr.fitting.table import column

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from micrograd_lr.fitting.table import Table

MOST_CLASSES = 100
_ROWS = 4096  # that are moved at a time


@dataclass
class Data:
    """Examples: X (m, n), one per row; y (m,), the places of their classes in `classes`. The first `trained` rows are
    the ones to fit, the others are held out. Numbers are missing in the columns `gaps`. `treatments` says what was done
    to the numbers of the table."""

    X: Any
    y: Any
    features: list[str]
    classes: list[str]
    trained: int
    gaps: list[int] = field(default_factory=list)
    means: Any = None
    deviations: Any = None
    treatments: list[str] = field(default_factory=list)

    @property
    def parts(self) -> dict[str, tuple[Any, Any]]:
        """X and y of both parts; a part without examples is left out."""
        at = self.trained
        parts = {"training": (self.X[:at], self.y[:at]), "held out": (self.X[at:], self.y[at:])}
        return {name: part for name, part in parts.items() if len(part[1])}

    def counts(self, of: Any) -> str:
        """How many examples of each class there are: B 357, M 212."""
        found = np.bincount(of, minlength=len(self.classes))
        return ", ".join(f"{name} {count:,}" for name, count in zip(self.classes, found))


def chosen(table: Table, target: str, features: Sequence[str], without: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns to learn from, by default all that have a name, and what is to be said about that."""
    column(table, target)
    for name in without:
        column(table, name)
    wanted = [name for name in features or table.names if name and name not in (target, *without)]
    notes = [] if features or "" not in table.names else ["a column without a name is left out"]
    if not wanted:
        raise ValueError(f"{table.path.name}: no column is left to learn from, beside the target {target}.")
    if twice := [name for name in features if features.count(name) > 1]:
        raise ValueError(f"--features names {twice[0]} twice.")
    return wanted, notes


def read(table: Table, target: str, features: Sequence[str], missing: str) -> Data:
    """The examples of a table. Beside the result there is one batch in memory. ValueError names what is wrong."""
    columns, at, n = [column(table, name) for name in features], column(table, target), len(features)
    X, y, known = np.empty((0, n)), np.empty(0, np.int64), dict[str, int]()
    left_out, filled = 0, np.zeros(n, np.int64)
    for numbers, labels in table.batches(columns, at, missing):
        if missing == "drop":
            whole = ~np.isnan(numbers).any(axis=1) & np.array([name is not None for name in labels], bool)
            left_out += int((~whole).sum())
            numbers, labels = numbers[whole], [name for name, kept in zip(labels, whole) if kept]
        elif missing == "mean":
            filled += np.isnan(numbers).sum(axis=0)
        m = len(y)
        X.resize((m + len(numbers), n), refcheck=False)  # grows where it is, on the systems that can
        y.resize(len(X), refcheck=False)
        X[m:], y[m:] = numbers, _places(labels, known, table, target)
    classes = _in_order(known)
    if len(classes) < 2:
        what = f"only one class, {classes[0]}" if classes else "no rows"
        raise ValueError(
            f"{table.path.name}: column {target} has {what}. A classifier needs examples of two classes or more."
        )
    ranks = np.array([classes.index(name) for name in known])
    data = Data(X, ranks[y], [*features], classes, len(y), gaps=[*map(int, np.flatnonzero(filled))])
    if left_out:
        data.treatments.append(f"{left_out:,} rows with something missing are left out")
    data.treatments += [
        f"{count:,} missing in {name}: the mean is put there" for name, count in zip(features, filled) if count
    ]
    return data


def _places(labels: Sequence[Any], known: dict[str, int], table: Table, target: str) -> Any:
    """The numbers of the classes, in the order in which they turn up."""
    for name in dict.fromkeys(labels):
        known.setdefault(name, len(known))
    if len(known) > MOST_CLASSES:
        shown = ", ".join([*known][:3])
        raise ValueError(
            f"{table.path.name}: column {target} has more than {MOST_CLASSES} different values: {shown}, … It has to "
            "name the class of each row."
        )
    return [known[name] for name in labels]


def _in_order(names: Iterable[str]) -> list[str]:
    """Numbers by their size, other names by the alphabet."""
    try:
        return sorted(names, key=float)
    except ValueError:
        return sorted(names)


def split(data: Data, share: float, seed: int) -> None:
    """Hold out this share of each class, at random: these rows move to the end of X, where they are."""
    if not 0 <= share < 1:
        raise ValueError(f"--test-size {share:g}: the part to hold out is at least 0 and less than 1, such as 0.2.")
    random, m = np.random.default_rng(seed), len(data.y)
    held_out = np.zeros(m, bool)
    for k in range(len(data.classes)):
        rows = random.permutation(np.flatnonzero(data.y == k))
        held_out[rows[: min(round(share * len(rows)), len(rows) - 1)]] = True
    data.trained = m - int(held_out.sum())
    leaving = np.flatnonzero(held_out[: data.trained])
    coming = data.trained + np.flatnonzero(~held_out[data.trained :])
    for start in range(0, len(leaving), _ROWS):
        a, b = leaving[start : start + _ROWS], coming[start : start + _ROWS]
        data.X[a], data.X[b] = data.X[b], data.X[a]
        data.y[a], data.y[b] = data.y[b], data.y[a]


def prepare(data: Data, file: str) -> None:
    """Fill in what is missing and standardise all rows, by the rows to fit alone; X is changed where it is."""
    ours = data.X[: data.trained]
    for j in data.gaps:
        known = ours[:, j][~np.isnan(ours[:, j])]
        if not known.size:
            raise ValueError(f"{file}: column {data.features[j]} has no numbers. Leave it out with --without.")
        data.X[np.isnan(data.X[:, j]), j] = known.mean()
    with np.errstate(over="ignore", invalid="ignore"):
        least, most = ours.min(axis=0), ours.max(axis=0)
        constant = least == most
        data.means = np.where(constant, least, ours.mean(axis=0))
        data.X -= data.means
        data.deviations = np.where(constant, 0.0, np.sqrt(np.einsum("ij,ij->j", ours, ours) / len(ours)))
    for name, mean, deviation, same in zip(data.features, data.means, data.deviations, constant):
        if not (np.isfinite(mean) and np.isfinite(deviation) and (deviation or same)):
            raise ValueError(
                f"{file}: the numbers of column {name} are too large, or too close together, to be standardised. "
                "Write them in another unit."
            )
        if same:
            data.treatments.append(f"{name} is always {mean:g} in the rows to fit: its coefficient is 0")
    scale(data.X, data.deviations)
