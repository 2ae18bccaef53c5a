"""The cells of a table as text: which of them are numbers, which say that a number is missing, and what is wrong."""

from __future__ import annotations

import csv
import io
import math
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MISSING = ("", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "?")  # what tables write where they know nothing
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_WITH_A_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
_SHOWN = 40  # characters of a cell in a message


class Place:
    """Where a cell is: the names of the file and of the column, the line of the file (the header is line 1; 0 in a file
    without lines) and the row of data. `training` says whether it is read to learn from it."""

    def __init__(self, file: str, line: int, row: int, training: bool, column: str = "") -> None:
        self.file, self.line, self.row, self.training, self.column = file, line, row, training, column

    def __str__(self) -> str:
        where = f"line {self.line} (row {self.row})" if self.line else f"row {self.row}"
        return f"{self.file}: {where}" + (f", column {self.column}" if self.column else "")

    # What is wrong with it

    def missing(self, text: str = "") -> ValueError:
        what = f"{text} says that the number is missing" if text else "the number is missing"
        remedy = (
            "Leave such rows out with --missing drop, or put the mean of the column there with --missing mean."
            if self.training
            else "Put the mean of the rows that the model was fitted to there with --missing mean."
        )
        return ValueError(f"{self}: {what}. {remedy}")

    def no_class(self) -> ValueError:
        return ValueError(f"{self}: the class is missing. Leave such rows out with --missing drop.")

    def infinite(self, text: object) -> ValueError:
        return ValueError(f"{self}: {text} is not a finite number. Correct it, or leave the row out.")

    def no_number(self, what: str) -> ValueError:
        """For a cell that holds something else, `what`."""
        name = self.column if re.fullmatch(r"[\w.-]+", self.column) else f'"{self.column}"'
        leave = f"Leave the column out with --without {name}, or write" if self.training else "Write"
        return ValueError(f"{self}: {what} is not a number. {leave} numbers, such as 0 and 1 for two kinds.")


def number(text: str, place: Place, missing: str, decimal_comma: bool) -> float:
    """The number that is written in a cell; NaN for a missing one, which is an error if `missing` is "error"."""
    text = text.strip()
    if text in MISSING:
        if missing == "error":
            raise place.missing(text)
        return math.nan
    if _NUMBER.fullmatch(text.replace(",", ".", 1) if decimal_comma else text):
        if math.isfinite(x := float(text.replace(",", ".", 1))):
            return x
        raise ValueError(f"{place}: {_short(text)} is too large: floats end at 1.8e308.")
    if _INFINITE.fullmatch(text):
        raise place.infinite(text)
    if _WITH_A_COMMA.fullmatch(text):
        raise ValueError(f"{place}: {_short(text)} has a comma. Add --decimal-comma if it is a decimal one.")
    raise place.no_number(repr(_short(text)))


def label(text: str) -> str | None:
    """The class that is written in a cell; None for a missing one."""
    text = text.strip()
    return None if text in MISSING else text


def labels(texts: Sequence[str | None]) -> list[str | None]:
    """The same of many cells, few of them different."""
    known = {text: None if text is None else label(text) for text in {*texts}}
    return [known[text] for text in texts]


def records(
    text: str, file: str, line: int, row: int, names: Sequence[str], delimiter: str, training: bool
) -> Iterator[tuple[list[str], Place]]:
    """The rows of a piece of a file, which begins at `line` with `row`, as lists of cells. Blank lines are no rows."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    while True:
        place = Place(file, line + reader.line_num, row, training)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ValueError(f"{place}: {error}. Check the quotes.") from None
        if len(cells) == len(names):
            yield cells, place
        elif cells and (len(cells) > 1 or cells[0].strip()):
            count = f"{len(cells)} cells" if len(cells) > 1 else "1 cell"
            raise ValueError(f"{place}: {count}, but the header has {len(names)}. Check each {delimiter!r} there.")
        else:
            continue
        row += 1


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
