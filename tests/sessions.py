"""Sessions of `micrograd-lr step` without a terminal, and what a terminal shows as plain text."""

import re
import sys
from pathlib import Path

from micrograd_lr import Expression, cli
from micrograd_lr.terminal.session import Session

SLIDES = {"w": 0.5, "b": -1.0, "x": 2.0, "y": 1.0}
SLIDES_WX = {"w": 0.5, "x": 2.0}
MANY = "+".join(f"tanh(w{i}*x)" for i in range(24))
EXPRESSIONS = [
    (cli.SLIDES_IN_STEPS, SLIDES),
    (cli.SLIDES, SLIDES),
    ("sum([w*x, w*x, b])/2**b", {"w": 0.5, "b": -1.0, "x": 2.0}),
    ("logistic_loss(dot([w, v, u], [x, y, 3]), 0.3)", {"w": 0.5, "v": -1.0, "u": 1e-9, "x": 2.0, "y": 1.0}),
    (f"sum([{MANY.replace('+', ', ')}])", {f"w{i}": i / 7 for i in range(24)} | {"x": 1e300}),
    (f"J = {MANY}", {f"w{i}": i / 7 for i in range(24)} | {"x": -1.0}),
    ("损失 = 权重*输入 + 权重", {"权重": 0.5, "输入": -2.0}),
    (f"a_rather_long_name_for_{'a' * 90} ** 2 + 1", {f"a_rather_long_name_for_{'a' * 90}": 3.0}),
    ("w", {"w": 2.0}),
]


def session(expression=cli.SLIDES_IN_STEPS, numbers=SLIDES, ask=""):
    return Session(Expression(expression), numbers, ask, "ops")


def typed(*lines, **options):
    """What a session shows after these lines: its page and its message."""
    talk = session(**options)
    for line in lines:
        talk.do(line)
    return "\n".join(line.rstrip() for line, _ in talk.page()), "\n".join(talk.message)


def at(kind, node="", **options):
    """The lines that lead from the start to the frame of this kind, and node."""
    walk = session(**options).walk
    found = [frame for frame in walk.steps if frame.kind == kind and node in ("", walk.steps.name(frame.node))]
    return ["next"] * found[0].index


COMMAND = [Path(sys.executable).with_name("micrograd-lr"), "step", "--detail", "ops"]


def plain(read):
    text = read.decode(errors="replace") if isinstance(read, bytes) else read
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
