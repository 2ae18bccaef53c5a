"""What nodes without a label are called, in one picture or one walk.

A name comes from the caller's own variables; the root is L; and what is computed on the way is called by its formula,
or by a letter if that is long: u = y log(a) + (1 − y) log(1 − a).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, count
from unicodedata import normalize

from micrograd_lr.engine.order import topological
from micrograd_lr.engine.pickling import deep_copied
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import clean, letters, subscript

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

LETTERS = "uvstpgkc"  # none of them is a letter of the slides, or a key of the terminal


def spare_names(labels: Iterable[str]) -> Iterator[str]:
    """u, v, …, and when there are no more letters, part₁, part₂, …; none that is a label, with an index or without."""
    taken = {_typed(label).lower() for label in labels}
    stems = {letters(label) for label in taken}
    yield from (letter for letter in LETTERS if letter not in stems)
    yield from (name for i in count(1) if _typed(name := f"part{subscript(i)}") not in taken)


def named(root: Value, names: Mapping[str, Any] | None = None, root_too: bool = False) -> dict[Value, Value]:
    """For each node of the graph of `root`, operands first, its copy, which has a label where `names` gives it one.

    `names` maps names to things, as ``locals()`` does. A node without a label gets the first name that it has there,
    and if it has none, its place in a list or tuple: w₁, w₂. A name is left out if it begins with _, as those of
    notebooks do, or if a label of the graph is spelled like it: two nodes of one name could not be told apart.
    With `root_too`, a root that is still without a label is called L, or out if another node is called L or l.
    TypeError if `names` is not a mapping from names.
    """
    order = topological(root)
    memo: dict[int, Any] = {}
    deep_copied(root, memo, Value)
    copy_of: dict[Value, Value] = {node: memo[id(node)] for node in order}
    taken = {_typed(node.label) for node in order}
    for name, thing in _by_name(names):
        if isinstance(thing, Value) and thing in copy_of and not copy_of[thing].label and _typed(name) not in taken:
            copy_of[thing].label = name
            taken.add(_typed(name))
    if root_too and not clean(str(copy_of[root].label or "")):
        candidates = chain(("L", "out"), (f"out{i}" for i in count(2)))
        copy_of[root].label = next(name for name in candidates if taken.isdisjoint((name, name.lower())))
    return copy_of


def _typed(name: Any) -> str:
    """A name as it is typed: w1 for w₁, so that neither stands beside the other."""
    return normalize("NFKC", str(name))


def _by_name(names: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """Each thing with its name: first the variables, then what stands in lists and tuples."""
    if names is None:
        return
    if not isinstance(names, Mapping):
        raise TypeError(
            f"names={names!r:.80} ({type(names).__name__}) is not a mapping from names to Values. "
            "Give names=locals(), or a dict: names={'z': z}."
        )
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"names has the key {name!r:.80} ({type(name).__name__}), not a name: names={{'z': z}}.")
    shown = {name: thing for name, thing in names.items() if not name.startswith("_")}
    yield from shown.items()
    for name, things in shown.items():
        if isinstance(things, (list, tuple)):
            yield from ((name + subscript(i), thing) for i, thing in enumerate(things, start=1))
