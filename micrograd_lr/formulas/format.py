"""Numbers and formulas written out: how every room shows them."""

from __future__ import annotations

import re
from decimal import Decimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DIGITS = 4  # significant digits, where nobody asks for more or fewer
LONGEST_NUMBER = 24  # characters of an exact number or a symbol
FLOATS_LOSE = 1e-12  # of a number, by rounding in what it is computed from
# A minus sign, and not the hyphen of log-loss, built-in, z-score or i-th; a-y, wx-b and y-log(a) are differences.
_MINUS = re.compile(r"-(?!(?<=[^\W\d_]-)(?:[^\W\d_]{3,}|th)\b(?! *\()|(?<=[^\W\d_]{3}-)[^\W\d_]{2}\b(?! *\())")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def check_digits(digits: Any) -> None:
    """ValueError if `digits` is not a number of significant digits."""
    if type(digits) is not int or not 1 <= digits <= 17:
        raise ValueError(f"digits={digits!r}: significant digits are a whole number from 1 to 17.")


def clean(text: str) -> str:
    """`text` in one line, without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", " ".join(text.split()))


def format_number(x: Any, digits: int) -> str:
    """A number with `digits` significant digits and a real minus sign; "–" for None, a gradient before backward.

    A short exact number is written as it is, 1/3; a long one is rounded and marked with ≈.
    """
    if x is None:
        return "–"
    shown = str(x)
    if isinstance(x, (float, Decimal)):
        whole = 10**digits <= abs(float(x)) < 1e7  # 10000 instead of 1e+04
        shown = f"{x:.0f}" if whole else f"{x + 0:.{digits}g}"  # -0.0 + 0 is 0.0
    elif len(shown) > (digits if "." in shown else LONGEST_NUMBER):
        try:
            rounded = float(x)
        except (TypeError, ArithmeticError):  # a formula, or too large for a float
            rounded = 0.0
        if rounded:
            shown = f"{rounded:.{digits}g}" if "." in shown else f"≈ {rounded:.{digits}g}"
        elif len(shown) > LONGEST_NUMBER:
            shown = shown[: LONGEST_NUMBER - 1] + "…"
    return clean(shown.replace("-", "−"))


def is_rounded(x: Any, digits: int) -> bool:
    """Whether a number loses digits as it is written. What floats lose anyway is not counted: 0.1 + 0.2 is 0.3."""
    shown = format_number(x, digits)
    if isinstance(x, (float, Decimal)):
        return abs(float(shown.replace("−", "-")) - float(x)) > FLOATS_LOSE * abs(float(x))
    return shown != format_number(x, 17)


def is_same_size(x: Any, y: Any) -> bool:
    """Whether two numbers are the same up to their signs, and up to what floats lose."""
    if isinstance(x, (float, Decimal)):
        return abs(abs(float(x)) - abs(float(y))) <= FLOATS_LOSE * abs(float(x))
    return bool(x in (y, -y))


def format_formula(x: Any) -> str:
    """A formula, or a sentence about formulas, with real minus signs; the hyphens between words stay."""
    return clean(_MINUS.sub("−", str(x)))


def subscript(j: int) -> str:
    """The slides' index of a feature: ₁."""
    return str(j).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def superscript(i: int) -> str:
    """The slides' index of an example: ⁽¹⁾."""
    return f"⁽{str(i).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}⁾"


def letters(label: str) -> str:
    """The letters of a name, without its indices: x of ``x₁``, ``x_1``, ``x[3]`` and ``x₁⁽²⁾``."""
    return label.rstrip("0123456789₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾_[](), ")
