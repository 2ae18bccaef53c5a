"""The arithmetic of a page, generated as JavaScript from the op table, so that no rule is written a second time."""

from __future__ import annotations

from micrograd_lr.compiler.codegen_javascript import function, symbolic
from micrograd_lr.compiler.symbols import Trace
from micrograd_lr.compiler.tracers import TraceError
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.keys import gradient_key, ids, value_key
from micrograd_lr.formulas.language import functions as typed_functions
from micrograd_lr.formulas.rules import FOR_NUMBERS_ONLY
from micrograd_lr.stepping.record import payments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr.page.views import View


def compute(name: str, view: View) -> str:
    """The source of ``name(leaves)``, which gives every number of a view by its slot.

    ValueError if a rule of the graph works on plain numbers only, so that no JavaScript can be made from it.
    """
    twin = _symbolic(view.root)
    numbers: dict[str, Any] = {}
    paid = view.steps[-1].gradients
    for node, id in ids(topological(twin)).items():
        numbers[value_key(id)] = node.data
        if id in paid:
            numbers[gradient_key(id)] = node.grad
    wanted = {payment.key("p") for payment in view.steps.payments}
    for payment in payments(twin, examples=view.steps.examples):
        if payment.key("p") in wanted:
            numbers |= payment.numbers
    return function(name, numbers)


def values(name: str, root: Value) -> str:
    """The source of ``name(leaves)``, which gives the value of every node by its slot."""
    return function(name, {value_key(id): node.data for node, id in ids(topological(_symbolic(root))).items()})


def _symbolic(root: Value) -> Value:
    """The graph on symbols, after its backward pass."""
    try:
        twin = symbolic(root)
        twin.backward()
    except TraceError as error:
        raise ValueError(
            "the page computes in JavaScript that is generated from the rules of the op table, and a rule of this "
            f"graph works on plain numbers only: {error}"
        ) from error
    return twin


def functions() -> str:
    """The source of two tables of functions that the script calls.

    `functions` are those of typed formulas, each with the number of its operands, which it reads as x0, x1, ...
    `stable` has the loss as one node.
    """
    lines, called = [_of_names("stable_loss", "logistic_loss(z, y)", "z")], []
    for spelling, (_, count, _) in typed_functions().items():
        operands = ", ".join(f"x{i}" for i in range(count))
        try:
            lines.append(_of_names(f"functions_{spelling}", f"{spelling}({operands})"))
        except FOR_NUMBERS_ONLY:  # a row of the user's own that needs plain numbers: typed formulas do without it
            continue
        called.append(f"{spelling}: [functions_{spelling}, {count}]")
    tables = {"functions": called, "stable": ["loss: stable_loss"]}
    return "\n".join(lines + [f"const {name} = {{{', '.join(entries)}}};" for name, entries in tables.items()])


def _of_names(name: str, text: str, *results: str) -> str:
    """The source of a function that gives an expression's value, and its derivatives by the names in `results`."""
    trace, expression = Trace(), Expression(text)
    leaves = {x: Value(trace.entry(x)) for x in expression.names}
    root = expression(**leaves)
    root.backward()
    return function(name, {"value": root.data, **{f"d{x}": leaves[x].grad for x in results}})
