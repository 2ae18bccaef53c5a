"""The folder where compiled kernels are kept, and its entries: where nobody else can write, or nowhere."""

import os
from pathlib import Path

import pytest
from kernels import STRANGER, as_root, refused

from micrograd_lr import value_and_grad
from micrograd_lr.compiler import kernel_cache

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


@pytest.mark.covers
@pytest.mark.slow
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
