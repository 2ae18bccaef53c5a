"""Where the boxes of a page's picture are: side by side where the screen is wide, one below the other on a phone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from micrograd_lr.formulas.templates import filled, slot
from micrograd_lr.pictures.boxes import Box, Edge, Picture
from micrograd_lr.pictures.builtin_layout import LONGEST_ROUTE, MARGIN, Layout, text_width
from micrograd_lr.pictures.look import Look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from micrograd_lr.page.views import View

SPARED = 4.0  # pixels around the picture
WIDEST = -0.1235  # about as long as a number gets: every box has room for it
INNER = 2  # pixels between the two frames of a parameter
ROOM = "0000"  # the edges of a wide picture are at least as long as this, with a caption or without one
LARGE, SHORT_ROUTE = 200, 2  # boxes of a picture in which long edges pass behind the boxes, and ranks they do not


@dataclass(frozen=True)
class Shape:
    """How the picture is laid out. Lengths are in CSS pixels at its natural size.

    `text` has the sizes of the texts by what they are; a column of a wide picture, or a row of a tall one, is at most
    `longest` long; a formula wider than `widest` is not written into its box.
    """

    direction: str
    text: Mapping[str, float]
    line: float
    pad: float
    room: float
    longest: float
    widest: float


SHAPES = {
    "wide": Shape("LR", {"title": 15, "value": 15, "grad": 13, "data": 13, "caption": 13}, 18, 9, 14, 430, 300),
    "tall": Shape("TB", {"title": 13, "value": 13, "grad": 12, "data": 12, "caption": 12}, 17, 5, 12, 386, 330),
}


def layouts(view: View) -> dict[str, Any]:
    """The picture of a view in each of the shapes: its size, and where the boxes, the edges and their captions are."""
    return {name: _laid_out(view, shape) for name, shape in SHAPES.items()}


def _laid_out(view: View, shape: Shape) -> dict[str, Any]:
    boxes = {box.id: Box(box.id, box.kind) for box in view.boxes}
    shown: dict[Edge, tuple[str, ...]] = {}
    edges: dict[str, Edge] = {}
    for box in view.boxes:
        for key, operand in box.operands.items():
            edge = edges[key] = Edge(boxes[operand])
            boxes[box.id].edges.append(edge)
            caption = _widest(view.captions.get(key) or ROOM) if shape.direction == "LR" else ""
            shown[edge] = (_stretched(caption, shape.text["caption"]),) if caption else ()
    sizes, titles = {}, {}
    for box in view.boxes:
        titles[box.id] = box.rows[0].text
        if not box.rows[0].of and text_width(titles[box.id], shape.text["title"]) > shape.widest:
            titles[box.id] = box.name
        lines = [("title", titles[box.id]), *((row.what, row.text) for row in box.rows[1:])]
        longest = [_widest(f"{text}{slot('') if row.of else ''}{row.more}") for row, (_, text) in zip(box.rows, lines)]
        width = max(text_width(text, shape.text[what]) for text, (what, _) in zip(longest, lines))
        pad = shape.pad + (INNER if box.kind == "parameter" else 0)
        sizes[boxes[box.id]] = width + 2 * pad, shape.line * len(lines) + 1.2 * shape.pad
    drawn = Picture([*boxes.values()], [], {})
    route = LONGEST_ROUTE if len(boxes) <= LARGE else SHORT_ROUTE
    look, centred = Look(direction=shape.direction), shape.direction == "TB"
    made = Layout(drawn, sizes, shown, look, shape.room, shape.longest, centred, route)
    placed = {id: [*map(_place, made.centres[box]), *map(_whole, sizes[box])] for id, box in boxes.items()}
    routes = {key: _route(made, edge) for key, edge in edges.items()}
    at = _captions(view, shape, made, {key: (edges[key], route) for key, route in routes.items()}, [*placed.values()])
    return {
        "size": [_whole(x - 2 * (MARGIN - SPARED)) for x in made.size], "text": shape.text, "line": shape.line,
        "boxes": {id: [titles[id], *place] for id, place in placed.items()},
        "edges": {key: [x for point in (at.get(key, (0, 0)), *route) for x in point] for key, route in routes.items()},
    }  # fmt: skip


def _route(made: Layout, edge: Edge) -> list[tuple[int, int]]:
    """The points through which an edge goes: its ends, and of each rank on its way where it enters and leaves."""
    start, *passing, end = ((_place(x), _place(y)) for x, y in made.routes[edge])
    # Between neighbouring ranks of boxes is only the rank of the edge's caption, through which it needs no way.
    return [start, *(dict.fromkeys(passing) if len(passing) > 2 else ()), end]


def _captions(
    view: View, shape: Shape, made: Layout, edges: Mapping[str, tuple[Edge, list[tuple[int, int]]]],
    boxes: list[list[int]],
) -> dict[str, tuple[int, int]]:  # fmt: skip
    """Where the caption of each edge that has one is: in a free place, if the boxes are not too many to look for it."""
    size = shape.text["caption"]
    captions = {
        key: (_places(made, *edges[key]), (text_width(_widest(text), size) + 0.8 * size, 1.6 * size))
        for key in edges if (text := view.captions.get(key))
    }  # fmt: skip
    return _free(captions, boxes) if len(boxes) <= LARGE else {key: places[0] for key, (places, _) in captions.items()}


def _places(made: Layout, edge: Edge, route: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the caption of an edge may be, the best place first: where it has a place, or else on its curve."""
    passing = route[-2:0:-1]  # from the node that pays
    found = [(_place(x), _place(y)) for _, (x, y) in made.captions[edge] if passing] + passing
    for (x0, y0), (x1, y1) in reversed([*pairwise(route)]):
        for t in (0.5, 0.75, 0.25):
            # The curve leaves and arrives along the ranks: its control points are halfway between its ends.
            along, across = 1.5 * t * (1 - t) + t**3, t**2 * (3 - 2 * t)
            right, down = (along, across) if made.sideways else (across, along)
            found.append((_whole(x0 + (x1 - x0) * right), _whole(y0 + (y1 - y0) * down)))
    return found


def _free(
    captions: Mapping[str, tuple[list[tuple[int, int]], tuple[float, float]]], boxes: list[list[int]]
) -> dict[str, tuple[int, int]]:
    """The first place of each caption at which it covers nothing, or else the one at which it covers least."""
    taken = [(x - width / 2, y - height / 2, x + width / 2, y + height / 2) for x, y, width, height in boxes]
    found = {}
    for key, (places, (width, height)) in captions.items():
        least = math.inf
        for x, y in places:
            own = left, top, right, bottom = x - width / 2, y - height / 2, x + width / 2, y + height / 2
            covered = sum(
                (min(right, x1) - max(left, x0)) * (min(bottom, y1) - max(top, y0))
                for x0, y0, x1, y1 in taken
                if x0 < right and left < x1 and y0 < bottom and top < y1
            )
            if covered < least:
                least, found[key], chosen = covered, (x, y), own
        taken.append(chosen)
    return found


def _place(x: float) -> int:
    return _whole(x - MARGIN + SPARED)


def _whole(x: float) -> int:
    return round(x)


def _stretched(caption: str, size: float) -> str:
    """A caption that is as long at 10 points as the given one is at `size`."""
    return caption + "0" * math.ceil(len(caption) * (size / 10 - 1))


def _widest(template: str) -> str:
    """A template with numbers that are as long as a number gets."""
    return filled(template, lambda key: WIDEST, digits=4)
