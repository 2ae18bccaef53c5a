"""The same engine on fractions, 50 digits and symbols: exact keys, and a proof of (a-y)x. Needs mpmath and sympy."""

from fractions import Fraction

import mpmath
import sympy

from micrograd_lr import number_type
from micrograd_lr.logistic import OneExample

one = OneExample([Fraction(1, 2)], Fraction(-1), [Fraction(2)], Fraction(1))
one.L.backward()
print("fractions:", f"a = {one.a.data}, ∂L/∂w = {one.w[0].grad}, ∂L/∂b = {one.b.grad}")

mpmath.mp.dps = 50
number_type(mpmath.mpf, exp=mpmath.exp, log=mpmath.log)
one = OneExample([mpmath.mpf("0.3")], mpmath.mpf(-1), [mpmath.mpf("1.7")], mpmath.mpf(1))
one.L.backward()
print("50 digits: ∂L/∂w =", mpmath.nstr(one.w[0].grad, 50))

number_type(sympy.Expr, exp=sympy.exp, log=sympy.log)
w, x, b, y = sympy.symbols("w x b y")
one = OneExample([w], b, [x], y)
one.L.backward()
a = one.a.data
print("symbols:   a =", a)
print("proof:     ∂L/∂w - (a - y)x =", sympy.simplify(one.w[0].grad - (a - y) * x))
print("           ∂L/∂b - (a - y)  =", sympy.simplify(one.b.grad - (a - y)))
