"""What an example adds to ∂J/∂w, asked for on the page without being given away."""

from examples import NUMBERS, THREE, many

from micrograd_lr import Expression


def test_the_numbers_are_asked_for_without_their_formulas(opened):
    page = opened(Expression(THREE)(**NUMBERS), "step=8&ask=number")
    prompts, lines = [], []
    for _ in range(4):
        prompts.append(page.compact("#prompt"))
        lines.append(page.compact("#lines"))
        page.click("#reveal")
    assert prompts == [
        "∂J∂z2=?Writeanumber.",
        "example2'stermin∂J/∂w=?Writeanumber.",
        "sofar:∂J∂w=?Writeanumber.",
        "sofar:∂J∂b=?Writeanumber.",
    ]
    assert lines[0] == ""  # what is asked stands in the question alone
    assert lines[1].endswith("✓proven")
    assert lines[1] == lines[2]
    assert lines[3].startswith(lines[1]) and "sofar:∂J∂w=" in lines[3] and "∂J∂b" not in lines[3]
    assert "Σ" not in lines[1]


def test_the_term_of_an_example_is_asked_for_as_a_formula(opened):
    page = opened(many().J, "step=7&ask=formula")
    assert page.answered("a(1)-y(1)") == "Right, and the short way."
    assert page.compact("#prompt") == "example1'stermin∂J/∂w₁=?Writeaformula."
    assert "x" not in page.compact("#lines")
    assert page.answered("a(1)-y(1)").startswith("That is the gradient above, ∂J/∂z⁽¹⁾. Multiply it by ")
    assert page.answered("a1 - y_1").startswith("That is the gradient above, ∂J/∂z⁽¹⁾. Multiply it by ")
    assert page.answered("(a-y)x") == "a: which one, a(1), a(2) or a(3)?"
    assert page.answered("(a1-y1)X1") == "X1: which one, X1(1), X1(2) or X1(3)?"
    assert page.answered("(a1-y1)q").startswith("q: no such name here. The names are w1, ")
    page.click("#reveal")
    assert page.text("#verdict").startswith("example 1's term in ∂J/∂w₁ = (a⁽¹⁾ − y⁽¹⁾)")
    assert page.page.locator("#question").is_hidden()


def test_a_path_from_the_root_is_asked_for_in_words(opened):
    page = opened(Expression("p=w*x; L=p+w*w")(w=3.0, x=2.0), "step=4&ask=formula")
    assert page.compact("#prompt") == "path1of2tow=?Writeaformula."
    assert page.answered("2w") == "Right."


def test_terms_are_printed(opened):
    page = opened(many().J)
    page.page.evaluate("window.print = () => prepareSheet()")
    page.click("#paper").click("[data-sheet=questions]")
    questions = page.compact("#printed ol")
    assert "example1'stermin∂J/∂w₁=" in questions
    assert "sofar:∂J∂b=" in questions
    assert "y" not in questions.partition("∂J∂z")[2]
    page.click("#paper").click("[data-sheet=key]")
    assert "example1'stermin∂J/∂w₁=(a⁽¹⁾−y⁽¹⁾)" in page.compact("#printed ol")


def test_a_rounded_term_of_the_key_has_another_sign(opened):
    page = opened(Expression(THREE)(**NUMBERS))
    page.page.evaluate("sheet = 'key'; prepareSheet()")
    key = page.compact("#printed ol")
    assert "example2'stermin∂J/∂w=(a2−y2)x2≈−0.4454" in key  # 2/(1 + e^1.25), with more digits than these
    assert "example3'stermin∂J/∂w=(a3−y3)x3=−0.25" in key
