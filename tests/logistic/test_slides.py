"""The derivation as data: the slides' statements one by one, in their order, each checked against the engine."""

import re
from fractions import Fraction
from unicodedata import normalize
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import sympy
from plain_formulas import HIGH, LOW, Reader, holds, jacobian

from micrograd_lr import OPS, Value, logistic_loss
from micrograd_lr.engine.order import topological
from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.logistic import ManyExamples, OneExample, literal_loss
from micrograd_lr.logistic.slides import Answer, board, derivation
from micrograd_lr.stepping.record import steps

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
    filled = steps(getattr(example, ROOT[type(example)]), digits=17).filled
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


# --- The statements ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statements", [ONE, MANY], ids=["one", "many"])
def test_the_slides_statements_stand_in_the_derivation_in_their_order(statements):
    example = (one_example if statements is ONE else many_examples)()[0]
    sequence = said(example)
    for slide, ours, _ in statements:
        assert (ours or slide) in sequence, slide  # goes on from the one before


def test_the_test_of_the_order_sees_what_is_missing_and_what_comes_too_early():
    assert "∂L/∂a = y/a + (1 − y)/(1 − a)" not in said(one_example()[0])
    sequence = said(one_example()[0])
    assert "∂L/∂b = a − y" in sequence
    assert "∂L/∂w = (a − y)xᵀ" not in sequence


@pytest.mark.parametrize("case", CASES)
def test_every_statement_is_true_at_random_numbers(case):
    make, statements = CASES[case]
    _, values, sizes = make()
    small = 1 in (sizes["i"], sizes["p"]) and case != "one"  # where what is loose may be true by chance
    for slide, ours, loose in statements:
        if "?" not in slide:
            assert true(ours or slide, values, sizes), ours or slide
            assert small or not true(slide, values, sizes) if loose else true(slide, values, sizes), slide


def test_the_reason_for_the_closed_form_is_true_as_well():
    example, values, sizes = one_example()
    closed = derivation(example)[-1].answers[-2]
    assert "-y(1 - a) + (1 - y)a, and that is a - y." in closed.why
    assert holds("∂L/∂b = −y(1 − a) + (1 − y)a = a − y = ∂L/∂a ∂a/∂z", values, sizes)


@pytest.mark.parametrize("case", CASES)
def test_every_formula_of_the_derivation_is_one_of_the_statements_or_true_too(case):
    example, values, sizes = CASES[case][0]()
    for statement in said(example):
        assert statement == "" or "?" in statement or true(statement, values, sizes), statement


@pytest.mark.parametrize(
    "wrong",
    [
        "z = wx − b",
        "ŷ = σ(z) = z",
        "L = y log(ŷ) + (1 − y) log(1 − ŷ)",
        "∂L/∂a = y/a + (1 − y)/(1 − a)",
        "∂a/∂z = a(1 + a)",
        "∂z/∂w = x",
        "∂L/∂w = ∂L/∂a · ∂z/∂w",
        "∂L/∂w = (a − y)x",
        "∂L/∂w = (y − a)xᵀ",
        "∂L/∂b = a − y + 0.00000001",
        "x = (1, n), w = (1, n)",
        "∂L/∂c = 1",
    ],
)
def test_a_wrong_statement_about_one_example_is_seen(wrong):
    _, values, sizes = one_example()
    assert not true(wrong, values, sizes)


@pytest.mark.parametrize(
    "wrong",
    [
        "J = −Σᵢ₌₁ᵐ (y⁽ⁱ⁾ log(a⁽ⁱ⁾) − (1 − y⁽ⁱ⁾) log(1 − a⁽ⁱ⁾))",
        "∂J/∂a⁽ⁱ⁾ = y⁽ⁱ⁾/a⁽ⁱ⁾ + (1 − y⁽ⁱ⁾)/(1 − a⁽ⁱ⁾)",
        "∂z⁽ⁱ⁾/∂wₚ = wₚ",
        "∂J/∂wₚ = (a⁽ⁱ⁾ − y⁽ⁱ⁾) Xₚ⁽ⁱ⁾",
        "∂J/∂wₚ = Σⱼ₌₁ⁿ (a⁽ⁱ⁾ − y⁽ⁱ⁾) Xⱼ⁽ⁱ⁾",
        "∂J/∂w = (A − Y)X",
        "∂J/∂b = A − Y",
        "∂J/∂b = (A + Y)𝟏",
        "X = (n, m), b = (1, 1) → (n, m)",
    ],
)
def test_a_wrong_statement_about_many_examples_is_seen(wrong):
    _, values, sizes = many_examples()
    assert not true(wrong, values, sizes)


# --- The proof --------------------------------------------------------------------------------------------------------


def right_side(formula, values, sizes, indices=()):
    return Reader(formula.split(" = ")[1], values, sizes, indices, sympy.log, sympy.exp).read()


def steps_of(example, gradient):
    """The formulas of the last slide for a gradient: from the first with all factors put in to the closed form."""
    return [x.formula for x in derivation(example)[-1].answers if x.formula.startswith(f"{gradient} = ")]


def test_the_simplification_is_proven_for_one_example(symbolic):
    example = one_example(n=2)[0]
    a, y, x1, x2, w1, w2, b = sympy.symbols("a y x1 x2 w1 w2 b", real=True)
    values, sizes = {"a": a, "y": y, "x": np.array([[x1], [x2]])}, {}
    engine = OneExample([w1, w2], b, [x1, x2], y)
    engine.L.backward()
    for gradient, grads in (("∂L/∂w", [w.grad for w in engine.w]), ("∂L/∂b", [engine.b.grad])):
        *_, product, closed = (right_side(formula, values, sizes) for formula in steps_of(example, gradient)[-2:])
        assert product.shape == closed.shape == (1, len(grads))
        assert all(sympy.simplify(x) == 0 for x in (product - closed).flat)
        assert any(sympy.simplify(x) != 0 for x in (product + closed).flat)  # what is wrong is not proven
        by_closed_form = [entry.subs(a, engine.a.data) for entry in closed.flat]
        assert all(sympy.simplify(ours - theirs) == 0 for ours, theirs in zip(grads, by_closed_form))


def test_the_simplification_is_proven_for_many_examples():
    many = many_examples(n=2, m=3)[0]
    n, m = 2, 3
    A, Y, X = (
        np.array(sympy.symbols(f"{name}:{size}")).reshape(shape)
        for name, size, shape in (("a", m, (1, m)), ("y", m, (1, m)), ("x", n * m, (n, m)))
    )
    sizes, values = {"i": m, "j": n, "p": n}, {"A": A, "Y": Y, "X": X, "𝟏": np.ones((m, 1), dtype=int)}
    for p in range(n):
        values[f"X{'₁₂'[p]}"] = X[p : p + 1]
    names = {}
    for i in range(m):
        high = f"⁽{'¹²³'[i]}⁾"
        values |= {f"a{high}": A[0, i], f"y{high}": Y[0, i]}
        for p in range(n):
            values[f"X{'₁₂'[p]}{high}"] = names[f"∂z{high}/∂w{'₁₂'[p]}"] = X[p, i]
    values |= names
    rule = {answer.asked: answer.formula for slide in derivation(many) for answer in slide.answers}
    for i in range(1, m + 1):
        for name in ("∂J/∂a⁽ⁱ⁾", "∂a⁽ⁱ⁾/∂z⁽ⁱ⁾"):
            concrete = name.replace("ⁱ", "⁰¹²³"[i])
            values[concrete] = right_side(rule[f"{name} = ?"], values, sizes, {"i": i})[0, 0]
    whole = right_side(steps_of(many, "∂J/∂w")[-1], values, sizes)
    assert whole.shape == (1, n)
    for p in range(1, n + 1):
        formulas = steps_of(many, "∂J/∂wₚ")
        assert len(formulas) == 4
        for formula in formulas:
            entry = right_side(formula, values, sizes, {"p": p})
            assert sympy.simplify(entry[0, 0] - whole[0, p - 1]) == 0, formula
    assert sympy.simplify(right_side(steps_of(many, "∂J/∂b")[-1], values, sizes)[0, 0] - (A - Y).sum()) == 0


# --- The numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_the_lines_of_numbers_are_true_arithmetic_and_end_in_the_engines_number(case):
    """Each line names its quantity, which NumPy knows; then comes arithmetic, and last the number of the engine."""
    example, values, sizes = CASES[case][0]()
    lines = filled_with_all_digits(example)
    assert len(lines) > 15
    for line in lines:
        assert "⟦" not in line
        assert true(line, values, sizes), line


@pytest.mark.parametrize("case", CASES)
def test_the_last_number_of_a_line_is_the_gradient_partial_or_value_of_the_engine(case):
    example, _, _ = CASES[case][0]()
    graph = steps(getattr(example, ROOT[type(example)]))
    for slide in derivation(example):
        for line in (line for answer in slide.answers for line in answer.numbers if " = (" not in line[:6]):
            name, *_, last = line.split(" = ")
            (letter,) = {key[0] for key in re.findall(r"⟦\(?(\w)", last)}
            assert letter == ("v" if "∂" not in name else "g" if name[:2] in ("∂L", "∂J") else "p")
            assert graph.filled(last)


@pytest.mark.parametrize("case", CASES)
def test_what_belongs_to_b_is_read_at_b(case):
    """Its numbers are those of z too, 1 and a - y: so not the numbers tell, but the slots."""
    example, _, _ = CASES[case][0]()
    order = topological(getattr(example, ROOT[type(example)]))
    lines = [line for slide in derivation(example) for answer in slide.answers for line in answer.numbers]
    found = [line.split(" = ")[-1] for line in lines if line.partition(" = ")[0].endswith("∂b")]
    for slot in found:
        letter, place, position = re.fullmatch(r"⟦\(?([gp])(\d+)\.?(\d*)\)?⟧", slot).groups()
        node = order[int(place)]
        assert (node if letter == "g" else node.operands[int(position)]) is example.b
    assert len(found) >= 2


def test_the_templates_hold_no_number_of_a_leaf():
    """The same templates for other numbers: what is typed into a leaf reaches every line."""
    assert derivation(one_example(1)[0]) == derivation(one_example(2)[0])
    assert derivation(many_examples(1)[0]) == derivation(many_examples(2)[0])
    assert derivation(one_example(1, n=2)[0]) != derivation(one_example(1, n=3)[0])


def test_a_wrong_line_is_seen():
    example, values, sizes = one_example()
    line = next(line for line in filled_with_all_digits(example) if line.startswith("∂L/∂w") and "/" in line[8:])
    assert true(line, values, sizes)
    assert not true(line.replace(" · ", " + ", 1), values, sizes)
    digit = re.search(r"\d(?=\)$)", line).start() - 3
    assert not true(line[:digit] + str((int(line[digit]) + 5) % 10) + line[digit + 5 :], values, sizes)


def test_a_wrong_rule_in_the_table_is_seen(monkeypatch):
    monkeypatch.setattr(OPS["sigmoid"], "partials", lambda a, z: (a * (1 + a),))
    for make in (one_example, many_examples):
        example, values, sizes = make()
        assert any("(1 + a" in statement for statement in said(example))
        assert not all(true(line, values, sizes) for line in filled_with_all_digits(example))
        assert not all(true(s, values, sizes) for s in said(example) if s and "?" not in s)


def test_plain_data_stand_in_the_lines_as_they_are():
    many = ManyExamples([0.5, -2.0], 0.1, [[1.0, -1.5], [0.25, 3.0]], [1, 0], loss=literal_loss)
    w, b = np.array([[0.5, -2.0]]), np.array([[0.1]])
    values = numpy_values(w, b, np.array([[1.0, -1.5], [0.25, 3.0]]), np.array([[1.0, 0.0]]), "J")
    lines = filled_with_all_digits(many)
    assert "z⁽²⁾ = −0.5·1.5 + (−2)·3 + 0.10000000000000001 = −6.6500000000000004" in lines
    assert all(true(line, values, {"i": 2, "j": 2, "p": 2}) for line in lines)


def test_exact_numbers():
    many = ManyExamples([Fraction(1, 2)], Fraction(0), [[Fraction(-1, 3), 2]], [Fraction(1, 3), 1], loss=literal_loss)
    assert "∂J/∂b = (≈ 0.4584 − (1/3), 0.7311 − 1) · (1, 1)ᵀ" in board(many)


def test_of_many_features_and_examples_the_first_three_and_the_last_are_written():
    many = many_examples(n=7, m=8)[0]
    Z, A, _ = derivation(many)[0].answers
    assert [line[:4] for line in Z.numbers] == ["z⁽¹⁾", "z⁽²⁾", "z⁽³⁾", "…", "z⁽⁸⁾"]
    assert Z.numbers[0].count("·") == 4
    assert " + … + " in Z.numbers[0]
    assert len(A.numbers) == 5
    last = derivation(many)[-1].answers
    assert [line[:6] for line in last[1].numbers] == ["∂J/∂w₁", "∂J/∂w₂", "∂J/∂w₃", "…", "∂J/∂w₇"]
    assert last[-2].formula == "∂J/∂w = (A - Y)Xᵀ"
    assert last[-2].numbers[0].count("…") == 1 + 4 + 1 + 1  # in A - Y, in each row of X, among the rows, in the result


# --- How it is shown --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_every_formula_is_set_as_mathml_with_all_its_letters(case):
    example, _, _ = CASES[case][0]()
    filled = steps(getattr(example, ROOT[type(example)])).filled
    for slide in derivation(example):
        numbers = [filled(line) for answer in slide.answers for line in answer.numbers]
        for text in (slide.given, *(answer.formula for answer in slide.answers), *numbers):
            math = ET.fromstring(f"<math>{mathml(text)}</math>")
            assert letters("".join(math.itertext())) == letters(text), text


def letters(text):
    """What remains where a fraction takes the place of its stroke and of the parentheses beside it."""
    return "".join(x for x in normalize("NFKC", text) if (x.isalnum() and x != "Σ") or x == "∂")


def test_the_test_of_letters_sees_a_lost_one():
    assert letters("∂J/∂wₚ = (A − Y)Xₚᵀ") == "∂J∂wpAYXpT"
    assert letters("∂J/∂wₚ") != letters("∂J/∂w")


def test_a_group_keeps_its_exponent():
    assert mathml("(1, 2)ᵀ").startswith("<msup><mrow>")
    assert mathml("(1, 2)ᵀ").endswith("<mrow><mi>T</mi></mrow></msup>")
    assert mathml("Σᵢ₌₁ᵐ a⁽ⁱ⁾").startswith("<munderover><mo>∑</mo>")


def test_the_indices_of_a_name_are_set_as_indices_also_where_the_name_is_known():
    example = many_examples()[0]
    frames = steps(example.J)
    names = "".join(re.findall("<math>.*?</math>", "".join(frame.mathematics for frame in frames)))
    assert {"X₁⁽²⁾", "a⁽¹⁾", "w₁"} <= {*frames.names}
    assert "<msubsup><mi>X</mi><mrow><mn>1</mn></mrow><mrow>" in names
    assert "⁽" not in names
    assert mathml("loss⁽¹⁾", ["loss⁽¹⁾"]).startswith("<msup><mi>loss</mi>")


def test_the_board_fits_80_columns_and_says_everything():
    for make in (one_example, many_examples, lambda: many_examples(n=9, m=9)):
        example = make()[0]
        text = board(example)
        assert max(map(len, text.splitlines())) <= 80
        together = " ".join(text.split())
        assert all(" ".join(statement.split()) in together for statement in said(example) if "?" not in statement)
        assert all(slide.question in together for slide in derivation(example))
    assert board(OneExample([0.5], 0.0, [-2.0], 1)).splitlines()[:8] == [
        "Logistic regression, one example",
        "",
        "Forward pass. Which equations make up the forward pass of logistic regression?",
        "",
        "    z = wx + b",
        "        z = 0.5·(−2) + 0 = −1",
        "",
        "    ŷ = σ(z) = a",
    ]


def test_an_answer_knows_what_it_was_asked():
    assert Answer("∂L/∂a = b = c").asked == "∂L/∂a = ?"


def test_what_no_derivation_can_be_made_of():
    unknown = (
        r"goes through the nodes a⁽ⁱ⁾ = σ\(z⁽ⁱ⁾\), and this graph was recorded with a loss that does not show them\. "
        r"Spell it out: ManyExamples\(w, b, X, Y, loss=literal_loss\)\."
    )
    for loss in (logistic_loss, lambda z, y: literal_loss(2 * z, y)):
        with pytest.raises(ValueError, match=unknown):
            derivation(ManyExamples([0.5], 0.0, [[1.0, 2.0]], [0, 1], loss))
    w = Value(0.5, "w")
    with pytest.raises(
        ValueError, match=r"of their own in the derivation, but w stands in two places\. Give each a Value"
    ):
        derivation(OneExample([w, w], 0.0, [1.0, 2.0], 0))
    with pytest.raises(ValueError, match=r"but w₂ is computed from other nodes\. .* of its own: Value\(x\.data\)\."):
        board(ManyExamples([w, 2 * w], 0.0, [[1.0], [2.0]], [0], loss=literal_loss))
    with pytest.raises(TypeError, match=r"a OneExample or of ManyExamples, not 3 \(int\)\. Make one: OneExample"):
        board(3)
