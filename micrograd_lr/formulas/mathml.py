"""Formulas in plain text typeset as MathML: ``a(1 - a)/b`` gets a real fraction."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
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
_OPENING, _CLOSING = {"(": ")", "[": "]"}, ")]"
_FENCE = '<mo stretchy="false">'
_THIN = '<mspace width="0.17em"/>'


def mathml(text: str, names: Iterable[str] = ()) -> str:
    """The inside of a ``<math>`` element for a formula.

    `names` are names of several letters, to be read whole: without them ``wx`` is w times x. A fraction takes the two
    factors beside its stroke; a name or a group keeps its indices: ``w₁``, ``X⁽ⁱ⁾``, ``(1, 2)ᵀ``. A slot ``⟦v3⟧``
    becomes ``<mn data-of="v3"></mn>``, to be filled in later. Any text works: what is not a formula stays as it is.
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
    return Known(names, functions | {"softplus", "step"})


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
    """Reads the tokens of a formula from left to right; each method returns the MathML of what it has read."""

    def __init__(self, text: str, known: Known) -> None:
        self.functions = known.functions
        self.tokens = [*pieces(text, known)]

    def next(self, *texts: str) -> bool:
        """Whether the next token is one of `texts`."""
        return bool(self.tokens) and self.tokens[0][1] in texts

    def row(self, closing: str = "") -> str:
        """Everything up to `closing`, or to the end."""
        parts: list[str] = []
        after_factor = False
        while self.tokens and not (closing and self.next(closing)):
            kind, text = self.tokens[0]
            if kind == "other" and text not in ("∂", *_OPENING, "Σ"):
                self.tokens.pop(0)
                parts.append(f"<mo>{escape(text.replace('-', '−'))}</mo>")
                after_factor = False
                continue
            if after_factor:
                function = kind == "name" and text in self.functions
                parts.append(_THIN * (function or parts[-1].endswith("</mi></mrow>")))
            parts.append(self.quotient())
            after_factor = not parts[-1].startswith("<munder")
        return "".join(parts)

    def quotient(self) -> str:
        """A factor, perhaps divided by others, from left to right: a/b/c is (a/b)/c."""
        left = self.power()
        while self.next("/") and len(self.tokens) > 1:
            self.tokens.pop(0)
            left = f"<mfrac>{_bare(left)}{_bare(self.power())}</mfrac>"
        return left

    def power(self) -> str:
        """A factor with its exponents."""
        base = self.factor()
        while self.next("^") and len(self.tokens) > 1:
            self.tokens.pop(0)
            base = f"<msup>{base}{_bare(self.factor())}</msup>"
        return base

    def factor(self) -> str:
        """A number, a name with its indices, a call, a differential, a sum sign, or a group in parentheses."""
        kind, text = self.tokens.pop(0)
        if kind == "slot":
            return f'<mn data-of="{escape(text[1:-1])}"></mn>'
        if kind == "number":
            return f"<mn>{text}</mn>"
        if text in _OPENING:
            inside = self.row(_OPENING[text])
            closing = self.tokens.pop(0)[1] if self.tokens else ""
            # Parentheses stretch only around a fraction: browsers leave too much room around stretched ones.
            mo = "<mo>" if "<mfrac" in inside else _FENCE
            return self.indexed(f"<mrow>{mo}{text}</mo>{inside}{mo}{closing}</mo></mrow>", "msub")
        if text == "∂" and self.tokens:
            return f"<mrow><mi>∂</mi>{self.factor()}</mrow>"
        if text == "Σ":
            return self.indexed("<mo>∑</mo>", "munder")
        numbered = _NUMBERED.fullmatch(text) if kind == "name" else None
        base, index = numbered.groups() if numbered else (text, "")
        name = f"<mi>{escape(base)}</mi>"
        name = f"<msub>{name}<mn>{index}</mn></msub>" if index else self.indexed(name, "msub")
        if text in self.functions and self.next("("):
            return f"<mrow>{name}{self.factor()}</mrow>"
        return name

    def indexed(self, base: str, element: str) -> str:
        """`base` with the indices and exponents that follow it."""
        low = self.raised("low")
        high = self.raised("high")
        if not low and not high:
            return base
        over = {"msub": "msup", "munder": "mover"}[element]
        element = element + over[1:] if low and high else element if low else over
        return f"<{element}>{base}{low}{high}</{element}>"

    def raised(self, kind: str) -> str:
        """Indices or exponents, set as ordinary letters."""
        if not self.tokens or self.tokens[0][0] != kind:
            return ""
        text = normalize("NFKC", self.tokens.pop(0)[1])
        return f"<mrow>{mathml(text)}</mrow>"


def _bare(part: str) -> str:
    """A group without its parentheses: inside a fraction or an exponent it needs none."""
    opened = re.match(r"<mrow><mo[^>]*>[(\[]</mo>", part)
    if opened and part.endswith("</mo></mrow>"):
        return f"<mrow>{part[opened.end() : part.rindex('<mo')]}</mrow>"
    return part
