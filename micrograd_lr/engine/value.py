"""The engine: a `Value` records the graph as it computes, and `backward` walks it in reverse, to every gradient."""

from __future__ import annotations

from itertools import chain

from micrograd_lr.engine import errors, ops
from micrograd_lr.engine.number_types import number, one_like, unified
from micrograd_lr.engine.scalar import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_one = 1  # the partial of +: a gradient that is passed on whole needs no product


# The methods of the ops are `apply`, unrolled for the operands of nearly every call: nodes and floats. The rest, and
# every error, is left to `apply` itself.


def unary(op: ops.Op) -> Callable[[Value], Value]:
    value = op.value

    def method(self: Value) -> Any:
        try:
            return recorded(op, value(self._data), self._level, self, self._data)
        except errors.TO_EXPLAIN:
            return apply(op, self)

    return method


def binary(op: ops.Op) -> Callable[[Value, Any], Value]:
    value = op.value

    def method(self: Value, other: Any) -> Any:
        node = _blank()  # recorded(), written out: these are the hottest lines of the engine
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
            return apply(op, self, other)
        try:
            node._data = value(x, y)
        except errors.TO_EXPLAIN:
            return apply(op, self, other)
        node._level = level + 1
        node._seen = None
        node.op = op
        node._a = self
        return node

    return method


def reflected(op: ops.Op) -> Callable[[Value, Any], Value]:
    value = op.value

    def method(self: Value, other: Any) -> Any:
        try:
            if type(other) is float or type(other) is int:
                return recorded(op, value(other, self._data), self._level, None, other, self, self._data)
        except errors.TO_EXPLAIN:
            pass
        return apply(op, other, self)

    return method


class Value(Scalar):
    """A node of the computation graph: one real number, and how it was computed.

    `data` is the number and `label` its name. A node made by an op also has that `op`, its `operands` in order (nodes,
    and plain numbers as they were written), and its `partials` ∂node/∂operand at the recorded numbers. `grad` is
    ∂root/∂node after ``root.backward()``, None until then. Equality and hash are identity.
    """

    # What was recorded: the operands that are nodes in _a and _b (None for a plain number), their numbers in _x and _y
    # (_y None for a single operand); of more than two operands, tuples of both in _a and _x. _level: 0 for a leaf, else
    # one above the highest operand. Slots, not tuples, because the garbage collector visits every object; and the fewer
    # are written to, the better: a node without a label has no _label, and _grad counts once _seen is set.
    __slots__ = ("_a", "_b", "_data", "_grad", "_label", "_level", "_seen", "_x", "_y", "op")

    def backward(self) -> None:
        """Fill in `grad` = ∂self/∂node for every node of this graph; no other node changes.

        Overwrites, so a second call changes nothing and nothing needs to be reset. All or nothing: after an error or
        Ctrl-C every gradient is what it was. FloatingPointError if finite numbers make an infinite gradient or NaN,
        TypeError if the graph has numbers of types that do not mix.
        """
        errors.refuse_inside_gradient(self)
        try:
            sweep(self)
        except TypeError:
            errors.refuse_mixed_numbers(self)
            raise

    __add__, __radd__ = binary(ops.ADD), reflected(ops.ADD)
    __sub__, __rsub__ = binary(ops.SUB), reflected(ops.SUB)
    __mul__, __rmul__ = binary(ops.MUL), reflected(ops.MUL)
    __truediv__, __rtruediv__ = binary(ops.DIV), reflected(ops.DIV)
    __pow__, __rpow__ = binary(ops.POW), reflected(ops.POW)
    __neg__, __abs__ = unary(ops.NEG), unary(ops.ABS)
    exp, log, sigmoid = unary(ops.EXP), unary(ops.LOG), unary(ops.SIGMOID)
    tanh, relu = unary(ops.TANH), unary(ops.RELU)


_blank: Callable[[], Value] = type.__call__.__get__(Value)
_PLAIN = {Value, type(None)}


def recorded(op: ops.Op, out: Any, below: int, a: Any, x: Any, b: Any = None, y: Any = None) -> Value:
    node = _blank()
    node._data = out
    node._level = below + 1
    node._seen = None
    node.op = op
    node._a, node._x = a, x
    node._b, node._y = b, y
    return node


def apply(op: ops.Op, *operands: Any) -> Any:
    """Record one node: `op` applied to nodes and plain numbers (if all are: a number). Domain errors name operands."""
    nodes = tuple(x if isinstance(x, Value) else None for x in operands)
    plain = nodes.count(None) == len(nodes)
    numbers = [x._data if isinstance(x, Value) else x if type(x) is int and not plain else number(x) for x in operands]
    try:
        try:
            out = op.value(*numbers)
        except TypeError:  # numbers of two types that do not mix by themselves
            numbers = unified(numbers)
            out = op.value(*numbers)
    except errors.DOMAIN_ERRORS as error:
        raise errors.domain_error(op, operands, error) from error.__cause__ or error
    if plain:
        return out
    below = max(x._level for x in nodes if x is not None)
    fields = (nodes, tuple(numbers)) if len(operands) > 2 else (*chain(*zip(nodes, numbers)),)
    node = recorded(op, out, below, *fields)
    kinds: set[Any] = {*map(type, nodes)}
    for kind in kinds - _PLAIN:
        node = kind._made(node, operands)
    return node


def sweep(root: Value) -> None:
    """Reverse-mode differentiation: each node, users first, pays its operands grad · ∂node/∂operand; paths add up.

    A node lies one level above the highest of its operands. So a sweep down the levels comes to all users of a node
    before the node itself, and finds the graph on its way: the first payment to a node puts it on its level's list.
    """
    seen = object()  # the mark of this sweep, on every node that has been paid
    before = [] if root._seen is None else [(root, root._grad)]
    levels: list[list[Value]] = [[] for _ in range(root._level)]
    levels.append([root])
    one, exchanged = _one, ops.exchanged
    try:
        root._grad, root._seen = one_like(root._data), seen
        for level in levels[:0:-1]:
            for node in level:
                op: Any = node.op
                grad = node._grad
                y = node._y
                a = node._a
                b = node._b
                rule = op.partials
                if y is not None:
                    if rule is exchanged:  # the rules of nearly every node, without a call
                        da = y
                        db = node._x
                    elif (constant := op.constant) is not None:
                        da, db = constant
                    else:
                        da, db = rule(node._data, node._x, y)
                elif type(a) is not tuple:
                    (da,) = rule(node._data, node._x)
                else:
                    for operand, partial in zip(a, rule(node._data, *node._x)):
                        if operand is None:
                            continue
                        if operand._seen is seen:
                            operand._grad += grad if partial is one else grad * partial
                        else:
                            if operand._seen is not None:
                                before.append((operand, operand._grad))
                            operand._grad = grad if partial is one else grad * partial
                            operand._seen = seen
                            levels[operand._level].append(operand)
                    continue
                if a is not None:
                    if a._seen is seen:
                        a._grad += grad if da is one else grad * da
                    else:
                        if a._seen is not None:
                            before.append((a, a._grad))
                        a._grad = grad if da is one else grad * da
                        a._seen = seen
                        levels[a._level].append(a)
                if b is not None:
                    if b._seen is seen:
                        b._grad += grad if db is one else grad * db
                    else:
                        if b._seen is not None:
                            before.append((b, b._grad))
                        b._grad = grad if db is one else grad * db
                        b._seen = seen
                        levels[b._level].append(b)
        for leaf in levels[0]:  # every path has paid
            if errors.lost(leaf._grad):
                errors.refuse_lost_gradient(root)
    except BaseException:
        for level in levels:
            for node in level:
                node._seen = None
        for node, grad in before:
            node._grad, node._seen = grad, seen
        raise
