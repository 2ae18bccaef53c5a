"""The examples of a loss: terms of one form that share parameters and are added up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.levels.once import alike

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from typing import Any, TypeVar

    T = TypeVar("T")

EXAMPLES_OPENED = "examples"  # opens all of them
DEEPEST_SUM = 6  # nodes, from the root down, that are tried as the sum over examples


@dataclass(frozen=True)
class Examples:
    """Of each example what its loss alone rests on, operands before users, the loss last; `total` is the sum of these.

    The nodes in `adding`, `total` among them, do nothing but add.
    """

    total: Value
    adding: set[Value]
    each: list[list[Value]]

    @property
    def words(self) -> list[str]:
        """``example 1``, ``example 2``, …: what pictures and steps call them, and what opens one of them."""
        return [f"example {i}" for i in range(1, len(self.each) + 1)]

    def opened_by(self, opened: Container[str]) -> set[int]:
        """The numbers, from 1, of the examples that are opened: by their words, or by the name of a node inside."""
        return {
            i
            for i, (word, own) in enumerate(zip(self.words, self.each), start=1)
            if EXAMPLES_OPENED in opened or word in opened or any(node.op and node.label in opened for node in own)
        }

    def shown(self, standing_for: Mapping[Value, T]) -> dict[int, list[T]]:
        """By its number, what stands for the nodes of each example; {} if nothing does for a loss without a name."""
        if not all(own[-1] in standing_for for own in self.each):
            return {}
        return {
            i: [standing_for[node] for node in own if node in standing_for] for i, own in enumerate(self.each, start=1)
        }


def examples_in(root: Value, parameters: Container[Value]) -> Examples | None:
    """The examples of a recorded graph; None if it is not a loss of several examples that share `parameters`.

    The sum is searched from the root down, because more may be done to it: J/m, or J plus a regulariser.
    """
    order = topological(root)
    users = Counter(operand for node in order for operand in node.nodes)
    candidates = [root]
    for node in candidates:
        if (found := _examples_of(order, node, users, parameters)) is not None:
            return found
        candidates += [x for x in node.nodes if x.op and len(candidates) < DEEPEST_SUM]
    return None


def _examples_of(
    order: list[Value], total: Value, users: Counter[Value], parameters: Container[Value]
) -> Examples | None:
    """The terms of `total` as examples; None if it is not a sum over examples."""
    terms, adding = _terms(total, users)
    if len(terms) < 2 or not all(isinstance(term, Value) for term in terms):
        return None
    owner = _owners(order, terms, adding)
    own: dict[Value, list[Value]] = {term: [] for term in terms}
    for node in order:
        if owner.get(node) in own:
            own[owner[node]].append(node)
    form = alike(order, leaf=lambda leaf: "", number=lambda number: "", row=str)
    if (
        len(own) < len(terms)
        or len({form[term] for term in terms}) > 1
        or any(owner[term] is not term for term in terms)
    ):
        return None
    owners_of_parameters = {owner.get(node, node) for node in order if node in parameters}
    if None not in owners_of_parameters or not owners_of_parameters.isdisjoint(own):
        return None  # v₁ relu(w₁x) + v₂ relu(w₂x) is a network: each term has its own parameters
    if str(total.op) == "add" and (len(own) < 3 or sum(bool(node.op) for node in own[terms[0]]) < 2):
        return None  # wx + wy is not a batch
    return Examples(total, adding, [*own.values()])


def _terms(total: Value, users: Counter[Value]) -> tuple[list[Any], set[Value]]:
    """What `total` adds up, by one n-ary sum or by a chain of adds; and the nodes that only add."""
    if str(total.op) != "add":
        return [*total.operands] if str(total.op) == "sum" else [], {total}
    terms: list[Any] = []
    adding: set[Value] = set()
    node: Any = total
    while node is total or (isinstance(node, Value) and str(node.op) == "add" and users[node] == 1):
        adding.add(node)
        terms.append(node.operands[1])
        node = node.operands[0]
    if not isinstance(node, Value) and node == 0:  # Python's sum() starts with it
        return terms[::-1], adding
    return [node, *reversed(terms)], adding


def _owners(order: list[Value], terms: Iterable[Value], adding: set[Value]) -> dict[Value, Any]:
    """For each node the term that it belongs to: the root if it belongs to none, None if several terms share it."""
    owner: dict[Value, Any] = {order[-1]: order[-1], **{term: term for term in terms}}
    for node in reversed(order):
        if node not in adding:
            for operand in node.nodes:
                mine = owner[node]
                owner[operand] = mine if owner.setdefault(operand, mine) is mine else None
    return owner
