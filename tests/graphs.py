"""Graphs that the tests of pictures draw: the slides' example, and a batch of examples."""

from micrograd_lr import Expression, Value, logistic, logistic_loss
from micrograd_lr.pictures.labels import title

NAMED = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"


def slides(backward=True):
    L = Expression(NAMED)(w=0.5, b=-1, x=2, y=1)
    if backward:
        L.backward()
    return L


def batch_of(m, loss=logistic_loss):
    X = [[float(i + 1) for i in range(m)], [0.5 - i for i in range(m)]]
    many = logistic.ManyExamples([0.1, 0.2], 0.3, X, [float(i % 2) for i in range(m)], loss)
    many.backward()
    return many


def many_of(m):
    """The mean loss of m examples whose data are nodes."""
    X = [[Value(float(i + 1) / m) for i in range(m)], [Value(0.5 - i / m) for i in range(m)]]
    many = logistic.ManyExamples(
        [0.1, 0.2], 0.3, X, [Value(float(i % 2)) for i in range(m)], loss=logistic.literal_loss
    )
    many.J.label = ""
    J = many.J / float(m)
    J.label = "J"
    return J


def by_title(drawn):
    return {title(box): box for box in drawn.boxes}
