"""Where everything stands in a picture drawn without Graphviz: ranks, the order within them, positions."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from micrograd_lr.pictures.boxes import Box, Edge, Picture

LINE, PAD, GAP = 14.0, 6.0, 16.0  # points
ROUNDS = 8  # of each improvement
LONGEST_ROUTE = 40  # ranks that an edge passes through; a longer one is a straight line at first
FONT_SIZES = {"word": 9.0, "caption": 10.0}  # everything else: 11


class Place:
    """A place in a rank: for a box, or for an edge that passes through, perhaps with its caption beside it.

    `x` is the middle of the box, or where the edge passes; the place reaches from x - `before` to x + `after`.
    """

    __slots__ = ("above", "after", "before", "below", "box", "caption", "rank", "x")

    def __init__(self, rank: int, before: float, after: float, box: Box | None = None, caption: str = ""):
        self.rank, self.before, self.after, self.box, self.caption, self.x = rank, before, after, box, caption, 0.0
        self.above: list[Place] = []
        self.below: list[Place] = []


def box_size(lines: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """The width and the height of a box in points."""
    return max((text_width(text, what) for what, text in lines), default=0) + 4 * PAD, LINE * len(lines) + 2 * PAD


def text_width(text: str, what: str = "caption") -> float:
    """The width of a text in points, rather too wide than too narrow: the reader's font is unknown."""
    ems = 0.0
    for c in text:
        if unicodedata.combining(c):
            continue
        if unicodedata.east_asian_width(c) in "WF":
            ems += 1.1
        else:
            ems += 0.32 if c in " .,;:'|!()[]ijltfrI·" else 0.9 if c in "mwMW@%—" else 0.72 if c.isupper() else 0.6
    return ems * FONT_SIZES.get(what, 11.0) * (1.08 if what == "title" else 1)


def ranked(
    drawn: Picture, across: dict[Box, float], shown: dict[Edge, str], sideways: bool
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
            start = max(place[edge.to].rank + 1, end - LONGEST_ROUTE)  # the rest of a longer one is a straight line
            passing = [Place(r, PAD, PAD) for r in range(start, end)]
            if text := shown[edge]:
                before, after = (LINE, 2.0) if sideways else (2.0, text_width(text) + 6)
                passing[-1] = Place(end - 1, before, after, caption=text)
            for dummy in passing:
                ranks[dummy.rank].append(dummy)
            route = routes[edge] = [place[edge.to], *passing, place[box]]
            for upper, lower in pairwise(route):
                upper.below.append(lower)
                lower.above.append(upper)
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
        for path, sequence in (("above", ranks[1:]), ("below", ranks[-2::-1])):
            position = {place: i for rank in ranks for i, place in enumerate(rank)}
            for rank in sequence:
                keys = {}
                for i, place in enumerate(rank):
                    near = getattr(place, path)
                    keys[place] = sum(position[other] for other in near) / len(near) if near else i
                rank.sort(key=keys.__getitem__)
                position.update((place, i) for i, place in enumerate(rank))


def position(ranks: list[list[Place]]) -> None:
    """Set the x of every place: as near to its neighbours as the widths in its rank allow."""
    for rank in ranks:
        spread(rank, [0.0] * len(rank))
    for _ in range(ROUNDS):
        for sequence in (ranks, ranks[::-1]):
            for rank in sequence:
                wanted = []
                for place in rank:
                    near = place.above + place.below
                    wanted.append(sum(other.x for other in near) / len(near) if near else place.x)
                spread(rank, wanted)


def spread(rank: list[Place], wanted: list[float]) -> None:
    """The positions nearest to the wanted ones, in squares, that keep order and distance: pool adjacent violators."""
    offset, offsets = 0.0, []
    for i, place in enumerate(rank):
        offset += rank[i - 1].after + place.before + GAP if i else 0.0
        offsets.append(offset)
    pools: list[list[float]] = []  # sum and count
    for target, offset in zip(wanted, offsets):
        pools.append([target - offset, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, count = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += count
    means = [total / count for total, count in pools for _ in range(int(count))]
    for place, mean, offset in zip(rank, means, offsets):
        place.x = mean + offset
