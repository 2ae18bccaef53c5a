"""A recorded graph as JavaScript: values, local derivatives and gradients of every node, from the leaves' numbers."""

from __future__ import annotations

from micrograd_lr.plan import INFIX, Lines
from micrograd_lr.symbols import Symbol, Trace, in_order
from micrograd_lr.value import Value, apply, topological

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MATH = ("abs", "exp", "log", "log1p", "tanh")
NOTATION = INFIX | {
    "pow": "Math.pow({0}, {1})", **{name: f"Math.{name}({{0}})" for name in _MATH},
    "choose": "{0} >= 0 ? {1} : {2}", "relu": "{0} <= 0 ? 0 : {0}", "step": "{0} <= 0 ? 0 : 1",
}  # fmt: skip


def javascript(root: Value, name: str = "compute") -> str:
    """The source of a function ``compute(leaves)`` for the graph of `root`.

    `leaves` maps the ids of the leaves (n0, n1, … as in a picture) to numbers. It returns an object with `values` and
    `gradients`, by id, and `partials`, by id a list with one per operand. The rules are the table's, run on symbols: it
    is what the engine computes, in the same order. Outside a domain there is NaN or Infinity, as JavaScript has it.
    """
    trace = Trace()
    of: dict[Value, Value] = {}
    ids: dict[Value, str] = {}
    for i, node in enumerate(topological(root)):
        ids[node] = f"n{i}"
        if node.op is None:
            of[node] = Value(trace.entry(f"n{i}"))
        else:
            of[node] = apply(node.op, *(of[x] if isinstance(x, Value) else x for x in node.operands))
    of[root].backward()
    results: dict[str, dict[str, Any]] = {"values": {}, "partials": {}, "gradients": {}}
    for node, id in ids.items():
        results["values"][id] = of[node].data
        results["partials"][id] = of[node].partials
        results["gradients"][id] = of[node].grad
    flat = [x for group in results.values() for y in group.values() for x in (y if isinstance(y, tuple) else (y,))]

    out = _Lines(NOTATION)
    out.add(0, f"function {name}(leaves) {{")
    for x in in_order(flat):
        if x.op != "entry":
            out.assign(1, x, _entry)
    out.add(1, "return {")
    for group, entries in results.items():
        out.add(2, f"{group}: {{")
        for id, found in entries.items():
            many = isinstance(found, tuple)
            text = ", ".join(out.written(x, _entry) for x in (found if many else (found,)))
            out.add(3, f"{id}: [{text}]," if many else f"{id}: {text},")
        out.add(2, "},")
    out.text += ["    };", "}", ""]
    return "\n".join(out.text)


def _entry(x: Symbol) -> str:
    return f"leaves.{x.name}"


class _Lines(Lines):
    """Lines of JavaScript."""

    def number(self, x: float) -> str:
        text = "NaN" if x != x else repr(x).replace("inf", "Infinity")
        return f"({text})" if x < 0 else text

    def assign(self, depth: int, x: Symbol, entry: Callable[[Symbol], str]) -> str:
        name = super().assign(depth, x, entry)
        self.text[-1] = f"{self.text[-1].replace(name, 'const ' + name, 1)};"
        return name
