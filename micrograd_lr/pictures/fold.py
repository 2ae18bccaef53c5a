"""Large graphs made readable: one box per example, only the boxes nearest to the root, each leaf beside its use."""

from __future__ import annotations

from micrograd_lr.engine.backward import ONE, accumulate
from micrograd_lr.formulas.text import Text
from micrograd_lr.pictures.boxes import LONGEST_NAME, Box, Edge, Picture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Any

    from micrograd_lr.levels.examples import Examples

EXAMPLES = 4  # examples with a box of their own; all others share one


def grouped(whole: Picture, found: Examples, opened: Container[str] = ()) -> Picture:
    """A loss of many examples with one box per example, except for those that are `opened`."""
    box_of = {box.id: box for box in whole.boxes}
    shown = {node: box_of[id] for node, id in whole.ids.items() if id in box_of}
    apart = found.opened_by(opened)
    together = {i: part for i, part in found.shown(shown).items() if i not in apart}
    if not together:
        return whole
    adding = [shown[node] for node in found.adding if node in shown]
    of = {box.id: i for i, part in {**together, 0: adding}.items() for box in part}
    inside: dict[int, list[Box]] = {i: [] for i in (0, *together)}
    for box in whole.boxes:
        if (i := of.get(box.id.partition("-")[0])) is not None:  # n5-0 is a plain number inside of n5
            inside[i].append(box)
    hidden = {box for part in inside.values() for box in part}
    place = {box: i for i, box in enumerate(whole.boxes)}
    losses = [shown[own[-1]] for own in found.each]
    examples = {losses[i - 1]: _example(inside[i], place, found.words[i - 1]) for i in together}
    note = f'{len(examples)} examples, one box each: opened="examples" shows what is inside'
    if len(examples) > EXAMPLES + 1:
        others = [*examples][EXAMPLES:]
        examples |= dict.fromkeys(others, _rest([examples[loss] for loss in others]))
        note = f"{len(others)} of {len(losses)} examples share one box; draw one of the terms to see inside"
    if (total := shown.get(found.total)) is not None:  # a picture of names has no box for a sum without a name
        hidden.remove(total)
        total.edges = [Edge(loss, 1, "1") for loss in losses]
        if len(str(total.formula)) > LONGEST_NAME:
            total.formula = Text(f"Σ of {len(losses)}")
    boxes: dict[Box, None] = {}
    for box in whole.boxes:
        if box not in hidden:
            boxes |= dict.fromkeys(examples[edge.to] for edge in box.edges if edge.to in examples)
            _lead_to(examples, box)
            boxes[box] = None
    return whole.with_boxes([*boxes], note)


def _lead_to(examples: dict[Box, Box], user: Box) -> None:
    """Let the edges of a box end at the examples, once at each, instead of at their losses."""
    edges: dict[Box | int, Edge] = {}
    for i, edge in enumerate(user.edges):
        example = examples.get(edge.to)
        edge.to = example or edge.to
        edges.setdefault(example or i, edge)
    user.edges = [*edges.values()]


def _example(part: list[Box], place: dict[Box, int], word: str) -> Box:
    """One box for `part`, which ends with a loss; its edges carry ∂loss/∂operand over all paths inside."""
    *before, loss = part
    example = loss.as_example(word)
    example.inside = [box for box in before if box.label]
    slopes = accumulate(part[::-1], ONE, lambda box: ((x.to, x.partial) for x in box.edges if x.to.kind != "constant"))
    shared = sorted(slopes.keys() - {*part}, key=lambda box: place[box])
    example.edges = [Edge(box, slopes[box]) for box in shared]
    return example


def _rest(examples: list[Box]) -> Box:
    """One box for the sum of many examples: their values add up, and so do their partials."""
    rest = Box("examples-folded", "folded", value=0, grad=examples[0].grad)
    rest.word = f"{len(examples)} more examples"
    partials: dict[Box, Any] = {}
    for example in examples:
        rest.value = rest.value + example.value
        for edge in example.edges:
            partials[edge.to] = partials.get(edge.to, 0) + edge.partial
    rest.edges = [Edge(box, partial) for box, partial in partials.items()]
    return rest


def nearest(whole: Picture, limit: int) -> Picture:
    """The boxes nearest to the root, and one box for all the others: `limit` boxes in all."""
    near = {whole.root: True}
    for box in (queue := [whole.root]):
        for edge in box.edges:
            if edge.to not in near and len(near) < limit - 1:
                near[edge.to] = True
                queue.append(edge.to)
    hidden = len(whole.boxes) - len(near)
    rest = Box("folded", "folded")
    rest.word = f"{hidden:,} nodes not shown"
    used_there = {edge.to for box in whole.boxes if box not in near for edge in box.edges}
    rest.edges = [Edge(box) for box in whole.boxes if box in near and box in used_there and not box.edges]
    boxes = [box for box in whole.boxes if box in near and not box.edges] + [rest]
    for box in whole.boxes:
        if box in near and box.edges:
            shown = [edge for edge in box.edges if edge.to in near]
            box.edges = shown if len(shown) == len(box.edges) else [*shown, Edge(rest)]
            boxes.append(box)
    size = len(whole.boxes)
    return whole.with_boxes(boxes, f"{hidden:,} of {size:,} nodes are not shown; limit={size} shows all of them")


def with_leaves_apart(whole: Picture) -> Picture:
    """Each leaf drawn beside each of its uses."""
    boxes: list[Box] = []
    for box in whole.boxes:
        for i, edge in enumerate(box.edges):
            leaf = edge.to
            if not leaf.edges and leaf.kind not in ("constant", "folded"):
                edge.to = leaf.at_use(box, i)
                boxes.append(edge.to)
        if box.edges or box.kind in ("constant", "folded") or box is whole.root:
            boxes.append(box)
    return whole.with_boxes(boxes, "every leaf is drawn once for each of its uses")
