"""The derivation as it is shown: MathML with all its letters, and the board in 80 columns."""

import re
from unicodedata import normalize
from xml.etree import ElementTree as ET

import pytest
from katex import needs_katex, refused, set_in
from slides import CASES, ROOT, many_examples, one_example, said
from stepped import all_steps

from micrograd_lr import Value, logistic_loss
from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.logistic import ManyExamples, OneExample, literal_loss
from micrograd_lr.logistic.slide import Answer
from micrograd_lr.logistic.slides import board, derivation


@pytest.mark.parametrize("case", CASES)
def test_every_formula_is_set_as_mathml_with_all_its_letters(case):
    example, _, _ = CASES[case][0]()
    filled = all_steps(getattr(example, ROOT[type(example)])).filled
    for slide in derivation(example):
        numbers = [filled(line) for answer in slide.answers for line in answer.numbers]
        for text in (slide.given, *(answer.formula for answer in slide.answers), *numbers):
            math = ET.fromstring(f"<math>{mathml(text)}</math>")
            assert letters("".join(math.itertext())) == letters(text), text


def letters(text):
    """What remains where a fraction takes the place of its stroke and of the parentheses beside it."""
    return "".join(x for x in normalize("NFKC", text) if (x.isalnum() and x != "Σ") or x == "∂")


def test_the_test_of_letters_sees_a_lost_one():
    assert letters("∂J/∂wₚ = (A − Y)Xₚᵀ") == "∂J∂wpAYXpT"
    assert letters("∂J/∂wₚ") != letters("∂J/∂w")


def test_a_group_keeps_its_exponent():
    assert mathml("(1, 2)ᵀ").startswith("<msup><mrow>")
    assert mathml("(1, 2)ᵀ").endswith("<mrow><mi>T</mi></mrow></msup>")
    assert mathml("Σᵢ₌₁ᵐ a⁽ⁱ⁾").startswith("<munderover><mo>∑</mo>")


def test_the_indices_of_a_name_are_set_as_indices_also_where_the_name_is_known():
    example = many_examples()[0]
    frames = all_steps(example.J)
    names = "".join(re.findall("<math>.*?</math>", "".join(frame.mathematics for frame in frames)))
    assert {"X₁⁽²⁾", "a⁽¹⁾", "w₁"} <= {*frames.names}
    assert "<msubsup><mi>X</mi><mrow><mn>1</mn></mrow><mrow>" in names
    assert "⁽" not in names
    assert mathml("loss⁽¹⁾", ["loss⁽¹⁾"]).startswith("<msup><mi>loss</mi>")


def test_the_board_fits_80_columns_and_says_everything():
    for make in (one_example, many_examples, lambda: many_examples(n=9, m=9)):
        example = make()[0]
        text = board(example)
        assert max(map(len, text.splitlines())) <= 80
        together = " ".join(text.split())
        assert all(" ".join(statement.split()) in together for statement in said(example) if "?" not in statement)
        assert all(slide.question in together for slide in derivation(example))
    assert board(OneExample([0.5], 0.0, [-2.0], 1)).splitlines()[:8] == [
        "Logistic regression, one example",
        "",
        "Forward pass. Which equations make up the forward pass of logistic regression?",
        "",
        "    z = wx + b",
        "        z = 0.5·(−2) + 0 = −1",
        "",
        "    ŷ = σ(z) = a",
    ]


def test_an_answer_knows_what_it_was_asked():
    assert Answer("∂L/∂a = b = c").asked == "∂L/∂a = ?"


def test_what_no_derivation_can_be_made_of():
    unknown = (
        r"goes through the nodes a⁽ⁱ⁾ = σ\(z⁽ⁱ⁾\), and this graph was recorded with a loss that does not show them\. "
        r"Spell it out: ManyExamples\(w, b, X, Y, loss=literal_loss\)\."
    )
    for loss in (logistic_loss, lambda z, y: literal_loss(2 * z, y)):
        with pytest.raises(ValueError, match=unknown):
            derivation(ManyExamples([0.5], 0.0, [[1.0, 2.0]], [0, 1], loss))
    w = Value(0.5, "w")
    with pytest.raises(ValueError, match=r"separate variables, but w is used for two of them\. Give each a Value"):
        derivation(OneExample([w, w], 0.0, [1.0, 2.0], 0))
    with pytest.raises(ValueError, match=r"but w₂ is computed from other nodes\. .* of its own: Value\(x\.data\)\."):
        board(ManyExamples([w, 2 * w], 0.0, [[1.0], [2.0]], [0], loss=literal_loss))
    with pytest.raises(TypeError, match=r"a OneExample or ManyExamples, not 3 \(int\)\. Make one: OneExample"):
        board(3)


def test_the_board_as_latex_says_the_same():
    text = board(one_example(n=1)[0], form="latex")
    assert text.startswith("\\section*{Logistic regression, one example}\n\n\\paragraph{Forward pass.} Which equations")
    assert "Given: $a = \\sigma(z)$" in text
    assert "\\frac{\\partial L}{\\partial w} &= (a - y)x^{\\top} \\\\\n" in text
    assert "The derivative by w has the shape of w, a row: so x is transposed." in text
    with pytest.raises(ValueError, match=r"form='html' is not known\. Choose one of: text, latex\."):
        board(one_example()[0], form="html")


@needs_katex
@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_katex_sets_every_formula_of_the_board(case):
    example = CASES[case][0]()[0]
    text = board(example, form="latex")
    answers = [answer for slide in derivation(example) for answer in slide.answers]
    assert text.count("\\begin{align*}") == len(answers)
    assert len(set_in(text)) > len(answers)
    assert refused(set_in(text)) == {}
    assert "[U+" not in text
