"""The levels of detail of a page: the graph of names, each of its nodes opened alone, and every op as a box."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from micrograd_lr.engine.order import topological
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.keys import ids
from micrograd_lr.formulas.templates import slot
from micrograd_lr.levels.names import INSIDE, usual_level
from micrograd_lr.stepping.frames import steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from micrograd_lr.engine.value import Value
    from micrograd_lr.stepping.frames import Steps
    from micrograd_lr.stepping.moves import Closed, Node, Payment

MOST_OPENED = 8  # nodes, or examples, that can be opened on a page, and what is paid in all these views together
MOST_PAID = 600
MOST_OPS = 150  # with more, the page has no view in which every op is a box
LONGEST_CAPTION = 30  # characters of a local derivative beside its edge; of a longer one the number is shown
MOST_DATA = 4  # numbers of an example that its box shows
MORE = " + …"  # behind a gradient to which not all paths have paid yet


@dataclass(frozen=True)
class Row:
    """A line of text in a box: `text`, and then the value or the gradient of the node `of`, if there is one.

    `what` is title, value, grad or data. `more` stands behind a gradient that is not whole yet.
    """

    what: str
    text: str
    of: str = ""
    more: str = ""


@dataclass(frozen=True)
class Shown:
    """A box of the picture. `operands` are the boxes that it is computed from, by the keys of its edges."""

    id: str
    kind: str
    name: str
    rows: tuple[Row, ...]
    operands: dict[str, str]


class View:
    """The graph at one level of detail: its steps, and `root`, the node that stands for the root there."""

    def __init__(self, whole: Value, detail: str, opened: tuple[str, ...], **options: Any) -> None:
        self.steps: Steps = steps(whole, detail=detail, opened=opened, **options)
        self.detail, self.opened, self.options = self.steps.level.detail, opened, options
        standing_for, own = self.steps.level.shown_for(), self.steps.level.root
        self.root = standing_for[own]
        of_all, id_of = ids(topological(own)), ids(topological(self.root))
        # By the ids of the graph of all ops those of the nodes that are shown here
        self.ids = {of_all[node]: id_of[shown] for node, shown in standing_for.items()}
        self.in_box = {  # the box in which each node of an example is
            node: example.nodes[-1] for example in self.steps.moves.examples.values() for node in example.nodes
        }

    @property
    def title(self) -> str:
        """What the view shows, as the page offers it."""
        if self.detail == "ops":
            return "every op"
        if not self.opened:
            return "examples" if self.steps.examples else "names"
        return f"inside {format_formula(self.opened[0])}"

    @cached_property
    def boxes(self) -> list[Shown]:
        """The boxes of the picture, operands before users."""
        found: dict[str, Shown] = {}
        for node in self.steps.nodes.values():
            box = self.in_box.get(node.id, node.id)
            operands = {
                edge_key(node.id, i): self.in_box.get(x, x) for i, x in enumerate(node.operands) if isinstance(x, str)
            }
            inside = found.pop(box).operands if box in found else {}
            operands = {key: x for key, x in (inside | operands).items() if x != box}
            if box == node.id:
                rows = self._of_an_example(node) if node.id in self.steps.moves.examples else self._of_a_node(node)
                found[box] = Shown(box, self._kind(node), format_formula(node.name), tuple(rows), operands)
            elif operands:
                found[box] = Shown(box, "", "", (), operands)
        return [*found.values()]

    def _kind(self, node: Node) -> str:
        return "example" if node.id in self.steps.moves.examples else node.kind

    def _of_a_node(self, node: Node) -> Iterator[Row]:
        """``z = wx + b``, its value, and its gradient if it is paid; of a leaf name and number in one line."""
        name, formula = format_formula(node.name), format_formula(node.formula)
        if node.op:
            yield Row("title", f"{name} = {formula}" if formula not in ("", name) else name)
            yield Row("value", "", node.id)
        else:
            yield Row("title", f"{name} = ", node.id)
        if node.id in self.paid:
            more = MORE if self.paths.get(node.id, 1) > 1 else ""
            yield Row("grad", f"{format_formula(self.steps.gradient_of(node.id))} = ", node.id, more)

    def _of_an_example(self, loss: Node) -> Iterator[Row]:
        """Its data, its a and its loss, and what is proven to be a − y; without a proof the gradient of its loss."""
        nodes = self.steps.nodes
        example = self.steps.moves.examples[loss.id]
        own = [nodes[id] for id in example.nodes]
        data = [f"{format_formula(x.name)} = {slot(x.key)}" for x in own if not x.op]
        yield Row("title", example.word)
        if data:
            yield Row("data", ", ".join([*data[:MOST_DATA], *["…"] * (len(data) > MOST_DATA)]))
        closed = next((x for x in self.steps.closed if x.z in example.nodes), None)
        a = nodes[closed.a] if closed and closed.a else None
        before = f"{format_formula(a.name)} = {slot(a.key)}, " if a else ""
        yield Row("value", f"{before}{format_formula(loss.name)} = ", loss.id)
        if closed:
            yield Row("grad", f"{format_formula(error_in(self, closed))} = ", closed.z)
        else:
            yield Row("grad", f"{format_formula(self.steps.gradient_of(loss.id))} = ", loss.id)

    @cached_property
    def captions(self) -> dict[str, str]:
        """What is written beside each edge that pays: the local derivative, as a formula if that is short.

        It is the slot of its number if the formula is long, or if every op has its own box. Beside the box of an
        example there is nothing.
        """
        return {edge_key(x.payer, x.position): self._caption(x) for x in self.steps.payments}

    def _caption(self, payment: Payment) -> str:
        if payment.payer in self.in_box:
            return ""
        formula = format_formula(self.steps.nodes[payment.payer].slopes[payment.position])
        short = formula and self.detail != "ops" and len(formula) <= LONGEST_CAPTION
        return formula if short else slot(payment.key("p"))

    @cached_property
    def paths(self) -> dict[str, int]:
        """Along how many edges each node is paid."""
        return {payment.operand: payment.paths for payment in self.steps.payments}

    @cached_property
    def paid(self) -> set[str]:
        """The nodes that get a gradient."""
        return {*self.steps[-1].gradients}


def edge_key(payer: str, position: int) -> str:
    """What the page calls an edge: ``n5.0`` is that from the operand 0 of n5."""
    return f"{payer}.{position}"


def error_in(view: View, closed: Closed) -> str:
    """``a - y``, as the closed form of ∂L/∂z writes it."""
    return view.steps.closed_lines.of_z(closed).parts[1]


def views(root: Value, detail: str = "", opened: Iterable[str] = (), **options: Any) -> list[View]:
    """The views of a page, the one that it begins with first. `detail` is "" for the level that the graph has."""
    first = View(root, detail, (opened,) if isinstance(opened, str) else tuple(opened), **options)
    found = {(first.detail, first.opened): first}
    if "names" in (first.detail, usual_level(root)):
        names = found.setdefault(("names", ()), found.get(("names", ())) or View(root, "names", (), **options))
        inside = [node.label for node in names.steps.nodes.values() if node.op.startswith(INSIDE)]
        most = min(MOST_OPENED, MOST_PAID // (len(names.steps.payments) + 1))
        for name in ([example.word for example in names.steps.examples] or inside)[:most]:
            found.setdefault(("names", (name,)), View(root, "names", (name,), **options))
        if sum(bool(node.op) for node in topological(root)) <= MOST_OPS:
            found.setdefault(("ops", ()), View(root, "ops", (), **options))
    return [*found.values()]
