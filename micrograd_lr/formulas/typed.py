"""What people type, read as numbers, formulas and inputs: ``1/3``, ``a(1 − a)`` as it is printed, ``w=2``."""

from __future__ import annotations

import re
from unicodedata import normalize

from micrograd_lr.engine.ops import SIGMOID
from micrograd_lr.formulas.expression import Expression, arities

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_AS_TYPED = str.maketrans(
    {"−": "-", "–": "-", "‐": "-", "‑": "-", "·": "*", "×": "*", "^": "**", "²": "**2", "³": "**3"}
)  # as formulas are printed
_TOKEN = re.compile(r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<other>\*\*|\S))")
_COMMA = re.compile(r"(?<![\w.,)\]])(\d*),(\d+)(?![\d.,])")  # of a number, as most of Europe writes it: 0,5
_NO_NUMBER = re.compile("[=#;]")  # what Python's grammar would read as something else than one number


def assigned(text: str) -> tuple[str, float]:
    """The name and the number of ``w=0.5``, or ``w=1/2``: a finite one. ValueError for anything else."""
    name, _, number = map(str.strip, text.partition("="))
    if not name or not number:
        raise ValueError(f"{text.strip()}: expected NAME=NUMBER, such as w=0.5.")
    try:
        if _NO_NUMBER.search(number):
            raise ValueError(number)
        return normalize("NFKC", name), number_in(number)
    except DecimalComma as error:
        raise ValueError(f"{name}={error}") from None
    except ValueError:
        raise ValueError(f"{name}={number}: an input is a finite number, such as {name}=0.5.") from None


def by_name(texts: Iterable[str]) -> dict[str, float]:
    """The numbers of several ``w=0.5``. ValueError where a name has two."""
    numbers: dict[str, float] = {}
    said: dict[str, str] = {}
    for text in map(str.strip, texts):
        name, number = assigned(text)
        if name in numbers:
            raise ValueError(f"{said[name]} and {text}: {name} is given twice. Leave one of them out.")
        numbers[name], said[name] = number, text
    return numbers


def separated(text: str) -> list[str]:
    """The parts of ``w=2, b=-1``, one a name."""
    return re.split(r"[\s,;]+(?=[^\W\d]\w*\s*=)", text.strip().rstrip(",;"))


def inputs(text: str, names: Collection[str]) -> dict[str, float]:
    """The inputs that ``w=2, b=-1`` changes. ValueError where one is not among `names`, or is no finite number."""
    if text.strip().startswith("="):
        raise ValueError("Press i before an input whose name is also a key: i, and then b=0.5.")
    changed = by_name(separated(text))
    for name in changed:
        if name not in names:
            raise ValueError(f"{name} is no input. The inputs are: {', '.join(names) or '(none)'}.")
    return changed


class DecimalComma(ValueError):
    """``0,5``; the message says how to write it."""


def number_in(text: str) -> float:
    """The number that was typed, perhaps as arithmetic: ``-0.5*2``. ValueError where it is none."""
    read = typed(text, ())
    if read.names:
        raise ValueError(
            f"{', '.join(read.names)}: the answer is a number here, or arithmetic such as -0.5*2. "
            "The table shows the number of each name."
        )
    return float(read().data)


def typed(text: str, names: Collection[str]) -> Expression:
    """What was typed as an expression. DecimalComma where it would be one with decimal points."""
    try:
        return Expression(with_products(text, names))
    except ValueError:
        if _COMMA.search(text):
            pointed = _COMMA.sub(r"\1.\2", text).strip()
            raise DecimalComma(f"{text.strip()}: write a decimal point, {pointed}.") from None
        raise


def with_products(text: str, names: Collection[str]) -> str:
    """A formula as it is printed, ``wx(1 − a)``, with all its signs as they are typed: ``w*x*(1 - a)``."""
    typed = {SIGMOID.symbol: SIGMOID.name} | {name: name for name in names}
    written, before = "", ""  # what stands before: number, name, other; a function or an opening parenthesis is other
    for match in _TOKEN.finditer(normalize("NFKC", text.translate(_AS_TYPED))):
        kind, token = str(match.lastgroup), match[str(match.lastgroup)]
        written += match[0].removesuffix(token)
        if kind == "number":
            token = re.sub(r"^0+(?=\d)", "", token)  # 007: Python's grammar has no leading zeros
        for piece in _names_in(token, typed) if kind == "name" else [token]:
            factor = kind == "name" or token == "(" or (kind == "number" and before != "number")
            piece = typed.get(piece, piece)
            written += ("*" if before != "other" and before and factor else "") + piece
            before = "other" if piece in arities() else "name" if piece == ")" else kind
    return written


def _names_in(word: str, names: Collection[str]) -> list[str]:
    """The known names that stand side by side in a word, ``wx``: the longest first. The word itself if it is one."""
    known = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    if word in arities() or word in names or not re.fullmatch(f"(?:{known})+", word):
        return [word]
    return re.findall(known, word)
