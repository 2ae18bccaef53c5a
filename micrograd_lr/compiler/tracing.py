"""A loss is run once, on nodes that hold symbols, and differentiated with the engine's own sweep: a program is left."""

from __future__ import annotations

import inspect
from numbers import Real

from micrograd_lr.compiler.inputs import labels, places
from micrograd_lr.compiler.loops import Roller
from micrograd_lr.compiler.names import safe_name
from micrograd_lr.compiler.program import Program
from micrograd_lr.compiler.sweeps import first_derivatives, second_derivatives
from micrograd_lr.compiler.symbols import Trace
from micrograd_lr.compiler.tracers import Traced, TraceError, argument, foreign_node, refusals_raised, untraced
from micrograd_lr.engine.stable import stabilised
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from micrograd_lr.compiler.inputs import Lengths


def trace_loss(
    loss: Callable[..., Any], lengths: Lengths, batch: Iterable[str], stable: bool = True,
    order: int = 1,
) -> Program:  # fmt: skip
    """The program of `loss`, for arguments of these lengths, with its first derivatives, or the second, by `order`."""
    trace = Trace()
    safe = {name: safe_name(name, lengths) for name in lengths}
    leaves: dict[str, list[Value]] = {}
    arguments: dict[str, Any] = {}
    for name, n in lengths.items():
        for place, label in zip(places(n), labels(name, n)):
            leaves.setdefault(name, []).append(Traced(trace.entry(safe[name], *place), label))
        arguments[name] = argument(leaves[name], n)
    with refusals_raised():
        root = call_by_name(loss, arguments)
    _check_result(loss, root, {leaf for entries in leaves.values() for leaf in entries})
    if stable:
        root = stabilised(root)
    batch = tuple(batch)
    parameters = {safe[name]: entries for name, entries in leaves.items() if name not in batch}
    safe_lengths = {safe[name]: n for name, n in lengths.items()}
    own_names = {short: name for name, short in safe.items()}
    roller = Roller(trace, safe_lengths)
    derivatives = (first_derivatives if order == 1 else second_derivatives)(roller, root, parameters)
    result = roller.symbol(root.data)
    trace.forget()
    return Program(result, derivatives, safe_lengths, [safe[name] for name in batch], own_names)


def call_by_name(loss: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """`loss` of arguments given by name, also of those that can only be given by position."""
    call = inspect.signature(loss).bind_partial()
    call.arguments.update(arguments)
    return loss(*call.args, **call.kwargs)


def _check_result(loss: Callable[..., Any], root: Any, leaves: set[Value]) -> None:
    """TypeError unless `root` was computed from `leaves`, the arguments, and from nothing else that is a Value."""
    name = getattr(loss, "__name__", "the loss")
    if not isinstance(root, Value):
        raise TypeError(
            f"{name} returned {_shown(root)} for one example; "
            "it has to return a number computed from its arguments. Is the return statement missing?"
        )
    if not isinstance(root, Traced):
        raise foreign_node(root, name)
    stale = next((leaf for leaf in untraced(root) if leaf not in leaves), None)
    if stale is not None:
        raise TraceError(
            f"{name} uses {stale.label}, which it kept from an earlier trace. The loss is traced again for other "
            "shapes: compute everything from the arguments of this call."
        )


def _shown(x: Any) -> str:
    """A result that is not a node; for a container, whose entries may be nodes, only its type."""
    kind = type(x).__name__
    return f"{x!r:.80} ({kind})" if x is None or isinstance(x, (str, Real)) else f"an object of the type {kind}"
