"""A loss is traced on nodes without numbers: every way to look at one is traced rightly, or refused."""

import contextlib
import functools
import importlib
import math
import operator

import numpy as np
import pandas as pd
import pytest

from micrograd_lr import (
    TraceError,
    Value,
    dot,
    gradient,
    hessian,
    log,
    logistic_loss,
    relu,
    sigmoid,
    tanh,
    value_and_grad,
)
from micrograd_lr import sum as node_sum

DATA = [1.0, 2.0, 3.0], [0.0, 1.0, 0.0]


@functools.cache
def remembered(y):
    return y


def matched(y):
    match y:
        case 1.0:
            return True
    return False


LOOKS = """
y == 1 | 1 == y | y != 1 | y == y | operator.eq(y, 1) | matched(y) | np.float64(1) == y | [y] == [1]
y in (0, 1) | y not in [1.0] | y in range(2) | 1 in collections.deque([y]) | [0, 1].index(y) | [0, 1].count(y)
y in {0, 1} | {0: 2, 1: 3}[y] | {1: 2}.get(y) | {}.setdefault(y, 1) | {y} | frozenset([y]) | collections.Counter([y])
hash(y) | remembered(y) | y < 1 | 1 >= y | max(y, 0.0) | sorted([y, 1]) | bisect.bisect([0, 1], y)
heapq.heappush([0.5], y) | 1 if y else 2 | not y | y and 1 | any([y]) | [*filter(None, [y])] | bool(y)
int(y) | float(y) | complex(y) | round(y) | round(y, 2) | math.floor(y) | math.ceil(y) | math.trunc(y)
math.exp(y) | math.isnan(y) | math.isclose(y, 1) | math.fsum([y]) | math.copysign(1, y) | math.gcd(y, 2)
y // 1 | 1 // y | y % 2 | 2 % y | divmod(y, 1) | divmod(1, y)
str(y) | repr(y) | format(y) | f"{y:.1f}" | "%s" % y | "%f" % y | "{}".format(y) | print(y)
[2, 3][y] | [2, 3][y:] | range(y) | bin(y) | chr(y) | bytes([y]) | operator.index(y)
y.data | y.grad | (y * 2).partials | (y * 2).numbers | setattr(y, "data", 1.0) | setattr(y, "grad", 1.0)
y.backward() | (y * 2).backward() | copy.copy(y) | copy.deepcopy(y) | pickle.dumps(y)
np.asarray(y, float) | np.array([y]) == 1 | np.where(y, 1, 2) | np.argmax([y, y])
"""
# These raise an error that Python or NumPy puts in the place of ours.
REFUSED_BY_OTHERS = """
"%d" % y | np.arange(2)[y] | "a" * y | json.dumps(y) | len(y) | y[0] | np.isclose(y, 1) | np.sign(y) | np.exp(y)
y.is_integer() | y & 1 | ~y | statistics.mean([y])
"""


def ways(table):
    return [text.strip() for line in table.strip().split("\n") for text in line.split(" | ")]


MODULES = "bisect collections copy heapq json math operator pickle statistics"
NAMES = {name: importlib.import_module(name) for name in MODULES.split()}
NAMES |= {"np": np, "matched": matched, "remembered": remembered}


def looking(text):
    return eval(f"lambda y: {text}", NAMES)


def losses(look):
    """A loss that looks at each of the things that a loss can look at."""
    yield lambda w, x, y: (look(y), w * x * y)[1]
    yield lambda w, x, y: (look(w), w * x * y)[1]
    yield lambda w, x, y: (look(w * x - y), w * x * y)[1]
    yield lambda w, x, y: (look(sigmoid(w)), w * x * y)[1]
    yield lambda w, x, y: (look(dot([w, 1.0], [x, 2.0])), w * x * y)[1]
    yield lambda w, x, y: (look(node_sum([w, 1.0, y])), w * x * y)[1]
    yield lambda w, x, y: (look(2.0 - y), w * x * y)[1]
    yield lambda w, x, y: (look(logistic_loss(w * x, 1.0)), w * x * y)[1]


@pytest.mark.parametrize("text", ways(LOOKS))
def test_every_way_to_look_at_a_number_is_refused_with_its_line(text):
    for loss in losses(looking(text)):
        with pytest.raises(TraceError) as error:
            value_and_grad(loss, backend="python")(0.5, *DATA)
        place, _, said = str(error.value).partition(" on a traced value. ")
        assert place.startswith(("<string>, line 1, in <lambda>: ", f"{__file__}, line "))
        assert said == (
            "The loss is traced once for all examples, so nothing may depend on the numbers: use relu(), tanh(), "
            "sigmoid(), exp(), log() of micrograd_lr, and put choices that depend on data into a column of 0 and 1."
        )


@pytest.mark.parametrize("text", ways(REFUSED_BY_OTHERS))
def test_other_ways_raise_too(text):
    for loss in losses(looking(text)):
        with pytest.raises((TypeError, AttributeError, IndexError)):
            value_and_grad(loss, backend="python")(0.5, *DATA)


@pytest.mark.parametrize(
    "loss, J, slope",
    [
        (lambda w, x, y: w * x if y is None else w * y, 0.5, 1.0),
        (lambda w, x, y: math.prod([w, x, y]), 1.0, 2.0),
        (lambda w, x, y: sum([w * x, y]), 4.0, 6.0),
        (lambda w, x, y: functools.reduce(operator.mul, [w, x, y]), 1.0, 2.0),
        (lambda w, x, y: w * x * y if isinstance(y, Value) else w, 1.0, 2.0),
        (lambda w, x, y: w * x * y + 0.0 * len(y.label), 1.0, 2.0),
        (lambda w, x, y: np.dot(np.array([w, y]), [1.0, 2.0]), 3.5, 3.0),
        (lambda w, x, y: (+w) * {"x": x, "y": y}["x"] * [y][0], 1.0, 2.0),
    ],
)
def test_what_does_not_depend_on_a_number_is_traced(loss, J, slope):
    assert value_and_grad(loss, backend="python")(0.5, *DATA) == (J, {"w": slope})


def test_a_derivative_inside_a_loss_is_traced():
    """The gradient of a network by its input, as losses with physics in them use it: (d/dx wx²)² = 4w²x²."""
    loss = lambda w, x: gradient(lambda t: w * t * t, x) ** 2
    assert value_and_grad(loss, batch="x", backend="python")(3.0, [1.0, 2.0]) == (180.0, {"w": 120.0})


def swallowed(w, x, y):
    try:
        k = float(y)
    except (TypeError, ValueError):
        k = 0.0
    return w * x * k + w


def suppressed(w, x, y):
    with contextlib.suppress(Exception):
        return w * math.exp(x)
    return w * y


def through_pandas(w, x, y):
    a = sigmoid(w * x)
    return -log(a) if (pd.Series([y]) == 1).all() else -log(1 - a)


def through_isin(w, x, y):
    return w * x if pd.Series([y]).isin([1.0]).any() else w * y


@pytest.mark.parametrize("loss", [swallowed, suppressed, through_pandas, through_isin])
def test_a_look_that_somebody_has_caught_is_refused_all_the_same(loss):
    for backend in ("python", "numpy"):
        graph = value_and_grad(loss, backend=backend)
        for _ in range(2):
            with pytest.raises(TraceError, match=f"line .*, in {loss.__name__}: .* on a traced value"):
                graph(0.5, *DATA)
    assert value_and_grad(lambda w, x, y: w * x * y, backend="python")(0.5, *DATA) == (1.0, {"w": 2.0})


def scaled_slope(f, /, w, x):
    return w * gradient(f, x)


def test_the_slope_of_a_kink_inside_a_loss_is_traced():
    """The derivatives of relu and abs are numbers, and as a formula they depend on the data."""
    for backend in ("python", "numpy"):
        for f, slopes in ((relu, [1.0, 0.0, 1.0]), (abs, [1.0, -1.0, 1.0])):
            graph = value_and_grad(functools.partial(scaled_slope, f), batch="x", backend=backend)
            assert graph(2.0, [1.0, -2.0, 3.0]) == (2.0 * sum(slopes), {"w": sum(slopes)})
            with pytest.raises(ValueError, match=r"x\[0\] is nan, in example 0"):
                graph(2.0, [math.nan, 1.0])
        with pytest.raises(TraceError, match=r"== .* on a traced value"):
            value_and_grad(lambda w, x: w if gradient(relu, x) == 1 else w * w, batch="x", backend=backend)(2.0, [1.0])


def test_derivatives_inside_a_loss_meet_the_stable_forms():
    graph = value_and_grad(lambda w, x: log(gradient(lambda t: tanh(t * w), x)), batch="x", backend="python")
    J, gradients = graph(0.5, [1.0, 2.0])
    z = 0.5 * np.array([1.0, 2.0])
    assert pytest.approx(np.log(0.5 / np.cosh(z) ** 2).sum(), rel=1e-14) == J
    assert gradients["w"] == pytest.approx((2.0 - 2 * np.array([1.0, 2.0]) * np.tanh(z)).sum(), rel=1e-13)


def test_a_result_that_holds_nodes_is_named_by_its_type():
    with pytest.raises(TypeError, match=r"^<lambda> returned an object of the type ndarray for one example; it has to"):
        value_and_grad(lambda w, x: np.array(w) * np.array(x), batch="x")([1.0, 2.0], [[1.0], [2.0]])


@pytest.mark.slow
def test_branches_as_arithmetic_give_what_the_branch_would():
    def branching(w, b, x, y):
        a = sigmoid(w * x + b)
        return -log(a) if y == 1 else -log(1 - a)

    def arithmetic(w, b, x, y):
        a = sigmoid(w * x + b)
        return -(y * log(a) + (1 - y) * log(1 - a))

    with pytest.raises(TraceError, match=r"in branching: == \(or in, index, count\) on a traced value"):
        value_and_grad(branching)(0.8, -0.1, *DATA)
    J, gradients = value_and_grad(arithmetic)(0.8, -0.1, *DATA)
    z = 0.8 * np.array(DATA[0]) - 0.1
    assert pytest.approx(3.700144791, abs=1e-9) == J
    assert gradients["w"] == pytest.approx(((1 / (1 + np.exp(-z)) - DATA[1]) * DATA[0]).sum(), rel=1e-14)
    assert gradients["w"] == pytest.approx(3.029968, abs=1e-6)


# Nodes that are not arguments

LAM = Value(0.1, "lam")


@pytest.mark.parametrize(
    "loss, said",
    [
        (lambda w, x: LAM * w * w + 0 * x, "lam = 0.1"),
        (lambda w, x: w * w * LAM, "lam = 0.1"),
        (lambda w, x: w**LAM, "lam = 0.1"),
        (lambda w, x: LAM**2 * w, "the pow node = 0.01"),
        (lambda w, x: dot([w, LAM], [x, x]), "lam = 0.1"),
        (lambda w, x: dot([LAM, LAM], [1.0, 2.0]) * w, "the dot node = 0.3"),
        (lambda w, x: node_sum([w, x, LAM]), "lam = 0.1"),
        (lambda w, x: logistic_loss(w * x, LAM), "lam = 0.1"),
        (lambda w, x: logistic_loss(LAM, w), "lam = 0.1"),
        (lambda w, x: Value(2.0) * w, "2.0"),
        (lambda w, x: gradient(lambda t: t * w, 2.0), "2.0"),
    ],
)
def test_a_node_that_is_not_an_argument_is_named(loss, said):
    for options in ({}, {"stable": False}):
        with pytest.raises(TraceError) as error:
            value_and_grad(loss, batch="x", backend="python", **options)(2.0, [0.0])
        assert str(error.value).startswith(f"{__file__}, line {loss.__code__.co_firstlineno}, in <lambda>: {said}")
        assert "is a Value that is not an argument of the loss. The loss is traced once, so its number would be" in str(
            error.value
        )
        assert str(error.value).endswith(
            "make it an argument of the loss, or write a plain number if a constant is meant."
        )


def test_a_loss_of_other_nodes_alone_is_named():
    with pytest.raises(TraceError, match=r"<lambda>: lam = 0\.1 is a Value that is not an argument of the loss"):
        value_and_grad(lambda w, x: LAM, batch="x", backend="python")(2.0, [0.0])


def test_as_an_argument_it_has_its_gradient():
    loss = lambda lam, w, x: lam * w * w + 0 * x
    graph = value_and_grad(loss, batch="x", backend="python")
    assert graph(0.1, 2.0, [0.0])[0] == 0.4
    assert graph(10.0, 2.0, [0.0]) == (40.0, {"lam": 4.0, "w": 40.0})


def test_what_is_kept_between_two_traces_is_refused():
    kept = []

    def loss(w, x):
        kept.append(w[0])
        return kept[0] * x[0] + dot(w, x)

    graph = value_and_grad(loss, batch="x", backend="python")
    assert graph([1.0, 2.0], [[1.0], [1.0]])[0] == 4.0
    with pytest.raises(TraceError, match=r"in loss: w\[0\] = w\[0\] is a Value that is not an argument of the loss"):
        graph([1.0, 2.0, 3.0], [[1.0], [1.0], [1.0]])


def test_what_was_computed_in_vain_and_kept_is_refused_too():
    kept = []

    def loss(w, x):
        kept.append(w[1] * 2.0 if len(w) == 2 else w[0])
        return kept[0] * kept[0] if len(w) == 3 else w[0] * x[0]

    graph = value_and_grad(loss, batch="x", backend="python")
    assert graph([1.0, 2.0], [[1.0], [1.0]])[0] == 1.0
    with pytest.raises(TraceError, match=r"^loss uses w\[1\], which it kept from an earlier trace\. .* compute every"):
        graph([1.0, 2.0, 3.0], [[1.0], [1.0], [1.0]])


def test_outside_of_a_loss_equality_stays_identity():
    v = Value(1.0)
    assert v == v
    assert v != Value(1.0)
    assert v != 1.0
    assert {v: 2}[v] == 2


def test_second_derivatives_and_gradients_alone_refuse_the_same():
    for make in (gradient, hessian):
        with pytest.raises(TraceError, match="== "):
            make(lambda w, x: w if x == 1 else w * w, batch="x", backend="python")(2.0, [1.0])
