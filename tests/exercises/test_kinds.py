"""Shapes, choices, second derivatives and two calls of backward(): their keys, each proven in another way."""

import math
import re

import mpmath
import numpy as np
import pytest
import sympy
from test_exercise_keys import EXERCISES, BySympy, parsed

from micrograd_lr import Value
from micrograd_lr.exercises.exercise import Exercise
from micrograd_lr.exercises.kind import Blank
from micrograd_lr.exercises.kinds import KINDS
from micrograd_lr.exercises.options import right_options
from micrograd_lr.exercises.reading import built_in
from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.tokens import FormulaError


def of_kind(kind):
    """The questions of a kind in all exercises."""
    return [(e, asked) for e in EXERCISES for asked in e.asked if asked.blank.kind == kind]


def named(pair):
    return f"{pair[0].name}: {pair[1].blank.of}"


def asking(kind, of, expression="z = w*x + b; L = z^2", numbers=None, **more):
    """One question about a small expression, or one that is given."""
    given = numbers or {"w": "2", "x": "3", "b": "-1"}
    about = {key: more.pop(key) for key in ("matrices", "sizes") if key in more}
    blank = Blank(kind, of, tuple(more.pop("mistakes", {}).items()), **more)
    return Exercise("one", "", "", expression, given, (blank,), **about).asked[0]


class ByNumPy:
    """The matrices of an exercise, and ∂L/∂w entry by entry by SymPy, as arrays."""

    def __init__(self, exercise):
        self.exact = BySympy(exercise)
        self.at = {self.exact.inputs[name]: parsed(number, {}) for name, number in exercise.numbers.items()}
        self.entries = {
            name: [row.replace(" ", "").split(",") for row in text.split(";")]
            for name, text in exercise.matrices.items()
        }
        self.arrays = {name: self.array(rows, self.number) for name, rows in self.entries.items()}

    def number(self, name):
        return float(sympy.sympify(self.exact.whole[name]).subs(self.at).evalf(30))

    def array(self, rows, entry):
        return np.array([[entry(name) for name in row] for row in rows])

    def slope(self, of, by):
        """∂of/∂by: the derivative of `of` in terms of the entries of `by`."""
        names = self.exact.names({})

        def entry(name):
            return float(sympy.diff(names[of], self.exact.inputs[name]).subs(self.at).evalf(30))

        if by in self.entries:
            return self.array(self.entries[by], entry)
        apart = sympy.Symbol("apart")
        found = sympy.diff(self.exact.names({by: apart})[of], apart).subs(apart, self.exact.whole[by])
        return np.array([[float(found.subs(self.at).evalf(30))]])

    def of(self, formula):
        """What a formula gives: as NumPy writes it, with @."""
        if slope := re.fullmatch(r"∂(\w+)/∂(\w+)", formula):
            return self.slope(*slope.groups())
        text = re.sub(r"\^T|ᵀ", ".T", re.sub(r"(?<=[A-Za-z)])[ *]+(?=[(A-Za-z])", "@", formula))
        scalars = {name: np.array([[self.number(name)]]) for name in self.exact.whole}
        return eval(text, {}, scalars | self.arrays)


@pytest.mark.parametrize("pair", of_kind("shape"), ids=named)
def test_shapes_are_those_of_arrays(pair):
    exercise, asked = pair
    sizes = {"1": 1, **exercise.sizes}
    shape = tuple(sizes[letter] for letter in asked.question.shape)
    found = ByNumPy(exercise).of(asked.blank.of)
    assert found.shape == shape
    assert np.allclose(exercise.computed.matrices.of(asked.blank.of).rows, found, rtol=1e-12)
    assert asked.verdict(f"{shape[0]} by {shape[1]}").right
    assert asked.verdict(asked.key).right
    assert not asked.verdict(f"({shape[0] + 1}, {shape[1]})").right


@pytest.mark.parametrize("name", ["dimensions", "many_examples"])
def test_the_product_of_the_slides_is_the_gradient_entry_by_entry(name):
    exercise = built_in()[name]
    of = exercise.computed.matrices.of
    formula = {"dimensions": "(a - y) xᵀ", "many_examples": "(A - Y) Xᵀ"}[name]
    root = exercise.steps.root.name
    assert np.allclose(of(formula).rows, of(f"∂{root}/∂w").rows, rtol=1e-14)
    assert np.allclose(of(f"∂{root}/∂w").rows, ByNumPy(exercise).of(f"∂{root}/∂w"), rtol=1e-14)


@pytest.mark.parametrize("pair", [pair for pair in of_kind("choice") if pair[1].blank.way == "equals"], ids=named)
def test_the_formula_that_is_equal(pair):
    exercise, asked = pair
    arrays, right = ByNumPy(exercise), []
    for option in asked.blank.options:
        try:
            found = arrays.of(option)
        except ValueError:  # NumPy refuses the shapes
            continue
        if found.shape == arrays.of(asked.blank.by).shape and np.allclose(found, arrays.of(asked.blank.by)):
            right.append(option)
    assert right == [asked.key]


BY_ANOTHER = {  # what floats do, by NumPy's floats, which do not stop at log 0; and what is exact, by mpmath
    "What is -∞ times 0 in floats?": lambda: np.float64("-inf") * np.float64(0),
    "L is computed as it is written here": lambda: -np.log(1 / (1 + np.exp(np.float64(800)))),
    "logistic_loss(z, y) is L": lambda: mpmath.log(1 + mpmath.exp(800)),
    "z = 40 and y = 0": lambda: -np.log(1 - 1 / (1 + np.exp(np.float64(-40)))),
    "And a - y": lambda: 1 / (1 + np.exp(np.float64(800))) - 1,
}


@pytest.mark.parametrize("pair", [pair for pair in of_kind("choice") if pair[1].blank.way == "floats"], ids=named)
def test_what_floats_do(pair):
    _, asked = pair
    (by,) = [by for words, by in BY_ANOTHER.items() if words in asked.blank.of]
    with np.errstate(all="ignore"):
        found = float(by())
    assert asked.key == ("an error" if math.isinf(found) else f"{found:g}")


def test_the_check_that_goes_red():
    """σ(2z): numeric derivatives in mpmath agree with the reverse pass, and (A − Y)Xᵀ in NumPy does not."""
    exercise = built_in()["spot_the_bug"]
    X, Y, w = np.array([[0, 1, -1], [2, 0, 1]]), np.array([[1, 0, 0]]), [mpmath.log(3), mpmath.mpf(0)]

    def buggy(*w):
        z = [sum(wj * int(xj) for wj, xj in zip(w, column)) for column in X.T]
        a = [1 / (1 + mpmath.exp(-2 * zi)) for zi in z]
        return -sum(mpmath.log(ai if yi else 1 - ai) for ai, yi in zip(a, Y[0]))

    swept = [exercise.key(0), exercise.key(1)]
    numeric = [float(mpmath.diff(buggy, w, n)) for n in [(1, 0), (0, 1)]]
    Z = np.array([[float(x) for x in w]]) @ X
    closed = {inside: (1 / (1 + np.exp(-inside * Z)) - Y) @ X.T for inside in (1, 2)}
    red = [
        "the numeric check" if not np.allclose(numeric, swept, rtol=1e-9) else "",
        "the closed form" if not np.allclose(closed[1], swept, rtol=1e-9) else "",
    ]
    asked = next(asked for asked in exercise.asked if asked.blank.way == "planted")
    assert [*filter(None, red)] == [asked.key]
    assert np.allclose(closed[2], [[0.8, -0.9]])  # with the a of the program: half of what the engine finds


def test_why_the_numeric_check_is_green():
    """The three options, each as a statement about derivatives: one is true."""
    slope = {k: mpmath.diff(lambda z, k=k: 1 / (1 + mpmath.exp(-k * z)), 0) for k in (1, 2)}
    exercise = built_in()["spot_the_bug"]
    swept = [exercise.key(0), exercise.key(1)]
    names = ["w1", "w2"]
    itself = [BySympy(exercise).gradient(name) for name in names]
    at = {BySympy(exercise).inputs[name]: parsed(x, {}) for name, x in exercise.numbers.items()}
    true = {
        "σ(2z) and σ(z) have the same derivative": slope[1] == slope[2],
        "it compares the program with itself": np.allclose([float(x.subs(at).evalf()) for x in itself], swept),
        "the mistake is too small for it": abs(swept[0] - 0.8) < 1e-9,
    }
    asked = exercise.asked[-1]
    assert {*asked.blank.options} == {*true}
    assert [option for option, is_true in true.items() if is_true] == [asked.key]
    assert (float(slope[1]), float(slope[2])) == pytest.approx((1 / 4, 1 / 2))  # as the hint says


def test_every_choice_is_proven_here():
    unproven = [named(pair) for pair in of_kind("choice") if not pair[1].blank.way]
    assert unproven == ["spot_the_bug: Why is the numeric check green?"]
    asked = {blank.kind for exercise in EXERCISES for blank in exercise.blanks}
    assert asked == {*KINDS} - {"walk"}  # that of any expression: test_any_expression.py


def test_a_wrong_claim_would_be_seen():
    """Each way finds the right option by itself, so a file that says another one is refused."""
    of = {"matrices": {"v": "w, b"}, "options": ("∂z/∂w", "x + 1"), "way": "equals", "by": "x"}
    assert not [*asking("choice", "?", mistakes={"x + 1": "No."}, **of).unclear()]
    assert [*asking("choice", "?", mistakes={"∂z/∂w": "No."}, **of).unclear()] == [
        "equals = 'x' gives ∂z/∂w; the option without a mistake is x + 1"
    ]
    both = {**of, "options": ("x", "3"), "mistakes": {"3": "No."}}
    assert [*asking("choice", "?", **both).unclear()] == [
        "equals = 'x' gives x and 3; the option without a mistake is x"
    ]
    none = {**of, "options": ("1", "2"), "mistakes": {"1": "No."}}
    assert [*asking("choice", "?", **none).unclear()] == [
        "equals = 'x' gives none of the options; the option without a mistake is 2"
    ]


@pytest.mark.parametrize(("planted", "red"), [
    ("logistic_loss(z, y)", "neither"),
    ("logistic_loss(2*z, y)", "the closed form"),
    ("log(1 + exp(z)) - y*z", "neither"),
    ("logistic_loss(z, y) + 1", "neither"),
    ("(sigmoid(z) - y)^2/2", "the closed form"),
])  # fmt: skip
def test_what_the_checks_find(planted, red):
    exercise = built_in()["spot_the_bug"]
    options = ("the numeric check", "the closed form", "both", "neither")
    assert right_options("planted", planted, {}, options, exercise.computed) == [red]


def test_a_choice_is_answered_by_its_letter_or_in_its_words():
    asked = asking("choice", "Which one?", options=("w*(x + 1)", "w", "Xᵀ"), mistakes={"w": "No - w."})
    assert asked.asked == "Which one?\n  a) w(x + 1)\n  b) w\n  c) Xᵀ"
    for typed in ("b", "B", "b)", " W "):
        assert (asked.verdict(typed).right, asked.verdict(typed).said) == (False, "No − w.")
    for typed in ("a", "w*(x + 1)", "w(x + 1)"):
        assert (asked.verdict(typed).right, asked.verdict(typed).said) == (True, "Right.")
    for typed in ("d", "", "2"):
        with pytest.raises(FormulaError, match=r"^Type the letter of an option: a, b, c\.$"):
            asked.verdict(typed)
    assert asked.revealed == "a) w(x + 1)"


def test_a_shape_is_answered_in_letters_or_numbers():
    of = {"matrices": {"v": "w, b", "u": "w; b"}, "sizes": {"n": 2}}
    asked = asking("shape", "u*v", mistakes={"(1, n)": "A row.", "(n, 1)": "A column."}, **of)
    assert asked.asked == "What is the shape of u·v?"
    assert [asked.verdict(x).said for x in ("(n, n)", "2 x 2", "1, 2", "(2, 1)", "(1, 1)")] == [
        "Right.", "Right.", "A row.", "A column.", "Not yet. Try again, or reveal.",
    ]  # fmt: skip
    assert (asked.key, asked.revealed) == ("(n, n)", "The shape of u·v is (n, n) = (2, 2).")
    assert asking("shape", "v*u", **of).revealed == "The shape of v·u is (1, 1)."


@pytest.mark.parametrize(("of", "prompt", "key"), [
    ("w, w", "∂²L/∂w²", 18), ("w, x", "∂²L/∂w∂x", 22), ("x, w", "∂²L/∂x∂w", 22), ("z, b", "∂²L/∂z∂b", 2),
    ("z, z", "∂²L/∂z²", 2),
])  # fmt: skip
def test_second_derivatives(of, prompt, key):
    """Of (wx + b)² at z = 5, by hand."""
    asked = asking("second", of)
    assert (asked.asked, asked.key) == (f"What is {prompt}?", key)
    assert asked.verdict(str(key)).right


def test_a_second_derivative_as_a_formula():
    asked = asking("second", "w, x", mistakes={"2*w*x": "One more term."})
    assert asked.verdict("2*w*x + 2z").right
    assert asked.verdict("2wx").said == "One more term."
    assert asked.revealed == "∂²L/∂w∂x = 22"


def test_a_root_without_a_name():
    asked = asking("second", "w, x", "w*x + b*w")
    assert asked.asked == "What is ∂²L/∂w∂x?"
    with pytest.raises(FormulaError, match="The names are w, x, b, ∂L/∂w"):
        asked.verdict("v")


def test_this_package_overwrites():
    """As the last question of the exercise says; a tape that keeps every gradient gives 36."""
    a = Value(3.0, "a")
    y = Expression(built_in()["backward_twice"].expression)(a=a)
    y.backward()
    y.backward()
    assert a.grad == 12 == built_in()["backward_twice"].computed.matrices.of("4*a").rows[0][0]


def test_the_words_of_two_calls():
    asked = asking("twice", "w")
    assert asked.asked == "What is w.grad after two calls of L.backward(), if every node adds to what it has?"
    assert asked.verdict("120").right  # once it is 30; then wx has kept 10, and is paid the 20 that z has by then
    assert asked.verdict("8z x").said.startswith("Right")
