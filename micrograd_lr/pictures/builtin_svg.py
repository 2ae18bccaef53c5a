"""A picture as SVG without Graphviz, with the standard library alone."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

from micrograd_lr.pictures.boxes import edge_id
from micrograd_lr.pictures.builtin_layout import (
    FONT_SIZES,
    LINE,
    PAD,
    Place,
    box_size,
    order,
    position,
    ranked,
    text_width,
)
from micrograd_lr.pictures.labels import box_lines, captions
from micrograd_lr.pictures.look import FONT, THEMES, Look, edge_widths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.pictures.boxes import Box, Edge, Picture

MARGIN = 15.0  # points
BETWEEN_RANKS, WHERE_EDGES_CROSS = 9.0, 30.0


def layered_svg(drawn: Picture, look: Look, highlighted: set[Box]) -> str:
    """The picture as SVG text. Ranks by longest path, order by barycentres, positions by least squares.

    Between two ranks of boxes lies a rank of captions, so that every caption has its own place beside its edge.
    """
    sideways = look.direction in ("LR", "RL")
    lines = {box: box_lines(box, drawn.root, look) for box in drawn.boxes}
    sizes = {box: box_size(lines[box]) for box in drawn.boxes}
    along = {box: size[0] if sideways else size[1] for box, size in sizes.items()}
    shown = captions(drawn, look)
    ranks, routes = ranked(drawn, {box: size[1 if sideways else 0] for box, size in sizes.items()}, shown, sideways)
    order(ranks)
    position(ranks)

    room = WHERE_EDGES_CROSS if any(box.kind == "example" for box in drawn.boxes) else BETWEEN_RANKS
    middles, halves, end = [], [], 0.0
    for rank in ranks:
        size = max((along[place.box] if place.box else _length(place, sideways) for place in rank), default=0)
        middles.append(end + size / 2)
        halves.append(size / 2)
        end += size + room
    length = end - room
    left = min(place.x - place.before for rank in ranks for place in rank)
    right = max(place.x + place.after for rank in ranks for place in rank)

    def at(x: float, y: float) -> tuple[float, float]:
        """From a position across and along the ranks to one on the page."""
        y = length - y if look.direction in ("BT", "RL") else y
        return (y + MARGIN, x - left + MARGIN) if sideways else (x - left + MARGIN, y + MARGIN)

    across_page, along_page = right - left + 2 * MARGIN, length + 2 * MARGIN
    width, height = (along_page, across_page) if sideways else (across_page, along_page)
    theme = THEMES[look.theme]
    svg = ET.Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "width": f"{width:.0f}pt", "height": f"{height:.0f}pt",
        "viewBox": f"0 0 {width:.2f} {height:.2f}",
    })  # fmt: skip
    graph = ET.SubElement(svg, "g", {"id": "graph0", "class": "graph"})
    ET.SubElement(graph, "title").text = "graph"
    ET.SubElement(graph, "rect", {"fill": theme["canvas"], "width": f"{width:.2f}", "height": f"{height:.2f}"})
    line = edge_widths(drawn)
    for box in drawn.boxes:
        ends = _ends(box, routes, sizes[box][1 if sideways else 0])
        for i, edge in enumerate(box.edges):
            marked = box in highlighted and edge.to in highlighted
            group = ET.SubElement(graph, "g", {"id": edge_id(box, i), "class": "edge"})
            ET.SubElement(group, "title").text = edge.to.id + "->" + box.id
            start, *passing, stop = routes[edge]
            points = [at(start.x, middles[start.rank] + along[edge.to] / 2)]
            for place in passing:  # straight through the rank, past its boxes
                points += [
                    at(place.x, middles[place.rank] + half) for half in (-halves[place.rank], halves[place.rank])
                ]
            points.append(at(ends[i], middles[stop.rank] - along[box] / 2))
            _draw_edge(group, points, theme["mark"] if marked else theme["line"], line[edge], sideways)
            for place in passing:
                if place.caption:
                    x, y = at(place.x, middles[place.rank])
                    where = (x, y - 4, "middle") if sideways else (x + 5, y + 3, "start")
                    _write(group, place.caption, "caption", *where, theme["text"], theme["canvas"])
    for rank in ranks:
        for place in rank:
            if place.box:
                centre = at(place.x, middles[place.rank])
                _draw_box(graph, place.box, lines[place.box], sizes[place.box], centre, theme, place.box in highlighted)
    return ET.tostring(svg, encoding="unicode")


def _length(place: Place, sideways: bool) -> float:
    return (text_width(place.caption) + 8 if sideways else LINE) if place.caption else 0.0


def _ends(box: Box, routes: dict[Edge, list[Place]], size: float) -> list[float]:
    """Where edges end on the side of their box: next to each other, in the order in which they arrive."""
    x = routes[box.edges[0]][-1].x if box.edges else 0.0
    by_origin = sorted(range(len(box.edges)), key=lambda i: routes[box.edges[i]][-2].x)
    room = min(size, 30.0 * len(box.edges)) - 2 * PAD
    spread = [room * (k / (len(by_origin) - 1) - 0.5) if len(by_origin) > 1 else 0.0 for k in range(len(by_origin))]
    return [x + spread[by_origin.index(i)] for i in range(len(by_origin))]


def _draw_edge(group: ET.Element, points: list[tuple[float, float]], colour: str, width: float, sideways: bool) -> None:
    """A smooth curve through the points, along the ranks at each of them, with an arrow head at the end."""
    path = f"M{points[0][0]:.2f},{points[0][1]:.2f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        away, back = ((x, y0), (x, y1)) if sideways else ((x0, y), (x1, y))
        path += f"C{away[0]:.2f},{away[1]:.2f} {back[0]:.2f},{back[1]:.2f} {x1:.2f},{y1:.2f}"
    ET.SubElement(group, "path", {"fill": "none", "stroke": colour, "stroke-width": f"{width:g}", "d": path})
    (x0, y0), (x, y) = points[-2:]
    dx, dy = (8 if x > x0 else -8, 0) if sideways else (0, 8 if y > y0 else -8)
    tip = [(x, y), (x - dx - dy / 2, y - dy + dx / 2), (x - dx + dy / 2, y - dy - dx / 2)]
    ET.SubElement(group, "polygon", {"fill": colour, "stroke": colour, "points": _points(tip)})


def _draw_box(
    graph: ET.Element, box: Box, lines: list[tuple[str, str]], size: tuple[float, float],
    centre: tuple[float, float], theme: dict[str, Any], marked: bool,
) -> None:  # fmt: skip
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
        _write(group, text, what, cx, baseline, "middle", theme.get(what, theme["text"]))


def _points(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def _write(
    group: ET.Element, text: str, what: str, x: float, y: float, anchor: str, colour: str, halo: str = ""
) -> None:
    """A text, with a halo in the colour of the canvas if a line may be near."""
    bold = {"font-weight": "bold"} if what == "title" else {}
    around = {"stroke": halo, "stroke-width": "3", "paint-order": "stroke"} if halo else {}
    ET.SubElement(group, "text", {
        "text-anchor": anchor, "x": f"{x:.2f}", "y": f"{y:.2f}", "font-family": FONT,
        "font-size": f"{FONT_SIZES.get(what, 11.0):.2f}", "fill": colour, **bold, **around,
    }).text = text  # fmt: skip
