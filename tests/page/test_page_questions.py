"""Questions on the page: what is hidden, which answers are right, what a wrong one is told."""

import pytest
from examples import many
from stepped import all_steps, page_of_ops, slides

from micrograd_lr import Expression, Value


def test_ask_mode_hides_the_number_until_it_is_answered(file, reader):
    page = reader(file, "step=4")
    page.page.locator("#ask").select_option("number")
    assert page.settled().shown("n6", "value") == "0.3775"
    assert page.shown("n7", "value") == ""
    assert "−0.9741" not in page.text("#frame")
    page.fill("#answer", "0.97").press("Enter")
    assert page.text("#verdict") == "Check the sign."
    page.fill("#answer", "-0.974").click("#question [type=submit]")
    assert page.text("#verdict") == "Right."
    assert page.shown("n7", "value") == "−0.9741"
    assert page.text("#score") == "0 of 1 right at the first try"
    page.click("#next").answer("-0.974")
    assert page.text("#score") == "1 of 2 right at the first try"


@pytest.mark.parametrize(
    "step, answer, said",
    [
        (3, "-0.3775", "Check the sign."),
        (3, "0.6225", "That is σ(−z). Check the sign of the exponent"),
        (4, "-0.423", "That is the logarithm to base 10"),
        (20, "-2.649", "That is the gradient above, ∂L/∂a. Multiply it by ∂a/∂z = a(1 − a)."),
        (20, "0.235", "That is only ∂a/∂z = a(1 − a)."),
        (20, "-1.0", "You left out a factor: ∂a/∂z = a(1 − a) has two."),
        (20, "-2.649*0.6225", "You left out a factor"),
        (23, "-0.311", "Not yet."),  # the factors swapped, or divided by x, as w is 1/x
        (23, "-0.6225", "That is the gradient above, ∂L/∂(wx)."),
        (20, "7", "Not yet. Try again, or reveal."),
        (20, "what", "what: no such name here. The names are y, w, x, b, z, a, u, L."),
        (20, "(1", "A parenthesis is not closed."),
    ],
)
def test_a_wrong_number_is_diagnosed(step, answer, said, file, reader):
    page = reader(file, f"step={step}&ask=number")
    if step >= 20:  # a local derivative is asked for first
        page.click("#reveal")
    page.answer(answer)
    assert page.text("#verdict").startswith(said)
    assert page.page.locator("#question").is_visible()


def test_lost_paths_and_means_are_diagnosed(reader, tmp_path):
    J = Expression("c = w*x; J = sum([c*c, 3*c, 1])")(w=2.0, x=1.5)
    page = reader(page_of_ops(J).save(tmp_path / "paths.html"), "step=4&ask=number")
    page.answer(str(J.data / 3))
    assert page.text("#verdict") == "That is the mean. J is the sum over the examples."
    at = next(frame.index for frame in all_steps(J) if any(line.kind == "ledger" for line in frame.lines))
    page = reader(tmp_path / "paths.html", f"step={at}&ask=number")
    page.answer("3")
    assert page.text("#verdict") in ("Right.", "")


def test_a_formula_is_asked_for_and_any_way_to_write_it_is_right(file, reader):
    for written in ("a - a^2", "σ(z)(1−a)"):
        page = reader(file, "step=20&ask=formula")
        assert "a(1" not in page.text("#lines")
        page.answer(written)
        assert page.text("#verdict") == "Right.", written
    page = reader(file, "step=20&ask=formula")
    for wrong, said in (
        ("a(1+a)", "Not yet: at these numbers it gives another number."),
        ("0.235", "That is the number. A formula is asked for, with names: it has to be right at other numbers too."),
        ("0.23500371220159449 + 0w", "At these numbers that is right, but only by chance: at other numbers it is not."),
        ("a(1-q)", "q: no such name here. The names are y, w, x, b, z, a, u, L."),
        ("a(1-a", "A parenthesis is not closed."),
        ("a(1-a))", "There is one “)” too many."),
        ("a*", "The formula ends too early."),
        ("1/(a-a)", "Not yet: at these numbers it has no value."),
    ):
        page.answer(wrong)
        assert page.text("#verdict") == said


def test_a_formula_is_judged_elsewhere_too(file, reader, tmp_path):
    saturated = reader(file, "step=20&ask=formula&n1=15")
    for wrong in ("0", "1-a", "a"):
        saturated.answer(wrong)
        assert saturated.text("#verdict") != "Right."
    shown = page_of_ops(Expression("p + q + r + s*u*t")(p=1, q=2, r=3, s=4, t=0, u=5))
    shown.save(tmp_path / "zero.html")
    at = next(x.index for x in shown.steps if x.kind == "backward" and shown.steps.nodes[x.node].formula == "su t")
    zero = reader(tmp_path / "zero.html", f"step={at}&ask=formula").fill("#answer", "0")
    assert zero.click("#question [type=submit]").text("#verdict") != "Right."


@pytest.mark.parametrize(
    "text, at, answer",
    [
        ("w**2.123456789", {"w": 2.0}, "2.12346w^1.12346"),
        ("2**x", {"x": 3.0}, "0.693147*2^x"),
        ("exp(e)", {"e": 1.0}, "exp(e)"),
        ("x**l", {"x": 2.0, "l": 3.0}, "l x^(l-1)"),
        ("sigmoid(s)", {"s": 1.0}, "σ(s)(1 - sigmoid(s))"),
        ("tanh(x1)", {"x1": 0.5}, "1 - tanh(x_1)²"),
        ("3*a**3", {"a": 0.5}, "3a²"),
    ],
)
def test_formulas_as_readers_write_them(text, at, answer, reader, tmp_path):
    file = page_of_ops(Expression(text)(**at)).save(tmp_path / "own.html")
    last = len(all_steps(Expression(text)(**at))) - 2
    page = reader(file, f"step={last}&ask=formula")
    assert page.answer(answer).text("#verdict") == "Right."


def test_names_with_indices_are_typed_as_it_suits(reader, tmp_path):
    file = page_of_ops(Value(0.5, "w₁") * Value(3.0, "X₁⁽²⁾")).save(tmp_path / "indices.html")
    for answer in ("X₁⁽²⁾", "X1(2)", "X_1(2)", "X1_2", "X_1_2"):
        page = reader(file, "step=3&ask=formula").answer(answer)
        assert page.text("#verdict") == "Right.", answer


def test_only_formulas_that_can_be_typed_are_asked_for(reader, tmp_path):
    page = reader(page_of_ops(Value(2.0, "1st") ** 2).save(tmp_path / "digits.html"), "step=3&ask=formula")
    assert page.page.locator("#question").is_hidden()
    page = reader(page_of_ops(Expression("relu(z)")(z=2.0)).save(tmp_path / "relu.html"), "step=3&ask=formula")
    assert page.answer("1").text("#verdict") != "Right."
    assert page.answer("1 if z > 0 else 0").text("#verdict") == "Right."
    twins = Value(2.0, "w") * Value(3.0, "w")
    page = reader(page_of_ops(twins).save(tmp_path / "twins.html"), "step=3&ask=formula")
    assert page.text("#prompt").count("∂") == 2
    small = Value(2.0, "v") * (Value(2.0, "w") * 1e-10)
    tiny = reader(page_of_ops(small).save(tmp_path / "tiny.html"), "step=4&ask=formula")
    assert tiny.answer("0").text("#verdict") != "Right."


def test_an_open_question_hides_every_later_line(file, reader):
    page = reader(file, "step=20&ask=formula")
    assert "2.649" not in page.text("#lines")
    assert "0 + (" not in page.text("#lines")


def test_powers_of_negative_numbers_have_a_page(reader, tmp_path):
    root = Expression("z=w*x+b; a=sigmoid(z); L=(a-y)**2")(w=0.5, x=2.0, b=-1.0, y=1.0)
    page = reader(page_of_ops(root).save(tmp_path / "square.html")).press("End")
    assert page.shown("n8", "value") == "0.25"
    page = reader(page_of_ops(1 / Value(2.0, "x")).save(tmp_path / "under.html"), "step=3&ask=number&n0=4")
    page.answer(".5")
    assert page.text("#verdict") == "Not yet. Try again, or reveal."


def test_a_mistake_that_is_infinite_is_nobodys(reader, tmp_path):
    file = page_of_ops(Expression("L = x/v")(x=0.0, v=2.0)).save(tmp_path / "quotient.html")
    page = reader(file, "step=1&ask=number").answer("5")
    assert page.text("#verdict") == "Not yet. Try again, or reveal."


def test_another_number_begins_the_questions_anew(file, reader):
    page = reader(file, "step=20&ask=number").click("#reveal")
    assert page.text("#verdict") == "∂a/∂z = 0.235"
    assert page.text("#score") == "0 of 1 right at the first try"
    page.fill("#input-n1", "2")
    assert page.text("#score") == ""
    assert page.text("#verdict") == "The numbers are others now: the questions and the score begin again."
    page.fill("#input-n1", "3").page.locator("#ask").select_option("formula")
    assert page.click("#reveal").text("#verdict") == "∂a/∂z = a(1 − a)"


def test_another_level_of_detail_begins_the_questions_anew(opened):
    page = opened(slides(), "step=5&ask=formula").answer("a")
    assert page.text("#score") == "0 of 1 right at the first try"
    page.page.locator("#detail").select_option("every op")
    assert page.settled().text("#score") == ""
    assert page.text("#verdict") == "The boxes are others now: the questions and the score begin again."
    page.page.locator("#detail").select_option("names")
    assert page.settled().text("#verdict") == ""


@pytest.mark.parametrize("size", [(1280, 800), (768, 1024)])
def test_the_panel_stays_as_it_is_while_questions_are_asked(size, opened):
    page = opened(slides(), "step=7&ask=formula")
    page.page.set_viewport_size(dict(zip(("width", "height"), size)))
    tall = page.settled().page.locator("#frame").bounding_box()
    for wrong, right in (("-1", "x"), ("-(a-y)", "(a-y)x"), ("(y-a)x", "a-y")):
        page.answer(wrong)
        assert page.text("#verdict").endswith("Check the sign, too.")
        assert page.page.locator("#frame").bounding_box() == tall
        page.answer(right)
        assert page.page.locator("#frame").bounding_box() == tall
    assert page.page.locator("#chain").is_visible()  # as soon as there is room again


def test_a_formula_that_was_answered_stays_so_while_numbers_change(file, reader):
    page = reader(file, "step=20&ask=formula").answer("a(1-a)")
    assert page.text("#score") == "1 of 1 right at the first try"
    page.fill("#input-n1", "2")
    assert page.text("#score") == "1 of 1 right at the first try"
    assert "a(1-a)" not in page.text("#prompt")
    page.page.evaluate("location.hash = '#step=21&ask=formula'")  # a link begins anew
    page.page.wait_for_function("() => !byId('score').textContent")


def test_revealing(file, reader):
    page = reader(file, "step=23&ask=number").click("#reveal")
    assert page.text("#verdict") == "∂(wx)/∂w = 2"
    assert page.click("#reveal").text("#verdict") == "∂L/∂w = −1.245"
    assert page.page.locator("#question").is_visible()  # for ∂L/∂x
    page.click("#next")  # as Reveal does: it answers no question that nobody has asked yet
    assert page.text("#verdict") == "∂(wx)/∂x = 0.5"
    assert page.text("#score") == "0 of 3 right at the first try"
    page.press("ArrowRight")
    assert page.step() == 23
    assert page.page.locator("#question").is_hidden()
    assert page.text("#score") == "0 of 4 right at the first try"
    assert page.click("#next").step() == 24


@pytest.mark.parametrize("width, height", [(1280, 800), (390, 844)])
def test_the_score_stands_in_the_panel_and_moves_nothing(width, height, opened):
    page = opened(slides(), "step=5&ask=formula")
    page.page.set_viewport_size({"width": width, "height": height})
    top = page.settled().page.locator("#graph").bounding_box()["y"]
    page.answer("1")
    score, panel = (page.page.locator(x).bounding_box() for x in ("#score", "#frame"))
    assert page.text("#score") == "0 of 1 right at the first try"
    assert panel["x"] < score["x"] and score["x"] + score["width"] < panel["x"] + panel["width"]
    assert panel["y"] < score["y"] < page.page.locator("#transport").bounding_box()["y"]
    assert page.page.locator("#graph").bounding_box()["y"] == top


def test_a_question_is_asked_once(opened):
    page = opened(many().J, "step=7&ask=number")
    assert page.compact("#prompt") == "∂J∂z(1)=?Writeanumber."
    assert page.compact("#lines") == ""  # where there is no formula to show, the line would be the question
    assert opened(many().J, "step=4&ask=number").compact("#lines").startswith("J=L(1)")
