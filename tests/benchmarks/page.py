"""What a student sees of a page, and how fast it is written, and how fast it follows: the scrubber, a dragged number.

In a real browser; `make bench` runs this, where a Chromium is installed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from browser import ARGUMENTS, HERE, Reader
from playwright.sync_api import sync_playwright
from walking import SIZES as SCREENS
from walking import SMALLEST, walk

from micrograd_lr import Expression, StepThrough, Value
from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.logistic.breast_cancer import breast_cancer
from micrograd_lr.logistic.model import ManyExamples, OneExample

SIZES = (15, 200, 1000)
SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
WANTED = {200: 60}
SECONDS = 4

# Moves the scrubber by one step in every frame of the screen, and measures how long each took, work and drawing.
SCRUB = """
seconds => new Promise(done => {
  const scrubber = document.getElementById("scrubber"), last = Number(scrubber.max);
  const start = performance.now(), times = [];
  let before = start, at = 0;
  function move(now) {
    times.push(now - before);
    before = now;
    at = at === last ? 0 : at + 1;
    scrubber.value = at;
    scrubber.dispatchEvent(new Event("input"));
    if (now - start < 1000 * seconds) requestAnimationFrame(move); else done(times.slice(1));
  }
  requestAnimationFrame(move);
})
"""

# Changes a number in every frame of the screen, as dragging does; at the last move, where there is most to write.
DRAG = """
seconds => new Promise(done => {
  go(frames.length - 1);
  const start = performance.now(), times = [];
  let before = start, at = 0;
  function move(now) {
    times.push(now - before);
    before = now;
    change(leaves[0].id, leaves[0].start + 0.001 * at++);
    if (now - start < 1000 * seconds) requestAnimationFrame(move); else done(times.slice(1));
  }
  requestAnimationFrame(move);
})
"""
OPENED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def lessons() -> dict[str, Value]:
    """The slides' example, and two and three cases as the demo shows them."""
    cases = breast_cancer().standardised().only(("mean radius", "mean texture"))
    X, Y = [[Value(x) for x in row[:3]] for row in cases.X], [Value(y) for y in (1.0, 0.0, 1.0)]
    return {
        "slides": Expression(SLIDES)(w=0.5, x=2.0, b=-1.0, y=1.0),
        "one case": OneExample((0.5, 0.25), -0.25, cases.rows[0], cases.labels[0]).L,
        "three cases": ManyExamples((0.5, 0.25), -0.25, X, Y, loss=literal_loss).J,
    }


def ten_of_thirty() -> Value:
    """Ten cases with all features."""
    cases = breast_cancer().standardised()
    X = [[Value(x) for x in row[:10]] for row in cases.X]
    return ManyExamples([0.0] * 30, 0.0, X, [Value(y) for y in cases.labels[:10]], loss=literal_loss).J


def of_names(count: int) -> Value:
    """A chain of so many named nodes."""
    node = Value(0.5, "w")
    for i in range(count):
        node = (node * 0.999 + 0.001).tanh()
        node.label = f"h{i}"
    return node


def written() -> None:
    """How long Python takes to write a page."""
    print("| page | is written in, ms | wanted |")
    print("|---|--:|--:|")
    for name, root, wanted in (("slides", lessons()["slides"], 60), ("2,000 names", of_names(2000), 8000)):
        start = time.process_time()
        _ = StepThrough(root).html
        print(f"| {name} | {1000 * (time.process_time() - start):.0f} | {wanted} |", flush=True)
    print()


def walks(browser: Any, folder: Path) -> None:
    """What a student sees who walks through a page."""
    print("| page | screen | kB | open, ms | moves | hidden | smallest text, px | wanted | jumps | cut | tallest |")
    print("|---|---|--:|--:|--:|---|--:|--:|---|---|--:|")
    for name, root in lessons().items():
        file = StepThrough(root).save(folder / "lesson.html")
        for screen, (width, height) in SCREENS.items():
            reader = Reader(browser, viewport={"width": width, "height": height}).open(file)
            opened, seen = reader.page.evaluate(OPENED), walk(reader)
            reader.context.close()
            sizes = f"{file.stat().st_size // 1000} | {opened:.0f} | {seen.moves} | {seen.hidden} | {seen.smallest:.1f}"
            print(
                f"| {name} | {screen} | {sizes} | {SMALLEST[screen]} | {seen.jumps} | {seen.cut} | {seen.tallest:.0f} |"
            )
    reader = Reader(browser).open(StepThrough(ten_of_thirty()).save(folder / "ten.html"))
    print(f"\nTen cases of thirty features open in {reader.page.evaluate(OPENED):.0f} ms (2000 wanted).\n", flush=True)
    reader.context.close()


def graph(nodes: int) -> Value:
    """A graph of about so many nodes, with reuse."""
    w, x = Value(0.5, "w"), Value(1.5, "x")
    total = w * x
    for i in range((nodes - 3) // 3):
        total = (total * w).tanh() + x if i % 2 else total / 2.0 + (w * x).sigmoid()
    return total


def main() -> None:
    if HERE is None:
        print("The page is not measured: there is no Chromium here. apt install chromium, or set CHROMIUM to its path.")
        return
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=HERE, args=ARGUMENTS)
        written()
        walks(browser, Path(folder))
        print("| nodes | frames | what moves | a second | slowest in 100, ms | wanted | holds |")
        print("|--:|--:|---|--:|--:|--:|---|")
        for size in SIZES:
            shown = StepThrough(graph(size))
            reader = Reader(browser).open(shown.save(Path(folder) / "page.html"))
            for what, script in (("scrubber", SCRUB), ("a number", DRAG)):
                times = sorted(reader.page.evaluate(script, SECONDS))
                rate, slow = 1000 * len(times) / sum(times), times[int(0.99 * len(times))]
                wanted = WANTED.get(size, 0)
                holds = ("yes" if rate >= 0.98 * wanted else "NO") if wanted else ""
                sizes = f"{len(shown.steps.nodes):,} | {len(shown.steps):,} | {what}"
                print(f"| {sizes} | {rate:.1f} | {slow:.1f} | {wanted or ''} | {holds} |", flush=True)
            reader.context.close()
        browser.close()


if __name__ == "__main__":
    main()
