"""Speed and memory of the engine, as ratios to other scalar engines measured in the same run, in turns.

`make bench` runs this. Every figure is a median over rounds. In a round each contestant runs five times in a row with
the garbage collector on, as in a training loop; before each turn the collector is emptied, outside the timing, so that
everybody pays for their own garbage and for nobody else's.
"""

from __future__ import annotations

import copy
import gc
import math
import os
import pickle
import platform
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import micrograd.engine
import xad.adj_1st as adjoint
import xad.math

from micrograd_lr import Value, dot, log, logistic_loss, sigmoid
from micrograd_lr import sum as node_sum

N, M = 30, 100
RNG = random.Random(0)
X = [[RNG.gauss(0, 1) for _ in range(N)] for _ in range(M)]
Y = [float(RNG.random() < 0.5) for _ in range(M)]
W, B = [RNG.gauss(0, 0.2) for _ in range(N)], 0.1


def literal(w: list[Any], b: Any, log: Callable[[Any], Any], sigmoid: Callable[[Any], Any]) -> Any:
    """J = Σ -(y log a + (1-y) log(1-a)), z of 30 multiplies and 30 adds: the same text for every engine."""
    J = 0.0
    for x, y in zip(X, Y):
        z = b
        for wj, xj in zip(w, x):
            z = z + wj * xj
        a = sigmoid(z)
        J = J + -(y * log(a) + (1 - y) * log(1 - a))
    return J


def ours() -> list[float]:
    w, b = [Value(v) for v in W], Value(B)
    literal(w, b, log, sigmoid).backward()
    return [v.grad for v in (*w, b)]


def ours_with_dot_and_sum() -> list[float]:
    w, b = [Value(v) for v in W], Value(B)
    node_sum(logistic_loss(dot(w, x) + b, y) for x, y in zip(X, Y)).backward()
    return [v.grad for v in (*w, b)]


Peer = micrograd.engine.Value


def micrograd_log(v: Any) -> Any:
    out = Peer(math.log(v.data), (v,), "log")

    def backward() -> None:
        v.grad += out.grad / v.data

    out._backward = backward
    return out


def micrograd_sigmoid(v: Any) -> Any:
    out = Peer(1 / (1 + math.exp(-v.data)), (v,), "sigmoid")

    def backward() -> None:
        v.grad += out.data * (1 - out.data) * out.grad

    out._backward = backward
    return out


def with_micrograd() -> list[float]:
    w, b = [Peer(v) for v in W], Peer(B)
    literal(w, b, micrograd_log, micrograd_sigmoid).backward()
    return [v.grad for v in (*w, b)]


tape = adjoint.Tape()
tape.activate()


def with_xad() -> list[float]:
    w, b = [adjoint.Real(v) for v in W], adjoint.Real(B)
    for v in (*w, b):
        tape.registerInput(v)
    tape.newRecording()
    J = literal(w, b, xad.math.log, lambda z: 1 / (1 + xad.math.exp(-z)))
    tape.registerOutput(J)
    J.derivative = 1.0
    tape.computeAdjoints()
    gradient = [v.derivative for v in (*w, b)]
    tape.clearAll()
    return gradient


def in_turns(runs: dict[str, Callable[[], Any]], rounds: int, repeats: int = 1) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            gc.collect()
            start = time.perf_counter()
            for _ in range(repeats):
                run()
            times[name].append((time.perf_counter() - start) / repeats)
    return times


def ratio(times: dict[str, list[float]], name: str, to: str) -> float:
    return statistics.median(a / b for a, b in zip(times[name], times[to]))


def verdict(text: str, value: float, wanted: str, holds: bool) -> None:
    print(f"{text:<62} {value:8.2f}   {wanted:<14} {'holds' if holds else 'NOT REACHED'}")


def engines(rounds: int = 40) -> None:
    sys.setrecursionlimit(20_000)  # micrograd walks recursively
    runs = {"ours": ours, "ours, dot": ours_with_dot_and_sum, "micrograd": with_micrograd, "xad": with_xad}
    truth = with_xad()
    for name, run in runs.items():
        assert all(math.isclose(g, t, rel_tol=1e-11, abs_tol=1e-11) for g, t in zip(run(), truth)), name
    times = in_turns(runs, rounds, repeats=5)
    print(f"literal loss, n = {N}, m = {M}, forward and backward: medians (and best) in ms")
    for name in runs:
        print(f"  {name:<12} {1e3 * statistics.median(times[name]):8.2f}  ({1e3 * min(times[name]):.2f})")
    faster = ratio(times, "micrograd", "ours")
    verdict("times faster than micrograd, literally", faster, "at least 3", faster >= 3)
    slower = ratio(times, "ours", "xad")
    verdict("time of XAD (a tape in C++), literally", slower, "at most 1", slower <= 1)
    dots = ratio(times, "micrograd", "ours, dot")
    verdict("times faster than micrograd, with dot and sum", dots, "at least 15", dots >= 15)


def bytes_per_node() -> None:
    leaf = Value(1.5)
    nodes = [leaf] * 10_001
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    node = leaf
    for i in range(10_000):
        nodes[i] = node = node * leaf
    node.backward()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = (after - before) / 10_000
    verdict("bytes per op node, gradient included", size, "at most 250", size <= 250)


def chain(n: int) -> Value:
    node = Value(1.0)
    for _ in range(n):
        node = node + 1.0
    return node


def wide(n: int) -> Value:
    return node_sum([Value(1.0) for _ in range(n)])


def scaling(name: str, build: Callable[[int], Value]) -> None:
    """A million nodes in one graph against a hundred graphs of ten thousand: built, swept, copied, pickled, freed."""

    def whole(n: int) -> Callable[[], None]:
        def run() -> None:
            for _ in range(1_000_000 // n):
                root = build(n)
                root.backward()
                copy.deepcopy(root)
                pickle.loads(pickle.dumps(root))

        return run

    per_node = ratio(in_turns({"small": whole(10_000), "large": whole(1_000_000)}, 3), "large", "small")
    verdict(f"cost per node of {name}, 1,000,000 against 10,000", per_node, "at most 1.5", per_node <= 1.5)


def import_time() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

    def run(code: str) -> Callable[[], Any]:
        return lambda: subprocess.run([sys.executable, "-c", code], env=environment, check=True)

    run("import micrograd_lr")()
    times = in_turns({"import": run("import micrograd_lr"), "bare": run("pass")}, 25)
    extra = 1e3 * statistics.median(a - b for a, b in zip(times["import"], times["bare"]))
    verdict("ms for import micrograd_lr, beyond the interpreter", extra, "at most 20", extra <= 20)


def main() -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    )
    engines()
    bytes_per_node()
    import_time()
    scaling("a chain of adds", chain)
    scaling("one sum", wide)


if __name__ == "__main__":
    main()
