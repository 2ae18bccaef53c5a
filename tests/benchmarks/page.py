"""How fast a page follows the scrubber: pictures a second while it moves over every step, in a real browser.

`make bench` runs this, where a Chromium is installed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from browser import ARGUMENTS, HERE, Reader
from playwright.sync_api import sync_playwright

from micrograd_lr import StepThrough, Value

SIZES = (15, 200, 2000)
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
    print("| nodes | frames | steps a second while scrubbing | slowest in 100, ms | wanted | holds |")
    print("|--:|--:|--:|--:|--:|---|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=HERE, args=ARGUMENTS)
        for size in SIZES:
            shown = StepThrough(graph(size))
            reader = Reader(browser).open(shown.save(Path(folder) / "page.html"))
            times = sorted(reader.page.evaluate(SCRUB, SECONDS))
            rate, slow = 1000 * len(times) / sum(times), times[int(0.99 * len(times))]
            wanted = WANTED.get(size, 0)
            holds = ("yes" if rate >= 0.98 * wanted else "NO") if wanted else ""
            sizes = f"{len(shown.steps.nodes):,} | {len(shown.steps):,}"
            print(f"| {sizes} | {rate:.1f} | {slow:.1f} | {wanted or ''} | {holds} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
