"""Random graphs for tests, as lines of operations."""

from hypothesis import strategies as st

POLYNOMIAL = [("add", 2), ("sub", 2), ("mul", 2), ("neg", 1), ("sum", 3), ("dot", 4)]


@st.composite
def programs(draw, ops, leaves=3, most=14):
    """Lines (op, positions of its operands among everything before it): later lines reuse earlier results freely."""
    lines = []
    for size in range(leaves, leaves + draw(st.integers(1, most))):
        name, arity = draw(st.sampled_from(ops))
        lines.append((name, draw(st.lists(st.integers(0, size - 1), min_size=arity, max_size=arity))))
    return lines


def run(lines, values, call):
    values = list(values)
    for name, positions in lines:
        values.append(call(name, [values[i] for i in positions]))
    return values
