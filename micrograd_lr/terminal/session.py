"""A session of stepping: what was typed becomes what is shown. Nothing is read or printed here."""

from __future__ import annotations

import re
from unicodedata import normalize

from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.engine.functions import logistic_loss
from micrograd_lr.engine.node import number_of
from micrograd_lr.engine.ops import LOG, SIGMOID
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import DIGITS, clean, format_formula, format_number
from micrograd_lr.formulas.language import functions
from micrograd_lr.formulas.text import Text
from micrograd_lr.formulas.typed import inputs
from micrograd_lr.stepping.derivations import derivation
from micrograd_lr.stepping.elsewhere import saturated
from micrograd_lr.stepping.quiz import Walk
from micrograd_lr.stepping.shapes import dimensions
from micrograd_lr.terminal.screen import (
    FEWEST_ROWS,
    NOW,
    OPERAND,
    ROWS,
    WIDTH,
    formula_lines,
    ledger_lines,
    node_table,
    wrapped,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from micrograd_lr.formulas.expression import Expression
    from micrograd_lr.stepping.moves import Line
    from micrograd_lr.terminal.screen import Styled

_WORDS = {
    "next": ("", "n"), "back": ("b",), "first": ("f", "home"), "end": ("e",), "ask": ("a",), "reveal": ("r",),
    "input": ("i",), "open": ("o",), "help": ("h", "?"), "quit": ("q", "exit"),
}  # fmt: skip
COMMANDS = {word: name for name, words in _WORDS.items() for word in (name, *words)}
KEYS = "n next  b back  o open  a ask  i input  ? help  q quit"
HELP = f"""\
n, space, Enter, →   the next step
b, ←                 the step before
f, Home / e, End     the first step / the end
o                    open the example, or the node, of this step, or close it;
                     on the way back from σ or tanh: where its slope comes from
a                    ask mode on or off: questions before a step is shown
i or :               an input line, such as w=2: another number, the same step
r or an empty line   in a question: show the answer
?, h / q, Ctrl-D     this help / quit
An answer is a number, arithmetic such as -0.5*2, or a formula, typed as it is
printed or with all its signs: a(1 - a), a*(1-a). While a question is open, a
letter that is a name is an answer: for b and a, type back and ask.
In lines, not keys: the same letters or words, one per line.
In the table, {NOW} is the node whose turn it is, {OPERAND} an operand of it, and – is not
computed yet."""
_SET = re.compile("(?<![<>])=")  # not the one of 1 if z >= 0 else 0
TRY_OTHERS = "Type other inputs, such as {name}=0.5, or q to quit."


class Session:
    """One session: `do` what a line says, then show the `page` and the `message`.

    `walk` is None as long as the expression has no value at its numbers; `trouble` is then the reason.
    """

    def __init__(self, expression: Expression, numbers: Mapping[str, float], ask: str = "", detail: str = "") -> None:
        self.expression, self.detail = expression, detail
        self.numbers = {normalize("NFKC", name): x for name, x in numbers.items()}
        if {*self.numbers} != {*expression.names}:
            expression(**self.numbers)  # its error says which are missing
        self.ask, self.kind_of_questions = ask, ask or "number"
        self.message: list[str] = []
        self.over = False
        self.walk: Walk | None = None
        self.trouble: Exception | None = None
        self._compute(self.numbers)

    @property
    def begins(self) -> str:
        """The characters that now begin an answer or an input, even if they are keys of commands."""
        if self.walk is None:
            return "".join(name[0] for name in self.expression.names)
        if not self.walk.open:
            return ""
        question = self.walk.open[0]
        return "".join(name[0] for name in (question.numbers if question.shape else (*functions(), *self._names)))

    @property
    def _names(self) -> tuple[str, ...]:
        """The names that an answer may have."""
        question = self.walk.open[0] if self.walk and self.walk.open else None
        return (*self.walk.judge.names(question),) if self.walk and question and not question.shape else ()

    def do(self, line: str | None) -> None:
        """Do what a line says: it is a command, an answer or an input. None means that no more lines come."""
        self.message = []
        text = (line or "").strip()
        command = COMMANDS.get(text.lower()) if text not in self._names else None
        if line is None or command == "quit":
            self.over = True
        elif command == "help":
            self.message = HELP.split("\n")
        elif _SET.search(text) or text.startswith(":") or command == "input":
            self._change(text.removeprefix(":") if command != "input" else "")
        elif self.walk is None:
            self._say(f"There is no value yet: {self.trouble}", TRY_OTHERS.format(name=self.expression.names[0]))
        elif command:
            self._go(self.walk, command)
        elif self.walk.open:
            self._say(self.walk.answer(text))
        else:
            none = "No question is open: n goes on. " if self.walk.ask else ""
            self._say(f"{none}{clean(text)!r} is not a command here: {KEYS}. To change an input, type its name: w=2.")

    def _say(self, *lines: str) -> None:
        self.message = [row for line in lines for row in line.split("\n")]

    def _go(self, walk: Walk, command: str) -> None:
        last = len(walk.steps) - 1
        if walk.open and command in ("next", "reveal"):
            self._say(walk.reveal())
        elif command == "next" and walk.index < last:
            walk.move(walk.index + 1, asking=True)
        elif command == "next":
            self._say("This is the last step: b goes back, f to the first step, q quits.")
        elif command == "back":
            walk.move(max(walk.index - 1, 0))
        elif command in ("first", "end"):
            walk.move(0 if command == "first" else last)
        elif command == "open":
            self._open(walk)
        elif command == "ask":
            walk.ask = "" if walk.ask else self.kind_of_questions
            walk.open = []
            self._say(f"Questions are {'on: they come before the next step' if walk.ask else 'off'}.")
        else:
            self._say("There is no question here.")

    def _open(self, walk: Walk) -> None:
        other = walk.opened_or_closed()
        if other:
            self.walk = other
            what = "example is open: its nodes" if walk.frame.example else "node is open: its ops"
            self._say(f"The {what} have steps of their own." if other.opened > walk.opened else "Closed.")
        elif walk.frame.kind == "backward" and not walk.open and (why := [*derivation(walk.steps, walk.frame.node)]):
            self._say(*(format_formula(" = ".join(equal)) for equal in why))
        elif walk.detail == "ops":
            self._say("Every op is shown. To step from name to name, start with --detail names.")
        else:
            self._say("There is nothing to open here: go to a step of a node with a name and more than one op.")

    def _change(self, text: str) -> None:
        if not text.strip():
            names = self.expression.names
            self._say(f"Type an input, such as {names[0]}=0.5." if names else "The expression has no inputs.")
            return
        try:
            changed = inputs(text, self.expression.names)
        except ValueError as error:
            self._say(str(error))
            return
        self._compute({**self.numbers, **changed})
        if not self.message:
            self._say(f"{_listed(changed)}: both passes are computed again.")

    def _compute(self, numbers: Mapping[str, float]) -> None:
        """Go on with other numbers, at the same step. If the expression has no value there, keep the last ones."""
        try:
            walk = (
                self.walk.again(numbers) if self.walk else Walk(self.expression, numbers, self.ask, detail=self.detail)
            )
        except DOMAIN_ERRORS as error:
            kept = "The numbers before are kept." if self.walk else TRY_OTHERS.format(name=self.expression.names[0])
            self._say(f"No value: {error}", *why_saturated(self.expression, numbers), kept)
            self.trouble = error
            if self.walk:
                return
        else:
            self.walk = walk
        self.numbers = dict(numbers)

    def page(self, width: int = WIDTH, height: int | None = None) -> list[Styled]:
        """The frame in lines of at most `width` columns; at most `height` lines, if it is given."""
        walk = self.walk
        if walk is None:
            return [(line, "bold") for line in wrapped(f"The inputs: {_listed(self.numbers)}", width)]
        below = [("", "")] if walk.ask else []
        if walk.open:
            below += [(line, "bold yellow") for line in wrapped(walk.prompt, width)]
        if walk.ask:
            ends = " An empty line shows the answer." if walk.open else ""
            below += [(line, "dim") for line in wrapped(f"Questions: {walk.score}.{ends}", width)]
        top, rows = self._top(walk, walk.frame.lines, width), ROWS
        if height is not None:
            room = height - len(below) - 3  # an empty line, the head of the table, and its foot
            if walk.open and len(top) + FEWEST_ROWS > room:
                top = self._top(walk, walk.near, width)
            if (missing := len(top) + FEWEST_ROWS - room) > 0:
                top = [*top[: max(len(top) - missing - 1, 1)], ("  … more in a taller window", "dim")]
            rows = min(ROWS, room - len(top))
        return [*top, ("", ""), *node_table(walk.frame, walk.known, width, rows), *below]

    @staticmethod
    def _top(walk: Walk, lines: Sequence[Line], width: int) -> list[Styled]:
        at_the_end = walk.frame.kind == "gradients" and not walk.open  # else it would be an answer
        sizes = dimensions(walk.steps.closed_lines) if at_the_end else ""
        lead = f"Step {walk.index + 1} of {len(walk.steps)}. {walk.frame.lead}"
        return [
            *((line, "bold") for line in wrapped(lead, width, "  ")),
            *formula_lines(walk.frame, lines, width, walk.hidden, bare=walk.ask == "formula"),
            *((f"  {line}", "") for line in wrapped(sizes, width - 2) if sizes),
            *ledger_lines(walk.frame, walk.known, width),
        ]

    def message_lines(self, width: int = WIDTH) -> list[str]:
        """The message in lines of at most `width` columns."""
        return [row for line in self.message for row in wrapped(line, width)]


def _listed(numbers: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {format_number(x, DIGITS)}" for name, x in numbers.items())


def why_saturated(expression: Expression, numbers: Mapping[str, float]) -> list[str]:
    """If a sigmoid is so close to 0 or 1 that its log has no value: why, and what the loss gives as a single node."""
    found = saturated(expression, numbers)
    if found is None:
        return []
    logit, label = found
    z, y = Value(number_of(logit), "z"), numbers.get("y", -1.0)
    y = y if 0 <= y <= 1 else label
    loss = logistic_loss(z, y)
    loss.backward()
    log_slope, slope = LOG.partials(None, Text("0"))[0], SIGMOID.partials(Text("a"), Text("z"))[0]
    place = f"z = {format_number(z.data, DIGITS)}, y = {format_number(y, DIGITS)}"
    return [
        format_formula(f"Why: ∞ · 0. The slope of log is {log_slope} = ∞ there, and that of σ, {slope}, is 0."),
        f"As one node, logistic_loss(z, y), it is stable: at {place} its value is {format_number(loss.data, DIGITS)} "
        f"and its derivative by z is {format_number(z.grad, DIGITS)}.",
    ]
