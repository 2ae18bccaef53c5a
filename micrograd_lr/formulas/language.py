"""What every reader of typed text knows: how long and how deep it may be, its operators, and what it may call."""

from __future__ import annotations

from functools import lru_cache

from micrograd_lr.engine.ops import LOG, LOSS, OPS, POW, SIGMOID, Op

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Called = tuple[str, int, tuple[float, ...]]

MAX_LENGTH, MAX_DEPTH = 5_000, 100
OPERATORS = {"Add": "add", "Sub": "sub", "Mult": "mul", "Div": "div", "Pow": "pow", "USub": "neg"}  # as ast names them
LISTS = {"dot": 2, "sum": 1}  # the functions that take lists, and how many
# Other ways to type an op, and the operands that nobody types: sqrt(x) is x^0.5, softplus(z) is the loss for y = 0.
_OTHER_WAYS: dict[str, tuple[str, tuple[float, ...]]] = {
    SIGMOID.symbol: (SIGMOID.name, ()),
    "ln": (LOG.name, ()),
    "sqrt": (POW.name, (0.5,)),
    "softplus": (LOSS.name, (0,)),
}


def functions() -> Mapping[str, Called]:
    """What may be called, by the way to type it: the name of its op, how many operands are typed, the operands after.

    The rows of the op table without an operator, which come first, and the other ways to type some of them.
    """
    return _functions((*OPS.values(),))


@lru_cache(maxsize=2)
def _functions(ops: tuple[Op, ...]) -> dict[str, Called]:
    """Kept, because many formulas are read with the same ops."""
    rows: dict[str, Called] = {
        op.name: (op.name, op.arity, ())
        for op in ops
        if op.arity and op.name.isidentifier() and op.name not in (*OPERATORS.values(), *LISTS)
    }
    return {
        way: (name, (OPS[name].arity or 0) - len(after), after) for way, (name, after) in _OTHER_WAYS.items()
    } | rows
