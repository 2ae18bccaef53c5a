"""The places in the ranks of a picture that is drawn without Graphviz, and ranks that are too long."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from micrograd_lr.pictures.boxes import Box

GAP = 16.0  # points between two places of a rank


class Place:
    """A place in a rank: for a box, or for an edge that passes through, perhaps with its caption beside it.

    `x` is the middle of the box, or where the edge passes; the place reaches from x - `before` to x + `after`. The
    caption is in lines. Others make way for a place of more weight.
    """

    __slots__ = ("above", "after", "before", "below", "box", "caption", "rank", "weight", "x")

    def __init__(
        self, rank: int, before: float, after: float, box: Box | None = None, caption: Sequence[str] = ()
    ) -> None:
        self.rank, self.before, self.after, self.box, self.caption, self.x = rank, before, after, box, caption, 0.0
        self.weight = 1
        self.above: list[Place] = []
        self.below: list[Place] = []


def broken(ranks: list[list[Place]], longest: float) -> list[list[Place]]:
    """The ranks, with those that are longer than `longest` as several, one after the other."""
    found: list[list[Place]] = []
    for rank in ranks:
        found.append([])
        length = 0.0
        for place in rank:
            length += place.before + place.after + (GAP if found[-1] else 0)
            if length > longest and found[-1]:
                found.append([])
                length = place.before + place.after
            found[-1].append(place)
    for i, rank in enumerate(found):
        for place in rank:
            place.rank = i
    return found
