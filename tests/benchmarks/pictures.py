"""Seconds for a picture, by nodes: the loss of many examples, drawn by default, and with every node asked for.

`make bench` runs this. Each figure is the best of three, recording and ``backward()`` not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from micrograd_lr import Value, draw, logistic
from micrograd_lr.engine.order import topological
from micrograd_lr.pictures.renderers import renderers


def batch(nodes: int) -> Value:
    """The literal loss of about nodes/10 examples: what a user draws after a batch, all sharing two weights and b."""
    m = max(1, round(nodes / 10))
    X = [[1.0 + i / m for i in range(m)], [2.0 - i / m for i in range(m)]]
    many = logistic.ManyExamples([0.5, -0.25], 0.1, X, [float(i % 2) for i in range(m)], logistic.literal_loss)
    many.backward()
    return many.J


def chain(nodes: int) -> Value:
    """A chain of additions."""
    node = Value(0.5, "w")
    for _ in range(nodes - 1):
        node = node + 1.0
    node.backward()
    return node


def seconds(root: Value, **options: Any) -> tuple[float, str]:
    best, by = float("inf"), ""
    for _ in range(3):
        start = time.perf_counter()
        drawing = draw(root, **options)
        svg = drawing.svg
        best, by = min(best, time.perf_counter() - start), drawing.renderer
        assert svg.endswith("</svg>\n")
    return best, by


def main() -> None:
    print(f"seconds for an SVG; renderers here: {', '.join(renderers())}\n")
    print("| graph | nodes | as drawn by default | by | every node drawn | by |")
    print("|---|--:|--:|---|--:|---|")
    graphs: dict[str, Callable[[int], Value]] = {"batch": batch, "chain": chain}
    slowest = 0.0
    for name, graph in graphs.items():
        for nodes in (15, 200, 2_000, 10_000):
            root = graph(nodes)
            size = len(topological(root))
            default, default_by = seconds(root)
            whole, whole_by = seconds(root, opened="examples", limit=10**6)
            slowest = max(slowest, default, whole)
            print(f"| {name} | {size:,} | {default:.3f} | {default_by} | {whole:.2f} | {whole_by} |")
    print(f"\nslowest: {slowest:.1f} s (at most 10: {'holds' if slowest <= 10 else 'NOT REACHED'})")


if __name__ == "__main__":
    main()
