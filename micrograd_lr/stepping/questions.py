"""The questions about a frame, and the usual wrong answers: each a formula, from which the page makes JavaScript."""

from __future__ import annotations

from dataclasses import dataclass

from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.format import format_formula
from micrograd_lr.stepping.answers import right
from micrograd_lr.stepping.frames import Frame, Steps
from micrograd_lr.stepping.lines import SHOWN
from micrograd_lr.stepping.moves import Payment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

# A wrong value as a formula, and the hint for it. `out` is the node, `a` and `b` its operands, `k` how many it has.
_OF_EVERY_NODE = [("-out", "The sign is the other way round.")]
_OF_A_NODE = {
    "add": [("a*b", "That is the product; this node is a sum.")],
    "sub": [("a + b", "That is the sum; this node is a difference.")],
    "mul": [("a + b", "That is the sum; this node is a product.")],
    "div": [("b/a", "That is upside down."), ("a*b", "That is the product; this node is a quotient.")],
    "pow": [
        ("a*b", "That is the product; a power multiplies the base by itself."),
        ("b**a", "Base and exponent are swapped."),
    ],
    "exp": [("exp(-a)", "The sign of the exponent is the other way round.")],
    "log": [
        ("out/2.302585092994046", "That is the logarithm to base 10; log is the natural one, to base e."),
        ("out/0.6931471805599453", "That is the logarithm to base 2; log is the natural one, to base e."),
        ("exp(a)", "That is the exponential; log is its inverse."),
    ],
    "sigmoid": [
        ("1 - out", "That is σ(−z): the sign of the exponent in 1/(1 + exp(−z)) is the other way round."),
        ("exp(-a)", "That is exp(−z); σ(z) is 1/(1 + exp(−z))."),
        ("1 + exp(-a)", "That is 1 + exp(−z). One step is missing: σ(z) is 1/(1 + exp(−z))."),
        ("tanh(a)", "That is tanh; σ lies between 0 and 1."),
        ("out*(1 - out)", "That is the derivative of σ, not its value."),
    ],
    "tanh": [("sigmoid(a)", "That is σ; tanh lies between −1 and 1.")],
    "relu": [("a", "relu is 0 for negative numbers.")],
    "sum": [("out/k", "That is the mean; J is the sum over the examples.")],
    "dot": [("out/k*2", "That is the mean of the products; this node is their sum.")],
    "logistic_loss": [
        ("logistic_loss(a, 1 - b)", "That is the loss for the other label."),
        ("sigmoid(a) - b", "That is the derivative of the loss, a − y, not its value."),
    ],
}
# A wrong payment. `u` is the gradient above, `p` the local derivative, `q` that of the other operand, `a` the operand.
_OF_EVERY_PAYMENT = [
    ("-u*p", "The sign is the other way round."),
    ("u", "That is the gradient above, {above}. Multiply it by the local derivative {local} = {slope}."),
    ("p", "That is the local derivative {local} alone. Multiply it by the gradient above, {above}."),
    ("u + p", "Multiply along a path; only different paths are added."),
]
_OF_A_PAYMENT = {
    "mul": [("u*a", "The two factors are swapped: {local} is the other factor, {slope}.")],
    "dot": [("u*a", "The two factors are swapped: {local} is the other factor, {slope}.")],
    "div": [
        ("u*q", "The two operands are swapped: {local} is {slope}."),
        ("u/p", "Multiply by {local}, don't divide."),
    ],
    "pow": [("u*q", "That is the derivative with respect to the other operand: {local} is {slope}.")],
    "sub": [("u*q", "The two operands are swapped: {local} is {slope}.")],
    "log": [("u*a", "The derivative of log is 1 over its operand: {local} = {slope}.")],
    "sigmoid": [
        ("u*out", "You left out a factor: {local} is {slope}, with both factors."),
        ("u*(1 - out)", "You left out a factor: {local} is {slope}, with both factors."),
        ("u*(1 - out*out)", "That is the derivative of tanh: {local} is {slope}."),
        ("u*a*(1 - a)", "{local} is {slope}. It takes the value of σ, not its operand."),
    ],
    "tanh": [("u*out*(1 - out)", "That is the derivative of σ: {local} is {slope}.")],
    "exp": [("u*a", "exp is its own derivative: {local} is {slope}.")],
    "sum": [("u/k", "That is the gradient of the mean; J is the sum, so each term gets the whole gradient.")],
}
# A wrong sum over paths. `c` is what this path pays, `r` what all the paths before it paid.
_OF_A_SUM = [
    ("c", "That is the last path alone: {name} has {paths} paths, and they add up."),
    ("r", "You lost a path: the one through {payer} is still to be added."),
    ("-(r + c)", "The sign is the other way round."),
    ("r - c", "The paths add up, with their signs."),
    ("r*c", "Multiply along a path, but add the paths."),
    ("(r + c)/k", "That is the mean of the paths; they add up."),
]


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
        return (_of_a_node(steps, frame.node),)
    return tuple(question for payment in frame.payments[:SHOWN] for question in _of_a_payment(steps, payment))


def _of_a_node(steps: Steps, name: str) -> Question:
    node = steps.nodes[name]
    operands = [x if not isinstance(x, str) else steps.nodes[x].key for x in node.operands]
    numbers = {"out": node.key, "k": float(len(operands)), **dict(zip("ab", operands))}
    return Question(node.name, node.key, _mistakes(_OF_EVERY_NODE + _OF_A_NODE.get(node.op, []), numbers))


def _of_a_payment(steps: Steps, payment: Payment) -> Iterable[Question]:
    payer = steps.nodes[payment.payer]
    name, local = steps.gradient_of(payment.operand), steps.slope_of(payment)
    words: dict[str, Any] = {
        "above": steps.gradient_of(payer.id), "local": local, "slope": payer.slopes[payment.position],
        "name": name, "paths": payment.paths, "payer": payer.name,
    }  # fmt: skip
    numbers: dict[str, Any] = {
        "u": f"g{payer.id[1:]}", "p": payment.key("p"), "out": payer.key, "k": float(len(payer.operands)),
        "a": steps.nodes[payment.operand].key,
    }  # fmt: skip
    other = payer.operands[1 - payment.position] if len(payer.operands) == 2 else None
    if isinstance(other, str):  # nobody takes the derivative by a plain number, and it need not exist
        numbers["q"] = f"p{payer.id[1:]}.{1 - payment.position}"
    known = _mistakes(_OF_EVERY_PAYMENT + _OF_A_PAYMENT.get(payer.op, []), numbers, words)
    yield Question(steps.path(payment) or name, payment.key("c"), known, local, words["slope"], payment)
    if payment.path > 1:
        sums = {"c": payment.key("c"), "r": payment.key("r"), "k": float(payment.path)}
        yield Question(steps.so_far(payment) or name, payment.key("s"), _mistakes(_OF_A_SUM, sums, words))


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
