"""What a function gets by its two lines in the engine: sin and cos, which came so, and erf, which a user adds."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from javascript import run_in_node
from stepped import all_steps

import micrograd_lr
from micrograd_lr import (
    Expression,
    Op,
    StepThrough,
    Value,
    check_gradient,
    cos,
    draw,
    gradient,
    hessian,
    number_type,
    sin,
    value_and_grad,
)
from micrograd_lr.compiler.codegen_javascript import javascript
from micrograd_lr.engine.elementary import elementary, exp

BACKENDS = ["numba", "numpy", "python"]


@pytest.fixture(params=["slope in the row", "slope as a function"])
def erf(request):
    """The error function, in both of the ways that docs/design.md adds it."""
    function = elementary("erf", math.erf)
    slope = lambda a: 2 / math.sqrt(math.pi) * exp(-a * a)
    if request.param == "slope as a function":
        slope = elementary("erf_slope", slope, derived=slope)
    Op("erf", "erf", function, lambda out, a: (slope(a),))
    return function


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_method_function_and_op_are_one(name):
    v = Value(0.7)
    nodes = getattr(v, name)(), getattr(micrograd_lr, name)(v), micrograd_lr.OPS[name](v)
    assert {node.op.name for node in nodes} == {name}
    assert {node.data for node in nodes} == {getattr(math, name)(0.7)} == {micrograd_lr.OPS[name](0.7)}
    assert micrograd_lr.OPS[name].arity == 1
    assert getattr(micrograd_lr, name).__doc__ == f"The {name} of a number or a `Value`."


def test_derivatives_of_every_order():
    assert gradient(sin, 0.7) == math.cos(0.7)
    assert hessian(sin, 0.7) == [[-math.sin(0.7)]]
    assert gradient(lambda x: gradient(lambda y: gradient(sin, y), x), 0.7) == -math.cos(0.7)
    assert check_gradient(lambda x, y: sin(x * y) * cos(x) + sin(cos(y)), 0.7, -1.3).agree
    assert hessian(lambda x: sin(x) ** 2 + cos(x) ** 2, 0.7)[0][0] == pytest.approx(0, abs=1e-15)


def test_text_pictures_steps_and_pages(tmp_path):
    L = Expression("z = w*x; L = sin(z)*cos(z)")(w=0.5, x=2.0)
    assert "[cos(z)] sin(z)" in draw(Expression("z = w*x; L = sin(z)*cos(z)")(w=0.5, x=2.0), partials="formula").text
    frames = all_steps(L)
    assert "sin(z) = sin(1) = 0.8415" in frames[2].text
    assert any("∂(sin(z))/∂z" in frame.numbers and "cos(z)" in frame.numbers for frame in frames)
    assert micrograd_lr.Steps.from_json(frames.to_json()) == frames
    page = StepThrough(L).save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Math.sin(" in page
    assert "functions_cos" in page


def test_the_javascript():
    L = Expression("sin(w*x)*cos(x)")(w=0.5, x=2.0)
    L.backward()
    found = run_in_node(f"{javascript(L)}\nconsole.log(JSON.stringify(compute({{n0: 0.5, n1: 2.0}})))")
    assert found["values"]["n5"] == pytest.approx(L.data, rel=1e-15)
    assert found["gradients"]["n5"] == 1.0


def wave(w, b, x, y):
    return (sin(w[0] * x[0] + b) * cos(w[1] * x[1]) - y) ** 2


@pytest.mark.parametrize("backend", BACKENDS)
def test_compiled_losses(backend):
    rng = np.random.default_rng(0)
    w, b, X, Y = rng.normal(size=2), 0.3, rng.normal(size=(2, 50)), rng.normal(size=50)
    J, grads = value_and_grad(wave, backend=backend)(w, b, X, Y)
    z, v = w[0] * X[0] + b, w[1] * X[1]
    off = np.sin(z) * np.cos(v) - Y
    assert pytest.approx((off**2).sum(), rel=1e-13) == J
    assert grads["b"] == pytest.approx((2 * off * np.cos(z) * np.cos(v)).sum(), rel=1e-12)
    assert grads["w"][1] == pytest.approx((2 * off * np.sin(z) * -np.sin(v) * X[1]).sum(), rel=1e-12)
    second = hessian(wave, batch=("x", "y"), backend=backend)(w, b, X, Y)["b"]["b"]
    truth = 2 * ((np.cos(z) * np.cos(v)) ** 2 - off * np.sin(z) * np.cos(v)).sum()
    assert second == pytest.approx(truth, rel=1e-12)


def test_an_argument_may_have_the_name_of_a_function():
    f = value_and_grad(lambda sin, cos, y: (micrograd_lr.sin(sin) * cos - y) ** 2, batch="y", backend="python")
    assert f(1.0, 2.0, [0.5])[0] == (math.sin(1.0) * 2.0 - 0.5) ** 2
    assert "given_sin" in f.source


def test_fractions_and_sympy():
    assert sin(Fraction(0)) == 0
    assert sin(Fraction(1, 3)) == Fraction(math.sin(1 / 3))
    number_type(sympy.Expr, exp=sympy.exp, log=sympy.log, named=lambda name: getattr(sympy, name, None))
    x = sympy.Symbol("x")
    assert gradient(lambda v: sin(v) * cos(v), x) == sympy.cos(x) ** 2 - sympy.sin(x) ** 2
    number_type(mpmath.mpf, exp=mpmath.exp, log=mpmath.log, named=lambda name: getattr(mpmath, name, None))
    assert gradient(sin, mpmath.mpf("0.7")) == mpmath.cos(mpmath.mpf("0.7"))


@pytest.mark.parametrize(
    "x", ["0", "0.7", "-2.5", "1e-30", "3.141592653589793238462643383279503", "1e20", "-123456.789"]
)
@pytest.mark.parametrize("digits", [6, 28, 200])
def test_decimals_to_the_last_digit_but_one(x, digits):
    with localcontext(prec=digits), mpmath.workdps(digits + 60):
        for ours, theirs in ((sin, mpmath.sin), (cos, mpmath.cos)):
            found, truth = ours(Decimal(x)), theirs(mpmath.mpf(x))
            assert len(found.as_tuple().digits) <= digits
            assert abs(mpmath.mpf(str(found)) - truth) <= abs(truth) * mpmath.mpf(10) ** (2 - digits)


def test_angles_that_no_decimal_is_computed_for():
    with pytest.raises(ValueError, match=r"sin\(.*\) has no finite value: an angle has at most 2,000 digits before"):
        sin(Decimal("1e3000"))
    with pytest.raises(ArithmeticError, match=r"cos\(.*Infinity.*\) has no finite value"):
        cos(Decimal("Infinity"))


class Own:
    """A number type that knows exp and log, as the documentation asks for."""

    def __init__(self, x):
        self.x = x


def test_what_a_number_type_lacks_is_asked_for_and_can_be_added():
    with pytest.raises(TypeError, match=r"a Value holds one real number, not .*number_type\(Own, exp=..., log=...\)"):
        sin(Own(1.0))
    number_type(Own, exp=lambda x: Own(math.exp(x.x)), log=lambda x: Own(math.log(x.x)))
    with pytest.raises(
        TypeError, match=r"^sin is not known for Own. Make it known once: number_type\(Own, sin=...\).$"
    ):
        sin(Own(1.0))
    number_type(Own, sin=lambda x: Own(math.sin(x.x)))
    assert sin(Own(1.0)).x == math.sin(1.0)
    assert exp(Own(1.0)).x == math.e  # what was known before stays known
    with pytest.raises(TypeError, match=r"^exp is not known for Bare. .*number_type\(Bare, exp=..., log=...\).$"):
        number_type(type("Bare", (), {}))
        exp(next(cls for cls in object.__subclasses__() if cls.__name__ == "Bare")())


@pytest.mark.covers
@pytest.mark.slow
def test_a_function_of_the_users_own(erf):
    """It is recorded, differentiated, written as text and compiled; a message says where something is missing."""
    v = Value(0.5, "v")
    assert erf(v).op.name == "erf"
    assert erf(v).data == math.erf(0.5) == Expression("erf(v)")(v=0.5).data
    slope = gradient(erf, 0.5)
    assert slope == 2 / math.sqrt(math.pi) * math.exp(-0.25)
    assert hessian(erf, 0.5)[0][0] == pytest.approx(-2 * 0.5 * slope)
    assert "[1.12838 exp(−v·v)] v" in draw(erf(v), partials="formula").text
    assert all_steps(erf(v))[1].text == "Forward: L is computed: L = erf(v) = erf(0.5) = 0.5205."
    loss = lambda w, x: erf(w * x)
    for backend in ("numba", "python"):
        J, grads = value_and_grad(loss, batch="x", backend=backend)(0.5, [1.0, 2.0])
        assert pytest.approx(math.erf(0.5) + math.erf(1.0), rel=1e-15) == J
        assert grads["w"] == pytest.approx(2 / math.sqrt(math.pi) * (math.exp(-0.25) + 2 * math.exp(-1.0)), rel=1e-14)
    with pytest.raises(TypeError, match=r"^NumPy has no function erf. Use backend='numba' or backend='python'.$"):
        value_and_grad(loss, batch="x", backend="numpy")(0.5, [1.0, 2.0])
    with pytest.raises(ValueError, match=r"JavaScript has no function erf: .*Step through it in the terminal."):
        StepThrough(erf(v)).html  # noqa: B018
    with pytest.raises(TypeError, match=r"erf is not known for Decimal. Make it known once: number_type\(Decimal, erf"):
        erf(Decimal(1))


def test_numba_compiles_no_function_that_it_does_not_know():
    function = elementary("cube", lambda x: x**3)
    Op("cube", "cube", function, lambda out, a: (3 * a * a,))
    loss = lambda w, x: function(w * x)
    assert value_and_grad(loss, batch="x", backend="python")(2.0, [1.0]) == (8.0, {"w": 12.0})
    with pytest.raises(TypeError, match=r"^Numba only knows functions of the math module, not cube. Use backend="):
        value_and_grad(loss, batch="x", backend="numba")(2.0, [1.0])
