"""scikit-learn's own checks, and the same coefficients as scikit-learn's over a grid of the data that it brings."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression as Theirs
from sklearn.preprocessing import scale
from sklearn.utils.estimator_checks import check_estimator

from micrograd_lr import LogisticRegression
from micrograd_lr.fitting.estimator import SOLVERS

RNG = np.random.default_rng(8)


def data(load, classes=None):
    """The data, standardised, or only the first of their classes."""
    X, y = load(return_X_y=True)
    keep = np.isin(y, range(classes or 100))
    X = X[keep][:, X[keep].std(0) > 0]
    return scale(X), y[keep]


DATA = {
    "breast cancer": data(load_breast_cancer), "iris": data(load_iris), "wine": data(load_wine),
    "three digits": data(load_digits, 3),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("solver", SOLVERS)
def test_scikit_learns_own_checks(solver):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of data that are not standardised, and of skipped checks
        results = check_estimator(LogisticRegression(solver=solver), on_fail="raise")
    skipped = {result["check_name"] for result in results if result["status"] != "passed"}
    assert skipped <= {"check_array_api_input"}  # which needs a setting of SciPy's
    assert len(results) > 50


@pytest.mark.slow
@pytest.mark.parametrize("class_weight", [None, "balanced"], ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("name", DATA)
def test_the_coefficients_are_scikit_learns_over_a_grid(name, C, weighted, class_weight):
    X, y = DATA[name]
    weights = RNG.exponential(size=len(y)) if weighted else None
    options = {"C": C, "class_weight": class_weight}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # near the last digits their line search complains
        wanted = Theirs(solver="newton-cholesky", tol=1e-12, max_iter=1000, **options).fit(X, y, weights)
    found = LogisticRegression(solver="newton", tol=1e-11, **options).fit(X, y, weights)
    assert np.max(np.abs(found.coef_ - wanted.coef_)) < 1e-6
    assert np.max(np.abs(found.intercept_ - wanted.intercept_)) < 1e-6
    assert np.allclose(found.predict_proba(X), wanted.predict_proba(X), rtol=1e-6, atol=1e-9)


@pytest.mark.slow
def test_ten_digits_by_lbfgs():
    X, y = data(load_digits)
    wanted = Theirs(C=0.01, tol=1e-10, max_iter=10_000).fit(X, y)
    found = LogisticRegression(C=0.01, tol=1e-9, max_iter=10_000).fit(X, y)
    assert np.max(np.abs(found.coef_ - wanted.coef_)) < 1e-6
