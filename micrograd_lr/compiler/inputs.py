"""What a compiled loss is called with: checked, named, and as arrays (or lists, where NumPy is not wanted)."""

from __future__ import annotations

import math

from micrograd_lr.engine.containers import opened
from micrograd_lr.engine.shapes import shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    Lengths = dict[str, int | None]


class Arguments:
    """The arguments of one call: as they were `given`, by name, and their `values` as the kernels read them.

    `shapes` are those that were given. `lengths`: how many entries each has, in one example if it is one of the
    `batch`; None for a number, and 1 for what is a number and a vector of one as well: (1,), (1, 1), or (1, m) of the
    batch. `m`: how many examples there are. ValueError for shapes that do not fit, TypeError for what is not a number.
    """

    def __init__(self, given: Mapping[str, Any], batch: tuple[str, ...], np: Any) -> None:
        self.batch = batch
        self.given = {name: opened(name, x, name in batch) for name, x in given.items()}
        self.shapes = {name: _shape(name, x, name in batch) for name, x in self.given.items()}
        self.m = _number_of_examples({name: self.shapes[name] for name in batch})
        self.lengths: Lengths = {name: _length(size, name in batch) for name, size in self.shapes.items()}
        self.values: dict[str, Any] = {}
        for name, x in self.given.items():
            kind = name in batch, self.lengths[name]
            self.values[name] = _array(np, name, x, *kind) if np else _list(name, x, *kind)

    def numbers(self, name: str, example: int) -> Iterator[tuple[tuple[int, ...], float]]:
        """The numbers of an argument, of the batch those of one example, each with its place."""
        value, n = self.values[name], self.lengths[name]
        single = n is None or n == 1
        if name not in self.batch:
            yield from [((), value)] if single else [((j,), x) for j, x in enumerate(value)]
        elif single:
            yield (example,), value[example]
        else:
            yield from (((j, example), row[example]) for j, row in enumerate(value))


def _shape(name: str, x: Any, in_batch: bool) -> tuple[int, ...]:
    """The shape of an argument, if it is one that a loss can have."""
    size = shape_of(name, x)
    if in_batch and len(size) not in (1, 2):
        raise ValueError(f"{name} is {size}; expected (m,) or (n, m): one example per column.")
    if not in_batch and (len(size) > 2 or (len(size) == 2 and size[0] != 1)):
        raise ValueError(f"{name} is {size}; a parameter is a number, (n,) or (1, n). Transpose or flatten it.")
    if 0 in size[: 1 if in_batch and len(size) == 2 else 0 if in_batch else None]:
        raise ValueError(f"{name} is empty: {size}; expected at least one entry. Leave out what is not used.")
    return size


def _number_of_examples(sizes: Mapping[str, tuple[int, ...]]) -> int:
    counts = {size[-1] for size in sizes.values()}
    if len(counts) > 1 or 0 in counts:
        said = ", ".join(f"{name} is {size}" for name, size in sizes.items())
        raise ValueError(
            f"{said}: the examples are counted by the last axis. Expected X (n, m) and y (m,), one example per "
            "column, at least one. Is an array transposed (X.T)?"
        )
    return counts.pop()


def _length(size: tuple[int, ...], in_batch: bool) -> int | None:
    if in_batch:
        return None if len(size) < 2 else size[0]
    return size[-1] if size else None


def _array(np: Any, name: str, x: Any, in_batch: bool, n: int | None) -> Any:
    array = np.asarray(x)
    if array.dtype.char not in "fd" or not array.dtype.isnative:
        array = array.astype(float) if array.dtype.kind in "biuf" else np.asarray(_floats(name, array.tolist()))
    single = n is None or n == 1
    if in_batch:
        return array[0] if array.ndim == 2 and single else array
    return np.float64(array.reshape(())) if single else array.reshape(-1).astype(float, copy=False)


def _list(name: str, x: Any, in_batch: bool, n: int | None) -> Any:
    x = x.tolist() if hasattr(x, "tolist") else x
    while not in_batch and isinstance(x, (list, tuple)) and (n == 1 or isinstance(x[0], (list, tuple))):
        (x,) = x
    if in_batch and n == 1:
        (x,) = x
    return _floats(name, x)


def _floats(name: str, x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return [v if type(v) is float else _floats(name, v) for v in x]
    if hasattr(x, "backward"):
        raise TypeError(
            f"{name} holds {x!r:.40}, a node; a compiled loss is given plain numbers. Give its number, .data."
        )
    try:
        return float(x)
    except OverflowError:
        digits = int(int(x).bit_length() * math.log10(2)) + 1
        raise OverflowError(f"{name} holds an integer of {digits} digits; a float ends at 1.8e308.") from None
    except ValueError as error:  # a signalling NaN
        raise ValueError(f"{name} holds {x!r}: {error}.") from None
