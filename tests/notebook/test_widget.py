"""The live widget of a notebook, from Python."""

import json
import re
import sys
from html import unescape

import pytest
import traitlets

from micrograd_lr import Expression, StepThrough, Value, logistic

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
LIVE = "application/vnd.jupyter.widget-view+json"


def slides():
    return StepThrough(Expression(SLIDES)(w=0.5, x=2.0, b=-1.5, y=1.0))


def test_a_widget_starts_where_its_page_does():
    shown = slides()
    widget = shown.widget()
    assert widget is shown.widget()
    assert widget is not slides().widget()
    assert widget.values == {"w": 0.5, "b": -1.5, "x": 2.0, "y": 1.0}
    assert (widget.step, widget.score) == (0, (0, 0))
    example = StepThrough(logistic.OneExample([0.5], -1.0, [2.0], 1.0)).widget()
    assert sorted(example.values.values()) == [-1.0, 0.5, 1.0, 2.0]


def test_a_cell_is_given_the_widget_the_page_and_a_line_of_text():
    shown = slides()
    bundle = shown._repr_mimebundle_(include=None)
    assert bundle[LIVE]["model_id"] == shown.widget().model_id
    assert bundle["text/plain"] == "<StepThrough: 9 frames of L>"
    assert unescape(re.search('srcdoc="(.*?)"', bundle["text/html"], re.DOTALL)[1]) == shown.html
    without_frames = re.sub("<.*?>", "", bundle["text/html"], flags=re.DOTALL)
    assert without_frames == "Here is a page to step through. Run this cell to see it."
    json.dumps(bundle)


def test_without_anywidget_a_cell_shows_the_page_and_asking_for_the_widget_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "micrograd_lr.notebook.widget", raising=False)
    assert {*slides()._repr_mimebundle_()} == {"text/html", "text/plain"}
    with pytest.raises(ImportError, match=r'the package anywidget, .* pip install "micrograd_lr\[notebook\]"'):
        slides().widget()


def test_names_of_the_cell_name_the_values():
    u, v = Value(1.0), Value(2.0)
    assert StepThrough(u * v, names={"u": u, "v": v}).widget().values == {"u": 1.0, "v": 2.0}


def test_values_are_set_some_at_a_time_and_observed():
    widget, seen = slides().widget(), []
    widget.observe(lambda change: seen.append(change["new"]), "values")
    widget.values = {"w": 2}
    assert widget.values == {"w": 2.0, "b": -1.5, "x": 2.0, "y": 1.0}
    assert seen == [widget.values]


@pytest.mark.parametrize("given, said", [
    ({"v": 1.0}, r"'v' is not an input of this page\. Set one of these: w, b, x, y\."),
    ({"w": float("nan")}, r"w = nan: the page computes with finite numbers\. Set one\."),
    ({"w": float("inf")}, r"w = inf: the page computes with finite numbers\. Set one\."),
    ({"w": "2"}, "float"),
    ({1: 2.0}, "unicode string"),
])  # fmt: skip
def test_other_values_are_refused(given, said):
    widget = slides().widget()
    with pytest.raises(traitlets.TraitError, match=said):
        widget.values = given
    assert widget.values == {"w": 0.5, "b": -1.5, "x": 2.0, "y": 1.0}


def test_a_move_is_a_whole_number_from_0():
    widget = slides().widget()
    for wrong in (-1, 1.5, "2"):
        with pytest.raises(traitlets.TraitError):
            widget.step = wrong
    assert widget.step == 0


def test_inputs_of_the_same_name_are_told_apart_by_their_ids():
    widget = StepThrough(Value(1.0, "w") * Value(2.0, "w") + Value(3.0, "b")).widget()
    assert widget.values == {"w (n0)": 1.0, "w (n1)": 2.0, "b": 3.0}
