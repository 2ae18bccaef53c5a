"""`micrograd-lr step`: what a page shows, questions, and inputs."""

import pytest
from rich.cells import cell_len
from sessions import EXPRESSIONS, at, session, typed

from micrograd_lr import Expression
from micrograd_lr.stepping.elsewhere import saturated
from micrograd_lr.terminal.screen import (
    LEGEND,
    NOW,
    OPERAND,
    fitted,
    ledger_lines,
    node_table,
    wrapped,
    wrapped_formula,
)
from micrograd_lr.terminal.session import HELP, KEYS, why_saturated

# What a page shows


@pytest.mark.slow
@pytest.mark.parametrize("width", [80, 41, 30])
@pytest.mark.parametrize("expression, numbers", EXPRESSIONS)
def test_no_line_is_wider_than_the_terminal(expression, numbers, width):
    for ask in ("", "number", "formula"):
        talk = session(expression, numbers, ask)
        lines = list(map(str, talk.walk.steps))
        for _ in range(2 * len(lines)):
            shown = [line for line, _ in talk.page(width)] + talk.message_lines(width)
            assert max(map(cell_len, shown)) <= width
            talk.do("")
        talk.do("?")
        assert max(map(cell_len, talk.message_lines(width))) <= width


@pytest.mark.parametrize("expression, numbers", EXPRESSIONS[:4])
def test_a_page_fits_into_a_window(expression, numbers):
    talk = session(expression, numbers, "number")
    for _ in range(60):
        page = talk.page(80, 16)
        assert len(page) <= 16
        assert page[0][0].startswith("Step ")
        assert not talk.walk.open or any(line.endswith(" = ?") for line, _ in page)
        talk.do("")
    assert any("… more in a taller window" in line for line, _ in session(ask="number").page(80, 8))


@pytest.mark.parametrize("width, explained", [(80, True), (30, False)])
def test_the_marks_are_explained_where_there_is_room(width, explained):
    page = session().page(width)
    assert any(LEGEND in line for line, _ in page) == explained
    assert max(cell_len(line) for line, _ in page) <= width


def test_the_table_marks_the_node_and_its_operands():
    page, _ = typed(*at("backward", "a"))
    assert "• z                         0      −0.5" in page
    assert "▸ a                       0.5        −2" in page
    assert "  w                       0.5         –" in page
    assert f"{NOW} this node  {OPERAND} its operands" in page
    assert "  ∂a/∂z = a(1 − a) = 0.5(1 − 0.5) = 0.25\n  ∂L/∂z = ∂L/∂a · ∂a/∂z = −2·0.25 = −0.5\n" in page


def test_a_reused_node_has_a_ledger():
    page, _ = typed(*at("backward", "1 - a"))
    assert "  Ledger of ∂L/∂a:\n    path 1 of 2, through log(a)  −2\n" in page
    assert "    path 2 of 2, through 1 − a    0\n    sum                          −2\n" in page
    early, _ = typed(*at("backward", "log(a)"))
    assert "    sum so far                   −2\n" in early
    twice, _ = typed("end", expression="w*w", numbers={"w": 3.0})
    assert "through L  3\n    path 2 of 2, through L  3\n    sum                     6\n" in twice
    wide = "+".join(f"w*{i + 2}" for i in range(30))
    page, _ = typed("end", expression=wide, numbers={"w": 1.0})
    assert "and 12 more paths\n" in page


def test_a_large_graph_shows_what_is_near():
    expression, numbers = EXPRESSIONS[5]
    walk = session(expression, numbers).walk
    frame = next(frame for frame in walk.steps if frame.node and walk.steps.name(frame.node) == "tanh(w3 x)")
    lines = [line for line, _ in node_table(frame, frame, 80, 5)]
    assert [line[:12].rstrip() for line in lines[1:6]][2:4] == ["• w3 x", "▸ tanh(w3 x)"]
    assert lines[-1] == f"  and {len(walk.steps.nodes) - 5} more"
    assert len(node_table(frame, frame, 80, len(walk.steps.nodes) - 1)) == len(walk.steps.nodes) + 1
    wide = dict(zip(("expression", "numbers"), EXPRESSIONS[4]))
    assert "  and 18 more operands\n" in typed(*at("backward", **wide), **wide)[0]
    assert "  and 7 more lines\n" in typed(expression=expression, numbers=numbers)[0]


def test_lines_are_broken_before_equals_signs_then_at_spaces_then_anywhere():
    assert wrapped_formula("z = wx + b = 1 + 2 = 3", 12) == ["z = wx + b", "    = 1 + 2", "    = 3"]
    assert wrapped_formula("z = wx + b = 3", 80) == ["z = wx + b = 3"]
    assert wrapped_formula("z = aaaa + bbbb + cc", 14) == ["z", "    = aaaa +", "      bbbb +", "      cc"]
    assert wrapped_formula("x" * 300, 1000) == [f"{'x' * 200} … {'x' * 30}"]
    assert wrapped("aaaa bbb", 3, "") == ["aaa", "a", "bbb"]
    assert wrapped("short", 5) == ["short"]
    assert fitted("权重权重", 5) == "权重…"


# Keys, in their letters and words


def test_the_words_and_letters_of_every_command():
    assert typed("n", "next", "", " ", "BACK")[0].startswith("Step 4 of 25.")
    assert typed("e")[0] == typed("end")[0]
    assert typed("e", "")[1] == "This is the last step: b goes back, f to the first step, q quits."
    assert typed("b")[0].startswith("Step 1 of 25.")
    assert typed("e", "home")[0] == typed("e", "f")[0] == typed()[0]
    assert typed("?")[1] == typed("h")[1] == HELP
    assert typed("r")[1] == "There is no question here."
    assert typed("jump\x1b[2J")[1] == (
        f"'jump\ufffd[2J' is not a command here: {KEYS}. To change an input, type its name: w=2."
    )
    for word in ("q", "quit", "exit", None):
        talk = session()
        talk.do(word)
        assert talk.over


# Questions


def test_the_numbers_that_answer_are_hidden_until_they_are_found():
    lines = at("backward", "a")
    page, _ = typed(*lines[:-1], "a", "n")
    assert "  ∂a/∂z = a(1 − a) = ?\n  ∂L/∂z = ∂L/∂a · ∂a/∂z = ?\n" in page
    assert "• z                         0         –" in page
    assert "What is ∂a/∂z?\nQuestions: none answered yet. An empty line shows the answer." in page
    page, message = typed(*lines[:-1], "a", "n", "0.25")
    assert "  ∂a/∂z = a(1 − a) = 0.5(1 − 0.5) = 0.25\n  ∂L/∂z = ∂L/∂a · ∂a/∂z = ?\n" in page
    assert "What is ∂L/∂z?" in page
    page, message = typed(*lines[:-1], "a", "n", "0.25", "-0.5")
    assert "∂L/∂z = ∂L/∂a · ∂a/∂z = −2·0.25 = −0.5" in page
    assert message == "Right."
    assert "Questions: 2 of 2 right at the first try." in page


@pytest.mark.parametrize(
    "answer",
    ["-0.5", " −0.5 ", "-2*0.25", "-1/2", "-log(exp(1))/2", "-.5", "-5e-1", "-0.498", "a-y", "a − y"],
)
def test_right_answers(answer):
    assert typed(*at("backward", "a")[:-1], "a", "n", "a(1-a)", answer)[1] == "Right."


def test_a_number_may_be_given_as_a_formula_that_is_right_only_here():
    assert typed(*at("backward", "a")[:-1], "a", "n", "a(1-a)", "-0.25*x")[1] == "Right, at these numbers."


@pytest.mark.parametrize(
    "answer, message",
    [
        ("0.5", "Check the sign."),
        ("-2", "That is the gradient above, ∂L/∂a. Multiply it by ∂a/∂z = a(1 − a)."),
        ("-1", "You left out a factor: ∂a/∂z = a(1 − a) has two."),
        ("77", "Not yet. Try again, or reveal."),
        ("k", "k: no such name here. The names are y, w, x, b, z, a, u, L."),
        ("1 2", "1 and 2 stand side by side. Write a sign between them, such as *."),
        ("1/0", "This has no finite value. Is there a division by 0,"),
        ("-0,5", "-0,5: write a decimal point, -0.5."),
        (",5", ",5: write a decimal point, 0.5."),
    ],
)
def test_wrong_answers_and_their_diagnosis(answer, message):
    lines = [*at("backward", "a")[:-1], "a", "n", "0.25"]
    page, said = typed(*lines, answer)
    assert said.startswith(message)
    assert "= ?" in page


def test_a_second_try_does_not_count_and_an_answer_that_cannot_be_read_is_no_try():
    assert "0 of 1 right at the first try" in typed("a", "n", "3", "1")[0]
    assert "1 of 1 right at the first try" in typed("a", "n", "one", "1")[0]


def test_an_empty_line_or_r_reveals():
    page, message = typed("a", "n", "")
    assert message == "wx = 1"
    assert "wx = 0.5·2 = 1" in page
    assert "0 of 1 right" in page
    assert typed("a", "n", "r") == (page, message)
    assert typed("a", "n", "reveal", "n")[0].startswith("Step 3 of 25.")


def test_the_sum_over_paths_is_asked_with_the_paths_before_it():
    lines = [*at("backward", "1 - a")[:-1], "a", "n"]
    page, _ = typed(*lines, "0")
    assert "path 2 of 2 to a: ∂L/∂(1 − a) · ∂(1 − a)/∂a = 0·(−1) = 0\n  ∂L/∂a = ?" in page
    assert "What is ∂L/∂a?" in page
    assert typed(*lines, "0*-1", "-2")[1] == "Right."


def test_what_was_settled_is_not_asked_again_and_other_commands_leave_a_question():
    assert "What is" not in typed("a", "n", "1", "b", "n")[0]
    assert "What is wx?" in typed("a", "n", "back", "n")[0]
    assert "What is" not in typed("a", "n", "back")[0]
    assert typed("a", "n", "b")[1] == "Not yet. Try again, or reveal."  # a name here, and no key
    page, message = typed("a", "n", "ask")
    assert "wx = 0.5·2 = 1" in page
    assert message == "Questions are off."
    assert "What is" not in typed("a", "n", "end")[0]
    assert "What is wx?" in typed("a", "n", "w=2")[0]
    assert typed("a", "n", "w=2", "4")[1] == "Right."
    assert typed("a", "n", "?")[1] == HELP


def test_formulas_are_asked_for_and_any_equivalent_one_is_right():
    talk = session(ask="formula")
    assert talk.begins == ""
    talk.walk.move(len(at("backward", "a")) - 1)
    talk.do("n")
    assert {*"ab"} <= {*talk.begins}
    page = "\n".join(line for line, _ in talk.page())
    assert "  ∂a/∂z = ?\n  ∂L/∂z = ∂L/∂a · ∂a/∂z = ?" in page
    assert "What is the formula of ∂a/∂z?" in page
    talk.do("a")  # an answer here, no command
    assert talk.message == ["You left out a factor: ∂a/∂z has two."]
    talk.do("a + 1")
    assert talk.message == ["Not yet: at these numbers it gives another number."]
    talk.do("0.25")
    assert talk.message == [
        "That is the number. A formula is asked for, with names: it has to be right at other numbers too."
    ]
    talk.do("w/2")
    assert talk.message == ["At these numbers that is right, but only by chance: at other numbers it is not."]
    talk.do("a(1 - q)")
    assert talk.message == ["q: no such name here. The names are y, w, x, b, z, a, u, L."]
    talk.do("a - a**2")
    assert talk.message == ["Right."]
    assert str(talk.walk.score) == "0 of 1 right at the first try"


def test_a_formula_that_is_revealed_and_one_that_has_no_value():
    talk = session(ask="formula")
    talk.walk.move(len(at("backward", "a")), asking=True)
    talk.do("log(0*z)")
    assert talk.message[0].startswith("Not yet: at these numbers")
    talk.do("")
    assert talk.message == ["∂a/∂z = a(1 − a)"]


def test_formulas_are_asked_only_where_they_can_be_typed():
    talk = session("relu(w)*tanh(x)", {"w": 2.0, "x": 1.0}, "formula")
    asked = []
    for _ in range(20):
        talk.do("")
        asked += [line for line, _ in talk.page() if line.startswith("What is")]
    assert asked == [
        "What is the formula of ∂L/∂(relu(w))?",
        "What is the formula of ∂L/∂(tanh(x))?",
        "What is the formula of ∂(relu(w))/∂w?",
        "What is the formula of ∂(tanh(x))/∂x?",
    ]


# Inputs


def test_an_input_changes_and_the_step_stays():
    page, message = typed("n", "w=2")
    assert page.startswith("Step 2 of 25.")
    assert "wx = 2·2 = 4" in page
    assert message == "w = 2: both passes are computed again."
    assert typed("n", ":w = 2, b=−3")[1] == "w = 2, b = −3: both passes are computed again."


@pytest.mark.parametrize(
    "line, message",
    [
        ("z=2", "z is not an input. The inputs are: w, x, b, y."),
        ("w=two", "w=two: an input is a finite number, such as w=0.5."),
        ("w=1 2", "w=1 2: an input is a finite number, such as w=0.5."),
        ("w=nan", "w=nan: an input is a finite number, such as w=0.5."),
        (":", "Type an input, such as w=0.5."),
        ("i", "Type an input, such as w=0.5."),
    ],
)
def test_what_is_no_input(line, message):
    assert typed("i", expression="2*3", numbers={})[1] == "The expression has no inputs."
    assert typed("w=2", expression="2*3", numbers={})[1] == "w is not an input. The inputs are: (none)."
    page, said = typed("n", line)
    assert said == message
    assert page == typed("n")[0]


def test_a_failure_keeps_the_last_good_numbers_and_a_mended_input_recovers():
    page, message = typed("n", "w=1000")
    assert page == typed("n")[0]
    assert message.split("\n") == [
        "No value: log(the sub node = 0.0) has no finite value: math domain error. A sigmoid that far from 0 rounds "
        "to 0 or 1, and its log is lost. Use logistic_loss(z, y): one node, stable at any z.",
        "Why: ∞ · 0. The slope of log is 1/0 = ∞ there, and that of σ, a(1 − a), is 0.",
        "As one node, logistic_loss(z, y), it is stable: at z = 1999, y = 1 its value is 0 and its derivative by z "
        "is 0.",
        "The numbers before are kept.",
    ]
    page, message = typed("n", "w=1000", "w=2")
    assert "wx = 2·2 = 4" in page
    assert "computed again" in message
    lost = typed("w=0", expression="w**0.5", numbers={"w": 1.0})[1]
    assert lost.startswith("No value: the gradient of w = 0.0 has no finite value")


def test_numbers_that_have_no_value_from_the_start():
    page, message = typed("x=3", expression="log(w)*x", numbers={"w": 0.0, "x": 1.0})
    assert page == "The inputs: w = 0, x = 3"
    assert message == (
        "No value: log(w = 0.0) has no finite value: math domain error. log needs an operand above 0.\n"
        "Type other inputs, such as w=0.5, or q to quit."
    )
    talk = session("log(w)*x", {"w": 0.0, "x": 1.0})
    assert talk.begins == "wx"
    talk.do("next")
    assert talk.message[0].startswith("There is no value yet: log(w = 0.0) has no finite value")
    talk.do("w=2")
    assert talk.page()[0][0].startswith("Step 1 of 7.")


def test_the_loss_as_one_node_is_computed_by_the_engine():
    expression = Expression("-log(sigmoid(z))")
    assert (
        "at z = −1000, y = 1 its value is 1000 and its derivative by z is −1."
        in why_saturated(expression, {"z": -1e3})[1]
    )
    expression = Expression("-log(1 - sigmoid(z*y))")
    assert (
        "at z = 4000, y = 0 its value is 4000 and its derivative by z is 1."
        in (why_saturated(expression, {"z": 1e3, "y": 4.0})[1])
    )
    assert why_saturated(Expression("log(w)"), {"w": 0.0}) == []
    assert why_saturated(Expression("1/sigmoid(w)"), {"w": -1000.0}) == []
    assert why_saturated(Expression("w**0.5"), {"w": 0.0}) == []
    assert saturated(Expression("log(w - w)"), {"w": 1.0}) is None  # nowhere a value


def test_ledgers_of_a_frame_without_payments_are_none():
    walk = session().walk
    assert ledger_lines(walk.steps[0], walk.steps[0], 80) == []
