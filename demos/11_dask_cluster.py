"""A fit on a Dask cluster: the parameters go to the data, and sums come back."""

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

from micrograd_lr import LogisticRegression, dot, logistic_loss, value_and_grad

N, M, CHUNK = 10, 200_000, 20_000


def loss(w, b, x, y):  # of one example
    return logistic_loss(dot(w, x) + b, y)


def data(w, b):
    """X and y in chunks; each is made by the worker that needs it, and kept there."""
    X = da.random.default_rng(0).normal(size=(N, M), chunks=(N, CHUNK))
    chance = 1 / (1 + da.exp(-(w @ X + b)))
    y = (da.random.default_rng(1).random(M, chunks=CHUNK) < chance) * 1.0
    return X.persist(), y.persist()


def main():
    true_w, true_b = np.linspace(-1, 1, N), 0.5
    graph = value_and_grad(loss)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster) as client:
        X, y = data(true_w, true_b)
        print(f"{len(client.ncores())} workers, {X.npartitions} chunks of {CHUNK:,} examples")

        w, b = np.zeros(N), 0.0
        J, gradients = graph(w, b, X, y)
        print(f"on the cluster: J = {J:.6f}, ∂J/∂b = {gradients['b']:.6f}")
        in_memory = graph(w, b, X.compute(), y.compute())
        print(f"in one call:    J = {in_memory[0]:.6f}, ∂J/∂b = {in_memory[1]['b']:.6f}")
        largest = abs(gradients["w"] - in_memory[1]["w"]).max() / abs(gradients["w"]).max()
        print(f"∂J/∂w differs by {largest:.0e} of its largest entry, at most\n")

        model = LogisticRegression(C=np.inf, solver="newton").fit(X.T, y)  # one example per row, as scikit-learn has it
        for step, (loss_now, slope) in enumerate(zip(model.loss_curve_, model.gradient_curve_)):
            print(f"Newton step {step}: J/m = {loss_now:.6f}, largest derivative {slope:.0e}")
    (w,), (b,) = model.coef_, model.intercept_
    print(f"w is within {abs(w - true_w).max():.2f} of what made the data, b within {abs(b - true_b):.2f}")


if __name__ == "__main__":
    main()
