"""Second derivatives: the Hessian X̃ diag(a(1-a)) X̃ᵀ by differentiating the gradient, and Newton's method with it."""

from micrograd_lr import dot, gradient, hessian, logistic_loss, sigmoid, sum

examples = [(0.0, 2.0), (1.0, 0.0), (-1.0, 1.0), (2.0, 1.0), (0.5, -1.0)]
labels = [1.0, 0.0, 0.0, 1.0, 1.0]


def J(w, b):
    return sum(logistic_loss(dot(w, x) + b, y) for x, y in zip(examples, labels))


def solve(A, right):
    """Gauss-Jordan elimination; the Hessian here is positive definite, so that no pivoting is needed."""
    rows = [[*row, r] for row, r in zip(A, right)]
    for i, pivot in enumerate(rows):
        pivot[:] = [p / pivot[i] for p in pivot]
        for row in rows:
            if row is not pivot:
                row[:] = [r - row[i] * p for r, p in zip(row, pivot)]
    return [row[-1] for row in rows]


w, b = [0.0, 0.0], 0.0
for step in range(6):
    (*slopes,), slope = gradient(J, w, b)
    g = [*slopes, slope]
    print(f"Newton step {step}: largest entry of the gradient {max(map(abs, g)):.1e}")
    *dw, db = solve(hessian(J, w, b), g)
    w, b = [wi - d for wi, d in zip(w, dw)], b - db

a = [sigmoid(dot(w, x) + b) for x in examples]
with_ones = [(*x, 1.0) for x in examples]
closed = [[sum(ai * (1 - ai) * x[i] * x[j] for ai, x in zip(a, with_ones)) for j in range(3)] for i in range(3)]
apart = max(abs(p - q) for row, other in zip(hessian(J, w, b), closed) for p, q in zip(row, other))
print(f"Hessian against X̃ diag(a(1-a)) X̃ᵀ: within {apart:.0e}")
