"""`gradient` and `hessian`, as users call them: of a function at a point, or of a loss over all examples of a batch."""

from __future__ import annotations

from micrograd_lr.compiler.compiled import Compiled
from micrograd_lr.engine.derivatives import gradient as gradient_at
from micrograd_lr.engine.derivatives import hessian as hessian_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def gradient(fun: Callable[..., Any], /, *args: Any, batch: Iterable[str] | None = None, **options: Any) -> Any:
    """∂fun/∂arg for every argument, in the argument's shape: one result for one argument, else a tuple.

    `fun` is plain Python over Values; an argument is a number, or numbers in (nested) lists or tuples, or in an array
    or table, which `fun` gets as lists; so are the derivatives by it. An argument that `fun` does not use gets 0. Can
    be nested to any order: where an argument, or a leaf that `fun` closes over or makes, is a Value, results that
    depend on it are Values, so that an outer derivative misses nothing. TypeError if `fun` returns something that is
    not a Value, or for what is not numbers, by the argument's name; FloatingPointError if a derivative does not exist.

    With `batch`, as for `value_and_grad` and with its options, `fun` is the loss of one example, and a function is
    returned: called like the loss, with all examples at once, it gives ``{"w": ∂J/∂w, …}``.
    """
    if batch is None and not options:
        return gradient_at(fun, *args)
    return _compiled("gradient", fun, args, batch, options)


def hessian(fun: Callable[..., Any], /, *args: Any, batch: Iterable[str] | None = None, **options: Any) -> Any:
    """The matrix ∂²fun/∂argᵢ∂argⱼ over all numbers of all arguments, in order: k numbers give k lists of k.

    Exact: each row differentiates one entry of the gradient, which is a graph like any other.

    With `batch`, as for `value_and_grad` and with its options, `fun` is the loss of one example, and a function is
    returned: called like the loss, with all examples at once, it gives ``{"w": {"w": ∂²J/∂w∂w, "b": ∂²J/∂w∂b}, …}``,
    each of the shape of one parameter followed by that of the other: (n, n) for two vectors, (k, n, k, n) for a matrix.
    """
    if batch is None and not options:
        return hessian_at(fun, *args)
    return _compiled("hessian", fun, args, batch, options)


def _compiled(wanted: str, fun: Callable[..., Any], args: Any, batch: Iterable[str] | None, options: Any) -> Any:
    if batch is None or args:
        given = f"{', '.join(options)} without batch" if batch is None else f"batch and {len(args)} arguments"
        raise TypeError(
            f"{wanted}() was given {given}; expected arguments alone, "
            f'or batch alone: {wanted}(loss, batch=("x", "y"))(w, b, X, Y) takes the data in the second call.'
        )
    return Compiled(fun, batch, **options, wanted=wanted)
