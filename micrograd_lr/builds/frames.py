"""`draw_frames`: the graph of a node once per move, each picture with what is known by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import overload

from micrograd_lr.formulas.format import DIGITS, format_formula
from micrograd_lr.formulas.text import SLOT
from micrograd_lr.levels.examples import EXAMPLES_OPENED
from micrograd_lr.pictures.drawing import Drawing, viewed
from micrograd_lr.pictures.graph import FOREIGN, LIMIT, picture
from micrograd_lr.pictures.renderers import choose
from micrograd_lr.stepping.frames import steps
from micrograd_lr.tools.files import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from micrograd_lr.engine.value import Value
    from micrograd_lr.pictures.boxes import Box, Edge, Picture
    from micrograd_lr.stepping.frames import Frame, Steps
    from micrograd_lr.stepping.moves import Payment

FORMS = ("svg", "png", "pdf")
LONGEST_CLOSED = 20  # characters of a closed form that a box shows


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
    names: Mapping[str, Any] | None = None,
    renderer: str | None = None,
) -> DrawnFrames:
    """One picture per move of ``steps(root)``, all laid out alike: ``draw_frames(L, on="slide").save("frames")``.

    Each picture shows the values, local derivatives and gradients that are known after its move, and marks what the
    move is about: blue forward, crimson backward. A gradient that is paid along several paths is shown when all have
    paid. With names, an example of many is one box and has one move. The last picture has the closed form,
    ∂L/∂w = (a − y)xᵀ, where there is one. No gradient of `root` is read or changed, so ``backward()`` is not needed.

    The options are those of `draw`, but for highlight. With gradients=False the frames end with the forward pass.
    `opened` are names of nodes, "example 2", or "examples": then each node of an example has its own box and move.

    TypeError if `root` is not a Value, ValueError for an unknown option; the errors of `steps`.
    """
    look_at = {"direction": direction, "partials": partials}
    detail, paid, look = viewed(root, on, detail, gradients, digits, theme, names, **look_at)
    inside = {opened} if isinstance(opened, str) else {*opened}
    if detail == "ops":  # where every op has a move of its own
        inside.add(EXAMPLES_OPENED)
    walk = steps(root, detail=detail, opened=inside, gradients=paid, data=data, digits=digits, names=names)

    def drawing(frame: Frame) -> Drawing:
        drawn = picture(root, inside, limit, data, detail, paid == "all", names)
        _fill(drawn, walk)
        seen = _Seen(drawn, frame)
        seen.hide()
        at_this = replace(look, mark="forward" if frame.phase == "forward" else "grad")
        marked = {*seen.marked()}
        return Drawing(drawn, at_this, marked, choose(len(drawn.boxes), renderer), heading=frame.text)

    return DrawnFrames([drawing(frame) for frame in walk if look.gradients or frame.phase == "forward"])


def _fill(drawn: Picture, walk: Steps) -> None:
    """Give the boxes the gradients and closed forms of the end, whatever those of the graph are: they need room."""
    gradients = walk[-1].gradients
    closed = {}
    for family, line in walk.closed_lines.results():
        name, *formulas = (part for part in line.parts if SLOT not in part)
        if formulas and len(formulas[-1]) <= LONGEST_CLOSED:
            closed[family.parameters[0]] = format_formula(f"{name} = {formulas[-1]}")
    for box, parts in _shown_by(drawn, walk).items():
        box.grad, box.foreign = gradients.get(parts[0][-1]) if parts else None, False
        box.closed = closed.get(box.node, "")
    drawn.notes[:] = [note for note in drawn.notes if note != FOREIGN]


def _shown_by(drawn: Picture, walk: Steps) -> dict[Box, list[tuple[str, ...]]]:
    """The nodes that each box shows: one; those of an example; or of each of the examples that share one box.

    A box for what is not shown, or for what has no node in the walk, shows none.
    """
    examples = {loss: example.nodes for loss, example in walk.moves.examples.items()}
    alone = {loss: examples.get(loss, (loss,)) for loss in walk.nodes}
    found = {box: [alone[box.node]] if box.node in alone else [] for box in drawn.boxes}
    own = {box.node for box in drawn.boxes}
    sharing = [nodes for loss, nodes in examples.items() if loss not in own]
    return found | {box: sharing for box in drawn.boxes if box.kind == "folded" and box.value is not None}


class _Seen:
    """A picture as it is seen after a move."""

    def __init__(self, drawn: Picture, frame: Frame) -> None:
        self.frame, self.parts = frame, _shown_by(drawn, frame.steps)
        self.nodes = {box: {node for part in parts for node in part} for box, parts in self.parts.items()}
        paid_by: dict[str, list[Payment]] = {}
        for payment in frame.steps.payments:
            paid_by.setdefault(payment.payer, []).append(payment)
        self.along: dict[Edge, set[str]] = {}  # the keys of what is paid along each edge
        for box, nodes in self.nodes.items():
            paid = [payment for node in nodes for payment in paid_by.get(node, ())]
            for i, edge in enumerate(box.edges):  # that of an example is for all that it pays a node
                own = (x for x in paid if (x.operand == edge.to.node if len(nodes) > 1 else x.position == i))
                self.along[edge] = {payment.key("c") for payment in own}

    def hide(self) -> None:
        """Hide what is not known after this move: values, gradients, local derivatives, closed forms."""
        frame, walk = self.frame, self.frame.steps
        paid = [payment for past in walk[: frame.index + 1] for payment in past.payments]
        made = {payment.key("c") for payment in paid}
        complete = {payment.operand for payment in paid if payment.path == payment.paths}
        complete |= {walk.root.id} if frame.phase == "backward" else set()
        for box, parts in self.parts.items():
            computed = self.nodes[box] <= frame.values.keys()
            known = {
                "value": computed, "inside": computed, "closed": frame.kind == "gradients",
                "grad": bool(parts) and all(part[-1] in complete for part in parts),
            }  # fmt: skip
            box.hidden = frozenset(what for what in known if not known[what])
            for edge in box.edges:
                edge.hidden = not self.along[edge] or not self.along[edge] <= made

    def marked(self) -> Iterator[Box | Edge]:
        """What the move is about: the node, what it reads or pays, and the edges between them; or leaves."""
        frame, now = self.frame, {payment.key("c") for payment in self.frame.payments}
        for box, nodes in self.nodes.items():
            turn = not nodes.isdisjoint(frame.nodes)
            if (
                turn
                or (frame.kind == "inputs" and box.kind in ("parameter", "data"))
                or (frame.kind == "gradients" and box.kind == "parameter")
            ):
                yield box
            for edge in box.edges:
                if (frame.kind == "forward" and turn) or not self.along[edge].isdisjoint(now):
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
