"""Large graphs made readable: one box per example, only the boxes nearest to the root, each leaf beside its use."""

from __future__ import annotations

from collections import Counter

from micrograd_lr.engine.backward import ONE, accumulate
from micrograd_lr.formulas.text import Text
from micrograd_lr.pictures.boxes import LONGEST_NAME, Box, Edge, Picture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EXAMPLES = 4  # examples with a box of their own; all others share one
DEEPEST_SUM = 6  # boxes, from the root down, that are tried as the sum over examples


def grouped(whole: Picture) -> Picture:
    """A loss of many examples with one box per example, if terms of one form that share parameters are added up.

    The sum is searched from the root down, because more may be done to it: J/m, or J plus a regulariser.
    """
    users = Counter(edge.to for box in whole.boxes for edge in box.edges)
    candidates = [whole.root]
    for box in candidates:
        if (grouped := _grouped_at(whole, box, users)) is not None:
            return grouped
        candidates += [edge.to for edge in box.edges if edge.to.op and len(candidates) < DEEPEST_SUM]
    return whole


def _grouped_at(whole: Picture, total: Box, users: Counter[Box]) -> Picture | None:
    """The picture with the terms of `total` as examples; None if it is not a sum over examples."""
    terms, spine = _terms(total, users)
    if len(terms) < 2:
        return None
    owner = _owners(whole, terms, spine)
    own: dict[Box, list[Box]] = {term: [] for term in terms}
    shared = []
    for box in whole.boxes:
        term = owner.get(box, box)
        if term is None:
            shared.append(box)
        elif term in own:
            own[term].append(box)
    forms = {tuple(box.op.name for box in part if box.op) for part in own.values()}
    parameters = [box for box in whole.boxes if box.kind == "parameter" and box.label]
    if len(own) < 2 or len(own) < len(terms) or len(forms) > 1 or any(owner[term] is not term for term in terms):
        return None
    if not {*parameters} & {*shared} or any(owner.get(box) in own for box in parameters):
        return None  # v₁ relu(w₁x) + v₂ relu(w₂x) is a network: each term has its own parameters
    if total.op and total.op.name == "add" and (len(own) < 3 or len(min(forms)) < 2):
        return None  # wx + wy is not a batch
    examples = [_example(term, part, shared, f"example {i}") for i, (term, part) in enumerate(own.items(), start=1)]
    note = f'{len(examples)} examples, one box each: opened="examples" shows what is inside'
    if len(examples) > EXAMPLES + 1:
        rest = examples[EXAMPLES:]
        examples[EXAMPLES:] = [_rest(rest)]
        note = f"{len(rest)} of {len(own)} examples share one box; draw one of the terms to see inside"
    total.edges = [Edge(example, 1, "1") for example in examples]
    if len(str(total.formula)) > LONGEST_NAME:
        total.formula = Text(f"Σ of {len(own)}")
    boxes: list[Box] = []
    for box in whole.boxes:
        if box is total:
            boxes += [*examples, total]
        elif box not in spine and owner.get(box) not in own:
            boxes.append(box)
    return whole.with_boxes(boxes, note)


def _terms(total: Box, users: Counter[Box]) -> tuple[list[Box], set[Box]]:
    """What `total` adds up, by one n-ary sum or by a chain of adds; and the boxes that only add."""
    if total.op is None or total.op.name != "add":
        return [edge.to for edge in total.edges if total.op and total.op.name == "sum"], {total}
    terms, spine, box = [], set(), total
    while box is total or (box.op is not None and box.op.name == "add" and users[box] == 1):
        spine.add(box)
        terms.append(box.edges[1].to)
        box = box.edges[0].to
    if box.kind == "constant" and box.value == 0:  # Python's sum() starts with it
        return terms[::-1], {*spine, box}
    return [box, *reversed(terms)], spine


def _owners(whole: Picture, terms: list[Box], spine: set[Box]) -> dict[Box, Box | None]:
    """For each box the term that it belongs to: the root if it belongs to none, None if several terms share it."""
    owner: dict[Box, Box | None] = {whole.root: whole.root, **{term: term for term in terms}}
    for box in reversed(whole.boxes):
        for edge in box.edges:
            if box not in spine:
                mine = owner[box]
                owner[edge.to] = mine if owner.setdefault(edge.to, mine) is mine else None
    return owner


def _example(term: Box, part: list[Box], shared: list[Box], word: str) -> Box:
    """One box for `part`, what only `term` rests on; its edges carry ∂term/∂operand over all paths inside."""
    example = term.as_example(word)
    example.inside = [box for box in part if box.label and box is not term]
    slopes = accumulate(part[::-1], ONE, lambda box: ((x.to, x.partial) for x in box.edges if x.to.kind != "constant"))
    example.edges = [Edge(box, slopes[box]) for box in shared if box in slopes]
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
