"""The fields of the inputs: the page follows what is typed as far as it is a number, and none loses its digits."""

import pytest
from stepped import slides

from micrograd_lr import Expression, StepThrough, Value, logistic
from micrograd_lr.engine.literal import literal_loss

LONG = 1.0970639814699807
SAID = {
    "1,000": "1,000: the comma can mean two things. Write 1000 or 1.000.",
    "1,000/2": "1,000/2: the comma can mean two things. Write 1000/2 or 1.000/2.",
    "1 000": "1 000: write the digits of a number in one piece, 1000.",
}


@pytest.fixture(scope="session")
def long(tmp_path_factory):
    """A page with a number of many digits."""
    return StepThrough(slides(w=0.1 + 0.2, x=LONG)).save(tmp_path_factory.mktemp("inputs") / "long.html")


def field(page, name):
    return page.page.locator("#input-" + page.page.evaluate("name => leaves.find((x) => x.name === name).id", name))


def now(page, name):
    return page.page.evaluate("name => inputs[leaves.find((x) => x.name === name).id]", name)


def test_a_field_shows_all_digits_only_while_it_is_edited(long, reader):
    page = reader(long, "step=8")
    w, x = field(page, "w"), field(page, "x")
    assert [w.input_value(), x.input_value()] == ["0.3", "1.097"]
    x.focus()
    assert x.input_value() == str(LONG)
    page.click("#descend")  # which leaves the field, and begins a curve
    assert now(page, "x") == LONG
    w.focus()
    w.press("Enter")
    x.focus()
    x.press("End")
    x.blur()
    assert page.settled().page.evaluate("[losses.length, tried]") == [2, None]  # nothing was edited
    assert x.input_value() == "1.097"
    assert now(page, "x") == LONG


def test_no_number_is_cut_off_in_its_field(reader, tmp_path):
    columns = [[1.0970639, 1.82982061], [-2.0733350, -0.35363241]]
    rows = [[Value(x) for x in row] for row in columns]
    many = logistic.ManyExamples([0.5, 0.25], -0.25, rows, [Value(1.0), Value(0.0)], loss=literal_loss)
    page = reader(StepThrough(many).save(tmp_path / "many.html"))
    fields = page.page.locator("#leaves input")
    assert "−0.3536" in fields.evaluate_all("all => all.map((x) => x.value)")
    cut = "all => all.filter((x) => x.scrollWidth > x.clientWidth).length"
    assert fields.evaluate_all(cut) == 0
    fields.first.fill("0.1234567890123456789")
    assert fields.evaluate_all(cut) == 1


def test_the_page_follows_what_is_typed_as_far_as_it_is_a_number(long, reader):
    page = reader(long)
    x = field(page, "x")
    for typed, follows in (
        ("10.5", [1, 10, 10, 10.5]), ("-", [None]), ("-12.5", [None, -1, -12, -12, -12.5]), ("1e", [1, None]),
        ("1e-3", [1, None, None, 0.001]), (",5", [None, 0.5]), ("1/3", [1, None, 1 / 3]), ("−2", [None, -2]),
        ("", [None]), ("4", [4]), ("0,125", [0, None, 0.1, 0.12, 0.125]),
        ("1,000", [1, None, 1, 1, None]), ("1 000", [1, 1, None, None, None]), ("1,000/2", [1, *[None] * 6]),
    ):  # fmt: skip
        before = now(page, "x")
        x.focus()
        x.press("Control+a")
        x.press("Delete")
        last = before
        for key, number in zip(typed, follows):
            page.page.keyboard.type(key)
            last = last if number is None else number
            assert now(page, "x") == last
            assert page.page.locator("#problem").is_hidden()
        x.press("Enter")
        page.settled()
        if follows[-1] is None:
            assert page.text("#problem").startswith("x needs a number.")
            assert ("The page keeps" in page.text("#problem")) == (typed not in SAID)
            assert SAID.get(typed, "") in page.text("#problem")
            assert now(page, "x") == before
            assert x.input_value() == typed
            x.press("Escape")
            assert x.input_value() == str(before).removesuffix(".0")
            assert page.page.locator("#problem").is_hidden()
        else:
            assert now(page, "x") == follows[-1]
            assert page.page.locator("#problem").is_hidden()


def test_what_is_typed_into_a_box_is_read_as_well(long, reader):
    page = reader(long)
    page.page.evaluate("typeInto(view.holds[leaves.find((x) => x.name === 'x').id])")
    page.page.locator("input.typed").fill("1e999")
    page.press("Enter")
    assert page.text("#problem").startswith("x needs a number.")
    assert page.text("#problem").endswith("1e999: too large. Numbers go up to about 1.8e308 here.")
    page.page.evaluate("change(leaves.find((x) => x.name === 'x').id, 2)")
    assert page.page.locator("#problem").is_hidden()


def test_what_is_typed_is_taken_back_whole(long, reader):
    page = reader(long, "step=8")
    shown, x = page.picture(), field(page, "x")
    x.focus()
    page.page.keyboard.type("25")
    assert page.settled().picture() != shown
    x.press("Escape")
    assert page.settled().picture() == shown
    assert now(page, "x") == LONG
    assert x.input_value() == str(LONG)


def test_a_number_without_a_value_leaves_the_one_before_it_and_not_its_first_digits(long, reader):
    page = reader(long)
    w = field(page, "w")
    w.focus()
    w.press("Control+a")
    page.page.keyboard.type("1000", delay=5)
    w.blur()
    assert page.page.locator("#problem").is_visible()
    assert now(page, "w") == 0.1 + 0.2
    assert w.input_value() == "1000"
    w.focus()
    w.press("Escape")
    assert page.page.locator("#problem").is_hidden()
    w.press("ArrowUp")
    w.press("ArrowUp")
    w.press("ArrowDown")
    assert now(page, "w") == 0.4


def test_dragging_ends_typing(long, reader):
    page = reader(long)
    x = field(page, "x")
    x.focus()  # which selects what is there
    page.page.keyboard.type("2")
    box = page.page.locator("#graph .node.parameter").first.bounding_box()
    page.page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.page.mouse.down()
    assert now(page, "x") == 2
    page.page.mouse.move(box["x"] + 95, box["y"] + 10)
    page.page.mouse.up()
    assert now(page, "w") == pytest.approx(1.3)
    assert page.page.evaluate("document.activeElement.id") == ""


def test_a_label_is_what_the_closed_form_says_and_not_what_begins_with_y(reader, tmp_path):
    named = Expression("z=w*yard+b; a=sigmoid(z); L=-(t*log(a)+(1-t)*log(1-a))")
    page = reader(StepThrough(named(w=0.5, yard=1.0, b=0.5, t=1.0)).save(tmp_path / "named.html"))
    assert page.page.evaluate("leaves.filter((x) => x.label).map((x) => x.name)") == ["t"]
    assert page.page.evaluate("leaves.map(rangeOf).filter(([low, high]) => low === 0 && high === 1).length") == 1
    odd = reader(StepThrough(named(w=0.5, yard=1.0, b=0.5, t=3.0)).save(tmp_path / "odd.html"))
    assert odd.page.evaluate("leaves.filter((x) => x.label).length") == 0


def test_while_a_number_changes_lines_and_chain_are_not_made_again(file, reader):
    page = reader(file, "step=24")
    kept = """() => {
        window.kept ??= document.querySelector("#lines math, #chain .factor");
        return [window.kept.isConnected, document.querySelector("#chain").textContent];
    }"""
    before = page.page.evaluate(kept)
    after = page.fill("#input-n1", "-1.25").page.evaluate(kept)
    assert (before[0], after[0]) == (True, True)
    assert before[1] != after[1]
