"""Compiled losses that are pickled, forked, and run in homes that are not theirs."""

import importlib
import os
import pickle
import signal
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from kernels import STRANGER, as_root, refused

from micrograd_lr import value_and_grad
from micrograd_lr.compiler import kernel_cache
from micrograd_lr.compiler import load as generated
from micrograd_lr.compiler import numba_math as vectorised


def loss_of_a_module(w, x):
    return w * x * 3.0


def test_a_used_loss_is_pickled_without_what_it_has_compiled():
    graph = value_and_grad(loss_of_a_module, batch="x")
    assert graph(0.5, [1.0, 2.0])[0] == 4.5
    again = pickle.loads(pickle.dumps(graph))
    assert (len(graph._kernels), len(again._kernels)) == (1, 0)
    assert again(0.5, [1.0, 2.0])[0] == 4.5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_that_is_forked_while_a_kernel_is_loaded_can_load_its_own():
    """The lock is held by a thread that is not in the child."""
    held, done = threading.Event(), threading.Event()

    def hold():
        with generated._loading:
            held.set()
            done.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    if not (child := os.fork()):
        signal.alarm(20)
        os._exit(generated.load("def kernel(): return 7", on_disk=False)() != 7)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    done.set()
    holder.join()
    assert status == 0


def test_a_child_begins_with_a_lock_of_its_own(monkeypatch):
    monkeypatch.setattr(generated, "_loading", before := generated._loading)
    generated._new_lock()
    assert generated._loading is not before


def test_what_the_variable_may_say(place, monkeypatch, tmp_path):
    monkeypatch.setenv("MICROGRAD_LR_CACHE", " OFF ")
    assert kernel_cache.folder() is None
    monkeypatch.setenv("MICROGRAD_LR_CACHE", "none")
    with refused("'none' is not an absolute path"):
        assert kernel_cache.folder() is None
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MICROGRAD_LR_CACHE", "~/kernels")
    assert kernel_cache.folder() == (tmp_path / "kernels").resolve()


@as_root
def test_nothing_is_made_in_the_home_of_another_user(place, monkeypatch, tmp_path):
    (tmp_path / "home").mkdir()
    os.chown(tmp_path / "home", STRANGER, STRANGER)
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with refused(f"{tmp_path / 'home'} belongs to another user"):
        assert kernel_cache.folder() is None
    assert [*(tmp_path / "home").iterdir()] == []


def test_what_is_not_code_alone_is_not_kept(place):
    cache = kernel_cache.KernelCache("source")
    for lifted, dynamic in (([], True), (["loop"], False)):
        library = SimpleNamespace(has_dynamic_globals=dynamic)
        cache.save_overload("", SimpleNamespace(lifted=lifted, library=library))
    assert not place.exists()


def test_compiled_anew_the_polynomials_give_the_same():
    """As those that may come from disk, bit for bit."""
    numba = importlib.import_module("numba")
    for name in ("exp", "log1p"):
        kept = getattr(vectorised, name)
        anew = numba.njit(error_model="numpy", fastmath={"contract"})(kept.py_func)
        for x in np.linspace(0.0, 1.0, 101):
            assert anew(float(x)) == kept(float(x))
