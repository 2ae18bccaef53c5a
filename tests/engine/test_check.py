"""check_gradient: green for right rules, and red, naming the parameter, for wrong ones."""

import math

import pytest

from micrograd_lr import (
    OPS,
    GradientCheckError,
    GradientReport,
    Op,
    Value,
    check_gradient,
    dot,
    exp,
    gradient,
    log,
    logistic_loss,
    relu,
    sigmoid,
    tanh,
)
from micrograd_lr.engine.numeric import numeric_gradient


def test_green_with_the_names_of_the_function():
    report = check_gradient(
        lambda w, b, *rest: logistic_loss(dot(w, [2.0, 3.0]) + b * rest[0], 1.0), [0.5, -0.2], 0.1, 2.0
    )
    assert report.agree
    assert report.names == ["w[0]", "w[1]", "b", "rest[0]"]
    assert str(report).splitlines()[0].split() == ["reverse", "pass", "numeric"]
    assert str(report).splitlines()[-1] == report.verdict
    assert "numeric: " in report.verdict
    assert "(allowed 1e-09)" in report.verdict


@pytest.mark.parametrize("name", sorted(set(OPS) - {"relu"}))
def test_a_wrong_rule_fails(name, monkeypatch):
    """For every row: with one partial off by a part in a hundred million, the check names the parameter."""
    op = OPS[name]
    arity = op.arity or 4
    point = [0.6, 0.8, 0.7, 0.9][:arity]
    fun = lambda *x: op(*x)
    assert check_gradient(fun, *point).agree
    right = op.partials
    for i in range(arity):
        wrong = lambda out, *x, i=i: tuple(d * (1 + 1e-8) if j == i else d for j, d in enumerate(right(out, *x)))
        monkeypatch.setattr(op, "partials", wrong)
        with pytest.raises(GradientCheckError, match=rf"the gradient is wrong at x\[{i}\]"):
            check_gradient(fun, *point)


def test_a_wrong_rule_of_relu_fails(monkeypatch):
    monkeypatch.setattr(OPS["relu"], "partials", lambda out, a: (1,))
    with pytest.raises(GradientCheckError, match="wrong at x"):
        check_gradient(lambda x: x.relu(), -2.0)


def test_a_function_that_leaves_the_graph_is_red():
    with pytest.raises(
        GradientCheckError,
        match=r"wrong at x, or fun leaves the graph there:\n(.|\n)*✗ RED: they disagree, most at x\.",
    ):
        check_gradient(lambda x: x * math.exp(x), 1.0)


def test_a_lost_saturated_gradient_is_red():
    """0 for σ(-40) - 0: differences of floats pass it."""
    op = Op("lossy", "?", OPS["logistic_loss"].value, lambda out, z, y: (0.0, -z))
    with pytest.raises(GradientCheckError):
        check_gradient(lambda z: op(z, 1.0), 40.0)


def test_green_at_small_arguments_and_where_everything_is_zero_to_rounding():
    for fun, x in ((log, 1e-6), (lambda x: x**0.5, 1e-7), (lambda x: 1 / x, 1e-9), (lambda x: x.relu(), 1e-11)):
        assert check_gradient(fun, x).agree
    assert check_gradient(lambda z: logistic_loss(z, 0.3), math.log(0.3 / 0.7)).agree
    assert check_gradient(lambda x: x * log(x), math.exp(-1)).agree


SIZES = [5e-324, 1e-300, 1e-17, 1e-8, 0.3, 1e8, 1e17, 1e150]


@pytest.mark.parametrize("x", [sign * size for size in SIZES for sign in (1, -1)] + [0.0])
def test_green_at_numbers_of_every_size(x):
    assert check_gradient(lambda x: 1.0 + x, x).agree
    assert check_gradient(lambda x: 1.0 + x * x, x).agree
    assert check_gradient(lambda x, y: x * y + 1e15, x, 1e10).agree
    for fun in (sigmoid, lambda x: x.tanh(), lambda x: logistic_loss(x, 1.0), lambda x: logistic_loss(x, 0.3)):
        assert check_gradient(fun, x).agree
    assert check_gradient(lambda x, unused: x * 3.0, x, 1.0).agree
    if x:
        assert check_gradient(abs, x).agree
    if x > 1e-308:
        for fun in (log, lambda x: x**0.5, lambda x, y: x + y + log(x)):
            assert check_gradient(fun, x, *[1e10] * (fun.__code__.co_argcount - 1)).agree


def test_green_beside_0():
    assert check_gradient(lambda x: log(1 + x), 0.0).agree
    assert check_gradient(lambda x: log(x + 1e-15), 0.0).agree
    assert check_gradient(lambda x: x**0, 0.0).agree
    assert check_gradient(lambda x: 1 + x**3, 1e-100).agree
    assert check_gradient(lambda w, b: logistic_loss(dot(w, [1e3, 2e-3]) + b, 1.0), [1e-5, 0.0], 1e6).agree
    assert numeric_gradient(lambda x: log(1 + x * x), 1e-17) == [2e-17]
    assert numeric_gradient(log, 5e-324) == [math.inf]


WRONG = [
    ("log", [(1e-300,), (1e-17,), (1.0,), (1e300,)]),
    ("exp", [(-700.0,), (-1e-300,), (0.0,), (700.0,)]),
    ("tanh", [(1e-300,), (-1e-17,), (0.0,), (3.0,)]),
    ("sigmoid", [(-700.0,), (1e-17,), (0.0,), (3.0,)]),
    ("relu", [(1e-300,), (1e-17,), (1e300,)]),
    ("abs", [(1e-300,), (-1e-17,), (-1e300,)]),
    ("neg", [(1e-300,), (0.0,), (1e300,)]),
    ("add", [(1e-300, 1e300), (0.0, 0.0)]),
    ("mul", [(1e-300, 1e200), (1e-17, 1e17)]),
    ("div", [(1e-300, 1e300), (1.0, 1e-150)]),
    ("pow", [(1e-100, 2.0), (1e-17, 0.5), (1e100, 3.0)]),
    ("logistic_loss", [(-700.0, 0.0), (700.0, 1.0), (1e-17, 0.5)]),
]


@pytest.mark.parametrize(("name", "point"), [(name, point) for name, points in WRONG for point in points])
def test_red_at_numbers_of_every_size(name, point, monkeypatch):
    op = OPS[name]
    fun = lambda *x: op(*x)
    assert check_gradient(fun, *point).agree
    right = op.partials
    monkeypatch.setattr(op, "partials", lambda out, *x: tuple(d * (1 + 1e-8) for d in right(out, *x)))
    with pytest.raises(GradientCheckError):
        check_gradient(fun, *point)


def test_rounding_is_overlooked_where_a_derivative_is_a_small_difference_of_large_numbers():
    assert check_gradient(lambda x: (x * 3.0 - 1.0) ** 2 + 1.0, 1 / 3).agree
    with pytest.raises(GradientCheckError):  # and not beside a large value
        check_gradient(lambda x: 1e6 + x * math.exp(x), -30.0)


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_named(x):
    with pytest.raises(ValueError, match=rf"taken at finite numbers, and one of them is {x}\. Replace it\."):
        check_gradient(lambda w, b: w * 2.0 + b, 1.0, x)


def test_a_function_that_is_infinite_or_far_from_the_range_of_floats():
    with pytest.raises(GradientCheckError, match=r"\+inf     \+nan"):
        check_gradient(lambda x: x * math.inf, 1.0)
    assert check_gradient(sigmoid, -1e9).agree
    with pytest.raises(
        ArithmeticError, match=r"log\(Decimal\('-1E-30'\)\) has no finite value: InvalidOperation\. log"
    ):
        numeric_gradient(lambda x: log(x.data), 0.0)


def test_nan_and_zero_columns():
    red = GradientReport(["x", "y"], {"reverse pass": [math.nan, 1.0], "numeric": [1.0, 1.0]}, {"numeric": 1e-9})
    assert not red.agree
    assert red.worst == "x"
    infinite = GradientReport(["x", "y"], {"reverse pass": [1.0, math.inf], "numeric": [1.0, 1.0]}, {"numeric": 1e-9})
    assert not infinite.agree
    zero = GradientReport(["x"], {"reverse pass": [0.0], "numeric": [0.0]}, {"numeric": 1e-9})
    assert zero.agree


def test_several_arguments_and_methods():
    assert check_gradient(lambda x: (x.exp() / (1 + exp(x))).log() + sigmoid(x).tanh() * x.relu() ** 2.5, 0.7).agree
    assert check_gradient(lambda x, y: x**y - Value(3.0) * x / y, 1.5, 2.5).agree


@pytest.mark.parametrize(
    "reverse, other, difference",
    [(1.0, 1.0 + 2**-52, 2**-52), (1.0, 1.5, 1 / 3), (1e-17, -2e-17, 0.0), (1.0, -1.0, 2.0)],
)
def test_the_difference_is_the_one_measured_but_for_rounding_at_a_minimum(reverse, other, difference):
    report = GradientReport(["w"], {"reverse pass": [reverse], "numeric": [other]}, {"numeric": 1e-9}, rounding=1e-15)
    assert report.differences["numeric"] == pytest.approx(difference, rel=1e-15)
    assert report.agree == (difference < 1e-9)
    assert f"numeric: {difference:.1e} (allowed 1e-09)" in str(report)


KINKS = [lambda x: x**3, lambda x: x**5, lambda x: x * relu(x), lambda x: x * abs(x), lambda x: tanh(x) ** 3]


@pytest.mark.parametrize("fun, x", [*((fun, 0.0) for fun in KINKS), (lambda x: (x * x - 1) ** 3, 1.0)])
def test_a_derivative_of_0_where_only_the_step_is_seen(fun, x):
    assert gradient(fun, x) == 0.0
    assert check_gradient(fun, x).agree
    wrong = Op("wrong", "?", lambda v: v, lambda out, v: (1 + 1e-8,))
    with pytest.raises(GradientCheckError):
        check_gradient(lambda v: fun(v) + wrong(v), x)
