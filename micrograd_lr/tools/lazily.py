"""Names that a package gives at first use (PEP 562), so that importing it loads only what is always needed."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def lazily(package: str, places: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The functions `__getattr__` and `__dir__` of a `package`. `places` says in which of its modules each name is.

    ``{"draw": "pictures.drawing"}`` is the function, and ``{"logistic": "logistic"}``, a module by its own name, is
    the module.
    """

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        module = import_module(f"{package}.{places[name]}")
        return module if name == places[name] else getattr(module, name)

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *places})

    return get, names
