"""Formulas in plain text, read: ``a(1 - a)/b`` is a fraction. MathML and LaTeX are written from what is read here."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from micrograd_lr.engine.ops import OPS
from micrograd_lr.formulas.text import SLOT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from micrograd_lr.engine.ops import Op

_LOW, _HIGH = "₀-₉ᵢⱼₖₘₙₚ₊₋₌", "⁰-⁹¹²³ᵀᵐⁿⁱ⁺⁻⁼⁽⁾"
_INDEX = re.compile(f"[{_LOW}{_HIGH}]")
_LETTER = re.compile(rf"[^\W\d_{_LOW}{_HIGH}]")
_NAME = rf"(?<!{_LETTER.pattern}){_LETTER.pattern}_?\d+(?!{_LETTER.pattern})|∞|…|{_LETTER.pattern}|_"  # x1, n13; x
_INDEX_OR_SLOT = re.compile(rf"(?P<slot>{SLOT}[^⟧]*⟧)|(?P<low>[{_LOW}]+)|(?P<high>[{_HIGH}]+)")
_PIECE = re.compile(
    rf"(?P<name>{_NAME})|(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?P<space>\s+)|(?P<other>.)", re.DOTALL
)
_NUMBERED = re.compile(r"(.*[^\d_])_?(\d+)", re.DOTALL)
_OPENING = {"(": ")", "[": "]"}
WORDS = ("if", "else")


class Row(NamedTuple):
    """Parts side by side."""

    parts: tuple[Part, ...]


class Slot(NamedTuple):
    """The place of a number, by its key."""

    key: str


class Number(NamedTuple):
    """Digits, perhaps with an exponent: 1e-05."""

    digits: str


class Name(NamedTuple):
    """A name, and the digits at its end: x and 1 of ``x1``. It may be that of a function."""

    letters: str
    number: str = ""
    function: bool = False


class Operator(NamedTuple):
    """A sign between factors, or any other character."""

    sign: str


class Word(NamedTuple):
    """A word between formulas: ``1 if z > 0 else 0``."""

    text: str


class Thin(NamedTuple):
    """A little space: before a function, and after a differential."""


class Sum(NamedTuple):
    """The sign of a sum."""


class Differential(NamedTuple):
    """``∂w``, or with its order ``∂²L``"""

    of: Part
    order: Row | None = None


class Call(NamedTuple):
    """A function and its operands."""

    function: Part
    operands: Part


class Group(NamedTuple):
    """Parts in parentheses; `closing` is "" where the text ends before. It is `tall` around a fraction."""

    opening: str
    inside: Row
    closing: str
    tall: bool


class Indexed(NamedTuple):
    """What has indices below, or above, or both."""

    base: Part
    low: Row | None
    high: Row | None


class Power(NamedTuple):
    """``x^2``; an exponent needs no parentheses."""

    base: Part
    exponent: Part


class Fraction(NamedTuple):
    """``a/b``, in which neither needs parentheses."""

    above: Part
    below: Part


Part = (
    Row | Slot | Number | Name | Operator | Word | Thin | Sum | Differential | Call | Group | Indexed | Power | Fraction
)


def read(text: str, names: Iterable[str] = ()) -> Row:
    """The parts of a formula. `names` are names of several letters, to be read whole: without them ``wx`` is w times x.

    A fraction takes the two factors beside its stroke; a name or a group keeps its indices: ``w₁``, ``X⁽ⁱ⁾``,
    ``(1, 2)ᵀ``. Any text can be read: what is not a formula stays as it is.
    """
    return _Reader(text, known_to(tuple(names), (*OPS.values(),))).row()


class Known:
    """The names that are read whole, and the `functions` among them.

    A name is read whole where no letter stands before or after it; and so is, before an index, the stem of a name: what
    it has before its own index.
    """

    def __init__(self, names: tuple[str, ...], functions: set[str]) -> None:
        self.functions = functions - {*names}
        self.names, self.stems = set[str](), set[str]()
        lengths: dict[str, set[int]] = {}
        for name in (*names, *functions):
            stem = _INDEX.split(name, maxsplit=1)[0]
            if len(stem) > 1:
                (self.names if stem == name else self.stems).add(stem)
                lengths.setdefault(stem[0], set()).add(len(stem))
        self.lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}  # by the first letter

    def name_at(self, text: str, start: int) -> str:
        """The longest name that begins at this place of a text; "" if there is none."""
        if start and _LETTER.match(text, start - 1):
            return ""
        for length in self.lengths.get(text[start], ()):
            end = start + length
            name = text[start:end]
            if name in self.stems and _INDEX.match(text, end):
                return name
            if name in self.names and not _LETTER.match(text, end):
                return name
        return ""


@lru_cache(maxsize=16)
def known_to(names: tuple[str, ...], ops: tuple[Op, ...]) -> Known:
    """Kept, because a graph has the same names in all of its formulas."""
    functions = {x for op in ops for x in (op.name, op.symbol) if x.isidentifier()}
    return Known(names, functions | {"ln", "softplus", *WORDS})


def pieces(text: str, known: Known) -> Iterator[tuple[str, str]]:
    """What a formula consists of, each piece with its kind; spaces are left out."""
    start = 0
    while start < len(text):
        match = _INDEX_OR_SLOT.match(text, start)
        kind, piece = "name", "" if match else known.name_at(text, start)
        if not piece and (match := match or _PIECE.match(text, start)):
            kind, piece = match.lastgroup or "", match.group()
        start += len(piece)
        if kind != "space":
            yield kind, piece


class _Reader:
    """Reads the tokens of a formula from left to right; each method returns the part that it has read."""

    def __init__(self, text: str, known: Known) -> None:
        self.functions = known.functions
        self.tokens = [*pieces(text, known)]
        self.fractions = 0

    def next(self, *texts: str) -> bool:
        """Whether the next token is one of `texts`."""
        return bool(self.tokens) and self.tokens[0][1] in texts

    def row(self, closing: str = "") -> Row:
        """Everything up to `closing`, or to the end."""
        parts: list[Part] = []
        after_factor = False
        while self.tokens and not (closing and self.next(closing)):
            kind, text = self.tokens[0]
            if text in WORDS and text in self.functions:
                self.tokens.pop(0)
                parts.append(Word(text))
                after_factor = False
                continue
            if kind == "other" and text not in ("∂", *_OPENING, "Σ"):
                self.tokens.pop(0)
                parts.append(Operator(text))
                after_factor = False
                continue
            if after_factor and ((kind == "name" and text in self.functions) or _is_differential(parts[-1])):
                parts.append(Thin())
            parts.append(self.quotient())
            after_factor = not _is_sum_over(parts[-1])
        return Row((*parts,))

    def quotient(self) -> Part:
        """A factor, perhaps divided by others, from left to right: a/b/c is (a/b)/c."""
        left = self.power()
        while self.next("/") and len(self.tokens) > 1:
            self.tokens.pop(0)
            left = Fraction(_bare(left), self.below(left))
            self.fractions += 1
        return left

    def below(self, above: Part) -> Part:
        """What a factor is divided by: the next one, or for ∂²L all differentials that follow, ∂w∂b."""
        below = [self.power()]
        while isinstance(above, Differential) and above.order and self.next("∂"):
            below.append(self.power())
        return _bare(below[0]) if len(below) == 1 else Row((*below,))

    def power(self) -> Part:
        """A factor with its exponents."""
        base = self.factor()
        while self.next("^") and len(self.tokens) > 1:
            self.tokens.pop(0)
            base = Power(base, _bare(self.factor()))
        return base

    def factor(self) -> Part:
        """A number, a name with its indices, a call, a differential, a sum sign, or a group in parentheses."""
        kind, text = self.tokens.pop(0)
        if kind == "slot":
            return Slot(text[1:-1])
        if kind == "number":
            return Number(text)
        if text in _OPENING:
            before = self.fractions
            inside = self.row(_OPENING[text])
            closing = self.tokens.pop(0)[1] if self.tokens else ""
            return self.indexed(Group(text, inside, closing, self.fractions > before))
        if text == "∂" and self.tokens:
            order = self.raised("high")
            return Differential(self.factor(), order) if self.tokens else Indexed(Name(text), None, order)
        if text == "Σ":
            return self.indexed(Sum())
        numbered = _NUMBERED.fullmatch(text) if kind == "name" else None
        function = text in self.functions
        letters, number = numbered.groups() if numbered else (text, "")
        name = self.indexed(Name(letters, number, function))
        return Call(name, self.factor()) if function and self.next("(") else name

    def indexed(self, base: Part) -> Part:
        """`base` with the indices and exponents that follow it."""
        low = self.raised("low")
        high = self.raised("high")
        return Indexed(base, low, high) if low or high else base

    def raised(self, kind: str) -> Row | None:
        """Indices or exponents, read as ordinary letters."""
        if not self.tokens or self.tokens[0][0] != kind:
            return None
        return read(normalize("NFKC", self.tokens.pop(0)[1]))


def _is_differential(part: Part) -> bool:
    return isinstance(part, Differential) and isinstance(part.of, Name) and not part.of.number


def _is_sum_over(part: Part) -> bool:
    return isinstance(part, Indexed) and isinstance(part.base, Sum) and part.low is not None


def _bare(part: Part) -> Part:
    """A group without its parentheses: inside a fraction or an exponent it needs none."""
    return part.inside if isinstance(part, Group) else part
