"""What a phone and a projector show: local slopes, matrices in one piece, and a picture that is read from afar."""

import pytest
from walking import walk

from micrograd_lr import StepThrough, Value, logistic
from micrograd_lr.engine.literal import literal_loss

PHONE, PROJECTOR = {"width": 390, "height": 844}, {"width": 1280, "height": 720}
W, B, X, Y = [0.5, 0.25], -0.25, [[1.097, 1.83, 1.58], [-2.073, -0.3536, 0.4562]], [1.0, 0.0, 1.0]
BESIDE = """all => all.map(x => x.getBoundingClientRect()).map(x => [x.width > 0, Math.round(x.bottom)])"""


CUT = """() => { // boxes and captions of which a part is seen
    const pane = document.querySelector("#graph").getBoundingClientRect();
    return [...document.querySelectorAll("#graph .node, #graph .caption:not(.empty)")].filter((group) => {
        const { top, bottom } = group.getBoundingClientRect();
        const part = bottom > pane.top && top < pane.bottom && (top < pane.top - 2 || bottom > pane.bottom + 2);
        return part && getComputedStyle(group).opacity !== "0";
    }).map((group) => group.textContent);
}"""


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    example = logistic.OneExample(W, B, [row[0] for row in X], Y[0])
    return StepThrough(example).save(tmp_path_factory.mktemp("one") / "one.html")


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    many = logistic.ManyExamples(W, B, [[Value(x) for x in row] for row in X], [*map(Value, Y)], loss=literal_loss)
    return StepThrough(many).save(tmp_path_factory.mktemp("three") / "three.html")


@pytest.mark.parametrize(("name", "state"), [("one", "step=7"), ("three", "step=6")])
def test_a_phone_shows_the_local_slopes_of_a_move_with_three_payments(name, state, one, three, reader):
    page = reader({"one": one, "three": three}[name], state, viewport=PHONE)
    slopes = page.page.locator("#lines .line.local")
    (first, bottom), *others = slopes.evaluate_all(BESIDE)
    assert (first, others) == (True, [[True, bottom]] * 2)
    assert slopes.locator("math").evaluate_all("all => all.every(x => parseFloat(getComputedStyle(x).fontSize) > 12)")
    paid = page.page.locator("#lines .line.payment").evaluate_all(BESIDE)
    assert all(seen and below > bottom for seen, below in paid)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_on_a_phone_the_captions_of_empty_matrices_are_not_broken_into_words(three, reader):
    page = reader(three, "step=5", viewport=PHONE)
    heights = page.page.locator("#chain caption").evaluate_all("all => all.map(x => x.offsetHeight)")
    assert heights[0] == heights[1] == heights[2]
    assert page.page.locator("#chain caption").nth(2).inner_text() == "∂J/∂w so far"
    assert "(1, 2)" in page.press("End").page.locator("#chain caption").nth(2).inner_text()
    page.press("ArrowLeft", "ArrowLeft")
    assert page.page.locator("#chain .matrix").evaluate("x => x.scrollWidth <= x.clientWidth")


def test_on_a_phone_the_name_of_a_loss_stands_beside_its_formula(three, reader):
    page = reader(three, "step=1", viewport=PHONE).page
    name, formula = (page.locator("#lines .line").nth(2).locator(".part").nth(i).bounding_box() for i in (0, 1))
    assert formula["x"] > name["x"] + name["width"] - 1
    assert formula["x"] + formula["width"] <= PHONE["width"] - 16
    assert page.locator("#lines .line.small").count() == 1
    assert page.locator("#lines .small math").first.evaluate("x => parseFloat(getComputedStyle(x).fontSize)") >= 15


def test_on_a_phone_all_of_the_first_move_is_above_the_bar(three, reader):
    page = reader(three, viewport=PHONE).page
    said, bar = (page.locator(name).bounding_box() for name in ("#lines p:last-of-type", "#transport"))
    assert said["y"] + said["height"] <= bar["y"]


def test_on_a_phone_no_box_and_no_caption_is_cut(three, reader):
    page = reader(three, viewport=PHONE)
    for _ in range(11):
        assert page.page.evaluate(CUT) == []
        page.press("ArrowRight")
    page.page.evaluate("hideCut = () => {}; document.querySelectorAll('.cut').forEach(x => x.classList.remove('cut'))")
    assert page.page.evaluate(CUT) == ["1"] * 3
    page = reader(three, "step=10", viewport=PHONE)
    assert page.page.locator(".caption.cut").count() == 3
    page.page.evaluate("new Promise((done) => { byId('graph').onscroll = done; byId('graph').scrollTop = 999; })")
    assert (page.page.locator(".caption.cut").count(), page.page.evaluate(CUT)) == (0, [])


def test_beside_the_lines_all_inputs_of_three_examples_are_in_view(three, reader):
    page = reader(three, viewport={"width": 1280, "height": 800}).page
    pane = page.locator("#beside")
    assert pane.evaluate("x => x.scrollHeight - x.clientHeight") <= 0
    assert page.locator("#leaves input").count() == 12


def test_three_examples_on_a_projector_are_read_from_the_last_row(three, reader):
    page = reader(three, "large=1", viewport=PROJECTOR)
    seen = walk(page)
    assert seen.smallest >= 18
    assert seen.gap >= 5
    assert seen.hidden == seen.cut == []
    assert page.page.locator("#graph").evaluate("x => x.scrollHeight <= x.clientHeight")  # no edge of it is cut


def test_on_a_projector_the_matrices_stand_beside_the_lines(three, reader):
    page = reader(three, "large=1&step=10", viewport=PROJECTOR).page
    lines, chain = (page.locator(name).bounding_box() for name in ("#lines", "#chain"))
    assert chain["x"] >= lines["x"] + lines["width"]
    assert chain["y"] == pytest.approx(lines["y"], abs=8)
    assert page.locator("#chain .matrix").evaluate("x => x.scrollWidth <= x.clientWidth")
