"""Single keys, without Enter, from a POSIX terminal or the console of Windows."""

from __future__ import annotations

import codecs
import importlib
import os
import select
import signal
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    Press = Callable[[], str | None]  # the next key: a character, a name from the tables below, None at the end

ESCAPE, PATIENCE = "\x1b", 0.05  # seconds in which the rest of an arrow key follows its escape character
_POSIX = {"C": "next", "D": "back", "H": "first", "F": "end", "1~": "first", "7~": "first", "4~": "end", "8~": "end"}
_WINDOWS = {"M": "next", "K": "back", "G": "first", "O": "end"}


def keyboard(file: int) -> AbstractContextManager[Press] | None:
    """A context that gives one key after the other, and afterwards leaves the terminal as it was.

    The arrows, Home and End are next, back, first and end; any other key is its character. None if this system has no
    way to read single keys.
    """
    for module, make in (("termios", posix), ("msvcrt", windows)):
        try:
            importlib.import_module(module)
        except ImportError:  # the other system
            continue
        return make(file)
    return None


@contextmanager
def posix(file: int) -> Iterator[Press]:
    """The keys of the terminal that is open as `file`. For the main thread. `kill`, too, leaves it as it was."""
    termios, tty = importlib.import_module("termios"), importlib.import_module("tty")
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    waiting: list[str] = []  # what followed an escape character but was not the rest of a key

    def character() -> str | None:
        text = waiting.pop() if waiting else ""
        while not text:
            byte = os.read(file, 1)
            if not byte:
                return None
            text = decoder.decode(byte)
        return text

    def follows() -> bool:
        return bool(waiting or select.select([file], [], [], PATIENCE)[0])

    def press() -> str | None:
        key = character()
        if key != ESCAPE or not follows():
            return key
        introducer = character() or ""
        if introducer not in ("[", "O"):
            waiting.extend(introducer)
            return ESCAPE
        code = ""
        while not (code and "@" <= code[-1] <= "~") and follows():
            code += character() or "~"
        return _POSIX.get(code, ESCAPE)

    def single(*_: object) -> None:
        tty.setcbreak(file, termios.TCSADRAIN)

    def ended(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = termios.tcgetattr(file)
    handlers = {signal.SIGTERM: ended, signal.SIGCONT: single}  # after Ctrl-Z and fg, the shell has set its own mode
    replaced = {name: signal.signal(name, handler) for name, handler in handlers.items()}
    single()
    try:
        yield press
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)
        for name, old in replaced.items():
            signal.signal(name, old)


@contextmanager
def windows(file: int) -> Iterator[Press]:
    """The keys of the console."""
    character = importlib.import_module("msvcrt").getwch

    def press() -> str | None:
        key = str(character())
        return _WINDOWS.get(str(character()), ESCAPE) if key in ("\x00", "\xe0") else key

    yield press
