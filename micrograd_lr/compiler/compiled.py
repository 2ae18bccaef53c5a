"""`value_and_grad`: the loss of one example is traced once, compiled, and run over all columns of the data."""

from __future__ import annotations

import importlib.util
import inspect
import math
import os
import sys
from collections import OrderedDict
from contextlib import nullcontext
from numbers import Integral

from micrograd_lr.compiler.blocks import sum_over
from micrograd_lr.compiler.codegen_numba import numba_source
from micrograd_lr.compiler.codegen_numpy import numpy_source
from micrograd_lr.compiler.codegen_python import python_source
from micrograd_lr.compiler.dask_blocks import is_dask, sum_over_chunks
from micrograd_lr.compiler.inputs import Inputs, count
from micrograd_lr.compiler.load import load
from micrograd_lr.compiler.lru import cached
from micrograd_lr.compiler.nonfinite import derivative_in_words, nonfinite_error, nonfinite_place
from micrograd_lr.compiler.outputs import derivatives, hessian_blocks, shaped_gradient
from micrograd_lr.compiler.products import SMALL, product_over
from micrograd_lr.compiler.run import pass_over, without_warnings
from micrograd_lr.compiler.tracing import trace_loss
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from micrograd_lr.compiler.inputs import Lengths
    from micrograd_lr.compiler.program import Program
    from micrograd_lr.compiler.run import Run

BACKENDS = ("numba", "numpy", "python")  # the best first
SLICE = 1 << 23  # bytes of data, at most, that one call of a kernel passes over: between two calls, Ctrl-C is heard
BLOCK = 512  # examples that Numba's kernel takes at a time: their data stay in the cache from one loop to the next
SHORT_BLOCK, FEW = 64, 16  # the same for few features: so short that reading and computing overlap
NUMPY_BLOCK, PYTHON_BLOCK = 8_192, 1_000  # examples that one call of the other kernels passes over
REMEMBERED = 8  # programs and kernels per loss: one for each set of lengths and order in memory


def value_and_grad(
    loss: Callable[..., Any],
    batch: Iterable[str] = ("x", "y"),
    *,
    backend: str | None = None,
    threads: int | None = None,
    stable: bool = True,
    progress: bool | None = None,
) -> Compiled:
    """A function that computes J = Σᵢ loss(…, xᵢ, yᵢ) over m examples, and ∂J/∂p for every parameter p of `loss`.

    `loss` is plain Python over scalars, for **one** example. `batch` names its arguments that differ from example to
    example; all others are parameters. The function is called with arrays (or lists) under the same names: a parameter
    is a number, a vector, (n,) or (1, n), or a matrix (k, n), which `loss` gets as a list of rows; batch arguments have
    one example per column, X (n, m), and y (m,) or (1, m). It returns ``J, {"w": ∂J/∂w, "b": ∂J/∂b}``, each gradient in
    the shape of its parameter.

    `backend` is numba, numpy or python: by default the first that is installed. `threads` are for numba: by default one
    per core; the result is the same with any number. ``stable=False`` leaves log σ(z) and log(1 - σ(z)) as they are
    written, which fail beyond z = 36.7. `progress`: whether stderr shows a bar; by default it does on a terminal, for
    passes of over two seconds.

    ValueError for shapes that do not fit, for labels of `logistic_loss` outside of [0, 1], and for NaN and infinities
    in the data that reach J or a gradient, with the example; TypeError for what is not numbers; FloatingPointError if
    J or a gradient leaves the range of floats; TraceError for a loss that depends on the numbers (an if, ==, a look-up,
    float(), the math module) or on a Value that is not an argument. Dask arrays are summed chunk by chunk, where the
    chunks are; ``.over(blocks, w, b)`` takes data that come in blocks. `gradient` and `hessian` with ``batch=`` are the
    same for ∂J/∂p and ∂²J/∂p∂q.
    """
    return Compiled(loss, batch, backend, threads, stable, progress)


class Compiled:
    """What `value_and_grad` returns: called like the loss, with all examples. `source` is the generated code."""

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
            what = f"{', '.join(unknown)} is not an argument of the loss" if unknown else "it names no argument"
            raise ValueError(
                f"batch={self.batch!r}: {what}. Name those of {', '.join(names)} that differ from example to example."
            )
        if backend is not None and backend not in BACKENDS:
            raise ValueError(f"backend={backend!r} is unknown. Choose one of {', '.join(BACKENDS)}.")
        if threads is not None and (not isinstance(threads, Integral) or threads < 1):
            raise ValueError(f"threads={threads!r}: expected a whole number of at least 1, or None for all cores.")
        if backend == "numba" and not numba_compiles():
            raise ValueError(
                "backend='numba': NUMBA_DISABLE_JIT is set, so Numba would compile nothing. Unset it, or choose "
                "backend='numpy'."
            )
        self.backend = backend or next(
            name for name in BACKENDS
            if name == "python" or (importlib.util.find_spec(name) and (name != "numba" or numba_compiles()))
        )  # fmt: skip
        self.source = ""
        self._programs: OrderedDict[Any, Program] = OrderedDict()
        self._kernels: OrderedDict[Any, tuple[Callable[..., Any], str]] = OrderedDict()

    def program(self, lengths: Lengths) -> Program:
        """The traced loss, for arguments of these lengths."""
        key = tuple(lengths.values())
        order = 2 if self.wanted == "hessian" else 1

        def traced() -> Program:
            return trace_loss(self.loss, lengths, self.batch, self.stable, order)

        return cached(self._programs, key, REMEMBERED, traced)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        arguments = self._by_name(args, kwargs)
        for name in self.batch:
            if is_dask(arguments[name]):
                return sum_over_chunks(self, arguments)
        return self.wanted_of(*self.summed(arguments, self.threads, self.progress))

    def over(
        self, blocks: Iterable[Any], /, *args: Any, executor: Any = None, at_once: int | None = None, **kwargs: Any
    ) -> Any:
        """The same, summed over `blocks` of examples: ``graph.over(blocks, w, b)`` is ``graph(w, b, X, y)``.

        A block is a tuple of the batch arguments, ``(X, y)``, in the order in which the loss takes them, or a dict by
        their names, or a function without arguments that returns one of these: it is called where the block is summed.
        Blocks may differ in the number of examples. There is one pass, with one block in memory at a time. J of the
        blocks is added exactly, derivatives pair by pair.

        An `executor` (of concurrent.futures, loky, Dask) sums the blocks on its workers, each on one thread unless
        `threads` says otherwise; at most `at_once` are on their way: by default two for each worker, or core of this
        machine. The result does not depend on it. (Its last bit can, for blocks that are slices: other processes get
        copies.) TypeError if the loss cannot be pickled for them. Errors have a note that names the block.
        """
        mine = [x for name, x in self.signature.parameters.items() if name not in self.batch]
        given = self.signature.replace(parameters=mine).bind(*args, **kwargs)
        given.apply_defaults()
        return sum_over(self, blocks, given.arguments, executor, at_once)

    def wanted_of(self, J: float, derivatives: dict[str, Any]) -> Any:
        """What is returned of J and its derivatives."""
        return (J, derivatives) if self.wanted == "value_and_grad" else derivatives

    def summed(
        self, arguments: dict[str, Any], threads: int | None, progress: bool | None
    ) -> tuple[float, dict[str, Any]]:
        """J and its derivatives, by name, over the examples that are among the arguments."""
        numpy = None if self.backend == "python" else need("numpy", 'pip install "micrograd_lr[numpy]"')
        inputs = Inputs(arguments, self.batch, numpy)
        program = self.program(inputs.lengths)
        with without_warnings() if numpy else nullcontext():
            J, flat = self._computed(program, inputs, numpy, threads, progress)
        if self.wanted == "hessian":
            return J, hessian_blocks(program, flat, inputs.shapes, numpy)
        gradients = {}
        for (short,), numbers in flat.items():
            name = program.own_names[short]
            gradients[name] = shaped_gradient(name, inputs.given[name], numbers, numpy)
        return J, gradients

    def _computed(
        self, program: Program, inputs: Inputs, numpy: Any, threads: int | None, progress: bool | None
    ) -> tuple[float, dict[Any, Any]]:
        """J and its derivatives, each as its numbers in a row; the error if one of them is NaN or infinite."""
        large = any(max(program.shapes[name]) > SMALL for name in program.products)  # BLAS has threads of its own
        threads = 1 if self.backend != "numba" or large else threads
        raised = (ArithmeticError, ValueError) if self.backend == "python" else ()  # where an array would hold NaN
        run, size = (self._numba_kernel if self.backend == "numba" else self._plain_kernel)(program, inputs)
        try:
            sums, arrays = pass_over(run, inputs.m, size, threads, progress)
        except raised as error:
            raise nonfinite_error("J or a derivative has no finite value", self.loss, inputs, run) from error
        if not math.isfinite(sums[0]):
            raise nonfinite_error(f"J is {sums[0]}", self.loss, inputs, run)
        flat = derivatives(program, sums, arrays, numpy)
        for key, numbers in flat.items():
            if (place := nonfinite_place(numbers)) is not None:
                which = derivative_in_words([program.own_names[name] for name in key], inputs.lengths, place)
                what = f"{which} has no finite value (it is {numbers[place]})"
                raise nonfinite_error(what, self.loss, inputs, run)
        return sums[0], flat

    def _by_name(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name, with the defaults of the loss."""
        if not kwargs and len(args) == len(self.signature.parameters):  # nearly always, and bind is slow
            return dict(zip(self.signature.parameters, args))
        given = self.signature.bind(*args, **kwargs)
        given.apply_defaults()
        return given.arguments

    def _kernel(self, program: Program, codegen: Callable[..., str], *options: Any) -> Callable[..., Any]:
        key = tuple(program.lengths.values()), *options

        def compiled() -> tuple[Callable[..., Any], str]:
            source = codegen(program, *options)
            return load(source, on_disk=codegen is numba_source), source

        kernel, self.source = cached(self._kernels, key, REMEMBERED, compiled)
        return kernel

    # How the kernel of a backend runs from one example to another; and over how many examples at a time

    def _plain_kernel(self, program: Program, inputs: Inputs) -> tuple[Run, int]:
        if self.backend == "python":
            kernel = self._kernel(program, python_source)
            return lambda start, stop: kernel(*inputs.values.values(), start, stop), PYTHON_BLOCK
        kernel = self._kernel(program, numpy_source)

        def run(start: int, stop: int) -> Any:
            block = {name: inputs.values[name][..., start:stop].astype(float, copy=False) for name in self.batch}
            return kernel(*(inputs.values | block).values(), 0, stop - start)

        return run, NUMPY_BLOCK

    def _numba_kernel(self, program: Program, inputs: Inputs) -> tuple[Run, int]:
        np = need("numpy", 'pip install "micrograd_lr[numpy]"')
        need("numba", 'pip install "micrograd_lr[fast]"')
        values, m = inputs.values, inputs.m
        in_batch = [values[name] for name in self.batch]
        rows = any(x.ndim == 2 and x.flags.f_contiguous and not x.flags.c_contiguous for x in in_batch)
        block = SHORT_BLOCK if max(map(count, program.lengths.values()), default=1) <= FEW else BLOCK
        kernel = self._kernel(program, numba_source, rows, block)
        if rows:
            values = {name: x.T if name in self.batch and x.ndim == 2 else x for name, x in values.items()}
        blocks = -(-m // block)
        slices = -(-sum(x.nbytes for x in in_batch) // SLICE)
        size = -(-blocks // slices) * block  # the same for all slices, so that threads end at the same time
        ahead = m if size < m else 0  # the data of a single slice are in a cache: nothing to prefetch
        width = len(program.columns)

        def run(start: int, stop: int) -> Any:
            sums = np.zeros((-(-(stop - start) // block), width))
            arrays = {name: np.zeros(shape) for name, shape in program.shapes.items()}
            arrays |= {name: np.empty(stop - start) for name in program.products}
            kernel(*values.values(), start, stop, ahead, sums, *arrays.values())
            for name, (_, *data) in program.products.items():
                parts = [inputs.values[program.own_names[x]][:, start:stop] for x in dict.fromkeys(data)]
                arrays[name] = product_over(arrays[name], *parts)
            return sums[0] if len(sums) == 1 else sums.sum(0), *arrays.values()

        return run, size

    def __getstate__(self) -> dict[str, Any]:
        """Without programs and kernels: another process traces and compiles again. The same before and after a call."""
        return vars(self) | {"source": "", "_programs": OrderedDict(), "_kernels": OrderedDict()}

    def __repr__(self) -> str:
        return f"<{self.wanted} of {_name(self.loss)}, backend {self.backend}>"


def numba_compiles() -> bool:
    """Whether Numba would compile, if it is installed: people switch it off while they debug their own code."""
    if "numba" in sys.modules:
        return not sys.modules["numba"].config.DISABLE_JIT
    return os.environ.get("NUMBA_DISABLE_JIT", "0").strip().lstrip("0") == ""


def _name(loss: Any) -> str:
    return getattr(loss, "__name__", "the loss")
