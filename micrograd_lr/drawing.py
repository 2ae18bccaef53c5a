"""`draw`: the graph of a node as a picture, for the notebook, as a file, and as text."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from micrograd_lr.captions import EDGES_WITH_CAPTIONS, Look, marked, title
from micrograd_lr.dot_source import dot_source
from micrograd_lr.files import write_whole
from micrograd_lr.layered import layered_svg
from micrograd_lr.outline import description, text_tree
from micrograd_lr.picture import LIMIT, picture
from micrograd_lr.render import BUILT_IN, RenderError, annotated, choose, graphviz
from micrograd_lr.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from micrograd_lr.boxes import Picture

__all__ = ["Drawing", "RenderError", "draw"]

SUFFIXES = (".svg", ".png", ".pdf", ".dot")


def draw(
    root: Value,
    *,
    direction: str = "TB",
    digits: int = 4,
    theme: str = "light",
    gradients: bool = True,
    partials: str = "number",
    highlight: Value | str | Iterable[Value | str] = (),
    opened: str | Iterable[str] = (),
    limit: int = LIMIT,
    data: Iterable[str] = ("x", "y"),
    renderer: str | None = None,
) -> Drawing:
    """The computation graph of `root` as a picture, as it is now: what is computed later does not change it.

    One box per node with its formula, value and gradient ("–" before ``backward``); on each edge the local derivative
    ∂node/∂operand, and the wider the edge, the more of the gradient flows back along it.

    `direction` TB, BT, LR or RL; `digits` significant digits; `theme` light, dark or print; `gradients` shown or not;
    `partials` number, formula (``a(1 − a)``), both or none; `highlight` nodes or labels, and the edges between them;
    `opened` any of dot, logistic_loss (drawn as their atoms) and examples (of a loss over many, each in its own box);
    `limit` boxes at most, those nearest to the root; `data` the names of leaves that are data, every other is a
    parameter; `renderer` dot, pygraphviz or built-in, by default the best that is here.

    TypeError if `root` is no node, ValueError for an option that is not known.
    """
    if not isinstance(root, Value):
        raise TypeError(
            f"draw(root) draws the graph of a Value, not {root!r:.80} ({type(root).__name__}). "
            "Compute with Values: w = Value(0.5, 'w')."
        )
    look = Look(direction, digits, theme, gradients, partials)
    drawn = picture(root, opened, limit, data)
    names = [highlight] if isinstance(highlight, (str, Value)) else highlight
    if sum(len(box.edges) for box in drawn.boxes) > EDGES_WITH_CAPTIONS and partials != "none":
        drawn.notes.append(
            f"local derivatives are left out, on more than {EDGES_WITH_CAPTIONS} edges; use a smaller limit"
        )
    return Drawing(drawn, look, marked(drawn, names), choose(len(drawn.boxes), renderer))


class Drawing:
    """A picture that shows itself in notebooks, and in a terminal as text.

    `source` is its DOT text, `svg` its SVG text, `text` a tree for terminals, `description` sentences; `renderer` says
    who draws it, and `notes` what is not shown, and why.
    """

    def __init__(
        self, drawn: Picture, look: Look, highlighted: set[Any], renderer: str, laid_out: Picture | None = None
    ) -> None:
        self._drawn, self._look, self._highlighted, self.renderer = drawn, look, highlighted, renderer
        self._laid_out = laid_out or drawn  # the same boxes, perhaps with room for longer numbers

    @property
    def notes(self) -> list[str]:
        """What the picture leaves out, and how to see it."""
        return [*self._drawn.notes]

    @cached_property
    def source(self) -> str:
        """The DOT text, byte for byte the same for the same graph."""
        return dot_source(self._drawn, self._look, self._highlighted)

    @cached_property
    def svg(self) -> str:
        """The SVG text; its nodes have the ids n0, n1, … in the order in which the expression was written."""
        svg = ""
        if self.renderer != BUILT_IN:
            try:
                svg = graphviz(self.renderer, dot_source(self._laid_out, self._look, self._highlighted), "svg").decode()
            except RenderError as error:
                self._drawn.notes.append(f"drawn with the built-in layout: {error}")
                self.renderer = BUILT_IN
        svg = svg or layered_svg(self._laid_out, self._look, self._highlighted)
        name = f"Computation graph of {title(self._drawn.root) or 'a leaf'}"
        return annotated(svg, self._drawn, self._look, name, self.description)

    @cached_property
    def text(self) -> str:
        """The graph as a tree in plain text: values, gradients, and local derivatives in brackets."""
        return text_tree(self._drawn, self._look)

    @cached_property
    def description(self) -> str:
        """The graph in sentences."""
        return description(self._drawn, self._look)

    def save(self, path: str | Path) -> Path:
        """Write the picture, by suffix: .svg, .png, .pdf or .dot; returns the path.

        RenderError where PNG and PDF are not to be had, with the ways to get them; ValueError for another suffix;
        OSError where `path` cannot be written. The file is there whole or not at all.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(
                f"{path.name!r}: a picture is saved as {', '.join(SUFFIXES)}. Choose one of these suffixes."
            )
        content: str | bytes
        if suffix == ".svg":
            content = self.svg
        elif suffix == ".dot":
            content = self.source
        else:
            content = graphviz(self.renderer, self.source, suffix[1:])
        write_whole(path, content)
        return path

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<drawing of {title(self._drawn.root) or 'a leaf'}: {len(self._drawn.boxes)} boxes, by {self.renderer}>"
