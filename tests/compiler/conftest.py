"""What the tests of kernels that are kept share."""

import pytest

from micrograd_lr.compiler import kernel_cache


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for kernels of this test alone."""
    monkeypatch.delenv("MICROGRAD_LR_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(kernel_cache, "_warned", [])
    return tmp_path / "cache" / "micrograd_lr"
