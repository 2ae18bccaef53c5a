"""Which terms of a loss are its examples: the one rule for pictures and for steps."""

import pytest
from examples import batch, in_names, many

from micrograd_lr import Value, exp, log, logistic_loss, sigmoid
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.order import topological
from micrograd_lr.levels.examples import examples_in


def found_in(root, data="xXy"):
    leaves = {node for node in topological(root) if not node.op}
    return examples_in(root, {leaf for leaf in leaves if leaf.label and leaf.label[0] not in data})


@pytest.mark.parametrize("root", [many().J, in_names(), many(loss=logistic_loss).J / 3, many().J + many().w[0] ** 2])
def test_each_has_its_own_and_the_parameters_are_shared(root):
    found = found_in(root)
    assert len(found.each) == 3
    assert found.words == ["example 1", "example 2", "example 3"]
    own = [node for part in found.each for node in part]
    assert len({*own}) == len(own)
    for number, part in enumerate(found.each, start=1):
        assert part[-1].label[0] == "L"
        labels = {node.label for node in part if node.label}
        assert {label[0] for label in labels} <= {*"zaLxXy"}
        assert all(
            label[-2:].strip("⁽⁾") in (str(number), label[0] + str(number), "¹²³"[number - 1]) for label in labels
        )
        assert part == [node for node in topological(part[-1]) if node in part]
    assert {node for node in topological(root) if node.label in ("w", "w₁", "b", "J")}.isdisjoint(own)


def test_what_is_no_loss_of_several_examples():
    w, v, x, b = (Value(float(i), name) for i, name in enumerate("wvxb", start=1))
    term = sigmoid(w * x)
    for root in (
        w, w * x + b, w * x + v * x + b, node_sum([term, term]), node_sum([w * x, 2.0]), node_sum([w * x, log(w)]),
        w * (v * x).relu() + b * (Value(1.0, "u") * x).relu() + Value(2.0, "t") * (Value(1.0, "s") * x).relu(),
    ):  # fmt: skip
        assert found_in(root) is None
    assert len(found_in(0 + exp(w * 2) + exp(w * 3) + exp(w * 4)).each) == 3
    assert found_in(exp(w * 2) + exp(w * 3)) is None  # two, by adding: wx + b is not a batch
    assert len(found_in(node_sum([exp(w * 2), exp(w * 3)])).each) == 2


def test_the_order_of_the_operands_makes_no_difference():
    """wx + b in one example may be b + xw in another one; but 1 - eᶻ is not eᶻ - 1."""
    w, b = Value(0.5, "w"), Value(-0.25, "b")
    x, y = ([Value(float(i), f"{name}{i}") for i in range(3)] for name in "xy")
    a = [sigmoid(w * x[0] + b), sigmoid(b + x[1] * w), sigmoid(b + w * x[2])]
    losses = [y[0] * log(a[0]) + (1 - y[0]) * log(1 - a[0]), log(1 - a[1]) * (1 - y[1]) + log(a[1]) * y[1]]
    first = -losses[0] + -losses[1]
    assert len(found_in(first + -(y[2] * log(a[2]) + (1 - y[2]) * log(1 - a[2]))).each) == 3
    assert found_in(node_sum([exp(w * x[1]) - 1, exp(w * x[2]) - 1])) is not None
    assert found_in(node_sum([exp(w * x[1]) - 1, 1 - exp(w * x[2])])) is None
    assert found_in(first + -(y[2] * log(a[2]) + (1 - y[2]) * log(a[2]))) is None


def test_a_plain_number_may_stand_in_the_place_of_data():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    assert len(found_in(node_sum([exp(w * x), exp(3.0 * w)])).each) == 2


def test_what_is_opened():
    found = found_in(many().J)
    standing = {node: node.label for part in found.each for node in part if node.label}
    assert found.opened_by(["examples"]) == {1, 2, 3}
    assert found.opened_by({"example 2", "z⁽³⁾", "X₁⁽¹⁾", "J"}) == {2, 3}
    assert found.shown(standing)[2] == [label for label in standing.values() if "⁽²⁾" in label]
    del standing[found.each[1][-1]]
    assert found.shown(standing) == {}


def test_a_thousand_examples():
    assert [len(part) for part in found_in(batch(1000).J).each] == [len(found_in(many().J).each[0])] * 1000
