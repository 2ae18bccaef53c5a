"""A matrix of second derivatives that is a product of data with data: Σᵢ s x[j] x[k], or X diag(s) Xᵀ. BLAS has it."""

from __future__ import annotations

from micrograd_lr.compiler.symbols import ANY, LOOPS, OTHER, Along, Symbol, in_order, looped_entries
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


SMALL = 48  # features, for which BLAS gains nothing by computing half of a symmetric matrix, nor by threads of its own
FEW, MANY = 1_024, 2_048  # examples at a time, for few features and for many: what is copied stays in the cache


def with_data_last(form: Any) -> Any:
    """`form` as s * x[j] * x[k], if it can be written so with an s that has neither j nor k; else as it was."""
    entries = sorted(looped_entries(form), key=lambda x: x.axes)
    if [x.index for x in entries] != [(Along(ANY),), (Along(OTHER),)]:
        return form
    first, second = entries
    weight = _coefficient(_coefficient(form, second), first)
    if weight is None or looped_entries(weight):
        return form
    symbol = form.trace.symbol
    return symbol("mul", symbol("mul", weight, first), second)


def product_of_data(form: Any, batch: tuple[str, ...]) -> tuple[Any, ...] | None:
    """s and the names of x, if `form` is s * x[j] * x[k] with data x; else None."""
    if not (_is_product(form) and _is_product(form.operands[0])):
        return None
    (weight, first), second = form.operands[0].operands, form.operands[1]
    data = [x.name for x in (first, second) if isinstance(x, Symbol) and x.op == "entry" and x.name in batch]
    if len(data) < 2 or looped_entries(weight) or (first.index, second.index) != ((Along(ANY),), (Along(OTHER),)):
        return None
    return weight, *data


def product_over(weight: Any, rows: Any, columns: Any = None) -> Any:
    """rows · diag(weight) · columnsᵀ (by default rowsᵀ), for arrays (n, m) in either order, copied part by part."""
    np = need("numpy", 'pip install "micrograd_lr[numpy]"')
    small = len(rows) <= SMALL
    halved = columns is None and not small and weight.min() >= 0  # BLAS computes half of what is a matrix by itself
    factor, columns = np.sqrt(weight) if halved else weight, rows if columns is None else columns
    size = FEW if small else MANY
    if len(weight) <= size:
        scaled = rows * factor
        return scaled @ (scaled if halved else columns).T
    total = np.zeros((len(rows), len(columns)))
    for start in range(0, len(weight), size):
        part = slice(start, start + size)
        scaled = rows[:, part] * factor[part]
        total += scaled @ (scaled if halved else columns[:, part]).T
    return total


def _is_product(x: Any) -> bool:
    return isinstance(x, Symbol) and x.op == "mul"


def _coefficient(form: Any, x: Symbol) -> Any:
    """c, if `form` is c * x; else None."""
    if form is None:
        return None
    found: dict[Symbol, Any] = {x: 1}
    for y in in_order([form], lambda y: y.op in (*LOOPS, "item")):
        inside = [isinstance(z, Symbol) and z in found for z in y.operands]
        if any(inside):
            found[y] = _of_parts(y, inside, [found.get(z) if isinstance(z, Symbol) else None for z in y.operands])
    return found.get(form)


def _of_parts(y: Symbol, inside: list[bool], parts: list[Any]) -> Any:
    """c of `y` = c * x, if the operands that are `inside` are `parts` times x."""
    if None in (part for part, is_inside in zip(parts, inside) if is_inside):
        return None
    if y.op == "neg":
        return -parts[0]
    if y.op in ("add", "sub") and all(inside):
        return parts[0] + parts[1] if y.op == "add" else parts[0] - parts[1]
    if y.op == "mul" and inside.count(True) == 1:
        return parts[0] * y.operands[1] if inside[0] else y.operands[0] * parts[1]
    return parts[0] / y.operands[1] if y.op == "div" and inside == [True, False] else None
