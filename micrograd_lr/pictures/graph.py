"""From a graph to the boxes of its picture: which nodes are shown, opened, grouped into examples, or hidden."""

from __future__ import annotations

from functools import reduce
from operator import add, mul

from micrograd_lr.engine.backward import gradients
from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import letters
from micrograd_lr.formulas.keys import ids
from micrograd_lr.levels.examples import EXAMPLES_OPENED, examples_in
from micrograd_lr.levels.given_names import named
from micrograd_lr.levels.names import at_level
from micrograd_lr.pictures.boxes import Box, Edge, Picture, write_formulas
from micrograd_lr.pictures.fold import grouped, nearest, with_leaves_apart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

LIMIT = 120  # boxes: a larger picture is hard to read
LEAVES_APART = 200  # boxes: with more, each leaf is drawn once per use, because hubs make the layout slow

OPENED: dict[str, Callable[..., Any]] = {
    "dot": lambda *wx: reduce(add, map(mul, wx[: len(wx) // 2], wx[len(wx) // 2 :])),
    "logistic_loss": literal_loss,
}  # the ops that can be drawn opened, each written in terms of other ops, its atoms
FOREIGN = "the gradients are those of another root, or of older numbers: call backward() on this one"


def picture(
    root: Value, opened: Iterable[str] = (), limit: int = LIMIT, data: Iterable[str] = ("x", "y"), detail: str = "ops",
    all_paid: bool = True, names: Mapping[str, Any] | None = None,
) -> Picture:  # fmt: skip
    """The picture of the graph of `root`: opened, grouped into examples, and cut down to `limit` boxes.

    Unless `all_paid`, gradients are shown of the parameters and of what leads to them. `names` are what nodes without
    a label are called here (see `named`).
    """
    opened = {opened} if isinstance(opened, str) else {*opened}
    data = {name.lower() for name in ([data] if isinstance(data, str) else data)}
    called = {node: node for node in topological(root)}
    if names is not None or detail == "names":
        called = named(root, names, root_too=detail == "names")
    leaves = [node for node in called.values() if node.op is None]
    examples = examples_in(called[root], {leaf for leaf in leaves if leaf.label and not is_data(leaf.label, data)})
    inside = opened - {*OPENED, EXAMPLES_OPENED, *(examples.words if examples else ())}
    if inside and detail == "ops":
        raise ValueError(
            f"opened={min(inside)!r}: only {', '.join([*OPENED, EXAMPLES_OPENED])} can be opened, "
            'and with detail="names" the names of nodes.'
        )
    if limit < 2:
        raise ValueError(f"limit={limit}: a picture needs at least 2 boxes.")
    standing_for = at_level(called[root], detail, inside)
    drawn = boxes_of(topological(standing_for[called[root]]), opened, data)
    shown = {node: drawn.ids[standing_for[own]] for node, own in called.items() if own in standing_for}
    drawn.ids |= shown | {called[node]: id for node, id in shown.items()}
    if _foreign_gradients(topological(root)):
        drawn.root.foreign = True
        drawn.notes.append(FOREIGN)
    for box in drawn.boxes:
        write_formulas(box)
    if examples:
        drawn = grouped(drawn, examples, opened)
    if not all_paid:
        _pay_parameters_alone(drawn.boxes)
    if len(drawn.boxes) > limit:
        drawn = nearest(drawn, limit)
    return with_leaves_apart(drawn) if len(drawn.boxes) > LEAVES_APART else drawn


def _pay_parameters_alone(boxes: list[Box]) -> None:
    """Show no gradient, and no local derivative on the way to it, of boxes that rest on no parameter."""
    paid: set[Box] = set()
    for box in boxes:
        if box.kind == "parameter" or any(edge.to in paid for edge in box.edges):
            paid.add(box)
    if boxes[-1] not in paid:  # there is no parameter: all is shown
        return
    for box in boxes:
        box.unpaid = box not in paid
        for edge in box.edges:
            if edge.to not in paid:
                edge.partial = None


def _foreign_gradients(order: list[Value]) -> bool:
    """Whether the gradients in this graph are not those of a sweep from its root."""
    if order[-1].grad is None:
        return any(node.grad is not None for node in order)
    expected = gradients(order[-1])
    return any(node.grad is None or (node.grad != x and x == x) for node, x in expected.items())


def boxes_of(order: list[Value], opened: set[str], data: set[str]) -> Picture:
    """A box for every node and every plain number, in the order in which they were recorded."""
    boxes: list[Box] = []
    notes: list[str] = []

    def box_for(node: Value, box_id: str, of: dict[Value, Box], grad: Any, label: str) -> Box:
        kind = "op" if node.op else "data" if is_data(label, data) else "parameter"
        box = Box(box_id, kind, str(label or ""), node.op, node.data, grad)
        for i, (operand, partial) in enumerate(zip(node.operands, node.partials)):
            if not isinstance(operand, Value):
                boxes.append(Box(f"{box_id}-{i}", "constant", value=operand))
            box.edges.append(Edge(of[operand] if isinstance(operand, Value) else boxes[-1], partial))
        boxes.append(box)
        return box

    of: dict[Value, Box] = {}
    id_of = ids(order)
    for node, id in id_of.items():
        atoms: tuple[Value, dict[Value, Value]] | None = None
        if node.op and node.op.name in opened:
            try:
                atoms = _atoms(node)
            except (ArithmeticError, ValueError) as error:
                notes.append(f"{node.label or f'the {node.op} node'} is not opened: {error}")
        if atoms is None:
            of[node] = box_for(node, id, of, node.grad, node.label)
            continue
        top, leaves = atoms
        inside = {leaf: of[operand] for leaf, operand in leaves.items()}
        for i, atom in enumerate(atom for atom in topological(top) if atom not in leaves):
            grad = None if node.grad is None else node.grad * atom.grad
            box_id, label = (id, node.label) if atom is top else (f"{id}-atom{i}", "")
            inside[atom] = box_for(atom, box_id, inside, grad, label)
        of[node] = inside[top]
    if changed := dict.fromkeys(str(node.label or "a leaf") for node in changed_since(order)):
        notes.append(f"{', '.join(changed)} changed after this was recorded: the other numbers were computed before")
    return Picture(boxes, notes, id_of)


def changed_since(order: list[Value]) -> dict[Value, Any]:
    """The leaves whose number has changed since their users were recorded, with the number of that time."""
    return {
        operand: recorded
        for node in order
        for operand, recorded in zip(node.operands, node.numbers)
        if isinstance(operand, Value) and operand.data is not recorded and operand.data != recorded
    }


def _atoms(node: Value) -> tuple[Value, dict[Value, Value]]:
    """`node` recorded again in terms of its atoms, with gradients; and for each new leaf the operand it replaces."""
    twin_of = {x: Value(number) for x, number in zip(node.operands, node.numbers) if isinstance(x, Value)}
    top = OPENED[str(node.op)](*(twin_of[x] if isinstance(x, Value) else x for x in node.operands))
    top.backward()
    return top, {twin: x for x, twin in twin_of.items()}


def is_data(label: Any, data: set[str]) -> bool:
    """Whether the letters of a label, x of ``x₁``, ``x_1``, ``X[3]`` and ``X₁⁽²⁾``, are one of the names of `data`."""
    return letters(str(label or "")).lower() in {name.lower() for name in data}
