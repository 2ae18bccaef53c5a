"""Standard streams as they are found: missing, closed early, full, in another encoding, or holding what is not text."""

import io
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import short_demo
from stepped import all_steps

from micrograd_lr import Expression, StepThrough, check_gradient, cli, draw
from micrograd_lr.demo.report import Report
from micrograd_lr.terminal.app import step_through
from micrograd_lr.tools import progress, streams

COMMAND = Path(sys.executable).with_name("micrograd-lr")
DRAW = f"'{COMMAND}' draw '-log(sigmoid(w*x))' --set w=1 x=2"
STEP = f"'{COMMAND}' step 'w*x' --set w=1 x=2"
PYTHON = f"'{sys.executable}'"


def shell(command, given="", **environment):
    """What a shell command prints, as bytes that were UTF-8, and its status."""
    return subprocess.run(
        ["/bin/bash", "-c", command], input=given.encode("utf-8", "surrogateescape"), capture_output=True, timeout=120,
        env={**os.environ, **environment},
    )  # fmt: skip


def printed(run):
    return run.stdout.decode()


def loss():
    L = Expression("z=w*x; L=-log(sigmoid(z))")(w=1, x=2)
    L.backward()
    return L


# Encodings

SHOW = """
from micrograd_lr import Expression, StepThrough, check_gradient, draw, steps
L = Expression("z=w*x; L=-log(sigmoid(z))")(w=1, x=2)
L.backward()
frames = steps(L)
for shown in (draw(L), repr(draw(L)), StepThrough(L), repr(StepThrough(L)), frames, frames[-1],
              check_gradient(lambda w: w*w, 2.0)):
    print(shown)
"""
ALL = ("draw", "draw's repr", "page", "page's repr", "steps", "frame", "report")


@pytest.mark.slow
@pytest.mark.parametrize(
    "encoding, tree, gradient",
    [
        ("ascii", "L = -log(sigmoid(z)): 0.1269, dL/dL = 1\n`- [-1] log(sigmoid(z)): -0.1269, grad = -1\n", "dL/dw"),
        ("cp1252", "L = -log(sigmoid(z)): 0.1269, dL/dL = 1\n`- [-1] log(sigmoid(z)): -0.1269, grad = -1\n", "dL/dw"),
        ("latin-1", "L = -log(sigmoid(z)): 0.1269, dL/dL = 1\n`- [-1] log(sigmoid(z)): -0.1269, grad = -1\n", "dL/dw"),
        ("cp437", "L = -log(σ(z)): 0.1269, dL/dL = 1\n└─ [-1] log(σ(z)): -0.1269, grad = -1\n", "dL/dw"),
        ("utf-8", "L = −log(σ(z)): 0.1269, ∂L/∂L = 1\n└─ [−1] log(σ(z)): −0.1269, grad = −1\n", "∂L/∂w"),
        ("utf-16", "L = −log(σ(z)): 0.1269, ∂L/∂L = 1\n└─ [−1] log(σ(z)): −0.1269, grad = −1\n", "∂L/∂w"),
    ],
)
def test_all_that_is_printed_can_be_written_in_any_encoding(encoding, tree, gradient):
    run = shell(f"{PYTHON} -c '{SHOW}'", PYTHONIOENCODING=f"{encoding}:strict")
    assert (run.returncode, run.stderr) == (0, b"")
    text = run.stdout.decode(encoding)
    assert text.startswith(tree)
    assert text.count(f"Done: the gradients: {gradient} = ") == 2
    assert "green: all agree with the reverse pass" in text


def test_a_locale_without_utf_8():
    run = shell(f"{PYTHON} -c '{SHOW}'", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="")
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.decode("ascii").startswith("L = -log(sigmoid(z)): 0.1269, dL/dL = 1\n`- [-1] log(sigmoid(z))")


def test_signs_are_spelled_and_other_characters_escaped(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    spelled = {
        "∂L/∂w₁ = −2·3": "dL/dw1 = -2*3", "σ(z)² ≤ ∞": "sigmoid(z)^2 <= inf", "x⁽ⁱ⁾ → Xᵀ": "x(i) -> X^T", "…": "...",
        "权重 é": r"\u6743\u91cd \xe9", "\udcff": r"\udcff", "plain": "plain", "": "",
    }  # fmt: skip
    assert {text: streams.printable(text) for text in spelled} == spelled
    assert streams.printable("σ", io.StringIO()) == "σ"  # no encoding: it keeps anything


def test_texts_are_the_same_wherever_they_are_printed(monkeypatch):
    shown = draw(loss())
    text = shown.text
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    assert shown.text == text == draw(loss()).text
    assert str(shown) != text
    assert all_steps(loss())[-1].text.startswith("Done: the gradients: ∂L/∂w = ")
    monkeypatch.setattr(sys, "stdout", None)
    assert str(shown) == text
    assert repr(StepThrough(loss())) == "<StepThrough: 7 frames of L>"
    assert str(check_gradient(lambda w: w * w, 2.0)).splitlines()[-1].startswith("✓ green")


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437:strict"])
def test_commands_print_utf_8(encoding):
    run = shell(DRAW, PYTHONIOENCODING=encoding)
    assert printed(run).startswith("−log(σ(wx)): 0.1269, grad = 1\n└─ [−1]")
    run = shell(STEP, "n\ne\n", PYTHONIOENCODING=encoding)
    assert "∂L/∂w = 2" in printed(run)
    assert (run.returncode, run.stderr) == (0, b"")


def test_stepping_into_a_stream_of_another_encoding():
    target = io.TextIOWrapper(io.BytesIO(), "ascii")
    step_through(Expression("w*x"), {"w": 1.0, "x": 2.0}, source=io.StringIO("n\n"), target=target)
    target.seek(0)
    assert "  L = wx = 1*2 = 2\n" in target.read()


# Streams that are missing


@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_missing_stream_is_the_null_device(closed, tmp_path):
    for command in (f"{DRAW} -o '{tmp_path}/a.svg'", DRAW, f"'{COMMAND}' --help", f"'{COMMAND}' draw --help"):
        run = shell(f"{command} {closed}")
        assert (run.returncode, run.stderr) == (0, b"")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").endswith("</svg>\n")
    assert shell(f"'{COMMAND}' draw 'w*' --set w=1 {closed}").returncode == 1
    assert shell(f"'{COMMAND}' draw {closed}").returncode == 2
    run = shell(f"{STEP} {closed}", "n\n")
    assert (run.returncode, run.stderr) == (0, b"")
    assert ("Step 1 of 5. The inputs" in printed(run)) == (">&-" not in closed.split())
    assert ("Step 2 of 5." in printed(run)) == (closed == "2>&-")


@pytest.mark.slow
def test_the_demo_without_streams(tmp_path):
    command = shlex.join([*short_demo.COMMAND, "demo", "--out", str(tmp_path)])
    assert shell(f"{command} >&- 2>&- <&-").returncode == 0
    assert (tmp_path / "report.md").read_text(encoding="utf-8").startswith("# Backpropagation in logistic regression")


LONG_PASS = """
import warnings
from micrograd_lr.compiler import compiled
from micrograd_lr.tools import progress
from micrograd_lr import logistic_loss, value_and_grad
progress.PATIENCE, compiled.SLICE, compiled.PYTHON_BLOCK = 0.0, 4_096, 256
for wanted in (None, True):
    loss = value_and_grad(lambda w, x, y: logistic_loss(w*x, y), backend="python", progress=wanted)
    assert loss(0.0, [1.0]*4_000, [0.0]*4_000)[0] > 2_000
warnings.warn("nobody reads this")
"""


@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&-"])
def test_a_progress_bar_without_stderr(closed):
    assert shell(f"{PYTHON} -c '{LONG_PASS}' {closed}").returncode == 0


class OnlyWrite:
    """What people put in the place of stdout to copy it to a file."""

    def write(self, text):
        return len(text)


def test_who_may_be_reading(monkeypatch):
    closed = io.StringIO()
    closed.close()
    for stream in (None, closed, OnlyWrite(), io.StringIO()):
        assert not streams.is_terminal(stream)
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(progress, "PATIENCE", 0.0)
        with progress.progress(3, None) as advance:
            advance(1)


def test_stepping_without_streams(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", None)
    step_through(Expression("w"), {"w": 1.0})
    assert capsys.readouterr().out.startswith("\nStep 1 of 3. The inputs\n")
    monkeypatch.setattr(sys, "stdout", None)
    step_through(Expression("w"), {"w": 1.0})


def test_missing_streams_are_replaced_by_the_null_device(monkeypatch):
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert cli.main(["step", "w", "--set", "w=1"]) == 0
    assert sys.stdin.read() == ""
    print("σ\udcff")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.flush()
        os.close(stream.fileno())


# Streams that end early


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [DRAW, STEP])
def test_a_reader_that_has_left(unbuffered, command, tmp_path):
    """Status 1, and not a word."""
    script = f"mkfifo '{tmp_path}/pipe'; true <'{tmp_path}/pipe' & exec 3>'{tmp_path}/pipe'; wait; {command} <&- >&3"
    run = shell(script, PYTHONUNBUFFERED=unbuffered)
    assert (run.returncode, run.stderr) == (1, b"")


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_wants_the_first_line(unbuffered, tmp_path):
    """The report is longer than a pipe holds back: it stops, and no file is half-written."""
    many = "+".join(f"tanh(w*{i})" for i in range(2, 60))
    run = shell(f"'{COMMAND}' draw '{many}' --set w=1 | head -1; exit ${{PIPESTATUS[0]}}", PYTHONUNBUFFERED=unbuffered)
    assert (len(printed(run).splitlines()), run.stderr) == (1, b"")
    assert run.returncode in (0, 1)  # 0 where all was written before the reader left
    demo = f"'{COMMAND}' demo --out '{tmp_path}/out' | head -1; exit ${{PIPESTATUS[0]}}"
    assert shell(demo, PYTHONUNBUFFERED=unbuffered).stderr == b""
    pages = [*(tmp_path / "out").iterdir()]  # and not the report, nor the pictures that come after it
    assert all(path.suffix == ".html" and path.read_text("utf-8").endswith("</html>\n") for path in pages)


@pytest.mark.parametrize("command", [DRAW, STEP, f"'{COMMAND}' --help"])
def test_a_full_disk_is_told_once(command):
    run = shell(f"{command} >/dev/full <&-", PYTHONUNBUFFERED="")
    assert (run.returncode, run.stderr) == (1, b"micrograd-lr: [Errno 28] No space left on device\n")


def test_what_could_not_be_written_does_not_fail_again():
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as pipe:
        with pytest.raises(BrokenPipeError), streams.flushed(pipe):
            pipe.write("lost")
        pipe.flush()


@pytest.mark.parametrize("error, status", [(KeyboardInterrupt, 130), (BrokenPipeError, 1)])
def test_ctrl_c_and_a_broken_pipe_are_quiet(error, status, monkeypatch, capsys):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr("micrograd_lr.pictures.drawing.draw", fails)
    assert cli.main(["draw", "w", "--set", "w=1"]) == status
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_while_lines_are_read_quits_as_q_does():
    with subprocess.Popen(
        [COMMAND, "step", "w*x", "--set", "w=1", "x=2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:  # fmt: skip
        while not process.stdout.readline().startswith(b"  L  "):  # the last line of the first page
            pass
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


# Bytes that are not text


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments, name",
    [
        (r"draw $'w*\xff' --set w=1", "EXPR"),
        (r"draw w --set $'w=\xff'", "--set"),
        (r"draw w --set $'\xff\xfe=1'", "--set"),
        (r"draw w --set w=1 --highlight $'\xff'", "--highlight"),
        (r"draw w --set w=1 --opened $'\xff'", "--opened"),
        (r"draw w --set w=1 --data $'\xff'", "--data"),
        (r"step $'\xed\xa0\x80' --set w=1", "EXPR"),
    ],
)
def test_bytes_that_are_not_text_are_told(arguments, name):
    run = shell(f"'{COMMAND}' {arguments}")
    assert (run.returncode, run.stdout) == (2, b"")
    said = run.stderr.decode().splitlines()[-1]
    assert f"error: argument {name}: '" in said
    assert said.endswith("' holds bytes that are not text. Type it again, in UTF-8.")


def test_a_surrogate_that_no_system_makes(capsys):
    with pytest.raises(SystemExit):
        cli.main(["draw", "w", "--set", "w=\ud800"])
    assert r"argument --set: 'w=\ud800' holds bytes that are not text" in capsys.readouterr().err


def test_utf_8_is_read_in_a_locale_without_it():
    run = shell(f"'{COMMAND}' draw 'σ2 = w*权' --set w=−1 权=2", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (run.returncode, run.stderr) == (0, b"")
    assert printed(run).startswith("σ2 = w权: −2, ∂σ2/∂σ2 = 1\n")


@pytest.mark.slow
def test_files_may_have_any_name(tmp_path):
    run = shell(f"cd '{tmp_path}'; {DRAW} -o $'\\xff.svg' && {STEP} --html $'\\xff.html'")
    assert (run.returncode, run.stderr) == (0, b"")
    assert printed(run).startswith("\\udcff.svg: <drawing of −log(σ(wx)): ")
    assert sorted(os.listdir(os.fsencode(tmp_path))) == [b"\xff.html", b"\xff.svg"]
    run = shell(f"cd '{tmp_path}'; {DRAW} -o $'no/\\xff.svg'")
    assert run.returncode == 1
    assert run.stderr.startswith(
        b"micrograd-lr: cannot write no/\\udcff.svg: No such file or directory. Choose a folder"
    )
    assert shell(f"{DRAW} --no-such $'\\xff'").stderr.endswith(b"unrecognized arguments: --no-such \\udcff\n")


def test_a_report_in_a_folder_with_any_name(tmp_path):
    report = Report()
    report.write("Read `\udcff/report.md`.")
    report.save(tmp_path / "report.md")
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == "Read `\\udcff/report.md`.\n"


def test_lines_that_are_not_text_are_no_commands():
    run = shell(STEP, "n\n\udcff\nw=\udcff\nq\n")
    assert (run.returncode, run.stderr) == (0, b"")
    assert "'\ufffd' is not a command here" in printed(run)
    assert "w=\ufffd: an input is a finite number, such as w=0.5." in printed(run)
