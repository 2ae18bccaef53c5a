"""Which numbers the engine computes with, and the one place where another kind of number is plugged in."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    Functions = dict[str, Callable[..., Any]]

_FUNCTIONS: dict[type, Functions] = {}
_WAITING: dict[str, Callable[[], dict[type, Functions]]] = {}  # by module: types that no number has had yet


def number_type(cls: type, /, **functions: Callable[..., Any]) -> None:
    """Teach the engine a number type, a class with ``+ - * / **``; or teach one that it knows more functions.

    ``exp`` and ``log`` are nearly all that is needed: σ, tanh, relu and the losses have a form in terms of these two,
    which an entry of its own name replaces; sin and cos have none, and need an entry of their own where they are used.
    ``named(name)``, for types such as symbols, gives the function of any name. ``convert`` is applied to floats and
    ints that meet such a number, where the type itself refuses to mix with them. Both are optional::

        number_type(mpmath.mpf, exp=mpmath.exp, log=mpmath.log, named=lambda name: getattr(mpmath, name, None))
        number_type(sympy.Expr, exp=sympy.exp, log=sympy.log, relu=lambda x: sympy.Max(x, 0), step=sympy.Heaviside)

    `Fraction` and `Decimal` are plugged in this way; a `Value` has its functions as methods.
    """
    _FUNCTIONS[cls] = {**(functions_of(cls) or {}), **functions}


def plug_in_later(modules: Iterable[str], types: Callable[[], dict[type, Functions]]) -> None:
    """Plug in `types`, each with its functions by name, when the first number comes whose class is of these modules."""
    _WAITING.update(dict.fromkeys(modules, types))


def functions_of(cls: type) -> Functions | None:
    """The functions given for `cls` or its nearest base class; None where no `number_type` call covers it."""
    for base in cls.__mro__:
        if base in _FUNCTIONS:
            return _FUNCTIONS[base]
        if base.__module__ in _WAITING:
            _FUNCTIONS.update(_WAITING[base.__module__]())
            return _FUNCTIONS.get(base)
    return None


def function_of(x: Any, name: str) -> Callable[..., Any] | None:
    """The function `name` of the number type of `x`; None where it was not given."""
    functions = _FUNCTIONS.get(type(x)) or functions_of(type(x)) or {}
    return functions.get(name)


def number(x: Any) -> Any:
    """`x` as a node keeps it: an int or a NumPy scalar becomes a float, other real numbers stay as they are.

    Raises TypeError for everything else (bool, str, None, complex, sequences and arrays, a `Value`), with the remedy.
    """
    if type(x) is float:
        return x
    if functions_of(type(x)) is not None and not hasattr(x, "backward"):
        return x
    import numbers

    if isinstance(x, numbers.Real) and not isinstance(x, bool) and type(x).__name__ != "timedelta64":
        return float(x) if isinstance(x, (int, float)) or hasattr(x, "dtype") else x
    raise TypeError(f"a Value holds one real number, not {x!r:.80} ({type(x).__name__}). {_remedy(x)}")


def _remedy(x: Any) -> str:
    if hasattr(x, "backward"):
        return "It is a node already: use it as it is, or its number, .data."
    if x is None:
        return "Was a result forgotten, or .grad read before backward()?"
    if isinstance(x, (str, bytes)) or type(x).__name__ in ("bool", "bool_"):  # NumPy has a bool of its own
        return "Convert it first, with float(...), if a number is meant."
    if isinstance(x, complex):
        return "Take its .real part or its abs()."
    if hasattr(x, "__len__") or hasattr(x, "shape"):
        return "Make one Value per number: [Value(v) for v in data]. The product of two vectors is dot(w, x)."
    return f"A number type of your own is made known once: number_type({type(x).__name__}, exp=..., log=...)."


def is_plain(x: Any, n: int) -> bool:
    """Whether `x` is the plain number n: not a symbol, which is equal to nothing."""
    return isinstance(x, (int, float)) and x == n


def one_like(x: Any) -> Any:
    """1 in the number type of `x`."""
    if type(x) is float:
        return 1.0
    one = x * 0 + 1  # of a symbol: the number 1; of a number: with its infinity or its trailing zeros
    return type(x)(1) if type(one) is type(x) else one


def unified(args: Sequence[Any]) -> list[Any]:
    """`args` with the floats and ints converted to the one type among them that asks for it (Decimal does)."""
    for x in args:
        convert = function_of(x, "convert")
        if convert is not None:
            return [convert(y) if type(y) in (float, int) else y for y in args]
    return list(args)
