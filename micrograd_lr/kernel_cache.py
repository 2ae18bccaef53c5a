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
import stat
import sys
import warnings
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

from micrograd_lr.extras import need

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VARIABLE = "MICROGRAD_LR_CACHE"  # a folder for compiled kernels; "off" for none
LARGEST = 64 << 20  # bytes of all kernels together: the ones that were used last are kept
SUFFIX = ".kernel"
_REMEDY = 'pip install "micrograd_lr[fast]"'
_DIGEST = hashlib.sha256().digest_size
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def folder() -> Path | None:
    """The folder for compiled kernels, made if it is not there; None, with a warning, where there can be none."""
    wanted = os.environ.get(VARIABLE)
    if wanted == "off":
        return None
    try:
        path = Path(wanted) if wanted else _of_the_user() / "micrograd_lr"
        _make(path)
        path = path.resolve(strict=True)
        _refuse_what_is_open_to_others(path)
    except (OSError, RuntimeError) as error:  # RuntimeError: nobody knows where the home of this user is
        warnings.warn(
            f"compiled kernels are not kept for the next run: {error}. Set {VARIABLE} to a folder of yours, or to off.",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    return path


def read(name: str) -> bytes | None:
    """What was kept under a name; None if nothing was, or not by this user, or not whole."""
    place = folder()
    if place is None:
        return None
    path = place / f"{name}{SUFFIX}"
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with open(file, "rb") as opened:
            _refuse_what_is_not_ours(path, os.fstat(file), {os.geteuid()} if hasattr(os, "geteuid") else set())
            content = opened.read()
        os.utime(path)  # used just now
    except FileNotFoundError:
        return None
    except OSError:  # a link, a folder, another user's file, one that cannot be read
        return None
    digest, kept = content[:_DIGEST], content[_DIGEST:]
    return kept if hashlib.sha256(kept).digest() == digest else None


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
                opened.write(hashlib.sha256(content).digest() + content)
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _shrink(place)


def _of_the_user() -> Path:
    """The folder for caches of this user: as the XDG specification says, which ignores a relative one."""
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        base = Path(os.environ.get(variable, ""))
        if base.is_absolute():
            return base
    home = Path.home()
    if not home.is_absolute():
        raise RuntimeError(f"the home {str(home)!r} is not an absolute path")
    return home / ".cache"


def _make(path: Path) -> None:
    """Folders for this user alone, whatever the umask says."""
    missing = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    for path in reversed(missing):
        path.mkdir(0o700, exist_ok=True)


def _refuse_what_is_open_to_others(path: Path) -> None:
    """OSError unless this user alone can write in the folder, and nobody but root could put another in its place."""
    if not path.is_dir():
        raise NotADirectoryError(f"{path} is not a folder")
    if not os.access(path, os.W_OK):
        raise PermissionError(f"{path} cannot be written to")
    if not hasattr(os, "geteuid"):  # on Windows, what lies in a user's own folder is the user's
        return
    me = os.geteuid()
    _refuse_what_is_not_ours(path, path.stat(), {me})
    for parent in path.parents:
        state = parent.stat()
        if not state.st_mode & stat.S_ISVTX:  # with it, as in /tmp, others cannot rename what is ours
            _refuse_what_is_not_ours(parent, state, {me, 0})


def _refuse_what_is_not_ours(path: Path, state: os.stat_result, owners: set[int]) -> None:
    if owners and state.st_uid not in owners:
        raise PermissionError(f"{path} belongs to another user")
    if owners and state.st_mode & _OTHERS_WRITE:
        raise PermissionError(f"others can write to {path}")
    if not (stat.S_ISDIR(state.st_mode) or stat.S_ISREG(state.st_mode)):
        raise OSError(f"{path} is neither a file nor a folder")


def _shrink(place: Path) -> None:
    """Remove the kernels that have not been used for the longest time, until the rest is small enough."""
    found = []
    for path in place.glob(f"*{SUFFIX}"):
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
    return hashlib.sha256((files(__package__) / f"{module}.py").read_bytes()).hexdigest()[:12]


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
        compiler = need("numba.core.compiler", _REMEDY)
        return compiler.CompileResult._rebuild(target, *pickle.loads(content))

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
