"""The picture of the graph in a page: its boxes have room for other numbers, which the script writes into them."""

from __future__ import annotations

from xml.etree import ElementTree

from micrograd_lr.pictures.drawing import Drawing
from micrograd_lr.pictures.graph import EXAMPLES_OPENED, picture
from micrograd_lr.pictures.look import Look
from micrograd_lr.pictures.renderers import choose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.engine.value import Value
    from micrograd_lr.pictures.boxes import Picture
    from micrograd_lr.stepping.frames import Steps

LIMIT = 400  # boxes in the picture; what lies deeper is folded there, and stepped through all the same
WIDEST = -0.1235  # about as long as a number gets: every box has room for it


def graph(root: Value, steps: Steps, data: tuple[str, ...]) -> str:
    """The picture of `draw` before backward, as SVG, laid out for numbers that may become longer."""

    def drawn(roomy: bool) -> Picture:
        made = picture(root, (EXAMPLES_OPENED,), LIMIT, data)
        made.notes.clear()
        for box in made.boxes:
            node = steps.nodes.get(box.node)
            if node is not None:
                box.label = box.label or (node.name if node.name == node.id else "")
                box.foreign, box.grad = False, WIDEST if roomy else None
                box.value = WIDEST if roomy else box.value
                for edge in box.edges:
                    edge.partial = WIDEST if roomy else edge.partial
        return made

    real = drawn(roomy=False)
    svg = Drawing(real, Look(digits=steps.digits), set(), choose(len(real.boxes)), drawn(roomy=True)).svg
    return _for_the_page(svg)


def _for_the_page(svg: str) -> str:
    """The picture without its own styles, and without sentences whose numbers would stay when an input changes."""
    tree = ElementTree.fromstring(svg)
    for element in tree.iter():
        for name in ("style", *(("fill", "font-family") if element.tag.endswith("text") else ())):
            element.attrib.pop(name, None)
        for child in [*element]:
            if child.tag.endswith(("title", "desc")):
                element.remove(child)
            child.tail = None
        element.text = (element.text or "").strip()
    return ElementTree.tostring(tree, encoding="unicode")
