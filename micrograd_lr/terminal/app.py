"""`step_through`: forward and backward pass in a terminal, one move at a time, with questions and live inputs."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager

from micrograd_lr.formulas.format import clean
from micrograd_lr.terminal.keyboard import ESCAPE, keyboard
from micrograd_lr.terminal.screen import HEIGHT, NARROWEST, WIDTH, cells, fitted, folded
from micrograd_lr.terminal.session import COMMANDS, KEYS, Session
from micrograd_lr.tools.late import need
from micrograd_lr.tools.streams import is_terminal, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TextIO

    from micrograd_lr.formulas.expression import Expression
    from micrograd_lr.terminal.keyboard import Press
    from micrograd_lr.terminal.screen import Styled

PROMPT = "> "


class Lines:
    """Commands line by line, and plain text: for pipes, and where single keys cannot be read."""

    def __init__(self, source: TextIO, target: TextIO) -> None:
        self._source, self._target = source, target
        self._last: list[Styled] = []

    def show(self, session: Session) -> None:
        """Print what is new: the page if it is another one, and the message."""
        page = session.page()
        if page != self._last:
            self.say("", *(line.rstrip() for line, _ in page))
        self._last = page
        self.say(*session.said())

    def say(self, *lines: str) -> None:
        """Print lines."""
        self._target.writelines(printable(f"{line}\n", self._target) for line in lines)
        self._target.flush()

    def read(self, begins: str) -> str | None:
        """The next line; it is printed too, so that what comes out reads as a dialogue. None at the end."""
        line = self._source.readline()
        if not line:
            return None
        self.say(*folded(f"{PROMPT}{clean(line)}".rstrip(), WIDTH))
        return line


class Keys:
    """Commands key by key, and colour, on a real terminal: each page on a cleared screen."""

    def __init__(self, press: Press, target: TextIO) -> None:
        self._press, self._target = press, target
        self._console = need("rich.console", "pip install rich").Console(file=target, highlight=False)
        self._text = need("rich.text", "pip install rich").Text

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows to write in."""
        columns, rows = os.get_terminal_size(self._target.fileno())
        return max(min(columns or WIDTH, WIDTH), NARROWEST), rows or HEIGHT

    def show(self, session: Session) -> None:
        """Draw the page and the message anew."""
        width, height = self.size
        below = session.said(width)
        if session.walk and not session.walk.open:
            below += folded(KEYS, width)
        self._console.clear()
        for line, style in session.page(width, height - len(below) - 1):
            self._print(line, style)
        self.say(*below)

    def say(self, *lines: str) -> None:
        """Print lines."""
        for line in lines:
            self._print(line, "magenta")

    def _print(self, line: str, style: str) -> None:
        self._console.print(self._text(printable(line, self._target), style=style), soft_wrap=True)

    def read(self, begins: str) -> str | None:
        """The key that was pressed, or the line that was typed: a key that is no command begins one, and : or i does.

        A key in `begins` begins a line too. None at the end.
        """
        text = ""
        while True:
            self._echo(text)
            key = self._press()
            printable = key is not None and len(key) == 1 and key.isprintable()
            if key is None or key in ("\x03", "\x04"):  # Ctrl-C, Ctrl-D
                return self._entered(None)
            if key in ("\r", "\n"):
                return self._entered(text)
            if key in ("\x7f", "\b", "\x15", ESCAPE):  # Backspace, and all of it: Ctrl-U, Esc
                text = text[:-1] if key in ("\x7f", "\b") else ""
            elif text or (printable and (key in begins or key.strip() not in COMMANDS)):
                text += key if printable else ""
            elif COMMANDS.get(key) == "input":
                text = ":"
            else:
                return self._entered(key)

    def _echo(self, text: str) -> None:
        width = self.size[0] - 1
        shown = printable(PROMPT + text, self._target)[-width:]  # a character takes one column or more
        while cells(shown) > width:
            shown = shown[1:]
        self._target.write(f"\r{fitted(shown, width)}\r{shown}")
        self._target.flush()

    def _entered(self, line: str | None) -> str | None:
        self._target.write("\n")
        return line


@contextmanager
def connected(source: TextIO, target: TextIO) -> Iterator[Lines | Keys]:
    """The way to talk: keys where both ends are a terminal, else lines."""
    keys = keyboard(source.fileno()) if is_terminal(source) and is_terminal(target) else None
    if keys is None:
        if hasattr(source, "reconfigure"):
            source.reconfigure(encoding="utf-8", errors="replace")  # σ and − on a Windows pipe too
        yield Lines(source, target)
        return
    with keys as press:
        yield Keys(press, target)


def step_through(
    expression: Expression,
    numbers: Mapping[str, float],
    *,
    ask: str = "",
    source: TextIO | None = None,
    target: TextIO | None = None,
) -> None:
    """Step through the passes of an expression, by keys on a terminal or by lines from a pipe, until the user quits.

    `ask` is number or formula to begin with questions, else "". ValueError where a number is missing; the engine's
    error if the numbers have no value and none of those that were typed had one.
    """
    session = Session(expression, numbers, ask)
    missing = io.StringIO()  # for a stream that is None: an empty input, an output that nobody sees
    with connected(source or sys.stdin or missing, target or sys.stdout or missing) as talk:
        try:
            while not session.over:
                talk.show(session)
                session.do(talk.read(session.begins))
        except KeyboardInterrupt:  # Ctrl-C quits, as q does
            talk.say("")
        if session.walk and session.walk.score.settled:
            talk.say(f"Questions: {session.walk.score}.")
    if session.walk is None and session.trouble:
        raise session.trouble
