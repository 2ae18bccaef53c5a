"""The loss of one example and its derivatives as symbols, with loops over the features: what a backend writes out."""

from __future__ import annotations

from micrograd_lr.compiler.symbols import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Key = tuple[str, ...]


class Derivative:
    """One derivative of J, `size` numbers in a row: `single` symbols by place, a `loop` over the entries j that fills
    `places`, and a `table` over all pairs of entries j and k. What is named first is written last."""

    def __init__(
        self, size: int, single: dict[int, Any], loop: Any = None, places: range = range(0), table: Any = None
    ) -> None:  # fmt: skip
        self.size, self.single, self.loop, self.places, self.table = size, single, loop, places, table


class Program:
    """The loss of one example and its derivatives as symbols.

    `lengths` maps each argument to its number of entries, or None for a number; `loss` is the value; `derivatives` maps
    the parameters by which it is differentiated, ("w",) or ("w", "b"), to a `Derivative`. `columns` are the results
    that are one number per example, each once; `loops` and `tables` are the forms of the others, by a name, and
    `shapes` their shapes. The op "total" is a sum over j of its operand, `index` its length.
    """

    def __init__(
        self, loss: Any, derivatives: Mapping[Key, Derivative], lengths: dict[str, int | None], batch: Iterable[str],
        given: dict[str, str],
    ) -> None:  # fmt: skip
        self.loss, self.derivatives, self.lengths, self.batch = loss, derivatives, lengths, tuple(batch)
        self.given = given  # the arguments' own names, by the names that they have here
        singles = (x for derivative in derivatives.values() for x in derivative.single.values())
        self.columns = dict.fromkeys([loss, *singles])
        self.loops: dict[str, Any] = {}
        self.tables: dict[str, Any] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.names: dict[tuple[Key, str], str] = {}
        for key, derivative in derivatives.items():
            for kind, forms, form in (("loop", self.loops, derivative.loop), ("table", self.tables, derivative.table)):
                if form is not None:
                    name = "_".join(key)
                    while name in self.shapes:
                        name += "_"
                    forms[name] = form
                    self.names[key, kind] = name
                    table = tuple(lengths[part] or 1 for part in key)
                    self.shapes[name] = table if kind == "table" else (len(derivative.places),)

    def results(self) -> list[Any]:
        """The loss and every derivative, flat."""
        return [*self.columns, *self.loops.values(), *self.tables.values()]


def looped_entries(form: Any) -> list[Symbol]:
    """The entries j, of any j, that `form` reads; those inside a sum over features are not its own."""
    found: dict[Symbol, None] = {}
    stack = [form] if isinstance(form, Symbol) else []
    while stack:
        x = stack.pop()
        if x not in found:
            found[x] = None
            stack += [y for y in x.operands if isinstance(y, Symbol) and x.op != "total"]
    return [x for x in found if x.op == "entry" and x.looped]
