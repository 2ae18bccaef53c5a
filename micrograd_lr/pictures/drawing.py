"""`draw`: the graph of a node as a picture, in a notebook, as a file, or as text."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import DIGITS
from micrograd_lr.levels.given_names import named
from micrograd_lr.levels.names import usual_level
from micrograd_lr.pictures.annotate import annotated
from micrograd_lr.pictures.builtin_svg import layered_svg
from micrograd_lr.pictures.dot import dot_source
from micrograd_lr.pictures.graph import LIMIT, picture
from micrograd_lr.pictures.labels import EDGES_WITH_CAPTIONS, title
from micrograd_lr.pictures.look import Look
from micrograd_lr.pictures.outline import description, text_tree
from micrograd_lr.pictures.renderers import (
    BUILT_IN,
    TOO_LARGE,
    WAYS,
    RenderError,
    choose,
    graphviz,
    has_a_font,
    renderers,
)
from micrograd_lr.pictures.slide import USUAL, too_small
from micrograd_lr.tools.files import write_whole
from micrograd_lr.tools.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, TypeVar

    from micrograd_lr.pictures.boxes import Box, Edge, Picture

    T = TypeVar("T")

__all__ = ["Drawing", "RenderError", "draw"]

SUFFIXES = (".svg", ".png", ".pdf", ".dot")


def draw(
    root: Value,
    *,
    on: str = "",
    detail: str = "",
    direction: str = "",
    digits: int = DIGITS,
    theme: str = "light",
    gradients: bool | str | None = None,
    partials: str = "",
    highlight: Value | str | Iterable[Value | str] = (),
    opened: str | Iterable[str] = (),
    limit: int = LIMIT,
    data: Iterable[str] = ("x", "y"),
    names: Mapping[str, Any] | None = None,
    renderer: str | None = None,
) -> Drawing:
    """The computation graph of `root` as a picture of its present state: later computations do not change it.

    Each node is a box with its formula, value and gradient ("–" before ``backward``). Each edge shows the local
    derivative ∂node/∂operand; the wider it is, the more of the gradient flows back along it.

    `on` slide: 1920 × 1080 pixels, as large as fits, without a background, and by default from left to right, with
    names where there are some, with formulas on the edges and the gradients of parameters;
    `detail` ops, every op as it was recorded, or names, one box per named node; `direction` TB, BT, LR or RL; `digits`
    significant digits; `theme` light, dark or print; `gradients` True, False, or "parameters": only those
    of parameters and of what leads to them, which is the default with detail="names"; `partials` number, formula
    (``a(1 − a)``), both or none; `highlight` nodes or labels, and the edges between them; `opened` any of dot and
    logistic_loss (drawn as the ops that they consist of), examples (all nodes of each), "example 2" and, with
    detail="names", names of nodes (drawn as their ops); `limit` how many boxes at most, those nearest to the root;
    `data` the names of the leaves that are data, all others being parameters; `names` a mapping such as ``locals()``:
    nodes without a label are called by their first name there, or w₁, w₂ by their place in a list, in this picture
    alone; no name beginning with _ counts, nor one that is a label of the graph already; `renderer` dot, pygraphviz or
    built-in, by default the best that is installed.

    TypeError if `root` is not a Value or `names` not a mapping, ValueError for an unknown option.
    """
    look_at = {"direction": direction, "partials": partials}
    detail, paid, look = viewed(root, on, detail, gradients, digits, theme, names, **look_at)
    drawn = picture(root, opened, limit, data, detail, paid == "all", names)
    wanted = [highlight] if isinstance(highlight, (str, Value)) else highlight
    if sum(len(box.edges) for box in drawn.boxes) > EDGES_WITH_CAPTIONS and look.partials != "none":
        drawn.notes.append(
            f"local derivatives are not shown on more than {EDGES_WITH_CAPTIONS} edges; use a smaller limit"
        )
    return Drawing(drawn, look, marked(drawn, wanted), choose(len(drawn.boxes), renderer))


def viewed(
    root: Value, on: str, detail: str, gradients: bool | str | None, digits: int, theme: str,
    names: Mapping[str, Any] | None = None, **look: str,
) -> tuple[str, str, Look]:  # fmt: skip
    """The level of detail, whose gradients are shown (all, or parameters), and the look: as asked for, or as usual.

    TypeError if `root` is not a Value or `names` not a mapping, ValueError for an unknown option.
    """
    if not isinstance(root, Value):
        raise TypeError(
            f"draw(root) draws the graph of a Value, not {root!r:.80} ({type(root).__name__}). "
            "Compute with Values: w = Value(0.5, 'w')."
        )
    if on not in ("", "slide"):
        raise ValueError(f"on={on!r} is not known. Choose one of: slide.")
    slide = on == "slide"
    detail = detail or (usual_level(named(root, names)[root]) if slide else "ops")
    if gradients is None:
        gradients = "parameters" if slide or detail == "names" else True
    if isinstance(gradients, str) and gradients != "parameters":
        raise ValueError(f"gradients={gradients!r} is not known. Choose one of: True, False, 'parameters'.")
    asked = {name: choice for name, choice in look.items() if choice}
    paid = "parameters" if gradients == "parameters" else "all"
    return (
        detail,
        paid,
        Look(digits=digits, theme=theme, gradients=bool(gradients), slide=slide, **(USUAL if slide else {}) | asked),
    )


def marked(drawn: Picture, highlight: Any) -> set[Box | Edge]:
    """The boxes of the nodes in `highlight`, nodes, labels or ids, and the edges between them.

    ValueError for one that has no box.
    """
    found: set[Box | Edge] = set()
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
    return found | {edge for box in drawn.boxes if box in found for edge in box.edges if edge.to in found}


class Drawing:
    """A picture that shows itself in notebooks, and in a terminal as text.

    `source` is its DOT text, `svg` its SVG text, `text` a tree for terminals, `description` sentences. `renderer` says
    who draws it; `notes` say what is not shown, and why.
    """

    def __init__(
        self, drawn: Picture, look: Look, highlighted: set[Any], renderer: str, laid_out: Picture | None = None,
        heading: str = "",
    ) -> None:  # fmt: skip
        self._drawn, self._look, self._highlighted, self.renderer = drawn, look, highlighted, renderer
        self._first = renderer  # that is tried
        self._laid_out = laid_out or drawn  # the same boxes, with room for longer numbers in a page
        self._heading = heading or f"Computation graph of {title(drawn.root) or 'a leaf'}"

    @property
    def notes(self) -> list[str]:
        """What the picture leaves out, what is too small on a slide, what to do; and which renderers have failed."""
        if self._look.slide:
            _ = self.svg  # only what is laid out has a size
        return [*self._drawn.notes]

    @cached_property
    def source(self) -> str:
        """The DOT text, byte for byte the same for the same graph."""
        return dot_source(self._drawn, self._look, self._highlighted)

    @cached_property
    def svg(self) -> str:
        """The SVG text; its nodes have the ids n0, n1, … in the order in which the expression was written."""

        def made(command: list[str]) -> str:
            arguments = self._laid_out, self._look, self._highlighted
            svg = graphviz(command, dot_source(*arguments), "svg") if command else layered_svg(*arguments)
            return annotated(svg, self._drawn, self._look, self._heading, self.description)

        svg = self._by_the_first_that_can("SVG", self._renderers(), made)
        if self._look.slide and (note := too_small(svg)):
            self._drawn.notes.append(note)
        return svg

    def _image(self, suffix: str) -> bytes:
        """The picture as png or pdf."""
        what, able = suffix.upper(), {name: command for name, command in self._renderers().items() if command}
        if not able:
            too_large = len(self._drawn.boxes) > TOO_LARGE
            remedy = (
                f"Use a limit of at most {TOO_LARGE:,} boxes." if too_large else f"Leave out renderer={BUILT_IN!r}."
            )
            remedy = remedy if len(renderers()) > 1 else WAYS
            raise RenderError(f"{what} needs Graphviz, and this picture is drawn by the built-in layout. {remedy}")

        def made(command: list[str]) -> tuple[bytes, bool]:
            return graphviz(command, self.source, suffix), has_a_font(*command)

        image, readable = self._by_the_first_that_can(what, able, made)
        if not readable:
            raise RenderError(
                f"this machine has no font: the {what} would show empty boxes instead of text. Install one "
                "(apt install fonts-dejavu-core), or save an SVG, which is shown with the reader's fonts."
            )
        return image

    def _renderers(self) -> dict[str, list[str]]:
        """The renderer that was chosen and those that can be tried after it, with their commands."""
        installed = [*renderers().items()]
        names = [name for name, _ in installed]
        return dict(installed[names.index(self._first) if self._first in names else 0 :])

    def _by_the_first_that_can(self, what: str, able: dict[str, list[str]], made: Callable[[list[str]], T]) -> T:
        """What is `made` with the command of the first renderer that works. RenderError if all fail."""
        failures = []
        for name, command in able.items():
            try:
                result = made(command)
            except RenderError as error:
                failures.append(f"{name}: {error}")
                if (note := f"not drawn by {failures[-1]}") not in self._drawn.notes:
                    self._drawn.notes.append(note)
            else:
                self.renderer = name
                return result
        raise RenderError(f"none of the installed renderers can draw the {what}. {' '.join(failures)} {WAYS}")

    @cached_property
    def text(self) -> str:
        """The graph as a tree in plain text: values, gradients, and local derivatives in brackets."""
        return text_tree(self._drawn, self._look)

    @property
    def description(self) -> str:
        """The graph in sentences."""
        return description(self._drawn, self._look)

    def save(self, path: str | Path) -> Path:
        """Write the picture as its suffix says, .svg, .png, .pdf or .dot, and return the path.

        RenderError if PNG or PDF cannot be made, with the ways to get them; ValueError for another suffix; OSError if
        `path` cannot be written. The file is written whole or not at all.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(
                f"{path.name!r}: a picture is saved as {', '.join(SUFFIXES)}. Choose one of these suffixes."
            )
        write_whole(path, self.content(suffix))
        return path

    def content(self, suffix: str) -> str | bytes:
        """What the file with such a suffix holds."""
        if suffix == ".svg":
            return self.svg
        return self.source if suffix == ".dot" else self._image(suffix[1:])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}

    def __str__(self) -> str:
        return printable(self.text)

    def __repr__(self) -> str:
        name, boxes = title(self._drawn.root) or "a leaf", len(self._drawn.boxes)
        return printable(f"<drawing of {name}: {boxes} boxes, by {self.renderer}>")
