"""What a picture shows: every node and edge once, with the engine's numbers and the table's formulas."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
import sympy
from graphs import NAMED, by_title, slides
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import POLYNOMIAL, programs, run

from micrograd_lr import OPS, Value, draw, log, number_type, sigmoid
from micrograd_lr.engine.order import topological
from micrograd_lr.pictures.graph import picture
from micrograd_lr.pictures.labels import title
from micrograd_lr.pictures.look import edge_widths, flow

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
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


@settings(max_examples=60)
@given(programs([*POLYNOMIAL, ("sigmoid", 1), ("tanh", 1), ("relu", 1), ("div", 2)]), st.data())
def test_formulas_evaluated_by_sympy_give_the_numbers(lines, data):
    """The formula of every node and every edge, read by SymPy with σ defined by us, is the engine's number."""
    values = data.draw(st.lists(st.integers(1, 5), min_size=3, max_size=3))
    try:
        root = run(lines, [Value(float(v), n) for v, n in zip(values, "pqr")], lambda n, xs: OPS[n](*xs))[-1]
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

    formula = re.sub(r"1 if (.+?) > 0 else 0", r"step(\1)", formula)
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


def test_the_width_of_an_edge_is_the_gradient_that_it_carries():
    drawn = picture(slides())
    width = edge_widths(drawn)
    flows = {edge: flow(box, edge) for box in drawn.boxes for edge in box.edges}
    largest = max(flows.values())
    for edge, carried in flows.items():
        assert width[edge] == round(1 + 2.5 * (carried / largest) ** 0.5, 2)
    assert max(width.values()) == 3.5
    assert {*edge_widths(picture(slides(backward=False))).values()} == {1.2}
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
    assert all(1 <= width <= 3.5 for width in edge_widths(picture(root)).values())


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
    assert draw(A).notes == ["w changed after this was recorded: the other numbers were computed before"]
    assert draw(w * 2.0).notes[-1].startswith("the gradients are those of another root")


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
        ({"direction": "up"}, "direction='up' is not known. Choose one of: TB, BT, LR, RL."),
        ({"theme": "neon"}, "theme='neon' is not known. Choose one of: light, dark, print."),
        ({"partials": "all"}, "partials='all' is not known. Choose one of: number, formula, both, none."),
        ({"digits": 0}, "digits=0: significant digits are a whole number from 1 to 17."),
        ({"digits": 2.5}, "digits=2.5: significant digits are a whole number from 1 to 17."),
        (
            {"opened": "exp"},
            "opened='exp': only dot, logistic_loss, examples can be opened, "
            'and with detail="names" the names of nodes.',
        ),
        ({"detail": "all"}, "detail='all' is not known. Choose one of: names, ops."),
        ({"detail": "names", "opened": "q"}, "opened='q': no computed node has this name. There are: z, a, L."),
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
