"""Compiled losses over many examples: threads, interrupts, and what a pass takes beside the data."""

import math
import os
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from losses import RNG, data, fused
from together import together

from micrograd_lr import logistic_loss, tanh, value_and_grad
from micrograd_lr.compiler import compiled, threads


@pytest.mark.covers
@pytest.mark.slow
def test_the_result_does_not_depend_on_the_threads(monkeypatch):
    w, b, X, Y = data(n=3, m=10_000)
    monkeypatch.setattr(compiled, "SLICE", 20_000)
    results = [value_and_grad(fused, threads=threads)(w, b, X, Y) for threads in (1, 2, np.int64(5), None)]
    for J, gradients in results[1:]:
        assert results[0][0] == J
        assert np.array_equal(gradients["w"], results[0][1]["w"])
    exact = math.fsum(logistic_loss(float(w @ x + b), float(y)) for x, y in zip(X.T, Y))
    assert results[0][0] == pytest.approx(exact, rel=1e-14)


@pytest.mark.slow
def test_ctrl_c_between_two_slices_leaves_everything_usable(monkeypatch):
    w, b, X, Y = data(n=3, m=5_000)
    monkeypatch.setattr(compiled, "SLICE", 20_000)
    graph = value_and_grad(fused, threads=2)
    expected = graph(w, b, X, Y)
    ((key, (kernel, source)),) = graph._kernels.items()
    calls = []

    def interrupted(*arguments):
        calls.append(threading.get_ident())
        if len(calls) == 3:
            raise KeyboardInterrupt
        return kernel(*arguments)

    graph._kernels[key] = interrupted, source
    with pytest.raises(KeyboardInterrupt):
        graph(w, b, X, Y)
    graph._kernels[key] = kernel, source
    assert graph(w, b, X, Y)[0] == expected[0]


def test_an_interrupt_ends_every_thread_between_two_slices(monkeypatch):
    started, released, done = threading.Event(), threading.Event(), []

    def one(i):
        if i == 0:  # on this thread
            started.wait()
            raise KeyboardInterrupt
        started.set()
        released.wait()
        done.append(i)

    real_wait = threads.wait
    monkeypatch.setattr(threads, "wait", lambda futures: (released.set(), real_wait(futures)))
    with pytest.raises(KeyboardInterrupt):
        threads.in_threads(one, range(6), 2)
    assert done == [1]  # finished what it had begun, and took up nothing more


@pytest.mark.slow
def test_no_array_grows_with_the_examples():
    m = 400_000
    w, X, Y = np.array([0.5, -0.5]), RNG.normal(size=(2, m)), np.ones(m)
    graph = value_and_grad(fused)
    graph(w, 0.1, X, Y)
    tracemalloc.start()
    graph(w, 0.1, X, Y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < X.nbytes / 10


UNDER_A_LIMIT = """
import math, resource, sys
import numpy as np
from micrograd_lr import dot, logistic_loss, value_and_grad

folder, backend = sys.argv[1:]
graph = value_and_grad(lambda w, b, x, y: logistic_loss(dot(w, x) + b, y), backend=backend, threads=2)
w, m = np.ones(7), 1 << 23
graph(w, 0.0, np.zeros((7, 1 << 18)), np.zeros(1 << 18))  # compiled, the threads started
X = np.lib.format.open_memmap(f"{folder}/X.npy", "w+", float, (7, m))  # 448 MB that take no place on the disk
y = np.lib.format.open_memmap(f"{folder}/y.npy", "w+", float, (m,))
X, y = (np.load(f"{folder}/{name}.npy", mmap_mode="r") for name in "Xy")
with open("/proc/self/status") as status:
    (used,) = (int(line.split()[1]) << 10 for line in status if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (used + (64 << 20), resource.RLIM_INFINITY))
try:
    np.ones(2 * m)  # the limit is one
except MemoryError:
    J, gradients = graph(w, 0.0, X, y)
    print(J / m / math.log(2), *gradients["w"], gradients["b"] / m)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_a_pass_takes_less_than_64_mb_beside_the_data(backend, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", UNDER_A_LIMIT, str(tmp_path), backend], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    J, *gradients = map(float, done.stdout.split())
    assert pytest.approx(1, rel=1e-14) == J
    assert gradients == [0.0] * 7 + [0.5]


@pytest.mark.slow
def test_a_memory_mapped_file(tmp_path):
    w, b, X, Y = data(n=4, m=2_000)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    graph = value_and_grad(fused)
    assert graph(w, b, mapped, Y)[0] == graph(w, b, X, Y)[0]


def test_the_first_call_from_two_threads():
    def loss(w, x):
        return tanh(w * x) * 0.731

    graph, found = value_and_grad(loss, "x", backend="numba"), []
    assert together([lambda: found.append(graph(0.5, [1.0, 2.0])[0])] * 2) == []
    assert found == [graph(0.5, [1.0, 2.0])[0]] * 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_has_threads_of_its_own():
    program = """
import os, signal
from micrograd_lr.compiler.threads import in_threads
assert in_threads(lambda i: i, range(4), 2) == [0, 1, 2, 3]
if child := os.fork():
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
signal.alarm(20)
os._exit(in_threads(lambda i: i, range(4), 2) != [0, 1, 2, 3])
"""
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", program]).returncode == 0
