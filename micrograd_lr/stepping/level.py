"""What steps show of a graph: a level of detail of it, and some of its gradients. Both passes are made from that."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from micrograd_lr.engine.order import topological
from micrograd_lr.formulas.keys import ids
from micrograd_lr.levels.examples import EXAMPLES_OPENED, examples_in
from micrograd_lr.levels.given_names import named
from micrograd_lr.levels.names import at_level, usual_level
from micrograd_lr.levels.once import logits_without_names, written_once
from micrograd_lr.pictures.graph import boxes_of
from micrograd_lr.stepping.record import closed_in, examples_of, nodes_of, payments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from micrograd_lr.engine.value import Value
    from micrograd_lr.levels.examples import Examples
    from micrograd_lr.stepping.moves import Closed, Example, Node, Payment

GRADIENTS = ("all", "parameters")


@dataclass(frozen=True)
class Level:
    """A level of the graph of all ops that ends at `root`. `data` are its leaves that are data.

    `opened` are the names of the nodes whose ops are shown. ValueError for unknown `gradients`.
    """

    root: Value
    data: frozenset[Value]
    detail: str
    opened: tuple[str, ...]
    gradients: str

    def __post_init__(self) -> None:
        if self.gradients not in GRADIENTS:
            raise ValueError(f"gradients={self.gradients!r} is not known. Choose one of: {', '.join(GRADIENTS)}.")

    def ops(self) -> Iterable[Node]:
        """The nodes of the graph of all ops."""
        return _nodes(topological(self.root), self.data)

    @cached_property
    def _found(self) -> Examples | None:
        """The examples of the loss, which can be opened by their words."""
        leaves = (node for node in topological(self.root) if not node.op and node.label)
        return examples_in(self.root, {*leaves} - self.data)

    @property
    def words(self) -> set[str]:
        """What opens examples: ``example 2``, ``examples``; nothing for a graph that has none."""
        return {EXAMPLES_OPENED, *self._found.words} if self._found else set()

    def shown_for(self) -> dict[Value, Value]:
        """For each node that is shown, the node that stands for it."""
        return at_level(self.root, self.detail, self._opened_nodes)

    def shown_of(self, root: Value) -> Value:
        """What would be shown of another graph that the same expression has recorded."""
        own = named(root, root_too=True)[root]
        return at_level(own, self.detail, self._opened_nodes)[own]

    @property
    def _opened_nodes(self) -> set[str]:
        """What is opened, without the examples."""
        return {*self.opened} - self.words - {EXAMPLES_OPENED}

    def passes(self) -> tuple[Iterable[Node], Iterable[Payment], Iterable[Closed], list[Example]]:
        """The nodes that are shown, the payments of the backward pass, where it has a closed form, and the examples."""
        shown_for = self.shown_for()
        shown, data = shown_for[self.root], {shown_for[leaf] for leaf in self.data}
        order = topological(shown)
        parameters = {node for node in order if not node.op} - data
        of_names = self.detail == "names"
        examples = examples_of(self._found, shown_for, ids(order), {*self.opened}) if of_names else []
        wanted = parameters if self.gradients == "parameters" and parameters else None
        closed = closed_in(shown, parameters, ids(order)) if of_names else ()
        return _nodes(order, data), payments(shown, wanted, examples), closed, examples

    def closed_of_names(self) -> tuple[list[Closed], Mapping[str, int]] | None:
        """The closed forms of the graph of names, by the ids of what is shown, and how often each node is paid there.

        Each z without a name, of which there is a σ(z), has one in this graph. The other nodes of the graph are shown
        at every level, so what is proven of their gradients holds there too, whatever is opened. None if that graph is
        what is shown.
        """
        order = topological(self.root)
        if self.detail == "names" and not self._opened_nodes and not logits_without_names(order):
            return None
        once, shown_for = written_once(self.root), self.shown_for()
        for z in logits_without_names(topological(once[self.root])):
            z.label = "z"
        if self._found and usual_level(self.root) != "names":
            for own in self._found.each:
                once[own[-1]].label = "L"
        of_names = at_level(once[self.root], "names")
        ids_shown = ids(topological(shown_for[self.root]))
        stands_for = {node: of_names[once[node]] for node in reversed(order) if once[node] in of_names}
        id_of = {twin: ids_shown[shown_for[node]] for node, twin in stands_for.items() if node in shown_for}
        parameters = {twin for node, twin in stands_for.items() if not node.op and node not in self.data}
        paths = Counter(id_of[operand] for twin in of_names.values() for operand in twin.nodes if operand in id_of)
        return [*closed_in(stands_for[self.root], parameters, id_of)], paths


def _nodes(order: list[Value], data: Container[Value]) -> Iterable[Node]:
    drawn = boxes_of(order, set(), set())
    of_data = {id for node, id in drawn.ids.items() if node in data}
    for box in drawn.boxes:
        if box.id in of_data:
            box.kind = "data"
    return nodes_of(drawn.boxes)
