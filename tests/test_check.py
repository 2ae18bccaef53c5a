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
    log,
    logistic_loss,
    sigmoid,
)
from micrograd_lr.value import apply


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
    arity = {"sum": 3, "dot": 4, "neg": 1, "exp": 1, "log": 1, "sigmoid": 1, "tanh": 1}.get(name, 2)
    point = [0.6, 0.8, 0.7, 0.9][:arity]
    fun = lambda *x: apply(op, *x)
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
        check_gradient(lambda z: apply(op, z, 1.0), 40.0)


def test_green_at_small_arguments_and_where_everything_is_zero_to_rounding():
    for fun, x in ((log, 1e-6), (lambda x: x**0.5, 1e-7), (lambda x: 1 / x, 1e-9), (lambda x: x.relu(), 1e-11)):
        assert check_gradient(fun, x).agree
    assert check_gradient(lambda z: logistic_loss(z, 0.3), math.log(0.3 / 0.7)).agree
    assert check_gradient(lambda x: x * log(x), math.exp(-1)).agree


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
