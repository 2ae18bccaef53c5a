"""One picture per move: as many as moves, all of one size, and nothing is shown before it is known."""

import inspect
import io
import struct
from xml.etree import ElementTree as ET

import pypdf
import pytest
from graphs import batch_of, many_of, slides
from seen import Seen, colours
from stepped import all_steps
from svg import SVG, groups, texts

from micrograd_lr import Value, draw, draw_frames, log, sigmoid, steps
from micrograd_lr.pictures import renderers as render
from micrograd_lr.pictures.look import THEMES

# Of each move: what is new in the picture, as the slides tell it. Nothing that was shown goes away.
MOVES = [
    {"w: 0.5", "x: 2", "b: −1", "y: 1"},
    {"z: 0"},
    {"a: 0.5"},
    {"L: 0.6931"},
    {"L: ∂L/∂L = 1"},
    {"L–a: −y/a + (1 − y)/(1 − a)", "a: ∂L/∂a = −2"},
    {"a–z: a(1 − a)", "z: ∂L/∂z = −0.5"},
    {"z–w: x", "z–b: 1", "w: ∂L/∂w = −1", "b: ∂L/∂b = −0.5"},
    set(),
]
MARKED = ["wxby", "zwxb", "az", "Lay", "L", "La", "az", "zwb", "wb"]
FORWARD, BACKWARD = "forward", "grad"


@pytest.fixture(params=["graphviz", "built-in"])
def renderer(request):
    return request.param if request.param == "built-in" else render.choose(10)


def name_of(svg):
    """The first letter of the title of each box, by id."""
    nodes = groups(svg, "node").items()
    return {node: next(text for what, text in texts(group) if what == "title")[0] for node, group in nodes}


def shown(svg):
    """The values, gradients and local derivatives in a picture of the slides' example."""
    names, tree = name_of(svg), ET.fromstring(svg)
    for node, group in groups(svg, "node").items():
        yield from (f"{names[node]}: {text}" for what, text in texts(group) if what in ("value", "grad") and text)
    for edge, group in groups(svg, "edge").items():
        if caption := " ".join(text for what, text in texts(group) if text):
            user, _, position = edge.partition("-operand")
            operand = operands(tree, user)[int(position)]
            yield f"{names[user]}–{names[operand]}: {caption}"


def operands(tree, user):
    """The operands of the slides' nodes, by what an unmarked picture says in its tooltips."""
    return {"n3": ["n0", "n1", "n2"], "n4": ["n3"], "n6": ["n4", "n5"]}[user]


def marked(svg, theme="light"):
    """The boxes that are marked, and by which colours of the theme."""
    palette = {THEMES[theme][what]: what for what in (FORWARD, BACKWARD)}
    found, names = {}, name_of(svg)
    for node, group in groups(svg, "node").items():
        for part in group:
            if part.get("stroke-width") == "3":
                found[names[node]] = palette[part.get("stroke")]
    return {*found}, {*found.values()}


def test_nothing_is_shown_before_it_is_known(renderer):
    frames = draw_frames(slides(backward=False), on="slide", renderer=renderer)
    known = set()
    for frame, new in zip(frames, MOVES, strict=True):
        known |= new
        assert {*shown(frame.svg)} == known
    assert {*shown(draw(slides(), on="slide", renderer=renderer).svg)} == known  # the end is the whole picture


def test_each_move_marks_what_it_is_about(renderer):
    frames = draw_frames(slides(), on="slide", renderer=renderer)
    for i, (frame, boxes) in enumerate(zip(frames, MARKED, strict=True)):
        assert marked(frame.svg) == ({*boxes}, {FORWARD if i < 4 else BACKWARD})
    lit = {
        edge for edge, group in groups(frames[5].svg, "edge").items()
        if any(part.get("stroke") == THEMES["light"][BACKWARD] for part in group)
    }  # fmt: skip
    assert lit == {"n6-operand0"}  # along which a is paid, and not the one from y


@pytest.mark.parametrize(
    "options, of_steps",
    [
        ({}, {"detail": "ops"}),
        ({"on": "slide"}, {"detail": "names", "gradients": "parameters"}),
        ({"detail": "names", "opened": "L"}, {"detail": "names", "opened": "L", "gradients": "parameters"}),
        (
            {"detail": "names", "gradients": True, "digits": 9, "data": "x"},
            {"detail": "names", "digits": 9, "data": "x"},
        ),
    ],
)
def test_there_is_one_picture_per_move_of_steps(options, of_steps):
    L = slides()
    walk, frames = all_steps(L, **of_steps), draw_frames(L, **options, renderer="built-in")
    titles = [ET.fromstring(frame.svg).findtext(f"{SVG}title") for frame in frames]
    assert titles == [frame.text for frame in walk]


def test_frames_say_what_they_are():
    L = slides()
    assert repr(draw_frames(L, on="slide", renderer="built-in")) == (
        "<9 frames of L = −(y log(a) + (1 − y) log(1 − a)): 7 boxes, by built-in>"
    )


@pytest.mark.parametrize("on", ["", "slide"])
def test_the_files_have_one_size_and_nothing_moves(renderer, browser, on, tmp_path):
    frames = draw_frames(slides(), on=on, detail="names", renderer=renderer)
    paths = frames.save(tmp_path / "new" / "frames")
    assert [path.name for path in paths] == [f"move-0{i}.svg" for i in range(1, 10)]
    assert sorted((tmp_path / "new" / "frames").iterdir()) == paths
    trees = [ET.fromstring(path.read_text(encoding="utf-8")) for path in paths]
    assert len({(tree.get("width"), tree.get("height"), tree.get("viewBox")) for tree in trees}) == 1
    boxes = [groups(frame.svg, "node") for frame in frames]
    for later in boxes[1:]:
        assert [*map(outline, later.values())] == [*map(outline, boxes[0].values())]
    if on:
        assert (trees[0].get("width"), trees[0].get("height")) == ("1920", "1080")
        seen = [Seen(browser, paths[i]) for i in (0, 5, 8)]
        assert min(one.smallest for one in seen) >= 24
        places = {(text["owner"], text["text"]): text["box"] for text in seen[-1].texts}
        for one in seen:
            for text in one.texts:
                assert text["box"] == pytest.approx(places[text["owner"], text["text"]], abs=0.01)


def outline(group):
    """Where a box and its lines stand."""
    return [
        [part.get(name) for name in ("points", "d", "x", "y", "width", "height", "cx", "cy", "rx", "ry")]
        for part in group
    ]


@pytest.mark.slow
def test_png_and_pdf_show_no_more(browser, tmp_path):
    frames = draw_frames(slides(), on="slide")
    if not render.has_a_font(*render.renderers()[frames[0].renderer]):
        with pytest.raises(render.RenderError, match="this machine has no font"):
            frames.save(tmp_path, "png")
        return
    pngs = {i: frames[i].save(tmp_path / f"{i}.png").read_bytes() for i in (3, 4, 8)}
    assert {struct.unpack(">II", png[16:24]) for png in pngs.values()} == {(1920, 1080)}
    crimson = THEMES["light"][BACKWARD].removeprefix("#") + "ff"
    found = {i: crimson in colours(browser, png) for i, png in pngs.items()}  # the seed is the fifth move
    assert found == {3: False, 4: True, 8: True}
    pages = [pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages[0] for path in frames.save(tmp_path, "pdf")]
    assert {tuple(map(float, page.mediabox)) for page in pages} == {(0, 0, 1920, 1080)}
    said = ["".join(page.extract_text().split()) for page in pages]
    for first, what in ((3, "0.6931"), (4, "∂L/∂L=1"), (5, "−y/a"), (6, "a(1−a)"), (7, "∂L/∂w=−1")):
        count = [text.count(what) for text in said]
        assert count == [int(i >= first) for i in range(9)]


def test_the_gradients_of_the_graph_are_neither_read_nor_changed():
    L = slides(backward=False)
    fresh = draw_frames(L, on="slide", renderer="built-in")
    assert L.grad is None
    (L * 2.0).backward()
    of_another = draw_frames(L, on="slide", renderer="built-in")
    assert L.grad == 2.0
    assert of_another.notes == fresh.notes == []
    assert [frame.svg for frame in of_another] == [frame.svg for frame in fresh]


def test_a_gradient_of_several_paths_is_shown_when_all_have_paid():
    w = Value(3.0, "w")
    u = w * 2.0
    u.label = "u"
    L = u * w
    L.label = "L"
    frames = draw_frames(L, renderer="built-in")
    first_with = [
        next(i for i, frame in enumerate(frames) if text in frame.text) for text in ("∂L/∂u = 3", "∂L/∂w = 12")
    ]
    assert [frames[i]._heading.partition(" back")[0] for i in first_with] == [
        "Backward: L passes ∂L/∂L = 1", "Backward: u passes its gradient",
    ]  # fmt: skip
    assert not any("∂L/∂w = 6" in frame.text for frame in frames)


def test_what_is_hidden_is_not_said_either():
    frames = draw_frames(slides(), on="slide", renderer="built-in")
    assert frames[1].description == (
        "A computation graph of 7 boxes. The parameter w is 0.5. The data x is 2. The parameter b is −1. "
        "z = wx + b is 0. a = σ(z). The data y is 1. L = −(y log(a) + (1 − y) log(1 − a))."
    )
    assert frames[1].text.splitlines()[:3] == [
        "L = −(y log(a) + (1 − y) log(1 − a))", "├─ a = σ(z)", "│  └─ z = wx + b: 0",
    ]  # fmt: skip
    tooltips = {group.findtext(f"{SVG}title") for group in groups(frames[1].svg, "edge").values()}
    assert tooltips == {""}
    edges = groups(frames[1].svg, "edge").values()
    assert {group.find(f"{SVG}path").get("stroke-width") for group in edges} == {"1.2"}  # a wide one tells its gradient


def test_without_gradients_the_frames_end_with_the_forward_pass():
    frames = draw_frames(slides(), on="slide", gradients=False, renderer="built-in")
    assert len(frames) == 4
    assert "∂" not in frames[-1].text
    assert isinstance(frames[1:], tuple)


def closed_in(frame):
    """The closed forms in a picture, by the title of the box."""
    boxes = [dict(texts(group)) for group in groups(frame.svg, "node").values()]
    return {lines["title"]: lines["closed"] for lines in boxes if lines.get("closed")}


def test_the_last_picture_has_the_closed_form(renderer):
    L = slides(backward=False)
    *before, last = draw_frames(L, on="slide", renderer=renderer)
    assert closed_in(last) == {"w": "∂L/∂w = (a − y)xᵀ", "b": "∂L/∂b = a − y"}
    end = steps(L)[-1]
    assert all(form in end.formula for form in closed_in(last).values())  # as the walk ends
    assert [closed_in(frame) for frame in before] == [{}] * 8
    assert "its gradient is −1; ∂L/∂w = (a − y)xᵀ." in last.description
    assert "(a − y)x" not in "".join(frame.text + frame.description for frame in before)
    assert "w (parameter): 0.5, ∂L/∂w = −1, ∂L/∂w = (a − y)xᵀ" in last.text
    assert closed_in(draw_frames(L, detail="ops", renderer=renderer)[-1]) == closed_in(last)
    assert "(a − y)x" not in draw_frames(L * 2.0, on="slide")[-1].text


def test_names_are_those_of_the_caller():
    w, x, b, y = Value(0.5), Value(2.0), Value(-1.0), Value(1.0)
    z = w * x + b
    a = sigmoid(z)
    L = -(y * log(a) + (1 - y) * log(1 - a))
    by_name = draw_frames(L, on="slide", names=locals(), renderer="built-in")
    assert [frame.svg for frame in by_name] == [
        frame.svg for frame in draw_frames(slides(), on="slide", renderer="built-in")
    ]
    assert len(draw_frames(L, on="slide", names=locals(), opened="z", renderer="built-in")) == 11
    assert (L.label, z.label) == ("", "")
    with pytest.raises(TypeError, match="is not a mapping from names to Values"):
        draw_frames(L, names=["z"])


def test_the_options_are_those_of_draw():
    of_draw, of_frames = (dict(inspect.signature(function).parameters) for function in (draw, draw_frames))
    del of_draw["highlight"]
    assert of_frames == of_draw


def test_an_example_has_one_move():
    J = many_of(3)
    walk, frames = steps(J), draw_frames(J, detail="names", renderer="built-in")
    titles = [ET.fromstring(frame.svg).findtext(f"{SVG}title") for frame in frames]
    assert titles == [frame.text for frame in walk]
    known = [[*shown_of_examples(frame)] for frame in frames]
    assert known[1] == ["example 1: 6 numbers"]
    assert known[3] == [f"example {i}: 6 numbers" for i in (1, 2, 3)]
    assert known[6] == [f"example {i}: 6 numbers, grad" for i in (1, 2, 3)]
    assert known[7] == ["example 1: 6 numbers, grad, paid", *known[6][1:]]
    assert known[10] == [f"example {i}: 6 numbers, grad, paid" for i in (1, 2, 3)]
    assert closed_in(frames[-1]) == {"w₁": "∂J/∂w = (A − Y)Xᵀ/3", "b": "∂J/∂b = (A − Y)𝟏/3"}
    assert [marked(frame.svg)[0] for frame in frames[1:3]] == [{*"Lwb"}, {*"Lwb"}]
    assert marked(frames[7].svg) == ({*"Lwb"}, {BACKWARD})


def shown_of_examples(frame):
    edges = groups(frame.svg, "edge")
    for node, group in groups(frame.svg, "node").items():
        lines = [what for what, text in texts(group) if text]
        if node.endswith("-example") and "value" in lines:
            word = next(text for what, text in texts(group) if what == "word")
            paid = [edge for edge, x in edges.items() if edge.startswith(node) and any(text for _, text in texts(x))]
            count = lines.count("inside") + lines.count("value")
            yield f"{word}: {count} numbers{', grad' * ('grad' in lines)}{', paid' * (len(paid) == 3)}"


def test_examples_that_share_a_box_are_shown_when_all_are_known():
    J = many_of(7)
    frames = draw_frames(J, detail="names", renderer="built-in")
    total = sum(node.value for node in steps(J).nodes.values() if node.label in ("L⁽⁵⁾", "L⁽⁶⁾", "L⁽⁷⁾"))
    said = f"3 more examples: {total:.4g}, grad = 0.1429"
    with_rest = [i for i, frame in enumerate(frames) if "more examples: " in frame.text]
    assert len(frames) == 19
    assert with_rest == [*range(7, 19)]  # example 7 is the last one of those
    assert [i for i, frame in enumerate(frames) if said in frame.text] == [*range(10, 19)]
    paid_at = {}
    for i, frame in enumerate(frames):
        for edge, group in groups(frame.svg, "edge").items():
            if edge.startswith("examples-folded") and any(text for _, text in texts(group)):
                paid_at.setdefault(edge, i)
    assert paid_at == {f"examples-folded-operand{i}": 17 for i in range(3)}


def test_examples_are_opened_when_asked_for_and_where_every_op_has_a_move():
    J = batch_of(2).J
    frames = draw_frames(J, detail="names", opened="examples", renderer="built-in")
    assert len(frames) == len(all_steps(J, detail="names", opened="examples", gradients="parameters"))
    assert "node example" not in frames[0].svg
    assert draw_frames(J, limit=4, renderer="built-in").notes[0].endswith("shows all of them")
    last = groups(frames[-1].svg, "node")
    whole = groups(draw(J, detail="names", opened="examples", renderer="built-in").svg, "node")
    assert {node: texts(group) for node, group in last.items()} == {node: texts(group) for node, group in whole.items()}
    of_ops = draw_frames(J, renderer="built-in")
    assert len(of_ops) == len(all_steps(J))
    assert "node example" not in of_ops[0].svg


def test_wrong_arguments(tmp_path):
    L = slides()
    frames = draw_frames(L, on="slide", renderer="built-in")
    with pytest.raises(ValueError, match=r"form='gif' is not known\. Choose one of: svg, png, pdf\."):
        frames.save(tmp_path, "gif")
    with pytest.raises(ValueError, match=r"on='poster' is not known"):
        draw_frames(L, on="poster")
    with pytest.raises(ValueError, match=r"opened='q': no computed node has this name\. There are: z, a, L\."):
        draw_frames(L, on="slide", opened="q")
    with pytest.raises(TypeError, match=r"draw\(root\) draws the graph of a Value, not 3"):
        draw_frames(3)
    with pytest.raises(render.RenderError, match="PNG needs Graphviz, and this picture is drawn by the built-in"):
        frames.save(tmp_path, "png")
    assert [*tmp_path.iterdir()] == []


def test_folders_that_cannot_be_used(tmp_path):
    frames = draw_frames(slides(), on="slide", renderer="built-in")
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(FileExistsError) as error:
        frames.save(file)
    assert str(error.value) == (
        f"cannot make the folder {file}: File exists. It is a file, and the frames need a folder. "
        "Choose a folder that is yours, or a new name."
    )
    with pytest.raises(NotADirectoryError) as error:
        frames.save(file / "frames")
    assert str(error.value) == (
        f"cannot make the folder {file / 'frames'}: Not a directory. Choose a folder that is yours, or a new name."
    )
    folder = tmp_path / "frames"
    (folder / "move-03.svg").mkdir(parents=True)
    with pytest.raises(IsADirectoryError, match=r"cannot write .*move-03\.svg: Is a directory"):
        frames.save(folder)


def test_frames_of_more_moves_do_not_stay_between(tmp_path):
    walk = draw_frames(slides(), detail="ops", renderer="built-in")
    assert walk.save(tmp_path)[-1].name == f"move-{len(walk)}.svg"
    short = draw_frames(slides(), on="slide", renderer="built-in")
    with pytest.raises(ValueError) as error:
        short.save(tmp_path)
    assert str(error.value) == (
        f"{tmp_path} holds move-10.svg, move-11.svg, move-12.svg, …, which is not one of these 9 moves and would be "
        "shown with them. Remove it, or choose another folder."
    )
    assert walk.save(tmp_path) == walk.save(str(tmp_path))  # the same again is no mistake
