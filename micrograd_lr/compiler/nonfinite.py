"""When J or a derivative is NaN or infinite: which one, in which example, and why."""

from __future__ import annotations

import math

from micrograd_lr.compiler.inputs import count, labels
from micrograd_lr.compiler.tracers import argument
from micrograd_lr.compiler.tracing import call_by_name
from micrograd_lr.engine.errors import LabelError
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from micrograd_lr.compiler.inputs import Inputs, Lengths
    from micrograd_lr.compiler.run import Run


_RANGE = (
    "the loss or a derivative leaves the range of floats, or a curve is vertical there. Rescale the data, or use "
    "logistic_loss(z, y)."
)


def nonfinite_error(what: str, loss: Callable[..., Any], inputs: Inputs, run: Run) -> Exception:
    """The error to raise because of `what`: it says what is wrong with the data, or quotes the engine."""
    example = _first_nonfinite_example(run, inputs.m)
    if example is None:
        return sum_out_of_range(what)
    for name in inputs.values:
        for index, x in inputs.numbers(name, example):
            if not math.isfinite(x):
                in_batch = name in inputs.batch
                where = name + (f"[{', '.join(map(str, index))}]" if in_batch else "".join(f"[{i}]" for i in index))
                which = f", in example {example}" if in_batch else ""
                return ValueError(
                    f"{where} is {x}{which}. Remove or replace it: no sum over the examples exists with it."
                )
    why = _error_of_the_engine(loss, inputs, example)
    if isinstance(why, LabelError):
        return LabelError(f"in example {example}, {why}")
    return FloatingPointError(f"{what} although all data are finite. First in example {example}: {why or _RANGE}")


def sum_out_of_range(what: str) -> Exception:
    """The error for J or a derivative that is finite in every example."""
    return FloatingPointError(
        f"{what} although all data are finite, and so is every example: their sum leaves the range of floats. "
        "Rescale the data."
    )


def nonfinite_place(flat: Any) -> int | None:
    """The place of the first NaN or infinity, if there is one."""
    if math.isfinite(sum(flat) if isinstance(flat, list) else flat.sum()):
        return None
    return next((place for place, x in enumerate(flat) if not math.isfinite(x)), None)


def derivative_in_words(names: Sequence[str], lengths: Lengths, place: int) -> str:
    """What stands at a place of the derivative by these parameters, whose numbers stand in a row."""
    parts: list[str] = []
    for name in reversed(names):
        place, j = divmod(place, count(lengths[name]))
        parts.insert(0, labels(name, lengths[name])[j])
    return "the gradient of " + parts[0] if len(parts) == 1 else "the second derivative by " + " and ".join(parts)


def _first_nonfinite_example(run: Run, m: int) -> int | None:
    """The first example with a NaN or an infinity, found by halving: all steps together take as long as one pass."""

    def nonfinite(start: int, stop: int) -> bool:
        try:
            sums, *arrays = run(start, stop)
        except (ArithmeticError, ValueError):
            return True
        return any(nonfinite_place(x.reshape(-1) if hasattr(x, "reshape") else x) is not None for x in (sums, *arrays))

    start, stop = 0, m
    while stop - start > 1:
        middle = (start + stop) // 2
        start, stop = (start, middle) if nonfinite(start, middle) else (middle, stop)
    return start if nonfinite(start, stop) else None


def _error_of_the_engine(loss: Callable[..., Any], inputs: Inputs, example: int) -> Exception | None:
    """What the engine says about an example: its errors name the node, and the remedy."""
    given: dict[str, Any] = {}
    for name, n in inputs.lengths.items():
        numbers = inputs.numbers(name, example)
        given[name] = argument([Value(float(x), label) for (_, x), label in zip(numbers, labels(name, n))], n)
    try:
        call_by_name(loss, given).backward()
    except (ArithmeticError, ValueError) as error:
        return error
    return None
