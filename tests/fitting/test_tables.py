"""From a file to examples: columns by name, Parquet, classes, what is missing, the held-out part, scale."""

import datetime

import numpy as np
import polars as pl
import pytest
from sklearn.preprocessing import StandardScaler

from micrograd_lr.fitting import table as tables
from micrograd_lr.fitting.preparing import chosen, prepare, read, split
from micrograd_lr.fitting.table import column, open_table

RNG = np.random.default_rng(5)


@pytest.fixture
def table(tmp_path):
    def of(frame, kind="csv"):
        file = tmp_path / f"data.{kind}"
        if isinstance(frame, str):
            file.write_text(frame)
        else:
            getattr(pl.DataFrame(frame), f"write_{kind}")(file)
        return open_table(file)

    return of


def data_of(table, target="y", missing="error"):
    return read(table, target, chosen(table, target, [], [])[0], missing)


# Columns


def test_columns_are_chosen_by_name(table):
    some = table("id,a,b,,y\n1,2,3,4,0\n")
    assert chosen(some, "y", [], []) == (["id", "a", "b"], ["a column without a name is left out"])
    assert chosen(some, "y", [], ["id"])[0] == ["a", "b"]
    assert chosen(some, "y", ["b", "a"], ["a"]) == (["b"], [])
    assert column(some, "b") == 2


@pytest.mark.parametrize("header, arguments, message", [
    ("a,b,y", ("Y", [], []), "has no column Y. Did you mean y? Its columns: a, b, y."),
    ("a,diagnosis", ("diagnose", [], []), "has no column diagnose. Did you mean diagnosis? Its columns: a, diagnosis."),
    ("a,b,y", ("class", [], []), "has no column class. Its columns: a, b, y."),
    ("a:b:y", ("y", [], []), "has no column y. Its columns: a:b:y. If these are several names, see --delimiter."),
    (",".join("abcdefghijk"), ("y", [], []), "has no column y. Its columns: a, b, c, d, e, f, g, h, … (11 in all)."),
    ("a,b,y", ("y", ["a", "bb"], []), "has no column bb. Did you mean b? Its columns: a, b, y."),
    ("a,b,y", ("y", [], ["c"]), "has no column c. Its columns: a, b, y."),
    ("a,b,a,y", ("y", [], []), "data.csv: columns 1 and 3 are both called a. Give them names of their own."),
    ("a,b,y", ("y", ["a", "b", "a"], []), "--features names a twice."),
    ("y", ("y", [], []), "data.csv: no column is left to learn from, beside the target y."),
    ("a,y", ("y", ["y"], []), "data.csv: no column is left to learn from, beside the target y."),
])  # fmt: skip
def test_columns_that_are_not_there(header, arguments, message, table):
    some = table(f"{header}\n")
    with pytest.raises(ValueError) as caught:
        read(some, arguments[0], chosen(some, *arguments)[0], "error")
    assert str(caught.value).removeprefix("data.csv ") == message


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^cannot read .*data\.csv: No such file or directory\.$"):
        open_table(tmp_path / "data.csv")
    with pytest.raises(IsADirectoryError, match=r"^cannot read .*: Is a directory\.$"):
        open_table(tmp_path)


# Parquet


def test_parquet_is_read_as_csv_is(table, monkeypatch):
    monkeypatch.setattr(tables, "ROWS", 7)
    frame = {"n": [*range(20)], "x": RNG.normal(size=20), "yes": [True, False] * 10, "y": ["a", "b "] * 10}
    found = data_of(table(frame, "parquet"))
    assert (found.features, found.classes) == (["n", "x", "yes"], ["a", "b"])
    assert np.array_equal(found.X, np.column_stack([frame["n"], frame["x"], frame["yes"]]))
    as_csv = data_of(table({**frame, "yes": [1, 0] * 10}))
    assert np.array_equal(found.X, as_csv.X)
    assert np.array_equal(found.y, as_csv.y)


@pytest.mark.parametrize("kinds, names", [
    ([1, 0, 10, 2], ["0", "1", "2", "10"]), ([True, False, True, True], ["false", "true"]),
    ([1.5, -2.0, 1.5, 0.0], ["-2.0", "0.0", "1.5"]), (["b", "B", "a", "c"], ["B", "a", "b", "c"]),
])  # fmt: skip
def test_classes_of_every_type(kinds, names, table):
    for kind in ("csv", "parquet"):
        found = data_of(table({"x": [1.0, 2.0, 3.0, 4.0], "y": kinds}, kind))
        assert found.classes == names
        assert [names[k] for k in found.y] == [str(k).lower() if isinstance(k, bool) else str(k) for k in kinds]


@pytest.mark.parametrize("frame, missing, message", [
    ({"x": [1.0, None], "y": [0, 1]}, "error", "row 2, column x: the number is missing. Leave"),
    ({"x": [1.0, float("nan")], "y": [0, 1]}, "error", "row 2, column x: the number is missing. Leave"),
    ({"x": [float("inf"), 1.0], "y": [0, 1]}, "drop", "row 1, column x: inf is not a finite number. Correct"),
    ({"x": [1.0, 2.0], "y": [0, None]}, "mean", "row 2, column y: the class is missing. Leave such rows out with"),
    ({"x": ["a", "b"], "y": [0, 1]}, "error", "row 1, column x: a value of the type String is not a number."),
    ({"x": [datetime.date(2020, 1, 1)], "y": [0]}, "error", "row 1, column x: a value of the type Date is not a"),
])  # fmt: skip
def test_parquet_with_something_wrong(frame, missing, message, table):
    with pytest.raises(ValueError) as caught:
        data_of(table(frame, "parquet"), missing=missing)
    assert str(caught.value).startswith(f"data.parquet: {message}")


def test_damaged_parquet(tmp_path):
    (tmp_path / "data.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(ValueError, match=r"data\.parquet is a damaged Parquet file: "):
        open_table(tmp_path / "data.parquet")


# Classes and missing numbers


@pytest.mark.parametrize("text, message", [
    ("x,y\n", "data.csv: column y has no rows. A classifier needs examples of two classes or more."),
    ("x,y\n1,0\n2,0\n", "data.csv: column y has only one class, 0. A classifier needs examples of two"),
    ("x,y\n" + "".join(f"1,{k}\n" for k in range(101)),
     "data.csv: column y has more than 100 different values: 0, 1, 2, … It has to name the class of each row."),
])  # fmt: skip
def test_classes_that_are_none(text, message, table):
    with pytest.raises(ValueError) as caught:
        data_of(table(text))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_rows_with_something_missing_are_left_out(kind, table):
    found = data_of(
        table({"a": [1.0, None, 3, 4], "b": [1.0, 2, 3, 4], "y": ["u", "v", None, "v"]}, kind), missing="drop"
    )
    assert (found.X.tolist(), found.y.tolist()) == ([[1, 1], [4, 4]], [0, 1])
    assert found.treatments == ["2 rows with something missing are left out"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_mean_of_the_rows_to_fit_is_put_where_a_number_is_missing(kind, table):
    a = [1.0, None, 3.0, 8.0, None, 6.0, 7.0, 20.0]
    found = data_of(table({"a": a, "b": [*range(8)], "y": [0, 1] * 4}, kind), missing="mean")
    split(found, 0.25, 1)
    fitted = found.X[: found.trained, 0].copy()
    prepare(found, "data.csv")
    assert found.treatments == ["2 missing in a: the mean is put there"]
    known = fitted[~np.isnan(fitted)]
    assert len(known) < len(fitted)
    assert found.means[0] == pytest.approx(known.mean(), rel=1e-15)
    assert np.allclose(found.X[:6, 0][np.isnan(fitted)], 0, atol=1e-15)


def test_a_column_without_a_number(table):
    found = data_of(table("a,b,y\nNA,1,0\nNA,2,1\n"), missing="mean")
    with pytest.raises(ValueError, match=r"^data\.csv: column a has no numbers\. Leave it out with --without\.$"):
        prepare(found, "data.csv")


# Split and standardised


def example(table, m=300):
    y = RNG.choice(["a", "b", "c"], m, p=[0.6, 0.35, 0.05])
    return data_of(table({"row": np.arange(m), "x": RNG.normal(5, 3, m), "y": y})), y


def test_part_of_each_class_is_held_out(table, monkeypatch):
    monkeypatch.setattr("micrograd_lr.fitting.preparing._ROWS", 16)
    found, y = example(table)
    before = found.X.copy()
    split(found, 0.2, 0)
    parts = found.parts
    assert [*parts] == ["training", "held out"]
    for part, share in (("training", 0.8), ("held out", 0.2)):
        X, of = parts[part]
        assert np.abs(np.bincount(of) - share * np.array([(y == name).sum() for name in "abc"])).max() <= 0.5
        rows = X[:, 0].astype(int)
        assert np.array_equal(X, before[rows])  # the rows are as they were, with their classes
        assert [found.classes[k] for k in of] == [*y[rows]]
    assert sorted(found.X[:, 0]) == [*range(300)]
    assert found.counts(found.y) == f"a {(y == 'a').sum()}, b {(y == 'b').sum()}, c {(y == 'c').sum()}"


def test_the_seed_chooses_the_part(table):
    parts = {}
    for run, seed in enumerate((0, 0, 1)):
        found = data_of(table({"row": np.arange(100), "y": [0, 1] * 50}))
        split(found, 0.3, seed)
        parts[run] = {*found.parts["held out"][0][:, 0]}
    assert parts[0] == parts[1]
    assert parts[0] != parts[2]


def test_nothing_may_be_held_out_and_a_class_keeps_one_row(table):
    found, _ = example(table)
    split(found, 0, 0)
    assert [*found.parts] == ["training"]
    found = data_of(table("x,y\n1,a\n2,b\n3,b\n"))
    split(found, 0.9, 0)
    assert [*found.parts["training"][1]] == [0, 1]
    for share in (-0.1, 1, float("nan")):
        with pytest.raises(
            ValueError, match=r"^--test-size .*: the part to hold out is at least 0 and less than 1, such as"
        ):
            split(found, share, 0)


def test_all_rows_are_standardised_by_the_rows_to_fit(table):
    found, _ = example(table)
    split(found, 0.2, 0)
    scaler = StandardScaler().fit(found.parts["training"][0])
    wanted = scaler.transform(found.X)
    prepare(found, "data.csv")
    assert np.allclose(found.X, wanted, rtol=1e-12, atol=1e-12)
    assert np.allclose(found.means, scaler.mean_, rtol=1e-14)
    assert np.allclose(found.deviations, scaler.scale_, rtol=1e-14)
    assert not np.allclose(found.X, StandardScaler().fit_transform(wanted))  # it would matter


def test_a_constant_column_is_kept_and_told(table):
    found = data_of(table({"x": [1.0, 2, 3, 4], "same": [0.1] * 4, "y": [0, 1] * 2}))
    prepare(found, "data.csv")
    assert found.treatments == ["same is always 0.1 in the rows to fit: its coefficient is 0"]
    assert (found.means[1], found.deviations[1], [*found.X[:, 1]]) == (0.1, 0, [0] * 4)


@pytest.mark.parametrize("numbers", [[1e200, -1e200, 0, 1], [1.7e308] * 3 + [1.0], [1e-200, 2e-200, 0, 0]])
def test_numbers_that_cannot_be_standardised(numbers, table):
    found = data_of(table({"x": numbers, "y": [0, 1] * 2}))
    with pytest.raises(ValueError) as caught:
        prepare(found, "data.csv")
    assert str(caught.value) == (
        "data.csv: the numbers of column x are too large, or too close together, to be standardised. Write them in "
        "another unit."
    )
