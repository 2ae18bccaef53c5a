"""The judging of what a student answers: formulas of local derivatives, at the present numbers and at others."""

from __future__ import annotations

import math
import random

from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.engine.ops import LOG
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.stable import as_loss
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.typed import typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from micrograd_lr.formulas.expression import Expression
    from micrograd_lr.stepping.frames import Steps
    from micrograd_lr.stepping.moves import Payment

_PLACES, _ATTEMPTS = 2, 60  # where else a formula is compared; tries to find them
_AGREE = 1e-4  # relative: the formulas print their constants with six digits


class Slopes:
    """Judges formulas of local derivatives: by their numbers at the present inputs, and at two other places."""

    def __init__(self, expression: Expression, numbers: Mapping[str, float], steps: Steps) -> None:
        roots = [expression(**numbers), *elsewhere(expression, numbers)]
        self._places = [dict(zip(steps.nodes, topological(root))) for root in roots]
        self.names = tuple(node.label for node in steps.nodes.values() if node.label)

    def verdict(self, text: str, payment: Payment) -> str:
        """What to say to a formula; "" if it is right. ValueError where it cannot be read."""
        read = typed(text, self.names)
        unknown = [name for name in read.names if name not in self.names]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: no such name here. The names are {', '.join(self.names)}.")
        agree = [self._agrees(read, payment, place) for place in self._places]
        if all(agree):
            return ""
        if agree[0]:
            return "At these numbers it gives the right one, but not at others: the formula is another."
        return "Not yet: at these numbers it gives another number than the local derivative."

    def readable(self, text: str, payment: Payment) -> bool:
        """Whether a formula as it is printed can be typed as an answer."""
        try:
            return not self.verdict(text, payment)
        except ValueError:  # a function that answers do not have, a formula that is abridged
            return False

    @staticmethod
    def _agrees(read: Expression, payment: Payment, place: Mapping[str, Value]) -> bool:
        known = {node.label: node.data for node in place.values() if node.label}
        try:
            answer = read(**{name: known[name] for name in read.names}).data
        except DOMAIN_ERRORS:  # a formula without a value here is another formula
            return False
        exact = place[payment.payer].partials[payment.position]
        return math.isclose(answer, exact, rel_tol=_AGREE, abs_tol=1e-12)


def elsewhere(expression: Expression, numbers: Mapping[str, float]) -> Iterable[Value]:
    """The expression recorded at other inputs where it has a value: small ones and near ones, the same each time."""
    chance = random.Random(0)
    found = 0
    for attempt in range(_ATTEMPTS):
        reach = 0.9**attempt
        centres = numbers if attempt % 2 else dict.fromkeys(numbers, 0.5)
        moved = {name: x + reach * (abs(x) or 1.0) * chance.uniform(-1, 1) for name, x in centres.items()}
        try:
            root = expression(**moved)
            if all(math.isfinite(x) for node in topological(root) for x in (node.data, *node.partials)):
                yield root
                found += 1
        except DOMAIN_ERRORS:  # outside the domain: try nearer
            continue
        if found == _PLACES:
            return


def saturated(expression: Expression, numbers: Mapping[str, float]) -> tuple[Value, float] | None:
    """z and y, where -log a or -log(1 - a) has no value because a = σ(z) has been rounded, and logistic_loss(z, y) has
    one; None if that is not what failed."""
    for root in elsewhere(expression, numbers):  # for the shape of the graph, which does not depend on the numbers
        now: dict[Any, Any] = {}
        for node in topological(root):
            if node.op is None:
                now[node] = Value(numbers[node.label], node.label)
                continue
            operands = [now.get(x, x) for x in node.operands]
            try:
                now[node] = node.op(*operands)
            except DOMAIN_ERRORS:
                return as_loss(operands[0]) if node.op is LOG else None
    return None
