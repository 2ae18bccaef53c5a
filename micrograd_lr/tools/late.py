"""Third-party packages are imported only when they are needed; if one is missing, the error says how to install it."""

from __future__ import annotations

import importlib
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def need(module: str, remedy: str) -> Any:
    """The module, imported now. If its package is not installed, ImportError with the `remedy`."""
    if (known := sys.modules.get(module)) is not None:
        return known
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"this needs the package {package}, which cannot be imported ({error}). Install it: {remedy}"
        ) from error
