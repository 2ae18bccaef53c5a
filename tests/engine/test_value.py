"""The promises of `Value` and `backward`: recording, order, state, failures that change nothing."""

import math
import operator
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from micrograd_lr import (
    OPS,
    Expression,
    Op,
    Value,
    dot,
    draw,
    exp,
    gradient,
    hessian,
    log,
    logistic_loss,
    sigmoid,
    value_and_grad,
)  # fmt: skip
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.backward import sweep
from micrograd_lr.engine.order import topological
from micrograd_lr.logistic import literal_loss


def test_a_leaf():
    v = Value(2, "w")
    assert (v.data, v.grad, v.label, v.op, v.operands, v.numbers, v.partials) == (2.0, None, "w", None, (), (), ())
    assert type(v.data) is float
    assert repr(v) == "Value(2.0, label='w', grad=None)"


def test_a_node_keeps_op_operands_and_plain_numbers_as_written():
    w = Value(0.5, "w")
    node = 2 * w
    assert (node.op.name, node.operands, node.numbers, node.partials) == ("mul", (2, w), (2, 0.5), (0.5, 2))
    assert repr(node) == "Value(1.0, op=mul, grad=None)"
    assert (w * 2.5).operands == (w, 2.5)
    assert (-w).operands == (w,)
    assert (w * w).operands == (w, w)
    assert dot([w, 1.0], [3.0, w]).operands == (w, 1.0, 3.0, w)


def test_every_operator_and_its_reflection():
    a, b = 0.7, -1.3
    v = Value(a)
    for op in (operator.add, operator.sub, operator.mul, operator.truediv):
        assert op(v, Value(b)).data == op(v, b).data == op(a, b)
        assert op(b, v).data == op(b, a)
        assert op(v, 3).data == op(a, 3)
        assert op(3, v).data == op(3, a)
    assert (v**2).data == a**2
    assert (2**v).data == 2**a
    assert (v ** Value(2.0)).data == a**2.0
    assert +v is v
    assert (-v).data == -a
    assert sum([v, v, v]).data == a + a + a


def test_numpy_scalars_are_widened_on_either_side_and_arrays_refused():
    v = Value(np.float32(0.1))
    assert type(v.data) is float
    assert type(Value(np.int8(100)).data) is float
    for scalar in (np.float64(2), np.float32(2), np.int64(2)):
        for node in (scalar * v, v * scalar, scalar + v, v - scalar, v / scalar, v**scalar, scalar**v):
            assert type(node) is Value
            assert type(node.data) is float
    for array in (np.array([1.0, 2.0]), np.array(2.0)):
        with pytest.raises(TypeError):
            array * v
        with pytest.raises(TypeError, match=r"one real number, not array\(.*Make one Value per number"):
            v * array
    y = Value(np.int8(100))
    z = y * y + 3 * y
    z.backward()
    assert (z.data, y.grad) == (10300.0, 203.0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("a", r"one real number, not 'a' \(str\)\. Convert it first, with float\(\.\.\.\)"),
        (b"1", r"not b'1' \(bytes\)\. Convert it first"),
        (None, r"not None \(NoneType\)\. Was a result forgotten, or \.grad read before backward\(\)\?"),
        (True, r"not True \(bool\)\. Convert it first"),
        (np.True_, r"not np\.True_ \(bool\)\. Convert it first"),
        (1j, r"not 1j \(complex\)\. Take its \.real part or its abs\(\)\."),
        ([1.0], r"not \[1\.0\] \(list\)\. Make one Value per number: \[Value\(v\) for v in data\]\."),
        (np.array(2.0), r"not array\(2\.\) \(ndarray\)\. Make one Value per number"),
        (
            Value(2.0),
            r"not Value\(2\.0, grad=None\) \(Value\)\. It is a node already: use it as it is, or its number, \.data",
        ),
        (
            object,
            r"\(type\)\. A number type of your own is made known once: number_type\(type, exp=\.\.\., log=\.\.\.\)",
        ),
    ],
)
def test_what_is_not_a_real_number_is_refused_with_the_remedy(data, message):
    with pytest.raises(TypeError, match=message):
        Value(data)
    if not isinstance(data, Value):
        with pytest.raises(TypeError, match=message):
            Value(1.0) + data
        v = Value(1.0)
        with pytest.raises(TypeError, match=message):
            v.data = data
        assert v.data == 1.0


def test_other_number_types_are_kept_as_they_are():
    assert type(Value(Fraction(1, 3)).data) is Fraction
    assert type(Value(Decimal("0.1")).data) is Decimal
    assert (Value(Fraction(1, 3)) * 3).data == Fraction(1)
    third = Value(Decimal(1)) / 4.0  # Decimal itself refuses floats
    assert third.data == Decimal("0.25")
    with pytest.raises(TypeError, match="unsupported operand"):
        Value(Fraction(1, 3)) * Value(Decimal(1))


def test_comparisons_and_conversions_read_the_number():
    small, big = Value(1.0), Value(2.0)
    assert small < big
    assert small <= 1
    assert big > 1.5
    assert big >= small
    assert big > 1.5
    assert max([small, big]) is big
    assert sorted([big, small]) == [small, big]
    assert float(big) == 2.0
    assert math.exp(Value(0.0)) == 1.0
    assert bool(small)
    assert not Value(0.0)
    assert f"{Value(1 / 3):.3f}" == "0.333"


def test_equality_and_hash_are_identity():
    a, b = Value(1.0), Value(1.0)
    assert a != b
    assert a == a
    assert len({a, b}) == 2
    with pytest.raises(AttributeError):
        a.dta = 5


# --- backward --------------------------------------------------------------------------------------------------------


def test_reuse_duplicates_and_diamonds():
    a = Value(3.0)
    (a * a).backward()
    assert a.grad == 6.0
    b = a + a
    (b + b).backward()
    assert (a.grad, b.grad) == (4.0, 2.0)
    node = a
    for _ in range(500):
        node = node + node * 0.0
    node.backward()
    assert a.grad == 1.0


def test_backward_is_idempotent_and_overwrites():
    a = Value(3.0)
    b = a * a
    c = b * 2
    for _ in range(3):
        c.backward()
        assert (a.grad, b.grad, c.grad) == (12.0, 2.0, 1.0)


def test_two_roots_and_a_graph_that_grows_on():
    a = Value(3.0)
    b = a * a
    first, second = b * 1.0, b * 2.0
    first.backward()
    second.backward()
    assert a.grad == 12.0
    b.backward()
    (b * 3.0).backward()
    assert a.grad == 18.0


def test_every_node_of_the_graph_gets_its_gradient_and_no_other():
    x, y, aside = Value(2.0), Value(5.0), Value(7.0)
    product = x * y
    unused = aside * x
    root = product + x
    root.backward()
    assert [v.grad for v in (root, product, x, y)] == [1.0, 1.0, 6.0, 2.0]
    assert (aside.grad, unused.grad) == (None, None)


def test_what_was_recorded_counts():
    a = Value(2.0)
    square = a * a
    grown = exp(a)
    a.data = 10
    square.backward()
    assert a.grad == 4.0
    grown.backward()
    assert a.grad == math.exp(2.0)
    with pytest.raises(
        AttributeError, match=r"Value\(4\.0, op=mul, grad=1\.0\) was computed by mul: change a leaf's data"
    ):
        square.data = 3.0


def test_the_order_depends_only_on_how_the_expression_was_written():
    def names() -> list[str]:
        x, y = Value(1.0, "x"), Value(2.0, "y")
        z = x * y
        root = (z + x) * (y + z)
        return [v.label or str(v.op) for v in topological(root)]

    assert names() == ["x", "y", "mul", "add", "add", "mul"]
    assert all(names() == names() for _ in range(20))


def test_gradients_have_the_same_bits_every_time():
    def gradient() -> tuple[float, ...]:
        rng = random.Random(5)
        leaves = [Value(rng.uniform(-1, 1) * 10 ** rng.randint(-8, 8)) for _ in range(20)]
        nodes = list(leaves)
        for _ in range(300):
            nodes.append(rng.choice(nodes) * 0.3 + rng.choice(nodes))
        node_sum(nodes).backward()
        return tuple(leaf.grad for leaf in leaves)

    assert len({gradient() for _ in range(10)}) == 1


def test_each_node_is_visited_once_in_a_dense_graph():
    nodes = [Value(1.0)]
    for _ in range(200):
        nodes.append(dot([0.01] * len(nodes), nodes))
    order = topological(nodes[-1])
    assert len(order) == len(set(order)) == 201
    nodes[-1].backward()
    truth = 1.0  # d(last)/d(first): every node is the sum of all before it, over 100
    total = [1.0]
    for _ in range(200):
        truth = 0.01 * math.fsum(total)
        total.append(truth)
    assert nodes[0].grad == pytest.approx(truth, rel=1e-12)


def test_wide_nodes_with_operands_that_rest_on_each_other():
    a = Value(2.0)
    b = a * 3.0
    c = node_sum([b, a, b, c_ := b * a, 1.0, c_])
    c.backward()
    assert (c.data, a.grad, b.grad) == (2 + 6 + 6 + 12 + 12 + 1, 31.0, 6.0)


def test_an_op_on_plain_numbers_gives_a_number():
    assert OPS["exp"](0) == 1.0
    assert type(OPS["add"](1, 2)) is float
    with pytest.raises(TypeError, match="one real number"):
        OPS["add"](1, "2")


def test_one_and_two_operands_of_the_wide_ops():
    v, w = Value(3.0), Value(5.0)
    assert (node_sum([v]).operands, dot([v], [2.0]).operands) == ((v,), (v, 2.0))
    root = node_sum([v, 4.0]) + dot([2.0], [w])
    root.backward()
    assert (v.grad, w.grad) == (1.0, 2.0)
    with pytest.raises(ValueError, match=r"as many weights as features, at least one: got 1 and 2"):
        dot([v], [1.0, 2.0])
    with pytest.raises(ValueError, match="got 0 and 0"):
        dot([], [])
    assert dot([1.0, 2], [3, 4.0]) == 11.0


def test_a_sum_with_a_start():
    """As Python's own sum: Karpathy's neuron is sum((wi*xi for wi, xi in zip(w, x)), b)."""
    w, b = [Value(1.0), Value(2.0)], Value(3.0)
    z = node_sum((wi * xi for wi, xi in zip(w, [5.0, 7.0])), b)
    z.backward()
    assert (z.data, z.op.name, b.grad, [v.grad for v in w]) == (22.0, "sum", 1.0, [5.0, 7.0])
    assert node_sum(w, start=b).operands == (*w, b)
    assert node_sum(w, 4).operands == (*w, 4)
    assert node_sum(w, Fraction(1, 2)).data == 3.5
    assert node_sum(w, 0).operands == node_sum(w, 0.0).operands == node_sum(w).operands == (*w,)
    assert (node_sum([], b).data, node_sum([], 3), node_sum([1.0, 2], 3), node_sum([])) == (3.0, 3.0, 6.0, 0.0)
    assert sum(w, b).data == 6.0
    with pytest.raises(TypeError, match=r"one real number, not \[\]"):
        node_sum(w, [])


@pytest.mark.slow
@pytest.mark.parametrize(("x", "slope"), [(3.0, 1.0), (-3.0, -1.0), (0.0, 0.0), (-0.0, 0.0), (-math.inf, -1.0)])
def test_the_absolute_value(x, slope):
    v = Value(x)
    size = abs(v)
    size.backward()
    assert (size.data, size.op.name, size.operands, v.grad) == (abs(x), "abs", (v,), slope)
    if math.isfinite(x):
        assert hessian(lambda x: abs(x) * x, x) == [[2 * slope]]
        for backend in ("numba", "numpy", "python"):
            loss = lambda w, x: abs(w) * w + x * 0
            J, gradients = value_and_grad(loss, batch="x", backend=backend)(x, [1.0])
            assert (J, gradients["w"]) == (abs(x) * x, 2 * abs(x))
            assert hessian(loss, batch="x", backend=backend)(x, [1.0])["w"]["w"] == 2 * slope
    assert Expression("abs(x)")(x=-2).data == 2.0
    assert str(draw(abs(Value(-2.0, "x")))).startswith("abs(x): 2, grad = –")


def test_what_a_root_does_not_reach_keeps_its_gradient():
    """micrograd#63, the other way: a bias that every second loss leaves out steps along an old gradient."""

    def trained(gradients):
        w, b = Value(1.0), Value(1.0)
        for step in range(10):
            loss = w * w if step else w * w - 0.4 * b
            for leaf, slope in zip((w, b), gradients(loss, w, b)):
                leaf.data -= slope
        return b.data

    def swept(loss, w, b):
        loss.backward()
        return w.grad, b.grad

    def swept_anew(loss, w, b):
        w.grad = b.grad = None
        loss.backward()
        return w.grad, b.grad or 0.0

    assert trained(swept) == pytest.approx(5.0)
    assert trained(swept_anew) == pytest.approx(1.4)
    w, b = 1.0, 1.0
    for step in range(10):
        dw, db = gradient(lambda w, b, step=step: w * w if step else w * w - 0.4 * b, w, b)
        w, b = w - dw, b - db
    assert b == 1.4


def test_a_sweep_is_all_or_nothing():
    """Whatever breaks it, wherever: no gradient has changed."""
    a, b = Value(2.0), Value(3.0)
    node = a * b
    for k in range(30):
        node = node * 1.01 + a if k % 2 else sigmoid(node)
    node.backward()
    order = topological(node)
    before = [v.grad for v in order]
    other = node + a * 100.0  # other gradients than the first root's

    calls = 0

    def sometimes(out, x):
        nonlocal calls
        calls += 1
        if calls == fail_at:
            raise KeyboardInterrupt
        return (1.0,)

    broken = Op("sometimes", "?", lambda x: x, sometimes)
    nodes = [broken(v) for v in (a, b, node)]
    root = node_sum([other, *nodes])
    for attempt in (1, 2, 3):
        calls, fail_at = 0, attempt
        with pytest.raises(KeyboardInterrupt):
            root.backward()
        assert [v.grad for v in order] == before
        assert root.grad is None
    calls, fail_at = 0, -1
    root.backward()
    assert root.grad == 1.0
    assert a.grad != before[order.index(a)]


def test_the_sweep_is_the_one_that_backward_runs():
    a = Value(3.0)
    root = a * a
    sweep(root)
    assert (a.grad, root.grad) == (6.0, 1.0)


def test_gradients_of_ints_are_floats():
    x, y = Value(2), Value(3)
    (x + y).backward()
    assert [type(v.grad) for v in (x, y)] == [float, float]


# --- Errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "error", "message"),
    [
        (
            lambda v: log(v * 0),
            ValueError,
            r"log\(the mul node = 0\.0\) has no finite value: .*\. log needs an operand above 0\.",
        ),
        (lambda v: log(-v), ValueError, r"log\(the neg node = -2\.0\) .* log needs an operand above 0"),
        (lambda v: v / 0, ZeroDivisionError, r"div\(v = 2\.0, 0\) has no finite value: .*The divisor must not be 0"),
        (lambda v: 1.0 / (v - 2.0), ZeroDivisionError, r"div\(1\.0, the sub node = 0\.0\)"),
        (lambda v: v / Value(0.0, "d"), ZeroDivisionError, r"div\(v = 2\.0, d = 0\.0\)"),
        (
            lambda v: (-v) ** 0.5,
            ValueError,
            r"pow\(the neg node = -2\.0, 0\.5\).*the result is not real\. A base of 0",
        ),
        (lambda v: (v * 0) ** -1, ZeroDivisionError, r"pow\(the mul node = 0\.0, -1\)"),
        (lambda v: (v * 1e200) ** 2, OverflowError, r"pow\(the mul node = 2e\+200, 2\)"),
        (
            lambda v: exp(v * 400),
            OverflowError,
            r"exp\(the mul node = 800\.0\) has no finite value: .* exp overflows above 709\.78",
        ),
        (lambda v: 10**400 * v, OverflowError, r"mul\(10{36}\.\.\., v = 2\.0\) has no finite value: int too large"),
        (
            lambda v: log(1 - sigmoid(v * 20)),
            ValueError,
            r"log\(the sub node = 0\.0\).*Use logistic_loss\(z, y\): one node, stable",
        ),
        (lambda v: log(sigmoid(v * -400)), ValueError, r"log\(the sigmoid node = 0\.0\).*Use logistic_loss\(z, y\)"),
        (lambda v: Value(Fraction(1)) / Fraction(0), ZeroDivisionError, r"div\(Fraction\(1, 1\), Fraction\(0, 1\)\)"),
    ],
)
def test_domain_errors_name_the_node_its_operands_and_the_remedy(record, error, message):
    with pytest.raises(error, match=message):
        record(Value(2.0, "v"))


def test_a_wide_op_names_its_first_operands():
    wide = Op("harmonic", "h", lambda *x: sum(1 / v for v in x), lambda out, *x: tuple(-1 / v**2 for v in x))
    with pytest.raises(ZeroDivisionError, match=r"harmonic\(a = 1\.0, 2\.0, 3\.0, 0\.0, …\)"):
        wide(Value(1.0, "a"), 2.0, 3.0, 0.0, 5.0)


def test_an_infinite_factor_of_the_literal_loss_is_an_error_that_names_the_place():
    """1/a overflows below z = -709.8: the chain would give -inf for -1, or inf · 0 = NaN for 0."""
    for y in (0.0, 1.0):
        z = Value(-710.0, "z")
        with pytest.raises(
            FloatingPointError,
            match=r"the gradient of the sigmoid node = .* has no finite value: ∂log/∂\(.*\) is inf, times the gradient "
            r".*\. The product leaves the range of floats\. .*Use logistic_loss",
        ):
            literal_loss(z, y).backward()
        assert z.grad is None
        stable = logistic_loss(z, y)
        stable.backward()
        assert (stable.data, z.grad) == ((710.0, -1.0) if y else (math.exp(-710), math.exp(-710)))


def test_a_power_has_no_slope_in_a_variable_exponent_below_zero():
    power = Value(-2.0, "base") ** Value(2.0, "exponent")
    assert power.data == 4.0
    with pytest.raises(
        FloatingPointError, match=r"gradient of exponent = 2\.0 has.*write the exponent as a plain number"
    ):
        power.backward()
    assert power.grad is None


def test_a_product_out_of_range():
    v = Value(1e-160, "v")
    with pytest.raises(FloatingPointError, match=r"leaves the range of floats: rescale the numbers\."):
        (1 / v).backward()


def test_a_vertical_curve_and_a_sum_that_overflows():
    v = Value(0.0, "v")
    with pytest.raises(
        FloatingPointError, match=r"∂pow/∂\(v = 0\.0\) is inf, .*The curve is vertical there: keep the base away"
    ):
        (v**0.5).backward()
    with pytest.raises(FloatingPointError, match="the sum over its paths leaves the range of floats"):
        (v * 1e308 + v * 1e308).backward()
    assert v.grad is None


def test_nan_that_was_given_is_accepted():
    v = Value(math.nan)
    root = v * 2.0 + 1.0
    root.backward()
    assert math.isnan(root.data)
    assert v.grad == 2.0
    w = Value(1.0)
    (w * v).backward()
    assert math.isnan(w.grad)
