"""Fitting block by block, and a step at a time: the same solution as with all examples at once."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from micrograd_lr import LogisticRegression

RNG = np.random.default_rng(5)
M, N = 300, 4
X = RNG.normal(size=(M, N))
Y = (X @ [1.0, -2.0, 0.5, 0.0] + RNG.logistic(size=M) > 0.3).astype(int)
WEIGHTS = RNG.exponential(size=M)
CUTS = (0, 40, 41, 200, M)  # blocks of different sizes


def load(start, stop, weighted):
    """A block, as a worker would load it from a file."""
    rows = slice(start, stop)
    return (X[rows], Y[rows], WEIGHTS[rows]) if weighted else (X[rows], Y[rows])


def blocks(weighted=False, lazy=False):
    parts = [partial(load, start, stop, weighted) for start, stop in pairwise(CUTS)]
    return parts if lazy else [part() for part in parts]


def assert_same(model, other):
    assert np.allclose(model.coef_, other.coef_, rtol=1e-9, atol=1e-12)
    assert np.allclose(model.intercept_, other.intercept_, rtol=1e-9, atol=1e-12)
    assert list(model.classes_) == list(other.classes_)


@pytest.mark.parametrize("solver", ["newton", "lbfgs"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("class_weight", [None, "balanced", {0: 2.0, 1: 1.0}], ids=str)
def test_blocks_give_what_all_examples_at_once_give(solver, weighted, class_weight):
    model = LogisticRegression(solver=solver, tol=1e-7, class_weight=class_weight)
    whole = LogisticRegression(solver=solver, tol=1e-7, class_weight=class_weight)
    whole.fit(X, Y, WEIGHTS if weighted else None)
    for lazy in (False, True):
        assert_same(model.fit_blocks(blocks(weighted, lazy)), whole)
    assert model.n_features_in_ == N
    assert np.allclose(model.predict_proba(X), whole.predict_proba(X), rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("executor", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_the_workers_of_an_executor_sum_the_blocks(executor):
    with executor(2) as pool:
        model = LogisticRegression(solver="newton").fit_blocks(blocks(lazy=True), executor=pool)
    assert_same(model, LogisticRegression(solver="newton").fit(X, Y))


def test_without_a_penalty_separable_blocks_are_told():
    with pytest.warns(ConvergenceWarning, match="The classes are separable"):
        LogisticRegression(np.inf).fit_blocks([([[-1.0], [-2.0]], [0, 0]), ([[1.0], [2.0]], [1, 1])])


@pytest.mark.parametrize(("given", "message"), [
    (lambda: iter(blocks()),
     "the blocks are of the type list_iterator, which can be gone through once; a fit goes through them once per "
     "iteration. Give a list, or a list of functions that each load a block."),
    (list, "the blocks have no example, for there are none; expected at least one block, and the same features "
     "in each."),
    (lambda: [(X[:5], Y[:5]), (X[:5, :3], Y[:5])],
     "the blocks have 3 and 4 features; expected at least one block, and the same features in each."),
    (lambda: [X[:5]], "a block is of the type ndarray; expected (X, y) or (X, y, sample_weight), with one example per "
     "row, or a function that returns one of them."),
    (lambda: [(X[:5], Y[:4])], "in a block X is (5, 4), y is (4,); expected (m, n), (m,), (m,): one example per row."),
    (lambda: [(X[:2], Y[:2], [1.0, -1.0])], "sample_weight[1] is -1.0; a weight is at least 0."),
    (lambda: [(X[:5], np.ones(5))],
     "y holds only one class, 1.0; a classifier needs examples of at least two classes."),
])  # fmt: skip
def test_blocks_that_cannot_be_fitted_are_refused(given, message):
    with pytest.raises(ValueError) as error:
        LogisticRegression().fit_blocks(given())
    assert str(error.value) == message


def test_all_classes_can_be_named_before():
    model = LogisticRegression().fit_blocks(blocks(), classes=[0, 1])
    assert_same(model, LogisticRegression().fit(X, Y))
    with pytest.raises(ValueError, match=r"the label 1 is none of the classes 0, 2\."):
        LogisticRegression().fit_blocks(blocks(), classes=[0, 2])


# A step at a time


def test_partial_fit_is_a_step_of_gradient_descent():
    """The same as `fit` with one iteration from the same place."""
    model = LogisticRegression(np.inf, learning_rate=0.5).partial_fit(X, Y, classes=[0, 1])
    with pytest.warns(ConvergenceWarning):
        whole = LogisticRegression(np.inf, solver="gd", learning_rate=0.5, max_iter=1).fit(X, Y)
    assert_same(model, whole)
    for _ in range(2):
        model.partial_fit(X[:100], Y[:100])
    assert model.n_iter_[0] == 3
    assert model.loss_curve_[0] == pytest.approx(np.log(2))


def test_partial_fit_comes_near_the_solution():
    model = LogisticRegression(solver="gd")
    for _ in range(20):
        for part in blocks():
            model.partial_fit(*part[:2], classes=[0, 1])
    assert np.max(np.abs(model.coef_ - LogisticRegression().fit(X, Y).coef_)) < 0.2
    assert abs(model.score(X, Y) - LogisticRegression().fit(X, Y).score(X, Y)) < 0.02


def test_partial_fit_goes_on_where_fit_has_ended():
    model = LogisticRegression(tol=1e-8, solver="newton").fit(X, Y)
    before, steps = model.coef_, model.n_iter_[0]
    model.partial_fit(X, Y)
    assert np.allclose(model.coef_, before, atol=1e-2)
    assert model.n_iter_[0] == steps + 1


def test_partial_fit_needs_the_classes_and_keeps_to_them():
    with pytest.raises(ValueError, match="the first call of partial_fit needs classes=, all labels that"):
        LogisticRegression().partial_fit(X, Y)
    model = LogisticRegression().partial_fit(X, Y, classes=[0, 1])
    with pytest.raises(ValueError, match=r"the label 6 is none of the classes 0, 1\."):
        model.partial_fit(X, Y + 6)
    with pytest.raises(ValueError, match="X has 3 features, but LogisticRegression is expecting 4 features"):
        model.partial_fit(X[:, :3], Y)
