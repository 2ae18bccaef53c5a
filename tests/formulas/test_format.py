"""Numbers and formulas written out."""

from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
import sympy

from micrograd_lr.formulas.format import clean, format_formula, format_number, subscript, superscript


def test_numbers_are_shown_with_digits_and_a_real_minus():
    assert format_number(-0.000123456, 3) == "−0.000123"
    assert format_number(-0.0, 4) == "0"
    assert format_number(1e-20, 4) == "1e−20"
    assert [format_number(x, 4) for x in (9999.0, 10_000.0, -123456.7, 1e7, 0.00012345)] == [
        "9999", "10000", "−123457", "1e+07", "0.0001234"
    ]  # fmt: skip
    assert format_number(None, 4) == "–"
    assert format_number(2, 1) == "2"
    assert format_number(Fraction(-1, 3), 2) == "−1/3"
    assert format_number(float("nan"), 4) == "nan"
    assert format_number(sympy.Symbol("w" * 50), 4) == "w" * 23 + "…"
    assert format_number(Fraction(10**30 + 1, 3 * 10**30), 4) == "≈ 0.3333"
    assert format_number(Fraction(10**400), 4) == "1" + "0" * 22 + "…"
    assert format_number(Decimal("2.9450855E-310"), 4) == "2.945e−310"
    assert format_number(mpmath.mpf("0.0"), 1) == "0.0"
    assert format_number(mpmath.mpf("0.5") ** 100 / 3, 4) == "2.63e−31"


@pytest.mark.parametrize(
    "text",
    [
        "A two-layer network", "the log-loss of a one-hot label", "step-by-step", "built-in", "cross-entropy",
        "the z-score", "a p-value of 1", "n-dimensional", "the i-th of m", "(non-linear)", "Größen-Ordnung",
    ],
)  # fmt: skip
def test_hyphens_between_words_stay(text):
    assert format_formula(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a - y", "a-y", "wx-b", "(w-wx)", "-alpha", "x^-omega", "alpha - beta", "1-sigmoid(z)", "a-σ(z)", "y-log(a)",
        "log(a)-log(b)", "-log (a)", "x1-mean", "w_1-w_2", "two - layer", "-", "a -th", "a-tanh(z)", "wx-ab(z)",
    ],
)  # fmt: skip
def test_minus_signs_of_formulas_are_real_ones(text):
    assert format_formula(text) == text.replace("-", "−")


def test_a_sentence_has_both():
    assert format_formula("The log-loss of a two-layer net: -log(a), or a - y") == (
        "The log-loss of a two-layer net: −log(a), or a − y"
    )


def test_control_characters_become_visible():
    assert clean("a\0b\x1b\ud800") == "a\ufffdb\ufffd\ufffd"
    assert clean(" a \n\t b ") == "a b"


def test_the_indices_of_features_and_examples():
    assert subscript(1) == "₁"
    assert superscript(12) == "⁽¹²⁾"
