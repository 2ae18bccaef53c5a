"""`LogisticRegression`: the loss of the lesson, fitted to data, as scikit-learn shapes its classifiers."""

from __future__ import annotations

import math
import warnings
from numbers import Integral

from micrograd_lr.fitting.data import in_arrays, in_blocks, in_dask
from micrograd_lr.fitting.objective import Objective
from micrograd_lr.fitting.solvers import REMEDY, gradient_descent, lbfgs, newton
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from micrograd_lr.fitting.examples import Examples
    from micrograd_lr.fitting.solvers import Walk

np = need("numpy", REMEDY)
need("sklearn", REMEDY)
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

SOLVERS = {"gd": gradient_descent, "lbfgs": lbfgs, "newton": newton}


class LogisticRegression(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression, by gradients (and second derivatives) of the scalar loss of one example.

    The loss of an example is -(y log a + (1-y) log(1-a)) with a = σ(wx + b); for more than two classes it is -log p of
    the right class, with p = exp(z)/Σ exp(z) and z = wx + b for every class. What is minimised, as in scikit-learn:

        (Σᵢ sᵢ L⁽ⁱ⁾ + ½ Σ w²/C) / Σᵢ sᵢ

    with the weights s of the examples. A small `C` keeps the weights small; ``C=inf`` means no penalty.

    `solver`: "lbfgs" (SciPy's), "newton" (few iterations, each with the exact Hessian of (n + 1)² numbers), or
    "gd": gradient descent as in the lesson, with a `learning_rate` for the mean loss, or None to look for a step that
    makes it smaller. A solver stops as soon as no partial derivative of the objective is larger than `tol`, or after
    `max_iter` iterations, with a ConvergenceWarning. `fit_intercept`: whether there is a b. `class_weight`: a dict, or
    "balanced". `warm_start`: begin at the last solution.

    Attributes after `fit`: `classes_`; `coef_` (1, n), or (k, n) for k > 2 classes; `intercept_` (1,) or (k,);
    `n_iter_` (1,); `loss_curve_` and `gradient_curve_`, the objective and its largest partial derivative at the start
    and after each iteration; `n_features_in_`, and `feature_names_in_` if X has names.
    """

    classes_: Any
    coef_: Any
    intercept_: Any
    loss_curve_: list[float]
    gradient_curve_: list[float]
    feature_names_in_: Any

    def __init__(
        self, C: float = 1.0, *, solver: str = "lbfgs", tol: float = 1e-4, max_iter: int = 100,
        fit_intercept: bool = True, class_weight: Any = None, learning_rate: float | None = None,
        warm_start: bool = False,
    ) -> None:  # fmt: skip
        self.C, self.solver, self.tol, self.max_iter = C, solver, tol, max_iter
        self.fit_intercept, self.class_weight = fit_intercept, class_weight
        self.learning_rate, self.warm_start = learning_rate, warm_start

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LogisticRegression:
        """Find the weights for X (m, n), one example per row, and labels y (m,) of two or more classes.

        ValueError for shapes, missing values and parameters that do not fit, a single class, and weights that are
        negative or all zero; ConvergenceWarning if the solver stops early, or the classes are separable.
        """
        self._check_parameters()
        if hasattr(X, "__dask_graph__"):
            return self._fitted(*in_dask(*self._arrays_of_dask(X, y, sample_weight), self.class_weight))
        return self._fitted(*in_arrays(*self._arrays(X, y, sample_weight), self.class_weight))

    def fit_blocks(self, blocks: Iterable[Any], *, classes: Any = None, executor: Any = None) -> LogisticRegression:
        """The same for data that are larger than memory, block by block.

        A block is `(X, y)` or `(X, y, sample_weight)`, with one example per row, or a function without arguments that
        returns one of these, so that a block is loaded when it is needed. All blocks are gone through once to count,
        and then at every step. `executor`: one of concurrent.futures, or alike, whose workers do that. `classes`: all
        that there are, if not every one has an example.
        """
        self._check_parameters()
        examples, found = in_blocks(blocks, self.class_weight, executor, classes)
        self.n_features_in_ = examples.n
        return self._fitted(examples, found)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> LogisticRegression:
        """A step of gradient descent on some of the examples, whichever the solver. `classes` are needed at first.

        The penalty is shared out among all examples seen so far. Without a `learning_rate` the step is one that makes
        the loss of these examples smaller, times the square root of their share of all examples seen so far: so steps
        get shorter from call to call. `loss_curve_` has the loss of the examples of each call, before its step.
        """
        self._check_parameters()
        first = not hasattr(self, "coef_")
        if first and classes is None:
            raise ValueError("the first call of partial_fit needs classes=, all labels that there will be.")
        arrays = self._arrays(X, y, sample_weight, reset=first)
        examples, self.classes_ = in_arrays(*arrays, self.class_weight, classes if first else self.classes_)
        share = examples.weight / (examples.weight + (0.0 if first else self.weight_))
        objective = Objective(examples, float(self.C) / share, self.fit_intercept)
        start = np.zeros(objective.size) if first else objective.vector(self.coef_, self.intercept_)
        walk = gradient_descent(objective, start, 0.0, 1, self._seen, self.learning_rate)
        if self.learning_rate is None:
            walk.parameters = start + math.sqrt(share) * (walk.parameters - start)
        before = (0, [], []) if first else (self.n_iter_, self.loss_curve_, self.gradient_curve_)
        self._keep(objective, walk, examples.weight / share)
        self.n_iter_ += before[0]
        self.loss_curve_, self.gradient_curve_ = before[1] + walk.losses[:1], before[2] + walk.slopes[:1]
        return self

    def decision_function(self, X: Any) -> Any:
        """z = wx + b for every row of X: (m,) for two classes, else (m, k)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        z = X @ self.coef_.T + self.intercept_
        return z[:, 0] if len(self.coef_) == 1 else z

    def predict(self, X: Any) -> Any:
        """The most probable class of every row of X."""
        z = self.decision_function(X)
        return self.classes_[(z > 0).astype(int) if z.ndim == 1 else z.argmax(axis=1)]

    def predict_proba(self, X: Any) -> Any:
        """The probability of every class, (m, k), in the order of `classes_`."""
        special = need("scipy.special", REMEDY)
        z = self.decision_function(X)
        return special.softmax(z, axis=1) if z.ndim > 1 else np.column_stack([special.expit(-z), special.expit(z)])

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of `predict_proba`, which stays finite where a probability rounds to 0."""
        special = need("scipy.special", REMEDY)
        z = self.decision_function(X)
        if z.ndim > 1:
            return special.log_softmax(z, axis=1)
        return np.column_stack([special.log_expit(-z), special.log_expit(z)])

    # How fit does it

    def _check_parameters(self) -> None:
        """ValueError for a parameter that cannot be used."""
        if self.solver not in SOLVERS:
            raise ValueError(f"solver={self.solver!r} is unknown. Choose one of {', '.join(SOLVERS)}.")
        for name in ("C", "tol", "learning_rate"):
            value = getattr(self, name)
            given = value is not None or name != "learning_rate"
            if given and not (isinstance(value, (int, float, np.number)) and value > 0):
                raise ValueError(f"{name}={value!r}: expected a number larger than 0.")
        if not isinstance(self.max_iter, Integral) or self.max_iter < 0:
            raise ValueError(f"max_iter={self.max_iter!r}: expected a whole number of at least 0.")

    def _arrays(self, X: Any, y: Any, sample_weight: Any, reset: bool = True) -> tuple[Any, Any, Any]:
        """The data as arrays, checked by scikit-learn. `reset`: these say how many features there are."""
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32], reset=reset)
        check_classification_targets(y)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        return X, y, sample_weight

    def _arrays_of_dask(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Any]:
        """The same for Dask: a DataFrame becomes an array, a Series too."""
        if hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        if hasattr(X, "columns"):
            self.feature_names_in_ = np.array(X.columns, dtype=object)
        X, y, sample_weight = (x.to_dask_array() if hasattr(x, "to_dask_array") else x for x in (X, y, sample_weight))
        if X.ndim != 2 or getattr(y, "ndim", 0) != 1:
            raise ValueError(f"X is {X.shape}, y is {np.shape(y)}; expected (m, n) and (m,): one example per row.")
        self.n_features_in_ = X.shape[1]
        return X, y, sample_weight

    def _fitted(self, examples: Examples, classes: Any) -> LogisticRegression:
        """From the start, zero or the last solution, to the minimum for these examples."""
        objective = Objective(examples, float(self.C), self.fit_intercept)
        start = np.zeros(objective.size)
        if self.warm_start and hasattr(self, "coef_"):
            start = objective.vector(self.coef_, self.intercept_)
        self.classes_ = classes
        options = {"rate": self.learning_rate} if self.solver == "gd" else {}
        solve: Any = SOLVERS[self.solver]
        walk = solve(objective, start, self.tol, self.max_iter, self._seen, **options)
        self._keep(objective, walk, examples.weight)
        self._warn(walk, examples.separated(*objective.parameters(walk.parameters)) if math.isinf(self.C) else False)
        return self

    def _keep(self, objective: Objective, walk: Walk, weight: float) -> None:
        """The attributes, from the end of a walk. `weight` is that of all examples seen."""
        w, b = objective.parameters(walk.parameters)
        self.coef_, self.intercept_, self.weight_ = np.atleast_2d(w), np.atleast_1d(b), weight
        self.n_iter_ = np.array([walk.iterations], dtype=np.int32)
        self.loss_curve_, self.gradient_curve_ = walk.losses, walk.slopes

    def _seen(self, walk: Walk) -> None:
        """Called by the solvers at the start and after each iteration; for subclasses that show what happens."""

    def _warn(self, walk: Walk, separated: bool) -> None:
        """Say so if the solution is none."""
        if separated:
            warnings.warn(
                "The classes are separable: these weights tell all examples apart, and larger ones would do so with a "
                "smaller loss. So there is no minimum: the weights grow without end, and those found depend on when "
                "the solver stopped. Give C a finite value: with C=1 there is a single best solution.",
                ConvergenceWarning, stacklevel=4,
            )  # fmt: skip
        elif not walk.converged:
            reason = f" ({walk.why})" if walk.why else ""
            warnings.warn(
                f"{self.solver} stopped after {walk.iterations} iterations{reason} with a gradient of "
                f"{walk.slopes[-1]:.1e}; wanted: tol={self.tol:g}. Standardise the features (StandardScaler), or give "
                "max_iter a larger value, or use solver='newton'.",
                ConvergenceWarning, stacklevel=4,
            )  # fmt: skip
