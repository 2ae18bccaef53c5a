"""What a student types: numbers, formulas as they are printed, and inputs such as ``w=2``; read and judged."""

from __future__ import annotations

import math
import random
import re
from unicodedata import normalize

from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.engine.ops import LOG, SIGMOID
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.stable import as_loss
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.expression import Expression, arities

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

    from micrograd_lr.stepping.frames import Steps
    from micrograd_lr.stepping.moves import Payment

_AS_TYPED = str.maketrans(
    {"−": "-", "–": "-", "‐": "-", "‑": "-", "·": "*", "×": "*", "^": "**", "²": "**2", "³": "**3"}
)  # as formulas are printed
_TOKEN = re.compile(r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<other>\*\*|\S))")
_COMMA = re.compile(r"(?<![\w.,)\]])(\d*),(\d+)(?![\d.,])")  # of a number, as most of Europe writes it: 0,5
_NO_NUMBER = re.compile("[=#;]")  # what Python's grammar would read as something else than one number
_PLACES, _ATTEMPTS = 2, 60  # where else a formula is compared; tries to find them
_AGREE = 1e-4  # relative: the formulas print their constants with six digits


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


class Slopes:
    """Judges formulas of local derivatives: by their numbers at the present inputs, and at two other places."""

    def __init__(self, expression: Expression, numbers: Mapping[str, float], steps: Steps) -> None:
        roots = [expression(**numbers), *elsewhere(expression, numbers)]
        self._places = [dict(zip(steps.nodes, topological(root))) for root in roots]
        self.names = tuple(node.label for node in steps.nodes.values() if node.label)

    def verdict(self, text: str, payment: Payment) -> str:
        """What to say to a formula; "" if it is right. ValueError where it cannot be read."""
        read = typed(text, self.names)
        unknown = [name for name in read.names if name not in self.names]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: no such name here. The names are {', '.join(self.names)}.")
        agree = [self._agrees(read, payment, place) for place in self._places]
        if all(agree):
            return ""
        if agree[0]:
            return "At these numbers it gives the right one, but not at others: the formula is another."
        return "Not yet: at these numbers it gives another number than the local derivative."

    def readable(self, text: str, payment: Payment) -> bool:
        """Whether a formula as it is printed can be typed as an answer."""
        try:
            return not self.verdict(text, payment)
        except ValueError:  # a function that answers do not have, a formula that is abridged
            return False

    @staticmethod
    def _agrees(read: Expression, payment: Payment, place: Mapping[str, Value]) -> bool:
        known = {node.label: node.data for node in place.values() if node.label}
        try:
            answer = read(**{name: known[name] for name in read.names}).data
        except DOMAIN_ERRORS:  # a formula without a value here is another formula
            return False
        exact = place[payment.payer].partials[payment.position]
        return math.isclose(answer, exact, rel_tol=_AGREE, abs_tol=1e-12)


def elsewhere(expression: Expression, numbers: Mapping[str, float]) -> Iterable[Value]:
    """The expression recorded at other inputs where it has a value: small ones and near ones, the same each time."""
    chance = random.Random(0)
    found = 0
    for attempt in range(_ATTEMPTS):
        reach = 0.9**attempt
        centres = numbers if attempt % 2 else dict.fromkeys(numbers, 0.5)
        moved = {name: x + reach * (abs(x) or 1.0) * chance.uniform(-1, 1) for name, x in centres.items()}
        try:
            root = expression(**moved)
            if all(math.isfinite(x) for node in topological(root) for x in (node.data, *node.partials)):
                yield root
                found += 1
        except DOMAIN_ERRORS:  # outside the domain: try nearer
            continue
        if found == _PLACES:
            return


def saturated(expression: Expression, numbers: Mapping[str, float]) -> tuple[Value, float] | None:
    """z and y, where -log a or -log(1 - a) has no value because a = σ(z) has been rounded, and logistic_loss(z, y) has
    one; None if that is not what failed."""
    for root in elsewhere(expression, numbers):  # for the shape of the graph, which does not depend on the numbers
        now: dict[Any, Any] = {}
        for node in topological(root):
            if node.op is None:
                now[node] = Value(numbers[node.label], node.label)
                continue
            operands = [now.get(x, x) for x in node.operands]
            try:
                now[node] = node.op(*operands)
            except DOMAIN_ERRORS:
                return as_loss(operands[0]) if node.op is LOG else None
    return None
