"""A `Value` records the graph while it computes; backward.py walks it in reverse, to every gradient.

What a node holds, the operands, their numbers and its level, stands in node.py.
"""

from __future__ import annotations

from itertools import chain

from micrograd_lr.engine import errors, ops
from micrograd_lr.engine.backward import backward
from micrograd_lr.engine.number_types import number
from micrograd_lr.engine.scalar import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def record(op: ops.Op, operands: tuple[Any, ...]) -> Any:
    """The node that `op` makes of nodes and plain numbers, of which one at least is a node."""
    nodes = tuple(x if isinstance(x, Value) else None for x in operands)
    numbers: Any = [x._data if isinstance(x, Value) else x if type(x) is int else number(x) for x in operands]
    try:
        out, numbers = op.compute(numbers)
    except errors.DOMAIN_ERRORS as error:
        saturated = op is ops.LOG and _is_saturated(operands[0])
        raise errors.domain_error(op.name, operands, error, saturated) from error.__cause__ or error
    highest = max(x._level for x in nodes if x is not None)
    fields = (nodes, tuple(numbers)) if len(operands) > 2 else (*chain(*zip(nodes, numbers)),)
    node = new_node(op, out, highest, *fields)
    kinds: set[Any] = {*map(type, nodes)}
    for kind in kinds - _PLAIN:  # a subclass may replace the node, as that of traced losses does
        node = kind._made(node, operands)
    return node


def new_node(op: ops.Op, out: Any, highest: int, a: Any, x: Any, b: Any = None, y: Any = None) -> Value:
    """A node from its fields, as `Node` explains them; `highest` is the highest level among its operands."""
    node = _blank()
    node._data = out
    node._level = highest + 1
    node._seen = None
    node.op = op
    node._a, node._x = a, x
    node._b, node._y = b, y
    return node


def _is_saturated(operand: Any) -> bool:
    """Whether `operand` is a = σ(z), or 1 - a, that has been rounded to 0."""
    from micrograd_lr.engine.stable import logit

    return bool(operand.data == 0 and logit(operand) is not None)


# The methods of `Value` are `record`, specialised for what operands nearly always are, nodes and floats: several times
# faster. For anything else, and on any error, they call `record`, which also writes the message.


def unary(op: ops.Op) -> Callable[[Value], Value]:
    value = op.value
    on_floats = getattr(value, "on_floats", value)  # of an elementary function, without a look at the type again

    def method(self: Value) -> Any:
        x = self._data
        try:
            return new_node(op, on_floats(x) if type(x) is float else value(x), self._level, self, x)
        except errors.TO_EXPLAIN:
            return record(op, (self,))

    return method


def binary(op: ops.Op) -> Callable[[Value, Any], Value]:
    value = op.value

    def method(self: Value, other: Any) -> Any:
        node = _blank()  # new_node(), written out: here the call would cost 6 % of a loss
        node._x = x = self._data
        level = self._level
        if type(other) is Value:
            node._b = other
            node._y = y = other._data
            if level < other._level:
                level = other._level
        elif type(other) is float or type(other) is int:
            node._b = None
            node._y = y = other
        else:
            return record(op, (self, other))
        try:
            node._data = value(x, y)
        except errors.TO_EXPLAIN:
            return record(op, (self, other))
        node._level = level + 1
        node._seen = None
        node.op = op
        node._a = self
        return node

    return method


def reflected(op: ops.Op) -> Callable[[Value, Any], Value]:
    """For 2 - w, where the node is the right operand."""
    value = op.value

    def method(self: Value, other: Any) -> Any:
        try:
            if type(other) is float or type(other) is int:
                return new_node(op, value(other, self._data), self._level, None, other, self, self._data)
        except errors.TO_EXPLAIN:
            pass
        return record(op, (other, self))

    return method


class Value(Scalar):
    """A node of the computation graph: one real number, and how it was computed.

    `data` is the number and `label` its name. A node made by an op also has that `op`, its `operands` in order (nodes,
    and plain numbers as they were written), and its `partials` ∂node/∂operand at the recorded numbers. `grad` is
    ∂root/∂node after ``root.backward()``, None until then. Equality and hash are identity.
    """

    __slots__ = ()
    op: ops.Op | None

    def backward(self) -> None:
        """Fill in `grad` = ∂self/∂node for every node of this graph; no other node changes.

        Overwrites, so a second call changes nothing and nothing needs to be reset. All or nothing: after an error or
        Ctrl-C every gradient is what it was. FloatingPointError if finite numbers make an infinite gradient or NaN,
        TypeError if the graph has numbers of types that do not mix.
        """
        backward(self)

    def _record(self, op: ops.Op, operands: tuple[Any, ...]) -> Any:
        return record(op, operands)

    __add__, __radd__ = binary(ops.ADD), reflected(ops.ADD)
    __sub__, __rsub__ = binary(ops.SUB), reflected(ops.SUB)
    __mul__, __rmul__ = binary(ops.MUL), reflected(ops.MUL)
    __truediv__, __rtruediv__ = binary(ops.DIV), reflected(ops.DIV)
    __pow__, __rpow__ = binary(ops.POW), reflected(ops.POW)
    __neg__, __abs__ = unary(ops.NEG), unary(ops.ABS)
    exp, log, sigmoid = unary(ops.EXP), unary(ops.LOG), unary(ops.SIGMOID)
    tanh, relu = unary(ops.TANH), unary(ops.RELU)
    sin, cos = unary(ops.SIN), unary(ops.COS)


_blank: Callable[[], Value] = type.__call__.__get__(Value)  # past Leaves.__call__, which would fill in a leaf
_PLAIN = {Value, type(None)}
