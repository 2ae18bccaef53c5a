"""A picture as DOT, the text that Graphviz lays out."""

from __future__ import annotations

from html import escape

from micrograd_lr.pictures import slide
from micrograd_lr.pictures.boxes import edge_id
from micrograd_lr.pictures.labels import box_lines, captions
from micrograd_lr.pictures.look import FONT, STRAIGHT, Look, edge_widths
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from micrograd_lr.pictures.boxes import Box, Edge, Picture

HIDDEN = "transparent"  # a text that has its room, and nothing of it is to be seen

# The kinds differ in outline too, for readers who cannot tell the colours apart.
_SHAPES = {
    "op": {"shape": "box", "style": "rounded,filled"},
    "parameter": {"shape": "box", "style": "filled", "peripheries": "2"},
    "data": {"shape": "note", "style": "filled"},
    "constant": {"shape": "ellipse", "style": "filled", "margin": "0.02,0"},
    "example": {"shape": "folder", "style": "filled"},
    "folded": {"shape": "box", "style": "dashed,filled"},
}


def dot_source(drawn: Picture, look: Look, highlighted: set[Box | Edge]) -> str:
    """The DOT text of a picture: byte for byte the same at every call."""
    graphviz = need("graphviz", "pip install graphviz")
    theme = look.colours
    enlarged = slide.ENLARGED if look.slide else 1
    examples = any(box.kind == "example" for box in drawn.boxes)  # whose edges to the parameters cross
    graph = graphviz.Digraph(
        "graph",
        graph_attr={
            "rankdir": look.direction, "bgcolor": theme["canvas"], "nodesep": f"{0.3 * enlarged:g}",
            "ranksep": f"{(0.8 if examples else 0.2) * enlarged:g}", "pad": "0.2",
            "margin": "0", **(slide.IN_DOT if look.slide else {}),
        },
        node_attr={
            "fontname": FONT, "fontsize": f"{look.font_size() * enlarged:g}", "fontcolor": theme["text"],
            "margin": f"{0.11 * enlarged:g},{0.06 * enlarged:g}", "height": "0",
            **({"penwidth": "1.5"} if look.slide else {}),
        },
        edge_attr={
            "fontname": FONT, "fontsize": f"{look.font_size('caption') * enlarged:g}", "fontcolor": theme["text"],
            "color": theme["line"], "arrowsize": "0.8" if look.slide else "0.6",
        },
    )  # fmt: skip
    for box in drawn.boxes:
        fill, outline = theme[box.kind]
        mark = {"color": theme["mark"], "penwidth": "3"} if box in highlighted else {"color": outline}
        in_order = {"ordering": "in"} if len(box.edges) > 2 else {}  # L⁽¹⁾, L⁽²⁾, L⁽³⁾ from left to right
        graph.node(
            box.id, _label(box, drawn.root, look), id=box.id, **{"class": box.kind}, fillcolor=fill,
            **_SHAPES[box.kind], **mark, **in_order,
        )  # fmt: skip
    width = edge_widths(drawn)
    beside = captions(drawn, look)
    for box in drawn.boxes:
        for i, edge in enumerate(box.edges):
            graph.edge(
                edge.to.id, box.id, id=edge_id(box, i), penwidth=f"{width[edge] * enlarged:g}",
                **({"weight": f"{STRAIGHT}"} if look.straight(edge) else {}),
                **({"label": _caption(beside[edge], look)} if beside[edge] else {}),
                **({"fontcolor": HIDDEN} if edge.hidden else {}),
                **({"color": theme["mark"], "style": "solid"} if edge in highlighted else {}),
            )  # fmt: skip
    return str(graph.source)


def _label(box: Box, root: Box, look: Look) -> str:
    """The lines of a box as one of Graphviz's HTML tables."""
    theme = look.colours
    enlarged = slide.ENLARGED if look.slide else 1
    cells = []
    for what, text in box_lines(box, root, look):
        text = _escaped(text)
        if what == "title":
            text = f"<B>{text}</B>"
        elif what in ("word", "grad", "closed") or what in box.hidden:
            colour = HIDDEN if what in box.hidden else theme[what]
            text = f'<FONT COLOR="{colour}" POINT-SIZE="{look.font_size(what) * enlarged:g}">{text}</FONT>'
        cells.append(text)
    return _table(cells)


def _caption(lines: Iterable[str], look: Look) -> str:
    """What stands beside an edge: on a slide a table, with room between the text and the line, boxes and arrows."""
    if look.slide:
        return _table([*map(_escaped, lines), ""], '<TD WIDTH="10" HEIGHT="10"></TD>')
    graphviz = need("graphviz", "pip install graphviz")
    text = escape("".join(lines)).replace("\\", "\\\\")
    return str(graphviz.nohtml(f"  {text} "))


def _escaped(text: str) -> str:
    return escape(text).replace("\\", "\\\u2060")  # a joiner, because \\N is the name of the node


def _table(cells: Iterable[str], beside: str = "") -> str:
    rows = "".join(f"<TR>{beside}<TD>{cell}</TD>{beside}</TR>" for cell in cells)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE>>'
