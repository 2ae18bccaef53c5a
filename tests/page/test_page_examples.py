"""Many examples on the page: a box for each, (A − Y) times Xᵀ filled in as they pay, and steps downhill."""

import math
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from walking import SIZES, SMALLEST, walk

from micrograd_lr import Expression, StepThrough, Value, logistic, steps
from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.formulas.format import format_number

W, B, X, Y = [0.5, -0.25], 0.1, [[1.0, 2.0, -1.0], [0.5, -1.0, 2.0]], [1.0, 0.0, 1.0]


def shown(x):
    return format_number(x, 4)


@pytest.fixture(scope="session")
def three(tmp_path_factory):
    """The page of three examples whose numbers can be changed."""
    many = logistic.ManyExamples(W, B, [[Value(x) for x in row] for row in X], [*map(Value, Y)], loss=literal_loss)
    return StepThrough(many).save(tmp_path_factory.mktemp("three") / "three.html")


def cells(page, table):
    rows = page.page.locator(f"#chain table >> nth={table}").locator("tr")
    return rows.evaluate_all("all => all.map(row => [...row.cells].map(cell => cell.textContent))")


@pytest.mark.parametrize("size", SIZES)
def test_all_of_every_move_is_seen(size, three, reader):
    width, height = SIZES[size]
    page = reader(three, viewport={"width": width, "height": height})
    seen = walk(page)
    assert seen.moves == 11
    assert seen.hidden == seen.jumps == []
    assert seen.smallest >= SMALLEST[size]
    assert seen.gap >= 5
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    if size == "1280x800":
        assert seen.cut == []


def test_the_first_screen_says_what_z_and_a_are(three, reader):
    page = reader(three)
    assert page.compact("h1") == "J=L(1)+L(2)+L(3)L(1)=−(y(1)log(a(1))+(1−y(1))log(1−a(1)))"
    assert page.compact("#hint").startswith("a(1)=σ(z(1))z(1)=w1X1(1)+w2X2(1)+bPress")


def test_the_sum_over_examples_becomes_a_product_of_matrices(three, reader):
    many = logistic.ManyExamples(W, B, X, Y)
    errors = [x - y for x, y in zip(logistic_outputs(), Y)]
    page = reader(three, "step=6")
    assert cells(page, 0) == [["·", "·", "·"]]
    for paid in (1, 2, 3):
        page.press("ArrowRight")
        assert cells(page, 0) == [[*map(shown, errors[:paid]), *["·"] * (3 - paid)]]
        assert cells(page, 1) == [[shown(row[i]) for row in X] for i in range(3)]
        sums = [sum(e * x for e, x in zip(errors[:paid], row)) for row in X]
        assert cells(page, 2) == [[*map(shown, sums)]]
        lit = page.page.locator("#chain td.lit").all_text_contents()
        assert lit == [shown(errors[paid - 1]), *(shown(row[paid - 1]) for row in X)]
    dw, db = logistic.closed_form(W, B, X, Y)
    assert cells(page, 2) == [[*map(shown, dw)]]
    text = re.sub(r"\s", "", page.press("End").text("#lines"))
    assert f"=(A−Y)XT=({','.join(map(shown, errors))})XT≈({','.join(map(shown, dw))})✓proven" in text
    assert f"≈{shown(db)}✓proven" in text
    assert many.J.data == pytest.approx(page.page.evaluate("lossNow()"), rel=1e-12)


def logistic_outputs():
    return [1 / (1 + math.e ** -(W[0] * X[0][i] + W[1] * X[1][i] + B)) for i in range(3)]


def test_the_box_of_an_example_fills_as_it_is_computed_and_pays(three, reader):
    a, y = logistic_outputs()[1], Y[1]
    page = reader(three)
    box = page.page.locator("#graph .node.example").nth(1)
    texts = lambda: [text for text in box.locator("text").all_text_contents() if text]
    assert texts() == ["example 2", "y⁽²⁾ = 0, X₁⁽²⁾ = 2, X₂⁽²⁾ = −1"]
    page.press("ArrowRight", "ArrowRight")
    assert texts()[2] == f"a⁽²⁾ = {shown(a)}, L⁽²⁾ = {shown(-math.log(1 - a))}"
    page.press("End")
    assert texts()[3] == f"a⁽²⁾ − y⁽²⁾ = {shown(a - y)}"


def test_an_example_is_opened_and_closed(three, reader):
    page = reader(three, "step=2")
    levels = page.page.locator("#detail option").all_text_contents()
    assert levels == ["examples", "inside example 1", "inside example 2", "inside example 3", "every op"]
    page.press("o")
    assert page.page.evaluate("[view.title, frames[step].kind, frames.length]") == ["inside example 2", "forward", 15]
    assert page.page.locator("#graph .node.example").count() == 2
    page.press("o")
    assert page.page.evaluate("[view.title, step]") == ["examples", 2]
    page.click("#graph .node.example >> nth=0").click("#open")
    assert page.page.evaluate("view.title") == "inside example 1"
    assert Axe().run(page.page).response["violations"] == []


def test_why_it_is_proven_is_one_click_away(three, reader):
    page = reader(three, "step=7")
    assert page.text("#look") == "See why"
    page.click("#look")
    assert page.page.evaluate("[view.title, frames[step].kind]") == ["inside example 1", "backward"]
    said = re.sub(r"\s", "", page.press(*["ArrowRight"] * 3).text("#lines"))
    assert "=−y(1)(1−a(1))+(1−y(1))a(1)=a(1)−y(1)" in said
    assert "✓proven" in said
    assert page.text("#look") == "Back to examples"
    assert page.click("#look").page.evaluate("[view.title, step]") == ["examples", 7]


def test_steps_downhill_are_those_of_gradient_descent(three, reader):
    page = reader(three, "step=10").fill("#rate", "0.1")
    w, b = W, B
    for _ in range(3):
        page.click("#descend")
        dw, db = logistic.closed_form(w, b, X, Y)
        w, b = [x - 0.1 * d for x, d in zip(w, dw)], b - 0.1 * db
    assert page.page.evaluate("leaves.filter(x => x.kind === 'parameter').map(x => inputs[x.id])") == pytest.approx(
        [*w, b], rel=1e-12
    )
    began, now = (shown(logistic.ManyExamples(*at, X, Y).J.data) for at in ((W, B), (w, b)))
    assert page.text("#learnt") == f"J: {began} → {now} after 3 steps"


@pytest.mark.covers
def test_only_what_is_proven_is_a_product_of_matrices(three, reader, tmp_path):
    page = reader(three, "step=10").fill("#input-" + reader(three).page.evaluate("leaves[3].id"), "0")
    assert "✓ proven" in page.text("#lines")
    squares = "a = sigmoid(w*x1+b); c = sigmoid(w*x2+b); p = (a-1)**2; q = (c-0)**2; J = sum([p, q])"
    root = Expression(squares)(w=0.5, b=0.1, x1=1.0, x2=2.0)
    page = reader(StepThrough(root).save(tmp_path / "squares.html")).press("End")
    assert page.page.evaluate("hasMatrix()") is False
    assert page.page.locator("#graph .node.example .grad").all_text_contents() == ["∂J/∂p = 1", "∂J/∂q = 1"]
    assert "proven" not in page.text("#frame")
    page = reader(StepThrough(logistic.ManyExamples(W, B, X, Y)).save(tmp_path / "plain.html"), "step=10")
    assert "✓ proven" in page.text("#lines")  # for each w alone: the numbers of x have no names
    assert page.page.evaluate("hasMatrix()") is False


@pytest.mark.covers
def test_ten_examples_of_many_features_show_a_part(reader, tmp_path):
    wide = [[Value(0.1 * (i - j)) for j in range(10)] for i in range(9)]
    labels = [Value(float(j % 2)) for j in range(10)]
    many = logistic.ManyExamples([0.1] * 9, 0.0, wide, labels, loss=literal_loss)
    page = reader(StepThrough(many).save(tmp_path / "ten.html")).press("End")
    assert page.compact("#rule").endswith("·∂J∂w1,andsoon")
    assert len(cells(page, 0)[0]) == 7
    assert cells(page, 0)[0][-1] == "…"
    assert [len(row) for row in cells(page, 1)] == [6] * 6
    assert len(cells(page, 2)[0]) == 7
    assert page.page.locator("#graph .node.example").count() == 10


def test_every_level_has_the_numbers_of_its_steps(three, reader):
    """Also those of sums that depend on the order in which the examples pay."""
    many = logistic.ManyExamples(W, B, [[Value(x) for x in row] for row in X], [*map(Value, Y)], loss=literal_loss)
    shown_by = StepThrough(many)
    page = reader(three)
    opened = [{}, *({"opened": f"example {i}"} for i in (1, 2, 3)), {"detail": "ops"}]
    for i, options in enumerate(opened):
        frames = steps(shown_by.root, **options)
        page.page.locator("#detail").select_option(str(i))
        found = page.settled().page.evaluate("numbers")
        keys = [node.key for node in frames.nodes.values()]
        keys += [payment.key(letter) for payment in frames.payments for letter in "pcsr"]
        assert {key: found[key] for key in keys} == pytest.approx({key: frames.number(key) for key in keys}, rel=1e-12)
        total = frames[-1].gradients
        page.press("End")
        texts = {w: page.shown(w, "grad") for w, node in frames.nodes.items() if node.kind == "parameter"}
        assert texts == {w: f"∂J/∂{frames.name(w)} = {shown(total[w])}" for w in texts}
        value = next(id for id, node in frames.nodes.items() if node.label == "b")
        assert page.shown(value, "value") == shown(B)
