"""Pictures as files: every renderer gives every node and edge once, with its numbers; nothing is half-written."""

import io
import re
import stat
import struct
import sys
import unicodedata
from fractions import Fraction
from xml.etree import ElementTree as ET

import pypdf
import pytest
from svg import SVG, groups, texts

from micrograd_lr import Expression, RenderError, Value, draw, logistic
from micrograd_lr.engine.order import topological
from micrograd_lr.pictures import builtin_layout
from micrograd_lr.pictures import renderers as render
from micrograd_lr.pictures.builtin_layout import offsets, order, ranked, spread, text_width
from micrograd_lr.pictures.graph import picture
from micrograd_lr.pictures.labels import box_lines, caption, captions, title
from micrograd_lr.pictures.look import Look
from micrograd_lr.pictures.places import GAP, Place
from micrograd_lr.tools.files import write_whole

NAMED = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
EVIL = [
    "<script>alert(1)</script>",
    '"quoted"',
    "|{record}|",
    "a&b",
    "\\N\\n",
    "two\nlines",
    "שלום",
    "🎉",
    "σ∂₁",
    "%d{}",
    "<b>",
]


@pytest.fixture
def stand_in_for_dot(tmp_path, monkeypatch):
    """A program called dot, and nothing else, on the PATH: what it does is given as Python."""

    def install(program=render._IN_PYGRAPHVIZ):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        file = folder / "dot"
        file.write_text(f"#!{sys.executable}\n{program}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder))
        return str(file)

    return install


def use_nothing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(render, "find_spec", lambda name: None)


@pytest.fixture(params=["dot", "a stand-in for dot", "pygraphviz", "built-in"])
def renderer(request, stand_in_for_dot):
    if request.param == "a stand-in for dot" or (request.param == "dot" and "dot" not in render.renderers()):
        stand_in_for_dot()
        return "dot"
    return request.param


def fonts(renderer):
    """Whether this machine has a font; where it has none, PNG and PDF must be refused."""
    return render.has_a_font(*render.renderers()[renderer])


def slides():
    L = Expression(NAMED)(w=0.5, b=-1, x=2, y=1)
    L.backward()
    return L


# The SVG


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["TB", "LR", "BT", "RL"])
def test_every_node_and_edge_is_in_the_svg_once_with_its_numbers(renderer, direction):
    look = Look(direction, partials="both")
    for root in (slides(), Value(3.0, "x") * Value(2.0, "w") ** 2.0, (x := Value(3.0, "x")) * x, Value(1.0)):
        drawing = draw(root, renderer=renderer, direction=direction, partials="both")
        drawn = picture(root)
        nodes, edges = groups(drawing.svg, "node"), groups(drawing.svg, "edge")
        assert [*nodes] == sorted(nodes, key=[*nodes].index)
        assert {*nodes} == {box.id for box in drawn.boxes}
        assert {*edges} == {f"{box.id}-operand{i}" for box in drawn.boxes for i in range(len(box.edges))}
        assert len(re.findall(r' id="n\d', drawing.svg)) == len(nodes) + len(edges)
        for box in drawn.boxes:
            assert texts(nodes[box.id]) == box_lines(box, drawn.root, look)
            assert nodes[box.id].get("class") == f"node {box.kind}"
            for i, edge in enumerate(box.edges):
                assert texts(edges[f"{box.id}-operand{i}"]) == [("partial", caption(edge, look))]


def test_the_svg_can_be_read_by_people_and_scripts(renderer):
    drawing = draw(slides(), renderer=renderer)
    tree = ET.fromstring(drawing.svg)
    first, second = tree[0], tree[1]
    assert (first.tag, first.text) == (f"{SVG}title", "Computation graph of L = −(y log(a) + (1 − y) log(1 − a))")
    assert (second.tag, second.text) == (f"{SVG}desc", drawing.description)
    assert (tree.get("role"), tree.get("aria-label")) == ("img", first.text)
    titles = {g: group.find(f"{SVG}title").text for g, group in groups(drawing.svg, "node").items()}
    assert titles["n6"] == "a = σ(z) is 0.5; its gradient is −2."
    edges = {g: group.find(f"{SVG}title").text for g, group in groups(drawing.svg, "edge").items()}
    assert edges["n6-operand0"] == "∂a/∂z = a(1 − a) = 0.25"
    assert edges["n7-operand0"] == "∂node/∂a = 1/a = 2"


def test_texts_stay_in_the_middle_of_their_box(renderer):
    for group in groups(draw(slides(), renderer=renderer).svg, "node").values():
        xs = {text.get("x") for text in group.iter(f"{SVG}text")}
        assert len(xs) == 1
        assert {text.get("text-anchor") for text in group.iter(f"{SVG}text")} == {"middle"}
        shape = next(part for part in group if part.tag.rpartition("}")[2] in ("path", "polygon", "ellipse", "rect"))
        if shape.get("points"):
            numbers = [float(point.split(",")[0]) for point in shape.get("points").split()]
            assert min(numbers) + max(numbers) == pytest.approx(2 * float(xs.pop()), abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("label", EVIL)
def test_any_label_comes_out_right(renderer, label, tmp_path):
    w = Value(0.5, label)
    root = w * 2.0
    drawing = draw(root, renderer=renderer, partials="both")
    clean = " ".join(label.split())
    assert ("title", clean) in texts(groups(drawing.svg, "node")["n0"])
    assert clean in drawing.text
    tree = ET.fromstring(drawing.svg)
    assert not [element for element in tree.iter() if element.tag.rpartition("}")[2] in ("script", "b", "a")]
    assert clean in tree[1].text
    if renderer != "built-in" and clean != "שלום" and fonts(renderer):  # right-to-left text is stored as drawn
        pdf = pypdf.PdfReader(drawing.save(tmp_path / "graph.pdf"))
        found = unicodedata.normalize("NFKC", pdf.pages[0].extract_text())
        missing = {c for c in unicodedata.normalize("NFKC", clean) if not c.isspace()} - {*found}
        assert missing <= {"🎉"}  # where the machine's fonts have none, a box stands for it
        assert drawing.save(tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG")


def test_the_built_in_layout_keeps_boxes_apart_and_arrows_downwards():
    for root in (slides(), logistic.ManyExamples([0.1, 0.2], 0.3, [[1.0] * 9] * 2, [1.0] * 9).J):
        drawn = picture(root)
        width = {box: 10.0 * i for i, box in enumerate(drawn.boxes, start=1)}
        ranks, routes = ranked(drawn, width, captions(drawn, Look()), Look())
        assert sorted(place.box.id for rank in ranks for place in rank if place.box) == sorted(
            b.id for b in drawn.boxes
        )
        for route in routes.values():
            assert [place.rank for place in route] == [*range(route[0].rank, route[-1].rank + 1)]
        svg = draw(root, renderer="built-in").svg
        frames = []
        for group in groups(svg, "node").values():
            shape = group[1]
            if shape.tag == f"{SVG}rect":
                x, y, w, h = (float(shape.get(name)) for name in ("x", "y", "width", "height"))
                frames.append((x, y, x + w, y + h))
        for i, (a, b, c, d) in enumerate(frames):
            for e, f, g, h in frames[:i]:
                assert c <= e or g <= a or d <= f or h <= b


@pytest.mark.slow
def test_positions_are_the_nearest_that_keep_order_and_distance():
    """Against scikit-learn's isotonic regression, which is the same problem without the widths."""
    import numpy as np
    from sklearn.isotonic import isotonic_regression

    rng = np.random.default_rng(0)
    for _ in range(20):
        before, after, wanted = rng.uniform(5, 25, 8), rng.uniform(5, 25, 8), rng.uniform(-100, 100, 8)
        rank = [Place(0, *sides) for sides in zip(before, after)]
        spread(rank, offsets(rank), [*wanted])
        least = np.cumsum([0, *(after[:-1] + before[1:] + GAP)])
        assert offsets(rank) == pytest.approx(least, rel=1e-12)
        assert [place.x for place in rank] == pytest.approx(
            list(isotonic_regression(wanted - least) + least), rel=1e-12
        )


@pytest.mark.parametrize("rounds, crossed", [(0, True), (1, False), (8, False)])
def test_a_crossing_is_undone(monkeypatch, rounds, crossed):
    monkeypatch.setattr(builtin_layout, "ROUNDS", rounds)
    a, b, c, d = (Place(rank, 1.0, 1.0) for rank in (0, 0, 1, 1))
    for upper, lower in ((a, d), (b, c)):
        upper.below, lower.above = [lower], [upper]
    ranks = [[a, b], [c, d]]
    order(ranks)
    assert ranks == ([[a, b], [c, d]] if crossed else [[a, b], [d, c]])


def test_widths_of_text_leave_room():
    """Not narrower than any sans-serif face draws it: checked with the advance widths of DejaVu Sans, a wide one."""
    dejavu = {
        "a": 0.613,
        "W": 0.989,
        "i": 0.278,
        "0": 0.636,
        "−": 0.838,
        "∂": 0.517,
        " ": 0.318,
        "L": 0.557,
        "=": 0.838,
    }
    text = "∂L/∂a = −0.25"
    assert text_width(text, 11) > 11 * sum(dejavu.get(c, 0.5) for c in text) * 0.95
    assert text_width("中文", 11) > 22
    assert text_width("e\u0301", 11) == text_width("e", 11)


# Who draws


def test_one_function_decides_and_can_be_asked(stand_in_for_dot, monkeypatch):
    path = stand_in_for_dot()
    assert render.renderers()["dot"] == [path]
    assert render.choose(10) == draw(slides()).renderer == "dot"
    assert render.choose(render.TOO_LARGE + 1) == "built-in"
    monkeypatch.setenv("PATH", "")
    assert render.choose(10) == draw(slides()).renderer == "pygraphviz"
    assert repr(draw(slides())).endswith("17 boxes, by pygraphviz>")
    use_nothing(monkeypatch)
    assert render.choose(10) == draw(slides()).renderer == "built-in"
    with pytest.raises(
        RenderError, match=r"the renderer 'dot' is not installed\. Available: built-in\. Ways to get Graphviz: pip "
    ):
        draw(slides(), renderer="dot")


def test_without_any_renderer_svg_dot_and_text_still_work(monkeypatch, tmp_path):
    use_nothing(monkeypatch)
    drawing = draw(slides())
    for suffix in ("png", "pdf"):
        with pytest.raises(RenderError) as error:
            drawing.save(tmp_path / f"graph.{suffix}")
        assert str(error.value) == (
            f"{suffix.upper()} needs Graphviz, and this picture is drawn by the built-in layout. Ways to get "
            'Graphviz: pip install "micrograd_lr[draw]" (no other program needed), or install Graphviz itself so that '
            "dot is on the PATH (apt install graphviz, brew install graphviz, winget install graphviz). SVG, DOT and "
            "text need none of them."
        )
    assert [*tmp_path.iterdir()] == []
    assert drawing.save(tmp_path / "graph.svg").read_text(encoding="utf-8") == drawing.svg
    assert drawing.save(str(tmp_path / "graph.DOT")).read_text(encoding="utf-8") == drawing.source
    assert drawing.text


@pytest.mark.covers
@pytest.mark.slow
def test_without_fonts_there_is_an_error_instead_of_empty_boxes(renderer, monkeypatch, tmp_path):
    (tmp_path / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    render.has_a_font.cache_clear()
    drawing = draw(slides(), renderer=renderer)
    assert "node parameter" in drawing.svg
    if renderer != "built-in":
        with pytest.raises(RenderError, match=r"this machine has no font: the PNG would show empty boxes inst"):
            drawing.save(tmp_path / "graph.png")
        assert [*tmp_path.glob("graph*")] == []
    render.has_a_font.cache_clear()


def test_only_where_fontconfig_looks_for_fonts_can_there_be_none(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert render.has_a_font.__wrapped__("no command")


# Files


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_png_and_pdf(renderer, theme, tmp_path):
    if renderer == "built-in":
        return
    L = slides()
    drawing = draw(L, renderer=renderer, theme=theme)
    if not fonts(renderer):
        with pytest.raises(RenderError, match="this machine has no font"):
            drawing.save(tmp_path / "graph.png")
        return
    png = drawing.save(tmp_path / "graph.png").read_bytes()
    width, height = struct.unpack(">II", png[16:24])
    assert 600 < width < 1400  # of 192 dots per inch
    assert 1600 < height < 2400
    page = pypdf.PdfReader(io.BytesIO(drawing.save(tmp_path / "graph.pdf").read_bytes())).pages[0]
    assert float(page.mediabox.height) < 842  # an A4 page
    found = page.extract_text()
    for box in picture(L).boxes:
        for word in title(box).split():
            assert word in found


def test_the_formula_of_the_loss_fits_a_page():
    tree = ET.fromstring(draw(slides()).svg)
    assert float(tree.get("width").removesuffix("pt")) < 595
    assert float(tree.get("height").removesuffix("pt")) < 842


def test_files_are_there_whole_or_not_at_all(tmp_path):
    drawing = draw(slides(), renderer="built-in")
    for name in ("graph", "graph.gif", ".svg"):
        with pytest.raises(ValueError, match=r"a picture is saved as \.svg, \.png, \.pdf, \.dot\. Choose one of these"):
            drawing.save(tmp_path / name)
    with pytest.raises(FileNotFoundError, match=r"cannot write .*graph\.svg: No such file or directory\. Choose a fol"):
        drawing.save(tmp_path / "no" / "graph.svg")
    (tmp_path / "taken.svg").mkdir()
    with pytest.raises(IsADirectoryError, match=r"cannot write .*taken\.svg: Is a directory"):
        drawing.save(tmp_path / "taken.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.svg"]
    file = tmp_path / "graph.svg"
    drawing.save(file)
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "\ud800")
    assert file.read_text(encoding="utf-8") == drawing.svg


def test_saving_touches_nothing_else(tmp_path):
    drawing = draw(Value(1.0), renderer="built-in")
    (tmp_path / "graph.svg.part").write_text("of somebody else")
    (tmp_path / "link.svg").symlink_to(tmp_path / "target.svg")
    drawing.save(tmp_path / "graph.svg")
    drawing.save(tmp_path / "link.svg")
    drawing.save(tmp_path / ("long" * 60 + ".svg"))
    assert (tmp_path / "graph.svg.part").read_text() == "of somebody else"
    assert (tmp_path / "link.svg").is_symlink()
    assert (tmp_path / "target.svg").read_text(encoding="utf-8") == drawing.svg
    assert len([*tmp_path.iterdir()]) == 5


@pytest.mark.covers
@pytest.mark.slow
def test_nan_and_a_number_beyond_the_floats_are_drawn(renderer):
    root = Value(float("nan"), "w") * 2.0 + Value(1.0, "q")
    root.backward()
    assert "nan" in dict(texts(groups(draw(root, renderer=renderer).svg, "node")["n1"])).values()
    assert 'stroke-width="nan"' not in draw(root, renderer=renderer).svg
    huge = Value(Fraction(10**400), "w") * Fraction(2) + Fraction(1)
    huge.backward()
    assert "grad" in draw(huge * Fraction(10**400), renderer=renderer).svg


@pytest.mark.slow
def test_a_hub_does_not_make_the_layout_quadratic():
    hub = Value(0.5, "w").tanh()
    node = hub
    for _ in range(300):
        node = node + hub * 0.001
    svg = draw(node, limit=10**5, opened="examples", renderer="built-in").svg
    assert len(svg) < 3_000_000
    assert len(groups(svg, "edge")) == 1 + 300 * 4


def test_notebooks_show_the_svg():
    drawing = draw(slides(), renderer="built-in")
    assert drawing._repr_mimebundle_() == {"image/svg+xml": drawing.svg, "text/plain": drawing.text}
    assert str(drawing) == drawing.text


@pytest.mark.slow
def test_two_thousand_boxes_are_drawn_when_asked_for(tmp_path):
    w = Value(0.5, "w")
    node = w
    for _ in range(500):
        node = node * w + 1.0
    node.backward()
    assert len(topological(node)) == 1_001
    drawing = draw(node, limit=100_000)
    assert drawing.renderer == "built-in"
    assert len(groups(drawing.svg, "node")) == 1_000 + 500 + 501
    with pytest.raises(RenderError, match=r"PDF needs Graphviz.*Use a limit of at most 500 boxes\."):
        drawing.save(tmp_path / "graph.pdf")
