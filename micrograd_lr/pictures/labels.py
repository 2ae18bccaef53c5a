"""The words and numbers of a picture, written once for every form of it: DOT, SVG, text and sentences."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.pictures.boxes import Box, Edge, Picture

DIRECTIONS = {"TB": "top to bottom", "BT": "bottom to top", "LR": "left to right", "RL": "right to left"}
PARTIALS = ("number", "formula", "both", "none")
INSIDE = 4  # intermediate results in the box of an example
EDGES_WITH_CAPTIONS = 300  # beyond, captions hide the picture
LONGEST_NUMBER = 24  # characters of an exact number or a symbol
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def check_digits(digits: Any) -> None:
    """ValueError for what is no number of significant digits."""
    if type(digits) is not int or not 1 <= digits <= 17:
        raise ValueError(f"digits={digits!r}: significant digits are a whole number from 1 to 17.")


@dataclass(frozen=True)
class Look:
    """How a picture is drawn; ValueError for a value that is not known."""

    direction: str = "TB"
    digits: int = 4
    theme: str = "light"
    gradients: bool = True
    partials: str = "number"

    def __post_init__(self) -> None:
        for name, known in (("direction", [*DIRECTIONS]), ("theme", [*THEMES]), ("partials", [*PARTIALS])):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}={getattr(self, name)!r}: known are {', '.join(known)}.")
        check_digits(self.digits)


# Colours: canvas, text, line, gradient; then fill and outline of each kind of box. All texts reach a contrast of 4.5.
THEMES: dict[str, dict[str, Any]] = {
    "light": {
        "canvas": "#ffffff", "text": "#14181f", "word": "#4a5361", "line": "#5b6675", "grad": "#a3123a",
        "mark": "#c2410c", "op": ("#ffffff", "#5b6675"), "parameter": ("#e6effc", "#1d4f9e"),
        "data": ("#fdf1dc", "#8a5200"), "constant": ("#f1f2f4", "#6b7482"), "example": ("#e7f5ec", "#1f6b40"),
        "folded": ("#ffffff", "#6b7482"),
    },
    "dark": {
        "canvas": "#14171c", "text": "#eef1f5", "word": "#b4bdca", "line": "#9aa6b5", "grad": "#ff9fb2",
        "mark": "#ffb454", "op": ("#20252d", "#9aa6b5"), "parameter": ("#17305a", "#8ab8ff"),
        "data": ("#45320f", "#ffc970"), "constant": ("#2b3039", "#aab3c0"), "example": ("#173a28", "#86d9a9"),
        "folded": ("#14171c", "#aab3c0"),
    },
    "print": {
        "canvas": "#ffffff", "text": "#000000", "word": "#000000", "line": "#000000", "grad": "#000000",
        "mark": "#000000",
        **dict.fromkeys(["op", "parameter", "data", "constant", "example", "folded"], ("#ffffff", "#000000")),
    },
}  # fmt: skip


def clean(text: str) -> str:
    """`text` in one line, without the characters that no XML can hold."""
    return _NOT_IN_XML.sub("\ufffd", " ".join(text.split()))


def number(x: Any, digits: int) -> str:
    """A number with `digits` significant digits and a real minus sign; "–" for None, before backward.

    An exact number stands as it is, 1/3, if it is short; what is longer is rounded (≈).
    """
    if x is None:
        return "–"
    shown = str(x)
    if isinstance(x, (float, Decimal)):
        whole = 10**digits <= abs(float(x)) < 1e7  # 10000, and not 1e+04
        shown = f"{x:.0f}" if whole else f"{x + 0:.{digits}g}"  # -0.0 + 0 is 0.0
    elif len(shown) > (digits if "." in shown else LONGEST_NUMBER):
        try:
            rounded = float(x)
        except (TypeError, ArithmeticError):  # a formula, or beyond the floats
            rounded = 0.0
        if rounded:
            shown = f"{rounded:.{digits}g}" if "." in shown else f"≈ {rounded:.{digits}g}"
        elif len(shown) > LONGEST_NUMBER:
            shown = shown[: LONGEST_NUMBER - 1] + "…"
    return clean(shown.replace("-", "−"))


def title(box: Box) -> str:
    """``z = wx + b``: the label and the formula, or the one that there is."""
    return " = ".join(filter(None, (clean(box.label), formula(box.formula))))


def formula(x: Any) -> str:
    """A formula with real minus signs."""
    return clean(str(x).replace("-", "−"))


def rows(box: Box, root: Box, look: Look) -> list[tuple[str, str]]:
    """The lines of a box, each with what it is: word, inside, title, value, grad."""
    lines = [("word", box.word)] if box.word else []
    lines += [("inside", f"{clean(inner.label)} = {number(inner.value, look.digits)}") for inner in box.inside[:INSIDE]]
    if len(box.inside) > INSIDE:
        lines.append(("inside", f"and {len(box.inside) - INSIDE} more"))
    if title(box):
        lines.append(("title", title(box)))
    if box.value is not None:
        lines.append(("title" if box.kind == "constant" else "value", number(box.value, look.digits)))
        if look.gradients and box.kind != "constant":
            lines.append(("grad", f"{gradient(box, root)} = {number(box.grad, look.digits)}"))
    return lines


def gradient(box: Box, root: Box) -> str:
    """``∂L/∂z``; ``grad`` where a name is missing, or where the gradients are those of another root."""
    named = root.label and box.label and not root.foreign
    return f"∂{clean(root.label)}/∂{clean(box.label)}" if named else "grad"


def caption(edge: Edge, look: Look) -> str:
    """The local derivative as it stands beside an edge: number, formula, both, or nothing."""
    if edge.partial is None or look.partials == "none":
        return ""
    value, rule = number(edge.partial, look.digits), formula(edge.formula)
    if look.partials == "number" or not rule or value == rule:
        return value
    return rule if look.partials == "formula" else f"{rule} = {value}"


def captions(drawn: Picture, look: Look) -> dict[Edge, str]:
    """The caption of every edge; none at all where there are so many that they would hide the picture."""
    edges = [edge for box in drawn.boxes for edge in box.edges]
    return {edge: caption(edge, look) if len(edges) <= EDGES_WITH_CAPTIONS else "" for edge in edges}


def flow(box: Box, edge: Edge) -> float | None:
    """|∂root/∂operand along this edge|, the gradient that the edge carries back; None before backward, and for NaN."""
    if box.grad is None or edge.partial is None:
        return None
    try:
        carried = abs(float(box.grad * edge.partial))
    except OverflowError:
        return math.inf
    except TypeError:  # a symbol
        return None
    return None if math.isnan(carried) else carried


def widths(drawn: Picture) -> dict[Edge, float]:
    """The width of each edge in points, 1 to 3.5, by the root of its share of the largest gradient that one carries."""
    flows = {edge: flow(box, edge) for box in drawn.boxes for edge in box.edges}
    largest = max((x for x in flows.values() if x is not None and x < math.inf), default=0) or 1
    return {edge: 1.2 if x is None else round(1 + 2.5 * min(x / largest, 1) ** 0.5, 2) for edge, x in flows.items()}


def marked(drawn: Picture, highlight: Any) -> set[Box]:
    """The boxes of the nodes in `highlight`, given as nodes, labels or ids. ValueError for one that is not there."""
    found = set()
    for name in highlight:
        boxes = (
            drawn.of_node(name)
            if isinstance(name, Value)
            else [box for box in drawn.boxes if name and name == box.label]
        )
        boxes = boxes or [box for box in drawn.boxes if name == box.id]
        if not boxes:
            known = [*dict.fromkeys(box.label or box.id for box in drawn.boxes)]
            listed = ", ".join(known[:12]) + ", …" * (len(known) > 12)
            asked = f"for {name!r}" if isinstance(name, Value) else f"called {name!r}"
            raise ValueError(f"highlight: there is no box {asked} in the picture; there are {listed}.")
        found.update(boxes)
    return found


def sentence(box: Box, root: Box, look: Look) -> str:
    """What a box shows, said in words."""
    named = " ".join(filter(None, ("the" * (box.kind == box.word), box.word, title(box))))
    said = named[0].upper() + named[1:] if box.word else named  # but x stays x
    if box.value is not None:
        said += f" is {number(box.value, look.digits)}"
    if look.gradients and box.value is not None and box.kind != "constant":
        said += "; its gradient is " + ("not computed yet" if box.grad is None else number(box.grad, look.digits))
    return said + "."
