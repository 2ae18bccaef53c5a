"""What a compiled loss returns: the sums of its kernel, in the shapes of the parameters."""

from __future__ import annotations

import math

from micrograd_lr.engine.shapes import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from micrograd_lr.compiler.program import Program


def derivatives(program: Program, sums: Sequence[float], arrays: Sequence[Any], np: Any) -> dict[Any, Any]:
    """Every derivative, as its numbers in a row."""
    columns, named = dict(zip(program.columns, sums)), dict(zip(program.shapes, arrays))
    by_key = {}
    for key, derivative in program.derivatives.items():
        blocks = [(block, named[program.names[block]]) for block in derivative.blocks]
        alone = len(blocks) == 1 and not derivative.single
        if np and alone and np.size(blocks[0][1]) == derivative.size:
            by_key[key] = np.reshape(blocks[0][1], -1)
            continue
        if derivative.size == 1 and derivative.single:
            by_key[key] = [columns[derivative.single[0]]]
            continue
        flat = np.zeros(derivative.size) if np else [0.0] * derivative.size
        for block, numbers in blocks:
            (rows, below), (n, step) = ((1, 0), *block.steps)[-2:]
            for r in range(rows):
                start = block.start + r * below
                row = numbers[r * n : (r + 1) * n] if not np else numbers if rows == 1 else numbers[r]
                flat[start : start + (n - 1) * step + 1 : step] = row
        for place, x in derivative.single.items():
            flat[place] = columns[x]
        by_key[key] = flat
    return by_key


def shaped_gradient(name: str, given: Any, flat: Any, np: Any) -> Any:
    """A gradient in the shape and the precision of its parameter."""
    if type(given) is float:
        return float(flat[0])
    if not np:
        shaped = like(given, flat)
        return shaped.astype(given.dtype) if getattr(getattr(given, "dtype", None), "char", "") == "f" else shaped
    original = given if isinstance(given, np.ndarray) else np.asarray(given, dtype=float)
    flat = np.asarray(flat)
    if original.dtype.char == "f" and abs(flat).max() > np.finfo(original.dtype).max:
        raise FloatingPointError(f"the gradient of {name} leaves the range of float32. Give {name} as float64.")
    flat = flat.astype(original.dtype if original.dtype.char == "f" else float)
    return flat.reshape(original.shape) if original.ndim else float(flat[0])


def hessian_blocks(
    program: Program, flat: Mapping[Any, Any], shapes: Mapping[str, Any], np: Any
) -> dict[str, dict[str, Any]]:
    """The blocks ∂²J/∂p∂q, by p and then q: of the shape of p, followed by that of q.

    A parameter of the shape (1, n) counts as a vector here, and one of (1, 1) as a number.
    """
    blocks: dict[str, dict[str, Any]] = {name: {} for name in shapes if name in program.own_names.values()}
    own = {name: shape[1:] if len(shape) == 2 and shape[0] == 1 else shape for name, shape in shapes.items()}
    own |= {name: () for name, shape in shapes.items() if shape == (1, 1)}
    for (short, other), numbers in flat.items():
        p, q = program.own_names[short], program.own_names[other]
        blocks[p][q] = _shaped(numbers, own[p] + own[q], np)
        if p != q:
            blocks[q][p] = _shaped(_transposed(numbers, math.prod(own[q]), np), own[q] + own[p], np)
    return {p: {q: blocks[p][q] for q in blocks if q in blocks[p]} for p in blocks if blocks[p]}


def _transposed(numbers: Any, width: int, np: Any) -> Any:
    """The numbers of a matrix in a row, column by column."""
    return np.reshape(numbers, (-1, width)).T.flatten() if np else [x for k in range(width) for x in numbers[k::width]]


def _shaped(numbers: Any, shape: tuple[int, ...], np: Any) -> Any:
    if not shape:
        return float(numbers[0])
    if np:
        return np.reshape(numbers, shape)
    for size in reversed(shape[1:]):
        numbers = [numbers[i : i + size] for i in range(0, len(numbers), size)]
    return numbers
