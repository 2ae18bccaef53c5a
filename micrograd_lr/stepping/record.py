"""What happened in both passes of a graph: its nodes with formulas, and each payment of the engine's own sweep."""

from __future__ import annotations

import re

from micrograd_lr.engine.order import topological, users_first
from micrograd_lr.engine.pickling import deep_copied
from micrograd_lr.engine.value import Value, sweep
from micrograd_lr.formulas.format import clean
from micrograd_lr.formulas.keys import value_key
from micrograd_lr.formulas.rules import formula_of, slopes_of
from micrograd_lr.formulas.templates import signed, slot
from micrograd_lr.formulas.text import Text
from micrograd_lr.pictures.boxes import write_formulas
from micrograd_lr.stepping.moves import Node, Payment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from micrograd_lr.pictures.boxes import Box

_SLOT_MARKS = re.compile("[⟦⟧]")  # in a label they would be taken for a slot
SHORT = 20  # characters of a formula that serves as the name of its node: ∂L/∂(wx)


def nodes_of(boxes: list[Box]) -> Iterable[Node]:
    """The nodes of a graph, operands before users, made from the boxes of its picture."""
    for box in boxes:
        if box.kind == "constant":
            continue
        box.label = clean(_SLOT_MARKS.sub("", box.label))
        if box.op is None:
            box.label = box.label or box.id
        write_formulas(box)
        operands = [edge.to for edge in box.edges]
        constant = [x.kind == "constant" for x in operands]
        slots = [x.name if plain else Text(slot(value_key(x.id))) for x, plain in zip(operands, constant)]
        numbers = [x.value if plain else name for x, name, plain in zip(operands, slots, constant)]
        written = str(box.formula)
        yield Node(
            id=box.id, kind=box.kind, label=box.label, op=str(box.op or ""), value=box.value,
            name=box.label or (written if len(written) <= SHORT and " of " not in written else box.id),
            operands=tuple(x.value if plain else x.id for x, plain in zip(operands, constant)),
            partials=tuple(edge.partial for edge in box.edges),
            formula=written, slopes=tuple(edge.formula for edge in box.edges),
            template=signed(str(formula_of(box.op, slots, numbers))) if box.op else "",
            slope_templates=tuple(map(signed, slopes_of(box.op, Text(slot(value_key(box.id))), slots, numbers)))
            if box.op else (),
        )  # fmt: skip


def payments(root: Value, sums: Callable[[str], list[Any]] = lambda _: []) -> Iterable[Payment]:
    """Every payment of the sweep from `root`, in its order, out of what each node remembers of it.

    `sums` makes the list, empty at first, to which the running sums of a node are appended while the sweep runs.
    """
    witnesses: list[Any] = topological(deep_copied(root, {}, _Witness))
    ids = {node: f"n{i}" for i, node in enumerate(witnesses)}
    for witness in witnesses:
        witness._seen, witness.sums = None, sums(ids[witness])
    sweep(witness)
    zero = witness.grad - witness.grad
    paths = dict.fromkeys(witnesses, 0)
    for node, position, operand, partial in paid_edges(witness):
        path = paths[operand] = paths[operand] + 1
        before, total = operand.sums[path - 2] if path > 1 else zero, operand.sums[path - 1]
        yield Payment(
            ids[node], position, ids[operand], node.grad, partial, node.grad * partial, before, total,
            path, len(operand.sums),
        )  # fmt: skip


def paid_edges(root: Value) -> Iterable[tuple[Any, int, Any, Any]]:
    """A node, the number of one of its operands, this operand, and the partial between: in the order of the sweep."""
    for node in users_first(root):
        for position, (operand, partial) in enumerate(zip(node.operands, node.partials)):
            if isinstance(operand, Value):
                yield node, position, operand, partial


class _Witness(Value):
    """A node that remembers every value that its gradient is given: what the sweep did, payment by payment."""

    __slots__ = ("sums",)
    sums: list[Any]

    @property
    def _grad(self) -> Any:
        return self.sums[-1]

    @_grad.setter
    def _grad(self, grad: Any) -> None:
        if hasattr(self, "sums"):  # not yet, while it is copied
            self.sums.append(grad)
