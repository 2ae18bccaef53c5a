"""Frames: the forward and the backward pass as data, one move at a time. Every way of stepping reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from micrograd_lr.engine.number_types import one_like
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import DIGITS, check_digits, format_formula
from micrograd_lr.formulas.keys import gradient_key
from micrograd_lr.formulas.latex import aligned
from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.formulas.templates import equation, filled
from micrograd_lr.levels.given_names import named
from micrograd_lr.levels.names import usual_level
from micrograd_lr.pictures.graph import changed_since, is_data
from micrograd_lr.stepping.closed_lines import ClosedLines
from micrograd_lr.stepping.leads import lead, remarks
from micrograd_lr.stepping.level import Level
from micrograd_lr.stepping.lines import backward_lines, forward_line, gradient_line, input_lines, result_lines
from micrograd_lr.stepping.moves import Moves, comparable
from micrograd_lr.stepping.names import NamedNodes
from micrograd_lr.stepping.steps_json import from_text, to_text
from micrograd_lr.tools.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from micrograd_lr.stepping.moves import Closed, Example, Line, Node, Payment


@dataclass(frozen=True)
class Frame:
    """One move: the inputs, an operation forward, the seed, an operation backward, or the gradients at the end.

    `kind` is inputs, forward, seed, backward or gradients; `nodes` are the ids of the nodes whose turn it is: one, or
    none, or those of an example, operands before users; `payments` are what a backward move pays.
    """

    steps: Steps
    index: int
    kind: str
    nodes: tuple[str, ...]
    payments: tuple[Payment, ...] = ()

    def __repr__(self) -> str:
        return printable(f"<frame {self.index}: {self.text}>")

    @property
    def node(self) -> str:
        """The id of the node whose turn it is, or ""; of an example that of its loss."""
        return self.nodes[-1] if self.nodes else ""

    @property
    def example(self) -> Example | None:
        """The example whose turn it is, if it is one."""
        return self.steps.moves.examples.get(self.node)

    @property
    def phase(self) -> str:
        """``forward`` or ``backward``."""
        return "forward" if self.kind in ("inputs", "forward") else "backward"

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What is computed, line by line."""
        graph = self.steps
        if self.kind == "inputs":
            return (*input_lines(graph),)
        if self.kind == "forward":
            return tuple(forward_line(graph.nodes[node]) for node in self.nodes)
        if self.kind == "seed":
            return (gradient_line("seed", graph, self.node),)
        return self._backward[0] if self.kind == "backward" else (*result_lines(graph, graph.closed_lines),)

    @property
    def more(self) -> int:
        """How many payments have no lines, because they are many."""
        return self._backward[1]

    @cached_property
    def _backward(self) -> tuple[tuple[Line, ...], int]:
        return backward_lines(self.steps, self.steps.closed_lines, self.payments, self.example)

    @property
    def formula(self) -> str:
        """The lines as formulas: ``∂a/∂z = a(1 − a); ∂L/∂z = ∂L/∂a · ∂a/∂z``."""
        return format_formula("; ".join(line.formula for line in self.lines))

    @property
    def numbers(self) -> str:
        """The lines with numbers: ``∂a/∂z = a(1 − a) = 0.5(1 − 0.5) = 0.25; …``."""
        return "; ".join(self.steps.filled(line.template) for line in self.lines)

    @property
    def mathematics(self) -> str:
        """The lines as MathML, one ``<math>`` element each."""
        return "".join(
            f"{line.note and line.note + ': '}<math>{self.steps.mathml(equation(line.parts))}</math>"
            for line in self.lines
        )

    @property
    def latex(self) -> str:
        """The lines as LaTeX, one ``align*``."""
        return aligned(((x.note, self.steps.filled(equation(x.parts))) for x in self.lines), self.steps.names)

    @property
    def lead(self) -> str:
        """What happens, in a few words: ``Forward: z is computed``."""
        return format_formula(self._lead)

    @property
    def _lead(self) -> str:
        return lead(self.steps, self.kind, self.node, self.example, self.payments)

    @property
    def template(self) -> str:
        """The sentence that says what happens, with slots for its numbers."""
        left_out = ("cancel",) if self.node == self.steps.root.id else ("local", "cancel")
        lines = (line for line in self.lines if line.kind not in left_out)
        said = [f"{line.template} (proven)" if line.kind == "closed" else line.template for line in lines]
        if self.more:
            said.append(f"and {self.more} more of the same kind")
        return f"{self._lead}: {', '.join(said)}." if said else f"{self._lead}."

    @property
    def text(self) -> str:
        """The sentence that says what happens, and the remarks."""
        return " ".join([self.steps.filled(self.template), *self.remarks])

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be said of the numbers, where a loss is computed and at the end: a y that is not 0 or 1."""
        return (
            *remarks(self.steps, self.steps.closed_lines.closed_at_the_end, self.kind, self.nodes, self.steps.digits),
        )

    @property
    def values(self) -> dict[str, Any]:
        """The value of every node so far, by id."""
        computed = {node for frame in self._so_far if frame.kind == "forward" for node in frame.nodes}
        return {id: node.value for id, node in self.steps.nodes.items() if not node.op or id in computed}

    @property
    def gradients(self) -> dict[str, Any]:
        """The gradient of every node so far, by id: the running sum of what it has been paid."""
        sums: dict[str, Any] = {}
        for frame in self._so_far:
            if frame.kind == "seed":
                sums[frame.node] = self.steps.seed
            sums.update((payment.operand, payment.total) for payment in frame.payments)
        return sums

    def ledger(self, node: str) -> list[Payment]:
        """What `node` has been paid so far, one entry per path."""
        return [payment for frame in self._so_far for payment in frame.payments if payment.operand == node]

    @property
    def _so_far(self) -> tuple[Frame, ...]:
        return self.steps[: self.index + 1]


class Steps(NamedNodes, Sequence[Frame]):
    """The frames of both passes, made by `steps`: a sequence, with the `nodes` by id and all `payments`.

    They show a `level` of a graph, and keep a copy of it.
    """

    def __init__(
        self, nodes: Iterable[Node], payments: Iterable[Payment], digits: int, closed: Iterable[Closed],
        examples: Iterable[Example], level: Level,
    ) -> None:  # fmt: skip
        super().__init__(nodes)
        self.payments, self.digits, self.closed, self.level = tuple(payments), digits, tuple(closed), level
        self.examples = tuple(examples)
        self.seed = self.payments[0].upstream if self.payments else one_like(self.root.value)
        self.ops = tuple(node.id for node in self.nodes.values() if node.op)
        self.moves = Moves(self.root.id, self.ops, self.payments, self.examples)
        self._frames = tuple(Frame(self, i, *move) for i, move in enumerate(self.moves.all))

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Frame, ...]: ...
    def __getitem__(self, index: int | slice) -> Frame | tuple[Frame, ...]:
        return self._frames[index]

    def __len__(self) -> int:
        return len(self._frames)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Steps):
            return NotImplemented
        return self._content == other._content

    @property
    def _content(self) -> tuple[Any, ...]:
        parts = (*self.nodes.values(), *self.payments, *self.closed)
        return self.digits, [(type(part), comparable((*vars(part).values(),))) for part in parts]

    def __hash__(self) -> int:
        return hash((tuple(self.nodes), len(self.payments), self.digits))

    def __repr__(self) -> str:
        return printable(f"<{len(self)} steps of {format_formula(self.root.formula) or self.root.name}>")

    @cached_property
    def closed_lines(self) -> ClosedLines:
        """The lines of its closed forms."""
        return ClosedLines(self, self.closed, self.payments, self.level.closed_of_names)

    def number(self, key: str) -> Any:
        """The number of a key, such as v3 (see `formulas.keys`)."""
        return self._numbers[key]

    @cached_property
    def _numbers(self) -> dict[str, Any]:
        """Every number of the graph, by its key."""
        found = {node.key: node.value for node in self.nodes.values()}
        for payment in self.payments:
            found.update(payment.numbers)
        found |= {gradient_key(node): gradient for node, gradient in self[-1].gradients.items()}
        return found

    def filled(self, template: str, number_of: Callable[[str], Any] | None = None) -> str:
        """A template with its numbers in their slots, and real minus signs."""
        return filled(template, number_of or self.number, self.digits)

    def mathml(self, template: str, number_of: Callable[[str], Any] | None = None) -> str:
        """A template as MathML, with its numbers."""
        return mathml(self.filled(template, number_of), self.names)

    def to_json(self) -> str:
        """These steps as JSON text, from which `from_json` makes equal ones.

        Numbers may be float, int, Fraction and Decimal of at most 1,000 digits: ValueError for longer ones, TypeError
        for other types.
        """
        return to_text(self.nodes.values(), self.payments, self.digits, self.closed, self.level)

    @classmethod
    def from_json(cls, text: str) -> Steps:
        """The steps that `to_json` wrote. ValueError, which names the place, for any other text.

        Every node is computed again, by the rows of ``OPS``, the same level of detail is taken, and swept: each number
        and formula of the text must agree.
        Only what another machine may round differently, exp, log and pow, is taken from the text. A row of your own
        must be in ``OPS`` when its steps are read, and decimals need the context in which they were computed.
        """
        return cls(*from_text(text))


def steps(
    root: Value, *, detail: str = "", opened: Iterable[str] = (), gradients: str = "parameters",
    data: Iterable[str] = ("x", "y"), digits: int = DIGITS, names: Mapping[str, Any] | None = None,
) -> Steps:  # fmt: skip
    """The forward and the backward pass of the graph of `root`, as an immutable sequence of frames.

    First come the inputs; then a frame per operation, which computes it from its operands; then the seed ∂L/∂L = 1;
    then a frame per operation, which pays each operand upstream gradient × local derivative; last the gradients of the
    parameters. The backward frames show what the engine's own sweep did on a copy: no gradient of `root` changes.

    `detail` is ops, or names, by default where a computed node below the root has a name: then a frame computes a named
    node from the named nodes and leaves before it, and the local derivatives are those of all that lies between,
    ∂L/∂a = −y/a + (1 − y)/(1 − a). `opened` are names of nodes whose ops have frames of their own. A loss of many
    examples has a frame for each example, forward and backward, but for those that are `opened`: ``example 2``, or
    ``examples``, all. `gradients` are those of the parameters and of what leads to them, or all.

    `data` are the names of the leaves that are data, all others being parameters. `digits` are those of the texts; the
    numbers themselves are not rounded. `names` is a mapping such as ``locals()``: nodes without a label are called by
    their names there, as in `draw`; a root without any is called L, or out if another node is L or l. TypeError if
    `root` is not a Value, or `names` not a mapping; ValueError if a leaf has changed since it was used; the errors of
    ``backward()`` if a gradient has no finite value.
    """
    if not isinstance(root, Value):
        raise TypeError(
            f"steps(root) steps through the graph of a Value, not {root!r:.80} ({type(root).__name__}). "
            "Compute with Values: w = Value(0.5, 'w')."
        )
    check_digits(digits)
    called = named(root, names, root_too=True)
    order = [*called.values()]
    for leaf, recorded in changed_since(order).items():
        raise ValueError(
            f"{leaf.label or 'a leaf'} was {recorded} when this was recorded, and is {leaf.data} now. "
            "Compute it again, and step through that."
        )
    of_data = {data} if isinstance(data, str) else {*data}
    leaves = frozenset(node for node in order if not node.op and is_data(node.label, of_data))
    inside = {opened} if isinstance(opened, str) else {*opened}
    detail = detail or usual_level(called[root])
    level = Level(called[root], leaves, detail, tuple(sorted(inside)), gradients)
    nodes, paid, closed, examples = level.passes()
    return Steps(nodes, paid, digits, closed, examples, level)
