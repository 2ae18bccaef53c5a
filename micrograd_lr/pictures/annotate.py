"""The SVG of any renderer, made readable by people and by scripts."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from micrograd_lr.formulas.format import clean
from micrograd_lr.pictures.boxes import edge_id
from micrograd_lr.pictures.labels import caption, captions, sentence, shown_lines
from micrograd_lr.pictures.look import Look
from micrograd_lr.pictures.renderers import RenderError
from micrograd_lr.pictures.slide import HEIGHT, WIDTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.pictures.boxes import Picture

_SVG = "http://www.w3.org/2000/svg"


def annotated(svg: str | bytes, drawn: Picture, look: Look, title: str, description: str) -> str:
    """The SVG of any renderer, made readable by people and scripts. RenderError if it is not the SVG of `drawn`.

    It gets a title and a description for screen readers, a sentence on every node and edge as tooltip, and on every
    text what it is, as its class. Texts are anchored at their middle, in case the reader has another font.
    """
    try:
        return _annotated(svg, drawn, look, title, description)
    except (ET.ParseError, LookupError, ValueError) as error:
        raise RenderError(f"its output is not an SVG of this graph: {type(error).__name__}, {error}.") from error


def _annotated(svg: str | bytes, drawn: Picture, look: Look, title: str, description: str) -> str:
    """As `annotated`, but if something is missing the error is the one that comes up."""
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    tree = ET.fromstring(svg)
    if look.slide:
        tree.attrib.update(width=f"{WIDTH}", height=f"{HEIGHT}", viewBox=f"0 0 {WIDTH} {HEIGHT}")
    tree.set("role", "img")
    tree.set("aria-label", clean(title))
    tree.set("style", "max-width: 100%; height: auto")
    for position, (name, text) in enumerate({"title": title, "desc": description}.items()):
        element = ET.Element(f"{{{_SVG}}}{name}")
        element.text = clean(text)
        tree.insert(position, element)
    groups = {group.get("id"): group for group in tree.iter(f"{{{_SVG}}}g")}
    beside = captions(drawn, look)
    for box in drawn.boxes:
        group = groups[box.id]
        _titled(group, sentence(box, drawn.root, look))
        middle = _middle(group)
        for line, (what, text) in zip(group.iter(f"{{{_SVG}}}text"), shown_lines(box, drawn.root, look), strict=True):
            line.text = text
            line.set("class", what)
            line.set("text-anchor", "middle")
            line.set("x", f"{middle:.2f}")
        for i, edge in enumerate(box.edges):
            group = groups[edge_id(box, i)]
            below, above = (clean(x.label) or "operand" for x in (edge.to, box))
            local = caption(edge, Look(digits=look.digits, partials="both"))
            _titled(group, f"∂{above if box.label else 'node'}/∂{below} = {local}" if local else "")
            lines = [*group.iter(f"{{{_SVG}}}text")]
            if beside[edge] and not lines:
                raise LookupError(f"{group.get('id')} has no text")
            for line, text in zip(lines, beside[edge], strict=True):
                line.text = "" if edge.hidden else text
                line.set("class", "partial")
    return ET.tostring(tree, encoding="unicode") + "\n"


def _titled(group: ET.Element, text: str) -> None:
    group.findall(f"{{{_SVG}}}title")[0].text = text


def _middle(group: ET.Element) -> float:
    """The x of the middle of a node, found from its outline."""
    for shape in group:
        if shape.tag.endswith("ellipse"):
            return float(shape.get("cx", 0))
        if shape.tag.endswith("rect"):
            return float(shape.get("x", 0)) + float(shape.get("width", 0)) / 2
        if points := shape.get("points") or shape.get("d"):
            for letter in "MC":
                points = points.replace(letter, " ")
            xs = [float(point.split(",")[0]) for point in points.split()]
            return (min(xs) + max(xs)) / 2
    raise LookupError(f"{group.get('id')} has no outline")
