"""What people type, read as numbers, formulas and inputs: ``1/3``, ``a(1 − a)`` as it is printed, ``w=2``.

The page reads formulas in the same way, in page/web/typed.js. One list of texts with their values holds the two
together: the tests read it on both sides.
"""

from __future__ import annotations

import math
import operator
import re
from unicodedata import normalize

from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.engine.ops import ADD, DIV, MUL, NEG, OPS, POW, SUB
from micrograd_lr.formulas.language import MAX_DEPTH, functions
from micrograd_lr.formulas.tokens import FormulaError, NumberError, quoted, said, spellings, tokens, written_otherwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from micrograd_lr.engine.ops import Op


_COMPARED = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}


class NoValue(FormulaError):
    """A formula that has no finite value at these numbers."""


def evaluated(text: str, numbers: Mapping[str, float], spelt: Mapping[str, str] | None = None) -> float:
    """The value of a formula, with the numbers of its names. FormulaError if it cannot be read, or has no value.

    `spelt` are the `spellings` of these names, if there are other names from which they must be told apart.
    """
    try:
        return _Formula(text, numbers, spellings(numbers) if spelt is None else spelt).value()
    except FormulaError:
        if otherwise := written_otherwise(text):
            raise otherwise from None
        raise


def number_in(text: str) -> float:
    """The number that was typed, perhaps as arithmetic: ``-0.5*2``. FormulaError if it is not one."""
    return evaluated(text, {})


class _Formula:
    """Reads a formula and computes it on the way: a method for each level of the grammar, the loosest first."""

    def __init__(self, text: str, numbers: Mapping[str, float], spelt: Mapping[str, str]) -> None:
        self._text, self._numbers = text.strip(), numbers
        self._tokens = [*tokens(text, spelt), ("end", "")]
        self._at = 0
        self._lost = False

    def value(self) -> float:
        """The value of the whole formula."""
        if len(self._tokens) == 1:
            raise FormulaError(said("empty"))
        value = self._choice(0)
        kind, found = self._next
        if kind != "end":
            raise FormulaError(said("closed" if found == ")" else "unreadable", found=found))
        if self._lost:
            raise NoValue(said("value"))
        return value

    def _choice(self, depth: int) -> float:
        """A sum, or one of two: ``1 if z > 0 else 0``."""
        value = self._sum(depth)
        if not self._take("if"):
            return value
        left, holds, right = self._sum(depth), _COMPARED[self._taken(*_COMPARED)], self._sum(depth)
        self._taken("else")
        otherwise = self._choice(depth + 1)
        return value if holds(left, right) else otherwise

    def _sum(self, depth: int) -> float:
        total = self._product(depth)
        while sign := self._take("+", "-"):
            total = self._computed(ADD if sign == "+" else SUB, total, self._product(depth))
        return total

    def _product(self, depth: int) -> float:
        total = self._signed(depth)
        while True:
            if sign := self._take("*", "/"):
                total = self._computed(MUL if sign == "*" else DIV, total, self._signed(depth))
            elif self._begins_a_factor():
                total = self._computed(MUL, total, self._power(depth))
            else:
                return total

    def _signed(self, depth: int) -> float:
        if depth > MAX_DEPTH:
            raise FormulaError(said("deep"))
        sign = self._take("+", "-")
        if not sign:
            return self._power(depth)
        x = self._signed(depth + 1)
        return self._computed(NEG, x) if sign == "-" else x

    def _power(self, depth: int) -> float:
        base = self._atom(depth)
        return self._computed(POW, base, self._signed(depth + 1)) if self._take("^") else base

    def _atom(self, depth: int) -> float:
        kind, found = self._next
        if kind == "end":
            raise FormulaError(said("end"))
        if kind == "sign" and found != "(":
            raise FormulaError(said("missing", found=found))
        self._at += 1
        if kind == "number":
            return self._number(found)
        if kind == "name":
            return self._numbers[found]
        if kind == "constant":
            return math.e
        if kind == "function":
            return self._called(found, depth)
        inside = self._choice(depth + 1)
        self._close()
        return inside

    def _number(self, digits: str) -> float:
        if math.isinf(number := float(digits)):
            raise NumberError(said("large", found=quoted(self._text)))
        return number

    def _called(self, function: str, depth: int) -> float:
        self._take("(")
        operands = [self._sum(depth + 1)]
        while self._take(","):
            operands.append(self._sum(depth + 1))
        self._close()
        name, count, after = functions()[function]
        if len(operands) != count:
            raise FormulaError(said("operands", found=function, count=str(count), given=str(len(operands))))
        return self._computed(OPS[name], *operands, *after)

    @property
    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _take(self, *signs: str) -> str:
        """The next token, taken, if it is one of these signs; else ""."""
        kind, found = self._next
        if kind != "sign" or found not in signs:
            return ""
        self._at += 1
        return found

    def _taken(self, *signs: str, or_else: str = "end") -> str:
        """The next token, which has to be one of these signs; `or_else` is what is said where the formula ends."""
        kind, found = self._next
        if not (sign := self._take(*signs)):
            raise FormulaError(said(or_else if kind == "end" else "unreadable", found=found))
        return sign

    def _close(self) -> None:
        self._taken(")", or_else="open")

    def _begins_a_factor(self) -> bool:
        """Whether a product goes on without a sign: 2a, a(1 - a). Two numbers are none, and 2 3 no 23 either."""
        (before, left), (kind, right) = self._tokens[self._at - 1 : self._at + 1]
        if before == kind == "number":
            raise FormulaError(said("neighbours", left=quoted(left), right=quoted(right)))
        return kind in ("number", "name", "function", "constant") or right == "("

    def _computed(self, op: Op, *operands: float) -> float:
        try:
            return self._finite(op.value(*operands))
        except DOMAIN_ERRORS:
            return self._finite(math.nan)

    def _finite(self, x: float) -> float:
        """`x`; what is not finite has no value, and is told at the end, after all that cannot be read."""
        self._lost = self._lost or not math.isfinite(x)
        return x


def assigned(text: str) -> tuple[str, float]:
    """The name and the finite number of ``w=0.5`` or ``w=1/2``. ValueError for anything else."""
    name, _, number = map(str.strip, text.partition("="))
    if not name or not number:
        raise ValueError(f"{text.strip()}: expected NAME=NUMBER, such as w=0.5.")
    try:
        return normalize("NFKC", name), number_in(number)
    except NumberError as error:
        raise ValueError(f"{name}={error}") from None
    except FormulaError:
        raise ValueError(f"{name}={number}: an input is a finite number, such as {name}=0.5.") from None


def by_name(texts: Iterable[str]) -> dict[str, float]:
    """The numbers of several ``w=0.5``, by name. ValueError if a name has two."""
    numbers: dict[str, float] = {}
    given: dict[str, str] = {}
    for text in map(str.strip, texts):
        name, number = assigned(text)
        if name in numbers:
            raise ValueError(f"{given[name]} and {text}: {name} is given twice. Leave one of them out.")
        numbers[name], given[name] = number, text
    return numbers


def separated(text: str) -> list[str]:
    """The parts of ``w=2, b=-1``, one for each name."""
    return re.split(r"[\s,;]+(?=[^\W\d]\w*\s*=)", text.strip().rstrip(",;"))


def inputs(text: str, names: Collection[str]) -> dict[str, float]:
    """The inputs that ``w=2, b=-1`` changes. ValueError if one is not among `names`, or not a finite number."""
    if text.strip().startswith("="):
        raise ValueError("Press i before an input whose name is also a key: i, and then b=0.5.")
    changed = by_name(separated(text))
    for name in changed:
        if name not in names:
            raise ValueError(f"{name} is not an input. The inputs are: {', '.join(names) or '(none)'}.")
    return changed
