"""The loss of one example, of two classes and of more; and what is compiled from it: J, its gradient, its Hessian."""

from __future__ import annotations

import inspect
from functools import cache
from itertools import islice

from micrograd_lr.compiler.compiled import Compiled
from micrograd_lr.engine.elementary import exp, log, relu
from micrograd_lr.engine.functions import dot, sum
from micrograd_lr.engine.literal import literal_loss

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

OF_CLASSES = ("w", "b", "y")  # the arguments that have an entry, or a row, per class


def loss(w: Any, b: Any, x: Any, y: Any) -> Any:
    """-(y log a + (1-y) log(1-a)) with a = σ(z), z = wx + b: w (n,), x (n,), and y is 0 or 1."""
    return literal_loss(dot(w, x) + b, y)


def softmax_loss(w: Any, b: Any, x: Any, y: Any) -> Any:
    """-log p of the right one of k classes, p = exp(z)/Σ exp(z), z = wx + b: w (k, n), b (k,), and y (k,) has one 1."""
    z = logits(w, b, x)
    return log(sum(map(exp, z))) - dot(y, z)


def logits(w: Any, b: Any, x: Any) -> list[Any]:
    """z = wx + b, one number per class."""
    return [dot(row, x) + bias for row, bias in zip(w, b)]


def weighted_loss(w: Any, b: Any, x: Any, y: Any, s: Any) -> Any:
    """The loss of an example that counts s times."""
    return s * loss(w, b, x, y)


def weighted_softmax_loss(w: Any, b: Any, x: Any, y: Any, s: Any) -> Any:
    """The same of k classes."""
    return s * softmax_loss(w, b, x, y)


def mistake(w: Any, b: Any, x: Any, y: Any) -> Any:
    """How far z is on the wrong side of 0: the sum over all examples is 0 if wx + b = 0 separates the classes."""
    return relu((1 - 2 * y) * (dot(w, x) + b))


def softmax_mistake(w: Any, b: Any, x: Any, y: Any) -> Any:
    """The same of k classes: how far their z are above the z of the right one."""
    z = logits(w, b, x)
    right = dot(y, z)
    return sum(relu(other - right) for other in z)


def penalty(w: Any, strength: Any) -> Any:
    """½ · strength · Σ w², which keeps the weights small."""
    return strength * dot(w, w) / 2


def by_class(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The same arguments, with w, b and y class by class: w0, w1, …, b0, b1, …, y0, y1, …"""
    parts: dict[str, Any] = {}
    for name, value in arguments.items():
        parts |= {f"{name}{r}": x for r, x in enumerate(value)} if name in OF_CLASSES else {name: value}
    return parts


class ByClass:
    """A loss of k classes that is called with its arguments class by class, as `by_class` has them.

    So each block of its Hessian is by two vectors, and a product of data with data.
    """

    def __init__(self, function: Callable[..., Any], k: int) -> None:
        self.function, self.k = function, k
        names = {name: range(k) for name in inspect.signature(function).parameters}
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in by_class(names)])

    def __call__(self, *arguments: Any) -> Any:
        rest = iter(arguments)
        names = inspect.signature(self.function).parameters
        return self.function(*([*islice(rest, self.k)] if name in OF_CLASSES else next(rest) for name in names))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByClass) and (self.function, self.k) == (other.function, other.k)

    def __hash__(self) -> int:
        return hash((self.function, self.k))


def rows_of(classes: int) -> int:
    """How many rows w has: a single one, which speaks for the second class, if there are two; else one per class."""
    return 1 if classes == 2 else classes


@cache
def compiled(function: Callable[..., Any], wanted: str, backend: str | None = None) -> Compiled:
    """A loss as a function of all examples. `wanted` is value_and_grad or hessian. Each is compiled once."""
    names = [name for name in inspect.signature(function).parameters if name.rstrip("0123456789") not in ("w", "b")]
    return Compiled(function, names, wanted=wanted, backend=backend)
