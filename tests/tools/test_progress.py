"""The progress bar of long passes, and what Ctrl-C leaves behind."""

import io
import sys

import numpy as np
import pytest

from micrograd_lr import logistic_loss, value_and_grad
from micrograd_lr.compiler import compiled
from micrograd_lr.tools import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def loss(w, x, y):
    return logistic_loss(w * x, y)


def run(backend, wanted=None):
    return value_and_grad(loss, backend=backend, progress=wanted)(0.5, np.ones(4_000), np.zeros(4_000))


@pytest.fixture
def small_slices(monkeypatch):
    monkeypatch.setattr(compiled, "SLICE", 4_096)
    monkeypatch.setattr(compiled, "NUMPY_BLOCK", 256)
    monkeypatch.setattr(compiled, "PYTHON_BLOCK", 256)


@pytest.mark.parametrize("backend", compiled.BACKENDS)
@pytest.mark.parametrize(
    "stream, patience, wanted, shown",
    [
        (Terminal, 0.0, None, True),
        (Terminal, 1e9, None, False),  # nobody has waited
        (io.StringIO, 0.0, None, False),  # nobody looks
        (Terminal, 0.0, False, False),
        (Terminal, 1e9, True, True),
    ],
)
def test_a_bar_for_those_who_wait(backend, stream, patience, wanted, shown, monkeypatch, small_slices):
    expected = run(backend, wanted=False)
    monkeypatch.setattr(sys, "stderr", stream())
    monkeypatch.setattr(progress, "PATIENCE", patience)
    assert run(backend, wanted) == expected
    assert ("examples" in sys.stderr.getvalue()) == shown


@pytest.mark.parametrize("backend", compiled.BACKENDS)
def test_ctrl_c_between_two_slices_leaves_everything_usable(backend, monkeypatch, small_slices):
    """With the bar on the screen, which is taken away."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    graph = value_and_grad(loss, backend=backend, progress=True)
    X, Y = np.ones(4_000), np.zeros(4_000)
    expected = graph(0.5, X, Y)
    ((key, (kernel, source)),) = graph._kernels.items()
    calls = []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return kernel(*arguments)

    graph._kernels[key] = interrupted, source
    with pytest.raises(KeyboardInterrupt):
        graph(0.5, X, Y)
    assert len(calls) < 4_000 / 256
    graph._kernels[key] = kernel, source
    assert graph(0.5, X, Y) == expected
