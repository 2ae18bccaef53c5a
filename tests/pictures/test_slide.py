"""A picture for a slide: its size, what stands where, and how large its text is, measured in a real browser."""

import io
import struct
from xml.etree import ElementTree as ET

import pypdf
import pytest
from graphs import batch_of, slides
from hypothesis import given
from hypothesis import strategies as st
from seen import Seen, colours, overlap
from svg import SVG, groups, texts

from micrograd_lr import Expression, Value, draw
from micrograd_lr.pictures import renderers as render
from micrograd_lr.pictures.labels import wrapped

TWO_LAYERS = "z1=v*x+c; h=sigmoid(z1); z2=w*h+b; a=sigmoid(z2); L=-(y*log(a)+(1-y)*log(1-a))"
TOO_SMALL = (
    "px high on a slide of 1920 × 1080, and a room reads 24 px: "
    'draw fewer boxes, with detail="names", with nothing opened=, or with a smaller limit='
)


@pytest.fixture(params=["graphviz", "built-in"])
def renderer(request):
    return request.param if request.param == "built-in" else render.choose(10)


def saved(drawing, folder):
    return drawing.save(folder / "slide.svg")


def test_the_slides_example_is_large_and_nothing_hides_anything(renderer, browser, tmp_path):
    seen = Seen(browser, saved(draw(slides(), on="slide", renderer=renderer), tmp_path))
    assert seen.smallest >= 24
    assert all(overlap(box, (48, 48, 1920 - 48, 1080 - 48)) for box in seen.boxes.values())
    assert min(box[0] for box in seen.boxes.values()) == pytest.approx(48, abs=6)  # as large as fits
    assert max(box[2] for box in seen.boxes.values()) == pytest.approx(1920 - 48, abs=6)
    for text in seen.texts:
        x, y, right, bottom = text["box"]
        if text["kind"] == "partial":
            assert not any(overlap(text["box"], box) for box in seen.boxes.values())
            assert min(x, y) >= 48 and right <= 1920 - 48 and bottom <= 1080 - 48
        else:
            left, top, end, low = seen.boxes[text["owner"]]
            assert left < x and right < end and top < y and bottom < low
    for i, one in enumerate(seen.texts):
        assert not any(overlap(one["box"], other["box"], by=6) for other in seen.texts[:i])


def test_the_slides_example_reads_from_left_to_right_in_one_line(renderer, browser, tmp_path):
    seen = Seen(browser, saved(draw(slides(), on="slide", renderer=renderer), tmp_path))
    name = {text["text"].split(" ")[0]: text["owner"] for text in seen.texts if text["kind"] == "title"}
    w, x, b, z, a, L = (seen.boxes[name[letter]] for letter in "wxbzaL")
    assert max(w[2], x[2], b[2]) < z[0] < z[2] < a[0] < a[2] < L[0]
    middles = [(box[1] + box[3]) / 2 for box in (z, a, L)]
    assert max(middles) - min(middles) < 6
    captions = {" ".join(part) for part in _captions(seen)}
    assert captions == {"x", "1", "a(1 − a)", "−y/a + (1 − y)/(1 − a)"}  # the slides' factors


def _captions(seen):
    edges = {}
    for text in seen.texts:
        if text["kind"] == "partial":
            edges.setdefault(text["owner"], []).append(text["text"])
    return edges.values()


def test_the_measure_finds_small_text(browser, tmp_path):
    """The picture of before, on the same screen."""
    seen = Seen(browser, saved(draw(slides(), detail="names", direction="LR", partials="formula"), tmp_path))
    assert seen.smallest == pytest.approx(12, abs=0.01)  # 9 points
    assert overlap((0, 0, 9, 9), (8, 8, 10, 10)) and not overlap((0, 0, 9, 9), (9, 0, 10, 9))


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_the_files_have_the_size_of_a_slide(renderer, browser, theme, tmp_path):
    drawing = draw(slides(), on="slide", renderer=renderer, theme=theme)
    tree = ET.fromstring(saved(drawing, tmp_path).read_text(encoding="utf-8"))
    assert (tree.get("width"), tree.get("height"), tree.get("viewBox")) == ("1920", "1080", "0 0 1920 1080")
    canvas = [part for part in tree.find(f"{SVG}g") if part.tag in (f"{SVG}polygon", f"{SVG}rect")]
    assert canvas == []
    if renderer == "built-in" or not render.has_a_font(*render.renderers()[renderer]):
        return
    png = drawing.save(tmp_path / "slide.png").read_bytes()
    assert struct.unpack(">II", png[16:24]) == (1920, 1080)
    found = colours(browser, png)
    assert found["00000000"] > 1920 * 1080 / 2  # transparent
    page = pypdf.PdfReader(io.BytesIO(drawing.save(tmp_path / "slide.pdf").read_bytes())).pages[0]
    assert tuple(map(float, page.mediabox)) == (0, 0, 1920, 1080)


def test_what_is_usual_on_a_slide_and_how_to_have_it_otherwise():
    L = slides()
    usual = draw(L, detail="names", direction="LR", partials="formula")
    assert draw(L, on="slide").text == usual.text
    other = draw(L, on="slide", detail="ops", direction="TB", partials="both", gradients=True)
    assert other.text == draw(L, partials="both").text
    assert "rankdir=TB" in other.source
    unnamed = Expression("-log(sigmoid(w*x + b))")(w=0.5, b=-1, x=2)
    assert draw(unnamed, on="slide").text == draw(unnamed, partials="formula", gradients="parameters").text
    with pytest.raises(ValueError, match=r"on='poster' is not known\. Choose one of: slide\."):
        draw(L, on="poster")
    with pytest.raises(TypeError, match=r"draw\(root\) draws the graph of a Value, not 3"):
        draw(3, on="slide")


def test_too_many_boxes_for_a_slide_are_noted(renderer, browser, tmp_path):
    L = Expression(TWO_LAYERS)(v=0.5, c=-1, x=2, w=0.3, b=0.2, y=1)
    drawing = draw(L, on="slide", renderer=renderer)
    size = Seen(browser, saved(drawing, tmp_path)).smallest
    assert size < 24
    assert drawing.notes == [f"the text is {size:.0f} {TOO_SMALL}"]
    drawing = draw(L, on="slide", renderer=renderer, limit=6)
    assert Seen(browser, saved(drawing, tmp_path)).smallest >= 24
    assert not [note for note in drawing.notes if "px" in note]


def test_it_is_noted_before_anything_is_saved(tmp_path):
    drawing = draw(slides(), on="slide", detail="ops")
    assert [TOO_SMALL in note for note in drawing.notes] == [True]
    if render.has_a_font(*render.renderers()[drawing.renderer]):
        drawing.save(tmp_path / "slide.png")
        assert len(drawing.notes) == 1


def test_any_graph_has_a_picture_for_a_slide(renderer):
    """One box; boxes without an edge that could be kept straight; many examples; many boxes."""
    chain = w = Value(0.5, "w")
    for _ in range(20):
        chain = (chain * w).tanh()
    for root in (Value(1.0, "w"), Value(1.0), Value(2.0) * 3.0, batch_of(3).J, chain):
        drawing = draw(root, on="slide", renderer=renderer)
        assert len(groups(drawing.svg, "node")) == len(drawing._drawn.boxes)
        assert drawing.renderer == renderer


@pytest.mark.parametrize(
    "formula, lines",
    [
        ("z = wx + b", ["z = wx + b"]),
        ("L = −(y log(a) + (1 − y) log(1 − a))", ["L = −(y log(a)", "+ (1 − y) log(1 − a))"]),
        ("J = L⁽¹⁾ + L⁽²⁾ + L⁽³⁾ + L⁽⁴⁾", ["J = L⁽¹⁾ + L⁽²⁾", "+ L⁽³⁾ + L⁽⁴⁾"]),
        ("p = exp(u)/(exp(u) + exp(v) + exp(w))", ["p = exp(u)/(exp(u)", "+ exp(v) + exp(w))"]),
        ("(1/(exp(u) + exp(v)) − p/(exp(u) + exp(v))) exp(u)",
         ["(1/(exp(u) + exp(v))", "− p/(exp(u) + exp(v)))", "exp(u)"]),
        ("a_long_name_of_a_node = another_long_name", ["a_long_name_of_a_node = another_long_name"]),
    ],
)  # fmt: skip
def test_long_formulas_go_on_in_the_next_line(formula, lines):
    assert wrapped(formula) == lines


@given(st.text(alphabet="ab() +−="))
def test_no_formula_loses_a_character_in_its_lines(formula):
    assert " ".join(wrapped(formula)) == formula


def test_lines_are_written_into_every_form(renderer):
    svg = draw(slides(), on="slide", renderer=renderer).svg
    titles = [text for what, text in texts(groups(svg, "node")["n6"]) if what == "title"]
    assert titles == ["L = −(y log(a)", "+ (1 − y) log(1 − a))"]
    assert texts(groups(svg, "edge")["n6-operand0"]) == [("partial", "−y/a"), ("partial", "+ (1 − y)/(1 − a)")]


@pytest.mark.parametrize("label", ["<b>", "a&b", "\\N\\n", "two\nlines", '"quoted"', "|{record}|"])
def test_any_label_stands_on_a_slide(renderer, label):
    root = Value(0.5, label) * Value(2.0, "u")
    drawing = draw(root, on="slide", renderer=renderer)
    clean = " ".join(label.split())
    assert ("title", clean) in texts(groups(drawing.svg, "node")["n0"])
    assert texts(groups(drawing.svg, "edge")["n2-operand1"]) == [("partial", clean)]
    assert drawing.renderer == renderer
