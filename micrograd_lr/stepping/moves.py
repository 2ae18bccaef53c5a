"""The plain data of stepping: the nodes of a graph, what they pay in the backward pass, and lines of formulas."""

from __future__ import annotations

from dataclasses import dataclass

from micrograd_lr.formulas.keys import payment_key, value_key
from micrograd_lr.formulas.templates import equation
from micrograd_lr.formulas.text import SLOT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


@dataclass(frozen=True)
class Way:
    """A path through what lies inside of a node: the product of its `factors`, as a `formula`.

    `expressions` are the factors once more, in the keys of values: ``1/v4``.
    """

    formula: str
    factors: tuple[str, ...]
    expressions: tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """A node of the graph. `kind` is op, parameter or data; `operands` are ids, or plain numbers as they were written.

    `name` is how formulas write the node: its label, a short formula, or a letter. `formula` is its value in the names
    of its operands, and `slopes` are the formulas of its partials. `template` and `slope_templates` are the same with
    slots for the numbers: ``⟦v3⟧`` is the value of n3; ``⟦(v3)⟧`` asks for parentheses around a negative number or a
    fraction. `ways` are the paths to each operand, where several ops lie inside of the node.
    """

    id: str
    kind: str
    label: str
    name: str
    op: str
    operands: tuple[Any, ...]
    value: Any
    partials: tuple[Any, ...]
    formula: str
    slopes: tuple[str, ...]
    template: str
    slope_templates: tuple[str, ...]
    ways: tuple[tuple[Way, ...], ...] = ()

    @property
    def key(self) -> str:
        """The key of its value."""
        return value_key(self.id)

    @property
    def has_a_name(self) -> bool:
        """Whether formulas write it by its label or a letter, and not by a formula."""
        return self.name == self.label or self.name != self.formula

    def has_plain_slope(self, position: int) -> bool:
        """Whether the partial by the operand at `position` is a plain number, the same for all inputs."""
        return SLOT not in self.slope_templates[position]


@dataclass(frozen=True)
class Payment:
    """`payer` pays its operand at `position`: upstream gradient × partial = contribution; `before` becomes `total`.

    Of all `paths` that reach `operand`, it is number `path`.
    """

    payer: str
    position: int
    operand: str
    upstream: Any
    partial: Any
    contribution: Any
    before: Any
    total: Any
    path: int
    paths: int

    def key(self, letter: str) -> str:
        """The key of a number of this payment: p partial, c contribution, s total, r before."""
        return payment_key(letter, self.payer, self.position)

    @property
    def numbers(self) -> dict[str, Any]:
        """The numbers of this payment by their keys."""
        named = {"p": self.partial, "c": self.contribution, "s": self.total, "r": self.before}
        return {self.key(letter): x for letter, x in named.items()}


@dataclass(frozen=True)
class Example:
    """Example `number` of `count`: computed in one move and paid in one, or `opened`, with a move for each node.

    `nodes` are the ids of all that its loss alone rests on, operands before users, leaves too; the loss is the last.
    """

    number: int
    count: int
    nodes: tuple[str, ...]
    opened: bool = False

    @property
    def word(self) -> str:
        """``example 2``, which opens it."""
        return f"example {self.number}"

    def __str__(self) -> str:
        return f"{self.word} of {self.count}"


class Moves:
    """The moves of both passes, `all` of them: of each the kind, the ids of the nodes whose turn it is, what they pay.

    The nodes of an example that is not opened have one turn, which is that of its loss; `examples` are by its id.
    """

    def __init__(self, root: str, ops: Iterable[str], payments: Iterable[Payment], examples: Iterable[Example]) -> None:
        self.examples = {example.nodes[-1]: example for example in examples if not example.opened}
        loss_of = {node: loss for loss, example in self.examples.items() for node in example.nodes}
        nodes: dict[str, list[str]] = {}
        paid: dict[str, list[Payment]] = {}
        for node in ops:
            nodes.setdefault(loss_of.get(node, node), []).append(node)
        for payment in payments:
            paid.setdefault(loss_of.get(payment.payer, payment.payer), []).append(payment)
        turns = {last: tuple(nodes[last]) for last in ops if last in nodes}
        forward = [("forward", turn, ()) for turn in turns.values()]
        backward = [("backward", turns[payer], tuple(payments)) for payer, payments in paid.items()]
        self.all: list[tuple[str, tuple[str, ...], tuple[Payment, ...]]] = [
            ("inputs", (), ()), *forward, ("seed", (root,), ()), *backward, ("gradients", (), ())
        ]  # fmt: skip


@dataclass(frozen=True)
class Closed:
    """That ∂root/∂z = (a − y)/share, by the ids of the loss, z, a and y; "" for a z or an a = σ(z) that has no name.

    `factors` are the x of each w for which ∂z/∂w = x. y and x are plain numbers where they were given so. `share` is 1,
    or m where the root is the loss over m.
    """

    loss: str
    z: str
    a: str
    y: Any
    factors: dict[str, Any]
    share: int


@dataclass(frozen=True)
class Line:
    """A line of a frame: parts that are equal, as templates.

    `kind` is value, local, payment, ledger, seed, result; closed for a closed form, which is proven; or cancel for what
    leads to it. What the root pays is a local derivative and has no other line.

    `key` is the key of the number at its end, which is hidden while it is asked for, "" of a vector; `note` says
    which number that is if the first part does not. `terms` are the keys of what is added in it, if that can be asked
    for as well.
    """

    kind: str
    parts: tuple[str, ...]
    key: str
    note: str = ""
    terms: tuple[str, ...] = ()

    def gives(self, key: str) -> bool:
        """Whether it gives away the number of a key."""
        return key == self.key or key in self.terms

    @property
    def name(self) -> str:
        """What it is about, without any formula: ``z``, ``so far: ∂J/∂b``, or ``path 1 of 2 to a``."""
        told = self.note and self.kind not in ("closed", "ledger")
        return self._noted(part for part in self.parts[:1] if SLOT not in part and not told)

    @property
    def template(self) -> str:
        """The whole line: ``z = wx + b = ⟦v2⟧ + ⟦v3⟧ = ⟦v4⟧``."""
        return self._noted(self.parts)

    @property
    def formula(self) -> str:
        """The parts without numbers: ``z = wx + b``."""
        return self._noted(part for part in self.parts if SLOT not in part)

    def _noted(self, parts: Iterable[str]) -> str:
        return ": ".join(filter(None, (self.note, equation(parts))))


def comparable(x: Any) -> Any:
    """`x` with NaN as text, because NaN is not equal to itself."""
    return tuple(map(comparable, x)) if isinstance(x, tuple) else x if x == x else str(x)
