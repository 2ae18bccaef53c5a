"""The lines of a move: what it computes, as formulas with slots for the numbers."""

from __future__ import annotations

from micrograd_lr.formulas.keys import gradient_key
from micrograd_lr.formulas.templates import different, slot
from micrograd_lr.stepping.moves import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from micrograd_lr.stepping.closed_lines import ClosedLines
    from micrograd_lr.stepping.moves import Example, Node, Payment
    from micrograd_lr.stepping.names import NamedNodes

SHOWN = 6  # payments of one move that are shown line by line
FAMILIES = 3  # vectors of parameters, or single ones, of which an example shows what they have been paid so far


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
    """For each payment the local derivative and the contribution, and from the second path on the sum so far.

    What the root pays is its local derivative, times ∂L/∂L = 1: one line says both.
    """
    for payment in payments:
        payer = graph.nodes[payment.payer]
        local = graph.slope_of(payment)
        slope, template = payer.slopes[payment.position], payer.slope_templates[payment.position]
        if payer.has_plain_slope(payment.position):
            slope = template = ""
        p, c = payment.key("p"), payment.key("c")
        of_all = graph.gradient_of(payment.operand)
        note = graph.path(payment)
        if payer == graph.root:
            yield Line("local", different("" if note else of_all, slope, template, slot(p)), p, note)
        else:
            yield Line("local", different(local, slope, template, slot(p)), p)
            product = f"{graph.gradient_of(payer.id)} · {local}", f"{slot(gradient_key(payer.id))}·{slot(f'({p})')}"
            yield Line("payment", different("" if note else of_all, *product, slot(c)), c, note)
        if payment.path > 1:
            r, s, note = payment.key("r"), payment.key("s"), graph.so_far(payment)
            yield Line("ledger", different("" if note else of_all, f"{slot(r)} + {slot(f'({c})')}", slot(s)), s, note)


def backward_lines(
    graph: NamedNodes, forms: ClosedLines, payments: Sequence[Payment], example: Example | None
) -> tuple[tuple[Line, ...], int]:
    """What a backward move pays, and how many payments are not shown.

    Of an example that has a closed form: a - y, and with it what the parameters have been paid so far.
    """
    lines: list[Line] = []
    rest = [*payments]
    of_z = {payment.operand: payment for payment in payments}
    proven = [closed for closed in forms.closed if closed.z in of_z]
    if example:
        more = 0
        for closed in proven:
            lines.append(forms.of_z(closed, of_z[closed.z].key("c")))
            paying = [family for family in forms.families if closed in family.terms]
            lines += [forms.so_far(family, closed, payments) for family in paying[:FAMILIES]]
            more += len(paying[FAMILIES:])
            known = {(closed.loss, closed.a or closed.z), (closed.a, closed.z)}
            known |= {(closed.z, w) for family in paying for w in family.parameters}
            rest = [payment for payment in rest if (payment.payer, payment.operand) not in known]
        return (*lines, *payment_lines(graph, rest[:SHOWN])), more + len(rest[SHOWN:])
    for closed in proven:
        lines += [*forms.cancelled(closed), forms.of_z(closed)]
    return (*payment_lines(graph, rest[:SHOWN]), *lines), len(rest[SHOWN:])


def result_lines(graph: NamedNodes, forms: ClosedLines) -> Iterable[Line]:
    """``∂L/∂w = ⟦g1⟧`` for every parameter, or for every leaf if all of them are data; closed forms where there are."""
    proven = [*forms.results()]
    known = {w for family, _ in proven for w in family.parameters}
    leaves = _leaves(graph)
    for node in [leaf for leaf in leaves if leaf.kind == "parameter"] or leaves:
        if node.id not in known:
            yield gradient_line("result", graph, node.id)
    yield from (line for _, line in proven)


def _leaves(graph: NamedNodes) -> list[Node]:
    return [node for node in graph.nodes.values() if not node.op]
