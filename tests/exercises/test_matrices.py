"""Formulas of matrices, beside NumPy's."""

import numpy as np
import pytest

from micrograd_lr.exercises.matrices import Matrices, printed
from micrograd_lr.formulas.expression import Expression

A, B, R, S = np.array([[1, 2, 3], [4, 5, -6]]), np.array([[2.0, -1], [0, 0.5]]), np.array([[7, -8]]), 3.0
TEXTS = {"A": "1, 2, 3; 4, 5, -6", "B": "2, -1; 0, s/6", "R": "4 + s, -8"}
FORMULAS = {
    "B A": lambda: B @ A, "R A": lambda: R @ A, "Aᵀ B": lambda: A.T @ B, "A^T*R^T": lambda: A.T @ R.T,
    "-(B - B*B)": lambda: -(B - B @ B), "2 A + 1": lambda: 2 * A + 1, "1 - A/2": lambda: 1 - A / 2,
    "A*2 + A": lambda: 3 * A, "s A": lambda: S * A, "A/s": lambda: A / S, "(R Rᵀ) A": lambda: (R @ R.T) * A,
    "A - s": lambda: A - S,
}  # fmt: skip
MISFITS = {
    "A B": "(2, 3) times (2, 2) does not fit",
    "A + B": "(2, 3) plus (2, 2) does not fit",
    "R - A": "(1, 2) minus (2, 3) does not fit",
    "A/B": "(2, 3) by (2, 2) does not fit",
    "s^2": "the only power of a matrix that is read is ᵀ, as in Xᵀ",
    "log(s)": "of matrices there are + − · / and ᵀ, and no functions",
    "Q": "there is no Q. There are: s, L, A, B, R",
    "∂L/∂A": "∂L/∂A: 1 is not a name of the expression",
}


@pytest.fixture
def matrices():
    return Matrices(Expression("L = 2*s")(s=S), TEXTS)


@pytest.mark.parametrize("formula", FORMULAS)
def test_they_give_what_numpy_gives(formula, matrices):
    found, right = matrices.of(formula), FORMULAS[formula]()
    assert found.shape == right.shape
    assert np.array_equal(found.rows, right)


@pytest.mark.parametrize("formula", MISFITS)
def test_what_does_not_fit_is_told(formula, matrices):
    with pytest.raises(ValueError) as error:
        matrices.of(formula)
    assert str(error.value) == MISFITS[formula]


def test_a_number_is_a_matrix_of_one(matrices):
    assert [matrices.of(x).rows for x in ("3", "s", "∂L/∂s")] == [((3,),), ((3,),), ((2,),)]


def test_they_are_printed_as_on_the_board():
    assert [*map(printed, ["(A - Y)*X^T", "X*(A - Y)^T", "w x + b", "4*a"])] == [
        "(A − Y)·Xᵀ", "X(A − Y)ᵀ", "w x + b", "4·a",
    ]  # fmt: skip
