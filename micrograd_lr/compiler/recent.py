"""What was asked for last is remembered, and the rest forgotten."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import OrderedDict
    from collections.abc import Callable
    from typing import TypeVar

    Key = TypeVar("Key")
    Thing = TypeVar("Thing")


def recent(known: OrderedDict[Key, Thing], key: Key, most: int, make: Callable[[], Thing]) -> Thing:
    """The thing of this key, made if it is not `known`. The `most` things that were asked for last stay known.

    Several threads may ask at a time: each step on `known` is one operation of it.
    """
    try:
        known.move_to_end(key)
        return known[key]
    except KeyError:  # or another thread has dropped it just now
        pass
    thing = known[key] = make()
    if len(known) > most:
        known.popitem(last=False)
    return thing
