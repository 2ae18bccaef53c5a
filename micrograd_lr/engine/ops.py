"""The table: every op's value and partial derivatives, once.

A row is plain arithmetic, so one row serves every number type: on floats it gives numbers, on SymPy symbols proofs, on
names formulas, and on `Value` nodes second derivatives. Adding an op is adding a row: `docs/design.md` shows one.
"""

from __future__ import annotations

import operator

from micrograd_lr.engine import elementary as kernels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Partials = Callable[..., tuple[Any, ...]] | tuple[int, ...]


class Op:
    """A row of the table: a name and a symbol, the value, and one partial derivative per operand.

    ``value(*operands)`` computes the node; ``partials(out, *operands)`` gives (∂out/∂operand, …) in the same order,
    from the recorded numbers; where they are the same everywhere, the row has the tuple alone, in `constant`. Rows are
    added to ``OPS``, which maps each name to its row.
    """

    __slots__ = ("constant", "name", "partials", "symbol", "value")

    def __init__(self, name: str, symbol: str, value: Callable[..., Any], partials: Partials) -> None:
        self.name, self.symbol, self.value = name, symbol, value
        self.constant = None if callable(partials) else partials
        self.partials = partials if callable(partials) else lambda *_: partials
        OPS[name] = self

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Any, ...]:
        return _op_named, (self.name,)  # pickled and copied by name


def exchanged(out: Any, *wx: Any) -> tuple[Any, ...]:
    """The partials of a product w₁x₁ + … + wₙxₙ: of each w its x, of each x its w."""
    n = len(wx) // 2
    return wx[n:] + wx[:n]


OPS: dict[str, Op] = {}


def _op_named(name: str) -> Op:
    return OPS[name]


ADD = Op("add", "+", operator.add, (1, 1))
SUB = Op("sub", "−", operator.sub, (1, -1))
MUL = Op("mul", "×", operator.mul, exchanged)
DIV = Op("div", "÷", operator.truediv, lambda out, a, b: (1 / b, -out / b))
NEG = Op("neg", "−", operator.neg, (-1,))
POW = Op("pow", "^", kernels.power, lambda out, a, b: (kernels.power_slope(out, a, b), kernels.power_growth(out, a)))
EXP = Op("exp", "exp", kernels.exp, lambda out, a: (out,))
LOG = Op("log", "log", kernels.log, lambda out, a: (1 / a,))
# a(1-a) of the recorded a: in the log loss its rounding cancels against 1/(1-a), and a-y survives to z = 36.
SIGMOID = Op("sigmoid", "σ", kernels.sigmoid, lambda a, z: (a * (1 - a),))
TANH = Op("tanh", "tanh", kernels.tanh, lambda out, a: (kernels.tanh_slope(out, a),))
RELU = Op("relu", "relu", kernels.relu, lambda out, a: (kernels.step(a),))
ABS = Op("abs", "abs", abs, lambda out, a: (kernels.step(a) - kernels.step(-a),))
SUM = Op("sum", "Σ", kernels.total, lambda out, *terms: (1,) * len(terms))
DOT = Op("dot", "·", kernels.inner, exchanged)
LOSS = Op("logistic_loss", "L", kernels.cross_entropy, lambda out, z, y: (kernels.cross_entropy_slope(z, y), -z))
