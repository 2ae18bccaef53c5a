"""The lesson on the page: four boxes, three factors, and (a − y)xᵀ at the end; seen at the sizes of screens."""

import re

import pytest
from stepped import page_of_ops, slides
from walking import SIZES, SMALLEST, walk

from micrograd_lr import Expression, StepThrough, Value, logistic
from micrograd_lr.formulas.format import format_number


@pytest.fixture(scope="session")
def lesson(tmp_path_factory):
    """The page of the slides' example as a student gets it."""
    return StepThrough(slides()).save(tmp_path_factory.mktemp("lesson") / "slides.html")


def node(page, name):
    """The id of a node on the page, by its name."""
    return page.page.evaluate("name => view.nodes.find((node) => node.name === name).id", name)


def formula(page, selector):
    """The text of formulas, without spaces."""
    return re.sub(r"\s", "", page.page.locator(selector).text_content())


@pytest.mark.parametrize("size", SIZES)
def test_a_student_sees_all_of_every_move(size, lesson, reader):
    width, height = SIZES[size]
    page = reader(lesson, viewport={"width": width, "height": height})
    seen = walk(page)
    assert seen.moves == 9
    assert seen.hidden == seen.jumps == []
    assert seen.smallest >= SMALLEST[size]
    assert seen.gap >= 5
    assert formula(page, "#lines").startswith("∂L∂w=(a−y)xT=")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    if size == "1280x800":
        assert seen.cut == []


def test_the_page_of_the_slides_stays_small(lesson):
    assert lesson.stat().st_size <= 200_000


def test_a_walk_finds_what_is_hidden_small_crowded_or_jumping(lesson, reader):
    page = reader(lesson, viewport={"width": 1280, "height": 800})
    page.page.evaluate("byId('graph').style.cssText = 'height: 60px; align-self: start'; sized = () => {}")
    page.page.evaluate("document.querySelector('#graph svg').setAttribute('width', 300)")
    page.page.evaluate(
        "const whole = renderFrame; renderFrame = () => { whole(); byId('beside').style.marginTop = 9 * step + 'px'; }"
    )
    page.page.evaluate(
        "document.styleSheets[0].insertRule('#lines .row { margin-top: -9px !important; gap: 0 !important; }')"
    )
    seen = walk(page)
    assert seen.hidden
    assert seen.jumps
    assert seen.gap < 5
    assert seen.smallest < 8


@pytest.mark.parametrize("features", [1, 2])
def test_large_type_is_large_on_a_projector_and_no_box_is_out_of_view(features, reader, tmp_path):
    one = slides() if features == 1 else logistic.OneExample([0.5, 0.25], -0.25, [1.097, -2.073], 1.0)
    file = StepThrough(one).save(tmp_path / "one.html")
    page = reader(file, "large=1", viewport={"width": 1280, "height": 720})
    seen = walk(page)
    assert seen.smallest >= 20
    assert seen.gap >= 5
    assert seen.hidden == seen.cut == []
    pane = page.page.locator("#graph")
    assert pane.evaluate("x => x.scrollHeight <= x.clientHeight && x.scrollWidth <= x.clientWidth")
    panel, large, bar = (page.page.locator(x).bounding_box() for x in ("#frame", "#present", "#transport"))
    assert panel["x"] > pane.bounding_box()["x"] + pane.bounding_box()["width"]
    assert panel["y"] + panel["height"] <= bar["y"] < large["y"]


def test_the_first_screen_says_what_to_do_and_has_no_gradient_yet(lesson, reader):
    page = reader(lesson)
    assert formula(page, "h1") == "L=−(ylog(a)+(1−y)log(1−a))a=σ(z)z=wx+b"
    assert page.page.locator("#hint").inner_text() == (
        "Press →: values flow forward, then gradients flow back. Drag a number to change it."
    )
    assert "grad" not in page.page.locator("#graph").inner_text()
    assert "∂" not in page.page.locator("#graph").inner_text()
    assert page.page.locator("button.go").count() == 1
    assert "We look for" in page.text("#lines")


def test_each_move_puts_one_factor_in_its_place_and_two_of_them_become_a_minus_y(lesson, reader):
    page = reader(lesson, "step=4")
    chain = [formula(page, "#chain")]
    for _ in range(3):
        chain.append(formula(page.press("ArrowRight"), "#chain"))
    assert chain == [
        "∂L∂w=∂L∂a·∂a∂z·∂z∂w",
        "∂L∂w=(−ya+1−y1−a)·∂a∂z·∂z∂w",
        "∂L∂w=(−ya+1−y1−a)·a(1−a)a−y✓·∂z∂w",
        "∂L∂w=(−ya+1−y1−a)·a(1−a)a−y✓·x=−1.245",
    ]
    colours = page.page.locator("#chain .factor").evaluate_all("all => all.map(x => getComputedStyle(x).color)")
    captions = page.page.locator("#graph .caption:not(.empty) text").evaluate_all(
        "all => all.map(x => [x.textContent, getComputedStyle(x).fill])"
    )
    assert len({*colours}) == 3
    assert dict(captions) == dict(zip(["−y/a + (1 − y)/(1 − a)", "a(1 − a)", "x"], colours)) | {"1": colours[2]}


def test_a_factor_is_shown_by_its_name_its_formula_or_its_number(lesson, reader):
    page = reader(lesson, "step=8")
    factor = page.page.locator("#chain .factor").nth(1)
    shown = []
    for _ in range(3):
        shown.append(factor.text_content())
        factor.click()
    assert shown == ["a(1−a)", "0.235", "∂a∂z"]
    page = reader(lesson, "step=4")  # nothing is known yet
    page.page.locator("#chain .factor").first.click()
    assert page.page.locator("#chain .factor").first.text_content() == "∂L∂a"


def test_backward_looks_backward(lesson, reader):
    page = reader(lesson, "step=3")
    forward = page.page.locator("#graph .node.now rect").first.evaluate("x => getComputedStyle(x).stroke")
    page.press("ArrowRight", "ArrowRight")
    backward = page.page.locator("#graph .node.now rect").first.evaluate("x => getComputedStyle(x).stroke")
    assert (forward, backward) == ("rgb(29, 87, 173)", "rgb(163, 18, 58)")
    moving = reader(lesson, "step=4", reduced_motion="no-preference")
    moving.page.keyboard.press("ArrowRight")
    moving.page.wait_for_selector("#graph .pill")
    pill = moving.page.locator("#graph .pill text").text_content()
    assert pill == "1 × (−2.649)"
    assert moving.page.locator("#graph .pills ~ .node").count() == 7  # drawn later, so that a pill hides no number
    moving.page.wait_for_selector("#graph .pill", state="detached")
    assert page.page.locator("#graph .pill").count() == 0  # where the reader wants nothing to move


def dragged(page, name, by):
    box = page.page.locator(f"#graph #{node(page, name)}").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + by / 2, y)
    page.page.mouse.move(x + by, y + 3)
    page.page.mouse.up()
    return page.settled()


def test_a_number_is_dragged_and_everything_follows(lesson, reader):
    page = reader(lesson, "step=8")
    before = page.page.locator("#graph svg").evaluate("x => [x.getAttribute('width'), x.getAttribute('viewBox')]")
    dragged(page, "w", 75)
    w = page.page.evaluate(f"inputs[leafOf('{node(page, 'w')}').id]")
    assert w == 1.5  # a range of 4 is 300 pixels wide
    root = slides(w=w)
    root.backward()
    assert page.shown(node(page, "L"), "value") == format_number(root.data, 4)
    a = 1 / (1 + 2.718281828459045 ** -(w * 2 - 1.5))
    assert f"=(a−y)xT=({format_number(a, 4)}−1)·2≈{format_number(2 * (a - 1), 4)}✓" in formula(page, "#lines")
    assert (
        page.page.locator("#graph svg").evaluate("x => [x.getAttribute('width'), x.getAttribute('viewBox')]") == before
    )
    assert page.page.evaluate("story") == ""  # a drag is no click
    dragged(page, "y", -500)
    assert page.page.evaluate(f"inputs[leafOf('{node(page, 'y')}').id]") == 0  # a label stays between 0 and 1
    dragged(page, "z", 50)
    assert page.shown(node(page, "z"), "value") == "1.5"


def test_a_number_is_typed_into_its_box(lesson, reader):
    page = reader(lesson)
    page.page.locator(f"#graph #{node(page, 'w')}").dblclick()
    page.fill(".typed", "−0,25").press("Enter")
    assert page.page.locator(".typed").count() == 0
    assert page.shown(node(page, "w"), "value") == "−0.25"
    page.page.locator(f"#graph #{node(page, 'b')}").focus()
    page.press("F2").fill(".typed", "7").press("Escape")
    assert page.shown(node(page, "b"), "value") == "−1.5"
    page.press("F2").fill(".typed", "one").press("Enter")
    assert "b needs a number." in page.text("#problem")
    page.page.locator(f"#graph #{node(page, 'z')}").focus()
    page.press("F2")
    assert page.page.locator(".typed").count() == 0


def test_a_box_tells_its_story_and_lights_its_paths(lesson, reader):
    page = reader(lesson, "step=8")
    page.click(f"#graph #{node(page, 'z')}")
    assert formula(page, "#where").startswith("Thestoryofz")
    assert formula(page, "#lines") == "z=wx+b=0.5·2+(−1.5)=−0.5"
    assert formula(page, "#chain") == "∂L∂z=(−ya+1−y1−a)·a(1−a)a−y✓=−0.6225"
    lit = page.page.locator("#graph .path").evaluate_all("all => all.map(x => x.id)")
    assert {node(page, name) for name in "zaL"} == {id for id in lit if "-" not in id}
    assert len(lit) == 5  # and the two edges between them
    page.press("Escape")
    assert page.page.locator("#graph .path").count() == 0
    page.click(f"#graph #{node(page, 'b')}")
    assert formula(page, "#chain").startswith("∂L∂b=")
    page.click("#close")
    assert formula(page, "#chain").startswith("∂L∂b=")  # the parameter that was clicked stays
    page.click(f"#graph #{node(page, 'x')}")
    assert page.text("#lines").endswith("No parameter needs its gradient: it is not computed.")
    page.press("ArrowLeft")
    assert page.page.evaluate("story") == ""
    page.page.locator(f"#graph #{node(page, 'a')}").focus()
    page.press("Enter")
    assert formula(page, "#where").startswith("Thestoryofa")


def test_several_paths_are_products_that_add_up(reader, tmp_path):
    root = Expression("p = w*x; q = w*w; r = p*q; L = p + r")(w=0.5, x=2.0)
    root.backward()
    page = reader(StepThrough(root).save(tmp_path / "paths.html")).press("End")
    parts = page.page.locator("#chain .way").evaluate_all("all => all.map(x => x.textContent.replace(/\\s/g, ''))")
    assert parts[0] == "∂L∂w=thesumover3paths"
    assert formula(page, "#rule") == "w←w−rate·∂L∂w"
    products = [float(part.rpartition("=")[2].replace("−", "-")) for part in parts[1:]]
    w = next(x for x in root.operands[0].operands if x.label == "w")
    assert sum(products) == pytest.approx(w.grad, rel=1e-3)
    assert page.text("#chain").endswith(f"={format_number(w.grad, 4)}")
    page.click(f"#graph #{node(page, 'w')}")
    assert page.page.locator("#lines tbody tr").count() == 2
    many = Value(0.5, "w")
    for _ in range(9):
        many = many * many
    page = reader(page_of_ops(many).save(tmp_path / "many.html")).press("End")
    assert "and many more paths" in page.text("#chain")


def test_a_box_is_opened_into_its_ops_and_closed(lesson, reader):
    page = reader(lesson, "step=5")
    assert page.page.locator("#detail option").all_text_contents() == ["names", "inside z", "inside L", "every op"]
    page.press("o")
    assert page.page.evaluate("[view.title, frames[step].kind, nodes.get(frames[step].node).name]") == [
        "inside L", "backward", "L"
    ]  # fmt: skip
    assert page.page.locator("#detail").input_value() == "2"
    page.press("ArrowRight", "ArrowRight", "o")  # from inside of L, which closes
    assert page.page.evaluate("[view.title, step]") == ["names", 5]
    page.click(f"#graph #{node(page, 'z')}").click("#open")
    assert page.page.evaluate("[view.title, nodes.get(story).name]") == ["inside z", "z"]
    assert page.text("#open") == "Close its ops"
    page.click("#open")
    page.press("Escape", "Home", "ArrowRight", "ArrowRight", "o")  # a = σ(z) is one op
    assert page.page.evaluate("[view.title, step]") == ["names", 2]
    page.page.locator("#detail").select_option("every op")
    assert page.page.evaluate("frames.length") == 24
    page.page.wait_for_function("() => location.hash.includes('level=3')")
    assert reader(lesson, "level=3&step=20").page.evaluate("[view.title, step]") == ["every op", 20]


def test_steps_downhill(lesson, reader):
    page = reader(lesson, "step=8")
    page.fill("#rate", "0.5").click("#descend")
    w, b = 0.5, -1.5
    began = format_number(slides().data, 4)
    assert formula(page, "#rule") == "w←w−rate·∂L∂w,likewiseb"
    for count in (1, 2):
        root = slides(w=w, b=b)
        root.backward()
        leaf = {x.label: x for x in (*root.operands, *_leaves(root))}
        w, b = w - 0.5 * leaf["w"].grad, b - 0.5 * leaf["b"].grad
        now = slides(w=w, b=b).data
        assert page.text("#learnt") == f"L: {began} → {format_number(now, 4)} after {count} step{'s' * (count > 1)}"
        assert page.shown(node(page, "w"), "value") == format_number(w, 4)
        page.click("#descend")
    assert len(page.page.locator("#curve polyline").get_attribute("points").split()) == 4
    page.click("#reset")
    assert page.text("#learnt") == ""
    page.fill("#rate", "1e308").click("#descend")
    assert page.page.locator("#problem").is_visible()


@pytest.mark.parametrize("rate", ["-1", "0", ""])
def test_a_rate_is_a_positive_number(rate, lesson, reader):
    page = reader(lesson, "step=8").click("#descend")
    before = page.page.evaluate("[inputs, losses]")
    for button in ("#descend", "#run"):
        page.fill("#rate", rate).click(button).page.wait_for_function("() => !running")
        assert page.text("#learnt").endswith(" after 1 step. A rate is a positive number.")
        assert page.page.evaluate("[inputs, losses]") == before
    assert page.page.locator("#rate").get_attribute("aria-invalid") == "true"
    assert page.text("#run") == "Run"
    page.fill("#rate", "0.5")
    assert page.page.locator("#rate").get_attribute("aria-invalid") == "false"
    assert page.text("#learnt").endswith(" after 1 step")
    page.fill("#rate", rate).click("#descend").click("#reset")
    assert page.page.locator("#rate").get_attribute("aria-invalid") == "false"
    page.fill("#rate", "0.5").click("#descend")
    assert page.page.locator("#rate").get_attribute("aria-invalid") == "false"
    assert page.text("#learnt").endswith(" after 1 step")


IN_VIEW = """() => {
    const pane = byId("beside").getBoundingClientRect();
    const parts = ["#learn h2", "#rule", "#rate", "#descend", "#run", "#learnt", "#curve"];
    const boxes = parts.map((part) => document.querySelector(part).getBoundingClientRect());
    return {
        unseen: parts.filter((_, i) => boxes[i].top < pane.top || boxes[i].bottom > pane.bottom + 1),
        overlap: parts.filter((_, i) => i && boxes[i].top < boxes[i - 1].bottom - 1
            && boxes[i].left < boxes[i - 1].right),
        places: boxes.map((box) => [box.top, box.height]),
    };
}"""


@pytest.mark.parametrize("features", [0, 2])
def test_rule_rate_message_and_curve_are_in_view_and_stay_where_they_are(features, lesson, reader, tmp_path):
    one = logistic.OneExample([0.5, -0.25], 0.1, [2.0, 1.0], 1.0)
    file = StepThrough(one).save(tmp_path / "one.html") if features else lesson
    page = reader(file, "step=8", viewport={"width": 1280, "height": 800})
    seen = [page.page.evaluate(IN_VIEW)]
    page.click("#run").page.wait_for_function("() => !running")
    said, seen = [page.text("#learnt")], [*seen, page.page.evaluate(IN_VIEW)]
    page.page.evaluate("losses[losses.length - 1] = 0; run(true)")  # from 0 every step rises
    page.page.wait_for_function("() => !running")
    said, seen = [*said, page.text("#learnt")], [*seen, page.page.evaluate(IN_VIEW)]
    page.fill("#rate", "-1").click("#descend")
    said, seen = [*said, page.text("#learnt")], [*seen, page.page.evaluate(IN_VIEW)]
    assert [text.partition("steps. ")[2] for text in said] == [
        "It still falls.", "It rose: try a smaller rate.", "A rate is a positive number."
    ]  # fmt: skip
    for now in seen:
        assert now == {"unseen": [], "overlap": [], "places": seen[0]["places"]}
    page.page.evaluate("byId('learnt').textContent = 'Steps. '.repeat(60)")  # it would see what is pushed out
    assert page.page.evaluate(IN_VIEW)["unseen"]


@pytest.mark.parametrize("size", SIZES)
def test_what_travels_passes_beside_the_formula_of_its_edge(size, lesson, reader):
    width, height = SIZES[size]
    page = reader(lesson, "step=5", viewport={"width": width, "height": height}, reduced_motion="no-preference")
    apart = """new Promise((done) => {
        go(6);
        const placesOf = (boxes) => [...document.querySelectorAll(boxes)].map((box) => box.getBoundingClientRect());
        const gaps = [];
        const look = () => {
            const pills = placesOf("#graph .pill rect");
            for (const a of pills) for (const b of placesOf("#graph .caption:not(.empty) rect")) {
                gaps.push(Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom));
            }
            if (gaps.length && !pills.length) done(Math.min(...gaps));
            else requestAnimationFrame(look);
        };
        look();
    })"""
    assert page.page.evaluate(apart) >= 0


def test_who_has_no_keys_presses_next_and_the_help_says_what_is_seen(lesson, reader):
    for options in ({"viewport": {"width": 390, "height": 844}}, {"has_touch": True, "is_mobile": True}):
        assert reader(lesson, **options).page.locator("#hint").inner_text().startswith("Tap Next")
    said = reader(lesson).click("#help").page.locator("#keys").inner_text()
    assert "Each factor has the colour of its edge" in said
    assert "✓ proven: both forms are compared exactly" in said


def test_a_run_downhill_says_why_it_stops_and_goes_on(lesson, reader):
    page = reader(lesson, "step=8").click("#descend").click("#run")
    done = "count => losses.length === count && !running"
    page.page.wait_for_function(done, arg=62)
    assert page.text("#learnt").startswith("L: 0.9741 → ")
    assert page.text("#learnt").endswith(" after 61 steps. It still falls.")
    assert page.text("#run") == "Go on"
    page.click("#run").page.wait_for_function(done, arg=122)
    page.fill("#input-" + page.page.evaluate("leaves[0].id"), "0.25")
    assert (page.text("#learnt"), page.text("#run")) == ("", "Run")
    page.fill("#rate", "1e-30").click("#run").page.wait_for_function(done, arg=2)
    assert page.text("#learnt").endswith(" after 1 step. It no longer falls.")
    page.fill("#rate", "1e308").click("#run").page.wait_for_function("() => !running")
    assert page.page.locator("#problem").is_visible()
    assert page.text("#learnt").endswith(" The step went too far: try a smaller rate.")
    page.fill("#rate", "0.5").click("#reset").page.evaluate("run(true); resetInputs()")
    assert page.page.evaluate("[running, losses.length, byId('run').textContent]") == [0, 0, "Run"]


def _leaves(root):
    from micrograd_lr.engine.order import topological

    return [x for x in topological(root) if x.op is None]


def test_the_walk_the_questions_and_the_key_on_paper(lesson, reader):
    page = reader(lesson, "step=3")
    page.page.evaluate("window.print = () => { window.printed = sheet; prepareSheet(); }")
    texts = {}
    for what in ("end", "questions", "key"):
        page.click("#paper").click(f"[data-sheet={what}]")
        assert page.page.evaluate("window.printed") == what
        texts[what] = formula(page, "#printed")
    assert texts["end"].count("passesitsgradientback") == 2
    assert "∂L∂w=(a−y)xT=(0.3775−1)·2≈−1.245✓proven" in texts["end"]
    assert page.page.locator("#printed .blank").count() == 0
    page.click("#paper").click("[data-sheet=questions]")
    assert page.page.locator("#printed .blank").count() > 8
    assert "0.3775" not in formula(page, "#printed ol")
    assert "=a(1−a)=0.3775(1−0.3775)≈0.235" in texts["key"]
    for short in ("∂L∂z=∂L∂a·∂a∂z=−2.649·0.235≈−0.6225,inshorta−y", "≈−1.245,inshort(a−y)xᵀ", "−0.6225,inshorta−y"):
        assert short in texts["key"]  # what the pupils will write
    assert page.step() == 3
    page.page.emulate_media(media="print")
    assert page.page.locator("#transport").is_hidden()
    wide = page.page.locator("#printed *").evaluate_all(
        "all => Math.max(...all.map(x => x.getBoundingClientRect().right))"
    )
    assert wide <= 1280


BESIDE_THE_TEXTS = """Math.min(...[...document.querySelectorAll("#graph .inner")].flatMap((frame) => {
    const { left, right } = frame.getBoundingClientRect();
    const texts = [...frame.parentNode.querySelectorAll("text")].map((x) => x.getBoundingClientRect());
    return texts.flatMap((text) => [text.left - left, right - text.right]);
}))"""


def test_one_example_of_two_features(reader, tmp_path):
    one = logistic.OneExample([0.5, 0.25], -0.25, [1.097, -2.073], 1.0)  # whose slopes have many digits
    page = reader(StepThrough(one).save(tmp_path / "one.html"), viewport={"width": 390, "height": 844})
    seen = walk(page)
    assert (seen.moves, seen.hidden, seen.jumps) == (9, [], [])
    assert seen.smallest >= 11
    assert seen.gap >= 5
    assert page.page.evaluate(BESIDE_THE_TEXTS) > 3  # pixels to the inner frame of a parameter


def test_arrows_move_on_while_nothing_is_typed(lesson, reader):
    page = reader(lesson, "step=5&ask=formula")
    page.page.locator("#answer").focus()
    page.fill("#answer", "a").press("ArrowRight")
    assert page.page.locator("#question").is_visible()  # the arrow moves in the text
    page.fill("#answer", "").press("ArrowRight")
    assert page.page.locator("#question").is_hidden()  # it was revealed
    page.press("ArrowRight")
    page.press("ArrowLeft")
    assert page.step() == 5
