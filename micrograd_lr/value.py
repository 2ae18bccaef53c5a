"""The engine: a `Value` records the graph as it computes, and `backward` walks it in reverse, to every gradient."""

from __future__ import annotations

from itertools import chain, repeat

from micrograd_lr import ops
from micrograd_lr.errors import DOMAIN_ERRORS, TO_EXPLAIN, domain_error, lost, lost_gradient, refuse_inside_gradient
from micrograd_lr.number_types import number, one_like, unified
from micrograd_lr.scalar import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_new = object.__new__
_one = 1  # the partial of +: a gradient that is passed on whole needs no product


# The methods of the ops are `apply`, unrolled for the operands of nearly every call: nodes and floats. The rest, and
# every error, is left to `apply` itself.


def unary(op: ops.Op) -> Callable[[Value], Value]:
    value = op.value

    def method(self: Value) -> Any:
        try:
            return recorded(op, value(self._data), self, self._data, None, None)
        except TO_EXPLAIN:
            return apply(op, self)

    return method


def binary(op: ops.Op) -> Callable[[Value, Any], Value]:
    value = op.value

    def method(self: Value, other: Any) -> Any:
        kind = type(other)
        if kind is not Value and kind is not float:
            return apply(op, self, other)
        x = self._data
        y = other._data if kind is Value else other
        try:
            out = value(x, y)
        except TO_EXPLAIN:
            return apply(op, self, other)
        node = _new(Value)  # recorded(), written out: this is the hottest line of the engine
        node._data = out
        node.grad = node._seen = None
        node.label = ""
        node.op = op
        node._a = self
        node._x = x
        node._b = other if kind is Value else None
        node._y = y
        return node

    return method


def reflected(op: ops.Op) -> Callable[[Value, Any], Value]:
    value = op.value

    def method(self: Value, other: Any) -> Any:
        try:
            if type(other) is float or type(other) is int:
                return recorded(op, value(other, self._data), None, other, self, self._data)
        except TO_EXPLAIN:
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
    # (_y None for a single operand). In slots, not tuples: one object a node instead of three takes half the memory and
    # a third less time. More than two operands: _a and _b None, the nodes or None in the tuple _x, the numbers in _y.
    __slots__ = ("_a", "_b", "_data", "_seen", "_x", "_y", "grad", "label", "op")

    def __init__(self, data: Any, label: str = "") -> None:
        self._data = number(data)
        self.label = label
        self.grad = self.op = self._a = self._x = self._b = self._y = self._seen = None

    @property
    def data(self) -> Any:
        """The number. That of a leaf can be set, for a training step; what was recorded before keeps the old one."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if self.op is not None:
            raise AttributeError(f"{self!r} was computed by {self.op}: change a leaf's data, and compute it again.")
        self._data = number(data)

    @property
    def operands(self) -> tuple[Any, ...]:
        """The inputs of the op in order, duplicates kept: nodes and plain numbers. Empty for a leaf."""
        nodes = self._x if type(self._x) is tuple else (self._a, self._b)
        return tuple(number if node is None else node for number, node in zip(self.numbers, chain(nodes, repeat(None))))

    @property
    def numbers(self) -> tuple[Any, ...]:
        """The operands' numbers, as they were when this node was computed. Empty for a leaf."""
        if self.op is None or type(self._x) is tuple:
            return self._y or ()
        return (self._x,) if self._y is None else (self._x, self._y)

    @property
    def partials(self) -> tuple[Any, ...]:
        """∂node/∂operand for each operand, by the rule of the op at the recorded numbers. Empty for a leaf."""
        return self.op.partials(self._data, *self.numbers) if self.op else ()

    def backward(self) -> None:
        """Fill in `grad` = ∂self/∂node for every node of this graph; no other node changes.

        Overwrites, so a second call changes nothing and nothing needs to be reset. All or nothing: after an error or
        Ctrl-C every gradient is what it was. FloatingPointError if finite numbers make an infinite gradient or NaN.
        """
        order = topological(self)
        refuse_inside_gradient(order)
        sweep(order)

    __add__, __radd__ = binary(ops.ADD), reflected(ops.ADD)
    __sub__, __rsub__ = binary(ops.SUB), reflected(ops.SUB)
    __mul__, __rmul__ = binary(ops.MUL), reflected(ops.MUL)
    __truediv__, __rtruediv__ = binary(ops.DIV), reflected(ops.DIV)
    __pow__, __rpow__ = binary(ops.POW), reflected(ops.POW)
    __neg__ = unary(ops.NEG)
    exp, log, sigmoid = unary(ops.EXP), unary(ops.LOG), unary(ops.SIGMOID)
    tanh, relu = unary(ops.TANH), unary(ops.RELU)


def recorded(op: ops.Op, out: Any, a: Any, x: Any, b: Any, y: Any) -> Value:
    node = _new(Value)
    node._data = out
    node.grad = node._seen = None
    node.label = ""
    node.op = op
    node._a, node._x = a, x
    node._b, node._y = b, y
    return node


def apply(op: ops.Op, *operands: Any) -> Any:
    """Record one node: `op` applied to nodes and plain numbers (if all are: a number). Domain errors name operands."""
    nodes = tuple(x if isinstance(x, Value) else None for x in operands)
    if nodes.count(None) == len(nodes):
        return op.value(*unified([number(x) for x in operands]))
    numbers = [x._data if isinstance(x, Value) else x if type(x) is int else number(x) for x in operands]
    try:
        try:
            out = op.value(*numbers)
        except TypeError:  # numbers of two types that do not mix by themselves
            numbers = unified(numbers)
            out = op.value(*numbers)
    except DOMAIN_ERRORS as error:
        raise domain_error(op, operands, error) from error
    if len(operands) > 2:
        return recorded(op, out, None, nodes, None, tuple(numbers))
    (a, b), (x, y) = (nodes, numbers) if len(operands) == 2 else ((nodes[0], None), (numbers[0], None))
    return recorded(op, out, a, x, b, y)


def topological(root: Value) -> list[Value]:
    """Every node of the graph of `root`, once, operands before users, in the order in which they were written."""
    order: list[Value] = []
    seen = object()  # the mark of this walk: cheaper than a set of nodes by a quarter of backward()
    path: list[Value] = []  # the nodes that wait for their operands: a stack of our own, so that no graph is too deep
    done, push, pop = order.append, path.append, path.pop
    node = root
    while True:
        a, b = node._a, node._b
        if a is not None and a._seen is not seen:
            push(node)
            node = a
        elif b is not None and b._seen is not seen:
            push(node)
            node = b
        elif (
            a is None
            and type(node._x) is tuple
            and (waiting := [x for x in node._x[::-1] if x is not None and x._seen is not seen])
        ):
            path += node, *waiting
            node = pop()
        else:
            if node._seen is not seen:
                node._seen = seen
                done(node)
            if not path:
                return order
            node = pop()


def sweep(order: list[Value]) -> None:
    """Reverse-mode differentiation: each node, users first, pays its operands grad · ∂node/∂operand; paths add up."""
    before = [node.grad for node in order]
    try:
        one = one_like(order[-1]._data)
        zero = one - one
        for node in order:
            node.grad = zero
        order[-1].grad = one
        for node in reversed(order):
            op, grad = node.op, node.grad
            if op is None:  # a leaf: every path to it has paid
                if lost(grad) and (error := lost_gradient(order)):
                    raise error
                continue
            a, b, y = node._a, node._b, node._y
            if y is None:
                (da,) = op.partials(node._data, node._x)
                a.grad += grad * da
            elif a is None and b is None:
                for operand, partial in zip(node._x, op.partials(node._data, *y)):
                    if operand is not None:
                        operand.grad += grad * partial
            else:
                da, db = op.partials(node._data, node._x, y)
                if a is not None:
                    a.grad += grad if da is _one else grad * da
                if b is not None:
                    b.grad += grad if db is _one else grad * db
    except BaseException:
        for node, grad in zip(order, before):
            node.grad = grad
        raise
