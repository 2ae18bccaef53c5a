"""Containers of numbers: what every function takes, with the same result as for lists, and what is refused, and how."""

import array
import collections
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse

from micrograd_lr import Value, check_gradient, dot, gradient, hessian, logistic, logistic_loss, value_and_grad
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.containers import as_numbers

BACKENDS = ["numba", "numpy", "python"]
W, B = [0.5, -0.25], 0.125
X, Y = [[1.0, 2.0, 3.0], [0.0, -1.0, 4.0]], [1.0, 0.0, 1.0]


class Custom:
    """An array of a library that nobody knows."""

    def __init__(self, data):
        self.data = np.asarray(data)

    def __array__(self, dtype=None, copy=None):
        return self.data


class Exported:
    """An array that can be had by DLPack alone."""

    def __init__(self, data):
        self._data = np.asarray(data, dtype=float)

    def __dlpack__(self, **options):
        return self._data.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._data.__dlpack_device__()


def loss(w, b, x, y):
    return logistic_loss(dot(w, x) + b, y)


def closed_form(W=W, B=B, X=X, Y=Y):
    """(A - Y)Xᵀ and (A - Y)1 by NumPy."""
    X = np.asarray(X, float)
    errors = 1 / (1 + np.exp(-(np.asarray(W) @ X + B))) - np.asarray(Y, float)
    return X @ errors, errors.sum()


def strided(rows):
    wide = np.zeros((2 * len(rows), 3 * len(rows[0])))
    wide[::2, ::3] = rows
    return wide[::2, ::3]


def aligned_badly(rows):
    rows = np.asarray(rows)
    memory = np.zeros(rows.nbytes + 1, dtype=np.uint8)
    odd = np.ndarray(rows.shape, float, memory, offset=1)
    odd[:] = rows
    return odd


MATRICES = {
    "lists": list,
    "tuples": lambda X: tuple(map(tuple, X)),
    "deques": lambda X: collections.deque(map(collections.deque, X)),
    "a list of arrays": lambda X: [np.array(row) for row in X],
    "array.array": lambda X: [array.array("d", row) for row in X],
    "Series": lambda X: [pd.Series(row) for row in X],
    "UserList": collections.UserList,
    "an array": np.array,
    "columns first": np.asfortranarray,
    "strides": strided,
    "backwards": lambda X: np.ascontiguousarray(np.array(X)[:, ::-1])[:, ::-1],
    "big endian": lambda X: np.array(X, ">f8"),
    "not aligned": aligned_badly,
    "read only": lambda X: np.broadcast_to(np.array(X), (2, 3)),
    "objects": lambda X: np.array(X, object),
    "Fractions": lambda X: [[Fraction(x) for x in row] for row in X],
    "NumPy scalars": lambda X: [[np.float64(x) for x in row] for row in X],
    "nothing masked": lambda X: np.ma.array(X, mask=False),
    "DataFrame": pd.DataFrame,
    "nullable": lambda X: pd.DataFrame(X).convert_dtypes(),
    "polars": lambda X: pl.DataFrame(np.array(X)),
    "__array__": Custom,
    "DLPack": Exported,
    "memoryview": lambda X: np.array(X).data,
    "memoryview, big endian": lambda X: np.array(X, ">f4").data,
    **{
        kind: (lambda X, kind=kind: np.array(X, kind))
        for kind in ["f2", "f4", "f8", "g", "i1", "i2", "i8", ">i4", ">f4"]
    },
}


@pytest.mark.covers
@pytest.mark.slow
@pytest.mark.parametrize("name", MATRICES)
def test_every_container_gives_what_lists_give(name):
    made = MATRICES[name](X)
    dw, db = closed_form()
    for backend in BACKENDS:
        J, gradients = value_and_grad(loss, backend=backend)(W, B, made, Y)
        assert np.allclose(gradients["w"], dw, rtol=1e-14, atol=0)
        assert gradients["b"] == pytest.approx(db, rel=1e-14)
        assert pytest.approx(value_and_grad(loss, backend=backend)(W, B, X, Y)[0], rel=1e-15) == J
    for found in (logistic.closed_form(W, B, made, Y), logistic.ManyExamples(W, B, made, Y).backward()):
        assert np.allclose(np.array(found[0], float), dw, rtol=1e-14, atol=0)
        assert float(found[1]) == pytest.approx(db, rel=1e-14)
    found = gradient(lambda X: node_sum([v * v for row in X for v in row]), made)
    assert [[float(x) for x in row] for row in found] == [[2 * x for x in row] for row in X]
    assert check_gradient(lambda X: node_sum([v * v for row in X for v in row]), made).agree


VECTORS = {
    "list": list,
    "tuple": tuple,
    "array.array": lambda v: array.array("f", v),
    "deque": collections.deque,
    "array": np.array,
    "Series": pd.Series,
    "polars": pl.Series,
    "Index": pd.Index,
    "a row": lambda v: [v],
    "a row of an array": lambda v: np.array([v]),
    "uint8": np.uint8,
    "bool": lambda v: np.array(v) > 0,
    "bools": lambda v: [x > 0 for x in v],
    "NumPy bools": lambda v: [np.bool_(x > 0) for x in v],
    "nullable bools": lambda v: pd.Series(v).astype("boolean"),
    "categories": pd.Categorical,
    "memoryview": lambda v: memoryview(array.array("d", v)),
    "__array__": Custom,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", VECTORS)
def test_labels_in_every_container(name):
    labels = VECTORS[name](Y)
    dw, _ = closed_form()
    for backend in BACKENDS:
        _, gradients = value_and_grad(loss, backend=backend)(np.array(W), B, X, labels)
        assert np.allclose(gradients["w"], dw, rtol=1e-14, atol=0)
    found = logistic.closed_form(W, B, X, labels)
    assert np.allclose(found[0], dw, rtol=1e-14, atol=0)
    assert logistic.three_way_check(W, B, X, labels).agree


@pytest.mark.slow
def test_a_range_and_one_number_in_an_array():
    assert gradient(lambda v: dot(v, v), range(3)) == [0.0, 2.0, 4.0]
    for backend in BACKENDS:
        assert value_and_grad(lambda w, x: w * x, batch="x", backend=backend)(2, range(1, 4)) == (12.0, {"w": 6.0})
        assert value_and_grad(lambda w, x: w * x, batch="x", backend=backend)(np.array(2), range(1, 4))[0] == 12.0
        assert value_and_grad(lambda w, x: w * x, batch="x", backend=backend)(Fraction(1, 2), [2, Decimal(4)])[0] == 3.0


def test_a_namedtuple_gives_a_namedtuple():
    Parameters = collections.namedtuple("Parameters", "w b")
    found = gradient(lambda p: dot(p.w, [3.0, 4.0]) * p.b, Parameters([1.0, 2.0], 5.0))
    assert found == Parameters([15.0, 20.0], 11.0)
    assert type(found) is Parameters
    assert hessian(lambda p: p.w[0] * p.b, Parameters((1.0, 2.0), 5.0)) == [
        [0.0, 0.0, 1.0],
        [0.0, 0.0, 0.0],
        [1.0, 0.0, 0.0],
    ]
    assert check_gradient(lambda p: p.w[0] * p.b, Parameters([1.0], 5.0)).names == ["p[0]", "p[1]"]


# What is refused


def said(function, *arguments):
    with pytest.raises((TypeError, ValueError)) as error:
        function(*arguments)
    return str(error.value)


REAL = "; expected a real number. "
TEXT = REAL + 'Turn text into numbers first; two classes become 0 and 1: [float(v == "yes") for v in labels].'
MISSING = REAL + "A value is missing there: drop that example, or fill the gap."
CELLS = (
    REAL + "Each cell holds several numbers: make a matrix of them, one example per column, numpy.array([*cells]).T."
)
COMPLEX = REAL + "Take .real or abs() first."
GAPS = "Drop these examples, or fill the gaps"
ORDER = "; expected numbers in an order: a list."
ONCE = "; expected a sequence. Give a list of it: list(...)."
SPARSE = "; expected all its entries. Give y.toarray()."
FIRST = " (str), in example 0" + TEXT
REFUSED = [
    (np.ma.array(Y, mask=[0, 1, 1]), f"y[1] is masked, in example 1, of 2 masked in all. {GAPS}: y.filled(...)."),
    (np.ma.masked_invalid([1.0, 0.0, np.nan]), f"y[2] is masked, in example 2, of 1 masked in all. {GAPS}: y.fill"),
    (np.ma.array([Y], mask=[[0, 0, 1]]), f"y[0][2] is masked, in example 2, of 1 masked in all. {GAPS}: y.filled"),
    (pd.Series([[1, 10], [2, 20], [3, 30]]), "y[0] is [1, 10] (list), in example 0" + CELLS),
    (pd.Series([1.0, (2, 20), 3.0]), "y[1] is (2, 20) (tuple), in example 1" + CELLS),
    (np.array([1.0, np.ones(2), 0.0], object), "y[1] is array([1., 1.]) (ndarray), in example 1" + CELLS),
    (np.array([[1.0, 0.0], [1.0]], object), "y[0] is [1.0, 0.0] (list), in example 0" + CELLS),
    (scipy.sparse.csr_array([Y]), "y is sparse (csr_array)" + SPARSE),
    (scipy.sparse.coo_matrix([Y]), "y is sparse (coo_matrix)" + SPARSE),
    (["M", "B", "M"], "y[0] is 'M'" + FIRST),
    (np.array(["M", "B", "M"]), "y[0] is 'M'" + FIRST),
    (np.array([["M", "B", "M"]]), "y[0][0] is 'M'" + FIRST),
    (pd.Series(["M", "B", "M"]), "y[0] is 'M'" + FIRST),
    (pl.Series(["M", "B", "M"]), "y[0] is 'M'" + FIRST),
    (pd.Categorical(["M", "B", "M"]), "y[0] is 'M'" + FIRST),
    (array.array("u", "MBM"), "y[0] is 'M'" + FIRST),
    ([b"M", 0, 1], "y[0] is b'M' (bytes), in example 0" + TEXT),
    ("MBM", "y is 'MBM' (str)" + TEXT),
    (None, "y is None (NoneType)" + MISSING),
    ([1.0, None, 0.0], "y[1] is None (NoneType), in example 1" + MISSING),
    (np.array([1.0, None, 0.0]), "y[1] is None (NoneType), in example 1" + MISSING),
    (pd.array([1, pd.NA, 0], dtype="object"), "y[1] is <NA> (NAType), in example 1" + MISSING),
    ([pd.NaT, 1.0, 0.0], "y[0] is NaT (NaTType), in example 0" + MISSING),
    (pl.Series([1, None, 0]), f"y (Series) has missing entries (1 in all). {GAPS}."),
    (pl.DataFrame({"a": [1.0], "b": [None], "c": [None]}), f"y (DataFrame) has missing entries (2 in all). {GAPS}."),
    ([1.0, 1j, 0.0], "y[1] is 1j (complex), in example 1" + COMPLEX),
    (np.array([1.0, 1j, 0.0]), "y[0] is (1+0j) (complex), in example 0" + COMPLEX),
    (np.array([1.0, 1j, 0.0], object), "y[1] is 1j (complex), in example 1" + COMPLEX),
    (np.zeros(3, [("a", float), ("b", int)]), "y[0] is (0.0, 0) (tuple), in example 0" + REAL + "Take its columns one"),
    (
        np.array(["2026-01-01"] * 3, "M8[D]"),
        "y[0] is '2026-01-01' (str), in example 0" + REAL + "Turn dates",
    ),
    (
        np.array([1, 2, 3], "m8[D]"),
        "y[0] is '1 days' (str), in example 0" + REAL + "Turn times",
    ),
    ({0: 1.0, 1: 0.0}, "y is {0: 1.0, 1: 0.0} (dict)" + ORDER),
    ({1.0}, "y is {1.0} (set)" + ORDER),
    (iter(Y), ONCE),
    (map(float, Y), ONCE),
    (object(), "(object)" + REAL + "A Value, a number or a container of numbers is what can be given."),
    ({"a": 1.0}.values(), "y is dict_values([1.0]) (dict_values)" + ONCE),
    ([np.timedelta64(1, "Y"), 0.0, 1.0], "y[0] is '1 years' (str), in example 0" + REAL + "Turn times into numbers"),
    (np.timedelta64(1, "D"), "y is '1 days' (str)" + REAL + "Turn times into numbers"),
    (np.array([1, 2, 3], "m8[ns]"), "y[0] is '1 nanoseconds' (str), in example 0" + REAL + "Turn times into numbers"),
    (collections.UserString("12"), "y is '12' (UserString)" + TEXT),
    ([1.0, object(), 0.0], "(object), in example 1" + REAL + "A Value, a number"),
    (np.array([], "U1"), "y is empty, of the dtype <U1; expected real numbers."),
    ([[1.0, 0.0], [1.0]], "is not a rectangle: the rows differ in length: row 0 has shape (2,), row 1 has shape (1,)."),
]


@pytest.mark.parametrize("labels, message", REFUSED, ids=lambda x: x if isinstance(x, str) else type(x).__name__)
def test_what_would_lose_content_or_is_not_numbers_is_refused(labels, message):
    for backend in BACKENDS:
        assert message in said(value_and_grad(loss, backend=backend), W, B, X, labels)
    message = re.sub(r"^y|(?<=Give )y|(?<=gaps: )y", "Y", message)
    for function in (logistic.closed_form, logistic.three_way_check, logistic.ManyExamples):
        assert message in said(function, W, B, X, labels)


@pytest.mark.parametrize("labels, message", REFUSED[:-1], ids=lambda x: x if isinstance(x, str) else type(x).__name__)
def test_gradient_and_its_check_refuse_the_same(labels, message):
    if isinstance(labels, (str, collections.UserString)):
        message = "An option that is not a number is settled beforehand: lambda w, x: fun(w, x, option)."
    for function in (gradient, check_gradient, hessian):
        assert re.sub(r", in example \d", "", message) in said(function, lambda y: dot(y, y), labels)


def test_an_array_that_its_library_will_not_give_is_named():
    class OnAnotherDevice:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("can't convert a tensor that requires grad.")

    for function in (value_and_grad(loss), logistic.closed_form):
        assert said(function, W, B, OnAnotherDevice(), Y).lower() == (
            "x (onanotherdevice) cannot be read as an array: can't convert a tensor that requires grad. "
            "give its numbers as a numpy array."
        )


def test_an_argument_that_no_name_is_known_for_has_its_place():
    assert said(gradient, dict.__getitem__, {}, 1.0).startswith("argument[0] is {} (dict)")
    assert said(gradient, max, [1.0], "a").startswith("argument[1] is 'a' (str)")
    assert said(gradient, lambda *rest: rest[0], [1.0], "a").startswith("rest[1] is 'a' (str)")


def test_a_signalling_nan_is_named():
    for backend in BACKENDS:
        with pytest.raises(ValueError, match=r"y holds Decimal\('sNaN'\): cannot convert signaling NaN to float\."):
            value_and_grad(loss, backend=backend)(W, B, X, [1.0, Decimal("sNaN"), 0.0])


def test_a_node_is_not_data_of_a_compiled_loss():
    for backend in BACKENDS:
        with pytest.raises(TypeError, match=r"b holds a node, Value\(0\.5.*; a compiled loss takes plain numbers"):
            value_and_grad(loss, backend=backend)(W, Value(0.5), X, Y)


def test_numbers_pass_the_door_as_they_are():
    for x in (
        0.5,
        3,
        np.float32(0.5),
        Fraction(1, 3),
        Decimal("0.1"),
        Value(1.0),
        True,
        [0.5, 1],
        np.ones(3),
        (1, 2.0),
    ):
        assert as_numbers("x", x) is x
