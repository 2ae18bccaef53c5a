"""The main job, run whole: what it prints and writes, and that every number in it is right."""

import contextlib
import io
import itertools
import math
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from pages import data_of
from stepped import all_steps

from micrograd_lr import cli, logistic
from micrograd_lr.demo import tour as demo
from micrograd_lr.demo import training
from micrograd_lr.demo.report import Report
from micrograd_lr.logistic.breast_cancer import breast_cancer


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """One whole run of the command, into a pipe whose encoding is not UTF-8; in a process that nobody traces."""
    out = tmp_path_factory.mktemp("demo") / "new" / "folder"
    command = [sys.executable, "-c", "import sys; from micrograd_lr import cli; sys.exit(cli.main())", "demo"]
    run = subprocess.run(
        [*command, "--out", str(out)], stdout=subprocess.PIPE, env=os.environ | {"PYTHONIOENCODING": "ascii"}
    )
    return run.returncode, run.stdout.decode("utf-8"), (out / "report.md").read_text(encoding="utf-8")


def test_with_less_data_it_succeeds_too(tmp_path, monkeypatch):
    cases = breast_cancer().only(demo.TWO_FEATURES)
    monkeypatch.setattr(demo, "breast_cancer", lambda: cases)
    monkeypatch.setattr(training, "ITERATIONS", 30)
    pipe = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with contextlib.redirect_stdout(pipe):
        assert cli.main(["demo", "--out", str(tmp_path)]) == 0
    assert "three factors" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_it_succeeds_in_plain_text_of_80_columns(printed):
    status, text, _ = printed
    assert status == 0
    assert "\x1b" not in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80


def test_the_pictures_are_there(printed, tmp_path_factory):
    _, text, _ = printed
    folder = next(tmp_path_factory.getbasetemp().glob("demo*")) / "new" / "folder"
    for name in ("four_boxes.svg", "one_example.svg", "many_examples.svg"):
        assert f"{name}:" in text.replace("\n   ", "")
        assert (folder / name).read_text(encoding="utf-8").endswith("</svg>\n")
    boxes = ElementTree.parse(folder / "four_boxes.svg").getroot().iter("{http://www.w3.org/2000/svg}g")
    assert sum("node" in group.get("class", "").split() for group in boxes) == 9  # z, a, L, and the six inputs
    if (folder / "slide.png").exists():
        assert (folder / "slide.png").read_bytes().startswith(b"\x89PNG")
    else:
        assert "this machine has no font" in " ".join(text.split())
    assert "563 more examples" not in (many := (folder / "many_examples.svg").read_text(encoding="utf-8"))
    assert "565 more examples" in many


def test_it_opens_with_the_lesson_and_with_its_pages(printed, tmp_path_factory):
    _, text, report = printed
    folder = next(tmp_path_factory.getbasetemp().glob("demo*")) / "new" / "folder"
    lesson = report[: report.index("## 1. One case")]
    for line in (
        "    w, x, b → z = wx + b → a = σ(z) → L = −(y log(a) + (1 − y) log(1 − a))\n",
        "    ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = (−y/a + (1 − y)/(1 − a)) · a(1 − a) · xᵀ\n",
        "So **∂L/∂w = (a − y)xᵀ**, and **∂L/∂b = a − y**.",
        f"* `{(folder / 'one_example.html').as_posix()}`: the case of section 1, in 9 moves, to (a − y)xᵀ\n",
        f"* `{(folder / 'many_examples.html').as_posix()}`: three cases, y = 1, 0, 1, in 11 moves, to (A − Y)Xᵀ\n",
    ):
        assert line in lesson
    assert text.index("The lesson is four boxes") < 200
    for name, moves in (("one_example.html", 9), ("many_examples.html", 11)):
        source = (folder / name).read_text(encoding="utf-8")
        data = data_of(source)
        assert len(data["views"][0]["frames"]) == moves
    assert (folder / "one_example.html").stat().st_size < 225_000


def test_the_three_cases_have_both_labels():
    example = demo.three_cases(breast_cancer().standardised().only(demo.TWO_FEATURES))
    assert [y.data for y in example.Y] == [1, 0, 1]
    frames = all_steps(example.J, detail="names", gradients="parameters")
    assert len(frames) == 11
    assert [frames[-1].gradients[closed.z] > 0 for closed in frames.closed] == [False, True, False]
    dw, db = logistic.closed_form(demo.WEIGHTS, demo.BIAS, [[x.data for x in row] for row in example.X], [1, 0, 1])
    by_name = {node.label: frames[-1].gradients.get(id) for id, node in frames.nodes.items()}
    assert [by_name["w₁"], by_name["w₂"], by_name["b"]] == pytest.approx([*dw, db], rel=1e-13)
    assert [line.parts[2] for line in frames[-1].lines] == ["(A - Y)Xᵀ", "(A - Y)𝟏"]


def test_without_graphviz_the_report_says_what_was_not_written(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("micrograd_lr.pictures.renderers.find_spec", lambda name: None)
    report = Report()
    demo.pictures(report, breast_cancer().standardised(), tmp_path)
    assert "slide.png`: not written: PNG needs Graphviz" in report.text
    assert "Drawn by: built-in." in report.text
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "four_boxes.svg",
        "many_examples.svg",
        "one_example.svg",
    ]


def test_the_commands_that_it_ends_with_can_be_typed(monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "micrograd-lr"
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", "")
    assert demo._command("micrograd-lr") == "micrograd-lr"  # somewhere else: the reader knows where
    monkeypatch.chdir(tmp_path)
    assert demo._command("micrograd-lr") == "bin/micrograd-lr"
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert demo._command("micrograd-lr") == "micrograd-lr"


def test_the_commands_where_the_working_folder_is_gone(monkeypatch):
    def gone():
        raise FileNotFoundError

    monkeypatch.setattr(demo.Path, "cwd", gone)
    assert demo._command("micrograd-lr") == "micrograd-lr"


def test_the_command_is_installed():
    command = Path(sys.executable).with_name("micrograd-lr")
    run = subprocess.run([command, "--help"], capture_output=True, text=True)
    assert run.returncode == 0
    assert "demo" in run.stdout


def test_the_one_case_is_right(printed):
    _, text, report = printed
    cases = breast_cancer()
    X = np.array(cases.rows)[:, :2]
    x = (X[0] - X.mean(0)) / X.std(0)
    z = 0.5 * x[0] + 0.25 * x[1] - 0.25
    a = 1 / (1 + math.exp(-z))
    x1, x2, dw1, dw2 = (f"{number:.4g}".replace("-", "−") for number in (*x, *((a - 1) * x)))
    for line in (
        f"| z | (1, 1) | wx + b | 0.5·{x1} + 0.25·({x2}) + (−0.25) | −{-z:.4f} |",
        f"| a | (1, 1) | σ(z) | σ(−{-z:.4f}) | {a:.4f} |",
        f"log(1 − {a:.4f})) | {-math.log(a):.4f} |",
        f"| ∂L/∂a | (1, 1) | −y/a + (1 − y)/(1 − a) | −1/{a:.4f} + (1 − 1)/(1 − {a:.4f}) | −{1 / a:.3f} |",
        f"| ∂a/∂z | (1, 1) | a(1 − a) | {a:.4f}(1 − {a:.4f}) | {a * (1 - a):.3f} |",
        f"| ∂z/∂w | (1, 2) | xᵀ |  | ({x[0]:.4f}, −{-x[1]:.4f}) |",
        "| ∂z/∂b | (1, 1) | 1 |  | 1 |",
        "* a cancels in the first term, 1 − a in the second, then +ya and −ya: "
        "∂L/∂z = (−y/a + (1 − y)/(1 − a)) · a(1 − a) = −y(1 − a) + (1 − y) a = a − y\n",
        f"* ∂L/∂z = a − y = {a:.4f} − 1 ≈ −{1 - a:.4f}\n",
        f"* **∂L/∂w = (a − y)xᵀ = ({a:.4f} − 1)·({x1}, {x2}) ≈ ({dw1}, {dw2})**\n",
        f"* **∂L/∂b = a − y = {a:.4f} − 1 ≈ −{1 - a:.4f}**\n",
    ):
        assert line in report
    assert f"{a:.4f}" in text


def test_all_cases_and_the_training_are_right(printed):
    _, _, report = printed
    cases = breast_cancer()
    X = np.array(cases.rows)
    X = (X - X.mean(0)) / X.std(0)
    Y = np.array(cases.labels)
    dw = (0.5 - Y) @ X
    largest = np.argsort(-abs(dw))[:5]
    for j in largest:
        assert f"| {cases.features[j]} | {dw[j]:+.11g}"[:-1] in report
    assert f"* J = {569 * math.log(2):.6f}, and 569 log 2 = {569 * math.log(2):.6f}" in report
    assert "1,739 nodes" in report
    w, b, rate = np.zeros(30), 0.0, 4 / (569 * 31)
    J = lambda: float(np.sum(np.logaddexp(0, X @ w + b) - Y * (X @ w + b)))
    losses = [J()]
    for _ in range(training.ITERATIONS):
        e = 1 / (1 + np.exp(-(X @ w + b))) - Y
        w, b = w - rate * (e @ X), b - rate * e.sum()
        losses.append(J())
    assert all(after < before for before, after in itertools.pairwise(losses))
    assert (
        f"| J | {losses[0]:.2f} | {losses[1]:.2f} | {losses[10]:.2f} | {losses[30]:.2f} | {losses[-1]:.2f} |" in report
    )
    assert report.count("✓ green") == 3
    assert "RED" not in report
    assert "| held out | 113 | " in report


def test_every_difference_it_shows_is_within_the_promise(printed):
    _, _, report = printed
    shown = [word.strip("*;") for word in report.split("numeric: ")[1:]]
    assert len(shown) == 3
    for found in shown:
        assert float(found.split()[0]) <= 1e-9
        assert float(found.split("closed form: ")[1].split()[0]) <= 1e-13


@pytest.mark.slow
def test_a_red_check_is_red_and_fails_the_command(tmp_path, monkeypatch, capsys):
    wrong = lambda z, y: logistic.literal_loss(2 * z, y)
    monkeypatch.setattr(demo, "literal_loss", wrong)
    monkeypatch.setattr(demo, "all_cases", lambda report, cases: True)
    monkeypatch.setattr(demo, "training", lambda report, cases, out: [True])
    assert cli.main(["demo", "--out", str(tmp_path)]) == 1
    assert "✗ RED: they disagree" in capsys.readouterr().out


def test_an_unwritable_folder_and_a_missing_package_are_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(demo, "one_case", lambda report, cases: True)
    monkeypatch.setattr(demo, "all_cases", lambda report, cases: True)
    monkeypatch.setattr(demo, "training", lambda report, cases, out: [True])
    blocked = tmp_path / "file"
    blocked.write_text("")
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.main(["demo", "--out", str(blocked / "out")]) == 1
    assert "micrograd-lr: " in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert cli.main(["demo", "--out", str(tmp_path)]) == 1
    assert "this needs the package rich" in capsys.readouterr().err


def test_colour_on_a_terminal():
    report = Report()
    console = report.console.__class__(
        file=io.StringIO(), force_terminal=True, width=200, color_system="truecolor", legacy_windows=False
    )
    report.console = console
    report.write("# Title")
    assert "\x1b[" in console.file.getvalue()


def test_without_scikit_learn_the_training_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "micrograd_lr.fitting.estimator", None)
    report = Report()
    assert training.training(report, breast_cancer(), tmp_path) == []
    assert "Left out: " in report.text
    assert not any(tmp_path.iterdir())


def test_a_failed_save_leaves_the_old_file(tmp_path):
    report = Report()
    path = tmp_path / "report.md"
    path.write_text("old")
    report.text = "\ud800"  # cannot be encoded
    with pytest.raises(UnicodeEncodeError):
        report.save(path)
    assert path.read_text() == "old"


def test_the_command_line_explains_itself(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    assert stopped.value.code == 0
    assert "demo" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        cli.main([])
    assert stopped.value.code == 2
