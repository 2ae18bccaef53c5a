"""The lines of a move: what it computes, as formulas with slots for the numbers."""

from __future__ import annotations

from micrograd_lr.formulas.keys import gradient_key
from micrograd_lr.formulas.templates import different, slot
from micrograd_lr.formulas.text import SLOT
from micrograd_lr.stepping.moves import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from micrograd_lr.stepping.moves import Closed, Node, Payment
    from micrograd_lr.stepping.names import NamedNodes

SHOWN = 6  # payments of one node that are shown line by line


def input_lines(graph: NamedNodes) -> Iterable[Line]:
    """``w = ⟦v1⟧`` for every leaf."""
    for node in _leaves(graph):
        yield Line("value", (node.name, slot(node.key)), node.key)


def forward_line(node: Node) -> Line:
    """``z = wx + b = ⟦v2⟧ + ⟦v3⟧ = ⟦v4⟧``."""
    return Line("value", different(node.name, node.formula, node.template, slot(node.key)), node.key)


def gradient_line(kind: str, graph: NamedNodes, node: str) -> Line:
    """``∂L/∂w = ⟦g1⟧``. Its `kind` is seed or result."""
    key = gradient_key(node)
    return Line(kind, (graph.gradient_of(node), slot(key)), key)


def payment_lines(graph: NamedNodes, payments: Iterable[Payment]) -> Iterable[Line]:
    """For each payment the local derivative and the contribution, and from the second path on the sum so far."""
    for payment in payments:
        payer = graph.nodes[payment.payer]
        local = graph.slope_of(payment)
        slope, template = payer.slopes[payment.position], payer.slope_templates[payment.position]
        if SLOT not in template:  # a plain number
            slope = template = ""
        p, c = payment.key("p"), payment.key("c")
        of_all = graph.gradient_of(payment.operand)
        yield Line("local", different(local, slope, template, slot(p)), p)
        product = f"{graph.gradient_of(payer.id)} · {local}", f"{slot(gradient_key(payer.id))}·{slot(f'({p})')}"
        note = graph.path(payment)
        yield Line("payment", different("" if note else of_all, *product, slot(c)), c, note)
        if payment.path > 1:
            r, s, note = payment.key("r"), payment.key("s"), graph.so_far(payment)
            yield Line("ledger", different("" if note else of_all, f"{slot(r)} + {slot(f'({c})')}", slot(s)), s, note)


def result_lines(graph: NamedNodes) -> Iterable[Line]:
    """``∂L/∂w = ⟦g1⟧`` for every parameter, or for every leaf if all of them are data."""
    leaves = _leaves(graph)
    for node in [leaf for leaf in leaves if leaf.kind == "parameter"] or leaves:
        yield gradient_line("result", graph, node.id)


def closed_lines(graph: NamedNodes, closed: Closed) -> Iterable[Line]:
    """``∂L/∂z = a − y = ⟦v6⟧ − ⟦(v3)⟧ = ⟦g5⟧``."""
    yield _closed_line(graph, closed.z, *_error(graph, closed))


def closed_result_lines(graph: NamedNodes, closed: Closed) -> Iterable[Line]:
    """``∂L/∂w = (a − y)xᵀ = (⟦v6⟧ − ⟦(v3)⟧)·⟦(v2)⟧ = ⟦g1⟧`` for every w that z alone uses."""
    error, numbers = _error(graph, closed)
    for w, x in closed.factors.items():
        if x == 1:
            yield _closed_line(graph, w, error, numbers)
        else:
            name, number = _written(graph, x)
            transposed = "ᵀ" * (len(name) == 1 and name.isalpha())
            yield _closed_line(graph, w, f"({error}){name}{transposed}", f"({numbers})·{number}")


def _error(graph: NamedNodes, closed: Closed) -> tuple[str, str]:
    """a − y in names and in numbers."""
    y, number = _written(graph, closed.y)
    return f"{graph.name(closed.a)} - {y.removeprefix('·')}", f"{slot(graph.nodes[closed.a].key)} - {number}"


def _written(graph: NamedNodes, x: Any) -> tuple[str, str]:
    """A node, or a plain number: as a factor in names, and in numbers."""
    if not isinstance(x, str):
        number = f"{x:g}" if x >= 0 else f"({x:g})"
        return f"·{number}", number
    node = graph.nodes[x]
    return node.label or f"({node.name})", slot(f"({node.key})")


def _closed_line(graph: NamedNodes, node: str, formula: str, template: str) -> Line:
    key = gradient_key(node)
    return Line("closed", different(graph.gradient_of(node), formula, template, slot(key)), key)


def _leaves(graph: NamedNodes) -> list[Node]:
    return [node for node in graph.nodes.values() if not node.op]
