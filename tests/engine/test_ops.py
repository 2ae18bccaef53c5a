"""Every row of the table, against mpmath at 50 digits and against SymPy's derivative; and each wrong row is caught."""

import math
from itertools import permutations

import pytest
import sympy
from truth import POINTS, VALUES, mp, points_of, true_partials, true_value, ulps

import micrograd_lr
from micrograd_lr import OPS, Op, Value

ROWS = [(op, point) for name, op in OPS.items() for point in points_of(name)]
FUNCTIONS = [name for name, op in OPS.items() if op.arity == 1 and hasattr(micrograd_lr, name)]


def wrong_by(op: Op, point: tuple[float, ...]) -> float:
    """The largest error, in ulp, of the row's value and partials at a point."""
    out = op.value(*point)
    errors = [ulps(out, true_value(op.name, point))]
    partials = op.partials(out, *point)
    assert len(partials) == len(point)
    errors += [ulps(partial, truth) for partial, truth in zip(partials, true_partials(op.name, point))]
    return max(errors)


def test_the_table_holds_the_promised_ops_and_the_truth_no_others():
    promised = ["add", "sub", "mul", "div", "neg", "pow", "exp", "log", "sigmoid", "tanh", "relu", "dot", "sum"]
    promised += ["abs", "logistic_loss", "sin", "cos"]
    assert {*promised} | {*VALUES} | {*POINTS} <= {*OPS}


@pytest.mark.parametrize(("op", "point"), ROWS, ids=str)
def test_value_and_partials_are_right_to_a_few_ulp(op, point):
    assert wrong_by(op, point) <= 4


@pytest.mark.parametrize("name", sorted(OPS))
def test_a_wrong_row_is_caught(name):
    """The checker above fails for a row whose value or whose any one partial lost a factor, a sign or everything."""
    op, points = OPS[name], points_of(name)
    spoils = [lambda d: 2 * d, lambda d: -d, lambda d: 0 * d, lambda d: d * (1 + 1e-13)]
    for spoil in spoils:
        value = Op(name, op.symbol, lambda *x, s=spoil: s(op.value(*x)), op.partials)
        assert any(wrong_by(value, point) > 4 for point in points)
        for i in range(len(points[0])):

            def spoilt(out, *x, i=i, s=spoil):
                d = op.partials(out, *x)
                return (*d[:i], s(d[i]), *d[i + 1 :])

            wrong = Op(name, op.symbol, op.value, spoilt)
            assert any(wrong_by(wrong, point) > 4 for point in points if len(point) > i), (name, i)


@pytest.mark.parametrize("name", sorted(set(OPS) - {"relu"}))
def test_sympy_proves_the_partials(name, symbolic):
    """As formulas, not at a point: each partial minus SymPy's derivative of the value simplifies to 0."""
    op = OPS[name]
    arity = len(points_of(name)[0])
    x = sympy.symbols(f"x1:{arity + 1}", positive=True)
    out = op.value(*x)
    for partial, xi in zip(op.partials(out, *x), x, strict=True):
        assert sympy.simplify(partial - sympy.diff(out, xi)) == 0


@pytest.mark.parametrize("name", sorted(OPS))
def test_an_op_is_one_node_with_operands_numbers_and_partials_in_order(name):
    op = OPS[name]
    point = points_of(name)[-1]
    leaves = [Value(x) for x in point]
    node = op(*leaves)
    assert node.op is op
    assert node.operands == tuple(leaves)
    assert node.numbers == point
    assert node.partials == op.partials(node.data, *point)
    node.backward()
    assert [leaf.grad for leaf in leaves] == [float(d) for d in node.partials]


@pytest.mark.parametrize("name", sorted(name for name, op in OPS.items() if op.arity != 1))
def test_an_op_commutes_where_numbers_in_another_order_give_the_same(name):
    """To the last bit, and with the same partials, in the other order: at the points of the table and at others."""
    op = OPS[name]
    points = [*points_of(name), *((*point[:1], 0.25, *point[2:]) for point in points_of(name))]

    def gives(point, order):
        try:
            out = op.value(*(point[i] for i in order))
        except (ArithmeticError, ValueError):
            return None
        return out, sorted(zip(order, op.partials(out, *(point[i] for i in order))))

    alike = [
        gives(point, order) == gives(point, range(len(point)))
        for point in points
        for order in permutations(range(len(point)))
    ]
    assert len(alike) > 4
    assert all(alike) == op.commutes


def test_which_ops_commute():
    assert {name for name, op in OPS.items() if op.commutes} == {"add", "mul", "sum"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_methods_and_functions_are_the_same_op(name):
    v = Value(0.7)
    method, function = getattr(v, name)(), getattr(micrograd_lr, name)(v)
    assert method.op is function.op is OPS[name]
    assert method.data == function.data == getattr(micrograd_lr, name)(0.7)


@pytest.mark.parametrize(
    ("a", "b", "partials"),
    [
        (1e300, 1e300, (1e-300, -1e-300)),
        (1e-300, 1e-300, (1e300, -1e300)),
        (1e-310, 1e-310, (math.inf, -math.inf)),
    ],
)
def test_division_is_a_division_at_the_ends_of_the_range(a, b, partials):
    quotient = Value(a) / Value(b)
    assert quotient.data == 1.0
    assert quotient.partials == pytest.approx(partials, rel=1e-15)


@pytest.mark.parametrize(
    ("base", "exponent", "value", "slope"),
    [
        (0.0, 0, 1.0, 0.0),
        (0.0, 0.0, 1.0, 0.0),
        (math.inf, 0, 1.0, 0.0),
        (math.nan, 0, 1.0, 0.0),
        (-2.0, 3, -8.0, 12.0),
        (0.0, 0.5, 0.0, math.inf),
        (0.0, 1, 0.0, 1.0),
        (0.0, 2, 0.0, 0.0),
        (1e-200, -1, 1e200, -math.inf),
        (-1e-110, -2, float(mp.mpf(-1e-110) ** -2), math.inf),
    ],
)
def test_powers_at_the_edges(base, exponent, value, slope):
    v = Value(base)
    power = v**exponent
    assert (power.data, power.partials[0]) == (pytest.approx(value, rel=1e-15), slope)
    if math.isfinite(slope):
        power.backward()
        assert v.grad == slope


def test_powers_of_exact_numbers_below_and_at_zero():
    from decimal import Decimal
    from fractions import Fraction

    for number in (Fraction, Decimal):
        v = Value(number(-2))
        (v**2).backward()
        assert (v.grad, type(v.grad)) == (-4, number)
        assert micrograd_lr.hessian(lambda x: x**3, number(-2)) == [[-12]]
        zero = Value(number(0))
        (zero**1 - zero).backward()
        assert zero.grad == 0
    (v - v).backward()
    assert v.grad == 0


def test_gradient_asks_for_no_slope_in_a_plain_base():
    assert micrograd_lr.gradient(lambda b: 0**b, 0.5) == 0.0
    assert micrograd_lr.gradient(lambda b: 1e-300**b, -0.5) == pytest.approx(
        1e150 * float(mp.log(mp.mpf(1e-300))), rel=1e-12
    )


def test_a_variable_exponent():
    a, b = Value(2.0), Value(3.0)
    (a**b).backward()
    assert (a.grad, b.grad) == (12.0, pytest.approx(float(8 * mp.log(2)), rel=1e-15))
    zero = Value(0.0)
    (zero**b).backward()
    assert (zero.grad, b.grad) == (0.0, 0.0)
    power = 2**b
    power.backward()
    assert power.operands == (2, b)
    assert b.grad == pytest.approx(float(8 * mp.log(2)), rel=1e-15)


def test_arity_is_how_many_operands_an_op_takes():
    numbers = {name: op.arity for name, op in OPS.items()}
    assert {name for name, arity in numbers.items() if arity is None} == {"sum", "dot"}
    assert {name for name, arity in numbers.items() if arity == 2} == {
        "add",
        "sub",
        "mul",
        "div",
        "pow",
        "logistic_loss",
    }
    assert {*numbers.values()} == {None, 1, 2}
    largest = Op(
        "largest", "max", max, lambda out, a, b, c: (out == a, out == b, out == c)
    )  # Python tells no signature
    assert largest.arity == 3
    assert largest(Value(1.0), 2.0, 3.0).data == 3.0
