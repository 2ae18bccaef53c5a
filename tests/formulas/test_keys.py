"""The keys of the numbers of a graph, and the numbers that they stand for."""

from stepped import all_steps

from micrograd_lr import Value
from micrograd_lr.engine.order import topological
from micrograd_lr.formulas.keys import gradient_key, ids, payment_key, value_key


def test_each_key_stands_for_its_number():
    x, w = Value(3.0, "x"), Value(2.0, "w")
    root = x * w + x
    frames = all_steps(root)
    root.backward()
    node_ids = ids(topological(root))
    assert [*node_ids.values()] == ["n0", "n1", "n2", "n3"]
    assert (value_key("n2"), gradient_key("n2"), payment_key("p", "n2", 1)) == ("v2", "g2", "p2.1")
    for node, name in node_ids.items():
        assert frames.number(value_key(name)) == node.data
        assert frames.number(gradient_key(name)) == node.grad
        for position, partial in enumerate(node.partials):
            assert frames.number(payment_key("p", name, position)) == partial
            assert frames.number(payment_key("c", name, position)) == node.grad * partial
    assert [frames.number(payment_key(letter, "n3", 1)) for letter in "rs"] == [0.0, 1.0]  # x: the direct path is first
    assert [frames.number(payment_key(letter, "n2", 0)) for letter in "rs"] == [1.0, 3.0]
