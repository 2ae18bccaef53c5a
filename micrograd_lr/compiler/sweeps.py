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
                entries = [x for row in rows for x in row[q]]
                roller.roll(entries)
                matrices[q] = roller.derivative([roller.symbol(x) for x in entries])
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
    if differs or not read <= {(Along(ANY), n), (Along(OTHER), width)}:
        return None
    if any(_sums_over_a_part(roller, x) for x in (form, diagonal)):
        return None
    both = Block(with_data_last(form), 0, (n, width), (width, 1))
    if forms.reindexed(row[1], {0: Along(ANY), 1: Along(ANY)}) is not diagonal:
        return Derivative(size, {}, [both, Block(diagonal, 0, (n, n + 1))]) if square else None
    return Derivative(size, {}, [both])


def _sums_over_a_part(roller: Roller, form: Any) -> bool:
    """Whether a sum in `form` leaves out entries of a vector. In the first row these may be its own, and then the sum
    is another one in every row."""
    sums = (x for x in in_order([form]) if x.op in LOOPS)
    return any(
        i != Along(ANY) or roller.lengths[y.name] != x.count
        for x in sums for y in looped_entries(x.operands[0]) for i in y.index
    )  # fmt: skip
