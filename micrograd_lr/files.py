"""Files are written whole or not at all."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> None:
    """Write `content` beside `path` and rename it: a reader never sees half a file. OSError names `path` itself."""
    beside = path.with_name(path.name + ".part")
    try:
        try:
            beside.write_bytes(content.encode() if isinstance(content, str) else content)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise type(error)(
            f"cannot write {path}: {error.strerror}. Choose a folder that exists and is yours."
        ) from error
