"""A y that is not a label is pointed out on the page, as soon as it is typed."""

import pytest
from stepped import SLIDES, slides

from micrograd_lr import Expression, StepThrough, Value, log, sigmoid


@pytest.mark.parametrize("root", [slides(), slides(y=0.0)])
def test_what_is_not_a_label_is_pointed_out(root, reader, tmp_path):
    path = StepThrough(root).save(tmp_path / "page.html")
    for step, last in ((3, False), (8, True)):
        said = reader(path, f"step={step}&n0=3").text("#lines")
        assert "y = 3 is not a label: y is meant to be 0 or 1." in said
        assert said.count("label") == 1
        assert ("proven" in said) == last
    assert "label" not in reader(path, "step=6&n0=3").text("#lines")
    assert "label" not in reader(path, "step=8&n0=0.5").text("#lines")


def test_a_plain_number_is_pointed_out_too(reader, tmp_path):
    root = Expression(SLIDES.replace("y", "3"))(w=0.5, b=-1.5, x=2.0)
    page = reader(StepThrough(root).save(tmp_path / "page.html"), "step=8")
    assert page.text("#lines").endswith("y = 3 is not a label: y is meant to be 0 or 1.")


def test_its_name_may_have_any_characters(reader, tmp_path):
    w, b, y = Value(0.5, "w"), Value(-1.5, "b"), Value(3.0, "y$&")
    z = w * 2.0 + b
    a = sigmoid(z)
    L = -(y * log(a) + (1 - y) * log(1 - a))
    z.label, a.label, L.label = "z", "a", "L"
    page = reader(StepThrough(L).save(tmp_path / "page.html"), "step=99")
    assert page.text("#lines").endswith("y$& = 3 is not a label: y$& is meant to be 0 or 1.")


def test_at_every_level_of_the_page(reader, tmp_path):
    page = reader(StepThrough(slides()).save(tmp_path / "page.html"), "step=99&n0=3").page
    levels = page.locator("#detail option").count()
    assert levels > 2
    for level in range(levels):
        page.locator("#detail").select_option(str(level))
        page.locator("#scrubber").focus()
        page.keyboard.press("End")
        assert page.locator("#lines").inner_text().count("is not a label") == 1
