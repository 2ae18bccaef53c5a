"""Dask arrays: each chunk of examples is summed where it is, and the sums are added up on their way."""

from __future__ import annotations

import math
from itertools import accumulate

from micrograd_lr.compiler.blocks import Part, located, summand_of, total
from micrograd_lr.compiler.inputs import number_of_examples
from micrograd_lr.engine.containers import as_numbers
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

GROUP = 8  # parts that one task adds up; a power of two, so that the sum is that of `total` over all


def is_dask(x: Any) -> bool:
    """Whether `x` is a collection of Dask. Dask is not imported for it."""
    return type(x).__module__.partition(".")[0] == "dask"


def sum_over_chunks(graph: Any, arguments: Mapping[str, Any]) -> Any:
    """What the compiled loss returns, summed over all chunks of its batch arguments, by the scheduler in use.

    Chunk sizes may be unknown. ValueError for arrays that cannot be cut alike, TypeError for what is no Dask array.
    """
    dask = need("dask", 'pip install "micrograd_lr[dask]"')
    given = {name: as_numbers(name, x) for name, x in arguments.items() if name not in graph.batch}
    arrays = _aligned({name: _array(name, x) for name, x in arguments.items() if name in graph.batch})
    summand = summand_of(graph, given, 1)
    _ = summand.pickled  # or an error here, and not inside of Dask's
    sent = dask.delayed(summand, pure=False, traverse=False)  # one for all chunks: it travels once to each worker
    part, add = dask.delayed(_part, pure=False), dask.delayed(total, pure=False)
    # As they are: Dask's optimization would load a block twice that both X and y are taken from.
    columns = (x.to_delayed(optimize_graph=False).reshape(-1) for x in arrays.values())
    parts = [part(sent, *place, *block) for place, block in zip(_places(arrays), zip(*columns))]
    while len(parts) > 1:
        parts = [add(parts[k : k + GROUP]) for k in range(0, len(parts), GROUP)]
    (whole,) = dask.compute(*parts)
    return summand.result(whole, given)


def _places(arrays: Mapping[str, Any]) -> Iterator[tuple[int, int | None]]:
    """For every chunk its number, and its first example of all, if that is known."""
    cuts = (x.chunks[-1] for x in arrays.values())
    cut = min(cuts, key=lambda cut: math.isnan(sum(cut)))
    return ((number, None if math.isnan(first) else first) for number, first in enumerate(accumulate(cut, initial=0)))


def _part(summand: Any, number: int, first: int | None, *block: Any) -> Part:
    with located(number, first):
        result: Part = summand(block)
        return result


def _array(name: str, x: Any) -> Any:
    """A batch argument as a Dask array, or as it is if it is in memory."""
    da = need("dask.array", 'pip install "micrograd_lr[dask]"')
    if not is_dask(x):
        return as_numbers(name, x, True)
    if hasattr(type(x), "to_dask_array") and x.ndim == 1:  # a Series
        x = x.to_dask_array()
    if not isinstance(x, da.Array) or x.ndim == 0:
        raise TypeError(
            f"{name} is a Dask {type(x).__name__}; expected a Dask array, (n, m) or (m,), one example per column. Of a "
            "DataFrame, take table[columns].to_dask_array().T."
        )
    return x.rechunk(dict.fromkeys(range(x.ndim - 1), -1))  # all features of an example in one piece


def _aligned(arrays: dict[str, Any]) -> dict[str, Any]:
    """The arrays with chunks of the same examples. The largest array keeps its own."""
    da, np = need("dask.array", 'pip install "micrograd_lr[dask]"'), need("numpy", 'pip install "micrograd_lr[numpy]"')
    collections = {name: x for name, x in arrays.items() if is_dask(x)}
    cuts = {name: x.chunks[-1] for name, x in collections.items()}
    if any(math.isnan(sum(cut)) for cut in cuts.values()):
        if collections.keys() == arrays.keys() and len({*map(len, cuts.values())}) == 1:
            return arrays
        chunks = ", ".join(
            f"{name} has {len(cuts[name])} chunks" if name in cuts else f"{name} is in memory" for name in arrays
        )
        raise ValueError(
            f"{chunks}, and some chunks are of unknown size, so these arrays cannot be cut alike. Call "
            "compute_chunk_sizes() of the Dask arrays first."
        )
    arrays = {name: x if name in cuts else np.asarray(x) for name, x in arrays.items()}
    number_of_examples({name: x.shape for name, x in arrays.items()})
    cut = cuts[max(collections, key=lambda name: math.prod(collections[name].shape))]
    return {
        name: x.rechunk({x.ndim - 1: cut}) if name in cuts
        else da.from_array(x, chunks=(-1,) * (x.ndim - 1) + (cut,), name=False)
        for name, x in arrays.items()
    }  # fmt: skip
