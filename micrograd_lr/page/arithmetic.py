"""The arithmetic of a page, as JavaScript: every rule comes from the table, by the generator that compiles Python."""

from __future__ import annotations

import inspect

from micrograd_lr.compiler.codegen_javascript import function, symbolic
from micrograd_lr.compiler.symbols import Trace
from micrograd_lr.compiler.tracers import TraceError
from micrograd_lr.engine.ops import OPS
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.expression import Expression
from micrograd_lr.formulas.rules import FOR_NUMBERS_ONLY
from micrograd_lr.stepping.record import payments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from micrograd_lr.engine.ops import Op


def compute(root: Value) -> str:
    """``compute(leaves)``: every number of the page by its slot."""
    try:
        twin = symbolic(root)
        twin.backward()
    except TraceError as error:
        raise ValueError(
            "the page computes with JavaScript that is made from the rules, and a rule of this graph takes numbers "
            f"only: {error}"
        ) from error
    numbers: dict[str, Any] = {}
    for i, node in enumerate(topological(twin)):
        numbers[f"v{i}"], numbers[f"g{i}"] = node.data, node.grad
    for payment in payments(twin):
        for letter, number in (
            ("p", payment.partial), ("c", payment.contribution), ("s", payment.total), ("r", payment.before)
        ):  # fmt: skip
            numbers[payment.key(letter)] = number
    return function("compute", numbers)


def functions(expressions: Iterable[str]) -> str:
    """The functions that a reader's formula may call, the usual mistakes, and the stable loss."""
    called = {op.name: f"{op.name}(a)" for op in OPS.values() if op.name.isidentifier() and _of_one_operand(op)}
    tables: dict[str, dict[str, tuple[str, ...]]] = {
        "functions": {name: (text,) for name, text in called.items()},
        "wrong": {str(i): (text,) for i, text in enumerate(expressions)},
        "stable": {"loss": ("logistic_loss(z, y)", "z")},
    }
    lines = []
    for table, entries in tables.items():
        there = []
        for name, wanted in entries.items():
            try:
                lines.append(_of_names(f"{table}_{name}", *wanted))
            except FOR_NUMBERS_ONLY:  # a row of the user's own, which a reader's formula cannot call then
                continue
            there.append(name)
        lines.append(f"const {table} = {{{', '.join(f'{name}: {table}_{name}' for name in there)}}};")
    return "\n".join(lines)


def _of_names(name: str, text: str, *results: str) -> str:
    """A function of named numbers, for an expression: its value, and its derivative by the names in `results`."""
    trace, expression = Trace(), Expression(text)
    leaves = {x: Value(trace.entry(x)) for x in expression.names}
    root = expression(**leaves)
    root.backward()
    return function(name, {"value": root.data, **{f"d{x}": leaves[x].grad for x in results}})


def _of_one_operand(op: Op) -> bool:
    _, *operands = inspect.signature(op.partials).parameters.values()
    return len(operands) == 1 and operands[0].kind is not inspect.Parameter.VAR_POSITIONAL
