"""The lines of the closed form, for one example and for many: what they say, and that their numbers are right."""

import re
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy
from examples import NUMBERS, THREE, X, Y, batch, many
from stepped import all_steps

from micrograd_lr import Expression, Value, logistic, logistic_loss, sigmoid
from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.levels.closed_form import multiplied_out

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
CLOSED = ("closed", "cancel", "ledger")


def walk(root, **options):
    return all_steps(root, detail="names", gradients="parameters", **options)


def said(frame, kinds=("closed",)):
    return [frame.steps.filled(line.template) for line in frame.lines if line.kind in kinds]


def numbers_at_the_end(text):
    """The numbers after the last equals sign: of a vector, or one alone."""
    last = text.rpartition(" = ")[2]
    return [float(x.replace("−", "-")) for x in re.findall(r"−?\d+\.?\d*(?:e[-−+]?\d+)?", last)]


# One example


def test_the_factors_cancel_before_the_closed_form():
    frames = walk(Expression(SLIDES)(w=0.5, x=2.0, b=-1.0, y=1.0))
    assert [line.kind for line in frames[6].lines] == ["local", "payment", "cancel", "closed"]
    assert said(frames[6], CLOSED) == [
        "a cancels in the first term, 1 − a in the second, then +ya and −ya: "
        "∂L/∂z = (−y/a + (1 − y)/(1 − a)) · a(1 − a) = −y(1 − a) + (1 − y) a = a − y",
        "∂L/∂z = a − y = 0.5 − 1 = −0.5",
    ]
    assert "−y(1 − a)" not in frames[6].text


def test_what_cancels_is_said_of_these_two_fractions_alone():
    """SymPy: each term of the product has lost its own factor, and what is left loses ya."""
    a, y = sympy.symbols("a y")
    first, second = -y / a * a * (1 - a), (1 - y) / (1 - a) * a * (1 - a)
    assert (first, second) == (-y * (1 - a), a * (1 - y))
    assert y * a in first.expand().args and -y * a in second.expand().args
    assert multiplied_out(a, y) == first + second and sympy.expand(first + second) == a - y
    other = Expression(SLIDES.replace("log(a)", "log(2*a)"))(w=0.5, x=2.0, b=-1.0, y=1.0)
    assert [line.note for frame in walk(other) for line in frame.lines if line.kind == "cancel"] == [""]


@pytest.mark.parametrize(
    "text",
    [
        SLIDES.replace("y", "1.0"), "z=w*x+b; L=logistic_loss(z, y)", SLIDES + "; J=L/2",
        SLIDES.replace("sigmoid(z)", "1/(1+exp(-z))"),
    ],
)  # fmt: skip
def test_where_nothing_is_written_between_them(text):
    expression = Expression(text)
    root = expression(**{name: x for name, x in zip("wxby", (0.5, 2.0, -1.0, 1.0)) if name in expression.names})
    lines = [line for frame in walk(root) for line in frame.lines]
    assert {line.kind for line in lines} >= {"closed", "local"}
    assert "cancel" not in {line.kind for line in lines}


def test_several_features_are_one_vector():
    one = logistic.OneExample([0.5, 0.25, -1.0], -0.25, [1.0, -2.0, 0.5], 1.0)
    end = walk(one.L, digits=17)[-1]
    assert [line.formula for line in end.lines] == ["∂L/∂w = (a - y)xᵀ", "∂L/∂b = a - y"]
    dw, db = logistic.closed_form([0.5, 0.25, -1.0], -0.25, [[1.0], [-2.0], [0.5]], [1.0])
    assert numbers_at_the_end(said(end)[0]) == pytest.approx(dw, rel=1e-14)
    assert numbers_at_the_end(said(end)[1]) == pytest.approx([db], rel=1e-14)
    short = said(walk(one.L)[-1])[0]
    assert short == "∂L/∂w = (a − y)xᵀ = (0.3208 − 1)·(1, −2, 0.5) ≈ (−0.6792, 1.358, −0.3396)"
    long = logistic.OneExample([0.1] * 30, 0.0, [0.01 * j for j in range(1, 31)], 0.0)
    assert said(walk(long.L)[-1])[0].endswith("·(0.01, 0.02, 0.03, …, 0.3) ≈ (0.006142, 0.01228, 0.01843, …, 0.1843)")


@pytest.mark.parametrize(
    "z, lines",
    [
        ("w_1*x_1+w_2*x_2+b", ["∂L/∂w = (a - y)xᵀ", "∂L/∂b = a - y"]),
        ("u*s+v*t+b", ["∂L/∂u = (a - y)sᵀ", "∂L/∂v = (a - y)tᵀ", "∂L/∂b = a - y"]),
        ("w1*s+w2*t", ["∂L/∂w1 = (a - y)sᵀ", "∂L/∂w2 = (a - y)tᵀ"]),  # s and t have no name in common
        ("w1*w3+w2*w4", ["∂L/∂w1 = (a - y)w3", "∂L/∂w3 = (a - y)w1", "∂L/∂w2 = (a - y)w4", "∂L/∂w4 = (a - y)w2"]),
        ("weight1*x1+weight2*x2", ["∂L/∂weight1 = (a - y)x1", "∂L/∂weight2 = (a - y)x2"]),
        ("w1*x1+w2*x2+w", ["∂L/∂w1 = (a - y)x1", "∂L/∂w2 = (a - y)x2", "∂L/∂w = a - y"]),  # w is another one
        ("w1*3+w2*x2", ["∂L/∂w1 = (a - y)·3", "∂L/∂w2 = (a - y)x2"]),
        ("w1*x1+w2*x2*w2", ["∂L/∂w2", "∂L/∂w1 = (a - y)x1"]),
    ],
)
def test_names_of_one_example(z, lines):
    expression = Expression(SLIDES.replace("w*x+b", z))
    root = expression(**{name: 0.1 + 0.1 * i for i, name in enumerate(expression.names)})
    assert [
        line.formula for line in walk(root, data=["x", "y", "s", "t"] if "w3" not in z else ["y"])[-1].lines
    ] == lines


# Many examples


def test_an_example_says_what_it_pays():
    frames = walk(many().J)
    assert [[line.kind for line in frame.lines] for frame in frames[7:10]] == [["closed", "ledger", "ledger"]] * 3
    assert said(frames[7], CLOSED) == [
        "∂J/∂z⁽¹⁾ = a⁽¹⁾ − y⁽¹⁾ = 0.5805 − 1 ≈ −0.4195",
        "so far: ∂J/∂w = (a⁽¹⁾ − y⁽¹⁾)x⁽¹⁾ᵀ = −0.4195·(1, 0.3) ≈ (−0.4195, −0.1258)",
        "so far: ∂J/∂b = a⁽¹⁾ − y⁽¹⁾ = −0.4195",
    ]
    assert said(frames[8], CLOSED) == [
        "∂J/∂z⁽²⁾ = a⁽²⁾ − y⁽²⁾ = 0.2405 − 0 = 0.2405",
        "so far: ∂J/∂w = (−0.4195, −0.1258) + 0.2405·(−2, 0.4) ≈ (−0.9004, −0.02964)",
        "so far: ∂J/∂b = −0.4195 + 0.2405 ≈ −0.179",
    ]
    assert said(frames[9], CLOSED)[1:] == [
        "∂J/∂w = Σᵢ (a⁽ⁱ⁾ − y⁽ⁱ⁾)x⁽ⁱ⁾ᵀ = (−0.9004, −0.02964) + (−0.5622)·(0.5, −1) ≈ (−1.182, 0.5325)",
        "∂J/∂b = Σᵢ (a⁽ⁱ⁾ − y⁽ⁱ⁾) = −0.179 + (−0.5622) ≈ −0.7411",
    ]
    assert frames[8].text.count("(proven)") == 1
    assert all(frame.more == 0 for frame in frames if frame.kind == "backward")


def test_the_end_is_the_closed_form_of_many():
    assert said(walk(many().J)[-1]) == [
        "∂J/∂w = Σᵢ (a⁽ⁱ⁾ − y⁽ⁱ⁾)x⁽ⁱ⁾ᵀ = (A − Y)Xᵀ = (−0.4195, 0.2405, −0.5622)Xᵀ ≈ (−1.182, 0.5325)",
        "∂J/∂b = Σᵢ (a⁽ⁱ⁾ − y⁽ⁱ⁾) = (A − Y)𝟏 = −0.4195 + 0.2405 + (−0.5622) ≈ −0.7411",
    ]
    for frame in walk(many().J):
        ElementTree.fromstring(f"<div>{frame.mathematics}</div>")
    assert "<mo>∑</mo>" in walk(many().J)[-1].mathematics


@pytest.mark.unwatched
@pytest.mark.parametrize("m", [2, 3, 5, 40])
@pytest.mark.parametrize("loss", [literal_loss, logistic_loss])
@pytest.mark.parametrize("share", [1, 7])
def test_the_numbers_are_those_of_numpy(m, loss, share):
    rng = np.random.default_rng(m)
    X, Y = rng.normal(size=(2, m)), rng.integers(0, 2, m).astype(float)
    example = many(X.tolist(), Y.tolist(), loss)
    frames = walk(example.J / share if share > 1 else example.J, digits=17)
    w, b = [v.data for v in example.w], example.b.data
    errors = (1 / (1 + np.exp(-(np.array(w) @ X + b))) - Y) / share
    dw, db = logistic.closed_form(w, b, X, Y)
    lines = said(frames[-1])
    assert len(lines) == 2
    for line, of_numpy, exact in zip(lines, (errors @ X.T, [errors.sum()]), (dw, [db])):
        assert numbers_at_the_end(line) == pytest.approx(of_numpy, rel=1e-12, abs=1e-15)
        assert numbers_at_the_end(line) == pytest.approx(np.array(exact) / share, rel=1e-12, abs=1e-15)
    moves = [frame for frame in frames if frame.kind == "backward" and frame.example]
    assert len(moves) == m
    for i, frame in enumerate(moves, start=1):
        z, of_w, of_b = (numbers_at_the_end(text) for text in said(frame, CLOSED))
        assert z == pytest.approx([errors[i - 1]], rel=1e-12)
        assert of_w == pytest.approx(errors[:i] @ X[:, :i].T, rel=1e-12, abs=1e-15)
        assert of_b == pytest.approx([errors[:i].sum()], rel=1e-12, abs=1e-15)


def test_sympy_agrees_with_many(symbolic):
    names = ["w", "b", *(f"{x}{i}" for i in "123" for x in "xy")]
    root = Expression(THREE)(**{name: sympy.Symbol(name) for name in names})
    frames = walk(root)
    assert [line.parts[2] for line in frames[-1].lines] == ["(A - Y)Xᵀ", "(A - Y)𝟏"]
    w, b, *data = map(sympy.Symbol, names)
    errors = [1 / (1 + sympy.exp(-(w * x + b))) - y for x, y in zip(data[::2], data[1::2])]
    by_name = {node.label: id for id, node in frames.nodes.items()}
    exact = {"w": sum(e * x for e, x in zip(errors, data[::2])), "b": sum(errors)}
    for name, value in exact.items():
        assert sympy.simplify(frames[-1].gradients[by_name[name]] - value) == 0


def test_fractions_are_exact():
    half, third = Fraction(1, 2), Fraction(1, 3)
    root = many([[half, -half], [third, 1]], [1.0, 0.0]).J
    frames = walk(root)
    closed = frames.closed[0]
    at = frames.nodes
    assert frames[-1].gradients[closed.z] == pytest.approx(at[closed.a].value - at[closed.y].value, rel=1e-15)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sigmoid(z2)": "sigmoid(2*z2)"}, {"w*x2+b": "w*x2*2+b"}, {"(1-y2)*log": "log"}, {"-(y2": "(y2"},
        {"+(1-y2)": "-(1-y2)"}, {"L1+L2": "L1+2*L2"}, {"L1+L2": "L1-L2"}, {"L1+L2": "L1+L2/2"},
        {"L1+L2": "L1+L2*y2"}, {"w*x2+b": "w*x2*x2+b"}, {"w*x2+b": "w*w*x2+b"}, {"w*x2+b": "w*x2-w+b"},
    ],
)  # fmt: skip
def test_one_mistake_in_one_example_and_the_sum_has_no_closed_form(wrong):
    text = THREE.replace("σ", "sigmoid")
    for right, other in wrong.items():
        assert right in text
        text = text.replace(right, other)
    frames = walk(Expression(text)(**NUMBERS))
    lines = [line.formula for line in frames[-1].lines if line.parts[0] == "∂J/∂w"]
    assert lines == ["∂J/∂w"]
    of_2 = [line for frame in frames for line in frame.lines if line.kind == "closed" and line.parts[0] == "∂J/∂z2"]
    scaled = {"a2 - y2", "(a2 - y2)/2"}
    assert {line.parts[1] for line in of_2} <= scaled
    y2, a2 = (next(node.value for node in frames.nodes.values() if node.label == name) for name in ("y2", "a2"))
    for line in of_2:
        assert frames.number(line.key) == pytest.approx((a2 - y2) / (2 if "/2" in line.parts[1] else 1), rel=1e-13)


def test_an_intact_example_beside_a_wrong_one_is_still_proven():
    frames = walk(Expression(THREE.replace("(1-y2)", "(2-y2)"))(**NUMBERS))
    assert [said(frame)[:1] for frame in frames[7:10]] == [
        ["∂J/∂z1 = a1 − y1 = 0.5622 − 1 ≈ −0.4378"], [], ["∂J/∂z3 = a3 − y3 = 0.5 − 1 = −0.5"]
    ]  # fmt: skip
    assert [line.kind for line in frames[8].lines][:4] == ["local", "payment"] * 2


def test_a_parameter_that_is_paid_by_others_as_well():
    frames = walk(Expression(THREE + "+0.5*w**2")(**NUMBERS))
    assert [line.formula for line in frames[-1].lines] == ["∂J/∂w", "∂J/∂b = Σᵢ (a⁽ⁱ⁾ - y⁽ⁱ⁾) = (A - Y)𝟏"]
    assert [line.kind for line in frames[8].lines] == ["closed", "ledger", "local", "payment", "ledger"]
    two_layers = "; ".join(
        ["hi=tanh(u*xi+c); zi=w*hi+b; ai=σ(zi); Li=-(yi*log(ai)+(1-yi)*log(1-ai))".replace("i", i) for i in "123"]
    )
    frames = walk(Expression(two_layers + "; J=L1+L2+L3")(**NUMBERS, u=0.3, c=0.1))
    assert [line.formula for line in frames[-1].lines] == [
        "∂J/∂u", "∂J/∂c", "∂J/∂w = Σᵢ (a⁽ⁱ⁾ - y⁽ⁱ⁾)h⁽ⁱ⁾ᵀ = (A - Y)Hᵀ", "∂J/∂b = Σᵢ (a⁽ⁱ⁾ - y⁽ⁱ⁾) = (A - Y)𝟏"
    ]  # fmt: skip
    assert frames[8].lead == "Backward, example 2 of 3 passes back to w, u, c and b"


def test_names_that_have_nothing_in_common():
    plain = logistic.ManyExamples([0.5, 0.25], -0.25, X, Y, loss=literal_loss)
    end = walk(plain.J)[-1]
    assert [line.formula for line in end.lines] == [
        "∂J/∂w₁ = (a⁽¹⁾ - 1)·1 + (a⁽²⁾ - 0)·(-2) + (a⁽³⁾ - 1)·0.5",
        "∂J/∂w₂ = (a⁽¹⁾ - 1)·0.3 + (a⁽²⁾ - 0)·0.4 + (a⁽³⁾ - 1)·(-1)",
        "∂J/∂b = (a⁽¹⁾ - 1) + (a⁽²⁾ - 0) + (a⁽³⁾ - 1)",
    ]
    assert said(walk(plain.J)[8], ("ledger",)) == [
        "so far: ∂J/∂w₁ = −0.4195 + 0.2405·(−2) ≈ −0.9004",
        "so far: ∂J/∂w₂ = −0.1258 + 0.2405·0.4 ≈ −0.02964",
        "so far: ∂J/∂b = −0.4195 + 0.2405 ≈ −0.179",
    ]
    five = logistic.ManyExamples([0.5], 0.0, [[1.0, 2.0, 3.0, 4.0, 5.0]], [1.0, 0.0, 1.0, 0.0, 1.0])
    assert [line.formula for line in walk(five.J)[-1].lines] == ["∂J/∂w", "∂J/∂b"]
    wide = logistic.ManyExamples([0.1] * 9, 0.0, [[1.5, 2.0]] * 9, [1.0, 0.0])
    frame = walk(wide.J)[6]
    assert ([line.kind for line in frame.lines], frame.more) == (["closed"] + ["ledger"] * 3, 7)
    assert frame.text.endswith(", and 7 more of the same kind.")


@pytest.mark.parametrize(
    "changes",
    [
        {"y2": "q"}, {"a2": "p"}, {"x2": "t"}, {"y": "A", "L1": "Y", "b": "c"}, {"x": "act"},
    ],
)  # fmt: skip
def test_letters_that_would_be_misread(changes):
    """One name is another one, or A, Y or X is taken: then the terms are written one by one."""
    names = {name: name for name in ("z1", "a1", "L1", "x1", "y1", "z2", "a2", "L2", "x2", "y2", "w", "b", "J")}
    for old, new in changes.items():
        names |= {name: name.replace(old, new) for name in names if name.startswith(old)}
    w, b = Value(0.5, names["w"]), Value(0.1, names["b"])
    losses = []
    for i, (x, y) in enumerate(((1.0, 1.0), (-2.0, 0.0)), start=1):
        y = Value(y, names[f"y{i}"])
        z = w * Value(x, names[f"x{i}"]) + b
        a = sigmoid(z)
        L = -(y * a.log() + (1 - y) * (1 - a).log())
        for node, name in (z, "z"), (a, "a"), (L, "L"):
            node.label = names[f"{name}{i}"]
        losses.append(L)
    J = losses[0] + losses[1]
    J.label = "J"
    frames = all_steps(J, detail="names", data=["x", "y", "q", "t", "act", "a"], opened="examples")
    assert all("Σᵢ" not in line.formula or "𝟏" in line.formula for line in frames[-1].lines)


def test_the_middle_of_many_is_left_out():
    end = walk(batch(6).J)[-1]
    assert [line.parts[:3] for line in end.lines] == [
        ("∂J/∂w", "Σᵢ (a⁽ⁱ⁾ - y⁽ⁱ⁾)x⁽ⁱ⁾ᵀ", "(A - Y)Xᵀ"), ("∂J/∂b", "Σᵢ (a⁽ⁱ⁾ - y⁽ⁱ⁾)", "(A - Y)𝟏")
    ]  # fmt: skip
    assert [len(line.parts) for line in end.lines] == [4, 4]


def test_the_ids_for_the_page():
    frames = walk(many().J)
    for example, closed in zip(frames.examples, frames.closed):
        assert {closed.loss, closed.z, closed.a, closed.y} <= {*example.nodes}
        assert closed.loss == example.nodes[-1]
        xs = [frames.nodes[x].label if isinstance(x, str) else x for x in closed.factors.values()]
        i = "⁽¹⁾⁽²⁾⁽³⁾"[3 * example.number - 3 : 3 * example.number]
        assert xs == [f"X₁{i}", f"X₂{i}", 1.0]
        assert [frames.nodes[w].label for w in closed.factors] == ["w₁", "w₂", "b"]
        assert closed.share == 1
