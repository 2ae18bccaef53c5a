"""What a phone and a projector show: local slopes, matrices in one piece, and a picture that is read from afar."""

import pytest
from walking import walk

from micrograd_lr import Expression, StepThrough, Value, logistic
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


def many():
    return logistic.ManyExamples(W, B, [[Value(x) for x in row] for row in X], [*map(Value, Y)], loss=literal_loss)


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    return StepThrough(many()).save(tmp_path_factory.mktemp("three") / "three.html")


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


def test_on_a_phone_a_question_has_its_buttons_beside_its_field_and_empty_cells_are_alike(three, reader):
    page = reader(three, "step=7&ask=formula", viewport=PHONE)
    places = page.page.locator("#question div > *").evaluate_all("all => all.map(x => Math.round(x.offsetTop))")
    assert (len(places), len({*places})) == (3, 1)
    empty = page.page.locator("#chain td.off").evaluate_all("all => all.map(x => x.offsetWidth)")
    assert (len(empty), len({*empty})) == (5, 1)


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


WIDER = """() => { // what is wider than the panel, or than the window above it
    const right = byId("frame").getBoundingClientRect().right - 4;
    const wider = (selectors, most) => [...document.querySelectorAll(selectors)]
        .filter((x) => x.getBoundingClientRect().right > most).map((x) => x.textContent.trim());
    return wider("#where, #lines *, #prompt *, #chain :not(.matrix), #problem *", right)
        .concat(wider("h1 *, .hint *", right + 5));
}"""
TORN = """() => [...document.querySelectorAll("#lines .line, #chain .way")].filter((line) => { // from what is behind =
    const parts = [...line.querySelectorAll(".part, .way > math, .factor")];
    const [name, term] = parts.map((x) => x.getBoundingClientRect());
    return term && term.left < name.right - 1 && name.width < line.clientWidth / 2;
}).map((line) => line.textContent)"""


def expressions():
    words = ["z1=w1*x1+w2*x2+b1; h=tanh(z1); z2=w3*h+b2; a=sigmoid(z2); L=-(y*log(a)+(1-y)*log(1-a))+c*(w1**2+w2**2)"]
    words.append("p=exp(u)/(exp(u)+exp(v)+exp(s)+exp(t)+exp(r)+exp(q)); L=-log(p)")
    words.append("p=(u*v+v*s+s*t+t*r+r*q+q*u+u*s+v*t+s*r)*(u+v+s+t+r+q+u*v*s*t*r*q); J=sigmoid(p)")
    numbers = dict(zip("uvstrq", (0.123456, -1.23456, 0.543211, 2.345678, -0.98765, 1.111111)))
    named = {"w1": 0.5123, "w2": -0.2511, "w3": 1.2345, "b1": 0.1234, "b2": -0.4321, "c": 0.0123}
    found = [Expression(words[0])(**named, x1=2.1234, x2=-1.2345, y=1.0)]
    found += [Expression(text)(**{k: x for k, x in numbers.items() if k in text}) for text in words[1:]]
    found += [logistic.OneExample([0.5, 0.25, -0.125, 0.0625][:n], -0.25, [1.097, -2.073, 1.23, -0.456][:n], 1.0)
              for n in (3, 4)]  # fmt: skip
    return [*found, many(), logistic.ManyExamples(W, B, X, Y)]


@pytest.mark.parametrize("which", range(7))
def test_on_a_phone_nothing_is_wider_than_its_panel(which, reader, tmp_path):
    page = reader(StepThrough(expressions()[which]).save(tmp_path / "page.html"), viewport=PHONE)
    for _ in range(page.page.evaluate("frames.length")):
        assert page.page.evaluate(WIDER) == page.page.evaluate(TORN) == []
        page.press("ArrowRight")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.page.evaluate("sheet = 'end'; prepareSheet()")
    assert page.page.locator("#printed [style]").count() == 0  # the policy of the page would not allow it
    page.press("Home").page.evaluate("fitLines = () => {}")
    page.page.evaluate("document.styleSheets[0].insertRule('#lines .line { white-space: nowrap; }')")
    assert page.press("ArrowRight").page.evaluate(WIDER)  # it would see it


@pytest.mark.parametrize("name", ["one", "three"])
@pytest.mark.parametrize("width, height", [(390, 844), (768, 1024)])
def test_what_to_do_is_one_line_on_small_screens(name, width, height, one, three, reader):
    page = reader({"one": one, "three": three}[name], viewport={"width": width, "height": height}).page
    said = page.locator("#hint > :last-child")
    assert said.inner_text() == (
        "Tap Next. Drag a number to change it." if width < 480
        else "Tap Next: values flow forward, then gradients flow back. Drag a number to change it."
    )  # fmt: skip
    assert said.evaluate("x => x.offsetHeight < 2 * parseFloat(getComputedStyle(x).lineHeight)")


COVERS = """() => { // what the message covers of the panel; whether it is all in it, and a chain too
    const box = (id) => byId(id).getBoundingClientRect();
    const [own, parts] = [box("problem"), ["where", "lines", "chain"].filter((id) => byId(id).offsetHeight)];
    const covered = parts.filter((id) => box(id).top < own.bottom && own.top < box(id).bottom
        && box(id).left < own.right && own.left < box(id).right);
    return [covered, own.height > 50, own.bottom < box("frame").bottom, parts.includes("chain")];
}"""
PLACES = "['graph', 'frame', 'inputs'].map((id) => byId(id).getBoundingClientRect()).map((x) => [x.top, x.height])"


@pytest.mark.parametrize(
    "width, height, state", [(1280, 800, ""), (768, 1024, ""), (390, 844, ""), (1280, 720, "large=1")]
)
def test_what_has_no_value_is_said_beside_the_lines_and_the_matrices(width, height, state, three, reader):
    page = reader(three, state, viewport={"width": width, "height": height})
    lines = []
    for move in range(11):
        before = page.page.evaluate(PLACES)
        page.page.evaluate("change(leaves[0].id, 900)")
        assert page.settled().page.evaluate(COVERS) == [[], True, True, move > 4]
        assert "A saturated sigmoid" in page.text("#problem")
        assert page.page.evaluate(PLACES) == [pytest.approx(place, abs=0.6) for place in before]
        lines.append(page.page.locator("#lines").is_visible())
        page.page.evaluate("resetInputs()")
        assert page.settled().page.locator("#lines").is_visible()
        page.press("ArrowRight")
    assert (lines[4], lines[10]) == (True, False)  # of J there is one line, and room below it
