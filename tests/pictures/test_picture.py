"""What a picture shows: every node and edge once, with the engine's numbers and the table's formulas."""

import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import POLYNOMIAL, programs, run

from micrograd_lr import (
    OPS,
    Expression,
    Op,
    Value,
    dot,
    draw,
    exp,
    gradient,
    log,
    logistic,
    logistic_loss,
    number_type,
    sigmoid,
)  # fmt: skip
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import apply
from micrograd_lr.pictures.graph import LIMIT, picture
from micrograd_lr.pictures.labels import Look, caption, clean, flow, number, rows, sentence, title, widths

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
NAMED = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"


def slides(backward=True):
    L = Expression(NAMED)(w=0.5, b=-1, x=2, y=1)
    if backward:
        L.backward()
    return L


def batch_of(m, loss=logistic_loss):
    X = [[float(i + 1) for i in range(m)], [0.5 - i for i in range(m)]]
    many = logistic.ManyExamples([0.1, 0.2], 0.3, X, [float(i % 2) for i in range(m)], loss)
    many.backward()
    return many


def by_title(drawn):
    return {title(box): box for box in drawn.boxes}


FORMS = {"one_example.dot": lambda d: d.source, "one_example.txt": lambda d: d.text + "\n"}


@pytest.mark.parametrize("name", FORMS)
def test_the_dot_and_the_text_of_the_slides_graph_byte_for_byte(name):
    assert FORMS[name](draw(slides(), partials="both")) == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_the_same_in_every_process(seed):
    code = f"""
import sys
from micrograd_lr import Expression, draw
L = Expression({NAMED!r})(w=0.5, b=-1, x=2, y=1)
L.backward()
drawing = draw(L, partials="both")
sys.stdout.buffer.write((drawing.source + drawing.text + "\\n").encode())
"""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True).stdout
    assert printed.decode() == "".join((GOLDEN / name).read_text(encoding="utf-8") for name in FORMS)


def test_every_node_stands_there_once_with_its_numbers():
    L = slides()
    drawn = picture(L)
    nodes = topological(L)
    boxes = [box for box in drawn.boxes if box.kind != "constant"]
    assert [box.id for box in boxes] == [f"n{i}" for i in range(len(nodes))]
    of = dict(zip(nodes, boxes))
    for node, box in of.items():
        assert (box.value, box.grad, box.label, box.op) == (node.data, node.grad, node.label, node.op)
        assert tuple(edge.partial for edge in box.edges) == node.partials
        for edge, operand in zip(box.edges, node.operands):
            assert edge.to is of[operand] if isinstance(operand, Value) else edge.to.value == operand
    assert drawn.root is boxes[-1]
    assert drawn.notes == []


def test_formulas_come_from_the_table():
    boxes = by_title(picture(slides()))
    assert {*boxes} >= {"z = wx + b", "a = σ(z)", "log(a)", "1 − a", "L = −(y log(a) + (1 − y) log(1 − a))"}
    assert [edge.formula for edge in boxes["a = σ(z)"].edges] == ["a(1 - a)"]
    assert [edge.formula for edge in boxes["log(a)"].edges] == ["1/a"]
    assert [edge.formula for edge in boxes["wx"].edges] == ["x", "w"]
    assert [edge.formula for edge in boxes["z = wx + b"].edges] == ["1", "1"]


@settings(max_examples=60, deadline=None)
@given(programs([*POLYNOMIAL, ("sigmoid", 1), ("tanh", 1), ("relu", 1), ("div", 2)]), st.data())
def test_formulas_evaluated_by_sympy_give_the_numbers(lines, data):
    """The formula of every node and every edge, read by SymPy with σ defined by us, is the engine's number."""
    values = data.draw(st.lists(st.integers(1, 5), min_size=3, max_size=3))
    try:
        root = run(lines, [Value(float(v), n) for v, n in zip(values, "pqr")], lambda n, xs: apply(OPS[n], *xs))[-1]
    except ZeroDivisionError:
        return
    names = {
        "σ": lambda z: 1 / (1 + sympy.exp(-z)), "relu": lambda z: sympy.Max(z, 0), "step": sympy.Heaviside,
        "tanh": sympy.tanh, "out": sympy.nan,
    }  # fmt: skip
    for node in topological(root):  # with a label on everything, formulas are short: names of operands only
        node.label = node.label or f"v{len(names)}"
        names[node.label] = sympy.Float(node.data, 30)
    for node, box in zip(
        topological(root), (box for box in picture(root, limit=10**6).boxes if box.kind != "constant")
    ):
        if not node.op or "of" in str(box.formula):
            continue
        assert_close(str(box.formula), node.data, names)
        for edge, partial in zip(box.edges, node.partials):
            if node.op.name != "relu" or node.operands[0].data != 0:
                assert_close(edge.formula, partial, names)


def assert_close(formula, expected, names):
    import re

    # juxtaposition is multiplication: "p q", "pq" of single letters, "2 p", "a(1 - a)"
    text = formula.replace("·", "*").replace("^", "**")
    text = re.sub(r"(?<![\w])([pqr])([pqr])(?!\w)", r"\1*\2", text)
    text = re.sub(r"(?<=[\w)]) (?=[\w(])", "*", text)
    text = re.sub(r"(?<=\))(?=\()", "*", text)
    text = re.sub(r"\b(?!tanh|relu|step|σ)(\w+)\(", r"\1*(", text)
    assert float(eval(text, {"__builtins__": {}}, names)) == pytest.approx(expected, rel=1e-11, abs=1e-11), formula


def test_before_backward_there_is_a_dash():
    text = draw(slides(backward=False)).text
    assert "a = σ(z): 0.5, ∂L/∂a = –" in text
    assert draw(slides()).text != text
    assert "∂L/∂a" not in draw(slides(), gradients=False).text
    assert "not computed yet" in draw(slides(backward=False)).description


def test_a_drawing_is_a_snapshot():
    L = slides(backward=False)
    drawing = draw(L)
    L.backward()
    assert "= –" in drawing.text
    assert "= –" in drawing.svg


def test_a_product_with_itself_has_two_edges_and_a_shared_node_one_box():
    x = Value(3.0, "x")
    square = picture(x * x)
    assert [title(box) for box in square.boxes] == ["x", "x·x"]
    assert [(edge.to.label, edge.partial, edge.formula) for edge in square.root.edges] == [("x", 3.0, "x")] * 2
    assert draw(x * x).source.count("n0 -> n1 ") == 2
    shared = x.log()
    assert [str(box.op) for box in picture(shared * 2.0 + shared / 5.0).boxes].count("log") == 1


def test_kinds_of_leaves_differ_in_word_shape_and_colour():
    x, w, free = Value(2.0, "x₁"), Value(0.5, "w"), Value(4.0)
    drawing = draw(w * x + free * 3.0)
    lines = {line.split(" [", 1)[0].strip('\t"'): line for line in drawing.source.splitlines() if "shape" in line}
    words = {name: [word for word in ("parameter", "data", "constant") if f">{word}<" in lines[name]] for name in lines}
    assert words == {"n0": ["parameter"], "n1": ["data"], "n2": [], "n3": ["parameter"], "n4-1": ["constant"], "n4": [],
                     "n5": []}  # fmt: skip
    shapes = [next(part for part in lines[name].split() if part.startswith("shape")) for name in ("n0", "n1", "n4-1")]
    assert shapes == ["shape=box", "shape=note", "shape=ellipse"]
    assert [box.kind for box in picture(w * x, data=["w", "v"]).boxes] == ["data", "parameter", "op"]
    labels = ["x", "X[3]", "x_1", "y₁₂", "Y(2)", "xylophone", "b", ""]
    kinds = [picture(Value(1.0, label)).root.kind for label in labels]
    assert kinds == ["data"] * 5 + ["parameter"] * 3


def test_numbers_are_shown_with_digits_and_a_real_minus():
    assert number(-0.000123456, 3) == "−0.000123"
    assert number(-0.0, 4) == "0"
    assert number(1e-20, 4) == "1e−20"
    assert [number(x, 4) for x in (9999.0, 10_000.0, -123456.7, 1e7, 0.00012345)] == [
        "9999", "10000", "−123457", "1e+07", "0.0001234"
    ]  # fmt: skip
    assert number(None, 4) == "–"
    assert number(2, 1) == "2"
    assert number(Fraction(-1, 3), 2) == "−1/3"
    assert number(float("nan"), 4) == "nan"
    assert number(sympy.Symbol("w" * 50), 4) == "w" * 23 + "…"
    assert number(Fraction(10**30 + 1, 3 * 10**30), 4) == "≈ 0.3333"
    assert number(Fraction(10**400), 4) == "1" + "0" * 22 + "…"
    assert number(Decimal("2.9450855E-310"), 4) == "2.945e−310"
    assert number(mpmath.mpf("0.0"), 1) == "0.0"
    assert number(mpmath.mpf("0.5") ** 100 / 3, 4) == "2.63e−31"
    assert "0.693147181" in draw(slides(), digits=9).text


@pytest.mark.parametrize(
    "partials, shown", [("number", "0.25"), ("formula", "a(1 − a)"), ("both", "a(1 − a) = 0.25"), ("none", "")]
)
def test_the_caption_of_an_edge(partials, shown):
    edge = by_title(picture(slides()))["a = σ(z)"].edges[0]
    assert caption(edge, Look(partials=partials)) == shown
    assert (f'label="  {shown} "' in draw(slides(), partials=partials).source) is bool(shown)
    one = by_title(picture(slides()))["z = wx + b"].edges[0]
    assert caption(one, Look(partials="both")) == "1"


def test_the_width_of_an_edge_is_the_gradient_that_it_carries():
    drawn = picture(slides())
    width = widths(drawn)
    flows = {edge: flow(box, edge) for box in drawn.boxes for edge in box.edges}
    largest = max(flows.values())
    for edge, carried in flows.items():
        assert width[edge] == round(1 + 2.5 * (carried / largest) ** 0.5, 2)
    assert max(width.values()) == 3.5
    assert {*widths(picture(slides(backward=False))).values()} == {1.2}
    for box in drawn.boxes:  # what the edges of a node carry is its gradient
        if box.kind != "constant" and box is not drawn.root:
            paid = sum(user.grad * edge.partial for user in drawn.boxes for edge in user.edges if edge.to is box)
            assert paid == pytest.approx(box.grad, rel=1e-12, abs=1e-15)


def test_symbols_and_fractions_can_be_drawn(symbolic):
    w, x = sympy.symbols("w x")
    L = log(sigmoid(Value(w, "w") * Value(x, "x")))
    L.backward()
    assert "w (parameter): w, grad = " in draw(L).text
    assert "penwidth=1.2" in draw(L).source  # the size of a symbol is not known
    half = Value(Fraction(1, 2), "p") * Fraction(2, 3)
    half.backward()
    assert draw(half).text.splitlines()[0] == "p(2/3): 1/3, grad = 1"


def test_infinite_gradients_do_not_break_the_widths():
    root = Value(float("inf"), "w") * 2.0 + Value(1.0, "b") * float("inf")
    root.backward()
    assert all(1 <= width <= 3.5 for width in widths(picture(root)).values())


def test_gradients_of_another_root_are_not_called_this_roots():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    z = w * x
    z.label = "z"
    L = (z * 3.0).tanh()
    L.label = "L"
    note = "the gradients are those of another root, or of older numbers: call backward() on this one"
    assert draw(L).notes == []
    L.backward()
    assert draw(L).notes == []
    assert "z = wx: 1, ∂L/∂z = 0.0296\n" in draw(L).text
    assert draw(z).notes == [note]
    assert "∂z" not in draw(z).text
    z.backward()
    assert draw(z).notes == []
    assert draw(L).notes == [note]
    A, B = w * 2.0, w * 7.0
    A.backward()
    B.backward()
    assert draw(A).notes == [note]  # A.grad is 1, and w.grad is B's
    assert draw(w * 5.0).notes == [note]  # not swept at all: w.grad is B's
    assert note in draw(A).description[-100:].replace("The", "the")


def test_a_leaf_that_changed_after_recording_is_noted():
    w = Value(2.0, "w")
    A = w * w * Value(1.0)
    A.backward()
    w.data = 5.0
    assert draw(A).notes == ["w changed after this was recorded: the other numbers are of before"]
    assert draw(w * 2.0).notes[-1].startswith("the gradients are those of another root")


def test_powers_are_written_as_they_are_meant():
    w = Value(2.0, "w")
    titles = {title(picture(root).root): root.data for root in (w**-2.0, (w**2.0) ** 3.0, (2.0**w) ** w, 1.0 / w**2.0)}
    assert titles == {"w^(−2)": 0.25, "(w^2)^3": 64.0, "(2^w)^w": 16.0, "1/w^2": 0.25}
    assert picture(w**-2.0).root.edges[0].formula == "-2 w^(-3)"


def test_a_label_that_is_no_text():
    assert draw(Value(1.0, None) * Value(2.0, 3)).text.startswith("1·3: 2")


# Opened: ops drawn as their atoms


@pytest.mark.parametrize("z, y", [(0.3, 1.0), (-1.7, 0.0), (0.9, 0.25)])
def test_the_opened_loss_has_the_values_and_gradients_of_the_literal_one(z, y):
    folded = logistic_loss(Value(z, "z") * 2.0, Value(y, "y")) * 3.0
    folded.backward()
    opened = picture(folded, opened="logistic_loss")
    literal = logistic.literal_loss(Value(z, "z") * 2.0, Value(y, "y")) * 3.0
    literal.backward()
    expected = sorted((str(n.op), n.data, n.grad) for n in topological(literal) if n.op)
    found = sorted((str(box.op), box.value, box.grad) for box in opened.boxes if box.op)
    assert [name for name, *_ in found] == [name for name, *_ in expected]
    for (_, *ours), (_, *theirs) in zip(found, expected):
        assert ours == pytest.approx(theirs, rel=1e-14, abs=1e-15)
    assert len(picture(folded).boxes) < len(opened.boxes)


def test_the_opened_dot_product_is_its_multiplications_and_additions():
    w = [Value(0.5, "w₁"), Value(-2.0, "w₂"), Value(1.0, "w₃")]
    z = dot(w, [1.5, 2.5, 3.5])
    z.label = "z"
    z.backward()
    opened = picture(z, opened=["dot"])
    assert [str(box.op) for box in opened.boxes if box.op] == ["mul", "mul", "add", "mul", "add"]
    assert (opened.root.id, opened.root.label, opened.root.value, opened.root.grad) == ("n3", "z", z.data, 1.0)
    assert [box.grad for box in opened.boxes if box.kind == "parameter"] == [1.5, 2.5, 3.5]
    assert "opened" not in "".join(opened.notes)


def test_a_repeated_operand_is_one_box_when_opened():
    w = Value(0.5, "w")
    opened = picture(dot([w, w], [w, 3.0]), opened="dot")
    assert [box.label for box in opened.boxes].count("w") == 1
    assert title(opened.root) == "w·w + w·3"


def test_a_saturated_loss_stays_folded_and_says_so():
    loss = logistic_loss(Value(40.0, "z"), 0.0)
    loss.backward()
    drawing = draw(loss, opened="logistic_loss")
    assert "n1 stays folded: log(the sub node = 0.0) has no finite value" in drawing.notes[0]
    assert "use logistic_loss" in drawing.text.lower()


def test_before_backward_the_atoms_have_no_gradient():
    opened = picture(logistic_loss(Value(0.4, "z"), 1.0), opened="logistic_loss")
    assert {box.grad for box in opened.boxes} == {None}


# Grouped: many examples


@pytest.mark.parametrize("loss", [logistic_loss, logistic.literal_loss])
def test_a_batch_is_drawn_with_one_box_per_example(loss):
    many = batch_of(3, loss)
    drawn = picture(many.J)
    assert [box.word or box.label for box in drawn.boxes] == ["parameter"] * 3 + [
        "example 1",
        "example 2",
        "example 3",
        "J",
    ]
    examples = [box for box in drawn.boxes if box.kind == "example"]
    for i, (box, L) in enumerate(zip(examples, many.losses), start=1):
        assert (box.value, box.grad, box.label) == (L.data, 1.0, f"L⁽{'⁰¹²³'[i]}⁾")
        assert f"z⁽{'⁰¹²³'[i]}⁾" in [inner.label for inner in box.inside]

        def one(w1, w2, b, i=i):
            return loss(w1 * float(i) + w2 * (1.5 - i) + b, many.Y[i - 1])

        slopes = [edge.partial for edge in box.edges]
        assert slopes == pytest.approx(gradient(one, 0.1, 0.2, 0.3), rel=1e-13)
        assert [edge.to.label for edge in box.edges] == ["w₁", "w₂", "b"]
    assert title(drawn.root) == "J = L⁽¹⁾ + L⁽²⁾ + L⁽³⁾"
    assert drawn.notes == ['3 examples, one box each: opened="examples" shows what is inside']
    opened = picture(many.J, opened="examples", limit=1000)
    assert len([box for box in opened.boxes if box.kind != "constant"]) == len(topological(many.J))
    assert "example" not in {box.kind for box in opened.boxes}


def test_most_examples_of_a_large_batch_share_one_box():
    many = batch_of(20)
    drawn = picture(many.J)
    rest = drawn.boxes[-2]
    assert [box.word for box in drawn.boxes if box.kind == "example"] == [f"example {i}" for i in range(1, 5)]
    assert (rest.kind, rest.word, rest.grad) == ("folded", "16 more examples", 1.0)
    assert rest.value == pytest.approx(sum(L.data for L in many.losses[4:]), rel=1e-14)
    for edge in rest.edges:
        shown = sum(e.partial for box in drawn.boxes if box.kind == "example" for e in box.edges if e.to is edge.to)
        assert edge.partial + shown == pytest.approx(edge.to.grad, rel=1e-12)
    assert drawn.notes == ["16 of 20 examples share one box; draw one of the terms to see inside"]
    assert title(drawn.root) == "J = Σ of 20"


def test_a_chain_of_additions_is_a_batch_too():
    w, b = Value(0.5, "w"), Value(-1.0, "b")
    losses = [-log(sigmoid(w * x + b)) for x in (1.0, 2.0, 3.0)]
    for J in (sum(losses), losses[0] + losses[1] + losses[2]):
        drawn = picture(J)
        assert [box.kind for box in drawn.boxes] == ["parameter"] * 2 + ["example"] * 3 + ["op"]
        assert drawn.root.value == J.data


def test_a_mean_and_a_regularised_loss_are_batches_too():
    many = batch_of(20)
    (mean := many.J / 20.0).backward()
    drawn = picture(mean)
    assert [box.kind for box in drawn.boxes] == [
        *["parameter"] * 3, *["example"] * 4, "folded", "op", "constant", "op"
    ]  # fmt: skip
    assert drawn.root.edges[0].to.label == "J"
    assert drawn.boxes[3].grad == 1 / 20
    (ridge := many.J + (many.w[0] * many.w[0] + many.w[1] * many.w[1]) * 0.5).backward()
    drawn = picture(ridge)
    assert [box.label for box in drawn.boxes if box.kind == "parameter"] == ["w₁", "w₂", "b"]
    assert len([box for box in drawn.boxes if box.kind == "example"]) == 4
    check = dict.fromkeys(drawn.boxes, 0.0)
    for box in drawn.boxes:
        for edge in box.edges:
            check[edge.to] += box.grad * edge.partial
    for box in drawn.boxes[:3]:
        assert check[box] == pytest.approx(box.grad, rel=1e-12)


def test_an_example_can_be_highlighted_by_its_node():
    many = batch_of(3)
    by_node, by_label = (draw(many.J, highlight=[x, "w₁"]).source for x in (many.losses[0], "L⁽¹⁾"))
    assert by_node == by_label
    assert by_node.count("penwidth=3 ") == 2
    n3 = Value(1.0, "n3")
    root = n3 * 2.0 * 3.0 * 4.0
    assert "n0 [" in next(line for line in draw(root, highlight=n3).source.splitlines() if "penwidth=3 " in line)
    with pytest.raises(ValueError, match="highlight: there is no box called '' in the picture"):
        draw(root, highlight="")


def test_many_captions_are_left_out_with_a_note():
    w = [Value(0.1, f"w{i}") for i in range(60)]
    root = node_sum([dot(w, [float(i + j) for j in range(60)]).exp() for i in range(6)])
    root.label = "J"
    drawing = draw(root, limit=1000)
    assert "local derivatives are left out, on more than 300 edges; use a smaller limit" in drawing.notes
    assert "label=" not in "".join(line for line in drawing.source.splitlines() if "->" in line)


def test_what_is_no_batch_is_drawn_as_it_is():
    w, v, x, b = (Value(float(i), name) for i, name in enumerate("wvxb", start=1))
    shared = w.exp()
    for root in (
        w * (v * x).relu() + b * (Value(1.0, "u") * x).relu() + Value(2.0, "t") * (Value(1.0, "s") * x).relu(),
        w * x**4.0 + v * x**3.0 + b * x**2.0,
        node_sum([w * x, b * x]),
        w * x + v * x + b,
        w * x + v * x,
        w * x + v * x + w * v,  # terms of one op each
        node_sum([w, v]),
        node_sum([w * x, v * b]),  # nothing shared
        node_sum([w * x, w.log()]),  # of two forms
        node_sum([shared, shared]),
        node_sum([w * x]),
        (first := exp(w * x) + exp(v * x)) + exp(b * x) + first * 0.0,  # a partial sum that is used again
        w + 0,
        w,
    ):
        assert "example" not in {box.kind for box in picture(root).boxes}


# Folded: more nodes than can be read


def test_a_large_graph_is_folded_to_its_limit():
    node = Value(0.5, "w")
    for _ in range(10_000):
        node = node + 1.0
    drawn = picture(node)
    assert len(drawn.boxes) == LIMIT
    (rest,) = (box for box in drawn.boxes if box.kind == "folded")
    assert rest.word == "19,882 nodes not shown"
    assert drawn.notes == ["19,882 of 20,001 nodes are not shown; limit=20001 shows all of them"]
    assert drawn.root.edges[0].partial == 1
    assert "(19,882 of 20,001 nodes are not shown; limit=20001 shows all of them)" in draw(node).text
    assert "folded" in draw(node, renderer="built-in").svg


def test_leaves_that_hidden_nodes_use_are_joined_to_them():
    w = Value(0.5, "w")
    root = ((w * 2.0).exp() * 3.0).exp() * w
    drawn = picture(root, limit=4)
    assert [(box.id, [edge.to.id for edge in box.edges]) for box in drawn.boxes] == [
        ("n0", []),
        ("folded", ["n0"]),
        ("n4", ["folded"]),
        ("n5", ["n4", "n0"]),
    ]
    assert draw(root, limit=4).text.count("nodes not shown") == 1


def test_in_a_very_large_picture_leaves_stand_once_per_use():
    w, b = Value(0.5, "w"), Value(1.0, "b")
    root = node_sum([w * float(i) + b * b for i in range(100)])
    drawn = picture(root, opened="examples", limit=10_000)
    assert [box.label for box in drawn.boxes].count("w") == 100
    assert [box.label for box in drawn.boxes].count("b") == 200
    assert len({box.id for box in drawn.boxes}) == len(drawn.boxes)
    assert drawn.notes == ["every leaf is drawn once for each of its uses"]
    assert 'label="  1 "' not in draw(root, opened="examples", limit=10_000).source  # no captions on so many edges
    assert draw(root, opened="examples", limit=10_000, highlight=w).source.count("penwidth=3") == 100


def test_long_formulas_are_shortened():
    names = [Value(1.0, f"a_long_name_{i}") for i in range(6)]
    root = names[0]
    for name in names[1:]:
        root = root * name
    assert title(picture(root).root) == "… a_long_name_4 a_long_name_5"
    assert title(picture(-(root + root)).root) == "−…"
    wide = dot(names[:4], names[2:])
    assert title(picture(wide).root) == "· of 8"


def test_a_row_for_numbers_only_can_be_drawn():
    import math

    Op("real", "Re", lambda x: x.real, lambda out, x: (1,))
    assert title(picture(apply(OPS["real"], Value(1.0, "x"))).root) == "real(x)"
    Op("sinus", "sin", math.sin, lambda out, x: (math.cos(x),))
    x = Value(1.0, "x")
    root = apply(OPS["sinus"], x)
    root.backward()
    assert draw(root).text.splitlines()[0] == "sinus(x): 0.8415, grad = 1"
    assert draw(root, partials="formula").text.splitlines()[1] == "└─ [0.5403] x (data): 1, grad = 0.5403"


# Options and bad input


def test_highlighting_marks_nodes_and_the_edges_between():
    L = slides()
    a = next(node for node in topological(L) if node.label == "a")
    source = draw(L, highlight=["z", a, "n14"], theme="dark").source
    marked = [line.split()[0] for line in source.splitlines() if "penwidth=3 " in line and "->" not in line]
    assert marked == ["n5", "n6", "n14"]
    edges = [line.strip().split(" [")[0] for line in source.splitlines() if "->" in line and "#ffb454" in line]
    assert edges == ["n5 -> n6"]
    assert draw(L, highlight="a").source == draw(L, highlight=a).source == draw(L, highlight=[a]).source
    with pytest.raises(
        ValueError, match=r"highlight: there is no box called 'q' in the picture; there are y, w, x, n3"
    ):
        draw(L, highlight="q")
    with pytest.raises(ValueError, match=r"highlight: there is no box for Value\(3\.0"):
        draw(L, highlight=Value(3.0))


@pytest.mark.parametrize(
    "option, message",
    [
        ({"direction": "up"}, "direction='up': known are TB, BT, LR, RL."),
        ({"theme": "neon"}, "theme='neon': known are light, dark, print."),
        ({"partials": "all"}, "partials='all': known are number, formula, both, none."),
        ({"digits": 0}, "digits=0: significant digits are a whole number from 1 to 17."),
        ({"digits": 2.5}, "digits=2.5: significant digits are a whole number from 1 to 17."),
        ({"opened": "exp"}, "opened='exp': what can be opened is dot, logistic_loss, examples."),
        ({"limit": 1}, "limit=1: a picture needs at least 2 boxes."),
    ],
)
def test_options_that_are_not_known(option, message):
    with pytest.raises(ValueError) as error:
        draw(slides(), **option)
    assert str(error.value) == message


def test_what_cannot_be_drawn():
    with pytest.raises(
        TypeError, match=r"draw\(root\) draws the graph of a Value, not 3\.0 \(float\)\. Compute with V"
    ):
        draw(3.0)
    with pytest.raises(TypeError, match=r"not \[Value\(1\.0, grad=None\)\] \(list\)"):
        draw([Value(1.0)])


def test_a_single_leaf():
    assert draw(Value(2.0)).text == "parameter: 2, grad = –"
    assert draw(Value(2.0, "w")).text == "w (parameter): 2, ∂w/∂w = –"
    assert repr(draw(Value(2.0), renderer="built-in")) == "<drawing of a leaf: 1 boxes, by built-in>"


# Words


def test_the_tree_of_a_deep_graph_stays_narrow():
    node = Value(0.5, "w")
    for _ in range(100):
        node = node.tanh()
    text = draw(node).text
    assert max(map(len, text.splitlines())) <= 120
    assert text.count(", continued below") == 7
    assert "w (parameter): 0.5" in text


def test_control_characters_become_visible():
    assert clean("a\0b\x1b\ud800") == "a\ufffdb\ufffd\ufffd"
    assert clean(" a \n\t b ") == "a b"


def test_sentences():
    drawn = picture(slides())
    said = [sentence(box, drawn.root, Look()) for box in drawn.boxes]
    assert said[1] == "The parameter w is 0.5; its gradient is −1."
    assert said[5] == "z = wx + b is 0; its gradient is −0.5."
    assert draw(slides()).description.startswith("A computation graph of 17 boxes. The data y is 1; its gradient is 0.")
    assert sentence(drawn.boxes[5], drawn.root, Look(gradients=False)) == "z = wx + b is 0."
    grouped = draw(batch_of(3).J).description
    assert "Example 1 L⁽¹⁾ is 0.4076; its gradient is 1." in grouped or "Example 1 L⁽¹⁾ is" in grouped
    assert grouped.endswith('3 examples, one box each: opened="examples" shows what is inside.')


def test_the_rows_of_an_example_stop_at_four_results():
    w = Value(0.5, "w")

    def term(x):
        node = w * x
        for i in range(6):
            node = node.tanh()
            node.label = f"h{i}"
        return node.exp()

    drawn = picture(node_sum([term(1.0), term(2.0)]))
    lines = rows(drawn.boxes[1], drawn.root, Look())
    assert [text for what, text in lines if what == "inside"][-1] == "and 2 more"
    assert ("word", "example 1") in lines


def test_the_number_type_of_a_picture_does_not_matter():
    number_type(mpmath.mpf, exp=mpmath.exp, log=mpmath.log)
    root = sigmoid(Value(mpmath.mpf(0), "z"))
    root.backward()
    assert draw(root).text == "σ(z): 0.5, grad = 1.0\n└─ [0.25] z (parameter): 0.0, grad = 0.25"


def write_golden_files():
    """What the tests compare with, written anew: ``python tests/pictures/test_picture.py``."""
    for name, form in FORMS.items():
        (GOLDEN / name).write_text(form(draw(slides(), partials="both")), encoding="utf-8")


if __name__ == "__main__":
    write_golden_files()
