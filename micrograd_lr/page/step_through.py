"""`StepThrough`: both passes to step through, in a notebook, or as one HTML file that works offline."""

from __future__ import annotations

from pathlib import Path

from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import DIGITS
from micrograd_lr.levels.given_names import named
from micrograd_lr.logistic.model import ManyExamples, OneExample
from micrograd_lr.notebook.shown import bundle
from micrograd_lr.page.content import starts
from micrograd_lr.page.document import framed
from micrograd_lr.page.page import page
from micrograd_lr.page.views import views
from micrograd_lr.tools.files import write_whole
from micrograd_lr.tools.late import need
from micrograd_lr.tools.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from micrograd_lr.notebook.widget import Widget
    from micrograd_lr.stepping.frames import Steps


class StepThrough:
    """The forward and the backward pass of `root`, one move at a time: ``StepThrough(L).save("page.html")``.

    `root` is a node, or an example of `logistic` (OneExample, ManyExamples). The page begins with the level `detail`,
    names or ops, and the nodes in `opened` shown with their ops, as in `steps`; by default with names where a computed
    node below the root has one. The reader can change it. `gradients` are those of the parameters and of what leads to
    them, or all. `data` names the leaves that are data, and numbers are shown with `digits` significant digits. `names`
    is a mapping such as ``locals()``: nodes without a label are called by their names there, as in `draw`. The frames
    are in `steps`. In a notebook the page shows itself, and with the extra `notebook` it is live: see `widget`.
    """

    def __init__(
        self, root: Value | OneExample | ManyExamples, *, detail: str = "", opened: Iterable[str] = (),
        gradients: str = "parameters", data: Iterable[str] = ("x", "y"), digits: int = DIGITS,
        names: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        own: Value = root.L if isinstance(root, OneExample) else root.J if isinstance(root, ManyExamples) else root
        self.root = named(own, names, root_too=True)[own] if isinstance(own, Value) else own
        self._views = views(self.root, detail, opened, gradients=gradients, data=data, digits=digits)
        self.steps: Steps = self._views[0].steps
        self._widget: Widget | None = None

    @property
    def html(self) -> str:
        """The page as text: one file that needs nothing else, and no network."""
        return page(self.root, self._views)

    def save(self, path: str | Path) -> Path:
        """Write the page, whole or not at all, and return its path. ValueError if the name does not end in .html."""
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"{path.name!r}: the page is an HTML file. Choose a name that ends in .html.")
        write_whole(path, self.html)
        return path

    def widget(self) -> Widget:
        """The page as a widget of a notebook, always the same one: its `values`, `step` and `score` are live.

        ImportError if anywidget is not installed; then a cell shows the page all the same, without these.
        """
        if self._widget is None:
            need("anywidget", 'pip install "micrograd_lr[notebook]"')
            from micrograd_lr.notebook.widget import Widget

            self._widget = Widget(self.html, starts(self.root, self._views))
        return self._widget

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return bundle(self.widget, framed(self.html, "a page to step through"), repr(self))

    def __str__(self) -> str:
        return printable("\n".join(frame.text for frame in self.steps))

    def __repr__(self) -> str:
        return printable(f"<StepThrough: {len(self.steps)} frames of {self.steps.root.name}>")
