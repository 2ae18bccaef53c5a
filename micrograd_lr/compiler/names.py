"""The names that generated code uses itself, and other names for arguments that have one of them."""

from __future__ import annotations

import re

from micrograd_lr.engine.elementary import FUNCTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

TAKEN = {  # what generated code uses, next to numbered names
    "B", "_", "abs", "ahead", "broadcast_to", "c", "column", "empty", "exp", "float64", "fsum", "i", "j", "k",
    "kernel", "log", "log1p", "m", "min", "njit", "power", "prefetch", "product_over", "range", "rows", "s", "shape",
    "start", "stop", "sum_over", "sums", "t", "tanh", "values", "where", "wide_vectors", "work",
}  # fmt: skip
NUMBERED = re.compile(r"([ahtuv]|p[0-9]*_?|lines|rows)\d+$|d_|part_|given_")


def safe_name(name: str, others: Collection[str]) -> str:
    """A name for an argument that generated code does not use for anything else."""
    called = name in FUNCTIONS and FUNCTIONS[name].derived is None  # sin, but not relu, which is written out
    if name in TAKEN or called or NUMBERED.match(name):
        name = f"given_{name}"
        while name in others:
            name += "_"
    return name
