"""The usual mistakes, and the hint for each. The first mistake that gives a student's answer gives the hint."""

from __future__ import annotations

# A wrong value as a formula, and the hint for it. `out` is the node, `a` and `b` its operands, `k` how many it has.
OF_EVERY_NODE = [("-out", "The sign is the other way round.")]
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
# A wrong payment. `u` is the gradient above, `p` the local derivative, `q` that of the other operand, `a` the operand.
OF_EVERY_PAYMENT = [
    ("-u*p", "The sign is the other way round."),
    ("u", "That is the gradient above, {above}. Multiply it by the local derivative {local} = {slope}."),
    ("p", "That is the local derivative {local} alone. Multiply it by the gradient above, {above}."),
    ("u + p", "Multiply along a path; only different paths are added."),
]
OF_A_PAYMENT = {
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
OF_A_SUM = [
    ("c", "That is the last path alone: {name} has {paths} paths, and they add up."),
    ("r", "You lost a path: the one through {payer} is still to be added."),
    ("-(r + c)", "The sign is the other way round."),
    ("r - c", "The paths add up, with their signs."),
    ("r*c", "Multiply along a path, but add the paths."),
    ("(r + c)/k", "That is the mean of the paths; they add up."),
]
