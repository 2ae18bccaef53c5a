"""A sheet of exercises in a notebook: what is solved arrives there."""

import sys

import pytest
from browser import Reader
from hosts import host

from micrograd_lr.exercises import read_code, sheet


@pytest.fixture
def hosted(browser, tmp_path):
    opened = []

    def of(*widgets):
        path = tmp_path / "host.html"
        path.write_text(host(*widgets), encoding="utf-8")
        opened.append(Reader(browser).open(path))
        return opened[-1].page

    yield of
    for one in opened:
        errors = one.errors
        one.context.close()
        assert errors == []


def test_what_is_solved_arrives_in_the_notebook(hosted):
    page = hosted(sheet(["square", "paths"], 3).widget(), sheet(["square"]).widget())
    one, two = (page.frame_locator(f"div:nth-child({i}) iframe") for i in (1, 2))
    page.wait_for_function("models.every((model) => model.state.code)")
    two.locator("[id='question-0.0'] input").fill("x + 1")
    two.locator("[id='question-0.0'] input").press("Enter")
    two.locator("[id='question-0.0'] input").fill("7")
    two.locator("[id='question-0.0'] input").press("Enter")
    page.wait_for_function("models[1].state.code.includes('square-2')")
    one.locator("#student").fill("Ada")
    page.wait_for_function("models[0].state.code.includes('Ada')")
    solved = [read_code(page.evaluate(f"models[{i}].state.code")) for i in (0, 1)]
    assert (solved[0].student, solved[0].seed) == ("Ada", "3")
    assert {**solved[0].exercises} == {"square": "0", "paths": "000"}
    assert {**solved[1].exercises} == {"square": "2"}
    for i, frame in enumerate((one, two)):
        inside = frame.locator("html").evaluate("x => x.offsetHeight")
        page.wait_for_function(
            "([i, high]) => document.querySelectorAll('iframe')[i].offsetHeight === high", arg=[i, inside]
        )
    assert page.evaluate("models[0].sent.length") >= 2


def test_without_anywidget(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "micrograd_lr.notebook.widget", raising=False)
    made = sheet(["square"])
    assert {*made._repr_mimebundle_()} == {"text/html", "text/plain"}
    with pytest.raises(ImportError, match=r'the package anywidget, .* pip install "micrograd_lr\[notebook\]"'):
        made.widget()
