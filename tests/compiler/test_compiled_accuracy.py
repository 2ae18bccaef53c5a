"""How exact compiled losses and Numba's exp, log1p and tanh are, against 50-digit truth."""

import math
from fractions import Fraction

import numpy as np
import pytest
from losses import BACKENDS, RNG, one_logit
from truth import mp

from micrograd_lr import value_and_grad
from micrograd_lr.compiler import numba_math as vectorised


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_literal_loss_is_stable_at_every_logit(backend):
    graph = value_and_grad(one_logit, backend=backend)
    for z in np.concatenate([np.linspace(-800, 800, 81), np.linspace(-40, 40, 81), RNG.normal(size=20)]):
        for y in (0.0, 1.0, 0.25):
            J, gradients = graph(float(z), np.ones(1), np.array([y]))
            t = mp.mpf(float(z))
            J_true = (1 - y) * mp.log1p(mp.exp(t)) + y * mp.log1p(mp.exp(-t))
            slope = (1 - y) / (1 + mp.exp(-t)) - y / (1 + mp.exp(t))
            if y in (0.0, 1.0):
                assert abs(J - J_true) <= 4 * math.ulp(float(J_true))
                assert abs(gradients["w"] - slope) <= 4 * math.ulp(float(slope))
            else:
                assert abs(gradients["w"] - slope) <= 4 * 2.0**-53


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_the_stable_form_the_loss_is_lost(backend):
    graph = value_and_grad(one_logit, backend=backend, stable=False)
    with pytest.raises((FloatingPointError, ValueError)):
        graph(40.0, np.ones(1), np.zeros(1))
    assert value_and_grad(one_logit, backend=backend)(40.0, np.ones(1), np.zeros(1))[0] == 40.0


@pytest.mark.parametrize("how", ["compiled", "in Python"])
def test_the_polynomials_are_within_two_ulp(how):
    bound = 1.2 if how == "compiled" else 2.0  # with fused multiply-add, and without
    functions = [f if how == "compiled" else f.py_func for f in (vectorised.exp, vectorised.log1p)]
    for t in np.concatenate([RNG.uniform(-745, 709, 1_000), RNG.normal(size=300), [0.0, -0.0, 1e-300, -1e-17]]):
        true = mp.exp(mp.mpf(float(t)))
        assert abs(functions[0](float(t)) - true) <= bound * math.ulp(float(true))
    for e in np.concatenate([RNG.random(1_000), 10.0 ** RNG.uniform(-300, 0, 300), [0.0, 1.0, 0.41421356237309503]]):
        true = mp.log1p(mp.mpf(float(e)))
        assert abs(functions[1](float(e)) - true) <= 2 * math.ulp(float(true))
    assert functions[0](-1e9) == 0.0
    assert functions[0](1e9) == math.inf
    assert math.isnan(functions[0](math.nan))
    log_, tanh_ = (f if how == "compiled" else f.py_func for f in (vectorised.log, vectorised.tanh))
    assert (log_(1.0), log_(0.0), tanh_(0.0)) == (0.0, -math.inf, 0.0)
    assert math.isnan(log_(-1.0))


@pytest.mark.slow
def test_an_economised_polynomial_stands_for_the_longer_one():
    assert vectorised._economised([Fraction(1), Fraction(2), Fraction(8)], Fraction(3), 2) == [
        1 + 8 * 9 / 2,
        2.0,
    ]  # x² ≈ r²/2
    longer = [Fraction(1, math.factorial(k)) for k in range(16)]
    for x in np.linspace(-0.5, 0.5, 101):
        short = sum(c * x**k for k, c in enumerate(vectorised._economised(longer, Fraction(1, 2), 8)))
        assert abs(short - math.exp(x)) < 2 * 0.5**8 / math.factorial(8) / 2**7 + 2**-53 < 2e-9
