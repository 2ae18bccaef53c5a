"""Where the slope of a function comes from that has no ops inside: σ and tanh, written with exp.

A row is plain arithmetic, as in the op table: given names, it gives the formulas that a student reads, and given
SymPy's symbols, what the tests prove.
"""

from __future__ import annotations

from micrograd_lr.engine.elementary import exp
from micrograd_lr.engine.ops import SIGMOID, TANH
from micrograd_lr.formulas.text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from micrograd_lr.stepping.names import NamedNodes

    Derivation = tuple[list[tuple[Any, Any]], Any]  # pairs that are equal, and the slope before it is simplified


def _of_sigmoid(a: Any, z: Any) -> Derivation:
    e = exp(-z)
    return [(a, 1 / (1 + e)), (1 - a, e / (1 + e))], e / (1 + e) ** 2


def _of_tanh(a: Any, z: Any) -> Derivation:
    up, down = exp(z), exp(-z)
    return [(a, (up - down) / (up + down))], 1 - (up - down) ** 2 / (up + down) ** 2


DERIVATIONS: dict[str, Callable[[Any, Any], Derivation]] = {SIGMOID.name: _of_sigmoid, TANH.name: _of_tanh}


def derivation(graph: NamedNodes, node: str) -> Iterator[tuple[str, ...]]:
    """Where the slope of a node comes from, as formulas that are equal: ``∂a/∂z``, ``exp(-z)/(1 + exp(-z))^2``,
    ``a(1 - a)`` in the end; nothing if its op has no row here, or its operand no name.
    """
    shown = graph.nodes[node]
    operand = graph.nodes.get(shown.operands[0]) if shown.op in DERIVATIONS else None
    if operand is None or not operand.has_a_name:
        return
    equal, slope = DERIVATIONS[shown.op](Text(shown.name), Text(operand.name))
    yield from ((str(left), str(right)) for left, right in equal)
    yield graph.slope_by(node, operand.id), str(slope), shown.slopes[0]
