"""Tables as people have them: what is read, in what is written, and what is said about what cannot be read."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from micrograd_lr.fitting import cells, csv_file
from micrograd_lr.fitting.csv_file import CsvFile

CELLS = st.one_of(
    st.sampled_from(
        ["", "1", "-2.5", "NA", "nan", "inf", "1e400", '"3"', '"a"', "a", " 7", "7 ", "1,5", '"', "''", "?"]
    ),
    st.text('0123456789.eE+-,; naifty?NAl"', max_size=6),
)


def written(tmp_path, content, name="data.csv"):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def rows_of(file, columns, target=None, missing="error", **options):
    table = CsvFile(file, **options)
    at = None if target is None else table.names.index(target)
    batches = [*table.batches([table.names.index(name) for name in columns], at, missing)]
    labels = [label for batch in batches if target is not None for label in batch.labels]
    return np.concatenate([batch.numbers for batch in batches]).tolist(), labels


# What is read


@pytest.mark.parametrize("text", [
    "a,b,y\n1,2,M\n3,4,B\n",
    "a,b,y\n1,2,M\n3,4,B",
    "a,b,y\r\n1,2,M\r\n3,4,B\r\n",
    "a,b,y\r1,2,M\r3,4,B\r",
    "\n\na,b,y\n\n1,2,M\n   \n3,4,B\n\n\n",
    '"a","b","y"\n"1","2","M"\n"3","4","B"\n',
    " a , b,y\n 1 ,2\t, M\n3,+4.0e0,B \n",
    "y;b;a\nM;2;1\nB;4;3\n",
    "a\tb\ty\n1\t2\tM\n3\t4\tB\n",
    "a|b|y\n1|2|M\n3|4|B\n",
    "other,a,b,y,more\nx,1,2,M,\nNA,3,4,B,x\n",
    'a,b,y,"a note,\nof two lines"\n1,2,M,"one\n"\n3,4,B,"two ""2"""\n',
    "\ufeffa,b,y\n1,2,M\n3,4,B\n",
])  # fmt: skip
def test_the_same_table_in_many_hands(text, tmp_path, monkeypatch):
    file = written(tmp_path, text)
    assert rows_of(file, ["a", "b"], "y") == ([[1, 2], [3, 4]], ["M", "B"])
    assert rows_of(file, ["b"]) == ([[2], [4]], [])
    monkeypatch.setattr(csv_file, "PIECE", 48)  # now it comes in pieces
    assert rows_of(file, ["b", "a"], "y") == ([[2, 1], [4, 3]], ["M", "B"])


@pytest.mark.parametrize("encoding, given, note", [
    ("utf-8", "", []), ("utf-8-sig", "", []), ("utf-16", "", ["the text is utf-16"]),
    ("utf-32", "", ["the text is utf-32"]), ("latin-1", "latin-1", []), ("cp1252", "cp1252", []),
    ("utf-16-le", "utf-16-le", []),
])  # fmt: skip
def test_encodings(encoding, given, note, tmp_path):
    file = written(tmp_path, "größe,y\n1.5,ö\n2.5,ä\n".encode(encoding))
    assert rows_of(file, ["größe"], "y", encoding=given) == ([[1.5], [2.5]], ["ö", "ä"])
    assert CsvFile(file, encoding=given).notes == note


def test_delimiters_and_decimal_commas(tmp_path):
    file = written(tmp_path, "a;b,c;y\n1,5;2;0\n-0,25;1e3;1\n")
    table = CsvFile(file, decimal_comma=True)
    assert (table.names, table.delimiter, table.notes) == (["a", "b,c", "y"], ";", ["separated by semicolons"])
    assert rows_of(file, ["a", "b,c"], "y", decimal_comma=True) == ([[1.5, 2], [-0.25, 1000]], ["0", "1"])
    assert CsvFile(file, delimiter=",").names == ["a;b", "c;y"]
    assert CsvFile(written(tmp_path, "a b c\n1 2 3\n"), delimiter=" ").names == ["a", "b", "c"]


def test_numbers_are_those_that_python_reads(tmp_path):
    texts = [
        "0.1",
        "1e-7",
        "12345678901234567890123",
        "0.1000000000000000055511151231257827",
        "5e-324",
        "1.7976931348623157e308",
    ]
    texts += ["-.5", "5.", "+3", "2E+3", "007", "9007199254740993"]
    file = written(tmp_path, "a,y\n" + "".join(f"{text},0\n" for text in texts))
    assert rows_of(file, ["a"])[0] == [[float(text)] for text in texts]


@pytest.mark.parametrize("text", ["", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "?", " ", " NA "])
def test_what_says_that_a_number_is_missing(text, tmp_path):
    file = written(tmp_path, f"a,y\n1,0\n{text},1\n")
    numbers, labels = rows_of(file, ["a"], "y", "drop")
    assert (numbers[0], np.isnan(numbers[1]), labels) == ([1], [True], ["0", "1"])
    said = f"{text.strip()} says that the number" if text.strip() else "the number"
    with pytest.raises(
        ValueError, match=rf"data\.csv: line 3 \(row 2\), column a: .*{said.replace('?', '.')} is missing"
    ):
        rows_of(file, ["a"], "y")
    file = written(tmp_path, f"a,y\n1,0\n2,{text}\n")
    assert rows_of(file, ["a"], "y", "drop")[1] == ["0", None]
    with pytest.raises(ValueError, match=r"line 3 \(row 2\), column y: the class is missing\. .* --missing drop"):
        rows_of(file, ["a"], "y", "mean")


# What cannot be read

MISSING = "Leave such rows out with --missing drop, or put the mean of the column there with --missing mean."
NUMBERS = "Leave the column out with --without b, or write numbers, such as 0 and 1 for two kinds."
ENCODED = "Say how the file is written: --encoding cp1252 (from Windows), latin-1, utf-16, ..."
ZEROS = "is not a text file: it has zero bytes. If it is a table all the same, say how it is written, such as "
BROKEN = {
    "missing": ("a,b,y\n1,2,0\n3,,1\n", f"line 3 (row 2), column b: the number is missing. {MISSING}"),
    "NA": ("a,b,y\n1,2,0\nNA,2,1\n", f"line 3 (row 2), column a: NA says that the number is missing. {MISSING}"),
    "text": ("a,b,y\n1,2,0\n3,abc,1\n", f"line 3 (row 2), column b: 'abc' is not a number. {NUMBERS}"),
    "long text": (f"a,b,y\n1,{'z' * 99},0\n", f"line 2 (row 1), column b: '{'z' * 40}…' is not a number. {NUMBERS}"),
    "quoted name": (
        "a,the b,y\n1,x,0\n",
        "line 2 (row 1), column the b: 'x' is not a number. Leave the column out with --without \"the b\", or write "
        "numbers, such as 0 and 1 for two kinds.",
    ),
    "behind blank lines": ("\na,b,y\n\n1,2,0\n\n3,x,1\n", f"line 6 (row 2), column b: 'x' is not a number. {NUMBERS}"),
    "behind two lines in one": (
        'a,b,y\n1,2,"0\n"\n3,x,1\n', f"line 4 (row 2), column b: 'x' is not a number. {NUMBERS}"
    ),
    "infinite": (
        "a,b,y\n1,-inf,0\n", "line 2 (row 1), column b: -inf is not a finite number. Correct it, or leave the row out."
    ),
    "too large": ("a,b,y\n1,1e400,0\n", "line 2 (row 1), column b: 1e400 is too large: floats end at 1.8e308."),
    "decimal comma": (
        "a;b;y\n1;2,5;0\n", "line 2 (row 1), column b: 2,5 has a comma. Add --decimal-comma if it is a decimal one."
    ),
    "no class": (
        "a,b,y\n1,2,\n", "line 2 (row 1), column y: the class is missing. Leave such rows out with --missing drop."
    ),
    "short row": ("a,b,y\n1,2,0\n3,4\n", "line 3 (row 2): 2 cells, but the header has 3. Check each ',' there."),
    "long row": ("a,b,y\n1,2,0\n3,4,1,5\n", "line 3 (row 2): 4 cells, but the header has 3. Check each ',' there."),
    "one cell": ("a\tb\ty\n1\t2\t0\n3\n", "line 3 (row 2): 1 cell, but the header has 3. Check each '\\t' there."),
    "open quote": ('a,b,y\n1,2,0\n"3,4,1\n5,6,0\n', 'line 3: a quote (") is opened there, and not closed.'),
    "open quotes": (
        'a,b,y\n1,"2"x,0\n"3,4,1\n5,6",0,1\n', "line 2 (row 1): ',' expected after '\"'. Check the quotes."
    ),
    "latin-1": ("a,b,y\n1,2,0\n3,4,\xe9\n".encode("latin-1"), f"line 3: the byte 0xe9 is not utf-8 there. {ENCODED}"),
    "zeros": (b"a,b,y\n1,\x002,0\n", f"{ZEROS}--encoding utf-16-le."),
    "late zeros": (b"a,b,y\n" + b"1,2,0\n" * 1000 + b"\0", f"{ZEROS}--encoding utf-16-le."),
    "utf-16 without a mark": ("a,b,y\n1,2,0\n".encode("utf-16-le"), f"{ZEROS}--encoding utf-16-le."),
    "excel": (b"PK\x03\x04...", "is a zip archive or an Excel workbook. Unpack it, or save the sheet as CSV."),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1", "is an old Excel workbook. Save the sheet as CSV."),
    "gzip": (b"\x1f\x8b\x08", "is compressed. Unpack it first: gunzip."),
    "pdf": (b"%PDF-1.4", "is a PDF. Write its table as CSV."),
    "empty": ("", "is empty. A table begins with a line of names."),
    "blank": ("\n\n", "is empty. A table begins with a line of names."),
    "endless header": (
        '"a,b,y\n' + "1,2,0\n" * 30_000,
        "the header cannot be read: field larger than field limit (131072). Check the quotes.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_table(case, tmp_path, monkeypatch):
    content, message = BROKEN[case]
    file = written(tmp_path, content)
    for piece in (csv_file.PIECE, 8) if len(content) < 1000 else (csv_file.PIECE,):
        with pytest.raises(ValueError) as caught:
            table = CsvFile(file)
            [*table.batches([0, 1], 2, "error")]
        assert str(caught.value) == f"data.csv{': ' if message.startswith(('line', 'the')) else ' '}{message}"
        monkeypatch.setattr(csv_file, "PIECE", piece)


def test_a_file_that_is_not_what_was_said(tmp_path):
    file = written(tmp_path, "a,y\n1,0\n")
    with pytest.raises(
        ValueError, match=r"^--encoding utf-88: there is no such encoding\. Usual are utf-8, utf-16, latin-1"
    ):
        CsvFile(file, encoding="utf-88")
    with pytest.raises(
        ValueError, match=r"^data\.csv: UTF-16 stream does not start with BOM\. Say how the file is written"
    ):
        CsvFile(file, encoding="utf-16")
    with pytest.raises(ValueError, match=r"^data\.csv: commas separate the cells, so there is no decimal comma\."):
        CsvFile(file, decimal_comma=True)


# Polars and the cells agree


def readings(text, missing, delimiter=",", decimal_comma=False):
    """What Polars makes of lines behind a header of four names, if it is trusted, and what the cells say."""
    table = CsvFile.__new__(CsvFile)
    table.path, table.names = Path("data.csv"), ["a", "b", "more", "y"]
    table.delimiter, table.decimal_comma, table._words = delimiter, decimal_comma, [None, [*cells.MISSING]]
    quick = table._quickly(text, [1, 0], 3, missing)
    try:
        careful = table._carefully(text, 2, 1, [1, 0], 3, missing)
    except ValueError as error:
        careful = error
    return quick, careful


def agree(quick, careful):
    """Whether what was read quickly, if it was, is what was read carefully. Polars drops stray quotes within quotes."""
    return (
        quick is None
        or str(careful).endswith("Check the quotes.")
        or (
            not isinstance(careful, ValueError)
            and np.array_equal(quick.numbers, careful.numbers, equal_nan=True)
            and quick.labels == careful.labels
        )
    )


@pytest.mark.slow
@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=5), max_size=3),
    st.sampled_from(["error", "drop", "mean"]),
    st.booleans(),
)
@example([["1", "2", "", "3"], []], "drop", False)
def test_polars_and_the_cells_agree(rows, missing, continental):
    delimiter = ";" if continental else ","
    text = "\n".join(map(delimiter.join, rows))
    assert agree(*readings(text, missing, delimiter, continental))


def test_most_of_what_is_in_order_is_read_quickly():
    for text in ("1,2,NA,x", '-1.5,1e3,"a, b","x"\n2,3,,y', " 1,2,, x"):
        quick, careful = readings(text, "error")
        assert quick is not None
        assert agree(quick, careful)
    assert readings("1,,,x", "error")[0] is None
    assert agree(*readings("1,,,x", "mean"))
    assert readings("1,,,x", "mean")[0] is not None
    assert readings("1,2,,x\n1,NA,,x", "mean")[0] is not None
    assert readings("1,2,,x\n1,2,x", "drop")[0] is None  # the last one may be too short


def test_a_difference_would_be_seen():
    quick, careful = readings("1,2,,x", "error")
    assert agree(quick, careful)
    assert not agree(quick._replace(numbers=quick.numbers + 1), careful)
    assert not agree(quick, ValueError("wrong"))
    assert not agree(quick, careful._replace(labels=["!"]))


def test_an_empty_last_column_is_read_quickly(tmp_path):
    table = CsvFile(written(tmp_path, "a,y,\n1,0,\n2,1,\n"))
    assert table._quickly("1,0,\n2,1,", [0], 1, "error").numbers.tolist() == [[1], [2]]
    assert table._quickly("1,0,\n\n2,1,", [0], 1, "drop") is None  # a blank line


def test_a_file_is_read_as_it_is_used(tmp_path, monkeypatch):
    """So that any size fits into memory: a few pieces at a time."""
    monkeypatch.setattr(csv_file, "PIECE", 100)
    table = CsvFile(written(tmp_path, "a,y\n" + "1.5,0\n" * 2000))
    read, pieces = CsvFile._read, []
    monkeypatch.setattr(CsvFile, "_read", lambda self, file: pieces.append(read(self, file)) or pieces[-1])
    batches = table.batches([0], 1, "error")
    most = 0
    for used, batch in enumerate(batches, 1):
        assert len(batch.numbers) <= 34
        most = max(most, len(pieces) - used)
    assert len(pieces) > 100
    assert most <= 3
