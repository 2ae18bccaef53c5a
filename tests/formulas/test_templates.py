"""Which sign stands between numbers: ≈ exactly where the printed ones do not give what is printed."""

from decimal import Decimal
from fractions import Fraction

import pytest

from micrograd_lr.formulas.templates import equation, filled, slot

V = 0.64031234


@pytest.mark.parametrize("kind", [float, Decimal])
def test_a_rounded_number_that_is_passed_on_is_the_same_in_print(kind):
    v, zero, one = kind(V), kind(0), kind(1)
    signs = lambda parts, **numbers: {c for c in filled(equation(parts), numbers.get, 4) if c in "=≈"}
    difference = f"{slot('v')} - {slot('(y)')}", slot("g")
    assert signs(difference, v=v, y=zero, g=v - zero) == {"="}
    assert signs(difference, v=zero, y=v, g=zero - v) == {"="}
    assert signs(difference, v=v, y=kind(0.1), g=v - kind(0.1)) == {"≈"}
    assert signs((f"{slot('v')}·{slot('x')}", slot("g")), v=v, x=one * 2, g=v * 2) == {"≈"}
    assert signs((slot("v"), f"{slot('v')}·{slot('y')}"), v=v, y=one) == {"≈"}
    assert signs((slot("v"), slot("g")), v=v, g=v) == {"="}


def test_what_floats_lose_is_not_counted():
    numbers = {"v": V, "y": 0.0, "g": V * (1 + 1e-15), "h": V * (1 + 1e-9)}.get
    assert filled(equation((f"{slot('v')} - {slot('y')}", slot("g"))), numbers, 4) == "0.6403 − 0 = 0.6403"
    assert filled(equation((f"{slot('v')} - {slot('y')}", slot("h"))), numbers, 4) == "0.6403 − 0 ≈ 0.6403"


def test_a_long_fraction_that_is_passed_on():
    v = Fraction(10**30 + 1, 3 * 10**30)
    parts = f"{slot('v')} - {slot('y')}", slot("g")
    assert filled(equation(parts), {"v": v, "y": 0, "g": v}.get, 4) == "≈ 0.3333 − 0 = ≈ 0.3333"
    assert filled(equation(parts), {"v": v, "y": 1, "g": v - 1}.get, 4) == "≈ 0.3333 − 1 ≈ ≈ −0.6667"
