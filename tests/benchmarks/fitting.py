"""A fit to the same optimum as scikit-learn's, and the Hessian that Newton's method rests on beside NumPy's product.

`make bench` runs this. Each contestant gets the largest tolerance with which its coefficients are within 1e-6 of the
solution. Then they run in turns, on the same arrays; every figure is a median over rounds.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression as Theirs
from sklearn.preprocessing import scale

from micrograd_lr import LogisticRegression, hessian, logistic_loss
from micrograd_lr import dot as wx

NEAR = 1e-6  # of the coefficients to the solution
TOLERANCES = [10.0**-k for k in range(3, 13)]
SIZES = {"569 × 30, real": 15, "1,000,000 × 30": 3, "60,000 × 784": 3}  # and the rounds
SHAPES = [(30, 1_000_000), (784, 6_000)]  # n, m of the Hessians
ROUNDS = 9


def median_times(runs: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The median seconds of each, in turns."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            gc.collect()
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def data(size: str) -> tuple[Any, Any]:
    """X (m, n) and y: the real cases, or examples that a logistic model has made."""
    if "real" in size:
        X, y = load_breast_cancer(return_X_y=True)
        return scale(X), y
    m, n = (int(number.replace(",", "")) for number in size.split(" × "))
    rng = np.random.default_rng(0)
    X = rng.normal(size=(m, n))
    return X, (X @ rng.normal(size=n) / np.sqrt(n) + rng.logistic(size=m) > 0).astype(int)


def fitted(model: Any, tol: float, X: Any, y: Any) -> Any:
    return model.set_params(tol=tol, max_iter=10_000).fit(X, y)


def fits(size: str, rounds: int) -> dict[str, float]:
    """The median seconds of every contestant."""
    X, y = data(size)
    solution = Theirs(solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(X, y)
    contestants = {
        "newton": LogisticRegression(solver="newton"), "lbfgs": LogisticRegression(solver="lbfgs"),
        "scikit-learn's newton-cholesky": Theirs(solver="newton-cholesky"), "scikit-learn's lbfgs": Theirs(),
    }  # fmt: skip
    runs: dict[str, Callable[[], Any]] = {}
    for name, model in contestants.items():
        for tol in TOLERANCES:
            found = fitted(model, tol, X, y)
            if max(abs(found.coef_ - solution.coef_).max(), abs(found.intercept_ - solution.intercept_).max()) < NEAR:
                runs[name] = lambda model=model, tol=tol: fitted(model, tol, X, y)
                print(f"{size}: {name} with tol={tol:g}, {found.n_iter_[0]} iterations", file=sys.stderr)
                break
        else:
            print(f"{size}: {name} does not come within {NEAR}", file=sys.stderr)
    return median_times(runs, rounds)


def hessians(n: int, m: int, order: str) -> dict[str, float]:
    """The median seconds of the compiled Hessian, and of the product of matrices in it."""
    rng = np.random.default_rng(0)
    X = np.asarray(rng.normal(size=(n, m)), order=order)
    y, s, w = (rng.random(m) < 0.5) * 1.0, rng.random(m) / 4, rng.normal(size=n) / np.sqrt(n)
    H = hessian(lambda w, b, x, y: logistic_loss(wx(w, x) + b, y), batch=("x", "y"))
    H(w, 0.1, X, y)
    return median_times({"ours": lambda: H(w, 0.1, X, y), "NumPy": lambda: (X * s) @ X.T}, ROUNDS)


def main() -> None:
    """Both tables, as Markdown."""
    warnings.simplefilter("ignore")  # some contestants stop before a tolerance
    print("| data | contestant | ms | times the faster of scikit-learn's |\n|---|---|--:|--:|")
    for size, rounds in SIZES.items():
        times = fits(size, rounds)
        best = min(seconds for name, seconds in times.items() if "scikit" in name)
        for name, seconds in times.items():
            print(f"| {size} | {name} | {1e3 * seconds:.1f} | {seconds / best:.2f} |", flush=True)
    print("\n| n × m | order | Hessian, ms | `(X*s) @ X.T`, ms | ratio |\n|---|---|--:|--:|--:|")
    for n, m in SHAPES:
        for order, name in (("C", "(n, m)"), ("F", "(m, n)")):
            ours, numpy = (1e3 * seconds for seconds in hessians(n, m, order).values())
            print(f"| {n} × {m:,} | {name} | {ours:.1f} | {numpy:.1f} | {ours / numpy:.2f} |", flush=True)


if __name__ == "__main__":
    main()
