"""A picture as SVG without Graphviz, with the standard library alone."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from micrograd_lr.pictures.boxes import edge_id
from micrograd_lr.pictures.builtin_layout import LINE, MARGIN, Layout, box_size, curve
from micrograd_lr.pictures.labels import box_lines, captions
from micrograd_lr.pictures.look import FONT, Look, edge_widths
from micrograd_lr.pictures.slide import HEIGHT, WIDTH, scale_that_fits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.pictures.boxes import Box, Edge, Picture

BETWEEN_RANKS, WHERE_EDGES_CROSS = 9.0, 30.0


def layered_svg(drawn: Picture, look: Look, highlighted: set[Box | Edge]) -> str:
    """The picture as SVG text. Ranks by longest path, order by barycentres, positions by least squares.

    Between two ranks of boxes lies a rank of captions, so that every caption has its own place beside its edge.
    """
    lines = {box: box_lines(box, drawn.root, look) for box in drawn.boxes}
    sizes = {box: box_size(lines[box], look) for box in drawn.boxes}
    room = WHERE_EDGES_CROSS if any(box.kind == "example" for box in drawn.boxes) else BETWEEN_RANKS
    made = Layout(drawn, sizes, captions(drawn, look), look, room)
    width, height = made.size
    theme = look.colours
    svg = ET.Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "width": f"{width:.0f}pt", "height": f"{height:.0f}pt",
        "viewBox": f"0 0 {width:.2f} {height:.2f}",
    })  # fmt: skip
    graph = ET.SubElement(svg, "g", {"id": "graph0", "class": "graph"})
    ET.SubElement(graph, "title").text = "graph"
    if look.slide:
        scale = scale_that_fits(width - 2 * MARGIN, height - 2 * MARGIN)
        x, y = (WIDTH / scale - width) / 2, (HEIGHT / scale - height) / 2
        graph.set("transform", f"scale({scale:.4f}) translate({x:.2f} {y:.2f})")
        svg.set("viewBox", f"0 0 {WIDTH} {HEIGHT}")
    else:
        ET.SubElement(graph, "rect", {"fill": theme["canvas"], "width": f"{width:.2f}", "height": f"{height:.2f}"})
    line = edge_widths(drawn)
    for box in drawn.boxes:
        for i, edge in enumerate(box.edges):
            marked = edge in highlighted
            group = ET.SubElement(graph, "g", {"id": edge_id(box, i), "class": "edge"})
            ET.SubElement(group, "title").text = edge.to.id + "->" + box.id
            _draw_edge(group, made, edge, theme["mark"] if marked else theme["line"], line[edge])
            halo = "" if look.slide else theme["canvas"]
            for texts, (x, y) in made.captions[edge]:
                for k, text in enumerate(texts, start=1 - len(texts)):  # the last line beside the edge
                    where = (x, y - 6 + k * LINE, "middle") if made.sideways else (x + 5, y + 3 + k * LINE, "start")
                    _write(group, text, look.font_size("caption"), *where, theme["text"], halo=halo)
    for box in made.in_ranks:
        _draw_box(graph, box, lines[box], sizes[box], made.centres[box], look, box in highlighted)
    return ET.tostring(svg, encoding="unicode")


def _draw_edge(group: ET.Element, made: Layout, edge: Edge, colour: str, width: float) -> None:
    """A smooth curve along the ranks, with an arrow head at the end."""
    path = curve(made.routes[edge], made.sideways)
    ET.SubElement(group, "path", {"fill": "none", "stroke": colour, "stroke-width": f"{width:g}", "d": path})
    (x0, y0), (x, y) = made.routes[edge][-2:]
    dx, dy = (8 if x > x0 else -8, 0) if made.sideways else (0, 8 if y > y0 else -8)
    tip = [(x, y), (x - dx - dy / 2, y - dy + dx / 2), (x - dx + dy / 2, y - dy - dx / 2)]
    ET.SubElement(group, "polygon", {"fill": colour, "stroke": colour, "points": _points(tip)})


def _draw_box(
    graph: ET.Element, box: Box, lines: list[tuple[str, str]], size: tuple[float, float],
    centre: tuple[float, float], look: Look, marked: bool,
) -> None:  # fmt: skip
    theme = look.colours
    group = ET.SubElement(graph, "g", {"id": box.id, "class": f"node {box.kind}"})
    ET.SubElement(group, "title").text = box.id
    (width, height), (cx, cy) = size, centre
    x, y = cx - width / 2, cy - height / 2
    fill, outline = theme[box.kind]
    paint = {
        "fill": fill, "stroke": theme["mark"] if marked else outline, "stroke-width": "3" if marked else "1"
    }  # fmt: skip
    frame = {"x": f"{x:.2f}", "y": f"{y:.2f}", "width": f"{width:.2f}", "height": f"{height:.2f}"}
    if box.kind == "constant":
        ET.SubElement(group, "ellipse", paint | {
            "cx": f"{cx:.2f}", "cy": f"{cy:.2f}", "rx": f"{width / 2:.2f}", "ry": f"{height / 2:.2f}"
        })  # fmt: skip
    elif box.kind == "data":  # a sheet with a folded corner
        edge, top, fold = x + width, y, 7.0
        points = [(x, y), (edge - fold, top), (edge, top + fold), (edge, y + height), (x, y + height)]
        ET.SubElement(group, "polygon", paint | {"points": _points(points)})
        crease = [(edge - fold, top), (edge - fold, top + fold), (edge, top + fold)]
        ET.SubElement(group, "polyline", paint | {"points": _points(crease)})
    elif box.kind == "example":  # a folder with a tab
        points = [(x, y), (x + 28, y), (x + 32, y + 4), (x + width, y + 4), (x + width, y + height)]
        ET.SubElement(group, "polygon", paint | {"points": _points([*points, (x, y + height)])})
    else:
        dashes = {"stroke-dasharray": "5,3"} if box.kind == "folded" else {}
        round_corners = {"rx": "9"} if box.kind == "op" else {}
        ET.SubElement(group, "rect", paint | frame | dashes | round_corners)
        if box.kind == "parameter":
            inner = {
                "x": f"{x + 4:.2f}",
                "y": f"{y + 4:.2f}",
                "width": f"{width - 8:.2f}",
                "height": f"{height - 8:.2f}",
            }
            ET.SubElement(group, "rect", paint | inner)
    baseline = cy - LINE * len(lines) / 2 - 4
    for what, text in lines:
        baseline += LINE
        colour = theme.get(what, theme["text"])
        _write(group, text, look.font_size(what), cx, baseline, "middle", colour, bold=what == "title")


def _points(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def _write(
    group: ET.Element, text: str, size: float, x: float, y: float, anchor: str, colour: str, bold: bool = False,
    halo: str = "",
) -> None:  # fmt: skip
    """A text, with a halo in the colour of the canvas if a line may be near."""
    heavy = {"font-weight": "bold"} if bold else {}
    around = {"stroke": halo, "stroke-width": "3", "paint-order": "stroke"} if halo else {}
    ET.SubElement(group, "text", {
        "text-anchor": anchor, "x": f"{x:.2f}", "y": f"{y:.2f}", "font-family": FONT,
        "font-size": f"{size:.2f}", "fill": colour, **heavy, **around,
    }).text = text  # fmt: skip
