"""Derivatives as functions: `gradient` and `hessian`, exact at any order, because a derivative is a graph as well."""

from __future__ import annotations

import inspect

from micrograd_lr.engine.backward import ONE, accumulate
from micrograd_lr.engine.containers import as_numbers, is_number, map_numbers
from micrograd_lr.engine.errors import is_nonfinite, nonfinite_derivative, not_recorded, running
from micrograd_lr.engine.number_types import one_like
from micrograd_lr.engine.order import resting_on, topological, users_first
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def gradient(fun: Callable[..., Any], /, *args: Any) -> Any:
    """∂fun/∂arg for every argument, in the argument's shape: one result for one argument, else a tuple.

    `fun` is plain Python over Values; the arguments are numbers or containers of numbers. Can be nested to any order:
    inside of another `gradient`, the results are nodes, so that the outer one can differentiate them again.
    """
    nodes, leaves = fresh_nodes(arguments_as_numbers(fun, args))
    root = _called(fun, nodes, leaves)
    slopes = iter(_numbers(root, leaves, slope_graphs(root, leaves)))
    results = tuple(map_numbers(arg, lambda _: next(slopes)) for arg in nodes)
    return results[0] if len(args) == 1 else results


def hessian(fun: Callable[..., Any], /, *args: Any) -> Any:
    """The matrix ∂²fun/∂argᵢ∂argⱼ over all numbers of all arguments, in order: k numbers give k lists of k.

    Exact: each row differentiates one entry of the gradient, which is a graph like any other.
    """
    nodes, leaves = fresh_nodes(arguments_as_numbers(fun, args))
    root = _called(fun, nodes, leaves)
    slopes = slope_graphs(root, leaves)
    _numbers(root, leaves, slopes)  # where the gradient does not exist, no second derivative does
    return [_numbers(root, leaves, slope_graphs(slope, leaves)) for slope in slopes]


def first_nan(root: Value) -> Value | None:
    """The first node of the graph, in the order of computing, whose number is NaN; None if there is none."""
    return next((node for node in topological(root) if node.data != node.data), None)


def slope_graphs(root: Any, leaves: list[Value]) -> list[Any]:
    """∂root/∂leaf for each leaf, as graphs: reverse mode, with the rules of the table applied to nodes."""
    if not isinstance(root, Value):
        return [0] * len(leaves)
    order = users_first(root)
    depending = resting_on({*leaves}, reversed(order))  # no rule is asked about any other node

    def edges(node: Value) -> Iterable[tuple[Value, Any]]:
        partials = node.op.partials(node, *node.operands) if node.op else ()
        return ((x, partial) for x, partial in zip(node.operands, partials) if isinstance(x, Value) and x in depending)

    slopes = accumulate([node for node in order if node in depending], ONE, edges)
    return [slopes.get(leaf, 0) for leaf in leaves]


def arguments_as_numbers(fun: Callable[..., Any], args: tuple[Any, ...]) -> list[Any]:
    """The arguments of a call of `fun` as numbers and nested lists of numbers."""
    if all(map(is_number, args)):
        return [*args]
    return [as_numbers(name, arg) for name, arg in zip(argument_names(fun, args), args)]


def argument_names(fun: Callable[..., Any], args: tuple[Any, ...]) -> list[str]:
    """The names that `fun` gives to its arguments."""
    try:
        parameters = [*inspect.signature(fun).parameters.values()]
    except (TypeError, ValueError):  # of some functions written in C, Python knows no signature
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "argument")
    return [names[i] if i < len(names) else f"{rest}[{i - len(names)}]" for i in range(len(args))]


def fresh_nodes(args: Iterable[Any]) -> tuple[list[Any], list[Value]]:
    """`args` with a fresh node for each number, and those nodes.

    A Value is wrapped, x * 1: it stays connected to its graph, but is distinct from an x that `fun` closes over, which
    is a constant in ``gradient(lambda t: t * x, x)``.
    """
    leaves: list[Value] = []

    def fresh(x: Any) -> Value:
        leaves.append(x * 1 if isinstance(x, Value) else Value(x))
        return leaves[-1]

    return [map_numbers(arg, fresh) for arg in args], leaves


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
    """A derivative that happens to be constant, as a node, so that an outer gradient() can differentiate it, to 0."""

    __slots__ = ()


def _numbers(root: Value, leaves: list[Value], slopes: list[Any]) -> list[Any]:
    """The slopes as numbers; those of a `root` that rests on Values other than its arguments stay nodes.

    Inside of another gradient(), numbers become nodes too, because the outer one needs a node.
    """
    one = one_like(root.data)
    known = {*leaves}
    number = getattr(type(root), "_constant", Constant if running.arguments else lambda x: x)
    if any(node.op is None and node not in known and not isinstance(node, Constant) for node in topological(root)):
        return [slope if isinstance(slope, Value) else number(one * slope) for slope in slopes]
    numbers = [one * (slope.data if isinstance(slope, Value) else slope) for slope in slopes]
    for leaf, slope in zip(leaves, numbers):
        if is_nonfinite(slope) and not any(is_nonfinite(node.data) for node in topological(root)):
            raise nonfinite_derivative(leaf)
    return [*map(number, numbers)]
