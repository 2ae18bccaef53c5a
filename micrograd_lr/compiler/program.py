"""The loss of one example and its derivatives, as symbols with loops over the features: what a backend writes out."""

from __future__ import annotations

from micrograd_lr.compiler.products import product_of_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Key = tuple[str, ...]


class Derivative:
    """A derivative of J: `size` numbers in a row, of which many may share a symbol.

    `matrix` is the number for any two entries j and k, row by row; `loop` is the number for any entry j, and fills the
    `places`; `single` are the numbers that have a symbol of their own, by place. A loop overwrites the matrix, and a
    single number overwrites both.
    """

    def __init__(
        self, size: int, single: dict[int, Any], loop: Any = None, places: range = range(0), matrix: Any = None
    ) -> None:  # fmt: skip
        self.size, self.single, self.loop, self.places, self.matrix = size, single, loop, places, matrix


class Program:
    """The loss of one example and its derivatives as symbols.

    `lengths` maps each argument to its number of entries, or None for a number; `loss` is the value; `derivatives` maps
    the parameters by which it is differentiated, ("w",) or ("w", "b"), to a `Derivative`. `own_names` are the names
    that the loss gives to its arguments, by the names that they have here.

    The results of a kernel: `columns` are those that are one number per example, each once; `loops`, `matrices` and
    `products` are the others, by a name, and `shapes` their shapes. A product is a matrix Σᵢ s x[j] x[k] of data, as
    (s, the name of the one x, the name of the other). `names` has the name of the loop or the matrix of a derivative.
    """

    def __init__(
        self, loss: Any, derivatives: Mapping[Key, Derivative], lengths: dict[str, int | None], batch: Iterable[str],
        own_names: dict[str, str],
    ) -> None:  # fmt: skip
        self.loss, self.derivatives, self.lengths, self.batch = loss, derivatives, lengths, tuple(batch)
        self.own_names = own_names
        singles = (x for derivative in derivatives.values() for x in derivative.single.values())
        self.columns = dict.fromkeys([loss, *singles])
        self.loops: dict[str, Any] = {}
        self.matrices: dict[str, Any] = {}
        self.products: dict[str, tuple[Any, ...]] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.names: dict[tuple[Key, str], str] = {}
        for key, derivative in derivatives.items():
            if derivative.loop is not None:
                name = self.names[key, "loop"] = self._new_name(key)
                self.loops[name], self.shapes[name] = derivative.loop, (len(derivative.places),)
            if derivative.matrix is not None:
                name = self.names[key, "matrix"] = self._new_name(key)
                self.shapes[name] = tuple(lengths[part] or 1 for part in key)
                if product := product_of_data(derivative.matrix, self.batch):
                    self.products[name] = product
                else:
                    self.matrices[name] = derivative.matrix

    def _new_name(self, key: Key) -> str:
        name = "_".join(key)
        while name in self.shapes:
            name += "_"
        return name

    def results(self) -> list[Any]:
        """The loss and every derivative, in one list."""
        weights = [weight for weight, _, _ in self.products.values()]
        return [*self.columns, *self.loops.values(), *self.matrices.values(), *weights]
