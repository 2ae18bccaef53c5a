"""Compiled kernels on disk, for the next process: in a folder that nobody else can write to, or not at all.

What is kept is machine code, inside of pickles: whoever can write there runs code as this user. So every folder on the
way, and every file, has to belong to this user (or root) and to be closed to all others; a file that was changed is
not what its digest says, and is made anew. Nothing here is needed: where it does not work, kernels are compiled again.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import secrets
import shutil
import stat
import sys
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from micrograd_lr.tools.late import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VARIABLE = "MICROGRAD_LR_CACHE"  # a folder for compiled kernels; "off" for none
LARGEST = 64 << 20  # bytes of all kernels together: the ones that were used last are kept
SUFFIX = ".kernel"
_REMEDY = 'pip install "micrograd_lr[fast]"'
_DIGEST = hashlib.sha256().digest_size
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_READING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_said: list[str] = []  # why nothing is kept


def folder() -> Path | None:
    """The folder for compiled kernels, made if it is not there; None where there can be none, which is said once."""
    wanted = os.environ.get(VARIABLE, "").strip()
    if wanted.lower() == "off":
        return None
    try:
        path = _absolute(Path(wanted).expanduser()) if wanted else _of_the_user() / "micrograd_lr"
        _refuse_links_of_others(path)
        path = path.resolve()
        _refuse_what_is_open_to_others(path)
        for missing in reversed([part for part in (path, *path.parents) if not part.exists()]):
            missing.mkdir(0o700, exist_ok=True)  # for this user alone, whatever the umask says
        _refuse_what_cannot_be_written(path)
    except (OSError, RuntimeError) as error:  # RuntimeError: nobody knows where the home of this user is
        _say_once(error)
        return None
    return path


def _say_once(error: Exception) -> None:
    """On stderr, or where this program's log goes. Not as a warning, which a filter may make an error: that a kernel
    is not kept is no reason to end a call."""
    import logging

    if not _said:
        _said.append(str(error))
        logging.getLogger(__package__).warning(
            "compiled kernels are not kept for the next run: %s. Set %s to a folder of yours, or to off.",
            error, VARIABLE,
        )  # fmt: skip


def read(name: str) -> bytes | None:
    """What was kept under a name; None if nothing was, or not by this user, or not whole."""
    place = folder()
    if place is None:
        return None
    path = place / f"{name}{SUFFIX}"
    try:
        file = os.open(path, _READING)
        with open(file, "rb") as opened:
            state = os.fstat(file)
            _refuse_what_is_not_ours(path, state, {os.geteuid()} if hasattr(os, "geteuid") else set())
            content = opened.read() if state.st_size <= LARGEST else b""
        os.utime(path)  # used just now
    except FileNotFoundError:
        return None
    except OSError:  # a link, a folder, another user's file, one that cannot be read
        return None
    digest, kept = content[:_DIGEST], content[_DIGEST:]
    return kept if _digest(name, kept) == digest else None


def write(name: str, content: bytes) -> None:
    """Keep something under a name, whole or not at all. A full disk, or whatever else stops it, costs nothing."""
    place = folder()
    if place is None:
        return
    path, beside = place / f"{name}{SUFFIX}", place / f".{secrets.token_hex(8)}.part"
    with suppress(OSError):
        try:
            file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with open(file, "wb") as opened:
                opened.write(_digest(name, content) + content)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _shrink(place)


def _digest(name: str, content: bytes) -> bytes:
    """Of the name too: under another name, a kernel would be another's."""
    return hashlib.sha256(name.encode() + content).digest()


def _of_the_user() -> Path:
    """The folder for caches of this user: as the XDG specification says, which ignores a relative one."""
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        base = Path(os.environ.get(variable, ""))
        if base.is_absolute():
            return base
    return _absolute(Path.home()) / ".cache"


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise RuntimeError(f"{str(path)!r} is not an absolute path")
    return path


def _refuse_what_is_open_to_others(path: Path) -> None:
    """OSError unless this user alone can write in the folder, if it is there, and nobody but root and this user could
    put another in its place."""
    if not hasattr(os, "geteuid"):  # on Windows, what lies in a user's own folder is the user's
        return
    me = os.geteuid()
    for part in (path, *path.parents):
        if part.exists():
            state = part.stat()
            # With the sticky bit, as in /tmp, none but its owner can rename what is ours.
            sticky = part != path and bool(state.st_mode & stat.S_ISVTX)
            _refuse_what_is_not_ours(part, state, {me} if part == path else {me, 0}, sticky)


def _refuse_what_cannot_be_written(path: Path) -> None:
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a folder")
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(f"{path} cannot be written to")


def _refuse_links_of_others(path: Path) -> None:
    """OSError if another user decides where the path leads: to a folder of ours, but with files that came from afar."""
    for place in [path, *path.parents]:
        if place.is_symlink():
            if hasattr(os, "geteuid") and place.lstat().st_uid not in (os.geteuid(), 0):
                raise PermissionError(f"the link {place} belongs to another user")
            _refuse_links_of_others(place.parent / os.readlink(place))


def _refuse_what_is_not_ours(path: Path, state: os.stat_result, owners: set[int], sticky: bool = False) -> None:
    if owners and state.st_uid not in owners:
        raise PermissionError(f"{path} belongs to another user")
    if owners and state.st_mode & _OTHERS_WRITE and not sticky:
        raise PermissionError(f"others can write to {path}")
    if not (stat.S_ISDIR(state.st_mode) or stat.S_ISREG(state.st_mode)):
        raise OSError(f"{path} is neither a file nor a folder")


def _shrink(place: Path) -> None:
    """Remove the kernels that have not been used for the longest time, until the rest is small enough."""
    found = []
    for path in [*place.glob(f"*{SUFFIX}"), *place.glob(".*.part")]:  # of processes that were killed
        with suppress(OSError):  # another process has removed it
            state = path.lstat()
            found.append((state.st_mtime_ns, state.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= LARGEST:
            return
        with suppress(OSError):
            path.unlink()
        total -= size


@cache
def digest_of(module: str) -> str:
    """What tells a module of this package from that of another day: compiled code holds copies of its functions."""
    name = f"{__package__}.{module}"
    loader: Any = getattr(find_spec(name), "loader", None)
    return hashlib.sha256((loader.get_source(name) or "").encode()).hexdigest()[:12]  # none where only .pyc are shipped


class KernelCache:
    """What a Numba dispatcher asks before it compiles a signature, and tells when it has: Numba's own cache, but for
    the place, the checks and the index. `source` is the text of all code that the function contains."""

    cache_path = None

    def __init__(self, source: str) -> None:
        self.source = source

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The compiled function, from disk; None where it has to be compiled."""
        target.refresh()
        content = read(self._name(signature, target.codegen()))
        if content is None:
            return None
        try:
            return need("numba.core.compiler", _REMEDY).CompileResult._rebuild(target, *pickle.loads(content))
        except Exception:  # another build of Numba wrote it, say: it is compiled again, and replaced
            return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep a function that was just compiled, if it is made of code alone."""
        if not compiled.lifted and not compiled.library.has_dynamic_globals:
            content = need("numba.core.serialize", _REMEDY).dumps(compiled._reduce())
            write(self._name(signature, compiled.codegen), content)

    def flush(self) -> None:
        """Nothing: what is not valid any more has another name."""

    enable = disable = flush

    def _name(self, signature: Any, codegen: Any) -> str:
        """What tells this function, its types, this processor and these versions from all others."""
        versions = sys.version, *(need(name, _REMEDY).__version__ for name in ("numba", "llvmlite"))
        parts = self.source, signature, codegen.magic_tuple(), versions
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:40]
