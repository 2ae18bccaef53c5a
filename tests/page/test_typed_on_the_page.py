"""What is typed into a page is read and judged as Python reads and judges it. In Node: no browser is needed."""

import math
import random

import pytest
from javascript import run_in_node
from readers import groups, in_javascript, in_python, script, table

from micrograd_lr.stepping.elsewhere import ATTEMPTS, moved

PIECES = [
    "a", "b", "w", "x", "e", "y", "pq", "qr", "p", "x1", "wx2", "w₁", "X₁⁽²⁾", "X1(2)", "θ", "a'", "n7", "s_1", "tan",
    "log", "exp", "σ", "sigmoid", "logistic_loss", "abs", "(", "(", ")", ")", "+", "-", "−", "*", "·", "/", "^", "**",
    "²", "⁻¹", "⁴", "ᶻ", ",", " ", "a1", "a_1", "x", "x_2", "(1)", "_1", "e^", "e **", "e⁻ᶻ",
    "1", "2", "0", "3", "0.5", ".5", "5.", "1e3", "0,5", "1,000", "2 000", "1e999", ".", "_", "é", "[", "😀", "=",
]  # fmt: skip


def agree(ours, theirs):
    """Whether both have the same value, to the last digits, or the same words."""
    if isinstance(ours, str) or isinstance(theirs, str):
        return ours == theirs
    return math.isclose(ours, theirs, rel_tol=1e-14)


def test_the_table_is_what_the_page_reads():
    cases = [(text, numbers) for texts, numbers in groups(table()) for text in texts]
    expected = [value for texts, _ in groups(table()) for value in texts.values()]
    assert [
        (text, ours, theirs)
        for (text, _), ours, theirs in zip(cases, expected, in_javascript(cases))
        if not agree(ours, theirs)
    ] == []


@pytest.mark.slow
def test_random_texts_are_read_alike():
    rng, named = random.Random(0), [numbers for _, numbers in groups(table())]
    texts = ["".join(rng.choices(PIECES, k=rng.randrange(1, 9))) for _ in range(3000)]
    texts += ["a" * 5_001, "(" * 101 + "a" + ")" * 101, "-" * 101 + "a", "a" + "^a" * 101, "a+" * 2_000 + "a", "q" * 50]
    cases = [(text, rng.choice(named)) for text in texts]
    ours = in_python(cases)
    assert [case for case in zip(texts, ours, in_javascript(cases)) if not agree(*case[1:])] == []
    assert 100 < sum(isinstance(x, float) for x in ours) < 2900
    assert sum("which one" in str(x) for x in ours) > 50


def test_formulas_are_tried_at_the_same_other_inputs():
    numbers = [0.5, -1.5, 2.0, 0.0, 1e200, *range(40)]
    theirs = run_in_node(f"""
        {script("answers.js", "elsewhere.js")}
        const attempts = Array.from({{length: {ATTEMPTS}}}, (_, i) => moved({numbers}, i));
        console.log(JSON.stringify(attempts));""")
    for attempt, inputs in enumerate(theirs):
        assert all(map(agree, moved(numbers, attempt), inputs))
