"""Losses over several examples, or of several features, with names: as `ManyExamples` records them, and as a text."""

from micrograd_lr import Expression, Value, logistic
from micrograd_lr.logistic import literal_loss

X, Y = [[1.0, -2.0, 0.5], [0.3, 0.4, -1.0]], [1.0, 0.0, 1.0]
FORM = "zi=w*xi+b; ai=σ(zi); Li=-(yi*log(ai)+(1-yi)*log(1-ai))"
THREE = "; ".join([*(FORM.replace("i", i) for i in "123"), "J=L1+L2+L3"])
NUMBERS = {"w": 0.5, "b": -0.25, "x1": 1.0, "y1": 1.0, "x2": -2.0, "y2": 0.0, "x3": 0.5, "y3": 1.0}
TWO_FEATURES = "z=w1*x1+w2*x2+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
NUMBERS_OF_TWO_FEATURES = {"w1": 0.5, "w2": 0.25, "x1": 2.0, "x2": -1.0, "b": 0.5, "y": 1.0}


def many(X=X, Y=Y, loss=literal_loss):
    """J of `ManyExamples` whose data are nodes; w is 0.5, 0.25, 0.125, …"""
    nodes = [[Value(float(x)) for x in row] for row in X]
    return logistic.ManyExamples([0.5**j for j in range(1, len(nodes) + 1)], -0.25, nodes, [*map(Value, Y)], loss)


def batch(m):
    return many(
        [[0.1 * (i % 20) - 1 for i in range(m)], [0.5 - i / m for i in range(m)]], [float(i % 2) for i in range(m)]
    )


def in_names():
    """The same three examples, with one feature, as an `Expression`."""
    return Expression(THREE)(**NUMBERS)
