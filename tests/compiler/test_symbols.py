"""The symbol number type: what it shares, what it simplifies, and what it leaves to nodes."""

import pytest

from micrograd_lr import TraceError, Value, relu
from micrograd_lr.compiler.symbols import ANY, Along, Trace, in_order

trace = Trace()
a, b, w = trace.entry("a"), trace.entry("b"), trace.entry("w", 3)


def test_the_same_computation_is_the_same_symbol():
    assert trace.entry("a") is a
    assert a * b + 1 is a * b + 1
    assert a * b is not b * a  # floats commute, but a reader wrote it so
    assert in_order([a * b + a * b]) == [a, b, a * b, a * b + a * b]
    assert in_order([1.0, a]) == [a]


@pytest.mark.parametrize(
    "symbol, text",
    [
        (a + 0, "a"), (0 + a, "a"), (a - 0, "a"), (0 - a, "neg(a)"), ((-a).__neg__(), "a"), (a * 1, "a"),
        (1.0 * a, "a"),
        (a * -1, "neg(a)"), (2 * a, "mul(2, a)"), (a * 2, "mul(2, a)"), (a / 1, "a"), (a / b, "div(a, b)"),
        (1 / a, "div(1, a)"), (a**1, "a"), (a**2, "pow(a, 2)"), (2**a, "pow(2, a)"), (abs(a), "abs(a)"),
        (a - b, "sub(a, b)"), (1 - a, "sub(1, a)"), (1 + a, "add(1, a)"), (w, "w[3]"),
        (trace.entry("w", Along(ANY)), "w[j]"), (trace.entry("W", 2, Along(ANY, 1)), "W[2][j + 1]"),
        (relu(a), "relu(a)"), (0 * a, "0"), (a**0, "1"),
    ],
)  # fmt: skip
def test_what_is_simplified(symbol, text):
    assert repr(symbol) == text


def test_a_symbol_has_no_number():
    """What a rule of the user's own is given."""
    for look in (bool, float, int, lambda x: x < 1, lambda x: [1, 2][x]):
        with pytest.raises(TraceError, match="on a traced value"):
            bool(look(a))


def test_with_nodes_the_result_is_a_node():
    node = Value(b)
    for result in (a + node, a - node, a * node, a / node, a**node):
        assert isinstance(result, Value)
        assert isinstance(result.data, type(a))
