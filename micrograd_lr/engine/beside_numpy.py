"""NumPy beside a `Value`: its numbers take part in the arithmetic, its arrays and functions are refused."""

from __future__ import annotations

import operator

from micrograd_lr.engine.node import Node
from micrograd_lr.engine.number_types import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ARITHMETIC = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "power": operator.pow, "true_divide": operator.truediv,
}  # fmt: skip
_COMPARISONS: dict[str, Any] = {
    "less": operator.lt, "less_equal": operator.le, "greater": operator.gt, "greater_equal": operator.ge
}  # fmt: skip
_INSTEAD = {
    "absolute": "abs(v)", "negative": "-v", "square": "v**2", "sqrt": "v**0.5", "matmul": "micrograd_lr.dot(w, x)",
    "add": "micrograd_lr.sum(values)", "exp": "micrograd_lr.exp(v)", "log": "micrograd_lr.log(v)",
    "tanh": "micrograd_lr.tanh(v)", "maximum": "micrograd_lr.relu(v)",
}  # fmt: skip


def applied(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What ``__array_ufunc__`` gives, for ``np.float64(2) * v``. TypeError, with the remedy, for the rest."""
    name = ufunc.__name__
    if method == "__call__" and len(inputs) == 2 and not options:
        if name in ("equal", "not_equal"):  # of nodes these are identity
            return (inputs[0] is inputs[1]) is (name == "equal")
        if name in _COMPARISONS and all(isinstance(x, Node) or getattr(x, "size", 1) == 1 for x in inputs):
            plain = (x if isinstance(x, Node) or not hasattr(x, "item") else x.item() for x in inputs)
            left, right = (x if isinstance(x, Node) else number(x) for x in plain)
            return _COMPARISONS[name](left, right)
        if name in _ARITHMETIC:
            return _ARITHMETIC[name](*(x if isinstance(x, Node) else number(x) for x in inputs))
    remedy = f"Use {_INSTEAD[name]}." if name in _INSTEAD else "Use the functions of micrograd_lr."
    raise TypeError(f"NumPy's {name} does not take a Value, whose graph it would not record. {remedy}")
