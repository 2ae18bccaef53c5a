"""The questions about a frame, and the usual wrong answers: each a formula, which is read as typed answers are."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.keys import gradient_key, payment_key
from micrograd_lr.stepping import hints
from micrograd_lr.stepping.shapes import shaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from micrograd_lr.stepping.frames import Frame, Steps
    from micrograd_lr.stepping.moves import Example, Line, Payment, Way

    Known = Iterable[tuple[str, str]]  # mistakes and their hints

LONGEST_WAY = 6  # factors of a way from the root, of which one may be skipped
_NAMES = re.compile(r"[a-z]\w*")
_NEGATIVE = re.compile(r"-[\w.]+")
_KEYS = re.compile(r"v\d+")


@dataclass(frozen=True)
class Question:
    """What is `prompt`? The answer is the number in the slot `key`, or a formula that is equal to `formula`.

    `name` is what is asked for as mathematics. `formula` is "" where only the number is asked for; `closed` says that
    it is a closed form, which is proven. `mistakes` are the usual wrong answers, as formulas, each with its hint;
    `numbers` has the names in them, each with its slot, or with a plain number.

    `nudge` is said to a wrong answer of which nothing else is known.
    Where a `shape` is asked for, it has the rows and columns, mistakes are shapes, and `numbers` says what n and m are.
    """

    prompt: str
    name: str
    key: str
    mistakes: tuple[tuple[str, str], ...]
    numbers: dict[str, Any]
    formula: str = ""
    closed: bool = False
    shape: tuple[str, ...] = ()
    nudge: str = ""

    @property
    def named(self) -> str:
        """What is asked for, in words: ``the shape of A - Y``, or the prompt."""
        return f"the shape of {self.prompt}" if self.shape else self.prompt


def questions(frame: Frame) -> tuple[Question, ...]:
    """The questions about a frame, in the order of its lines.

    Backward, of each payment first the local derivative, unless that is a plain number, then what is paid, and from the
    second path on the sum; of all that, what the frame has a line for. What the root pays is its local derivative:
    that is asked for once. At the end come the shapes of the closed forms.
    """
    steps = frame.steps
    if frame.kind == "gradients":
        return tuple(
            Question(x.formula, x.formula, f"shape {x.formula}", x.mistakes, x.sizes, shape=x.shape)
            for x in shaped(steps.closed_lines)
        )
    if frame.kind == "forward":
        return tuple(_of_a_node(steps, node) for node in frame.nodes)
    shown = {key: line for line in frame.lines for key in (line.key, *line.terms)}
    paid = [payment for payment in frame.payments if not shown.keys().isdisjoint(payment.numbers)]
    asked = (question for payment in paid for question in _OfAPayment(steps, payment, paid).questions())
    found = [question for question in asked if question.key in shown]
    if frame.example is None:
        return (*found,)
    return tuple(_of_an_example(frame.example, question, shown[question.key]) for question in found)


def _of_an_example(example: Example, question: Question, line: Line) -> Question:
    """A question as it is put where an example pays: what is its term in the sum, and what is the sum so far."""
    if line.kind != "ledger":
        return question
    if question.key in line.terms:
        return replace(question, prompt=f"{example.word}'s term in {question.name}")
    so_far = f"{question.name} after {example.word}" if line.note else question.name
    return replace(question, prompt=so_far, formula="", closed=False)


def _of_a_node(steps: Steps, name: str) -> Question:
    node = steps.nodes[name]
    operands = [x if not isinstance(x, str) else steps.nodes[x].key for x in node.operands]
    numbers = {"out": node.key, "k": float(len(operands)), **dict(zip("ab", operands))}
    known = hints.OF_A_NODE.get(node.op, [])
    return _question(node.name, node.name, node.key, known, numbers)


class _OfAPayment:
    """The questions about one of the payments `paid` of a frame."""

    def __init__(self, steps: Steps, payment: Payment, paid: Iterable[Payment]) -> None:
        self.steps, self.payment = steps, payment
        self.siblings = [x for x in paid if x.payer == payment.payer and x.operand != payment.operand]
        self.payer = payer = steps.nodes[payment.payer]
        self.name, self.local = steps.gradient_of(payment.operand), steps.slope_of(payment)
        self.slope = payer.slopes[payment.position]
        self.words: dict[str, Any] = {
            "above": steps.gradient_of(payer.id), "name": self.name, "paths": payment.paths, "payer": payer.name,
            "operand": steps.name(payment.operand), "local": self.local, "root": steps.root.name,
        }  # fmt: skip
        self.numbers: dict[str, Any] = {
            "u": gradient_key(payer.id), "p": payment.key("p"), "out": payer.key, "k": float(len(payer.operands)),
            "a": steps.nodes[payment.operand].key,
        }  # fmt: skip
        if len(payer.operands) == 2 and all(isinstance(x, str) for x in payer.operands):
            self.numbers["q"] = payment_key("p", payer.id, 1 - payment.position)

    def questions(self) -> Iterator[Question]:
        payment, of_root = self.payment, self.payer == self.steps.root
        path = self.steps.path(payment)
        if not self.payer.has_plain_slope(payment.position):
            known = [*self._wrong_slopes(self.words), *self._said(hints.OF_EVERY_SLOPE_LAST)]
            if not of_root:
                known += self._said(hints.OF_A_SLOPE_BELOW)
            prompt = path if of_root and path else self.local
            question = _question(prompt, self.local, payment.key("p"), known, self.numbers, self.slope)
            yield replace(question, nudge=self._nudge())
        if not of_root:
            words = {**self.words, "local": f"{self.local} = {self.slope}" if self.slope else self.local}
            known = [
                *self._said(hints.OF_EVERY_PAYMENT, words), *self._skipped(),
                *((f"u*({wrong})", hint) for wrong, hint in self._wrong_slopes(words)),
                *self._said(hints.OF_EVERY_PAYMENT_LAST, words),
            ]  # fmt: skip
            formula = self.steps.closed_lines.formula_of(payment)
            yield _question(path or self.name, self.name, payment.key("c"), known, self.numbers, formula, bool(formula))
        if payment.path > 1:
            sums = {"c": payment.key("c"), "r": payment.key("r"), "k": float(payment.path)}
            so_far = " so far" if payment.path < payment.paths else ""
            known = [*self._said(hints.OF_A_SUM, {**self.words, "paths": payment.path, "so_far": so_far})]
            yield _question(self.steps.so_far(payment) or self.name, self.name, payment.key("s"), known, sums)

    def _nudge(self) -> str:
        """Where a node takes an operand several times, that is what is most often overlooked."""
        ways = self.payer.ways[self.payment.position] if self.payer.ways else ()
        words = {**self.words, "times": "twice" if len(ways) == 2 else f"{len(ways)} times"}
        return format_formula(hints.SEVERAL_WAYS.format(**words)) if len(ways) > 1 else ""

    def _said(self, known: Known, words: dict[str, Any] | None = None) -> Known:
        return [(wrong, hint.format(**words or self.words)) for wrong, hint in known]

    def _wrong_slopes(self, words: dict[str, Any]) -> Known:
        payer, position = self.payer, self.payment.position
        yield from self._said(hints.OF_A_SLOPE.get(payer.op, []), words)
        if payer.ways:
            yield from _of_ways(payer.ways[position])
            yield from self._said(hints.OF_A_COMPOSITE, words)
        for other in self.siblings:
            sibling = f"s{other.position}"
            self.numbers[sibling] = other.key("p")
            for wrong, hint in hints.OF_A_SIBLING:
                operand = self.steps.name(other.operand)
                yield wrong.format(sibling=sibling), hint.format(**{**words, "operand": operand})

    def _skipped(self) -> Known:
        """The product along the way from the root, without one of its factors: without the last two, it is known."""
        steps, way = self.steps, [self.payment]
        while len(way) < LONGEST_WAY and len(above := steps.paid_to.get(way[-1].payer, ())) == 1:
            way += above
        top = way[-1].payer
        factors = [(steps.slope_of(x), x.key("p")) for x in reversed(way)]
        if top != steps.root.id:
            factors.insert(0, (steps.gradient_of(top), gradient_key(top)))
        named = {f"f{i}": key for i, (_, key) in enumerate(factors)}
        self.numbers |= named
        for i, (skipped, _) in enumerate(factors[:-1] if len(factors) > 2 else ()):
            rest = "*".join(x for x in named if x != f"f{i}")
            for wrong, hint in hints.OF_A_WAY:
                yield wrong.format(rest=rest), hint.format(**{**self.words, "skipped": skipped})


def _of_ways(ways: tuple[Way, ...]) -> Known:
    """The mistakes that can be made inside of a node: a term or a factor is lost, or a sign."""
    products = [_product(way.expressions) for way in ways]
    of_one: Known = []
    if len(ways) > 1:
        of_one = hints.OF_ONE_OF_TWO_WAYS if len(ways) == 2 else hints.OF_ONE_OF_MANY_WAYS
        of_one = [*of_one, *hints.OF_ONE_OF_SEVERAL_WAYS]
    for i, way in enumerate(ways):
        others = products[:i] + products[i + 1 :]
        words = {
            "one": products[i], "others": f"({' + '.join(others) or '0'})", "term": way.formula, "count": len(ways),
        }  # fmt: skip
        yield from _written(of_one, words)
        for j, factor in enumerate(way.factors):
            if factor not in ("-1", way.formula):  # without it there is the other sign, or nothing
                sign = ("-1",) if _NEGATIVE.fullmatch(factor) else ()
                short = _product(way.expressions[:j] + sign + way.expressions[j + 1 :])
                factor = factor[1:] if sign else factor
                yield from _written(hints.OF_A_FACTOR, {**words, "short": short, "factor": factor})


def _written(known: Known, words: dict[str, Any]) -> Known:
    return [(wrong.format(**words), hint.format(**words)) for wrong, hint in known]


def _product(factors: Iterable[str]) -> str:
    return f"({'*'.join(f'({x})' for x in factors) or '1'})"


def _question(
    prompt: str, name: str, key: str, known: Known, numbers: dict[str, Any], formula: str = "", closed: bool = False
) -> Question:
    """A question, with each mistake once, and the numbers that they need."""
    once: dict[str, str] = {}
    for wrong, hint in known:
        once.setdefault(wrong, format_formula(hint))
    used = dict.fromkeys(name for wrong in once for name in _NAMES.findall(wrong))  # in their order, on every run
    numbers = {name: x for name, x in numbers.items() if name in used} | {x: x for x in used if _KEYS.fullmatch(x)}
    return Question(prompt, name, key, tuple(once.items()), numbers, formula, closed)
