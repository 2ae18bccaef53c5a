"""The frames of both passes: what the sweep did, in order, as data and as text."""

import math
import random
import sys
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from stepped import all_steps

from micrograd_lr import Expression, Op, Steps, Value, log, sigmoid
from micrograd_lr.engine.functions import sum as total
from micrograd_lr.engine.order import topological
from micrograd_lr.stepping.lines import SHOWN

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"


def slides():
    return Expression(SLIDES)(w=0.5, x=2.0, b=-1.5, y=1.0)


def test_the_forward_pass_and_then_the_backward_pass():
    frames = all_steps(slides())
    kinds = [frame.kind for frame in frames]
    assert kinds == ["inputs", *["forward"] * 11, "seed", *["backward"] * 11, "gradients"]
    assert [frame.phase for frame in frames] == ["forward"] * 12 + ["backward"] * 13
    assert [frame.index for frame in frames] == [*range(25)]
    names = [frames.name(frame.node) for frame in frames if frame.kind == "backward"]
    assert names == [
        "L", "u", "(1 - y) log(1 - a)", "y log(a)", "log(1 - a)", "log(a)", "1 - a", "a", "z", "1 - y", "wx"
    ]  # fmt: skip
    assert repr(frames) == "<25 steps of −(y log(a) + (1 − y) log(1 − a))>"
    assert repr(frames[2]) == "<frame 2: Forward: z is computed: z = wx + b = 1 + (−1.5) = −0.5.>"
    assert [frame.lead for frame in frames[11:14]] == [
        "Forward: L is computed",
        "The backward pass begins at L, which grows as fast as itself",
        "Backward: L passes ∂L/∂L = 1 back",
    ]  # fmt: skip


def test_each_frame_in_words_formulas_and_numbers():
    frames = all_steps(slides())
    assert frames[0].text == "The inputs: y = 1, w = 0.5, x = 2, b = −1.5."
    assert frames[3].formula == "a = σ(z)"
    assert frames[3].numbers == "a = σ(z) = σ(−0.5) = 0.3775"
    assert frames[12].text == "The backward pass begins at L, which grows as fast as itself: ∂L/∂L = 1."
    assert frames[20].formula == "∂a/∂z = a(1 − a); ∂L/∂z = ∂L/∂a · ∂a/∂z"
    assert (
        frames[20].numbers
        == "∂a/∂z = a(1 − a) = 0.3775(1 − 0.3775) ≈ 0.235; ∂L/∂z = ∂L/∂a · ∂a/∂z = −2.649·0.235 ≈ −0.6225"
    )
    assert frames[19].numbers.endswith(
        "path 2 of 2 to a: ∂L/∂(1 − a) · ∂(1 − a)/∂a = 0·(−1) = 0; ∂L/∂a = −2.649 + 0 = −2.649"
    )
    assert frames[-1].text == (
        "Done: the gradients: ∂L/∂w = (a − y)xᵀ = (0.3775 − 1)·2 ≈ −1.245 (proven), "
        "∂L/∂b = a − y = 0.3775 − 1 ≈ −0.6225 (proven)."
    )
    for frame in frames:
        for element in ET.fromstring(f"<div>{frame.mathematics}</div>").iter():
            assert element.tag in {"div", "math", "mrow", "mi", "mn", "mo", "mfrac", "mspace", "msub", "msup"}


def test_state_of_every_node_so_far():
    root = slides()
    frames = all_steps(root)
    assert all(node.grad is None for node in topological(root))  # a copy was swept
    root.backward()
    assert frames[0].values == {"n0": 1.0, "n1": 0.5, "n2": 2.0, "n4": -1.5}
    assert frames[0].gradients == frames[11].gradients == {}
    assert frames[12].gradients == {"n14": 1.0}
    assert frames[-1].values == {f"n{i}": node.data for i, node in enumerate(topological(root))}
    assert frames[-1].gradients == {f"n{i}": node.grad for i, node in enumerate(topological(root))}


def test_a_reused_node_keeps_a_ledger_with_a_line_per_path():
    x = Value(3.0, "x")
    root = x * x + x
    frames = all_steps(root)
    ledger = frames[-1].ledger("n0")
    assert [(payment.path, payment.paths, payment.contribution, payment.total) for payment in ledger] == [
        (1, 3, 1.0, 1.0), (2, 3, 3.0, 4.0), (3, 3, 3.0, 7.0)
    ]  # fmt: skip
    assert [len(frame.ledger("n0")) for frame in frames if frame.kind == "backward"] == [1, 3]
    kinds = [[line.kind for line in frame.lines] for frame in frames if frame.kind == "backward"]
    assert kinds[1] == ["local", "payment", "ledger"] * 2
    notes = [line.note for line in frames[-2].lines]
    assert notes == ["", "path 2 of 3 to x", "paths 1 to 2 of 3 to x", "", "path 3 of 3 to x", ""]
    assert frames[-2].lines[-1].parts[0] == "∂L/∂x"


COMBINED = [
    lambda x, y: x * y, lambda x, y: x + y, lambda x, y: x - 2.0 * y, lambda x, y: sigmoid(x),
    lambda x, y: log(sigmoid(y)), lambda x, y: (x / (y * y + 1.0)).tanh(), lambda x, y: total([x, y, x, 1.5]),
]  # fmt: skip


@st.composite
def graphs(draw):
    nodes = [Value(draw(st.floats(0.1, 2.0)), name) for name in "abc"]
    for _ in range(draw(st.integers(1, 12))):
        combined = draw(st.sampled_from(COMBINED))
        nodes.append(combined(draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))))
    return nodes[-1]


@pytest.mark.slow
@given(graphs())
@settings(max_examples=150)
def test_the_backward_frames_are_what_backward_does(root):
    frames = all_steps(root)
    root.backward()
    order = topological(root)
    assert frames[-1].gradients == {f"n{i}": node.grad for i, node in enumerate(order)}
    for payment in frames.payments:
        assert payment.before + payment.contribution == payment.total
        assert payment.upstream == frames[-1].gradients[payment.payer]
        assert payment.partial == order[int(payment.payer[1:])].partials[payment.position]
    assert Steps.from_json(frames.to_json()) == frames


def test_symbols_and_proofs(symbolic):
    w, x, b, y = (Value(sympy.Symbol(name), name) for name in "wxby")
    a = sigmoid(w * x + b)
    a.label = "a"
    L = -(y * log(a) + (1 - y) * log(1 - a))
    frames = all_steps(L)
    node = next(node.id for node in frames.nodes.values() if node.label == "w")
    assert sympy.simplify(frames[-1].gradients[node] - (a.data - y.data) * x.data) == 0
    assert "exp" in str(frames.nodes["n6"].value)


def test_what_is_no_node_is_refused():
    with pytest.raises(TypeError, match=r"steps\(root\) steps through the graph of a Value, not 2.0 \(float\)"):
        all_steps(2.0)


def test_a_leaf_that_has_changed_is_refused():
    w = Value(2.0, "w")
    y = w * 3.0
    w.data = 5.0
    with pytest.raises(ValueError, match=r"w was 2.0 when this was recorded, and is 5.0 now\. Compute it again"):
        all_steps(y)


@pytest.mark.parametrize("digits", [0, 18, -1, 2.5, "4", True])
def test_digits_are_checked(digits):
    with pytest.raises(ValueError, match="significant digits are a whole number from 1 to 17"):
        all_steps(Value(1.0), digits=digits)


def test_labels_of_nothing_and_of_slots():
    assert all_steps(Value(2.0, " ") * 3.0)[0].text == "The inputs: n0 = 2."
    assert all_steps(Value(2.0, "⟦v0⟧") * 3.0)[0].text == "The inputs: v0 = 2."
    assert all_steps(Value(2.0, "a\ud800b") * 3.0)[0].text == "The inputs: a\ufffdb = 2."


def test_the_seed_is_a_number_of_the_graph():
    assert all_steps(Value(Fraction(1, 2), "p"))[-1].gradients == {"n0": Fraction(1)}
    assert type(all_steps(Value(Fraction(1, 2), "p")).seed) is Fraction


def test_a_single_name_of_data():
    assert all_steps(Value(2.0, "feature") * 3.0, data="feature").nodes["n0"].kind == "data"


def test_a_leaf_alone():
    frames = all_steps(Value(2.0, "w"))
    assert [frame.kind for frame in frames] == ["inputs", "seed", "gradients"]
    assert frames[-1].text == "Done: the gradients: ∂w/∂w = 1."
    assert all_steps(Value(2.0))[0].text == "The inputs: L = 2."


def test_data_alone_has_its_gradients_shown():
    assert all_steps(Value(2.0, "x") * 3.0)[-1].text == "Done: the gradients: ∂L/∂x = 3."
    assert all_steps(Value(2.0, "q") * 3.0, data=["q"])[0].steps.nodes["n0"].kind == "data"


def test_sums_of_many_terms_show_the_first_lines():
    root = total([Value(float(i), f"t{i}") for i in range(40)])
    frame = all_steps(root)[3]
    assert len(frame.payments) == 40
    assert len(frame.lines) == SHOWN
    assert frame.text.endswith("and 34 more of the same kind.")
    assert all_steps(root)[1].text == "Forward: L is computed: L = Σ of 40 = 780."


def test_rows_of_the_users_own_that_take_numbers_only_have_frames():
    cosine = Op("cosine", "cos", lambda x: math.cos(x), lambda out, x: (-math.sin(x),))

    frames = all_steps(cosine(Value(1.0, "x")))
    assert frames[1].text == "Forward: L is computed: L = cosine(x) = cosine(1) = 0.5403."
    assert frames[3].numbers == "∂L/∂x = −0.8415"


def test_labels_with_spaces_are_kept_and_a_long_formula_gets_a_letter():
    w, x = Value(2.0, "mean radius"), Value(3.0, "x1")
    long = (w * x + w / x) * (w - x) * (w + x)
    frames = all_steps(long * long)
    assert frames[0].text == "The inputs: mean radius = 2, x1 = 3."
    assert "∂L/∂(mean radius)" in frames[-1].text
    assert [node.formula for node in frames.nodes.values() if node.name == "u"] == ["mean radius x1 + mean radius/x1"]


def test_templates_put_negative_numbers_in_parentheses_where_they_need_them():
    def forward(text, **at):
        return all_steps(Expression(text)(**at))[1].numbers

    assert forward("w*x", w=-2.0, x=-3.0) == "L = wx = (−2)·(−3) = 6"
    assert forward("w+x", w=-2.0, x=-3.0) == "L = w + x = −2 + (−3) = −5"
    assert forward("log(w)", w=0.5) == "L = log(w) = log(0.5) = −0.6931"
    assert forward("w**2", w=-2.0) == "L = w^2 = (−2)^2 = 4"
    assert forward("relu(w)", w=-2.0) == "L = relu(w) = relu(−2) = 0"
    assert forward("w/x", w=1.0, x=-4.0) == "L = w/x = 1/(−4) = −0.25"


@pytest.mark.unwatched
def test_deep_graphs_have_frames():
    root = Value(0.5, "w")
    for _ in range(3 * sys.getrecursionlimit()):
        root = root + 0.001
    frames = all_steps(root)
    assert frames[-1].gradients["n0"] == 1.0
    rng = random.Random(0)
    for i in rng.sample(range(len(frames)), 20):
        assert frames[i].text
