"""What a picture of a graph shows, before any layout: boxes with names, numbers and formulas, and the edges between."""

from __future__ import annotations

from collections import Counter
from functools import reduce
from operator import add, mul

from micrograd_lr.logistic import literal_loss
from micrograd_lr.notation import Text, as_text
from micrograd_lr.number_types import one_like
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
    `foreign` is set on a root whose graph holds gradients of another root.
    """

    __slots__ = ("edges", "foreign", "formula", "grad", "id", "inside", "kind", "label", "op", "value", "word")

    def __init__(
        self, name: str, kind: str, label: str = "", op: Op | None = None, value: Any = None, grad: Any = None
    ):
        self.id, self.kind, self.label, self.op, self.value, self.grad = name, kind, label, op, value, grad
        self.word = kind if kind in ("parameter", "data", "constant") else ""
        self.foreign = False
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

    def __init__(self, boxes: list[Box], notes: list[str], ids: dict[Value, str]) -> None:
        self.boxes, self.notes, self.ids, self.root = boxes, notes, ids, boxes[-1]

    def with_boxes(self, boxes: list[Box], *notes: str) -> Picture:
        """The same graph, shown by other boxes."""
        return Picture(boxes, [*self.notes, *notes], self.ids)

    def of_node(self, node: Value) -> list[Box]:
        """The boxes that stand for a node: one, several for a leaf that is drawn once per use, none if it is hidden."""
        name = self.ids.get(node)
        return [
            box for box in self.boxes if name in (box.id, *box.id.split("-for-")[:1], box.id.removesuffix("-example"))
        ]


def picture(root: Value, opened: Iterable[str] = (), limit: int = LIMIT, data: Iterable[str] = ("x", "y")) -> Picture:
    """The picture of the graph of `root`: opened, named, grouped into examples, and folded down to `limit` boxes."""
    opened = {opened} if isinstance(opened, str) else {*opened}
    if unknown := sorted(opened - {*OPENED, EXAMPLES_OPENED}):
        raise ValueError(f"opened={unknown[0]!r}: what can be opened is {', '.join([*OPENED, EXAMPLES_OPENED])}.")
    if limit < 2:
        raise ValueError(f"limit={limit}: a picture needs at least 2 boxes.")
    order = topological(root)
    drawn = _boxes(order, opened, {name.lower() for name in data})
    if _foreign_gradients(order):
        drawn.root.foreign = True
        drawn.notes.append("the gradients are those of another root, or of older numbers: call backward() on this one")
    for box in drawn.boxes:
        _write_formulas(box)
    if EXAMPLES_OPENED not in opened:
        drawn = _grouped(drawn)
    if len(drawn.boxes) > limit:
        drawn = _folded(drawn, limit)
    return _with_leaves_apart(drawn) if len(drawn.boxes) > LEAVES_APART else drawn


def _foreign_gradients(order: list[Value]) -> bool:
    """Whether the gradients in this graph are not those of a sweep from its root."""
    if order[-1].grad is None:
        return any(node.grad is not None for node in order)
    expected: dict[Value, Any] = {order[-1]: one_like(order[-1].data)}
    for node in reversed(order):  # as in the sweep, digit by digit
        for operand, partial in zip(node.operands, node.partials):
            if isinstance(operand, Value):
                expected[operand] = expected.get(operand, 0) + expected[node] * partial
    return any(node.grad is None or (node.grad != x and x == x) for node, x in expected.items())


def _boxes(order: list[Value], opened: set[str], data: set[str]) -> Picture:
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
    ids = {node: f"n{index}" for index, node in enumerate(order)}
    changed: dict[str, None] = {}
    for node, id in ids.items():
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
    for node in order:
        for operand, recorded in zip(node.operands, node.numbers):
            if isinstance(operand, Value) and operand.data is not recorded and operand.data != recorded:
                changed[str(operand.label or ids[operand])] = None
    if changed:
        notes.append(f"{', '.join(changed)} changed after this was recorded: the other numbers are of before")
    return Picture(boxes, notes, ids)


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
    except (TypeError, AttributeError, ValueError, ArithmeticError):  # a row of the user's own, for numbers only
        box.formula, partials = Text(f"{op}({', '.join(map(str, names))})"), ("",) * len(names)
    for edge, formula in zip(box.edges, partials):
        edge.formula = f"{formula:g}" if isinstance(formula, (int, float)) else str(formula)


def _grouped(whole: Picture) -> Picture:
    """A loss of many examples, one box per example: where terms of one form, on shared parameters, are added up.

    The sum is looked for from the root down, past what is done to it: J/m, or J plus a regulariser.
    """
    users = Counter(edge.to for box in whole.boxes for edge in box.edges)
    candidates = [whole.root]
    for box in candidates:
        if (grouped := _grouped_at(whole, box, users)) is not None:
            return grouped
        candidates += [edge.to for edge in box.edges if edge.to.op and len(candidates) < MANY]
    return whole


def _grouped_at(whole: Picture, total: Box, users: Counter[Box]) -> Picture | None:
    """The picture with the terms of `total` as examples; None if it is no sum over examples."""
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
        return None  # v₁ relu(w₁x) + v₂ relu(w₂x) is a network: its terms have parameters of their own
    if total.op and total.op.name == "add" and (len(own) < 3 or len(min(forms)) < 2):
        return None  # wx + wy is no batch
    examples = [_example(term, part, shared, f"example {i}") for i, (term, part) in enumerate(own.items(), start=1)]
    note = f'{len(examples)} examples, one box each: opened="{EXAMPLES_OPENED}" shows what is inside'
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
    """What `total` adds up, in one n-ary sum or in a chain of adds; and the boxes that only do the adding."""
    if total.op is None or total.op.name != "add":
        return [edge.to for edge in total.edges if total.op and total.op.name == "sum"], {total}
    terms, spine, box = [], set(), total
    while box is total or (box.op is not None and box.op.name == "add" and users[box] == 1):
        spine.add(box)
        terms.append(box.edges[1].to)
        box = box.edges[0].to
    if box.kind == "constant" and box.value == 0:  # what Python's sum() begins with
        return terms[::-1], {*spine, box}
    return [box, *reversed(terms)], spine


def _owners(whole: Picture, terms: list[Box], spine: set[Box]) -> dict[Box, Box | None]:
    """For each box, the one term that it belongs to, or the root if it belongs to none; None where several share it."""
    owner: dict[Box, Box | None] = {whole.root: whole.root, **{term: term for term in terms}}
    for box in reversed(whole.boxes):
        for edge in box.edges:
            if box not in spine:
                mine = owner[box]
                owner[edge.to] = mine if owner.setdefault(edge.to, mine) is mine else None
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
    return whole.with_boxes(boxes, f"{hidden:,} of {size:,} nodes are not shown; limit={size} shows all of them")


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
    return whole.with_boxes(boxes, "every leaf is drawn once for each of its uses")
