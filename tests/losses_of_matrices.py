"""Losses with matrices as parameters, their data, and what NumPy and the engine make of them."""

from itertools import pairwise

import numpy as np
from losses import RNG

from micrograd_lr import dot, exp, gradient, hessian, log, logistic_loss, relu, sigmoid, tanh
from micrograd_lr import sum as node_sum


def scores(W, b, x):
    return [dot(row, x) + c for row, c in zip(W, b)]


def cross_entropy(z, y):
    return log(sum(exp(v) for v in z)) - dot(y, z)


def softmax(W, b, x, y):
    return cross_entropy(scores(W, b, x), y)


def softmax_by_hand(W, b, x, y):
    z = scores(W, b, x)
    return -sum(yr * log(exp(v) / sum(exp(u) for u in z)) for yr, v in zip(y, z))


def with_a_ridge(W, b, x, y):
    return softmax(W, b, x, y) + 0.1 * sum(dot(row, row) for row in W)


def with_a_flat_ridge(W, b, x, y):
    return softmax(W, b, x, y) + 0.1 * node_sum(v * v for row in W for v in row)


def with_norms_of_rows(W, b, x, y):
    return softmax(W, b, x, y) - 0.1 * sum(dot(row, row) ** 0.5 * c for row, c in zip(W, b))


def of_squares(W, b, x, y):
    powers = [exp(v) for v in scores(W, b, x)]
    return sum((p / sum(powers) - t) ** 2 for p, t in zip(powers, y))


def with_a_reference(W, b, x, y):
    return cross_entropy([0.0, *scores(W[1:], b[1:], x)], y)


def with_odd_entries(W, b, x, y):
    return tanh(W[1][1] * x[0]) * dot(W[0], x) + b[1] * sum(row[0] for row in W) + y[0]


def with_a_factor(W, b, x, y):
    z = [sum(v * u * b[0] for v, u in zip(row, x)) for row in W]
    return cross_entropy(z, y) + W[0][0] - W[-1][-1] * 0.5 + 0.0 * b[1]


def bilinear(W, b, x, y):
    return (sum(u * dot(row, x) for u, row in zip(y, W)) - b[0]) ** 2


def of_parts(W, b, x, y):
    """What depends on the column alone, or on the row alone, with the matrix in between."""
    z = [sum(v * tanh(u) for v, u in zip(row, x)) * exp(c) for row, c in zip(W, b)]
    return cross_entropy(z, y) + sum((v - u) ** 2 * c for row, c in zip(W, b) for v, u in zip(row, x))


def with_an_odd_row(W, b, x, y):
    return softmax(W, b, x, y) + tanh(dot(W[len(W) // 2], x))


def of_sums_of_rows(W, b, x, y):
    """All columns of the gradient are the same."""
    return sum((sum(row) - c) ** 2 * u for row, c, u in zip(W, b, y))


def of_sums_of_columns(W, b, x, y):
    """All rows of the gradient are the same."""
    return sum(sum(column) * v for column, v in zip(zip(*W), x)) * b[0] + dot(b, y)


def of_forecasts(W, b, x, y):
    """How well a row foretells each feature from the one before; but for the first row, which is never used."""

    def error(row):
        a = tanh(dot(row, x))
        return sum((after - a * before) ** 2 for before, after in pairwise(x))

    return sum(error(row) * c for row, c in zip(W[1:], y[1:])) + dot(b, y)


OF_ONE = [
    softmax, softmax_by_hand, with_a_ridge, with_a_flat_ridge, with_norms_of_rows, of_squares, with_a_reference,
    with_odd_entries, with_a_factor, bilinear, of_parts, with_an_odd_row, of_sums_of_rows, of_sums_of_columns,
    of_forecasts,
]  # fmt: skip


def layer(W, c, v, b, x, y):
    h = [sigmoid(dot(row, x) + r) for row, r in zip(W, c)]
    return logistic_loss(dot(v, h) + b, y)


def two_layers(W, c, V, b, x, y):
    h = [tanh(dot(row, x) + r) for row, r in zip(W, c)]
    return cross_entropy(scores(V, b, h), y)


def three_layers(W, V, U, x, y):
    h = [relu(dot(row, x)) for row in W]
    h = [sigmoid(dot(row, h)) for row in V]
    return cross_entropy([dot(row, h) for row in U], y)


def with_a_bias_in_front(W, x, y):
    return cross_entropy([row[0] + dot(row[1:], x) for row in W], y)


def with_a_bias_behind(W, x, y):
    return cross_entropy([row[-1] + sum(v * u for v, u in zip(row[:-1], x)) for row in W], y)


def of_columns(W, b, x, y):
    return cross_entropy(scores([*zip(*W)], b, x), y)


def of_distances(W, v, x, y):
    h = [exp(-0.1 * sum((p - q) ** 2 for p, q in zip(row, x))) for row in W]
    return logistic_loss(dot(v, h), y)


def of_one_matrix_twice(W, x, y):
    h = [tanh(dot(row, x)) for row in W]
    return (sum(tanh(dot(row, h)) for row in W) - y) ** 2


def others(k, n, m=4):
    """More losses, each with its arguments."""
    W, b, X, Y = data(k, n, m).values()
    y = (RNG.random(m) < 0.5) * 1.0
    draw = lambda *shape: RNG.normal(size=shape)
    return {
        layer: {"W": W, "c": b, "v": draw(k), "b": 0.3, "x": X, "y": y},
        two_layers: {"W": W, "c": b, "V": draw(3, k), "b": draw(3), "x": X, "y": one_hot(3, m)},
        three_layers: {"W": draw(4, n), "V": draw(4, 4), "U": draw(k, 4), "x": X, "y": Y},
        with_a_bias_in_front: {"W": draw(k, n + 1), "x": X, "y": Y},
        with_a_bias_behind: {"W": draw(k, n + 1), "x": X, "y": Y},
        of_columns: {"W": W.T.copy(), "b": b, "x": X, "y": Y},
        of_distances: {"W": W, "v": b, "x": X, "y": y},
        of_one_matrix_twice: {"W": draw(n, n), "x": X, "y": y},
    }


def data(k, n, m=4):
    return {"W": RNG.normal(size=(k, n)), "b": RNG.normal(size=k), "x": RNG.normal(size=(n, m)), "y": one_hot(k, m)}


def one_hot(k, m):
    return np.eye(k)[RNG.integers(k, size=m)].T.copy()


def summed(loss, arguments, batch):
    """The sum of a loss over all examples as a function of its parameters, and these."""
    names = [name for name in arguments if name not in batch]
    columns = {name: np.asarray(arguments[name]) for name in batch}

    def J(*parameters):
        given = dict(zip(names, parameters))
        examples = range(columns["x"].shape[-1])
        return node_sum([loss(**given, **{name: x[..., i].tolist() for name, x in columns.items()}) for i in examples])

    return J, names, [np.asarray(arguments[name]).tolist() for name in names]


def by_the_engine(loss, arguments, batch=("x", "y")):
    """J and the gradients: the engine's own `gradient` of the sum over the examples."""
    J, names, parameters = summed(loss, arguments, batch)
    slopes = gradient(J, *parameters)
    slopes = slopes if len(names) > 1 else (slopes,)
    return J(*parameters), {name: np.array(slope) for name, slope in zip(names, slopes)}


def second_derivatives_by_the_engine(loss, arguments, batch=("x", "y")):
    """The engine's own `hessian` of it."""
    J, _, parameters = summed(loss, arguments, batch)
    return hessian(J, *parameters)


def softmax_in_numpy(W, b, x, y):
    """The closed form: J, (P - Y)Xᵀ and (P - Y)𝟏."""
    z = W @ x + b[:, None]
    z = z - z.max(0)
    powers = np.exp(z)
    shares = powers / powers.sum(0)
    J = (np.log(powers.sum(0)) - (y * z).sum(0)).sum()
    return J, {"W": (shares - y) @ x.T, "b": (shares - y).sum(1)}
