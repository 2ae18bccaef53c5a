"""Plain formulas as MathML: well formed, with nothing lost, and set as a reader expects."""

import re
from unicodedata import normalize
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_lr import OPS
from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.formulas.reader import known_to, pieces

F = '<mo stretchy="false">'


def read(text, names=()):
    return ET.fromstring(f"<math>{mathml(text, names)}</math>")


SECOND = "<msup><mi>∂</mi><mrow><mn>2</mn></mrow></msup>"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("wx", "<mi>w</mi><mi>x</mi>"),
        ("a(1 - a)", f"<mi>a</mi><mrow>{F}(</mo><mn>1</mn><mo>−</mo><mi>a</mi>{F})</mo></mrow>"),
        ("(1 - y)/2", "<mfrac><mrow><mn>1</mn><mo>−</mo><mi>y</mi></mrow><mn>2</mn></mfrac>"),
        ("∂L/∂a", "<mfrac><mrow><mi>∂</mi><mi>L</mi></mrow><mrow><mi>∂</mi><mi>a</mi></mrow></mfrac>"),
        (
            "∂²L/∂w1∂b",
            f"<mfrac><mrow>{SECOND}<mi>L</mi></mrow>"
            "<mrow><mrow><mi>∂</mi><msub><mi>w</mi><mn>1</mn></msub></mrow><mrow><mi>∂</mi><mi>b</mi></mrow></mrow></mfrac>",
        ),
        ("∂²", SECOND),
        ("x1²", "<msup><msub><mi>x</mi><mn>1</mn></msub><mrow><mn>2</mn></mrow></msup>"),
        ("a/b/c", "<mfrac><mfrac><mi>a</mi><mi>b</mi></mfrac><mi>c</mi></mfrac>"),
        ("x^(-2)", '<msup><mi>x</mi><mrow><mo form="prefix">−</mo><mn>2</mn></mrow></msup>'),
        ("a = -b - c", '<mi>a</mi><mo>=</mo><mo form="prefix">−</mo><mi>b</mi><mo>−</mo><mi>c</mi>'),
        ("a = −b − c", '<mi>a</mi><mo>=</mo><mo form="prefix">−</mo><mi>b</mi><mo>−</mo><mi>c</mi>'),
        ("w₁", "<msub><mi>w</mi><mrow><mn>1</mn></mrow></msub>"),
        ("x_2", "<msub><mi>x</mi><mn>2</mn></msub>"),
        ("n13", "<msub><mi>n</mi><mn>13</mn></msub>"),
        ("Xᵀ", "<msup><mi>X</mi><mrow><mi>T</mi></mrow></msup>"),
        ("⟦(v3)⟧·2", '<mn data-of="(v3)"></mn><mo>·</mo><mn>2</mn>'),
        (
            "(1 if -z > 0 else 0)",
            '<mrow><mo stretchy="false">(</mo><mn>1</mn><mtext>\u00a0if\u00a0</mtext><mo form="prefix">−</mo><mi>z</mi>'
            "<mo>&gt;</mo><mn>0</mn>"
            '<mtext>\u00a0else\u00a0</mtext><mn>0</mn><mo stretchy="false">)</mo></mrow>',
        ),
        ("1e-05", "<mn>1e-05</mn>"),
        ("(1/2)", "<mrow><mo>(</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><mo>)</mo></mrow>"),
    ],
)
def test_formulas(text, expected):
    assert mathml(text) == expected


def test_names_of_several_letters_are_read_whole():
    assert (
        mathml("mean + means", ["mean"]) == "<mi>mean</mi><mo>+</mo><mi>m</mi><mi>e</mi><mi>a</mi><mi>n</mi><mi>s</mi>"
    )
    assert mathml("mean radius·2", ["mean radius"]) == "<mi>mean radius</mi><mo>·</mo><mn>2</mn>"
    assert "<mi>log</mi>" in mathml("log(a)")
    assert mathml("y log(a)").count("<mspace") == 1


@pytest.mark.parametrize(
    "text, names, expected",
    [
        ("wx₁ + wx", ["wx₂"], ["wx", "₁", "+", "w", "x"]),  # a stem only before an index
        ("a b + a bc", ["a b", "a bc"], ["a b", "+", "a bc"]),  # the longest first
        ("2x + 12x", ["2x"], ["2x", "+", "12", "x"]),
        ("x12 + x123 + xx1", ["x12"], ["x12", "+", "x12", "3", "+", "x", "x", "1"]),
        ("mean_radius·mean", ["mean_radius"], ["mean_radius", "·", "m", "e", "a", "n"]),
        ("<b>&⟦v1⟧⟦", ["<b>&", "⟦v", "b>"], ["<b>&", "⟦v1⟧", "⟦"]),
        ("log₂ + logs", [], ["log", "₂", "+", "l", "o", "g", "s"]),
    ],
)
def test_what_is_read_whole(text, names, expected):
    assert [piece for _, piece in pieces(text, known(names))] == expected


def known(names):
    return known_to((*names,), (*OPS.values(),))


LOW, HIGH = "₀-₉ᵢⱼₖₘₙₚ₊₋₌", "⁰-⁹¹²³ᵀᵐⁿⁱ⁺⁻⁼⁽⁾"
LETTER = rf"[^\W\d_{LOW}{HIGH}]"


def by_one_pattern(text, names):
    """The pieces, by a regular expression that has all names in it: the same rules, put in another way."""
    known = "|".join(
        [*map(re.escape, sorted(names, key=len, reverse=True)), "sigmoid", "log", "exp", rf"{LETTER}_?\d+"]
    )
    pattern = re.compile(
        rf"(?P<slot>⟦[^⟧]*⟧)|(?P<low>[{LOW}]+)|(?P<high>[{HIGH}]+)|(?P<name>(?<!{LETTER})(?:{known})(?!{LETTER})"
        rf"|∞|…|{LETTER}|_)|(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?P<space>\s+)|(?P<other>.)",
        re.DOTALL,
    )
    found = [(match.lastgroup, match.group()) for match in pattern.finditer(text)]
    return [piece for piece in found if piece[0] != "space"]


PARTS = [*"wx12.e_(/+ ∂Σ⟦⟧&½", "mean", "mean radius", "x1", "₁", "⁽¹⁾", "ᵀ", "log", "<b>", "  ", "é", "\n"]


@pytest.mark.slow
@given(st.lists(st.lists(st.sampled_from(PARTS), min_size=2, max_size=3).map("".join), max_size=4), st.data())
def test_names_of_any_characters(names, data):
    text = "".join(data.draw(st.lists(st.sampled_from(PARTS + names), max_size=10)))
    names = [name for name in names if not re.search(f"[{LOW}{HIGH}]", name)]
    assert [*pieces(text, known(names))] == by_one_pattern(text, names)


def test_indices_above_and_below():
    sum_ = read("Σᵢ₌₁ᵐ xᵢ⁽ʲ⁾")
    assert [child.tag for child in sum_][:1] == ["munderover"]
    assert [x.tag for x in read("Σⱼ wⱼ")] == ["munder", "msub"]
    assert [x.tag for x in read("Xₚ⁽ⁱ⁾")] == ["msubsup"]
    assert [x.tag for x in read("Σᵐ")] == ["mover"]


def test_a_parenthesis_that_is_not_closed_and_other_oddities_stay_as_they_are():
    for text in ("((", "a/", "/", "^", "a^", "∂", "<b>&amp;", ")", "Σ", "[1,2)", "⟦", "", "\x7f"):
        assert "".join(read(text).itertext()).replace("∑", "Σ") == text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), max_size=40))
def test_any_text_can_be_set_and_nothing_is_lost(text):
    def bare(x):
        return re.sub(r"[\s/^()\[\]_]|⟦[^⟧]*⟧", "", normalize("NFKC", x).replace("-", "−").replace("∑", "Σ"))

    assert bare("".join(read(text).itertext())) == bare(text)


def test_a_formula_that_loses_something_would_be_seen():
    assert "".join(read("a + b").itertext()) != "a + c"
