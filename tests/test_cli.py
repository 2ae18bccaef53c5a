"""The command line, as its user types it."""

import subprocess
import sys
from pathlib import Path

import pytest

from micrograd_lr import Expression, cli, draw, draw_frames

SLIDES = "-(y*log(sigmoid(w*x+b)) + (1-y)*log(1-sigmoid(w*x+b)))"
NUMBERS = ["--set", "w=0.5", "b=-1", "x=2", "y=1"]


def test_the_slides_loss_as_text(capsys):
    assert cli.main(["draw", SLIDES, *NUMBERS]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "−(y log(σ(wx + b)) + (1 − y) log(1 − σ(wx + b))): 0.6931, grad = 1"
    assert "w (parameter): 0.5, grad = −1" in lines[8]
    assert lines[-1].endswith("σ(wx + b), as above")


def test_the_slides_loss_as_a_file_from_a_real_shell(tmp_path):
    command = Path(sys.executable).with_name("micrograd-lr")
    file = tmp_path / "graph.svg"
    run = subprocess.run([command, "draw", SLIDES, *NUMBERS, "-o", file], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(f"{file}: <drawing of −(y log(σ(wx + b)) + (1 − y) log(1 − σ(wx + b))): 17 boxes, by ")
    assert file.read_text(encoding="utf-8").endswith("</svg>\n")


def test_an_expression_may_begin_with_a_minus_sign_and_have_names(capsys):
    assert cli.main(["draw", "-log(a)", "--set", "a=0.5"]) == 0
    assert cli.main(["draw", "z=w*x+b; a=sigmoid(z); -log(a)", "--set", "w=1", "x=2", "--set", "b=-2"]) == 0
    assert cli.main(["draw", "-x", "--set", "x=1"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("−log(a): 0.6931, grad = 1\n")
    assert "a = σ(z): 0.5, grad = −2" in printed


def test_the_options_reach_the_drawing(capsys, tmp_path):
    options = ["--no-gradients", "--partials", "both", "--digits", "9", "--opened", "dot", "--limit", "4"]
    assert cli.main(["draw", "L = exp(dot([w, x], [x, 0.3]))", "--set", "w=0.5", "x=2", *options]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == "L = exp(wx + x·0.3): 4.95303242"
    assert "[L = 4.95303242]" in printed
    assert "of 7 nodes are not shown" in printed
    file = tmp_path / "graph.dot"
    options = ["--theme", "dark", "--direction", "LR", "--highlight", "n2", "n3", "-o", str(file), "--limit", "3"]
    assert cli.main(["draw", "w*x + w", "--set", "w=0.5", "x=2", *options]) == 0
    assert "rankdir=LR" in (source := file.read_text(encoding="utf-8"))
    assert "#14171c" in source
    assert source.count("penwidth=3 ") == 2
    assert capsys.readouterr().err == "note: 2 of 4 nodes are not shown; limit=4 shows all of them\n"


def test_a_picture_for_a_slide_and_one_per_move(capsys, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    example = ["draw", "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))", *NUMBERS, "--for", "slide"]
    L = Expression(example[1])(w=0.5, b=-1, x=2, y=1)
    L.backward()
    file, folder = tmp_path / "slide.svg", tmp_path / "frames"
    assert cli.main([*example, "-o", str(file)]) == 0
    assert file.read_text(encoding="utf-8") == draw(L, on="slide").svg
    assert cli.main([*example, "--frames", str(folder)]) == 0
    assert [path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())] == [
        frame.svg for frame in draw_frames(L, on="slide")
    ]
    printed = capsys.readouterr()
    assert printed.out.splitlines()[1].startswith(
        f"{folder}: <9 frames of L = −(y log(a) + (1 − y) log(1 − a)): 7 boxes"
    )
    assert printed.err == ""
    assert cli.main([*example, "--frames", str(folder), "--no-gradients", "--limit", "3", "--open"]) == 1
    assert cli.main([*example, "--frames", str(tmp_path / "few"), "--no-gradients", "--limit", "3", "--open"]) == 0
    printed = capsys.readouterr()
    assert "4 frames" in printed.out
    assert f"{folder} holds move-05.svg, move-06.svg, move-07.svg, …" in printed.err
    assert printed.err.endswith("note: 5 of 7 nodes are not shown; limit=7 shows all of them\n")
    assert opened == [(tmp_path / "few" / "move-01.svg").as_uri()]


def test_options_may_be_joined_to_their_values(tmp_path):
    for joined in (f"--output={tmp_path / 'a.svg'}", f"-o{tmp_path / 'b.svg'}"):
        assert cli.main(["draw", "w", "--set", "w=1", joined]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.svg", "b.svg"]


def test_open_shows_the_picture(monkeypatch, capsys, tmp_path):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert cli.main(["draw", "w", "--set", "w=1", "--open"]) == 0
    assert cli.main(["draw", "w", "--set", "w=1", "--open", "-o", str(tmp_path / "w.svg")]) == 0
    assert opened[0].startswith("file:///")
    assert opened[0].endswith("/graph.svg")
    assert opened[1] == (tmp_path / "w.svg").as_uri()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["w.__class__", "--set", "w=1"], "an attribute is not part of the language"),
        (["w*x", "--set", "w=1"], "no number is given for x. The expression needs one number for each of: w, x."),
        (["wx", "--set", "w=1", "x=2"], "no number is given for wx. wx is one name here; did you mean w*x? w, x do"),
        (["2x", "--set", "x=1"], "2x is neither a number nor a name. For a product write 2*x.\n  2x\n  ^\n"),
        (["w", "--set", "w=one"], "--set w=one: an input is a finite number, such as w=0.5."),
        (["w", "--set", "w"], "--set w: expected NAME=NUMBER, such as w=0.5."),
        (["log(w)", "--set", "w=0"], "log(w = 0.0) has no finite value"),
        (["w", "--set", "w=1", "-o", "graph.gif"], "'graph.gif': a picture is saved as .svg, .png, .pdf, .dot."),
        (["w", "--set", "w=1", "-o", "no/such/folder/graph.svg"], "cannot write no/such/folder/graph.svg"),
        (
            ["w", "--set", "w=1", "--opened", "exp"],
            "opened='exp': only dot, logistic_loss, examples can be opened, and with",
        ),
        (["w**0.5", "--set", "w=0"], "the gradient of w = 0.0 has no finite value"),
        (["w**0.5", "--set", "w=0", "--frames", "frames"], "the gradient of w = 0.0 has no finite value"),
        (
            ["w", "--set", "w=1", "--format", "png"],
            "--format png is the form of the pictures of --frames. Add --frames FOLDER, or write one picture with -o",
        ),
        (
            ["w", "--set", "w=1", "--frames", "new", "-o", "w.svg"],
            "-o is for one picture. --frames new writes one per move, which marks what the move is about, in the form",
        ),
        (
            ["w", "--set", "w=1", "--frames", "new", "--highlight", "w"],
            "--highlight is for one picture. --frames new w",
        ),
        (
            ["w", "--set", "w=1", "--frames", __file__],
            f"cannot make the folder {__file__}: File exists. It is a file, a",
        ),
    ],
)
def test_wrong_input_is_one_message_and_status_1(arguments, message, capsys):
    assert cli.main(["draw", *arguments]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"micrograd-lr: {message}")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["step", "erf(w*x)", "w=0.5"], "put --set before the numbers: --set w=0.5"),
        (["draw", "w*x₁", "w=1/2", "x₁=−2", "--digits", "3"], "put --set before the numbers: --set w=1/2 x₁=−2"),
        (["draw", "w", "--set", "w=1", "--nope"], "unrecognized arguments: --nope"),
    ],
)
def test_arguments_that_are_left_over(arguments, message, capsys):
    with pytest.raises(SystemExit) as error:
        cli.main(arguments)
    assert error.value.code == 2
    assert capsys.readouterr().err.endswith(f"micrograd-lr: error: {message}\n")


def test_what_is_printed_can_be_typed(capsys):
    assert cli.main(["draw", "L = −(y ln(σ(w·x − b)) + (1 − y) ln(1 − σ(w·x − b)))", *NUMBERS]) == 0
    assert capsys.readouterr().out.startswith(
        "L = −(y log(σ(wx − b)) + (1 − y) log(1 − σ(wx − b))): 0.1269, ∂L/∂L = 1\n"
    )


def test_help_shows_the_example(capsys):
    with pytest.raises(SystemExit):
        cli.main(["draw", "--help"])
    assert SLIDES in capsys.readouterr().out


@pytest.mark.parametrize("command", [[], ["demo"], ["draw"], ["step"], ["exercise"]])
def test_help_fits_a_terminal(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        cli.main([*command, "--help"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.unwatched
def test_step_writes_a_page(capsys, monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    file = tmp_path / "page.html"
    assert cli.main(["step", "z = w*x; sigmoid(z)", "--set", "w=1", "x=2", "--html", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: <StepThrough: 7 frames of L>\n"
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert opened == []
    for detail, moves in (("names", 9), ("ops", 24)):
        assert cli.main(["step", "--detail", detail, "--html", str(file)]) == 0
        assert capsys.readouterr().out == f"{file}: <StepThrough: {moves} frames of L>\n"
    assert cli.main(["step", "--html", str(file), "--open", "--ask", "formula"]) == 0
    assert cli.main(["step", "--open"]) == 0
    assert opened[0] == f"{file.as_uri()}#ask=formula"
    assert opened[1].endswith("/steps.html")
    assert cli.main(["step", "w", "--set", "w=1", "--html", "page.txt"]) == 1
    assert "Choose a name that ends in .html." in capsys.readouterr().err


def test_step_prints_latex(capsys):
    assert cli.main(["step", "--latex"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\\begin{align*}") == 9
    assert printed.startswith("The inputs.\n\\begin{align*}\nw &= 0.5 \\\\\n")
    assert cli.main(["step", "--latex", "--detail", "ops"]) == 0
    assert capsys.readouterr().out.count("\\begin{align*}") > 9
    for other in (["--ask"], ["--open"], ["--html", "page.html"]):
        assert cli.main(["step", "--latex", *other]) == 1
        said = f"micrograd-lr: {other[0]} is for stepping, and --latex prints the whole walk. Leave out one of them.\n"
        assert capsys.readouterr().err == said
