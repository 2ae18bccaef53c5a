"""What the tests of the compiler share."""

import pytest
from losses import RNG

from micrograd_lr.compiler import kernel_cache

START = RNG.bit_generator.state


@pytest.fixture(autouse=True)
def _the_same_numbers_in_every_order():
    """Whatever tests come before, and in whatever process."""
    RNG.bit_generator.state = START


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for kernels of this test alone."""
    monkeypatch.delenv("MICROGRAD_LR_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(kernel_cache, "_warned", [])
    return tmp_path / "cache" / "micrograd_lr"
