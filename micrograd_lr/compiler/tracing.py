"""A loss is run once, on symbols, and differentiated with the engine's own sweep: it becomes a program."""

from __future__ import annotations

import inspect
from numbers import Real

from micrograd_lr.compiler.loops import Rolled
from micrograd_lr.compiler.names import safe_name
from micrograd_lr.compiler.program import Program
from micrograd_lr.compiler.symbols import Trace
from micrograd_lr.compiler.tracers import Traced, TraceError, argument, foreign_node, recording, untraced
from micrograd_lr.engine.stable import stabilised
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any


def recorded(
    loss: Callable[..., Any], lengths: Mapping[str, int | None], batch: Iterable[str], stable: bool = True,
    order: int = 1,
) -> Program:  # fmt: skip
    """Record `loss` once, on symbols, and differentiate it with the engine's own sweep; twice, if `order` is 2."""
    trace = Trace()
    safe = {name: safe_name(name, lengths) for name in lengths}
    leaves: dict[str, list[Value]] = {}
    arguments: dict[str, Any] = {}
    for name, n in lengths.items():
        if n is None or n == 1:
            leaves[name] = [Traced(trace.entry(safe[name]), name)]
        else:
            leaves[name] = [Traced(trace.entry(safe[name], j), f"{name}[{j}]") for j in range(n)]
        arguments[name] = argument(leaves[name], n)
    with recording():
        root = called(loss, arguments)
    refuse_what_is_no_loss(loss, root, {leaf for entries in leaves.values() for leaf in entries})
    if stable:
        root = stabilised(root)
    batch = tuple(batch)
    parameters = {safe[name]: entries for name, entries in leaves.items() if name not in batch}
    renamed = {safe[name]: n for name, n in lengths.items()}
    given = {short: name for name, short in safe.items()}
    rolled = Rolled(trace, renamed)
    derivatives = rolled.first(root, parameters) if order == 1 else rolled.second(root, parameters)
    loss_symbol = rolled.symbol(root.data)
    trace.forget()
    return Program(loss_symbol, derivatives, renamed, [safe[name] for name in batch], given)


def refuse_what_is_no_loss(loss: Callable[..., Any], root: Any, leaves: set[Value]) -> None:
    """TypeError unless `root` is a number that was computed from `leaves`, which are the arguments, alone."""
    name = getattr(loss, "__name__", "the loss")
    if not isinstance(root, Value):
        raise TypeError(
            f"{name} returned {_shown(root)} for one example; "
            "it has to return a number computed from its arguments. Is the return statement missing?"
        )
    if not isinstance(root, Traced):
        raise foreign_node(root, name)
    kept = next((leaf for leaf in untraced(root) if leaf not in leaves), None)
    if kept is not None:
        raise TraceError(
            f"{name} uses {kept.label}, which it kept from an earlier recording. The loss is recorded anew for other "
            "shapes: compute everything from the arguments of this call."
        )


def _shown(x: Any) -> str:
    """A result that is not a node; of a container, whose entries may be nodes, the type alone."""
    kind = type(x).__name__
    return f"{x!r:.80} ({kind})" if x is None or isinstance(x, (str, Real)) else f"an object of the type {kind}"


def called(loss: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """`loss` of arguments by name, those included that take none."""
    call = inspect.signature(loss).bind_partial()
    call.arguments.update(arguments)
    return loss(*call.args, **call.kwargs)
