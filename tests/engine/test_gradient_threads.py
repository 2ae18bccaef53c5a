"""Threads that share a leaf: `gradient` returns what belongs to its caller, and writes to no shared node."""

from functools import partial

import pytest
from together import together

from micrograd_lr import Value, gradient, hessian
from micrograd_lr.engine.errors import running

ROUNDS, THREADS = 300, 4


def in_threads(work):
    """What `work` finds wrong in its rounds, on several threads."""
    wrong = []

    def rounds(k):
        wrong.extend(found for i in range(ROUNDS) if (found := work(k, i)) is not None)

    return together([partial(rounds, k) for k in range(THREADS)]) + wrong


def test_what_goes_wrong_on_a_thread_is_found():
    errors = in_threads(lambda k, i: 1 // (i - ROUNDS + 1))
    assert [type(x) for x in errors[:THREADS]] == [ZeroDivisionError] * THREADS


@pytest.mark.unwatched
def test_gradients_of_a_shared_leaf():
    shared = Value(3.0, "shared")

    def work(k, i):
        factor = float(THREADS * i + k)
        slope = gradient(lambda x: x * factor * x + shared * 0.0, shared).data
        curvature = hessian(lambda x: x * factor * x, 3.0)[0][0]
        inner = gradient(lambda x: gradient(lambda t: factor * t, x) * x, 3.0)
        found = (slope, curvature, inner)
        return None if found == (6.0 * factor, 2.0 * factor, factor) else (factor, *found)

    assert in_threads(work) == []
    assert (shared.grad, running.arguments) == (None, [])


def test_backward_is_refused_in_its_own_thread_only():
    """One thread is in the middle of a gradient(); another may sweep, and what it sees around it is nothing."""

    def work(k, i):
        def fun(x):
            leaf = Value(float(k))
            (leaf * leaf).backward()
            with pytest.raises(RuntimeError, match="inside a function that gradient"):
                (x * x).backward()
            return x * leaf.grad

        found = gradient(fun, 2.0), type(gradient(lambda t: 3 * t, 2.0))
        return None if found == (2.0 * k, float) else found

    assert in_threads(work) == []


def test_two_sweeps_over_a_shared_leaf_are_what_gradient_is_for():
    """Each thread has a leaf of its own: backward() is safe then."""

    def work(k, i):
        leaf = Value(2.0)
        (leaf * float(k)).backward()
        return None if leaf.grad == k else (k, leaf.grad)

    assert in_threads(work) == []
