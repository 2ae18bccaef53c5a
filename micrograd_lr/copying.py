"""Pickling and deep-copying of graphs, however deep: node by node, operands first, so that nothing recurses."""

from __future__ import annotations

import threading

from micrograd_lr.order import topological
from micrograd_lr.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def _fields(node: Value) -> tuple[Any, ...]:
    """What is copied of a node, in the order in which `_filled` takes it."""
    return node.op, node._data, node._level, node._a, node._x, node._b, node._y, node.label, node.grad


def _filled(node: Any, op: Any, data: Any, level: int, a: Any, x: Any, b: Any, y: Any, label: str, grad: Any) -> Any:
    node.op, node._data, node._level = op, data, level
    node._a, node._x = a, x
    node._b, node._y = b, y
    node.grad = grad
    if label:
        node.label = label
    return node


def _restored(*fields: Any) -> Value:
    restored: Value = _filled(object.__new__(Value), *fields)
    return restored


def deep_copied(root: Value, memo: dict[int, Any], kind: type[Value] = Value) -> Value:
    """A copy of the whole graph of `root`, in nodes of `kind`; nodes that `memo` knows already are shared with it."""
    for node in topological(root):
        if id(node) not in memo:
            op, data, level, a, x, b, y, *rest = _fields(node)
            a, b = _twin(a, memo), _twin(b, memo)
            memo[id(node)] = _filled(object.__new__(kind), op, data, level, a, x, b, y, *rest)
    copied: Value = memo[id(root)]
    return copied


def _twin(operand: Any, memo: dict[int, Any]) -> Any:
    if type(operand) is tuple:
        return tuple(_twin(x, memo) for x in operand)
    return None if operand is None else memo[id(operand)]


class _BeingPickled(threading.local):
    """The nodes of the graph that the pickler of this thread is writing."""

    nodes: frozenset[Value] | set[Value] = frozenset()


_being_pickled = _BeingPickled()


class _End:
    """Stands behind the nodes of a graph in its pickle; reached, or dropped where pickling fails, it forgets them."""

    def __init__(self, nodes: Iterable[Value]) -> None:
        _being_pickled.nodes = {*nodes}

    def __del__(self) -> None:
        _being_pickled.nodes = frozenset()

    def __reduce__(self) -> tuple[Any, ...]:
        self.__del__()
        return tuple, ()


def reduced(root: Value) -> tuple[Any, ...]:
    """The pickle of a node: its fields, behind a list of all the nodes it rests on, operands first.

    A pickler writes an object once and refers to it afterwards. So each node of the list finds its operands written,
    nothing recurses, and nodes that several pickled objects share are still shared when they are read back.
    """
    fields = _fields(root)
    if root.op is None or root in _being_pickled.nodes:
        return _restored, fields
    below = topological(root)
    below.pop()
    return _in_order, (below, _End(below), *fields)


def _in_order(below: list[Value], end: Any, *fields: Any) -> Value:
    return _restored(*fields)
