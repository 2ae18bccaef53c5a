"""Questions and the usual wrong answers."""

import pytest

from micrograd_lr import OPS, Expression, dot, steps, sum
from micrograd_lr.engine.value import Value
from micrograd_lr.stepping import hints
from micrograd_lr.stepping.questions import hint, questions

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"


def asked(root, prompt):
    """The question of that prompt, and how a wrong answer to it is diagnosed."""
    frames = steps(root)
    (question,) = [q for frame in frames for q in questions(frame) if q.prompt == prompt]
    return question, lambda answer: hint(question, answer, frames.number)


def test_every_computed_number_is_asked_for_once_and_the_rest_is_not():
    frames = steps(Expression(SLIDES)(w=0.5, x=2.0, b=-1.5, y=1.0))
    keys = [q.key for frame in frames for q in questions(frame)]
    assert len(keys) == len({*keys}) == 11 + len(frames.payments) + 2  # a and y have two paths each
    assert questions(frames[0]) == questions(frames[12]) == questions(frames[-1]) == ()


@pytest.mark.parametrize(
    "text, at, formula, answers",
    [
        ("w + x", {"w": 2.0, "x": 3.0}, "w + x", {6.0: "That is the product; this node is a sum."}),
        (
            "w - x",
            {"w": 2.0, "x": 3.0},
            "w - x",
            {5.0: "That is the sum; this node is a difference.", 1.0: "The sign is"},
        ),
        ("w*x", {"w": 2.0, "x": 3.0}, "wx", {5.0: "That is the sum; this node is a product."}),
        ("w/x", {"w": 2.0, "x": 8.0}, "w/x", {4.0: "That is upside down.", 16.0: "That is the product"}),
        ("w**3", {"w": 2.0}, "w^3", {6.0: "That is the product; a power", 9.0: "Base and exponent are swapped."}),
        ("exp(w)", {"w": 2.0}, "exp(w)", {0.1353: "The sign of the exponent"}),
        (
            "log(w)",
            {"w": 2.0},
            "log(w)",
            {
                0.30103: "That is the logarithm to base 10",
                1.0: "That is the logarithm to base 2",
                7.389: "That is the exponential",
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
        ("tanh(w)", {"w": 2.0}, "tanh(w)", {0.8808: "That is σ; tanh lies"}),
        ("relu(w)", {"w": -2.0}, "relu(w)", {-2.0: "relu is 0 for negative numbers."}),
        ("sum([w, x, 4])", {"w": 2.0, "x": 3.0}, "w + x + 4", {3.0: "That is the mean; J is the sum"}),
        (
            "logistic_loss(z, 1)",
            {"z": 2.0},
            "softplus(-z)",
            {2.1269: "That is the loss for the other label.", -0.1192: "That is the derivative of the loss"},
        ),
    ],
)
def test_wrong_values(text, at, formula, answers):
    root = Expression(text)(**at)
    _, diagnosis = asked(root, "L")
    assert steps(root).root.formula == formula
    for answer, said in answers.items():
        assert diagnosis(answer).startswith(said), (answer, diagnosis(answer))
    assert diagnosis(123.456) == ""


@pytest.mark.parametrize(
    "text, at, prompt, answers",
    [
        (
            "z = w*x; L = 5*z",
            {"w": 2.0, "x": 3.0},
            "∂L/∂w",
            {
                -15.0: "The sign is",
                5.0: "That is the gradient above, ∂L/∂z. Multiply it by the local derivative ∂z/∂w = x.",
                3.0: "That is the local derivative ∂z/∂w alone.",
                8.0: "Multiply along a path",
                10.0: "The two factors are swapped: ∂z/∂w is the other factor, x.",
            },
        ),
        (
            "z = w/x; L = 5*z",
            {"w": 2.0, "x": 4.0},
            "∂L/∂w",
            {-0.625: "The two operands are swapped", 20.0: "Multiply by ∂z/∂w"},
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
            {10.0: "The derivative of log is 1 over its operand: ∂z/∂w = 1/w."},
        ),
        (
            "a = sigmoid(z); L = 5*a",
            {"z": 2.0},
            "∂L/∂z",
            {
                4.404: "You left out a factor: ∂a/∂z is a(1 − a)",
                0.596: "You left out a factor",
                -10.0: "∂a/∂z is a(1 − a). It takes the value of σ",
            },
        ),
        ("a = tanh(z); L = 5*a", {"z": 1.0}, "∂L/∂z", {0.9068: "That is the derivative of σ"}),
        ("a = exp(z); L = 5*a", {"z": 1.0}, "∂L/∂z", {5.0: "That is the gradient above"}),
        ("J = sum([w, x, 4.0])", {"w": 2.0, "x": 3.0}, "∂J/∂w", {1 / 3: "That is the gradient of the mean"}),
        (
            "z = dot([w, v], [x, u]); L = 7*z",
            {"w": 2.0, "v": 3.0, "x": 5.0, "u": 11.0},
            "∂L/∂w",
            {14.0: "The two factors are swapped: ∂z/∂w is the other factor, x."},
        ),
    ],
)
def test_wrong_payments(text, at, prompt, answers):
    _, diagnosis = asked(Expression(text)(**at), prompt)
    for answer, said in answers.items():
        assert diagnosis(answer).startswith(said), (answer, diagnosis(answer))


def test_wrong_sums_over_paths():
    question, diagnosis = asked(Expression("c = 2*w + 1; d = w**2; L = c*d")(w=3.0), "∂L/∂w")  # 18 + 42
    assert question.payment is None
    assert {diagnosis(x).split(":")[0] for x in (18.0, 42.0)} == {"That is the last path alone", "You lost a path"}
    assert diagnosis(-60.0) == "The sign is the other way round."
    assert diagnosis(756.0) == "Multiply along a path, but add the paths."
    assert diagnosis(30.0) == "That is the mean of the paths; they add up."
    assert "The paths add up, with their signs." in {diagnosis(24.0), diagnosis(-24.0)}


def test_a_mistake_that_cannot_be_made_here_is_passed_over():
    _, diagnosis = asked(Expression("w/x")(w=0.0, x=2.0), "L")  # x/w has no value
    assert diagnosis(7.0) == ""


def test_plain_numbers_and_long_sums():
    assert questions(steps(Value(2.0, "w") * 3.0)[3])[0].payment is not None
    many = sum([Value(1.0, f"t{i}") for i in range(20)])
    assert len(questions(steps(many)[3])) == 6
    assert questions(steps(dot([Value(1.0, "w")], [2.0]) + 1.0)[1])[0].prompt == "w·2"


def test_every_op_of_the_mistakes_is_in_the_table():
    assert {*hints.OF_A_NODE, *hints.OF_A_PAYMENT} <= {*OPS}
