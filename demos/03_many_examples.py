"""Many examples: one graph per batch, ∂J/∂w = (A-Y)Xᵀ, and why a numeric check alone is not enough."""

from micrograd_lr import logistic

X = [[0.0, 1.0, -1.0], [2.0, 0.0, 1.0]]  # (n, m) = (2, 3): one example per column
Y = [1.0, 0.0, 0.0]
w, b = [1.0986122886681098, 0.0], 0.0  # w₁ = log 3

many = logistic.ManyExamples(w, b, X, Y, loss=logistic.literal_loss)
dw, db = many.backward()
print("A =", [round(a, 6) for a in many.A], " A - Y =", [round(a - y, 6) for a, y in zip(many.A, Y)])
print(f"J = {many.J:.6f}, the sum over the examples")
for p, row in enumerate(X, start=1):
    terms = " + ".join(f"({a - y:+.2f})({x:g})" for a, y, x in zip(many.A, Y, row))
    print(f"∂J/∂w{p} = Σ (aᵢ - yᵢ) x{p}ᵢ = {terms} = {dw[p - 1]:+.6f}")
print(f"∂J/∂b  = Σ (aᵢ - yᵢ) = {db:+.6f}")

print("\nThe right loss:")
print(logistic.three_way_check(w, b, X, Y))

print("\nσ(2z) by mistake: the numeric check agrees with the wrong function; the closed form does not.")
print(logistic.three_way_check(w, b, X, Y, loss=lambda z, y: logistic.literal_loss(2 * z, y)))
