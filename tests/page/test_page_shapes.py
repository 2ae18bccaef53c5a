"""Questions about dimensions on the page: where they are asked, what gives them away, and how they are printed."""

import pytest
from examples import NUMBERS_OF_TWO_FEATURES, TWO_FEATURES, many

from micrograd_lr import Expression


@pytest.mark.parametrize("mode", ["number", "formula"])
def test_the_shape_of_one_example(opened, mode):
    page = opened(Expression(TWO_FEATURES)(**NUMBERS_OF_TWO_FEATURES), f"step=8&ask={mode}")
    assert page.compact("#prompt") == "Whatistheshapeof∂L∂w=(a−y)xT?Rowsandcolumns,suchas(2,3)."
    assert "(a−y)xT" in page.compact("#lines")
    assert page.answered("n x 1").startswith("That is a column. ∂L/∂w has the shape of w")
    assert page.answered("w").startswith("Write the rows and the columns")
    assert "a column of 2" not in page.text("#lines")
    assert page.answered("1×2") == "Right."
    assert page.text("#lines").endswith("w is a row of 2, (1, n), and x a column of 2, (n, 1).")
    assert page.page.locator("#question").is_hidden()
    assert page.text("#score") == "0 of 1 right at the first try"


def test_the_shapes_of_many_examples_are_not_said_while_they_are_asked(opened):
    captions = lambda: [text.strip() for text in page.page.locator("#chain caption").all_text_contents()]
    page = opened(many().J, "step=8&ask=number")
    assert captions() == ["A − Y", "Xᵀ", "∂J/∂w so far"]
    page = opened(many().J, "step=10&ask=number")
    for answer in ("(1, m)", "3x2"):
        assert captions() == ["A − Y", "Xᵀ", "∂J/∂w"]
        assert page.answered(answer) == "Right."
    page.click("#reveal")
    assert page.text("#verdict") == "The shape of ∂J/∂w = (A − Y)Xᵀ is (1, n) = (1, 2)."
    assert captions() == ["A − Y (1, 3)", "Xᵀ (3, 2)", "∂J/∂w (1, 2)"]


def test_a_question_below_many_lines_is_in_view_on_a_phone(opened):
    page = opened(many().J, "step=9")
    page.page.set_viewport_size({"width": 390, "height": 844})
    page.press("a", "ArrowRight", "ArrowRight", "ArrowRight")  # two answers, and the last move
    for answer in (None, "1", "(1, m)"):
        if answer:
            page.answer(answer)
        box = page.page.locator("#question").bounding_box()
        assert box["y"] + box["height"] <= page.page.locator("#transport").bounding_box()["y"]


def test_they_are_printed(opened):
    page = opened(many().J)
    page.page.evaluate("window.print = () => prepareSheet()")
    page.click("#paper").click("[data-sheet=questions]")
    assert "TheshapeofA−Yis" in page.compact("#printed")
    assert "(1,m)" not in page.compact("#printed")
    assert "Writetheformulaofeachderivative,thenitsnumber." in page.compact("#printed")
    items = ["".join(text.split()) for text in page.page.locator("#printed li").all_text_contents()]
    assert items[0] == "z(1)=w1X1(1)+w2X2(1)+b=" and items[1] == "a(1)=σ(z(1))="  # no box of an example says it
    assert "∂J∂z(1)=" in items
    page.click("#paper").click("[data-sheet=key]")
    assert "TheshapeofA−Yis(1,m)=(1,3)" in page.compact("#printed")
