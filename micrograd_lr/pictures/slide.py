"""A picture for a slide: its size, what is usual on it, and whether its text can be read from the last row."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WIDTH, HEIGHT, MARGIN = 1920, 1080, 48  # pixels of a PNG, points of a PDF
READABLE = 24  # pixels: the smallest text that a room can read
USUAL: dict[str, Any] = {"direction": "LR", "partials": "formula"}

# What makes Graphviz draw on such a page: the graph as large as fits (size, in inches), and around it the page.
# One pixel is one point; a dpi that stands before this one counts no more.
IN_DOT = {
    "size": f"{(WIDTH - 2 * MARGIN) / 72:.4f},{(HEIGHT - 2 * MARGIN) / 72:.4f}!",
    "viewport": f"{WIDTH},{HEIGHT}", "pad": "0", "dpi": "72",
}  # fmt: skip
ENLARGED = (
    2  # times the sizes of other pictures: Graphviz measures small text coarsely, which shows when it is enlarged
)
_FONT_SIZE = re.compile(r'font-size="([\d.]+)"')
_SCALE = re.compile(r'<g id="graph0"[^>]* transform="scale\(([\d.e-]+)')


def scale_that_fits(width: float, height: float) -> float:
    """How much larger a graph of this size can be drawn on a slide."""
    return min((WIDTH - 2 * MARGIN) / width, (HEIGHT - 2 * MARGIN) / height)


def too_small(svg: str) -> str:
    """A note, if the smallest text in this SVG of a slide is hard to read; "" if it is not."""
    pixels = min(map(float, _FONT_SIZE.findall(svg)), default=READABLE) * float(_SCALE.findall(svg)[0])
    if pixels >= READABLE:
        return ""
    return (
        f"the text is {pixels:.0f} px high on a slide of {WIDTH} × {HEIGHT}, and a room reads {READABLE} px: "
        'draw fewer boxes, with detail="names", with nothing opened=, or with a smaller limit='
    )
