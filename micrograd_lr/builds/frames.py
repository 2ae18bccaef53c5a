"""`draw_frames`: the graph of a node once per move, each picture with what is known by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import overload

from micrograd_lr.formulas.format import DIGITS
from micrograd_lr.levels.examples import EXAMPLES_OPENED
from micrograd_lr.pictures.drawing import Drawing, viewed
from micrograd_lr.pictures.graph import FOREIGN, LIMIT, picture
from micrograd_lr.pictures.renderers import choose
from micrograd_lr.stepping.frames import steps
from micrograd_lr.tools.files import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from micrograd_lr.engine.value import Value
    from micrograd_lr.pictures.boxes import Box, Edge, Picture
    from micrograd_lr.stepping.frames import Frame, Steps

FORMS = ("svg", "png", "pdf")


def draw_frames(
    root: Value,
    *,
    on: str = "",
    detail: str = "",
    direction: str = "",
    digits: int = DIGITS,
    theme: str = "light",
    gradients: bool | str | None = None,
    partials: str = "",
    opened: str | Iterable[str] = (),
    limit: int = LIMIT,
    data: Iterable[str] = ("x", "y"),
    renderer: str | None = None,
) -> DrawnFrames:
    """One picture per move of ``steps(root)``, all laid out alike: ``draw_frames(L, on="slide").save("frames")``.

    Each picture shows the values, local derivatives and gradients that are known after its move, and marks what the
    move is about: blue forward, crimson backward. A gradient that is paid along several paths is shown when all have
    paid. No gradient of `root` is read or changed, so ``backward()`` is not needed.

    The options are those of `draw`. With gradients=False the frames end with the forward pass. `opened` are names of
    nodes; each example of a batch has its own boxes.

    TypeError if `root` is not a Value, ValueError for an unknown option; the errors of `steps`.
    """
    detail, paid, look = viewed(root, on, detail, gradients, digits, theme, direction=direction, partials=partials)
    names = {opened} if isinstance(opened, str) else {*opened}
    names.add(EXAMPLES_OPENED)
    walk = steps(root, detail=detail, opened=names, gradients=paid, data=data, digits=digits)

    def drawing(frame: Frame) -> Drawing:
        drawn = picture(root, names, limit, data, detail, all_paid=paid == "all")
        _fill(drawn, walk)
        _hide(drawn, frame)
        at_this = replace(look, mark="forward" if frame.phase == "forward" else "grad")
        marked = {*_marked(drawn, frame)}
        return Drawing(drawn, at_this, marked, choose(len(drawn.boxes), renderer), heading=frame.text)

    return DrawnFrames([drawing(frame) for frame in walk if look.gradients or frame.phase == "forward"])


def _fill(drawn: Picture, walk: Steps) -> None:
    """Give the boxes the gradients of the end, whatever those of the graph are: they are what needs room."""
    gradients = walk[-1].gradients
    for box in drawn.boxes:
        box.grad, box.foreign = gradients.get(box.node), False
    drawn.notes[:] = [note for note in drawn.notes if note != FOREIGN]


def _hide(drawn: Picture, frame: Frame) -> None:
    """Hide what is not known after this move: values, gradients, local derivatives."""
    walk = frame.steps
    paid = [payment for past in walk[: frame.index + 1] for payment in past.payments]
    complete = {payment.operand for payment in paid if payment.path == payment.paths}
    complete |= {walk.root.id} if frame.phase == "backward" else set()
    edges = {(payment.payer, payment.position) for payment in paid}
    for box in drawn.boxes:
        known = {"value": box.node in frame.values or box.node not in walk.nodes, "grad": box.node in complete}
        box.hidden = frozenset(what for what in known if not known[what])
        for i, edge in enumerate(box.edges):
            edge.hidden = (box.node, i) not in edges


def _marked(drawn: Picture, frame: Frame) -> Iterator[Box | Edge]:
    """What the move is about: the node, what it reads or pays, and the edges between them; or leaves."""
    paid = {(payment.payer, payment.position) for payment in frame.payments}
    for box in drawn.boxes:
        if (
            (frame.kind == "inputs" and box.kind in ("parameter", "data"))
            or (frame.kind == "gradients" and box.kind == "parameter")
            or (frame.node and box.node == frame.node)
        ):
            yield box
        for i, edge in enumerate(box.edges):
            if (box.node, i) in paid or (frame.kind == "forward" and box.node == frame.node):
                yield from (edge, edge.to)


class DrawnFrames(Sequence[Drawing]):
    """The pictures that `draw_frames` makes, one per move."""

    def __init__(self, drawings: Iterable[Drawing]) -> None:
        self._drawings = (*drawings,)

    @overload
    def __getitem__(self, index: int) -> Drawing: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Drawing, ...]: ...
    def __getitem__(self, index: int | slice) -> Drawing | tuple[Drawing, ...]:
        return self._drawings[index]

    def __len__(self) -> int:
        return len(self._drawings)

    def __repr__(self) -> str:
        return repr(self[0]).replace("drawing", f"{len(self)} frames", 1)

    @property
    def notes(self) -> list[str]:
        """What the pictures leave out, and why."""
        return [*dict.fromkeys(note for drawing in self for note in drawing.notes)]

    def save(self, folder: str | Path, form: str = "svg") -> list[Path]:
        """Write move-01.svg, move-02.svg, … into a folder, which is made if it is missing, and return their paths.

        `form` is svg, png or pdf. ValueError for another one, or if the folder holds frames of more moves, which would
        be taken for these; OSError if it cannot be written; RenderError if PNG or PDF cannot be made. All pictures are
        drawn before the first is written.
        """
        folder = Path(folder)
        if form not in FORMS:
            raise ValueError(f"form={form!r} is not known. Choose one of: {', '.join(FORMS)}.")
        digits = max(2, len(str(len(self))))
        paths = [folder / f"move-{i:0{digits}}.{form}" for i in range(1, len(self) + 1)]
        _room_for(paths, folder)
        contents = [drawing.content(f".{form}") for drawing in self]
        for path, content in zip(paths, contents):
            write_whole(path, content)
        return paths


def _room_for(paths: list[Path], folder: Path) -> None:
    """Make the folder. It must not hold frames that these would not replace."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        a_file = "It is a file, and the frames need a folder. " if folder.is_file() else ""
        raise type(error)(
            f"cannot make the folder {folder}: {error.strerror}. {a_file}Choose a folder that is yours, or a new name."
        ) from error
    others = sorted(path.name for path in {*folder.glob(f"move-*{paths[0].suffix}")} - {*paths})
    if others:
        raise ValueError(
            f"{folder} holds {', '.join(others[:3])}{', …' * (len(others) > 3)}, which is not one of these "
            f"{len(paths)} moves and would be shown with them. Remove it, or choose another folder."
        )
