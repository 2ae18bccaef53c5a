"""Bad input on the page: lost numbers, labels of a stranger, graphs that are large."""

import math

import pytest
from stepped import L, all_steps, page_of_ops, slides

from micrograd_lr import Expression, Op, Value, log
from micrograd_lr.formulas.format import format_number


@pytest.mark.covers
def test_rows_of_the_users_own_leave_other_pages_alone(reader, tmp_path):
    cosine = Op("cosine", "cos", lambda x: math.cos(x), lambda out, x: (-math.sin(x),))
    Op("soft-sign", "ss", lambda x: x / (1 + abs(x)), lambda out, x: (1 / (1 + abs(x)) ** 2,))
    page = reader(page_of_ops(slides()).save(tmp_path / "others.html")).press("End")
    assert page.shown(L, "value") == "0.9741"
    with pytest.raises(ValueError, match="the page computes in JavaScript that is generated from the rules"):
        page_of_ops(cosine(Value(1.0, "x"))).save(tmp_path / "own.html")


def test_where_there_is_no_value_the_last_good_numbers_stay(reader, tmp_path):
    page = reader(page_of_ops(Expression("r = log(w) / x")(w=2.0, x=4.0)).save(tmp_path / "log.html"), "step=4")
    assert page.shown("n3", "value") == "0.1733"
    page.fill("#input-n0", "0")
    assert (
        page.text("#problem").replace("\n", " ").startswith("log(w)=log(0) has no finite value: it is −inf. log needs")
    )
    assert page.page.locator("#input-n0").get_attribute("aria-invalid") == "true"
    assert "failed" in page.page.locator("#graph #n1").get_attribute("class")
    assert page.shown("n3", "value") == "0.1733"
    page.fill("#input-n0", "")
    assert "w needs a number." in page.text("#problem")
    page.fill("#input-n0", "3").fill("#input-n2", "0")
    assert "The divisor must not be 0." in page.text("#problem")
    page.fill("#input-n2", "-1")
    assert page.page.locator("#problem").is_hidden()
    assert page.shown("n3", "value") == format_number(-math.log(3), 4)
    page.page.wait_for_function("() => location.hash === '#step=4&n0=3&n2=-1'")


def test_a_lost_gradient_is_named(reader, tmp_path):
    page = reader(page_of_ops(Expression("w**0.5 + x")(w=4.0, x=1.0)).save(tmp_path / "root.html"))
    page.fill("#input-n0", "0")
    assert page.text("#problem").startswith("The gradient of w has no finite value")


@pytest.mark.parametrize(
    "y, w, said",
    [
        (1.0, "-500", "logistic_loss(−1000, 1) = 1000, with the derivative a − y = −1."),
        (0.0, "500", "logistic_loss(1000, 0) = 1000, with the derivative a − y = 1."),
        (1.0, "20", "logistic_loss(40, 1) = 4.248e−18, with the derivative a − y = −4.248e−18."),
        (0.25, "500", "logistic_loss(1000, 0.25) = 750, with the derivative a − y = 0.75."),
    ],
)
def test_a_saturated_sigmoid_is_explained(y, w, said, reader, tmp_path):
    page = reader(page_of_ops(slides(y=y, b=0.0)).save(tmp_path / "saturated.html")).fill("#input-n1", w)
    assert "A saturated sigmoid: a = σ(" in page.text("#problem")
    assert "∞ × 0" in page.text("#problem")
    assert said in page.text("#problem")


def test_a_saturated_sigmoid_outside_of_a_loss_is_explained_too(reader, tmp_path):
    for text, z, said in (
        ("log(sigmoid(z))", "-800", "(−800, 1) = 800,"),
        ("log(1 - sigmoid(z)) * 3", "800", "(800, 0) = 800,"),
        ("log(1 - 1/(1 + exp(-z)))", "800", "(800, 0) = 800,"),
        ("log(-1.0*sigmoid(z) + 1)", "800", "(800, 0) = 800,"),
    ):
        page = reader(page_of_ops(Expression(text)(z=0.5)).save(tmp_path / "log.html")).fill("#input-n0", z)
        assert said in page.text("#problem")


def test_numbers_that_were_tried_stay_in_their_boxes_until_they_are_mended(file, reader):
    page = reader(file).fill("#input-n1", "25").fill("#input-n4", "-3")
    boxes = "all => all.map(x => [x.value, x.ariaInvalid ?? x.getAttribute('aria-invalid')])"
    numbers = page.page.locator("#leaves input").evaluate_all(boxes)
    assert numbers == [["25", "true"], ["-3", "true"], ["1", "false"], ["2", "false"]]
    page.fill("#input-n1", "1")
    assert page.page.locator("#problem").is_hidden()
    assert page.page.locator("#leaves [aria-invalid=true]").count() == 0
    page = reader(file, "step=3&n1=25&n4=")
    assert page.page.locator("#input-n1").input_value() == "25"
    assert page.page.locator("#input-n4").input_value() == "−1.5"
    assert page.page.locator("#problem").is_visible()


def test_labels_cannot_inject_anything(reader, tmp_path):
    evil = "<img src=x onerror=alert(1)></script><script>window.evil = 1</script>&lt;b&gt;"
    w, x = Value(2.0, evil), Value(3.0, "\"'><svg onload=alert(1)>")
    root = log(w * x + 1)
    root.label = "L</title></style><script>evil=2</script>"
    file = page_of_ops(root).save(tmp_path / "evil.html")
    page = reader(file)
    for _ in all_steps(root):
        page.press("ArrowRight")
    page.page.locator("#nodes summary").click()
    page.page.locator("#ask").select_option("number")
    page.press("Home", "ArrowRight", "r")
    assert page.page.evaluate("[typeof window.evil, document.scripts.length, document.images.length]") == [
        "undefined",
        2,
        0,
    ]
    assert page.page.locator("#graph svg svg").count() == 0
    policy = page.page.locator("meta[http-equiv]").get_attribute("content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    page.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'evil = 3'}))"
    )
    assert page.page.evaluate("typeof window.evil") == "undefined"
    assert "Content Security Policy" in page.errors.pop()


def test_a_graph_of_a_thousand_nodes_still_steps(reader, tmp_path):
    total = Value(0.5, "w")
    for i in range(500):
        total = total * 0.999 + 0.001 if i % 2 else total.tanh() + 1e-3
    page = reader(page_of_ops(total).save(tmp_path / "large.html"))
    frames = all_steps(total)
    assert page.press("End").step() == len(frames) - 1
    assert page.page.evaluate("numbers.g0") == pytest.approx(frames[-1].gradients["n0"], rel=1e-12)
    assert page.press("ArrowLeft", "ArrowLeft").step() == len(frames) - 3


@pytest.mark.parametrize("width, height", [(1280, 800), (390, 844)])
def test_a_problem_is_in_view_and_moves_nothing(width, height, opened):
    page = opened(slides(), "step=7")
    page.page.set_viewport_size({"width": width, "height": height})
    page.settled().press("ArrowRight")  # the key comes after the page has been fitted into the window
    places = "['graph', 'frame', 'inputs'].map((id) => byId(id).getBoundingClientRect().top + scrollY)"
    before = page.settled().page.evaluate(places)
    page.page.evaluate("change(leaves[0].id, NaN)")
    problem = page.settled().page.locator("#problem").bounding_box()
    assert page.page.evaluate(places) == before
    assert problem["y"] + problem["height"] < page.page.locator("#transport").bounding_box()["y"]
