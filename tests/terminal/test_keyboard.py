"""`micrograd-lr step` by single keys: on a real pseudo-terminal, and its keyboards by themselves."""

import contextlib
import importlib
import io
import os
import re
import select
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from rich.cells import cell_len
from sessions import COMMAND, SLIDES_WX, plain

from micrograd_lr import Expression
from micrograd_lr.terminal import app as terminal
from micrograd_lr.terminal import keyboard as keys
from micrograd_lr.terminal.app import step_through
from micrograd_lr.terminal.screen import cells
from micrograd_lr.terminal.session import KEYS


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
        screen.until("quit")
        shown = plain(screen.press("\x1b[Fbbbb", "Step 21 of 25.", "quit"))
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
    assert "'\ufffd' is not a command here" in printed
    assert "w = −2: both passes are computed again." in printed


def reader(monkeypatch, pressed, columns=20):
    monkeypatch.setattr(terminal.os, "get_terminal_size", lambda file: (columns, 10))
    waiting = iter(pressed)
    return terminal.KeyDialogue(lambda: next(waiting), Terminal())


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
    assert "What is L?" in shown
    assert "Not yet." in shown
    assert "wx = 0.5·4 = 2" in shown
    assert shown.endswith("\nQuestions: 0 of 1 right at the first try.\n")
    assert KEYS in with_keys(monkeypatch, [None], "w*x", SLIDES_WX)
    with pytest.raises(ValueError, match=r"log\(w = 0\.0\) has no finite value"):
        with_keys(monkeypatch, ["q"], "log(w)", {"w": 0.0})
