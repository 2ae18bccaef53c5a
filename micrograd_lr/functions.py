"""The ops that are functions: `dot`, `sum` and `logistic_loss`, each one node, or a number if no operand is a node."""

from __future__ import annotations

import operator

from micrograd_lr import ops
from micrograd_lr.kernels import log, power_growth, step
from micrograd_lr.number_types import number, number_type, unified
from micrograd_lr.value import Value, apply, binary, recorded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_loss = binary(ops.LOSS)
_number = operator.attrgetter("_data")


def dot(w: Iterable[Any], x: Iterable[Any]) -> Any:
    """wx = w₁x₁ + … + wₙxₙ as one node (a number, if no operand is a node). ValueError if the lengths differ."""
    w, x = [*w], [*x]
    if len(w) != len(x) or not w:
        raise ValueError(f"dot(w, x) needs as many weights as features, at least one: got {len(w)} and {len(x)}.")
    if len(w) > 1 and {*map(type, x)} == {float}:
        try:  # weights times data, what training is made of: `apply` without a look at every operand
            numbers = (*map(_number, w), *x)
            return recorded(ops.DOT, ops.DOT.value(*numbers), None, tuple(w), None, numbers)
        except (AttributeError, TypeError):
            pass
    return _node_or_number(ops.DOT, *w, *x)


def sum(terms: Iterable[Any]) -> Any:  # the name that every library of the field gives it
    """The sum of the terms as one node (a number, if no term is a node)."""
    return _node_or_number(ops.SUM, *terms)


def logistic_loss(z: Any, y: Any) -> Any:
    """The loss -(y log σ(z) + (1-y) log(1-σ(z))) of the logit `z` as one node, stable at any z, for y in [0, 1].

    For y = 0 and 1 at most 1.5 ulp in the loss and 2.5 ulp in ∂L/∂z = σ(z) - y; the literal form ends at z = 36.7.
    """
    return _loss(z, y) if type(z) is Value else _node_or_number(ops.LOSS, z, y)


def _node_or_number(op: ops.Op, *operands: Any) -> Any:
    for operand in operands:
        if isinstance(operand, Value):
            return apply(op, *operands)
    return op.value(*unified([number(x) for x in operands]))


# A Value is a number too: the rules of the table, applied to nodes, give second derivatives.
number_type(
    Value,
    exp=Value.exp,
    log=Value.log,
    sigmoid=Value.sigmoid,
    tanh=Value.tanh,
    relu=Value.relu,
    step=lambda x: step(x.data),
    power_growth=lambda out, base: out * log(base) if base > 0 else power_growth(out.data, float(base)),
)
