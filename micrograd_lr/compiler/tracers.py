"""The nodes that a loss is traced with. Their numbers are not known yet, so they refuse to show them."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from types import FunctionType

from micrograd_lr.engine.derivatives import Constant
from micrograd_lr.engine.errors import describe
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any


class TraceError(TypeError):
    """For a loss that cannot be traced once for all examples. The message names the line and the remedy."""


class _Refusals(threading.local):
    """The errors raised so far in each loss that is being traced in this thread: a loss may call another."""

    def __init__(self) -> None:
        self.of_losses: list[list[TraceError]] = []


_refusals = _Refusals()


@contextmanager
def refusals_raised() -> Iterator[None]:
    """For the time that a loss runs: what was refused is raised at the end, even if the loss has caught the error."""
    refused: list[TraceError] = []
    _refusals.of_losses.append(refused)
    try:
        yield
        if refused:
            raise refused[0]
    finally:
        _refusals.of_losses.pop()
        refused.clear()


def _remembered(error: TraceError) -> TraceError:
    for refused in _refusals.of_losses[-1:]:
        refused.append(error)
    return error


def trace_error(what: str) -> TraceError:
    """For a loss that looks at a number while it is traced."""
    return _remembered(TraceError(_refusal(what)))


def _refusal(what: str) -> str:
    return (
        f"{_place()}: {what} on a traced value. The loss is traced once for all examples, so nothing may depend on the "
        "numbers: use relu(), tanh(), sigmoid(), exp(), log() of micrograd_lr, and put choices that depend on data "
        "into a column of 0 and 1."
    )


def foreign_node(node: Value, place: str = "") -> TraceError:
    """For a loss that uses a node which is not one of its arguments."""
    error = TraceError(
        f"{place or _place()}: {describe(node)} is a Value that is not an argument of the loss. The loss is "
        "traced once, so its number would be kept forever and it would get no gradient: make it an argument of the "
        "loss, or write a plain number if a constant is meant."
    )
    return _remembered(error)


def _place() -> str:
    """The line of the user's code that is running, also where it has called a library."""
    frame = sys._getframe(1)
    while frame.f_back and (_is_ours(frame) or _is_of_a_library(frame)):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}, in {frame.f_code.co_name}"


def _is_of_a_library(frame: FrameType) -> bool:
    return _module(frame) in sys.stdlib_module_names or "-packages" in frame.f_code.co_filename


def _is_ours(frame: FrameType) -> bool:
    return _module(frame) == __name__.partition(".")[0]


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _refused(name: str, what: str) -> Any:
    """A method that refuses every caller but the engine: it has to look at its nodes, and gets the inherited method."""
    inherited = getattr(Value, name, None)

    def look(self: Value, *others: Any) -> Any:
        if inherited is None or not _is_ours(sys._getframe(1)):
            raise trace_error(what)
        return inherited(self, *others)

    return look


def _refused_attribute(name: str) -> Any:
    """The same for an attribute."""
    inherited = getattr(Value, name)

    def get(self: Value) -> Any:
        if not _is_ours(sys._getframe(1)):
            raise trace_error(f".{name}")
        return inherited.__get__(self)

    def put(self: Value, to: Any) -> None:
        if not _is_ours(sys._getframe(1)):
            raise trace_error(f"setting .{name}")
        inherited.__set__(self, to)

    return property(get, put)


class Traced(Value):
    """A node of a loss that is being traced. What is computed from it is Traced too. It raises TraceError in every way
    in which Python can look at its number."""

    __slots__ = ()

    __eq__, __ne__ = _refused("__eq__", "== (or in, index, count)"), _refused("__ne__", "!=")
    __hash__ = _refused("__hash__", "a look-up in a dict or a set")
    __lt__ = __le__ = __gt__ = __ge__ = _refused("", "a comparison (if, while, min, max, sorted)")
    __bool__ = _refused("", "an if, a while, and, or, not")
    __float__ = __complex__ = _refused("", "float(), or a function of the math module,")
    __int__ = __index__ = _refused("", "int(), or an index,")
    __round__ = __trunc__ = __floor__ = __ceil__ = _refused("", "rounding")
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = _refused("", "//, % or divmod()")
    __str__, __repr__ = _refused("__repr__", "str(), print()"), _refused("__repr__", "repr()")
    __format__ = _refused("", "an f-string or format()")
    __copy__ = __deepcopy__ = __reduce_ex__ = _refused("", "a copy")
    backward = _refused("backward", "backward()")
    data, grad, numbers, partials = map(_refused_attribute, ("data", "grad", "numbers", "partials"))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc.__name__ in ("equal", "not_equal"):
            raise trace_error("==")
        return super().__array_ufunc__(ufunc, method, *inputs, **options)

    @classmethod
    def _constant(cls, x: Any) -> Any:
        """A derivative inside the loss that is a formula of the data, such as the step that is the slope of relu."""
        return _TracedConstant(x)

    @classmethod
    def _made(cls, node: Value, operands: tuple[Any, ...]) -> Value:
        for x in operands:
            if isinstance(x, Value) and not isinstance(x, (Traced, Constant)):
                raise foreign_node(x)
        node.__class__ = Traced
        return node


def _traced(method: Callable[..., Value]) -> Callable[..., Value]:
    """An operation of `Value` with a Traced result."""

    def operation(self: Traced, *other: Any) -> Value:
        node = method(self, *other)
        return node if type(node) is Traced else Traced._made(node, other)

    return operation


for _name, _method in vars(Value).items():
    if isinstance(_method, FunctionType) and _name not in vars(Traced):
        setattr(Traced, _name, _traced(_method))


class _TracedConstant(Traced, Constant):
    __slots__ = ()


def untraced(root: Value) -> list[Value]:
    """Turn the graph of `root` into plain nodes, after the loss has returned. Returns its leaves."""
    leaves: list[Value] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Traced):
            waiting += node.nodes
            if node.op is None and not isinstance(node, Constant):
                leaves.append(node)
            plain: Any = node
            plain.__class__ = Value
    return leaves


class OneEntry(Value):
    """A number that can also be read as a vector of one entry, because it was given as (1,), (1, 1), or X of (1, m)."""

    __slots__ = ()

    def __len__(self) -> int:
        return 1

    def __getitem__(self, place: Any) -> Any:
        return [self.nodes[0]][place]

    def __iter__(self) -> Iterator[Any]:
        return iter([self.nodes[0]])

    def __add__(self, other: Any) -> Any:
        return [self.nodes[0], *other] if isinstance(other, list) else super().__add__(other)

    def __radd__(self, other: Any) -> Any:
        return [*other, self.nodes[0]] if isinstance(other, list) else super().__radd__(other)


class _TracedEntry(OneEntry, Traced):
    __slots__ = ()


def argument(leaves: list[Value], n: int | tuple[int, int] | None) -> Any:
    """The leaves of an argument of n entries, as a loss gets them: a list; of a matrix (k, n), a list of k rows; if n
    is None, the number itself; and if n is 1, a node that can be used as a number or as a vector of one."""
    if n is None:
        return leaves[0]
    if isinstance(n, tuple):
        return [leaves[first : first + n[1]] for first in range(0, len(leaves), n[1])]
    if n > 1:
        return [*leaves]
    node = leaves[0] * 1
    node.__class__ = _TracedEntry if isinstance(node, Traced) else OneEntry
    return node
