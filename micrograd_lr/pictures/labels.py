"""The words and numbers of a picture, the same in each of its forms: DOT, SVG, text and sentences."""

from __future__ import annotations

from micrograd_lr.formulas.format import clean, format_formula, format_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.pictures.boxes import Box, Edge, Picture
    from micrograd_lr.pictures.look import Look

INSIDE = 4  # intermediate results that the box of an example shows
EDGES_WITH_CAPTIONS = 300  # with more edges, the captions would hide the picture


def title(box: Box) -> str:
    """``z = wx + b``: the label and the formula, or only one of them."""
    return " = ".join(filter(None, (clean(box.label), format_formula(box.formula))))


def box_lines(box: Box, root: Box, look: Look) -> list[tuple[str, str]]:
    """The lines of text in a box, each after what it is: word, inside, title, value or grad."""
    lines = [("word", box.word)] if box.word else []
    lines += [
        ("inside", f"{clean(inner.label)} = {format_number(inner.value, look.digits)}") for inner in box.inside[:INSIDE]
    ]
    if len(box.inside) > INSIDE:
        lines.append(("inside", f"and {len(box.inside) - INSIDE} more"))
    if title(box):
        lines.append(("title", title(box)))
    if box.value is not None:
        lines.append(("title" if box.kind == "constant" else "value", format_number(box.value, look.digits)))
        if look.gradients and not box.unpaid:
            lines.append(("grad", f"{gradient_name(box, root)} = {format_number(box.grad, look.digits)}"))
    return lines


def gradient_name(box: Box, root: Box) -> str:
    """``∂L/∂z``; ``grad`` if a name is missing, or if the gradients are those of another root."""
    named = root.label and box.label and not root.foreign
    return f"∂{clean(root.label)}/∂{clean(box.label)}" if named else "grad"


def caption(edge: Edge, look: Look) -> str:
    """The local derivative as it is written beside an edge: number, formula, both, or nothing."""
    if edge.partial is None or look.partials == "none":
        return ""
    value, rule = format_number(edge.partial, look.digits), format_formula(edge.formula)
    if look.partials == "number" or not rule or value == rule:
        return value
    return rule if look.partials == "formula" else f"{rule} = {value}"


def captions(drawn: Picture, look: Look) -> dict[Edge, str]:
    """The caption of every edge; no captions at all if they would hide the picture."""
    edges = [edge for box in drawn.boxes for edge in box.edges]
    return {edge: caption(edge, look) if len(edges) <= EDGES_WITH_CAPTIONS else "" for edge in edges}


def sentence(box: Box, root: Box, look: Look) -> str:
    """What a box shows, as a sentence."""
    named = " ".join(filter(None, ("the" * (box.kind == box.word), box.word, title(box))))
    said = named[0].upper() + named[1:] if box.word else named  # but x stays x
    if box.value is not None:
        said += f" is {format_number(box.value, look.digits)}"
    if look.gradients and box.value is not None and not box.unpaid:
        said += "; its gradient is " + (
            "not computed yet" if box.grad is None else format_number(box.grad, look.digits)
        )
    return said + "."
