"""The real data that come with the package: 569 cases of the Wisconsin diagnostic breast cancer data."""

from __future__ import annotations

import csv
import math
from importlib.resources import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Cases:
    """Cases: `features` (n names), `rows` (m lists of n numbers), `labels` (m numbers, 1.0 for malignant)."""

    def __init__(self, features: list[str], rows: list[list[float]], labels: list[float]) -> None:
        self.features, self.rows, self.labels = features, rows, labels

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, features: Sequence[str]) -> Cases:
        """The same cases with only some features."""
        at = [self.features.index(name) for name in features]
        return Cases([*features], [[row[j] for j in at] for row in self.rows], self.labels)

    def split(self, every: int) -> tuple[Cases, Cases]:
        """The cases to train on, and the held-out ones: each `every`-th case."""
        rest = [i for i in range(len(self)) if (i + 1) % every]
        held_out = [i for i in range(len(self)) if not (i + 1) % every]
        return self._taken(rest), self._taken(held_out)

    def _taken(self, indices: list[int]) -> Cases:
        return Cases(self.features, [self.rows[i] for i in indices], [self.labels[i] for i in indices])

    def standardised(self, by: Cases | None = None) -> Cases:
        """(x - mean) / standard deviation for each feature, with the means and deviations of `by` (default: self)."""
        columns = [*zip(*(by or self).rows)]
        means = [math.fsum(column) / len(column) for column in columns]
        deviations = [
            math.sqrt(math.fsum((x - mean) ** 2 for x in column) / len(column)) for column, mean in zip(columns, means)
        ]
        rows = [[(x - mean) / sd for x, mean, sd in zip(row, means, deviations)] for row in self.rows]
        return Cases(self.features, rows, self.labels)

    @property
    def X(self) -> list[list[float]]:
        """The features as the slides arrange them: (n, m), one case per column."""
        return [list(column) for column in zip(*self.rows)]


def breast_cancer() -> Cases:
    """The 569 cases with 30 features each; the source and the licence (CC BY 4.0) are in the file beside the data."""
    text = (files(__package__) / "breast_cancer.csv").read_text(encoding="utf-8")
    titles, *lines = csv.reader(text.splitlines())
    rows = [[float(x) for x in line[:-1]] for line in lines]
    return Cases(titles[:-1], rows, [float(line[-1] == "M") for line in lines])
