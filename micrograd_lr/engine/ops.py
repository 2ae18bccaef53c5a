"""The table: every op's value and partial derivatives, once.

A row is plain arithmetic, so one row serves every number type: on floats it gives numbers, on SymPy symbols proofs, on
names formulas, and on `Value` nodes second derivatives. Adding an op is adding a row: `docs/design.md` shows one.
"""

from __future__ import annotations

import math
import operator

from micrograd_lr.engine import elementary as on
from micrograd_lr.engine.elementary import FUNCTIONS, elementary
from micrograd_lr.engine.errors import DOMAIN_ERRORS, domain_error
from micrograd_lr.engine.node import Node
from micrograd_lr.engine.number_types import number, unified

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Partials = Callable[..., tuple[Any, ...]] | tuple[int, ...]


class Op:
    """A row of the table: a name and a symbol, the value, and one partial derivative per operand.

    ``value(*operands)`` computes the node; ``partials(out, *operands)`` gives (∂out/∂operand, …) in the same order,
    from the recorded numbers; where they are the same everywhere, the row has the tuple alone, in `constant`. A row is
    called with nodes and plain numbers: ``MUL(w, 2)`` is the node w · 2. Rows are added to ``OPS``, which maps each
    name to its row, unless `listed` is False.
    """

    __slots__ = ("constant", "name", "partials", "symbol", "value")

    def __init__(
        self, name: str, symbol: str, value: Callable[..., Any], partials: Partials, *, listed: bool = True
    ) -> None:
        self.name, self.symbol, self.value = name, symbol, value
        self.constant = None if callable(partials) else partials
        self.partials = partials if callable(partials) else lambda *_: partials
        if listed:
            OPS[name] = self
        if FUNCTIONS.get(name) is value:
            FUNCTIONS[name].op = self

    def __call__(self, *operands: Any) -> Any:
        """Record one node. Of plain numbers alone: the number. Errors of the arithmetic name the operands."""
        for x in operands:
            if isinstance(x, Node):
                return x._record(self, operands)
        try:
            return self.computed([*map(number, operands)])[0]
        except DOMAIN_ERRORS as error:
            raise domain_error(self.name, operands, error) from error.__cause__ or error

    def computed(self, numbers: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
        """The value, and the operands as they were used: of one type, where two types do not mix by themselves."""
        try:
            return self.value(*numbers), numbers
        except TypeError:
            numbers = unified(numbers)
            return self.value(*numbers), numbers

    @property
    def arity(self) -> int | None:
        """How many operands the op takes; None for any number of them, as in a sum."""
        import inspect

        try:
            parameters, others = [*inspect.signature(self.value).parameters.values()], 0
        except ValueError:  # of some functions written in C, Python knows no signature
            parameters, others = [*inspect.signature(self.partials).parameters.values()], 1
        many = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
        return None if many else len(parameters) - others

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


sin, cos = elementary("sin", math.sin), elementary("cos", math.cos)

ADD = Op("add", "+", operator.add, (1, 1))
SUB = Op("sub", "−", operator.sub, (1, -1))
MUL = Op("mul", "×", operator.mul, exchanged)
DIV = Op("div", "÷", operator.truediv, lambda out, a, b: (on.inverse(b, out), -out / b))
NEG = Op("neg", "−", operator.neg, (-1,))
POW = Op("pow", "^", on.power, lambda out, a, b: (on.power_slope(out, a, b), on.power_growth(out, a)))
EXP = Op("exp", "exp", on.exp, lambda out, a: (out,))
LOG = Op("log", "log", on.log, lambda out, a: (1 / a,))
# a(1-a) of the recorded a: in the log loss its rounding cancels against 1/(1-a), and a-y survives to z = 36.
SIGMOID = Op("sigmoid", "σ", on.sigmoid, lambda a, z: (a * (1 - a),))
TANH = Op("tanh", "tanh", on.tanh, lambda out, a: (on.tanh_slope(out, a),))
RELU = Op("relu", "relu", on.relu, lambda out, a: (on.step(a),))
SIN = Op("sin", "sin", sin, lambda out, a: (cos(a),))
COS = Op("cos", "cos", cos, lambda out, a: (-sin(a),))
ABS = Op("abs", "abs", abs, lambda out, a: (on.step(a) - on.step(-a),))
SUM = Op("sum", "Σ", on.total, lambda out, *terms: (1,) * len(terms))
DOT = Op("dot", "·", on.inner, exchanged)
LOSS = Op("logistic_loss", "L", on.loss_by_logit, lambda out, z, y: (on.slope_by_logit(z, y), -z))
# What a sum of exponentials becomes. It is found by structure and written by nobody, so it is not listed.
LOGADDEXP = Op(
    "logaddexp", "log Σ exp", on.logaddexp, lambda out, a, b: (on.sigmoid(a - b), on.sigmoid(b - a)), listed=False
)
