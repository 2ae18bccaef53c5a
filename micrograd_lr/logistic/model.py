"""Logistic regression as the slides tell it: one example, many examples, the closed forms, and the three-way check."""

from __future__ import annotations

from micrograd_lr.engine.check import CLOSED_FORM_TOLERANCE, NUMERIC_TOLERANCE, GradientReport, rounding_of
from micrograd_lr.engine.elementary import inner, sigmoid, total
from micrograd_lr.engine.functions import dot, logistic_loss, sum
from micrograd_lr.engine.literal import cross_entropy, literal_loss
from micrograd_lr.engine.numeric import central_differences, decimals
from micrograd_lr.engine.ops import SIGMOID
from micrograd_lr.engine.shapes import like
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import subscript, superscript
from micrograd_lr.logistic.arguments import Data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal
    from typing import Any


class OneExample:
    """The forward pass for one example, recorded: x (n,1), w (1,n), b (1,1) give z, a, L (1,1).

    z = wx + b, a = σ(z), L = -(y log a + (1-y) log(1-a)). All of these are labelled nodes (`w` and `x` are lists of n),
    also `x` and `y`, so that a picture can show them. y may be any number in [0, 1]. ValueError names a wrong shape.
    """

    def __init__(self, w: Any, b: Any, x: Any, y: Any) -> None:
        data = Data(w, b, x, y, names=("x", "y"))
        self.w = _labelled(data.w, "w")
        self.x = _labelled([row[0] for row in data.X], "x")
        self.b = _node(data.b, "b")
        self.y = _node(data.Y[0], "y")
        self.z = _named(dot(self.w, self.x) + self.b, "z")
        self.a = _named(sigmoid(self.z), "a")
        self.L = _named(cross_entropy(self.a, self.y), "L")

    def factors(self) -> dict[str, Any]:
        """∂L/∂a, ∂a/∂z, ∂z/∂w (n numbers), ∂z/∂b: the factors of the slides' chain, computed by the engine's own sweep.

        Afterwards every node holds the gradient of L.
        """
        self.z.backward()
        dz_dw, dz_db = [v.grad for v in self.w], self.b.grad
        self.L.backward()
        return {"∂L/∂a": self.a.grad, "∂a/∂z": self.a.partials[0], "∂z/∂w": dz_dw, "∂z/∂b": dz_db}

    def dimensions(self) -> dict[str, tuple[int, int]]:
        """The slides' shape of every variable and of every factor of the chain."""
        n = len(self.w)
        one = (1, 1)
        return {"x": (n, 1), "w": (1, n), "b": one, "z": one, "a": one, "L": one} | {
            "∂L/∂a": one, "∂a/∂z": one, "∂z/∂w": (1, n), "∂z/∂b": one, "∂L/∂w": (1, n), "∂L/∂b": one
        }  # fmt: skip


class ManyExamples:
    """The forward pass for m examples as one scalar graph: X (n,m), w (1,n), b (1,1), Y (1,m) give Z, A (1,m), J (1,1).

    Z = wX + b, A = σ(Z), and J is the **sum** of the losses over the examples. `w` and `b` are nodes that all examples
    share; `Z` and `losses` are lists of m nodes. With `loss=literal_loss` the losses are spelt out as on the slides and
    `activations` holds the nodes a⁽ⁱ⁾; the default is the same function as one stable node. `X` (n lists of m) and `Y`
    are plain numbers or the nodes that were given; nodes without a label get that of the slides, X₁⁽²⁾ or y⁽²⁾.
    """

    def __init__(self, w: Any, b: Any, X: Any, Y: Any, loss: Callable[[Any, Any], Any] = logistic_loss) -> None:
        data = Data(w, b, X, Y)
        self.w = _labelled(data.w, "w")
        self.b = _node(data.b, "b")
        self.X, self.Y = data.X, _numbered(data.Y, "y")
        for j, row in enumerate(self.X, start=1):
            _numbered(row, "X" if data.n == 1 else "X" + subscript(j))
        self.Z = _numbered([dot(self.w, x) + self.b for x in data.columns()], "z")
        self.activations: list[Any] = []
        if loss is literal_loss:
            self.activations = _numbered([sigmoid(z) for z in self.Z], "a")
            self.losses = _numbered(list(map(cross_entropy, self.activations, self.Y)), "L")
        else:
            self.losses = _numbered(list(map(loss, self.Z, self.Y)), "L")
        self.J = _named(sum(self.losses), "J")

    @property
    def A(self) -> list[Any]:
        """σ(Z), the predicted probabilities, as numbers."""
        return [sigmoid(z.data) for z in self.Z]

    def backward(self) -> tuple[list[Any], Any]:
        """∂J/∂w (n numbers) and ∂J/∂b, by one reverse sweep from J."""
        self.J.backward()
        return [v.grad for v in self.w], self.b.grad

    def dimensions(self) -> dict[str, tuple[int, int]]:
        """The slides' shape of every variable."""
        n, m = len(self.w), len(self.Y)
        return {"X": (n, m), "w": (1, n), "b": (1, 1), "Z": (1, m), "A": (1, m), "Y": (1, m), "J": (1, 1)}


def closed_form(w: Any, b: Any, X: Any, Y: Any) -> tuple[Any, Any]:
    """∂J/∂w = (A-Y)Xᵀ and ∂J/∂b = (A-Y)1 for many examples; with m = 1 they are (a-y)xᵀ and a-y.

    Lists or NumPy arrays: X (n,m), w (1,n), b (1,1), Y (1,m); each result has the shape of its variable. No derivative
    is taken from the op table here: this is the slides' result, computed independently to check the engine.
    """
    data = Data(w, b, X, Y)
    errors = [_error(inner(*data.w, *x) + data.b, y) for x, y in zip(data.columns(), data.Y)]  # A - Y
    return like(w, [inner(*errors, *row) for row in data.X]), like(b, [total(*errors)])


def _error(z: Any, y: Any) -> Any:
    """a - y = σ(z) - y; for the label 1 as -σ(-z), which loses no digits to cancellation."""
    return -sigmoid(-z) if y == 1 else sigmoid(z) - y


def three_way_check(
    w: Any, b: Any, X: Any, Y: Any, loss: Callable[[Any, Any], Any] = logistic_loss, names: Sequence[str] = ()
) -> GradientReport:
    """∂J/∂w and ∂J/∂b by the reverse pass, by numeric derivatives, and by the closed form, side by side.

    Green (`report.agree`) means that all three agree: the numeric derivatives to 1e-9 of the largest entry, the closed
    form to 1e-13. `loss(z, y)` is the loss of one example that is tested; `names` are for the report, one for each
    weight and one for b. The numeric check alone compares a function with itself: σ(2z) instead of σ(z) passes it. Only
    the closed form knows which function was meant.
    """
    data = Data(w, b, X, Y)
    if names and len(names) != data.n + 1:
        raise ValueError(
            f"names has {len(names)} entries; expected n + 1 = {data.n + 1}: one per weight and one for b."
        )
    many = ManyExamples(w, b, X, Y, loss)
    swept_w, swept_b = many.backward()
    dw, db = closed_form(data.w, data.b, data.X, data.Y)
    cases = list(zip(map(decimals, data.columns()), decimals(data.Y)))

    def J(parameters: list[Decimal]) -> Any:
        *w, b = parameters
        return total(*(_loss_number(loss, inner(*w, *x) + b, y) for x, y in cases))

    loss_name = "L" if data.m == 1 else "J"
    return GradientReport(
        names or [*(f"∂{loss_name}/∂w{subscript(j)}" for j in range(1, data.n + 1)), f"∂{loss_name}/∂b"],
        {
            "reverse pass": [*swept_w, swept_b],
            "numeric": central_differences(J, decimals([*data.w, data.b])),
            "closed form": [*dw, db],
        },
        {"numeric": NUMERIC_TOLERANCE, "closed form": CLOSED_FORM_TOLERANCE},
        rounding_of(many.J),
    )


def _loss_number(loss: Callable[[Any, Any], Any], z: Decimal, y: Decimal) -> Any:
    """The loss as a number: if the function allows it without recording, which takes most of the time of the check."""
    try:
        return loss(z, y)
    except (AttributeError, TypeError):  # it uses methods, z.sigmoid(), or floats, 0.5 * z
        return loss(Value(z), y).data


def _node(x: Any, label: str) -> Value:
    node = x if isinstance(x, Value) else Value(x, label)
    node.label = node.label or label
    return node


def _labelled(numbers: list[Any], name: str) -> list[Value]:
    return [_node(x, name if len(numbers) == 1 else name + subscript(j)) for j, x in enumerate(numbers, start=1)]


def _named(node: Any, label: str) -> Any:
    node.label = label
    return node


def _numbered(row: list[Any], name: str) -> list[Any]:
    """`row`, which has an entry per example; its nodes without a label get one: a⁽¹⁾, a⁽²⁾, …"""
    for i, x in enumerate(row, start=1):
        if isinstance(x, Value) and not x.label:
            x.label = name + superscript(i)
    return row


def formulas(names: Sequence[str] = "wxbyza") -> dict[str, str]:
    """The slides' formulas for one example, by running both passes on names instead of numbers.

    `names` are what to call w, x, b, y, z and a; the keys of the result are always the same.
    """
    from micrograd_lr.formulas.text import Text

    w, x, b, y, z, a = (Value(Text(name), name) for name in names)
    logit, loss = w * x + b, cross_entropy(a, y)
    activation = sigmoid(z)
    logit.backward()
    dz_dw, dz_db = w.grad, b.grad
    loss.backward()
    (da_dz,) = SIGMOID.partials(a.data, z.data)
    return {
        "z": str(logit.data), "a": str(activation.data), "L": str(loss.data),
        "∂L/∂a": str(a.grad), "∂a/∂z": str(da_dz), "∂z/∂w": str(dz_dw), "∂z/∂b": str(dz_db),
    }  # fmt: skip
