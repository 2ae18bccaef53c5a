"""Every number that an exercise asks for, four ways: SymPy, fractions, numeric derivatives, and the closed form.

`python tests/exercises/test_four_ways.py` prints the table.
"""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from test_exercise_keys import EXERCISES, BySympy, parsed

from micrograd_lr.engine.backward import gradients
from micrograd_lr.exercises.kinds import Number
from micrograd_lr.exercises.reading import built_in

CLOSED = {  # of exercise and question: the closed form, in the names of the expression, as a lecture gives it
    ("neuron", "z"): "f*(1 - f)", ("neuron", "w0"): "f*(1 - f)*x0", ("neuron", "w2"): "f*(1 - f)",
    ("neuron", "x0"): "f*(1 - f)*w0",
    ("one_example", "z"): "a - y", ("one_example", "w"): "(a - y)*x", ("one_example", "b"): "a - y",
    ("dimensions", "w1"): "(a - y)*x1", ("dimensions", "w2"): "(a - y)*x2", ("dimensions", "w3"): "(a - y)*x3",
    ("dimensions", "b"): "a - y",
    ("many_examples", "w1"): "(a1 - y1)*p1 + (a2 - y2)*p2 + (a3 - y3)*p3",
    ("many_examples", "w2"): "(a1 - y1)*q1 + (a2 - y2)*q2 + (a3 - y3)*q3",
    ("many_examples", "b"): "a1 - y1 + a2 - y2 + a3 - y3",
    ("two_layers", "w2"): "(a2 - y)*a1", ("two_layers", "w1"): "(a2 - y)*w2*a1*(1 - a1)*x",
    ("two_layers", "b1"): "(a2 - y)*w2*a1*(1 - a1)",
    ("squared_loss", "a"): "a - y", ("squared_loss", "z"): "(a - y)*a*(1 - a)",
    ("softmax", "z1"): "p1 - 1", ("softmax", "z2"): "1 - p1",
    ("weight_decay", "w"): "(a - y)*x + 2*c*w", ("weight_decay", "b"): "a - y",
    ("spot_the_bug", "w1"): "2*((a1 - y1)*p1 + (a2 - y2)*p2 + (a3 - y3)*p3)",
    ("spot_the_bug", "w2"): "2*((a1 - y1)*q1 + (a2 - y2)*q2 + (a3 - y3)*q3)",
    ("floats", "z"): "a - y",
    ("second_order", "z, z"): "a*(1 - a)", ("second_order", "w, w"): "a*(1 - a)*x^2",
    ("second_order", "w, b"): "a*(1 - a)*x",
    ("newton", "g"): "(a - y)*x", ("newton", "h"): "a*(1 - a)*x^2",
    ("hessian", "w1, w1"): "a1*(1 - a1)*p1^2 + a2*(1 - a2)*p2^2 + a3*(1 - a3)*p3^2",
    ("hessian", "w1, w2"): "a1*(1 - a1)*p1*q1 + a2*(1 - a2)*p2*q2 + a3*(1 - a3)*p3*q3",
    ("hessian", "w2, b"): "a1*(1 - a1)*q1 + a2*(1 - a2)*q2 + a3*(1 - a3)*q3",
    ("hessian", "b, b"): "a1*(1 - a1) + a2*(1 - a2) + a3*(1 - a3)",
}  # fmt: skip


class Ways:
    """The key of a question by each way that there is for it."""

    def __init__(self, exercise, asked):
        self.exercise, self.asked, self.exact = exercise, asked, BySympy(exercise)
        self.kind, self.of = asked.blank.kind, asked.blank.of
        self.at = {self.exact.inputs[name]: parsed(number, {}) for name, number in exercise.numbers.items()}

    @property
    def sympy(self):
        """Exact: a Rational where it is one, else an expression."""
        found = sympy.sympify(self.exact.key(self.asked.blank)).subs(self.at)
        return sympy.nsimplify(sympy.simplify(found)) if self.exercise.name != "floats" else found

    @property
    def fraction(self):
        """By the engine on Fractions, where the numbers are rational, and so is what comes out; else None."""
        if not all(x.is_Rational for x in (*self.at.values(), self.sympy)):
            return None
        numbers = {name: Fraction(number) for name, number in self.exercise.numbers.items()}
        root = self.exercise.computed.expression(**numbers)
        if self.kind not in ("gradient", "value"):
            return None
        found = {node.label: (node.data, grad) for node, grad in gradients(root).items()}[self.of]
        return found[self.kind == "gradient"]

    @property
    def numeric(self):
        """Central differences in 50 digits, of first order of the expression, and of second order; None of values."""
        if self.kind not in ("gradient", "second"):
            return None
        first, second = (*map(str.strip, self.of.split(",")), "")[:2]
        root = self.exact.parts[-1][0]
        apart = sympy.Symbol("apart")
        if second and first != second:
            names = [self.exact.inputs[first], self.exact.inputs[second]]
            rest = {symbol: x for symbol, x in self.at.items() if symbol not in names}
            f = sympy.lambdify(names, self.exact.whole[root].subs(rest), "mpmath")
            order, at = (1, 1), tuple(self.precise(self.at[name]) for name in names)
        else:
            f = sympy.lambdify([apart], self.exact.names({first: apart})[root].subs(self.at), "mpmath")
            order, at = 1 + bool(second), self.precise(self.exact.whole[first].subs(self.at))
        with mpmath.workdps(50):
            return mpmath.diff(f, at, order)

    @property
    def closed(self):
        """The closed form where there is one, with the engine's values of the names; else None."""
        formula = CLOSED.get((self.exercise.name, self.of))
        steps = self.exercise.steps
        return formula and float(parsed(formula, {name: steps.number(key) for name, key in steps.typed.items()}))

    @staticmethod
    def precise(x):
        return mpmath.mpf(str(sympy.N(x, 60)))

    def row(self):
        return [self.asked.key, self.sympy, self.fraction, self.numeric, self.closed]


def agree(key, exact, fraction, numeric, closed):
    """Whether all ways that there are give the key."""
    assert key == pytest.approx(float(sympy.N(exact, 30)), rel=1e-13)
    if fraction is not None:
        assert fraction == Fraction(int(exact.p), int(exact.q))
        assert key == float(fraction)
    assert numeric is None or key == pytest.approx(float(numeric), rel=1e-13)
    assert closed is None or key == pytest.approx(closed, rel=1e-13)


ROWS = [(e, asked) for e in EXERCISES for asked in e.asked if isinstance(asked, Number)]


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0].name}: {row[1].blank.kind} {row[1].blank.of}")
def test_all_ways_agree(row):
    with mpmath.workdps(50):
        agree(*Ways(*row).row())


@pytest.mark.slow
def test_the_table_is_not_empty():
    ways = [Ways(*row) for row in ROWS]
    assert {(way.exercise.name, way.of) for way in ways} >= {*CLOSED}
    rational = [way for way in ways if way.fraction is not None]
    assert {way.exercise.name for way in rational} == {
        "circuit", "max", "doubled_twice", "square", "paths", "dimensions", "two_layers", "weight_decay",
        "backward_twice",
    }  # fmt: skip


@pytest.mark.parametrize("place", range(5))
def test_a_way_that_gives_another_number_would_be_seen(place):
    row = [*Ways(*ROWS[0]).row()[:4], -4.0]
    agree(*row)
    row[place] = row[place] * 2
    with pytest.raises(AssertionError):
        agree(*row)


@pytest.mark.unwatched
def test_newtons_step_by_numpy():
    """H⁻¹g of the three examples: H by gradients of gradients, the system by NumPy, and exactly."""
    exercise = built_in()["many_examples"]
    of, at = exercise.computed.slope, ("w1", "w2", "b")
    H = [[of(i).steps[-1].gradients[node(of(i).steps, j)] for j in at] for i in at]
    g = [exercise.steps[-1].gradients[node(exercise.steps, j)] for j in at]
    exact = sympy.Matrix([["3/8", "-3/16", 0], ["-3/16", "19/16", "11/16"], [0, "11/16", "5/8"]])
    assert np.allclose(H, np.array(exact, dtype=float), atol=1e-15)
    assert np.allclose(np.linalg.solve(H, g), [-2 / 9, -28 / 9, 38 / 9])
    assert exact.solve(sympy.Matrix(["1/2", "-3/4", "1/2"])) == sympy.Matrix(["-2/9", "-28/9", "38/9"])


def node(steps, label):
    return next(node.id for node in steps.nodes.values() if node.label == label)


if __name__ == "__main__":
    print(
        "| exercise | asked | reverse pass | SymPy | fractions | numeric | closed form |\n|---|---|---|---|---|---|---|"
    )
    for exercise, asked in ROWS:
        with mpmath.workdps(50):
            key, exact, fraction, numeric, closed = Ways(exercise, asked).row()
        cells = [f"{key:.12g}", exact, fraction, numeric and f"{float(numeric):.12g}", closed and f"{closed:.12g}"]
        print(
            f"| {exercise.name} | {asked.question.prompt} | {' | '.join('' if x is None else str(x) for x in cells)} |"
        )
