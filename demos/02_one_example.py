"""Logistic regression with one example, in the slides' order: forward, factors, product, simplification."""

from micrograd_lr import logistic

w, b, x, y = [0.5], -1.0, [2.0], 1.0
one = logistic.OneExample(w, b, x, y)
print(f"forward:  z = wx + b = {one.z:g}")
print(f"          a = σ(z) = {one.a:g}")
print(f"          L = -(y log a + (1-y) log(1-a)) = {one.L:.6f}")

factors = one.factors()
formulas = logistic.formulas()  # from the op table: the same rules, run on names
for name, value in factors.items():
    value = value[0] if isinstance(value, list) else value
    print(f"factor:   {name} = {formulas[name]} = {value:g}")

dw, db = one.w[0].grad, one.b.grad
print(f"product:  ∂L/∂w = ({factors['∂L/∂a']:g})({factors['∂a/∂z']:g})({x[0]:g}) = {dw:g}")
print(f"          ∂L/∂b = ({factors['∂L/∂a']:g})({factors['∂a/∂z']:g})(1) = {db:g}")
a = one.a.data
print(f"simpler:  (a - y)x = ({a:g} - {y:g})({x[0]:g}) = {(a - y) * x[0]:g}, and a - y = {a - y:g}")

print(logistic.three_way_check(w, b, [[x[0]]], [y], logistic.literal_loss))
