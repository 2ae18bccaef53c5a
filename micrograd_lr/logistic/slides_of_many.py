"""The slides for many examples, with formulas by the engine's rules and numbers from its graph."""

from __future__ import annotations

from micrograd_lr.formulas.format import subscript, superscript
from micrograd_lr.logistic.arithmetic import (
    Slots,
    abridged,
    column_of,
    dimensions_of,
    line_of,
    product_of,
    row_of,
    sum_of,
)
from micrograd_lr.logistic.model import ManyExamples, formulas
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
    from collections.abc import Iterable, Iterator
    from typing import Any

# Where the slides are not exact, and what is written here instead:
# * They call the matrices x, z and a; here they are X, Z and A, as the slides have it themselves in (A - Y)Xᵀ.
# * Their ∂J/∂a⁽ⁱ⁾ has a sum over i, without parentheses; but a⁽ⁱ⁾ is in one term only, so there is nothing to sum.
# * Their ∂J/∂w has the factors of example i but no sum; every example has a path from w to J, so products are added up.
# * Their z⁽ⁱ⁾ leaves out b and counts the features from 0; here b is added, and features count from 1.


class SlidesOfMany:
    """The slides for many examples, and what they share: the rules in indexed letters, and lists of slots."""

    def __init__(self, many: ManyExamples) -> None:
        self.many = many
        self.slots = slots = Slots(many.J)
        self.rules = formulas(("wₚ", "Xₚ⁽ⁱ⁾", "b", "y⁽ⁱ⁾", "z⁽ⁱ⁾", "a⁽ⁱ⁾"))
        self.X = [[*map(slots.value, row)] for row in many.X]
        self.Y, self.Z, self.A = ([*map(slots.value, row)] for row in (many.Y, many.Z, many.activations))
        self.in_slots = [formulas(("w", "x", "b", *map(str, yza))) for yza in zip(self.Y, self.Z, self.A)]
        self.errors = [a - y for a, y in zip(self.A, self.Y)]
        self.dJ_da = [*map(slots.gradient, many.activations)]
        self.da_dz = [*map(slots.partial, many.activations)]
        self.dz_dw = [[slots.partial(z.operands[0], p) for p in range(len(many.w))] for z in many.Z]
        self.dw, self.db = [*map(slots.gradient, many.w)], slots.gradient(many.b)

    def slides(self) -> Iterator[Slide]:
        chain = (
            Answer("∂J/∂w = ∂J/∂A · ∂A/∂Z · ∂Z/∂w", why="The factors are matrices now: look at one entry at a time."),
            Answer("∂J/∂b = ∂J/∂A · ∂A/∂Z · ∂Z/∂b"),
        )
        yield Slide(FORWARD, FORWARD_QUESTION, self.forward())
        yield Slide(DIMENSIONS, DIMENSIONS_QUESTION, self.dimensions())
        yield Slide(BACKWARD, BACKWARD_QUESTION, chain)
        yield from self.factors()
        question = f"{BACKWARD_QUESTION} Put the factors in, and add up the examples."
        yield Slide(BACKWARD, question, (*self.sums(), *self.closed_forms()))

    def forward(self) -> tuple[Answer, ...]:
        slots, many, rules = self.slots, self.many, formulas("wXbYZA")
        logits = (sum_of(map(slots.term, many.w, x), slots.value(many.b)) for x in zip(*many.X))
        losses = [*map(slots.value, many.losses)]
        loss_of_y_hat = formulas(("w", "x", "b", "y⁽ⁱ⁾", "z", "ŷ⁽ⁱ⁾"))["L"]
        return (
            Answer(
                f"Z = {rules['z']}", _by_example("z⁽ⁱ⁾", logits, self.Z),
                "The examples are the columns of X, and b is added to every entry of wX.",
            ),
            Answer(f"Ŷ = {rules['a']} = A", _by_example("a⁽ⁱ⁾", self.rule("a"), self.A)),
            Answer(
                f"J = {_sum_over_i(loss_of_y_hat)}",
                (*_by_example("L⁽ⁱ⁾", self.rule("L"), losses), line_of("J", sum_of(losses), slots.value(many.J))),
            ),
        )  # fmt: skip

    def dimensions(self) -> tuple[Answer, ...]:
        dims = self.many.dimensions()
        spread = f"{dimensions_of(dims, 'Xwb')} → {dims['Z']}"
        one_b = "The arrow: b is one number, and serves all m examples."
        return (
            Answer("X = (n, m), w = (1, n), b = (1, 1) → (1, m)", (spread,), one_b),
            Answer("Z = (1, m), A = (1, m), J = (1, 1)", (dimensions_of(dims, "ZAJ"),)),
        )

    def factors(self) -> Iterator[Slide]:
        rules, by_b = self.rules, [self.slots.partial(z, 1) for z in self.many.Z]
        loss = Answer(
            f"∂J/∂a⁽ⁱ⁾ = {rules['∂L/∂a']}", _by_example("∂J/∂a⁽ⁱ⁾", self.rule("∂L/∂a"), self.dJ_da),
            "J is a sum, and a⁽ⁱ⁾ is in one term of it only: nothing is left to be summed.",
        )  # fmt: skip
        sigma = Answer(f"∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ = {rules['∂a/∂z']}", _by_example("∂a⁽ⁱ⁾/∂z⁽ⁱ⁾", self.rule("∂a/∂z"), self.da_dz))
        parameters = (
            Answer(
                f"∂z⁽ⁱ⁾/∂wₚ = {rules['∂z/∂w']}", _by_example("∂z⁽ⁱ⁾/∂w", map(row_of, self.dz_dw)),
                "wₚ is in one term of the sum only, that with j = p.",
            ),
            Answer(f"∂z⁽ⁱ⁾/∂b = {rules['∂z/∂b']}", _by_example("∂z⁽ⁱ⁾/∂b", by_b)),
        )  # fmt: skip
        logit = formulas(("wⱼ", "Xⱼ⁽ⁱ⁾", "b", "y", "z", "a"))["z"]
        yield Slide(BACKWARD, "How does J change with one a⁽ⁱ⁾?", (loss,), f"J = {_sum_over_i(rules['L'])}")
        yield Slide(BACKWARD, "How does a⁽ⁱ⁾ change with z⁽ⁱ⁾?", (sigma,), f"a⁽ⁱ⁾ = {rules['a']}")
        yield Slide(BACKWARD, "How does z⁽ⁱ⁾ change with w? Take one weight wₚ.", parameters, f"z⁽ⁱ⁾ = Σⱼ₌₁ⁿ {logit}")

    def sums(self) -> tuple[Answer, ...]:
        by_example = sum_of(map(product_of, self.dJ_da, self.da_dz, map(row_of, self.dz_dw)))
        many_paths = "Every example is a path of its own from w to J, and what comes along several paths adds up."
        cancelled = "The first two factors are those of one example, and cancel as they do there."
        return (
            Answer(
                "∂J/∂w = Σᵢ₌₁ᵐ ∂J/∂a⁽ⁱ⁾ · ∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ · ∂z⁽ⁱ⁾/∂w", (line_of("∂J/∂w", by_example, row_of(self.dw)),),
                many_paths,
            ),
            Answer(
                "∂J/∂wₚ = Σᵢ₌₁ᵐ ∂J/∂a⁽ⁱ⁾ · ∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ · ∂z⁽ⁱ⁾/∂wₚ",
                self.by_weight(sum_of(map(product_of, self.dJ_da, self.da_dz, dz_dwp)) for dz_dwp in zip(*self.dz_dw)),
            ),
            Answer(
                "∂J/∂wₚ = Σᵢ₌₁ᵐ (a⁽ⁱ⁾ - y⁽ⁱ⁾) · ∂z⁽ⁱ⁾/∂wₚ",
                self.by_weight(sum_of(map(product_of, self.errors, dz_dwp)) for dz_dwp in zip(*self.dz_dw)), cancelled,
            ),
            Answer(
                "∂J/∂wₚ = Σᵢ₌₁ᵐ (a⁽ⁱ⁾ - y⁽ⁱ⁾) Xₚ⁽ⁱ⁾",
                self.by_weight(sum_of(map(product_of, self.errors, Xp)) for Xp in self.X),
            ),
        )  # fmt: skip

    def closed_forms(self) -> tuple[Answer, ...]:
        errors, ones = row_of(self.errors), column_of([1] * len(self.A))
        all_of_X = row_of(Xp[0] for Xp in self.X) if len(self.A) == 1 else row_of(map(row_of, self.X)) + "ᵀ"
        return (
            Answer(
                "∂J/∂wₚ = (A - Y)Xₚᵀ", self.by_weight(product_of(errors, column_of(Xp)) for Xp in self.X),
                "A sum of products is a row times a column. Xₚ is row p of X: feature p of every example.",
            ),
            Answer("∂J/∂w = (A - Y)Xᵀ", (line_of("∂J/∂w", product_of(errors, all_of_X), row_of(self.dw)),)),
            Answer(
                "∂J/∂b = (A - Y)𝟏", (line_of("∂J/∂b", product_of(errors, ones), self.db),),
                "∂z⁽ⁱ⁾/∂b is 1 in every example: 𝟏, the column of m ones, stands where Xᵀ was.",
            ),
        )  # fmt: skip

    def rule(self, name: str) -> list[str]:
        """A rule in the slots of each example."""
        return [rules[name] for rules in self.in_slots]

    def by_weight(self, sums: Iterable[str]) -> tuple[str, ...]:
        """A line per weight: ``∂J/∂w₁ = …``, ``∂J/∂w₂ = …``."""
        lines = [line_of(f"∂J/∂w{subscript(p)}", *line) for p, line in enumerate(zip(sums, self.dw), start=1)]
        return (*abridged(lines, "…"),)


def _by_example(name: str, *parts: Iterable[Any]) -> tuple[str, ...]:
    """A line per example: ``a⁽¹⁾ = …``, ``a⁽²⁾ = …``."""
    lines = [line_of(name.replace("⁽ⁱ⁾", superscript(i)), *line) for i, line in enumerate(zip(*parts), start=1)]
    return (*abridged(lines, "…"),)


def _sum_over_i(loss: str) -> str:
    """The sum of the losses -(…) of all examples, with the minus sign in front of it."""
    return f"-Σᵢ₌₁ᵐ {loss.removeprefix('-')}"
