"""A cache that forgets what was used least recently."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import OrderedDict
    from collections.abc import Callable
    from typing import TypeVar

    Key = TypeVar("Key")
    Thing = TypeVar("Thing")


def cached(cache: OrderedDict[Key, Thing], key: Key, size: int, make: Callable[[], Thing]) -> Thing:
    """The thing that the `cache` has under this key; if it has none, `make` it. At most `size` things are kept.

    Several threads may ask at the same time, so every step is a single operation on the cache.
    """
    try:
        cache.move_to_end(key)
        return cache[key]
    except KeyError:  # not there, or another thread has dropped it just now
        pass
    thing = cache[key] = make()
    if len(cache) > size:
        cache.popitem(last=False)
    return thing
