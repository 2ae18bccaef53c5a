"""The JavaScript of a graph, run by Node, against the engine."""

import json
import math
import random

import pytest
from javascript import run_in_node

from micrograd_lr import OPS, Expression, Value
from micrograd_lr.compiler.codegen_javascript import NOTATION, javascript
from micrograd_lr.engine.order import topological

EXPRESSIONS = [
    "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))",
    "logistic_loss(w*x + b, y)",
    "tanh(w*x) + relu(b - x) * exp(-w)",
    "(w - x) / (b*b + 1) - y / 3",
    "(w*w + 1)**b * 2**x",
    "dot([w, x, 2], [x, b, y]) + sum([w, x, b, y, 1.5])",
    "x*x*x - x**2 / (1 + exp(x))",
    "sigmoid(sigmoid(w) - sigmoid(-w)) * relu(x)",
    "log(exp(w) + exp(x)) - log(1 + b**2)",
    "-(-w) + +x - 0*b + 1*y",
    "logistic_loss(w, 1) + logistic_loss(x, 0) + logistic_loss(b, 0.25) + y",
    "x**-2 + w**0.5 * 1e300 * 1e-300",
    "abs(w - x) * abs(b) + tanh(20*x)",
    "sin(w*x)**2 - cos(b + x)",
]


def close(ours, theirs):
    return theirs is not None and (ours == theirs or math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-15))


@pytest.mark.slow
@pytest.mark.parametrize("text", EXPRESSIONS)
def test_node_computes_what_the_engine_computes(text):
    expression = Expression(text)
    rng = random.Random(0)
    cases, expected = [], []
    while len(cases) < 20:
        numbers = {name: rng.uniform(0.05, 3) if name in "wy" else rng.uniform(-3, 3) for name in expression.names}
        numbers |= {"y": rng.choice([0.0, 1.0, rng.random()])} if "y" in numbers else {}
        root = expression(**numbers)
        root.backward()
        order = topological(root)
        cases.append({f"n{i}": node.data for i, node in enumerate(order) if node.op is None})
        expected.append([(node.data, node.grad, node.partials) for node in order])
    recorded = expression(**dict.fromkeys(expression.names, 0.5))
    operands = [node.operands for node in topological(recorded)]
    source = javascript(recorded)
    found = run_in_node(f"{source}\nconsole.log(JSON.stringify({json.dumps(cases)}.map(compute)))")
    for result, nodes in zip(found, expected):
        for i, (value, grad, partials) in enumerate(nodes):
            assert close(value, result["values"][f"n{i}"])
            assert close(grad, result["gradients"][f"n{i}"])
            assert len(partials) == len(result["partials"][f"n{i}"])
            for partial, other, operand in zip(partials, result["partials"][f"n{i}"], operands[i]):
                assert not isinstance(operand, Value) or close(partial, other)  # those in plain numbers nobody reads


def test_every_op_of_the_table_is_tried():
    tried = {str(node.op) for text in EXPRESSIONS for node in topological(
        Expression(text)(**dict.fromkeys(Expression(text).names, 0.5)))}  # fmt: skip
    assert tried >= {*OPS}


def test_outside_the_domain_it_is_not_a_number():
    source = javascript(Expression("log(x) + 1/x")(x=1.0))
    results = run_in_node(
        f"{source}\nconsole.log(JSON.stringify([0, -1].map(x => String(compute({{n0: x}}).values.n3))))"
    )
    assert results == ["NaN", "NaN"]


def test_numbers_that_json_has_not():
    source = javascript(Value(1.0) + float("inf") + float("nan") - float("-inf"), name="f")
    assert source.startswith("function f(leaves) {\n")
    for number in ("Infinity", "NaN", "(-Infinity)"):
        assert number in source


def test_a_wrong_rule_would_be_seen(monkeypatch):
    monkeypatch.setitem(NOTATION, "exp", "Math.exp(2 * {0})")
    source = javascript(Expression("sigmoid(x)")(x=0.5))
    result = run_in_node(f"{source}\nconsole.log(JSON.stringify(compute({{n0: 0.5}})))")
    assert not close(1 / (1 + math.exp(-0.5)), result["values"]["n1"])
