"""Truth that is not ours: every op by mpmath at 50 digits, its derivatives by mpmath's differentiation.

A new row of the table needs nothing here where mpmath has a function of its name, and operands near 1 are good ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath

from micrograd_lr import OPS

mp = mpmath.mp.clone()
mp.dps = 50


def mp_sigmoid(z: Any) -> Any:
    return 1 / (1 + mp.exp(-z))


def mp_loss(z: Any, y: Any) -> Any:
    return mp.log1p(mp.exp(z)) - y * z


def mp_dot(*wx: Any) -> Any:
    n = len(wx) // 2
    return mp.fsum(w * x for w, x in zip(wx[:n], wx[n:]))


# Where it is not mpmath's function of the same name.
VALUES: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: a**b,
    "sigmoid": mp_sigmoid,
    "relu": lambda a: max(a, mp.mpf(0)),
    "abs": abs,
    "sum": lambda *terms: mp.fsum(terms),
    "dot": mp_dot,
    "logistic_loss": mp_loss,
}

# Operands of each op: small and large ones, and those where it is delicate.
POINTS: dict[str, list[tuple[float, ...]]] = {
    "add": [(0.1, 0.7), (-3.0, 1e-3)],
    "sub": [(0.1, 0.7), (-3.0, 1e-3)],
    "mul": [(0.3, -0.7), (1e10, 1e-3)],
    "div": [(0.3, -0.7), (5.0, 3.0), (1e-5, 1e7)],
    "neg": [(0.3,), (-2.0,)],
    "pow": [(2.0, 3.0), (0.7, -1.5), (3.3, 0.5)],
    "exp": [(0.3,), (-7.5,), (20.0,)],
    "log": [(0.3,), (7.5,), (1e-9,)],
    "sigmoid": [(0.0,), (0.3,), (-4.0,)],
    "tanh": [(0.0,), (0.3,), (-1.7,), (3.0,), (-20.0,)],
    "sin": [(0.3,), (-1.7,), (40.0,)],
    "cos": [(0.3,), (-1.7,), (40.0,)],
    "relu": [(0.3,), (-0.3,)],
    "abs": [(0.3,), (-1.7,)],
    "sum": [(0.1, 0.2, 0.7), (1.0, -1e-3, 5.0, 2.5)],
    "dot": [(0.1, 0.2, 0.7, -3.0), (1.0, -2.0, 0.5, 2.0, 1.0, -2.0)],
    "logistic_loss": [(0.0, 0.0), (0.0, 1.0), (2.5, 1.0), (-3.0, 0.0), (1.3, 0.25)],
}


def function_of(name: str) -> Callable[..., Any]:
    """An op by mpmath."""
    found = VALUES.get(name) or getattr(mp, name, None)
    assert found is not None, f"mpmath has no function {name}: write this op with mpmath in VALUES, tests/truth.py"
    return found


def points_of(name: str) -> list[tuple[float, ...]]:
    """Operands to try an op at."""
    arity, usual = OPS[name].arity, (0.3, 0.7, 1.3, 0.9)
    return POINTS.get(name) or [usual[:arity], usual[::-1][:arity]]


def true_value(name: str, point: tuple[float, ...]) -> Any:
    return function_of(name)(*map(mp.mpf, point))


def true_partials(name: str, point: tuple[float, ...]) -> list[Any]:
    function, exact = function_of(name), [mp.mpf(x) for x in point]

    def along(i: int) -> Callable[[Any], Any]:
        return lambda x: function(*exact[:i], x, *exact[i + 1 :])

    return [mp.diff(along(i), exact[i]) for i in range(len(point))]


def ulps(x: float, truth: Any) -> float:
    """How far the float `x` is from `truth`, in units of its last place (of that of 1e-300 where it is smaller)."""
    return float(abs(mp.mpf(x) - truth) / mp.mpf(math.ulp(max(abs(float(truth)), 1e-300))))
