"""`step_through`: a session of stepping, in a dialogue by single keys (on a terminal) or by lines (through a pipe)."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager

from micrograd_lr.formulas.format import clean
from micrograd_lr.terminal.keyboard import ESCAPE, keyboard
from micrograd_lr.terminal.screen import HEIGHT, NARROWEST, WIDTH, cells, fitted, wrapped
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


class LineDialogue:
    """A dialogue by lines of plain text: through pipes, and where single keys cannot be read."""

    def __init__(self, source: TextIO, target: TextIO) -> None:
        self._source, self._target = source, target
        self._last: list[Styled] = []

    def show(self, session: Session) -> None:
        """Print what is new: the page, if it has changed, and the message."""
        page = session.page()
        if page != self._last:
            self.say("", *(line.rstrip() for line, _ in page))
        self._last = page
        self.say(*session.message_lines())

    def say(self, *lines: str) -> None:
        """Print lines."""
        self._target.writelines(printable(f"{line}\n", self._target) for line in lines)
        self._target.flush()

    def read(self, begins: str) -> str | None:
        """The next line, which is also printed, so that the output reads as a dialogue. None at the end."""
        line = self._source.readline()
        if not line:
            return None
        self.say(*wrapped(f"{PROMPT}{clean(line)}".rstrip(), WIDTH))
        return line


class KeyDialogue:
    """A dialogue by single keys, in colour, on a terminal: each page on a cleared screen."""

    def __init__(self, press: Press, target: TextIO) -> None:
        self._press, self._target = press, target
        self._console = need("rich.console", "pip install rich").Console(file=target, highlight=False)
        self._text = need("rich.text", "pip install rich").Text

    @property
    def size(self) -> tuple[int, int]:
        """The columns and rows to use."""
        columns, rows = os.get_terminal_size(self._target.fileno())
        return max(min(columns or WIDTH, WIDTH), NARROWEST), rows or HEIGHT

    def show(self, session: Session) -> None:
        """Draw the page and the message again."""
        width, height = self.size
        below = session.message_lines(width)
        if session.walk and not session.walk.open:
            below += wrapped(KEYS, width)
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
        """The key of a command, or a line that was typed. None at the end.

        A line begins with a key that is not a command, with : or i, or with a key in `begins`.
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
            if key in ("\x7f", "\b", "\x15", ESCAPE):  # Backspace; Ctrl-U and Esc for all of it
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
def dialogue(source: TextIO, target: TextIO) -> Iterator[LineDialogue | KeyDialogue]:
    """By keys, if both ends are a terminal; else by lines."""
    keys = keyboard(source.fileno()) if is_terminal(source) and is_terminal(target) else None
    if keys is None:
        if hasattr(source, "reconfigure"):
            source.reconfigure(encoding="utf-8", errors="replace")  # σ and − on a Windows pipe too
        yield LineDialogue(source, target)
        return
    with keys as press:
        yield KeyDialogue(press, target)


def step_through(
    expression: Expression,
    numbers: Mapping[str, float],
    *,
    ask: str = "",
    detail: str = "",
    source: TextIO | None = None,
    target: TextIO | None = None,
) -> None:
    """Step through both passes of an expression, by keys on a terminal or by lines from a pipe, until the user quits.

    `ask` is "number" or "formula" to begin with questions, else ""; `detail` "names" or "ops", or "" for names where
    there are some. ValueError if a number is missing; the engine's error if the expression has no value at these
    numbers, nor at any that were typed later.
    """
    session = Session(expression, numbers, ask, detail)
    missing = io.StringIO()  # for a stream that is None: empty as an input, and unseen as an output
    with dialogue(source or sys.stdin or missing, target or sys.stdout or missing) as talk:
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
