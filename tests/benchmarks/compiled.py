"""J and both gradients over m examples, compiled, as ratios to the NumPy closed form and to other libraries.

`make bench` runs this. Contestants run in turns with ours, on the same arrays, with equal numbers of threads; every
figure is a median over rounds. JAX and PyTorch take part where they are installed, each in a process of its own. Then:
the first call, in new processes; a call on tiny data; and with ``--large`` a pass over a memory-mapped file of 8 GB,
under a limit of 1 GB.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn._loss import HalfBinomialLoss
from sklearn.linear_model._linear_loss import LinearModelLoss  # the loss of its LogisticRegression, as it stands
from threadpoolctl import threadpool_limits

from micrograd_lr import dot, logistic_loss, value_and_grad

SHAPES = [(4, 1_000_000), (30, 1_000_000), (30, 20_000), (784, 60_000)]
WANTED = {4: 0.35, 30: 0.5, 784: 0.8}
OTHERS = ("scikit-learn", "JAX", "PyTorch", "sum of X")
ROUNDS = 9
REST = 0.1  # seconds: the threads of BLAS and OpenMP wait for their next work by spinning, on a core that others need


def loss(w: Any, b: Any, x: Any, y: Any) -> Any:
    return logistic_loss(dot(w, x) + b, y)


def closed_form(w: Any, b: float, X: Any, Y: Any) -> Any:
    a = 1 / (1 + np.exp(-(w @ X + b)))
    J = -(Y * np.log(a) + (1 - Y) * np.log(1 - a)).sum()
    return J, (a - Y) @ X.T, (a - Y).sum()


def sklearn_loss(w: Any, b: float, X: Any, Y: Any, threads: int) -> Callable[[], Any]:
    model = LinearModelLoss(base_loss=HalfBinomialLoss(), fit_intercept=True)
    rows, both = X.T, np.append(w, b)
    return lambda: model.loss_gradient(both, rows, Y, n_threads=threads)


def jax_loss(w: Any, b: float, X: Any, Y: Any) -> Callable[[], Any]:
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    def total(p: Any) -> Any:
        z = p[0] @ x + p[1]
        return jnp.sum(jnp.logaddexp(0.0, z) - y * z)

    x, y, p = jnp.asarray(X), jnp.asarray(Y), (jnp.asarray(w), jnp.asarray(b))
    run = jax.jit(jax.value_and_grad(total))
    return lambda: jax.block_until_ready(run(p))


def torch_loss(w: Any, b: float, X: Any, Y: Any, threads: int) -> Callable[[], Any]:
    torch = importlib.import_module("torch")
    torch.set_num_threads(threads)
    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    p = torch.tensor(w, requires_grad=True), torch.tensor(b, dtype=torch.float64, requires_grad=True)

    def run() -> Any:
        z = p[0] @ x + p[1]
        J = torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="sum")
        return J, torch.autograd.grad(J, p)

    return run


def median_times(runs: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The median time of each, in turns: with a rest, and once untimed, so that every one finds its own house."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()  # compiled
    for _ in range(ROUNDS):
        for name, run in runs.items():
            time.sleep(REST)
            run()
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def contest(n: int, m: int, by_rows: bool, threads: int, rival: str) -> dict[str, float]:
    """The median seconds of ours and of the contestants; `rival` is JAX, PyTorch, or NumPy with its friends."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(m, n)).T if by_rows else rng.normal(size=(n, m))
    w, b, Y = rng.normal(size=n) / np.sqrt(n), 0.1, (rng.random(m) < 0.5) * 1.0
    ours = value_and_grad(loss, threads=threads)
    exact = closed_form(w, b, X, Y)
    J, gradients = ours(w, b, X, Y)
    assert abs(J - exact[0]) < 1e-9 * J
    assert np.allclose(gradients["w"], exact[1], rtol=1e-9, atol=1e-6)
    flat = X.T.reshape(-1) if by_rows else X.reshape(-1)
    runs = {"ours": lambda: ours(w, b, X, Y)}
    if rival == "NumPy":
        runs |= {
            "closed form": lambda: closed_form(w, b, X, Y),
            "sum of X": flat.sum,
            "scikit-learn": sklearn_loss(w, b, X, Y, threads),
        }
    elif rival == "JAX":
        runs[rival] = jax_loss(w, b, X, Y)
    else:
        runs[rival] = torch_loss(w, b, X, Y, threads)
    with threadpool_limits(threads):
        return median_times(runs)


def row(n: int, m: int, by_rows: bool, threads: int) -> str:
    """A row of the table. JAX and PyTorch change how the process gets its memory: so each has one to itself."""
    rivals = ["NumPy"]
    if threads == (os.cpu_count() or 1):  # JAX takes what it finds
        rivals += ["JAX"] * bool(importlib.util.find_spec("jax"))
    rivals += ["PyTorch"] * bool(importlib.util.find_spec("torch"))
    ratios = {}
    for rival in rivals:
        found = subprocess.run(
            [sys.executable, __file__, "--contest", *map(str, (n, m, int(by_rows), threads)), rival],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        times = json.loads(found.stdout)
        ratios |= {name: times["ours"] / seconds for name, seconds in times.items() if name != "ours"}
        if rival == "NumPy":
            ours = times["ours"]
    cells = [f"{ratios[name]:.2f}" if name in ratios else "–" for name in OTHERS]
    holds = "yes" if ratios["closed form"] <= WANTED[n] else "NO"
    return (
        f"| {n} × {m:,} | {'(m, n)' if by_rows else '(n, m)'} | {threads} | {1e3 * ours:.2f} "
        f"| {ratios['closed form']:.2f} | {WANTED[n]} | {holds} | {' | '.join(cells)} |"
    )


FIRST_CALL = """
import sys, time
import numpy as np
from micrograd_lr import dot, logistic_loss, value_and_grad

n = int(sys.argv[1])
w, X, Y = np.zeros(n), np.zeros((n, 100)), np.zeros(100)
start = time.perf_counter()
value_and_grad(lambda w, b, x, y: logistic_loss(dot(w, x) + b, y))(w, 0.1, X, Y)
print(time.perf_counter() - start)
"""

LARGE = """
import resource, sys, time
import numpy as np
from micrograd_lr import dot, logistic_loss, value_and_grad

n, folder = 30, sys.argv[1]
graph = value_and_grad(lambda w, b, x, y: logistic_loss(dot(w, x) + b, y))
X = np.load(f"{folder}/X.npy", mmap_mode="r").T
w, Y = np.full(n, 0.1), np.load(f"{folder}/Y.npy", mmap_mode="r")
graph(w, 0.1, np.ones((100, n)).T, np.ones(100))
resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, resource.RLIM_INFINITY))
buffer = bytearray(1 << 22)
for _ in range(2):
    start = time.perf_counter()
    with open(f"{folder}/X.npy", "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    read = time.perf_counter() - start
    start = time.perf_counter()
    graph(w, 0.1, X, Y)
    print(read, time.perf_counter() - start)
"""


def in_a_new_process(program: str, cache: str, *arguments: str) -> list[float]:
    env = os.environ | {"XDG_CACHE_HOME": cache, "NUMBA_CACHE_DIR": cache}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=env, capture_output=True, text=True, check=True
    )
    return [float(x) for x in done.stdout.split()]


def first_calls() -> None:
    for n in (30, 10_000):
        with tempfile.TemporaryDirectory() as cache:
            for what in ("compiled", "from the disk cache"):
                (seconds,) = in_a_new_process(FIRST_CALL, cache, str(n))
                print(f"| first call, n = {n:,}, {what} | {seconds:.2f} s |", flush=True)


def tiny_calls() -> None:
    w, X, Y = np.zeros(4), np.zeros((4, 10)), np.zeros(10)
    ours = value_and_grad(loss)
    ours(w, 0.1, X, Y)
    ((kernel, _),) = ours._kernels.values()
    sums, slopes = np.zeros((1, 2)), np.zeros(4)

    def many(run: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: [run() for _ in range(1_000)]

    times = median_times(
        {"ours": many(lambda: ours(w, 0.1, X, Y)), "kernel": many(lambda: kernel(w, 0.1, X, Y, 0, 10, 0, sums, slopes))}
    )
    print(f"| a call on 4 × 10 numbers | {1e3 * times['ours']:.1f} µs, its kernel {1e3 * times['kernel']:.1f} µs |")


def large() -> None:
    n, blocks, m = 30, 128, 1 << 18
    with tempfile.TemporaryDirectory(dir=".") as folder:
        rng = np.random.default_rng(0)
        block = rng.normal(size=(m, n))
        X = np.lib.format.open_memmap(Path(folder) / "X.npy", "w+", float, (blocks * m, n))
        for k in range(blocks):
            X[k * m : (k + 1) * m] = block
        X.flush()
        del X
        np.save(Path(folder) / "Y.npy", np.tile((rng.random(m) < 0.5) * 1.0, blocks))
        found = in_a_new_process(LARGE, folder, folder)
    (read, ours) = found[-2:]
    size = 8 * n * m * blocks / 1e9
    print(f"| {size:.1f} GB, memory-mapped, under a limit of 1 GB | {ours:.2f} s, {ours / read:.2f} of reading it |")


def main() -> None:
    if "--contest" in sys.argv:
        n, m, by_rows, threads = map(int, sys.argv[2:6])
        print(json.dumps(contest(n, m, bool(by_rows), threads, sys.argv[6])))
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores; our time as a multiple of each contestant's\n")
    print("| n × m | order | threads | ms | closed form | wanted | holds | scikit-learn | JAX | PyTorch | sum of X |")
    print("|---|---|--:|--:|--:|--:|---|--:|--:|--:|--:|")
    for n, m in SHAPES:
        for by_rows in (False, True):
            for threads in (1, 2):
                print(row(n, m, by_rows, threads), flush=True)
    print("\n| what | how long |\n|---|--:|")
    first_calls()
    tiny_calls()
    if "--large" in sys.argv:
        large()


if __name__ == "__main__":
    main()
