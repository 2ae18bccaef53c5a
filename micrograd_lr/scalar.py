"""How a `Value` behaves as a Python object: compared, converted, printed and pickled by its number and its fields."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

    from micrograd_lr.ops import Op


class Scalar:
    """The base of `Value`. Comparisons, float(), bool() and format() read the number; == and hash stay identity, so
    that nodes can be kept in sets and dicts."""

    __slots__ = ()

    __array_ufunc__ = None  # NumPy scalars leave the arithmetic to Value; arrays are refused
    _op_priority = 100  # and so do SymPy's expressions, which would take float(value) otherwise

    data: Any
    label: str
    grad: Any
    op: Op | None
    _a: Any
    _b: Any
    _x: Any
    _y: Any
    _seen: object

    def __pos__(self) -> Self:
        return self

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
        from micrograd_lr.copying import reduced

        return reduced(self)

    def __deepcopy__(self: Any, memo: dict[int, Any]) -> Any:
        from micrograd_lr.copying import deep_copied

        return deep_copied(self, memo)


def number_of(x: Any) -> Any:
    """The number of a node; any other object as it is."""
    return x.data if isinstance(x, Scalar) else x
