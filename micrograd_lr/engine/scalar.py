"""How a `Value` behaves as a Python object: how it is made, compared, converted, printed and pickled."""

from __future__ import annotations

from micrograd_lr.engine.node import Node, fill_leaf, number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Self


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
        fill_leaf(leaf, data, label)
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
        fill_leaf(self, data, label)


class _OfArrays:
    """What arrays have and a single number has not. Who asks for it is told what to use instead."""

    def __init__(self, remedy: str) -> None:
        self.remedy = remedy

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, node: Any, owner: type) -> NoReturn:
        raise AttributeError(f"a Value is one number, and has no {self.name}(). {self.remedy}")


class Scalar(Node, metaclass=Leaves):
    """The base of `Value`. Comparisons, float(), bool() and format() read the number; == and hash stay identity, so
    that nodes can be kept in sets and dicts."""

    __slots__ = ()

    _op_priority = 100  # and so do SymPy's expressions, which would take float(value) otherwise

    if TYPE_CHECKING:

        def __init__(self, data: Any, label: str = "") -> None: ...

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
