"""Random graphs with shared nodes: exact against exact arithmetic, and to a few ulp against 50-digit derivatives."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import POLYNOMIAL, programs, run
from truth import function_of, mp

from micrograd_lr import OPS, Value
from micrograd_lr.engine.order import topological

ULP = 2.0**-52


class Dual:
    """A number and its derivative along one direction: forward mode in fractions, nothing of the engine in it."""

    def __init__(self, x, dx):
        self.x, self.dx = x, dx

    @staticmethod
    def call(name, operands):
        x, dx = [o.x for o in operands], [o.dx for o in operands]
        n = len(x) // 2
        if name == "add":
            return Dual(x[0] + x[1], dx[0] + dx[1])
        if name == "sub":
            return Dual(x[0] - x[1], dx[0] - dx[1])
        if name == "mul":
            return Dual(x[0] * x[1], dx[0] * x[1] + x[0] * dx[1])
        if name == "neg":
            return Dual(-x[0], -dx[0])
        if name == "sum":
            return Dual(sum(x), sum(dx))
        assert name == "dot"
        return Dual(
            sum(a * b for a, b in zip(x[:n], x[n:])),
            sum(da * b + a * db for a, b, da, db in zip(x[:n], x[n:], dx[:n], dx[n:])),
        )


@pytest.mark.slow
@given(programs(POLYNOMIAL, most=20), st.lists(st.fractions(-3, 3, max_denominator=8), min_size=3, max_size=3))
@settings(max_examples=100, derandomize=True)
def test_polynomials_are_exact(lines, numbers):
    """In fractions the gradient is equal, not close; in floats too wherever every number fits into 53 bits."""
    leaves = [Value(x) for x in numbers]
    run(lines, leaves, lambda name, operands: OPS[name](*operands))[-1].backward()
    truth = []
    for i in range(3):
        duals = run(lines, [Dual(x, Fraction(j == i)) for j, x in enumerate(numbers)], Dual.call)
        truth.append(duals[-1].dx)
    assert [0 if leaf.grad is None else leaf.grad for leaf in leaves] == truth


OF_MANY = {"sum": 3, "dot": 4}
SMOOTH = [(name, op.arity or OF_MANY[name]) for name, op in OPS.items() if name not in ("relu", "abs")]


def benign(node):
    """Of moderate size, and where a(1-a) and (1-t)(1+t) of the recorded number have not lost digits by cancellation."""
    name, numbers = node.op and node.op.name, node.numbers
    if name in ("sigmoid", "tanh", "logistic_loss") and abs(numbers[0]) > 2:
        return False
    if node.op and node.op.arity == 1 and not 0.05 <= abs(node.partials[0]) <= 20:
        return False
    return 0.05 <= abs(node.data) <= 20 and not (name == "pow" and numbers[0] <= 0)


def conditioned(root, leaf):
    """How large the terms are whose sum the gradient is: the bound on what rounding can do to it, in ulp."""
    order = topological(root)
    size = dict.fromkeys(order, 0.0)
    size[root] = 1.0
    for node in reversed(order):
        for operand, partial in zip(node.operands, node.partials):
            if isinstance(operand, Value):
                size[operand] += size[node] * abs(partial)
    return size[leaf]


@pytest.mark.slow
@given(programs(SMOOTH, most=9), st.lists(st.floats(0.25, 2.0), min_size=3, max_size=3))
@settings(max_examples=200, derandomize=True)
def test_smooth_graphs_agree_with_fifty_digits(lines, numbers):
    """Truth: mpmath differentiates the composed function numerically, at 50 digits. Tolerance: a few ulp of the terms
    of the sum over paths, where every intermediate number is of moderate size (so that conditioning adds little)."""
    leaves = [Value(x) for x in numbers]
    try:
        values = run(lines, leaves, lambda name, operands: OPS[name](*operands))
    except (ArithmeticError, ValueError):
        return  # outside the domain: its errors have tests of their own
    root = values[-1]
    if not all(map(benign, values)):
        return
    root.backward()
    for i, leaf in enumerate(leaves):
        if leaf.grad is None:
            continue

        def along(x, i=i):
            exact = [mp.mpf(v) for v in numbers]
            exact[i] = x
            return run(lines, exact, lambda name, operands: function_of(name)(*operands))[-1]

        truth = mp.diff(along, mp.mpf(numbers[i]))
        bound = conditioned(root, leaf) * 20  # the numbers' own rounding, amplified by at most their ratio
        assert math.isfinite(leaf.grad)
        noise = mp.mpf(10) ** -40  # the truth is a difference of 50-digit numbers: where it is 0, they leave something
        assert abs(mp.mpf(leaf.grad) - truth) <= 8 * ULP * (bound + abs(truth)) * len(lines) + noise
