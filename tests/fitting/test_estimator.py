"""`LogisticRegression` beside scikit-learn's: the same coefficients, the same conventions, and errors of its own."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression as Theirs
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale

from micrograd_lr import LogisticRegression
from micrograd_lr.fitting.estimator import SOLVERS

RNG = np.random.default_rng(3)
FEW = 6  # features, not much alike, with which the iterations are quick and few
X, Y = load_breast_cancer(return_X_y=True)
X = scale(X)[:, [0, 1, 4, 8, 9, 11]]
TOLERANCES = {"gd": 1e-9, "lbfgs": 1e-8, "newton": 1e-10}
WEIGHTS = RNG.exponential(size=len(Y))


def theirs(X, y, sample_weight=None, **options):
    """The solution by scikit-learn's Newton steps, to the last digits."""
    return Theirs(solver="newton-cholesky", tol=1e-13, max_iter=1000, **options).fit(X, y, sample_weight)


def ours(X, y, sample_weight=None, solver="newton", **options):
    model = LogisticRegression(solver=solver, tol=TOLERANCES[solver], max_iter=20_000, **options)
    return model.fit(X, y, sample_weight)


def difference(a, b):
    return max(np.max(np.abs(a.coef_ - b.coef_)), np.max(np.abs(a.intercept_ - b.intercept_)))


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
@pytest.mark.parametrize("options", [
    {"C": 1.0}, {"C": 0.01}, {"C": np.inf}, {"C": 10.0, "fit_intercept": False}, {"class_weight": "balanced"},
    {"class_weight": {0: 2.0, 1: 0.5}},
], ids=str)  # fmt: skip
def test_the_coefficients_are_scikit_learns(solver, weights, options):
    found, wanted = ours(X, Y, weights, solver, **options), theirs(X, Y, weights, **options)
    assert difference(found, wanted) < 1e-6
    assert found.coef_.shape == wanted.coef_.shape
    assert found.intercept_.shape == wanted.intercept_.shape


def test_a_wrong_penalty_is_seen():
    assert difference(ours(X, Y, C=1.0), theirs(X, Y, C=1.001)) > 1e-5


def test_what_it_predicts_is_what_scikit_learn_predicts():
    labels = np.where(Y == 1, "good", "bad")
    found, wanted = ours(X, labels), theirs(X, labels)
    assert list(found.classes_) == list(wanted.classes_) == ["bad", "good"]
    assert list(found.predict(X)) == list(wanted.predict(X))
    assert found.score(X, labels) == wanted.score(X, labels)
    for name in ("decision_function", "predict_proba", "predict_log_proba"):
        assert np.allclose(getattr(found, name)(X), getattr(wanted, name)(X), rtol=1e-7, atol=1e-9)


def test_log_probabilities_stay_finite():
    model = ours(X, Y)
    model.coef_ = model.coef_ * 1e4
    with np.errstate(divide="ignore"):
        assert np.isinf(np.log(model.predict_proba(X))).any()
    assert np.isfinite(model.predict_log_proba(X)).all()


def test_it_works_where_estimators_work():
    table = pd.DataFrame(X, columns=[f"feature {j}" for j in range(FEW)])
    model = ours(table, Y)
    assert list(model.feature_names_in_) == list(table.columns)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(table[table.columns[::-1]])
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [0.1, 1.0]})
    assert search.fit(table, Y).best_score_ > 0.9
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict_proba(table), model.predict_proba(table))
    assert clone(model).get_params() == model.get_params()


def test_the_curves_begin_at_the_start_and_end_at_the_solution():
    model = ours(X, Y, C=np.inf)
    assert model.loss_curve_[0] == pytest.approx(np.log(2), rel=1e-15)
    assert len(model.loss_curve_) == len(model.gradient_curve_) == model.n_iter_[0] + 1
    assert model.loss_curve_ == sorted(model.loss_curve_, reverse=True)
    assert model.gradient_curve_[-1] <= TOLERANCES["newton"]


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_warm_start_begins_at_the_last_solution(solver):
    model = LogisticRegression(solver=solver, warm_start=True, max_iter=2000, tol=1e-6).fit(X, Y)
    assert model.n_iter_[0] > 1
    assert model.fit(X, Y).n_iter_[0] == 0
    assert model.set_params(warm_start=False).fit(X, Y).n_iter_[0] > 1


def test_gradient_descent_with_the_rate_of_the_lesson():
    """w ← w - rate · ∂J/∂w, written out with the closed form."""
    rate, w, b = 0.5, np.zeros(FEW), 0.0
    with pytest.warns(ConvergenceWarning, match="gd stopped after 3 iterations"):
        model = LogisticRegression(np.inf, solver="gd", learning_rate=rate, max_iter=3).fit(X, Y)
    for _ in range(3):
        errors = 1 / (1 + np.exp(-(X @ w + b))) - Y  # A - Y
        w, b = w - rate * errors @ X / len(Y), b - rate * errors.mean()
    assert np.allclose(model.coef_[0], w, rtol=1e-13, atol=1e-15)
    assert model.intercept_[0] == pytest.approx(b, rel=1e-13)


@pytest.mark.parametrize("solver", SOLVERS)
def test_separable_classes_without_a_penalty_are_told(solver):
    points, labels = np.array([[-2.0], [-1.0], [1.0], [2.0]]), [0, 0, 1, 1]
    with pytest.warns(ConvergenceWarning) as caught:
        LogisticRegression(np.inf, solver=solver).fit(points, labels)
    (warning,) = caught
    assert str(warning.message) == (
        "The classes are separable: these weights tell all examples apart, and larger ones would do so with a smaller "
        "loss. So there is no minimum: the weights grow without end, and those found depend on when the solver "
        "stopped. Give C a finite value: with C=1 there is a single best solution."
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LogisticRegression(solver=solver).fit(points, labels)
        LogisticRegression(np.inf, solver=solver).fit([*points, [1.5]], [*labels, 0])


def test_a_solver_that_stops_early_says_so():
    with pytest.warns(ConvergenceWarning, match=(
        r"lbfgs stopped after 2 iterations with a gradient of \S+; wanted: tol=0\.0001\. Standardise the features "
        r"\(StandardScaler\), or give max_iter a larger value, or use solver='newton'\."
    )):  # fmt: skip
        LogisticRegression(max_iter=2).fit(X, Y)


def test_rounding_ends_the_search_and_is_told():
    with pytest.warns(ConvergenceWarning, match="rounding hides the rest of the way"):
        LogisticRegression(solver="newton", tol=1e-300, max_iter=10_000).fit(X, Y)


@pytest.mark.parametrize(("options", "message"), [
    ({"solver": "adam"}, "solver='adam' is unknown. Choose one of gd, lbfgs, newton."),
    ({"C": 0}, "C=0: expected a number larger than 0."),
    ({"C": "1"}, "C='1': expected a number larger than 0."),
    ({"C": float("nan")}, "C=nan: expected a number larger than 0."),
    ({"tol": -1.0}, "tol=-1.0: expected a number larger than 0."),
    ({"learning_rate": 0.0}, "learning_rate=0.0: expected a number larger than 0."),
    ({"max_iter": 1.5}, "max_iter=1.5: expected a whole number of at least 0."),
    ({"max_iter": -1}, "max_iter=-1: expected a whole number of at least 0."),
], ids=str)  # fmt: skip
def test_wrong_parameters_are_refused(options, message):
    with pytest.raises(ValueError) as error:
        LogisticRegression(**options).fit(X, Y)
    assert str(error.value) == message


@pytest.mark.parametrize(("fit", "message"), [
    (lambda model: model.fit(X, np.zeros(len(Y))),
     "y holds only one class, 0.0; a classifier needs examples of at least two classes."),
    (lambda model: model.fit(X, Y, np.zeros(len(Y))),
     "Sample weights must contain at least one non-zero number."),
    (lambda model: model.fit(X, Y, np.where(np.arange(len(Y)) == 7, -2.0, 1.0)),
     "sample_weight[7] is -2.0; a weight is at least 0."),
], ids=["one class", "no weight", "negative weight"])  # fmt: skip
def test_data_that_cannot_be_fitted_are_refused(fit, message):
    with pytest.raises(ValueError) as error:
        fit(LogisticRegression())
    assert str(error.value) == message


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_either_order_and_precision(order, dtype):
    wanted = theirs(X.astype(dtype).astype(float), Y)
    assert difference(ours(np.asarray(X, dtype=dtype, order=order), Y), wanted) < 1e-6


def test_a_step_that_leaves_the_range_of_floats_is_too_long():
    model = LogisticRegression(solver="gd", tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X * 1e154, Y)
    assert np.isfinite(model.coef_).all()
