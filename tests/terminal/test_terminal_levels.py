"""Stepping from name to name: nine steps for the slides' example, a node opened, and (a − y)xᵀ at the end."""

import pytest
from examples import NUMBERS, THREE
from sessions import SLIDES

from micrograd_lr import Expression, cli
from micrograd_lr.terminal.screen import cells
from micrograd_lr.terminal.session import Session


def shown(*lines, text=cli.SLIDES_IN_STEPS, numbers=SLIDES, ask="", detail=""):
    session = Session(Expression(text), numbers, ask, detail)
    for line in lines:
        session.do(line)
    return "\n".join(line.rstrip() for line, _ in session.page()), "\n".join(session.message)


def test_the_expression_is_on_the_first_screen():
    page, _ = shown()
    assert page.startswith(
        "Step 1 of 9. The inputs\n  z = wx + b\n  a = σ(z)\n  L = −(y log(a) + (1 − y) log(1 − a))\n  w = 0.5\n"
    )


def test_many_names_are_counted():
    text = "h0=w+1; " + "; ".join(f"h{i}=h{i - 1}*h0" for i in range(1, 30))
    assert "  h17 = h16 h0\n  and 12 more names\n  w = 1\n" in shown(text=text, numbers={"w": 1.0})[0]


def test_the_closed_form_at_z_and_at_the_end():
    page, _ = shown(*"nnnnnn")
    assert (
        "  ∂L/∂z = ∂L/∂a · ∂a/∂z = −2·0.25 = −0.5\n"
        "  a cancels in the first term, 1 − a in the second, then +ya and −ya: ∂L/∂z\n"
        "      = (−y/a + (1 − y)/(1 − a)) · a(1 − a) = −y(1 − a) + (1 − y) a = a − y\n"
        "  ∂L/∂z = a − y = 0.5 − 1 = −0.5 ✓ proven\n"
    ) in page
    page, _ = shown("end")
    assert "  ∂L/∂w = (a − y)xᵀ = (0.5 − 1)·2 = −1 ✓ proven\n  ∂L/∂b = a − y = 0.5 − 1 = −0.5 ✓ proven\n" in page
    assert "proven" not in shown("end", text=cli.SLIDES_IN_STEPS.replace("(z)", "(2*z)"))[0]


def test_only_what_leads_to_a_parameter_is_paid():
    rows = {row.split()[0]: row.split()[-1] for row in shown("end")[0].splitlines()[-7:]}
    assert (rows["w"], rows["b"], rows["x"], rows["y"]) == ("−1", "−0.5", "–", "–")
    page, _ = shown("end", text="z=x*y; z**2", numbers={"x": 2.0, "y": 3.0})
    rows = {row.split()[0]: row.split()[-1] for row in page.splitlines()[-4:]}
    assert (rows["x"], rows["y"]) == ("36", "24")  # data alone: all of it is paid


def test_a_node_is_opened_and_closed():
    page, message = shown("n", "o")
    assert page.startswith("Step 3 of 11. Forward: z is computed\n  z = wx + b = 1 + (−1) = 0\n")
    assert message == "The node is open: its ops have steps of their own."
    page, message = shown("n", "o", "o")
    assert page.startswith("Step 2 of 9. Forward: z is computed\n")
    assert message == "Closed."
    assert shown("n", "o", "w=1")[0].startswith("Step 3 of 11. Forward: z is computed\n  z = wx + b = 2 + (−1)")
    page, _ = shown(*"nnnnnnn", "o")  # in the backward pass
    assert page.startswith("Step 9 of 11. Backward: z passes its gradient back\n")
    page, _ = shown("n", "n", "n", "o")
    assert page.startswith("Step 11 of 22. Forward: L is computed\n  L = −(y log(a) + (1 − y) log(1 − a)) = ")


def test_the_slope_of_a_function_is_explained_once_it_is_shown():
    page, message = shown(*"nnnnnn", "o")
    assert page.startswith("Step 7 of 9. Backward: a passes its gradient back\n")
    assert message == "a = 1/(1 + exp(−z))\n1 − a = exp(−z)/(1 + exp(−z))\n∂a/∂z = exp(−z)/(1 + exp(−z))^2 = a(1 − a)"
    page, message = shown("a", *"nrnrnrnrnrn", "o")
    assert "What is ∂a/∂z?" in page
    assert message == "There is nothing to open here: go to a step of a node with a name and more than one op."


@pytest.mark.parametrize(
    "lines, options, message",
    [
        (["o"], {}, "There is nothing to open here: go to a step of a node with a name and more than one op."),
        (["n", "o"], {"detail": "ops"}, "Every op is shown. To step from name to name, start with --detail names."),
        (["n", "o"], {"text": "w*x+b"}, "Every op is shown. To step from name to name, start with --detail names."),
    ],
)
def test_where_nothing_can_be_opened(lines, options, message):
    numbers = {name: SLIDES[name] for name in Expression(options.get("text", cli.SLIDES_IN_STEPS)).names}
    assert shown(*lines, numbers=numbers, **options)[1] == message


def test_a_root_without_a_name_beside_names():
    text, numbers = "z=w*x; z*z+z", {"w": 3.0, "x": 2.0}
    assert shown("n", text=text, numbers=numbers)[0].startswith("Step 2 of 7. Forward: z is computed")
    page, _ = shown("n", "n", "o", text=text, numbers=numbers)
    assert page.startswith("Step 4 of 9. Forward: L is computed\n  L = z·z + z = 36 + 6 = 42\n")
    assert shown("n", "n", "o", "o", text=text, numbers=numbers)[0].startswith("Step 3 of 7.")


def test_a_closed_form_is_not_shown_while_it_can_be_the_answer():
    lines = ["n", "", "n", "", "n", "", "n", "n", "", "n", "0.25"]
    page, _ = shown(*lines, ask="number")
    assert "What is ∂L/∂z?" in page
    assert "  ∂L/∂z = ∂L/∂a · ∂a/∂z = ?\n" in page
    assert "a − y" not in page
    page, message = shown(*lines, "a − y", ask="number")
    assert "  ∂L/∂z = a − y = 0.5 − 1 = −0.5 ✓ proven\n" in page
    assert message == "Right, and the short way."


def test_a_closed_form_is_asked_for_as_a_formula():
    page, message = shown(*"nnnnnn", "", "", "a(1-a)", "a", ask="formula")
    assert "What is the formula of ∂L/∂z?" in page
    assert message == "Not yet: at these numbers it gives another number."
    page, message = shown(*"nnnnnn", "", "", "a(1-a)", "a-y", ask="formula")
    assert "What is" not in page
    assert message == "Right, and the short way."
    assert shown(*"nnnnnn", "", "", "a(1-a)", "", ask="formula")[1] == "∂L/∂z = a − y"


def test_the_slides_questions():
    page, message = shown("n", "n", "n", "n", "n", "(1-y)/(1-a)-y/a", ask="formula")
    assert "What is the formula of" not in page
    assert message == "Right."
    _, message = shown("n", "n", "n", "n", "n", "y/a", ask="formula")
    assert message == ("That is one of two terms. The other one is missing. Check the sign, too.")
    _, message = shown("n", "1", ask="number")
    assert message.startswith("Not yet")
    _, message = shown("n", "0", ask="number")
    assert message == "Right."


def test_the_command(monkeypatch, capsys):
    import io

    for arguments, count in ((), 9), (("--detail", "ops"), 25), (("w*x", "--detail", "names"), 5):
        monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
        numbers = ("--set", "w=1", "x=2") if "w*x" in arguments else ()
        assert cli.main(["step", *arguments, *numbers]) == 0
        assert f"Step 1 of {count}." in capsys.readouterr().out
    assert cli.main(["draw", cli.SLIDES_IN_STEPS, "--detail", "names", "--set", "w=0.5", "b=-1", "x=2", "y=1"]) == 0
    assert "[0.25] z = wx + b: 0, ∂L/∂z = −0.5" in capsys.readouterr().out


def of_three(*lines, text=THREE, **options):
    return shown(*lines, text=text, numbers=NUMBERS, **options)


def test_an_example_is_a_move():
    page, _ = of_three("n", "n")
    assert page.startswith(
        "Step 3 of 11. Forward, example 2 of 3: L2 is computed\n"
        "  z2 = w x2 + b = 0.5·(−2) + (−0.25) = −1.25\n  a2 = σ(z2) = σ(−1.25) = 0.2227\n"
    )
    marks = {row.split()[1]: row[0] for row in page.splitlines() if row.startswith(("▸", "•"))}
    assert marks == dict.fromkeys(["z2", "a2", "L2"], "▸") | dict.fromkeys(["w", "b", "x2", "y2"], "•")
    page, _ = of_three(*"nnnnnnnn")
    assert page.startswith("Step 9 of 11. Backward, example 2 of 3 passes back to w and b\n")


def test_an_example_is_opened_and_closed():
    page, message = of_three("n", "n", "o")
    assert page.startswith("Step 3 of 15. Forward: z2 is computed")
    assert message == "The example is open: its nodes have steps of their own."
    page, message = of_three("n", "n", "o", "o")
    assert page.startswith("Step 4 of 17. Forward: z2 is computed")
    assert message == "The node is open: its ops have steps of their own."
    assert of_three("n", "n", "o", "o", "o")[0].startswith("Step 3 of 15. Forward: z2 is computed")
    page, message = of_three("n", "n", "o", "n", "o")  # a2 is one op: nothing to open in it
    assert page.startswith("Step 3 of 11. Forward, example 2 of 3: L2 is computed")
    assert message == "Closed."
    assert of_three(*"nnonn", "o")[0].startswith("Step 12 of 28. Forward: L2 is computed")
    assert of_three(*"nnonn", "o", "o")[0].startswith("Step 3 of 11. Forward, example 2 of 3: L2 is computed")
    page, message = of_three(*"nnnnnnnn", "o")
    assert page.startswith("Step 11 of 15. Backward: L2 passes its gradient back")
    assert of_three("n", "n", "o", "w=1")[0].startswith("Step 3 of 15. Forward: z2 is computed")


def test_questions_about_an_example():
    page, _ = of_three("n", "0.25", "0.5622", ask="number")
    assert page.endswith("What is L1?\nQuestions: 2 of 2 right at the first try. An empty line shows the answer.")


def test_no_line_is_wider_than_the_terminal_and_nothing_is_said_twice():
    session = Session(Expression(THREE), NUMBERS, detail="")
    for width in (80, 60):
        for index in range(11):
            session.walk.move(index)
            page = session.page(width)
            assert all(cells(line) <= width for line, _ in page)
            text = "\n".join(line for line, _ in page)
            assert "Ledger" not in text
            assert text.count("✓ proven") == (2 if index == 10 else index in (7, 8, 9))
    assert "Ledger of ∂J/∂w" in of_three("end", text=THREE + "+0.1*w**2")[0]
    opened, _ = of_three(*"nnnnnnnn", "o", "n", "n")
    assert " = −y2(1 − a2) + (1 − y2) a2 = a2 − y2 ∂J/∂z2 = " in " ".join(opened.split())
    assert "Ledger of ∂J/∂w" in of_three(*"nnnnnnnn", "o", "n", "n", "n")[0]


def test_questions_about_what_an_example_pays():
    lines = [*"nnnnnnn", "a", "n"]
    page, _ = of_three(*lines)
    assert "  ∂J/∂z2 = ?\n  so far: ∂J/∂w = ?\n  so far: ∂J/∂b = ?\n" in page  # without a2 − y2, which gives them
    assert "What is ∂J/∂z2?" in page
    assert of_three(*lines, "0.3")[1].startswith("Not yet")
    assert "What is example 2's term in ∂J/∂w?" in of_three(*lines, "0.2227")[0]
    assert "What is ∂J/∂w after example 2?" in of_three(*lines, "0.2227", "-0.4454")[0]
    page, message = of_three(*lines, "0.2227", "-0.4454", "-0.8832", "r")
    assert message.startswith("∂J/∂b after example 2 = −0.2151")
    assert "Questions: 3 of 4 right at the first try." in page
    page, message = of_three(*lines, "r", "r", "r", "r")
    assert "∂J/∂z2 = a2 − y2 = 0.2227 − 0 = 0.2227 ✓ proven" in page
    page, _ = of_three("a", *"nnnnnnn", "a", "n", ask="formula")
    assert "What is the formula of ∂J/∂z2?" in page
    assert "  ∂J/∂z2 = ?\n" in page
    page, message = of_three("a", *"nnnnnnn", "a", "n", "a2-y2", ask="formula")
    assert message == "Right, and the short way."
    assert "What is the formula of example 2's term in ∂J/∂w?" in page
    page, message = of_three("a", *"nnnnnnn", "a", "n", "a2-y2", "x2(a2-y2)", ask="formula")
    assert message == "Right, and the short way."
    assert "What is" not in page  # the local derivatives are inside; o shows them
    page, _ = of_three("a", *"nnnnnnnn", "o", "n", "a", "n", ask="formula")
    assert "What is the formula of ∂a2/∂z2?" in page
    assert "a2(1 − a2)" not in page


def test_a_path_from_the_root_is_asked_for_without_its_formula():
    sums = {"text": "p=w*x; L=p+w*w", "numbers": {"w": 3.0, "x": 2.0}, "ask": "formula"}
    page, _ = shown(*"nnnn", **sums)
    assert "  path 1 of 2 to w = ?\n" in page
    assert "What is the formula of path 1 of 2 to w?" in page
    assert "w + w" not in page
    assert shown(*"nnnn", "2w", **sums)[1] == "Right."
