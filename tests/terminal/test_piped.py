"""`micrograd-lr step` through a pipe, and its arguments."""

import io
import os
import re
import subprocess

import pytest
from sessions import COMMAND

from micrograd_lr import Expression, cli
from micrograd_lr.terminal.app import step_through


def piped(arguments, text, **environment):
    return subprocess.run(
        [*COMMAND, *arguments], input=text, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, **environment}, timeout=120,
    )  # fmt: skip


def test_the_slides_example_through_a_pipe():
    run = piped([], "\nn\nnext\n\nback\nend\nf\nq\nnever read\n", FORCE_COLOR="1", COLUMNS="30")
    assert (run.returncode, run.stderr) == (0, "")
    assert "\x1b" not in run.stdout
    assert re.findall(r"Step (\d+) of 25", run.stdout) == ["1", "2", "3", "4", "5", "4", "25", "1"]
    assert "  z = wx + b = 1 + (−1) = 0\n" in run.stdout
    assert "  ∂L/∂w = (a − y)xᵀ = (0.5 − 1)·2 = −1 ✓ proven\n  ∂L/∂b = a − y = 0.5 − 1 = −0.5 ✓ proven\n" in run.stdout
    assert "• z                       0         –\n▸ a                     0.5         –\n" in run.stdout
    assert run.stdout.endswith("\n> q\n")
    assert run.stdout == piped([], "\nn\nnext\n\nback\nend\nf\nq\n").stdout


def test_the_end_of_the_input_is_a_clean_end():
    run = piped(["w*x", "--set", "w=2", "x=3"], "n\n")
    assert (run.returncode, run.stderr) == (0, "")
    assert "  L = wx = 2·3 = 6" in run.stdout
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
    assert cli.main(["step", "--set", "w=3", "--detail", "ops"]) == 0
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
