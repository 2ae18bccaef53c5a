"""What a compiled loss is called with: checked, named, and as arrays (or lists, where NumPy is not wanted)."""

from __future__ import annotations

import math

from micrograd_lr.shapes import shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    Lengths = dict[str, int | None]


class Arguments:
    """The arguments of one call: `given` by name, and their `values` as the kernels read them, in the same order.

    `lengths`: how many entries each has, in one example if it is one of the `batch`; None for a single number. `m`:
    how many examples there are. ValueError for shapes that do not fit, TypeError for what is no number.
    """

    def __init__(self, given: Mapping[str, Any], batch: tuple[str, ...], np: Any) -> None:
        self.given, self.batch = given, batch
        dims = {name: _shape(name, x, name in batch) for name, x in given.items()}
        self.m = _number_of_examples({name: dims[name] for name in batch})
        self.lengths: Lengths = {name: _length(size, name in batch) for name, size in dims.items()}
        self.values: dict[str, Any] = {}
        for name, x in given.items():
            kind = name in batch, self.lengths[name]
            self.values[name] = _array(np, name, x, *kind) if np else _list(name, x, *kind)

    def numbers(self, name: str, example: int) -> Iterator[tuple[tuple[int, ...], float]]:
        """The numbers of an argument, of the batch those of one example, each with its place."""
        value, n = self.values[name], self.lengths[name]
        if name not in self.batch:
            yield from [((), value)] if n is None else [((j,), x) for j, x in enumerate(value)]
        elif n is None:
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
        return None if len(size) < 2 or size[0] == 1 else size[0]
    return None if math.prod(size) == 1 else size[-1]


def _array(np: Any, name: str, x: Any, in_batch: bool, n: int | None) -> Any:
    array = np.asarray(x)
    if array.dtype.char not in "fd" or not array.dtype.isnative:
        array = array.astype(float) if array.dtype.kind in "biuf" else np.asarray(_floats(name, array.tolist()))
    if in_batch:
        return array[0] if array.ndim == 2 and n is None else array
    return np.float64(array.reshape(())) if n is None else array.reshape(-1).astype(float, copy=False)


def _list(name: str, x: Any, in_batch: bool, n: int | None) -> Any:
    x = x.tolist() if hasattr(x, "tolist") else x
    while not in_batch and isinstance(x, (list, tuple)) and len(x) == 1:
        (x,) = x
    if in_batch and n is None and isinstance(x[0], (list, tuple)):
        (x,) = x
    return _floats(name, x)


def _floats(name: str, x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return [v if type(v) is float else _floats(name, v) for v in x]
    if not isinstance(x, (int, float)) and getattr(getattr(x, "dtype", None), "kind", "?") not in "biuf":
        raise TypeError(
            f"{name} holds {x!r:.40} ({type(x).__name__}); expected real numbers. An option of the loss that is no "
            "number is settled beforehand: lambda w, x: loss(w, x, option)."
        )
    try:
        return float(x)
    except OverflowError:
        raise OverflowError(f"{name} holds an integer of {len(str(x))} digits; a float ends at 1.8e308.") from None
