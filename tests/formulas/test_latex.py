"""Plain formulas as LaTeX: as one writes it by hand, and set by KaTeX without an error or a warning."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from katex import needs_katex, refused

from micrograd_lr.formulas.latex import aligned, latex, latex_text

FORMULAS = [
    ("", (), ""),
    ("wx + b", (), r"wx + b"),
    ("wx", ["wx"], r"\mathrm{wx}"),
    ("a(1 − a)", (), r"a(1 - a)"),
    ("−y/a + (1 − y)/(1 − a)", (), r"-\frac{y}{a} + \frac{1 - y}{1 - a}"),
    ("∂L/∂w = (a − y)xᵀ", (), r"\frac{\partial L}{\partial w} = (a - y)x^{\top}"),
    ("∂L/∂a = ?", (), r"\frac{\partial L}{\partial a} = ?"),
    ("∂J/∂wₚ = (A − Y)Xₚᵀ", (), r"\frac{\partial J}{\partial w_{p}} = (A - Y)X_{p}^{\top}"),
    ("(A − Y)𝟏", (), r"(A - Y)\mathbf{1}"),
    ("w₁ + x_2 + n13", (), r"w_{1} + x_{2} + n_{13}"),
    ("X⁽ⁱ⁾", (), r"X^{(i)}"),
    ("Xₚ⁽ⁱ⁾ᵀ", (), r"X_{p}^{(i)\top}"),
    ("σ(z)", (), r"\sigma(z)"),
    ("y log(a)", (), r"y \log(a)"),
    ("y σ(a)", (), r"y\,\sigma(a)"),
    ("2 relu(x)", (), r"2 \operatorname{relu}(x)"),
    ("∂z x", (), r"\partial z\,x"),
    ("∂²L/∂z²", (), r"\frac{\partial^{2}L}{\partial z^{2}}"),
    ("∂²J/∂w1∂w2 = 0", (), r"\frac{\partial^{2}J}{\partial w_{1}\partial w_{2}} = 0"),
    ("∂²J/∂w1²", (), r"\frac{\partial^{2}J}{\partial w_{1}^{2}}"),
    ("∂²", (), r"\partial^{2}"),
    ("ŷ⁽ⁱ⁾ = Ŷ", (), r"\hat{y}^{(i)} = \hat{Y}"),
    ("Σᵢ₌₁ᵐ xᵢ", (), r"\sum_{i = 1}^{m}x_{i}"),
    ("Σⱼ", (), r"\sum_{j}"),
    ("⟦v3⟧·2 = ⟦(g5)⟧", (), r"\boxed{v3} \cdot 2 = \boxed{(g5)}"),
    ("X = (n, m) → (1, m)", (), r"X = (n, m) \to (1, m)"),
    ("(1, 2)ᵀ", (), r"(1, 2)^{\top}"),
    ("(1/2)", (), r"\left( \frac{1}{2} \right)"),
    ("[(1/2", (), r"\left[ \left( \frac{1}{2} \right. \right."),
    ("y (1 if -z > 0 else 0)", (), r"y(1\text{ if }-z > 0\text{ else }0)"),
    ("if", ["if"], r"\mathrm{if}"),
    ("x^2", (), r"x^{2}"),
    ("x^2^3", (), r"{x^{2}}^{3}"),
    ("x₁²^2", (), r"{x_{1}^{2}}^{2}"),
    ("x1^(-2)", (), r"x_{1}^{-2}"),
    ("x1₁", (), r"{x_{1}}_{1}"),
    ("σ(z)^2", (), r"\sigma(z)^{2}"),
    ("a − −b", (), r"a - -b"),
    ("5e-05x + 2.5e+20", (), r"5 \cdot 10^{-5}x + 2.5 \cdot 10^{20}"),
    ("1.5e−05·2", (), r"1.5 \cdot 10^{-5} \cdot 2"),
    ("e−1", (), r"e - 1"),
    ("1e-05^2", (), r"(1 \cdot 10^{-5})^{2}"),
    ("loss⁽¹⁾", ["loss⁽¹⁾"], r"\mathrm{loss}^{(1)}"),
    ("mean_radius·mean radius", ["mean_radius", "mean radius"], r"\mathrm{mean\_radius} \cdot \mathrm{mean\ radius}"),
    ("#%&$\\{}~<>", ["#%&$\\{}~<>"], r"\mathrm{\#\%\&\$\backslash\{\}\sim<>}"),
    ("^'\"`", (), r"\text{\textasciicircum}{'}\text{''}\text{`}"),
    ("~@", (), r"\sim @"),
    ("αx·Ω", (), r"\alpha x \cdot \Omega"),
    ("αβx", ["αβx"], r"\mathrm{\alpha\beta x}"),
    ("é·ά", (), r"\acute{e} \cdot \acute{\alpha}"),
    ("ℝ + 𝐰 + Ⅻ + ٣", (), r"R + \mathbf{w} + \mathrm{XII} + 3"),
    ("日 + Ж + 😀", (), r"\text{日} + \text{Ж} + \text{[U+1F600]}"),
    ("²x + ₁", (), r"{}^{2}x + {}_{1}"),
]


@pytest.mark.parametrize("text, names, expected", FORMULAS)
def test_formulas(text, names, expected):
    assert latex(text, names) == expected


def test_a_letter_with_its_accent_beside_it_is_the_same():
    assert latex("y\u0302 + e\u0301a", ["e\u0301a"]) == latex("ŷ + éa", ["éa"]) == r"\hat{y} + \mathrm{\acute{e}a}"


def test_greek_letters_have_the_commands_of_their_names():
    for x in "αβγδζηικλμνξπρστυχψωΓΔΘΛΞΠΣΥΦΨΩ":
        name = unicodedata.name(x).rpartition(" ")[2].replace("LAMDA", "LAMBDA")
        assert latex(f"{x}1") == f"\\{name.capitalize() if x.isupper() else name.lower()}_{{1}}"
    assert latex("µεϵθϑφϕς") == r"\mu\varepsilon\epsilon\theta\vartheta\varphi\phi\varsigma"
    assert latex("ΑΒο") == "ABo"  # in Greek, and alike


def test_lines_are_aligned_at_their_first_sign():
    lines = ("", "∂z/∂w = x = 2"), ("", "a = b ≈ c"), ("", "z"), ("so far, w₁", "2 ≈ 3"), ("", "[1] = 2")
    assert aligned(lines) == (
        "\\begin{align*}\n\\frac{\\partial z}{\\partial w} &= x = 2 \\\\\na &= b \\approx c \\\\\n& z \\\\\n"
        "\\text{so far, $w_{1}$: }2 &\\approx 3 \\\\\n{}[1] &= 2\n\\end{align*}"
    )
    assert aligned([]) == ""


def test_sentences():
    assert latex_text("L passes ∂L/∂L = 1 back, 50% of mean_x & “w₁”: w₁.") == (
        r"L passes $\frac{\partial L}{\partial L}$ = 1 back, 50\% of mean\_x \& $\text{“}w_{1}\text{”}$: $w_{1}$."
    )
    assert latex_text("\\ ~ ^ < | “a” it’s") == (
        r"\textbackslash{} \textasciitilde{} \textasciicircum{} \textless{} \textbar{} ``a'' it's"
    )


@needs_katex
def test_katex_sets_the_formulas():
    assert refused(expected for *_, expected in FORMULAS) == {}


@needs_katex
@pytest.mark.slow
def test_katex_sets_every_character():
    whole = ["".join(map(chr, range(start, start + 256))) for start in range(0, 0x20000, 256)]
    names = whole[: len(whole) // 8]  # 16,384 characters, as names
    assert refused([*map(latex, whole), *(latex(name, [name]) for name in names)]) == {}


PARTS = [
    *"wxσeT12.e_(/^+-− ∂Σ()[]⟦⟧&½,é'\"`~#%$\\{}<>|*@日😀",
    "mean",
    "x1",
    "₁",
    "⁽¹⁾",
    "ᵀ",
    "ᵢ₌₁",
    "log",
    "∂L/∂a",
    "⟦v3⟧",
]
NAMES = ["mean", "mean x", "x1", "<b>", "∂", "(", "wx₁", "⟦v", "#&%$\\{}~^_", "日a"]


@needs_katex
@pytest.mark.slow
def test_katex_sets_any_text():
    texts = []

    @given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join), st.lists(st.sampled_from(NAMES), max_size=3))
    def written(text, names):
        texts.append(latex(text, names))
        texts.append(aligned([("", f"{text} = {text}"), (text, text), ("a", f"{text} ≈ a")], names))

    written()
    assert refused(texts) == {}


@needs_katex
def test_katex_refuses_what_is_broken():
    broken = [r"\frac{1}{", "x^2^3", r"\left( 1", r"\nosuch", "a & b", "é", "a_1_2"]
    assert {*refused([*broken, "x"])} == {*broken}


@given(st.text(max_size=40))
def test_any_text_is_ascii_or_in_text(text):
    """What pdflatex needs no font for, but for letters of other alphabets, which stand in ``\\text``."""
    assert re.sub(r"\\text\{.\}", "", latex(text)).isascii()
