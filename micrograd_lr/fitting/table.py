"""A table in a file, CSV or Parquet: the names of its columns, and the numbers of some of them, in batches."""

from __future__ import annotations

from micrograd_lr.fitting.cells import Place, labels
from micrograd_lr.fitting.csv_file import Batch, CsvFile
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any, Protocol

    class Table(Protocol):
        """What can be asked of a table."""

        path: Path
        names: list[str]
        notes: list[str]

        def batches(self, columns: Sequence[int], target: int | None, missing: str) -> Iterator[Batch]: ...


ROWS = 1 << 16  # of a Parquet file that are read at a time


def open_table(path: Path, delimiter: str = "", encoding: str = "", decimal_comma: bool = False) -> Table:
    """The table in a file. Whether that is CSV or Parquet is what its first bytes say. OSError, ValueError."""
    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
    except OSError as error:
        raise type(error)(f"cannot read {path}: {error.strerror}.") from error
    return ParquetFile(path) if parquet else CsvFile(path, delimiter, encoding, decimal_comma)


def column(table: Table, name: str) -> int:
    """The place of a column. ValueError if there is none of this name, or more than one."""
    places = [j for j, other in enumerate(table.names) if other == name]
    if len(places) == 1:
        return places[0]
    if places:
        numbers = " and ".join(str(j + 1) for j in places)
        raise ValueError(f"{table.path.name}: columns {numbers} are both called {name}. Give them names of their own.")
    from difflib import get_close_matches

    near = get_close_matches(name, table.names, 1) or [other for other in table.names if other.lower() == name.lower()]
    shown = ", ".join(table.names[:8]) + (f", … ({len(table.names)} in all)" if len(table.names) > 8 else "")
    raise ValueError(
        f"{table.path.name} has no column {name}. "
        + (f"Did you mean {near[0]}? " if near else "")
        + f"Its columns: {shown}."
        + (" If these are several names, see --delimiter." if len(table.names) == 1 else "")
    )


class ParquetFile:
    """A Parquet file, read by Polars."""

    def __init__(self, path: Path) -> None:
        self.path, self.notes = path, list[str]()
        self._pl = need("polars", 'pip install "micrograd_lr[train]"')
        try:
            self._schema = self._pl.read_parquet_schema(path)
        except self._pl.exceptions.PolarsError as error:
            raise ValueError(f"{path} is a damaged Parquet file: {error}") from None
        self.names = [*self._schema]

    def batches(self, columns: Sequence[int], target: int | None, missing: str) -> Iterator[Batch]:
        pl, wanted = self._pl, [self.names[j] for j in columns]
        for name in wanted:
            if not (self._schema[name].is_numeric() or self._schema[name] == pl.Boolean):
                raise Place(self.path.name, 0, 1, target is not None, name).no_number(
                    f"a value of the type {self._schema[name]}"
                )
        asked = [pl.col(name).cast(pl.Float64).alias(f"x{j}") for j, name in enumerate(wanted)]
        if target is not None:
            asked.append(pl.col(self.names[target]).cast(pl.String).alias("y"))
        scan = pl.scan_parquet(self.path)
        count, row = scan.select(pl.len()).collect().item(), 1
        for start in range(0, count, ROWS):
            frame = scan.select(asked).slice(start, ROWS).collect()
            numbers = frame.select(pl.exclude("y")).fill_null(float("nan")).to_numpy(order="c")
            classes = [] if target is None else labels(frame["y"].to_list())
            self._check(numbers, classes, missing, row, wanted, target)
            row += frame.height
            yield Batch(numbers, classes)

    def _check(
        self, numbers: Any, classes: list[str | None], missing: str, row: int, names: list[str], target: int | None
    ) -> None:
        np = need("numpy", "pip install numpy")
        wrong = ~np.isfinite(numbers) if missing == "error" else np.isinf(numbers)
        if wrong.any():
            i, j = (int(k[0]) for k in wrong.nonzero())
            place = Place(self.path.name, 0, row + i, target is not None, names[j])
            if np.isnan(numbers[i, j]):
                raise place.missing()
            raise place.infinite(numbers[i, j])
        if target is not None and missing != "drop" and None in classes:
            raise Place(self.path.name, 0, row + classes.index(None), True, self.names[target]).no_class()
