"""A small layered layout for machines without Graphviz: a picture as SVG, with the standard library alone."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from math import hypot
from xml.etree import ElementTree as ET

from micrograd_lr.captions import THEMES, Look, captions, rows, widths
from micrograd_lr.dot_source import FONT, edge_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from micrograd_lr.picture import Box, Edge, Picture

LINE, PAD, GAP, MARGIN = 14.0, 6.0, 22.0, 15.0  # points
BETWEEN_RANKS, WHERE_EDGES_CROSS = 28.0, 90.0
SWEEPS = 8
_FONT_SIZES = {"word": 9.0, "caption": 10.0}  # everything else: 11


class Place:
    """A place in a rank: of a box, or of a long edge that passes through. `x` is its middle, across the ranks."""

    __slots__ = ("above", "below", "box", "rank", "width", "x")

    def __init__(self, rank: int, width: float, box: Box | None = None):
        self.rank, self.width, self.box, self.x = rank, width, box, 0.0
        self.above: list[Place] = []
        self.below: list[Place] = []


def layered_svg(drawn: Picture, look: Look, highlighted: set[Box]) -> str:
    """The picture as SVG text. Ranks by longest path, order by barycentres, positions by least squares."""
    lines = {box: rows(box, drawn.root, look) for box in drawn.boxes}
    sizes = {box: _size(lines[box]) for box in drawn.boxes}
    sideways = look.direction in ("LR", "RL")
    across = {box: size[1] if sideways else size[0] for box, size in sizes.items()}
    along = {box: size[0] if sideways else size[1] for box, size in sizes.items()}
    shown = captions(drawn, look)
    ranks, routes = _ranked(drawn, across)
    _order(ranks)
    _position(ranks)

    room = WHERE_EDGES_CROSS if any(box.kind == "example" for box in drawn.boxes) else BETWEEN_RANKS
    room += max(map(_width, shown.values()), default=0) if sideways else 0
    thickness = [max((along[place.box] for place in rank if place.box), default=0) for rank in ranks]
    middles, end = [], 0.0
    for size in thickness:
        middles.append(end + size / 2)
        end += size + room
    length = end - room
    left = min(place.x - place.width / 2 for rank in ranks for place in rank)
    right = max(place.x + place.width / 2 for rank in ranks for place in rank)

    def at(x: float, y: float) -> tuple[float, float]:
        """From a position across and along the ranks to the page."""
        y = length - y if look.direction in ("BT", "RL") else y
        x -= left
        return (y + MARGIN, x + MARGIN) if sideways else (x + MARGIN, y + MARGIN)

    across_page = right - left + 2 * MARGIN
    width, height = (length + 2 * MARGIN, across_page) if sideways else (across_page, length + 2 * MARGIN)
    # A caption beside the last edge on the right needs room, too.
    width += max(map(_width, shown.values()), default=0) if not sideways else 0
    theme = THEMES[look.theme]
    svg = ET.Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "width": f"{width:.0f}pt", "height": f"{height:.0f}pt",
        "viewBox": f"0 0 {width:.2f} {height:.2f}",
    })  # fmt: skip
    graph = ET.SubElement(svg, "g", {"id": "graph0", "class": "graph"})
    ET.SubElement(graph, "title").text = "graph"
    ET.SubElement(graph, "rect", {"fill": theme["canvas"], "width": f"{width:.2f}", "height": f"{height:.2f}"})
    line = widths(drawn)
    for box in drawn.boxes:
        for i, edge in enumerate(box.edges):
            marked = box in highlighted and edge.to in highlighted
            group = ET.SubElement(graph, "g", {"id": edge_id(box, i), "class": "edge"})
            ET.SubElement(group, "title").text = edge.to.id + "->" + box.id
            route = routes[edge]
            start, *_, stop = route
            points = [at(place.x, middles[place.rank]) for place in route]
            shift = _fan([routes[e][-2].x for e in box.edges], i) * (min(across[box], 70) / 2 - PAD)
            points[0] = at(start.x, middles[start.rank] + along[edge.to] / 2)
            points[-1] = at(stop.x + shift, middles[stop.rank] - along[box] / 2)
            colour = theme["mark"] if marked else theme["line"]
            _draw_edge(group, points, colour, line[edge], sideways)
            if shown[edge]:
                (x0, y0), (x1, y1) = points[-2:]
                right, down = (0, -4) if sideways else (5, 3)
                anchor = "middle" if sideways else "start"
                t = 0.5 if len(box.edges) < 3 else 0.3 + 0.6 * i / len(box.edges)  # one below the other, not on it
                _write(group, shown[edge], "caption", x0 + t * (x1 - x0) + right, y0 + t * (y1 - y0) + down,
                       theme["text"], anchor)  # fmt: skip
    for rank in ranks:
        for place in rank:
            if place.box:
                centre = at(place.x, middles[place.rank])
                _draw_box(graph, place.box, lines[place.box], sizes[place.box], centre, theme, place.box in highlighted)
    return ET.tostring(svg, encoding="unicode")


def _size(lines: Sequence[tuple[str, str]]) -> tuple[float, float]:
    return max((_width(text, what) for what, text in lines), default=0) + 4 * PAD, LINE * len(lines) + 2 * PAD


def _width(text: str, what: str = "caption") -> float:
    """The width of a text in points, on the wide side: the font of the reader is not known."""
    ems = 0.0
    for c in text:
        if unicodedata.combining(c):
            continue
        if unicodedata.east_asian_width(c) in "WF":
            ems += 1.1
        else:
            ems += 0.32 if c in " .,;:'|!()[]ijltfrI·" else 0.9 if c in "mwMW@%—" else 0.72 if c.isupper() else 0.6
    return ems * _FONT_SIZES.get(what, 11.0) * (1.08 if what == "title" else 1)


def _ranked(drawn: Picture, across: dict[Box, float]) -> tuple[list[list[Place]], dict[Edge, list[Place]]]:
    """The ranks from the leaves down to the root, and the places that each edge passes through, operand first."""
    rank = {drawn.root: 0}
    for box in reversed(drawn.boxes):  # each as near to its users as they allow
        for edge in box.edges:
            rank[edge.to] = min(rank.get(edge.to, 0), rank[box] - 1)
    first = min(rank.values())
    rank = {box: r - first for box, r in rank.items()}
    ranks: list[list[Place]] = [[] for _ in range(max(rank.values()) + 1)]
    place = {box: Place(rank[box], across[box], box) for box in drawn.boxes}
    for box in _written_order(drawn):
        ranks[rank[box]].append(place[box])
    routes: dict[Edge, list[Place]] = {}
    for box in drawn.boxes:
        for edge in box.edges:
            passing = [Place(r, GAP) for r in range(rank[edge.to] + 1, rank[box])]
            for dummy in passing:
                ranks[dummy.rank].append(dummy)
            route = routes[edge] = [place[edge.to], *passing, place[box]]
            for upper, lower in pairwise(route):
                upper.below.append(lower)
                lower.above.append(upper)
    return ranks, routes


def _written_order(drawn: Picture) -> list[Box]:
    """The boxes from the root, operands from left to right: neighbours in the expression stay neighbours."""
    order, stack = {}, [drawn.root]
    while stack:
        box = stack.pop()
        if box not in order:
            order[box] = True
            stack += [edge.to for edge in reversed(box.edges)]
    return [*order]


def _order(ranks: list[list[Place]]) -> None:
    """Fewer crossings: every place to the mean position of its neighbours in the rank before, down and up again."""
    for _ in range(SWEEPS):
        for path, sequence in (("above", ranks[1:]), ("below", ranks[-2::-1])):
            position = {place: i for rank in ranks for i, place in enumerate(rank)}
            for rank in sequence:
                keys = {}
                for i, place in enumerate(rank):
                    near = getattr(place, path)
                    keys[place] = sum(position[other] for other in near) / len(near) if near else i
                rank.sort(key=keys.__getitem__)
                position.update((place, i) for i, place in enumerate(rank))


def _position(ranks: list[list[Place]]) -> None:
    """The x of every place: as near to its neighbours as the widths within its rank allow."""
    for rank in ranks:
        _spread(rank, [0.0] * len(rank))
    for _ in range(SWEEPS):
        for sequence in (ranks, ranks[::-1]):
            for rank in sequence:
                wanted = []
                for place in rank:
                    near = place.above + place.below
                    wanted.append(sum(other.x for other in near) / len(near) if near else place.x)
                _spread(rank, wanted)


def _spread(rank: list[Place], wanted: list[float]) -> None:
    """The positions nearest to the wanted ones, in squares, that keep order and distance: pool adjacent violators."""
    offset, offsets = 0.0, []
    for i, place in enumerate(rank):
        offset += (rank[i - 1].width + place.width) / 2 + GAP if i else 0.0
        offsets.append(offset)
    pools: list[list[float]] = []  # sum and number
    for target, offset in zip(wanted, offsets):
        pools.append([target - offset, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, count = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += count
    means = [total / count for total, count in pools for _ in range(int(count))]
    for place, mean, offset in zip(rank, means, offsets):
        place.x = mean + offset


def _fan(xs: list[float], i: int) -> float:
    """Where the i-th edge ends on the side of its box, from -1 to 1, by where it comes from; x·x has two ends."""
    place = sorted(range(len(xs)), key=xs.__getitem__).index(i)
    return 2 * place / (len(xs) - 1) - 1 if len(xs) > 1 else 0.0


def _draw_edge(group: ET.Element, points: list[tuple[float, float]], colour: str, width: float, sideways: bool) -> None:
    """A straight line to a neighbouring rank; a smooth curve through the ranks between; an arrow head at the end."""
    path, (cx, cy) = f"M{points[0][0]:.2f},{points[0][1]:.2f}", points[0]
    for (x0, y0), (x1, y1) in pairwise(points):
        if len(points) > 2:
            half_x, half_y = (x0 + x1) / 2, (y0 + y1) / 2
            cx, cy = (half_x, y1) if sideways else (x1, half_y)
            away = f"{half_x:.2f},{y0:.2f}" if sideways else f"{x0:.2f},{half_y:.2f}"
            path += f"C{away} {cx:.2f},{cy:.2f} {x1:.2f},{y1:.2f}"
        else:
            path += f"L{x1:.2f},{y1:.2f}"
    ET.SubElement(group, "path", {"fill": "none", "stroke": colour, "stroke-width": f"{width:g}", "d": path})
    x, y = points[-1]
    length = hypot(x - cx, y - cy) or 1.0
    dx, dy = 8 * (x - cx) / length, 8 * (y - cy) / length
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
        points = [(x, y), (x, y - 5), (x + 28, y - 5), (x + 32, y), (x + width, y), (x + width, y + height)]
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
        _write(group, text, what, cx, baseline, theme.get(what, theme["text"]), "middle")


def _points(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def _write(group: ET.Element, text: str, what: str, x: float, y: float, colour: str, anchor: str) -> None:
    bold = {"font-weight": "bold"} if what == "title" else {}
    ET.SubElement(group, "text", {
        "text-anchor": anchor, "x": f"{x:.2f}", "y": f"{y:.2f}", "font-family": FONT,
        "font-size": f"{_FONT_SIZES.get(what, 11.0):.2f}", "fill": colour, **bold,
    }).text = text  # fmt: skip
