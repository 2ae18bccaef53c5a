"""The picture of the page: edges go past the boxes, captions stand in free places, and the lines are seen with it."""

import pytest
from stepped import slides
from walking import SIZES, walk

from micrograd_lr import StepThrough, Value, logistic
from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.page.layout import _free

# The edges that go through a box other than their ends, and the captions that cover much of a box or of one another
FOUND = """() => {
    const rects = view.boxes.map((box) => [box.id, ...layout.boxes[box.id].slice(1)]);
    const into = (x, y, [, u, v, w, h]) => Math.min(w / 2 - Math.abs(x - u), h / 2 - Math.abs(y - v));
    const crossing = edges.filter(({ key, path }) => {
        const strangers = rects.filter(([id]) => id !== view.operands[key] && !path.parentNode.id.startsWith(id + "-"));
        const length = path.getTotalLength();
        return Array.from({ length: 80 }, (_, i) => path.getPointAtLength(length * i / 79))
            .some(({ x, y }) => strangers.some((rect) => into(x, y, rect) > 2));
    }).map(({ key }) => key);
    const captions = [...document.querySelectorAll("#graph .caption:not(.empty) rect")];
    const others = [...captions, ...document.querySelectorAll("#graph .node > rect:first-child")];
    const box = (x) => x.getBoundingClientRect();
    const shared = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left))
        * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
    const covering = captions.filter((caption) => others.some(
        (other) => other !== caption && shared(box(caption), box(other)) > box(caption).width * box(caption).height / 4,
    )).map((caption) => caption.parentNode.textContent);
    return { crossing, covering, captions: captions.length };
}"""


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    columns = [[1.097, 1.83, 1.58], [-2.073, -0.3536, 0.4562]]
    many = logistic.ManyExamples(
        [0.5, 0.25], -0.25, [[Value(x) for x in row] for row in columns], [*map(Value, (1.0, 0.0, 1.0))],
        loss=literal_loss,
    )  # fmt: skip
    roots = {
        "slides": slides(),
        "one": logistic.OneExample([0.5, 0.25], -0.25, [1.097, -2.073], 1.0),
        "many": many,
    }
    return {name: StepThrough(root).save(folder / f"{name}.html") for name, root in roots.items()}


@pytest.mark.parametrize("name", ["slides", "one", "many"])
def test_edges_go_past_the_boxes_and_captions_are_in_free_places(name, pages, reader):
    page = reader(pages[name], viewport={"width": 1, "height": 1})
    for width, height in SIZES.values():
        page.page.set_viewport_size({"width": width, "height": height})
        page.page.evaluate("showLevel(0)")
        found = page.press("End").page.evaluate(FOUND)
        assert found["captions"] >= 3
        assert found["crossing"] == found["covering"] == []
        page.page.evaluate("showLevel(data.views.length - 1)")
        assert page.settled().page.evaluate(FOUND)["crossing"] == []


def test_an_edge_through_a_box_and_a_caption_on_one_would_be_found(pages, reader):
    page = reader(pages["many"]).press("End")
    page.page.evaluate("""() => {
        const [at, box] = view.boxes.map((box) => layout.boxes[box.id]).slice(-3);
        edges[0].path.setAttribute("d", `M${at[1]},0V${2 * at[2]}`);
        const caption = edges.find((edge) => edge.caption).caption.group;
        caption.setAttribute("transform", `translate(${box[1]} ${box[2]})`);
    }""")
    found = page.page.evaluate(FOUND)
    assert len(found["crossing"]) == 1
    assert found["covering"] == ["1"]


def test_a_caption_takes_the_first_free_place_or_the_one_where_it_covers_least():
    size = (10.0, 4.0)
    boxes = [[0, 0, 20, 20], [100, 0, 20, 20]]
    captions = {
        "free": ([(0, 0), (50, 0), (60, 0)], size),
        "beside it": ([(52, 1), (70, 0)], size),
        "nowhere": ([(0, 0), (88, 0), (100, 0)], size),
    }
    assert _free(captions, boxes) == {"free": (50, 0), "beside it": (70, 0), "nowhere": (88, 0)}


@pytest.mark.parametrize("name", ["slides", "one", "many"])
def test_a_phone_shows_the_lit_boxes_and_all_lines_of_a_move(name, pages, reader):
    page = reader(pages[name], viewport={"width": 390, "height": 844})
    assert page.page.locator("#hint").bounding_box()["y"] > 0
    seen = walk(page)
    assert seen.hidden == seen.jumps == []
    assert [move for move in seen.cut if move] == []  # the page scrolls once, at the first move
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    if name == "many":  # the sum, which is in the lines too, may need scrolling, but not its factors
        box = page.page.locator("#chain table >> nth=1").bounding_box()
        assert box["x"] + box["width"] <= 390 - 10


def test_pages_are_measured_once(pages, reader):
    page = reader(pages["slides"])
    page.page.evaluate("window.count = 0; const whole = sized; sized = () => { count++; whole(); }; measureAgain()")
    assert page.page.evaluate("count") == 1


@pytest.mark.parametrize("name", ["slides", "one", "many"])
def test_a_sheet_of_paper_has_text_to_read_and_nothing_is_cut_off(name, pages, reader):
    page = reader(pages[name], "step=4", viewport={"width": 680, "height": 960})  # an A4 page without its margins
    drawn = page.page.locator("#graph svg").get_attribute("viewBox")
    page.page.emulate_media(media="print")
    for what in ("end", "questions", "key"):
        page.page.evaluate("what => { sheet = what; prepareSheet(); }", what)
        seen = page.page.evaluate("""() => ({
            texts: [...document.querySelectorAll("#printed svg text")].filter((x) => x.textContent.trim()).map(
                (x) => parseFloat(getComputedStyle(x).fontSize) * x.getScreenCTM().a),
            right: Math.max(...[...document.querySelectorAll("#printed *")].map(
                (x) => x.getBoundingClientRect().right)),
            height: document.querySelector("#printed svg").getBoundingClientRect().height,
        })""")
        assert min(seen["texts"]) >= 10.6  # 8 points
        assert seen["right"] <= 680
        assert seen["height"] <= 840
    grads = page.page.locator("#printed svg .grad").first.evaluate("x => getComputedStyle(x).fill")
    assert grads == "rgb(163, 18, 58)"
    page.page.emulate_media(media="screen")
    page.page.evaluate("measureAgain()")
    assert page.page.locator("#graph svg").get_attribute("viewBox") == drawn
    assert page.step() == 4


def test_a_sum_so_far_is_called_so_on_both_sheets(pages, reader):
    page = reader(pages["many"])
    for what in ("questions", "key"):
        page.page.evaluate("what => { sheet = what; prepareSheet(); }", what)
        asked = page.page.locator("#printed li").all_text_contents()
        assert sum(text.startswith("so far: ") for text in asked) == 2  # the third is the whole sum


@pytest.mark.parametrize("width, height", [(768, 1024), (390, 844)])
def test_the_matrices_of_three_examples_fit(width, height, pages, reader):
    page = reader(pages["many"], viewport={"width": width, "height": height}).press("End")
    assert page.page.locator("#chain .matrix").evaluate("x => x.scrollWidth - x.clientWidth") == 0


def test_no_number_is_wider_than_its_box(pages, reader):
    page = reader(pages["slides"], "step=99")
    wider = """() => [...document.querySelectorAll("#graph g.node")].filter((node) => {
        const box = node.querySelector("rect").getBBox();
        return [...node.querySelectorAll("text")].some((text) => text.getBBox().width > box.width - 6);
    }).length"""
    assert page.page.evaluate(wider) == 0
    page.fill("#input-n1", "7.123456789").fill("#input-n2", "-1.23456789e-07")  # ∂L/∂w = 9.027e−08
    assert page.page.evaluate(wider) == 0
    assert page.page.locator("#graph [textLength]").count() > 0
    page.click("#reset")
    assert page.page.locator("#graph [textLength]").count() == 0
    page.page.evaluate("squeeze = () => {}")
    page.fill("#input-n1", "7.123456789").fill("#input-n2", "-1.23456789e-07")
    assert page.page.evaluate(wider) > 0  # it would see one


def test_in_a_large_picture_what_is_in_view_comes_first(reader, tmp_path):
    node = Value(0.5, "w")
    for i in range(60):
        node = (node * 0.9).tanh()
        node.label = f"h{i}"
    page = reader(StepThrough(node).save(tmp_path / "long.html")).press("End")
    texts = """() => [0, -1].map((i) => view.boxes.filter((box) => box.rows.length > 1).at(i).id)
        .map((id) => document.querySelector(`#graph #${id} .value`).textContent)"""
    near, far = page.page.evaluate(texts)
    page.page.evaluate("change(leaves[0].id, 0.25); render()")
    first = page.page.evaluate(texts)
    assert [first[0] == near, first[1] == far] in ([True, False], [False, True])
    page.page.wait_for_function("() => !unseen")  # by itself
    whole = page.page.evaluate(texts)
    assert whole[0] != near
    assert whole[1] != far
