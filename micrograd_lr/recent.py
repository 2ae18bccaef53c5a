"""A dictionary that remembers what was used last, and forgets the rest."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(dict[K, V]):
    """At most `most` entries: the ones that were read or written last."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __getitem__(self, key: K) -> V:
        value = super().__getitem__(key)
        if [*self][-1] != key:
            self.pop(key, None)
            super().__setitem__(key, value)
        return value

    def __setitem__(self, key: K, value: V) -> None:
        self.pop(key, None)
        super().__setitem__(key, value)
        for oldest in [*self][: max(len(self) - self.most, 0)]:
            self.pop(oldest, None)
