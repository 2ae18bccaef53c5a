"""The page in a real browser: stepping, live inputs, questions, keys, links, and what a stranger's labels can do."""

import json
import math
import os
import random
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import ARGUMENTS, HERE, Reader
from playwright.sync_api import sync_playwright

from micrograd_lr import OPS, Expression, Op, StepThrough, Value, log, logistic, steps
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import apply
from micrograd_lr.pictures.labels import number

pytestmark = pytest.mark.skipif(
    not HERE and not os.environ.get("CI"),
    reason="needs a Chromium: apt install chromium, or set CHROMIUM to the path of one",
)
SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
NUMBERS = {"w": 0.5, "b": -1.5, "x": 2.0, "y": 1.0}
Y, W, X, B, Z, A, L = "n0", "n1", "n2", "n4", "n5", "n6", "n14"


def slides(**changes):
    return Expression(SLIDES)(**NUMBERS | changes)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=HERE, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return StepThrough(slides()).save(tmp_path_factory.mktemp("page") / "one.html")


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The page of the slides' one example, with their derivation."""
    one = logistic.OneExample([0.5, -0.25], 0.1, [2.0, 1.0], 1.0)
    return StepThrough(one).save(tmp_path_factory.mktemp("page") / "example.html")


@pytest.fixture
def reader(browser):
    opened = []

    def new(path, state="", **options):
        opened.append(Reader(browser, **options).open(path, state))
        return opened[-1].settled()

    yield new
    for one in opened:
        assert one.errors == []
        assert [url for url in one.requests if not url.startswith("file://")] == []
        one.context.close()


def test_the_file_is_small_and_asks_for_nothing_but_itself(file, example, reader):
    assert file.stat().st_size < 130_000
    assert example.stat().st_size < 150_000
    page = reader(file)
    assert len(page.requests) == 1
    assert page.page.title() == "Step through L"
    assert page.text("#where") == "The inputs · step 1 of 25"


def test_stepping_to_the_end_and_back_shows_each_number_when_it_is_computed(file, reader):
    page, frames = reader(file), steps(slides())
    for i, frame in enumerate(frames):
        assert page.step() == i
        assert page.text("#lead") == f"{frame.lead}."
        assert page.text("#text") == frame.text
        drawn, lit = page.picture()
        assert drawn == {
            node: (number(frame.values.get(node), 4), number(frame.gradients.get(node), 4)) for node in frames.nodes
        }
        assert lit == [*filter(None, [frame.node])]
        if i < len(frames) - 1:
            page.click("#next")
    assert page.page.locator("#next").is_disabled()
    for i in range(len(frames) - 2, -1, -1):
        assert page.click("#back").step() == i
    assert page.page.locator("#back").is_disabled()
    assert page.shown(Z, "value") == "–"
    assert page.click("#last").step() == len(frames) - 1
    assert page.click("#first").step() == 0
    page.page.locator("#scrubber").fill("12")
    assert page.settled().step() == 12


def test_the_current_line_is_written_with_its_numbers(file, reader):
    page = reader(file, "step=20")
    assert (
        re.sub(r"\s", "", page.text("#lines"))
        == "∂a∂z=a(1−a)=0.3775(1−0.3775)=0.235∂L∂z=∂L∂a·∂a∂z=−2.649·0.235=−0.6225"
    )
    assert page.page.locator("#graph g.edge.now").evaluate_all("all => all.map(x => x.id)") == ["n6-operand0"]
    assert "path 1, through" in reader(file, "step=19").text("#ledger")


def test_an_input_is_edited_and_everything_follows(file, reader):
    page = reader(file, "step=24").fill("#input-n1", "-1.25")
    root = slides(w=-1.25)
    root.backward()
    expected = {f"n{i}": (number(x.data, 4), number(x.grad, 4)) for i, x in enumerate(topological(root))}
    assert page.picture()[0] == expected
    page.page.locator("#inputs .leaf:has(#input-n4) input[type=range]").fill("1.5")
    root = slides(w=-1.25, b=1.5)
    root.backward()
    assert page.settled().shown(L, "value") == number(root.data, 4)
    assert page.page.locator("#input-n4").input_value() == "1.5"
    page.click("#reset")
    assert page.shown(L, "value") == "0.9741"
    assert page.page.locator("#input-n1").input_value() == "0.5"


EXPRESSIONS = [
    SLIDES, "logistic_loss(w*x + b, y)", "tanh(w*x) + relu(b - x) * exp(-w)", "(w - x) / (b*b + 1) - y / 3",
    "(w*w + 1)**b * 2**x", "dot([w, x, 2], [x, b, y]) + sum([w, x, b, y, 1.5])", "x*x*x - x**2 / (1 + exp(x))",
    "sigmoid(sigmoid(w) - sigmoid(-w)) * relu(x)", "log(exp(w) + exp(x)) - log(1 + b**2)", "-(-w) + x - 0*b + y",
    "c = w*x; c*c + c/(c*c + 1)", "abs(w - x) * abs(b) + y",
]  # fmt: skip


def test_the_page_computes_what_the_engine_computes(reader, tmp_path):
    tried = set()
    for text in EXPRESSIONS:
        expression, rng = Expression(text), random.Random(0)
        cases, expected = [], []
        for _ in range(200):
            at = {name: rng.uniform(0.05, 3) if name in "wy" else rng.uniform(-3, 3) for name in expression.names}
            at |= {"y": rng.choice([0.0, 1.0, rng.random()])} if "y" in at else {}
            root = expression(**at)
            frames = steps(root)
            tried |= {str(node.op) for node in topological(root)}
            cases.append({node.id: node.value for node in frames.nodes.values() if not node.op})
            keys = [node.key for node in frames.nodes.values()] + [f"g{node[1:]}" for node in frames.nodes]
            keys += [payment.key(letter) for payment in frames.payments for letter in "pcsr"]
            expected.append({key: frames.number(key) for key in keys})
        page = reader(StepThrough(expression(**dict.fromkeys(expression.names, 0.5))).save(tmp_path / "any.html"))
        found = json.loads(page.page.evaluate("cases => JSON.stringify(cases.map(compute))", cases))
        for ours, theirs in zip(expected, found):
            assert ours.keys() == theirs.keys()
            for key, x in ours.items():
                assert theirs[key] is not None and math.isclose(x, theirs[key], rel_tol=1e-12, abs_tol=1e-15), (
                    text,
                    key,
                )
    assert tried >= {*OPS}


def test_a_wrong_rule_in_the_page_would_be_seen(reader, tmp_path, monkeypatch):
    from micrograd_lr.compiler.codegen_javascript import NOTATION

    monkeypatch.setitem(NOTATION, "exp", "Math.exp(2 * {0})")
    page = reader(StepThrough(slides()).save(tmp_path / "wrong.html"))
    assert page.page.evaluate(f"numbers.v{A[1:]}") != pytest.approx(slides().operands[0].data, rel=1e-3)


def test_numbers_are_written_as_python_writes_them(file, reader):
    rng = random.Random(1)
    tried = [0.0, -0.0, 1.0, -1.0, 0.1, 9999.0, 9999.6, 10000.0, 99999.5, 1e7, 1e22, 1e-4, 9.9999e-5, 1e-300, 123456.7]
    tried += [2.0625, 10.125, 100.25, 1000.5, 123456.5, 1.00005e-7, 2.00015e9]  # ties among them
    tried += [rng.choice([-1, 1]) * rng.uniform(1, 10) * 10.0 ** rng.randrange(-12, 12) for _ in range(2000)]
    written = reader(file).page.evaluate("all => all.map(shown)", tried)
    assert written == [number(x, 4) for x in tried]


# Questions


def test_ask_mode_hides_the_number_until_it_is_answered(file, reader):
    page = reader(file, "step=4")
    page.page.locator("#ask").select_option("number")
    assert page.settled().shown("n6", "value") == "0.3775"
    assert page.shown("n7", "value") == "–"
    assert "−0.9741" not in page.text("#frame")
    page.fill("#answer", "0.97").press("Enter")
    assert page.text("#verdict") == "The sign is the other way round."
    page.fill("#answer", "-0.974").click("#question [type=submit]")
    assert page.text("#verdict") == "Right."
    assert page.shown("n7", "value") == "−0.9741"
    assert page.text("#score") == "0 of 1 right at the first try"
    page.click("#next").fill("#answer", "-0.974").click("#question [type=submit]")
    assert page.text("#score") == "1 of 2 right at the first try"


@pytest.mark.parametrize(
    "step, answer, said",
    [
        (3, "-0.3775", "The sign is the other way round."),
        (3, "0.6225", "That is σ(−z): the sign of the exponent"),
        (4, "-0.423", "That is the logarithm to base 10"),
        (20, "-2.649", "That is the gradient above, ∂L/∂a. Multiply it by the local derivative ∂a/∂z = a(1 − a)."),
        (20, "0.235", "That is the local derivative ∂a/∂z alone."),
        (20, "-1.0", "You left out a factor: ∂a/∂z is a(1 − a), with both."),
        (20, "-2.649*0.6225", "You left out a factor"),
        (23, "-0.311", "The two factors are swapped: ∂(wx)/∂w is the other factor, x."),
        (23, "-0.6225", "That is the gradient above, ∂L/∂(wx)."),
        (20, "7", "Not yet. Try again, or reveal."),
        (20, "what", "“w” cannot be read here: write numbers, + - * / ^ and parentheses."),
        (20, "(1", "A parenthesis is not closed."),
    ],
)
def test_a_wrong_number_is_diagnosed(step, answer, said, file, reader):
    page = reader(file, f"step={step}&ask=number").fill("#answer", answer).click("#question [type=submit]")
    assert page.text("#verdict").startswith(said)
    assert page.page.locator("#question").is_visible()


def test_lost_paths_and_means_are_diagnosed(reader, tmp_path):
    J = Expression("c = w*x; J = sum([c*c, 3*c, 1])")(w=2.0, x=1.5)
    page = reader(StepThrough(J).save(tmp_path / "paths.html"), "step=4&ask=number")
    page.fill("#answer", str(J.data / 3)).click("#question [type=submit]")
    assert page.text("#verdict") == "That is the mean; J is the sum over the examples."
    at = next(frame.index for frame in steps(J) if any(line.kind == "ledger" for line in frame.lines))
    page = reader(tmp_path / "paths.html", f"step={at}&ask=number")
    page.fill("#answer", "3").click("#question [type=submit]")
    assert page.text("#verdict") in ("Right.", "")


def test_a_formula_is_asked_for_and_any_way_to_write_it_is_right(file, reader):
    for written in ("a(1-a)", "a*(1 - a)", "a - a^2", "sigmoid(z)*sigmoid(-z)", "σ(z)(1−a)"):
        page = reader(file, "step=20&ask=formula")
        assert "a(1" not in page.text("#lines")
        page.fill("#answer", written).click("#question [type=submit]")
        assert page.text("#verdict") == "Right.", written
    page = reader(file, "step=20&ask=formula")
    for wrong, said in (
        ("a(1+a)", "Not yet. Try again, or reveal."),
        ("0.23500371220159449", "That is right at these numbers by chance, and not at others."),
        ("a(1-q)", "“q” cannot be read here: write numbers, names of the graph, + - * / ^ and parentheses."),
        ("a(1-a", "A parenthesis is not closed."),
        ("a(1-a))", "“)” cannot be read here."),
        ("a*", "The formula ends too early."),
    ):
        page.fill("#answer", wrong).click("#question [type=submit]")
        assert page.text("#verdict") == said


def test_a_formula_is_judged_elsewhere_too(file, reader, tmp_path):
    saturated = reader(file, "step=20&ask=formula&n1=15")
    for wrong in ("0", "1-a", "a"):
        saturated.fill("#answer", wrong).click("#question [type=submit]")
        assert saturated.text("#verdict") != "Right."
    shown = StepThrough(Expression("p + q + r + s*u*t")(p=1, q=2, r=3, s=4, t=0, u=5))
    shown.save(tmp_path / "zero.html")
    at = next(x.index for x in shown.steps if x.kind == "backward" and shown.steps.nodes[x.node].formula == "su t")
    zero = reader(tmp_path / "zero.html", f"step={at}&ask=formula").fill("#answer", "0")
    assert zero.click("#question [type=submit]").text("#verdict") != "Right."


@pytest.mark.parametrize(
    "text, at, answer",
    [
        ("w*0.123456789 + w", {"w": 2.0}, "0.123457"),
        ("2**x", {"x": 3.0}, "0.693147*2^x"),
        ("exp(e)", {"e": 1.0}, "exp(e)"),
        ("x**l", {"x": 2.0, "l": 3.0}, "l x^(l-1)"),
        ("sigmoid(s)", {"s": 1.0}, "σ(s)(1 - sigmoid(s))"),
        ("tanh(x1)", {"x1": 0.5}, "1 - tanh(x_1)²"),
        ("3*a**3", {"a": 0.5}, "3a²"),
    ],
)
def test_formulas_as_readers_write_them(text, at, answer, reader, tmp_path):
    file = StepThrough(Expression(text)(**at)).save(tmp_path / "own.html")
    last = len(steps(Expression(text)(**at))) - 2
    page = reader(file, f"step={last}&ask=formula")
    assert page.fill("#answer", answer).click("#question [type=submit]").text("#verdict") == "Right."


def test_names_with_indices_are_typed_as_it_suits(reader, tmp_path):
    file = StepThrough(Value(0.5, "w₁") * Value(3.0, "X₁⁽²⁾")).save(tmp_path / "indices.html")
    for answer in ("X₁⁽²⁾", "X1(2)", "X_1(2)"):
        page = reader(file, "step=3&ask=formula").fill("#answer", answer).click("#question [type=submit]")
        assert page.text("#verdict") == "Right.", answer


def test_only_formulas_that_can_be_typed_are_asked_for(reader, tmp_path):
    page = reader(StepThrough(Expression("relu(z)")(z=2.0)).save(tmp_path / "relu.html"), "step=3&ask=formula")
    assert page.page.locator("#question").is_hidden()
    twins = Value(2.0, "w") * Value(3.0, "w")
    page = reader(StepThrough(twins).save(tmp_path / "twins.html"), "step=3&ask=formula")
    assert page.text("#prompt").count("∂") == 2
    tiny = reader(StepThrough(Value(2.0, "w") * 1e-10).save(tmp_path / "tiny.html"), "step=3&ask=formula")
    assert tiny.fill("#answer", "0").click("#question [type=submit]").text("#verdict") != "Right."


def test_an_open_question_hides_every_later_line(file, reader):
    page = reader(file, "step=20&ask=formula")
    assert "2.649" not in page.text("#lines")
    assert "0 + (" not in page.text("#lines")


def test_powers_of_negative_numbers_have_a_page(reader, tmp_path):
    root = Expression("z=w*x+b; a=sigmoid(z); L=(a-y)**2")(w=0.5, x=2.0, b=-1.0, y=1.0)
    page = reader(StepThrough(root).save(tmp_path / "square.html")).press("End")
    assert page.shown("n8", "value") == "0.25"
    page = reader(StepThrough(1 / Value(2.0, "x")).save(tmp_path / "under.html"), "step=3&ask=number&n0=4")
    page.fill("#answer", ".5").click("#question [type=submit]")
    assert page.text("#verdict") == "Not yet. Try again, or reveal."


def test_a_mistake_that_is_infinite_is_nobodys(reader, tmp_path):
    file = StepThrough(Expression("L = x/v")(x=0.0, v=2.0)).save(tmp_path / "quotient.html")
    page = reader(file, "step=1&ask=number").fill("#answer", "5").click("#question [type=submit]")
    assert page.text("#verdict") == "Not yet. Try again, or reveal."


def test_another_number_begins_the_questions_anew(file, reader):
    page = reader(file, "step=20&ask=number").click("#reveal")
    assert page.text("#verdict") == "∂L/∂z = −0.6225"
    assert page.text("#score") == "0 of 1 right at the first try"
    page.fill("#input-n1", "2")
    assert page.text("#verdict") == page.text("#score") == ""
    page.press("Escape").click("#present").press("a")
    assert page.page.locator("#ask").input_value() == "formula"
    assert page.press("r").text("#verdict") == "∂a/∂z = a(1 − a)"


def test_rows_of_the_users_own_leave_other_pages_alone(reader, tmp_path):
    cosine = Op("cosine", "cos", lambda x: math.cos(x), lambda out, x: (-math.sin(x),))
    Op("soft-sign", "ss", lambda x: x / (1 + abs(x)), lambda out, x: (1 / (1 + abs(x)) ** 2,))
    page = reader(StepThrough(slides()).save(tmp_path / "others.html")).press("End")
    assert page.shown(L, "value") == "0.9741"
    with pytest.raises(ValueError, match="the page computes with JavaScript that is made from the rules, and a rule"):
        StepThrough(apply(cosine, Value(1.0, "x"))).save(tmp_path / "own.html")


def test_revealing(file, reader):
    page = reader(file, "step=23&ask=number").click("#reveal")
    assert page.text("#verdict") == "∂L/∂w = −1.245"
    assert page.page.locator("#question").is_visible()  # for ∂L/∂x
    page.click("#next")
    assert page.step() == 23
    assert page.page.locator("#question").is_hidden()
    assert page.text("#score") == "0 of 2 right at the first try"
    assert page.click("#next").step() == 24


# Keys, links, looks


def test_everything_is_done_with_keys_alone(file, reader):
    page = reader(file)
    assert page.press("ArrowRight", "ArrowRight", "ArrowLeft").step() == 1
    assert page.press("End").step() == 24
    assert page.press("Home").step() == 0
    page.press("a", "ArrowRight")
    assert page.page.locator("#question").is_visible()
    page.press("r")
    assert page.text("#verdict") == "wx = 1"
    page.press("a")
    assert page.page.locator("#ask").input_value() == "formula"
    page.press("a", "p")
    assert page.page.locator("body").get_attribute("class") == "large"
    page.press("p", "?")
    assert page.page.locator("#keys").is_visible()
    page.press("ArrowRight", "Escape")
    assert page.page.locator("#keys").is_hidden()
    assert page.step() == 1
    page.press(" ")
    assert page.text("#play-word") == "Pause"
    page.page.wait_for_function("() => step > 1")
    page.press(" ")
    assert page.text("#play-word") == "Play"
    visited = []
    for _ in range(30):
        page.page.keyboard.press("Tab")
        visited.append(page.page.evaluate("document.activeElement.id"))
    assert {"ask", "present", "help", "graph", "input-n0", "input-n4", "reset", "scrubber", "back", "next"} <= {
        *visited
    }
    page.page.locator("#next").focus()
    outline = page.page.locator("#next").evaluate("x => getComputedStyle(x).outlineStyle")
    assert outline == "solid"


def test_playing_goes_to_the_end_and_stops(reader, tmp_path):
    page = reader(StepThrough(Expression("w*x")(w=1.0, x=2.0)).save(tmp_path / "short.html"))
    page.page.locator("#speed").select_option("600")
    page.click("#play").page.wait_for_function("() => step === frames.length - 1 && !playing")
    page.click("#play")  # from the start again
    page.page.wait_for_function("() => step === 1 && playing")
    page.press("End")  # by hand, which ends it
    assert page.text("#play-word") == "Play"


def test_a_link_reopens_the_page_as_it_was(file, reader):
    page = reader(file).fill("#input-n1", "0.75")
    page.page.locator("#ask").select_option("number")
    page.press("Escape").click("#next")
    address = "#step=1&ask=number&n1=0.75"
    page.page.wait_for_function("wanted => location.hash === wanted", arg=address)
    again = reader(file, address[1:])
    assert again.step() == 1
    assert again.page.locator("#ask").input_value() == "number"
    assert again.page.locator("#input-n1").input_value() == "0.75"
    assert again.page.locator("#question").is_visible()
    again.page.locator(".skip").focus()
    again.press("Enter")
    assert again.page.evaluate("document.activeElement.id") == "frame"
    assert again.page.evaluate("location.hash") == address
    again.page.evaluate("location.hash = '#nowhere'")
    assert again.settled().step() == 1
    page.page.evaluate("location.hash = '#step=3&n1=1e999&large=1&ask=nonsense'")
    page.page.wait_for_function("() => step === 3")
    assert page.page.locator("#input-n1").input_value() == "0.5"
    assert reader(file, "step=99").step() == 24
    assert reader(file, "step=-1.5").step() == 0


def test_dark_and_print(file, reader):
    light, dark = (reader(file, color_scheme=scheme) for scheme in ("light", "dark"))
    ground = "getComputedStyle(document.body).backgroundColor"
    assert (light.page.evaluate(ground), dark.page.evaluate(ground)) == ("rgb(255, 255, 255)", "rgb(20, 23, 28)")
    dark.page.emulate_media(media="print")
    assert dark.page.evaluate(ground) == "rgb(255, 255, 255)"
    assert dark.page.locator("#transport").is_hidden()
    assert dark.page.locator("#graph svg").is_visible()
    dark.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert dark.page.locator("details:not([open])").count() == 0
    dark.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert dark.page.locator("details[open]").count() == 0


def test_nothing_moves_by_itself(file, reader):
    page = reader(file, reduced_motion="no-preference").press("ArrowRight", "End")
    moving = """all => all.map(x => getComputedStyle(x)).filter(x =>
        x.transitionDuration !== '0s' || x.animationName !== 'none' || x.scrollBehavior !== 'auto').length"""
    assert page.page.locator("*").evaluate_all(moving) == 0
    page.page.evaluate("document.body.style.transitionDuration = '1s'")  # it would see one
    assert page.page.locator("*").evaluate_all(moving) == 1


@pytest.mark.parametrize("width", [1280, 768, 390])
def test_no_sideways_scrolling(width, file, reader):
    page = reader(file, "step=20&ask=number", viewport={"width": width, "height": 800})
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["step=0", "step=19", "step=20&ask=number", "step=20&ask=formula", "step=24&large=1"])
def test_axe_finds_nothing(state, scheme, file, reader):
    page = reader(file, state, color_scheme=scheme)
    if "large" not in state:
        page.page.locator("#nodes summary").click()
    found = Axe().run(page.page)
    assert found.response["violations"] == []


def test_axe_finds_nothing_in_the_help_on_a_phone_and_beside_a_problem(file, reader):
    page = reader(file, viewport={"width": 390, "height": 800}).click("#help")
    assert Axe().run(page.page).response["violations"] == []
    page = reader(file).fill("#input-n1", "1000")
    assert Axe().run(page.page).response["violations"] == []
    page.page.evaluate("document.body.append(document.createElement('button'))")  # it would see one
    assert [found["id"] for found in Axe().run(page.page).response["violations"]] == ["button-name"]


def test_the_board_asks_before_it_tells_and_follows_the_inputs(example, reader):
    page = reader(example)
    answers = page.page.locator("#board details")
    assert answers.count() == 21
    assert page.page.locator("#board details[open]").count() == 0
    answers.nth(20).locator("summary").click()
    assert "∂L∂b=0.7006−1=−0.2994" in answers.nth(20).text_content()
    page.fill("#input-n4", "3")
    root = logistic.OneExample([0.5, -0.25], 0.1, [2.0, 3.0], 1.0)
    root.L.backward()
    assert f"∂L∂b={number(root.a.data, 4)}−1={number(root.b.grad, 4)}" in answers.nth(20).text_content()
    page.click("#answers")
    assert page.page.locator("#board details:not([open])").count() == 0
    assert Axe().run(page.page).response["violations"] == []
    page.click("#answers")
    assert page.page.locator("#board details[open]").count() == 0


def test_the_page_works_inside_a_notebook(reader, tmp_path):
    notebook = tmp_path / "notebook.html"
    framed = StepThrough(slides())._repr_mimebundle_()["text/html"]
    notebook.write_text(f"<!doctype html><meta charset='utf-8'><title>Notebook</title>{framed}", encoding="utf-8")
    page = reader(notebook, "cell=3")
    inside = page.page.frame_locator("iframe")
    inside.locator("#next").click()
    inside.locator("#last").click()
    inside.locator("#input-n1").fill("2")
    root = slides(w=2.0)
    assert inside.locator("#graph #n14 text.value").text_content() == number(root.data, 4)
    page.page.frames[1].evaluate("remember()")
    assert page.page.evaluate("location.hash") == "#cell=3"


# Bad input


def test_where_there_is_no_value_the_last_good_numbers_stay(reader, tmp_path):
    page = reader(StepThrough(Expression("r = log(w) / x")(w=2.0, x=4.0)).save(tmp_path / "log.html"), "step=4")
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
    assert page.shown("n3", "value") == number(-math.log(3), 4)
    page.page.wait_for_function("() => location.hash === '#step=4&n0=3&n2=-1'")


def test_a_lost_gradient_is_named(reader, tmp_path):
    page = reader(StepThrough(Expression("w**0.5 + x")(w=4.0, x=1.0)).save(tmp_path / "root.html"))
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
    page = reader(StepThrough(slides(y=y, b=0.0)).save(tmp_path / "saturated.html")).fill("#input-n1", w)
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
        page = reader(StepThrough(Expression(text)(z=0.5)).save(tmp_path / "log.html")).fill("#input-n0", z)
        assert said in page.text("#problem")


def test_numbers_that_were_tried_stay_in_their_boxes_until_they_are_mended(file, reader):
    page = reader(file).fill("#input-n1", "25").fill("#input-n4", "-3")
    boxes = "all => all.map(x => [x.value, x.ariaInvalid ?? x.getAttribute('aria-invalid')])"
    numbers = page.page.locator("#leaves input[type=number]").evaluate_all(boxes)
    assert numbers == [["1", "false"], ["25", "true"], ["2", "false"], ["-3", "true"]]
    page.fill("#input-n1", "1")
    assert page.page.locator("#problem").is_hidden()
    assert page.page.locator("#leaves [aria-invalid=true]").count() == 0
    page = reader(file, "step=3&n1=25&n4=")
    assert page.page.locator("#input-n1").input_value() == "25"
    assert page.page.locator("#input-n4").input_value() == "-1.5"
    assert page.page.locator("#problem").is_visible()


def test_labels_cannot_inject_anything(reader, tmp_path):
    evil = "<img src=x onerror=alert(1)></script><script>window.evil = 1</script>&lt;b&gt;"
    w, x = Value(2.0, evil), Value(3.0, "\"'><svg onload=alert(1)>")
    root = log(w * x + 1)
    root.label = "L</title></style><script>evil=2</script>"
    file = StepThrough(root).save(tmp_path / "evil.html")
    page = reader(file)
    for _ in steps(root):
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


def test_a_graph_of_thousands_of_nodes_still_steps(reader, tmp_path):
    total = Value(0.5, "w")
    for i in range(2000):
        total = total * 0.999 + 0.001 if i % 2 else total.tanh() + 1e-3
    page = reader(StepThrough(total).save(tmp_path / "large.html"))
    frames = steps(total)
    assert page.press("End").step() == len(frames) - 1
    assert page.page.evaluate("numbers.g0") == pytest.approx(frames[-1].gradients["n0"], rel=1e-12)
    assert page.press("ArrowLeft", "ArrowLeft").step() == len(frames) - 3


def test_many_examples_have_a_page_too(reader, tmp_path):
    many = logistic.ManyExamples([0.5, -0.25], 0.1, [[1.0, 2.0, -1.0], [0.5, -1.0, 2.0]], [1.0, 0.0, 1.0])
    page = reader(StepThrough(many).save(tmp_path / "many.html")).press("End")
    dw, db = logistic.closed_form([0.5, -0.25], 0.1, [[1.0, 2.0, -1.0], [0.5, -1.0, 2.0]], [1.0, 0.0, 1.0])
    for name, exact in zip(("w₁", "w₂", "b"), (*dw, db)):
        assert f"∂J/∂{name} = {number(exact, 4)}" in page.page.locator("#graph").text_content()
