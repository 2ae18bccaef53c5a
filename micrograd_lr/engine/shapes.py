"""The shape of nested lists and arrays, and numbers put back into such a shape."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def shape(data: Any) -> tuple[int, ...]:
    """The shape of a number (), of nested lists, or of an array. ValueError if the rows differ in length."""
    if hasattr(data, "shape"):
        return tuple(data.shape)
    if not isinstance(data, (list, tuple)):
        return ()
    inner = [shape(part) for part in data]
    if any(s != inner[0] for s in inner):
        odd = next(i for i, s in enumerate(inner) if s != inner[0])
        raise ValueError(f"the rows differ in length: row 0 has shape {inner[0]}, row {odd} has shape {inner[odd]}.")
    return (len(data), *(inner[0] if inner else ()))


def shape_of(name: str, data: Any) -> tuple[int, ...]:
    """The shape of the argument `name`. ValueError with the name if it is not a rectangle."""
    try:
        return shape(data)
    except ValueError as error:
        raise ValueError(f"{name} is not a rectangle: {error}") from None


def like(data: Any, numbers: list[Any]) -> Any:
    """`numbers` in the shape of `data`: a number, nested lists, or a NumPy array if `data` is one."""
    dims = shape(data)
    if hasattr(data, "__array__") and dims:
        import numpy

        return numpy.array(numbers).reshape(dims)
    for size in reversed(dims[1:]):
        numbers = [numbers[i : i + size] for i in range(0, len(numbers), size)]
    return numbers if dims else numbers[0]
