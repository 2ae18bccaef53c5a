"""How a picture looks: its colours, its direction, and how wide its edges are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from micrograd_lr.formulas.format import DIGITS, check_digits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.pictures.boxes import Box, Edge, Picture

FONT = "Helvetica,Arial,sans-serif"
FONT_SIZE, SMALLER = 11.0, {"word": 9.0, "caption": 10.0}  # points; on a slide nothing is smaller
STRAIGHT = 50  # how many other edges such an edge outweighs
DIRECTIONS = {"TB": "top to bottom", "BT": "bottom to top", "LR": "left to right", "RL": "right to left"}
PARTIALS = ("number", "formula", "both", "none")

# Colours: of the canvas, texts, lines and marks; then fill and outline of each kind of box. The contrast of every text
# is at least 4.5.
THEMES: dict[str, dict[str, Any]] = {
    "light": {
        "canvas": "#ffffff", "text": "#14181f", "word": "#4a5361", "line": "#5b6675", "grad": "#a3123a",
        "mark": "#c2410c", "forward": "#1d4f9e", "op": ("#ffffff", "#5b6675"), "parameter": ("#e6effc", "#1d4f9e"),
        "data": ("#fdf1dc", "#8a5200"), "constant": ("#f1f2f4", "#6b7482"), "example": ("#e7f5ec", "#1f6b40"),
        "folded": ("#ffffff", "#6b7482"),
    },
    "dark": {
        "canvas": "#14171c", "text": "#eef1f5", "word": "#b4bdca", "line": "#9aa6b5", "grad": "#ff9fb2",
        "mark": "#ffb454", "forward": "#8ab8ff", "op": ("#20252d", "#9aa6b5"), "parameter": ("#17305a", "#8ab8ff"),
        "data": ("#45320f", "#ffc970"), "constant": ("#2b3039", "#aab3c0"), "example": ("#173a28", "#86d9a9"),
        "folded": ("#14171c", "#aab3c0"),
    },
    "print": {
        "canvas": "#ffffff", "text": "#000000", "word": "#000000", "line": "#000000", "grad": "#000000",
        "mark": "#000000", "forward": "#000000",
        **dict.fromkeys(["op", "parameter", "data", "constant", "example", "folded"], ("#ffffff", "#000000")),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How a picture is drawn: the options of `draw` that change no box. ValueError for an unknown value.

    `slide`: on a page of the size of a slide, without a background. `mark`: the colour of what is marked.
    """

    direction: str = "TB"
    digits: int = DIGITS
    theme: str = "light"
    gradients: bool = True
    partials: str = "number"
    slide: bool = False
    mark: str = "mark"

    def __post_init__(self) -> None:
        for name, known in (("direction", [*DIRECTIONS]), ("theme", [*THEMES]), ("partials", [*PARTIALS])):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}={getattr(self, name)!r} is not known. Choose one of: {', '.join(known)}.")
        check_digits(self.digits)

    @property
    def sideways(self) -> bool:
        """Whether the graph runs along the lines of text."""
        return self.direction in ("LR", "RL")

    @property
    def colours(self) -> dict[str, Any]:
        """The colours of the theme, with that of what is marked as mark, and that of closed forms of a gradient."""
        theme = THEMES[self.theme]
        return (
            theme
            | {"mark": theme[self.mark], "closed": theme["grad"]}
            | ({"canvas": "transparent"} if self.slide else {})
        )

    def straight(self, edge: Edge) -> bool:
        """Whether an edge keeps what it joins in one line, as z → a → L on a slide."""
        return self.slide and bool(edge.to.edges)

    def font_size(self, what: str = "") -> float:
        """The size of the text of a line, in points."""
        return FONT_SIZE if self.slide else SMALLER.get(what, FONT_SIZE)


def flow(box: Box, edge: Edge) -> float | None:
    """|∂root/∂operand along this edge|, the gradient that it carries back; None before backward and for NaN."""
    if box.grad is None or edge.partial is None:
        return None
    try:
        carried = abs(float(box.grad * edge.partial))
    except OverflowError:
        return math.inf
    except TypeError:  # a symbol
        return None
    return None if math.isnan(carried) else carried


def edge_widths(drawn: Picture) -> dict[Edge, float]:
    """The width of each edge in points: 1 to 3.5, with the square root of the gradient that it carries."""
    flows = {edge: flow(box, edge) for box in drawn.boxes for edge in box.edges}
    largest = max((x for x in flows.values() if x is not None and x < math.inf), default=0) or 1
    return {
        edge: 1.2 if x is None or edge.hidden else round(1 + 2.5 * min(x / largest, 1) ** 0.5, 2)
        for edge, x in flows.items()
    }
