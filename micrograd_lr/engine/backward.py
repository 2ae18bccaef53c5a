"""Backpropagation: reverse mode in eight lines, as one says it, and the sweep that does the same as fast as it can."""

from __future__ import annotations

from micrograd_lr.engine.errors import (
    is_nonfinite,
    refuse_inside_gradient,
    refuse_mixed_numbers,
    refuse_nonfinite_gradient,
)
from micrograd_lr.engine.node import Node
from micrograd_lr.engine.number_types import one_like
from micrograd_lr.engine.ops import exchanged
from micrograd_lr.engine.order import users_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, TypeVar

    T = TypeVar("T")
    N = TypeVar("N", bound=Node)
    Edges = Callable[[T], Iterable[tuple[T, Any]]]  # of a node: its operands, each with ∂node/∂operand

ONE = 1  # the partial of +, and the seed of a derivative that is a graph


def payments(order: list[T], seed: Any, edges: Edges[T]) -> Iterator[tuple[T, T, Any, Any, Any, Any]]:
    """Reverse mode, payment by payment: node, operand, upstream gradient, partial, what is paid, the sum so far.

    `order` begins with the root, whose gradient is the `seed`, and has users before operands. So a node has been paid
    by all its users when its turn comes to pay: along a path the partials are multiplied, and different paths add up.
    (The field calls the upstream gradient a cotangent too, and what a node pays a vector-Jacobian product, VJP.)
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
    """FloatingPointError if finite numbers have made a gradient that is infinite or NaN: every path ends at a leaf."""
    if any(is_nonfinite(grad) for node, grad in grads.items() if node.op is None):
        refuse_nonfinite_gradient(root, grads)


def backward(root: Node) -> None:
    """What ``root.backward()`` does: the sweep, and errors that say why there is none."""
    refuse_inside_gradient(root)
    try:
        sweep(root)
    except TypeError:
        refuse_mixed_numbers(root)
        raise


def sweep(root: Node) -> None:
    """`gradients`, written into the nodes themselves, in a fraction of the time; a test compares the two, bit for bit.

    What makes it fast: it finds the graph on its way, so that nothing is walked or reset before it. The first payment
    to a node marks it as seen and puts it on the list of its level; a node lies one level above the highest of its
    operands, so a sweep down the levels comes to all users of a node before the node itself.
    """
    seen = object()  # the mark of this sweep, on every node that has been paid
    before: list[tuple[Node, Any]] = []  # what earlier sweeps left in the nodes, for the case that this one fails
    levels: list[list[Node]] = [[] for _ in range(root._level + 1)]

    def pay(node: Node, amount: Any, seen: Any = seen, levels: Any = levels) -> None:
        # The one payment. A call for each costs a tenth of the sweep, and is less to read than three times these lines.
        if node._seen is seen:
            node._grad += amount
        else:
            if node._seen is not None:
                before.append((node, node._grad))
            node._grad = amount
            node._seen = seen
            levels[node._level].append(node)

    one, of_products = ONE, exchanged  # like the defaults above: local names are read faster
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
    except BaseException:
        for level in levels:
            for node in level:
                node._seen = None
        for node, grad in before:
            node._grad, node._seen = grad, seen
        raise
