"""What a picture of a graph shows, before any layout: boxes with names, numbers and formulas, and the edges between."""

from __future__ import annotations

from collections import Counter
from functools import reduce
from operator import add, mul

from micrograd_lr.logistic import literal_loss
from micrograd_lr.notation import Text, as_text
from micrograd_lr.value import Value, topological

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from micrograd_lr.ops import Op

LIMIT = 120  # boxes: what can still be read
EXAMPLES = 4  # boxes for examples; the others share one
LONGEST_NAME, LONGEST_TITLE = 48, 60  # characters of a formula inside a formula, and on its own
MANY = 6  # operands, from which on a formula gives their number only
LEAVES_APART = 200  # boxes from which on a leaf is drawn once per use: hubs are what a layout spends its time on

OPENED: dict[str, Callable[..., Any]] = {
    "dot": lambda *wx: reduce(add, map(mul, wx[: len(wx) // 2], wx[len(wx) // 2 :])),
    "logistic_loss": literal_loss,
}  # the ops that can be drawn as their atoms, each in terms of other ops
EXAMPLES_OPENED = "examples"


class Box:
    """A node of a picture. `kind` is op, parameter, data, constant, example, or folded.

    `value` and `grad` are numbers: `grad` is None before backward, and for a plain number. `edges` lead to the operands
    in order, duplicates kept. `inside` holds the labelled boxes that an example stands for; `word` says what it is.
    """

    __slots__ = ("edges", "formula", "grad", "id", "inside", "kind", "label", "op", "value", "word")

    def __init__(
        self, name: str, kind: str, label: str = "", op: Op | None = None, value: Any = None, grad: Any = None
    ):
        self.id, self.kind, self.label, self.op, self.value, self.grad = name, kind, label, op, value, grad
        self.word = kind if kind in ("parameter", "data", "constant") else ""
        self.formula: Any = ""
        self.edges: list[Edge] = []
        self.inside: list[Box] = []

    @property
    def name(self) -> Any:
        """How the formulas of other boxes write this one: by its label, or by its formula if that is short."""
        if self.label:
            return Text(self.label)
        if not self.formula:
            return as_text(self.value)
        return self.formula if len(str(self.formula)) <= LONGEST_NAME else Text("…")


class Edge:
    """From a box to one of its operands, with ∂box/∂operand as number and as formula (empty where there is none)."""

    __slots__ = ("formula", "partial", "to")

    def __init__(self, to: Box, partial: Any = None, formula: str = ""):
        self.to, self.partial, self.formula = to, partial, formula


class Picture:
    """The boxes of a graph, operands before users, the root last; and notes on what is not shown."""

    def __init__(self, boxes: list[Box], notes: list[str]) -> None:
        self.boxes, self.notes, self.root = boxes, notes, boxes[-1]


def picture(root: Value, opened: Iterable[str] = (), limit: int = LIMIT, data: Iterable[str] = ("x", "y")) -> Picture:
    """The picture of the graph of `root`: opened, named, grouped into examples, and folded down to `limit` boxes."""
    opened = {opened} if isinstance(opened, str) else {*opened}
    if unknown := sorted(opened - {*OPENED, EXAMPLES_OPENED}):
        raise ValueError(f"opened={unknown[0]!r}: what can be opened is {', '.join([*OPENED, EXAMPLES_OPENED])}.")
    if limit < 2:
        raise ValueError(f"limit={limit}: a picture needs at least 2 boxes.")
    drawn = Picture(*_boxes(root, opened, {name.lower() for name in data}))
    for box in drawn.boxes:
        _write_formulas(box)
    if EXAMPLES_OPENED not in opened:
        drawn = _grouped(drawn)
    if len(drawn.boxes) > limit:
        drawn = _folded(drawn, limit)
    return _with_leaves_apart(drawn) if len(drawn.boxes) > LEAVES_APART else drawn


def _boxes(root: Value, opened: set[str], data: set[str]) -> tuple[list[Box], list[str]]:
    """A box for every node and every plain number, in the order in which they were written, and notes."""
    boxes: list[Box] = []
    notes: list[str] = []

    def written(name: str, node: Value, of: dict[Value, Box], grad: Any, label: str) -> Box:
        kind = "op" if node.op else "data" if _stem(label) in data else "parameter"
        box = Box(name, kind, label, node.op, node.data, grad)
        for i, (operand, partial) in enumerate(zip(node.operands, node.partials)):
            if not isinstance(operand, Value):
                boxes.append(Box(f"{name}-{i}", "constant", value=operand))
            box.edges.append(Edge(of[operand] if isinstance(operand, Value) else boxes[-1], partial))
        boxes.append(box)
        return box

    of: dict[Value, Box] = {}
    for index, node in enumerate(topological(root)):
        id = f"n{index}"
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
    return boxes, notes


def _atoms(node: Value) -> tuple[Value, dict[Value, Value]]:
    """`node` recorded again in terms of other ops, with its own gradients, and whose place its leaves take."""
    twin_of = {x: Value(number) for x, number in zip(node.operands, node.numbers) if isinstance(x, Value)}
    top = OPENED[str(node.op)](*(twin_of[x] if isinstance(x, Value) else x for x in node.operands))
    top.backward()
    return top, {twin: x for x, twin in twin_of.items()}


def _stem(label: str) -> str:
    """The letters of a name: ``x₁``, ``x_1``, ``X[3]`` and ``x`` have the stem x."""
    return label.rstrip("0123456789₀₁₂₃₄₅₆₇₈₉_[](), ").lower()


def _write_formulas(box: Box) -> None:
    """The formula of the node and of each partial, by running the rules of the table on names."""
    op = box.op
    if op is None:
        return
    names = [edge.to.name for edge in box.edges]
    # A plain number is a number to functions and slopes, softplus(-z) for y = 1, 2x and not 2 x^(2 - 1); but a name to
    # the operators: 1·x is a node of its own.
    numbers = [edge.to.value if edge.to.kind == "constant" else edge.to.name for edge in box.edges]
    names = numbers if op.symbol.isalpha() else names
    try:
        box.formula = Text(f"{op.symbol} of {len(names)}") if len(names) > MANY else op.value(*names)
        if len(str(box.formula)) > LONGEST_TITLE:
            box.formula = op.value(*(x if len(str(x)) < LONGEST_TITLE / len(names) else Text("…") for x in names))
        partials = op.partials(box.name, *numbers)
    except TypeError:  # a row of the user's own, written for numbers only
        box.formula, partials = Text(f"{op}({', '.join(map(str, names))})"), ("",) * len(names)
    for edge, formula in zip(box.edges, partials):
        edge.formula = f"{formula:g}" if isinstance(formula, (int, float)) else str(formula)


def _grouped(whole: Picture) -> Picture:
    """A loss of many examples, one box per example: where terms of one form, on shared leaves, are added up."""
    root = whole.root
    terms = _terms(whole)
    owner = _owners(whole, terms)
    own: dict[Box, list[Box]] = {term: [] for term in terms}
    for box in whole.boxes:
        if (term := owner.get(box)) is not None:
            own[term].append(box)
    forms = {tuple(box.op.name for box in part if box.op) for part in own.values()}
    shared = [box for box in whole.boxes if owner.get(box, root) is None]
    if len(own) < 2 or len(own) < len(terms) or len(forms) > 1 or not shared:
        return whole
    if root.op and root.op.name == "add" and (len(own) < 3 or len(min(forms)) < 2):
        return whole  # w₁x₁ + w₂x₂ is no batch
    examples = [_example(term, part, shared, f"example {i}") for i, (term, part) in enumerate(own.items(), start=1)]
    notes = list(whole.notes)
    if len(examples) > EXAMPLES + 1:
        rest = examples[EXAMPLES:]
        examples[EXAMPLES:] = [_rest(rest)]
        notes.append(f"{len(rest)} of {len(own)} examples share one box; draw one of the terms to see inside")
    else:
        notes.append(f'{len(own)} examples, one box each: opened="{EXAMPLES_OPENED}" shows what is inside')
    top = Box(root.id, "op", root.label, root.op, root.value, root.grad)
    top.formula = root.formula if len(str(root.formula)) <= LONGEST_NAME else Text(f"Σ of {len(own)}")
    top.edges = [Edge(example, 1, "1") for example in examples]
    return Picture([*shared, *examples, top], notes)


def _terms(whole: Picture) -> list[Box]:
    """The terms that the root adds up: those of one n-ary sum, or of a chain of adds."""
    box = whole.root
    if box.op is None or box.op.name == "sum":
        return [edge.to for edge in box.edges]
    users = Counter(edge.to for box in whole.boxes for edge in box.edges)
    terms: list[Box] = []
    while box.op is not None and box.op.name == "add" and users[box] <= 1:
        terms.append(box.edges[1].to)
        box = box.edges[0].to
    if box.kind == "constant" and box.value == 0:  # what Python's sum() begins with
        return terms[::-1]
    return [box, *reversed(terms)] if terms else []


def _owners(whole: Picture, terms: list[Box]) -> dict[Box, Box | None]:
    """For each box below the terms, the one term that it belongs to; None where several share it."""
    owner: dict[Box, Box | None] = {term: term for term in terms}
    for box in reversed(whole.boxes):
        if box in owner:
            for edge in box.edges:
                owner[edge.to] = owner[box] if owner.get(edge.to, owner[box]) is owner[box] else None
    return owner


def _example(term: Box, part: list[Box], shared: list[Box], word: str) -> Box:
    """One box for `part`, what only `term` rests on; its edges carry ∂term/∂operand over all paths inside."""
    example = Box(f"{term.id}-example", "example", term.label, term.op, term.value, term.grad)
    example.word = word
    example.inside = [box for box in part if box.label and box is not term]
    slopes: dict[Box, Any] = {term: 1}
    for box in reversed(part):
        for edge in box.edges:
            if edge.to.kind != "constant":
                slopes[edge.to] = slopes.get(edge.to, 0) + slopes[box] * edge.partial
    example.edges = [Edge(box, slopes[box]) for box in shared if box in slopes]
    return example


def _rest(examples: list[Box]) -> Box:
    """One box for the sum of many examples: values and slopes add up."""
    rest = Box("examples-folded", "folded", value=0, grad=examples[0].grad)
    rest.word = f"{len(examples)} more examples"
    slopes: dict[Box, Any] = {}
    for example in examples:
        rest.value = rest.value + example.value
        for edge in example.edges:
            slopes[edge.to] = slopes.get(edge.to, 0) + edge.partial
    rest.edges = [Edge(box, slope) for box, slope in slopes.items()]
    return rest


def _folded(whole: Picture, limit: int) -> Picture:
    """The boxes nearest to the root, and one for all the others: `limit` together."""
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
    return Picture(boxes, [*whole.notes, f"{hidden:,} of {size:,} nodes are not shown; limit={size} shows all of them"])


def _with_leaves_apart(whole: Picture) -> Picture:
    """Each leaf once per use."""
    boxes: list[Box] = []
    for box in whole.boxes:
        for i, edge in enumerate(box.edges):
            leaf = edge.to
            if not leaf.edges and leaf.kind not in ("constant", "folded"):
                edge.to = Box(f"{leaf.id}-for-{box.id}-{i}", leaf.kind, leaf.label, None, leaf.value, leaf.grad)
                boxes.append(edge.to)
        if box.edges or box.kind in ("constant", "folded") or box is whole.root:
            boxes.append(box)
    return Picture(boxes, [*whole.notes, "every leaf is drawn once for each of its uses"])
