"""A CSV file in batches: Polars reads what is in order, and what it refuses is read cell by cell, to say what is wrong.

The two agree, but for quotes within quotes, some of which Polars drops. The second knows lines and columns, and takes
ten times as long. The file is read as text, in pieces of whole records: memory does not grow with it, and any encoding
will do.
"""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from micrograd_lr.fitting.cells import MISSING, label, labels, number, records
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any, TypeVar

    _Item = TypeVar("_Item")

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
PIECE = 1 << 22  # characters that are read at a time
_BEGINNINGS = {  # of files that are not text
    b"PK": "a zip archive or an Excel workbook. Unpack it, or save the sheet as CSV",
    b"\x1f\x8b": "compressed. Unpack it first: gunzip",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook. Save the sheet as CSV",
    b"%PDF": "a PDF. Write its table as CSV",
}
_REPLACED = "\ufffd"  # what stands for a byte that an encoding does not have
_WITH_A_MARK = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Batch(NamedTuple):
    """Rows of a table: their `numbers` (rows, columns), NaN where they are missing, and their `labels`."""

    numbers: Any
    labels: list[str | None]


class CsvFile:
    """A CSV file: the `names` of its columns, and `notes` on how it is read."""

    def __init__(self, path: Path, delimiter: str = "", encoding: str = "", decimal_comma: bool = False) -> None:
        self.path, self.encoding = path, encoding or _encoding(path)
        with self._opened() as file:
            text = self._read(file)
        self.delimiter = delimiter or max(DELIMITERS, key=lambda sign: len(self._header(text, sign)[0]))
        names, self._length = self._header(text, self.delimiter)
        if not names:
            raise ValueError(f"{path.name} is empty. A table begins with a line of names.")
        if decimal_comma and self.delimiter == ",":
            raise ValueError(f"{path.name}: commas separate the cells, so there is no decimal comma. See --delimiter.")
        self.names, self.decimal_comma = [name.strip() for name in names], decimal_comma
        self._words: list[list[str] | None] = [None, [*MISSING]]  # without words for what is missing it is faster
        self.notes = [] if delimiter or self.delimiter == "," else [f"separated by {DELIMITERS[self.delimiter]}"]
        if not encoding and self.encoding != "utf-8-sig":
            self.notes.append(f"the text is {self.encoding}")

    def _header(self, text: str, delimiter: str) -> tuple[list[str], int]:
        """The cells of the first line that is not blank, and how many characters there are up to its end."""
        lines = io.StringIO(text)
        try:
            cells = next((cells for cells in csv.reader(lines, delimiter=delimiter) if cells), [])
        except csv.Error as error:
            raise ValueError(f"{self.path.name}: the header cannot be read: {error}. Check the quotes.") from None
        return cells, lines.tell()

    def batches(self, columns: Sequence[int], target: int | None, missing: str) -> Iterator[Batch]:
        """The numbers in these columns, and the classes in column `target`. ValueError names the first wrong cell."""
        row = 1
        with ThreadPoolExecutor(
            1
        ) as pool:  # Polars reads a piece while the next one is decoded and the last one is used
            read = (
                (pool.submit(self._quickly, text, columns, target, missing), text, line)
                for text, line in self._pieces()
            )
            for quickly, text, line in _one_ahead(read):
                batch = quickly.result() or self._carefully(text, line, row, columns, target, missing)
                row += len(batch.numbers)
                yield batch

    def _quickly(self, text: str, columns: Sequence[int], target: int | None, missing: str) -> Batch | None:
        """A batch by Polars; None if there is something in it that it refuses, or that it may have read wrongly."""
        frame = self._frame(text, columns)
        if frame is None:
            return None
        numbers = frame.select(map(str, columns)).to_numpy(order="c")
        classes = [] if target is None else labels(frame[str(target)].to_list())
        doubtful = missing != "drop" and None in classes
        if frame[:, -1].null_count():  # as in lines that are too short, and blank ones
            doubtful = doubtful or '"' in text or text.count(self.delimiter) < frame.height * (len(self.names) - 1)
        finite = need("numpy", "pip install numpy").isfinite(numbers)
        if not finite.all():
            doubtful = doubtful or missing == "error" or not (finite | (numbers != numbers)).all()
        return None if doubtful else Batch(numbers, classes)

    def _frame(self, text: str, columns: Sequence[int]) -> Any:
        """What Polars reads, numbers in these columns and text in the others, or None."""
        pl = need("polars", 'pip install "micrograd_lr[train]"')
        kinds = {str(j): pl.String for j in range(len(self.names))} | {str(j): pl.Float64 for j in columns}
        for words in self._words:
            try:
                frame = pl.read_csv(  # every column: Polars looks for lines that are too long only then
                    f"{text}\n".encode(), has_header=False, separator=self.delimiter, decimal_comma=self.decimal_comma,
                    schema=kinds, null_values=words,
                )  # fmt: skip
            except pl.exceptions.PolarsError:
                continue
            self._words = [words] if words else self._words
            return frame
        return None

    def _carefully(
        self, text: str, line: int, row: int, columns: Sequence[int], target: int | None, missing: str
    ) -> Batch:
        """A batch, cell by cell: slow, and with an error that names the place."""
        numbers: list[float] = []
        classes: list[str | None] = []
        for cells, place in records(text, self.path.name, line, row, self.names, self.delimiter, target is not None):
            for j in columns:
                place.column = self.names[j]
                numbers.append(number(cells[j], place, missing, self.decimal_comma))
            if target is not None:
                place.column = self.names[target]
                classes.append(label(cells[target]))
                if classes[-1] is None and missing != "drop":
                    raise place.no_class()
        shaped = need("numpy", "pip install numpy").array(numbers, float).reshape(-1, len(columns))
        return Batch(shaped, classes)

    def _pieces(self) -> Iterator[tuple[str, int]]:
        """The file behind its header in pieces of whole records, each with the line that it begins at."""
        with self._opened() as file:
            text = self._read(file)
            line = 1 + text.count("\n", 0, self._length)
            text = text[self._length :]
            while True:
                more = self._read(file)
                end = _end_of_the_last_record(text)
                if text.count('"', end) % 2 and (not more or len(text) - end > PIECE):
                    line += text.count("\n", 0, end)
                    raise ValueError(f'{self.path.name}: line {line}: a quote (") is opened there, and not closed.')
                end = end if more else len(text)
                yield text[:end].rstrip("\n"), line
                if not more:
                    return
                line += text.count("\n", 0, end)
                text = text[end:] + more

    def _opened(self) -> io.TextIOWrapper:
        try:
            return self.path.open(encoding=self.encoding)
        except LookupError:
            raise ValueError(
                f"--encoding {self.encoding}: there is no such encoding. Usual are utf-8, utf-16, latin-1 and cp1252."
            ) from None

    def _read(self, file: io.TextIOWrapper) -> str:
        try:
            text = file.read(PIECE)
        except UnicodeError as error:
            raise self._not_text(error) from None
        if "\0" in text:
            raise _zero_bytes(self.path)
        return text

    def _not_text(self, error: UnicodeError) -> ValueError:
        """Where a byte is that the encoding does not have."""
        place, what = "", str(error)
        if isinstance(error, UnicodeDecodeError):
            with self.path.open(encoding=self.encoding, errors="replace") as file:
                place = next(f"line {line}: " for line, text in enumerate(file, 1) if _REPLACED in text)
            what = f"the byte 0x{error.object[error.start]:02x} is not {self.encoding.removesuffix('-sig')} there"
        return ValueError(
            f"{self.path.name}: {place}{what}. Say how the file is written: --encoding cp1252 (from Windows), latin-1, "
            "utf-16, ..."
        )


def _one_ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """The same items, each taken when the one before it is wanted."""
    last = next(items)
    for item in items:
        yield last
        last = item
    yield last


def _end_of_the_last_record(text: str) -> int:
    """Behind the last line break that is not in quotes; 0 if there is none."""
    end = text.rfind("\n") + 1
    inside = text.count('"', 0, end) % 2
    while inside:
        start = text.rfind("\n", 0, end - 1) + 1
        inside ^= text.count('"', start, end) % 2
        end = start
    return end


def _encoding(path: Path) -> str:
    """The encoding that the first bytes say. ValueError for a file that is not text."""
    with path.open("rb") as file:
        first = file.read(4096)
    for beginning, what in _BEGINNINGS.items():
        if first.startswith(beginning):
            raise ValueError(f"{path.name} is {what}.")
    known = next((name for mark, name in _WITH_A_MARK.items() if first.startswith(mark)), "")
    if not known and b"\0" in first:
        raise _zero_bytes(path)
    return known or "utf-8-sig"


def _zero_bytes(path: Path) -> ValueError:
    return ValueError(
        f"{path.name} is not a text file: it has zero bytes. If it is a table all the same, say how it is written, "
        "such as --encoding utf-16-le."
    )
