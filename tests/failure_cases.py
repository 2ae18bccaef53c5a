"""What happens at the edges: the cases in which scalar engines are known to fail, as the table of docs/design.md.

`python tests/failure_cases.py` writes the table into the page; a test fails while page and engine differ.
"""

from __future__ import annotations

import copy
import gc
import math
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from micrograd_lr import Value, exp, log, logistic_loss, relu, sigmoid, tanh
from micrograd_lr.logistic import literal_loss

PAGE = Path(__file__).parent.parent / "docs" / "design.md"
START, END = "<!-- the table of the edges: generated -->", "<!-- end of the table -->"


def shown(x: Any) -> str:
    return f"{x:.6g}" if isinstance(x, float) else str(x)


def swept(record: Callable[..., Value], *data: Any) -> str:
    """Value and gradients of an expression, or the error and where it comes from."""
    leaves = [Value(x) for x in data]
    try:
        root = record(*leaves)
    except (ArithmeticError, ValueError, TypeError) as error:
        return type(error).__name__
    try:
        root.backward()
    except ArithmeticError as error:
        return f"{shown(root.data)} ; {type(error).__name__}"
    return f"{shown(root.data)} ; " + ", ".join(shown(leaf.grad) for leaf in leaves)


def outcome(run: Callable[[], Any]) -> str:
    try:
        return shown(run())
    except (ArithmeticError, ValueError, TypeError, AttributeError) as error:
        return type(error).__name__


def diamond(depth: int) -> Callable[[Value], Value]:
    def record(a: Value) -> Value:
        for _ in range(depth):
            a = a * 0.5 + a * 0.5
        return a

    return record


def edges() -> list[tuple[str, str]]:
    nan, inf = math.nan, math.inf
    power: list[tuple[str, Callable[..., Value], tuple[float, ...]]] = [
        ("b = a+a; c = b+b, a = 3", lambda a: (a + a) + (a + a), (3.0,)),
        ("diamond of depth 60", diamond(60), (1.0,)),
        ("diamond of depth 500", diamond(500), (1.0,)),
        ("0 ** 0, constant exponent", lambda a: a**0, (0.0,)),
        ("0 ** 0.0", lambda a: a**0.0, (0.0,)),
        ("0 ** 0.5", lambda a: a**0.5, (0.0,)),
        ("0 ** -1", lambda a: a**-1, (0.0,)),
        ("(-1) ** 0.5", lambda a: a**0.5, (-1.0,)),
        ("(-2) ** 3", lambda a: a**3, (-2.0,)),
        ("inf ** 0", lambda a: a**0, (inf,)),
        ("nan ** 0", lambda a: a**0, (nan,)),
        ("1e200 ** 2", lambda a: a**2, (1e200,)),
        ("V ** V at 2, 3", lambda a, b: a**b, (2.0, 3.0)),
        ("V ** V at -2, 2", lambda a, b: a**b, (-2.0, 2.0)),
        ("V ** V at 0, 0", lambda a, b: a**b, (0.0, 0.0)),
        ("2 ** V at 3", lambda a: 2**a, (3.0,)),
        ("V ** V at 0, 2", lambda a, b: a**b, (0.0, 2.0)),
        ("0 ** V at 2", lambda a: 0**a, (2.0,)),
        ("1 / V at 0", lambda a: 1 / a, (0.0,)),
        ("V / V at 0, 0", lambda a, b: a / b, (0.0, 0.0)),
        ("V / 0", lambda a: a / 0, (1.0,)),
        ("V / V at 1e-310, 1e-310", lambda a, b: a / b, (1e-310, 1e-310)),
        ("V / V at 1e-300, 1e-300", lambda a, b: a / b, (1e-300, 1e-300)),
        ("V / V at 1e300, 1e300", lambda a, b: a / b, (1e300, 1e300)),
        ("log(0.0)", log, (0.0,)),
        ("log(-1.0)", log, (-1.0,)),
        ("log(5e-324)", log, (5e-324,)),
        *((f"sigmoid({z:g})", sigmoid, (z,)) for z in (1000.0, -1000.0, -745.0, 37.0)),
        ("exp(710)", exp, (710.0,)),
        ("relu(0)", relu, (0.0,)),
        ("relu(nan)", relu, (nan,)),
        ("relu(-inf)", relu, (-inf,)),
        ("abs(0)", abs, (0.0,)),
        ("abs(-inf)", abs, (-inf,)),
        ("tanh(20)", tanh, (20.0,)),
        ("inf - inf", lambda a: a - inf, (inf,)),
        ("relu(x)·log(x) at 0", lambda a: relu(a) * log(a), (0.0,)),
    ]
    return [(name, swept(record, *data)) for name, record, data in power]


def naive_loss() -> list[tuple[str, str]]:
    rows = []
    for z in (20.0, 36.0, 37.0, 40.0, 1000.0, -36.0, -40.0, -710.0, -1000.0):
        for y in (0.0, 1.0):
            literal = swept(lambda v, y=y: literal_loss(v, y), z)
            fused = swept(lambda v, y=y: logistic_loss(v, y), z)
            rows.append((f"z = {z:g}, y = {y:g}", f"literal: {literal}. logistic_loss: {fused}"))
    return rows


def state() -> list[tuple[str, str]]:
    def twice() -> float:
        a = Value(3.0)
        y = a * a * 2 * 3
        y.backward()
        y.backward()
        return a.grad

    def two_roots(first: Callable[[Value], Value], then: Callable[[Value], Value]) -> float:
        a = Value(3.0)
        shared = a * a
        first(shared).backward()
        then(shared).backward()
        return a.grad

    def changed() -> float:
        a = Value(2.0)
        y = a * a
        a.data = 10.0
        y.backward()
        return a.grad

    def inner_changed() -> float:
        s = exp(Value(3.1))
        s.data = 1.0
        return s.data

    def steps() -> str:
        a, grads = Value(1.0), []
        for _ in range(3):
            (a * 1.0).backward()
            grads.append(f"{a.grad:g}")
        return ", ".join(grads)

    def unused() -> Any:
        a, b = Value(1.0), Value(2.0)
        (a * 2).backward()
        return b.grad

    def inner() -> float:
        b = Value(3.0) * 2
        (b * 5).backward()
        return b.grad

    def interrupted() -> str:
        a = Value(0.0)
        (a * 3.0).backward()
        try:
            (a * 5.0 + a**0.5).backward()
        except FloatingPointError:
            return f"error; the gradient stays {a.grad:g}"
        return "no error"

    def alias() -> float:
        a = Value(3.0)
        b = a
        b += 1
        return a.data

    return [
        ("backward twice (36)", outcome(twice)),
        ("two roots share a node (18)", outcome(lambda: two_roots(lambda s: s * 1.0, lambda s: s * 3.0))),
        ("inner node, then root (18)", outcome(lambda: two_roots(lambda s: s * 1.0 * 1.0, lambda s: s * 3.0))),
        ("graph extended after backward (18)", outcome(lambda: two_roots(lambda s: s + 0.0, lambda s: (s + s) + s))),
        ("y = a·a, then a.data 2 → 10, backward (4)", outcome(changed)),
        ("data of an inner node set", outcome(inner_changed)),
        ("three steps, nothing reset (1, 1, 1)", outcome(steps)),
        ("leaf that the root does not use", outcome(unused)),
        ("gradient of an inner node (5)", outcome(inner)),
        ("error in the middle of backward()", outcome(interrupted)),
        ("b = a; b += 1: a", outcome(alias)),
    ]


def data() -> list[tuple[str, str]]:
    given = [
        3,
        True,
        Fraction(1, 3),
        Decimal("0.1"),
        np.float32(0.1),
        np.int8(100),
        np.array(2.0),
        np.array([1.0, 2.0]),
    ]
    given += ["3", "abc", None, 1 + 2j, [1, 2], 10**400, 2**53 + 1, object()]
    names = {10**400: "10 ** 400", 2**53 + 1: "2 ** 53 + 1"}

    def run(x: Any) -> str:
        v = Value(x)
        y = v * v + 3 * v
        y.backward()
        return f"{shown(y.data)} ; {shown(v.grad)} ({type(v.grad).__name__})"

    def name(x: Any) -> str:
        return "object()" if type(x) is object else names.get(x, repr(x)) if isinstance(x, int) else repr(x)

    def tried(x: Any) -> str:
        try:
            return run(x)
        except (TypeError, OverflowError) as error:
            return type(error).__name__

    return [(f"y = v·v + 3v, v = Value({name(x)})", tried(x)) for x in given]


def numpy_beside() -> list[tuple[str, str]]:
    def kind(x: Any) -> str:
        return f"Value, {shown(x.data)} ({type(x.data).__name__})" if isinstance(x, Value) else f"{x!r}"

    v = Value(3.0)
    array = np.array([1.0, 2.0])
    cases: list[tuple[str, Callable[[], Any]]] = [
        ("np.float64(2) * v", lambda: np.float64(2) * v),
        ("v * np.float32(2)", lambda: v * np.float32(2)),
        ("np.float64(2) ** v", lambda: np.float64(2) ** v),
        ("v ** np.int64(2)", lambda: v ** np.int64(2)),
        ("v / np.int64(2)", lambda: v / np.int64(2)),
        ("v - np.True_", lambda: v - np.True_),
        ("array * v", lambda: array * v),
        ("v * array", lambda: v * array),
        ("np.dot(np.array([v, v]), [2.0, 3.0])", lambda: np.dot(np.array([v, v]), [2.0, 3.0])),
        ("np.exp(v)", lambda: np.exp(v)),
        ("np.exp(np.array([v]))[0]", lambda: np.exp(np.array([v]))[0]),
        ("np.float64(3) == v", lambda: bool(np.float64(3) == v)),
        ("math.exp(v)", lambda: round(math.exp(v), 4)),
    ]

    def tried(run: Callable[[], Any]) -> str:
        try:
            return kind(run())
        except TypeError as error:
            return type(error).__name__

    return [(name, tried(run)) for name, run in cases]


def protocols() -> list[tuple[str, str]]:
    v, w = Value(1.5, "v"), Value(1.5, "w")

    def deep() -> float:
        node = v
        for _ in range(300):
            node = node + 1.0
        twin = copy.deepcopy(node)
        twin.backward()
        return float(twin.data)

    def graph_copy() -> str:
        a = Value(3.0)
        a2, root2 = pickle.loads(pickle.dumps((a, a * a)))
        root2.backward()
        return f"gradient of the copy {shown(a2.grad)}, of the original {a.grad}"

    def typo() -> None:
        v.dta = 5  # type: ignore[attr-defined]

    return [
        ("sum([v] * 3)", outcome(lambda: sum([v] * 3).data)),
        ("bool(Value(0.0))", outcome(lambda: bool(Value(0.0)))),
        ("v == w, equal data; hash", f"{v == w}; by identity" if hash(v) != hash(w) else "?"),
        ("v < 2, sorted, max", outcome(lambda: v < 2 and sorted([w, v]) == [w, v])),
        (
            "round, //, %, @",
            ", ".join(outcome(f) for f in (lambda: round(v), lambda: v // 2, lambda: v % 2, lambda: v @ [w])),
        ),
        ("+v", outcome(lambda: (+v) is v)),
        ('f"{v:.3f}"', f"{v:.3f}"),
        ("float(v)", outcome(lambda: float(v))),
        ("v.dta = 5 (a typo)", outcome(typo)),
        ("pickle of a graph", outcome(graph_copy)),
        ("deepcopy of 300 steps", outcome(deep)),
    ]


def memory() -> list[tuple[str, str]]:
    def freed() -> str:
        gc.collect()
        gc.disable()
        try:
            before = len(gc.get_objects())
            node = Value(1.0)
            for _ in range(1000):
                node = node * 0.5 + 1.0
            node.backward()
            most = len(gc.get_objects())
            del node
            left = len(gc.get_objects()) - before
            return f"{most - before - left} of {most - before} objects" if left > 1 else "all of it"
        finally:
            gc.enable()

    return [("a graph dropped with the collector off: freed at once", outcome(freed))]


SECTIONS = {
    "Edges of the domain (value ; gradients)": edges,
    "The loss of one example (value ; ∂L/∂z)": naive_loss,
    "State (the truth in parentheses)": state,
    "Data handed to the constructor": data,
    "NumPy beside a Value (v = 3)": numpy_beside,
    "Protocols": protocols,
    "Memory": memory,
}


def table() -> str:
    lines = []
    for title, cases in SECTIONS.items():
        lines += [f"| {title} | here |", "|---|---|"]
        lines += [f"| {name.replace('|', '∣')} | {found} |" for name, found in cases()]
        lines.append("")
    return "\n".join(lines)


def page_with(generated: str) -> str:
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(START)
    _, _, tail = rest.partition(END)
    return f"{head}{START}\n\n{generated}\n{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(page_with(table()), encoding="utf-8")
