"""The live widget in a real browser, in a page that does what a notebook does."""

import math

import pytest
from browser import Reader
from hosts import host

from micrograd_lr import Expression, StepThrough

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
START = {"w": 0.5, "b": -1.5, "x": 2.0, "y": 1.0}


def slides():
    return StepThrough(Expression(SLIDES)(**START)).widget()


class Hosted:
    """Widgets in a page: what the notebook knows of each, and its frame."""

    def __init__(self, reader):
        self.page = reader.page
        self.frames = [self.page.frame_locator(f"div:nth-child({i + 1}) iframe") for i in range(2)]

    def model(self, i=0):
        return self.page.evaluate("i => [models[i].state.values, models[i].state.step, models[i].state.score]", i)

    def until(self, condition, i=0):
        """Wait until the notebook's model is so."""
        self.page.wait_for_function(f"i => {{ const s = models[i].state; return {condition}; }}", arg=i)
        return self

    def set(self, name, value, i=0):
        self.page.evaluate("([i, name, value]) => models[i].set(name, value)", [i, name, value])

    def shown(self, node, text, i=0):
        self.frames[i].locator(f"#graph #{node} .value", has_text=text).wait_for()

    def height(self, i=0):
        return self.page.locator("iframe").nth(i).evaluate("x => x.offsetHeight")


@pytest.fixture
def hosted(browser, tmp_path):
    opened = []

    def of(*widgets, **options):
        path = tmp_path / "host.html"
        path.write_text(host(*widgets), encoding="utf-8")
        opened.append(Reader(browser, **options).open(path))
        found = Hosted(opened[-1])
        for i in range(len(widgets)):
            found.frames[i].locator("body.cell #graph svg").wait_for()
        return found

    yield of
    for one in opened:
        errors, requests = one.errors, one.requests
        one.context.close()
        assert errors == []
        assert [url for url in requests if not url.startswith(("file://", "about:"))] == []


def test_moves_and_numbers_arrive_in_the_notebook(hosted):
    cell = hosted(slides())
    assert cell.model() == [START, 0, [0, 0]]
    cell.frames[0].locator("#next").click()
    cell.until("s.step === 1")
    cell.frames[0].locator("#input-n1").fill("2")
    cell.until("s.values.w === 2")
    assert cell.model() == [START | {"w": 2}, 1, [0, 0]]


def test_the_score_arrives(hosted):
    cell = hosted(slides())
    cell.frames[0].locator("#ask").select_option("number")
    cell.frames[0].locator("#next").click()
    for text, score in (("7", [1, 0]), ("-0.5", [1, 0])):
        cell.frames[0].locator("#answer").fill(text)
        cell.frames[0].locator("#answer").press("Enter")
        cell.until(f"String(s.score) === '{score[0]},{score[1]}'")
    cell.frames[0].locator("#next").click()
    cell.frames[0].locator("#answer").fill(str(1 / (1 + math.exp(0.5))))
    cell.frames[0].locator("#answer").press("Enter")
    cell.until("String(s.score) === '2,1'")


def test_what_the_notebook_sets_is_shown(hosted):
    cell = hosted(slides())
    cell.set("step", 8)
    cell.set("values", START | {"w": 1.25})  # z = 1.25 * 2 - 1.5
    cell.frames[0].locator("#graph svg", has_text="1.25").wait_for()
    cell.page.frames[1].wait_for_function("step === 8 && inputs.n1 === 1.25")
    assert cell.model() == [START | {"w": 1.25}, 8, [0, 0]]
    cell.set("step", 99)  # the last move is the last one
    cell.until("s.step === 8")


def test_numbers_without_a_value_are_not_kept(hosted):
    cell = hosted(slides())
    cell.set("values", START | {"w": 1000})
    cell.frames[0].locator("#problem", has_text="no finite value").wait_for()
    cell.until("s.values.w === 0.5")


def test_the_height_follows_the_page_and_comes_to_rest(hosted):
    for width in (1280, 390):
        cell = hosted(slides(), viewport={"width": width, "height": 800})
        inside = cell.page.frames[1]
        fits = "() => Math.abs(innerHeight - Math.min(document.body.offsetHeight, tooHigh())) <= 1"
        fits = fits.replace("tooHigh()", "innerWidth > 752 ? 1.3 * innerWidth : Infinity")
        inside.wait_for_function(fits)
        before = cell.height()
        assert before >= 736
        cell.frames[0].locator("#nodes summary").click()
        cell.page.wait_for_function("before => document.querySelector('iframe').offsetHeight > before + 50", arg=before)
        inside.wait_for_function(fits)
        cell.frames[0].locator("#nodes summary").click()
        cell.page.wait_for_function("before => document.querySelector('iframe').offsetHeight === before", arg=before)


def test_a_wide_page_stays_wide_however_much_it_shows(hosted):
    cell = hosted(slides(), viewport={"width": 800, "height": 800})
    cell.frames[0].locator("#nodes summary").click()
    cell.page.wait_for_function("document.querySelector('iframe').offsetHeight === 1040")
    assert cell.page.frames[1].evaluate("[TALL.matches, document.body.offsetHeight > innerHeight]") == [False, True]


def test_two_widgets_do_not_disturb_each_other(hosted):
    cells = hosted(slides(), slides(), viewport={"width": 1280, "height": 1800})
    cells.frames[1].locator("#next").click()
    cells.until("s.step === 1", 1)
    cells.frames[1].locator("#input-n1").fill("3")
    cells.until("s.values.w === 3", 1)
    cells.set("values", START | {"b": 0.25}, 0)
    cells.frames[0].locator("#graph svg", has_text="0.25").wait_for()
    assert cells.model(0) == [START | {"b": 0.25}, 0, [0, 0]]
    assert cells.model(1) == [START | {"w": 3}, 1, [0, 0]]


def test_one_widget_in_two_cells_is_followed_in_both_and_keeps_its_score(hosted):
    one = slides()
    cells = hosted(one, one, viewport={"width": 1280, "height": 1800})
    cells.frames[0].locator("#ask").select_option("number")
    cells.frames[0].locator("#next").click()
    cells.frames[0].locator("#answer").fill("-0.5")
    cells.frames[0].locator("#answer").press("Enter")
    cells.until("String(s.score) === '1,1'")
    cells.frames[0].locator("#next").click()
    cells.until("s.step === 2")
    cells.page.frames[2].wait_for_function("step === 2 && waiting === 0 && turn > 1")
    cells.set("step", 99)  # the second one answers after this
    cells.until("s.step === 8")
    assert cells.model()[2] == [1, 1]
    cells.frames[1].locator("#input-n1").fill("3")
    cells.page.frames[1].wait_for_function("inputs.n1 === 3")


def test_what_a_page_says_before_it_heard_the_last_word_does_not_count(hosted):
    cell = hosted(slides())
    cell.page.frames[1].wait_for_function("turn === 1 && waiting === 0")
    cell.page.frames[1].evaluate("turn = 0; step = 3; tell(); turn = 1; step = 4; tell()")
    cell.until("s.step === 4")
    steps = cell.page.evaluate("models[0].sent.map((sent) => JSON.parse(sent)[1])")
    assert 3 not in steps and 4 in steps


def test_a_page_hears_its_own_widget_alone(hosted):
    cells = hosted(slides(), slides())
    listen = """(to) => {
      const { port1, port2 } = new MessageChannel();
      window.heard = [];
      port1.onmessage = ({ data }) => heard.push(data);
      to.postMessage("a widget", "*", [port2]);
    }"""
    cells.page.evaluate(f"({listen})(frames[0])")  # which has a widget already
    cells.page.frames[2].evaluate(f"({listen})(parent.frames[0])")  # a page beside it
    cells.frames[0].locator("#next").click()
    cells.until("s.step === 1")
    assert [cells.page.evaluate("heard"), cells.page.frames[2].evaluate("heard")] == [[], []]


def test_a_frame_that_is_loaded_again_shows_what_the_notebook_knows(hosted):
    cell = hosted(slides())
    cell.frames[0].locator("#input-n1").fill("2")
    cell.frames[0].locator("#next").click()
    cell.until("s.values.w === 2 && s.step === 1")
    cell.page.evaluate("document.body.append(document.querySelector('div'))")  # as when a cell is moved
    cell.frames[0].locator("body.cell #graph svg").wait_for()
    cell.page.frames[-1].wait_for_function("step === 1 && inputs.n1 === 2")
    assert cell.model() == [START | {"w": 2}, 1, [0, 0]]


def test_a_view_that_is_gone_hears_nothing(hosted):
    cell = hosted(slides())
    cell.page.evaluate("ends[0]()")
    assert cell.page.evaluate("models[0].hearers") == []
