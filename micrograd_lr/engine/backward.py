"""Backpropagation: its definition in eight lines, `payments` and `accumulate`; then the `sweep`, the same made fast."""

from __future__ import annotations

from micrograd_lr.engine.errors import (
    is_nonfinite,
    refuse_inside_gradient,
    refuse_mixed_numbers,
    refuse_nonfinite_gradient,
)
from micrograd_lr.engine.node import Node
from micrograd_lr.engine.number_types import one_like
from micrograd_lr.engine.ops import product_partials
from micrograd_lr.engine.order import users_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, TypeVar

    T = TypeVar("T")
    N = TypeVar("N", bound=Node)
    Edges = Callable[[T], Iterable[tuple[T, Any]]]  # of a node: its operands, each with ∂node/∂operand

ONE = 1  # the partial of +, and the seed of a derivative that is a graph (see derivatives.py)


def payments(order: list[T], seed: Any, edges: Edges[T]) -> Iterator[tuple[T, T, Any, Any, Any, Any]]:
    """Reverse mode, payment by payment.

    A node is computed from its operands, and is a *user* of each. It *pays* each of them its own gradient, which is the
    *upstream* gradient of the payment, times ∂node/∂operand. `order` begins with the root, whose gradient is the
    `seed`, and has users before operands. So a node has been paid by all its users when its turn comes to pay: along a
    path the partials are multiplied, and different paths add up. (The field also calls the upstream gradient a
    cotangent, and what a node pays a vector-Jacobian product, VJP.)

    Yields (node, operand, upstream, partial, paid, the operand's sum so far).
    """
    grads = dict.fromkeys(order[:1], seed)
    for node in order:
        for operand, partial in edges(node):
            paid = times(grads[node], partial)
            grads[operand] = grads[operand] + paid if operand in grads else paid
            yield node, operand, grads[node], partial, paid, grads[operand]


def accumulate(order: list[T], seed: Any, edges: Edges[T]) -> dict[T, Any]:
    """The gradient of every node in `order`: what it has been paid by all its users."""
    paid = {operand: total for _, operand, _, _, _, total in payments(order, seed, edges)}
    return dict.fromkeys(order[:1], seed) | paid


def times(upstream: Any, partial: Any) -> Any:
    """upstream · partial, without a product where a factor is 1: then nothing is rounded, and no node is made."""
    return partial if upstream is ONE else upstream if partial is ONE else upstream * partial


def edges_of(node: Node) -> Iterator[tuple[Any, Any]]:
    """The operands of a node that are nodes, each with the partial at the recorded numbers."""
    return ((x, partial) for x, partial in zip(node.operands, node.partials) if isinstance(x, Node))


def gradients(root: N) -> dict[N, Any]:
    """∂root/∂node for every node of the graph, by its definition: what `backward` writes into the nodes."""
    return accumulate(users_first(root), one_like(root.data), edges_of)


def refuse_nonfinite(root: Node, grads: Mapping[Any, Any]) -> None:
    """FloatingPointError if finite numbers have made a gradient that is infinite or NaN.

    It is enough to look at the leaves, where every path ends.
    """
    if any(is_nonfinite(grad) for node, grad in grads.items() if node.op is None):
        refuse_nonfinite_gradient(root, grads)


def backward(root: Node) -> None:
    """What ``root.backward()`` does: the sweep, or an error that explains why there is no gradient."""
    refuse_inside_gradient(root)
    try:
        sweep(root)
    except TypeError:
        refuse_mixed_numbers(root)
        raise


def sweep(root: Node) -> None:
    """`gradients`, written into the nodes themselves, in a fraction of the time; a test compares the two, bit for bit.

    What makes it fast: it discovers the nodes while it pays them, so that nothing is walked or reset before. The first
    payment to a node marks it as seen and puts it on the list of its level. A node lies one level above the highest of
    its operands, so a sweep down the levels comes to all users of a node before the node itself.
    """
    seen = object()  # the mark of this sweep, on every node that has been paid
    before: list[tuple[Node, Any]] = []  # what earlier sweeps left in the nodes, for the case that this one fails
    levels: list[list[Node]] = [[] for _ in range(root._level + 1)]

    def pay(node: Node, amount: Any, seen: Any = seen, levels: Any = levels) -> None:
        # In the loops below it would be a tenth faster, and stand there four times.
        if node._seen is seen:
            node._grad += amount
        else:
            if node._seen is not None:
                before.append((node, node._grad))
            node._grad = amount
            node._seen = seen
            levels[node._level].append(node)

    one, of_products = ONE, product_partials  # like the defaults above: local names are looked up faster
    try:
        pay(root, one_like(root._data))
        for level in levels[:0:-1]:
            for node in level:
                op = node.op
                grad = node._grad
                a = node._a
                y = node._y
                rule = op.partials
                if y is not None:  # two operands
                    b = node._b
                    if rule is of_products:  # nearly half of all nodes: their rule without a call
                        da = y
                        db = node._x
                    elif (constant := op.constant) is not None:
                        da, db = constant
                    else:
                        da, db = rule(node._data, node._x, y)
                    if a is not None:
                        pay(a, grad if da is one else grad * da)
                    if b is not None:
                        pay(b, grad if db is one else grad * db)
                elif type(a) is not tuple:  # one operand
                    (da,) = rule(node._data, node._x)
                    pay(a, grad if da is one else grad * da)
                else:  # more operands
                    for operand, partial in zip(a, rule(node._data, *node._x)):
                        if operand is not None:
                            pay(operand, grad if partial is one else grad * partial)
        for leaf in levels[0]:  # every path has paid
            if is_nonfinite(leaf._grad):
                refuse_nonfinite_gradient(root, {node: node._grad for level in levels for node in level})
    except BaseException:  # all or nothing, also after Ctrl-C: every gradient is again what it was
        for level in levels:
            for node in level:
                node._seen = None
        for node, grad in before:
            node._grad, node._seen = grad, seen  # any mark but None means that the gradient counts
        raise
