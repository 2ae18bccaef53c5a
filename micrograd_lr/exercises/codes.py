"""The code in which a sheet ends: who solved what, with a check sum against slips. It is no proof of anything.

The sheet writes the same code in the browser, in web/progress.js.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import quote, unquote
from zlib import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST = "sheet1"  # how a code of this version begins
SETTLED = {"1": "right at the first try", "2": "right later", "3": "revealed", "0": "open"}  # questions, by their digit
_PART = re.compile(rf"([^-/]+)-([{''.join(SETTLED)}]+)")


@dataclass(frozen=True)
class Solved:
    """What a code says: the name and the seed that the sheet had, perhaps "", and by exercise a digit per question."""

    student: str
    seed: str
    exercises: Mapping[str, str]

    @property
    def code(self) -> str:
        """The code: ``sheet1/Ada/7/circuit-113/12ab34cd``."""
        parts = [f"{quoted(name)}-{digits}" for name, digits in self.exercises.items()]
        text = "/".join([FIRST, quote(self.student, safe=""), self.seed, *parts])
        return f"{text}/{_check(text)}"

    def __str__(self) -> str:
        counts = Counter("".join(self.exercises.values()))
        whole = ", ".join(f"{counts[digit]} {words}" for digit, words in SETTLED.items())
        seed = f", seed {self.seed}" if self.seed else ""
        width = max(map(len, self.exercises))
        lines = [
            f"  {name:<{width}}  {digits.count('1')} of {len(digits)} {SETTLED['1']}"
            for name, digits in self.exercises.items()
        ]
        return "\n".join([f"{self.student or 'no name'}{seed}: {whole}", *lines])


def read_code(code: str) -> Solved:
    """What a code says; spaces and line breaks in it do not matter. ValueError if it is not one, or was changed."""
    first, *rest = "".join(code.split()).split("/")
    version = re.fullmatch(r"sheet[1-9]\d*", first)
    if not version or len(rest) < 2:
        raise ValueError(f"{code!r:.60} is not the code of a sheet, which begins with {FIRST}/.")
    if first != FIRST:
        raise ValueError(f"{first}: this code is from a newer version of the package. Install that one to read it.")
    *parts, check = rest
    student, seed, *found = [*parts, "", ""] if len(parts) < 2 else parts
    solved = [_PART.fullmatch(part) for part in found]
    if check != _check("/".join([first, *parts])) or not solved or not all(solved):
        raise ValueError(f"{code!r:.60}: a character of this code is wrong or missing. Copy it once more, whole.")
    return Solved(unquote(student), seed, {unquote(x[1]): x[2] for x in solved if x})


def quoted(name: str) -> str:
    """The name of an exercise as it stands in a code."""
    return quote(name, safe="").replace("-", "%2D")


def _check(text: str) -> str:
    return f"{crc32(text.encode()):08x}"
