"""From a graph to the boxes of its picture: which nodes are shown, with which formulas, opened, grouped, folded."""

from __future__ import annotations

from functools import reduce
from operator import add, mul

from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.engine.number_types import one_like
from micrograd_lr.engine.order import topological, users_first
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.keys import ids
from micrograd_lr.pictures.boxes import Box, Edge, Picture, write_formulas
from micrograd_lr.pictures.fold import grouped, nearest, with_leaves_apart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

LIMIT = 120  # boxes: what can still be read
LEAVES_APART = 200  # boxes from which on a leaf is drawn once per use: hubs are what a layout spends its time on

OPENED: dict[str, Callable[..., Any]] = {
    "dot": lambda *wx: reduce(add, map(mul, wx[: len(wx) // 2], wx[len(wx) // 2 :])),
    "logistic_loss": literal_loss,
}  # the ops that can be drawn as their atoms, each in terms of other ops
EXAMPLES_OPENED = "examples"


def picture(root: Value, opened: Iterable[str] = (), limit: int = LIMIT, data: Iterable[str] = ("x", "y")) -> Picture:
    """The picture of the graph of `root`: opened, named, grouped into examples, and folded down to `limit` boxes."""
    opened = {opened} if isinstance(opened, str) else {*opened}
    if unknown := sorted(opened - {*OPENED, EXAMPLES_OPENED}):
        raise ValueError(f"opened={unknown[0]!r}: what can be opened is {', '.join([*OPENED, EXAMPLES_OPENED])}.")
    if limit < 2:
        raise ValueError(f"limit={limit}: a picture needs at least 2 boxes.")
    order = topological(root)
    drawn = boxes_of(order, opened, {name.lower() for name in data})
    if _foreign_gradients(order):
        drawn.root.foreign = True
        drawn.notes.append("the gradients are those of another root, or of older numbers: call backward() on this one")
    for box in drawn.boxes:
        write_formulas(box)
    if EXAMPLES_OPENED not in opened:
        drawn = grouped(drawn)
    if len(drawn.boxes) > limit:
        drawn = nearest(drawn, limit)
    return with_leaves_apart(drawn) if len(drawn.boxes) > LEAVES_APART else drawn


def _foreign_gradients(order: list[Value]) -> bool:
    """Whether the gradients in this graph are not those of a sweep from its root."""
    if order[-1].grad is None:
        return any(node.grad is not None for node in order)
    expected: dict[Value, Any] = {order[-1]: one_like(order[-1].data)}
    for node in users_first(order[-1]):  # as in the sweep, digit by digit
        for operand, partial in zip(node.operands, node.partials):
            if isinstance(operand, Value):
                expected[operand] = expected.get(operand, 0) + expected[node] * partial
    return any(node.grad is None or (node.grad != x and x == x) for node, x in expected.items())


def boxes_of(order: list[Value], opened: set[str], data: set[str]) -> Picture:
    """A box for every node and every plain number, in the order in which they were written."""
    boxes: list[Box] = []
    notes: list[str] = []

    def written(name: str, node: Value, of: dict[Value, Box], grad: Any, label: str) -> Box:
        label = str(label or "")
        kind = "op" if node.op else "data" if _stem(label) in data else "parameter"
        box = Box(name, kind, label, node.op, node.data, grad)
        for i, (operand, partial) in enumerate(zip(node.operands, node.partials)):
            if not isinstance(operand, Value):
                boxes.append(Box(f"{name}-{i}", "constant", value=operand))
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
                notes.append(f"{node.label or id} stays folded: {error}")
        if atoms is None:
            of[node] = written(id, node, of, node.grad, node.label)
            continue
        top, leaves = atoms
        inside = {leaf: of[operand] for leaf, operand in leaves.items()}
        for i, atom in enumerate(atom for atom in topological(top) if atom not in leaves):
            grad = None if node.grad is None else node.grad * atom.grad
            name, label = (id, node.label) if atom is top else (f"{id}-atom{i}", "")
            inside[atom] = written(name, atom, inside, grad, label)
        of[node] = inside[top]
    if changed := dict.fromkeys(str(node.label or id_of[node]) for node in changed_since(order)):
        notes.append(f"{', '.join(changed)} changed after this was recorded: the other numbers are of before")
    return Picture(boxes, notes, id_of)


def changed_since(order: list[Value]) -> dict[Value, Any]:
    """The leaves that hold another number than when their users were recorded, with that number."""
    return {
        operand: recorded
        for node in order
        for operand, recorded in zip(node.operands, node.numbers)
        if isinstance(operand, Value) and operand.data is not recorded and operand.data != recorded
    }


def _atoms(node: Value) -> tuple[Value, dict[Value, Value]]:
    """`node` recorded again in terms of other ops, with its own gradients, and whose place its leaves take."""
    twin_of = {x: Value(number) for x, number in zip(node.operands, node.numbers) if isinstance(x, Value)}
    top = OPENED[str(node.op)](*(twin_of[x] if isinstance(x, Value) else x for x in node.operands))
    top.backward()
    return top, {twin: x for x, twin in twin_of.items()}


def _stem(label: str) -> str:
    """The letters of a name: ``x₁``, ``x_1``, ``X[3]``, ``X₁⁽²⁾`` and ``x`` have the stem x."""
    return label.rstrip("0123456789₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾_[](), ").lower()
