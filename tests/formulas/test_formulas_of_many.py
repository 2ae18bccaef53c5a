"""A formula of many operands is written out as long as it can be read at a glance."""

import pytest

from micrograd_lr import Expression, steps


def formula(features, name="w"):
    terms = " + ".join(f"{name}{i}*x{i}" for i in range(features))
    expression = Expression(f"z = {terms} + b; z*z")
    graph = steps(expression(**dict.fromkeys(expression.names, 0.5)), detail="names")
    return next(node.formula for node in graph.nodes.values() if node.label == "z")


@pytest.mark.parametrize(
    "features, name, written",
    [
        (3, "w", "w0 x0 + w1 x1 + w2 x2 + b"),  # seven operands
        (5, "w", "w0 x0 + w1 x1 + w2 x2 + w3 x3 + w4 x4 + b"),
        (6, "w", "function of 13"),
        (5, "weight_of_", "function of 11"),
    ],
)
def test_features_are_written_out_while_they_fit(features, name, written):
    assert formula(features, name) == written
