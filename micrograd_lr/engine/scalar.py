"""How a `Value` behaves as a Python object: made, read, compared, converted, printed and pickled."""

from __future__ import annotations

from itertools import chain, repeat

from micrograd_lr.engine.number_types import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, Self

    from micrograd_lr.engine.ops import Op


def _fill(leaf: Any, data: Any, label: str = "") -> None:
    leaf._data = number(data)
    leaf._level = 0
    if label:
        leaf._label = label
    leaf.op = leaf._a = leaf._x = leaf._b = leaf._y = leaf._seen = None


class Leaves(type):
    """What ``Value(data, label)`` does. With no ``__init__``, a blank node for an op to fill in takes half the time.

    A subclass with an ``__init__`` gets one to call: ``super().__init__(data, label)``.
    """

    def __new__(kind, name: str, bases: tuple[type, ...], body: dict[str, Any], **options: Any) -> Any:
        if "__init__" in body or any(base.__init__ is not object.__init__ for base in bases):  # type: ignore[misc]
            bases = bases if any(issubclass(base, _Filled) for base in bases) else (*bases, _Filled)
            kind = _LeavesThatInit
        return super().__new__(kind, name, bases, body, **options)

    def __call__(cls, data: Any, label: str = "") -> Any:
        leaf = type.__call__(cls)
        _fill(leaf, data, label)
        return leaf

    __call__.__qualname__ = "Value"  # what Python's own errors about the arguments call it


class _LeavesThatInit(Leaves):
    """What the call of a subclass with an ``__init__`` does: what it does of any class."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        leaf = type.__call__(cls, *args, **kwargs)
        if not hasattr(leaf, "_data"):
            raise TypeError(f"{cls.__name__}.__init__ has to call super().__init__(data, label).")
        return leaf


class _Filled:
    """The last base of a subclass with an ``__init__``."""

    __slots__ = ()

    def __init__(self, data: Any, label: str = "") -> None:
        _fill(self, data, label)


class _OfArrays:
    """What arrays have and a single number has not. Who asks for it is told what to use instead."""

    def __init__(self, remedy: str) -> None:
        self.remedy = remedy

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, node: Any, owner: type) -> NoReturn:
        raise AttributeError(f"a Value is one number, and has no {self.name}(). {self.remedy}")


class Scalar(metaclass=Leaves):
    """The base of `Value`. Comparisons, float(), bool() and format() read the number; == and hash stay identity, so
    that nodes can be kept in sets and dicts."""

    __slots__ = ()

    _op_priority = 100  # and so do SymPy's expressions, which would take float(value) otherwise

    op: Op | None
    _data: Any
    _label: str
    _a: Any
    _b: Any
    _x: Any
    _y: Any
    _grad: Any
    _level: int
    _seen: object
    exp: Callable[[], Any]
    log: Callable[[], Any]
    sigmoid: Callable[[], Any]
    tanh: Callable[[], Any]
    relu: Callable[[], Any]

    if TYPE_CHECKING:

        def __init__(self, data: Any, label: str = "") -> None: ...

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

    sum = _OfArrays("Use micrograd_lr.sum(values) with a list of Values.")
    mean = _OfArrays("Use micrograd_lr.sum(values) / len(values) with a list of Values.")
    dot = _OfArrays("Use micrograd_lr.dot(w, x) with two lists.")
    sqrt = _OfArrays("Use v**0.5.")
    item = _OfArrays("Use v.data.")

    def __matmul__(self, other: Any) -> NoReturn:
        raise TypeError("w @ x multiplies vectors, and a Value is one number. Use micrograd_lr.dot(w, x).")

    __rmatmul__ = __matmul__

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from micrograd_lr.engine.beside_numpy import applied

        return applied(ufunc, method, inputs, options)

    def __pos__(self) -> Self:
        return self

    @classmethod
    def _made(cls, node: Any, operands: tuple[Any, ...]) -> Any:
        """What a node that is computed from one of this class becomes: for a subclass to say."""
        return node

    def __lt__(self, other: Any) -> bool:
        return bool(self.data < number_of(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.data <= number_of(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.data > number_of(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.data >= number_of(other))

    def __float__(self) -> float:
        return float(self.data)

    def __bool__(self) -> bool:
        return bool(self.data)

    def __format__(self, spec: str) -> str:
        return format(self.data, spec)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value({self.data!r}{label}{f', op={self.op}' if self.op else ''}, grad={self.grad!r})"

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        from micrograd_lr.engine.pickling import reduced

        return reduced(self)

    def __setstate__(self, graph: Any) -> None:
        """Nothing: the graph in the pickle of a node fills in what all its nodes hold."""

    def __copy__(self: Any) -> Any:
        from micrograd_lr.engine.pickling import copied

        return copied(self)

    def __deepcopy__(self: Any, memo: dict[int, Any]) -> Any:
        from micrograd_lr.engine.pickling import deep_copied

        return deep_copied(self, memo)


def number_of(x: Any) -> Any:
    """The number of a node; any other object as it is."""
    return x.data if isinstance(x, Scalar) else x
