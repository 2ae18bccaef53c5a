"""`Widget`: a page in a cell of a notebook; its inputs, its move and its score are traitlets. `SheetWidget`: a sheet.

It needs the package anywidget, so this module is imported when a widget is made, and not before.
"""

from __future__ import annotations

import math
from importlib.resources import files

import anywidget
import traitlets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def _script(name: str) -> str:
    """A script of this room, after that of the channel to the page."""
    own = files(__package__)
    return "\n".join((own / file).read_text(encoding="utf-8") for file in ("channel.js", name))


class SheetWidget(anywidget.AnyWidget):
    """A sheet of exercises, live: `code` says what is solved, as `exercises.read_code` reads it."""

    _esm = _script("sheet_widget.js")
    _html = traitlets.Unicode().tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)

    def __init__(self, html: str) -> None:
        super().__init__(_html=html)


class Widget(anywidget.AnyWidget):
    """A page to step through, live: what the reader does arrives here, and what is set here is shown there.

    `values` has the numbers of the inputs by their names. Set it to change some of them, ``widget.values = {"w": 2}``;
    the others stay. Where the page has no value at these numbers it says why, and `values` goes back to those before.
    `step` is the move that is shown, from 0, and `score` is (asked, right): how many questions were answered, and how
    many of them were right at the first try. All three can be observed: ``widget.observe(print, "values")``.
    """

    _esm = _script("widget.js")
    _html = traitlets.Unicode().tag(sync=True)
    _inputs = traitlets.Dict().tag(sync=True)  # name → the id that the page has for it
    values = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Float()).tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    score = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(0, 0)).tag(sync=True)

    def __init__(self, html: str, inputs: Iterable[tuple[str, str, float]]) -> None:
        """A page, and of each of its inputs the id, the name and the number at which it starts."""
        inputs = [*inputs]
        names = [name for _, name, _ in inputs]
        own = {id: name if names.count(name) == 1 else f"{name} ({id})" for id, name, _ in inputs}
        super().__init__(
            _html=html,
            _inputs={name: id for id, name in own.items()},
            values={own[id]: start for id, _, start in inputs},
        )

    @traitlets.validate("values")
    def _with_the_others(self, proposal: dict[str, Any]) -> dict[str, float]:
        given: dict[str, float] = proposal["value"]
        for name, x in given.items():
            if name not in self._inputs:
                raise traitlets.TraitError(
                    f"{name!r} is not an input of this page. Set one of these: {', '.join(self._inputs)}."
                )
            if not math.isfinite(x):
                raise traitlets.TraitError(f"{name} = {x}: the page computes with finite numbers. Set one.")
        return {**self.values, **given}
