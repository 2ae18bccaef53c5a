"""Other inputs, at which a formula is tried too: what is right only by chance is wrong there.

The page finds the same ones, in page/web/elsewhere.js, with the numbers of this file.
"""

from __future__ import annotations

import math

from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.engine.ops import LOG
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.stable import as_loss
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.text import IF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from micrograd_lr.formulas.expression import Expression
    from micrograd_lr.stepping.names import NamedNodes

PLACES, ATTEMPTS = 2, 60  # other inputs at which a formula is tried, and attempts to find them
OF_KINKS = 12  # as many as it takes to see relu and abs on either side of their kink
NEARER, SHARE = 0.9, 0.618034  # how the attempts close in on the inputs, and how they spread over the ways to go


def enough(graph: NamedNodes) -> int:
    """At how many other inputs the formulas of a graph are tried."""
    has_kinks = any(IF in slope for node in graph.nodes.values() for slope in node.slopes)
    return OF_KINKS if has_kinks else PLACES


def elsewhere(
    expression: Callable[..., Value], numbers: Mapping[str, float], of: Callable[[Value], Any] = lambda root: root,
    places: int = PLACES,
) -> Iterator[Any]:  # fmt: skip
    """`of` the expression, recorded at other inputs at which it has a value: at most `places`, the same each time."""
    found = 0
    for attempt in range(ATTEMPTS):
        try:
            root = expression(**dict(zip(numbers, moved([*numbers.values()], attempt))))
            if all(math.isfinite(x) for node in topological(root) for x in (node.data, *node.partials)):
                yield of(root)
                found += 1
        except DOMAIN_ERRORS:  # outside of the domain: nearer is the next attempt
            continue
        if found == places:
            return


def moved(numbers: Iterable[float], attempt: int) -> list[float]:
    """Other inputs: in turn around 0.5, around the present ones and around 0, and nearer with each attempt.

    Each input goes another share of the way, without a pattern that a wrong formula could have too.
    """
    reach = NEARER**attempt
    centres = [(0.5, x, 0.0)[attempt % 3] for x in numbers]
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
