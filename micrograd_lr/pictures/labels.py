"""The words and numbers of a picture, the same in each of its forms: DOT, SVG, text and sentences."""

from __future__ import annotations

from micrograd_lr.formulas.format import clean, format_formula, format_number, is_rounded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr.pictures.boxes import Box, Edge, Picture
    from micrograd_lr.pictures.look import Look

INSIDE = 4  # intermediate results that the box of an example shows
LONGEST_LINE = 24  # characters of a formula on a slide; the rest goes on in the next line
LONGEST_CAPTION = 18  # that stands in one line: lines are dear between two boxes, one above the other is room enough
EDGES_WITH_CAPTIONS = 300  # with more edges, the captions would hide the picture


def title(box: Box) -> str:
    """``z = wx + b``: the label and the formula, or only one of them."""
    return " = ".join(filter(None, (clean(box.label), format_formula(box.formula))))


def box_lines(box: Box, root: Box, look: Look) -> list[tuple[str, str]]:
    """The lines of text in a box, each after what it is: word, inside, title, value, grad or closed."""
    lines = [("word", box.word)] if box.word else []
    lines += [
        ("inside", f"{clean(inner.label)} = {format_number(inner.value, look.digits)}") for inner in box.inside[:INSIDE]
    ]
    if len(box.inside) > INSIDE:
        lines.append(("inside", f"and {len(box.inside) - INSIDE} more"))
    if title(box):
        lines += [("title", line) for line in (wrapped(title(box)) if look.slide else [title(box)])]
    if box.value is not None:
        lines.append(("title" if box.kind == "constant" else "value", format_number(box.value, look.digits)))
        if look.gradients and not box.unpaid:
            lines.append(("grad", f"{gradient_name(box, root)} = {format_number(box.grad, look.digits)}"))
            lines += [("closed", box.closed)] if box.closed else []
    return lines


def shown_lines(box: Box, root: Box, look: Look) -> list[tuple[str, str]]:
    """The lines of a box as they are shown: empty where something is not known yet."""
    return [(what, "" if what in box.hidden else text) for what, text in box_lines(box, root, look)]


def gradient_name(box: Box, root: Box) -> str:
    """``∂L/∂z``; ``grad`` if a name is missing, or if the gradients are those of another root."""
    named = root.label and box.label and not root.foreign
    return f"∂{clean(root.label)}/∂{clean(box.label)}" if named else "grad"


def caption(edge: Edge, look: Look) -> str:
    """The local derivative as it is written beside an edge: number, formula, both, or nothing."""
    return "" if edge.hidden else _local_derivative(edge, look)


def _local_derivative(edge: Edge, look: Look) -> str:
    if edge.partial is None or look.partials == "none":
        return ""
    value, rule = format_number(edge.partial, look.digits), format_formula(edge.formula)
    if look.partials == "number" or not rule or value == rule:
        return value
    if look.partials == "formula":
        return rule
    is_a_number = not any(character.isalpha() for character in rule)
    return f"{rule} {'≈' if is_a_number and is_rounded(edge.partial, look.digits) else '='} {value}"


def captions(drawn: Picture, look: Look) -> dict[Edge, tuple[str, ...]]:
    """The lines that stand beside each edge, or have room there; none at all if they would hide the picture."""
    edges = [edge for box in drawn.boxes for edge in box.edges]
    if len(edges) > EDGES_WITH_CAPTIONS:
        return dict.fromkeys(edges, ())
    texts = {edge: _local_derivative(edge, look) for edge in edges}
    if look.slide:
        return {edge: (*wrapped(text, LONGEST_CAPTION),) if text else () for edge, text in texts.items()}
    return {edge: (text,) if text else () for edge, text in texts.items()}


def wrapped(text: str, longest: int = LONGEST_LINE) -> list[str]:
    """A formula in lines, if it is longer than `longest` characters and has places to break.

    It is broken outside of as many parentheses as possible, rather before + and − than between factors, and near its
    middle: L = −(y log(a) | + (1 − y) log(1 − a)).
    """
    if len(text) <= longest:
        return [text]
    depth, places = 0, []
    for i, c in enumerate(text):
        depth += (c in "([") - (c in ")]")
        if c == " " and i > 0 and text[i - 1] not in "+−=" and text[i + 1 : i + 2] != "=":
            places.append((depth, text[i + 1 : i + 2] not in ("+", "−"), abs(2 * i - len(text)), i))
    if not places:
        return [text]
    *_, i = min(places)
    return [*wrapped(text[:i]), *wrapped(text[i + 1 :])]


def sentence(box: Box, root: Box, look: Look) -> str:
    """What a box shows, as a sentence."""
    named = " ".join(filter(None, ("the" * (box.kind == box.word), box.word, title(box))))
    said = named[0].upper() + named[1:] if box.word else named  # but x stays x
    known = box.value is not None and "value" not in box.hidden
    if known:
        said += f" is {format_number(box.value, look.digits)}"
    if look.gradients and known and not box.unpaid and "grad" not in box.hidden:
        said += "; its gradient is " + (
            "not computed yet" if box.grad is None else format_number(box.grad, look.digits)
        )
        said += f"; {box.closed}" if box.closed and "closed" not in box.hidden else ""
    return said + "."
