"""The usual mistakes, and the hint for each. The first mistake that gives a student's answer gives the hint.

A mistake is a formula, in the language of typed answers, so that the terminal and the page read it with what reads the
answers. The names in it stand for numbers of the question. What is in braces is written in before it is read.
"""

from __future__ import annotations

SIGN = "The sign is the other way round."

# A wrong value as a formula, and the hint for it. `out` is the node, `a` and `b` its operands, `k` how many it has.
OF_EVERY_NODE = [("-out", SIGN)]
OF_A_NODE = {
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
# A wrong local derivative. `p` is the right one, `q` that by the other operand, `out` the node, `a` the operand. Its
# name is {local}; where the gradient is asked for, its formula is known, and {local} is ∂a/∂z = a(1 − a).
OF_A_SLOPE = {
    "mul": [("a", "The two factors are swapped: {local} is the other factor.")],
    "dot": [("a", "The two factors are swapped: {local} is the other factor.")],
    "div": [("q", "The two operands are swapped: look at {local}.")],
    "pow": [("q", "That is the derivative with respect to the other operand: look at {local}.")],
    "log": [("a", "The derivative of log is 1 over its operand: look at {local}.")],
    "sigmoid": [
        ("out", "You left out a factor: {local} has two."),
        ("1 - out", "You left out a factor: {local} has two."),
        ("1 - out*out", "That is the derivative of tanh: look at {local}."),
        ("a*(1 - a)", "{local} takes the value of σ, not its operand."),
    ],
    "tanh": [
        ("out*(1 - out)", "That is the derivative of σ: look at {local}."),
        ("1 - a*a", "{local} takes the value of tanh, not its operand."),
    ],
    "exp": [("a", "exp is its own derivative: {local} is the value of the node, not its operand.")],
    "sum": [("1/k", "That is the gradient of the mean; J is the sum, so each term gets the whole gradient.")],
    "logistic_loss": [("sigmoid(a)", "The label is missing: look at {local}.")],
}
# The same where several ops lie inside of the node. {one} is what one path through them gives, {others} what all others
# give, and {short} what the one gives without one of its factors.
OF_ONE_OF_TWO_WAYS = [("{one}", "That is the branch {branch} alone: you lost the branch {other}.")]
OF_ONE_OF_MANY_WAYS = [
    ("{others}", "You lost the branch {branch}."),
    ("{one}", "That is the branch {branch} alone: there are {count}, and they add up."),
]
OF_ONE_OF_SEVERAL_WAYS = [("{others} - {one}", "The sign of the branch {branch} is the other way round.")]
OF_A_FACTOR = [("{others} + {short}", "You left out the factor {factor} of {branch}.")]
OF_A_COMPOSITE = [("a", "That is {operand} itself in the place of {local}.")]
# The same by a sibling of the operand: {sibling} is its number.
OF_A_SIBLING = [("{sibling}", "That is the derivative with respect to another operand, {operand}: look at {local}.")]
# What else is said to a wrong local derivative, if that is what is asked for: first, last, and below the root, where
# `u` is the gradient above.
OF_EVERY_SLOPE = [("-p", SIGN)]
OF_EVERY_SLOPE_LAST = [
    ("out", "That is {payer} itself; what is asked for is its derivative, {local}."),
    ("a", "That is {operand} itself, with respect to which {payer} is differentiated."),
]
OF_A_SLOPE_BELOW = [
    ("u*p", "That is {above} · {local} already; what is asked for is its last factor alone."),
    ("u", "That is the gradient above, {above}; what is asked for is the local derivative, {local}."),
]
# A wrong payment. Between the first and the last of these comes the gradient above times a wrong local derivative.
OF_EVERY_PAYMENT = [
    ("-u*p", SIGN),
    ("u", "That is the gradient above, {above}. Multiply it by the local derivative {local}."),
    ("p", "That is the local derivative {local} alone. Multiply it by the gradient above, {above}."),
    ("u + p", "Multiply along a path; only different paths are added."),
]
OF_EVERY_PAYMENT_LAST = [("u/p", "Multiply by the local derivative {local}, don't divide.")]
# One factor of the way from the root is left out: {rest} are the others.
OF_A_WAY = [("{rest}", "You skipped {skipped} on the way from {root} to {operand}.")]
# A wrong sum over paths. `c` is what this path pays, `r` what all the paths before it paid.
OF_A_SUM = [
    ("c", "That is the last path alone: {name} has {paths} paths, and they add up."),
    ("r", "You lost a path: the one through {payer} is still to be added."),
    ("-(r + c)", SIGN),
    ("r - c", "The paths add up, with their signs."),
    ("r*c", "Multiply along a path, but add the paths."),
    ("(r + c)/k", "That is the mean of the paths; they add up."),
]
