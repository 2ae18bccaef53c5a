"""Pickling and copying of graphs, however deep: blank nodes first and then what they hold, so that nothing recurses."""

from __future__ import annotations

import threading
from copyreg import __newobj__ as blank  # type: ignore[attr-defined]  # what pickle has a short way for
from copyreg import _slotnames  # type: ignore[attr-defined]
from operator import attrgetter
from weakref import ref

from micrograd_lr.engine.node import Node
from micrograd_lr.engine.order import topological

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from typing import Any

_FIELDS = "op", "_data", "_level", "_a", "_b", "_x", "_y", "label", "grad"


def _columns(nodes: list[Node]) -> Iterator[Iterator[Any]]:
    return (map(attrgetter(field), nodes) for field in _FIELDS)


def _added(nodes: list[Node]) -> dict[int, dict[str, Any]]:
    """The attributes that subclasses of `Value` have added, by the place of their node."""
    slots = {kind: [name for name in _slotnames(kind) if name not in Node.__slots__] for kind in {*map(type, nodes)}}
    extended = {kind for kind, names in slots.items() if names or kind.__dictoffset__}
    if not extended:
        return {}
    found = ((i, _attributes(node, slots[type(node)])) for i, node in enumerate(nodes) if type(node) in extended)
    return {i: attributes for i, attributes in found if attributes}


def _attributes(node: Node, slots: list[str]) -> dict[str, Any]:
    names = (*getattr(node, "__dict__", ()), *(name for name in slots if hasattr(node, name)))
    return {name: getattr(node, name) for name in names}


def _fill(nodes: list[Any], added: dict[int, dict[str, Any]], *columns: Iterable[Any]) -> None:
    for i, attributes in added.items():
        if not hasattr(nodes[i], "op"):
            for name, x in attributes.items():
                setattr(nodes[i], name, x)
    for node, op, data, level, a, b, x, y, label, grad in zip(nodes, *columns):
        if hasattr(node, "op"):  # not blank: it was read before, or brought along by the reader
            continue
        node.op, node._data, node._level = op, data, level
        node._a, node._x = a, x
        node._b, node._y = b, y
        node.grad = grad
        if label:
            node.label = label


def copied(node: Node) -> Node:
    """A shallow copy: a node of its own over the same operands."""
    twin: Node = blank(type(node))
    _fill([twin], _added([node]), *_columns([node]))
    return twin


def deep_copied(root: Node, memo: dict[int, Any], kind: type[Node] | None = None) -> Node:
    """A copy of the whole graph of `root`, in nodes of `kind`; nodes that `memo` knows already are shared with it."""
    from copy import deepcopy

    nodes = topological(root, _WithIds(memo))
    twins: list[Node] = [blank(kind or type(node)) for node in nodes]
    memo.update(zip(map(id, nodes), twins))
    op, data, level, a, b, *rest = _columns(nodes)
    added = {} if kind else deepcopy(_added(nodes), memo)
    _fill(twins, added, op, data, level, (_twin(x, memo) for x in a), (_twin(x, memo) for x in b), *rest)
    return twins[-1]


class _WithIds:
    """The nodes whose ids are in a collection."""

    def __init__(self, ids: Container[int]) -> None:
        self.ids = ids

    def __contains__(self, node: object) -> bool:
        return id(node) in self.ids


def _twin(operand: Any, memo: dict[int, Any]) -> Any:
    if type(operand) is tuple:
        return tuple(_twin(x, memo) for x in operand)
    return None if operand is None else memo[id(operand)]


class _Graph:
    """The pickle of a graph: a list of its nodes, operands first and all blank, then a column for each of their fields.

    It is the state of each of its nodes. A pickler writes an object once and refers to it afterwards; a blank node has
    no operands. So nothing recurses, and what several pickled objects share stays shared.
    """

    def __init__(self, root: Node, before: set[int]) -> None:
        self.before = before
        self.nodes = topological(root, _WithIds(before) if before else ())
        self.ahead = iter(self.nodes)  # the pickler asks for them in order, but for those that it has written before
        self.written: list[Node] = []
        self.columns: Callable[[], _Columns | None] = lambda: None

    def known(self) -> set[int]:
        """The ids of what its pickler has written, with this graph. A wrong guess only makes a larger pickle."""
        self.before.update(map(id, self.nodes))
        return self.before

    def __reduce__(self) -> tuple[Any, ...]:
        columns = _Columns(self)
        self.columns = ref(columns)  # gone where pickling fails
        return blank, (_Graph,), (self.nodes, columns)

    def __setstate__(self, state: Any) -> None:
        _, columns = state
        _fill(*columns)


class _Columns:
    """Stands behind the list of nodes in a pickle, so that it knows which of them are to be filled in."""

    def __init__(self, graph: _Graph) -> None:
        self.graph = graph

    def __reduce__(self) -> tuple[Any, ...]:
        nodes = self.graph.written
        self.graph.ahead = iter(())  # whoever asks for one of them now is another pickler
        return list, ([nodes, _added(nodes), *map(list, _columns(nodes))],)


class _Latest(threading.local):
    """The last graph that a pickler of this thread has begun, while it is remembered there."""

    graph: Callable[[], _Graph | None] = staticmethod(lambda: None)


_latest = _Latest()


def reduced(node: Node) -> tuple[Any, ...]:
    """The pickle of a node: blank, and the graph that fills it in."""
    graph = _latest.graph()
    if graph is None or graph.columns() is None or node not in graph.ahead:
        known = graph.known() if graph else set()
        graph = _Graph(node, set() if id(node) in known else known)  # asked for, though written: by another pickler
        _latest.graph = ref(graph)
    graph.written.append(node)
    return blank, (type(node),), graph
