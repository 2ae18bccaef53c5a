"""The derivation as data: the slides' statements one by one, in their order, each checked against the engine."""

import numpy as np
import pytest
import sympy
from plain_formulas import Reader, holds
from slides import CASES, MANY, ONE, many_examples, one_example, said, true

from micrograd_lr.logistic import OneExample
from micrograd_lr.logistic.slides import derivation


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


def right_side(formula, values, sizes, indices=()):
    return Reader(formula.split(" = ")[1], values, sizes, indices, sympy.log, sympy.exp).read()


def steps_of(example, gradient):
    """The formulas of the last slide for a gradient: from the first with all factors put in to the closed form."""
    return [x.formula for x in derivation(example)[-1].answers if x.formula.startswith(f"{gradient} = ")]


@pytest.mark.slow
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
