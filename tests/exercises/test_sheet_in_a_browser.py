"""A sheet in a real browser: solved wrong, hinted, solved right, kept, verified and printed."""

import json
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from micrograd_lr.exercises.any_expression import from_expression
from micrograd_lr.exercises.codes import read_code
from micrograd_lr.exercises.reading import built_in
from micrograd_lr.exercises.sheets import sheet

SLIDES = "z = w*x + b; a = sigmoid(z); L = -(y*log(a) + (1 - y)*log(1 - a))"
USUAL = ("", "2*", "zz9", "(2, 2)", "a", "a-y", "(a-y)x", "a(1-a)", "1-a", "2x", "0.25", "-1")
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def opened(reader, tmp_path):
    """The page of a sheet, without the progress of an earlier one."""

    def new(made, **options):
        page = reader(made.save(tmp_path / "sheet.html"), **options)
        page.page.evaluate("localStorage.clear()")
        return again(page)

    return new


def again(page):
    page.page.reload()
    return page


def answer(page, question, text):
    """What is said to an answer that is typed, and sent with Enter."""
    page.page.locator(inside(question, "input")).fill(text)
    page.press("Enter")
    return verdict(page, question)


def inside(question, selector):
    return f"[id='question-{question}'] {selector}"


def seen(page):
    """What is solved, and what stands in the fields."""
    fields = "all => all.map((x) => [x.id, x.type === 'radio' ? x.checked : x.value, x.disabled])"
    return page.text("#score"), page.text("#code"), page.page.locator("input").evaluate_all(fields)


def verdict(page, question):
    return page.text(inside(question, ".verdict"))


VERDICTS = """cases => cases.map(([place, text]) => {
  const [i, j] = place.split(".");
  const question = data.exercises[i].questions[j];
  try {
    const { right, said } = verdictOn(question, text);
    return [right, said];
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return [false, error.message];
  }
})"""


def cases(made):
    """Of every question the right answer and the usual mistakes, as numbers and as formulas."""
    for i, exercise in enumerate(made.exercises):
        for j, asked in enumerate(exercise.asked):
            typed = [mistake for mistake, _ in asked.blank.mistakes]
            options = [*getattr(asked, "options", {}).values()]
            if options:
                yield from ((f"{i}.{j}", str(at), option) for at, option in enumerate(options))
                continue
            typed += [asked.typed(mistake) for mistake in typed] + [f"-({mistake})" for mistake in typed]
            key = asked.key if isinstance(asked.key, str) else repr(asked.key)
            yield from ((f"{i}.{j}", text, text) for text in (key, *typed, *USUAL))


def in_python(made):
    found = []
    for place, _, text in cases(made):
        i, j = map(int, place.split("."))
        try:
            told = made.exercises[i].verdict(j, text)
            found.append([told.right, told.said])
        except ValueError as error:
            found.append([False, str(error)])
    return found


ANY = from_expression(
    "z = w*x + b; a = sigmoid(z); L = -(y*log(a) + (1 - y)*log(1 - a)) + a*z",
    {"w": "1/2", "x": "2", "b": "-1/2", "y": "1"},
)


ANOTHER = replace(from_expression(SLIDES, ANY.numbers), name="another")


@pytest.mark.parametrize("seed", [None, 7])
def test_the_page_says_what_python_says(opened, seed):
    made = sheet([*built_in().values(), ANY, ANOTHER], seed)
    page = opened(made)
    asked = [[place, typed] for place, typed, _ in cases(made)]
    assert len(asked) > 600
    assert page.page.evaluate(VERDICTS, asked) == in_python(made)
    wrong = [
        VERDICTS.replace("verdictOn(question, text)", f"verdictOn(question, {x})") for x in ('"0.3"', 'text + "1"')
    ]
    assert all(page.page.evaluate(x, asked[:40]) != in_python(made)[:40] for x in wrong)


def test_solved_wrong_hinted_solved_right_and_kept(opened):
    page = opened(sheet(["square", "one_example", "floats"]))
    assert page.text("#score") == "0 of 14 done, 0 right at the first try."
    assert answer(page, "0.0", "2*") == "The formula ends too early."
    assert answer(page, "0.0", "x + 1") == "One path of the square is missing: x is its left and its right factor."
    hint = "#exercise-0 .hint"
    page.click(hint)
    assert page.page.locator("#exercise-0 li:visible").all_inner_texts() == [
        "x is used three times. What does each use pass back to it?"
    ]
    assert page.page.locator(hint).is_disabled()
    assert answer(page, "0.0", "7") == "Right."
    assert answer(page, "1.0", "*") != ""  # cannot be read, and is no try
    assert answer(page, "1.0", "3/4") == "Right."
    assert answer(page, "1.4", "(a-y)x") == "Right."
    page.click(inside("1.1", ".show"))
    assert verdict(page, "1.1") == "L = 1.386"
    page.click(inside("2.2", "[type=submit]"))
    assert verdict(page, "2.2") == "Choose one of these first."
    page.page.locator(inside("2.2", "[value='2']")).check()
    page.click(inside("2.2", "[type=submit]"))
    page.fill("#student", "Ada")

    before = seen(page)
    assert seen(again(page)) == before
    assert page.text("#score") == "5 of 14 done, 3 right at the first try."
    assert verdict(page, "1.1") == "L = 1.386"
    assert verdict(page, "1.0") == "Right."
    assert page.page.locator("#exercise-0 li:visible").count() == 1
    assert page.page.locator(inside("0.0", "input")).input_value() == "7"
    solved = read_code(page.text("#code"))
    assert (solved.student, solved.seed, dict(solved.exercises)) == (
        "Ada", "", {"square": "2", "one_example": "130010", "floats": "0010000"}
    )  # fmt: skip
    assert str(solved).startswith("Ada: 3 right at the first try, 1 right later, 1 revealed, 9 open\n")


def test_names_as_people_write_them_are_in_the_code(opened):
    page = opened(sheet(["square"], 3))
    for name in ("Zoë Müller-Łukasz", "a/b %", "日本 😀", "(x)!'~*"):
        page.page.locator("#student").fill(name)
        assert read_code(page.text("#code")).student == name


PUT_ASIDE = [
    ("{", "cannot be read"),
    (
        '{"version": 1, "student": "Ada", "answers": {"0.0": {"text": 7, "how": "1"}}, "hints": {}}',
        "cannot be read",
    ),
    (
        '{"version": 1, "student": "Ada", "answers": {"0.0": {"text": "7", "how": "9"}}, "hints": {}}',
        "cannot be read",
    ),
    ("null", "cannot be read"),
    ('{"version": 2, "student": "Ada", "marks": []}', "is from a newer version"),
]


def test_progress_that_is_damaged_or_newer_is_put_aside(opened):
    page = opened(sheet(["square"]))
    place = page.page.evaluate("PLACE")
    for aside, (kept, why) in enumerate(PUT_ASIDE, 1):
        page.page.evaluate("([place, text]) => localStorage.setItem(place, text)", [place, kept])
        again(page)
        assert page.text("#notice") == (
            f"What this browser kept of an earlier visit {why}. It is put aside, as “{place} aside {aside}”, "
            "and the sheet begins anew."
        )
        assert answer(page, "0.0", "7") == "Right."
        assert page.page.evaluate(f"localStorage.getItem(PLACE + ' aside {aside}')") == kept
    again(page)
    assert page.text("#notice") == ""
    assert page.text("#score") == "1 of 1 done, 1 right at the first try."
    assert json.loads(page.page.evaluate("localStorage.getItem(PLACE)"))["version"] == 1


def test_a_browser_that_keeps_nothing(reader, tmp_path):
    path = sheet(["square"]).save(tmp_path / "sheet.html")
    page = reader(path, java_script_enabled=True)
    page.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } });"
    )
    again(page)
    said = "This browser does not keep your progress (SecurityError). Copy the code before you leave."
    assert page.text("#notice") == said
    assert answer(page, "0.0", "7") == "Right."
    assert dict(read_code(page.text("#code")).exercises) == {"square": "1"}


def test_printed(opened, reader, tmp_path):
    made = sheet()
    page = opened(made, viewport={"width": 718, "height": 1000})  # A4 without its margins
    answer(page, "0.0", "17.25")
    page.click(inside("0.1", ".show"))
    page.click("#exercise-0 .hint")
    page.page.emulate_media(media="print")
    text = page.page.locator("body").inner_text()
    for seen in (
        "Name",
        "1. Add distributes, times swaps",
        "Which formula is ∂J/∂w?",
        "it compares the program with itself",
    ):
        assert seen in text
    for unseen in ("17.25", "Begin with", "= −4", "Check", "sheet1/", "first try", "does not count"):
        assert unseen not in text.replace("z = −4", "")
    assert page.page.locator("input:visible, button:visible").count() == 0
    assert page.page.locator(".blank:visible").count() == 1 + sum(
        not hasattr(asked, "options") for exercise in made.exercises for asked in exercise.asked
    )
    cut = (
        "[...document.querySelectorAll('section, .board, form, math')].filter((x) => x.scrollWidth > x.clientWidth + 1"
    )
    assert page.page.evaluate(f"{cut} && x.clientWidth).length") == 0
    key = reader(made.save(tmp_path / "key.html", key=True), viewport={"width": 718, "height": 1000})
    key.page.emulate_media(media="print")
    assert key.page.evaluate(f"{cut} && x.clientWidth).length") == 0
    assert "You swapped the factors" in key.page.locator("body").inner_text()


def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(opened):
    page = opened(sheet(["one_example", "many_examples", "floats"], 2), viewport=PHONE, color_scheme="dark")
    answer(page, "0.0", "99")
    page.click("#exercise-1 .hint")
    page.click(inside("1.1", ".show"))
    assert Axe().run(page.page).response["violations"] == []
    page.page.emulate_media(color_scheme="light")  # which changes the colours alone
    found = Axe().run(page.page, options={"runOnly": ["color-contrast"]}).response
    assert (found["violations"], [rule["id"] for rule in found["passes"]]) == ([], ["color-contrast"])
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_alone(opened):
    page = opened(sheet(["square"]))
    page.press("Tab")
    page.page.keyboard.type("Ada")
    page.press("Tab", "Tab")  # past the formulas, which scroll on a small screen
    page.page.keyboard.type("7")
    page.press("Enter")
    assert verdict(page, "0.0") == "Right."
    page.press("Tab", "Enter")
    assert page.page.locator("#exercise-0 li:visible").count() == 1
