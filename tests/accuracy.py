"""How exact the compiled loss is, backend by backend, as the table of docs/performance.md.

`python tests/accuracy.py` writes the table into the page; a test fails while page and engine differ.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from truth import mp

from micrograd_lr import log, logistic_loss, sigmoid, value_and_grad
from micrograd_lr.compiler.compiled import BACKENDS

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
START, END = "<!-- the table of the errors: generated -->", "<!-- end of the table -->"
RANGES = [(-800, -40), (-40, -1), (-1, 1), (1, 40), (40, 800)]
POINTS = 400
LABELS = (0.0, 1.0)


def literal(z: Any, shift: Any, y: Any) -> Any:
    a = sigmoid(z + shift)
    return -(y * log(a) + (1 - y) * log(1 - a))


def fused(z: Any, shift: Any, y: Any) -> Any:
    return logistic_loss(z + shift, y)


def errors(loss: Any, backend: str, low: float, high: float) -> tuple[float, float]:
    """The largest error of the loss and of ∂L/∂z on a range, in ulp of 50-digit truth."""
    graph = value_and_grad(loss, batch="y", backend=backend)
    worst = [0.0, 0.0]
    for z in np.linspace(low, high, POINTS).tolist():
        for y in LABELS:
            found, gradients = graph(z, 0.0, [y])
            t = mp.mpf(z) if y == 0 else -mp.mpf(z)
            exact = mp.log1p(mp.exp(t)), (1 - 2 * y) / (1 + mp.exp(-t))
            for i, (ours, true) in enumerate(zip((found, gradients["z"]), exact)):
                worst[i] = max(worst[i], float(abs(ours - true) / math.ulp(float(true))))
    return worst[0], worst[1]


def table() -> str:
    """Rounded up to half an ulp, so that another C library's last digit changes nothing."""
    titles = [f"{low} … {high}" for low, high in RANGES]
    lines = ["| loss | backend | " + " | ".join(titles) + " |", "|---|---|" + "--:|" * len(RANGES)]
    for loss in (literal, fused):
        for backend in BACKENDS:
            cells = [" ; ".join(f"{math.ceil(2 * e) / 2:g}" for e in errors(loss, backend, *ends)) for ends in RANGES]
            lines.append(f"| {loss.__name__} | {backend} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def table_of(page: str) -> str:
    return page.partition(START)[2].partition(END)[0].strip()


def page_with(text: str) -> str:
    page = PAGE.read_text(encoding="utf-8")
    return f"{page.partition(START)[0]}{START}\n\n{text}\n\n{END}{page.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page_with(table()), encoding="utf-8")
