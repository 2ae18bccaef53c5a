"""J and both gradients over a data set in files, by one process and by two, beside the plain reading of the files.

`make bench` runs this. X is 30 × 16.8 million, 4 GB in blocks of 130 MB with y as their last row; ``--megabytes 400``
takes less. A task maps its file into memory and sums it on one thread. One process and two take turns, and every figure
is a median over rounds. CPU seconds are those of all processes: if two need no more of them than one, and are not twice
as fast, they did not get two cores. Then the same with the processes of a Dask cluster, which have mapped the files
before, where Dask is installed.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.util
import multiprocessing
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from micrograd_lr import dot, logistic_loss, value_and_grad

N, M = 30, 1 << 19  # of one block
ROUNDS = 7
WANTED = 1.6
PROCESSES = (1, 2)


def loss(w: Any, b: Any, x: Any, y: Any) -> Any:
    return logistic_loss(dot(w, x) + b, y)


def load(path: Path) -> tuple[Any, Any]:
    block = np.load(path, mmap_mode="r")
    return block[:N], block[N]


def read(path: Path) -> None:
    """Every byte once, into a buffer that stays in the cache."""
    buffer = bytearray(1 << 18)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def write(folder: Path, number: int) -> list[Path]:
    rng = np.random.default_rng(0)
    block = np.vstack([rng.normal(size=(N, M)), rng.random(M) < 0.5])
    paths = [folder / f"{k}.npy" for k in range(number)]
    for path in paths:
        np.save(path, block)
    return paths


def by_pools(paths: list[Path], stack: ExitStack) -> dict[str, dict[int, Callable[[], Any]]]:
    """What is measured, for each number of processes."""
    graph, w = value_and_grad(loss), np.full(N, 0.1)
    alone = {k: value_and_grad(loss, threads=k) for k in PROCESSES}
    tasks = [partial(load, path) for path in paths]
    spawn = multiprocessing.get_context("spawn")
    pools = {k: stack.enter_context(ProcessPoolExecutor(k, mp_context=spawn)) for k in PROCESSES}

    def read_all(pool: ProcessPoolExecutor) -> None:
        for future in [pool.submit(read, path) for path in paths]:
            future.result()

    return {
        "J and both gradients": {k: partial(graph.over, tasks, w, 0.1, executor=pool) for k, pool in pools.items()},
        "the same, in one process on one thread and on two": {
            k: partial(one.over, tasks, w, 0.1) for k, one in alone.items()
        },
        "plain reading of the files": {k: partial(read_all, pool) for k, pool in pools.items()},
    }


def by_dask(paths: list[Path], stack: ExitStack) -> dict[str, dict[int, Callable[[], Any]]]:
    dask, distributed = map(importlib.import_module, ("dask", "distributed"))
    da = importlib.import_module("dask.array")
    mapped = [dask.delayed(np.load)(path, mmap_mode="r") for path in paths]
    blocks = da.concatenate([da.from_delayed(block, (N + 1, M), float) for block in mapped], axis=1)
    graph, w = value_and_grad(loss), np.full(N, 0.1)

    def run(client: Any, X: Any, y: Any) -> Any:
        with client.as_current():
            return graph(w, 0.1, X, y)

    runs = {}
    for k in PROCESSES:
        cluster = distributed.LocalCluster(n_workers=k, threads_per_worker=1, dashboard_address=":0")
        client = stack.enter_context(distributed.Client(stack.enter_context(cluster)))
        kept = client.persist([blocks[:N], blocks[N]])
        distributed.wait(kept)
        runs[k] = partial(run, client, *kept)
    return {"J and both gradients, Dask": runs}


def cpu_seconds() -> float:
    """What this process and its children have used up to now."""
    process = importlib.import_module("psutil").Process()
    return sum(sum(each.cpu_times()[:2]) for each in (process, *process.children(recursive=True)))


def median_times(runs: dict[int, Callable[[], Any]]) -> dict[int, tuple[float, float]]:
    """Seconds, and CPU seconds, for each number of processes."""
    times: dict[int, list[tuple[float, float]]] = {name: [] for name in runs}
    for run in runs.values():
        run()  # compiled, in every process
    for _ in range(ROUNDS):
        for name, run in runs.items():
            gc.collect()
            used, start = cpu_seconds(), time.perf_counter()
            run()
            times[name].append((time.perf_counter() - start, cpu_seconds() - used))
    return {name: (statistics.median(s for s, _ in found), statistics.median(s for _, s in found))
            for name, found in times.items()}  # fmt: skip


@contextmanager
def files(megabytes: int) -> Iterator[list[Path]]:
    number = max(4, round(megabytes * 1e6 / (8 * M * (N + 1))))
    size = 8 * M * (N + 1) * number
    if shutil.disk_usage(".").free < 2 * size:
        raise SystemExit(f"The scaling is not measured: there is no place for {size / 1e9:.1f} GB here.")
    with tempfile.TemporaryDirectory(dir=".") as folder:
        yield write(Path(folder).absolute(), number)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=4_160)
    with files(parser.parse_args().megabytes) as paths, ExitStack() as stack:
        size = 8 * N * M * len(paths) / 1e9
        print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; ", end="")
        print(f"{size:.1f} GB of X in {len(paths)} files\n")
        print("| what | one process, s | two, s | times as fast | CPU s, one | CPU s, two | GB/s by two |")
        print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
        contests = [by_pools] + [by_dask] * bool(importlib.util.find_spec("distributed"))
        for contest in contests:
            for what, runs in contest(paths, stack).items():
                times = median_times(runs)
                (one, cpu_one), (two, cpu_two) = times[1], times[2]
                holds = "" if one / two >= WANTED or "reading" in what else f" (wanted {WANTED})"
                cpu = f"{cpu_one:.2f} | {cpu_two:.2f}"
                print(
                    f"| {what} | {one:.2f} | {two:.2f} | {one / two:.2f}{holds} | {cpu} | {size / two:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
