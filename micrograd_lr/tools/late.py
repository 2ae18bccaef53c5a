"""Third-party packages are imported late, through here, so that a missing one is named together with its remedy."""

from __future__ import annotations

import importlib
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def need(module: str, remedy: str) -> Any:
    """The module, imported now. ImportError with the `remedy` where its package is not installed."""
    if (known := sys.modules.get(module)) is not None:
        return known
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"this needs the package {package}, which cannot be imported ({error}). Install it: {remedy}"
        ) from error
