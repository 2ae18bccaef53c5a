"""The model as a file: what is written is read back to the last bit, and what is wrong with a file is said."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_lr.fitting.model_file import VERSION, Model
from micrograd_lr.tools.version import __version__

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
MODEL = Model("y", ["B", "M"], ["a", "b"], [1.0, 2.0], [0.5, 0.0], [[0.1, 0.0]], [-0.3], {"C": 1.0}, {"iterations": 7})


def read_back(model, folder):
    model.save(folder / "model.json")
    return Model.load(folder / "model.json")


@given(st.lists(FLOATS, min_size=4, max_size=4))
def test_numbers_are_read_back_to_the_last_bit(tmp_path_factory, numbers):
    a, b, c, d = numbers
    model = Model("y", ["0", "1"], ["a", "b"], [a, b], [abs(c), 0.0], [[b, c]], [d])
    assert repr(read_back(model, tmp_path_factory.getbasetemp())) == repr(model)


def test_what_stands_in_the_file(tmp_path):
    assert read_back(MODEL, tmp_path) == MODEL
    text = (tmp_path / "model.json").read_text(encoding="utf-8")
    read = json.loads(text)
    assert [*read][:4] == ["format", "version", "package", "target"]
    assert read["format"] == "micrograd_lr logistic regression"
    assert (read["version"], read["package"]) == (VERSION, __version__)
    assert text.startswith('{\n "format": ')


def test_names_in_every_alphabet(tmp_path):
    model = Model("クラス", ["да", "нет"], ["größe", "π"], [0.0, 0.0], [1.0, 1.0], [[1.0, 2.0]], [0.0])
    assert read_back(model, tmp_path) == model
    assert "größe" in (tmp_path / "model.json").read_text(encoding="utf-8")


def test_it_predicts_by_its_numbers():
    X = np.array([[1.0, 5.0], [3.0, 2.0]])
    MODEL.standardise(X)
    assert X.tolist() == [[0, 3], [4, 0]]  # a deviation of 0 divides nothing
    p = MODEL.estimator().predict_proba(X)
    assert p[:, 1] == pytest.approx([1 / (1 + math.exp(-z)) for z in (-0.3, 0.1)], rel=1e-15)


def changed(**entries):
    """The file with other entries."""
    return lambda read: json.dumps(read | entries)


WRONG = {
    "cut off": (lambda read: json.dumps(read)[:40], " is damaged: it is not JSON (Unterminated string"),
    "not JSON": (
        lambda read: "{'a': 1}",
        " is damaged: it is not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)).",
    ),
    "empty": (lambda read: "", " is damaged: it is not JSON (Expecting value: line 1 column 1 (char 0))."),
    "deep": (lambda read: "[" * 100_000, " is damaged: it is not JSON (maximum recursion depth exceeded"),
    "endless": (lambda read: "9" * 5000, " is damaged: it is not JSON (Exceeds the limit (4300 digits)"),
    "not text": (lambda read: b"\x80\x04\x95pickle", " is not text, so it is no model of micrograd-lr train."),
    "a list": (
        lambda read: "[1, 2]",
        " is JSON, but no model of micrograd-lr train: it does not begin with the format 'micrograd_lr logi",
    ),
    "another kind": (changed(format="other"), " is JSON, but no model of micrograd-lr train: it does not"),
    "newer": (
        changed(version=VERSION + 1),
        f" is of version 2, and this micrograd_lr {__version__} reads version 1. Update it: pip install --upgrade "
        '"micrograd_lr[train]"',
    ),
    "version 0": (changed(version=0), ": the version is 0; it is a whole number from 1 on."),
    "version as text": (changed(version="1"), ": the version is '1'; it is a whole number from 1 on."),
    "version True": (changed(version=True), ": the version is True; it is a whole number from 1 on."),
    "no means": (
        lambda read: json.dumps({name: x for name, x in read.items() if name not in ("means", "classes")}),
        " is not complete. It lacks classes, means.",
    ),
    "short": (changed(means=[1.0]), ": means is a list of length 1, where a list of length 2 is needed."),
    "no list": (changed(intercepts=3), ": intercepts is 3, where a list of length 1 is needed."),
    "NaN": (changed(means=[0.0, math.nan]), ": means[1] is nan, not a finite number."),
    "overflow": (
        lambda read: json.dumps(read).replace("0.1", "1e999"), ": coefficients[0][0] is inf, not a finite number."
    ),
    "large": (changed(means=[0.0, 10**400]), ": means[1] is 1000000000000000000000000000000000000000, not a finite"),
    "True": (changed(means=[True, 0.0]), ": means[0] is True, not a finite number."),
    "text": (changed(deviations=["1", 0.0]), ": deviations[0] is '1', not a finite number."),
    "negative": (changed(deviations=[-0.5, 0.0]), ": a deviation is -0.5; none is below 0."),
    "rows": (
        changed(coefficients=[[1, 2], [3, 4]]),
        ": coefficients is a list of length 2, where a list of length 1 is needed.",
    ),
    "no rows": (changed(coefficients={}), ": coefficients is {}, where a list of length 1 is needed."),
    "short row": (
        changed(coefficients=[[1]]), ": coefficients[0] is a list of length 1, where a list of length 2 is needed."
    ),
    "one class": (changed(classes=["B"]), ": classes needs at least 2 names, all different."),
    "three classes": (changed(classes=["A", "B", "C"]), ": intercepts is a list of length 1, where a list of length 3"),
    "twice": (changed(features=["a", "a"]), ": features needs at least 1 names, all different."),
    "no names": (changed(features=[1, 2]), ": features is not a list of names."),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file(case, tmp_path):
    spoilt, message = WRONG[case]
    file = tmp_path / "model.json"
    MODEL.save(file)
    content = spoilt(json.loads(file.read_text(encoding="utf-8")))
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError) as caught:
        Model.load(file)
    assert str(caught.value).startswith(f"{file}{message}")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^cannot read .*model\.json: No such file or directory\.$"):
        Model.load(tmp_path / "model.json")


def test_infinite_numbers_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        Model("y", ["0", "1"], ["a"], [math.inf], [1.0], [[1.0]], [0.0]).save(tmp_path / "model.json")
    assert not [*tmp_path.iterdir()]
