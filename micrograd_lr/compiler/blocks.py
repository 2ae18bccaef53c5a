"""Sums over blocks of examples, wherever these are: the parameters go there, J and the derivatives come back."""

from __future__ import annotations

import importlib.util
import math
import os
import pickle
import re
from collections import OrderedDict, deque
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import cached_property
from numbers import Integral
from operator import length_hint

from micrograd_lr.compiler.lru import cached
from micrograd_lr.compiler.nonfinite import nonfinite_place, sum_out_of_range
from micrograd_lr.compiler.outputs import shaped_gradient
from micrograd_lr.compiler.run import exact_sum, without_warnings
from micrograd_lr.engine.containers import as_numbers, numbers_in
from micrograd_lr.engine.shapes import shape_of
from micrograd_lr.tools.late import need
from micrograd_lr.tools.progress import progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

REMEMBERED = 8  # compiled losses that came from another process, with their programs and kernels
_arrived: OrderedDict[bytes, Any] = OrderedDict()


class Part:
    """The sum over some blocks: J of each of them, the derivatives added up, and the number `m` of examples."""

    def __init__(self, m: int, Js: list[float], derivatives: Any) -> None:
        self.m, self.Js, self.derivatives = m, Js, derivatives

    def __add__(self, other: Part) -> Part:
        if not (self.m and other.m):
            return self if self.m else other
        return Part(self.m + other.m, self.Js + other.Js, _added(self.derivatives, other.derivatives))


NOTHING = Part(0, [], {})


class Summand:
    """What is summed: called with a block, wherever that is, it gives the `Part` of this block.

    `graph` is the compiled loss. On its way to another process it is bytes; a process that has seen the same bytes
    before need not trace and compile again. `parameters` are all other arguments, by name.
    """

    def __init__(self, graph: Any, parameters: dict[str, Any], threads: int | None) -> None:
        self.graph, self.parameters, self.threads = graph, parameters, threads

    def __call__(self, block: Any) -> Part:
        graph = self.graph
        if isinstance(graph, bytes):
            graph = cached(_arrived, graph, REMEMBERED, lambda: pickle.loads(graph))
        names = [name for name in graph.signature.parameters if name in graph.batch]
        given = self.parameters | _by_name(block() if callable(block) else block, names)
        if {shape_of(name, given[name])[-1:] for name in names} == {(0,)}:
            return NOTHING
        J, derivatives = graph.summed({name: given[name] for name in graph.signature.parameters}, self.threads, False)
        return Part(shape_of(names[0], given[names[0]])[-1], [J], derivatives)

    def __reduce__(self) -> Any:
        return Summand, (self.pickled, self.parameters, self.threads)

    @cached_property
    def pickled(self) -> bytes:
        """The compiled loss as bytes. TypeError if it cannot go to another process."""
        if isinstance(self.graph, bytes):
            return self.graph
        name = "cloudpickle" if importlib.util.find_spec("cloudpickle") else "pickle"
        try:
            data: bytes = need(name, "pip install cloudpickle").dumps(self.graph)
        except Exception as error:  # whatever pickling raises of the objects that the loss closes over
            raise TypeError(
                f"{self.graph!r} cannot be sent to another process: {error}. Define the loss at the top of a module "
                "that the other process can import. (A lambda, or a function inside of another, can be sent where "
                "cloudpickle is installed, if it closes over nothing that cannot be pickled.)"
            ) from error
        return data

    def result(self, whole: Part, given: Mapping[str, Any]) -> Any:
        """What the compiled loss returns, from the sum over all blocks. `given` are the parameters as they were given.

        FloatingPointError if the sum leaves the range of floats; ValueError if there is no example.
        """
        if not whole.m:
            raise ValueError(
                "there is no example in any block; expected at least one. A generator can be gone through once: give "
                "a list, or make it anew for every call."
            )
        J, derivatives = exact_sum(whole.Js), whole.derivatives
        if not math.isfinite(J):
            raise sum_out_of_range(f"J is {J}")
        for name, derivative in derivatives.items():
            by_name = derivative if isinstance(derivative, dict) else {"": derivative}
            for other, x in by_name.items():
                if nonfinite_place(x.reshape(-1) if hasattr(x, "reshape") else [*numbers_in(x)]) is not None:
                    which = f"the second derivative by {name} and {other}" if other else f"the gradient of {name}"
                    raise sum_out_of_range(f"{which} has no finite value")
        for name in derivatives:
            if _is_single(given[name]):
                np = need("numpy", 'pip install "micrograd_lr[numpy]"')
                derivatives[name] = shaped_gradient(name, given[name], np.ravel(derivatives[name]), np)
        return self.graph.wanted_of(J, derivatives)


def sum_over(
    graph: Any, blocks: Iterable[Any], parameters: Mapping[str, Any], executor: Any, at_once: int | None
) -> Any:
    """What the compiled loss returns, summed over all blocks: here, one after the other, or with an `executor`."""
    if executor is not None and not hasattr(executor, "submit"):
        raise TypeError(
            f"executor={executor!r:.80}: expected an executor with a submit() as those of concurrent.futures have it, "
            "such as ProcessPoolExecutor()."
        )
    if at_once is not None and (not isinstance(at_once, Integral) or at_once < 1):
        raise ValueError(f"at_once={at_once!r}: expected a whole number of at least 1, or None.")
    given = {name: as_numbers(name, x) for name, x in parameters.items()}
    summand = summand_of(graph, given, None if executor is None else 1)
    if executor is not None and not isinstance(executor, ThreadPoolExecutor):
        _ = summand.pickled  # or an error here, and not in the thread that sends it
    parts = _located(mapped(summand, blocks, executor, at_once))
    return summand.result(total(_watched(parts, length_hint(blocks), graph.progress)), given)


def summand_of(graph: Any, given: Mapping[str, Any], threads: int | None) -> Summand:
    """The summand for these parameters. Derivatives by float32 are added in float64, and rounded at the end."""
    wide = {name: x.astype(float) if _is_single(x) else x for name, x in given.items()}
    return Summand(graph, wide, graph.threads or threads)


def total(parts: Iterable[Part]) -> Part:
    """The sum of all parts, pair by pair, as a binary counter carries.

    A tree of sums is the same tree if groups of a power of two are summed first.
    """
    waiting: list[tuple[int, Part]] = []
    for part in parts:
        size = 1
        while waiting and waiting[-1][0] == size:
            part = waiting.pop()[1] + part
            size *= 2
        waiting.append((size, part))
    whole = NOTHING
    while waiting:
        whole = waiting.pop()[1] + whole
    return whole


def mapped(
    function: Callable[[Any], Any], blocks: Iterable[Any], executor: Any, at_once: int | None = None
) -> Iterator[Any]:
    """`function` of every block, in order: here, with one block in memory at a time; or by an executor, which has at
    most `at_once` of them."""
    if executor is None:
        yield from map(function, blocks)
        return
    at_once = at_once or 2 * (getattr(executor, "_max_workers", None) or os.cpu_count() or 1)
    waiting: deque[Any] = deque()
    try:
        for block in blocks:
            waiting.append(executor.submit(function, block))
            del block
            if len(waiting) == at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenExecutor as error:
        error.add_note(
            "A worker of the executor has ended, and with it the executor: make a new one, and call again. If memory "
            "ran out, make the blocks smaller, or at_once. If the workers never began, the program lacks the line "
            'if __name__ == "__main__": around what makes the executor.'
        )
        raise
    finally:
        for future in waiting:
            future.cancel()


def _located(parts: Iterator[Part]) -> Iterator[Part]:
    """The parts; an error on the way gets a note that says where it is."""
    number = first = 0
    while True:
        with located(number, first):
            part = next(parts, None)
        if part is None:
            return
        yield part
        number, first = number + 1, first + part.m


def _watched(parts: Iterator[Part], blocks: int, bar: bool | None) -> Iterator[Part]:
    with progress(blocks or None, bar) as advance:
        for done, part in enumerate(parts, 1):
            advance(done)
            yield part


@contextmanager
def located(number: int, first: int | None) -> Iterator[None]:
    """An error inside gets a note: in which block it is, and in which example, if `first` is that of the block."""
    try:
        yield
    except BrokenExecutor:  # whichever block that was
        raise
    except Exception as error:
        example = re.search(r"\bin example (\d+)", str(error))
        where = f"This is in block {number}, counted from 0"
        if first is not None and example:
            where += f": example {example[1]} of that block is example {first + int(example[1])} of all"
        elif first is not None:
            where += f", which begins with example {first} of all"
        error.add_note(where + ".")
        raise


def _by_name(block: Any, names: list[str]) -> dict[str, Any]:
    """The batch arguments of a block, by name."""
    if isinstance(block, Mapping):
        if {*block} != {*names}:
            raise ValueError(f"a block has the names {', '.join(map(str, block))}; expected {', '.join(names)}.")
        return dict(block)
    wanted = f"expected a tuple ({', '.join(names)}{',' * (len(names) == 1)}), a dict with these names"
    if not isinstance(block, (tuple, list)):
        raise TypeError(
            f"a block is of the type {type(block).__name__}; {wanted}, or a function that returns one of them. "
            "A single block is given as a list of one."
        )
    if len(block) != len(names):
        raise ValueError(f"a block has {len(block)} entries; {wanted}.")
    return dict(zip(names, block))


def _added(a: Any, b: Any) -> Any:
    if isinstance(a, dict):
        return {name: _added(x, b[name]) for name, x in a.items()}
    if isinstance(a, list):
        return [_added(x, y) for x, y in zip(a, b)]
    with without_warnings() if hasattr(a, "dtype") else nullcontext():
        return a + b


def _is_single(x: Any) -> bool:
    """Whether the numbers are float32."""
    return getattr(getattr(x, "dtype", None), "char", "") == "f"
