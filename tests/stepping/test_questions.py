"""Questions and the usual wrong answers."""

import re

import pytest
from stepped import all_steps

from micrograd_lr import OPS, Expression, dot, sum
from micrograd_lr.engine.value import Value
from micrograd_lr.stepping import hints
from micrograd_lr.stepping.answers import SAID, Judge
from micrograd_lr.stepping.questions import questions

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"


def asked(text, at, prompt):
    """The question of that prompt, and what is said to a number."""
    expression = Expression(text)
    frames = all_steps(expression(**at))
    judge = Judge(expression, at, frames)
    (question,) = [q for frame in frames for q in questions(frame) if q.prompt == prompt]
    return question, lambda answer: judge.verdict(repr(answer), question, "number").said


def test_every_number_is_asked_for_once_and_constants_are_not():
    frames = all_steps(Expression(SLIDES)(w=0.5, x=2.0, b=-1.5, y=1.0))
    keys = [q.key for frame in frames for q in questions(frame)]
    slope = lambda payment: frames.nodes[payment.payer].slopes[payment.position]
    local = {payment.key("p") for payment in frames.payments if slope(payment) not in ("1", "-1")}
    paid = {payment.key("c") for payment in frames.payments if payment.payer != frames.root.id}
    sums = {payment.key("s") for payment in frames.payments if payment.path > 1}  # a and y have two paths each
    values = {node.key for node in frames.nodes.values() if node.op}
    assert len(keys) == len({*keys})
    assert {*keys} == values | local | paid | sums
    assert len(local) == 9
    assert questions(frames[0]) == questions(frames[12]) == questions(frames[-1]) == ()


def test_the_slides_questions_at_the_level_of_names():
    frames = all_steps(Expression(SLIDES)(w=0.5, x=2.0, b=-1.5, y=1.0), detail="names", gradients="parameters")
    asked = [(q.prompt, q.formula, q.closed) for frame in frames for q in questions(frame)]
    assert asked == [
        ("z", "", False),
        ("a", "", False),
        ("L", "", False),
        ("∂L/∂a", "-y/a + (1 - y)/(1 - a)", False),
        ("∂a/∂z", "a(1 - a)", False),
        ("∂L/∂z", "a - y", True),
        ("∂z/∂w", "x", False),
        ("∂L/∂w", "(a - y)xᵀ", True),
        ("∂L/∂b", "a - y", True),
    ]


@pytest.mark.parametrize(
    "text, at, formula, answers",
    [
        ("w + x", {"w": 2.0, "x": 3.0}, "w + x", {6.0: "That is the product. This node is a sum."}),
        (
            "w - x",
            {"w": 2.0, "x": 3.0},
            "w - x",
            {5.0: "That is the sum. This node is a difference.", 1.0: "Check the sign."},
        ),
        ("w*x", {"w": 2.0, "x": 3.0}, "wx", {5.0: "That is the sum. This node is a product."}),
        ("w/x", {"w": 2.0, "x": 8.0}, "w/x", {4.0: "That is upside down.", 16.0: "That is the product"}),
        ("w**3", {"w": 2.0}, "w^3", {6.0: "That is the product. A power", 9.0: "You swapped base and exponent."}),
        ("exp(w)", {"w": 2.0}, "exp(w)", {0.1353: "Check the sign of the exponent"}),
        (
            "log(w)",
            {"w": 3.0},
            "log(w)",
            {
                0.4771: "That is the logarithm to base 10. Here",
                1.585: "That is the logarithm to base 2. Here",
                20.09: "That is exp, the inverse",
            },
        ),
        (
            "sigmoid(w)",
            {"w": 2.0},
            "σ(w)",
            {
                0.1192: "That is σ(−z)",
                0.1353: "That is exp(−z)",
                1.1353: "That is 1 + exp(−z)",
                0.964: "That is tanh",
                0.105: "That is the derivative of σ",
            },
        ),
        ("tanh(w)", {"w": 2.0}, "tanh(w)", {0.8808: "That is σ. tanh lies"}),
        ("relu(w)", {"w": -2.0}, "relu(w)", {-2.0: "relu is 0 for negative numbers."}),
        ("sum([w, x, 4])", {"w": 2.0, "x": 3.0}, "w + x + 4", {3.0: "That is the mean. J is the sum"}),
        (
            "logistic_loss(z, 1)",
            {"z": 2.0},
            "softplus(-z)",
            {2.1269: "That is the loss for the other label.", -0.1192: "That is a − y, the derivative of the loss."},
        ),
    ],
)
def test_wrong_values(text, at, formula, answers):
    _, diagnosis = asked(text, at, "L")
    assert all_steps(Expression(text)(**at)).root.formula == formula
    for answer, said in answers.items():
        assert diagnosis(answer).startswith(said), (answer, diagnosis(answer))
    assert diagnosis(123.456) == SAID["not yet"]


@pytest.mark.parametrize(
    "text, at, prompt, answers",
    [
        (
            "z = w*x; L = 5*z",
            {"w": 2.0, "x": 3.0},
            "∂L/∂w",
            {
                -15.0: "Check the sign.",
                5.0: "That is the gradient above, ∂L/∂z. Multiply it by ∂z/∂w = x.",
                3.0: "That is only ∂z/∂w = x.",
                8.0: "Along a path, multiply.",
                10.0: "You swapped the factors. ∂z/∂w = x is the other one.",
                -10.0: "You swapped the factors. ∂z/∂w = x is the other one. Check the sign, too.",
                1.6667: "You divided by ∂z/∂w = x. Multiply by it.",
            },
        ),
        (
            "z = w/x; L = 5*z",
            {"w": 2.0, "x": 4.0},
            "∂L/∂w",
            {
                -0.625: "That is the derivative with respect to the other operand",
                20.0: "You divided by ∂z/∂w",
            },
        ),
        (
            "z = w**x; L = 5*z",
            {"w": 2.0, "x": 3.0},
            "∂L/∂w",
            {27.7259: "That is the derivative with respect to the other operand"},
        ),
        (
            "z = log(w); L = 5*z",
            {"w": 2.0},
            "∂L/∂w",
            {10.0: "The derivative of log is 1 over its operand. Look again at ∂z/∂w = 1/w."},
        ),
        (
            "a = sigmoid(z); L = 5*a",
            {"z": 2.0},
            "∂L/∂z",
            {
                4.404: "You left out a factor: ∂a/∂z = a(1 − a) has two.",
                0.596: "You left out a factor",
                -10.0: "Use the value of σ, not its operand. Look again at ∂a/∂z = a(1 − a).",
            },
        ),
        ("a = tanh(z); L = 5*a", {"z": 1.0}, "∂L/∂z", {0.9068: "That is the derivative of σ"}),
        ("a = exp(z); L = 5*a", {"z": 2.0}, "∂L/∂z", {5.0: "That is the gradient above"}),
        ("J = sum([w, x, 4.0]); 2*J", {"w": 2.0, "x": 3.0}, "∂L/∂w", {2 / 3: "That is the gradient of the mean"}),
        (
            "z = dot([w, v], [x, u]); L = 7*z",
            {"w": 2.0, "v": 3.0, "x": 5.0, "u": 11.0},
            "∂L/∂w",
            {14.0: "You swapped the factors. ∂z/∂w = x is the other one."},
        ),
    ],
)
def test_wrong_payments(text, at, prompt, answers):
    _, diagnosis = asked(text, at, prompt)
    for answer, said in answers.items():
        assert diagnosis(answer).startswith(said), (answer, diagnosis(answer))


def test_wrong_sums_over_paths():
    question, diagnosis = asked("c = 2*w + 1; d = w**2; L = c*d", {"w": 3.0}, "∂L/∂w")  # 18 + 42
    assert question.key.startswith("s")
    assert {re.split("[.:]", diagnosis(x))[0] for x in (18.0, 42.0)} == {
        "That is only the last path",
        "One path is missing",
    }
    assert diagnosis(-60.0) == "Check the sign."
    assert diagnosis(756.0) == "Multiply along a path, but add the paths."
    assert diagnosis(30.0) == "That is the mean of the paths. Add them up."
    assert "Add the paths, with their signs." in {diagnosis(24.0), diagnosis(-24.0)}


def test_a_mistake_that_cannot_be_made_here_is_passed_over():
    _, diagnosis = asked("w/x", {"w": 0.0, "x": 2.0}, "L")  # x/w has no value
    assert diagnosis(7.0) == SAID["not yet"]


def test_plain_numbers_and_long_sums():
    assert questions(all_steps(Value(2.0, "w") * 3.0)[3]) == ()
    many = sum([Value(1.0, f"t{i}") for i in range(20)])
    assert questions(all_steps(many)[3]) == ()
    assert len(questions(all_steps(many * 2.0)[-2])) == 6
    assert questions(all_steps(dot([Value(1.0, "w")], [2.0]) + 1.0)[1])[0].prompt == "w·2"


def test_every_op_of_the_mistakes_is_in_the_table():
    assert {*hints.OF_A_NODE, *hints.OF_A_SLOPE} <= {*OPS}
