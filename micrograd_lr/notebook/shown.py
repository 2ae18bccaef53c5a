"""What a cell of a notebook shows: a widget, if anywidget is installed, and for all others the page in a frame."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def bundle(widget: Callable[[], Any], page: str, text: str) -> dict[str, Any]:
    """The ways to show it, by their types. `widget` makes it; ImportError means that there is none."""
    shown: dict[str, Any] = {"text/html": page, "text/plain": text}
    try:
        live = widget()._repr_mimebundle_()
    except ImportError:  # without the extra: the page alone
        return shown
    return live[0] | shown if live else shown
