"""A cache of compiled kernels on disk, for the next process, in a folder that nobody else can write to.

It holds machine code inside of pickles: whoever can write to the folder runs code as this user. So every folder on the
path, and every file, has to belong to this user (or root) and be closed to all others; a file whose digest is wrong is
not read. If something does not work, kernels are simply compiled again.
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

VARIABLE = "MICROGRAD_LR_CACHE"  # the folder for compiled kernels, or "off"
LARGEST = 64 << 20  # bytes of all kernels together: beyond, those used least recently are removed
SUFFIX = ".kernel"
_REMEDY = 'pip install "micrograd_lr[fast]"'
_DIGEST = hashlib.sha256().digest_size
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_READING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_warned: list[str] = []  # why no kernel is kept, once it has been logged


def folder() -> Path | None:
    """The folder for compiled kernels, made if there is none yet. None if it cannot be used, with a warning, once."""
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
    except (OSError, RuntimeError) as error:  # RuntimeError: this user has no home folder
        _warn_once(error)
        return None
    return path


def _warn_once(error: Exception) -> None:
    """On stderr, or where the log of the program goes. Not with `warnings`, whose filters can turn a warning into an
    error: a call must not fail because a kernel is not kept."""
    import logging

    if not _warned:
        _warned.append(str(error))
        logging.getLogger(__package__).warning(
            "compiled kernels are not kept for the next run: %s. Set %s to a folder of yours, or to off.",
            error, VARIABLE,
        )  # fmt: skip


def read(name: str) -> bytes | None:
    """What is kept under a name. None if there is nothing, or it is not this user's, or it is damaged."""
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
        os.utime(path)  # it is in use
    except FileNotFoundError:
        return None
    except OSError:  # a link, a folder, another user's file, one that cannot be read
        return None
    digest, kept = content[:_DIGEST], content[_DIGEST:]
    return kept if _digest(name, kept) == digest else None


def write(name: str, content: bytes) -> None:
    """Keep something under a name, whole or not at all. If that fails, as on a full disk, nothing else does."""
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
    """The name is part of it, so that a file that was renamed is not taken for another kernel."""
    return hashlib.sha256(name.encode() + content).digest()


def _of_the_user() -> Path:
    """The user's folder for caches, as in the XDG specification, which ignores relative paths."""
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
    """OSError if anybody else could write to the folder, or (apart from root) put another folder in its place."""
    if not hasattr(os, "geteuid"):  # on Windows, others cannot write to a user's own folder
        return
    me = os.geteuid()
    for part in (path, *path.parents):
        if part.exists():
            state = part.stat()
            # In a folder with the sticky bit, such as /tmp, others cannot rename what is ours.
            sticky = part != path and bool(state.st_mode & stat.S_ISVTX)
            _refuse_what_is_not_ours(part, state, {me} if part == path else {me, 0}, sticky)


def _refuse_what_cannot_be_written(path: Path) -> None:
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a folder")
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(f"{path} cannot be written to")


def _refuse_links_of_others(path: Path) -> None:
    """OSError if a link of another user is on the path: it could lead to a folder of ours that holds foreign files."""
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
    """Remove the kernels that were used least recently, until the rest is small enough."""
    found = []
    for path in [*place.glob(f"*{SUFFIX}"), *place.glob(".*.part")]:  # parts are left by processes that were killed
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
    """Changes with the source of a module of this package, for compiled code that contains functions of the module."""
    name = f"{__package__}.{module}"
    loader: Any = getattr(find_spec(name), "loader", None)
    return hashlib.sha256((loader.get_source(name) or "").encode()).hexdigest()[
        :12
    ]  # no source where only .pyc are shipped


class KernelCache:
    """The cache of a Numba dispatcher: asked before it compiles a signature, and told afterwards.

    It differs from Numba's own in its folder, its checks, and in having no index. `source` is the text of all code that
    the function contains.
    """

    cache_path = None

    def __init__(self, source: str) -> None:
        self.source = source

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The compiled function from disk, or None."""
        target.refresh()
        content = read(self._key(signature, target.codegen()))
        if content is None:
            return None
        try:
            return need("numba.core.compiler", _REMEDY).CompileResult._rebuild(target, *pickle.loads(content))
        except Exception:  # written by another build of Numba, for example: compile it again, and replace it
            return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep a function that was just compiled, unless it refers to objects of this process."""
        if not compiled.lifted and not compiled.library.has_dynamic_globals:
            content = need("numba.core.serialize", _REMEDY).dumps(compiled._reduce())
            write(self._key(signature, compiled.codegen), content)

    def flush(self) -> None:
        """Does nothing: code that is out of date is never found, because its key differs."""

    enable = disable = flush

    def _key(self, signature: Any, codegen: Any) -> str:
        """The cache key: of this function, its types, this processor and these versions."""
        versions = sys.version, *(need(name, _REMEDY).__version__ for name in ("numba", "llvmlite"))
        parts = self.source, signature, codegen.magic_tuple(), versions
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:40]
