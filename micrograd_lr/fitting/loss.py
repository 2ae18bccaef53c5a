"""The loss of one example, of two classes and of more; and what is compiled from it: J, its gradient, its Hessian."""

from __future__ import annotations

from functools import cache

from micrograd_lr.compiler.compiled import Compiled
from micrograd_lr.engine.elementary import exp, log, relu
from micrograd_lr.engine.functions import dot, sum
from micrograd_lr.engine.literal import literal_loss

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


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


@cache
def compiled(function: Callable[..., Any], wanted: str) -> Compiled:
    """A loss as a function of all examples. `wanted` is value_and_grad or hessian. Each is compiled once."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return Compiled(function, [name for name in names if name not in ("w", "b")], wanted=wanted)
