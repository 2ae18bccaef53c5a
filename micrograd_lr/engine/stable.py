"""σ(z), log σ(z) and log(1 + eᶻ) in all the ways they are written, found by structure, and computed so that they stay
accurate where a is rounded to 0 or 1 and eᶻ overflows. Everything that has to recognise them asks here.

A *positive* formula is a positive number, eᵘ, a σ, or a sum, product, quotient or power of these: its logarithm is
known without computing the formula itself. The *logit* of a = σ(z) is z, and the logit of p/(p + q) is log p - log q.
The log of p/(p + q + r + …), a softmax, is log p - log(p + q + r + …), so that all shares have the same sum.
"""

from __future__ import annotations

from numbers import Real

from micrograd_lr.engine import ops
from micrograd_lr.engine.elementary import exp, log, sigmoid
from micrograd_lr.engine.node import Node
from micrograd_lr.engine.order import topological

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Addends = tuple[Any, list[tuple[int, Node]]]  # a plain number, and nodes with their signs

MOST = 1_000  # addends of a sum that is looked at: the classes of a softmax
DEEPEST = 30  # formulas inside formulas
_BY_HAND = (ops.MUL, ops.DIV, ops.POW)  # what a σ that is written by hand ends with


def stabilised(root: Node) -> Node:
    """The same graph with every log of a positive formula, and every σ written by hand, in its stable form."""
    reader = _Reader()
    of: dict[Node, Node] = {}  # what became of the nodes that did not stay the same
    for node in topological(root):
        new: Any = node
        if of and not of.keys().isdisjoint(node.nodes):
            new = new.op(*(of.get(x, x) if isinstance(x, Node) else x for x in node.operands))
        found = reader.log(new.operands[0]) if new.op is ops.LOG else None
        if _is_share_of_many(new):
            found = None if (u := reader.log(new)) is None else exp(u)
        elif new.op in _BY_HAND and isinstance(z := reader.logit(new), Node):
            found = sigmoid(z)
        elif new.op is ops.DIV and isinstance(z := reader.odds(1, new.operands[1]), Node):
            found = new.operands[0] * sigmoid(z)  # c/(1 + e⁻ᶻ)
        if found is not None or new is not node:
            of[node] = new if found is None else found
    return of.get(root, root)


def as_loss(x: Any) -> tuple[Any, float] | None:
    """z and y such that -log x is logistic_loss(z, y): z and 1 for σ(z), z and 0 for 1 - σ(z). None for any other x."""
    z = logit(x)
    return None if z is None else _loss(-1, z)


def logit(x: Any) -> Any:
    """z, if x is σ(z); else None. An existing node where there is one, so that 1/(1 + exp(-z)) gives z itself."""
    return _Reader().logit(x)


def log_of(x: Any) -> Any:
    """log x, if x is positive by structure; else None."""
    return _Reader().log(x)


def one_less(x: Any) -> Any:
    """a, if x is 1 - a: also written as -a + 1 or -(a - 1); else None."""
    return _term(x, 1, -1)


class _Reader:
    """Reads formulas, each once: what many formulas share is remembered."""

    def __init__(self) -> None:
        self.logits: dict[Node, Any] = {}
        self.logs: dict[Node, Any] = {}
        self.depth = 0

    def logit(self, x: Any) -> Any:
        """z, if x is σ(z); else None."""
        return self.read(x, self.logits, self.new_logit) if isinstance(x, Node) else None

    def log(self, x: Any) -> Any:
        """log x, if x is positive by structure; else None."""
        if isinstance(x, Node):
            return self.read(x, self.logs, self.new_log)
        return (0 if x == 1 else log(x)) if isinstance(x, Real) and float(x) > 0 else None

    def read(self, x: Node, known: dict[Node, Any], new: Callable[[Node], Any]) -> Any:
        if x.op is None or (x not in known and self.depth > DEEPEST):
            return None
        if x not in known:
            self.depth += 1
            known[x] = new(x)
            self.depth -= 1
        return known[x]

    def new_logit(self, x: Node) -> Any:
        if x.op is ops.SIGMOID:
            return x.operands[0]
        if x.op in _BY_HAND:
            a, b = x.operands
            if x.op is ops.MUL and _is(a, 1):
                a, b = b, a
            if _is(b, 1):
                return self.logit(a)
            if x.op is ops.DIV:
                return _twice_tanh(a) if _is(b, 2) else self.odds(a, b)
            if x.op is ops.POW:
                return self.odds(1, a) if _is(b, -1) else None
            if _is(a, 0.5) or _is(b, 0.5):
                return _twice_tanh(b if _is(a, 0.5) else a)
            z = self.scaled(a, b)
            return self.scaled(b, a) if z is None else z
        z = self.logit(one_less(x))
        return self.logit(_term(x, 0, 1)) if z is None else _negative(z)

    def new_log(self, x: Node) -> Any:
        z = None if _is_share_of_many(x) else self.logit(x)
        if z is not None:
            return -ops.LOSS(*_loss(-1, z))
        if x.op is ops.EXP:
            return x.operands[0]
        if x.op in (ops.MUL, ops.DIV):
            a, b = map(self.log, x.operands)
            if a is None or b is None:
                return None
            return _sum(a, b) if x.op is ops.MUL else _sum(a, _negative(b))
        if x.op is ops.POW:
            base, exponent = x.operands
            a = None if isinstance(exponent, Node) else self.log(base)
            return None if a is None else exponent * a
        z = _twice_tanh(x)
        if z is not None:  # 1 + tanh(z/2) is 2σ(z)
            return log(2) - ops.LOSS(*_loss(-1, z))
        found = _addends(x)
        return None if found is None else self.log_of_sum(*found)

    def odds(self, part: Any, whole: Any) -> Any:
        """The logit of part/whole, where the part is one of the addends of the whole: log part - log rest."""
        found = _addends(whole) if isinstance(whole, Node) else None
        if found is None:
            return None
        constant, terms = found
        if isinstance(part, Node):
            place = next((i for i, (sign, term) in enumerate(terms) if sign == 1 and _same(term, part)), None)
            if place is None:
                return None
            terms = [*terms[:place], *terms[place + 1 :]]
        else:
            constant = constant - part
        a, b = self.log(part), self.log_of_sum(constant, terms)
        return None if a is None or b is None else _sum(a, _negative(b))

    def scaled(self, p: Any, a: Any) -> Any:
        """The logit of p · a for a = σ(t) and p = e⁻ᵗ, which is e⁻ᵗ/(1 + e⁻ᵗ): -t. None for any other p and a."""
        t = self.logit(a)
        if t is None or not _same(self.log(p), _negative(t)):
            return None
        return _negative(t)

    def log_of_sum(self, constant: Any, terms: list[tuple[int, Node]]) -> Any:
        """log(eᵃ + eᵇ + …); None unless all addends are positive."""
        logs = [self.log(term) if sign == 1 else None for sign, term in terms]
        if not _is(constant, 0):
            logs.insert(0, self.log(constant))
        if not logs or None in logs:
            return None
        if len(logs) == 2 and _is(logs[0], 0):
            return ops.LOSS(*_loss(1, logs[1]))
        return ops.LOGSUMEXP(*logs) if len(logs) > 1 else logs[0]


def _addends(x: Any) -> Addends | None:
    """What a sum, a difference or a negative consists of; None for more than `MOST`, and for anything else."""
    constant: Any = 0
    terms: list[tuple[int, Node]] = []
    waiting = [(1, x)]
    while waiting:
        sign, node = waiting.pop()
        if not isinstance(node, Node):
            constant = constant + sign * node
        elif node.op in (ops.ADD, ops.SUM, ops.SUB, ops.NEG):
            signs = {ops.SUB: (sign, -sign), ops.NEG: (-sign,)}.get(node.op, (sign,) * len(node.operands))
            waiting += reversed([*zip(signs, node.operands)])
        elif node.op is ops.MUL and (_is(node.operands[0], -1) or _is(node.operands[1], -1)):
            waiting.append((-sign, node.operands[_is(node.operands[0], -1)]))
        else:
            terms.append((sign, node))
        if len(terms) + len(waiting) > MOST:
            return None
    return None if terms == [(1, x)] else (constant, terms)


def _is_share_of_many(x: Any) -> bool:
    """Whether x is a quotient by a sum of more than two addends."""
    found = _addends(x.operands[1]) if x.op is ops.DIV else None
    return found is not None and len(found[1]) + (not _is(found[0], 0)) > 2


def _term(x: Any, constant: int, sign: int) -> Node | None:
    """a, if x is constant + sign · a; else None."""
    found = _addends(x) if isinstance(x, Node) else None
    if found is None or not _is(found[0], constant) or len(found[1]) != 1:
        return None
    ((its_sign, term),) = found[1]
    return term if its_sign == sign else None


def _twice_tanh(x: Any) -> Any:
    """2u, if x is 1 + tanh(u), and -2u, if it is 1 - tanh(u); else None."""
    for sign in (1, -1):
        term = _term(x, 1, sign)
        if term is not None and term.op is ops.TANH:
            return 2 * sign * term.operands[0]
    return None


def _loss(sign: int, t: Any) -> tuple[Any, float]:
    """z and y of logistic_loss for log(1 + eᵗ), if the sign is 1, or for log(1 + e⁻ᵗ), without a minus inside of z."""
    if isinstance(t, Node) and t.op is ops.NEG:
        return t.operands[0], 1.0 if sign == 1 else 0.0
    return t, 0.0 if sign == 1 else 1.0


def _sum(a: Any, b: Any) -> Any:
    """a + b, without a node for nothing."""
    if _is(a, 0) or _is(b, 0):
        return b if _is(a, 0) else a
    return a - b.operands[0] if isinstance(b, Node) and b.op is ops.NEG else a + b


def _negative(x: Any) -> Any:
    """-x, and z for x = -z."""
    return x.operands[0] if isinstance(x, Node) and x.op is ops.NEG else -x


def _is(x: Any, number: float) -> bool:
    return not isinstance(x, Node) and bool(x == number)


def _same(a: Any, b: Any, depth: int = 4) -> bool:
    """Whether two formulas are the same, as far as a look of this depth can tell."""
    if a is b:
        return True
    if not (isinstance(a, Node) and isinstance(b, Node)):
        return not isinstance(a, Node) and not isinstance(b, Node) and bool(a == b)
    if a.op is not b.op or a.op is None or len(a.operands) != len(b.operands) or not depth:
        return False
    return all(_same(x, y, depth - 1) for x, y in zip(a.operands, b.operands))
