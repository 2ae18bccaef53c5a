"""The lines of the closed form: ∂L/∂z = a − y, ∂L/∂w = (a − y)xᵀ, and of many examples ∂J/∂w = (A − Y)Xᵀ."""

from __future__ import annotations

import re
from functools import cached_property

from micrograd_lr.engine.elementary import sigmoid
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.keys import gradient_key
from micrograd_lr.formulas.templates import different, slot
from micrograd_lr.formulas.text import Text
from micrograd_lr.levels.closed_form import multiplied_out, slope_of_loss
from micrograd_lr.stepping.families import common_letter, families
from micrograd_lr.stepping.moves import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from micrograd_lr.stepping.families import Family
    from micrograd_lr.stepping.moves import Closed, Payment
    from micrograd_lr.stepping.names import NamedNodes

ENTRIES = 4  # of a vector that are written out
FULL = 3  # examples whose terms are written out where their names have nothing in common
_OF_AN_EXAMPLE = re.compile("⁽[^⁽⁾]*⁾$")


class ClosedLines:
    """The lines of the `closed` forms of a graph that makes these payments.

    `of_names` finds the closed forms for the end, of the graph of names, and how often each node is paid there: None if
    they are the same.
    """

    def __init__(
        self, graph: NamedNodes, closed: Iterable[Closed], payments: Iterable[Payment],
        of_names: Callable[[], tuple[Iterable[Closed], Mapping[str, int]] | None],
    ) -> None:  # fmt: skip
        self.graph, self.closed, self._of_names = graph, tuple(closed), of_names
        self._paths = {payment.operand: payment.paths for payment in payments}

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The parameters that closed forms alone pay."""
        return families(self.graph, self.closed, self._paths)

    @cached_property
    def families_at_the_end(self) -> tuple[Family, ...]:
        """The parameters that closed forms alone pay in the graph of names, whatever is opened of it."""
        of_names = self._at_the_end
        return families(self.graph, *of_names) if of_names else self.families

    @property
    def closed_at_the_end(self) -> tuple[Closed, ...]:
        """The closed forms of the graph of names, whatever is opened of it."""
        return (*self._at_the_end[0],) if self._at_the_end else self.closed

    @cached_property
    def _at_the_end(self) -> tuple[Iterable[Closed], Mapping[str, int]] | None:
        return self._of_names()

    def formula_of(self, payment: Payment) -> str:
        """What is paid as a closed form: ``a - y`` to z, ``(a - y)xᵀ`` from z to w; "" for any other payment."""
        for closed in self.closed:
            error, x = self._error(closed)[0], closed.factors.get(payment.operand)
            if payment.operand == closed.z and payment.paths == 1:
                return _over(error, closed.share)
            if payment.payer == closed.z and x is not None:
                return _over(error if x == 1 else f"({error}){self._x_of(x)[0]}", closed.share)
        return ""

    def cancelled(self, closed: Closed) -> Iterator[Line]:
        """``∂L/∂z = (-y/a + (1 - y)/(1 - a)) · a(1 - a) = -y(1 - a) + (1 - y)a = a - y``, if a and y have names."""
        loss, a, y = (self.graph.nodes.get(x) for x in (closed.loss, closed.a, closed.y))
        if loss and a and y and a.op == "sigmoid" and y.label and closed.share == 1:
            slope, names = loss.slopes[loss.operands.index(a.id)], (Text(a.name), Text(y.name))
            between = f"({slope}) · {a.slopes[0]}", str(multiplied_out(*names))
            parts = self.graph.gradient_of(closed.z), *between, self._error(closed)[0]
            yield Line("cancel", parts, "", _what_cancels(*names, slope))

    def of_z(self, closed: Closed, key: str = "") -> Line:
        """``∂L/∂z = a - y = ⟦v6⟧ - ⟦(v3)⟧ = ⟦g5⟧``. `key` is that of the number at the end, if not the gradient's."""
        key = key or gradient_key(closed.z)
        parts = (_over(text, closed.share) for text in self._error(closed))
        return Line("closed", different(self.graph.gradient_of(closed.z), *parts, slot(key)), key)

    def so_far(self, family: Family, closed: Closed, payments: Iterable[Payment]) -> Line:
        """``so far: ∂J/∂w = (⟦r9.0⟧, …) + ⟦g9⟧·(⟦v2⟧, …) = (⟦s9.0⟧, …)``: what this z pays.

        Σᵢ is over all examples, so that it is said of the whole sum alone.
        """
        paid = {payment.operand: payment for payment in payments if payment.payer == closed.z}
        now = [paid[w] for w in family.parameters]
        first, last = now[0].path == 1, now[0].path == now[0].paths
        added = slot(gradient_key(closed.z) if first else f"({gradient_key(closed.z)})")
        if not family.of_ones:
            added += f"·{self._x(family, closed)[1]}"
        whole = family.term and f"Σᵢ {_over(family.term, closed.share)}"
        formula = self._term(family, closed)[0] if first else whole if last else ""
        before = "" if first else f"{_vector([slot(x.key('r')) for x in now])} + "
        keys = [x.key("c" if first else "s") for x in now]
        terms = () if family.of_ones else (now[0].key("c"),)
        return self._line("ledger", family, [formula, before + added], keys, "" if last else "so far", terms)

    def results(self) -> Iterator[tuple[Family, Line]]:
        """``∂L/∂w = (a - y)xᵀ = …``, or ``∂J/∂w = Σᵢ (a⁽ⁱ⁾ - y⁽ⁱ⁾)x⁽ⁱ⁾ᵀ = (A - Y)Xᵀ = …``, for each family."""
        for family in self.families_at_the_end:
            if family.term:
                share = family.terms[0].share
                parts = [f"Σᵢ {_over(family.term, share)}", _over(f"{family.errors}{family.factor}", share)]
                parts.append(self._in_numbers(family))
            elif len(family.terms) <= FULL:
                alone = len(family.terms) == 1
                terms = (self._term(family, closed, alone) for closed in family.terms)
                parts = [" + ".join(texts) if all(texts) else "" for texts in zip(*terms)]
            else:
                continue
            yield family, self._line("closed", family, parts, [gradient_key(w) for w in family.parameters])

    def column(self, family: Family) -> str:
        """x, by which a family is paid: the letter that the names of its entries have in common."""
        xs = (closed.factors[w] for closed in family.terms for w in family.parameters)
        return common_letter(self.graph, xs).lower()

    def told(self, kind: str) -> set[str]:
        """The parameters whose sum over paths the lines of an example have, or those of the gradients at the end."""
        shown = (family for family, _ in self.results()) if kind == "gradients" else self.families
        return {w for family in shown for w in family.parameters}

    def _in_numbers(self, family: Family) -> str:
        """(A - Y)Xᵀ with the numbers of A - Y; "" if these are many, or those of a z that is not shown."""
        keys = [gradient_key(closed.z) for closed in family.terms]
        if len(keys) > ENTRIES or not all(closed.z for closed in family.terms):
            return ""
        if family.of_ones:
            return " + ".join([slot(keys[0]), *(slot(f"({key})") for key in keys[1:])])
        return f"{_vector([*map(slot, keys)])}{family.factor}"

    def _line(
        self, kind: str, family: Family, parts: Iterable[str], keys: Sequence[str], note: str = "",
        terms: tuple[str, ...] = (),
    ) -> Line:  # fmt: skip
        of_w = self.graph.gradient_by(family.name) if len(keys) > 1 else self.graph.gradient_of(family.parameters[0])
        key = keys[0] if len(keys) == 1 else ""
        return Line(kind, different(of_w, *parts, _vector([*map(slot, keys)])), key, note, terms)

    def _term(self, family: Family, closed: Closed, alone: bool = True) -> tuple[str, str]:
        """(a - y)xᵀ in names and in numbers; no names for a vector without one."""
        formula, numbers = self._error(closed)
        if family.of_ones and not alone:
            formula, numbers = f"({formula})", f"({numbers})"
        elif not family.of_ones:
            x, number = self._x(family, closed)
            formula, numbers = f"({formula}){x}" if x else "", f"({numbers})·{number}"
        return _over(formula, closed.share), _over(numbers, closed.share)

    def _error(self, closed: Closed) -> tuple[str, str]:
        """a - y in names and in numbers; σ(z) - y if a has no name."""
        y, number = self._written(closed.y)
        y = y.removeprefix("·")
        if closed.a:
            return f"{self.graph.name(closed.a)} - {y}", f"{slot(self.graph.nodes[closed.a].key)} - {number}"
        z = self.graph.nodes[closed.z]
        return f"{sigmoid(Text(z.name))} - {y}", f"{sigmoid(Text(slot(z.key)))} - {number}"

    def _x(self, family: Family, closed: Closed) -> tuple[str, str]:
        """xᵀ in names and in numbers; no name if the entries of one example do not show which it is."""
        xs = [closed.factors[w] for w in family.parameters]
        if len(xs) == 1:
            return self._x_of(xs[0])
        labels = [self.graph.nodes[x].label for x in xs]
        examples = {match[0] if (match := _OF_AN_EXAMPLE.search(label)) else "" for label in labels}
        numbers = _vector([slot(self.graph.nodes[x].key) for x in xs])
        name = common_letter(self.graph, xs).lower() + "".join(examples) + "ᵀ"
        return name if len(family.terms) == 1 or (len(examples) == 1 and "" not in examples) else "", numbers

    def _x_of(self, x: Any) -> tuple[str, str]:
        name, number = self._written(x)
        return name + "ᵀ" * (len(name) == 1 and name.isalpha()), number

    def _written(self, x: Any) -> tuple[str, str]:
        """A node, or a plain number: as a factor in names, and in numbers."""
        if not isinstance(x, str):
            number = f"{x:g}" if x >= 0 else f"({x:g})"
            return f"·{number}", number
        node = self.graph.nodes[x]
        return node.label or f"({node.name})", slot(f"({node.key})")


def _what_cancels(a: Text, y: Text, slope: str) -> str:
    """How the product becomes a - y, in words; "" if the slope of the loss is not written as the slides' fractions."""
    (first, below_first), (second, below_second) = slope_of_loss(a, y)
    if slope != str(first / below_first + second / below_second):
        return ""
    ya = y * a
    return format_formula(
        f"{below_first} cancels in the first term, {below_second} in the second, then +{ya} and -{ya}"
    )


def _vector(entries: Sequence[str]) -> str:
    """``(1, 0.3)``, with … for the middle of a long one; a single entry is a number."""
    if len(entries) > ENTRIES:
        entries = [*entries[: ENTRIES - 1], "…", entries[-1]]
    return f"({', '.join(entries)})" if len(entries) > 1 else entries[0]


def _over(text: str, share: int) -> str:
    """A formula divided by `share`."""
    if share == 1 or not text:
        return text
    return f"{text}/{share}" if text.startswith("(") else f"({text})/{share}"
