"""`micrograd-lr step`: through a pipe, on a real pseudo-terminal, and its parts by themselves."""

import contextlib
import importlib
import io
import math
import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.cells import cell_len

from micrograd_lr import Expression, cli
from micrograd_lr.stepping.answers import Slopes, assigned, elsewhere, inputs, number_in, saturated, with_products
from micrograd_lr.stepping.questions import questions
from micrograd_lr.stepping.quiz import Walk
from micrograd_lr.stepping.record import steps
from micrograd_lr.terminal import app as terminal
from micrograd_lr.terminal import keyboard as keys
from micrograd_lr.terminal.app import step_through
from micrograd_lr.terminal.screen import NOW, OPERAND, broken, cells, fitted, folded, ledgers, table
from micrograd_lr.terminal.session import HELP, KEYS, Session, why_lost

SLIDES = {"w": 0.5, "b": -1.0, "x": 2.0, "y": 1.0}
SLIDES_WX = {"w": 0.5, "x": 2.0}
MANY = "+".join(f"tanh(w{i}*x)" for i in range(24))
EXPRESSIONS = [
    (cli.SLIDES_IN_STEPS, SLIDES),
    (cli.SLIDES, SLIDES),
    ("sum([w*x, w*x, b])/2**b", {"w": 0.5, "b": -1.0, "x": 2.0}),
    ("logistic_loss(dot([w, v, u], [x, y, 3]), 0.3)", {"w": 0.5, "v": -1.0, "u": 1e-9, "x": 2.0, "y": 1.0}),
    (f"sum([{MANY.replace('+', ', ')}])", {f"w{i}": i / 7 for i in range(24)} | {"x": 1e300}),
    (f"J = {MANY}", {f"w{i}": i / 7 for i in range(24)} | {"x": -1.0}),
    ("损失 = 权重*输入 + 权重", {"权重": 0.5, "输入": -2.0}),
    (f"a_rather_long_name_for_{'a' * 90} ** 2 + 1", {f"a_rather_long_name_for_{'a' * 90}": 3.0}),
    ("w", {"w": 2.0}),
]


def session(expression=cli.SLIDES_IN_STEPS, numbers=SLIDES, ask=""):
    return Session(Expression(expression), numbers, ask)


def typed(*lines, **options):
    """What a session shows after these lines: its page and its message."""
    talk = session(**options)
    for line in lines:
        talk.do(line)
    return "\n".join(line.rstrip() for line, _ in talk.page()), "\n".join(talk.message)


def at(kind, node="", **options):
    """The lines that lead from the start to the frame of this kind, and node."""
    walk = session(**options).walk
    found = [frame for frame in walk.steps if frame.kind == kind and node in ("", walk.steps.name(frame.node))]
    return ["next"] * found[0].index


COMMAND = [Path(sys.executable).with_name("micrograd-lr"), "step"]


def piped(arguments, text, **environment):
    return subprocess.run(
        [*COMMAND, *arguments], input=text, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, **environment}, timeout=120,
    )  # fmt: skip


# Through a pipe


def test_the_slides_example_through_a_pipe():
    run = piped([], "\nn\nnext\n\nback\nend\nf\nq\nnever read\n", FORCE_COLOR="1", COLUMNS="30")
    assert (run.returncode, run.stderr) == (0, "")
    assert "\x1b" not in run.stdout
    assert re.findall(r"Step (\d+) of 25", run.stdout) == ["1", "2", "3", "4", "5", "4", "25", "1"]
    assert "  z = wx + b = 1 + (−1) = 0\n" in run.stdout
    assert "  ∂L/∂w = −1\n  ∂L/∂b = −0.5\n" in run.stdout
    assert "• z                       0         –\n▸ a                     0.5         –\n" in run.stdout
    assert run.stdout.endswith("\n> q\n")
    assert run.stdout == piped([], "\nn\nnext\n\nback\nend\nf\nq\n").stdout


def test_the_end_of_the_input_is_a_clean_end():
    run = piped(["w*x", "--set", "w=2", "x=3"], "n\n")
    assert (run.returncode, run.stderr) == (0, "")
    assert "  wx = 2·3 = 6" in run.stdout
    assert piped([], "").returncode == 0


def test_questions_through_a_pipe():
    run = piped(["--ask"], "\n1\n\n0,0\n7\n0\nr\n\nlog(2)\n\nq\n")
    assert "What is wx?" in run.stdout
    assert "0,0: write a decimal point, 0.0." in run.stdout
    assert run.stdout.endswith("> q\nQuestions: 1 of 3 right at the first try.\n")


def test_inputs_that_have_no_value_from_the_start():
    bad = ["log(w)*x", "--set", "w=0", "x=1"]
    message = "log(w = 0.0) has no finite value: math domain error. log needs an operand above 0."
    run = piped(bad, "n\n")
    assert (run.returncode, run.stderr) == (1, f"micrograd-lr: {message}\n")
    assert (
        "The inputs: w = 0, x = 1\nNo value: log(w = 0.0) has no finite value: math domain error. log needs an\n"
        in run.stdout
    )
    assert "Type other inputs, such as w=0.5, or q to quit.\n> n\nThere is no value yet: log(w = 0.0)" in run.stdout
    mended = piped(bad, "w=-1\nx=2\nw=1\nn\nn\n")
    assert (mended.returncode, mended.stderr) == (0, "")
    assert "log(w) x = 0·2 = 0" in mended.stdout
    assert piped(bad, "q\n").returncode == 1


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["w.__class__", "--set", "w=1"], "an attribute is not part of the language"),
        (["w*x", "--set", "w=1"], "no number is given for x. The expression needs one number for each of: w, x."),
        (["w", "--set", "w=1", "q=2"], "q does not occur in 'w'."),
        (["w", "--set", "w=one"], "--set w=one: an input is a finite number, such as w=0.5."),
        (["--set", "q=2"], "q does not occur in 'z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-…'."),
    ],
)
def test_wrong_input_is_one_message_and_status_1(arguments, message, capsys):
    assert cli.main(["step", *arguments]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"micrograd-lr: {message}")


def test_the_numbers_of_the_slides_can_be_replaced_one_by_one(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert cli.main(["step", "--set", "w=3"]) == 0
    assert "wx = 3·2 = 6" in capsys.readouterr().out


def test_ctrl_c_between_two_lines_is_a_clean_end(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    source = io.StringIO()
    source.readline = interrupted
    step_through(Expression("w"), {"w": 1.0}, source=source)
    assert capsys.readouterr().out.startswith("\nStep 1 of 3. The inputs\n  w = 1\n")


def test_help_shows_the_example(capsys):
    with pytest.raises(SystemExit):
        cli.main(["step", "--help"])
    assert (
        f'micrograd-lr step "{cli.SLIDES_IN_STEPS}" \\\n    --set w=0.5 b=-1 x=2 y=1 --ask' in capsys.readouterr().out
    )


# What a page shows


@pytest.mark.parametrize("width", [80, 41, 30])
@pytest.mark.parametrize("expression, numbers", EXPRESSIONS)
def test_no_line_is_wider_than_the_terminal(expression, numbers, width):
    for ask in ("", "number", "formula"):
        talk = session(expression, numbers, ask)
        lines = list(map(str, talk.walk.steps))
        for _ in range(2 * len(lines)):
            shown = [line for line, _ in talk.page(width)] + talk.said(width)
            assert max(map(cell_len, shown)) <= width
            talk.do("")
        talk.do("?")
        assert max(map(cell_len, talk.said(width))) <= width


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
    assert "through w·w  3\n    path 2 of 2, through w·w  3\n    sum                       6\n" in twice
    wide = "+".join(f"w*{i + 2}" for i in range(30))
    page, _ = typed("end", expression=wide, numbers={"w": 1.0})
    assert "and 12 more paths\n" in page


def test_a_large_graph_shows_what_is_near():
    expression, numbers = EXPRESSIONS[5]
    walk = session(expression, numbers).walk
    frame = next(frame for frame in walk.steps if frame.node and walk.steps.name(frame.node) == "tanh(w3 x)")
    lines = [line for line, _ in table(frame, frame, 80, 5)]
    assert [line[:12].rstrip() for line in lines[1:6]][2:4] == ["• w3 x", "▸ tanh(w3 x)"]
    assert lines[-1] == f"  and {len(walk.steps.nodes) - 5} more"
    assert len(table(frame, frame, 80, len(walk.steps.nodes) - 1)) == len(walk.steps.nodes) + 1
    wide = dict(zip(("expression", "numbers"), EXPRESSIONS[4]))
    assert "  and 18 more operands\n" in typed(*at("backward", **wide), **wide)[0]
    assert "  and 7 more lines\n" in typed(expression=expression, numbers=numbers)[0]


def test_lines_are_broken_before_equals_signs_then_at_spaces_then_anywhere():
    assert broken("z = wx + b = 1 + 2 = 3", 12) == ["z = wx + b", "    = 1 + 2", "    = 3"]
    assert broken("z = wx + b = 3", 80) == ["z = wx + b = 3"]
    assert broken("z = aaaa + bbbb + cc", 14) == ["z", "    = aaaa +", "      bbbb +", "      cc"]
    assert broken("x" * 300, 1000) == [f"{'x' * 200} … {'x' * 30}"]
    assert folded("aaaa bbb", 3, "") == ["aaa", "a", "bbb"]
    assert folded("short", 5) == ["short"]
    assert fitted("权重权重", 5) == "权重…"


# Keys, in their letters and words


def test_the_words_and_letters_of_every_command():
    assert typed("n", "next", "", " ", "BACK")[0].startswith("Step 4 of 25.")
    assert typed("e")[0] == typed("end")[0]
    assert typed("e", "")[1] == "This is the last step: b goes back, f to the first step, q quits."
    assert typed("b")[0].startswith("Step 1 of 25.")
    assert typed("e", "home")[0] == typed("e", "f")[0] == typed()[0]
    assert typed("?")[1] == typed("h")[1] == HELP
    assert typed("r")[1] == "There is no question here to reveal."
    assert typed("jump\x1b[2J")[1] == (
        f"'jump\ufffd[2J' is no command here: {KEYS}. An input is changed by its name: w=2."
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
    assert "What is ∂L/∂z?\nQuestions: none answered yet. An empty line shows the answer." in page
    page, message = typed(*lines[:-1], "a", "n", "-0.5")
    assert "∂L/∂z = ∂L/∂a · ∂a/∂z = −2·0.25 = −0.5" in page
    assert message == "Right."
    assert "Questions: 1 of 1 right at the first try." in page


@pytest.mark.parametrize("answer", ["-0.5", " −0.5 ", "-2*0.25", "-1/2", "-log(exp(1))/2", "-.5", "-5e-1", "-0.498"])
def test_right_answers(answer):
    assert typed(*at("backward", "a")[:-1], "a", "n", answer)[1] == "Right."


@pytest.mark.parametrize(
    "answer, message",
    [
        ("0.5", "The sign is the other way round."),
        ("-2", "That is the gradient above, ∂L/∂a. Multiply it by the local derivative ∂a/∂z = a(1 − a)."),
        ("-1", "You left out a factor: ∂a/∂z is a(1 − a), with both."),
        ("77", "Not yet. Look at the formula above, and try again."),
        ("w", "w: the answer is a number here, or arithmetic such as -0.5*2. The table shows the number of each name."),
        ("1 2", "this cannot be read: invalid syntax"),
        ("1/0", "this has no value: float division by zero"),
        ("-0,5", "-0,5: write a decimal point, -0.5."),
    ],
)
def test_wrong_answers_and_their_diagnosis(answer, message):
    lines = [*at("backward", "a")[:-1], "a", "n"]
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
    assert "What is wx?" in typed("a", "n", "b", "n")[0]
    assert "What is" not in typed("a", "n", "b")[0]
    page, message = typed("a", "n", "a")
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
    assert talk.message == ["Not yet: at these numbers it gives another number than the local derivative."]
    talk.do("0.25")
    assert talk.message == ["At these numbers it gives the right one, but not at others: the formula is another."]
    talk.do("a(1 - q)")
    assert talk.message == ["q: no such name here. The names are y, w, x, b, z, a, L."]
    talk.do("a - a**2")
    assert talk.message == ["Right."]
    assert str(talk.walk.score) == "0 of 1 right at the first try"


@pytest.mark.parametrize(
    "answer",
    ["a*(1-a)", "a(1 - a)", "a − a²", "a-a^2", "a·(1−a)", "exp(-z)/(1+exp(-z))**2", "σ(z)(1 − σ(z))", "aσ(-z)",
     "sigmoid(w*x+b)*sigmoid(-z)", "a(1-a)(1)", "0.5a2(1-a)"],
)  # fmt: skip
def test_forms_of_the_same_formula(answer):
    walk = Walk(Expression(cli.SLIDES_IN_STEPS), SLIDES, "formula")
    payment = next(frame for frame in walk.steps if frame.kind == "backward" and frame.node == "n6").payments[0]
    assert walk.slopes.verdict(answer.replace("a2", "a*2"), payment) == ""


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
        "What is the formula of ∂(relu(w) tanh(x))/∂(relu(w))?",
        "What is the formula of ∂(relu(w) tanh(x))/∂(tanh(x))?",
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
        ("z=2", "z is no input. The inputs are: w, x, b, y."),
        ("w=two", "w=two: an input is a finite number, such as w=0.5."),
        ("w=1 2", "w=1 2: an input is a finite number, such as w=0.5."),
        ("w=nan", "w=nan: an input is a finite number, such as w=0.5."),
        (":", "Type an input, such as w=0.5."),
        ("i", "Type an input, such as w=0.5."),
    ],
)
def test_what_is_no_input(line, message):
    assert typed("i", expression="2*3", numbers={})[1] == "It has no inputs."
    assert typed("w=2", expression="2*3", numbers={})[1] == "w is no input. The inputs are: (none)."
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
        "at z = −1000, y = 1 its value is 1000 and its derivative by z is −1." in why_lost(expression, {"z": -1e3})[1]
    )
    expression = Expression("-log(1 - sigmoid(z*y))")
    assert (
        "at z = 4000, y = 0 its value is 4000 and its derivative by z is 1."
        in (why_lost(expression, {"z": 1e3, "y": 4.0})[1])
    )
    assert why_lost(Expression("log(w)"), {"w": 0.0}) == []
    assert why_lost(Expression("1/sigmoid(w)"), {"w": -1000.0}) == []
    assert why_lost(Expression("w**0.5"), {"w": 0.0}) == []
    assert saturated(Expression("log(w - w)"), {"w": 1.0}) is None  # nowhere a value


# Answers


def test_products_without_a_sign():
    names = ("w", "x", "wx2", "a")
    for text, read in [
        ("wx", "w*x"), ("2x", "2*x"), ("2 x", "2 *x"), ("a(1 − a)", "a*(1 - a)"), ("(a)(x)", "(a)*(x)"),
        ("wx2", "wx2"), ("log(a)x", "log(a)*x"), ("y log(a)", "y *log(a)"), ("wq", "wq"), ("1 2", "1 2"),
        ("2e3x", "2e3*x"), (".5σ(wx)", ".5*sigmoid(w*x)"), ("x^2", "x**2"), ("(x)2", "(x)*2"), ("", ""),
        ("ｗx", "w*x"),
    ]:  # fmt: skip
        assert with_products(text, names) == read
    assert with_products("3x", ()) == "3*x"


def test_numbers_and_inputs():
    assert number_in("-0.5*2") == -1
    assert math.isclose(number_in("1/3"), 1 / 3)
    assert assigned(" w = −2") == ("w", -2.0)
    assert inputs("w = 1; b=2", ("w", "b")) == {"w": 1.0, "b": 2.0}


def test_other_places_have_a_value_and_are_the_same_each_time():
    expression = Expression("log(w) + log(-v) + exp(u)")
    numbers = {"w": 0.001, "v": -0.001, "u": 700.0}
    assert len([*elsewhere(Expression("w*w"), {"w": 1e200})]) == 2  # where near ones are infinite
    first, again = (
        [[leaf.data for leaf in root.operands] for root in elsewhere(expression, numbers)] for _ in range(2)
    )
    assert first == again
    assert len(first) == 2


def test_slopes_judge_by_several_places():
    expression, numbers = Expression("w**2"), {"w": 2.0}
    walked = steps(expression(**numbers))
    slopes = Slopes(expression, numbers, walked)
    payment = questions(walked[-2])[0].payment
    assert [slopes.verdict(text, payment) for text in ("2w", "w + w", "w²·2/w")] == ["", "", ""]
    assert slopes.verdict("w^2", payment).startswith("At these numbers it gives the right one")
    assert slopes.readable("2 w", payment)
    assert not slopes.readable("step(w)", payment)


# Real keys


class Screen:
    """A pseudo-terminal with `micrograd-lr step` in it."""

    def __init__(self, arguments=(), size=(80, 24), **environment):
        self.termios = importlib.import_module("termios")
        self.master, self.slave = importlib.import_module("pty").openpty()
        self.termios.tcsetwinsize(self.slave, size[::-1])
        self.before = self.termios.tcgetattr(self.slave)
        clean = {name: x for name, x in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            preexec_fn=self._controls, env={**clean, "TERM": "xterm-256color", **environment},
        )  # fmt: skip
        self.text = ""

    def _controls(self):
        """Makes it the terminal whose Ctrl-C the process hears, also where the tests run in the background."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        importlib.import_module("fcntl").ioctl(self.slave, self.termios.TIOCSCTTY, 0)

    def until(self, *expected):
        """Read until these texts have appeared, in this order; what was read."""
        read, deadline = b"", time.monotonic() + 60
        pattern = re.compile(".*".join(map(re.escape, expected)), re.DOTALL)
        while not pattern.search(plain(read)):
            ready, _, _ = select.select([self.master], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"{expected} does not appear in {plain(read)!r}"
            read += os.read(self.master, 65536)
        return read.decode(errors="replace")

    def press(self, keys, *expected):
        os.write(self.master, keys.encode())
        return self.until(*expected)

    def ended(self):
        """The exit status, once the terminal is as it was."""
        status = self.process.wait(60)
        assert self.termios.tcgetattr(self.slave) == self.before
        return status

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)


def plain(read):
    text = read.decode(errors="replace") if isinstance(read, bytes) else read
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


needs_a_terminal = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")


@needs_a_terminal
def test_keys_on_a_terminal():
    with Screen() as screen:
        first = screen.until(f"{KEYS}\r\n")
        assert "\x1b[2J" in first
        assert "Step 1 of 25. The inputs" in plain(first)
        for number, key in enumerate(("\x1b[C", " ", "\n", "n", "\x1bOC"), 2):
            screen.press(key, f"Step {number} of 25.")
        coloured = screen.press("\x1b[D", "Step 5 of 25.", KEYS)
        assert "▸ log(a)" in plain(coloured)
        assert re.search("\x1b\\[1;32m▸ log", coloured)
        screen.press("\x1b[F", "Step 25 of 25.")
        screen.press("\x1b[1~", "Step 1 of 25.")
        screen.press("a", "Questions are on")
        screen.press("n", "What is wx?")
        screen.press("3\x7f1.5\n", "Not yet.")
        screen.press("\x1b[A1\r", "Right.")
        screen.press("n", "What is z?")
        screen.press("q", "Questions: 0 of 1 right at the first try.\r\n")
        assert screen.ended() == 0


@needs_a_terminal
def test_inputs_on_a_terminal():
    with Screen(["log(w)", "--set", "w=-1"]) as screen:
        screen.until("Type other inputs")
        screen.press("w=0\n", "log(w = 0.0) has no finite value")
        screen.press("w=1\n", "w = 1: both passes are computed again.")
        screen.press("i", "> :")
        screen.press("w=5\x15", "> ")
        screen.press(":w=2\n", "w = 2: both")
        screen.press("nn", "log(w) = log(2) = 0.6931")
        screen.press("\x04", "\n")
        assert screen.ended() == 0


@needs_a_terminal
def test_ctrl_c_restores_the_terminal_and_no_color_is_respected():
    with Screen(size=(0, 0), NO_COLOR="1") as screen:
        shown = screen.until(KEYS) + screen.press("n", "Step 2 of 25.", KEYS)
        assert not re.search("\x1b\\[[0-9;]*3[0-7]", shown)
        assert "▸ wx" in shown
        screen.press("\x03", "\n")
        assert screen.ended() == 0


@needs_a_terminal
def test_a_narrow_terminal():
    with Screen(size=(44, 20)) as screen:
        screen.until("q quit")
        shown = plain(screen.press("\x1b[Fbbbb", "Step 21 of 25.", "q quit"))
        assert max(map(cell_len, shown.replace("\r", "\n").split("\n"))) <= 44


@needs_a_terminal
def test_a_terminal_that_is_read_by_lines_when_the_output_goes_elsewhere(tmp_path):
    pty = importlib.import_module("pty")
    master, slave = pty.openpty()
    with open(tmp_path / "out", "w", encoding="utf-8") as out:
        run = subprocess.Popen(COMMAND, stdin=slave, stdout=out)
        os.write(master, b"n\nq\n")
        assert run.wait(60) == 0
    os.close(master)
    os.close(slave)
    text = (tmp_path / "out").read_text(encoding="utf-8")
    assert "Step 2 of 25." in text
    assert "\x1b" not in text


@needs_a_terminal
def test_the_keys_of_a_posix_terminal():
    pty, termios = importlib.import_module("pty"), importlib.import_module("termios")
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    with keys.keyboard(slave) as press:
        os.write(master, "n\x1b[C\x1b[D\x1bOH\x1b[4~\x1b[1;5Cé\x1bq\x1b".encode())
        found = [press() for _ in range(10)]
    assert found == ["n", "next", "back", "first", "end", "\x1b", "é", "\x1b", "q", "\x1b"]
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


@needs_a_terminal
def test_single_keys_after_a_pause_and_the_mode_after_a_kill():
    pty, termios = importlib.import_module("pty"), importlib.import_module("termios")
    master, slave = pty.openpty()
    before, handler = termios.tcgetattr(slave), signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit, match="143"), keys.keyboard(slave):
        single = termios.tcgetattr(slave)
        assert single != before
        termios.tcsetattr(slave, termios.TCSANOW, before)  # what a shell does when the program is stopped
        signal.raise_signal(signal.SIGCONT)
        assert termios.tcgetattr(slave) == single
        signal.raise_signal(signal.SIGTERM)
    assert termios.tcgetattr(slave) == before
    assert signal.getsignal(signal.SIGTERM) == handler
    os.close(master)
    os.close(slave)


@needs_a_terminal
def test_a_kill_restores_the_terminal():
    with Screen() as screen:
        screen.until(KEYS)
        screen.process.terminate()
        assert screen.ended() == 143


@needs_a_terminal
def test_a_key_that_is_cut_off_by_the_end(monkeypatch):
    cut = [b"\x1b", b"[", b"", b""]
    terminal_modes = SimpleNamespace(tcgetattr=lambda file: [], tcsetattr=lambda *args: None, TCSADRAIN=1)
    monkeypatch.setitem(sys.modules, "termios", terminal_modes)
    monkeypatch.setitem(sys.modules, "tty", SimpleNamespace(setcbreak=lambda *args: None))
    monkeypatch.setattr(keys.os, "read", lambda file, count: cut.pop(0))
    monkeypatch.setattr(keys.select, "select", lambda *args: ([0], [], []))
    with keys.keyboard(0) as press:
        assert [press(), press()] == ["\x1b", None]


def test_the_keys_of_a_windows_console(monkeypatch):
    pressed = list("n\xe0M\x00K\xe0G\xe0O\xe0H\x03")
    monkeypatch.setitem(sys.modules, "termios", None)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(getwch=lambda: pressed.pop(0)))
    with keys.keyboard(0) as press:
        assert [press() for _ in range(7)] == ["n", "next", "back", "first", "end", "\x1b", "\x03"]


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self):
        return True

    def fileno(self):
        return 0


def test_lines_where_no_keys_can_be_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "termios", None)
    monkeypatch.setitem(sys.modules, "msvcrt", None)
    source, target = Terminal("n\nfoo\nq\n"), Terminal()
    step_through(Expression("w*x"), {"w": 1.0, "x": 2.0}, source=source, target=target)
    assert "wx = 1·2 = 2" in target.getvalue()
    assert "\x1b" not in target.getvalue()


def test_lines_may_be_no_utf_8(capsys):
    step_through(Expression("w"), {"w": 1.0}, source=io.TextIOWrapper(io.BytesIO(b"\xff\nw=\xe2\x88\x922\n"), "ascii"))
    printed = capsys.readouterr().out
    assert "'\ufffd' is no command here" in printed
    assert "w = −2: both passes are computed again." in printed


def reader(monkeypatch, pressed, columns=20):
    monkeypatch.setattr(terminal.os, "get_terminal_size", lambda file: (columns, 10))
    waiting = iter(pressed)
    return terminal.Keys(lambda: next(waiting), Terminal())


def test_the_line_that_keys_write(monkeypatch):
    for pressed, begins, line in [
        (["n"], "", "n"), ([" "], "", " "), (["next"], "", "next"), (["\x1b", "\x7f", "q"], "", "q"),
        (["n", "o", "next", "\r"], "n", "no"), (["x", "=", "\x7f", "\b", "b"], "", "b"), ([":", "\n"], "", ":"),
        (["i", "w", "\x15", "q"], "", "q"), (["\x03"], "", None), (["1", None], "", None), (["\n"], "", ""),
        ([*"123456789" * 4, "\n"], "", "123456789" * 4),
    ]:  # fmt: skip
        talk = reader(monkeypatch, pressed)
        assert talk.read(begins) == line
    shown = talk._target.getvalue().replace("\n", "\r").split("\r")
    assert max(map(len, shown)) <= 29  # the narrowest that is written for, less one
    talk = reader(monkeypatch, [*"1権2権" * 10, "\n"])  # of two columns each
    assert talk.read("") == "1権2権" * 10
    assert max(map(cells, talk._target.getvalue().replace("\n", "\r").split("\r"))) <= 29


def with_keys(monkeypatch, pressed, expression, numbers, ask=""):
    """What is written on a terminal whose keys are these."""
    waiting = iter(pressed)
    monkeypatch.setattr(terminal.os, "get_terminal_size", lambda file: (60, 24))
    monkeypatch.setattr(terminal, "keyboard", lambda file: contextlib.nullcontext(lambda: next(waiting)))
    target = Terminal()
    step_through(Expression(expression), numbers, ask=ask, source=Terminal(), target=target)
    return plain(target.getvalue())


def test_a_session_by_keys(monkeypatch):
    shown = with_keys(monkeypatch, ["n", "3", "\r", "next", "x", "=", "4", "\n", "q"], "w*x", SLIDES_WX, "number")
    assert "What is wx?" in shown
    assert "Not yet." in shown
    assert "wx = 0.5·4 = 2" in shown
    assert shown.endswith("\nQuestions: 0 of 1 right at the first try.\n")
    assert KEYS in with_keys(monkeypatch, [None], "w*x", SLIDES_WX)
    with pytest.raises(ValueError, match=r"log\(w = 0\.0\) has no finite value"):
        with_keys(monkeypatch, ["q"], "log(w)", {"w": 0.0})


def test_ledgers_of_a_frame_without_payments_are_none():
    walk = session().walk
    assert ledgers(walk.steps[0], walk.steps[0], 80) == []


def test_an_input_without_a_name_is_told_how_to_begin():
    with pytest.raises(ValueError, match="Press i before an input whose name is also a key: i, and then"):
        inputs("=3", ["b"])
