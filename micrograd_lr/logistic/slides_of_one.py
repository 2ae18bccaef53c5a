"""The slides for one example, with formulas by the engine's rules and numbers from its graph."""

from __future__ import annotations

from dataclasses import dataclass, replace

from micrograd_lr.logistic.arithmetic import Slots, dimensions_of, line_of, product_of, row_of, sum_of
from micrograd_lr.logistic.model import OneExample, formulas
from micrograd_lr.logistic.slide import (
    BACKWARD,
    BACKWARD_QUESTION,
    DIMENSIONS,
    DIMENSIONS_QUESTION,
    FORWARD,
    FORWARD_QUESTION,
    Answer,
    Slide,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


class SlidesOfOne:
    """The slides for one example, and what they share: the rules in letters, the rules in slots, and the factors."""

    def __init__(self, one: OneExample) -> None:
        self.one = one
        self.slots = slots = Slots(one.L)
        self.x, self.y, self.z, self.a = slots.row(one.x), *map(slots.value, (one.y, one.z, one.a))
        self.rules = rules = formulas()
        self.in_slots = in_slots = formulas(("w", "x", "b", str(self.y), str(self.z), str(self.a)))
        dz_dw = row_of(slots.partial(one.z.operands[0], j) for j in range(len(one.w)))
        self.loss = _Factor("∂L/∂a", rules["∂L/∂a"], in_slots["∂L/∂a"], slots.gradient(one.a))
        self.sigma = _Factor("∂a/∂z", rules["∂a/∂z"], in_slots["∂a/∂z"], slots.partial(one.a))
        self.by_w = _Factor("∂z/∂w", rules["∂z/∂w"] + "ᵀ", self.x, dz_dw)
        self.by_b = _Factor("∂z/∂b", rules["∂z/∂b"], in_slots["∂z/∂b"], slots.partial(one.z, 1))
        self.dw, self.db = row_of(map(slots.gradient, one.w)), slots.gradient(one.b)

    def slides(self) -> Iterator[Slide]:
        to_w = _chain("∂L/∂w", [self.loss, self.sigma, self.by_w], self.dw)
        to_b = _chain("∂L/∂b", [self.loss, self.sigma, self.by_b], self.db)
        one_path = "The only way from w to L leads through z and a: one product, a factor for each step."
        yield Slide(FORWARD, FORWARD_QUESTION, self.forward())
        yield Slide(DIMENSIONS, DIMENSIONS_QUESTION, self.dimensions())
        yield Slide(BACKWARD, BACKWARD_QUESTION, (replace(to_w[0], why=one_path), to_b[0]))
        yield from self.factors()
        put_in = [answer for pair in zip(to_w, to_b) for answer in pair]
        yield Slide(BACKWARD, f"{BACKWARD_QUESTION} Put the factors in, one by one.", (*put_in, *self.closed_forms()))

    def forward(self) -> tuple[Answer, ...]:
        slots, one, in_slots = self.slots, self.one, self.in_slots
        z = sum_of(map(slots.term, one.w, one.x), slots.value(one.b))
        loss_of_y_hat = formulas("wxbyzŷ")["L"]
        return (
            Answer(f"z = {self.rules['z']}", (line_of("z", z, self.z),)),
            Answer(f"ŷ = {self.rules['a']} = a", (line_of("a", in_slots["a"], self.a),)),
            Answer(f"L = {loss_of_y_hat}", (line_of("L", in_slots["L"], slots.value(one.L)),)),
        )

    def dimensions(self) -> tuple[Answer, ...]:
        dims = self.one.dimensions()
        return (
            Answer("x = (n, 1), w = (1, n), b = (1, 1)", (dimensions_of(dims, "xwb"),)),
            Answer("z = (1, 1), a = (1, 1), L = (1, 1)", (dimensions_of(dims, "zaL"),)),
        )

    def factors(self) -> Iterator[Slide]:
        rules = self.rules
        w_is_a_row = "The derivative by w has the shape of w, a row: so x is transposed."
        parameters = (self.by_w.answer(w_is_a_row), self.by_b.answer())
        yield Slide(BACKWARD, "How does the loss change with a?", (self.loss.worked(),), f"L = {rules['L']}")
        yield Slide(BACKWARD, "How does a change with z?", (self.sigma.worked(),), f"a = {rules['a']}")
        yield Slide(BACKWARD, "How does z change with the parameters?", parameters, f"z = {rules['z']}")

    def closed_forms(self) -> tuple[Answer, ...]:
        error = f"{self.a} - {self.y}"
        cancelled = "Multiplied out, the first two factors are -y(1 - a) + (1 - y)a, and that is a - y."
        return (
            Answer("∂L/∂w = (a - y)xᵀ", (line_of("∂L/∂w", product_of(error, self.x), self.dw),), cancelled),
            Answer("∂L/∂b = a - y", (line_of("∂L/∂b", error, self.db),)),
        )


@dataclass(frozen=True)
class _Factor:
    """A factor of the chain: its name, its rule in letters, the same rule in slots, and the slot of its number."""

    name: str
    rule: str
    arithmetic: str
    number: Any

    def answer(self, why: str = "") -> Answer:
        """The rule and its number."""
        return Answer(f"{self.name} = {self.rule}", (line_of(self.name, self.number),), why)

    def worked(self) -> Answer:
        """The rule, its arithmetic, and its number."""
        return Answer(f"{self.name} = {self.rule}", (line_of(self.name, self.arithmetic, self.number),))


def _chain(of: str, factors: Sequence[_Factor], gradient: Any) -> list[Answer]:
    """The chain as names; then with the first factor put in, with the first two, and so on."""
    answers = []
    for known in range(len(factors) + 1):
        put_in, still = factors[:known], factors[known:]
        rules = product_of(*(x.rule for x in put_in), *(x.name for x in still))
        numbers = product_of(*(x.arithmetic for x in put_in), *(x.number for x in still))
        answers.append(Answer(f"{of} = {rules}", (line_of(of, numbers, gradient),)))
    return answers
