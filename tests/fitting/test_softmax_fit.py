"""More than two classes: one softmax, with the coefficients that scikit-learn finds."""

import warnings
from functools import partial

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression as Theirs
from sklearn.preprocessing import scale

from micrograd_lr import LogisticRegression
from micrograd_lr.fitting import examples
from micrograd_lr.fitting.data import in_arrays
from micrograd_lr.fitting.loss import ByClass, softmax_loss, weighted_softmax_loss
from micrograd_lr.fitting.objective import Objective
from micrograd_lr.fitting.solvers import solved

RNG = np.random.default_rng(10)
X, Y = load_iris(return_X_y=True)
X, NAMES = scale(X)[::2], np.array(["setosa", "versicolor", "virginica"])[Y[::2]]
X = X + RNG.normal(size=X.shape) / 2  # so that no class is told apart without a mistake
WEIGHTS = RNG.exponential(size=len(X))


def theirs(sample_weight=None, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Theirs(solver="newton-cholesky", tol=1e-12, max_iter=1000, **options).fit(X, NAMES, sample_weight)


@pytest.mark.parametrize(("solver", "tol"), [("newton", 1e-10), ("lbfgs", 1e-8), ("gd", 1e-8)])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
@pytest.mark.parametrize("options", [{}, {"fit_intercept": False}, {"class_weight": "balanced"}], ids=str)
def test_the_coefficients_are_scikit_learns(solver, tol, weights, options):
    found = LogisticRegression(solver=solver, tol=tol, max_iter=20_000, **options).fit(X, NAMES, weights)
    wanted = theirs(weights, **options)
    assert found.coef_.shape == (3, 4)
    assert np.max(np.abs(found.coef_ - wanted.coef_)) < 1e-6
    assert np.max(np.abs(found.intercept_ - wanted.intercept_)) < 1e-6
    assert list(found.predict(X)) == list(wanted.predict(X))
    for name in ("decision_function", "predict_proba", "predict_log_proba"):
        assert np.allclose(getattr(found, name)(X), getattr(wanted, name)(X), rtol=1e-5, atol=1e-6)


def test_without_a_penalty_newton_finds_the_solution_whose_weights_add_up_to_0():
    model = LogisticRegression(np.inf, solver="newton", tol=1e-10).fit(X, NAMES)
    assert np.allclose(model.coef_.sum(0), 0, atol=1e-9)
    assert model.intercept_.sum() == pytest.approx(0, abs=1e-9)
    p = model.predict_proba(X)
    errors = p - (NAMES[:, None] == model.classes_)  # P - Y
    assert np.max(np.abs(errors.T @ X)) / len(X) < 1e-9


def test_the_hessian_is_the_closed_form():
    """Each block by two classes is X diag(p(δ - q)) Xᵀ."""
    given, _ = in_arrays(X, NAMES, None, None)
    objective, p = Objective(given, 1.0, True), RNG.normal(size=15) / 3
    H = objective.hessian(p) * len(X)
    w, b = objective.parameters(p)
    z = X @ w.T + b
    shares = np.exp(z - z.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    for r in range(3):
        for s in range(3):
            s_of = shares[:, r] * ((r == s) - shares[:, s])
            block = (X.T * s_of) @ X + (r == s) * np.eye(4)
            assert np.allclose(H[4 * r : 4 * r + 4, 4 * s : 4 * s + 4], block, rtol=1e-12, atol=1e-12)
            assert np.allclose(H[4 * r : 4 * r + 4, 12 + s], X.T @ s_of, rtol=1e-11, atol=1e-12)
            assert H[12 + r, 12 + s] == pytest.approx(s_of.sum(), rel=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_blocks_give_what_all_examples_at_once_give(weighted):
    def block(start, stop):
        rows = slice(start, stop)
        return (X[rows], NAMES[rows], WEIGHTS[rows]) if weighted else (X[rows], NAMES[rows])

    model = LogisticRegression(solver="newton", tol=1e-9).fit_blocks([partial(block, 0, 30), partial(block, 30, 75)])
    whole = LogisticRegression(solver="newton", tol=1e-9).fit(X, NAMES, WEIGHTS if weighted else None)
    assert np.allclose(model.coef_, whole.coef_, rtol=1e-8, atol=1e-10)


def test_separable_classes_are_told():
    with pytest.warns(ConvergenceWarning, match="The classes are separable"):
        LogisticRegression(np.inf).fit([[-5.0], [-4.0], [0.0], [1.0], [4.0], [5.0]], [0, 0, 1, 1, 2, 2])


def test_many_examples_are_compiled_to_machine_code(monkeypatch):
    few, _ = in_arrays(X, NAMES, None, None)
    assert few.backend("value_and_grad") == few.backend("hessian") == "numpy"
    monkeypatch.setattr(examples, "EARNED_BACK", X.size)
    assert few.backend("value_and_grad") is None
    assert few.backend("hessian") == "numpy"
    two, _ = in_arrays(X, Y[::2] > 0, None, None)
    assert two.backend("hessian") is None


def test_a_loss_class_by_class_is_compiled_once():
    assert ByClass(softmax_loss, 3) == ByClass(softmax_loss, 3)
    assert ByClass(softmax_loss, 3) != ByClass(softmax_loss, 4) != ByClass(weighted_softmax_loss, 4)
    assert hash(ByClass(softmax_loss, 3)) == hash(ByClass(softmax_loss, 3))
    assert [*ByClass(softmax_loss, 2).__signature__.parameters] == ["w0", "w1", "b0", "b1", "x", "y0", "y1"]


def test_a_system_without_an_inverse_gets_its_shortest_solution():
    H, gradient = np.array([[2.0, 2.0], [2.0, 2.0]]), np.array([1.0, 1.0])
    assert np.allclose(solved(H, gradient), [0.25, 0.25])
    assert np.allclose(solved(-H, -gradient), [0.25, 0.25])
    assert np.allclose(solved(H + np.diag([0.0, 1e-17]), gradient), [0.25, 0.25])


def test_no_iteration_at_all():
    for solver in ("lbfgs", "newton", "gd"):
        with pytest.warns(ConvergenceWarning, match="stopped after 0 iterations"):
            model = LogisticRegression(solver=solver, max_iter=0).fit(X, NAMES)
        assert not model.coef_.any()
        assert len(model.loss_curve_) == 1
