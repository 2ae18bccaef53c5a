"""A y that is not a label is pointed out on the page, as soon as it is typed."""

import pytest
from stepped import SLIDES, slides

from micrograd_lr import Expression, StepThrough


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
