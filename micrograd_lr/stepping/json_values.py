"""Numbers as JSON and back, and checks that what was read from JSON is what it must be."""

from __future__ import annotations

import math
import re
import reprlib
from decimal import Decimal, getcontext
from fractions import Fraction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

LONGEST = 1000  # digits of a number; of a Fraction, above and below the line each

_BEYOND = 10**LONGEST
_LARGEST_EXPONENT = 999_998  # one less than decimal's own context allows, so that there is room to round
_TYPES: dict[str, tuple[Callable[[str], Any], str]] = {
    "float": (float, "-?inf|nan"),
    "Fraction": (Fraction, r"-?\d+(/[1-9]\d*)?"),
    "Decimal": (Decimal, r"-?(\d+(\.\d+)?(E[+-]\d{1,9})?|Infinity|NaN\d*)"),
}
_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60
_short.maxlevel = 2


def as_json(path: str, x: Any) -> Any:
    """`x` for JSON. A number that JSON cannot express becomes its type and its text.

    TypeError for a number that could not be read back, ValueError for one that is too long; `path` names the place.
    """
    if isinstance(x, dict):
        return {name: as_json(f"{path}.{name}", entry) for name, entry in x.items()}
    if isinstance(x, (tuple, list)):
        return [as_json(f"{path}[{i}]", entry) for i, entry in enumerate(x)]
    if isinstance(x, str):
        return x
    if hasattr(x, "dtype"):  # a NumPy scalar, which a row of the user's own gave
        x = float(x)
    if not isinstance(x, (int, float)) and type(x) not in (Fraction, Decimal):
        raise TypeError(
            f"{path} is {x!r:.60} ({type(x).__name__}): the JSON of steps holds float, int, Fraction and Decimal, "
            "which can be read back. The frames have every number as text: frame.text, frame.numbers."
        )
    if not _fits(x):
        raise ValueError(f"{path} is too long for the JSON of steps: its numbers have at most {LONGEST} digits.")
    if isinstance(x, int) or (isinstance(x, float) and math.isfinite(x)):
        return x
    return {"type": "float" if isinstance(x, float) else type(x).__name__, "text": str(x)}


def read_number(path: str, x: Any) -> Any:
    """The number that `as_json` wrote as `x`. ValueError for anything else, before it takes time."""
    read = x if type(x) in (int, float) else None
    if type(x) is dict and x.keys() == {"type", "text"} and type(x["type"]) is type(x["text"]) is str:
        make, pattern = _TYPES.get(x["type"], (str, "(?!)"))
        if len(x["text"]) <= 3 * LONGEST and re.fullmatch(pattern, x["text"], re.ASCII):
            read = make(x["text"])
    if read is None or not _fits(read) or not same(x, as_json(path, read)):
        raise wrong(path, x, f"a float, int, Fraction or Decimal of at most {LONGEST} digits, as to_json() writes it")
    return read


def _fits(x: Any) -> bool:
    """Whether a number is short enough to be read and used in no time."""
    if isinstance(x, Decimal):
        return len(x.as_tuple().digits) <= LONGEST and abs(x.adjusted()) <= _LARGEST_EXPONENT
    return isinstance(x, float) or abs(x.numerator) < _BEYOND > x.denominator


def same(given: Any, right: Any) -> bool:
    """Whether two values from JSON are the same: 1 and 1.0 are one number, and true is not a number."""
    return bool(given == right and (type(given) is type(right) or {type(given), type(right)} == {int, float}))


def expect(path: str, given: Any, right: Any) -> None:
    """ValueError that names the first place where `given` is not `right`."""
    if type(right) is dict and right.keys() != {"type", "text"}:
        for name, x in expect_keys(path, given, right).items():
            expect(f"{path}.{name}", x, right[name])
    elif type(right) is list:
        for i, x in enumerate(expect_list(path, given, len(right))):
            expect(f"{path}[{i}]", x, right[i])
    elif not same(given, right):
        wanted = shown(right)
        if type(right) is dict and right["type"] == "Decimal":
            wanted += f" at {getcontext().prec} digits: set decimal.getcontext() as it was when the text was written"
        raise wrong(path, given, wanted)


def expect_keys(path: str, given: Any, names: Collection[str]) -> dict[str, Any]:
    """`given`, if it is an object with the keys `names`."""
    if type(given) is not dict:
        raise wrong(path, given, f"an object with {', '.join(names)}")
    for name in [*names, *given]:
        if name not in given or name not in names:
            raise ValueError(f"{path} has {'an unknown' if name in given else 'no'} entry {shown(name)}")
    return given


def expect_list(path: str, given: Any, length: int | None = None) -> list[Any]:
    """`given`, if it is a list, of `length` entries if that is given."""
    if type(given) is not list:
        raise wrong(path, given, "a list")
    if length is not None and len(given) != length:
        raise ValueError(f"{path} has {len(given)} entries; expected {length}")
    return given


def wrong(path: str, given: Any, wanted: str) -> ValueError:
    """The error for `given`, read from JSON at `path`."""
    return ValueError(f"{path} is {shown(given)}; expected {wanted}")


def shown(x: Any) -> str:
    """What was read, cut short for a message."""
    return f"{_short.repr(x):.100}"
