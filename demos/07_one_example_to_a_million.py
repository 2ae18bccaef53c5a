"""Write the loss of one example; get J and its gradients over a million, by the same rules, compiled."""

import random
import time

from micrograd_lr import logistic_loss, value_and_grad
from micrograd_lr.logistic import closed_form


def loss(w1, w2, b, x1, x2, y):  # scalars, for one example
    return logistic_loss(w1 * x1 + w2 * x2 + b, y)


def data(m):
    rng = random.Random(0)
    x1, x2 = ([rng.gauss(0, 1) for _ in range(m)] for _ in range(2))
    return x1, x2, [float(rng.random() < 0.5) for _ in range(m)]


graph = value_and_grad(loss, batch=("x1", "x2", "y"))
print(f"backend: {graph.backend}")
w1, w2, b = 0.5, -0.25, 0.1

x1, x2, y = data(1_000)
J, gradients = graph(w1, w2, b, x1, x2, y)
(d1, d2), db = closed_form([w1, w2], b, [x1, x2], y)
print(f"1,000 examples: J = {J:.4f}")
for name, exact in {"w1": d1, "w2": d2, "b": db}.items():
    print(f"  ∂J/∂{name} = {gradients[name]:.6f}, closed form {exact:.6f}")
print("\nthe first lines of what runs:\n" + "\n".join(graph.source.splitlines()[:12]) + "\n...\n")

m = {"numba": 1_000_000, "numpy": 1_000_000, "python": 20_000}[graph.backend]
x1, x2, y = data(m)
if graph.backend != "python":
    import numpy as np

    x1, x2, y = np.array(x1), np.array(x2), np.array(y)
start = time.perf_counter()
J, _ = graph(w1, w2, b, x1, x2, y)
milliseconds = 1e3 * (time.perf_counter() - start)
print(f"{m:,} examples: J = {J:.2f}, with the gradient, in {milliseconds:.1f} ms")
