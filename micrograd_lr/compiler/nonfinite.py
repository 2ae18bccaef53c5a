"""What is said when J or a derivative of a compiled loss is NaN or infinite: where, in which example, and why."""

from __future__ import annotations

import math

from micrograd_lr.compiler.tracers import argument
from micrograd_lr.compiler.tracing import called
from micrograd_lr.engine.errors import LabelError
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from micrograd_lr.compiler.inputs import Arguments, Lengths
    from micrograd_lr.compiler.run import Run

_OUT_OF_RANGE = (
    "the loss or a derivative leaves the range of floats, or a curve is vertical there. Rescale the data, or use "
    "logistic_loss(z, y)."
)


def lost_error(what: str, loss: Callable[..., Any], arguments: Arguments, run: Run) -> Exception:
    """The error for a J or a derivative that is lost: what the data hold, or what the engine says."""
    example = _lost_example(run, arguments.m)
    if example is None:
        return FloatingPointError(f"{what}, in the sum over the examples, of finite data: {_OUT_OF_RANGE}")
    for name in arguments.values:
        for place, x in arguments.numbers(name, example):
            if not math.isfinite(x):
                where = f"{name}[{', '.join(map(str, place))}]" if place else name
                said = f", in example {example}" if name in arguments.batch else ""
                return ValueError(f"{where} is {x}{said}. Remove or replace it: the sum over examples is lost.")
    why = _in_the_engine(loss, arguments, example)
    if isinstance(why, LabelError):
        return LabelError(f"in example {example}, {why}")
    return FloatingPointError(f"{what}, in example {example}, of finite data: {why or _OUT_OF_RANGE}")


def _in_the_engine(loss: Callable[..., Any], arguments: Arguments, example: int) -> Exception | None:
    """What the engine says about an example: it names the node, and the remedy."""
    given: dict[str, Any] = {}
    for name, n in arguments.lengths.items():
        numbers = arguments.numbers(name, example)
        labels = (f"{name}[{j}]" for j in range(n)) if n is not None and n > 1 else [name]
        given[name] = argument([Value(float(x), label) for (_, x), label in zip(numbers, labels)], n)
    try:
        called(loss, given).backward()
    except (ArithmeticError, ValueError) as error:
        return error
    return None


def lost_place(flat: Any) -> int | None:
    """The place of the first NaN or infinity, if there is one."""
    if math.isfinite(sum(flat) if isinstance(flat, list) else flat.sum()):
        return None
    return next((place for place, x in enumerate(flat) if not math.isfinite(x)), None)


def said(names: Sequence[str], lengths: Lengths, place: int) -> str:
    """The derivative at a place of its numbers in a row, in words."""
    parts: list[str] = []
    for name in reversed(names):
        place, j = divmod(place, lengths[name] or 1)
        parts.insert(0, name if (lengths[name] or 1) == 1 else f"{name}[{j}]")
    return "the gradient of " + parts[0] if len(parts) == 1 else "the second derivative by " + " and ".join(parts)


def _lost_example(run: Run, m: int) -> int | None:
    """The first example whose numbers are lost, by halving: all steps together take as long as one pass."""

    def lost(start: int, stop: int) -> bool:
        try:
            sums, *shaped = run(start, stop)
        except (ArithmeticError, ValueError):
            return True
        return any(lost_place(x.reshape(-1) if hasattr(x, "reshape") else x) is not None for x in (sums, *shaped))

    start, stop = 0, m
    while stop - start > 1:
        middle = (start + stop) // 2
        start, stop = (start, middle) if lost(start, middle) else (middle, stop)
    return start if lost(start, stop) else None
