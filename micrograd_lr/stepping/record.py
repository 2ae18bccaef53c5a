"""What both passes of a graph did: its nodes with their formulas, and every payment of the backward pass."""

from __future__ import annotations

import operator
import re
from collections import Counter
from functools import reduce

from micrograd_lr.engine.backward import edges_of, refuse_nonfinite
from micrograd_lr.engine.backward import payments as reverse_mode
from micrograd_lr.engine.number_types import one_like
from micrograd_lr.engine.order import resting_on, topological, users_first
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import clean
from micrograd_lr.formulas.keys import ids, value_key
from micrograd_lr.formulas.rules import FOR_NUMBERS_ONLY, formula_of, slopes_of
from micrograd_lr.formulas.templates import signed, slot
from micrograd_lr.formulas.text import Text, as_text
from micrograd_lr.levels.closed_form import closed_forms
from micrograd_lr.levels.given_names import spare_names
from micrograd_lr.levels.names import MOST_WAYS, Composite
from micrograd_lr.pictures.boxes import write_formulas
from micrograd_lr.stepping.moves import Closed, Example, Node, Payment, Way

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from typing import Any

    from micrograd_lr.levels.examples import Examples
    from micrograd_lr.pictures.boxes import Box

_SLOT_MARKS = re.compile("[⟦⟧]")  # in a label they would be taken for a slot
SHORT = 20  # characters of a formula that serves as the name of its node: ∂L/∂(wx)


def nodes_of(boxes: list[Box]) -> Iterable[Node]:
    """The nodes of a graph, operands before users, made from the boxes of its picture.

    A node without a label is called by its formula, or by a letter of its own if that is long.
    """
    letters = spare_names(box.label for box in boxes)
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
        if not box.label and (len(written) > SHORT or " of " in written):
            box.letter = next(letters)
        yield Node(
            id=box.id, kind=box.kind, label=box.label, op=str(box.op or ""), value=box.value,
            name=box.label or box.letter or written,
            operands=tuple(x.value if plain else x.id for x, plain in zip(operands, constant)),
            partials=tuple(edge.partial for edge in box.edges),
            formula=written, slopes=tuple(edge.formula for edge in box.edges),
            template=signed(str(formula_of(box.op, slots, numbers))) if box.op else "",
            slope_templates=tuple(map(signed, slopes_of(box.op, Text(slot(value_key(box.id))), slots, numbers)))
            if box.op else (), ways=tuple(_ways_in(box)),
        )  # fmt: skip


def _ways_in(box: Box) -> Iterable[tuple[Way, ...]]:
    """The paths through what lies inside of a node, for each operand; of many paths to one, none."""
    if not isinstance(box.op, Composite):
        return
    operands = [edge.to for edge in box.edges]
    try:
        in_names = box.op.ways(box.name, *(x.name for x in operands))
        in_keys = box.op.ways(Text(value_key(box.id)), *(Text(value_key(x.id)) for x in operands))
    except FOR_NUMBERS_ONLY:
        return
    for paths, same in zip(in_names, in_keys):
        few = zip(paths, same) if len(paths) <= MOST_WAYS else ()
        yield tuple(
            Way(str(reduce(operator.mul, path, 1)), (*map(_written, path),), (*map(_written, keys),))
            for path, keys in few
        )


def _written(x: Any) -> str:
    return str(as_text(x))


def payments(
    root: Value, leaves: Container[Value] | None = None, examples: Iterable[Example] = ()
) -> Iterable[Payment]:
    """Every payment of the backward pass from `root`, in its order. Raises what ``root.backward()`` would raise.

    With `leaves`, only those to what rests on one of these: no other payment matters to their gradients. The nodes of
    an example that is not opened pay one after the other, when it is the turn of its loss.
    """
    nodes = topological(root)
    id_of = ids(nodes)
    needed = {*nodes} if leaves is None else resting_on(leaves, nodes)
    order = [node for node in users_first(root) if node in needed]
    turn_of = {id_of[node]: i for i, node in enumerate(order)}
    loss_of = {id: example.nodes[-1] for example in examples if not example.opened for id in example.nodes}
    order.sort(key=lambda node: turn_of[loss_of.get(id_of[node], id_of[node])])
    seed = one_like(root.data)
    paths = Counter(operand for node in order for operand in node.nodes)
    paid: dict[Value, int] = dict.fromkeys(order, 0)
    grads = {root: seed}
    positions = (i for node in order for i, x in enumerate(node.operands) if x in needed)
    edges = lambda node: ((x, partial) for x, partial in edges_of(node) if x in needed)
    for position, (node, operand, upstream, partial, contribution, total) in zip(
        positions, reverse_mode(order, seed, edges)
    ):
        before = grads.get(operand, seed - seed)
        paid[operand] += 1
        grads[operand] = total
        yield Payment(
            id_of[node], position, id_of[operand], upstream, partial, contribution, before, total,
            paid[operand], paths[operand],
        )  # fmt: skip
    refuse_nonfinite(root, grads)


def examples_of(
    found: Examples | None, shown: Mapping[Value, Value], id_of: Mapping[Value, str], opened: Container[str]
) -> list[Example]:
    """The examples that were found, by the ids of the nodes that are shown."""
    if found is None:
        return []
    apart, of = found.opened_by(opened), found.shown(shown)
    return [Example(i, len(of), tuple(id_of[node] for node in own), i in apart) for i, own in of.items()]


def closed_in(root: Value, parameters: Container[Value], id_of: Mapping[Value, str]) -> Iterable[Closed]:
    """Where a graph of names has the closed form a − y, by the ids of what is shown: that has to be a, or z."""
    for found in closed_forms(root, parameters):
        shown = {w: x for w, x in found.factors.items() if x in id_of or not isinstance(x, Value)}
        factors = {id_of[w]: id_of.get(x, x) for w, x in shown.items()}
        z, a = id_of.get(found.z, ""), id_of.get(found.a, "") if found.a else ""
        if z or a:
            yield Closed(id_of[found.loss], z, a, id_of.get(found.y, found.y), factors, found.share)
