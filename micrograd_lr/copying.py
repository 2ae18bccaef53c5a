"""Pickling and deep-copying of graphs, however deep: node by node, operands first, so that nothing recurses."""

from __future__ import annotations

import threading

from micrograd_lr.value import Value, topological

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_FIELDS = ("op", "label", "_data", "grad", "_a", "_b", "_x", "_y")


def _restored(fields: Iterable[Any], *_: Any) -> Value:
    return _filled(object.__new__(Value), fields)


def _filled(node: Value, fields: Iterable[Any]) -> Value:
    node._seen = None
    for name, field in zip(_FIELDS, fields):
        setattr(node, name, field)
    return node


def deep_copied(root: Value, memo: dict[int, Any], kind: type[Value] = Value) -> Value:
    """A copy of the whole graph of `root`, in nodes of `kind`; nodes that `memo` knows already are shared with it."""
    for node in topological(root):
        if id(node) not in memo:
            memo[id(node)] = _filled(object.__new__(kind), (_twin(getattr(node, name), memo) for name in _FIELDS))
    copied: Value = memo[id(root)]
    return copied


def _twin(field: Any, memo: dict[int, Any]) -> Any:
    if type(field) is tuple:
        return tuple(memo[id(x)] if isinstance(x, Value) else x for x in field)
    return memo[id(field)] if isinstance(field, Value) else field


class _BeingPickled(threading.local):
    """The mark of the walk over the graph that the pickler of this thread is writing; None if there is none."""

    mark: object = None


_being_pickled = _BeingPickled()


class _End:
    """Stands behind the nodes of a graph in its pickle; reached, or dropped where pickling fails, it ends the mark."""

    def __init__(self, mark: object) -> None:
        _being_pickled.mark = mark

    def __del__(self) -> None:
        _being_pickled.mark = None

    def __reduce__(self) -> tuple[Any, ...]:
        self.__del__()
        return tuple, ()


def reduced(root: Value) -> tuple[Any, ...]:
    """The pickle of a node: its fields, behind a list of all the nodes it rests on, operands first.

    A pickler writes an object once and refers to it afterwards. So each node of the list finds its operands written,
    nothing recurses, and nodes that several pickled objects share are still shared when they are read back.
    """
    fields = tuple(getattr(root, name) for name in _FIELDS)
    if root.op is None or (root._seen is not None and root._seen is _being_pickled.mark):
        return _restored, (fields,)
    below = topological(root)
    below.pop()
    return _in_order, (below, _End(root._seen), fields)


def _in_order(below: list[Value], end: Any, fields: tuple[Any, ...]) -> Value:
    return _restored(fields)
