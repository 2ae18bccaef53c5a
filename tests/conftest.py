"""What several test files need."""

import contextlib
import gc
import importlib
import os
import pkgutil
import stat
import sys
import tempfile
import threading
from fractions import Fraction

import pytest
import sympy
from browser import ARGUMENTS, HERE, USUAL, Reader
from hypothesis import settings

import micrograd_lr
from micrograd_lr import OPS, number_type
from micrograd_lr.compiler.symbols import Symbol
from micrograd_lr.engine.elementary import FUNCTIONS
from micrograd_lr.engine.number_types import _FUNCTIONS, functions_of
from micrograd_lr.exercises.reading import built_in
from micrograd_lr.formulas.text import Text
from micrograd_lr.levels.closed_form import Degree  # plug themselves in when imported, which may be in a test

settings.register_profile("untimed", deadline=None)  # how fast a machine is says nothing of what is right
settings.load_profile("untimed")

TRACER = pytest.StashKey()  # of coverage

assert {Text, Symbol, Degree} <= {*_FUNCTIONS}


@contextlib.contextmanager
def _traced_by(tracer):
    """Coverage counts our lines. Where there are none to count, or all have been counted, it is only slow."""
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(before)


def pytest_configure(config):
    """Before Numba is imported, which reads then where it keeps what it compiles.

    The processes of one run share that, and later runs find it again: each kernel is compiled once in a checkout.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["NUMBA_CACHE_DIR"] = os.environ["XDG_CACHE_HOME"] = str(_folder_for_kernels(config))
    if sys.gettrace():
        for module in pkgutil.walk_packages(micrograd_lr.__path__, "micrograd_lr."):
            importlib.import_module(module.name)  # these lines run once, and coverage has seen them now
        assert functions_of(Fraction) and built_in()  # so do those that read them, perhaps for a test's parameters
    if config.getoption("dist", "no") != "no":  # the tests run in other processes
        sys.settrace(None)
        threading.settrace(None)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """Coverage watches the tests alone: not what pytest does before and between them, and no import a second time."""
    session.config.stash[TRACER] = sys.gettrace()
    with _traced_by(None):
        yield
    sys.settrace(None)
    # What is loaded by now stays to the end: the garbage collector need not look through it.
    gc.collect()
    gc.freeze()


def _folder_for_kernels(config):
    """In pytest's own cache; a new one without that, or where others write: no kernel is loaded from such a place."""
    if config.pluginmanager.hasplugin("cacheprovider"):
        folder = config.cache.mkdir("kernels")
        folder.chmod(0o700)
        states = [place.stat().st_mode for place in folder.parents]
        if not any(state & (stat.S_IWGRP | stat.S_IWOTH) and not state & stat.S_ISVTX for state in states):
            return folder
    temporary = tempfile.TemporaryDirectory()
    config.add_cleanup(temporary.cleanup)
    return temporary.name


def pytest_collection_modifyitems(items):
    """What Numba compiles, what runs in a browser and what reads the whole demo takes its time: `slow`, all of it."""
    for item in items:
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        compiled = any(isinstance(x, str) and x == "numba" for x in parameters)
        if compiled or {"browser", "printed"} & {*item.fixturenames}:
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True, trylast=True)
def _run(item):
    """Coverage watches the quick tests, which run nearly every line, and the slow ones that run the rest."""
    has = item.get_closest_marker
    watched = has("covers") if has("slow") else not has("unwatched")
    with _traced_by(item.config.stash[TRACER] if watched else None):
        return (yield)


pytest_runtest_setup = pytest_runtest_call = pytest_runtest_teardown = _run


@pytest.fixture(autouse=True)
def _nothing_left_behind():
    """Ops, functions and number types that a test adds are gone after it."""
    ops, functions, types = dict(OPS), dict(FUNCTIONS), dict(_FUNCTIONS)
    yield
    for registry, before in ((OPS, ops), (FUNCTIONS, functions), (_FUNCTIONS, types)):
        registry.clear()
        registry.update(before)


@pytest.fixture(scope="session")
def browser():
    """A real one; for everything that is to be seen in it."""
    if not HERE and not os.environ.get("CI"):
        pytest.skip("needs a Chromium: apt install chromium, or set CHROMIUM to the path of one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=HERE, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def pages_to_use(browser):
    """Pages that tests use one after the other: a new one takes four times as long as a file that is opened in it."""
    return []


@pytest.fixture
def reader(browser, pages_to_use):
    opened, free = [], [*pages_to_use]

    def new(path, state="", viewport=USUAL, color_scheme="light", reduced_motion="reduce", **device):
        one = free.pop() if free and not device else Reader(browser, **device)
        if not device and one not in pages_to_use:
            pages_to_use.append(one)
        one.page.set_viewport_size(viewport)
        one.page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
        opened.append(one.open(path, state))
        return one.settled()

    yield new
    for one in opened:
        errors, requests = one.errors[:], one.requests[:]
        if one in pages_to_use:
            one.page.emulate_media(media="null")
            one.page.goto("about:blank")
            one.errors.clear()
            one.requests.clear()
        else:
            one.context.close()
        assert errors == []
        assert [url for url in requests if not url.startswith("file://")] == []


@pytest.fixture
def symbolic():
    """SymPy as a number type, by the documented extension point."""
    number_type(
        sympy.Expr,
        **{name: getattr(sympy, name) for name in FUNCTIONS if hasattr(sympy, name)},
        softplus=lambda t: sympy.log(1 + sympy.exp(t)),
        relu=lambda x: sympy.Max(x, 0),
        step=sympy.Heaviside,
    )
