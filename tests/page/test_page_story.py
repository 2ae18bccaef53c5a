"""The story of a box that the root pays."""

from stepped import slides

from micrograd_lr import Expression


def click(page, name):
    box = page.page.evaluate("name => view.nodes.find((x) => x.name === name).id", name)
    return page.click(f"#graph #{box}")


def test_what_the_root_pays_is_not_told_by_its_own_name(opened):
    page = click(opened(slides(), "step=4"), "a")
    assert page.compact("#chain") == "∂L∂a=?"
    page.press("Escape").press("ArrowRight")
    assert page.compact("#lines") == "∂L∂a=−ya+1−y1−a=−10.3775+1−11−0.3775≈−2.649"
    click(page, "a")
    factor = page.page.locator("#chain .factor")
    said = []
    for _ in range(3):
        said.append(page.compact("#chain"))
        factor.click()
    assert said == ["∂L∂a=(−ya+1−y1−a)=−2.649", "∂L∂a=(−2.649)", "∂L∂a=(−ya+1−y1−a)=−2.649"]


def test_a_name_that_was_wished_for_elsewhere_is_not_its_own_reason(opened):
    page = opened(slides(), "step=9")
    factor = page.page.locator("#chain .factor").first
    factor.click()
    factor.click()
    assert page.compact("#chain").startswith("∂L∂w=∂L∂a·")
    assert click(page, "a").compact("#chain") == "∂L∂a=(−ya+1−y1−a)=−2.649"


def test_one_of_several_paths(opened):
    page = click(opened(Expression("p=w*x; L=p+w*w")(w=3.0, x=2.0), "step=3"), "w")
    assert page.compact("#chain") == "∂L∂w=thesumover2paths?∂L∂p·∂p∂w"
    page.press("Escape").press("End")
    assert page.compact("#chain") == "∂L∂w=thesumover2paths(w+w)=61·x=2Thepathsaddup:∂L∂w=8"


def test_why_the_slope_of_a_function_is_what_it_is(opened):
    page = opened(slides(), "step=6")
    assert page.compact("#look") == "Whya(1−a)?"
    assert (
        page.click("#look")
        .compact("#lines")
        .endswith("a=11+exp(−z)1−a=exp(−z)1+exp(−z)∂a∂z=exp(−z)(1+exp(−z))2=a(1−a)")
    )
    page.click("#close")
    assert page.text("#where .lead").startswith("Backward: a passes its gradient back")
    page.press("ArrowLeft")
    assert "exp" not in click(page, "a").compact("#lines")  # not before it is shown
    page.press("Escape", "ArrowRight", "a")
    assert page.page.locator("#question").is_visible()
    assert page.page.locator("#look").count() == 0
    assert "exp" not in click(page, "a").compact("#lines")


def test_a_question_that_a_story_covers_is_not_answered_unseen(opened):
    for key in ("ArrowRight", "r"):
        page = click(opened(slides(), "step=5&ask=formula"), "w").press("Escape")
        page = click(page, "a").press(key)
        assert page.page.locator("#question").is_visible()
        assert page.text("#score") == page.text("#verdict") == ""
    page = click(opened(slides(), "step=5"), "a").press("a")
    assert page.page.locator("#question").is_visible()


def test_the_panel_has_the_focus_after_a_button_that_is_gone(opened):
    page = opened(slides(), "step=5").click("#look")
    focus = "document.activeElement.id"
    assert page.page.evaluate(focus) == "frame"
    page = click(opened(slides(), "step=5"), "a").click("#close")
    assert page.page.evaluate(focus) == "frame"
    page = click(opened(slides(), "step=5"), "L").click("#open")
    assert page.page.evaluate(focus) == "frame"
