"""The words of a picture, and its formulas as they are written."""

import pytest
from graphs import batch_of, by_title, slides

from micrograd_lr import OPS, Op, Value, dot, draw
from micrograd_lr import sum as node_sum
from micrograd_lr.pictures.graph import picture
from micrograd_lr.pictures.labels import box_lines, caption, sentence, title
from micrograd_lr.pictures.look import Look


@pytest.mark.parametrize(
    "partials, shown", [("number", "0.25"), ("formula", "a(1 − a)"), ("both", "a(1 − a) = 0.25"), ("none", "")]
)
def test_the_caption_of_an_edge(partials, shown):
    edge = by_title(picture(slides()))["a = σ(z)"].edges[0]
    assert caption(edge, Look(partials=partials)) == shown
    assert (f'label="  {shown} "' in draw(slides(), partials=partials).source) is bool(shown)
    one = by_title(picture(slides()))["z = wx + b"].edges[0]
    assert caption(one, Look(partials="both")) == "1"


def test_a_number_is_not_equal_to_what_it_is_rounded_to():
    for divisor, shown in ((3.0, "1/3 ≈ 0.3333"), (4.0, "0.25"), (0.3, "10/3 ≈ 3.333"), (-7.0, "−1/7 ≈ −0.1429")):
        edge = picture(Value(2.0, "w") / divisor).root.edges[0]
        assert caption(edge, Look(partials="both")) == shown


def test_the_digits_of_a_picture():
    assert "0.693147181" in draw(slides(), digits=9).text


def test_powers_are_written_as_they_are_meant():
    w = Value(2.0, "w")
    titles = {title(picture(root).root): root.data for root in (w**-2.0, (w**2.0) ** 3.0, (2.0**w) ** w, 1.0 / w**2.0)}
    assert titles == {"w^(−2)": 0.25, "(w^2)^3": 64.0, "(2^w)^w": 16.0, "1/w^2": 0.25}
    assert picture(w**-2.0).root.edges[0].formula == "-2 w^(-3)"


def test_a_label_that_is_not_text():
    assert draw(Value(1.0, None) * Value(2.0, 3)).text.startswith("1·3: 2")


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
    assert title(picture(OPS["real"](Value(1.0, "x"))).root) == "real(x)"
    Op("sinus", "sin", math.sin, lambda out, x: (math.cos(x),))
    x = Value(1.0, "x")
    root = OPS["sinus"](x)
    root.backward()
    assert draw(root).text.splitlines()[0] == "sinus(x): 0.8415, grad = 1"
    assert draw(root, partials="formula").text.splitlines()[1] == "└─ [0.5403] x (data): 1, grad = 0.5403"


def test_the_tree_of_a_deep_graph_stays_narrow():
    node = Value(0.5, "w")
    for _ in range(100):
        node = node.tanh()
    text = draw(node).text
    assert max(map(len, text.splitlines())) <= 120
    assert text.count(", continued below") == 7
    assert "w (parameter): 0.5" in text


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


def test_an_example_shows_four_results_at_most():
    w = Value(0.5, "w")

    def term(x):
        node = w * x
        for i in range(6):
            node = node.tanh()
            node.label = f"h{i}"
        return node.exp()

    drawn = picture(node_sum([term(1.0), term(2.0)]))
    lines = box_lines(drawn.boxes[1], drawn.root, Look())
    assert [text for what, text in lines if what == "inside"][-1] == "and 2 more"
    assert ("word", "example 1") in lines
