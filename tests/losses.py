"""Losses that the tests of the compiler share, their data, and what the engine makes of them."""

import numpy as np
import pytest

from micrograd_lr import Value, dot, exp, log, logistic_loss, relu, sigmoid, tanh
from micrograd_lr import sum as node_sum

BACKENDS = ["numba", "numpy", "python"]
RNG = np.random.default_rng(0)


def fused(w, b, x, y):
    return logistic_loss(dot(w, x) + b, y)


def literal(w, b, x, y):
    z = b
    for wj, xj in zip(w, x):
        z = z + wj * xj
    a = sigmoid(z)
    return -(y * log(a) + (1 - y) * log(1 - a))


def ridge(w, b, x, y):
    return (dot(w, x) + b - y) ** 2 + 0.1 * dot(w, w) + b * b


def with_an_odd_entry(w, b, x, y):
    return tanh(dot(w, x) + b) * y + w[1] * exp(-w[1] * x[0]) / 3


def two_lengths(w, v, x, u, y):
    return (relu(dot(w, x)) - y) ** 2 + dot(v, u) * 2.0 ** tanh(v[0])


def of_nothing_much(w, b, x, y):
    return y * 3.0 + x[0] * 0.0


def nested(w, b, x, y):
    inner = node_sum(tanh(wj * xj) for wj, xj in zip(w, x))
    return node_sum(sigmoid(inner * wj) * xj for wj, xj in zip(w, x)) + log(b * b + 1.0) - abs_like(inner) * y


def abs_like(v):
    return relu(v) + relu(-v)


LOSSES = [fused, literal, ridge, with_an_odd_entry, of_nothing_much, nested]


def data(n=5, m=300):
    return RNG.normal(size=n), 0.3, RNG.normal(size=(n, m)), (RNG.random(m) < 0.5) * 1.0


def eagerly(loss, arguments, batch=("x", "y")):
    """J and the gradients by the engine: one graph of Values over all examples."""
    nodes = {
        name: Value(float(x)) if np.ndim(x) == 0 else [Value(v) for v in np.ravel(x)]
        for name, x in arguments.items() if name not in batch
    }  # fmt: skip
    m = np.shape(arguments["y"])[-1]
    terms = []
    for i in range(m):
        one = {name: x[i] if np.ndim(x) == 1 else list(x[:, i]) for name, x in arguments.items() if name in batch}
        term = loss(**nodes, **{k: float(v) if np.ndim(v) == 0 else [float(u) for u in v] for k, v in one.items()})
        terms.append(term)
    J = node_sum(terms)
    if not isinstance(J, Value):
        return J, {name: np.zeros(np.shape(arguments[name])) for name in nodes}
    for node in [leaf for value in nodes.values() for leaf in (value if isinstance(value, list) else [value])]:
        node.grad = 0.0
    J.backward()
    return J.data, {
        name: np.array([v.grad for v in value]) if isinstance(value, list) else value.grad
        for name, value in nodes.items()
    }


def assert_agree(ours, theirs, rel=2e-13):
    J, gradients = ours
    assert pytest.approx(theirs[0], rel=rel) == J
    assert gradients.keys() == theirs[1].keys()
    for name, found in gradients.items():
        scale = max(1.0, np.max(np.abs(theirs[1][name])))
        assert np.shape(found) == np.shape(theirs[1][name])
        assert np.max(np.abs(found - theirs[1][name])) <= rel * scale * 10


def reversed_order(w, b, x, y):
    return tanh(node_sum(w[j] * x[len(w) - 1 - j] for j in range(len(w)))) * b + y


def shifted(w, b, x, y):
    return tanh(node_sum(w[j] * x[j + 1] for j in range(len(w) - 1))) * b * y


def twice(w, b, x, y):
    return tanh(node_sum([w[j] * x[j] for j in range(5)] + [w[j] * x[j] for j in range(5)]) + b) * y


def of_a_slice(w, b, x, y):
    return tanh(dot(w[1:], x[1:]) + b) * y + w[0]


def shuffled(w, b, x, y):
    return sigmoid(node_sum(w[j] * x[j] for j in (3, 1, 0, 2, 4)) - b) * y


def without_data(w, b, x, y):
    return dot(w, w) * b


def cubes(w, b, x, y):
    return dot(w, w) * y + exp(b) + node_sum(v**3 for v in w)


def powers(w, b, x, y):
    return (b * b + 1) ** w[0] * 2.0**y + (x[0] * x[0] + 1) ** -1.5


def at_a_kink(w, b, x, y):
    return relu(x[0] * 0.0 + b - b) + relu(-dot(w, x)) * relu(y - 1)


def of_products(w, b, x, y):
    return dot(w, x) * node_sum(sigmoid(v) for v in w) + node_sum(xj * b for xj in x) + y


def all_alike(w, b, x, y):
    return sigmoid(node_sum(w) * y) * b


def shorter(w, b, x, y):
    return node_sum(tanh(p * q) for p, q in zip(w[:3], x)) * y + b


def infinite(w, b, x, y):
    return relu(dot(w, x) - float("inf")) + b + 0.0 * tanh(y - float("-inf"))


def with_a_bias_in_front(w, b, x, y):
    return sigmoid(w[0] + node_sum(w[j + 1] * x[j] for j in range(len(w) - 1)) - b) * y


def with_a_bias_behind(w, b, x, y):
    return sigmoid(dot(w[:-1], x[1:]) + w[-1]) * y + b


def with_one_alone(w, b, x, y):
    return tanh(dot(w, x) + w[3] * b) * y


def with_one_in_the_middle(w, b, x, y):
    inner = tanh(dot(w, x) * w[1])
    return node_sum(sigmoid(inner * wj) * xj for wj, xj in zip(w, x)) * y + b


def with_one_everywhere(w, b, x, y):
    return tanh(node_sum(w[2] * v for v in x) * b) * y + dot(w, w)


def with_one_twice(w, b, x, y):
    return tanh(node_sum([*(p * q for p, q in zip(w, x)), w[2] * x[2], w[4] * x[0]])) * y * b


def of_differences(w, b, x, y):
    return node_sum((w[j + 1] - w[j]) ** 2 * x[j] for j in range(len(w) - 1)) * y + b


def of_shared_parts(w, b, x, y):
    def deep(v):
        v = relu(v * v - 0.1) + tanh(v) * v
        return v * v

    return node_sum(deep(wj * xj) for wj, xj in zip(w, x)) * y + b + node_sum(deep(v) for v in w)


ODD = [
    with_a_bias_in_front,
    with_a_bias_behind,
    with_one_alone,
    with_one_twice,
    with_one_everywhere,
    with_one_in_the_middle,
    of_differences,
    of_shared_parts,
    all_alike,
    shorter,
    infinite,
    reversed_order,
    shifted,
    twice,
    of_a_slice,
    shuffled,
    without_data,
    cubes,
    powers,
    at_a_kink,
    of_products,
]


def one_logit(w, x, y):
    a = sigmoid(w * x)
    return -(y * log(a) + (1 - y) * log(1 - a))
