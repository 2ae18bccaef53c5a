"""What a compiled loss is called with: checked, by name, and as arrays (or as lists, for the backend python)."""

from __future__ import annotations

import math

from micrograd_lr.engine.containers import as_numbers
from micrograd_lr.engine.shapes import shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    Length = int | tuple[int, int] | None
    Lengths = dict[str, Length]


class Inputs:
    """The arguments of one call, by name: as they were `given`, and their `values` as a kernel reads them.

    `shapes` are the shapes as given. `lengths` says how many entries each argument has (in one example, if it is one
    of the `batch`): None for a number; 1 for what is a number and also a vector of one, (1,), (1, 1), or (1, m) of the
    batch; (k, n) for a matrix. `m` is the number of examples. ValueError for shapes that do not fit, TypeError for what
    is not a number.
    """

    def __init__(self, given: Mapping[str, Any], batch: tuple[str, ...], np: Any) -> None:
        self.batch = batch
        self.given = {name: as_numbers(name, x, name in batch) for name, x in given.items()}
        self.shapes = {name: _shape(name, x, name in batch) for name, x in self.given.items()}
        self.m = number_of_examples({name: self.shapes[name] for name in batch})
        self.lengths: Lengths = {name: _length(shape, name in batch) for name, shape in self.shapes.items()}
        self.values: dict[str, Any] = {}
        for name, x in self.given.items():
            kind = name in batch, self.lengths[name]
            self.values[name] = _array(np, name, x, *kind) if np else _list(name, x, *kind)

    def numbers(self, name: str, example: int) -> Iterator[tuple[tuple[int, ...], float]]:
        """The numbers of an argument, each with its index: all those of a parameter, of the batch one example's."""
        value, single = self.values[name], count(self.lengths[name]) == 1
        if isinstance(self.lengths[name], tuple):
            yield from (((r, j), x) for r, row in enumerate(value) for j, x in enumerate(row))
        elif name not in self.batch:
            yield from [((), value)] if single else [((j,), x) for j, x in enumerate(value)]
        elif single:
            yield (example,), value[example]
        else:
            yield from (((j, example), row[example]) for j, row in enumerate(value))


def count(n: Length) -> int:
    """How many numbers an argument of length n is: None is the length of what is not a vector."""
    return math.prod(n) if isinstance(n, tuple) else n or 1


def places(n: Length) -> list[tuple[int, ...]]:
    """The indices of the entries of an argument, in order: none for the only one."""
    if isinstance(n, tuple):
        return [(r, j) for r in range(n[0]) for j in range(n[1])]
    return [()] if count(n) == 1 else [(j,) for j in range(count(n))]


def labels(name: str, n: Length) -> list[str]:
    """What the entries of an argument are called: w[0], w[1] and so on, or W[0][0], or b if it is the only one."""
    return [name + "".join(f"[{i}]" for i in place) for place in places(n)]


def _shape(name: str, x: Any, in_batch: bool) -> tuple[int, ...]:
    """The shape of an argument, if it is one that a loss can have."""
    shape = shape_of(name, x)
    if in_batch and len(shape) not in (1, 2):
        raise ValueError(f"{name} is {shape}; expected (m,) or (n, m): one example per column.")
    if not in_batch and len(shape) > 2:
        raise ValueError(
            f"{name} is {shape}; a parameter is a number, (n,), (1, n) or (k, n). Flatten it, or split it."
        )
    features = shape[:-1] if in_batch else shape
    if 0 in features:
        raise ValueError(f"{name} is empty: {shape}; expected at least one entry. Leave out what is not used.")
    return shape


def number_of_examples(shapes: Mapping[str, tuple[int, ...]]) -> int:
    """The number of examples m, of the shapes of the batch arguments. ValueError if they disagree, or if it is 0."""
    counts = {shape[-1] for shape in shapes.values()}
    if len(counts) > 1 or 0 in counts:
        given = ", ".join(f"{name} is {shape}" for name, shape in shapes.items())
        raise ValueError(
            f"{given}: the last axis counts the examples. Expected X (n, m) and y (m,), one example per column, and "
            "at least one example. Is an array transposed (X.T)?"
        )
    return counts.pop()


def _length(shape: tuple[int, ...], in_batch: bool) -> Length:
    if in_batch:
        return None if len(shape) < 2 else shape[0]
    if len(shape) == 2 and shape[0] > 1:
        return shape[0], shape[1]
    return shape[-1] if shape else None


def _array(np: Any, name: str, x: Any, in_batch: bool, n: Length) -> Any:
    array, single = np.asarray(x), count(n) == 1
    if array.dtype.char not in "fd" or not array.dtype.isnative:
        array = array.astype(float) if array.dtype.kind in "biuf" else np.asarray(_floats(name, array.tolist()))
    if in_batch:
        return array[0] if array.ndim == 2 and single else array
    if isinstance(n, tuple):
        return np.ascontiguousarray(array, dtype=float)
    return np.float64(array.reshape(())) if single else array.reshape(-1).astype(float, copy=False)


def _list(name: str, x: Any, in_batch: bool, n: Length) -> Any:
    x = x.tolist() if hasattr(x, "tolist") else x
    is_vector = not in_batch and not isinstance(n, tuple)
    while is_vector and isinstance(x, (list, tuple)) and (n == 1 or isinstance(x[0], (list, tuple))):
        (x,) = x
    if in_batch and n == 1:
        (x,) = x
    return _floats(name, x)


def _floats(name: str, x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return [v if type(v) is float else _floats(name, v) for v in x]
    if hasattr(x, "backward"):
        raise TypeError(f"{name} holds a node, {x!r:.40}; a compiled loss takes plain numbers. Give the node's .data.")
    try:
        return float(x)
    except OverflowError:
        digits = int(int(x).bit_length() * math.log10(2)) + 1
        raise OverflowError(f"{name} holds an integer of {digits} digits; a float ends at 1.8e308.") from None
    except ValueError as error:  # a signalling NaN
        raise ValueError(f"{name} holds {x!r}: {error}.") from None
