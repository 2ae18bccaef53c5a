"""Judges what a student answers: the number of a node or of a payment, or the formula of a local derivative.

The page judges in the same way, in page/web/answers.js, with the numbers and the words of this file.
"""

from __future__ import annotations

import math

from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.engine.ops import LOG
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.stable import as_loss
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.tokens import FormulaError
from micrograd_lr.formulas.typed import NoValue, evaluated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from micrograd_lr.formulas.expression import Expression
    from micrograd_lr.stepping.frames import Steps
    from micrograd_lr.stepping.moves import Payment

TOLERANCE = 0.01  # of the right number: what a student finds with three digits
RELATIVE, ABSOLUTE = 1e-4, 1e-12  # of a formula's number: a printed formula has its constants with six digits
PLACES, ATTEMPTS = 2, 60  # other inputs at which a formula is tried, and attempts to find them
NEARER, SHARE = 0.9, 0.618034  # how the attempts close in on the inputs, and how they spread over the ways to go
SAID = {
    "right": "Right.",
    "otherwise": "Not yet: at these numbers it gives another number than the local derivative.",
    "no value": "Not yet: at these numbers it has no value.",
    "by chance": "At these numbers that is right, but only by chance: at other numbers it is not.",
}


def right(answer: float, exact: Any) -> bool:
    """Whether an answer is the right number, to within `TOLERANCE` of it."""
    return math.isfinite(exact) and abs(answer - float(exact)) <= TOLERANCE * abs(float(exact))


class Slopes:
    """Judges formulas of local derivatives: by their numbers at the present inputs, and at two other places.

    `shown` gives the graph of a root at the level of detail of the steps.
    """

    def __init__(
        self, expression: Expression, numbers: Mapping[str, float], steps: Steps, shown: Callable[[Value], Value]
    ) -> None:
        roots = map(shown, [expression(**numbers), *elsewhere(expression, numbers)])
        self._places = [dict(zip(steps.nodes, topological(root))) for root in roots]
        self.names = tuple(node.label for node in steps.nodes.values() if node.label)

    def verdict(self, text: str, payment: Payment) -> str:
        """What to say to a formula; "" if it is right. FormulaError if it cannot be read."""
        for place in self._places:
            exact = place[payment.payer].partials[payment.position]
            try:
                answer = evaluated(text, {node.label: node.data for node in place.values() if node.label})
            except NoValue:
                answer = math.nan
            if not abs(answer - exact) <= RELATIVE * abs(exact) + ABSOLUTE:  # NaN is not
                if place is not self._places[0]:
                    return SAID["by chance"]
                return SAID["no value" if math.isnan(answer) else "otherwise"]
        return ""

    def readable(self, text: str, payment: Payment) -> bool:
        """Whether a formula as it is printed can be typed as an answer."""
        try:
            return not self.verdict(text, payment)
        except FormulaError:  # a function that answers do not have, or a formula that is abridged
            return False


def elsewhere(expression: Expression, numbers: Mapping[str, float]) -> Iterable[Value]:
    """The expression, recorded at other inputs at which it has a value: at most `PLACES`, the same each time."""
    found = 0
    for attempt in range(ATTEMPTS):
        try:
            root = expression(**dict(zip(numbers, moved([*numbers.values()], attempt))))
            if all(math.isfinite(x) for node in topological(root) for x in (node.data, *node.partials)):
                yield root
                found += 1
        except DOMAIN_ERRORS:  # outside of the domain: nearer is the next attempt
            continue
        if found == PLACES:
            return


def moved(numbers: Iterable[float], attempt: int) -> list[float]:
    """Other inputs: in turn around 0.5 and around the present ones, and nearer with each attempt.

    Each input goes another share of the way, without a pattern that a wrong formula could have too.
    """
    reach = NEARER**attempt
    centres = [x if attempt % 2 else 0.5 for x in numbers]
    shares = [SHARE * (i + 1) * (attempt + 1) % 1 for i in range(len(centres))]
    return [x + reach * (abs(x) or 1.0) * (2 * share - 1) for x, share in zip(centres, shares)]


def saturated(expression: Expression, numbers: Mapping[str, float]) -> tuple[Value, float] | None:
    """z and y, if it is -log a or -log(1 - a) that has no value, because a = σ(z) was rounded; else None.

    logistic_loss(z, y) has a value there.
    """
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
