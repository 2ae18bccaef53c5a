"""The questions about a frame, and the usual wrong answers: each a formula, from which the page makes JavaScript."""

from __future__ import annotations

from dataclasses import dataclass

from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.formulas.keys import gradient_key, payment_key
from micrograd_lr.stepping.answers import right
from micrograd_lr.stepping.hints import OF_A_NODE, OF_A_PAYMENT, OF_A_SUM, OF_EVERY_NODE, OF_EVERY_PAYMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from micrograd_lr.stepping.frames import Frame, Steps
    from micrograd_lr.stepping.moves import Payment


@dataclass(frozen=True)
class Mistake:
    """A usual wrong answer: the value of `expression` at `numbers`, slots or plain numbers; and the hint for it."""

    expression: str
    numbers: dict[str, Any]
    hint: str


@dataclass(frozen=True)
class Question:
    """What is `prompt`? The answer is the number in the slot `key`; `mistakes` are the usual wrong answers.

    For a `payment`, the local derivative can be asked for instead: `slope_prompt` is its name, `slope` its formula.
    """

    prompt: str
    key: str
    mistakes: tuple[Mistake, ...]
    slope_prompt: str = ""
    slope: str = ""
    payment: Payment | None = None


def questions(frame: Frame) -> tuple[Question, ...]:
    """The questions about a frame, in the order of its lines."""
    steps = frame.steps
    if frame.kind == "forward":
        return tuple(_of_a_node(steps, node) for node in frame.nodes)
    shown = {line.key for line in frame.lines}
    asked = (payment for payment in frame.payments if not shown.isdisjoint(payment.numbers))
    return tuple(question for payment in asked for question in _of_a_payment(steps, payment) if question.key in shown)


def _of_a_node(steps: Steps, name: str) -> Question:
    node = steps.nodes[name]
    operands = [x if not isinstance(x, str) else steps.nodes[x].key for x in node.operands]
    numbers = {"out": node.key, "k": float(len(operands)), **dict(zip("ab", operands))}
    return Question(node.name, node.key, _mistakes(OF_EVERY_NODE + OF_A_NODE.get(node.op, []), numbers))


def _of_a_payment(steps: Steps, payment: Payment) -> Iterable[Question]:
    payer = steps.nodes[payment.payer]
    name, local = steps.gradient_of(payment.operand), steps.slope_of(payment)
    words: dict[str, Any] = {
        "above": steps.gradient_of(payer.id), "local": local, "slope": payer.slopes[payment.position],
        "name": name, "paths": payment.paths, "payer": payer.name,
    }  # fmt: skip
    numbers: dict[str, Any] = {
        "u": gradient_key(payer.id), "p": payment.key("p"), "out": payer.key, "k": float(len(payer.operands)),
        "a": steps.nodes[payment.operand].key,
    }  # fmt: skip
    other = payer.operands[1 - payment.position] if len(payer.operands) == 2 else None
    if isinstance(other, str):  # nobody takes the derivative by a plain number, and it need not exist
        numbers["q"] = payment_key("p", payer.id, 1 - payment.position)
    known = _mistakes(OF_EVERY_PAYMENT + OF_A_PAYMENT.get(payer.op, []), numbers, words)
    yield Question(steps.path(payment) or name, payment.key("c"), known, local, words["slope"], payment)
    if payment.path > 1:
        sums = {"c": payment.key("c"), "r": payment.key("r"), "k": float(payment.path)}
        yield Question(steps.so_far(payment) or name, payment.key("s"), _mistakes(OF_A_SUM, sums, words))


def _mistakes(
    known: Iterable[tuple[str, str]], numbers: dict[str, Any], words: dict[str, Any] | None = None
) -> tuple[Mistake, ...]:
    """The mistakes that can be made with these numbers, each with those that it needs."""
    return tuple(
        Mistake(text, {name: numbers[name] for name in _read(text).names}, format_formula(said.format(**words or {})))
        for text, said in known
        if numbers.keys() >= {*_read(text).names}
    )


_expressions: dict[str, Expression] = {}


def _read(text: str) -> Expression:
    if text not in _expressions:
        _expressions[text] = Expression(text)
    return _expressions[text]


def hint(question: Question, answer: float, number_of: Callable[[str], Any]) -> str:
    """The hint of the first usual mistake that gives this answer; "" if none does."""
    for mistake in question.mistakes:
        numbers = {name: float(number_of(x) if isinstance(x, str) else x) for name, x in mistake.numbers.items()}
        try:
            wrong = _read(mistake.expression)(**numbers).data
        except (ArithmeticError, ValueError):  # nobody can make this mistake at these numbers
            continue
        if right(answer, wrong):
            return mistake.hint
    return ""
