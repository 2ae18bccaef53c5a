"""What the engine says when the arithmetic of a node fails: which node, why, and what to do."""

from __future__ import annotations

from _thread import _local  # as in threading, which takes its time to import
from itertools import combinations

from micrograd_lr.engine.node import Node, number_of
from micrograd_lr.engine.order import topological

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

DOMAIN_ERRORS = (ArithmeticError, ValueError)  # what floats, Fractions and Decimals raise outside a function's domain

TO_EXPLAIN = (TypeError, *DOMAIN_ERRORS)


class LabelError(ValueError):
    """A label outside of [0, 1]."""


class _Running(_local):
    """The arguments of every gradient() that is running in this thread."""

    def __init__(self) -> None:
        self.arguments: list[Node] = []


running = _Running()

_INFINITY = float("inf")
_USE_THE_FUSED_LOSS = (
    "A sigmoid that far from 0 rounds to 0 or 1, and its log is lost. "
    "Use logistic_loss(z, y): one node, stable at any z."
)
_IF_ROUNDED = "If it is a probability that was rounded to 0: logistic_loss(z, y) is stable at any z."
REMEDIES = {
    "log": "log needs an operand above 0.",
    "div": "The divisor must not be 0.",
    "pow": "A base of 0 needs an exponent of 0 or more, and a negative base a whole exponent that is a plain number.",
    "exp": "exp overflows above 709.78: write σ as sigmoid(z), and log(1 + exp(z)) as logistic_loss(z, 0).",
}


def describe(operand: Any) -> str:
    """An operand in a message: its label or op, and its number."""
    op = getattr(operand, "op", None)
    name = getattr(operand, "label", "") or (f"the {op} node" if op else "")
    data = number_of(operand)
    shown = repr(data) if len(repr(data)) <= 40 else repr(data)[:37] + "..."
    return f"{name} = {shown}" if name else shown


def domain_error(name: str, operands: Sequence[Any], error: Exception, saturated: bool = False) -> Exception:
    """`error`, raised by the op `name` at `operands`, as an exception of the same type that names them and the remedy.

    `saturated` means that the operand is a = σ(z), or 1 - a, which was rounded to 0.
    """
    shown = ", ".join(map(describe, operands[:4])) + (", …" if len(operands) > 4 else "")
    why = (str(error).startswith(f"{name}(") and error.__cause__) or error  # the function knew only the numbers
    reason = why.args[-1] if why.args and isinstance(why.args[-1], str) else type(why).__name__
    remedy = REMEDIES.get(name, "")
    if name == "log" and (getattr(operands[0], "op", None) or operands[0] == 0):
        remedy = _USE_THE_FUSED_LOSS if saturated else f"{remedy} {_IF_ROUNDED}"
    if name != "exp" and isinstance(error, OverflowError):
        remedy = "The result leaves the range of floats: rescale the numbers."
    return type(error)(f"{name}({shown}) has no finite value: {reason}. {remedy}".rstrip())


def refuse_inside_gradient(root: Node) -> None:
    """Raises RuntimeError for backward() over arguments of a gradient() that is running."""
    if running.arguments and not {*running.arguments}.isdisjoint(topological(root)):
        raise RuntimeError(
            "backward() was called inside a function that gradient() is differentiating. Its .grad would be a plain "
            "number, and the outer derivative would miss it. Call gradient() there too: it can be nested."
        )


def refuse_mixed_numbers(root: Node) -> None:
    """Raises TypeError if the graph has numbers of two types that cannot be multiplied, and names one of each; or if
    the rule of an op mixes such types."""
    kinds: dict[type, Any] = {}
    for node in topological(root):
        for x in node.operands or (node,):
            kinds.setdefault(type(number_of(x)), x)
    for x, y in combinations(kinds.values(), 2):
        try:
            number_of(x) * number_of(y)
        except TypeError:
            given = " and ".join(f"{describe(each)} ({type(number_of(each)).__name__})" for each in (x, y))
            raise TypeError(f"the gradients mix {given}. Make all the numbers of a graph of one type.") from None
    for node in topological(root):
        try:
            _ = [node.data * partial for partial in node.partials]
        except TypeError as error:
            given = ", ".join(map(describe, node.operands))
            raise TypeError(
                f"the partials of {node.op}({given}) cannot be computed: {error}. A constant in the rule of an op has "
                "to be of the type of the operands."
            ) from None


def is_nonfinite(x: Any) -> bool:
    """Whether `x` is NaN or an infinity."""
    return bool(x != x or x == _INFINITY or x == -_INFINITY)


def refuse_nonfinite_gradient(root: Node, grads: Mapping[Node, Any]) -> None:
    """Raises FloatingPointError if the gradients of a graph of finite numbers hold NaN or infinity; names the place.

    It is raised where it is made: an error that is kept in a local of a frame that it passes holds this frame, and that
    the error, until the garbage collector comes.
    """
    order = topological(root)
    if any(is_nonfinite(node.data) for node in order):
        return
    for node in reversed(order):
        for operand, partial in zip(node.operands, node.partials):
            if isinstance(operand, Node) and is_nonfinite(grads[node] * partial):
                if partial != partial:
                    remedy = (
                        "There is no such derivative: write the exponent as a plain number, or keep the base above 0."
                    )
                elif node.op.name == "pow":
                    remedy = "The curve is vertical there: keep the base away from 0."
                elif "sigmoid" in (node.op.name, operand.op and operand.op.name):
                    remedy = "The product leaves the range of floats. " + _USE_THE_FUSED_LOSS
                else:
                    remedy = "The product leaves the range of floats: rescale the numbers."
                raise FloatingPointError(
                    f"the gradient of {describe(operand)} has no finite value: ∂{node.op}/∂({describe(operand)}) is "
                    f"{partial!r}, times the gradient {grads[node]!r} above it. {remedy}"
                )
    raise FloatingPointError("a gradient has no finite value: the sum over its paths leaves the range of floats.")


def nonfinite_derivative(leaf: Node) -> Exception:
    """For NaN or infinity among the results of gradient() and hessian() at finite arguments."""
    return FloatingPointError(
        f"the derivative at {describe(leaf)} has no finite value: a curve is vertical there, a power has a variable "
        "exponent over a negative base, or a product leaves the range of floats."
    )


def not_recorded(fun: Any, result: Any) -> Exception:
    """For a function given to gradient() that returns something other than a node."""
    name = getattr(fun, "__name__", repr(fun))
    return TypeError(
        f"{name} returned {result!r:.80} ({type(result).__name__}); gradient() needs a Value, computed from the "
        "arguments. float(), .data, .grad and the math module leave the graph: use micrograd_lr's own functions."
    )
