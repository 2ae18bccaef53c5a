"""What the tests of sums over blocks share: the blocks, the three functions, and whether two results are the same."""

import numpy as np

from micrograd_lr import gradient, hessian, value_and_grad

WANTED = {
    "value_and_grad": value_and_grad,
    "gradient": lambda loss, **options: gradient(loss, batch=("x", "y"), **options),
    "hessian": lambda loss, **options: hessian(loss, batch=("x", "y"), **options),
}

ROUNDING = {"hessian": 1e-15}  # BLAS computes it, and adds up as arrays lie in memory; what we add up is the same


def cut(X, Y, *ends):
    """Blocks of X and Y: copies, which are what arrives in another process."""
    return [(X[..., i:j].copy(), Y[i:j]) for i, j in zip((0, *ends), (*ends, len(Y)))]


def same(a, b, rel=0.0):
    """Whether two results have the same names, types, shapes and numbers, to `rel` of the largest."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return [*a] == [*b] and all(same(x, b[name], rel) for name, x in a.items())
    if isinstance(a, tuple):
        return len(a) == len(b) and all(same(x, y, rel) for x, y in zip(a, b))
    a, b = np.asarray(a), np.asarray(b)
    alike = a.shape == b.shape and a.dtype == b.dtype
    return alike and bool(np.all(abs(a - b) <= rel * abs(b).max()))
