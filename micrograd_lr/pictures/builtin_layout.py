"""Where everything stands in a picture drawn without Graphviz: ranks, the order within them, positions."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache
from itertools import combinations, pairwise

from micrograd_lr.pictures.look import STRAIGHT
from micrograd_lr.pictures.places import GAP, Place, broken, past_boxes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from micrograd_lr.pictures.boxes import Box, Edge, Picture
    from micrograd_lr.pictures.look import Look

LINE, PAD = 14.0, 6.0  # points
MARGIN = 15.0  # points around the picture
ROUNDS = 8  # of each improvement
EMS = {  # widths of characters
    0.35: " .,;:'|!ijlI·/", 0.43: "()[]{}ftr⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", 0.85: "+−=<>±×÷~", 1.0: "mwMW@%—",
}  # fmt: skip
LONGEST_ROUTE = 40  # ranks


class Layout:
    """Where the boxes and edges of a picture are, in points from its upper left corner.

    Ranks by longest path, order by barycentres, positions by least squares. Between two ranks of boxes lies a rank of
    captions, so that every caption has its own place beside its edge. A rank that is longer than `longest` is broken
    into several, and edges go past their boxes. With `centred`, the middles of all ranks of boxes are in one line. An
    edge makes its way through at most `route` ranks; the rest of a longer one passes behind the boxes.
    """

    def __init__(
        self, drawn: Picture, sizes: dict[Box, tuple[float, float]], shown: dict[Edge, tuple[str, ...]], look: Look,
        room: float, longest: float = math.inf, centred: bool = False, route: int = LONGEST_ROUTE,
    ) -> None:  # fmt: skip
        self.sideways = look.sideways
        along = {box: size[0] if self.sideways else size[1] for box, size in sizes.items()}
        across = {box: size[1 if self.sideways else 0] for box, size in sizes.items()}
        ranks, routes = ranked(drawn, across, shown, look, route)
        order(ranks)
        ranks = broken(ranks, longest)
        position(ranks)
        if centred:
            centre(ranks)
        for rank in past_boxes(ranks, routes, route):
            spread(rank, offsets(rank), [place.x for place in rank])
        if centred:
            centre(ranks)
        middles, halves, end = [], [], 0.0
        for rank in ranks:
            size = max((along[place.box] if place.box else _length(place, look) for place in rank), default=0)
            middles.append(end + size / 2)
            halves.append(size / 2)
            end += size + room
        length = end - room
        left = min(place.x - max(place.before, 0) for rank in ranks for place in rank)
        right = max(place.x + max(place.after, 0) for rank in ranks for place in rank)

        def at(x: float, y: float) -> tuple[float, float]:
            """From a position across and along the ranks to one on the page."""
            y = length - y if look.direction in ("BT", "RL") else y
            return (y + MARGIN, x - left + MARGIN) if self.sideways else (x - left + MARGIN, y + MARGIN)

        across_page, along_page = right - left + 2 * MARGIN, length + 2 * MARGIN
        self.size = (along_page, across_page) if self.sideways else (across_page, along_page)
        self.in_ranks = [place.box for rank in ranks for place in rank if place.box]
        self.centres = {place.box: at(place.x, middles[place.rank]) for rank in ranks for place in rank if place.box}
        self.routes: dict[Edge, list[tuple[float, float]]] = {}  # the points of each edge, operand first
        self.captions: dict[Edge, list[tuple[Sequence[str], tuple[float, float]]]] = {}  # none or one, and its place
        for box in drawn.boxes:
            ends = _ends(box, routes, across[box], look)
            for edge, reached in zip(box.edges, ends):
                start, *passing, stop = routes[edge]
                points = [at(start.x, middles[start.rank] + along[edge.to] / 2)]
                for place in passing:  # straight through the rank, past its boxes
                    half = halves[place.rank]
                    points += [at(place.x, middles[place.rank] + way) for way in (-half, half)]
                self.routes[edge] = [*points, at(reached, middles[stop.rank] - along[box] / 2)]
                named = [place for place in passing if place.caption]
                self.captions[edge] = [(place.caption, at(place.x, middles[place.rank])) for place in named]


def _length(place: Place, look: Look) -> float:
    if not place.caption:
        return 0.0
    width, height = caption_size(place.caption, look)
    return width + 8 if look.sideways else height


def curve(points: Sequence[tuple[float, float]], sideways: bool) -> str:
    """A smooth curve through points, along the ranks at each of them, as the d of an SVG path."""
    path = f"M{points[0][0]:.2f},{points[0][1]:.2f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        away, back = ((x, y0), (x, y1)) if sideways else ((x0, y), (x1, y))
        path += f"C{away[0]:.2f},{away[1]:.2f} {back[0]:.2f},{back[1]:.2f} {x1:.2f},{y1:.2f}"
    return path


def box_size(lines: Sequence[tuple[str, str]], look: Look) -> tuple[float, float]:
    """The width and the height of a box in points."""
    widest = max((text_width(text, look.font_size(what), what == "title") for what, text in lines), default=0)
    return widest + 4 * PAD, LINE * len(lines) + 2 * PAD


def caption_size(lines: Sequence[str], look: Look) -> tuple[float, float]:
    """The width and the height of what stands beside an edge, in points."""
    return max(text_width(line, look.font_size("caption")) for line in lines), LINE * len(lines)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a text in points, rather too wide than too narrow: the reader's font is unknown."""
    return sum(map(_ems, text)) * size * (1.1 if bold else 1)


@lru_cache(maxsize=1000)
def _ems(c: str) -> float:
    """The width of a character as a share of the size of its font."""
    if unicodedata.combining(c):
        return 0.0
    wide = 1.1 if unicodedata.east_asian_width(c) in "WF" else 0.72 if c.isupper() else 0.65
    return next((width for width, characters in EMS.items() if c in characters), wide)


def ranked(
    drawn: Picture, across: dict[Box, float], shown: dict[Edge, tuple[str, ...]], look: Look, route: int = LONGEST_ROUTE
) -> tuple[list[list[Place]], dict[Edge, list[Place]]]:
    """The ranks from the leaves down to the root, and the places that each edge passes through, operand first."""
    rank = {drawn.root: 0}
    for box in reversed(drawn.boxes):  # as near to its users as they allow; odd ranks are for captions
        for edge in box.edges:
            rank[edge.to] = min(rank.get(edge.to, 0), rank[box] - 2)
    first = min(rank.values())
    ranks: list[list[Place]] = [[] for _ in range(1 - first)]
    place = {box: Place(rank[box] - first, across[box] / 2, across[box] / 2, box) for box in drawn.boxes}
    for box in _written_order(drawn):
        ranks[place[box].rank].append(place[box])
    routes: dict[Edge, list[Place]] = {}
    for box in drawn.boxes:
        for edge in box.edges:
            end = place[box].rank
            start = max(place[edge.to].rank + 1, end - route)  # the rest of a longer one is a straight line
            passing = [Place(r, PAD, PAD) for r in range(start, end)]
            if caption := shown[edge]:
                width, height = caption_size(caption, look)
                before, after = (height, 2.0) if look.sideways else (2.0, width + 6)
                passing[-1] = Place(end - 1, before, after, caption=caption)
            for dummy in passing:
                ranks[dummy.rank].append(dummy)
            places = routes[edge] = [place[edge.to], *passing, place[box]]
            for upper, lower in pairwise(places):
                upper.below.append(lower)
                lower.above.append(upper)
            for passed in places if look.straight(edge) else ():
                passed.weight = STRAIGHT
    return ranks, routes


def _written_order(drawn: Picture) -> list[Box]:
    """The boxes from the root down, operands from left to right: neighbours in the expression stay neighbours."""
    order, stack = {}, [drawn.root]
    while stack:
        box = stack.pop()
        if box not in order:
            order[box] = True
            stack += [edge.to for edge in reversed(box.edges)]
    return [*order]


def order(ranks: list[list[Place]]) -> None:
    """Fewer crossings: each place moves to the mean position of its neighbours one rank before, down and up again."""
    for _ in range(ROUNDS):
        before = [*map(tuple, ranks)]
        for path, sequence in (("above", ranks[1:]), ("below", ranks[-2::-1])):
            position = {place: i for rank in ranks for i, place in enumerate(rank)}
            for rank in sequence:
                keys = {}
                for i, place in enumerate(rank):
                    near = getattr(place, path)
                    keys[place] = sum([position[other] for other in near]) / len(near) if near else i
                rank.sort(key=keys.__getitem__)
                position.update((place, i) for i, place in enumerate(rank))
        if before == [*map(tuple, ranks)]:  # and so it would stay
            return


def position(ranks: list[list[Place]]) -> None:
    """Set the x of every place: as near to its neighbours as the widths in its rank allow."""
    places = [place for rank in ranks for place in rank]
    near = {place: place.above + place.below for place in places}
    weight = {place: sum(other.weight for other in near[place]) for place in places}
    spaced = [(rank, offsets(rank)) for rank in ranks]
    for rank, least in spaced:
        spread(rank, least, [0.0] * len(rank))
    for _ in range(ROUNDS):
        for sequence in (spaced, spaced[::-1]):
            for rank, least in sequence:
                wanted = []
                for place in rank:
                    pulls = [other.x * other.weight for other in near[place]]
                    wanted.append(sum(pulls) / weight[place] if pulls else place.x)
                spread(rank, least, wanted)


def centre(ranks: list[list[Place]]) -> None:
    """Move every rank of boxes so that its middle is at 0, and let the edges between follow."""
    of_boxes = [rank for rank in ranks if any(place.box for place in rank)]
    for rank in of_boxes:
        boxes = [place for place in rank if not place.lane]
        middle = (boxes[0].x - boxes[0].before + boxes[-1].x + boxes[-1].after) / 2
        for place in rank:
            place.x -= middle
    for rank in ranks:
        if rank and rank not in of_boxes:
            near = [place.above + place.below for place in rank]
            spread(rank, offsets(rank), [sum(other.x for other in others) / len(others) for others in near])


def offsets(rank: list[Place]) -> list[float]:
    """How far each place of a rank is at least from the first one."""
    found = [0.0] * len(rank)
    for i in range(1, len(rank)):
        found[i] = found[i - 1] + (rank[i - 1].after + rank[i].before + GAP)
    return found


def spread(rank: list[Place], least: list[float], wanted: list[float]) -> None:
    """Set the x of every place of a rank: as near to the wanted ones, in weighted squares, as order and distance allow.

    `least` are the `offsets` of the rank. This is done by pooling adjacent violators.
    """
    pools: list[tuple[float, float, int]] = []  # sum, weight and count
    for place, target, offset in zip(rank, wanted, least):
        total, weight, count = (target - offset) * place.weight, place.weight, 1
        while pools and pools[-1][0] / pools[-1][1] > total / weight:
            before = pools.pop()
            total, weight, count = before[0] + total, before[1] + weight, before[2] + count
        pools.append((total, weight, count))
    means = [total / weight for total, weight, count in pools for _ in range(count)]
    for place, mean, offset in zip(rank, means, least):
        place.x = mean + offset


def _ends(box: Box, routes: dict[Edge, list[Place]], size: float, look: Look) -> list[float]:
    """Where edges end on the side of their box: next to each other, in the order in which they arrive.

    On a slide they go straight on, as far as the box reaches, if they stay apart.
    """
    x = routes[box.edges[0]][-1].x if box.edges else 0.0
    reach = size / 2 - 2 * PAD
    straight = [min(max(routes[edge][-2].x, x - reach), x + reach) for edge in box.edges]
    if look.slide and all(abs(one - other) > PAD for one, other in combinations(straight, 2)):
        return straight
    by_origin = sorted(range(len(box.edges)), key=lambda i: routes[box.edges[i]][-2].x)
    room = min(size, 30.0 * len(box.edges)) - 2 * PAD
    spread = [room * (k / (len(by_origin) - 1) - 0.5) if len(by_origin) > 1 else 0.0 for k in range(len(by_origin))]
    return [x + spread[by_origin.index(i)] for i in range(len(by_origin))]
