"""Derivatives as functions: `gradient` and `hessian`, exact at any order, and the numeric derivative beside them."""

from __future__ import annotations

import inspect

from micrograd_lr.engine.backward import slope_graphs
from micrograd_lr.engine.containers import is_number, mapped, numbers_in, opened
from micrograd_lr.engine.errors import LabelError, lost, lost_derivative, not_recorded, running
from micrograd_lr.engine.number_types import one_like
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal
    from typing import Any

_DIGITS = 30
_STEP, HALF_STEP, _OF_ZERO = "1e-10", "5e-11", "1e-20"  # how far a number is moved, relative to its size; the size of 0
_SEEN, _MOST, _LEAST = 20, 2_000, "5e-324"  # digits of a change that have to be seen; digits at most; the least float


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
    if batch is not None or options:
        return _compiled("gradient", fun, args, batch, options)
    nodes, leaves = traced(opened_arguments(fun, args))
    root = _called(fun, nodes, leaves)
    slopes = iter(_numbers(root, leaves, slope_graphs(root, leaves)))
    results = tuple(mapped(arg, lambda _: next(slopes)) for arg in nodes)
    return results[0] if len(args) == 1 else results


def hessian(fun: Callable[..., Any], /, *args: Any, batch: Iterable[str] | None = None, **options: Any) -> Any:
    """The matrix ∂²fun/∂argᵢ∂argⱼ over all numbers of all arguments, in order: k numbers give k lists of k.

    Exact: each row differentiates one entry of the gradient, which is a graph like any other.

    With `batch`, as for `value_and_grad` and with its options, `fun` is the loss of one example, and a function is
    returned: called like the loss, with all examples at once, it gives ``{"w": {"w": ∂²J/∂w∂w, "b": ∂²J/∂w∂b}, …}``,
    tables (n, n) for two vectors, vectors (n,) for a vector and a number.
    """
    if batch is not None or options:
        return _compiled("hessian", fun, args, batch, options)
    nodes, leaves = traced(opened_arguments(fun, args))
    root = _called(fun, nodes, leaves)
    slopes = slope_graphs(root, leaves)
    _numbers(root, leaves, slopes)  # where the gradient does not exist, no second derivative does
    return [_numbers(root, leaves, slope_graphs(slope, leaves)) for slope in slopes]


def first_nan(root: Value) -> Value | None:
    """The first node of the graph, in the order of computing, whose number is NaN; None if there is none."""
    return next((node for node in topological(root) if node.data != node.data), None)


def numeric_gradient(fun: Callable[..., Any], /, *args: Any) -> list[float]:
    r"""Central differences (f(x+h) - f(x-h)) / 2h for all numbers of all arguments, in order, in 30-digit decimals.

    With h = 10⁻¹⁰ |x| (10⁻³⁰ at 0), and more digits where the numbers or `fun` ask for them, neither rounding nor the
    step is visible in a float, so this sees what differences of floats cannot: the lost gradient of a saturated
    sigmoid, a wrong eleventh digit. It uses values of `fun` only, never a partial derivative. At a kink (relu at 0) it
    gives the mean of the two slopes; by a label that is 0 or 1, what three values on one side tell; NaN where `fun` is
    NaN or infinite. ValueError for a number that is.
    """

    return numeric_slopes(fun, opened_arguments(fun, args))


def numeric_slopes(fun: Callable[..., Any], given: list[Any], step: str = _STEP) -> list[float]:
    """The same for arguments that are opened already, with a step of another size."""

    def at(numbers: list[Decimal]) -> Any:
        moved = iter(numbers)
        out = fun(*(mapped(arg, lambda _: Value(next(moved))) for arg in given))
        return out.data if isinstance(out, Value) else out

    return central_differences(at, decimals(numbers_in(given)), step)


_BOTH_SIDES = {1: 1, -1: -1}  # 2h times the slope, from values at so many steps: each exact for parabolas
_ABOVE = {0: -3, 1: 4, 2: -1}
_BELOW = {0: 3, -1: -4, -2: 1}


def decimals(numbers: Iterable[Any]) -> list[Decimal]:
    """The numbers as decimals of 30 digits. ValueError for NaN and infinities."""
    from decimal import Context, Decimal

    rounded = Context(prec=_DIGITS).plus

    def decimal(x: Any) -> Decimal:
        if lost(float(x)):
            raise ValueError(f"a numeric derivative is taken at finite numbers, and one of them is {x}. Replace it.")
        return rounded(Decimal(float(x)))

    return [*map(decimal, numbers)]


def central_differences(f: Callable[[list[Decimal]], Any], numbers: list[Decimal], step: str = _STEP) -> list[float]:
    """∂f/∂number for each of the numbers, from values of `f` alone."""
    from decimal import Decimal, Overflow, localcontext

    sizes = [abs(x) or Decimal(_OF_ZERO) for x in numbers]
    places = [0, *(size.adjusted() for size in sizes)]

    def values(i: int, h: Decimal, weights: dict[int, int]) -> list[tuple[int, Decimal]]:
        return [(w, Decimal(f([*numbers[:i], numbers[i] + k * h, *numbers[i + 1 :]]))) for k, w in weights.items()]

    def change(i: int, h: Decimal) -> tuple[Decimal, int]:
        """f(x+h) - f(x-h), and the digits with which it is seen, or could not be in the derivative as a float."""
        try:
            found = values(i, h, _BOTH_SIDES)
        except LabelError:  # beside a label of 0 or 1
            try:
                found = values(i, h, _ABOVE)
            except LabelError:
                found = values(i, h, _BELOW)
        if not all(value.is_finite() for _, value in found):
            return Decimal("nan"), 0
        total = sum((w * value for w, value in found), Decimal(0))
        least = total or Decimal(_LEAST) * h
        return total, max(value.adjusted() for _, value in found) - least.adjusted() + _SEEN

    slopes = []
    with localcontext() as context:
        context.traps[Overflow] = False  # σ(-10⁹) is 1/(1 + ∞)
        for i, size in enumerate(sizes):
            h = Decimal(step) * size
            context.prec = _DIGITS + 2 * (max(places) - min(places))
            found, needed = change(i, h)
            while context.prec < min(needed, _MOST):
                context.prec = min(max(needed, 2 * context.prec), _MOST)
                found, needed = change(i, h)
            slopes.append(float(found / (2 * h)))
    return slopes


def _compiled(wanted: str, fun: Callable[..., Any], args: Any, batch: Iterable[str] | None, options: Any) -> Any:
    from micrograd_lr.compiler.compiled import Compiled

    if batch is None or args:
        given = f"{', '.join(options)} without batch" if batch is None else f"batch and {len(args)} arguments"
        raise TypeError(
            f"{wanted}() was given {given}; expected arguments alone, "
            f'or batch alone: {wanted}(loss, batch=("x", "y"))(w, b, X, Y) takes the data in the second call.'
        )
    return Compiled(fun, batch, **options, wanted=wanted)


def opened_arguments(fun: Callable[..., Any], args: tuple[Any, ...]) -> list[Any]:
    """The arguments of a call of `fun` as numbers and nested lists of numbers."""
    if all(map(is_number, args)):
        return [*args]
    return [opened(name, arg) for name, arg in zip(argument_names(fun, args), args)]


def argument_names(fun: Callable[..., Any], args: tuple[Any, ...]) -> list[str]:
    """The names that `fun` gives to its arguments."""
    try:
        parameters = [*inspect.signature(fun).parameters.values()]
    except (TypeError, ValueError):  # of some functions written in C, Python knows no signature
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "argument")
    return [names[i] if i < len(names) else f"{rest}[{i - len(names)}]" for i in range(len(args))]


def traced(args: Iterable[Any]) -> tuple[list[Any], list[Value]]:
    """`args` with a fresh node for each number, and those nodes. A Value stays connected, but is told from itself: in
    ``gradient(lambda t: t * x, x)`` the x that fun closes over is a constant."""
    leaves: list[Value] = []

    def fresh(x: Any) -> Value:
        leaves.append(x * 1 if isinstance(x, Value) else Value(x))
        return leaves[-1]

    return [mapped(arg, fresh) for arg in args], leaves


def _called(fun: Callable[..., Any], traced: list[Any], leaves: list[Value]) -> Value:
    running.arguments += leaves
    try:
        root = fun(*traced)
    finally:
        del running.arguments[len(running.arguments) - len(leaves) :]
    if not isinstance(root, Value):
        raise not_recorded(fun, root)
    return root


class Constant(Value):
    """An inner derivative that does not depend on the outer argument, as a node: an outer one of it is 0."""

    __slots__ = ()


def _numbers(root: Value, leaves: list[Value], slopes: list[Any]) -> list[Any]:
    """The slopes as numbers; those of a `root` that rests on Values other than its arguments stay nodes.

    Where a gradient() is running around this one, numbers become nodes too: it asks for one.
    """
    one = one_like(root.data)
    known = {*leaves}
    number = getattr(type(root), "_constant", Constant if running.arguments else lambda x: x)
    if any(node.op is None and node not in known and not isinstance(node, Constant) for node in topological(root)):
        return [slope if isinstance(slope, Value) else number(one * slope) for slope in slopes]
    numbers = [one * (slope.data if isinstance(slope, Value) else slope) for slope in slopes]
    for leaf, slope in zip(leaves, numbers):
        if lost(slope) and not any(lost(node.data) for node in topological(root)):
            raise lost_derivative(leaf)
    return [*map(number, numbers)]
