"""`value_and_grad`: the loss of one example, recorded once, compiled, and replayed over all columns of the data."""

from __future__ import annotations

import importlib.util
import inspect
import math
import os
from contextlib import nullcontext

from micrograd_lr.emit import numpy_source, python_source
from micrograd_lr.emit_numba import numba_source
from micrograd_lr.extras import need
from micrograd_lr.generated import loaded
from micrograd_lr.program import Program, called, recorded
from micrograd_lr.progress import progress
from micrograd_lr.shapes import like, shape_of
from micrograd_lr.threads import in_threads
from micrograd_lr.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Run = Callable[[int, int], Any]
    Lengths = Mapping[str, int | None]

BACKENDS = ("numba", "numpy", "python")
SLICE = 1 << 23  # bytes of data, at most, that one call of a kernel passes over: between two, Ctrl-C is heard
BLOCK = 512  # examples that a kernel takes up at a time: their data stay in a cache between the passes over them
BLOCK_OF_FEW, FEW = 64, 16  # the same for few features: so short that memory and computing overlap
NUMPY_BLOCK = 8_192
PYTHON_BLOCK = 1_000
GROUP = 64  # slices whose results are kept until they are added up


def value_and_grad(
    loss: Callable[..., Any],
    batch: Iterable[str] = ("x", "y"),
    *,
    backend: str | None = None,
    threads: int | None = None,
    stable: bool = True,
    progress: bool | None = None,
) -> Compiled:
    """A function that gives J = Σᵢ loss(…, xᵢ, yᵢ) over m examples, and ∂J/∂p for every parameter p of `loss`.

    `loss` is plain Python over scalars, for **one** example; `batch` names its arguments that differ from example to
    example, and every other is a parameter. It is called with arrays (or lists) under the same names: parameters are
    numbers or vectors (n,), (1, n); batch arguments have one example per column, X (n, m), and y (m,) or (1, m). It
    returns ``J, {"w": ∂J/∂w, "b": ∂J/∂b}``, the gradients in the shapes of the parameters.

    `backend` numba, numpy or python: by default the first that is installed. `threads` for numba: by default the number
    of cores; the result does not depend on it. ``stable=False`` leaves log σ(z) and log(1 - σ(z)) as they are written,
    which fail beyond z = 36.7. `progress`: a bar on stderr; by default on a terminal, for passes of over two seconds.
    ValueError for shapes that do not fit, and for NaN and infinities in the data, with the example; FloatingPointError
    for J or a gradient that leaves the range of floats; TraceError for a loss that depends on the numbers (an if,
    float(), the math module). `gradient` and `hessian` with ``batch=`` are the same for ∂J/∂p and ∂²J/∂p∂q.
    """
    return Compiled(loss, batch, backend, threads, stable, progress)


class Compiled:
    """What `value_and_grad` returns: called like the loss, with all examples at once. `source` is the code it runs."""

    def __init__(
        self, loss: Callable[..., Any], batch: Iterable[str], backend: str | None = None, threads: int | None = None,
        stable: bool = True, progress: bool | None = None, wanted: str = "value_and_grad",
    ) -> None:  # fmt: skip
        self.loss, self.threads, self.stable, self.progress, self.wanted = loss, threads, stable, progress, wanted
        self.signature = inspect.signature(loss)
        names = tuple(self.signature.parameters)
        for parameter in self.signature.parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise TypeError(
                    f"{_name(loss)} takes {str(parameter).partition(':')[0]}; expected arguments with names, because "
                    "the derivatives are returned by name. Write out the arguments of the loss."
                )
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
            order = 2 if self.wanted == "hessian" else 1
            self._programs[key] = recorded(self.loss, lengths, self.batch, self.stable, order)
        return self._programs[key]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = self._named(args, kwargs)
        in_arrays = self.backend != "python"
        numpy = need("numpy", 'pip install "micrograd_lr[numpy]"') if in_arrays else None
        dims = {name: _shape(name, x, name in self.batch) for name, x in given.items()}
        m = _number_of_examples({name: dims[name] for name in self.batch})
        lengths = {
            name: (None if len(size) < 2 or size[0] == 1 else size[0]) if name in self.batch
            else None if math.prod(size) == 1 else size[-1]
            for name, size in dims.items()
        }  # fmt: skip
        values = {
            name: _array(numpy, name, x, name in self.batch, lengths[name]) if in_arrays
            else _list(name, x, name in self.batch, lengths[name])
            for name, x in given.items()
        }  # fmt: skip
        program = self.program(lengths)
        make = {"numba": self._in_numba, "numpy": self._in_numpy, "python": self._in_python}[self.backend]
        run, step = make(program, values, m)
        with _quiet() if numpy else nullcontext():
            J, derivatives = self._summed(program, values, run, m, step, numpy)
        if self.wanted == "hessian":
            return _hessian(program, derivatives, lengths, numpy)
        gradients = {}
        for (short,), flat in derivatives.items():
            name = program.given[short]
            gradients[name] = _gradient(name, given[name], flat, numpy)
        return gradients if self.wanted == "gradient" else (J, gradients)

    def _summed(
        self, program: Program, values: dict[str, Any], run: Run, m: int, step: int, numpy: Any
    ) -> tuple[float, dict[Any, Any]]:
        """J and its derivatives, each as its numbers in a row; the error where one of them is lost."""
        try:
            sums, shaped = self._passed(run, range(0, m, step), m, step)
        except _raised(self.backend) as error:
            raise self._lost(values, run, m, "J or a derivative has no finite value") from error
        if not math.isfinite(sums[0]):
            raise self._lost(values, run, m, f"J is {sums[0]}")
        derivatives = _derivatives(program, sums, shaped, numpy)
        for key, flat in derivatives.items():
            if (place := _lost_place(flat)) is not None:
                lengths = {program.given.get(name, name): n for name, n in program.lengths.items()}
                by = _said([program.given[name] for name in key], lengths, place)
                raise self._lost(values, run, m, f"{by} has no finite value (it is {flat[place]})")
        return sums[0], derivatives

    def _named(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name, with the defaults of the loss."""
        if not kwargs and len(args) == len(self.signature.parameters):  # nearly always, and bind takes its time
            return dict(zip(self.signature.parameters, args))
        given = self.signature.bind(*args, **kwargs)
        given.apply_defaults()
        return given.arguments

    def _kernel(self, program: Program, make: Callable[..., str], *options: Any) -> Callable[..., Any]:
        key = tuple(program.lengths.values()), *options
        if key not in self._kernels:
            source = make(program, *options)
            self._kernels[key] = loaded(source, kept=make is numba_source), source
        kernel, self.source = self._kernels[key]
        return kernel

    # One backend each: how to run the examples from start to stop, and how many at a time

    def _in_python(self, program: Program, values: dict[str, Any], m: int) -> tuple[Run, int]:
        kernel = self._kernel(program, python_source)
        return lambda start, stop: kernel(*values.values(), start, stop), PYTHON_BLOCK

    def _in_numpy(self, program: Program, values: dict[str, Any], m: int) -> tuple[Run, int]:
        kernel = self._kernel(program, numpy_source)

        return lambda start, stop: kernel(*values.values(), start, stop), NUMPY_BLOCK

    def _in_numba(self, program: Program, values: dict[str, Any], m: int) -> tuple[Run, int]:
        np = need("numpy", 'pip install "micrograd_lr[numpy]"')
        need("numba", 'pip install "micrograd_lr[fast]"')
        in_batch = [values[name] for name in self.batch]
        rows = any(x.ndim == 2 and x.flags.f_contiguous and not x.flags.c_contiguous for x in in_batch)
        block = BLOCK_OF_FEW if max((n or 1 for n in program.lengths.values()), default=1) <= FEW else BLOCK
        kernel = self._kernel(program, numba_source, rows, block)
        if rows:
            values = {name: x.T if name in self.batch and x.ndim == 2 else x for name, x in values.items()}
        blocks = -(-m // block)
        slices = -(-sum(x.nbytes for x in in_batch) // SLICE)
        step = -(-blocks // slices) * block  # slices of the same length, for threads of the same length
        ahead = m if step < m else 0  # data of one slice are in a cache, so that nothing is asked in advance
        width = len(program.columns)

        def run(start: int, stop: int) -> Any:
            sums = np.zeros((-(-(stop - start) // block), width))
            shaped = [np.zeros(shape) for shape in program.shapes.values()]
            kernel(*values.values(), start, stop, ahead, sums, *shaped)
            return sums[0] if len(sums) == 1 else sums.sum(0), *shaped

        return run, step

    def _passed(self, run: Run, starts: range, m: int, step: int) -> tuple[list[float], list[Any]]:
        """The sums over all examples, slice by slice: one number per column, and the loops and tables."""
        if len(starts) == 1:
            sums, *shaped = run(0, m)
            return [*map(float, sums)], shaped
        several = self.backend == "numba"
        threads = min(self.threads or os.cpu_count() or 1, len(starts)) if several else 1
        columns: list[Any] = []
        shaped = []

        def one(start: int) -> Any:
            with _quiet() if threads > 1 else nullcontext():  # each thread has a state of its own
                return run(start, min(start + step, m))

        with progress(len(starts), self.progress) as advance:
            for first in range(0, len(starts), GROUP):
                group = starts[first : first + GROUP]
                for sums, *others in map(one, group) if threads < 2 else in_threads(one, group, threads):
                    columns.append(sums)
                    shaped = [_added(*pair) for pair in zip(shaped, others)] if shaped else others
                    if threads < 2:
                        advance(len(columns))
                advance(len(columns))
        return [_sum(column) for column in zip(*columns)], shaped

    # What is lost

    def _lost(self, values: Mapping[str, Any], run: Run, m: int, what: str) -> Exception:
        """The error for a J or a derivative that is NaN or infinite: what the data hold, or what the engine says."""
        example = _lost_example(run, m)
        for name, value in values.items():
            for place, x in _entries(value, example if name in self.batch else None):
                if not math.isfinite(x):
                    where = f"{name}[{', '.join(map(str, place))}]" if place else name
                    said = f", in example {example}" if name in self.batch else ""
                    return ValueError(f"{where} is {x}{said}. Remove or replace it: the sum over examples is lost.")
        where = "in the sum over the examples" if example is None else f"in example {example}"
        why = None if example is None else self._in_the_engine(values, example)
        return FloatingPointError(f"{what}, {where}, of finite data: {why or _OUT_OF_RANGE}")

    def _in_the_engine(self, values: Mapping[str, Any], example: int) -> str | None:
        """What the engine says about an example: it names the node, and the remedy."""
        arguments: dict[str, Any] = {}
        for name, value in values.items():
            in_batch = name in self.batch
            of = [
                float(x) if in_batch else Value(float(x), f"{name}[{place[0]}]" if place else name)
                for place, x in _entries(value, example if in_batch else None)
            ]
            arguments[name] = of if len(shape_of(name, value)) > in_batch else of[0]
        try:
            root = called(self.loss, arguments)
            if isinstance(root, Value):
                root.backward()
        except (ArithmeticError, ValueError) as error:
            return str(error)
        return None

    def __repr__(self) -> str:
        return f"<{self.wanted} of {_name(self.loss)}, backend {self.backend}>"


# What comes in


def _shape(name: str, x: Any, in_batch: bool) -> tuple[int, ...]:
    """The shape of an argument, if it is one that a loss can have."""
    size = shape_of(name, x)
    if in_batch and len(size) not in (1, 2):
        raise ValueError(f"{name} is {size}; expected (m,) or (n, m): one example per column.")
    if not in_batch and (len(size) > 2 or (len(size) == 2 and size[0] != 1)):
        raise ValueError(f"{name} is {size}; a parameter is a number, (n,) or (1, n). Transpose or flatten it.")
    if 0 in size[: 1 if in_batch and len(size) == 2 else 0 if in_batch else None]:
        raise ValueError(f"{name} is empty: {size}; expected at least one entry. Leave out what is not used.")
    return size


def _number_of_examples(sizes: Mapping[str, tuple[int, ...]]) -> int:
    counts = {size[-1] for size in sizes.values()}
    if len(counts) > 1 or 0 in counts:
        said = ", ".join(f"{name} is {size}" for name, size in sizes.items())
        raise ValueError(
            f"{said}: the examples are counted by the last axis. Expected X (n, m) and y (m,), one example per "
            "column, at least one. Is an array transposed (X.T)?"
        )
    return counts.pop()


def _array(np: Any, name: str, x: Any, in_batch: bool, n: int | None) -> Any:
    array = np.asarray(x)
    if array.dtype.char not in "fd" or not array.dtype.isnative:
        array = array.astype(float) if array.dtype.kind in "biuf" else np.asarray(_floats(name, array.tolist()))
    if in_batch:
        return array[0] if array.ndim == 2 and n is None else array
    return np.float64(array.reshape(())) if n is None else array.reshape(-1).astype(float, copy=False)


def _list(name: str, x: Any, in_batch: bool, n: int | None) -> Any:
    x = x.tolist() if hasattr(x, "tolist") else x
    while not in_batch and isinstance(x, (list, tuple)) and len(x) == 1:
        (x,) = x
    if in_batch and n is None and isinstance(x[0], (list, tuple)):
        (x,) = x
    return _floats(name, x)


def _floats(name: str, x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return [v if type(v) is float else _floats(name, v) for v in x]
    if not isinstance(x, (int, float)) and getattr(getattr(x, "dtype", None), "kind", "?") not in "biuf":
        raise TypeError(
            f"{name} holds {x!r:.40} ({type(x).__name__}); expected real numbers. An option of the loss that is no "
            "number is settled beforehand: lambda w, x: loss(w, x, option)."
        )
    try:
        return float(x)
    except OverflowError:
        raise OverflowError(f"{name} holds an integer of {len(str(x))} digits; a float ends at 1.8e308.") from None


# What goes out


def _sum(numbers: Sequence[Any]) -> float:
    numbers = [float(x) for x in numbers]
    total = sum(numbers)
    return math.fsum(numbers) if math.isfinite(total) else total


def _added(a: Any, b: Any) -> Any:
    return [x + y for x, y in zip(a, b)] if isinstance(a, list) else a + b


def _derivatives(program: Program, sums: Sequence[float], shaped: Sequence[Any], np: Any) -> dict[Any, Any]:
    """Every derivative as its numbers in a row."""
    columns, named = dict(zip(program.columns, sums)), dict(zip(program.shapes, shaped))
    found = {}
    for key, derivative in program.derivatives.items():
        loop = None if derivative.loop is None else named[program.names[key, "loop"]]
        whole = not derivative.single and derivative.table is None
        if whole and getattr(loop, "shape", None) == (derivative.size,):
            found[key] = loop
            continue
        if derivative.size == 1 and derivative.single:
            found[key] = [columns[derivative.single[0]]]
            continue
        flat = np.zeros(derivative.size) if np else [0.0] * derivative.size
        if derivative.table is not None:
            table = named[program.names[key, "table"]]
            flat[:] = table.reshape(-1) if np else table
        if loop is not None:
            places = derivative.places
            flat[places.start : places.stop : places.step] = loop
        for place, x in derivative.single.items():
            flat[place] = columns[x]
        found[key] = flat
    return found


def _gradient(name: str, given: Any, flat: Any, np: Any) -> Any:
    """A gradient in the shape and the precision of its parameter."""
    if type(given) is float:
        return float(flat[0])
    if not np:
        return like(given, flat)
    original = given if isinstance(given, np.ndarray) else np.asarray(given, dtype=float)
    flat = np.asarray(flat)
    if original.dtype.char == "f" and abs(flat).max() > np.finfo(original.dtype).max:
        raise FloatingPointError(f"the gradient of {name} leaves the range of float32. Give {name} as float64.")
    flat = flat.astype(original.dtype if original.dtype.char == "f" else float)
    return flat.reshape(original.shape) if original.ndim else float(flat[0])


def _hessian(program: Program, found: Mapping[Any, Any], lengths: Lengths, np: Any) -> dict[str, Any]:
    """The blocks ∂²J/∂p∂q, by p and q: numbers, vectors, and tables whose rows belong to p."""
    blocks: dict[str, dict[str, Any]] = {name: {} for name in lengths if name in program.given.values()}
    for (short, other), flat in found.items():
        p, q = program.given[short], program.given[other]
        dims = tuple(n for n in (lengths[p], lengths[q]) if n is not None)
        block = _shaped(flat, dims, np)
        blocks[p][q] = block
        if p != q:
            blocks[q][p] = _transposed(block, len(dims), np)
    return {p: {q: blocks[p][q] for q in blocks if q in blocks[p]} for p in blocks if blocks[p]}


def _transposed(block: Any, dimensions: int, np: Any) -> Any:
    """The same numbers with rows as columns, in a place of their own."""
    if dimensions == 2:
        return block.T.copy() if np else [list(column) for column in zip(*block)]
    return (block.copy() if np else [*block]) if dimensions else block


def _shaped(flat: Any, dims: tuple[int, ...], np: Any) -> Any:
    if not dims:
        return float(flat[0])
    if np:
        return flat.reshape(dims)
    return flat if len(dims) < 2 else [flat[i : i + dims[1]] for i in range(0, len(flat), dims[1])]


# What is lost


def _quiet() -> Any:
    """Without NumPy's warnings: what is lost is lost in J or a derivative, and found there."""
    return need("numpy", 'pip install "micrograd_lr[numpy]"').errstate(all="ignore")


def _raised(backend: str) -> tuple[type[Exception], ...]:
    """What plain Python raises where an array would hold NaN or infinity."""
    return (ArithmeticError, ValueError) if backend == "python" else ()


_OUT_OF_RANGE = (
    "the loss or a derivative leaves the range of floats, or a curve is vertical there. Rescale the data, or use "
    "logistic_loss(z, y)."
)


def _lost_place(flat: Any) -> int | None:
    """The place of the first NaN or infinity, if there is one."""
    if math.isfinite(sum(flat) if isinstance(flat, list) else flat.sum()):
        return None
    return next((place for place, x in enumerate(flat) if not math.isfinite(x)), None)


def _said(names: Sequence[str], lengths: Lengths, place: int) -> str:
    """The derivative at a place of its numbers in a row, in words."""
    parts: list[str] = []
    for name in reversed(names):
        place, j = divmod(place, lengths[name] or 1)
        parts.insert(0, name if lengths[name] is None else f"{name}[{j}]")
    return "the gradient of " + parts[0] if len(parts) == 1 else "the second derivative by " + " and ".join(parts)


def _lost_example(run: Run, m: int) -> int | None:
    """The first example whose numbers are lost, by halving: all steps together take as long as one pass."""

    def lost(start: int, stop: int) -> bool:
        try:
            sums, *shaped = run(start, stop)
        except (ArithmeticError, ValueError):
            return True
        return any(_lost_place(x.reshape(-1) if hasattr(x, "reshape") else x) is not None for x in (sums, *shaped))

    start, stop = 0, m
    while stop - start > 1:
        middle = (start + stop) // 2
        start, stop = (start, middle) if lost(start, middle) else (middle, stop)
    return start if lost(start, stop) else None


def _entries(value: Any, example: int | None) -> Iterator[tuple[tuple[int, ...], float]]:
    """The numbers of a parameter, or those of one example of the batch, with their places."""
    if not shape_of("", value):
        yield (), value
    elif example is None:
        yield from (((j,), x) for j, x in enumerate(value))
    elif len(shape_of("", value[:1])) == 1:
        yield (example,), value[example]
    else:
        yield from (((j, example), row[example]) for j, row in enumerate(value))


def _name(loss: Any) -> str:
    return getattr(loss, "__name__", "the loss")
