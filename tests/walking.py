"""A walk through a page with the arrow key, as a student does it, and what the student sees at every move.

The tests hold its values, and the benchmark of the page prints them.
"""

from dataclasses import dataclass

SIZES = {"1280x800": (1280, 800), "768x1024": (768, 1024), "390x844": (390, 844)}
SMALLEST = {"1280x800": 12, "768x1024": 12, "390x844": 11}  # CSS pixels of a text of the picture

SEEN = """() => {
    const pane = document.querySelector("#graph").getBoundingClientRect();
    const bar = document.querySelector("nav").getBoundingClientRect();
    const room = { left: Math.max(pane.left, 0), top: Math.max(pane.top, 0), right: Math.min(pane.right, innerWidth),
                   bottom: Math.min(pane.bottom, bar.top, innerHeight) };
    const lit = [...document.querySelectorAll("#graph .node.now, #graph .node.near")];
    const inRoom = (box) => box.left >= room.left - 1 && box.top >= room.top - 1
        && box.right <= room.right + 1 && box.bottom <= room.bottom + 1;
    const texts = [...document.querySelectorAll("#graph text")].filter((text) => text.textContent.trim());
    const sizes = texts.map((text) => {
        const { a, b, c, d } = text.getScreenCTM();
        return parseFloat(getComputedStyle(text).fontSize) * Math.sqrt(Math.abs(a * d - b * c));
    });
    const frame = document.querySelector("#frame").getBoundingClientRect();
    const lines = [...document.querySelectorAll("#lines .line")].map((line) => {
        const boxes = [...line.querySelectorAll("math")].map((x) => x.getBoundingClientRect());
        return { left: Math.min(...boxes.map((x) => x.left)), right: Math.max(...boxes.map((x) => x.right)),
                 top: Math.min(...boxes.map((x) => x.top)), bottom: Math.max(...boxes.map((x) => x.bottom)) };
    });
    const gaps = lines.flatMap((one, i) => lines.slice(i + 1)
        .filter((other) => one.left < other.right && other.left < one.right)
        .map((other) => Math.max(other.top - one.bottom, one.top - other.bottom)));
    return {
        hidden: lit.filter((box) => !inRoom(box.getBoundingClientRect())).map((box) => box.id),
        smallest: Math.min(...sizes), inputs: document.querySelector("#inputs").getBoundingClientRect().top + scrollY,
        gap: Math.min(...gaps, 99), tall: frame.height, ends: frame.bottom, bar: bar.top,
    };
}"""


@dataclass
class Walk:
    """`moves` of the page; those at which a lit box is `hidden`, the inputs `jump`, or the frame is `cut` off below;
    the `smallest` text of the picture, the smallest `gap` between lines below one another, and the `tallest` frame, in
    CSS pixels; the text at the `end`."""

    moves: int
    hidden: list
    jumps: list
    cut: list
    smallest: float
    gap: float
    tallest: float
    end: str


def walk(reader, key="ArrowRight"):
    """Walk a page that is open at its first move to its last."""
    moves = int(reader.page.locator("#scrubber").get_attribute("max")) + 1
    seen = []
    for _ in range(moves):
        seen.append(reader.settled().page.evaluate(SEEN))
        reader.press(key)
    return Walk(
        moves,
        [i for i, x in enumerate(seen) if x["hidden"]],
        [i for i in range(1, moves) if abs(seen[i]["inputs"] - seen[i - 1]["inputs"]) > 2],
        [i for i, x in enumerate(seen) if x["ends"] > x["bar"] + 1],
        min(x["smallest"] for x in seen),
        min(x["gap"] for x in seen),
        max(x["tall"] for x in seen),
        reader.page.locator("#frame").inner_text(),
    )
