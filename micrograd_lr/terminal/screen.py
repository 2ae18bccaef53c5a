"""A frame as lines of text for a terminal: its formulas, the ledgers of reused nodes, and the table of the nodes."""

from __future__ import annotations

from collections import deque

from micrograd_lr.formulas.format import format_formula, format_number
from micrograd_lr.stepping.lines import SHOWN
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import Any

    from micrograd_lr.stepping.frames import Frame
    from micrograd_lr.stepping.moves import Line

WIDTH, NARROWEST, HEIGHT = 80, 30, 24
ROWS, FEWEST_ROWS = 20, 3  # of the table
LINES = 3 * SHOWN  # of one frame: each payment has its local derivative, and perhaps a sum over paths
LONGEST = 240  # characters of one part of a formula
NOW, OPERAND = "▸", "•"
LEGEND = f"{NOW} this node  {OPERAND} its operands"
Styled = tuple[str, str]  # a line and its style, as Rich calls them


def cells(text: str) -> int:
    """How many columns a text takes."""
    return int(need("rich.cells", "pip install rich").cell_len(text))


def fitted(text: str, width: int) -> str:
    """`text` in exactly `width` columns: filled up, or cut off with a mark."""
    resized = need("rich.cells", "pip install rich").set_cell_size
    return str(resized(text, width)) if cells(text) <= width else f"{resized(text, width - 1)}…"


def folded(text: str, width: int, indent: str = "") -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces and, where a word is too long, anywhere."""
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


def broken(text: str, width: int, indent: str = "    ") -> list[str]:
    """A formula in lines of at most `width` columns, broken before an equals sign if it can be."""
    lines: list[str] = []
    for i, part in enumerate(text.split(" = ")):
        part = part if len(part) <= LONGEST else f"{part[: LONGEST - 40]} … {part[-30:]}"
        piece = f"= {part}" if i else part
        if lines and cells(f"{lines[-1]} {piece}") <= width:
            lines[-1] += f" {piece}"
        else:
            lines += folded(f"{indent}{piece}" if i else piece, width, indent + "  ")
    return lines


def formulas(
    frame: Frame, lines: Sequence[Line], width: int, hidden: Collection[Line] = (), bare: bool = False
) -> list[Styled]:
    """Some lines of a frame; of those in `hidden` the formula only, of local derivatives not even that if `bare`."""
    said = []
    for line in lines[:LINES]:
        if line not in hidden:
            said.append((frame.steps.filled(line.template), "" if line.kind == "local" else "bold"))
        elif bare and line.kind == "local":
            said.append((f"{format_formula(line.parts[0])} = ?", "yellow"))
        else:
            said.append((f"{format_formula(line.formula)} = ?", "yellow"))
    shown = [(f"  {row}", style) for text, style in said for row in broken(text, width - 2)]
    if len(frame.lines) > len(said):
        shown.append((f"  and {len(frame.lines) - len(said)} more lines", ""))
    if len(frame.payments) > SHOWN:
        shown.append((f"  and {len(frame.payments) - SHOWN} more operands", ""))
    return shown


def ledgers(frame: Frame, known: Frame, width: int) -> list[Styled]:
    """What has been paid to the reused nodes of a frame, as `known` knows it: one line per path, and the sum so far."""
    steps = frame.steps
    if frame.kind == "gradients":
        concerned = [node.id for node in steps.nodes.values() if node.kind == "parameter"]
    else:
        concerned = [payment.operand for payment in frame.payments] + [frame.node] * (frame.kind == "backward")
    lines: list[Styled] = []
    for node in dict.fromkeys(concerned):
        paid = known.ledger(node)
        if not paid or paid[0].paths == 1:
            continue
        name = format_formula(steps.gradient_of(node))
        rows = [
            (f"path {x.path} of {x.paths}, through {format_formula(steps.name(x.payer))}", x.contribution) for x in paid
        ]
        rows = [*rows[:LINES], *([(f"and {len(rows) - LINES} more paths", "")] if len(rows) > LINES else [])]
        rows.append((f"sum{'' if len(paid) == paid[0].paths else ' so far'}", paid[-1].total))
        lines += [(row, "cyan") for row in folded(f"  Ledger of {name}:", width, "  ")]
        lines += [(row, "cyan") for row in _columns([("    " + text, [x]) for text, x in rows], steps.digits, width)]
    return lines


def table(frame: Frame, known: Frame, width: int, rows: int) -> list[Styled]:
    """Name, value and gradient of the nodes, as `known` knows them; at most `rows`, those nearest to the frame's."""
    steps, values, gradients = frame.steps, known.values, known.gradients
    operands = [x for x in steps.nodes[frame.node].operands if isinstance(x, str)] if frame.node else []
    marks = dict.fromkeys(operands, OPERAND) | {frame.node: NOW}
    rows = max(rows, FEWEST_ROWS)
    near = set(
        _nearest(frame, rows + (len(steps.nodes) == rows + 1))
    )  # the last row says how many more: or is the last
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
    """Texts, and the numbers (or titles) behind them below each other."""
    written = [
        (text, [x if isinstance(x, str) else format_number(x, digits) for x in entries]) for text, entries in rows
    ]
    sizes = [max(map(cells, column)) for column in zip(*(entries for _, entries in written))]
    room = min(max(cells(text) for text, _ in written), width - sum(sizes) - 2 * len(sizes))
    for text, entries in written:
        numbers = "".join(f"  {' ' * (size - cells(x))}{x}" for x, size in zip(entries, sizes))
        yield fitted(text, room) + numbers


def _nearest(frame: Frame, count: int) -> Iterable[str]:
    """The ids of the nodes nearest to the frame's, by the edges between; for a frame without one, to the inputs."""
    nodes = frame.steps.nodes
    beside: dict[str, list[str]] = {id: [x for x in node.operands if isinstance(x, str)] for id, node in nodes.items()}
    for id, node in nodes.items():
        for x in node.operands:
            if isinstance(x, str):
                beside[x].append(id)
    waiting = deque([frame.node] if frame.node else [id for id, node in nodes.items() if not node.op])
    seen = dict.fromkeys(waiting)
    while waiting and len(seen) < count:
        for id in beside[waiting.popleft()]:
            if id not in seen:
                seen[id] = None
                waiting.append(id)
    return [*seen][:count]
