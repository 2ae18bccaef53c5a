"""`StepThrough` without a browser: what it takes, what it writes, what it refuses. The page itself: test_page.py."""

import base64
import cProfile
import hashlib
import os
import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from html import unescape

import pytest
import sympy
from pages import data_of
from stepped import all_steps

from micrograd_lr import Expression, StepThrough, Value, log, logistic
from micrograd_lr.logistic.breast_cancer import breast_cancer
from micrograd_lr.page import content, views

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"


def slides():
    return Expression(SLIDES)(w=0.5, x=2.0, b=-1.5, y=1.0)


def test_a_page_has_the_frames_of_steps():
    shown = StepThrough(slides())
    frames = all_steps(slides(), detail="names", gradients="parameters")
    assert shown.steps == frames
    levels = data_of(shown.html)["views"]
    assert [frame["lead"] + frame["text"] for frame in levels[0]["frames"]] == [
        x.template.replace("-", "−") for x in frames
    ]
    assert [level["title"] for level in levels] == ["names", "inside z", "inside L", "every op"]
    assert len(levels[3]["frames"]) == len(all_steps(slides(), gradients="parameters"))
    assert repr(shown) == "<StepThrough: 9 frames of L>"
    assert str(shown).splitlines() == [frame.text for frame in frames]


def test_the_page_begins_with_the_level_that_is_wanted():
    for options in ({"detail": "ops"}, {"opened": "L"}, {"detail": "ops", "gradients": "all"}, {"digits": 2}):
        shown = StepThrough(slides(), **options)
        assert shown.steps == all_steps(slides(), **{"detail": "names", "gradients": "parameters"} | options)
        assert len(data_of(shown.html)["views"]) == 4
    without_names = StepThrough(Value(2.0, "w") * Value(3.0, "x") + 1)
    assert [level["title"] for level in data_of(without_names.html)["views"]] == ["every op"]
    long = Value(0.5, "w")
    for i in range(80):
        long = long * 0.9 + 0.1
        long.label = f"s{i}"
    assert len(data_of(StepThrough(long).html)["views"]) == 8  # and not every op: these are many
    with pytest.raises(TypeError, match=r"steps through the graph of a Value, not 3 \(int\)\. Compute with Values"):
        StepThrough(3)
    with pytest.raises(ValueError, match=r"detail='nams' is not known. Choose one of: names, ops."):
        StepThrough(slides(), detail="nams")


def test_the_page_is_the_same_text_each_time():
    made = f"from micrograd_lr import *; print(StepThrough(Expression({SLIDES!r})(w=0.5, x=2.0, b=-1.5, y=1.0)).html)"
    for seed in "1", "2":  # the order of sets is another in each process
        env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
        run = subprocess.run([sys.executable, "-c", made], capture_output=True, encoding="utf-8", env=env, check=True)
        assert run.stdout == StepThrough(slides()).html + "\n"


def test_the_policy_names_exactly_the_style_and_the_script_of_the_page():
    html = StepThrough(slides()).html
    policy = unescape(re.search('Content-Security-Policy" content="(.*?)"', html)[1])
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        text = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
        assert len(text) == 1
        assert f"{rule} 'sha256-{digest}'" in policy
    assert " style=" not in html
    assert "http" not in html.replace("http-equiv", "").replace('"http://www.w3.org/2000/svg"', "")


def test_saving(tmp_path):
    assert StepThrough(slides()).save(tmp_path / "page.html").read_text(encoding="utf-8") == StepThrough(slides()).html
    with pytest.raises(ValueError, match=r"'page.pdf': the page is an HTML file. Choose a name that ends in .html."):
        StepThrough(slides()).save(tmp_path / "page.pdf")
    with pytest.raises(OSError):
        StepThrough(slides()).save(tmp_path / "nowhere" / "page.html")


def test_notebooks_show_the_page_in_a_frame():
    shown = StepThrough(slides())._repr_mimebundle_()
    assert unescape(re.search('srcdoc="(.*?)"', shown["text/html"], re.DOTALL)[1]) == StepThrough(slides()).html
    assert shown["text/plain"] == "<StepThrough: 9 frames of L>"


def test_examples_of_logistic_regression_are_stepped_through_from_their_loss():
    one = logistic.OneExample([0.5], -1.0, [2.0], 1.0)
    assert StepThrough(one).steps == all_steps(one.L, detail="names", gradients="parameters")
    many = logistic.ManyExamples([0.5], -1.0, [[2.0, 1.0]], [1.0, 0.0])
    assert StepThrough(many).steps == all_steps(many.J, detail="names", gradients="parameters")


def test_exact_numbers_are_started_from_as_floats():
    p, q = Value(Fraction(1, 3), "p"), Value(Fraction(3, 4), "q")
    leaves = data_of(StepThrough(p / q * Fraction(1, 2)).html)["leaves"]
    assert [leaf["start"] for leaf in leaves] == [1 / 3, 0.75]
    (leaf,) = data_of(StepThrough(Value(Decimal("0.1"), "d") * 2).html)["leaves"]
    assert leaf["start"] == 0.1


@pytest.mark.parametrize("number, shown", [(float("nan"), "nan"), (float("inf"), "inf")])
def test_a_page_starts_from_finite_numbers(number, shown):
    with pytest.raises(ValueError, match=f"finite numbers, as floats; w is {shown}. Record the expression at such"):
        StepThrough(Value(number, "w") + 1.0).html  # noqa: B018


def test_symbols_have_frames_but_no_page(symbolic):
    root = log(Value(sympy.Symbol("s"), "w"))
    assert StepThrough(root).steps[-1].text == "Done: the gradients: ∂L/∂w = 1/s."
    with pytest.raises(ValueError, match="the page starts from finite numbers, as floats; w is s"):
        StepThrough(root).html  # noqa: B018


@pytest.mark.slow
def test_a_batch_of_real_cases_has_a_page():
    cases = breast_cancer().standardised()
    many = logistic.ManyExamples([0.0] * 30, 0.0, [row[:10] for row in cases.X], cases.labels[:10])
    html = StepThrough(many).html
    assert len(data_of(html)["views"][0]["frames"]) == len(StepThrough(many).steps)
    assert len(html) < 2_000_000


def test_the_box_of_an_example_whose_data_are_plain_numbers_has_no_line_of_data():
    rows = []
    for x in (1.0, Value(1.0)):
        view = data_of(StepThrough(logistic.ManyExamples([0.5], 0.1, [[x, 2.0]], [1.0, 0.0])).html)["views"][0]
        rows.append([row[0] for row in next(box for box in view["boxes"] if box["kind"] == "example")["rows"]])
    assert rows == [["title", "value", "grad"], ["title", "data", "value", "grad"]]


def calls_for_a_page_of(names):
    """How many functions are called to write the page of a chain with so many named nodes."""
    node = Value(0.5, "w")
    for i in range(names):
        node = (node * 0.999 + 0.001).tanh()
        node.label = f"hidden{i}"
    profile = cProfile.Profile()
    profile.enable()
    assert "hidden1" in StepThrough(node).html
    profile.disable()
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.slow
def test_twice_as_many_names_are_twice_the_work(monkeypatch):
    monkeypatch.setattr(views, "MOST_OPENED", 0)
    monkeypatch.setattr(views, "MOST_OPS", 0)
    calls_for_a_page_of(2)  # what is done only once
    assert calls_for_a_page_of(160) < 2.0 * calls_for_a_page_of(80)
    of_a_node = content.Content.node  # and here is a reader of all gradients for each node
    monkeypatch.setattr(
        content.Content, "node", lambda *given: of_a_node(*given) | {"all": len(given[2].steps[-1].gradients)}
    )
    assert calls_for_a_page_of(160) > 2.0 * calls_for_a_page_of(80)


def test_names_with_html_stay_names():
    html = StepThrough(Value(1.0, "</script><b>") * Value(2.0, "<i>")).html
    assert html.count("</script>") == 2
    outside = re.sub("<script.*?</script>", "", html, flags=re.DOTALL)
    assert "<b>" not in outside
    assert "<i>" not in outside
