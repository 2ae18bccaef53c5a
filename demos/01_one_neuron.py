"""One neuron: build an expression, call backward(), read every gradient."""

from micrograd_lr import Value, sigmoid

w = [Value(2.0, "w0"), Value(-3.0, "w1")]
x = [Value(-1.0, "x0"), Value(-2.0, "x1")]
b = Value(-3.0, "b")

z = w[0] * x[0] + w[1] * x[1] + b
a = sigmoid(z)
print(f"forward:  z = {z:.4f}, a = σ(z) = {a:.6f}")

a.backward()
print(f"backward: ∂a/∂z = a(1-a) = {z.grad:.6f}")
for v in (*w, *x, b):
    print(f"          ∂a/∂{v.label} = {v.grad:+.6f}")

# The same neuron from smaller parts: other nodes, the same gradients.
before = [v.grad for v in (*w, *x, b)]
atoms = 1 / (1 + (-(w[0] * x[0] + w[1] * x[1] + b)).exp())
atoms.backward()
apart = max(abs(v.grad - g) for v, g in zip((*w, *x, b), before))
print(f"σ spelt out as 1/(1 + e⁻ᶻ): gradients within {apart:.0e}")
