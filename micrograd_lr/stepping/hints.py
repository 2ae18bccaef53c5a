"""The usual mistakes, and the hint for each.

A formula gets the hint of the first mistake that is equal to it, and a number the hint of the one that gives it, if no
other one does.

A mistake is a formula, in the language of typed answers, so that the terminal and the page read it with what reads the
answers. The names in it stand for numbers of the question. What is in braces is written in before it is read.
"""

from __future__ import annotations

# A wrong value as a formula, and the hint for it. `out` is the node, `a` and `b` its operands, `k` how many it has.
OF_A_NODE = {
    "add": [("a*b", "That is the product. This node is a sum.")],
    "sub": [("a + b", "That is the sum. This node is a difference.")],
    "mul": [("a + b", "That is the sum. This node is a product.")],
    "div": [("b/a", "That is upside down."), ("a*b", "That is the product. This node is a quotient.")],
    "pow": [
        ("a*b", "That is the product. A power multiplies the base by itself."),
        ("b**a", "You swapped base and exponent."),
    ],
    "exp": [("exp(-a)", "Check the sign of the exponent.")],
    "log": [
        ("out/2.302585092994046", "That is the logarithm to base 10. Here, log is the natural logarithm, to base e."),
        ("out/0.6931471805599453", "That is the logarithm to base 2. Here, log is the natural logarithm, to base e."),
        ("exp(a)", "That is exp, the inverse of log."),
    ],
    "sigmoid": [
        ("1 - out", "That is σ(−z). Check the sign of the exponent in 1/(1 + exp(−z))."),
        ("exp(-a)", "That is exp(−z). σ(z) is 1/(1 + exp(−z))."),
        ("1 + exp(-a)", "That is 1 + exp(−z). One step is missing: σ(z) is 1 over that."),
        ("tanh(a)", "That is tanh. σ lies between 0 and 1."),
        ("out*(1 - out)", "That is the derivative of σ. Its value is asked for."),
    ],
    "tanh": [("sigmoid(a)", "That is σ. tanh lies between −1 and 1.")],
    "relu": [("a", "relu is 0 for negative numbers.")],
    "sum": [("out/k", "That is the mean. J is the sum over the examples.")],
    "dot": [("out/k*2", "That is the mean of the products. This node is their sum.")],
    "logistic_loss": [
        ("logistic_loss(a, 1 - b)", "That is the loss for the other label."),
        ("sigmoid(a) - b", "That is a − y, the derivative of the loss. Its value is asked for."),
    ],
}
# A wrong local derivative. `p` is the right one, `q` that by the other operand, `out` the node, `a` the operand. Its
# name is {local}; where the gradient is asked for, its formula is known, and {local} is ∂a/∂z = a(1 − a).
OF_A_SLOPE = {
    "mul": [("a", "You swapped the factors. {local} is the other one.")],
    "dot": [("a", "You swapped the factors. {local} is the other one.")],
    "div": [("q", "That is the derivative with respect to the other operand. Look again at {local}.")],
    "pow": [("q", "That is the derivative with respect to the other operand. Look again at {local}.")],
    "log": [("a", "The derivative of log is 1 over its operand. Look again at {local}.")],
    "sigmoid": [
        ("out", "You left out a factor: {local} has two."),
        ("1 - out", "You left out a factor: {local} has two."),
        ("1 - out*out", "That is the derivative of tanh. Look again at {local}."),
        ("a*(1 - a)", "Use the value of σ, not its operand. Look again at {local}."),
    ],
    "tanh": [
        ("out*(1 - out)", "That is the derivative of σ. Look again at {local}."),
        ("1 - a*a", "Use the value of tanh, not its operand. Look again at {local}."),
    ],
    "exp": [("a", "exp is its own derivative. Use its value, not its operand: look again at {local}.")],
    "sum": [("1/k", "That is the gradient of the mean. J is the sum, so each term gets the whole gradient.")],
    "logistic_loss": [("sigmoid(a)", "The label is missing. Look again at {local}.")],
}
# The same where several ops lie inside of the node. {one} is what one path through them gives, {others} what all others
# give, and {short} what the one gives without one of its factors.
OF_ONE_OF_TWO_WAYS = [("{one}", "That is one of two terms. The other one is missing.")]
OF_ONE_OF_MANY_WAYS = [
    ("{others}", "One term is missing: {term}."),
    ("{one}", "That is only the term {term}. There are {count}, and they add up."),
]
OF_ONE_OF_SEVERAL_WAYS = [("{others} - {one}", "Check the sign of the term {term}.")]
OF_A_FACTOR = [("{others} + {short}", "You left out the factor {factor} of {term}.")]
SEVERAL_WAYS = "Not yet. {operand} stands in {payer} {times}: differentiate at each place, and add."
OF_A_COMPOSITE = [("a", "That is {operand} itself, where {local} should be.")]
# The same by a sibling of the operand: {sibling} is its number.
OF_A_SIBLING = [("{sibling}", "That is the derivative with respect to {operand}. Look again at {local}.")]
# What else is said to a wrong local derivative, if that is what is asked for: first, last, and below the root, where
# `u` is the gradient above.
OF_EVERY_SLOPE_LAST = [
    ("out", "That is {payer} itself, not its derivative {local}."),
    ("a", "That is {operand} itself, not the derivative with respect to it, {local}."),
]
OF_A_SLOPE_BELOW = [
    ("u*p", "That is {above} · {local} already. Only {local} is asked for."),
    ("u", "That is the gradient above, {above}. Only {local} is asked for."),
]
# A wrong payment. Between the first and the last of these comes the gradient above times a wrong local derivative.
OF_EVERY_PAYMENT = [
    ("u", "That is the gradient above, {above}. Multiply it by {local}."),
    ("p", "That is only {local}. Multiply it by the gradient above, {above}."),
    ("u + p", "Along a path, multiply. Only different paths are added."),
]
OF_EVERY_PAYMENT_LAST = [("u/p", "You divided by {local}. Multiply by it.")]
# One factor of the way from the root is left out: {rest} are the others.
OF_A_WAY = [("{rest}", "You skipped {skipped} on the way from {root} to {operand}.")]
# A wrong sum over paths. `c` is what this path pays, `r` what all the paths before it paid.
OF_A_SUM = [
    ("c", "That is only the last path. {name} has {paths} paths{so_far}, and they add up."),
    ("r", "One path is missing: add the one through {payer}."),
    ("r - c", "Add the paths, with their signs."),
    ("r*c", "Multiply along a path, but add the paths."),
    ("(r + c)/k", "That is the mean of the paths. Add them up."),
]

# The shapes that are asked for, n being the number of features and m that of examples; and wrong ones, in letters.
SHAPES = {"gradient": "(1, n)", "errors": "(1, m)", "factor": "(m, n)", "sum": "(1, n)"}
_OF_A_GRADIENT = [
    ("(n, 1)", "That is a column. {gradient} has the shape of {w}, and {w} is a row: one entry for each feature."),
    ("(1, 1)", "That is a number. {gradient} has the shape of {w}: one entry for each feature."),
]
OF_A_SHAPE = {
    "gradient": _OF_A_GRADIENT,
    "errors": [
        (
            "(m, 1)",
            "That is a column. The examples stand side by side, so {errors} is a row: one entry for each example.",
        ),
        ("(1, 1)", "That is a number, as for one example. {errors} has one entry for each example."),
        ("(1, n)", "n is the number of features. {errors} has one entry for each example."),
    ],
    "factor": [("(n, m)", "That is {matrix}, with one example in each column. In {factor}, each example is a row.")],
    "sum": [
        *_OF_A_GRADIENT,
        ("(1, m)", "That is the shape of {errors}. (1, m) times (m, n) leaves one entry for each feature."),
        ("(m, n)", "That is the shape of {factor}. (1, m) times (m, n) leaves one entry for each feature."),
    ],
}
