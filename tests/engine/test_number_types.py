"""The same unchanged engine on exact, high-precision and symbolic numbers: keys, digits and proofs."""

from decimal import Decimal
from fractions import Fraction as F

import mpmath
import pytest
import sympy

from micrograd_lr import Value, exp, gradient, hessian, log, logistic_loss, number_type, sigmoid, tanh
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.ops import OPS
from micrograd_lr.logistic import ManyExamples, OneExample, literal_loss


@pytest.mark.parametrize(("y", "dw", "db", "da"), [(1, F(-1), F(-1, 2), F(-2)), (0, F(1), F(1, 2), F(2))])
def test_the_slides_example_in_fractions(y, dw, db, da):
    """x = 2, w = 1/2, b = -1: z = 0, a = 1/2, and ∂L/∂w, ∂L/∂b are exact."""
    one = OneExample([F(1, 2)], F(-1), [F(2)], F(y))
    factors = one.factors()
    assert factors == {"∂L/∂a": da, "∂a/∂z": F(1, 4), "∂z/∂w": [F(2)], "∂z/∂b": F(1)}
    assert (one.w[0].grad, one.b.grad, one.y.grad) == (dw, db, 0)
    assert all(type(v.grad) is F for v in (one.w[0], one.b, one.a, one.z, one.L))


def test_fraction_keys_with_shapes_and_two_layers():
    w, x, b = [F(1), F(-2), F(1, 2)], [F(2), F(1), F(-2)], F(1)
    one = OneExample(w, b, x, F(1))
    one.L.backward()
    assert ([v.grad for v in one.w], one.b.grad) == ([F(-1), F(-1, 2), F(1)], F(-1, 2))

    def two_layers(w1, b1, w2, b2):
        a1 = sigmoid(w1 * F(3) + b1)
        return literal_loss(w2 * a1 + b2, F(1))

    assert gradient(two_layers, F(0), F(0), F(2), F(-1)) == (F(-3, 4), F(-1, 4), F(-1, 4), F(-1, 2))


def test_fraction_key_at_a_given_activation():
    """a = 3/4, y = 0: ∂L/∂a = 4 exactly, whatever log rounds to."""
    a = Value(F(3, 4))
    (-(0 * log(a) + (1 - F(0)) * log(1 - a))).backward()
    assert a.grad == F(4)


def test_fifty_digits():
    with mpmath.workdps(50):
        mpf = mpmath.mpf
        number_type(mpf, exp=mpmath.exp, log=mpmath.log)
        w, b, x, y = Value(mpf("0.3")), Value(mpf(-1)), mpf("1.7"), mpf(1)
        for loss in (logistic_loss, literal_loss):
            loss(w * x + b, y).backward()
            a = 1 / (1 + mpmath.exp(-(mpf("0.3") * mpf("1.7") - 1)))
            assert type(w.grad) is mpf
            assert abs(w.grad - (a - y) * x) < mpf(10) ** -48
            assert abs(b.grad - (a - y)) < mpf(10) ** -48
        (exp(w) ** 3).backward()
        assert abs(w.grad - 3 * mpmath.exp(3 * mpf("0.3"))) < mpf(10) ** -47


def test_what_is_not_real_is_refused_and_fractions_keep_a_doubles_accuracy():
    with mpmath.workdps(30):
        mpf = mpmath.mpf
        number_type(mpf, exp=mpmath.exp, log=mpmath.log)
        with pytest.raises(ValueError, match=r"log.*has no finite value: the result is not real"):
            log(Value(mpf(-1)))
        with pytest.raises(ValueError, match="the result is not real"):
            Value(mpf(-8)) ** mpf("0.5")
        infinite = Value(mpf("inf"))
        (infinite * 1).backward()
        assert infinite.grad == 1
    for z in (-30, -40, 40, -1000):
        for y in (0, 1):
            assert float(logistic_loss(F(z), y)) == logistic_loss(float(z), y)
    assert float(tanh(F(1, 10**12))) == tanh(1e-12)


def test_second_derivatives_of_symbols(symbolic):
    x = sympy.Symbol("x")
    assert sympy.simplify(gradient(lambda a: a**2, x) - 2 * x) == 0
    assert hessian(lambda a: a**3, x)[0][0] == 6 * x


@pytest.mark.slow
def test_sympy_proves_the_slides_for_one_example(symbolic):
    """Not at a point: ∂L/∂w_p - (a - y)x_p and ∂L/∂b - (a - y) simplify to 0."""
    w, x, b, y = sympy.symbols("w1:4"), sympy.symbols("x1:4"), sympy.Symbol("b"), sympy.Symbol("y")
    one = OneExample(list(w), b, list(x), y)
    one.L.backward()
    a = one.a.data
    for w_p, x_p in zip(one.w, x):
        assert sympy.simplify(w_p.grad - (a - y) * x_p) == 0
    assert sympy.simplify(one.b.grad - (a - y)) == 0
    assert sympy.simplify(one.b.grad - (a + y)) != 0  # the prover does tell a wrong sign


@pytest.mark.slow
@pytest.mark.parametrize("loss", [literal_loss, logistic_loss])
def test_sympy_proves_the_index_wise_sum_for_many_examples(symbolic, loss):
    """n = 2, m = 3: ∂J/∂w_p = Σ (aᵢ - yᵢ) X_pi and ∂J/∂b = Σ (aᵢ - yᵢ)."""
    n, m = 2, 3
    w, b, y = sympy.symbols(f"w1:{n + 1}"), sympy.Symbol("b"), sympy.symbols(f"y1:{m + 1}")
    X = [list(sympy.symbols(f"x{p}_1:{m + 1}")) for p in range(n)]
    many = ManyExamples(list(w), b, X, list(y), loss)
    many.backward()
    a = many.A
    for p in range(n):
        assert sympy.simplify(many.w[p].grad - sum((a[i] - y[i]) * X[p][i] for i in range(m))) == 0
    assert sympy.simplify(many.b.grad - sum(a[i] - y[i] for i in range(m))) == 0


def test_numbers_of_two_types_that_do_not_mix_are_named_and_no_gradient_changes():
    rate, weight = Value(Decimal("0.1"), "rate"), Value(2.0, "weight")
    said = (
        r"the gradients mix rate = Decimal\('0\.1'\) \(Decimal\) and weight = 2\.0 \(float\)\. Make all the numbers of"
    )
    with pytest.raises(TypeError, match=said):
        (rate * weight + weight * weight).backward()
    assert (rate.grad, weight.grad) == (None, None)
    with pytest.raises(TypeError, match=r"mix weight = 2\.0 \(float\) and Decimal\('0\.1'\) \(Decimal\)\. Make"):
        (weight * Decimal("0.1") + weight * weight).backward()


def test_another_error_of_types_stays_what_it_is(monkeypatch):
    monkeypatch.setattr(OPS["exp"], "partials", lambda out, a: ("0.5",))
    with pytest.raises(TypeError, match="multiply sequence by non-int"):
        (exp(Value(1.0)) + Value(F(1, 3))).backward()  # these two do mix


def test_the_extension_point_is_needed_and_says_so():
    with pytest.raises(TypeError, match=r"number_type\(Symbol, exp=\.\.\., log=\.\.\.\)"):
        Value(sympy.Symbol("x"))


def test_a_sum_of_symbols(symbolic):
    x, y = sympy.symbols("x y")
    assert sympy.simplify(node_sum([Value(x), Value(y), Value(x)]).data - 2 * x - y) == 0


def test_a_quotient_by_a_whole_number_stays_exact():
    """Python's 1/3 is a float, in which a Fraction would be lost, and which a Decimal refuses."""
    for x, off in ((F(2, 7), 0), (Decimal("0.3"), Decimal("1e-27"))):
        v, one = Value(x), type(x)(1)
        root = v / 3 + v * v / 7
        root.backward()
        assert abs(v.grad - (one / 3 + 2 * x / 7)) <= off
        assert gradient(lambda v: v / 3, x) == one / 3
        assert abs(hessian(lambda v: v * v / 3, x)[0][0] - 2 * one / 3) <= off


def test_a_rule_that_mixes_types_is_named():
    from micrograd_lr import Op

    half = Op("half", "half", lambda a: a / 2, lambda out, a: (0.5,))
    with pytest.raises(
        TypeError,
        match=r"^the partials of half\(d = Decimal\('3'\)\) cannot be computed: unsupported operand .*'float'\. "
        r"A constant in the rule of an op has to be of the type of the operands\.$",
    ):
        half(Value(Decimal(3), "d")).backward()
