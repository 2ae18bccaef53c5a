"""What the slides say, statement by statement, and the quantities that they speak of, computed without the engine."""

import re

import numpy as np
from plain_formulas import HIGH, LOW, holds, jacobian
from stepped import all_steps

from micrograd_lr import Value
from micrograd_lr.logistic import ManyExamples, OneExample, literal_loss
from micrograd_lr.logistic.slides import derivation

# What the slides say, in their order, and what is said here: None where it is the same. LOOSE marks what does not hold
# as it stands on the slide; the test shows that, and that what stands here holds.
LOOSE = "loose"
ONE = [
    ("z = wx + b", None, ""),
    ("ŷ = σ(z) = a", None, ""),
    ("L = −(y log(ŷ) + (1 − y) log(1 − ŷ))", None, ""),
    ("x = (n, 1), w = (1, n), b = (1, 1)", None, ""),
    ("z = (1, 1), a = (1, 1), L = (1, 1)", None, ""),
    ("∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w", None, ""),
    ("∂L/∂b = ∂L/∂a · ∂a/∂z · ∂z/∂b", None, ""),
    ("L = −y log(a) − (1 − y) log(1 − a)", "L = −(y log(a) + (1 − y) log(1 − a))", ""),
    ("∂L/∂a = ?", None, ""),
    ("∂L/∂a = −y/a + (1 − y)/(1 − a)", None, ""),
    ("a = σ(z)", None, ""),
    ("∂a/∂z = ?", None, ""),
    ("∂a/∂z = (a)(1 − a)", "∂a/∂z = a(1 − a)", ""),
    ("z = wx + b", None, ""),
    ("∂z/∂w = ?", None, ""),
    ("∂z/∂w = x", "∂z/∂w = xᵀ", LOOSE),
    ("∂z/∂b = ?", None, ""),
    ("∂z/∂b = 1", None, ""),
    ("∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w", None, ""),
    ("∂L/∂b = ∂L/∂a · ∂a/∂z · ∂z/∂b", None, ""),
    ("∂L/∂w = (−y/a + (1 − y)/(1 − a)) ∂a/∂z ∂z/∂w", "∂L/∂w = (−y/a + (1 − y)/(1 − a)) · ∂a/∂z · ∂z/∂w", ""),
    ("∂L/∂b = (−y/a + (1 − y)/(1 − a)) ∂a/∂z ∂z/∂b", "∂L/∂b = (−y/a + (1 − y)/(1 − a)) · ∂a/∂z · ∂z/∂b", ""),
    ("∂L/∂w = (−y/a + (1 − y)/(1 − a)) (a)(1 − a) ∂z/∂w", "∂L/∂w = (−y/a + (1 − y)/(1 − a)) · a(1 − a) · ∂z/∂w", ""),
    ("∂L/∂b = (−y/a + (1 − y)/(1 − a)) (a)(1 − a) ∂z/∂b", "∂L/∂b = (−y/a + (1 − y)/(1 − a)) · a(1 − a) · ∂z/∂b", ""),
    ("∂L/∂w = (−y/a + (1 − y)/(1 − a)) (a)(1 − a) xᵀ", "∂L/∂w = (−y/a + (1 − y)/(1 − a)) · a(1 − a) · xᵀ", ""),
    ("∂L/∂b = (−y/a + (1 − y)/(1 − a)) (a)(1 − a)(1)", "∂L/∂b = (−y/a + (1 − y)/(1 − a)) · a(1 − a) · 1", ""),
    ("∂L/∂w = (a − y)xᵀ", None, ""),
    ("∂L/∂b = a − y", None, ""),
]
J_OF = "J = −Σᵢ₌₁ᵐ (y⁽ⁱ⁾ log({0}⁽ⁱ⁾) + (1 − y⁽ⁱ⁾) log(1 − {0}⁽ⁱ⁾))"
MANY = [
    ("z = wx + b", "Z = wX + b", ""),
    ("ŷ = σ(z) = a", "Ŷ = σ(Z) = A", ""),
    (J_OF.format("ŷ"), None, ""),
    ("x = (n, m), w = (1, n), b = (1, 1) → (1, m)", "X = (n, m), w = (1, n), b = (1, 1) → (1, m)", ""),
    ("z = (1, m), a = (1, m), J = (1, 1)", "Z = (1, m), A = (1, m), J = (1, 1)", ""),
    ("∂J/∂w = ∂J/∂a · ∂a/∂z · ∂z/∂w", "∂J/∂w = ∂J/∂A · ∂A/∂Z · ∂Z/∂w", ""),
    ("∂J/∂b = ∂J/∂a · ∂a/∂z · ∂z/∂b", "∂J/∂b = ∂J/∂A · ∂A/∂Z · ∂Z/∂b", ""),
    (J_OF.format("a"), None, ""),
    ("∂J/∂a⁽ⁱ⁾ = ?", None, ""),
    (
        "∂J/∂a⁽ⁱ⁾ = −Σᵢ₌₁ᵐ (y⁽ⁱ⁾/a⁽ⁱ⁾ − (1 − y⁽ⁱ⁾)/(1 − a⁽ⁱ⁾))",
        "∂J/∂a⁽ⁱ⁾ = −y⁽ⁱ⁾/a⁽ⁱ⁾ + (1 − y⁽ⁱ⁾)/(1 − a⁽ⁱ⁾)",
        LOOSE,
    ),
    ("a⁽ⁱ⁾ = σ(z⁽ⁱ⁾)", None, ""),
    ("∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ = ?", None, ""),
    ("∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ = (a⁽ⁱ⁾)(1 − a⁽ⁱ⁾)", "∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ = a⁽ⁱ⁾(1 − a⁽ⁱ⁾)", ""),
    ("z⁽ⁱ⁾ = Σⱼ₌₁ⁿ wⱼ Xⱼ⁽ⁱ⁾", "z⁽ⁱ⁾ = Σⱼ₌₁ⁿ wⱼ Xⱼ⁽ⁱ⁾ + b", LOOSE),
    ("∂z⁽ⁱ⁾/∂wₚ = ?", None, ""),
    ("∂z⁽ⁱ⁾/∂wₚ = Xₚ⁽ⁱ⁾", None, ""),
    (
        "∂J/∂w = ∂J/∂a⁽ⁱ⁾ · ∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ · ∂z⁽ⁱ⁾/∂w",
        "∂J/∂w = Σᵢ₌₁ᵐ ∂J/∂a⁽ⁱ⁾ · ∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ · ∂z⁽ⁱ⁾/∂w",
        LOOSE,
    ),
    (
        "∂J/∂wₚ = ∂J/∂a⁽ⁱ⁾ · ∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ · ∂z⁽ⁱ⁾/∂wₚ",
        "∂J/∂wₚ = Σᵢ₌₁ᵐ ∂J/∂a⁽ⁱ⁾ · ∂a⁽ⁱ⁾/∂z⁽ⁱ⁾ · ∂z⁽ⁱ⁾/∂wₚ",
        LOOSE,
    ),
    ("∂J/∂wₚ = Σᵢ₌₁ᵐ (a⁽ⁱ⁾ − y⁽ⁱ⁾) ∂z⁽ⁱ⁾/∂wₚ", "∂J/∂wₚ = Σᵢ₌₁ᵐ (a⁽ⁱ⁾ − y⁽ⁱ⁾) · ∂z⁽ⁱ⁾/∂wₚ", ""),
    ("∂J/∂wₚ = Σᵢ₌₁ᵐ (a⁽ⁱ⁾ − y⁽ⁱ⁾) Xₚ⁽ⁱ⁾", None, ""),
    ("∂J/∂wₚ = (A − Y)Xₚᵀ", None, ""),
    ("∂J/∂w = (A − Y)Xᵀ", None, ""),
    ("∂J/∂b = (A − Y)𝟏", None, ""),
]


# --- The same quantities without the engine ---------------------------------------------------------------------------


def sigma(z):
    return 1 / (1 + np.exp(-z))


def cross_entropy(a, y):
    return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))


def numpy_values(w, b, X, Y, loss):
    """Every quantity of the slides by name, as a matrix: the matrices, their entries, and all derivatives."""
    n, m = X.shape
    Z = w @ X + b
    A = sigma(Z)
    values = {"w": w, "b": b, loss: cross_entropy(A, Y), "𝟏": np.ones((m, 1))}
    for X_, Z_, A_, Y_, hat in ("XZAYŶ", "xzayŷ"):  # the slides call them x, z, a and y also where they are matrices
        values |= {X_: X, Z_: Z, A_: A, Y_: Y, hat: A}
        values |= {
            f"∂{loss}/∂{A_}": jacobian(lambda A: cross_entropy(A, Y), A),
            f"∂{A_}/∂{Z_}": jacobian(sigma, Z),
            f"∂{Z_}/∂w": jacobian(lambda w: w @ X + b, w),
            f"∂{Z_}/∂b": jacobian(lambda b: w @ X + b, b),
        }
    values[f"∂{loss}/∂w"] = dw = jacobian(lambda w: cross_entropy(sigma(w @ X + b), Y), w)
    values[f"∂{loss}/∂b"] = jacobian(lambda b: cross_entropy(sigma(w @ X + b), Y), b)
    for p in range(n):
        low = str(p + 1).translate(LOW)
        values |= {f"w{low}": w[0, p], f"X{low}": X[p : p + 1], f"∂{loss}/∂w{low}": dw[0, p]}
    for i in range(m):
        high = f"⁽{str(i + 1).translate(HIGH)}⁾"
        a, y, z = f"a{high}", f"y{high}", f"z{high}"
        values |= {a: A[0, i], f"ŷ{high}": A[0, i], y: Y[0, i], z: Z[0, i]}
        values[f"L{high}"] = cross_entropy(A[0, i], Y[0, i])
        values[f"∂{loss}/∂{a}"] = values[f"∂{loss}/∂A"][0, i]
        values[f"∂{a}/∂{z}"] = values["∂A/∂Z"][i, i]
        values[f"∂{z}/∂w"], values[f"∂{z}/∂b"] = values["∂Z/∂w"][i], values["∂Z/∂b"][i]
        for p in range(n):
            low = str(p + 1).translate(LOW)
            values |= {f"X{low}{high}": X[p, i], f"∂{z}/∂w{low}": values["∂Z/∂w"][i, p]}
    return values


def some_data(seed, n, m):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(1, n)), rng.normal(size=(1, 1)), rng.normal(size=(n, m)), rng.uniform(0.1, 0.9, (1, m))


def one_example(seed=1, n=3):
    """An example, and its quantities without the engine."""
    w, b, x, y = some_data(seed, n, 1)
    return OneExample(w, b, x, y), numpy_values(w, b, x, y, "L"), {"i": 1, "j": n, "p": n}


def many_examples(seed=2, n=2, m=4, nodes=True):
    """Examples, data as nodes, and their quantities without the engine."""
    w, b, X, Y = some_data(seed, n, m)
    as_nodes = [[[Value(x) for x in row] for row in rows.tolist()] for rows in (X, Y)]
    many = ManyExamples(w, b, *(as_nodes if nodes else (X, Y)), loss=literal_loss)
    return many, numpy_values(w, b, X, Y, "J"), {"i": m, "j": n, "p": n}


CASES = {
    "one": (one_example, ONE),
    "one feature": (lambda: one_example(3, n=1), ONE),
    "many": (many_examples, MANY),
    "many, one feature": (lambda: many_examples(5, n=1, m=3), MANY),
    "many, of one example": (lambda: many_examples(6, n=3, m=1), MANY),
}
ROOT = {OneExample: "L", ManyExamples: "J"}


def filled_with_all_digits(example):
    filled = all_steps(getattr(example, ROOT[type(example)]), digits=17).filled
    return [filled(line) for slide in derivation(example) for answer in slide.answers for line in answer.numbers]


def said(example):
    """All that a derivation says, in its order, with real minus signs."""
    for slide in derivation(example):
        yield slide.given.replace("-", "−")
        for answer in slide.answers:
            yield answer.asked
            yield answer.formula.replace("-", "−")


DIMENSIONS = re.compile(r"(?:(?:, )?\w = \(\w, \w\)(?: → \(\w, \w\))?)+")


def dimensions_hold(statement, values):
    found = re.findall(r"(\w) = (\([^)]*\)(?: → \([^)]*\))?)", statement)
    n, m = values["x"].shape
    for name, dims in found:
        shape = np.shape(values[name]) or (1, 1)
        first, _, spread = (part.strip() for part in dims.partition("→"))
        if eval(first, {"n": n, "m": m}) != shape:
            return False
        if spread and eval(spread, {"n": n, "m": m}) != np.broadcast_shapes(shape, values["z"].shape):
            return False
    return bool(found)


def true(statement, values, sizes):
    return dimensions_hold(statement, values) if DIMENSIONS.fullmatch(statement) else holds(statement, values, sizes)
