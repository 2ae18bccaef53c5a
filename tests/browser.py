"""A real browser, for the tests of the page and for its benchmark: Debian's Chromium, or the one ``CHROMIUM`` names.

The benchmark runs where pytest is not installed, so nothing here needs it.
"""

import os
import shutil

HERE = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

USUAL = {"width": 1280, "height": 860}
SETTLED = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  if (typeof unseen !== "undefined" && unseen) { // what the page would write a little later, written now
    clearTimeout(unseen);
    unseen = 0;
    renderBoxes(() => true);
  }
  done();
})))"""


class Reader:
    """A page as its reader has it, in a context of its own; what goes wrong in it, and what it asks the network for."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(**{"viewport": USUAL, "reduced_motion": "reduce", **options})
        self.page = self.context.new_page()
        self.errors, self.requests = [], []
        self.page.on("console", lambda message: message.type != "log" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path, state=""):
        """Open a file of the disk, at a state such as ``step=3``."""
        self.page.goto(path.as_uri() + (f"#{state}" if state else ""))
        return self

    def text(self, selector):
        return self.page.locator(selector).text_content()

    def compact(self, selector):
        """A text without its spaces, which in MathML come from the way it is written."""
        return "".join(self.text(selector).split())

    def shown(self, node, what):
        """The value or gradient of a node in the picture."""
        return self.page.locator(f"#graph #{node} .{what}").text_content()

    def picture(self):
        """The value and gradient of every box, "–" if not known, and the ids of the boxes that are lit."""
        texts = "g => [g.id, g.querySelector('.value').textContent, g.querySelector('.grad')?.textContent ?? '']"
        groups = self.page.locator("#graph g.node").evaluate_all(f"all => all.map({texts})")
        lit = self.page.locator("#graph g.node.now").evaluate_all("all => all.map(x => x.id)")
        return {node: (value or "–", grad.rpartition(" = ")[2] or "–") for node, value, grad in groups}, lit

    def step(self):
        return self.page.evaluate("step")

    def settled(self):
        """After the rendering that was asked for, what is out of view included."""
        self.page.evaluate(SETTLED)
        return self

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        return self.settled()

    def click(self, selector):
        self.page.locator(selector).click()
        return self.settled()

    def fill(self, selector, text):
        """Type a text into a field, and leave it."""
        self.page.locator(selector).fill(text)
        self.page.locator(selector).dispatch_event("change")
        return self.settled()

    def answer(self, text):
        """Type an answer, and Enter."""
        self.page.locator("#answer").fill(text)
        return self.press("Enter")

    def answered(self, text):
        """What is said to an answer."""
        return self.answer(text).text("#verdict")
