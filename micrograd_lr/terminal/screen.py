"""A frame as lines of text for a terminal: its formulas, the ledgers of reused nodes, and the table of the nodes."""

from __future__ import annotations

import re
from collections import deque

from micrograd_lr.formulas.format import format_formula, format_number
from micrograd_lr.stepping.lines import SHOWN
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from micrograd_lr.stepping.frames import Frame
    from micrograd_lr.stepping.moves import Line

WIDTH, NARROWEST, HEIGHT = 80, 30, 24
ROWS, FEWEST_ROWS = 20, 3  # of the table
MOST_LINES = 3 * SHOWN  # of one frame: a payment, its local derivative, and perhaps a sum over paths
_BEFORE_EQUALS = re.compile(" (?=[=≈] )")
LONGEST = 240  # characters of a formula, between two equals signs
NOW, OPERAND = "▸", "•"
PROVEN = "✓ proven"
LEGEND = f"{NOW} this node  {OPERAND} its operands"
Styled = tuple[str, str]  # a line and its style, as Rich calls them


def cells(text: str) -> int:
    """How many columns a text takes."""
    return int(need("rich.cells", "pip install rich").cell_len(text))


def fitted(text: str, width: int) -> str:
    """`text` in exactly `width` columns: padded, or cut off with an ellipsis."""
    resized = need("rich.cells", "pip install rich").set_cell_size
    return str(resized(text, width)) if cells(text) <= width else f"{resized(text, width - 1)}…"


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces, or anywhere in a word that is too long."""
    if cells(text) <= width:
        return [text]
    lines = [text[: len(text) - len(text.lstrip())]]
    for word in text.split():
        if lines[-1].strip():
            if cells(f"{lines[-1]} {word}") <= width:
                lines[-1] += f" {word}"
                continue
            lines.append(indent)
        for letter in word:
            if cells(lines[-1] + letter) > width:
                lines.append(indent)
            lines[-1] += letter
    return lines


def wrapped_formula(text: str, width: int, indent: str = "    ") -> list[str]:
    """A formula in lines of at most `width` columns, broken before equals signs if possible."""
    lines: list[str] = []
    for i, piece in enumerate(_BEFORE_EQUALS.split(text)):
        longest = LONGEST + 2 * bool(i)  # with its sign
        piece = piece if len(piece) <= longest else f"{piece[: longest - 40]} … {piece[-30:]}"
        if lines and cells(f"{lines[-1]} {piece}") <= width:
            lines[-1] += f" {piece}"
        else:
            lines += wrapped(f"{indent}{piece}" if i else piece, width, indent + "  ")
    return lines


def formula_lines(
    frame: Frame, lines: Sequence[Line], width: int, hidden: Sequence[Line] = (), bare: bool = False
) -> list[Styled]:
    """Some `lines` of a frame. Those in `hidden` show their formula without numbers.

    Closed forms and sums show only the name, and so do local derivatives if they are `bare`. A closed form is not shown
    at all where another line, the first of `hidden`, asks for its number: it would be the answer.
    """
    texts = []
    if frame.kind == "inputs":
        of_names = [node for node in frame.steps.nodes.values() if node.label and node.op]
        texts = [(f"{node.name} = {format_formula(node.formula)}", "bold") for node in of_names[:MOST_LINES]]
        if len(of_names) > MOST_LINES:
            texts.append((f"and {len(of_names) - MOST_LINES} more names", ""))
    for line in lines[:MOST_LINES]:
        if line not in hidden:
            proven = f" {PROVEN}" if line.kind == "closed" else ""
            texts.append((frame.steps.filled(line.template) + proven, "" if line.kind == "local" else "bold"))
        elif line.kind in ("closed", "cancel") and line != hidden[0]:
            continue  # with these the number could be found, or the formula of a local derivative read
        elif line.kind in ("closed", "ledger") or (bare and line.kind == "local"):
            texts.append((f"{format_formula(line.name)} = ?", "yellow"))
        else:
            texts.append((f"{format_formula(line.formula)} = ?", "yellow"))
    shown = [(f"  {row}", style) for text, style in texts for row in wrapped_formula(text, width - 2)]
    if len(frame.lines) > MOST_LINES:
        shown.append((f"  and {len(frame.lines) - MOST_LINES} more lines", ""))
    shown += [(f"  {row}", "yellow") for remark in frame.remarks for row in wrapped(remark, width - 2)]
    if frame.more:
        shown.append((f"  and {frame.more} more operands", ""))
    return shown


def ledger_lines(frame: Frame, known: Frame, width: int) -> list[Styled]:
    """The payments to the reused nodes of a frame, as far as `known` knows: a line per path, and the sum so far."""
    steps = frame.steps
    if frame.kind == "gradients":
        receivers = [node.id for node in steps.nodes.values() if node.kind == "parameter"]
    else:
        receivers = [payment.operand for payment in frame.payments] + [*frame.nodes] * (frame.kind == "backward")
    told = steps.closed_lines.told(frame.kind) if frame.example or frame.kind == "gradients" else set()
    lines: list[Styled] = []
    for node in dict.fromkeys(receivers):
        paid = known.ledger(node)
        if not paid or paid[0].paths == 1 or node in told:
            continue
        name = format_formula(steps.gradient_of(node))
        rows = [
            (f"path {x.path} of {x.paths}, through {format_formula(steps.name(x.payer))}", x.contribution) for x in paid
        ]
        if (more := len(rows) - MOST_LINES) > 0:
            rows = [*rows[:MOST_LINES], (f"and {more} more paths", "")]
        rows.append((f"sum{'' if len(paid) == paid[0].paths else ' so far'}", paid[-1].total))
        lines += [(row, "cyan") for row in wrapped(f"  Ledger of {name}:", width, "  ")]
        lines += [(row, "cyan") for row in _columns([("    " + text, [x]) for text, x in rows], steps.digits, width)]
    return lines


def node_table(frame: Frame, known: Frame, width: int, rows: int) -> list[Styled]:
    """The name, value and gradient of nodes, as far as `known` knows: of at most `rows`, nearest to the frame's."""
    steps, values, gradients = frame.steps, known.values, known.gradients
    operands = [x for node in frame.nodes for x in steps.nodes[node].operands if isinstance(x, str)]
    marks = dict.fromkeys(operands, OPERAND) | dict.fromkeys(frame.nodes, NOW)
    rows = max(rows, FEWEST_ROWS)
    one_more = len(steps.nodes) == rows + 1  # takes no more room than a row that says so
    near = {*_nearest(frame, rows + one_more)}
    shown = [node for node in steps.nodes.values() if node.id in near]
    entries = [
        (f"{marks.get(node.id, ' ')} {format_formula(node.name)}", [values.get(node.id), gradients.get(node.id)])
        for node in shown
    ]
    head, *lines = _columns([("  name", ["value", "gradient"]), *entries], steps.digits, width)
    if cells(head) + 3 + cells(LEGEND) <= width:
        head += f"   {LEGEND}"
    styles = {NOW: "bold green", OPERAND: "green"}
    table = [(head, "dim"), *((line, styles.get(line[0], "")) for line in lines)]
    if len(steps.nodes) > len(shown):
        table.append((f"  and {len(steps.nodes) - len(shown)} more", "dim"))
    return table


def _columns(rows: list[tuple[str, list[Any]]], digits: int, width: int) -> Iterable[str]:
    """Texts, with their numbers (or titles) in aligned columns."""
    formatted = [
        (text, [x if isinstance(x, str) else format_number(x, digits) for x in entries]) for text, entries in rows
    ]
    sizes = [max(map(cells, column)) for column in zip(*(entries for _, entries in formatted))]
    room = min(max(cells(text) for text, _ in formatted), width - sum(sizes) - 2 * len(sizes))
    for text, entries in formatted:
        numbers = "".join(f"  {' ' * (size - cells(x))}{x}" for x, size in zip(entries, sizes))
        yield fitted(text, room) + numbers


def _nearest(frame: Frame, count: int) -> Iterable[str]:
    """The ids of the nodes with the fewest edges between them and the frame's nodes, or the inputs if it has none."""
    nodes = frame.steps.nodes
    beside: dict[str, list[str]] = {id: [x for x in node.operands if isinstance(x, str)] for id, node in nodes.items()}
    for id, node in nodes.items():
        for x in node.operands:
            if isinstance(x, str):
                beside[x].append(id)
    waiting = deque(frame.nodes or [id for id, node in nodes.items() if not node.op])
    seen = dict.fromkeys(waiting)
    while waiting and len(seen) < count:
        for id in beside[waiting.popleft()]:
            if id not in seen:
                seen[id] = None
                waiting.append(id)
    return [*seen][:count]
