"""The closed form at the end does not depend on what is opened: it is said with the same numbers at every level."""

import math
import re

import numpy as np
import pytest
import sympy
from examples import NUMBERS, NUMBERS_OF_TWO_FEATURES, THREE, TWO_FEATURES, X, Y, in_names, many

import micrograd_lr
from micrograd_lr import Expression, Value, log, logistic_loss, sigmoid, steps
from micrograd_lr.stepping.frames import Steps
from micrograd_lr.stepping.questions import questions

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
NUMBERS_OF_THE_SLIDES = {"w": 0.5, "x": 2.0, "b": -1.25, "y": 1.0}
LEVELS = [
    {"opened": ["z"]}, {"opened": ["a"]}, {"opened": ["L"]}, {"opened": ["L", "a", "z"]}, {"detail": "ops"},
    {"opened": ["L"], "gradients": "all"}, {"detail": "ops", "gradients": "all"},
]  # fmt: skip
LEVELS_OF_MANY = [
    {"opened": ["example 2"]}, {"opened": ["z⁽²⁾"]}, {"opened": ["L⁽²⁾", "examples"]}, {"opened": ["J"]},
    {"detail": "ops"},
]  # fmt: skip


def end(walk):
    return [walk.filled(line.template) for line in walk[-1].lines]


def numbers_after(text):
    """The numbers after the last equals sign."""
    return [float(x.replace("−", "-")) for x in re.findall(r"−?\d+\.?\d*(?:e[-−]?\d+)?", text.rpartition(" = ")[2])]


@pytest.mark.parametrize("level", LEVELS)
def test_one_example(level):
    root = Expression(SLIDES)(**NUMBERS_OF_THE_SLIDES)
    walk = steps(root, digits=17, **level)
    assert [(line.kind, line.formula) for line in walk[-1].lines] == [
        ("closed", "∂L/∂w = (a - y)xᵀ"), ("closed", "∂L/∂b = a - y")
    ]  # fmt: skip
    assert walk[-1].text.count("(proven)") == 2
    error = 1 / (1 + np.exp(0.25)) - 1
    assert [numbers_after(text) for text in end(walk)] == [
        pytest.approx([error * 2], rel=1e-14), pytest.approx([error], rel=1e-14)
    ]  # fmt: skip
    assert end(walk) == end(steps(root, digits=17, detail="names"))


@pytest.mark.parametrize("level", LEVELS_OF_MANY)
@pytest.mark.parametrize("share", [1, 3])
def test_many_examples(level, share):
    J = many().J
    if share > 1:
        J = J / share
        J.label, J.nodes[0].label = "J", "S"
    walk = steps(J, digits=17, **level)
    assert [line.kind for line in walk[-1].lines] == ["closed"] * 2
    errors = (1 / (1 + np.exp(-(np.array([0.5, 0.25]) @ np.array(X) - 0.25))) - np.array(Y)) / share
    of_w, of_b = end(walk)
    assert numbers_after(of_w) == pytest.approx(errors @ np.array(X).T, rel=1e-12)
    assert numbers_after(of_b) == pytest.approx([errors.sum()], rel=1e-12)
    assert ("(A − Y)Xᵀ" in of_w) and ("/3" in of_w) == (share == 3)


def test_a_sigmoid_without_a_name_and_a_label_that_is_a_number():
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(-1.25, "b")
    z = w * x + b
    z.label = "z"
    a = 1 / (1 + np.exp(0.25))
    for loss in logistic_loss(z, 1.0), -sigmoid(z).log():
        walk = steps(loss, detail="ops", digits=17, names={"L": loss})
        assert [line.formula for line in walk[-1].lines] == ["∂L/∂w = (σ(z) - 1)xᵀ", "∂L/∂b = σ(z) - 1"]
        assert numbers_after(end(walk)[0]) == pytest.approx([(a - 1) * 2], rel=1e-14)


def test_what_is_said_of_symbols_is_what_sympy_says(symbolic):
    w, x, b, y = sympy.symbols("w x b y")
    walk = steps(Expression(SLIDES)(w=w, x=x, b=b, y=y), detail="ops")
    error = 1 / (1 + sympy.exp(-(w * x + b))) - y
    id_of = {node.label: id for id, node in walk.nodes.items()}
    assert [line.parts[1] for line in walk[-1].lines] == ["(a - y)xᵀ", "a - y"]
    assert sympy.simplify(walk[-1].gradients[id_of["w"]] - error * x) == 0
    assert sympy.simplify(walk[-1].gradients[id_of["b"]] - error) == 0


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "right, wrong",
    [("sigmoid(z)", "sigmoid(2*z)"), ("w*x", "w*x*x"), ("w*x", "w*w*x"), ("+(1-y)", "-(1-y)"), ("(1-a))", "(1-a))+w")],
)
def test_nothing_is_said_of_w_where_it_is_not_proven(level, right, wrong):
    assert right in SLIDES
    walk = steps(Expression(SLIDES.replace(right, wrong))(**NUMBERS_OF_THE_SLIDES), **level)
    assert [line.formula for line in walk[-1].lines if line.parts[0] == "∂L/∂w"] == ["∂L/∂w"]


def test_a_parameter_that_is_paid_by_others_as_well_has_none():
    walk = steps(Expression(THREE + "+0.5*w**2")(**NUMBERS), detail="ops")
    assert [line.formula for line in walk[-1].lines] == ["∂J/∂w", "∂J/∂b = Σᵢ (a⁽ⁱ⁾ - y⁽ⁱ⁾) = (A - Y)𝟏"]


# Without names


def plain(z, other=None, y=1.0):
    """The loss of plain Values, in which σ(z) is written twice, and computed twice."""
    w, x, b, y = (Value(v, name) for v, name in zip((0.5, 2.0, -1.25, y), "wxby"))
    return -(y * log(sigmoid(z(w, x, b))) + (1 - y) * log(1 - sigmoid((other or z)(w, x, b))))


def as_typed(text):
    return Expression(text)(**NUMBERS_OF_THE_SLIDES)


WITHOUT_NAMES = {
    "computed twice": lambda: plain(lambda w, x, b: w * x + b),
    "computed once": lambda: as_typed("-(y*log(sigmoid(w*x+b))+(1-y)*log(1-sigmoid(w*x+b)))"),
    "one node": lambda: as_typed("logistic_loss(w*x+b, y)"),
    "L alone has a name": lambda: as_typed("L = logistic_loss(w*x+b, y)"),
    "once as wx + b and once as b + wx": lambda: plain(lambda w, x, b: w * x + b, lambda w, x, b: b + x * w),
    "σ by exp": lambda: as_typed("-(y*log(1/(1+exp(-(w*x+b)))) + (1-y)*log(1-1/(1+exp(-(b+x*w)))))"),
    "σ by tanh": lambda: as_typed("-(y*log((1+tanh((w*x+b)/2))/2) + (1-y)*log(1-(1+tanh((w*x+b)/2))/2))"),
    "softplus by exp": lambda: as_typed("log(1 + exp(w*x + b)) - y*(w*x + b)"),
}


@pytest.mark.parametrize("build", WITHOUT_NAMES.values(), ids=WITHOUT_NAMES)
def test_without_names_the_end_is_the_closed_form_too(build):
    walk = steps(build(), digits=17)
    assert [(line.kind, line.formula) for line in walk[-1].lines] == [
        ("closed", "∂L/∂w = (σ(wx + b) - y)xᵀ"), ("closed", "∂L/∂b = σ(wx + b) - y")
    ]  # fmt: skip
    w, x, b, y = sympy.symbols("w x b y")
    a = 1 / (1 + sympy.exp(-w * x - b))
    L = -(y * sympy.log(a) + (1 - y) * sympy.log(1 - a))
    for name, text in zip((w, b), end(walk)):
        exact = L.diff(name).subs(NUMBERS_OF_THE_SLIDES)
        assert numbers_after(text) == [pytest.approx(float(exact), rel=1e-13)]
    assert not any(line.kind == "closed" for frame in walk[:-1] for line in frame.lines)
    assert end(Steps.from_json(walk.to_json())) == end(walk)


@pytest.mark.parametrize("a", ["sigmoid(w*x+b)", "1/(1+exp(-(w*x+b)))"])
@pytest.mark.parametrize("level", [{}, {"opened": "L"}, {"opened": "a"}, {"detail": "ops"}])
def test_a_has_a_name_and_z_has_none(a, level):
    walk = steps(as_typed(f"a={a}; L=-(y*log(a)+(1-y)*log(1-a))"), digits=17, **level)
    assert [line.formula for line in walk[-1].lines] == ["∂L/∂w = (a - y)xᵀ", "∂L/∂b = a - y"]
    a = 1 / (1 + math.exp(0.25))
    assert [numbers_after(text)[0] for text in end(walk)] == [pytest.approx((a - 1) * 2), pytest.approx(a - 1)]
    other = steps(as_typed("a=sigmoid(w*x+b); L=-(y*log(a)+(1-y)*log(1.000001-a))"))
    assert [line.kind for line in other[-1].lines] == ["result", "result"]


def test_examples_of_which_only_a_has_a_name():
    """Without a z that is shown there is no number of A − Y, but what is proven is said."""
    text = "".join(f"a{i}=sigmoid(w*x{i}+b); L{i}=-(y{i}*log(a{i})+(1-y{i})*log(1-a{i}));" for i in (1, 2, 3))
    numbers = {f"{name}{i}": float(i % 2) for name in "xy" for i in (1, 2, 3)}
    walk = steps(Expression(f"{text} J=L1+L2+L3")(w=0.5, b=0.25, **numbers))
    assert [line.formula for line in walk[-1].lines] == [
        "∂J/∂w = Σᵢ (a⁽ⁱ⁾ - y⁽ⁱ⁾)x⁽ⁱ⁾ᵀ = (A - Y)Xᵀ", "∂J/∂b = Σᵢ (a⁽ⁱ⁾ - y⁽ⁱ⁾) = (A - Y)𝟏"
    ]  # fmt: skip
    a = [1 / (1 + np.exp(-0.5 * x - 0.25)) for x in (1, 0, 1)]
    assert numbers_after(end(walk)[1]) == [pytest.approx(sum(a) - 2, rel=1e-3)]


def test_where_neither_z_nor_a_is_shown_there_is_nothing_to_tell():
    text = "".join(f"L{i}=logistic_loss(w*x{i}+b, y{i});" for i in (1, 2, 3))
    numbers = {f"{name}{i}": float(i % 2) for name in "xy" for i in (1, 2, 3)}
    walk = steps(Expression(f"{text} J=L1+L2+L3")(w=0.5, b=0.25, **numbers))
    assert [line.kind for line in walk[-1].lines] == ["result", "result"]


def test_an_x_that_is_not_shown_is_not_told():
    walk = steps(Expression("a=sigmoid(w*(v*c) + b*relu(v*c)); L=-log(a)")(w=0.5, v=2.0, c=1.5, b=0.25))
    assert [line.kind for line in walk[-1].lines] == ["result"] * 4
    walk = steps(Expression("a=sigmoid(w*(v*c) + b*exp(v*c)); L=-log(a)")(w=0.5, v=2.0, c=1.5, b=0.25))
    assert [line.kind for line in walk[-1].lines] == ["result"] * 4


@pytest.mark.parametrize(
    "z, other",
    [
        (lambda w, x, b: w * x + b, lambda w, x, b: w * x - b),
        (lambda w, x, b: w * x + b, lambda w, x, b: w * x + b * 1.000001),
        (lambda w, x, b: 2.0 * (w * x + b), lambda w, x, b: 2.000001 * (w * x + b)),
        (lambda w, x, b: w * w * x + b, None),
    ],
)
def test_without_names_nothing_is_said_of_w_where_it_is_not_proven(z, other):
    assert [line.formula for line in steps(plain(z, other))[-1].lines if line.parts[0] == "∂L/∂w"] == ["∂L/∂w"]


@pytest.mark.parametrize("m", [2, 3, 4])
def test_examples_without_names(m):
    """Each loss has its closed form; up to three are written out."""
    w, b = Value(0.5, "w"), Value(-0.25, "b")
    examples = [(Value(0.5 * i - 0.75, f"x{i}"), Value(i % 2, f"y{i}")) for i in range(m)]
    losses = [-(y * log(sigmoid(w * x + b)) + (1 - y) * log(1 - sigmoid(w * x + b))) for x, y in examples]
    walk = steps(micrograd_lr.sum(losses) / m, digits=17)
    of_w, of_b = walk[-1].lines
    terms = [f"(σ(w x{i} + b) - y{i})x{i}/{m}" for i in range(m)]
    assert (of_w.kind, of_w.formula) == (("closed", f"∂L/∂w = {' + '.join(terms)}") if m < 4 else ("result", "∂L/∂w"))
    assert of_b.kind == of_w.kind
    errors = [1 / (1 + np.exp(-(0.5 * x.data - 0.25))) - y.data for x, y in examples]
    assert numbers_after(end(walk)[0]) == [pytest.approx(np.mean([e * x.data for e, (x, _) in zip(errors, examples)]))]


def test_vectors_whose_names_have_nothing_in_common_are_told_in_numbers():
    ws, b = [Value(0.5, "w0"), Value(0.25, "w1")], Value(-0.25, "b")
    columns = [[Value(i + j - 0.5, f"x{i}_{j}") for j in range(2)] for i in range(3)]
    losses = [logistic_loss(sum(w * x for w, x in zip(ws, xs)) + b, i % 2) for i, xs in enumerate(columns)]
    of_w, of_b = steps(sum(losses))[-1].lines
    assert (of_w.kind, of_w.formula, of_b.kind) == ("closed", "∂L/∂w", "closed")


@pytest.mark.parametrize("level", LEVELS)
def test_the_move_of_z_is_what_it_was(level):
    """What is proven in the graph that is shown is said where z is paid; what only the end knows is not."""
    walk = steps(Expression(SLIDES)(**NUMBERS_OF_THE_SLIDES), **level)
    said = [line for frame in walk if frame.kind == "backward" for line in frame.lines if line.kind == "closed"]
    assert len(said) == len(walk.closed) == ("L" not in level.get("opened", ["L"]))


@pytest.mark.parametrize("level", LEVELS)
def test_steps_of_json_say_it_too(level):
    walk = steps(Expression(SLIDES)(**NUMBERS_OF_THE_SLIDES), **level)
    again = Steps.from_json(walk.to_json())
    assert again == walk
    assert [frame.text for frame in again] == [frame.text for frame in walk]


@pytest.mark.parametrize("level", [{}, {"opened": ["z"]}, {"opened": ["L"]}, {"detail": "ops"}])
def test_dimensions_are_asked_for_at_every_level(level):
    two = steps(Expression(TWO_FEATURES)(**NUMBERS_OF_TWO_FEATURES), **level)
    assert [(x.prompt, x.shape) for x in questions(two[-1])] == [("∂L/∂w = (a - y)xᵀ", ("1", "n"))]
    three = steps(
        in_names(), **{**level, **({"opened": [x + "1" for x in level["opened"]]} if "opened" in level else {})}
    )
    assert [x.prompt for x in questions(three[-1])] == ["A - Y", "Xᵀ", "∂J/∂w = (A - Y)Xᵀ"]
