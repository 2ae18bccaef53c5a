"""The boxes and edges of a picture, before it is laid out."""

from __future__ import annotations

from micrograd_lr.formulas.rules import formula_of, slopes_of
from micrograd_lr.formulas.text import Text, as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.engine.ops import Op
    from micrograd_lr.engine.value import Value

LONGEST_NAME = 48  # characters of a formula inside another one
_AT, _EXAMPLE = "-for-", "-example"  # in the ids of boxes that do not stand for one whole node


class Box:
    """A node of a picture. `kind` is op, parameter, data, constant, example or folded (it stands for hidden nodes).

    `value` and `grad` are numbers; `grad` is None before backward and for a plain number. `edges` lead to the operands
    in order, duplicates kept. `inside` holds the labelled boxes that an example stands for; `word` says what the box
    is. `foreign` is set on a root whose graph holds the gradients of another root, `unpaid` where no gradient is shown.
    `closed` is a closed form of the gradient. `letter` is what formulas call it, if it has no label and its own formula
    is too long to stand inside of them. `hidden` holds the lines, such as value and grad, that have room but are
    not shown yet.
    """

    __slots__ = (
        "closed", "edges", "foreign", "formula", "grad", "hidden", "id", "inside", "kind", "label", "letter", "op",
        "unpaid", "value", "word",
    )  # fmt: skip

    def __init__(
        self, box_id: str, kind: str, label: str = "", op: Op | None = None, value: Any = None, grad: Any = None
    ):
        self.id, self.kind, self.label, self.op, self.value, self.grad = box_id, kind, label, op, value, grad
        self.word = kind if kind in ("parameter", "data", "constant") else ""
        self.foreign, self.unpaid = False, kind == "constant"
        self.closed = self.letter = ""
        self.hidden: frozenset[str] = frozenset()
        self.formula: Any = ""
        self.edges: list[Edge] = []
        self.inside: list[Box] = []

    @property
    def node(self) -> str:
        """The id of the node that this box shows; its own id if it shows none. An example shows its result."""
        return self.id.partition(_AT)[0].removesuffix(_EXAMPLE)

    def at_use(self, user: Box, position: int) -> Box:
        """A copy of this leaf, to be drawn beside one of its uses."""
        copy = Box(f"{self.id}{_AT}{user.id}-{position}", self.kind, self.label, None, self.value, self.grad)
        copy.unpaid = self.unpaid
        return copy

    def as_example(self, word: str) -> Box:
        """A box for the example of which this one is the result."""
        example = Box(f"{self.id}{_EXAMPLE}", "example", self.label, self.op, self.value, self.grad)
        example.word = word
        return example

    @property
    def name(self) -> Any:
        """How the formulas of other boxes write this one: its label, its formula if that is short, or its letter."""
        if self.label:
            return Text(self.label)
        if not self.formula:
            return as_text(self.value)
        return self.formula if len(str(self.formula)) <= LONGEST_NAME else Text(self.letter or "…")


class Edge:
    """From a box to one of its operands, with ∂box/∂operand as a number and as a formula ("" if there is none).

    `hidden`: the derivative has room, but is not shown yet.
    """

    __slots__ = ("formula", "hidden", "partial", "to")

    def __init__(self, to: Box, partial: Any = None, formula: str = ""):
        self.to, self.partial, self.formula, self.hidden = to, partial, formula, False


class Picture:
    """The boxes of a graph, operands before users and the root last, with notes on what is not shown."""

    def __init__(self, boxes: list[Box], notes: list[str], ids: dict[Value, str]) -> None:
        self.boxes, self.notes, self.ids, self.root = boxes, notes, ids, boxes[-1]

    def with_boxes(self, boxes: list[Box], *notes: str) -> Picture:
        """The same graph, shown by other boxes."""
        return Picture(boxes, [*self.notes, *notes], self.ids)

    def of_node(self, node: Value) -> list[Box]:
        """The boxes that show a node: one, several for a leaf that is drawn once per use, or none if it is hidden."""
        return [box for box in self.boxes if box.node == self.ids.get(node)]


def edge_id(box: Box, i: int) -> str:
    """The id of the edge from the i-th operand into `box`, in DOT and SVG."""
    return f"{box.id}-operand{i}"


def write_formulas(box: Box) -> None:
    """Give the box its formula and each edge the formula of its partial, by running the rules on names."""
    if box.op is None:
        return
    names = [edge.to.name for edge in box.edges]
    numbers = [edge.to.value if edge.to.kind == "constant" else edge.to.name for edge in box.edges]
    box.formula = formula_of(box.op, names, numbers)
    for edge, formula in zip(box.edges, slopes_of(box.op, box.name, names, numbers)):
        edge.formula = formula
