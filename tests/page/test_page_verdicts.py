"""What the page says to answers, in a browser: word for word what Python says."""

import pytest
from verdicts import IN_JAVASCRIPT, Case, table

from micrograd_lr import StepThrough
from micrograd_lr.stepping import hints

KEPT = table()
SLIDES = KEPT[0]
ASKED_IN_JAVASCRIPT = "frames.flatMap((x) => x.questions).map((question) => [question.text, readable(question)])"


@pytest.fixture
def shown(reader, tmp_path):
    """The page of an expression, at the level of detail of its steps."""

    def opened(case, state=""):
        return reader(StepThrough(case.root, **case.options).save(tmp_path / "page.html"), state)

    return opened


def in_javascript(opened, answers):
    """The answers as in the table, with what the page says to them."""
    said = opened.page.evaluate(IN_JAVASCRIPT, [answer[:3] for answer in answers])
    return [[*answer[:3], words] for answer, words in zip(answers, said)]


@pytest.mark.parametrize("kept", KEPT, ids=[f"{kept['expression']}, {kept['detail']}" for kept in KEPT])
def test_the_table_is_what_the_page_says(kept, shown):
    case = Case(**kept)
    opened = shown(case)
    assert in_javascript(opened, kept["answers"]) == kept["answers"]
    asked = opened.page.evaluate(ASKED_IN_JAVASCRIPT)
    assert asked == [[name.replace("-", "−"), case.judge.readable(x)] for name, x in case.questions.items()]


def test_another_hint_would_be_seen(shown, monkeypatch):
    monkeypatch.setattr(hints, "OF_A_WAY", [("{rest} + 1", "You skipped {skipped}.")])
    found = in_javascript(shown(Case(**SLIDES)), SLIDES["answers"])
    assert 0 < sum(row != kept for row, kept in zip(found, SLIDES["answers"])) < 10


def test_the_slides_questions_on_the_page(shown):
    opened = shown(Case(**SLIDES), "step=7&ask=formula")
    answers = [("w", "That is w itself, where ∂z/∂w should be."), ("x", "Right."), ("a-y", None), ("(a-y)x", "short"),
               ("a-y", "short")]  # fmt: skip
    for answer, said in answers:
        opened.answer(answer)
        if said:
            assert opened.text("#verdict") == ("Right, and the short way." if said == "short" else said)
    assert opened.page.locator("#question").is_hidden()
    assert opened.text("#score") == "1 of 3 right at the first try"
    opened = shown(Case(**SLIDES), "step=6&ask=number").click("#question [type=submit]")
    assert opened.text("#verdict") == "There is nothing to read yet."
    opened.click("#reveal")
    assert opened.text("#verdict") == "∂a/∂z = 0.1875"
    assert opened.answered("a−y") == "Right, and the short way."
