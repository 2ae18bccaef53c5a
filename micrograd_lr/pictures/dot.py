"""A picture as DOT, the text that Graphviz lays out."""

from __future__ import annotations

from html import escape

from micrograd_lr.pictures.boxes import edge_id
from micrograd_lr.pictures.labels import box_lines, captions
from micrograd_lr.pictures.look import FONT, THEMES, Look, edge_widths
from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.pictures.boxes import Box, Picture

# The kinds differ in outline too, for readers who cannot tell the colours apart.
_SHAPES = {
    "op": {"shape": "box", "style": "rounded,filled"},
    "parameter": {"shape": "box", "style": "filled", "peripheries": "2"},
    "data": {"shape": "note", "style": "filled"},
    "constant": {"shape": "ellipse", "style": "filled", "margin": "0.02,0"},
    "example": {"shape": "folder", "style": "filled"},
    "folded": {"shape": "box", "style": "dashed,filled"},
}


def dot_source(drawn: Picture, look: Look, highlighted: set[Box]) -> str:
    """The DOT text of a picture: byte for byte the same at every call."""
    graphviz = need("graphviz", "pip install graphviz")
    theme = THEMES[look.theme]
    examples = any(box.kind == "example" for box in drawn.boxes)  # whose edges to the parameters cross
    graph = graphviz.Digraph(
        "graph",
        graph_attr={
            "rankdir": look.direction, "bgcolor": theme["canvas"], "nodesep": "0.3",
            "ranksep": "0.8" if examples else "0.2", "pad": "0.2",
            "margin": "0",
        },
        node_attr={
            "fontname": FONT, "fontsize": "11", "fontcolor": theme["text"], "margin": "0.11,0.06", "height": "0"
        },
        edge_attr={
            "fontname": FONT, "fontsize": "10", "fontcolor": theme["text"], "color": theme["line"], "arrowsize": "0.6"
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
    local = {edge: escape(text).replace("\\", "\\\\") for edge, text in captions(drawn, look).items()}
    for box in drawn.boxes:
        for i, edge in enumerate(box.edges):
            on_path = box in highlighted and edge.to in highlighted
            graph.edge(
                edge.to.id, box.id, id=edge_id(box, i), penwidth=f"{width[edge]:g}",
                **({"label": graphviz.nohtml(f"  {text} ")} if (text := local[edge]) else {}),
                **({"color": theme["mark"], "style": "solid"} if on_path else {}),
            )  # fmt: skip
    return str(graph.source)


def _label(box: Box, root: Box, look: Look) -> str:
    """The lines of a box as one of Graphviz's HTML tables."""
    theme = THEMES[look.theme]
    cells = []
    for what, text in box_lines(box, root, look):
        text = escape(text).replace("\\", "\\\u2060")  # a joiner, because \\N is the name of the node
        if what == "title":
            text = f"<B>{text}</B>"
        elif what in ("word", "grad"):
            size = 9 if what == "word" else 11
            text = f'<FONT COLOR="{theme[what]}" POINT-SIZE="{size}">{text}</FONT>'
        cells.append(f"<TR><TD>{text}</TD></TR>")
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{"".join(cells)}</TABLE>>'
