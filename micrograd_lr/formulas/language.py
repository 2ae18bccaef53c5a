"""What every reader of typed text knows: how long and how deep it may be, its operators, and what it may call."""

from __future__ import annotations

from micrograd_lr.engine.ops import LOG, LOSS, OPS, POW, SIGMOID

TYPE_CHECKING = False
if TYPE_CHECKING:
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


def functions() -> dict[str, Called]:
    """What may be called, by the way to type it: the name of its op, how many operands are typed, the operands after.

    The rows of the op table without an operator, which come first, and the other ways to type some of them.
    """
    rows: dict[str, Called] = {
        name: (name, op.arity, ())
        for name, op in OPS.items()
        if op.arity and name.isidentifier() and name not in (*OPERATORS.values(), *LISTS)
    }
    return {
        way: (name, (OPS[name].arity or 0) - len(after), after) for way, (name, after) in _OTHER_WAYS.items()
    } | rows
