"""Keys, links and looks of the page, in the dark, on paper, on a phone, and to those who do not see it."""

from importlib.resources import files

import pytest
from axe_playwright_python.sync_playwright import Axe
from stepped import page_of_ops, slides

from micrograd_lr import Expression
from micrograd_lr.formulas.format import format_number
from micrograd_lr.page.document import _short_style


def test_everything_is_done_with_keys_alone(file, reader):
    page = reader(file)
    assert page.press("ArrowRight", "ArrowRight", "ArrowLeft").step() == 1
    assert page.press("End").step() == 24
    assert page.press("Home").step() == 0
    page.press("a", "a", "ArrowRight")
    assert page.page.locator("#question").is_visible()
    assert page.page.evaluate("document.activeElement.id") == "answer"
    page.press("Escape")  # out of the field, where letters are an answer
    page.press("r")
    assert page.text("#verdict") == "wx = 1"
    page.press("a", "p")
    assert page.page.locator("#ask").input_value() == ""
    assert page.page.locator("body").get_attribute("class") == "large"
    page.press("p", "?")
    assert page.page.locator("#keys").is_visible()
    page.press("ArrowRight", "Escape")
    assert page.page.locator("#keys").is_hidden()
    assert page.step() == 1
    page.page.locator("#frame").focus()
    page.press(" ")
    assert page.text("#play-word") == "Pause"
    page.page.wait_for_function("() => step > 1")
    page.press(" ")
    assert page.text("#play-word") == "Play"
    page, visited = reader(file), []
    for _ in range(45):
        page.page.keyboard.press("Tab")
        visited.append(page.page.evaluate("document.activeElement.id"))
    assert visited[:3] == ["next", "scrubber", "play"]  # back is of no use yet
    assert {"ask", "present", "help", "graph", "n14", "input-n0", "input-n4", "reset", "rate"} <= {*visited}
    page.page.locator("#next").focus()
    outline = page.page.locator("#next").evaluate("x => getComputedStyle(x).outlineStyle")
    assert outline == "solid"


def test_playing_goes_to_the_end_and_stops(reader, tmp_path):
    page = reader(page_of_ops(Expression("w*x")(w=1.0, x=2.0)).save(tmp_path / "short.html"))
    page.page.evaluate("byId('speed').selectedOptions[0].value = 100")  # milliseconds: nobody watches
    page.click("#play").page.wait_for_function("() => step === frames.length - 1 && !playing")
    page.click("#play")  # from the start again
    page.page.wait_for_function("() => step === 1 && playing")
    page.press("End")  # by hand, which ends it
    assert page.text("#play-word") == "Play"


def test_a_link_reopens_the_page_as_it_was(file, reader):
    page = reader(file).fill("#input-n1", "0.75")
    page.page.locator("#ask").select_option("number")
    page.click("#next")
    address = "#step=1&ask=number&n1=0.75"
    page.page.wait_for_function("wanted => location.hash === wanted", arg=address)
    again = reader(file, address[1:])
    assert again.step() == 1
    assert again.page.locator("#ask").input_value() == "number"
    assert again.page.locator("#input-n1").input_value() == "0.75"
    assert again.page.locator("#question").is_visible()
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


def test_a_style_without_its_spaces_says_the_same(file, reader):
    page = reader(file).page
    style = files("micrograd_lr.page").joinpath("web", "page.css").read_text(encoding="utf-8")
    rules = """style => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(style);
        return [...sheet.cssRules].map((rule) => rule.cssText.replaceAll(", ", ","));
    }"""
    short = _short_style(style)
    assert page.evaluate(rules, short) == page.evaluate(rules, style)
    assert len(short) < 0.9 * len(style)
    assert page.locator("style").text_content().endswith(short)


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


@pytest.mark.parametrize("state", ["step=0", "step=19", "step=20&ask=formula", "step=24&large=1"])
def test_axe_finds_nothing(state, file, reader):
    page = reader(file, state).page
    if "large" not in state:
        page.locator("#nodes summary").click()
    assert Axe().run(page).response["violations"] == []
    page.emulate_media(color_scheme="dark")  # which changes the colours alone
    found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response
    assert (found["violations"], [rule["id"] for rule in found["passes"]]) == ([], ["color-contrast"])


def test_axe_finds_nothing_in_the_help_on_a_phone_and_beside_a_problem(file, reader):
    page = reader(file, viewport={"width": 390, "height": 800}).click("#help")
    assert Axe().run(page.page).response["violations"] == []
    page = reader(file).fill("#input-n1", "1000")
    assert Axe().run(page.page).response["violations"] == []
    page.page.evaluate("document.body.append(document.createElement('button'))")  # it would see one
    assert [found["id"] for found in Axe().run(page.page).response["violations"]] == ["button-name"]


def test_the_page_works_inside_a_notebook(reader, tmp_path):
    notebook = tmp_path / "notebook.html"
    framed = page_of_ops(slides())._repr_mimebundle_()["text/html"]
    notebook.write_text(f"<!doctype html><meta charset='utf-8'><title>Notebook</title>{framed}", encoding="utf-8")
    page = reader(notebook, "cell=3")
    inside = page.page.frame_locator("iframe")
    inside.locator("#next").click()
    inside.locator("#scrubber").fill("24")
    inside.locator("#input-n1").fill("2")
    inside.locator("#input-n1").press("Enter")
    root = slides(w=2.0)
    inside.locator("#graph #n14 .value", has_text=format_number(root.data, 4)).wait_for()
    page.page.frames[1].evaluate("remember()")
    assert page.page.evaluate("location.hash") == "#cell=3"
