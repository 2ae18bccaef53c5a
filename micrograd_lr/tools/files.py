"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import secrets
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_OF_THE_FOLDER = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EROFS)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write `content` to another file and rename that, so that nobody ever reads half a file. OSError names `path`."""
    with written_whole(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """The same for what is written piece by piece: a file that gets its name when all is in it."""
    target = path.resolve()  # a link is followed, not replaced
    beside = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            with beside.open("xb") as file:
                yield file
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        remedy = " Choose a folder that exists and is yours." if error.errno in _OF_THE_FOLDER else ""
        raise type(error)(f"cannot write {path}: {error.strerror}.{remedy}") from error
