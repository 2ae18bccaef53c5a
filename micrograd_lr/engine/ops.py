"""The table of operations (ops): for each one, how to compute its value and its partial derivatives.

A slope that needs care on floats, such as that of tanh, is a function of its own in elementary.py.

A row is plain arithmetic, so it serves every number type: given floats it returns numbers; given SymPy's symbols,
formulas for proofs; given names, text; given nodes, second derivatives. `docs/design.md` shows how to add one.
"""

from __future__ import annotations

import math
import operator

from micrograd_lr.engine.elementary import (
    FUNCTIONS,
    elementary,
    exp,
    inner,
    inverse,
    log,
    logsumexp,
    loss_by_logit,
    power,
    power_by_base,
    power_by_exponent,
    relu,
    sigmoid,
    slope_by_logit,
    softmax,
    step,
    tanh,
    tanh_slope,
    total,
)
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

    ``value(*operands)`` computes the value of a node; ``partials(out, *operands)`` gives (∂out/∂operand, …) in the same
    order, from the numbers that were kept when the node was made. If they are the same everywhere, a tuple stands for
    the function, and `constant` holds it. `commutes` says that the order of the operands makes no difference: a + b is
    b + a. A row is called with nodes and plain numbers: ``MUL(w, 2)`` is the node 2w.
    Rows are added to ``OPS``, which maps each name to its row, unless `listed` is False.
    """

    __slots__ = ("_arity", "commutes", "constant", "name", "partials", "symbol", "value")

    _arity: int | None

    def __init__(
        self, name: str, symbol: str, value: Callable[..., Any], partials: Partials, *, commutes: bool = False,
        listed: bool = True,
    ) -> None:  # fmt: skip
        self.commutes = commutes
        self.name, self.symbol, self.value = name, symbol, value
        self.constant = None if callable(partials) else partials
        self.partials = partials if callable(partials) else lambda *_: partials
        if listed:
            OPS[name] = self
            if FUNCTIONS.get(name) is value:  # so that the function, given a node, records this op
                FUNCTIONS[name].op = self

    def __call__(self, *operands: Any) -> Any:
        """Record one node; given plain numbers only, return a number. Errors of the arithmetic name the operands."""
        for x in operands:
            if isinstance(x, Node):
                return x._record(self, operands)
        try:
            return self.compute([*map(number, operands)])[0]
        except DOMAIN_ERRORS as error:
            raise domain_error(self.name, operands, error) from error.__cause__ or error

    def compute(self, numbers: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
        """The value, and the operands: converted to one type if Python cannot mix theirs, as Decimal and float."""
        try:
            return self.value(*numbers), numbers
        except TypeError:
            numbers = unified(numbers)
            return self.value(*numbers), numbers

    @property
    def arity(self) -> int | None:
        """How many operands the op takes; None for any number of them, as in a sum."""
        if not hasattr(self, "_arity"):  # found once, when somebody asks: inspect takes its time to load
            from inspect import signature

            try:
                parameters, not_operands = [*signature(self.value).parameters.values()], 0
            except ValueError:  # of some functions written in C, Python knows no signature
                parameters, not_operands = [*signature(self.partials).parameters.values()], 1
            many = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
            self._arity = None if many else len(parameters) - not_operands
        return self._arity

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Any, ...]:
        return _op_named, (self.name,)  # pickled and copied by name


def product_partials(out: Any, *wx: Any) -> tuple[Any, ...]:
    """The partials of w₁x₁ + … + wₙxₙ: of each w its x, of each x its w. A product is the case n = 1."""
    n = len(wx) // 2
    return wx[n:] + wx[:n]


OPS: dict[str, Op] = {}


def _op_named(name: str) -> Op:
    return OPS[name]


# exp, log and σ, which need care or which others are made of, stand in elementary.py. These need none.
sin, cos = elementary("sin", math.sin), elementary("cos", math.cos)

ADD = Op("add", "+", operator.add, (1, 1), commutes=True)
SUB = Op("sub", "−", operator.sub, (1, -1))
MUL = Op("mul", "×", operator.mul, product_partials, commutes=True)
DIV = Op("div", "÷", operator.truediv, lambda out, a, b: (inverse(b, out), -out / b))
NEG = Op("neg", "−", operator.neg, (-1,))
POW = Op("pow", "^", power, lambda out, a, b: (power_by_base(out, a, b), power_by_exponent(out, a)))
EXP = Op("exp", "exp", exp, lambda out, a: (out,))
LOG = Op("log", "log", log, lambda out, a: (1 / a,))
# It uses the recorded a, although z would be more accurate: in the loss the rounding of a cancels against that of
# 1/(1 - a), so that ∂L/∂z stays a - y up to z = 36.
SIGMOID = Op("sigmoid", "σ", sigmoid, lambda a, z: (a * (1 - a),))
TANH = Op("tanh", "tanh", tanh, lambda out, a: (tanh_slope(out, a),))
RELU = Op("relu", "relu", relu, lambda out, a: (step(a),))
SIN = Op("sin", "sin", sin, lambda out, a: (cos(a),))
COS = Op("cos", "cos", cos, lambda out, a: (-sin(a),))
ABS = Op("abs", "abs", abs, lambda out, a: (step(a) - step(-a),))
SUM = Op("sum", "Σ", total, lambda out, *terms: (1,) * len(terms), commutes=True)
DOT = Op("dot", "·", inner, product_partials)
LOSS = Op("logistic_loss", "L", loss_by_logit, lambda out, z, y: (slope_by_logit(z, y), -z))
# What stable.py puts in the place of log(exp(a) + exp(b) + …). Nobody writes it, so it is not listed.
LOGSUMEXP = Op("logsumexp", "log Σ exp", logsumexp, lambda out, *terms: softmax(*terms), listed=False)
