"""The words, numbers and formulas of a picture as they are written."""

from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
import sympy
from graphs import batch_of, by_title, slides

from micrograd_lr import OPS, Op, Value, dot, draw
from micrograd_lr import sum as node_sum
from micrograd_lr.formulas.format import clean, format_number
from micrograd_lr.pictures.graph import picture
from micrograd_lr.pictures.labels import box_lines, caption, sentence, title
from micrograd_lr.pictures.look import Look


def test_numbers_are_shown_with_digits_and_a_real_minus():
    assert format_number(-0.000123456, 3) == "−0.000123"
    assert format_number(-0.0, 4) == "0"
    assert format_number(1e-20, 4) == "1e−20"
    assert [format_number(x, 4) for x in (9999.0, 10_000.0, -123456.7, 1e7, 0.00012345)] == [
        "9999", "10000", "−123457", "1e+07", "0.0001234"
    ]  # fmt: skip
    assert format_number(None, 4) == "–"
    assert format_number(2, 1) == "2"
    assert format_number(Fraction(-1, 3), 2) == "−1/3"
    assert format_number(float("nan"), 4) == "nan"
    assert format_number(sympy.Symbol("w" * 50), 4) == "w" * 23 + "…"
    assert format_number(Fraction(10**30 + 1, 3 * 10**30), 4) == "≈ 0.3333"
    assert format_number(Fraction(10**400), 4) == "1" + "0" * 22 + "…"
    assert format_number(Decimal("2.9450855E-310"), 4) == "2.945e−310"
    assert format_number(mpmath.mpf("0.0"), 1) == "0.0"
    assert format_number(mpmath.mpf("0.5") ** 100 / 3, 4) == "2.63e−31"
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


def test_powers_are_written_as_they_are_meant():
    w = Value(2.0, "w")
    titles = {title(picture(root).root): root.data for root in (w**-2.0, (w**2.0) ** 3.0, (2.0**w) ** w, 1.0 / w**2.0)}
    assert titles == {"w^(−2)": 0.25, "(w^2)^3": 64.0, "(2^w)^w": 16.0, "1/w^2": 0.25}
    assert picture(w**-2.0).root.edges[0].formula == "-2 w^(-3)"


def test_a_label_that_is_no_text():
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
    lines = box_lines(drawn.boxes[1], drawn.root, Look())
    assert [text for what, text in lines if what == "inside"][-1] == "and 2 more"
    assert ("word", "example 1") in lines
