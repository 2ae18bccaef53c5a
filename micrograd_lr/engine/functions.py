"""The ops that are functions: `dot`, `sum` and `logistic_loss`, each one node, or a number if no operand is a node."""

from __future__ import annotations

import operator

from micrograd_lr.engine import ops
from micrograd_lr.engine.elementary import step
from micrograd_lr.engine.number_types import number_type
from micrograd_lr.engine.shapes import shape
from micrograd_lr.engine.value import Value, binary, new_node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_loss = binary(ops.LOSS)
_number, _level = operator.attrgetter("_data"), operator.attrgetter("_level")


def dot(w: Iterable[Any], x: Iterable[Any]) -> Any:
    """wx = w₁x₁ + … + wₙxₙ as one node (a number, if no operand is a node). ValueError if the lengths differ.

    A number or node stands for a vector of one entry. TypeError for a matrix, a list of rows.
    """
    w = w if type(w) is list else _entries(w)
    x = x if type(x) is list else _entries(x)
    if len(w) != len(x) or not w:
        raise ValueError(f"dot(w, x) needs as many weights as features, at least one: got {len(w)} and {len(x)}.")
    if len(w) > 1 and {*map(type, x)} == {float}:
        try:  # weights times data, what training is made of: recorded without a look at every operand
            numbers = (*map(_number, w), *x)
            return new_node(ops.DOT, ops.DOT.value(*numbers), max(map(_level, w)), tuple(w), numbers)
        except (AttributeError, TypeError):
            pass
    try:
        return ops.DOT(*w, *x)
    except TypeError:
        if any(isinstance(v, (list, tuple)) for v in (*w, *x)):
            shapes = " and ".join(map(str, map(shape, (w, x))))
            raise TypeError(
                f"dot(w, x) multiplies two vectors, and was given the shapes {shapes}. Of a matrix W take its rows, "
                "[dot(row, x) for row in W]; a column, (n, 1), is made a vector before: transpose or flatten it."
            ) from None
        raise


def _entries(v: Any) -> list[Any]:
    return [*v] if hasattr(v, "__iter__") and not isinstance(v, Value) else [v]


def sum(terms: Iterable[Any], /, start: Any = 0) -> Any:  # the name that every library of the field gives it
    """The sum of the terms, and of `start`, as one node (a number, if no term is a node)."""
    starts = type(start) in (int, float) and start == 0
    return ops.SUM(*terms) if starts else ops.SUM(*terms, start)


def logistic_loss(z: Any, y: Any) -> Any:
    """The loss -(y log σ(z) + (1-y) log(1-σ(z))) of the logit `z` as one node, stable at any z, for y in [0, 1].

    For y = 0 and 1 at most 1.5 ulp in the loss and 2.5 ulp in ∂L/∂z = σ(z) - y; the literal form ends at z = 36.7.
    ValueError for a label outside of [0, 1].
    """
    return _loss(z, y) if type(z) is Value else ops.LOSS(z, y)


# A Value is a number too: the rules of the table, applied to nodes, give second derivatives.
number_type(Value, step=lambda x: step(x.data))
