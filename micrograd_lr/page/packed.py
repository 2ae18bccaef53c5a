"""The data of a page as short JSON: the keys that objects have in common, and parts that are repeated, stand once.

web/packed.js reads it: ``[0, …]`` is a list, ``[n, …]`` an object with the n-th `keys`, ``[-n]`` the n-th of `parts`.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

REFERENCE = 6  # characters of [-123]: a part that is not longer stands where it is used

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def packed(data: Any) -> str:
    """JSON text of lists, tuples, dicts and what JSON has in them. ValueError for a number that is not finite."""
    keys: dict[tuple[str, ...], int] = {}
    found: dict[tuple[str | int, ...], int] = {}  # each list and object, once: of its parts the text, or the place here
    uses: list[int] = []  # of each of these, in how many others it is

    def place(x: Any) -> str | int:
        if isinstance(x, dict):
            own = (keys.setdefault((*x,), len(keys) + 1), *map(place, x.values()))
        elif isinstance(x, (list, tuple)):
            own = (0, *map(place, x))
        else:
            return str(x) if type(x) is int else _encode(x)
        if own not in found:
            found[own] = len(found)
            uses.append(0)
            for part in own[1:]:
                if isinstance(part, int):
                    uses[part] += 1
        return found[own]

    place(data)
    texts: list[str] = []
    parts: list[str] = []
    for i, own in enumerate(found):  # what a part consists of comes before it
        kind, *inside = own
        text = ",".join([f"[{kind}", *(x if isinstance(x, str) else texts[x] for x in inside)]) + "]"
        if uses[i] > 1 and len(text) > REFERENCE:
            parts.append(text)
            text = f"[-{len(parts)}]"
        texts.append(text)
    return f'{{"keys":{_encode([*keys])},"parts":[{",".join(parts)}],"data":{texts[-1]}}}'
