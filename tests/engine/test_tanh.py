"""tanh′ and tanh″ to a few ulp at every x: in the engine, in compiled losses, on pages, and in other numbers."""

import json
import math
import random
from decimal import Decimal, localcontext
from fractions import Fraction

import mpmath
import pytest
import sympy
from javascript import run_in_node
from truth import mp, ulps

from micrograd_lr import Expression, Value, gradient, hessian, number_type, tanh
from micrograd_lr.compiler.codegen_javascript import javascript
from micrograd_lr.engine import elementary as kernels
from micrograd_lr.engine.ops import TANH
from micrograd_lr.formulas.rules import slopes_of
from micrograd_lr.formulas.text import Text

_random = random.Random(1)
POINTS = [_random.uniform(-20, 20) for _ in range(1_600)] + [_random.uniform(-370, 370) for _ in range(200)]
POINTS += [_random.choice((1, -1)) * 10 ** _random.uniform(-300, 0) for _ in range(200)]
POINTS += [0.0, -0.0, 5e-324, 3.0, 19.0625, 20.0, -354.9, 372.5, 1e300, -1e300]


def true_slope(x):
    return mp.sech(mp.mpf(x)) ** 2 if abs(x) < 1e4 else mp.mpf(0)


def true_curvature(x):
    return -2 * mp.tanh(mp.mpf(x)) * true_slope(x)


def backward(x):
    v = Value(x)
    tanh(v).backward()
    return v.grad


@pytest.mark.slow
def test_both_derivatives_of_the_engine_at_2_000_points():
    assert max(ulps(backward(x), true_slope(x)) for x in POINTS) <= 4
    assert max(ulps(gradient(tanh, x), true_slope(x)) for x in POINTS) <= 4
    assert max(ulps(hessian(tanh, x)[0][0], true_curvature(x)) for x in POINTS) <= 5
    assert ulps(gradient(lambda x: gradient(lambda t: gradient(tanh, t), x), 3.0), mp.diff(mp.tanh, 3, 3)) <= 20


@pytest.mark.parametrize("backend", ["numba", "numpy", "python"])
def test_both_derivatives_of_compiled_losses(backend):
    loss = lambda w, b, x: tanh(w + x) + 0 * b
    slope, curvature = (of(loss, batch="x", backend=backend) for of in (gradient, hessian))
    for x in POINTS[::4]:
        assert ulps(slope(0.0, 0.0, [x])["w"], true_slope(x)) <= 4
        assert ulps(curvature(0.0, 0.0, [x])["w"]["w"], true_curvature(x)) <= 6


@pytest.mark.slow
def test_a_batch_of_products():
    found = gradient(lambda w, x: tanh(w * x), batch="x")(0.5, [2.0 * x for x in POINTS])["w"]
    truth = mp.fsum(2 * mp.mpf(x) * true_slope(x) for x in POINTS)
    assert found == pytest.approx(float(truth), rel=1e-14)


def test_the_slope_of_the_page():
    cases = [{"n0": x} for x in POINTS[::4]]
    source = javascript(Expression("tanh(x)")(x=0.5))
    found = run_in_node(f"{source}\nconsole.log(JSON.stringify({json.dumps(cases)}.map(compute)))")
    for case, result in zip(cases, found, strict=True):
        assert ulps(result["gradients"]["n0"], true_slope(case["n0"])) <= 6
        assert result["partials"]["n1"] == [result["gradients"]["n0"]]


def test_the_formula_is_the_one_that_students_know():
    assert slopes_of(TANH, Text("a"), ["z"], [Text("z")]) == ["1 - a^2"]


def test_other_numbers(symbolic):
    with localcontext() as context:
        context.prec = 60
        for x in ("0.5", "-3", "80"):
            v = Value(Decimal(x))
            tanh(v).backward()
            assert abs(mp.mpf(str(v.grad)) / true_slope(float(x)) - 1) < mp.mpf(10) ** -48
    with mpmath.workdps(50):
        number_type(mpmath.mpf, exp=mpmath.exp, log=mpmath.log)
        v = Value(mpmath.mpf(40))
        tanh(v).backward()
        assert abs(v.grad / mpmath.sech(40) ** 2 - 1) < mpmath.mpf(10) ** -48
    assert gradient(tanh, Fraction(0)) == Fraction(1)
    assert gradient(tanh, Fraction(20)) == Fraction(kernels.tanh_slope(1.0, 20.0))
    x = sympy.Symbol("x", real=True)
    assert sympy.simplify((gradient(tanh, x) - sympy.diff(sympy.tanh(x), x)).rewrite(sympy.exp)) == 0
    assert sympy.simplify((hessian(tanh, x)[0][0] - sympy.diff(sympy.tanh(x), x, 2)).rewrite(sympy.exp)) == 0


def test_infinity_and_nan():
    assert (backward(math.inf), backward(-math.inf)) == (0.0, 0.0)
    assert math.isnan(backward(math.nan))
