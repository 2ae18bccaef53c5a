"""Typed text cut into its tokens, numbers, names, functions and signs; and what is said where that cannot be done.

Names stand side by side in a product: ``wx`` is w times x, unless something is called wx. A name does not touch itself:
``zz`` is more often a slip than z times z, which is printed ``z·z``. The page does the same in
page/web/tokens.js, with the tables and the words of this file.
"""

from __future__ import annotations

import re
from functools import lru_cache
from string import digits
from unicodedata import category, normalize

from micrograd_lr.formulas.language import MAX_DEPTH, MAX_LENGTH, functions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    Token = tuple[str, str]  # its kind, number, name, function, constant or sign; and what it is

# Tables, with patterns that mean the same in Python and in JavaScript.
CHARACTERS = {  # as formulas are printed
    "−": "-", "–": "-", "‐": "-", "‑": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/", "√": " sqrt ", "ᵀ": "",
    "≤": "<=", "≥": ">=",
}  # fmt: skip
_RAISED = "⁰¹²³⁴-⁹ªºʰ-ʸˠ-ˤᴬ-ᴿᵁ-ᵡᵸᶛ-ᶿⁱⁿ"
EXPONENT = f"(?<![⁽⁺⁻{_RAISED}])[⁺⁻]?[{_RAISED}]+"  # of x², 2⁻¹ and eᶻ; not the ⁽²⁾ in the name X⁽²⁾, nor the ᵀ of xᵀ
NUMBER = r"([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
WORD = r"[^\W\d]\w*"
DECIMAL_COMMA = r"(?<![A-Za-z0-9_.,)\]])([0-9]*),([0-9]+)(?![0-9.,])"  # 0,5
GROUPED = (  # 1,000 and 1 000; 1.000,5; but not 1.000, which can be read
    r"(?<![A-Za-z0-9_.,)\]])(?![0-9]+\.[0-9]+(?![0-9.,]))"
    r"([1-9][0-9]{0,2}([,.'’_ \u00a0\u2009\u202f])[0-9]{3}(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]+))?(?![0-9.,])"
)
SHAPE = r"[(\[] *(?:[1-9][0-9]*|[nm]) *, *(?:[1-9][0-9]*|[nm]) *[)\]]"  # (2, 3)
SPACE, SIGNS = " \t\r\n", "+-*/^(),<>"
LONG_SIGNS = ("**", ">=", "<=")
DERIVATIVE = r"[∂d][^ +*/^(),<>-]+ */ *[∂d][^ +*/^(),<>-]+"  # ∂L/∂a, dL/da
CONDITION = "(?<=[ )])(if|else)(?=[ (])"  # of the slope of relu, 1 if z > 0 else 0
BASE = rf"e(?=[{SPACE}]*(\^|\*\*))"  # the e of e^-z
LISTED, OFFERED, QUOTED = 12, 4, 40  # names in a message, names to choose from, and characters of a text in it
SAID = {
    "empty": "There is nothing to read yet.",
    "long": f"This is longer than {MAX_LENGTH} characters. Write a shorter formula.",
    "deep": f"This is nested more than {MAX_DEPTH} levels deep. Write a flatter formula.",
    "unreadable": "“{found}” cannot be read here. Arithmetic is written with + - * / ^ and round parentheses.",
    "missing": "Something is missing before “{found}”.",
    "end": "The formula ends too early.",
    "open": "A parenthesis is not closed.",
    "closed": "There is one “)” too many.",
    "shape": "Write the rows and the columns, such as (2, 3) or (1, n). A number has the shape (1, 1).",
    "neighbours": "{left} and {right} stand side by side. Write a sign between them, such as *.",
    "twice": "{name}{name}: is that {name} or its square? Write {name} or {name}^2.",
    "operands": "The number of operands of {found} is {count}, not {given}.",
    "call": "{found} needs parentheses: {found}(...).",
    "digits": "{found}: no such name here. For a product write {digits}{name}, for a power {name}^{digits}.",
    "derivative": "{found} is the name of a derivative. Write its formula or its number in its place.",
    "name": "{found}: no such name here. The names are {names}.",
    "later": "{found} is not known yet: it is computed here or later. Write it in what comes before.",
    "which": "{found}: which one, {names} or {other}?",
    "number": "{found}: the answer is a number here, or arithmetic such as -0.5*2. "
    "The table shows the number of each name.",
    "value": "This has no finite value. Is there a division by 0, a log of 0 or less, or a number that is too large?",
    "large": "{found}: too large. Numbers go up to about 1.8e308 here.",
    "comma": "{found}: write a decimal point, {pointed}.",
    "thousand": "{found}: the comma can mean two things. Write {whole} or {pointed}.",
    "pieces": "{found}: write the digits of a number in one piece, {whole}.",
    "not a shape": "{found} is a shape, rows and columns. Here a formula is asked for, or a number.",
}

_CHARACTERS, _EXPONENT, _NUMBER = str.maketrans(CHARACTERS), re.compile(EXPONENT), re.compile(NUMBER)
_DECIMAL_COMMA, _GROUPED, _SHAPE = re.compile(DECIMAL_COMMA), re.compile(GROUPED), re.compile(SHAPE)
_WORD, _INSIDE_A_WORD = re.compile(WORD), re.compile(r"(?<=\w)\w")
_CALLED, _BASE, _CONDITION = re.compile(rf"[{SPACE}]*\("), re.compile(BASE), re.compile(CONDITION)
_DERIVATIVE = re.compile(DERIVATIVE)
_INDEXED = re.compile(r"(\w*[^\W\d_])(?:_?([0-9]+))?(?:\(([0-9]+)\))?")  # w1, w_1, a(1), x1(2)
_INDEX = re.compile(r"(_?[0-9]+|\([0-9]+\))\Z")
_BEGINS_AS_NO_NAME = re.compile(rf"[0-9.{SPACE}{re.escape(SIGNS)}]|$")


class FormulaError(ValueError):
    """Text that cannot be read as a formula; the message says why, and what to write instead."""


class NumberError(FormulaError):
    """``0,5``, ``1,000`` or ``1e999``, of which the message says how a number is written."""


def said(why: str, **found: str) -> str:
    """A sentence of `SAID`, about what was found."""
    return SAID[why].format(**found)


def tokens(text: str, spelt: Mapping[str, str]) -> list[Token]:
    """The tokens of a formula about the names of some `spellings`. FormulaError for what is none of them."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(said("long"))
    text = plain(text)
    words = _words(text, spelt)
    found: list[Token] = []
    at = 0
    while at < len(text):
        if condition := _CONDITION.match(text, at):
            found.append(("sign", condition[0]))
            at = condition.end()
        elif number := _NUMBER.match(text, at):
            found.append(("number", number[0]))
            at = number.end()
        elif word := words[at]:
            kind, spelling = word
            token = (kind, spelt[spelling] if kind == "name" else spelling)
            if kind == "name" and found[-1:] == [token] and text.endswith(spelling, 0, at):
                raise FormulaError(said("twice", name=quoted(spelling)))
            found.append(token)
            at += len(spelling)
        elif text[at] in SPACE:
            at += 1
        elif text[at] in SIGNS:
            sign = next((sign for sign in LONG_SIGNS if text.startswith(sign, at)), text[at])
            found.append(("sign", "^" if sign == "**" else sign))
            at += len(sign)
        else:
            raise _unreadable(text, at, spelt)
    return found


def plain(text: str) -> str:
    """A text in the characters of a keyboard: − as -, x² as x^(2), √ as sqrt, w₁ as w1."""

    def power(exponent: re.Match[str]) -> str:
        return f"^({normalize('NFKC', exponent[0]).replace('−', '-')})"

    return normalize("NFKC", _EXPONENT.sub(power, text).translate(_CHARACTERS))


def pointed(text: str) -> str:
    """A text with a decimal point in the place of each decimal comma: 0.5 for 0,5 and for ,5."""
    return _DECIMAL_COMMA.sub(lambda comma: f"{comma[1] or 0}.{comma[2]}", text).strip()


def in_one_piece(text: str) -> str:
    """A text with the digits of each number in one piece, and decimal points: 1000.5 for 1,000.5 and for 1.000,5."""

    def piece(number: re.Match[str]) -> str:
        return re.sub("[^0-9]", "", number[1]) + (f".{number[3]}" if number[3] else "")

    return pointed(_GROUPED.sub(piece, text))


def written_otherwise(text: str) -> FormulaError | None:
    """What to say to a text that cannot be read, if its numbers are written otherwise, or if it is a shape."""
    found, decimal, whole = text.strip(), pointed(text), in_one_piece(text)
    if _SHAPE.fullmatch(found):
        return FormulaError(said("not a shape", found=found))
    if whole == found:
        return None
    why = "comma" if whole == decimal else "thousand" if in_one_piece(decimal) == decimal else "pieces"
    return NumberError(said(why, found=found, pointed=decimal, whole=whole))


def spellings(names: Iterable[str]) -> dict[str, str]:
    """The names, by every way to type them: w₁ by w1 and w_1, a⁽¹⁾ by a(1), a1 and a_1. The first is how one is listed.

    Each by its own spelling; by another one only if it can mean no other name. What begins as a number or a sign does
    is left out.
    """
    return _spellings((*names,))


@lru_cache(maxsize=64)
def _spellings(names: tuple[str, ...]) -> dict[str, str]:
    """Kept, because many formulas are read with the same names."""
    typed = {plain(name): name for name in names}
    meant = _meant(typed)
    one = {way: typed[own] for own in typed for way in _ways(own) if way not in typed and len(meant[way]) == 1}
    return {spelling: name for spelling, name in (typed | one).items() if not _BEGINS_AS_NO_NAME.match(spelling)}


def _meant(listed: Mapping[str, object]) -> dict[str, list[str]]:
    """What each spelling may mean, of names as they are listed: x both of x1 and x2, unless there is an x."""
    found: dict[str, list[str]] = {}
    for name in listed:
        short = [ways for stem in _stems(name) if listed.keys().isdisjoint(ways := _ways(stem))]
        for spelling in dict.fromkeys(sum(short, _ways(name))):
            found.setdefault(spelling, []).append(name)
    return found


def _ways(spelling: str) -> list[str]:
    """The ways to type a name with an index: a1, a_1 and a(1); with two, x1(2), x1_2 and so on, but not x12."""
    match = _INDEXED.fullmatch(spelling)
    if not match:
        return []
    head, below, above = match.groups()
    ways = [f"{head}{below}", f"{head}_{below}"] if below else [head]
    typed = [f"({above})", f"_{above}", *([] if below else [above])]
    return [way + index for way in ways for index in typed] if above else ways


def _stems(spelling: str) -> list[str]:
    """A name without its last index, and without any: x1 and x of x1(2)."""
    stems: list[str] = []
    while match := _INDEX.search(spelling):
        spelling = spelling[: match.start()]
        stems.append(spelling)
    return stems


def _words(text: str, spelt: Collection[str]) -> list[Token | None]:
    """What to take at each place of a text, a name or a function as it is spelt: the longest that leaves no rest.

    From right to left, because names may stand side by side: abc is a and bc where ab leaves a c that is no name.
    """
    called = functions()
    longest_first = sorted((word for word in {*spelt, *called} if word in text), key=len, reverse=True)
    found: list[Token | None] = [None] * (len(text) + 1)
    for at in reversed(range(len(text))):
        for spelling in longest_first:
            end = at + len(spelling)
            if not text.startswith(spelling, at):
                continue
            if spelling in called and _CALLED.match(text, end):
                found[at] = "function", spelling
                break
            if spelling in spelt and (found[end] or not _INSIDE_A_WORD.match(text, end)):
                found[at] = "name", spelling
                break
            if spelling in called:  # exp without its parentheses is a mistake, and not e times x times p
                break
        if not found[at] and "e" not in spelt and _BASE.match(text, at):
            found[at] = "constant", "e"
    return found


def _unreadable(text: str, at: int, spelt: Mapping[str, str]) -> FormulaError:
    """What to say to a character, or to a word that is no name."""
    if derivative := _DERIVATIVE.match(text, at):
        return FormulaError(said("derivative", found=quoted(derivative[0])))
    match = _WORD.match(text, at)
    if match is None:
        invisible = category(text[at])[0] in "CMZ"
        return FormulaError(said("unreadable", found=f"U+{ord(text[at]):04X}" if invisible else text[at]))
    word = match[0]
    for function in functions():
        rest = word.removeprefix(function)
        if rest != word and (not rest.strip(digits) or _words(rest, spelt)[0]):
            return FormulaError(said("call", found=function))
    listed: dict[str, str] = {}
    for spelling, name in spelt.items():
        listed.setdefault(name, spelling)
    own = [*map(quoted, listed.values())]
    if short := _short_for_several(word, spelt, meant := _meant(dict.fromkeys(listed.values()))):
        *first, other = map(quoted, sorted(meant[short], key=lambda name: (len(name), name)))  # x2 before x10
        some = first if len(first) < OFFERED else [*first[: OFFERED - 1], "…"]
        return FormulaError(said("which", found=quoted(short), names=", ".join(some), other=other))
    name = word.rstrip(digits)
    if name != word and _words(name, spelt)[0]:
        return FormulaError(said("digits", found=quoted(word), name=quoted(name), digits=quoted(word[len(name) :])))
    if not spelt:
        return FormulaError(said("number", found=quoted(word)))
    return FormulaError(said("name", found=quoted(word), names=", ".join(own[:LISTED]) + ", …" * (len(own) > LISTED)))


def _short_for_several(word: str, spelt: Collection[str], meant: Mapping[str, Collection[str]]) -> str:
    """The first part of a word that may mean several names: x of wx where there are w, x1 and x2. "" if none does."""
    short = {spelling for spelling, names in meant.items() if len(names) > 1 and spelling not in spelt}
    words, at = _words(word, {*spelt, *short}), 0
    while found := words[at]:
        if found[1] in short:
            return found[1]
        at += len(found[1])
    return ""


def quoted(text: str) -> str:
    """A text in a message, shortened where it is long."""
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1]}…"
