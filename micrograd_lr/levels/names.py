"""The graph of names: one node for each named node, computed from the nearest named nodes and leaves below it.

What lies between them becomes one op, and its value and partials come from the rows of the table: no derivative is
written here. So the slides' a, z and L have the slides' factors, ∂L/∂a = −y/a + (1 − y)/(1 − a), without being told.
"""

from __future__ import annotations

from operator import is_

from micrograd_lr.engine.backward import ONE, accumulate, edges_of
from micrograd_lr.engine.node import replace_number
from micrograd_lr.engine.number_types import is_plain
from micrograd_lr.engine.ops import Op
from micrograd_lr.engine.order import topological, users_first
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from typing import Any

LEVELS = ("names", "ops")
INSIDE = "inside "  # begins the name of an op that is made here, which no row of the table has
MOST_WAYS = 6  # paths to an operand that are told apart


class Composite(Op):
    """All that lies between a named node and its operands, as one op.

    ``ways(out, *operands)`` has for each operand the paths to it, each the tuple of the factors along it, without those
    that are 1. Their products add up to the partial. Of more than `MOST_WAYS` paths, the tuple has only the first ones.
    """

    __slots__ = ("ways",)

    def __init__(self, name: str, inside: Inside) -> None:
        super().__init__(name, "function", inside.value, inside.partials, listed=False)
        self.ways = inside.ways


class Ways:
    """As a number: the paths of a derivative. A path is multiplied factor by factor; paths that add up stay apart."""

    def __init__(self, paths: tuple[tuple[Any, ...], ...] = ((),)) -> None:
        self.paths = paths

    def __add__(self, other: Ways) -> Ways:
        return Ways((self.paths + other.paths)[: MOST_WAYS + 1])

    def __mul__(self, factor: Any) -> Ways:
        return self if is_plain(factor, 1) else Ways(tuple((*path, factor) for path in self.paths))


class Inside:
    """What lies between a node and the nearest `shown` nodes below it, as a function of these, its `operands`."""

    def __init__(self, node: Value, shown: Container[Value]) -> None:
        self.nodes = topological(node, known=shown)
        taken = [pair for between in self.nodes for pair in zip(between.operands, between.numbers) if pair[0] in shown]
        self._recorded = dict(reversed(taken))  # where it was taken twice, the first number
        self.operands = [*dict.fromkeys(x for x, _ in taken)]
        self._users_first = users_first(node, known=shown)

    def as_op(self) -> tuple[Op, Iterable[Any]]:
        """It all as one op, and what this takes. A single op is itself, if it takes every node once."""
        node = self.nodes[-1]
        if node.op and len(self.nodes) == 1 and len(node.nodes) == len(self.operands):
            return node.op, node.operands
        return Composite(f"{INSIDE}{node.label}", self), self.operands

    def value(self, *operands: Any) -> Any:
        """The number of the node, from those of the operands. At the recorded ones it is the recorded one."""
        if self._are_recorded(operands):
            return self.nodes[-1].data
        numbers, _ = self._computed(operands)
        return numbers[self.nodes[-1]]

    def partials(self, out: Any, *operands: Any) -> tuple[Any, ...]:
        """∂node/∂operand for each operand, by reverse mode over what lies between.

        At the numbers that were recorded, all between has the numbers that were recorded: those of another machine too.
        """
        recorded = out is self.nodes[-1].data and self._are_recorded(operands)
        return self._swept(ONE, edges_of if recorded else self._edges_at(out, operands))

    def ways(self, out: Any, *operands: Any) -> tuple[tuple[tuple[Any, ...], ...], ...]:
        """The paths from the node to each operand, by the same sweep, which keeps them apart."""
        return tuple(found.paths for found in self._swept(Ways(), self._edges_at(out, operands)))

    def _swept(self, seed: Any, edges: Callable[[Value], Iterable[tuple[Value, Any]]]) -> tuple[Any, ...]:
        paid = accumulate(self._users_first, seed, edges)
        return tuple(paid[x] for x in self.operands)

    def _are_recorded(self, operands: Iterable[Any]) -> bool:
        return all(map(is_, operands, (self._recorded[x] for x in self.operands)))

    def _edges_at(self, out: Any, operands: Iterable[Any]) -> Callable[[Value], Iterator[tuple[Value, Any]]]:
        numbers, taken = self._computed(operands)
        numbers[self.nodes[-1]] = out

        def edges(node: Value) -> Iterator[tuple[Value, Any]]:
            op: Any = node.op
            pairs = zip(node.operands, op.partials(numbers[node], *taken[node]))
            return ((x, partial) for x, partial in pairs if isinstance(x, Value))

        return edges

    def _computed(self, operands: Iterable[Any]) -> tuple[dict[Value, Any], dict[Value, Any]]:
        """Of every node its number, and those that it was computed from."""
        numbers: dict[Value, Any] = dict(zip(self.operands, operands))
        taken: dict[Value, Any] = {}
        for node in self.nodes:
            op: Any = node.op
            numbers[node], taken[node] = op.compute([numbers[x] if isinstance(x, Value) else x for x in node.operands])
        return numbers, taken


def at_level(root: Value, detail: str = "ops", opened: Iterable[str] = ()) -> dict[Value, Value]:
    """The graph of `root` at a level of detail: for each node that is shown, the node that stands for it.

    For "ops" every node stands for itself. For "names" a new graph has the leaves, the named nodes and the root, with
    their numbers, labels and gradients; the names in `opened` show the ops inside of their nodes. ValueError for an
    unknown level, and for a name that no computed node has.
    """
    if detail not in LEVELS:
        raise ValueError(f"detail={detail!r} is not known. Choose one of: {', '.join(LEVELS)}.")
    names = {opened} if isinstance(opened, str) else {*opened}
    order = topological(root)
    if unknown := sorted(names - {node.label for node in order if node.op and node.label}):
        known = ", ".join(dict.fromkeys(node.label for node in order if node.op and node.label)) or "none"
        raise ValueError(f"opened={unknown[0]!r}: no computed node has this name. There are: {known}.")
    if detail == "ops":
        return {node: node for node in order}
    shown = {node for node in order if node.label or node.op is None} | {root}
    inside = {node: Inside(node, shown).nodes for node in order if node.op and node.label in names}
    as_recorded = {between for nodes in inside.values() for between in nodes}
    shown |= as_recorded
    recorded = {x: number for node in order for x, number in zip(node.operands, node.numbers) if isinstance(x, Value)}
    twin_of: dict[Value, Value] = {}
    for node in order:
        if node.op is None:
            twin_of[node] = Value(recorded.get(node, node.data))
        elif node in shown:
            op, operands = (node.op, node.operands) if node in as_recorded else Inside(node, shown).as_op()
            twin_of[node] = op(*(twin_of[x] if isinstance(x, Value) else x for x in operands))
            replace_number(twin_of[node], node.data)
    for node, twin in twin_of.items():
        if node.op is None:
            twin.data = node.data  # which may have changed since it was recorded
        twin.label, twin.grad = node.label, node.grad
    return twin_of


def usual_level(root: Value) -> str:
    """The level to begin with: names, if a computed node below the root has a name."""
    return "names" if any(node.label for node in topological(root)[:-1] if node.op) else "ops"
