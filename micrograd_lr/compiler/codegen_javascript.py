"""A graph as JavaScript: the values, local derivatives and gradients of every node, from the numbers of its leaves."""

from __future__ import annotations

from collections.abc import Mapping

from micrograd_lr.compiler.source import INFIX, SourceText
from micrograd_lr.compiler.symbols import Symbol, Trace, in_order
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

# The functions of one number that JavaScript has
_MATH = {
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "ceil", "cos", "cosh", "exp", "expm1", "floor",
    "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
}  # fmt: skip
NOTATION = INFIX | {
    "pow": "Math.pow({0}, {1})",
    "choose": "{0} >= 0 ? {1} : {2}", "relu": "{0} <= 0 ? 0 : {0}", "step": "{0} <= 0 ? 0 : {0} > 0 ? 1 : {0}",
}  # fmt: skip


def javascript(root: Value, name: str = "compute") -> str:
    """The source of a function ``compute(leaves)`` for the graph of `root`.

    `leaves` maps the ids of the leaves (n0, n1, … as in a picture) to numbers. It returns an object with `values` and
    `gradients`, by id, and `partials`, by id, a list with one per operand. The rules are those of the table of ops, run
    on symbols, so it computes what the engine computes, in the same order. Where an op has no value, the result is NaN
    or Infinity, as always in JavaScript.
    """
    nodes = topological(symbolic(root))
    nodes[-1].backward()
    ids = {f"n{i}": node for i, node in enumerate(nodes)}
    return function(name, {
        "values": {id: node.data for id, node in ids.items()},
        "partials": {id: node.partials for id, node in ids.items()},
        "gradients": {id: node.grad for id, node in ids.items()},
    })  # fmt: skip


def symbolic(root: Value) -> Value:
    """The graph of `root` recorded again on symbols, whose leaves are the entries n0, n1, … of one argument."""
    trace = Trace()
    of: dict[Value, Value] = {}
    for i, node in enumerate(topological(root)):
        if node.op is None:
            of[node] = Value(trace.entry(f"n{i}"))
        else:
            of[node] = node.op(*(of[x] if isinstance(x, Value) else x for x in node.operands))
    return of[root]


def function(name: str, results: Mapping[str, Any]) -> str:
    """The source of ``name(leaves)``, which returns an object of symbols, objects and lists (here tuples)."""
    out = _JavaScript(NOTATION)
    out.add(0, f"function {name}(leaves) {{")
    for x in in_order(_flat(results)):
        if x.op != "entry":
            out.assign(1, x, _entry)
    out.add(1, "return {")
    _write_object(out, 2, results)
    out.add(1, "};")
    out.lines += ["}", ""]
    return "\n".join(out.lines)


def _flat(results: Any) -> Iterator[Any]:
    if isinstance(results, (Mapping, tuple)):
        for x in results.values() if isinstance(results, Mapping) else results:
            yield from _flat(x)
    else:
        yield results


def _write_object(out: _JavaScript, depth: int, results: Mapping[str, Any]) -> None:
    for name, x in results.items():
        key = name if name.isidentifier() else f'"{name}"'
        if isinstance(x, Mapping):
            out.add(depth, f"{key}: {{")
            _write_object(out, depth + 1, x)
            out.add(depth, "},")
        elif isinstance(x, tuple):
            out.add(depth, f"{key}: [{', '.join(out.operand(y, _entry) for y in x)}],")
        else:
            out.add(depth, f"{key}: {out.operand(x, _entry)},")


def _entry(x: Symbol) -> str:
    return f"leaves.{x.name}"


class _JavaScript(SourceText):
    """JavaScript, indented by two spaces, so that pages stay small."""

    indent = "  "
    call = "Math.{0}({{0}})"

    def notation_of(self, op: str) -> str:
        if op not in self.notation and op not in _MATH:
            raise ValueError(
                f"JavaScript has no function {op}: the page cannot compute with it. Step through it in the terminal."
            )
        return super().notation_of(op)

    def number(self, x: float) -> str:
        text = "NaN" if x != x else repr(x).replace("inf", "Infinity")
        return f"({text})" if x < 0 else text

    def assign(self, depth: int, x: Symbol, entry: Callable[[Symbol], str]) -> str:
        name = super().assign(depth, x, entry)
        self.lines[-1] = f"{self.lines[-1].replace(name, 'const ' + name, 1)};"
        return name
