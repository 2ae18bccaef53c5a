"""The one door for numbers that come in: containers of any library become lists or an array, and nothing is lost.

A number, a `Value` or a NumPy array of numbers passes as it is; in containers True is 1 and False is 0. Lists,
tuples and other sequences (range, array.array, deque) become lists; whatever has ``__array__`` or ``__dlpack__``
(pandas, polars, PyTorch, JAX) becomes an array. What cannot be numbers, or would lose some of its content, is refused:
by the name of the argument, with the place and the remedy.
"""

from __future__ import annotations

from collections import UserString
from collections.abc import Iterable, Mapping, Sequence, Set
from numbers import Complex, Real

from micrograd_lr.engine.number_types import functions_of
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Place = tuple[int, ...]

_NUMBERS = {float, int}
_REAL = "iuf"  # the kinds of a NumPy dtype that are real numbers
_PROTOCOLS = ("__array__", "__array_interface__", "__dlpack__")  # of what can be read as an array
_BOOLS = ("bool", "bool_")  # Python's own, and those of NumPy
_COMPLEX = "Take .real or abs() first."
_TEXT = 'Turn text into numbers first; two classes become 0 and 1: [float(v == "yes") for v in labels].'
_REMEDIES = {  # by the other kinds
    "c": _COMPLEX, "S": _TEXT, "U": _TEXT, "T": _TEXT,
    "M": "Turn dates into numbers first: days or seconds since a first one.",
    "m": "Turn times into numbers first: a count of days or seconds.",
    "V": "Take its columns one by one, and stack them: numpy.stack([table[name] for name in names]).",
}  # fmt: skip
_MISSING = "A value is missing there: drop that example, or fill the gap."
_GAPS = "Drop these examples, or fill the gaps."
_OPTION = "An option that is not a number is settled beforehand: lambda w, x: fun(w, x, option)."
_CELLS = "Each cell holds several numbers: make a matrix of them, one example per column, numpy.array([*cells]).T."


def as_numbers(name: str, given: Any, batch: bool = False) -> Any:
    """The argument `name` as a number, as nested lists or tuples of numbers, or as a NumPy array of real numbers.

    `batch` means that its last index counts examples, for the messages. TypeError for what is not numbers; ValueError
    for a masked array with something masked, and for arrays that cannot be read.
    """
    kind = type(given)
    if kind in _NUMBERS or (kind.__module__ == "numpy" and kind.__name__ == "ndarray" and given.dtype.kind in _REAL):
        return given
    return _read(name, given, (), batch)


def _read(name: str, given: Any, place: Place, batch: bool) -> Any:
    if is_number(given):
        return float(given) if place and type(given).__name__ in _BOOLS else given
    if isinstance(given, (list, tuple)):
        if {*map(type, given)} <= _NUMBERS:
            return given
        return _like(given, [_listed(_read(name, x, (*place, i), batch)) for i, x in enumerate(given)])
    where = _where(name, place)
    if given is None or type(given).__name__ in ("NAType", "NaTType"):
        raise _misfit(name, given, place, batch, _MISSING)
    if isinstance(given, (str, bytes, bytearray, UserString)):
        raise _misfit(name, given, place, batch, _TEXT if place or batch else _OPTION)
    if isinstance(given, Complex) and not _of_time(given):
        raise _misfit(name, given, place, batch, _COMPLEX)
    if hasattr(given, "toarray") or hasattr(given, "todense"):
        raise TypeError(
            f"{where} is sparse ({type(given).__name__}); expected all its entries. Give {where}.toarray()."
        )
    if hasattr(given, "mask") and hasattr(given, "filled"):
        given = _without_mask(name, given, place, batch)
    if isinstance(given, memoryview) or any(hasattr(given, protocol) for protocol in _PROTOCOLS):
        return _of_array(name, _as_array(where, given), place, batch)
    if isinstance(given, Sequence):
        return _read(name, [*given], place, batch)
    if isinstance(given, (Mapping, Set)):
        raise TypeError(f"{where} is {given!r:.40} ({type(given).__name__}); expected numbers in an order: a list.")
    if isinstance(given, Iterable):
        raise TypeError(
            f"{where} is {given!r:.40} ({type(given).__name__}); expected a sequence. Give a list of it: list(...)."
        )
    raise _misfit(name, given, place, batch, "A Value, a number or a container of numbers is what can be given.")


def is_number(x: Any) -> bool:
    """Whether `x` is a number, of any type that the engine knows or could take, a bool, or a node."""
    kind = type(x)
    if kind in _NUMBERS or (isinstance(x, Real) and not _of_time(x)) or functions_of(kind) is not None:
        return True
    return kind.__module__ == "numpy" and kind.__name__ in _BOOLS


def _of_time(x: Any) -> bool:
    """Whether `x` is a NumPy scalar that counts days or nanoseconds, which NumPy calls an integer."""
    return getattr(getattr(x, "dtype", None), "kind", "") in ("m", "M")


def numbers_in(structure: Any) -> Iterator[Any]:
    """The numbers of nested lists, tuples and arrays, in order."""
    structure = _listed(structure)
    if isinstance(structure, (list, tuple)):
        for part in structure:
            yield from numbers_in(part)
    else:
        yield structure


def map_numbers(structure: Any, change: Callable[[Any], Any]) -> Any:
    """The same structure with `change` of every number; arrays become lists."""
    structure = _listed(structure)
    if isinstance(structure, (list, tuple)):
        return _like(structure, [map_numbers(part, change) for part in structure])
    return change(structure)


def _listed(x: Any) -> Any:
    return x.tolist() if hasattr(x, "dtype") and hasattr(x, "tolist") else x


def _like(given: Any, entries: list[Any]) -> Any:
    """`entries` as a list, a tuple or a namedtuple, as `given` is."""
    if hasattr(given, "_fields"):
        return type(given)(*entries)
    return tuple(entries) if isinstance(given, tuple) else entries


def _as_array(where: str, given: Any) -> Any:
    np = need("numpy", 'pip install "micrograd_lr[numpy]"')
    nulls = getattr(given, "null_count", 0)  # of polars and Arrow: as an array they would be NaN
    if missing := int(np.sum(np.asarray(nulls() if callable(nulls) else nulls))):
        raise ValueError(f"{where} ({type(given).__name__}) has missing entries ({missing} in all). {_GAPS}")
    try:
        if hasattr(given, "__dlpack__") and not hasattr(given, "__array__"):
            return np.from_dlpack(given)
        return np.asarray(given)
    except Exception as error:  # whatever another library raises: a tensor that requires grad, or is on a GPU
        raise TypeError(
            f"{where} ({type(given).__name__}) cannot be read as an array: {error} Give its numbers as a NumPy array."
        ) from error


def _without_mask(name: str, given: Any, place: Place, batch: bool) -> Any:
    np = need("numpy", 'pip install "micrograd_lr[numpy]"')
    hidden = np.argwhere(np.ma.getmaskarray(given))
    if len(hidden):
        at = (*place, *map(int, hidden[0]))
        raise ValueError(
            f"{_where(name, at)} is masked{_example(at, batch)}, of {len(hidden)} masked in all. {_GAPS[:-1]}: "
            f"{name}.filled(...)."
        )
    return np.ma.getdata(given)


def _of_array(name: str, array: Any, place: Place, batch: bool) -> Any:
    """A NumPy array of numbers as it is, and one of objects as nested lists, if each of them is a number."""
    kind = array.dtype.kind
    if kind == "b":
        array, kind = array.astype(float), "f"
    if kind in _REAL:
        return array if array.ndim else array[()]
    if kind != "O":
        if not array.size:
            raise TypeError(f"{_where(name, place)} is empty, of the dtype {array.dtype}; expected real numbers.")
        at = (*place, *[0] * array.ndim)
        first = array.reshape(-1)[:1]
        x = str(first[0]) if kind in "mM" else first.tolist()[0]
        raise _misfit(name, x, at, batch, _REMEDIES.get(kind, "Convert it to float64 first."))
    for at in _places(array.shape):
        x = array[at]
        if not is_number(x):
            if hasattr(x, "__len__") and not isinstance(x, (str, bytes)):
                raise _misfit(name, x, (*place, *at), batch, _CELLS)
            _read(name, x, (*place, *at), batch)
    return _read(name, array.tolist(), place, batch)


def _places(shape: Place) -> Iterator[Place]:
    if not shape:
        yield ()
        return
    for i in range(shape[0]):
        for rest in _places(shape[1:]):
            yield (i, *rest)


def _misfit(name: str, x: Any, place: Place, batch: bool, remedy: str) -> TypeError:
    return TypeError(
        f"{_where(name, place)} is {x!r:.40} ({type(x).__name__}){_example(place, batch)}; expected a real number. "
        + remedy
    )


def _where(name: str, place: Place) -> str:
    return name + "".join(f"[{i}]" for i in place)


def _example(place: Place, batch: bool) -> str:
    return f", in example {place[-1]}" if batch and place else ""
