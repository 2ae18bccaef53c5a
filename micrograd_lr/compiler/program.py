"""The loss of one example and its derivatives, as symbols with loops over the features: what a backend writes out."""

from __future__ import annotations

from itertools import chain, count

from micrograd_lr.compiler.products import product_of_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from micrograd_lr.compiler.inputs import Lengths

    Key = tuple[str, ...]


class Block:
    """Numbers of a derivative that share a `form`, which is for any j, or for any j and k. `steps` say for each axis
    how many they are, and how far apart in the row of all numbers, from the place `start` on."""

    def __init__(self, form: Any, start: int, *steps: tuple[int, int]) -> None:
        self.form, self.start, self.steps = form, start, steps

    @property
    def shape(self) -> tuple[int, ...]:
        """How many there are along each axis."""
        return tuple(n for n, _ in self.steps)


class Derivative:
    """A derivative of J: `size` numbers in a row, of which many may share a symbol.

    `blocks` are those that share one; each overwrites those before it. `single` are the numbers that have a symbol of
    their own, by place; they overwrite all blocks.
    """

    def __init__(self, size: int, single: dict[int, Any], blocks: list[Block]) -> None:
        self.size, self.single, self.blocks = size, single, blocks


class Program:
    """The loss of one example and its derivatives as symbols.

    `lengths` maps each argument to its number of entries, to (rows, columns), or to None for a number; `loss` is the
    value; `derivatives` maps the parameters by which it is differentiated, ("w",) or ("w", "b"), to a `Derivative`.
    `own_names` are the names that the loss gives to its arguments, by the names that they have here.

    The results of a kernel: `columns` are those that are one number per example, each once. The others are forms, by
    name: `loops` for any j, `tables` (of a gradient by a matrix) and `matrices` (of a Hessian) for any j and k;
    `products` are matrices Σᵢ s x[j] x[k] of data, as (s, the name of the one x, the name of the other). `shapes` has
    their shapes, and `names` the name of each block of a derivative.
    """

    def __init__(
        self, loss: Any, derivatives: Mapping[Key, Derivative], lengths: Lengths, batch: Iterable[str],
        own_names: dict[str, str],
    ) -> None:  # fmt: skip
        self.loss, self.derivatives, self.lengths, self.batch = loss, derivatives, lengths, tuple(batch)
        self.own_names = own_names
        singles = (x for derivative in derivatives.values() for x in derivative.single.values())
        self.columns = dict.fromkeys([loss, *singles])
        self.loops: dict[str, Any] = {}
        self.tables: dict[str, Any] = {}
        self.matrices: dict[str, Any] = {}
        self.products: dict[str, tuple[Any, ...]] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.names: dict[Block, str] = {}
        for key, derivative in derivatives.items():
            for block in sorted(derivative.blocks, key=lambda block: len(block.steps)):
                name = self.names[block] = self._new_name(key)
                self.shapes[name] = block.shape
                if len(key) == len(block.steps) == 2 and (product := product_of_data(block.form, self.batch)):
                    self.products[name] = product
                    continue
                kind = self.loops if len(block.steps) == 1 else self.tables if len(key) == 1 else self.matrices
                kind[name] = block.form

    def _new_name(self, key: Key) -> str:
        name = "_".join(key)
        more = chain([name, f"{name}_"], (f"{name}_{n}" for n in count(2)))
        return next(name for name in more if name not in self.shapes)

    def results(self) -> list[Any]:
        """The loss and every derivative, in one list."""
        weights = [weight for weight, *_ in self.products.values()]
        return [*self.columns, *self.loops.values(), *self.tables.values(), *self.matrices.values(), *weights]
