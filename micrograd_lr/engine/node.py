"""What a node of the graph holds. How its fields are packed is known here, and where `value` and `backward` hurry."""

from __future__ import annotations

from itertools import chain, repeat

from micrograd_lr.engine.number_types import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Node:
    """One number, and how it was computed: the fields of a `Value`, and the properties that read them."""

    # What was recorded: the operands that are nodes in _a and _b (None for a plain number), their numbers in _x and _y
    # (_y None for a single operand); of more than two operands, tuples of both in _a and _x. _level: 0 for a leaf, else
    # one above the highest operand. Slots, not tuples, because the garbage collector visits every object; and the fewer
    # are written to, the better: a node without a label has no _label, and _grad counts once _seen is set.
    __slots__ = ("_a", "_b", "_data", "_grad", "_label", "_level", "_seen", "_x", "_y", "op")

    op: Any  # an Op, of what made this node; None for a leaf
    _data: Any
    _label: str
    _a: Any
    _b: Any
    _x: Any
    _y: Any
    _grad: Any
    _level: int
    _seen: object
    _record: Any  # a method: the node that an op makes of this one and others

    @property
    def data(self) -> Any:
        """The number. That of a leaf can be set, for a training step; what was recorded before keeps the old one."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if self.op is not None:
            raise AttributeError(f"{self!r} was computed by {self.op}: change a leaf's data, and compute it again.")
        self._data = number(data)

    @property
    def label(self) -> str:
        """The name, in pictures, messages and formulas; "" for none."""
        return getattr(self, "_label", "")

    @label.setter
    def label(self: Any, label: str) -> None:
        self._label = label

    @property
    def grad(self) -> Any:
        """∂root/∂self of the last ``root.backward()`` that came here; None if none did."""
        return None if self._seen is None else self._grad

    @grad.setter
    def grad(self: Any, grad: Any) -> None:
        self._grad, self._seen = grad, None if grad is None else True

    @property
    def nodes(self) -> tuple[Any, ...]:
        """The operands that are nodes, in order, duplicates kept."""
        return tuple(x for x in (self._a if type(self._a) is tuple else (self._a, self._b)) if x is not None)

    @property
    def operands(self) -> tuple[Any, ...]:
        """The inputs of the op in order, duplicates kept: nodes and plain numbers. Empty for a leaf."""
        nodes = self._a if type(self._a) is tuple else (self._a, self._b)
        return tuple(number if node is None else node for number, node in zip(self.numbers, chain(nodes, repeat(None))))

    @property
    def numbers(self) -> tuple[Any, ...]:
        """The operands' numbers, as they were when this node was computed. Empty for a leaf."""
        if type(self._a) is tuple:
            return (*self._x,)
        return () if self.op is None else (self._x,) if self._y is None else (self._x, self._y)

    @property
    def partials(self) -> tuple[Any, ...]:
        """∂node/∂operand for each operand, by the rule of the op at the recorded numbers. Empty for a leaf."""
        return self.op.partials(self._data, *self.numbers) if self.op else ()


def fill_leaf(leaf: Any, data: Any, label: str = "") -> None:
    """Make a leaf of a blank node."""
    leaf._data = number(data)
    leaf._level = 0
    if label:
        leaf._label = label
    leaf.op = leaf._a = leaf._x = leaf._b = leaf._y = leaf._seen = None


def replace_number(node: Node, data: Any) -> None:
    """Give a computed node another number: that of another machine, whose exp or log rounds otherwise."""
    node._data = data


def number_of(x: Any) -> Any:
    """The number of a node; any other object as it is."""
    return x.data if isinstance(x, Node) else x
