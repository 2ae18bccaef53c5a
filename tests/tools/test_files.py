"""A file is written whole or not at all, whatever happens."""

import errno
import io
import os
from pathlib import Path

import pytest

from micrograd_lr.tools.files import write_whole, written_whole


class Full(io.FileIO):
    """A file on a disk on which there is room for 10 bytes."""

    def write(self, content):
        super().write(content[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "model.json"
    write_whole(file, "old")
    monkeypatch.setattr(Path, "open", lambda self, mode: Full(self, mode.replace("b", "")))
    with pytest.raises(OSError, match=r"^cannot write .*model\.json: No space left on device\.$"):
        write_whole(file, "new and longer than what there is room for")
    monkeypatch.undo()
    assert file.read_text() == "old"
    assert [*tmp_path.iterdir()] == [file]


def test_what_is_written_piece_by_piece_appears_when_it_is_whole(tmp_path):
    file = tmp_path / "out.csv"
    with written_whole(file) as out:
        out.write(b"a")
        assert not file.exists()
        out.write(b"b")
    assert file.read_bytes() == b"ab"
    with pytest.raises(ZeroDivisionError), written_whole(file) as out:
        out.write(b"c" if 1 / 0 else b"")
    assert file.read_bytes() == b"ab"
    assert [*tmp_path.iterdir()] == [file]
