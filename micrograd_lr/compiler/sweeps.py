"""The engine's sweep over a traced loss, for first derivatives; and over the graphs of these, for second ones."""

from __future__ import annotations

from micrograd_lr.compiler.forms import reused
from micrograd_lr.compiler.products import with_data_last
from micrograd_lr.compiler.program import Block, Derivative
from micrograd_lr.compiler.symbols import ANY, LOOPS, OTHER, Along, in_order, looped_entries
from micrograd_lr.engine.derivatives import slope_graphs
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.compiler.inputs import Length
    from micrograd_lr.compiler.loops import Roller
    from micrograd_lr.compiler.program import Key

    Leaves = dict[str, list[Value]]


def first_derivatives(roller: Roller, root: Value, leaves: Leaves) -> dict[Key, Derivative]:
    """∂root/∂p for every parameter p."""
    gradients = _gradients(root, leaves)
    roller.roll([root.data, *(x for entries in gradients.values() for x in entries)])
    derivatives: dict[Key, Derivative] = {
        (name,): roller.derivative([roller.symbol(x) for x in entries], roller.lengths[name])
        for name, entries in gradients.items()
    }
    blocks = [block for derivative in derivatives.values() for block in derivative.blocks]
    arrays = {x for x in in_order(block.form for block in blocks) if x.op == "array"}
    for block in blocks:
        if len(block.steps) == 1:
            block.form = reused(roller.trace, block.form, arrays)
    return derivatives


def second_derivatives(roller: Roller, root: Value, leaves: Leaves) -> dict[Key, Derivative]:
    """∂²root/∂p∂q for every pair of parameters, once: numbers come before vectors.

    Where the entries of ∂root/∂p differ only in j, the derivatives of the first entry tell those of all.
    """
    names = sorted(leaves, key=lambda name: len(leaves[name]) > 1)
    slopes = iter(slope_graphs(root, [leaf for name in names for leaf in leaves[name]]))
    slopes_of = {name: [next(slopes) for _ in leaves[name]] for name in names}
    derivatives: dict[Key, Derivative] = {}
    roller.roll([root.data])
    for i, p in enumerate(names):
        others = {q: leaves[q] for q in names[i:]}
        flat = [x.data if isinstance(x, Value) else x for x in slopes_of[p]]
        roller.roll(flat)
        matrices: dict[str, Derivative | None] = {}
        if not roller.matrices and _is_one_loop(roller, [roller.symbol(x) for x in flat]):
            row = _gradients(slopes_of[p][0], others)
            roller.roll(x for entries in row.values() for x in entries)
            matrices = {q: _matrix(roller, [roller.symbol(x) for x in row[q]], len(flat)) for q in others}
        if not matrices or None in matrices.values():
            rows = [_gradients(slope, others) for slope in slopes_of[p]]
            for q in others:
                roller.roll(x for row in rows for x in row[q])
                entries = [[roller.symbol(x) for x in row[q]] for row in rows]
                matrices[q] = _all_rows(roller, entries, roller.lengths[p], roller.lengths[q])
        derivatives |= {(p, q): matrix for q, matrix in matrices.items() if matrix is not None}
    return derivatives


def _gradients(root: Any, leaves: Leaves) -> dict[str, list[Any]]:
    """∂root/∂leaf for every leaf; 0 for those that the root does not depend on."""
    for leaf in (leaf for entries in leaves.values() for leaf in entries):
        leaf.grad = None
    if isinstance(root, Value):
        root.backward()
    return {name: [0.0 if leaf.grad is None else leaf.grad for leaf in entries] for name, entries in leaves.items()}


def _is_one_loop(roller: Roller, entries: list[Any]) -> bool:
    """Whether all entries differ in nothing but one index."""
    single, form, _ = roller.line(entries)
    return len(entries) > 1 and not single and not roller.plain.has_index(form)


def _matrix(roller: Roller, row: list[Any], n: int) -> Derivative | None:
    """All n rows of a matrix, of which `row` is the first: a form for any j and k, and one for j = k."""
    forms = roller.plain
    if any(x.op == "array" or (x.op in LOOPS and forms.has_index(x)) for x in in_order(row)):
        return None
    size, width = n * len(row), len(row)
    square = n == width
    off = {forms.reindexed(x, {0: Along(ANY), k: Along(OTHER)}) for k, x in enumerate(row) if k}
    diagonal = forms.reindexed(row[0], {0: Along(ANY)})
    form = next(iter(off), None)
    read = {(i, roller.lengths[x.name]) for x in looped_entries(form) for i in x.index}
    differs = len(off) != 1 or forms.has_index(form) or (square and forms.has_index(diagonal))
    differs = differs or not read <= {(Along(ANY), n), (Along(OTHER), width)}
    if differs or any(_sums_over_a_part(roller, x) for x in (form, diagonal)):
        return None
    both = Block(with_data_last(form), 0, (n, width), (width, 1))
    if forms.reindexed(row[1], {0: Along(ANY), 1: Along(ANY)}) is not diagonal:
        return Derivative(size, {}, [both, Block(diagonal, 0, (n, n + 1))]) if square else None
    return Derivative(size, {}, [both])


def _all_rows(roller: Roller, rows: list[list[Any]], p: Length, q: Length) -> Derivative:
    """All rows of a matrix, for parameters of the lengths p and q. Where one is a matrix, the rows and the columns are
    cut into those that belong to one row of it: in each part there may be a loop in a loop."""
    whole = len(rows[0])
    if not roller.matrices:
        return roller.derivative([x for row in rows for x in row])
    height, width = p[1] if isinstance(p, tuple) else len(rows), q[1] if isinstance(q, tuple) else whole
    singles: dict[int, Any] = {}
    blocks: list[Block] = []

    def at(place: int) -> int:
        return place // width * whole + place % width

    for top in range(0, len(rows), height):
        for left in range(0, whole, width):
            part = roller.derivative_of_rows([row[left : left + width] for row in rows[top : top + height]], False)
            first = top * whole + left
            singles |= {first + at(place): x for place, x in part.single.items()}
            blocks += [
                Block(with_data_last(block.form), first + at(block.start), *((n, at(step)) for n, step in block.steps))
                for block in part.blocks
            ]
    return Derivative(len(rows) * whole, singles, blocks)


def _sums_over_a_part(roller: Roller, form: Any) -> bool:
    """Whether a sum in `form` leaves out entries of a vector. In the first row these may be its own, and then the sum
    is another one in every row."""
    sums = (x for x in in_order([form]) if x.op in LOOPS)
    return any(
        i != Along(ANY) or roller.lengths[y.name] != x.count
        for x in sums for y in looped_entries(x.operands[0]) for i in y.index
    )  # fmt: skip
