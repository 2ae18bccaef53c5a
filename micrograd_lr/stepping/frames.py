"""Frames: the forward and the backward pass as data, one move at a time; what every way of stepping reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from micrograd_lr.engine.number_types import one_like
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import check_digits, formula
from micrograd_lr.formulas.mathml import mathml
from micrograd_lr.formulas.templates import different, filled, slot
from micrograd_lr.formulas.text import SLOT
from micrograd_lr.pictures.graph import boxes_of, changed_since
from micrograd_lr.stepping.moves import Line, Node, Payment
from micrograd_lr.stepping.record import nodes_of, payments
from micrograd_lr.stepping.steps_json import read, written
from micrograd_lr.tools.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

SHOWN = 6  # operands of one node that a frame shows line by line
DIGITS = 4


@dataclass(frozen=True)
class Frame:
    """One move: the inputs, an operation forward, the seed, an operation backward, or the gradients at the end.

    `kind` is inputs, forward, seed, backward or gradients; `node` the id of the node whose turn it is, if any;
    `payments` what a backward move pays.
    """

    steps: Steps
    index: int
    kind: str
    node: str
    payments: tuple[Payment, ...] = ()

    def __repr__(self) -> str:
        return printable(f"<frame {self.index}: {self.text}>")

    @property
    def phase(self) -> str:
        """``forward`` or ``backward``."""
        return "forward" if self.kind in ("inputs", "forward") else "backward"

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What is computed, line by line."""
        return tuple(self.steps.lines(self))

    @property
    def formula(self) -> str:
        """The lines as formulas: ``∂a/∂z = a(1 − a); ∂L/∂z = ∂L/∂a · ∂a/∂z``."""
        return formula("; ".join(line.formula for line in self.lines))

    @property
    def numbers(self) -> str:
        """The lines with numbers: ``∂a/∂z = a(1 − a) = 0.5(1 − 0.5) = 0.25; …``."""
        return "; ".join(self.steps.filled(line.template) for line in self.lines)

    @property
    def mathematics(self) -> str:
        """The lines as MathML, one ``<math>`` element each."""
        return "".join(
            f"{line.note and line.note + ': '}<math>{self.steps.mathml(' = '.join(line.parts))}</math>"
            for line in self.lines
        )

    @property
    def lead(self) -> str:
        """What happens, in a few words: ``Forward, 2 of 11: z is computed``."""
        return formula(self.steps.lead(self))

    @property
    def template(self) -> str:
        """The sentence that says what happens, with slots for its numbers."""
        return self.steps.sentence(self)

    @property
    def text(self) -> str:
        """The sentence that says what happens."""
        return self.steps.filled(self.template)

    @property
    def values(self) -> dict[str, Any]:
        """The value of every node so far, by id."""
        nodes, known = self.steps.nodes, self.steps.known(self.index)
        return {id: node.value for id, node in nodes.items() if not node.op or id in known}

    @property
    def gradients(self) -> dict[str, Any]:
        """The gradient of every node so far, by id: the running sum of what it has been paid."""
        sums: dict[str, Any] = {}
        for frame in self.steps[: self.index + 1]:
            if frame.kind == "seed":
                sums[frame.node] = self.steps.seed
            sums.update((payment.operand, payment.total) for payment in frame.payments)
        return sums

    def ledger(self, node: str) -> list[Payment]:
        """What `node` has been paid so far, one entry per path."""
        return [
            payment for frame in self.steps[: self.index + 1] for payment in frame.payments if payment.operand == node
        ]


class Steps(Sequence[Frame]):
    """The frames of both passes, as `steps` makes them: a sequence, with the `nodes` by id and all `payments`."""

    def __init__(self, nodes: Iterable[Node], payments: Iterable[Payment], digits: int = DIGITS) -> None:
        self.nodes = {node.id: node for node in nodes}
        self.payments, self.digits = tuple(payments), digits
        self.root = [*self.nodes.values()][-1]
        self.seed = self.payments[0].upstream if self.payments else one_like(self.root.value)
        ops = [node for node in self.nodes.values() if node.op]
        self._count = len(ops)
        paid: dict[str, list[Payment]] = {}
        for payment in self.payments:
            paid.setdefault(payment.payer, []).append(payment)
        moves: list[tuple[str, str, tuple[Payment, ...]]] = [("inputs", "", ())]
        moves += [("forward", node.id, ()) for node in ops]
        moves += [("seed", self.root.id, ())]
        moves += [("backward", payer, (*payments,)) for payer, payments in paid.items()]
        moves += [("gradients", "", ())]
        self._frames = tuple(Frame(self, i, *move) for i, move in enumerate(moves))
        self._last = {payment.operand: payment for payment in self.payments}

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
        parts = (*self.nodes.values(), *self.payments)
        return self.digits, [(type(part), _comparable((*vars(part).values(),))) for part in parts]

    def __hash__(self) -> int:
        return hash((tuple(self.nodes), len(self.payments), self.digits))

    def __repr__(self) -> str:
        return printable(f"<{len(self)} steps of {formula(self.root.formula) or self.root.name}>")

    def known(self, index: int) -> set[str]:
        """The ids of the operations that are computed by frame `index`."""
        return {frame.node for frame in self._frames[: index + 1] if frame.kind == "forward"}

    def name(self, node: str) -> str:
        """How formulas write a node."""
        return self.nodes[node].name

    def gradient_of(self, node: str) -> str:
        """``∂L/∂w``."""
        return f"∂{self._tight(self.root.id)}/∂{self._tight(node)}"

    def slope_of(self, payment: Payment) -> str:
        """``∂a/∂z``, the name of the local derivative of a payment."""
        return f"∂{self._tight(payment.payer)}/∂{self._tight(payment.operand)}"

    def _tight(self, node: str) -> str:
        """A name behind ∂: in parentheses where it is a formula."""
        name = self.nodes[node].name
        return name if name in (self.nodes[node].label, node) and " " not in name else f"({name})"

    def number(self, key: str) -> Any:
        """The number of a slot: v3 value of n3, g3 its gradient; p3.0, c3.0, s3.0, r3.0 of what n3 pays operand 0."""
        letter, place = key[0], key[1:]
        if letter == "v":
            return self.nodes[f"n{place}"].value
        if letter == "g":
            id = f"n{place}"
            return self.seed if id == self.root.id else self._last[id].total
        payment = self._payment_at[place]
        return {
            "p": payment.partial, "c": payment.contribution, "s": payment.total, "r": payment.before
        }[letter]  # fmt: skip

    @cached_property
    def _payment_at(self) -> dict[str, Payment]:
        return {payment.key(""): payment for payment in self.payments}

    def filled(self, template: str, number_of: Callable[[str], Any] | None = None) -> str:
        """A template with its numbers in their places, and real minus signs."""
        return filled(template, number_of or self.number, self.digits)

    def mathml(self, template: str, number_of: Callable[[str], Any] | None = None) -> str:
        """A template as MathML, with its numbers."""
        return mathml(self.filled(template, number_of), self.names)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The labels: what formulas write as one name."""
        return tuple(dict.fromkeys(node.label for node in self.nodes.values() if len(node.label) > 1))

    def lines(self, frame: Frame) -> Iterable[Line]:
        """The lines of a frame."""
        if frame.kind == "forward":
            node = self.nodes[frame.node]
            yield Line("value", different(node.name, node.formula, node.template, slot(node.key)), node.key)
        elif frame.kind == "seed":
            yield Line("seed", (self.gradient_of(frame.node), slot(f"g{frame.node[1:]}")), f"g{frame.node[1:]}")
        elif frame.kind == "backward":
            for payment in frame.payments[:SHOWN]:
                yield from self._payment_lines(payment)
        else:
            for node in self.nodes.values():
                if not node.op and frame.kind == "inputs":
                    yield Line("value", (node.name, slot(node.key)), node.key)
                elif not node.op and (node.kind == "parameter" or not self._parameters):
                    key = f"g{node.id[1:]}"
                    yield Line("result", (self.gradient_of(node.id), slot(key)), key)

    @cached_property
    def _parameters(self) -> bool:
        return any(node.kind == "parameter" for node in self.nodes.values())

    def _payment_lines(self, payment: Payment) -> Iterable[Line]:
        payer = self.nodes[payment.payer]
        local = self.slope_of(payment)
        slope, template = payer.slopes[payment.position], payer.slope_templates[payment.position]
        if SLOT not in template:  # a plain number
            slope = template = ""
        above = f"g{payer.id[1:]}"
        p, c = payment.key("p"), payment.key("c")
        of_all = self.gradient_of(payment.operand)
        yield Line("local", different(local, slope, template, slot(p)), p)
        product = f"{self.gradient_of(payer.id)} · {local}", f"⟦{above}⟧·⟦({p})⟧"
        note = self.path(payment)
        yield Line("payment", different("" if note else of_all, *product, slot(c)), c, note)
        if payment.path > 1:
            r, s, note = payment.key("r"), payment.key("s"), self.so_far(payment)
            yield Line("ledger", different("" if note else of_all, f"⟦{r}⟧ + ⟦({c})⟧", slot(s)), s, note)

    def path(self, payment: Payment) -> str:
        """``path 1 of 2 to a``; "" where there is one path only."""
        return "" if payment.paths == 1 else f"path {payment.path} of {payment.paths} to {self.name(payment.operand)}"

    def so_far(self, payment: Payment) -> str:
        """``paths 1 to 2 to a``; "" when all have paid."""
        last = payment.path == payment.paths
        return "" if last else f"paths 1 to {payment.path} of {payment.paths} to {self.name(payment.operand)}"

    def lead(self, frame: Frame) -> str:
        """What happens in a frame, without its formulas."""
        count = self._count
        name = self.name(frame.node) if frame.node else ""
        return {
            "inputs": "The inputs",
            "forward": f"Forward, {frame.index} of {count}: {name} is computed",
            "seed": f"The backward pass begins at {name}",
            "backward": f"Backward, {frame.index - count - 1} of {count}: {name} passes its gradient back",
            "gradients": "Done: the gradients",
        }[frame.kind]

    def sentence(self, frame: Frame) -> str:
        """The sentence of a frame, with slots."""
        said = [line.template for line in frame.lines if line.kind != "local"]
        if len(frame.payments) > SHOWN:
            said.append(f"and {len(frame.payments) - SHOWN} more of the same kind")
        return f"{self.lead(frame)}: {', '.join(said)}." if said else f"{self.lead(frame)}."

    def to_json(self) -> str:
        """All of it as JSON text, from which `from_json` makes equal steps.

        It holds float, int, Fraction and Decimal, of at most 1,000 digits: ValueError for longer ones, TypeError for
        numbers of other types.
        """
        return written(self.nodes.values(), self.payments, self.digits)

    @classmethod
    def from_json(cls, text: str) -> Steps:
        """The steps that `to_json` wrote. ValueError, which names the place, for any other text.

        Every node is computed again, by the rows of ``OPS``, and swept: the text must agree in each number and formula.
        Only what the exp, log and pow of another machine round differently is taken from the text. A row of your own
        must be in ``OPS`` when its steps are read, and decimals need the context in which they were computed.
        """
        return cls(*read(text))


def _comparable(x: Any) -> Any:
    """`x` with NaN, which is not equal to itself, as its text."""
    return tuple(map(_comparable, x)) if isinstance(x, tuple) else x if x == x else str(x)


def steps(root: Value, *, data: Iterable[str] = ("x", "y"), digits: int = DIGITS) -> Steps:
    """The forward and the backward pass of the graph of `root`, as an immutable sequence of frames.

    First the inputs; then one frame per operation, from its operands; then the seed ∂L/∂L = 1; then one frame per
    operation, which pays each operand upstream gradient × local derivative; last the gradients of the parameters. The
    backward frames are what the engine's own sweep did, on a copy: no gradient of `root` changes.

    `data` are the names of leaves that are data; every other leaf is a parameter. `digits` are those of the texts: the
    numbers are kept whole. TypeError if `root` is no node; ValueError for
    leaves that have changed since; the errors of ``backward()`` where a gradient is lost.
    """
    if not isinstance(root, Value):
        raise TypeError(
            f"steps(root) steps through the graph of a Value, not {root!r:.80} ({type(root).__name__}). "
            "Compute with Values: w = Value(0.5, 'w')."
        )
    check_digits(digits)
    order = topological(root)
    for leaf, recorded in changed_since(order).items():
        raise ValueError(
            f"{leaf.label or 'a leaf'} was {recorded} when this was recorded, and is {leaf.data} now. "
            "Compute it again, and step through that."
        )
    names = {data} if isinstance(data, str) else {*data}
    boxes = boxes_of(order, set(), {name.lower() for name in names}).boxes
    return Steps(nodes_of(boxes), payments(root), digits)
