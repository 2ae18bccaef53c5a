"""What is a row and what a column is said at the first move; and where a factor comes from is one click away."""

import numpy as np
import pytest
from stepped import slides

from micrograd_lr import Expression, StepThrough, Value, logistic, steps
from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.stepping.shapes import dimensions

X, Y = [[1.0, -2.0, 0.5], [0.3, 0.4, -1.0]], [1.0, 0.0, 1.0]


def many(n=2, **options):
    rows = [[Value(x) for x in row] for row in X[:n]]
    return logistic.ManyExamples([0.5, 0.25][:n], -0.25, rows, [Value(y) for y in Y], **options).J


NUMBER = "x is a single number here, and xᵀ is x."
ROW, COLUMN = "w is a row of 2, (1, n)", "Example i is the column x⁽ⁱ⁾ of X, (n, m) = "
NO_DATA = "z=w*2+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"

UNLIKE = (  # two examples whose labels have no letter in common
    "z1=w*x1+b; a1=sigmoid(z1); z2=w*x2+b; a2=sigmoid(z2); L=-(s*log(a1)+(1-s)*log(1-a1))-(t*log(a2)+(1-t)*log(1-a2))"
)


@pytest.mark.parametrize(
    "root, said",
    [
        (slides(), NUMBER),
        (logistic.OneExample([0.5], 0.1, [1.0], 1.0).L, NUMBER),
        (logistic.OneExample([0.5, 0.25], 0.1, [1.0, 2.0], 1.0).L, f"{ROW}, and x a column of 2, (n, 1)."),
        (many(loss=literal_loss), f"{ROW}. {COLUMN}(2, 3). A and Y are rows, (1, m), 𝟏 a column of ones."),
        (many(), f"{ROW}. {COLUMN}(2, 3). σ(Z) and Y are rows, (1, m), 𝟏 a column of ones."),
        (many(1, loss=literal_loss), f"{COLUMN}(1, 3). A and Y are rows, (1, m), 𝟏 a column of ones."),
        (Expression("tanh(w*x)")(w=1.0, x=2.0), ""),
        (Expression(UNLIKE)(w=1.0, b=0.5, x1=1.0, x2=2.0, s=1.0, t=0.0), ""),
        (Expression(NO_DATA)(w=1.0, b=0.5, y=1.0), ""),
    ],
)
def test_what_is_a_row_and_what_a_column(root, said):
    assert dimensions(steps(root).closed_lines) == said


def test_the_shapes_are_those_that_numpy_multiplies():
    w, x, A, Y_ = np.ones((1, 2)), np.array(X), np.ones((1, 3)), np.array([Y])
    assert x.shape == (2, 3)
    assert (w @ x).shape == A.shape == (1, 3)
    assert ((A - Y_) @ x.T).shape == w.shape


def test_a_click_looks_inside_and_the_end_says_what_the_transpose_of_a_number_is(reader, tmp_path):
    page = reader(StepThrough(slides()).save(tmp_path / "slides.html"))
    assert page.text("#lines").endswith("changes with each parameter.")  # there is no xᵀ yet
    assert page.page.locator("#look").count() == 0
    assert page.page.evaluate("go(5)") is None
    assert page.settled().text("#look") == "Look inside L"
    page.click("#look")
    assert page.page.evaluate("view.title") == "inside L"
    assert page.text("#where .lead").startswith("Backward: ")
    for _ in range(3):  # at L, which is a single op there, and at what lies inside of it
        assert page.text("#look") == "Back to names"
        page.press("ArrowRight")
    assert page.click("#look").page.evaluate("[view.title, step]") == ["names", 5]
    assert page.press("End").text("#lines").endswith("x is a single number here, and xᵀ is x.")  # below (a − y)xᵀ
    page.page.evaluate("ask = 'number'; go(5)")
    assert page.settled().page.locator("#look").count() == 0
