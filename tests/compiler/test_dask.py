"""Dask arrays in compiled losses: chunks are summed where they are, on threads and on a cluster of two processes."""

import os
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import dask
import dask.array as da
import numpy as np
import pytest
from losses import data, fused
from summed import ROUNDING, WANTED, cut, same

from micrograd_lr import value_and_grad
from micrograd_lr.compiler import blocks as blocks_module
from micrograd_lr.compiler.dask_blocks import is_dask

RNG = np.random.default_rng(0)
W, B, X, Y = RNG.normal(size=5), 0.3, RNG.normal(size=(5, 1_000)), (RNG.random(1_000) < 0.5) * 1.0
GRAPH = value_and_grad(fused, backend="numpy")
WHOLE = GRAPH(W, B, X, Y)


@pytest.fixture(autouse=True)
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture(scope="module")
def cluster():
    from distributed import Client, LocalCluster

    root = Path(__file__).parents[2]
    paths = os.pathsep.join(map(str, (root, root / "tests", root / "tests" / "compiler")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", paths)
        two = LocalCluster(n_workers=2, processes=True, threads_per_worker=1, dashboard_address=":0")
        with two, Client(two) as client:
            yield client


@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize("backend", ["numpy", "python"])
def test_the_sum_over_chunks_is_that_of_one_call(backend, wanted):
    graph = WANTED[wanted](fused, backend=backend)
    w, b, X, Y = data(n=3, m=200)
    whole = graph(w, b, X, Y)
    assert same(graph(w, b, da.from_array(X, chunks=-1), da.from_array(Y, chunks=-1)), whole)
    for chunks in ((3, 100), (2, 7), ((1, 2), (3, 190, 7))):
        x = da.from_array(X, chunks=chunks)
        for y in (da.from_array(Y, chunks=x.chunks[-1]), da.from_array(Y, chunks=30), Y, [*map(float, Y)]):
            assert same(graph(w, b, x, y), whole, rel=1e-13)
    assert same(graph(w, b, X, da.from_array(Y, chunks=30)), whole, rel=1e-13)
    assert same(graph(w, b, da.from_array(X.T, chunks=(30, 3)).T, y), whole, rel=1e-13)


@pytest.mark.parametrize("chunk", [3, 7, 15, 16, 100, 999])
def test_it_is_the_sum_over_blocks_to_the_last_bit(chunk):
    blocks = cut(X, Y, *range(chunk, 1_000, chunk))
    x = da.concatenate([da.from_array(x, chunks=-1) for x, _ in blocks], axis=1)
    y = da.concatenate([da.from_array(y, chunks=-1) for _, y in blocks])
    assert same(GRAPH(W, B, x, y), GRAPH.over(blocks, W, B))


def test_on_threads():
    with dask.config.set(scheduler="threads", num_workers=2):
        x, y = da.from_array(X, chunks=(-1, 10)), da.from_array(Y, chunks=10)
        assert same(GRAPH(W, B, x, y), WHOLE, rel=1e-13)


def test_the_largest_array_keeps_its_chunks():
    seen = []

    def shape_seen(block):
        seen.append(block.shape)
        return block

    x = da.from_array(X, chunks=(-1, 400)).map_blocks(shape_seen, meta=np.empty((0, 0)))
    assert same(GRAPH(W, B, x, da.from_array(Y, chunks=7)), WHOLE, rel=1e-13)
    assert seen == [(5, 400), (5, 400), (5, 200)]


def test_a_block_that_has_both_x_and_y_is_loaded_once():
    loaded = []

    def load(k):
        loaded.append(k)
        return np.vstack([X, Y])[:, 100 * k : 100 * k + 100]

    both = da.concatenate([da.from_delayed(dask.delayed(load)(k), (6, 100), float) for k in range(10)], axis=1)
    assert same(GRAPH(W, B, both[:5], both[5]), WHOLE, rel=1e-13)
    assert sorted(loaded) == [*range(10)]


@pytest.mark.covers
@pytest.mark.slow
def test_chunks_of_unknown_sizes():
    import dask.dataframe as dd
    import pandas as pd

    table = dd.from_pandas(pd.DataFrame(X.T, columns=[*"abcde"]).assign(y=Y, i=range(1_000)), npartitions=4)
    x = table[[*"abcde"]].to_dask_array().T
    assert np.isnan(x.shape[1])
    for y in (table["y"], table["y"].to_dask_array()):
        assert same(GRAPH(W, B, x, y), WHOLE, rel=1e-13)
        assert same(GRAPH(W, B, x[:, :].rechunk({0: 2}), y), WHOLE, rel=1e-13)  # and in pieces of features
    known = da.from_array(Y, chunks=[len(part) for part in table.partitions])
    assert same(GRAPH(W, B, x, known), WHOLE, rel=1e-13)
    some = table[table["a"] > 0]  # in some partitions, perhaps none
    mask = X[0] > 0
    x = some[[*"abcde"]].to_dask_array().T
    assert same(GRAPH(W, B, x, some["y"]), GRAPH(W, B, X[:, mask], Y[mask]), rel=1e-13)
    none = table[table["i"] >= 750]
    x = none[[*"abcde"]].to_dask_array().T
    assert same(GRAPH(W, B, x, none["y"]), GRAPH(W, B, X[:, 750:], Y[750:]), rel=1e-13)
    for y, chunks in ((Y, "x has 4 chunks, y is in memory"), (da.from_array(Y, chunks=10), "y has 100 chunks")):
        with pytest.raises(ValueError, match=rf"{chunks}, and some chunks are of unknown size, so .* Call compute_chu"):
            GRAPH(W, B, x, y)
    with pytest.raises(TypeError, match=r"x is a Dask DataFrame; expected a Dask array, .* take table\[columns\].to_"):
        GRAPH(W, B, table, table["y"])


@pytest.mark.parametrize("x, y, error, message", [
    (da.zeros((5, 10), chunks=3), da.zeros(9, chunks=3), ValueError, r"x is \(5, 10\), y is \(9,\): the last axis"),
    (da.zeros((5, 10), chunks=3), np.zeros(9), ValueError, r"x is \(5, 10\), y is \(9,\): the last axis counts"),
    (da.zeros((5, 0)), da.zeros(0), ValueError, "at least one example"),
    (dask.delayed(X), Y, TypeError, r"x is a Dask Delayed.*; expected a Dask array, \(n, m\) or \(m,\)"),
    (da.zeros(()), Y, TypeError, "x is a Dask Array; expected a Dask array, "),
    (da.zeros((2, 5, 10), chunks=5), da.zeros(10), ValueError, r"x is \(2, 5, 5\); expected \(m,\) or \(n, m\)"),
    (da.zeros((5, 10)), ["a"] * 10, TypeError, r"y\[0\] is 'a' \(str\), in example 0"),
])  # fmt: skip
def test_what_does_not_fit(x, y, error, message):
    with pytest.raises(error, match=message):
        GRAPH(W, B, x, y)


def test_a_parameter_is_settled_before_any_chunk():
    with pytest.raises(TypeError, match=r"w is 'a' \(str\)"):
        GRAPH("a", B, da.from_array(X), da.from_array(Y))
    assert same(GRAPH(da.from_array(W), B, X, Y), WHOLE)  # a Dask array as a parameter is computed, as any array


def test_an_error_says_in_which_chunk():
    wrong = Y.copy()
    wrong[321] = 2.0
    x, y = da.from_array(X, chunks=(-1, 100)), da.from_array(wrong, chunks=100)
    with pytest.raises(ValueError, match="in example 21, logistic_loss") as caught:
        GRAPH(W, B, x, y)
    assert caught.value.__notes__ == [
        "This is in block 3, counted from 0: example 21 of that block is example 321 of all."
    ]
    anything = (y > -1).compute_chunk_sizes()
    with pytest.raises(ValueError, match="in example 21, logistic_loss") as caught:
        GRAPH(W, B, x[:, anything], y[anything])  # of sizes that nobody knows
    assert caught.value.__notes__ == ["This is in block 3, counted from 0."]


def test_a_loss_that_cannot_be_sent():
    lock = threading.Lock()
    graph = value_and_grad(lambda w, b, x, y: fused(w, b, x, y) if lock else w, backend="numpy")
    with pytest.raises(
        TypeError, match=r"cannot be sent to another process: cannot pickle '_thread.lock' object\. Def"
    ):
        graph(W, B, da.from_array(X), da.from_array(Y))


def test_nobody_imports_dask_for_arrays_in_memory():
    program = """
import sys
import numpy as np
from micrograd_lr import value_and_grad
value_and_grad(lambda w, x: w * x, batch="x", backend="numpy")(1.0, np.ones(3))
assert not {"dask", "distributed", "cloudpickle"} & {*sys.modules}
"""
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_without_dask(monkeypatch):
    class Array:
        __module__ = "dask.array.core"

    assert is_dask(Array())
    for name in ("dask", "dask.array"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r'needs the package dask, .* pip install "micrograd_lr\[dask\]"'):
        GRAPH(W, B, Array(), Y)


# On a cluster


@pytest.mark.slow
@pytest.mark.parametrize("wanted", WANTED)
def test_on_a_cluster(wanted, cluster):
    graph = WANTED[wanted](fused)
    x, y = da.from_array(X, chunks=(-1, 100)), da.from_array(Y, chunks=100)
    with dask.config.set(scheduler="distributed"):
        found = graph(W, B, x, y)
    assert same(found, graph(W, B, X, Y), rel=1e-13)
    assert same(found, graph.over(cut(X, Y, *range(100, 1_000, 100)), W, B), ROUNDING.get(wanted, 0.0))


@pytest.mark.slow
def test_the_data_stay_where_they_are(cluster):
    """But for a chunk, now and then, that Dask gives to a worker with nothing to do."""
    from distributed import wait

    def travelled():
        logs = cluster.run(lambda dask_worker: [entry["total"] for entry in dask_worker.transfer_incoming_log])
        return sum(map(sum, logs.values()))

    x = da.random.default_rng(0).normal(size=(5, 40_000), chunks=(5, 5_000))
    found = []
    with dask.config.set(scheduler="distributed"):
        x, y = dask.persist(x, (x[0] > 0) * 1.0)
        wait([x, y])
        for _ in range(3):
            before = travelled()
            GRAPH(W, B, x, y)
            found.append(travelled() - before)
    assert min(found) < 5_000 < x.nbytes / 100


@pytest.mark.slow
def test_a_worker_traces_once(cluster):
    """Call after call, also a loss that no module has."""
    cluster.run(lambda: blocks_module._arrived.clear())
    x, y = da.from_array(X, chunks=(-1, 100)), da.from_array(Y, chunks=100)
    graph = value_and_grad(lambda w, b, x, y: fused(w, b, x, y))
    with dask.config.set(scheduler="distributed"):
        first = graph(W, B, x, y)
        for _ in range(3):
            assert same(graph(W, B, x, y), first)
    remembered = cluster.run(lambda: [len(graph._programs) for graph in blocks_module._arrived.values()])
    assert [*remembered.values()] == [[1], [1]]


@pytest.mark.slow
def test_an_error_comes_back_from_a_cluster(cluster):
    wrong = Y.copy()
    wrong[321] = 2.0
    with (
        dask.config.set(scheduler="distributed"),
        pytest.raises(ValueError, match="in example 21, logistic_loss") as caught,
    ):
        GRAPH(W, B, da.from_array(X, chunks=(-1, 100)), da.from_array(wrong, chunks=100))
    assert caught.value.__notes__ == [
        "This is in block 3, counted from 0: example 21 of that block is example 321 of all."
    ]


def ends_once(block, marker):
    """Ends its process, when it is called for the first time."""
    if not os.path.exists(marker):
        open(marker, "x").close()
        os._exit(1)
    return block


@pytest.mark.slow
def test_when_a_worker_dies_its_chunks_are_summed_elsewhere(cluster, tmp_path):
    marker = tmp_path / "a worker has ended"
    x, y = da.from_array(X, chunks=(-1, 100)), da.from_array(Y, chunks=100)
    before = cluster.run(os.getpid)
    dying = da.concatenate([x[:, :700], x[:, 700:].map_blocks(ends_once, marker, meta=x._meta)], axis=1)
    with dask.config.set(scheduler="distributed"):
        found = GRAPH(W, B, dying, y)
    assert marker.exists()
    assert same(found, GRAPH.over(cut(X, Y, *range(100, 1_000, 100)), W, B))
    assert {*before.values()} != {*cluster.run(os.getpid).values()}


@pytest.mark.slow
def test_the_executor_of_a_cluster(cluster):
    blocks = cut(X, Y, *range(100, 1_000, 100))
    expected = GRAPH.over(blocks, W, B)
    for executor in (cluster.get_executor(), cluster):
        assert same(GRAPH.over([partial(tuple, block) for block in blocks], W, B, executor=executor), expected)
