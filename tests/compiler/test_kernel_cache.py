"""Compiled kernels are kept where nobody else can write, or nowhere; a planted or damaged one is never run."""

import hashlib
import importlib
import logging
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import OrderedDict
from contextlib import contextmanager
from importlib.machinery import SourcelessFileLoader
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import micrograd_lr
from micrograd_lr import tanh, value_and_grad
from micrograd_lr.compiler import kernel_cache
from micrograd_lr.compiler import load as generated

STRANGER = 12345
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act for two users")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for kernels of this test alone."""
    monkeypatch.delenv("MICROGRAD_LR_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(kernel_cache, "_said", [])
    return tmp_path / "cache" / "micrograd_lr"


class Log(logging.Handler):
    def __init__(self):
        super().__init__()
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


@contextmanager
def refused(reason):
    """What is inside says once that nothing is kept, for this reason."""
    kernel_cache._said.clear()
    log, logger = Log(), logging.getLogger("micrograd_lr")
    logger.addHandler(log)
    try:
        yield
    finally:
        logger.removeHandler(log)
    (message,) = log.messages
    assert re.match(
        rf"compiled kernels are not kept for the next run: .*{reason}.*\. Set MICROGRAD_LR_CACHE to", message
    )


# The folder


def test_the_folder_and_all_on_the_way_are_for_this_user_alone(place):
    before = os.umask(0)
    try:
        assert kernel_cache.folder() == place.resolve()
        kernel_cache.write("name", b"content")
    finally:
        os.umask(before)
    for made in (place, place.parent):
        assert made.stat().st_mode & 0o777 == 0o700
    (kept,) = place.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kernel_cache.read("name") == b"content"


def test_where_the_folder_is(monkeypatch, tmp_path):
    for name in ("MICROGRAD_LR_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert kernel_cache.folder() == (tmp_path / "home" / ".cache" / "micrograd_lr").resolve()
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert kernel_cache.folder() == (tmp_path / "local" / "micrograd_lr").resolve()
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # to be ignored, says the specification
    assert kernel_cache.folder() == (tmp_path / "local" / "micrograd_lr").resolve()
    monkeypatch.setenv("MICROGRAD_LR_CACHE", str(tmp_path / "mine"))
    assert kernel_cache.folder() == (tmp_path / "mine").resolve()
    monkeypatch.setenv("MICROGRAD_LR_CACHE", "off")
    assert kernel_cache.folder() is None


def test_a_home_that_is_not_a_place(monkeypatch):
    for name in ("MICROGRAD_LR_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "not/absolute")
    with refused("'not/absolute' is not an absolute path"):
        assert kernel_cache.folder() is None


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722, 0o1777])
def test_a_folder_that_others_can_write_to_is_not_used(place, mode):
    place.mkdir(parents=True)
    place.chmod(mode)
    with refused(f"others can write to {place}"):
        assert kernel_cache.folder() is None
    with refused("others can write"):
        kernel_cache.write("name", b"content")
    assert not [*place.iterdir()]
    with refused("others can write"):
        assert kernel_cache.read("name") is None


def test_a_folder_that_others_can_move_is_not_used(place):
    place.mkdir(parents=True, mode=0o700)
    place.parent.chmod(0o777)
    with refused(f"others can write to {place.parent}"):
        assert kernel_cache.folder() is None
    place.parent.chmod(0o1777)  # as /tmp: nobody can move what is ours
    assert kernel_cache.folder() == place.resolve()


@as_root
def test_a_folder_of_another_user_is_not_used(place):
    place.mkdir(parents=True, mode=0o700)
    os.chown(place, STRANGER, STRANGER)
    with refused(f"{place} belongs to another user"):
        assert kernel_cache.folder() is None
    os.chown(place, 0, 0)
    os.chown(place.parent, STRANGER, STRANGER)
    with refused(f"{place.parent} belongs to another user"):
        assert kernel_cache.folder() is None


def test_links_are_followed_to_what_they_stand_for(place, tmp_path):
    place.parent.mkdir(mode=0o700)
    place.symlink_to(tmp_path / "nowhere")
    tmp_path.chmod(0o777)
    with refused(f"others can write to {tmp_path}"):
        assert kernel_cache.folder() is None
    assert not (tmp_path / "nowhere").exists()
    tmp_path.chmod(0o700)
    assert kernel_cache.folder() == (tmp_path / "nowhere").resolve()  # a link of ours may dangle
    (tmp_path / "nowhere").chmod(0o777)
    with refused(f"others can write to {tmp_path / 'nowhere'}"):
        assert kernel_cache.folder() is None
    (tmp_path / "nowhere").chmod(0o700)
    assert kernel_cache.folder() == (tmp_path / "nowhere").resolve()


def test_a_file_in_the_way_and_a_folder_that_cannot_be_written(place, monkeypatch):
    place.parent.mkdir(mode=0o700)
    place.write_text("a file")
    with refused("is not a folder"):
        assert kernel_cache.folder() is None
    place.unlink()
    place.mkdir(mode=0o700)
    monkeypatch.setattr("os.access", lambda path, mode, effective_ids: False)
    with refused("cannot be written to"):
        assert kernel_cache.folder() is None


def test_without_users_a_folder_is_its_own(place, monkeypatch):
    """Windows has no modes and no ids of users."""
    place.mkdir(parents=True)
    place.chmod(0o777)
    monkeypatch.delattr("os.geteuid")
    assert kernel_cache.folder() == place.resolve()
    kernel_cache.write("name", b"content")
    assert kernel_cache.read("name") == b"content"


@as_root
def test_a_path_that_another_user_leads_elsewhere_is_not_used(place, tmp_path):
    (tmp_path / "mine").mkdir(mode=0o700)
    (tmp_path / "first").symlink_to("second")
    (tmp_path / "second").symlink_to("mine")
    place.parent.symlink_to(tmp_path / "first")
    assert kernel_cache.folder() == tmp_path.resolve() / "mine" / "micrograd_lr"
    for link in (place.parent, tmp_path / "second"):
        os.lchown(link, STRANGER, STRANGER)
        with refused(f"the link {link} belongs to another user"):
            assert kernel_cache.folder() is None
        os.lchown(link, 0, 0)


@as_root
def test_who_owns_a_sticky_folder_can_rename_what_is_in_it(place):
    place.mkdir(parents=True, mode=0o700)
    place.parent.chmod(0o1777)
    assert kernel_cache.folder() == place.resolve()
    os.chown(place.parent, STRANGER, STRANGER)
    with refused(f"{place.parent} belongs to another user"):
        assert kernel_cache.folder() is None


def test_that_nothing_is_kept_is_said_once(place, monkeypatch):
    """And ends no call, also where warnings are errors."""
    place.mkdir(parents=True)
    place.chmod(0o777)
    graph = value_and_grad(lambda w, x: (w * x) ** 3 * 0.25, batch="x")
    with refused("others can write to"):
        graph(2.0, [1.0])
    assert graph(2.0, [1.0]) == (2.0, {"w": 3.0})
    assert value_and_grad(lambda w, x: (w * x) ** 3 * 0.5, batch="x")(2.0, [1.0]) == (4.0, {"w": 6.0})
    assert [*place.iterdir()] == []


# The entries


DAMAGE = {
    "empty": lambda kept: kept.write_bytes(b""),
    "truncated": lambda kept: kept.write_bytes(kept.read_bytes()[:-1]),
    "one byte": lambda kept: kept.write_bytes(kept.read_bytes()[:-1] + b"?"),
    "longer": lambda kept: kept.write_bytes(kept.read_bytes() + b"?"),
    "no digest": lambda kept: kept.write_bytes(kept.read_bytes()[32:]),
    "garbage": lambda kept: kept.write_bytes(os.urandom(1_000)),
    "a folder": lambda kept: (kept.unlink(), kept.mkdir()),
    "a link": lambda kept: kept.rename(kept.with_suffix(".away")).rename(kept.with_name("a")) and kept.symlink_to("a"),
    "a dangling link": lambda kept: (kept.unlink(), kept.symlink_to("nowhere")),
    "open to others": lambda kept: kept.chmod(0o666),
    "another's": lambda kept: (kernel_cache.write("other", b"content"), kept.with_name("other.kernel").replace(kept)),
    "a full folder": lambda kept: (kept.unlink(), kept.mkdir(), (kept / "thing").write_text("")),
    "a pipe": lambda kept: (kept.unlink(), os.mkfifo(kept)),
    "gone": lambda kept: kept.unlink(),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_entry_is_made_again(how, place):
    kernel_cache.write("name", b"content")
    DAMAGE[how](place / "name.kernel")
    assert kernel_cache.read("name") is None
    kernel_cache.write("name", b"content")
    assert kernel_cache.read("name") == b"content"


@as_root
def test_an_entry_of_another_user_is_not_read(place):
    kernel_cache.write("name", b"content")
    os.chown(place / "name.kernel", STRANGER, STRANGER)
    assert kernel_cache.read("name") is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full here")
def test_on_a_full_disk_nothing_is_kept(place, monkeypatch):
    kernel_cache.write("before", b"content")
    real = os.open
    monkeypatch.setattr(
        "os.open", lambda path, *how: real("/dev/full" if str(path).endswith(".part") else path, *how[:1])
    )
    kernel_cache.write("name", b"content" * 10_000)
    monkeypatch.undo()
    assert not (place / "name.kernel").exists()


def test_the_kernels_used_last_are_kept(place, monkeypatch):
    monkeypatch.setattr(kernel_cache, "LARGEST", 5_000)
    for i in range(4):
        kernel_cache.write(f"k{i}", bytes(1_000))
        os.utime(place / f"k{i}.kernel", (i, i))
    assert kernel_cache.read("k0") is not None  # used just now
    kernel_cache.write("k4", bytes(1_000))
    assert sorted(path.stem for path in place.iterdir()) == ["k0", "k2", "k3", "k4"]
    (place / ".0123.part").write_bytes(bytes(6_000))  # of a process that was killed
    os.utime(place / ".0123.part", (1, 1))
    kernel_cache.write("k5", bytes(1_000))
    assert sorted(path.stem for path in place.iterdir()) == ["k0", "k3", "k4", "k5"]
    kernel_cache.write("large", bytes(6_000))
    assert [*place.iterdir()] == []


# A loss


PLANTED = """
import pathlib, sys
from micrograd_lr import tanh, value_and_grad
print(value_and_grad(lambda w, x: tanh(w * x) * 0.123, batch="x")(0.5, [1.0, 2.0])[0])
"""


class Bomb:
    """What a pickle can do to its reader."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return Path.write_text, (self.marker, "boom")


def run_planted(cache, **more):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PLANTED],
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "MICROGRAD_LR_CACHE": "", **more},
        capture_output=True, text=True,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return float(done.stdout)


PLANTS = {
    "changed": lambda place, kept, bomb: kept.write_bytes(kept.read_bytes()[:32] + bomb),
    "a pickle alone": lambda place, kept, bomb: kept.write_bytes(bomb),
    "in a folder open to others": lambda place, kept, bomb: (signed(kept, bomb), place.chmod(0o777)),
    "under a folder open to others": lambda place, kept, bomb: (signed(kept, bomb), place.parent.chmod(0o777)),
    "open to others": lambda place, kept, bomb: (signed(kept, bomb), kept.chmod(0o666)),
    "a link to it": lambda place, kept, bomb: linked(kept, bomb),
    "of another user": lambda place, kept, bomb: (signed(kept, bomb), os.chown(kept, STRANGER, STRANGER)),
    "in a folder of another user": lambda place, kept, bomb: (signed(kept, bomb), os.chown(place, STRANGER, STRANGER)),
}  # fmt: skip


def linked(kept, bomb):
    kept.unlink()
    kept.symlink_to("bomb")
    signed(kept, bomb)


def signed(path, content):
    path.write_bytes(hashlib.sha256(path.stem.encode() + content).digest() + content)


@pytest.mark.parametrize("how", PLANTS)
def test_a_planted_kernel_is_never_unpickled(how, tmp_path):
    if "user" in how and (not hasattr(os, "geteuid") or os.geteuid() != 0):
        pytest.skip("only root can act for two users")
    right = 0.123 * float(np.tanh(0.5) + np.tanh(1.0))
    cache, marker = tmp_path / "cache", tmp_path / "marker"
    assert run_planted(cache) == pytest.approx(right, rel=1e-15)
    place = cache / "micrograd_lr"
    found = [*place.glob("*.kernel")]
    assert found
    for kept in found:
        PLANTS[how](place, kept, pickle.dumps(Bomb(marker)))
    assert run_planted(cache) == pytest.approx(right, rel=1e-15)
    assert not marker.exists()


def test_the_bomb_goes_off_where_it_is_unpickled(tmp_path):
    """So that the test above can fail: this user's own file, whole, is read."""
    cache, marker = tmp_path / "cache", tmp_path / "marker"
    run_planted(cache)
    for kept in (cache / "micrograd_lr").glob("*.kernel"):
        signed(kept, pickle.dumps(Bomb(marker)))
    run_planted(cache)
    assert marker.exists()


def test_the_second_process_reads_what_the_first_has_compiled(tmp_path):
    first = run_planted(tmp_path / "cache")
    kept = {path: path.stat().st_ino for path in (tmp_path / "cache" / "micrograd_lr").iterdir()}
    assert run_planted(tmp_path / "cache") == first
    assert {path: path.stat().st_ino for path in (tmp_path / "cache" / "micrograd_lr").iterdir()} == kept


def test_the_text_is_executed_and_no_file(place):
    graph = value_and_grad(lambda w, x: tanh(w * x) ** 3, batch="x")
    graph(0.5, [1.0])
    kernel = generated.loaded(graph.source, kept=True)
    assert kernel.py_func.__code__.co_filename == "<generated by micrograd_lr>"
    assert not [name for name in sys.modules if name.startswith("micrograd_lr_")]
    assert {path.suffix for path in place.iterdir()} == {".kernel"}


def test_what_this_numba_cannot_read_is_compiled_again(place, monkeypatch):
    def loss(w, x):
        return (w * x) ** 5

    value_and_grad(loss, "x")(2.0, [1.0])
    for kept in place.iterdir():
        signed(kept, b"no pickle")
    monkeypatch.setattr(generated, "_kernels", OrderedDict())  # as in a new process
    assert value_and_grad(loss, "x")(2.0, [1.0]) == (32.0, {"w": 80.0})
    assert all(b"no pickle" not in kept.read_bytes() for kept in place.iterdir())


def test_code_that_holds_addresses_is_not_kept(place):
    kernel_cache.KernelCache("").save_overload((), SimpleNamespace(lifted=["a loop"]))
    assert not place.exists()


def test_kernels_are_told_apart_where_no_source_is_shipped(monkeypatch):
    kernel_cache.digest_of.cache_clear()
    shipped = kernel_cache.digest_of("vectorised")
    monkeypatch.setattr(kernel_cache, "find_spec", lambda name: SimpleNamespace(loader=SourcelessFileLoader(name, "")))
    kernel_cache.digest_of.cache_clear()
    assert kernel_cache.digest_of("vectorised") == hashlib.sha256(b"").hexdigest()[:12] != shipped
    kernel_cache.digest_of.cache_clear()


def test_a_kernel_that_was_forgotten_compiles_for_other_arguments(place, monkeypatch):
    """And what is kept of that can be read."""

    def loss(w, x):
        return tanh(w[0] * x[0] + w[1] * x[1]) * 0.77

    fixed = np.ones((2, 3))
    fixed.flags.writeable = False  # another type for Numba
    graph = value_and_grad(loss, "x")
    graph(np.ones(2), np.ones((2, 3)))
    monkeypatch.setattr(generated, "_kernels", OrderedDict())
    J, _ = graph(np.ones(2), fixed)
    kept = {path: path.stat().st_ino for path in place.iterdir()}
    monkeypatch.setattr(generated, "_kernels", OrderedDict())  # as in a new process
    assert value_and_grad(loss, "x")(np.ones(2), fixed)[0] == J
    assert {path: path.stat().st_ino for path in place.iterdir()} == kept  # read, and not made again


# Where people run it


@pytest.fixture
def readable():
    """A copy of the package that every user can read, and nobody can write, in a folder that others can enter."""
    folder = Path(tempfile.mkdtemp(prefix="micrograd_lr_test"))
    folder.chmod(0o755)
    shutil.copytree(
        Path(micrograd_lr.__file__).parent, folder / "micrograd_lr", ignore=shutil.ignore_patterns("__pycache__")
    )
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


NOBODY = """
import os, pathlib, sys, tempfile, warnings
from micrograd_lr import cli, tanh, value_and_grad

warnings.simplefilter("ignore")
out, home = sys.argv[1:]
cli.main(["demo", "--out", out + "/root"])  # everything is imported now, which this Python allows to root alone
sys.stdout.flush()
os.chmod(out, 0o777)
os.environ.pop("MICROGRAD_LR_CACHE"), os.environ.pop("XDG_CACHE_HOME", None)
if home:
    os.environ["HOME"] = home
else:
    os.environ.pop("HOME", None)
os.umask(0)
os.setgroups([])
os.setgid(12345)
os.setuid(12345)
J = value_and_grad(lambda w, x: tanh(w * x) * 0.321, batch="x")(0.5, [1.0, 2.0])[0]
print("J", J, file=sys.stderr)
sys.exit(cli.main(["demo", "--out", out + "/nobody"]))
"""


@as_root
@pytest.mark.parametrize(
    "home, said",
    [
        ("", "could not determine home directory"),
        ("/", "Permission denied: '/.cache'"),
        ("/nonexistent", "'/nonexistent'"),
    ],
)
def test_a_user_without_a_home_or_a_name_in_a_container(home, said, readable, tmp_path):
    """As under ``docker run --user 12345``: no entry in the list of users, and one folder to write to."""
    out = Path(tempfile.mkdtemp(prefix="micrograd_lr_test"))
    try:
        done = subprocess.run(
            [sys.executable, "-c", NOBODY, str(out), home], cwd="/", capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(readable), "MICROGRAD_LR_CACHE": "off", "NUMBA_CACHE_DIR": ""},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        warning, J = done.stderr.splitlines()
        assert float(J.removeprefix("J ")) == pytest.approx(0.321 * float(np.tanh(0.5) + np.tanh(1.0)), rel=1e-15)
        assert warning.lower().startswith("compiled kernels are not kept for the next run: ")
        assert said.lower() in warning.lower()
        assert (out / "nobody" / "report.md").read_text(encoding="utf-8").count("✓ green") >= 3
        assert "replayed over all by `value_and_grad` (numba)" in (out / "nobody" / "report.md").read_text(
            encoding="utf-8"
        )
    finally:
        shutil.rmtree(out)


def test_from_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as packed:
        package = Path(micrograd_lr.__file__).parent
        for path in package.rglob("*"):
            if "__pycache__" not in path.parts:
                packed.write(path, Path("micrograd_lr") / path.relative_to(package))
    program = "import sys; from micrograd_lr import cli; print(cli.__file__); sys.exit(cli.main(['demo']))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "package.zip"), "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "package.zip" in done.stdout.splitlines()[0]
    assert "by `value_and_grad` (numba)" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert [*(tmp_path / "cache" / "micrograd_lr").glob("*.kernel")]


@pytest.mark.parametrize("imported", [False, True])
def test_where_numba_is_told_not_to_compile(imported, monkeypatch):
    numba = importlib.import_module("numba")
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    if not imported:
        monkeypatch.delitem(sys.modules, "numba")
    assert value_and_grad(lambda w, x: w * x, batch="x").backend == "numpy"
    with pytest.raises(
        ValueError, match=r"backend='numba': NUMBA_DISABLE_JIT is set, .* Unset it, or take backend='num"
    ):
        value_and_grad(lambda w, x: w * x, batch="x", backend="numba")
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 0)
    assert value_and_grad(lambda w, x: w * x, batch="x").backend == "numba"
