"""`value_and_grad`: the loss of one example, recorded once, compiled, and replayed over all columns of the data."""

from __future__ import annotations

import importlib.util
import inspect
import math
import os
from itertools import chain

from micrograd_lr.emit import numpy_source, python_source
from micrograd_lr.emit_numba import numba_source
from micrograd_lr.extras import need
from micrograd_lr.generated import loaded
from micrograd_lr.program import Program, recorded
from micrograd_lr.shapes import like, shape
from micrograd_lr.threads import in_threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

BACKENDS = ("numba", "numpy", "python")
SLICE = 1 << 23  # bytes of data, at most, that one call of a kernel passes over: between two, Ctrl-C is heard
BLOCK = 256  # examples that a kernel takes up at a time: their data stay in a cache between the passes over them
BLOCK_OF_FEW, FEW = 64, 16  # the same for few features: so short that memory and computing overlap
NUMPY_BLOCK = 8_192


def value_and_grad(
    loss: Callable[..., Any],
    batch: Iterable[str] = ("x", "y"),
    *,
    backend: str | None = None,
    threads: int | None = None,
    stable: bool = True,
) -> Compiled:
    """A function that gives J = Σᵢ loss(…, xᵢ, yᵢ) over m examples, and ∂J/∂p for every parameter p of `loss`.

    `loss` is plain Python over scalars, for **one** example; `batch` names its arguments that differ from example to
    example, and every other is a parameter. It is called with arrays (or lists) under the same names: parameters are
    numbers or vectors (n,), (1, n); batch arguments have one example per column, X (n, m), and y (m,) or (1, m). It
    returns ``J, {"w": ∂J/∂w, "b": ∂J/∂b}``, the gradients in the shapes of the parameters.

    `backend` numba, numpy or python: by default the first that is installed. `threads` for numba: by default the number
    of cores; the result does not depend on it. ``stable=False`` leaves log σ(z) and log(1 - σ(z)) as they are written,
    which fail beyond z = 36.7. ValueError for shapes that do not fit, and for NaN and infinities in the data, with the
    example; TraceError for a loss that depends on the numbers (an if, float(), the math module).
    """
    return Compiled(loss, batch, backend, threads, stable)


class Compiled:
    """What `value_and_grad` returns: called like the loss, with all examples at once. `source` is the code it runs."""

    def __init__(
        self, loss: Callable[..., Any], batch: Iterable[str], backend: str | None, threads: int | None, stable: bool
    ) -> None:
        self.loss, self.threads, self.stable = loss, threads, stable
        self.signature = inspect.signature(loss)
        names = tuple(self.signature.parameters)
        self.batch = (batch,) if isinstance(batch, str) else tuple(batch)
        unknown = [name for name in self.batch if name not in names]
        if unknown or not self.batch:
            raise ValueError(
                f"batch={self.batch!r}: {', '.join(unknown) or 'nothing'} is no argument of the loss, which has "
                f"{', '.join(names)}. Name the arguments that differ from example to example."
            )
        if backend is not None and backend not in BACKENDS:
            raise ValueError(f"backend={backend!r}: known are {', '.join(BACKENDS)}.")
        if threads is not None and threads < 1:
            raise ValueError(f"threads={threads}: at least 1.")
        self.backend = backend or next(
            name for name in BACKENDS if name == "python" or importlib.util.find_spec(name) is not None
        )
        self.source = ""
        self._programs: dict[Any, Program] = {}
        self._kernels: dict[Any, tuple[Callable[..., Any], str]] = {}

    def program(self, lengths: dict[str, int | None]) -> Program:
        """The recorded loss, for arguments of these numbers of entries (None for a scalar)."""
        key = tuple(lengths.values())
        if key not in self._programs:
            self._programs[key] = recorded(self.loss, lengths, self.batch, self.stable)
        return self._programs[key]

    def __call__(self, *args: Any, **kwargs: Any) -> tuple[float, dict[str, Any]]:
        given = self.signature.bind(*args, **kwargs)
        given.apply_defaults()
        if self.backend == "python":
            return self._in_python(given.arguments)
        return self._in_arrays(given.arguments)

    def _kernel(self, program: Program, make: Callable[..., str], *options: Any) -> Callable[..., Any]:
        key = tuple(program.lengths.values()), *options
        if key not in self._kernels:
            source = make(program, *options)
            self._kernels[key] = loaded(source, kept=make is numba_source), source
        kernel, self.source = self._kernels[key]
        return kernel

    # In plain Python

    def _in_python(self, arguments: dict[str, Any]) -> tuple[float, dict[str, Any]]:
        lengths: dict[str, int | None] = {}
        counts: dict[str, int] = {}
        values: dict[str, Any] = {}
        for name, x in arguments.items():
            x = x.tolist() if hasattr(x, "tolist") else x
            rows = [list(row) for row in x] if _nested(x) else x if _is_list(x) else [x]
            if name in self.batch:
                rows = rows if _nested(x) else [rows]
                counts[name] = len(rows[0]) if rows else 0
                single = len(rows) == 1
                lengths[name], values[name] = (None, rows[0]) if single else (len(rows), rows)
            else:
                flat = list(chain.from_iterable(rows)) if _nested(x) else rows
                single = not _is_list(x) or (_nested(x) and len(flat) == 1)
                lengths[name], values[name] = (None, flat[0]) if single else (len(flat), flat)
        m = self._number_of_examples(counts, {name: shape(arguments[name]) for name in counts})
        program = self.program(lengths)
        kernel = self._kernel(program, python_source)
        try:
            sums, *loops = kernel(*values.values(), m)
        except (ArithmeticError, ValueError) as error:
            raise _lost_example(program, values, str(error)) from error
        return self._results(program, arguments, sums, loops, values, like)

    # In arrays

    def _in_arrays(self, arguments: dict[str, Any]) -> tuple[float, dict[str, Any]]:
        np = need("numpy", 'pip install "micrograd_lr[numpy]"')
        lengths: dict[str, int | None] = {}
        counts: dict[str, int] = {}
        arrays: dict[str, Any] = {}
        rows = False
        for name, x in arguments.items():
            array = np.asarray(x) if not isinstance(x, np.ndarray) else x
            if array.dtype.char not in "fd":
                array = _as_floats(np, name, array)
            if name in self.batch:
                if array.ndim not in (1, 2):
                    raise ValueError(f"{name} is {array.shape}; expected (m,) or (n, m): one example per column.")
                counts[name] = array.shape[-1]
                if array.ndim == 2 and array.shape[0] == 1:
                    array = array[0]
                lengths[name] = array.shape[0] if array.ndim == 2 else None
                rows = rows or (array.ndim == 2 and array.flags.f_contiguous and not array.flags.c_contiguous)
            elif array.size == 1 and array.ndim in (0, 2):
                array, lengths[name] = float(array.reshape(())), None
            elif array.ndim == 1 or (array.ndim == 2 and array.shape[0] == 1):
                array = array.reshape(-1).astype(float, copy=False)
                lengths[name] = array.size
            else:
                raise ValueError(f"{name} is {array.shape}; a parameter is a number, (n,) or (1, n).")
            arrays[name] = array
        m = self._number_of_examples(counts, {name: arrays[name].shape for name in counts})
        program = self.program(lengths)
        if self.backend == "numba":
            sums, loops = self._with_numba(np, program, arrays, m, rows)
        else:
            kernel = self._kernel(program, numpy_source)
            with np.errstate(all="ignore"):  # what is lost is lost in J, and found there
                parts = [kernel(*arrays.values(), s, min(s + NUMPY_BLOCK, m)) for s in range(0, m, NUMPY_BLOCK)]
            ends = [np.sum(part, axis=0) for part in zip(*parts)]
            scalars = len(program.columns)
            sums, loops = ends[:scalars], ends[scalars:]

        def shaped(given: Any, flat: Any) -> Any:
            original = given if isinstance(given, np.ndarray) else np.asarray(given, dtype=float)
            result = np.asarray(flat, dtype=original.dtype if original.dtype.char == "f" else float)
            return result.reshape(original.shape) if original.ndim else float(result.reshape(()))

        return self._results(program, arguments, sums, loops, arrays, shaped)

    def _with_numba(self, np: Any, program: Program, arrays: dict[str, Any], m: int, rows: bool) -> Any:
        need("numba", 'pip install "micrograd_lr[fast]"')
        block = BLOCK_OF_FEW if max((n or 1 for n in program.lengths.values()), default=1) <= FEW else BLOCK
        kernel = self._kernel(program, numba_source, rows, block)
        if rows:
            arrays = {name: x.T if name in self.batch and x.ndim == 2 else x for name, x in arrays.items()}
        size = sum(x.nbytes for name, x in arrays.items() if name in self.batch)
        blocks = -(-m // block)
        step = -(-blocks // -(-size // SLICE)) * block  # slices of the same length, for threads of the same length
        starts = range(0, m, step)
        ahead = m if len(starts) > 1 else 0  # data of one slice are in a cache, so that nothing is asked in advance
        values = arrays.values()
        width = len(program.columns)
        sizes = [program.lengths[name] for name in program.loops]

        def one(start: int) -> tuple[Any, list[Any]]:
            stop = min(start + step, m)
            sums = np.zeros((-(-(stop - start) // block), width))
            loops = [np.zeros(n) for n in sizes]
            kernel(*values, start, stop, ahead, sums, *loops)
            return sums.sum(0), loops

        threads = min(self.threads or os.cpu_count() or 1, len(starts))
        parts = [one(start) for start in starts] if threads < 2 else in_threads(one, starts, threads)
        if len(parts) == 1:
            return parts[0]
        return np.sum([sums for sums, _ in parts], axis=0), [
            np.sum(x, axis=0) for x in zip(*(loops for _, loops in parts))
        ]

    # The ends

    def _number_of_examples(self, counts: dict[str, int], shapes: dict[str, tuple[int, ...]]) -> int:
        m = max(counts.values())
        if len({*counts.values()}) > 1 or not m:
            said = ", ".join(f"{name} is {shape}" for name, shape in shapes.items())
            raise ValueError(
                f"{said}: the examples are counted by the last axis. Expected X (n, m) and y (m,), one example per "
                "column, at least one. Is an array transposed (X.T)?"
            )
        return m

    def _results(
        self, program: Program, arguments: dict[str, Any], sums: Any, loops: Any, values: dict[str, Any],
        shaped: Callable[[Any, Any], Any],
    ) -> tuple[float, dict[str, Any]]:  # fmt: skip
        J, *scalars = (float(x) for x in sums)
        if not math.isfinite(J):
            raise _lost_example(program, values, f"J is {J}")
        rest, looped = iter(scalars), iter(loops)
        gradients = {}
        for name, form in program.gradients.items():
            flat = (
                next(looped)
                if name in program.loops
                else [next(rest) for _ in form]
                if isinstance(form, list)
                else [next(rest)]
            )
            given = program.given[name]
            gradients[given] = shaped(arguments[given], flat)
        return J, gradients

    def __repr__(self) -> str:
        return f"<value_and_grad of {getattr(self.loss, '__name__', 'a loss')}, backend {self.backend}>"


def _lost_example(program: Program, values: dict[str, Any], why: str) -> Exception:
    """The error for a J that is NaN or infinite: what the data hold, and where."""
    for name, value in values.items():
        for place, x in _entries(value):
            if not math.isfinite(x):
                where = f"{name}[{', '.join(map(str, place))}]" if place else name
                in_batch = name in {program.given[argument] for argument in program.batch}
                example = f", in example {place[-1]}" if in_batch else ""
                return ValueError(f"{where} is {x}{example}. Remove or replace it: the sum over examples is lost.")
    return FloatingPointError(
        f"{why}, of finite data: the loss leaves the range of floats. Rescale the data, or use logistic_loss(z, y)."
    )


def _entries(value: Any) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every number of nested lists or an array, with its place."""
    if shape(value):
        for i, part in enumerate(value):
            for place, x in _entries(part):
                yield (i, *place), x
    else:
        yield (), float(value)


def _is_list(x: Any) -> bool:
    return isinstance(x, (list, tuple))


def _nested(x: Any) -> bool:
    return _is_list(x) and bool(x) and _is_list(x[0])


def _as_floats(np: Any, name: str, array: Any) -> Any:
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} holds {array.dtype}; expected real numbers (float64 or float32).")
    return array.astype(float)
