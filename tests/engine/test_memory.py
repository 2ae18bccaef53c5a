"""Depth, width, memory and reference counting, with no timing in it: speed is measured in tests/benchmarks."""

import contextlib
import copy
import gc
import math
import pickle
import sys
import threading
import tracemalloc
from decimal import Decimal
from fractions import Fraction

import pytest

from micrograd_lr import Value, check_gradient, dot, gradient, hessian, log, logistic_loss, sigmoid
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.numeric import numeric_gradient
from micrograd_lr.logistic import literal_loss

MANY = 200_000  # two hundred times deeper than Python's recursion goes
DEEP = 20_000  # for what walks a graph slowly


def chain(n):
    leaf = node = Value(1.0, "leaf")
    for _ in range(n):
        node = node + 1.0
    return leaf, node


@pytest.mark.slow
def test_a_deep_chain():
    limit = sys.getrecursionlimit()
    leaf, root = chain(MANY)
    root.backward()
    assert (root.data, leaf.grad, sys.getrecursionlimit()) == (MANY + 1.0, 1.0, limit)
    del root
    assert leaf.grad == 1.0
    _, root = chain(DEEP)
    for twin in (pickle.loads(pickle.dumps(root)), copy.deepcopy(root)):
        twin.backward()
        assert (twin.data, sys.getrecursionlimit()) == (root.data, limit)


@pytest.mark.slow
def test_a_wide_sum():
    leaves = [Value(1.0) for _ in range(MANY)]
    root = node_sum(leaves)
    root.backward()
    assert root.data == MANY
    assert {leaf.grad for leaf in leaves} == {1.0}
    wide = node_sum(leaves[:DEEP])
    assert len(pickle.loads(pickle.dumps(wide)).operands) == DEEP
    assert len(copy.deepcopy(wide).operands) == DEEP


def test_many_uses_of_one_leaf():
    leaf = Value(2.0)
    root = node_sum([leaf] * MANY)
    root.backward()
    assert leaf.grad == MANY


def test_deep_graphs_from_a_thread_with_a_small_stack_and_far_down_the_stack():
    results = []

    def job():
        leaf, root = chain(50_000)
        root.backward()
        results.append(leaf.grad)

    size = threading.stack_size(1 << 20)
    thread = threading.Thread(target=job)
    thread.start()
    thread.join()
    threading.stack_size(size)

    def down(n):
        return job() if n == 0 else down(n - 1)

    down(500)
    assert results == [1.0, 1.0]


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    gc.freeze()  # what other tests have loaded need not be searched again and again
    yield
    gc.enable()


@pytest.mark.slow
def test_a_graph_is_freed_at_once_by_reference_counting(no_collector):
    chain(10)
    before = len(gc.get_objects())
    _, big = chain(5_000)
    big.backward()
    copy.deepcopy(big)
    pickle.dumps(big)
    assert len(gc.get_objects()) > before + 5_000
    del big, _
    assert len(gc.get_objects()) <= before + 100  # what imports and pickle keep
    assert gc.collect() <= 100


@pytest.mark.slow
def test_a_thousand_training_steps_leave_no_cycle(no_collector):
    w, b = [Value(0.1) for _ in range(30)], Value(0.0)
    X = [[((i * j) % 7 - 3) / 3 for j in range(30)] for i in range(10)]

    def step():
        literal = [sigmoid(dot(w, x) + b) for x in X[:5]]
        J = node_sum([logistic_loss(dot(w, x) + b, i % 2) for i, x in enumerate(X)] + [-log(a) for a in literal])
        J.backward()
        for parameter in (*w, b):
            parameter.data -= 0.01 * parameter.grad

    step()
    before = len(gc.get_objects())
    for _ in range(1_000):
        step()
    assert len(gc.get_objects()) <= before + 10
    assert gc.collect() == 0


@pytest.mark.slow
def test_failed_recordings_and_sweeps_leave_no_cycle(no_collector):
    v = Value(0.0)

    def failing():
        with pytest.raises(ValueError, match="no finite value"):
            log(v)
        with pytest.raises(FloatingPointError):
            (v**0.5).backward()

    failing()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(50):
        failing()
    gc.collect()
    assert len(gc.get_objects()) <= before + 50


def lost(v):
    (v**0.5).backward()


FAILURES = {
    "a vertical curve": lost,
    "a sum that overflows": lambda v: (v * 1e308 + v * 1e308).backward(),
    "an infinite factor": lambda v: literal_loss(v - 710.0, 1.0).backward(),
    "a domain": log,
    "a plain number": lambda v: log(0.0),
    "mixed numbers": lambda v: (Value(Fraction(1)) * 2 + Value(Decimal(1)) * v).backward(),
    "backward inside gradient": lambda v: gradient(lambda x: (x * x).backward(), 2.0),
    "not recorded": lambda v: gradient(lambda x: 3.0, 2.0),
    "no derivative": lambda v: gradient(lambda x, y: x**y, -2.0, 2.0),
    "no second derivative": lambda v: hessian(lambda y: (-2.0) ** y, 2.0),
    "a wrong gradient": lambda v: check_gradient(lambda x: x * math.exp(x), 1.0),
    "a check at nan": lambda v: check_gradient(log, math.nan),
    "a check outside the domain": lambda v: numeric_gradient(log, 0.0),
    "no number": lambda v: Value("a"),
    "a method of arrays": lambda v: v.sum(),
    "a matrix product": lambda v: v @ v,
}


@pytest.mark.slow
@pytest.mark.parametrize("failing", FAILURES.values(), ids=FAILURES)
def test_a_failure_leaves_no_cycle(failing, no_collector):
    """Neither the error, nor the graph that it came from, waits for the garbage collector."""

    def fail():
        leaf = Value(0.0)
        with contextlib.suppress(ArithmeticError, ValueError, TypeError, RuntimeError, AttributeError):
            failing(leaf)
            pytest.fail("no error")

    fail()
    gc.collect()
    for _ in range(20):
        fail()
    assert gc.collect() == 0


@pytest.mark.parametrize("swept", [False, True])
def test_an_op_node_takes_at_most_250_bytes(swept):
    """Of two operands, with its number, and with its gradient after the sweep."""
    leaf = Value(1.5)
    nodes = [leaf] * 10_001
    tracemalloc.start()
    try:
        start, _ = tracemalloc.get_traced_memory()
        node = leaf
        for i in range(10_000):
            nodes[i] = node = node * 1.0000001
        if swept:
            node.backward()
        end, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (end - start) / 10_000 <= 250
