"""The slides' two derivations: shapes, factors, closed forms, and the check that sees what the numeric one cannot."""

import math
from fractions import Fraction

import numpy as np
import pytest

from micrograd_lr import Value, logistic, logistic_loss, sigmoid
from micrograd_lr.logistic import (
    ManyExamples,
    OneExample,
    closed_form,
    formulas,
    literal_loss,
    superscript,
    three_way_check,
)
from micrograd_lr.pictures.graph import picture

RNG = np.random.default_rng(11)
N, M = 3, 8
X, Y = RNG.normal(size=(N, M)), RNG.integers(0, 2, M).astype(float)
W, B = RNG.normal(size=(1, N)), np.array([[0.2]])


def numpy_closed_form(w, b, X, Y):
    A = 1 / (1 + np.exp(-(w @ X + b)))
    return (A - Y) @ X.T, (A - Y) @ np.ones((X.shape[1], 1))


# --- One example ------------------------------------------------------------------------------------------------------


def test_one_example_forward_and_factors():
    one = OneExample([0.5, 0.25], -0.25, [2.0, 1.0], 1)
    z = 0.5 * 2 + 0.25 - 0.25
    a = 1 / (1 + math.exp(-z))
    assert (one.z.data, one.a.data) == (z, a)
    assert one.L.data == pytest.approx(-math.log(a), rel=1e-15)
    factors = one.factors()
    assert factors["∂L/∂a"] == pytest.approx(-1 / a, rel=1e-15)
    assert factors["∂a/∂z"] == a * (1 - a)
    assert (factors["∂z/∂w"], factors["∂z/∂b"]) == ([2.0, 1.0], 1.0)
    product = factors["∂L/∂a"] * factors["∂a/∂z"]
    assert [w.grad for w in one.w] == pytest.approx([product * 2, product * 1], rel=1e-15)
    assert one.b.grad == pytest.approx(a - 1, rel=1e-15)
    labels = [v.label for v in (*one.w, *one.x, one.b, one.y, one.z, one.a, one.L)]
    assert labels == ["w₁", "w₂", "x₁", "x₂", "b", "y", "z", "a", "L"]


def test_one_example_takes_the_slides_shapes_lists_arrays_and_nodes():
    flat = OneExample([0.5, 0.25], -0.25, [2.0, 1.0], 1)
    column = OneExample([[0.5, 0.25]], [[-0.25]], [[2.0], [1.0]], [[1]])
    arrays = OneExample(np.array([[0.5, 0.25]]), np.array([[-0.25]]), np.array([[2.0], [1.0]]), np.array([[1.0]]))
    w = Value(0.5, "mine")
    nodes = OneExample([w, 0.25], -0.25, (2.0, 1.0), 1)
    assert flat.L.data == column.L.data == arrays.L.data == nodes.L.data
    assert nodes.w[0] is w
    assert w.label == "mine"
    assert OneExample([Value(0.5), 0.25], -0.25, (2.0, 1.0), 1).w[0].label == "w₁"
    assert flat.dimensions()["x"] == (2, 1)
    assert flat.dimensions()["∂L/∂w"] == flat.dimensions()["w"] == (1, 2)
    assert OneExample([0.5], 0.0, [1.0], 0).w[0].label == "w"


def test_formulas_come_from_the_table():
    assert formulas() == {
        "z": "wx + b",
        "a": "σ(z)",
        "L": "-(y log(a) + (1 - y) log(1 - a))",
        "∂L/∂a": "-y/a + (1 - y)/(1 - a)",
        "∂a/∂z": "a(1 - a)",
        "∂z/∂w": "x",
        "∂z/∂b": "1",
    }
    indexed = formulas(("wₚ", "Xₚ⁽ⁱ⁾", "b", "y⁽ⁱ⁾", "z⁽ⁱ⁾", "a⁽ⁱ⁾"))
    assert (indexed["z"], indexed["∂z/∂w"]) == ("wₚ Xₚ⁽ⁱ⁾ + b", "Xₚ⁽ⁱ⁾")
    assert indexed["∂L/∂a"] == "-y⁽ⁱ⁾/a⁽ⁱ⁾ + (1 - y⁽ⁱ⁾)/(1 - a⁽ⁱ⁾)"


# --- Many examples ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [literal_loss, logistic_loss])
def test_many_examples_agree_with_numpy(loss):
    many = ManyExamples(W, B, X, Y, loss)
    dw, db = many.backward()
    true_dw, true_db = numpy_closed_form(W, B, X, Y)
    assert dw == pytest.approx(true_dw[0], rel=1e-13)
    assert db == pytest.approx(true_db[0, 0], rel=1e-13)
    A = 1 / (1 + np.exp(-(W @ X + B)))
    assert pytest.approx(A[0], rel=1e-15) == many.A
    assert many.J.data == pytest.approx(float(-np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))), rel=1e-14)
    assert (len(many.Z), len(many.losses), many.J.label) == (M, M, "J")


def test_the_data_of_many_examples_may_be_nodes_and_every_node_has_the_slides_index():
    mine = Value(1.0, "mine")
    data = [[Value(2.0), 0.0, mine], [Value(1.0), Value(-1.0), 3.0]]
    many = ManyExamples([0.5, 0.25], 0.1, data, [Value(1.0), 0, Value(0.0)], loss=literal_loss)
    assert many.X[0][2] is mine
    assert [[getattr(x, "label", x) for x in row] for row in many.X] == [
        ["X₁⁽¹⁾", 0.0, "mine"],
        ["X₂⁽¹⁾", "X₂⁽²⁾", 3.0],
    ]
    assert [getattr(y, "label", y) for y in many.Y] == ["y⁽¹⁾", 0.0, "y⁽³⁾"]
    assert [z.label for z in many.Z] == ["z⁽¹⁾", "z⁽²⁾", "z⁽³⁾"]
    assert [a.label for a in many.activations] == ["a⁽¹⁾", "a⁽²⁾", "a⁽³⁾"]
    assert [a.data for a in many.activations] == many.A
    assert [L.label for L in many.losses] == ["L⁽¹⁾", "L⁽²⁾", "L⁽³⁾"]
    many.backward()
    a = many.activations[0]
    assert a.grad == pytest.approx(-1 / a.data, rel=1e-15)
    assert data[0][0].grad == pytest.approx((a.data - 1) * 0.5, rel=1e-15)
    boxes = picture(many.J, opened="examples").boxes
    assert {box.label for box in boxes if box.kind == "data"} == {"X₁⁽¹⁾", "X₂⁽¹⁾", "X₂⁽²⁾", "y⁽¹⁾", "y⁽³⁾"}
    assert ManyExamples([0.5], 0.0, [[Value(1.0)] * 2], [0, 1]).X[0][0].label == "X⁽¹⁾"
    assert ManyExamples([0.5], 0.0, [[1.0]], [0]).activations == []
    assert superscript(12) == "⁽¹²⁾"


def test_the_dimensions_of_many_examples():
    dims = ManyExamples(W, B, X, Y).dimensions()
    assert dims == {"X": (3, 8), "w": (1, 3), "b": (1, 1), "Z": (1, 8), "A": (1, 8), "Y": (1, 8), "J": (1, 1)}


def test_each_closed_form_has_the_shape_of_its_variable():
    true_dw, true_db = numpy_closed_form(W, B, X, Y)
    dw, db = closed_form(W, B, X, Y)
    assert isinstance(dw, np.ndarray)
    assert (dw.shape, db.shape) == ((1, N), (1, 1))
    assert np.allclose(dw, true_dw, rtol=1e-14)
    assert np.allclose(db, true_db, rtol=1e-14)
    dw, db = closed_form(W[0].tolist(), 0.2, X.tolist(), Y.tolist())
    assert dw == pytest.approx(true_dw[0], rel=1e-14)
    assert type(db) is float
    dw, db = closed_form(W.tolist(), [[0.2]], X.tolist(), [Y.tolist()])
    assert (np.shape(dw), np.shape(db)) == ((1, N), (1, 1))
    one_dw, one_db = closed_form(W[0], 0.2, X[:, :1], Y[:1])
    a = sigmoid(float(W[0] @ X[:, 0] + 0.2))
    assert one_dw == pytest.approx((a - Y[0]) * X[:, 0], rel=1e-14)
    assert one_db == pytest.approx(a - Y[0], rel=1e-14)


def test_soft_labels():
    soft = [0.0, 0.25, 1.0, 0.5, 0.9, 0.1, 1 / 3, 0.75]
    for loss in (literal_loss, logistic_loss):
        assert three_way_check(W, B, X, soft, loss).agree


# --- The three-way check ----------------------------------------------------------------------------------------------


def test_the_three_way_check_is_green_for_the_right_loss():
    for loss in (
        literal_loss,
        logistic_loss,
        lambda z, y: -(y * z.sigmoid().log() + (1 - y) * (1 - z.sigmoid()).log()),
    ):
        report = three_way_check(W, B, X, Y, loss)
        assert report.agree
        assert report.verdict.startswith("✓ green: all agree with the reverse pass. numeric: ")
        assert report.differences["numeric"] <= 1e-13
        assert report.differences["closed form"] <= 1e-13
        assert report.names == ["∂J/∂w₁", "∂J/∂w₂", "∂J/∂w₃", "∂J/∂b"]


def test_a_planted_sigmoid_of_2z_passes_the_numeric_check_and_turns_the_three_way_check_red():
    report = three_way_check(W, B, X, Y, lambda z, y: literal_loss(2 * z, y))
    assert report.differences["numeric"] <= report.tolerances["numeric"]  # the wrong function, differentiated rightly
    assert report.differences["closed form"] > 0.1
    assert not report.agree
    assert report.verdict.startswith("✗ RED: they disagree, most at ∂J/∂")


def test_green_for_separable_data_and_loss_functions_with_floats_in_them():
    for w in (8.0, 20.0, 100.0):
        assert three_way_check([w], [0.0], [[1.0, -1.0]], [1, 0]).agree
    half = three_way_check(W, B, X, Y, lambda z, y: 0.5 * logistic_loss(z, y))
    assert half.differences["numeric"] <= 1e-13
    assert not half.agree


def test_the_names_of_a_report():
    assert three_way_check(W, B, X, Y, names=["p", "q", "r", "b"]).names == ["p", "q", "r", "b"]
    with pytest.raises(ValueError, match=r"names has 1 entries; expected n \+ 1 = 4: one per weight and one for b"):
        three_way_check(W, B, X, Y, names=["p"])


def test_a_label_outside_0_and_1_is_refused_in_every_number_type():
    with pytest.raises(ValueError, match=r"y is 2.0, but a label lies in \[0, 1\]"):
        logistic_loss(Value(1.0), 2)
    with pytest.raises(ValueError, match=r"Y\[0\] is Fraction\(2, 1\): a label lies in \[0, 1\]"):
        closed_form([1.0], 0.0, [[1.0]], [Fraction(2)])


def test_a_wrong_rule_turns_the_three_way_check_red(monkeypatch):
    from micrograd_lr import OPS

    monkeypatch.setattr(OPS["logistic_loss"], "partials", lambda out, z, y: (sigmoid(z) - y * (1 + 1e-8), -z))
    report = three_way_check(W, B, X, Y)
    assert not report.agree
    assert report.differences["numeric"] > 1e-9


# --- Shapes and data --------------------------------------------------------------------------------------------------

ONE = ([1.0, 2.0], 0.0, [1.0, 2.0], 1)


def changed(position, value):
    return [*ONE[:position], value, *ONE[position + 1 :]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (changed(2, [[1.0, 2.0]]), r"x is \(1, n\) = \(1, 2\); expected \(n, 1\): one column\. Transpose it\."),
        (
            changed(2, [[1.0], [2.0], [3.0]]),
            r"x is \(3, 1\); expected \(n, 1\): one column, with n = 2 rows, because w is \(1, 2\)",
        ),
        (
            changed(2, [[1.0, 2.0], [3.0, 4.0]]),
            r"x is \(2, 2\); expected \(n, 1\): one column\. For many examples: ManyExamples",
        ),
        (changed(2, 1.0), r"x is \(\); expected \(n, 1\): one column"),
        (changed(0, [[1.0], [2.0]]), r"w is \(2, 1\); expected \(1, n\): one row\. Transpose it\."),
        (changed(0, [[1.0, 2.0], [3.0, 4.0]]), r"w is \(2, 2\); expected \(1, n\): one row, or a flat list"),
        (changed(0, 1.0), r"w is \(\); expected \(1, n\): one row, or a flat list"),
        (changed(0, []), r"w is empty: \(0,\); expected \(1, n\)"),
        (changed(1, [1.0, 2.0]), r"b is \(2,\); expected \(1, 1\): one number"),
        (changed(3, [1, 0]), r"y is \(2,\); expected \(1, 1\): one number"),
        (changed(3, 2), r"y is 2\.0: a label lies in \[0, 1\]\. Map the two classes to 0 and 1\."),
        (
            changed(3, math.nan),
            r"y is nan \(the label\): every entry must be finite\. Drop that example, or fill the gap\.",
        ),
        (changed(2, [1.0, math.inf]), r"x\[1\] is inf \(feature 1\): every entry must be finite"),
    ],
)
def test_one_example_names_the_slides_shapes(arguments, message):
    with pytest.raises(ValueError, match=message):
        OneExample(*arguments)


def with_entry(array, where, value):
    array = array.copy()
    array[where] = value
    return array


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((W, B, X.T, Y), r"X is \(m, n\) = \(8, 3\); expected \(n, m\): one example per column\. Transpose it\."),
        (
            (W, B, X[:2], Y),
            r"X is \(2, 8\); expected \(n, m\): one example per column, with n = 3 rows, because w is \(1, 3\)",
        ),
        ((W, B, X[0], Y), r"X is \(8,\); expected \(n, m\): one example per column"),
        ((W, B, X, Y[:5]), r"Y is \(1, 5\), but X is \(n, m\) = \(3, 8\): one label per example \(column\)"),
        ((W, B, X, Y.reshape(-1, 1)), r"Y is \(8, 1\); expected \(1, m\): one row\. Transpose it\."),
        ((W, B, np.zeros((3, 0)), []), r"X is \(n, m\) = \(3, 0\): it holds no example"),
        ((W, B, [[], [], []], []), r"X is \(n, m\) = \(3, 0\): it holds no example"),
        ((W, B, X, with_entry(Y, 6, -1.0)), r"Y\[6\] is -1\.0: a label lies in \[0, 1\]"),
        ((W, B, X, with_entry(Y, 2, math.inf)), r"Y\[2\] is inf \(the label of example 2\)"),
        (
            (W, B, with_entry(X, (1, 4), math.nan), Y),
            r"X\[1\]\[4\] is nan \(feature 1 of example 4\): every entry must be finite",
        ),
        (
            (W, B, [[1.0, 2.0], [3.0]], Y),
            r"X is not a rectangle: the rows differ in length: row 0 has shape \(2,\), row 1 has",
        ),
    ],
)
def test_many_examples_name_the_slides_shapes(arguments, message):
    for function in (ManyExamples, closed_form, three_way_check):
        with pytest.raises(ValueError, match=message):
            function(*arguments)


def test_what_is_not_a_number_is_named():
    with pytest.raises(TypeError, match=r"y is 'malignant' \(str\); expected a real number\. Turn text into numbers"):
        OneExample([1.0], 0.0, [1.0], "malignant")


def test_the_module_is_part_of_the_package():
    import micrograd_lr

    assert micrograd_lr.logistic is logistic
