"""Typed text as Python writes it: ``y log(x²)`` becomes ``y *log(x**(2))``; and where each part of it was typed."""

from __future__ import annotations

import re
from bisect import bisect_right
from keyword import iskeyword

from micrograd_lr.formulas.tokens import (
    DECIMAL_COMMA,
    GROUPED,
    NUMBER,
    WORD,
    plain,
    pointed,
    quoted,
    said,
    written_otherwise,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import NoReturn

_PIECE = re.compile(rf"(?P<number>{NUMBER})|(?P<word>{WORD})|(?P<gap>[ \t]+)|(?P<comment>#[^\r\n]*)|.", re.DOTALL)
_TWO_NUMBERS = re.compile(r"\(([0-9]*,(?![0-9]{3}\))[0-9]+)\)")  # (1,5); of (1,000) it is said what else it can be
_LINE_END, _OTHERWISE = re.compile("\r\n|\r|\n"), re.compile(f"{GROUPED}|{DECIMAL_COMMA}")


class ExpressionError(ValueError):
    """Text that is not an expression; the message shows the place."""


class Source:
    """The `text` of an expression as it was typed, and in the grammar of `python`.

    A product needs no sign where a space or a parenthesis parts its factors, as in ``2(a + b)`` and ``y log(a)``.
    What touches is one word, ``wx``, and a name before a parenthesis is called.
    """

    def __init__(self, text: str) -> None:
        self.text, self.python = text, ""
        self._plain = plain(text)
        self._places: list[int] = []  # in the plain text, of what is written in Python
        before, parted = ("", ""), False
        for piece in _PIECE.finditer(self._plain):
            kind, found = piece.lastgroup or piece[0], piece[0]
            written = "**" if found == "^" else found
            if kind == "gap":
                parted = True
                if before[0] in ("", "\n", "\r"):  # indentation means nothing here
                    continue
            else:
                if kind == "word" and iskeyword(found):
                    name = "call it lam or λ" if found == "lambda" else f"as a name, write {found}_"
                    words = f"{found} is a word of Python's own, and not part of the language: {name}."
                    self.refuse(self._typed(piece.start()), words)
                written = self._sign(before, (kind, found), parted, piece.start()) + written
                before, parted = (kind, found), False
            self.python += written
            self._places += [max(piece.start(), piece.end() - i) for i in range(len(written), 0, -1)]

    def _sign(self, before: tuple[str, str], piece: tuple[str, str], parted: bool, at: int) -> str:
        """The sign of a product before the piece that begins at a place, or ""."""
        kinds = before[0], piece[0]
        if kinds[0] not in ("number", "word", ")") or kinds[1] not in ("number", "word", "(") or kinds == ("word", "("):
            return ""
        left, right = quoted(before[1]), quoted(piece[1])
        if kinds == ("number", "number"):
            self.refuse_number(self._typed(self._plain.rindex(before[1], 0, at)))  # 1 000
            self.refuse(self._typed(at), said("neighbours", left=left, right=right))
        if kinds == ("number", "word") and not parted:
            if right.startswith("_"):  # 1_000, as Python writes it
                return ""
            words = f"{left}{right} is neither a number nor a name. For a product write {left}*{right}."
            self.refuse(self._typed(at - len(before[1])), words)
        return "*"

    def _typed(self, at: int) -> int:
        """The place in the typed text of a place in the plain one: what was typed before it is that long in plain."""
        return bisect_right(range(len(self.text) + 1), at, key=lambda i: len(plain(self.text[:i]))) - 1

    def place(self, line: int, column: int) -> int:
        """The place in the typed text of a line, the first is 1, and a column of the Python text."""
        starts = [0, *(end.end() for end in _LINE_END.finditer(self.python))]
        at = starts[min(line, len(starts)) - 1] + column
        return self._typed(self._places[at] if at < len(self._places) else len(self._plain))

    def places(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a part of Python's tree begins and ends in the typed text."""
        lines = _LINE_END.split(self.python)

        def place(line: int, column: int) -> int:  # the column is in bytes
            return self.place(line, len(lines[line - 1].encode()[:column].decode(errors="ignore")))

        return place(node.lineno, node.col_offset), place(node.end_lineno or 1, node.end_col_offset or 0)

    def refuse_number(self, begin: int, end: int | None = None) -> None:
        """Say how to write the 0,5 or the 1,000 that begins at a place, or the first one up to the place `end`."""
        found = _OTHERWISE.match(self.text, begin) if end is None else _OTHERWISE.search(self.text, begin, end)
        if found:
            self.refuse(found.start(), str(written_otherwise(found[0])))

    def refuse_several(self, begin: int, end: int, count: int) -> NoReturn:
        """Say what is wrong with `count` parts with commas between them: a 0,5 is one of them, or all are a list.

        (1,5) can mean both.
        """
        found = self.text[begin:end]
        two = _TWO_NUMBERS.fullmatch(found)
        if not two:
            self.refuse_number(begin, end)
        point = f" With a decimal point it is {pointed(two[1])}." if two else ""
        where = "Only the operands of a function have commas between them: logistic_loss(z, y)."
        found = quoted(" ".join(found.split()))
        self.refuse(begin, f"{found} is a list of {count}, and one number is wanted here.{point} {where}")

    def refuse(self, at: int, message: str) -> NoReturn:
        """Raise ExpressionError with the message, the line, and a mark under the column."""
        end = _LINE_END.search(self.text, at)
        start = max((end.end() for end in _LINE_END.finditer(self.text, 0, at)), default=0)
        line = self.text[start : end.start() if end else None]
        column = at - start
        begin = max(0, column - 60)
        raise ExpressionError(f"{message}\n  {line[begin : begin + 76]}\n  {' ' * (column - begin)}^") from None
