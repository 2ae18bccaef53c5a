"""Which parameters are written as one vector, w of w₁ and w₂, and what the names of many examples have in common."""

from __future__ import annotations

from dataclasses import dataclass

from micrograd_lr.engine.elementary import sigmoid
from micrograd_lr.formulas.format import letters
from micrograd_lr.formulas.text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from micrograd_lr.stepping.moves import Closed
    from micrograd_lr.stepping.names import NamedNodes


@dataclass(frozen=True)
class Family:
    """Parameters that closed forms alone pay, each of `terms` once: ∂J/∂w is Σᵢ (a⁽ⁱ⁾ − y⁽ⁱ⁾)x⁽ⁱ⁾ᵀ = (A − Y)Xᵀ.

    `name` is w. `term` is what is summed, `errors` is (A - Y), and `factor` Xᵀ, or 𝟏 for a b; all three are "" for one
    example, and where the names have nothing in common.
    """

    name: str
    parameters: tuple[str, ...]
    terms: tuple[Closed, ...]
    term: str = ""
    errors: str = ""
    factor: str = ""

    @property
    def of_ones(self) -> bool:
        """Whether each x is 1, as it is for a b."""
        return all(closed.factors[w] == 1 for closed in self.terms for w in self.parameters)


def families(graph: NamedNodes, closed_forms: Iterable[Closed], paths: Mapping[str, int]) -> tuple[Family, ...]:
    """The parameters that closed forms alone pay, in the order of the graph; `paths` is how often each node is paid."""
    terms: dict[str, list[Closed]] = {w: [] for w, node in graph.nodes.items() if not node.op}
    for closed in closed_forms:
        for w in closed.factors:
            terms[w].append(closed)
    together: dict[Any, list[str]] = {}
    for w, of_w in terms.items():
        if len(of_w) == paths.get(w, -1) and len({closed.share for closed in of_w}) == 1:
            together.setdefault(_vector(graph, w, of_w) or w, []).append(w)
    return tuple(_family(graph, tuple(parameters), tuple(terms[parameters[0]])) for parameters in together.values())


def common_letter(graph: NamedNodes, nodes: Iterable[Any]) -> str:
    """The one letter of the names of some nodes, x of x₁ and x₂; "" if they have none in common, or are numbers."""
    found = {letters(graph.nodes[x].label) if x in graph.nodes else "" for x in nodes}
    letter = found.pop() if len(found) == 1 else ""
    return letter if len(letter) == 1 else ""


def _vector(graph: NamedNodes, w: str, terms: Iterable[Closed]) -> tuple[str, ...]:
    """What w₁ shares with w₂ if they are entries of one vector, and their x₁ and x₂ as well; () if it is no entry."""
    name, x = common_letter(graph, [w]), common_letter(graph, (closed.factors[w] for closed in terms))
    is_entry = name and x and name.lower() != x.lower() and _free(graph, name)
    return (name, x, *(closed.z or closed.a for closed in terms)) if is_entry else ()


def _free(graph: NamedNodes, *names: str) -> bool:
    """Whether no node has one of these names."""
    return not any(node.label in names for node in graph.nodes.values())


def _family(graph: NamedNodes, parameters: tuple[str, ...], terms: tuple[Closed, ...]) -> Family:
    name = graph.name(parameters[0]) if len(parameters) == 1 else common_letter(graph, parameters)
    alone = Family(name, parameters, terms)
    named = all(closed.a for closed in terms)
    a = common_letter(graph, (closed.a if named else closed.z for closed in terms)).lower()
    y = common_letter(graph, (closed.y for closed in terms)).lower()
    x = "𝟏" if alone.of_ones else common_letter(graph, (c.factors[w] for c in terms for w in parameters)).lower()
    if len(terms) == 1 or "" in (a, y, x) or len({a, y, x}) < 3 or not _free(graph, a.upper(), y.upper(), x.upper()):
        return alone
    of_one, of_all = f"{a}⁽ⁱ⁾", a.upper()
    if not named:
        of_one, of_all = (str(sigmoid(Text(z))) for z in (of_one, of_all))
    return Family(
        name, parameters, terms,
        term=f"({of_one} - {y}⁽ⁱ⁾)" + ("" if alone.of_ones else f"{x}⁽ⁱ⁾ᵀ"),
        errors=f"({of_all} - {y.upper()})",
        factor=x if alone.of_ones else f"{x.upper()}ᵀ",
    )  # fmt: skip
