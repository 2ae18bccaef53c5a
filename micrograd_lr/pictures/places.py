"""The places in the ranks of a picture that is drawn without Graphviz; ranks that are too long, and ways past boxes."""

from __future__ import annotations

from bisect import insort
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from micrograd_lr.pictures.boxes import Box, Edge

GAP = 16.0  # points between two places of a rank
LANE, LANES = 4.0, 24.0  # points of an edge's way past the boxes of a broken rank, and of all these ways together
YIELDS = 1e-4  # the weight of a lane, which makes way for all boxes


class Place:
    """A place in a rank: for a box, or for an edge that passes through, perhaps with its caption beside it.

    `x` is the middle of the box, or where the edge passes; the place reaches from x - `before` to x + `after`. The
    caption is in lines. Others make way for a place of more weight. A `lane` is a way past the boxes of a
    rank; its `before` and `after` are negative, because lanes may be nearer to each other than GAP.
    """

    __slots__ = ("above", "after", "before", "below", "box", "caption", "lane", "rank", "weight", "x")

    def __init__(
        self, rank: int, before: float, after: float, box: Box | None = None, caption: Sequence[str] = ()
    ) -> None:
        self.rank, self.before, self.after, self.box, self.caption, self.x = rank, before, after, box, caption, 0.0
        self.weight, self.lane = 1.0, False
        self.above: list[Place] = []
        self.below: list[Place] = []


def broken(ranks: list[list[Place]], longest: float) -> list[list[Place]]:
    """The ranks, with those that are longer than `longest` as several, one after the other, with room for lanes."""
    found: list[list[Place]] = []
    for rank in ranks:
        lengths = [place.before + place.after + GAP for place in rank]
        most = longest if sum(lengths) - GAP <= longest else longest - LANES
        found.append([])
        length = 0.0
        for place, own in zip(rank, lengths):
            length += own
            if length - GAP > most and found[-1]:
                found.append([])
                length = own
            found[-1].append(place)
    for i, rank in enumerate(found):
        for place in rank:
            place.rank = i
    return found


def past_boxes(ranks: list[list[Place]], routes: dict[Edge, list[Place]], most: int) -> list[list[Place]]:
    """Give each edge a lane in every rank of boxes between its ends; the ranks that have lanes now.

    An edge over more than `most` ranks gets none.
    """
    with_boxes = {i for i, rank in enumerate(ranks) if any(place.box for place in rank)}
    hops = [(lower.rank - upper.rank, edge, upper, lower)
            for edge, places in routes.items() for upper, lower in pairwise(places)]  # fmt: skip
    for length, edge, upper, lower in sorted(hops, key=lambda hop: hop[0]):  # the longest are the outer ones
        between = with_boxes.intersection(range(upper.rank + 1, lower.rank))
        if not between or length > most:
            continue
        way = [upper, *(Place(rank, 0.0, 0.0) for rank in sorted(between)), lower]
        for before, lane, after in zip(way, way[1:], way[2:]):
            lane.above, lane.below, lane.lane, lane.weight = [before], [after], True, YIELDS
            lane.x = upper.x + (lower.x - upper.x) * (lane.rank - upper.rank) / length
            insort(ranks[lane.rank], lane, key=lambda place: place.x)
        upper.below[upper.below.index(lower)] = way[1]
        lower.above[lower.above.index(upper)] = way[-2]
        at = routes[edge].index(lower)
        routes[edge][at:at] = way[1:-1]
    found = []
    for rank in ranks:
        if lanes := [place for place in rank if place.lane]:
            found.append(rank)
        for lane in lanes:
            lane.before = lane.after = (min(LANE, LANES / len(lanes)) - GAP) / 2
    return found
