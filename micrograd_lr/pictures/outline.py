"""A picture in words: a tree for terminals, and sentences for readers who cannot see it."""

from __future__ import annotations

from micrograd_lr.formulas.format import clean, format_number
from micrograd_lr.pictures.labels import caption, sentence, shown_lines, title

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.pictures.boxes import Box, Edge, Picture
    from micrograd_lr.pictures.look import Look

DEEPEST = 12  # levels of a tree; what lies deeper gets a tree of its own below it


def text_tree(drawn: Picture, look: Look) -> str:
    """A tree with the root first: local derivatives, formulas, values, gradients. A shared node is written once."""
    lines: list[str] = []
    written: set[Box] = set()
    pending = [drawn.root]
    for top in pending:
        lines += [""] if lines else []
        stack: list[tuple[Box, Edge | None, str, str]] = [(top, None, "", "")]
        while stack:
            box, edge, branch, indent = stack.pop()
            local = f"[{said}] " if edge and (said := caption(edge, look)) else ""
            again = box in written and (box.edges or box.label)
            later = not again and box.edges and len(indent) > 3 * DEEPEST
            if later:
                pending.append(box)
            end = ", as above" if again else ", continued below" if later else ""
            lines.append(branch + local + (title(box) + end if end else _line(box, drawn.root, look)))
            if end:
                continue
            written.add(box)
            last = len(box.edges) - 1
            for i in range(last, -1, -1):
                tip, run = ("└─ ", "   ") if i == last else ("├─ ", "│  ")
                stack.append((box.edges[i].to, box.edges[i], indent + tip, indent + run))
    return "\n".join([*lines, *(f"({note})" for note in map(clean, drawn.notes))])


def _line(box: Box, root: Box, look: Look) -> str:
    if box.kind == "constant":
        return format_number(box.value, look.digits)
    lines = shown_lines(box, root, look)
    inside = ", ".join(text for what, text in lines if text and what == "inside")
    numbers = ", ".join(text for what, text in lines if text and what in ("value", "grad", "closed"))
    name = f"{title(box)} ({box.word})" if title(box) and box.word else title(box) or box.word
    return ": ".join(filter(None, (name + f" ({inside})" * bool(inside), numbers)))


def description(drawn: Picture, look: Look) -> str:
    """The graph in sentences, from the leaves to the root, and what is not shown of it."""
    sentences = [f"A computation graph of {len(drawn.boxes)} boxes."]
    sentences += [sentence(box, drawn.root, look) for box in drawn.boxes if box.kind != "constant"]
    return " ".join([*sentences, *(note[0].upper() + note[1:] + "." for note in map(clean, drawn.notes))])
