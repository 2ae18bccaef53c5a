"""Ops opened into their atoms, examples in one box each, and nodes that are too many to show."""

import pytest
from graphs import batch_of

from micrograd_lr import Value, dot, draw, exp, gradient, log, logistic, logistic_loss, sigmoid
from micrograd_lr import sum as node_sum
from micrograd_lr.engine.order import topological
from micrograd_lr.pictures.graph import LIMIT, picture
from micrograd_lr.pictures.labels import title

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


def test_a_saturated_loss_is_not_opened_and_says_why():
    loss = logistic_loss(Value(40.0, "z"), 0.0)
    loss.backward()
    drawing = draw(loss, opened="logistic_loss")
    assert "the logistic_loss node is not opened: log(the sub node = 0.0) has no finite value" in drawing.notes[0]
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
    assert "local derivatives are not shown on more than 300 edges; use a smaller limit" in drawing.notes
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


@pytest.mark.slow
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
