"""What a compiled loss returns: the sums of its kernel, in the shapes of the parameters."""

from __future__ import annotations

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
        loop = None if derivative.loop is None else named[program.names[key, "loop"]]
        loop_is_all = not derivative.single and derivative.matrix is None
        if loop_is_all and getattr(loop, "shape", None) == (derivative.size,):
            by_key[key] = loop
            continue
        if derivative.size == 1 and derivative.single:
            by_key[key] = [columns[derivative.single[0]]]
            continue
        flat = np.zeros(derivative.size) if np else [0.0] * derivative.size
        if derivative.matrix is not None:
            matrix = named[program.names[key, "matrix"]]
            flat[:] = matrix.reshape(-1) if np else matrix
        if loop is not None:
            places = derivative.places
            flat[places.start : places.stop : places.step] = loop
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
    """The blocks ∂²J/∂p∂q, by p and then q: numbers, vectors, and matrices with one row per entry of p.

    A parameter of the shape (1, 1) counts as a number.
    """
    blocks: dict[str, dict[str, Any]] = {name: {} for name in shapes if name in program.own_names.values()}
    vectors = {name: shape[-1:] if shape != (1, 1) else () for name, shape in shapes.items()}
    for (short, other), numbers in flat.items():
        p, q = program.own_names[short], program.own_names[other]
        shape = vectors[p] + vectors[q]
        block = blocks[p][q] = _shaped(numbers, shape, np)
        if p != q:
            blocks[q][p] = _transposed(block, len(shape), np)
    return {p: {q: blocks[p][q] for q in blocks if q in blocks[p]} for p in blocks if blocks[p]}


def _transposed(block: Any, dimensions: int, np: Any) -> Any:
    """A copy in which rows are columns."""
    if dimensions == 2:
        return block.T.copy() if np else [list(column) for column in zip(*block)]
    return (block.copy() if np else [*block]) if dimensions else block


def _shaped(numbers: Any, shape: tuple[int, ...], np: Any) -> Any:
    if not shape:
        return float(numbers[0])
    if np:
        return np.reshape(numbers, shape)
    return numbers if len(shape) < 2 else [numbers[i : i + shape[1]] for i in range(0, len(numbers), shape[1])]
