"""`value_and_grad`: the loss of one example, recorded once, compiled, and replayed over all columns of the data."""

from __future__ import annotations

import importlib.util
import inspect
import math
import os
import sys
from collections import OrderedDict
from contextlib import nullcontext
from numbers import Integral

from micrograd_lr.compiler.codegen_numba import numba_source
from micrograd_lr.compiler.codegen_numpy import numpy_source
from micrograd_lr.compiler.codegen_python import python_source
from micrograd_lr.compiler.inputs import Arguments
from micrograd_lr.compiler.load import loaded
from micrograd_lr.compiler.nonfinite import lost_error, lost_place, said
from micrograd_lr.compiler.outputs import derivatives, gradient, hessian
from micrograd_lr.compiler.recent import recent
from micrograd_lr.compiler.run import passed, quiet
from micrograd_lr.compiler.tracing import recorded
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from micrograd_lr.compiler.inputs import Lengths
    from micrograd_lr.compiler.program import Program
    from micrograd_lr.compiler.run import Run

BACKENDS = ("numba", "numpy", "python")
SLICE = 1 << 23  # bytes of data, at most, that one call of a kernel passes over: between two, Ctrl-C is heard
BLOCK = 512  # examples that a kernel takes up at a time: their data stay in a cache between the passes over them
BLOCK_OF_FEW, FEW = 64, 16  # the same for few features: so short that memory and computing overlap
SHAPES = 8  # numbers of features, and orders in memory, for which the program and the kernel are remembered
NUMPY_BLOCK = 8_192
PYTHON_BLOCK = 1_000


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
    ValueError for shapes that do not fit, for labels of `logistic_loss` outside of [0, 1], and for NaN and infinities
    in the data that reach J or a gradient, with the example; TypeError for what is not numbers; FloatingPointError for
    J or a gradient that leaves the range of floats; TraceError for a loss that depends on the numbers (an if, ==, a
    look-up, float(), the math module) or on a Value that is not an argument. `gradient` and `hessian` with ``batch=``
    are the same for ∂J/∂p and ∂²J/∂p∂q.
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
        if threads is not None and (not isinstance(threads, Integral) or threads < 1):
            raise ValueError(f"threads={threads!r}: expected a whole number of at least 1, or None for all cores.")
        if backend == "numba" and not numba_compiles():
            raise ValueError(
                "backend='numba': NUMBA_DISABLE_JIT is set, so that Numba compiles nothing. Unset it, or take "
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
        """The recorded loss, for arguments of these numbers of entries (None for a scalar)."""
        key = tuple(lengths.values())
        order = 2 if self.wanted == "hessian" else 1
        return recent(self._programs, key, SHAPES, lambda: recorded(self.loss, lengths, self.batch, self.stable, order))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        numpy = None if self.backend == "python" else need("numpy", 'pip install "micrograd_lr[numpy]"')
        arguments = Arguments(self._named(args, kwargs), self.batch, numpy)
        program = self.program(arguments.lengths)
        with quiet() if numpy else nullcontext():
            J, found = self._summed(program, arguments, numpy)
        if self.wanted == "hessian":
            return hessian(program, found, arguments.shapes, numpy)
        gradients = {}
        for (short,), flat in found.items():
            name = program.given[short]
            gradients[name] = gradient(name, arguments.given[name], flat, numpy)
        return gradients if self.wanted == "gradient" else (J, gradients)

    def _summed(self, program: Program, arguments: Arguments, numpy: Any) -> tuple[float, dict[Any, Any]]:
        """J and its derivatives, each as its numbers in a row; the error where one of them is lost."""
        threads = self.threads if self.backend == "numba" else 1
        raised = (ArithmeticError, ValueError) if self.backend == "python" else ()  # where an array would hold NaN
        run, step = (self._in_numba if self.backend == "numba" else self._in_slices)(program, arguments)
        try:
            sums, shaped = passed(run, arguments.m, step, threads, self.progress)
        except raised as error:
            raise lost_error("J or a derivative has no finite value", self.loss, arguments, run) from error
        if not math.isfinite(sums[0]):
            raise lost_error(f"J is {sums[0]}", self.loss, arguments, run)
        found = derivatives(program, sums, shaped, numpy)
        for key, flat in found.items():
            if (place := lost_place(flat)) is not None:
                by = said([program.given[name] for name in key], arguments.lengths, place)
                raise lost_error(f"{by} has no finite value (it is {flat[place]})", self.loss, arguments, run)
        return sums[0], found

    def _named(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name, with the defaults of the loss."""
        if not kwargs and len(args) == len(self.signature.parameters):  # nearly always, and bind takes its time
            return dict(zip(self.signature.parameters, args))
        given = self.signature.bind(*args, **kwargs)
        given.apply_defaults()
        return given.arguments

    def _kernel(self, program: Program, make: Callable[..., str], *options: Any) -> Callable[..., Any]:
        key = tuple(program.lengths.values()), *options

        def made() -> tuple[Callable[..., Any], str]:
            source = make(program, *options)
            return loaded(source, kept=make is numba_source), source

        kernel, self.source = recent(self._kernels, key, SHAPES, made)
        return kernel

    # How a backend runs the examples from start to stop, and how many at a time

    def _in_slices(self, program: Program, arguments: Arguments) -> tuple[Run, int]:
        make, step = (numpy_source, NUMPY_BLOCK) if self.backend == "numpy" else (python_source, PYTHON_BLOCK)
        kernel = self._kernel(program, make)
        if self.backend == "python":
            return lambda start, stop: kernel(*arguments.values.values(), start, stop), step

        def run(start: int, stop: int) -> Any:
            block = {name: arguments.values[name][..., start:stop].astype(float, copy=False) for name in self.batch}
            return kernel(*(arguments.values | block).values(), 0, stop - start)

        return run, step

    def _in_numba(self, program: Program, arguments: Arguments) -> tuple[Run, int]:
        np = need("numpy", 'pip install "micrograd_lr[numpy]"')
        need("numba", 'pip install "micrograd_lr[fast]"')
        values, m = arguments.values, arguments.m
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

    def __getstate__(self) -> dict[str, Any]:
        """Without what was recorded and compiled: another process does that again."""
        return vars(self) | {"_programs": OrderedDict(), "_kernels": OrderedDict()}

    def __repr__(self) -> str:
        return f"<{self.wanted} of {_name(self.loss)}, backend {self.backend}>"


def numba_compiles() -> bool:
    """Whether Numba, if it is there, may compile: people switch that off to look for faults in code of theirs."""
    if "numba" in sys.modules:
        return not sys.modules["numba"].config.DISABLE_JIT
    return os.environ.get("NUMBA_DISABLE_JIT", "0").strip().lstrip("0") == ""


def _name(loss: Any) -> str:
    return getattr(loss, "__name__", "the loss")
