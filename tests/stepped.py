"""The slides' example on a page, and the ids of its nodes."""

from micrograd_lr import Expression, StepThrough, steps

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
NUMBERS = {"w": 0.5, "b": -1.5, "x": 2.0, "y": 1.0}
Y, W, X, B, Z, A, L = "n0", "n1", "n2", "n4", "n5", "n6", "n14"


def slides(**changes):
    return Expression(SLIDES)(**NUMBERS | changes)


def page_of_ops(root):
    """The page on which every op is a box, and every gradient is paid."""
    return StepThrough(root, detail="ops", gradients="all")


def all_steps(root, **options):
    """A move for every op, and every gradient paid, unless something else is asked for."""
    return steps(root, **{"detail": "ops", "gradients": "all"} | options)
