"""What a student reads on the page is plain, and true as it is written."""

import re

import pytest
from stepped import slides

from micrograd_lr import Expression, StepThrough, steps
from micrograd_lr.stepping import hints
from micrograd_lr.terminal.session import HELP

OURS = re.compile(r"\b(pays|paid|users?|branch(es)?)\b")  # words of the code, which no student was told


@pytest.fixture
def page(reader, tmp_path):
    return reader(StepThrough(slides()).save(tmp_path / "page.html"), "step=6")


def said_in_hints():
    tables = [x for name, x in vars(hints).items() if name.startswith("OF_")]
    lists = [known for table in tables for known in (table.values() if isinstance(table, dict) else [table])]
    return [hint for known in lists for _, hint in known]


def test_no_word_of_the_code_is_read(page):
    texts = [HELP, *said_in_hints(), *(frame.text for frame in steps(slides()))]
    texts += [page.page.evaluate("document.body.textContent.replace(document.scripts[1].textContent, '')")]
    page.page.evaluate("choose(view.nodes.find((node) => node.name === 'a').id)")
    texts.append(page.text("#frame"))
    assert [OURS.search(text)[0] for text in texts if OURS.search(text)] == []
    assert OURS.search("2 of 3 users have paid")


def test_the_story_of_a_box_lists_its_paths(reader, tmp_path):
    path = StepThrough(Expression("p=w*x; L=p+w*w")(w=3.0, x=2.0)).save(tmp_path / "page.html")
    page = reader(path, "step=99").click("#graph .node.parameter")
    assert page.page.locator("#lines caption").inner_text().endswith(": 2 of 2 paths")
    assert page.page.locator("#lines th").all_inner_texts() == ["path", "passes back", "sum"]


def test_the_dialog_is_called_help(page):
    page.click("#help")
    assert page.text("#keys-title") == "Help"


def test_the_sign_follows_the_numbers(page):
    lines = lambda: re.sub(r"\s", "", page.text("#lines"))
    assert "0.3775(1−0.3775)≈0.235" in lines()
    assert "·0.235 ≈ −0.6225" in page.text("#text")
    page.page.evaluate("change(leaves.find((leaf) => leaf.name === 'b').id, -1); render()")
    assert "0.5(1−0.5)=0.25" in lines()
    assert "−2·0.25=−0.5" in lines()


def test_a_product_of_rounded_factors_too(page):
    page.press("End")
    chain = lambda: re.sub(r"\s", "", page.text("#chain"))
    assert chain().endswith("·x=−1.245")
    page.page.evaluate("for (const key of pathsTo(chosen)[0]) wishes.set(key, 'number'); renderChain()")
    assert chain().endswith("≈−1.245")


def test_a_number_that_is_compared_may_be_rounded(reader, tmp_path):
    root = Expression("relu(w/3)")(w=2.0)
    page = reader(StepThrough(root, detail="ops").save(tmp_path / "relu.html"), "step=4")
    assert "∂L∂(w3)=(1ifw3>0else0)=(1if0.6667>0else0)=1" in page.compact("#lines")
