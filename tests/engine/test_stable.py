"""σ(z), log σ(z) and log(1 + eᶻ) in all the ways they are written: found by structure, and right at every z."""

import math
from decimal import Decimal
from functools import partial

import numpy as np
import pytest
from truth import mp

from micrograd_lr import Expression, Value, dot, exp, hessian, log, logistic_loss, sigmoid, tanh, value_and_grad
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.ops import LOGSUMEXP
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.stable import as_loss, log_of, logit, one_less, stabilised

LOGITS = [*np.linspace(-800, 800, 33), *np.linspace(-45, 45, 31), 36.73680056967711, -36.8, 709.9, -709.9, 0.0, 1e-9]

# Every spelling that is recognised, in one table.
SIGMOIDS = {
    "sigmoid(z)": lambda z: sigmoid(z),
    "1/(1 + exp(-z))": lambda z: 1 / (1 + exp(-z)),
    "1/(exp(-z) + 1)": lambda z: 1 / (exp(-z) + 1.0),
    "1/(1 + exp(-1*z))": lambda z: 1 / (1 + exp(-1 * z)),
    "1/(1 + exp(0 - z))": lambda z: 1 / (1 + exp(0 - z)),
    "1/(1 + 1/exp(z))": lambda z: 1 / (1 + 1 / exp(z)),
    "(1 + exp(-z))**-1": lambda z: (1 + exp(-z)) ** -1,
    "exp(z)/(1 + exp(z))": lambda z: exp(z) / (1 + exp(z)),
    "exp(z)/(exp(z) + 1)": lambda z: exp(z) / (exp(z) + 1),
    "exp(z)*(1/(1 + exp(z)))": lambda z: exp(z) * (1 / (1 + exp(z))),
    "(1 + exp(z))**-1*exp(z)": lambda z: (1 + exp(z)) ** -1 * exp(z),
    "2/(2 + 2*exp(-z))": lambda z: 2 / (2 + 2 * exp(-z)),
    "exp(z)/(exp(z) + exp(0*z))": lambda z: exp(z) / (exp(z) + exp(0 * z)),
    "exp(z)/sum([1, exp(z)])": lambda z: exp(z) / node_sum([1, exp(z)]),
    "exp(z/2)/(exp(z/2) + exp(-z/2))": lambda z: exp(z / 2) / (exp(z / 2) + exp(-z / 2)),
    "1 - 1/(1 + exp(z))": lambda z: 1 - 1 / (1 + exp(z)),
    "1 - (1 - a)": lambda z: 1 - (1 - sigmoid(z)),
    "-((1 - a) - 1)": lambda z: -((1 - sigmoid(z)) - 1),
    "1 - sigmoid(-z)": lambda z: 1 - sigmoid(-z),
    "1.0*a": lambda z: 1.0 * sigmoid(z),
    "a*1": lambda z: sigmoid(z) * 1,
    "a + 0": lambda z: sigmoid(z) + 0,
    "0 + a": lambda z: 0.0 + sigmoid(z),
    "a - 0": lambda z: sigmoid(z) - 0,
    "-(-a)": lambda z: -(sigmoid(z) * -1),
    "a/1": lambda z: sigmoid(z) / 1,
    "a**1": lambda z: sigmoid(z) ** 1,
    "sum([a])": lambda z: node_sum([sigmoid(z)]),
    "(1 + tanh(z/2))/2": lambda z: (1 + tanh(z / 2)) / 2,
    "0.5*(tanh(0.5*z) + 1)": lambda z: 0.5 * (tanh(0.5 * z) + 1),
    "(1 - tanh(-z/2))*0.5": lambda z: (1 - tanh(-z / 2)) * 0.5,
}
COMPLEMENTS = {
    "1 - a": lambda a: 1 - a,
    "-a + 1": lambda a: -a + 1,
    "-(a - 1)": lambda a: -(a - 1),
    "1.0 - 1*a": lambda a: 1.0 - 1 * a,
    "1 + -1*a": lambda a: 1 + -1 * a,
    "sum([1, -a])": lambda a: node_sum([1, -a]),
    "0.5 + (0.5 - a)": lambda a: 0.5 + (0.5 - a),
}


def softplus(t):
    return mp.log1p(mp.exp(t))


def assert_right(loss, truth, slope, ulps=4, backend="python", scale=lambda z: 0.0):
    """J and ∂J/∂z within some units in the last place of the truth, or of the `scale` of what is added up."""
    graph = value_and_grad(loss, batch="x", backend=backend)
    for z in map(float, LOGITS):
        J, gradients = graph(z, [1.0])
        for found, right, size in (
            (J, truth(mp.mpf(z)), scale(z)),
            (gradients["z"], slope(mp.mpf(z)), min(scale(z), 1)),
        ):
            assert abs(found - right) <= ulps * math.ulp(max(abs(float(right)), size)), (z, found, right)


@pytest.mark.slow
@pytest.mark.parametrize("spelling", SIGMOIDS)
def test_the_logs_of_every_spelling_are_right_at_every_logit(spelling):
    a = SIGMOIDS[spelling]
    assert_right(lambda z, x: -log(a(z * x)), lambda z: softplus(-z), lambda z: -1 / (1 + mp.exp(z)))
    assert_right(lambda z, x: -log(1 - a(z * x)), lambda z: softplus(z), lambda z: 1 / (1 + mp.exp(-z)))
    y = 0.25
    assert_right(
        lambda z, x: -(y * log(a(z * x)) + (1 - y) * log(1 - a(z * x))),
        lambda z: y * softplus(-z) + (1 - y) * softplus(z),
        lambda z: 1 / (1 + mp.exp(-z)) - y,
        scale=lambda z: 1.0,
    )


def minus_log(a, /, z, x):
    return -log(a(z * x))


@pytest.mark.parametrize("complement", COMPLEMENTS)
def test_every_spelling_of_one_less(complement):
    less = COMPLEMENTS[complement]
    for a in (SIGMOIDS["sigmoid(z)"], SIGMOIDS["1/(1 + exp(-z))"]):
        assert_right(partial(minus_log, lambda z, a=a: less(a(z))), softplus, lambda z: 1 / (1 + mp.exp(-z)))


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_the_other_backends_run_the_same_program(backend):
    def loss(z, x):
        return node_sum([(k + 1) * log(a(z * x)) for k, a in enumerate(SIGMOIDS.values())])

    count = len(SIGMOIDS) * (len(SIGMOIDS) + 1) // 2
    assert_right(
        loss, lambda z: -count * softplus(-z), lambda z: count / (1 + mp.exp(z)), ulps=len(SIGMOIDS), backend=backend
    )


@pytest.mark.parametrize("spelling", SIGMOIDS)
def test_the_value_itself_is_right_too(spelling):
    """Outside of a log: a, where a hand-written quotient overflows. (σ′ = a(1 - a) is documented to end at z = 36.)"""
    graph = value_and_grad(lambda z, x: SIGMOIDS[spelling](z * x), batch="x", backend="python")
    for z in (-709.0, -40.0, -1.0, 0.0, 1.0, 40.0, 800.0) + (-800.0,) * ("exp" in spelling):
        true = 1 / (1 + mp.exp(-mp.mpf(z)))
        rounded = 2.0**-52 if "tanh" in spelling or "-" in spelling.replace("(-", "") else 0.0
        assert abs(graph(z, [1.0])[0] - true) <= max(4 * math.ulp(float(true)), rounded)


LOGS = {
    "log(1 + exp(z))": (lambda z: log(1 + exp(z)), softplus),
    "log(exp(z) + 1)": (lambda z: log(exp(z) + 1), softplus),
    "-log(1/(1 + exp(z)))": (lambda z: -log(1 / (1 + exp(z))), softplus),
    "log(1/a)": (lambda z: log(1 / sigmoid(z)), lambda z: softplus(-z)),
    "log(a**2)/2": (lambda z: log(sigmoid(z) ** 2) / 2, lambda z: -softplus(-z)),
    "log(a**0.5)": (lambda z: log(sigmoid(z) ** 0.5), lambda z: -softplus(-z) / 2),
    "log(a*a)": (lambda z: log(sigmoid(z) * sigmoid(z)), lambda z: -2 * softplus(-z)),
    "log(a/(1 - a))": (lambda z: log(sigmoid(z) / (1 - sigmoid(z))), lambda z: z),
    "log(exp(z))": (lambda z: log(exp(z)), lambda z: z),
    "log(3*a)": (lambda z: log(3 * sigmoid(z)), lambda z: mp.log(3) - softplus(-z)),
    "log(1 + tanh(z))": (lambda z: log(1 + tanh(z)), lambda z: mp.log(2) - softplus(-2 * z)),
    "log(exp(z) + exp(1 - z))": (lambda z: log(exp(z) + exp(1 - z)), lambda z: mp.log(mp.exp(z) + mp.exp(1 - z))),
    "log(sum([exp(z), exp(2z), 1]))": (
        lambda z: log(node_sum([exp(z), exp(2 * z), 1.0])), lambda z: mp.log(mp.exp(z) + mp.exp(2 * z) + 1),
    ),
    "softmax of three": (
        lambda z: -log(exp(z) / (exp(z) + exp(-z) + exp(2 * z))),
        lambda z: -mp.log(mp.exp(z) / (mp.exp(z) + mp.exp(-z) + mp.exp(2 * z))),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOGS)
def test_logs_of_other_positive_formulas(name):
    loss, truth = LOGS[name]
    assert_right(lambda z, x: loss(z * x), truth, lambda z: mp.diff(truth, z), scale=lambda z: max(1.0, abs(z)))


def test_a_softmax_over_ten_classes_is_the_cross_entropy():
    weights = np.linspace(-1, 1, 10)

    def loss(w, x):
        scores = [exp(wk * x) for wk in w]
        return -log(scores[3] / node_sum(scores))

    for x in (1.0, -30.0, 900.0):
        J, gradients = value_and_grad(loss, batch="x", backend="numpy")(weights, [x])
        scores = [mp.exp(mp.mpf(w) * x) for w in weights]
        shares = [s / sum(scores) for s in scores]
        assert abs(J + mp.log(shares[3])) <= 1e-15 * max(1, abs(x))
        right = [(share - (k == 3)) * x for k, share in enumerate(shares)]
        assert max(abs(g - r) for g, r in zip(gradients["w"], right)) <= 1e-15 * abs(x)


@pytest.mark.parametrize("backend", ["numba", "numpy", "python"])
def test_an_addend_that_is_far_below_the_others(backend):
    """As in a masked softmax: what is taken away and given back must not be lost on the way."""
    for a, b, c in ((-1e17, 1.0, 0.5), (1.0, -1e17, 0.5), (0.5, 1.0, -1e17), (-1e9, 1e-3, -1e9), (-40.0, 0.5, -800.0)):
        graph = value_and_grad(lambda a, b, c, x: log(exp(a * x) + exp(b * x) + exp(c * x)), batch="x", backend=backend)
        J, gradients = graph(a, b, c, [1.0])
        weights = {name: mp.exp(mp.mpf(t)) for name, t in (("a", a), ("b", b), ("c", c))}
        total = sum(weights.values())
        assert abs(J - mp.log(total)) <= 4 * math.ulp(float(mp.log(total)))
        for name, weight in weights.items():
            assert abs(gradients[name] - weight / total) <= 4 * math.ulp(float(weight / total))


def test_log_sum_exp_and_its_slopes_at_every_size():
    """Each slope is right by itself, however small, but for the rounding of t - max(terms)."""
    rng = np.random.default_rng(1)
    for size in (1e-3, 1.0, 30.0, 700.0, 1e6):
        for _ in range(20):
            terms = (size * rng.normal(size=rng.integers(2, 12))).tolist()
            powers = [mp.exp(mp.mpf(t)) for t in terms]
            assert abs(LOGSUMEXP(*terms) - mp.log(sum(powers))) <= 2 * math.ulp(max(1.0, *map(abs, terms)))
            for slope, power, t in zip(LOGSUMEXP.partials(None, *terms), powers, terms):
                right, ulps = (
                    power / sum(powers),
                    4 + min(max(terms) - t, 800),
                )
                assert abs(slope - right) <= ulps * math.ulp(float(right)) + 2.0**-1070
    assert abs(mp.mpf(str(LOGSUMEXP(*map(Decimal, (1, -2, 0))))) - mp.log(mp.e + mp.exp(-2) + 1)) < 1e-26


def test_second_derivatives_of_log_sum_exp():
    """diag(p) - ppᵀ, the same around 0 and around 900, where every power overflows."""
    for middle in (0.0, 900.0, -900.0):
        terms = [middle + t for t in (0.5, -1.0, 2.0)]
        p = np.array(LOGSUMEXP.partials(None, *terms))
        H = hessian(lambda z: LOGSUMEXP(*z), terms)
        assert np.max(np.abs(H - (np.diag(p) - np.outer(p, p)))) <= 1e-16


def test_a_share_of_many_without_a_log():
    """A softmax of three, where every power overflows or is 0; to the roundings of what is subtracted."""
    graph = value_and_grad(lambda z, x: exp(z * x) / (exp(z * x) + exp(-z * x) + exp(1 - z * x)), batch="x")
    share = lambda z: 1 / (1 + mp.exp(-2 * z) + mp.exp(1 - 2 * z))
    for z in (-800.0, -30.0, -0.5, 0.0, 1.0, 40.0, 800.0):
        J, gradients = graph(z, [1.0])
        for found, right in ((J, share(mp.mpf(z))), (gradients["z"], mp.diff(share, z))):
            assert abs(found - right) <= (4 + 2 * abs(z)) * math.ulp(J)


def of_a_product(loss, /, w, x):
    return loss(w * x)


@pytest.mark.parametrize("backend", ["numba", "numpy", "python"])
def test_quotients_over_the_same_sum(backend):
    """z σ(z), 3σ(z) and 2σ(z) - 1, written by hand."""
    for loss, truth in (
        (lambda z: z / (1 + exp(-z)), lambda z: z / (1 + mp.exp(-z))),
        (lambda z: 3 / (1 + exp(-z)), lambda z: 3 / (1 + mp.exp(-z))),
        (lambda z: 2 / (1 + exp(-z)) - 1, lambda z: 2 / (1 + mp.exp(-z)) - 1),
    ):
        graph = value_and_grad(partial(of_a_product, loss), batch="x", backend=backend)
        for z in (-800.0, -30.0, -1.0, 0.5, 800.0):
            right = truth(mp.mpf(z))
            assert abs(graph(1.0, [z])[0] - right) <= max(4 * math.ulp(float(right)), 2.0**-52)


# What is recognised, on graphs of numbers: what explanations and pages ask


def test_the_logit_of_the_usual_spellings_is_the_node_itself():
    z = Value(0.3, "z")
    for spelling in ("sigmoid(z)", "1/(1 + exp(-z))", "exp(z)/(1 + exp(z))", "1 - (1 - a)", "1.0*a", "a + 0"):
        a = SIGMOIDS[spelling](z)
        assert logit(a) is z
        assert as_loss(a) == (z, 1.0)
        assert as_loss(1 - a) == (z, 0.0)
        assert one_less(1 - a) is not None
    for spelling, a in SIGMOIDS.items():
        assert float(logit(a(z)).data) == pytest.approx(0.3, rel=1e-15), spelling
        assert float(log_of(a(z)).data) == pytest.approx(-math.log1p(math.exp(-0.3)), rel=1e-15)


def test_the_log_of_a_sum_of_numbers():
    z, w = Value(0.3, "z"), Value(-2.0, "w")
    assert log_of(exp(z) + exp(w)).data == pytest.approx(math.log(math.exp(0.3) + math.exp(-2.0)), rel=1e-15)
    assert log_of(exp(w) + exp(z) + 2).data == pytest.approx(math.log(math.exp(0.3) + math.exp(-2.0) + 2), rel=1e-15)


def test_what_is_another_function_is_left_alone():
    z, w = Value(0.3, "z"), Value(2.0, "w")
    for x in (
        z, w * sigmoid(z), 2 - sigmoid(z), sigmoid(z) - 1, sigmoid(z) + sigmoid(w), 1 / (1 - exp(-z)),
        1 / (1 + z), exp(z) / (1 + exp(w)), sigmoid(z) ** 2, 1 / exp(z), 0.5 * (2 + tanh(z)), (1 + exp(-z)) ** -2,
        z - sigmoid(z) + 1, -sigmoid(z), 2 / (1 + exp(-z)), dot([w, z], [1.0, 2.0]), 1 - z, tanh(z), z / w, 0.3,
    ):  # fmt: skip
        assert logit(x) is None
        assert as_loss(x) is None
    for x in (z, z * w, exp(z) - 1, exp(z) + w, exp(z) ** w, -exp(z), w + 1, z / exp(z), exp(z) - exp(w), 0.0, -1.0):
        assert log_of(x) is None


def test_the_graph_keeps_everything_else():
    z = Value(0.3, "z")
    for root, names in (
        (log(sigmoid(z)), ["logistic_loss", "neg"]),
        (log(1 - sigmoid(z)), ["logistic_loss", "neg"]),
        (log(1 / (1 + exp(-z))), ["logistic_loss", "neg"]),
        (log(1 + exp(z)), ["logistic_loss"]),
        (log(2 - sigmoid(z)), ["sigmoid", "sub", "log"]),
        (log(z - sigmoid(z) + 1), ["sigmoid", "sub", "add", "log"]),
        (log(1 - z), ["sub", "log"]),
        (z / 2, ["div"]),
    ):
        new = stabilised(root)
        assert [str(node.op) for node in topological(new) if node.op] == names
        assert new.data == pytest.approx(root.data, rel=1e-15)


def test_powers_by_squaring_are_read_once_each():
    v = sigmoid(Value(0.3, "z"))
    for _ in range(60):
        v = v * v if v.data > 1e-200 else v * 1e200
    assert stabilised(v + 1.0).data == v.data + 1.0


def test_wide_and_deep_formulas_are_left_alone_without_a_fuss():
    z = Value(0.3, "z")
    wide, deep = node_sum([exp(z)] * 5_000), exp(z)
    for _ in range(2_000):
        deep = deep * exp(z) if deep.data < 1e200 else deep / 1e200
    chain = exp(z)
    for _ in range(2_000):
        chain = chain + exp(z)
    for x in (wide, deep, chain):
        assert log_of(x) is None
        assert stabilised(log(x)).data == pytest.approx(math.log(x.data), rel=1e-15)


# The messages


def eagerly_lost(make):
    with pytest.raises((ValueError, OverflowError)) as error:
        make(Value(-800.0, "z"))
    return str(error.value)


@pytest.mark.slow
def test_what_fails_names_the_remedy():
    for a in (SIGMOIDS["1.0*a"], SIGMOIDS["a + 0"], lambda z: 1 - sigmoid(-z)):
        assert eagerly_lost(lambda z, a=a: log(a(z))).endswith("Use logistic_loss(z, y): one node, stable at any z.")
    assert "write σ as sigmoid(z), and log(1 + exp(z)) as logistic_loss(z, 0)." in eagerly_lost(
        lambda z: 1 / (1 + exp(-z))
    )
    rounded = (
        "log needs an operand above 0. If it is a probability that was rounded to 0: logistic_loss(z, y) is stable"
    )
    assert rounded in eagerly_lost(lambda z: log(sigmoid(z) * 2 - sigmoid(z)))
    with pytest.raises(FloatingPointError, match=r"First in example 1: .* logistic_loss\(z, y\) is stable at any z"):
        value_and_grad(lambda w, x: log(sigmoid(w * x) * 2 - sigmoid(w * x)), batch="x")(1.0, [1.0, -800.0])


def test_a_plain_operand_gets_no_advice_about_probabilities():
    with pytest.raises(ValueError, match=r"log needs an operand above 0\.$"):
        log(Value(0.0, "w"))


@pytest.mark.slow
def test_logistic_loss_written_by_hand_is_logistic_loss():
    """The literal loss, in the spelling that people bring along, against the fused node, compiled."""
    text = "a = 1/(1 + exp(-(w*x + b))); -(y*log(a) + (1 - y)*log(1 - a))"
    expression = Expression(text)
    by_hand = value_and_grad(lambda w, b, x, y: expression(w=w, b=b, x=x, y=y))
    fused = value_and_grad(lambda w, b, x, y: logistic_loss(w * x + b, y))
    x, y = np.linspace(-900, 900, 301), np.arange(301) % 2.0
    found, right = by_hand(1.0, 0.5, x, y), fused(1.0, 0.5, x, y)
    assert found[0] == pytest.approx(right[0], rel=1e-15)
    assert found[1] == pytest.approx(right[1], rel=1e-13)
