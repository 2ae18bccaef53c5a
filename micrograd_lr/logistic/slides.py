"""The slides as data: every question with its answers, in the slides' order, the engine's numbers beside the formulas.

No derivative is written here. The rules are rows of the table: run on names they are the formulas, run on slots (see
`steps`) the arithmetic with numbers. Written are the chain, which is names, and the closed forms it simplifies to.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace

from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import formula
from micrograd_lr.formulas.templates import signed
from micrograd_lr.formulas.text import SLOT, Text, as_text
from micrograd_lr.logistic.model import ManyExamples, OneExample, formulas, subscript, superscript
from micrograd_lr.stepping.frames import steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

WIDTH = 80
MOST = 6  # entries of a vector, or examples, that are written one by one; of more, the first three and the last

FORWARD, DIMENSIONS, BACKWARD = "Forward pass", "Dimensionality", "Backpropagation"
FORWARD_QUESTION = "Which equations make up the forward pass of logistic regression?"
DIMENSIONS_QUESTION = "Which dimensions do the variables have?"
BACKWARD_QUESTION = "Which equations give the gradients of the parameters?"


@dataclass(frozen=True)
class Answer:
    """A formula, and `why` it holds where that needs a reason.

    `numbers` are lines that say the same with numbers, as templates: ``steps(example.L).filled(line)`` (for many
    examples: of ``example.J``) writes those of the graph into their slots.
    """

    formula: str
    numbers: tuple[str, ...] = ()
    why: str = ""

    @property
    def asked(self) -> str:
        """The question that the formula answers: ``∂L/∂a = ?``."""
        return f"{self.formula.partition(' = ')[0]} = ?"


@dataclass(frozen=True)
class Slide:
    """A question, the formula that is `given` with it if any, and the answers, to be shown one after the other."""

    title: str
    question: str
    answers: tuple[Answer, ...]
    given: str = ""


def derivation(example: OneExample | ManyExamples) -> tuple[Slide, ...]:
    """Backpropagation in logistic regression, question by question, for one example or for many.

    For many examples the graph has to have the nodes a⁽ⁱ⁾: ``ManyExamples(w, b, X, Y, loss=literal_loss)``, ValueError
    otherwise. Data given as nodes get slots; plain numbers stand in the templates as they are, with six digits.
    """
    if isinstance(example, OneExample):
        _check_apart([*example.w, example.b, *example.x, example.y])
        return tuple(_One(example).slides())
    if not isinstance(example, ManyExamples):
        raise TypeError(
            f"derivation(example) tells the story of a OneExample or of ManyExamples, not {example!r:.80} "
            f"({type(example).__name__}). Make one: OneExample(w, b, x, y)."
        )
    if not example.activations:
        raise ValueError(
            "the derivation goes through the nodes a⁽ⁱ⁾ = σ(z⁽ⁱ⁾), and this graph was recorded with a loss that does "
            "not show them. Spell it out: ManyExamples(w, b, X, Y, loss=literal_loss)."
        )
    _check_apart([*example.w, example.b, *(x for row in example.X for x in row), *example.Y])
    return tuple(_Many(example).slides())


def _check_apart(variables: Iterable[Any]) -> None:
    """ValueError where a variable depends on another one: its gradient has terms that the slides do not know."""
    seen: set[Value] = set()
    for x in variables:
        if isinstance(x, Value):
            if x in seen or x.op:
                why = "stands in two places" if x in seen else "is computed from other nodes"
                raise ValueError(
                    f"w, b, x and y are variables of their own in the derivation, but {x.label or repr(x)} {why}. "
                    "Give each a Value of its own: Value(x.data)."
                )
            seen.add(x)


def board(example: OneExample | ManyExamples) -> str:
    """The derivation as plain text of 80 columns: questions, answers, and the engine's numbers."""
    slides = derivation(example)
    examples, root = ("one example", example.L) if isinstance(example, OneExample) else ("many examples", example.J)
    filled = steps(root).filled
    lines = [f"Logistic regression, {examples}"]
    for slide in slides:
        lines += ["", *_wrapped(f"{slide.title}. {slide.question}", 0)]
        if slide.given:
            lines += _wrapped(f"Given: {formula(slide.given)}", 2)
        for answer in slide.answers:
            lines += ["", *_wrapped(formula(answer.formula), 4)]
            for line in answer.numbers:
                lines += _wrapped(filled(line), 8)
            lines += _wrapped(formula(answer.why), 6)
    return "\n".join(lines)


def _wrapped(text: str, indent: int) -> list[str]:
    first, later = " " * indent, " " * (indent + 2 * bool(indent))
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False, break_long_words=False
    )


# --- One example ------------------------------------------------------------------------------------------------------


class _One:
    """The slides for one example, and what they share: the rules in letters and in slots, and the factors."""

    def __init__(self, one: OneExample) -> None:
        self.one = one
        self.slots = slots = _Slots(one.L)
        self.x, self.y, self.z, self.a = slots.row(one.x), *map(slots.value, (one.y, one.z, one.a))
        self.rules = rules = formulas()
        self.numbers = numbers = formulas(("w", "x", "b", str(self.y), str(self.z), str(self.a)))
        dz_dw = _row(slots.partial(one.z.operands[0], j) for j in range(len(one.w)))
        self.loss = _Factor("∂L/∂a", rules["∂L/∂a"], numbers["∂L/∂a"], slots.gradient(one.a))
        self.sigma = _Factor("∂a/∂z", rules["∂a/∂z"], numbers["∂a/∂z"], slots.partial(one.a))
        self.by_w = _Factor("∂z/∂w", rules["∂z/∂w"] + "ᵀ", self.x, dz_dw)
        self.by_b = _Factor("∂z/∂b", rules["∂z/∂b"], numbers["∂z/∂b"], slots.partial(one.z, 1))
        self.dw, self.db = _row(map(slots.gradient, one.w)), slots.gradient(one.b)

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
        slots, one, numbers = self.slots, self.one, self.numbers
        z = _total(map(slots.product, one.w, one.x), slots.value(one.b))
        loss_of_y_hat = formulas("wxbyzŷ")["L"]
        return (
            Answer(f"z = {self.rules['z']}", (_line("z", z, self.z),)),
            Answer(f"ŷ = {self.rules['a']} = a", (_line("a", numbers["a"], self.a),)),
            Answer(f"L = {loss_of_y_hat}", (_line("L", numbers["L"], slots.value(one.L)),)),
        )

    def dimensions(self) -> tuple[Answer, ...]:
        dims = self.one.dimensions()
        return (
            Answer("x = (n, 1), w = (1, n), b = (1, 1)", (_dimensions(dims, "xwb"),)),
            Answer("z = (1, 1), a = (1, 1), L = (1, 1)", (_dimensions(dims, "zaL"),)),
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
            Answer("∂L/∂w = (a - y)xᵀ", (_line("∂L/∂w", _product(error, self.x), self.dw),), cancelled),
            Answer("∂L/∂b = a - y", (_line("∂L/∂b", error, self.db),)),
        )


# --- Many examples ----------------------------------------------------------------------------------------------------

# Where the slides are loose, and what stands here instead:
# * They call the matrices x, z and a too: here X, Z and A, as they do themselves in (A - Y)Xᵀ.
# * Their ∂J/∂a⁽ⁱ⁾ carries a sum over i, with parentheses missing: a⁽ⁱ⁾ is in one term only, so there is nothing to sum.
# * Their ∂J/∂w by factors of example i has no sum: every example has a path from w to J, so the products are added up.
# * Their z⁽ⁱ⁾ leaves out b, and counts the features from 0: here + b, and from 1.


class _Many:
    """The slides for many examples, and what they share: the rules on indexed names, and slots, a list per variable."""

    def __init__(self, many: ManyExamples) -> None:
        self.many = many
        self.slots = slots = _Slots(many.J)
        self.rules = formulas(("wₚ", "Xₚ⁽ⁱ⁾", "b", "y⁽ⁱ⁾", "z⁽ⁱ⁾", "a⁽ⁱ⁾"))
        self.X = [[*map(slots.value, row)] for row in many.X]
        self.Y, self.Z, self.A = ([*map(slots.value, row)] for row in (many.Y, many.Z, many.activations))
        self.numbers = [formulas(("w", "x", "b", *map(str, yza))) for yza in zip(self.Y, self.Z, self.A)]
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
        logits = (_total(map(slots.product, many.w, x), slots.value(many.b)) for x in zip(*many.X))
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
                (*_by_example("L⁽ⁱ⁾", self.rule("L"), losses), _line("J", _total(losses), slots.value(many.J))),
            ),
        )  # fmt: skip

    def dimensions(self) -> tuple[Answer, ...]:
        dims = self.many.dimensions()
        spread = f"{_dimensions(dims, 'Xwb')} → {dims['Z']}"
        one_b = "The arrow: b is one number, and serves all m examples."
        return (
            Answer("X = (n, m), w = (1, n), b = (1, 1) → (1, m)", (spread,), one_b),
            Answer("Z = (1, m), A = (1, m), J = (1, 1)", (_dimensions(dims, "ZAJ"),)),
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
                f"∂z⁽ⁱ⁾/∂wₚ = {rules['∂z/∂w']}", _by_example("∂z⁽ⁱ⁾/∂w", map(_row, self.dz_dw)),
                "wₚ is in one term of the sum only, that with j = p.",
            ),
            Answer(f"∂z⁽ⁱ⁾/∂b = {rules['∂z/∂b']}", _by_example("∂z⁽ⁱ⁾/∂b", by_b)),
        )  # fmt: skip
        logit = formulas(("wⱼ", "Xⱼ⁽ⁱ⁾", "b", "y", "z", "a"))["z"]
        yield Slide(BACKWARD, "How does J change with one a⁽ⁱ⁾?", (loss,), f"J = {_sum_over_i(rules['L'])}")
        yield Slide(BACKWARD, "How does a⁽ⁱ⁾ change with z⁽ⁱ⁾?", (sigma,), f"a⁽ⁱ⁾ = {rules['a']}")
        yield Slide(BACKWARD, "How does z⁽ⁱ⁾ change with w? Take one weight wₚ.", parameters, f"z⁽ⁱ⁾ = Σⱼ₌₁ⁿ {logit}")

    def sums(self) -> tuple[Answer, ...]:
        rows = _total(map(_product, self.dJ_da, self.da_dz, map(_row, self.dz_dw)))
        many_paths = "Every example is a path of its own from w to J, and what comes along several paths adds up."
        cancelled = "The first two factors are those of one example, and cancel as they do there."
        return (
            Answer(
                "∂J/∂w = Σᵢ₌₁ᵐ ∂J/∂a⁽ⁱ⁾ · ∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ · ∂z⁽ⁱ⁾/∂w", (_line("∂J/∂w", rows, _row(self.dw)),), many_paths
            ),
            Answer(
                "∂J/∂wₚ = Σᵢ₌₁ᵐ ∂J/∂a⁽ⁱ⁾ · ∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ · ∂z⁽ⁱ⁾/∂wₚ",
                self.by_weight(_total(map(_product, self.dJ_da, self.da_dz, dz_dwp)) for dz_dwp in zip(*self.dz_dw)),
            ),
            Answer(
                "∂J/∂wₚ = Σᵢ₌₁ᵐ (a⁽ⁱ⁾ - y⁽ⁱ⁾) · ∂z⁽ⁱ⁾/∂wₚ",
                self.by_weight(_total(map(_product, self.errors, dz_dwp)) for dz_dwp in zip(*self.dz_dw)), cancelled,
            ),
            Answer(
                "∂J/∂wₚ = Σᵢ₌₁ᵐ (a⁽ⁱ⁾ - y⁽ⁱ⁾) Xₚ⁽ⁱ⁾",
                self.by_weight(_total(map(_product, self.errors, Xp)) for Xp in self.X),
            ),
        )  # fmt: skip

    def closed_forms(self) -> tuple[Answer, ...]:
        errors, ones = _row(self.errors), _column([1] * len(self.A))
        all_of_X = _row(Xp[0] for Xp in self.X) if len(self.A) == 1 else _row(map(_row, self.X)) + "ᵀ"
        return (
            Answer(
                "∂J/∂wₚ = (A - Y)Xₚᵀ", self.by_weight(_product(errors, _column(Xp)) for Xp in self.X),
                "A sum of products is a row times a column. Xₚ is row p of X: feature p of every example.",
            ),
            Answer("∂J/∂w = (A - Y)Xᵀ", (_line("∂J/∂w", _product(errors, all_of_X), _row(self.dw)),)),
            Answer(
                "∂J/∂b = (A - Y)𝟏", (_line("∂J/∂b", _product(errors, ones), self.db),),
                "∂z⁽ⁱ⁾/∂b is 1 in every example: 𝟏, the column of m ones, stands where Xᵀ was.",
            ),
        )  # fmt: skip

    def rule(self, name: str) -> list[str]:
        """A rule with the numbers of each example."""
        return [numbers[name] for numbers in self.numbers]

    def by_weight(self, sums: Iterable[str]) -> tuple[str, ...]:
        """A line per weight: ``∂J/∂w₁ = …``, ``∂J/∂w₂ = …``."""
        lines = [_line(f"∂J/∂w{subscript(p)}", *line) for p, line in enumerate(zip(sums, self.dw), start=1)]
        return (*_few(lines, "…"),)


def _by_example(name: str, *parts: Iterable[Any]) -> tuple[str, ...]:
    """A line per example: ``a⁽¹⁾ = …``, ``a⁽²⁾ = …``."""
    lines = [_line(name.replace("⁽ⁱ⁾", superscript(i)), *line) for i, line in enumerate(zip(*parts), start=1)]
    return (*_few(lines, "…"),)


# --- Formulas and numbers ---------------------------------------------------------------------------------------------


class _Slots:
    """The slots for the numbers of a graph, as names that the rules run on: ``⟦v3⟧``, ``⟦g3⟧``, ``⟦p3.0⟧``."""

    def __init__(self, root: Value) -> None:
        self._place = {node: place for place, node in enumerate(topological(root))}

    def value(self, x: Any) -> Text:
        """The slot of a node; a plain number as it is."""
        return Text(f"{SLOT}v{self._place[x]}⟧") if isinstance(x, Value) else as_text(x)

    def gradient(self, node: Value) -> Text:
        return Text(f"{SLOT}g{self._place[node]}⟧")

    def partial(self, node: Value, position: int = 0) -> Text:
        return Text(f"{SLOT}p{self._place[node]}.{position}⟧")

    def row(self, nodes: Iterable[Value]) -> str:
        return _row(map(self.value, nodes))

    def product(self, w: Any, x: Any) -> Any:
        """A term of wx."""
        return self.value(w) * self.value(x)


@dataclass(frozen=True)
class _Factor:
    """A factor of the chain: its name, its rule in letters, the same rule in slots, and the engine's own number."""

    name: str
    rule: str
    arithmetic: str
    number: Any

    def answer(self, why: str = "") -> Answer:
        """The rule, and the engine's number."""
        return Answer(f"{self.name} = {self.rule}", (_line(self.name, self.number),), why)

    def worked(self) -> Answer:
        """The rule, its arithmetic, and the engine's number."""
        return Answer(f"{self.name} = {self.rule}", (_line(self.name, self.arithmetic, self.number),))


def _chain(of: str, factors: Sequence[_Factor], gradient: Any) -> list[Answer]:
    """The chain with none of its factors put in, with the first, with the first two, …"""
    answers = []
    for known in range(len(factors) + 1):
        put_in, still = factors[:known], factors[known:]
        rules = _product(*(x.rule for x in put_in), *(x.name for x in still))
        numbers = _product(*(x.arithmetic for x in put_in), *(x.number for x in still))
        answers.append(Answer(f"{of} = {rules}", (_line(of, numbers, gradient),)))
    return answers


def _line(*parts: Any) -> str:
    """Parts that are equal, with parentheses around a negative number where it does not stand alone."""
    return " = ".join(signed(str(part)) for part in parts)


def _product(*factors: Any) -> str:
    """The factors with · between them."""
    return " · ".join(_grouped(str(factor)) for factor in factors)


def _grouped(factor: str) -> str:
    """A factor of a product, in parentheses if it is a sum or has a sign."""
    outside, groups = factor, 1
    while groups:
        outside, groups = re.subn(r"\([^()]*\)", "", outside)
    return f"({factor})" if re.search("^-| [+-] ", outside) else factor


def _total(terms: Iterable[Any], last: Any = 0) -> str:
    """The terms with + between them, and `last` after them."""
    return str(sum(_few([x if isinstance(x, Text) else Text(x) for x in terms], Text("…"))) + last)


def _row(entries: Iterable[Any]) -> str:
    """A row: ``(⟦v1⟧, ⟦v2⟧)``; a single entry stands for itself."""
    shown = [str(entry) for entry in entries]
    return shown[0] if len(shown) == 1 else f"({', '.join(_few(shown, '…'))})"


def _column(entries: Sequence[Any]) -> str:
    """A column, as a row that is transposed."""
    return _row(entries) + "ᵀ" * (len(entries) > 1)


def _few(items: list[Any], gap: Any) -> list[Any]:
    """The items, or of many the first three and the last."""
    return items if len(items) <= MOST else [*items[:3], gap, items[-1]]


def _sum_over_i(loss: str) -> str:
    """The sum of the losses -(…) of all examples, the minus sign in front of it."""
    return f"-Σᵢ₌₁ᵐ {loss.removeprefix('-')}"


def _dimensions(dims: dict[str, tuple[int, int]], names: str) -> str:
    return ", ".join(f"{name} = {dims[name]}" for name in names)
