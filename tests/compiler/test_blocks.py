"""Sums over blocks of examples: here, on threads and in other processes, they are what one call over all gives."""

import io
import math
import multiprocessing
import os
import pickle
import sys
import weakref
from collections import OrderedDict
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from losses import BACKENDS, data, fused
from summed import ROUNDING, WANTED, cut, same

from micrograd_lr import dot, hessian, tanh, value_and_grad
from micrograd_lr.compiler import blocks as blocks_module
from micrograd_lr.compiler.blocks import Part, summand_of, total
from micrograd_lr.compiler.compiled import Compiled


class Recorder(Executor):
    """Runs a task when its result is wanted, and counts how many wait."""

    def __init__(self):
        self.waiting, self.most, self.cancelled, self.summands = 0, 0, 0, []

    def submit(self, summand, block):
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        self.summands.append(summand)
        return Late(self, block)


class Late:
    def __init__(self, recorder, block):
        self.recorder, self.summand, self.block = recorder, recorder.summands[-1], block

    def result(self):
        self.recorder.waiting -= 1
        return pickle.loads(pickle.dumps(self.summand))(self.block)

    def cancel(self):
        self.recorder.cancelled += 1


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_sum_over_blocks_is_that_of_one_call(backend, wanted):
    w, b, X, Y = data(n=3, m=200)
    graph = WANTED[wanted](fused, backend=backend)
    whole = graph(w, b, X, Y)
    assert same(graph.over([(X, Y)], w, b), whole)
    for ends in ([100], [1, 3, 130], range(10, 200, 10)):
        assert same(graph.over(cut(X, Y, *ends), w, b), whole, rel=1e-13)


def test_what_differs_is_found_to_differ():
    w, b, X, Y = data(n=3, m=50)
    graph = value_and_grad(fused, backend="numpy")
    J, gradients = graph(w, b, X, Y)
    for other in (
        (J * (1 + 1e-12), gradients), (J, gradients | {"b": 0.0}), (J, gradients | {"w": gradients["w"][:2]}),
        (J, gradients | {"w": [*gradients["w"]]}), (J, gradients | {"w": gradients["w"].astype("f")}),
    ):  # fmt: skip
        assert not same((J, gradients), other, rel=1e-13)


def test_lists_and_plain_python():
    graph = value_and_grad(fused, backend="python")
    blocks = [([[1.0, 2.0], [0.0, 1.0]], [1, 0]), ([[3.0], [4.0]], [1])]
    J, gradients = graph.over(blocks, [0.5, -0.5], 0.1)
    expected = graph([0.5, -0.5], 0.1, [[1.0, 2.0, 3.0], [0.0, 1.0, 4.0]], [1, 0, 1])
    assert pytest.approx(expected[0], rel=1e-13) == J
    assert gradients["w"] == pytest.approx(expected[1]["w"], rel=1e-13)


def test_a_block_is_a_tuple_or_a_dict_or_a_function(tmp_path):
    w, b, X, Y = data(n=3, m=20)
    graph = value_and_grad(fused, backend="numpy")
    expected = graph.over(cut(X, Y, 8), w, b)
    assert same(graph.over([{"y": y, "x": x} for x, y in cut(X, Y, 8)], b=b, w=w), expected)
    assert same(graph.over([partial(lambda *block: list(block), x, y) for x, y in cut(X, Y, 8)], w, b=b), expected)
    for k, (x, y) in enumerate(cut(X, Y, 8)):
        np.savez(tmp_path / f"{k}.npz", x=x, y=y)
    with np.load(tmp_path / "0.npz") as first, np.load(tmp_path / "1.npz") as second:
        assert same(graph.over((first, second), w, b), expected)


def test_arguments_in_the_order_in_which_the_loss_takes_them():
    def loss(x, w, blocks, /, y, *, executor=2.0):
        return tanh(w * x) * blocks * y * executor

    graph = value_and_grad(loss, batch=["y", "x"], backend="python")
    J, gradients = graph([1.0, 2.0], 0.5, 3.0, [1.0, 4.0])
    assert same(graph.over([([1.0, 2.0], [1.0, 4.0])], 0.5, 3.0), (J, gradients))
    assert list(gradients) == ["w", "blocks", "executor"]
    with pytest.raises(TypeError, match="missing a required argument: 'blocks'"):
        graph.over([], 0.5)


def test_one_batch_argument():
    graph = value_and_grad(lambda w, x: w * x, batch="x", backend="python")
    assert graph.over([([1.0, 2.0],), ([3.0],)], 2.0) == (12.0, {"w": 6.0})
    with pytest.raises(TypeError, match=r"a block is of the type float; expected a tuple \(x,\), a dict with"):
        graph.over([1.0, 2.0], 2.0)


def test_one_block_in_memory_at_a_time():
    made = []

    def block(k):
        assert sum(array() is not None for array in made) <= most
        X = np.ones((2, 3))
        made.append(weakref.ref(X))
        return X, np.ones(3)

    graph = value_and_grad(fused, backend="numpy")
    most = 0
    J, _ = graph.over((block(k) for k in range(5)), [0.5, 0.5], 0.1)
    assert graph.over([partial(block, k) for k in range(5)], [0.5, 0.5], 0.1)[0] == J
    most = 2  # and the one that comes
    assert graph.over((block(k) for k in range(5)), [0.5, 0.5], 0.1, executor=Recorder(), at_once=2)[0] == J


def test_blocks_without_examples_count_nothing():
    w, b, X, Y = data(n=3, m=20)
    graph = value_and_grad(fused, backend="numpy")
    assert same(graph.over(cut(X, Y, 0, 8, 8, 20), w, b), graph.over(cut(X, Y, 8), w, b))
    used = iter(cut(X, Y, 8))
    graph.over(used, w, b)
    for empty in ([], cut(X[:, :0], Y[:0], 0), used):
        with pytest.raises(ValueError, match=r"there is no example in any block; .* A generator can be gone through"):
            graph.over(empty, w, b)


# How sums are added


class Tree:
    """Remembers how it was added up."""

    def __init__(self, *parts):
        self.parts = parts

    def __add__(self, other):
        return Tree(self, other)

    def __repr__(self):
        return f"({'+'.join(map(repr, self.parts))})"


@given(st.integers(1, 200))
def test_sums_of_groups_of_eight_are_the_same_tree(number):
    parts = [Part(1, [float(k)], {"w": Tree(k)}) for k in range(number)]
    groups = parts
    while len(groups) > 8:
        groups = [total(groups[k : k + 8]) for k in range(0, len(groups), 8)]
    ours, theirs = total(iter(parts)), total(groups)
    assert repr(ours.derivatives) == repr(theirs.derivatives)
    assert ours.Js == theirs.Js == [*range(number)]
    assert ours.m == number
    assert repr(ours.derivatives["w"]).partition("0")[0].count("(") == math.ceil(math.log2(number)) + 1  # a flat one


def test_many_blocks_are_as_exact_as_one():
    graph = value_and_grad(lambda w, x: w * x, batch="x", backend="python")
    x = [0.1] * 10_000
    J, gradients = graph.over([([v],) for v in x], 1.0)
    exact = math.fsum(x)
    assert exact == J
    assert abs(gradients["w"] - exact) <= 2 * math.ulp(exact)
    one_by_one = 0.0
    for v in x:
        one_by_one += v
    assert abs(one_by_one - exact) > 100 * math.ulp(exact)  # what it would be otherwise


def test_derivatives_by_float32_are_rounded_once():
    w, b, X, Y = data(n=3, m=200)
    w = w.astype("f")
    for backend in ("numpy", "python"):
        graph = value_and_grad(fused, backend=backend)
        whole, found = graph(w, b, X, Y), graph.over(cut(X, Y, *range(10, 200, 10)), w, b)
        assert same(found, whole, rel=1e-7)
        assert pytest.approx(whole[0], rel=1e-13) == found[0]
    large = value_and_grad(lambda w, x: w * x, batch="x", backend="numpy")
    with pytest.raises(FloatingPointError, match="the gradient of w leaves the range of float32"):
        large.over([([3e38],), ([3e38],)], np.float32([0.0]))


def test_a_sum_that_leaves_the_range_of_floats():
    for backend in ("numpy", "python"):
        graph = value_and_grad(lambda w, x: w * x, batch="x", backend=backend)
        with pytest.raises(FloatingPointError, match=r"J is inf although all data are finite, and so is every"):
            graph.over([([1e308],), ([1e308],)], 1.0)
        with pytest.raises(FloatingPointError, match="the gradient of w has no finite value although all data"):
            graph.over([([1e308],), ([1e308],)], [0.0])
        graph = hessian(lambda w, b, x: (w[0] * w[0] + b) * x, batch="x", backend=backend)
        with pytest.raises(FloatingPointError, match="the second derivative by w and w has no finite value although"):
            graph.over([([5e307],), ([5e307],)], [0.0, 0.0], 0.0)


# Executors


@pytest.mark.parametrize("backend", BACKENDS)
def test_executors_give_the_same_to_the_last_bit(backend):
    w, b, X, Y = data(n=3, m=200)
    for wanted, make in WANTED.items():
        graph, rel = make(fused, backend=backend), ROUNDING.get(wanted, 0.0)
        blocks = cut(X, Y, *range(10, 200, 10))
        expected = graph.over(blocks, w, b)
        with ThreadPoolExecutor(2) as executor:
            assert same(graph.over(iter(blocks), w, b, executor=executor), expected, rel)
        assert same(graph.over(iter(blocks), w, b, executor=Recorder()), expected, rel)


@pytest.mark.slow
@pytest.mark.parametrize("wanted", WANTED)
def test_processes_give_the_same_to_the_last_bit(wanted, processes):
    w, b, X, Y = data(n=3, m=200)
    graph, nameless = (WANTED[wanted](loss) for loss in (fused, lambda w, b, x, y: fused(w, b, x, y)))
    blocks, rel = cut(X, Y, *range(10, 200, 10)), ROUNDING.get(wanted, 0.0)
    expected = graph.over(blocks, w, b)
    assert same(graph.over(blocks, w, b, executor=processes), expected, rel)
    assert same(nameless.over(blocks, w, b, executor=processes), expected, rel)


def in_this_process(block):
    return [*block[:-1], block[-1] * 0 + os.getpid()]


@pytest.mark.slow
def test_blocks_are_loaded_and_summed_in_other_processes(processes):
    graph = value_and_grad(lambda w, x: w * x, batch="x")
    blocks = [partial(in_this_process, (np.ones(1),))] * 6
    J, _ = graph.over(blocks, 1.0, executor=processes)
    pids = {processes.submit(os.getpid).result() for _ in range(50)}
    assert os.getpid() not in pids
    assert J in {sum(k * pid for k, pid in zip((a, 6 - a), (*pids, 0))) for a in range(7)}


def test_a_thousand_blocks_are_not_loaded_at_once():
    graph = value_and_grad(lambda w, x: w * x, batch="x", backend="python")
    recorder = Recorder()
    for options, most in (({"at_once": 3}, 3), ({}, 2 * (os.cpu_count() or 1))):
        recorder.most = 0
        assert graph.over((([1.0],) for _ in range(1_000)), 2.0, executor=recorder, **options)[0] == 2_000.0
        assert recorder.most == most
    with ThreadPoolExecutor(3) as executor:
        taken, done = [], []

        def blocks():
            for k in range(100):
                taken.append(k)
                assert len(taken) - len(done) <= 3 * 2 + 1
                yield lambda: ([1.0],)

        real = blocks_module.total
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(blocks_module, "total", lambda parts: real(done.append(part) or part for part in parts))
            assert graph.over(blocks(), 2.0, executor=executor)[0] == 200.0


def test_a_process_remembers_the_loss_by_its_bytes(monkeypatch):
    w, b, X, Y = data(n=3, m=200)
    monkeypatch.setattr(blocks_module, "_arrived", arrived := OrderedDict())
    graph = value_and_grad(fused, backend="numpy")
    recorder = Recorder()
    for _ in range(2):
        graph.over(cut(X, Y, 50, 120), w, b, executor=recorder)
        graph(w, b, X, Y)
        value_and_grad(fused, backend="numpy").over(cut(X, Y, 50, 120), w, b, executor=recorder)
    ((data_sent, there),) = arrived.items()
    assert len(recorder.summands) == 12
    assert {summand.pickled for summand in recorder.summands} == {data_sent}
    assert len(data_sent) < 1_500
    assert len(there._programs) == len(there._kernels) == 1  # for all twelve tasks
    again = pickle.loads(pickle.dumps(recorder.summands[0]))
    assert again.pickled == pickle.loads(pickle.dumps(again)).pickled == data_sent


def test_workers_compute_on_one_thread_each_unless_told_otherwise(monkeypatch):
    asked, summed = [], Compiled.summed

    def recorded(self, arguments, threads, progress):
        asked.append((threads, progress))
        return summed(self, arguments, threads, progress)

    monkeypatch.setattr(Compiled, "summed", recorded)
    blocks = cut(*data(n=3, m=20)[2:])
    for threads in (None, 2):
        graph = value_and_grad(fused, backend="numpy", threads=threads)
        graph.over(blocks, [0.0] * 3, 0.0)
        graph.over(blocks, [0.0] * 3, 0.0, executor=Recorder())
    assert asked == [(None, False), (1, False), (2, False), (2, False)]


def test_a_loss_that_cannot_be_sent(monkeypatch):
    def local(w, x):
        return w * x

    graph = value_and_grad(local, batch="x", backend="python")
    assert graph.over([([1.0],)], 2.0, executor=Recorder()) == (2.0, {"w": 1.0})  # cloudpickle can
    lock = multiprocessing.Lock()
    for spec, loss in ((None, local), (True, lambda w, x: w * x if lock else w)):
        monkeypatch.setattr(blocks_module.importlib.util, "find_spec", lambda name, spec=spec: spec)
        graph = value_and_grad(loss, batch="x", backend="python")
        with pytest.raises(TypeError, match=r"cannot be sent to another process: .* Define the loss at"):
            graph.over([([1.0],)], 2.0, executor=Recorder())
        with ThreadPoolExecutor(1) as executor:
            assert graph.over([([1.0],)], 2.0, executor=executor) == (2.0, {"w": 1.0})


@pytest.mark.parametrize("options, error, message", [
    ({"executor": 4}, TypeError, r"executor=4: expected an executor with a submit\(\) as those of concurrent.futures"),
    ({"at_once": 0}, ValueError, "at_once=0: expected a whole number of at least 1, or None"),
    ({"at_once": 1.5}, ValueError, "at_once=1.5: expected"),
])  # fmt: skip
def test_options_that_make_no_sense(options, error, message):
    with pytest.raises(error, match=message):
        value_and_grad(fused, backend="numpy").over([], [1.0], 2.0, **options)


# Errors say where


def three(**last):
    blocks = [(np.ones((2, 4)), np.ones(4)), (np.ones((2, 3)), np.zeros(3))]
    x, y = np.ones((2, 5)), np.ones(5)
    return [*blocks, {"x": x, "y": y} | last]


@pytest.mark.parametrize("executor", [None, Recorder, ThreadPoolExecutor])
@pytest.mark.parametrize("last, message, note", [
    ({"x": [[1.0, 1.0, math.nan, 1.0, 1.0]] * 2}, r"x\[0, 2\] is nan, in example 2",
     "This is in block 2, counted from 0: example 2 of that block is example 9 of all."),
    ({"y": [1.0, 1.0, 1.0, 1.0, 2.0]}, "in example 4, logistic_loss",
     "This is in block 2, counted from 0: example 4 of that block is example 11 of all."),
    ({"y": [1.0] * 4}, r"x is \(2, 5\), y is \(4,\): the last axis counts",
     "This is in block 2, counted from 0, which begins with example 7 of all."),
    ({"x": np.ones((3, 5))}, "dot", "This is in block 2, counted from 0, which begins with example 7 of all."),
    ({"z": 1}, "a block has the names x, y, z; expected x, y.",
     "This is in block 2, counted from 0, which begins with example 7 of all."),
])  # fmt: skip
def test_an_error_says_in_which_block(executor, last, message, note):
    graph = value_and_grad(fused, backend="numpy")
    executor = executor and executor()
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        graph.over(three(**last), [0.5, 0.5], 0.1, executor=executor)
    assert caught.value.__notes__ == [note]


@pytest.mark.slow
def test_an_error_of_another_process_says_it_too(processes):
    graph = value_and_grad(fused)
    with pytest.raises(ValueError, match="in example 4, logistic_loss") as caught:
        graph.over(three(y=[1.0, 1.0, 1.0, 1.0, 2.0]), [0.5, 0.5], 0.1, executor=processes)
    assert caught.value.__notes__ == [
        "This is in block 2, counted from 0: example 4 of that block is example 11 of all."
    ]


@pytest.mark.parametrize("block, message", [
    (np.ones((2, 3)), r"a block is of the type ndarray; expected a tuple \(x, y\), a dict with these names, or a func"),
    ((1.0, 2.0, 3.0), r"a block has 3 entries; expected a tuple \(x, y\)"),
    ((1.0, [1.0]), r"x is \(\); expected \(m,\) or \(n, m\): one example per column"),
])  # fmt: skip
def test_what_is_not_a_block(block, message):
    with pytest.raises((ValueError, TypeError), match=message):
        value_and_grad(fused, backend="numpy").over([block], [1.0], 2.0)


def test_an_error_in_a_parameter_comes_before_any_block():
    with pytest.raises(TypeError, match=r"w is 'a' \(str\)") as caught:
        value_and_grad(fused, backend="numpy").over(iter([1]), "a", 2.0)
    assert not hasattr(caught.value, "__notes__")


def test_after_an_error_nothing_waits():
    recorder = Recorder()
    with pytest.raises(ValueError, match="in example 4"):
        value_and_grad(fused, backend="numpy").over(
            [*three(y=[1.0, 1.0, 1.0, 1.0, 2.0]), *three()], [0.5, 0.5], 0.1, executor=recorder, at_once=4
        )
    assert (recorder.cancelled, recorder.waiting) == (3, 3)


def end_of_the_process():
    os._exit(1)


@pytest.mark.slow
def test_a_worker_that_dies_takes_its_executor_with_it():
    graph = value_and_grad(fused)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as executor, pytest.raises(BrokenProcessPool) as caught:
        graph.over([*three(), end_of_the_process, *three()], [0.5, 0.5], 0.1, executor=executor)
    (note,) = caught.value.__notes__
    assert note.startswith("A worker of the executor has ended, and with it the executor: make a new one, and call")


def test_what_to_do_with_a_broken_executor():
    class Broken(Recorder):
        def submit(self, summand, block):
            if len(self.summands) == 2:
                raise BrokenExecutor("dead")
            return super().submit(summand, block)

    def dies():
        raise BrokenExecutor("dead")

    for executor, blocks in ((Broken(), three()), (Recorder(), [dies])):
        with pytest.raises(BrokenExecutor, match="dead") as caught:
            value_and_grad(fused, backend="numpy").over(blocks, [0.5, 0.5], 0.1, executor=executor)
        (note,) = caught.value.__notes__
        assert 'lacks the line if __name__ == "__main__":' in note


def test_a_bar_counts_the_blocks(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    graph = value_and_grad(fused, backend="python", progress=True)
    for blocks in (three(), iter(three())):
        monkeypatch.setattr(sys, "stderr", Terminal())
        graph.over(blocks, [0.5, 0.5], 0.1)
        assert "examples" in sys.stderr.getvalue()


def test_parts_know_their_threads():
    assert summand_of(value_and_grad(lambda w, x: dot([w], [x]), "x", threads=3), {}, 1).threads == 3
