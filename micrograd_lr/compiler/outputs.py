"""What a compiled loss returns: the sums of the kernels, put together in the shapes of the parameters."""

from __future__ import annotations

from micrograd_lr.engine.shapes import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from micrograd_lr.compiler.program import Program


def derivatives(program: Program, sums: Sequence[float], shaped: Sequence[Any], np: Any) -> dict[Any, Any]:
    """Every derivative as its numbers in a row."""
    columns, named = dict(zip(program.columns, sums)), dict(zip(program.shapes, shaped))
    found = {}
    for key, derivative in program.derivatives.items():
        loop = None if derivative.loop is None else named[program.names[key, "loop"]]
        whole = not derivative.single and derivative.table is None
        if whole and getattr(loop, "shape", None) == (derivative.size,):
            found[key] = loop
            continue
        if derivative.size == 1 and derivative.single:
            found[key] = [columns[derivative.single[0]]]
            continue
        flat = np.zeros(derivative.size) if np else [0.0] * derivative.size
        if derivative.table is not None:
            table = named[program.names[key, "table"]]
            flat[:] = table.reshape(-1) if np else table
        if loop is not None:
            places = derivative.places
            flat[places.start : places.stop : places.step] = loop
        for place, x in derivative.single.items():
            flat[place] = columns[x]
        found[key] = flat
    return found


def gradient(name: str, given: Any, flat: Any, np: Any) -> Any:
    """A gradient in the shape and the precision of its parameter."""
    if type(given) is float:
        return float(flat[0])
    if not np:
        found = like(given, flat)
        return found.astype(given.dtype) if getattr(getattr(given, "dtype", None), "char", "") == "f" else found
    original = given if isinstance(given, np.ndarray) else np.asarray(given, dtype=float)
    flat = np.asarray(flat)
    if original.dtype.char == "f" and abs(flat).max() > np.finfo(original.dtype).max:
        raise FloatingPointError(f"the gradient of {name} leaves the range of float32. Give {name} as float64.")
    flat = flat.astype(original.dtype if original.dtype.char == "f" else float)
    return flat.reshape(original.shape) if original.ndim else float(flat[0])


def hessian(program: Program, found: Mapping[Any, Any], shapes: Mapping[str, Any], np: Any) -> dict[str, Any]:
    """The blocks ∂²J/∂p∂q, by p and q: numbers, vectors, and tables whose rows belong to p. (1, 1) is a number."""
    blocks: dict[str, dict[str, Any]] = {name: {} for name in shapes if name in program.given.values()}
    vectors = {name: shape[-1:] if shape != (1, 1) else () for name, shape in shapes.items()}
    for (short, other), flat in found.items():
        p, q = program.given[short], program.given[other]
        dims = vectors[p] + vectors[q]
        block = _shaped(flat, dims, np)
        blocks[p][q] = block
        if p != q:
            blocks[q][p] = _transposed(block, len(dims), np)
    return {p: {q: blocks[p][q] for q in blocks if q in blocks[p]} for p in blocks if blocks[p]}


def _transposed(block: Any, dimensions: int, np: Any) -> Any:
    """The same numbers with rows as columns, in a place of their own."""
    if dimensions == 2:
        return block.T.copy() if np else [list(column) for column in zip(*block)]
    return (block.copy() if np else [*block]) if dimensions else block


def _shaped(flat: Any, dims: tuple[int, ...], np: Any) -> Any:
    if not dims:
        return float(flat[0])
    if np:
        return np.reshape(flat, dims)
    return flat if len(dims) < 2 else [flat[i : i + dims[1]] for i in range(0, len(flat), dims[1])]
