"""Fitting what Dask has: the same solution as in memory."""

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest

from micrograd_lr import LogisticRegression

RNG = np.random.default_rng(6)
M, N = 300, 4
X = RNG.normal(size=(M, N))
Y = (X @ [1.0, -2.0, 0.5, 0.0] + RNG.logistic(size=M) > 0.3).astype(int)
WEIGHTS = RNG.exponential(size=M)
NAMES = ["a", "b", "c", "d"]


def assert_same(model, other):
    assert np.allclose(model.coef_, other.coef_, rtol=1e-9, atol=1e-12)
    assert np.allclose(model.intercept_, other.intercept_, rtol=1e-9, atol=1e-12)
    assert list(model.classes_) == list(other.classes_)


def chunked(x, rows=70):
    return da.from_array(x, chunks=(rows, *x.shape[1:]))


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
@pytest.mark.parametrize("class_weight", [None, "balanced"], ids=str)
def test_arrays(weights, class_weight):
    model = LogisticRegression(solver="newton", class_weight=class_weight)
    whole = LogisticRegression(solver="newton", class_weight=class_weight).fit(X, Y, weights)
    assert_same(model.fit(chunked(X), chunked(Y), None if weights is None else chunked(weights)), whole)
    assert model.n_features_in_ == N
    assert np.allclose(model.predict_proba(X), whole.predict_proba(X))


@pytest.mark.filterwarnings("ignore:Dask currently has limited support for converting pandas extension dtypes")
def test_tables():
    table = dd.from_pandas(pd.DataFrame(X, columns=NAMES).assign(y=np.where(Y == 1, "yes", "no")), npartitions=3)
    model = LogisticRegression().fit(table[NAMES], table["y"])
    assert_same(model, LogisticRegression().fit(X, np.where(Y == 1, "yes", "no")))
    assert list(model.feature_names_in_) == NAMES
    assert model.score(pd.DataFrame(X, columns=NAMES), np.where(Y == 1, "yes", "no")) > 0.7
    assert not hasattr(model.fit(chunked(X), chunked(Y)), "feature_names_in_")


@pytest.mark.parametrize(("given", "message"), [
    (lambda: (chunked(X), chunked(np.ones(M))),
     "y holds only one class, 1.0; a classifier needs examples of at least two classes."),
    (lambda: (chunked(X[:, 0]), chunked(Y)),
     "X is (300,), y is (300,); expected (m, n) and (m,): one example per row."),
    (lambda: (chunked(X), chunked(Y), chunked(-WEIGHTS)), r"sample_weight[0] is -"),
])  # fmt: skip
def test_data_that_cannot_be_fitted_are_refused(given, message):
    with pytest.raises(ValueError) as error:
        LogisticRegression().fit(*given())
    assert str(error.value).startswith(message)
