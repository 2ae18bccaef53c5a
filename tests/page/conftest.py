"""The browser of the tests of the page, and the pages that they open."""

import os

import pytest
from browser import ARGUMENTS, HERE, Reader
from playwright.sync_api import sync_playwright
from stepped import page_of_ops, slides

from micrograd_lr import logistic


@pytest.fixture(scope="session")
def browser():
    if not HERE and not os.environ.get("CI"):
        pytest.skip("needs a Chromium: apt install chromium, or set CHROMIUM to the path of one")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=HERE, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    return page_of_ops(slides()).save(tmp_path_factory.mktemp("page") / "one.html")


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """The page of the slides' one example, with their derivation."""
    one = logistic.OneExample([0.5, -0.25], 0.1, [2.0, 1.0], 1.0)
    return page_of_ops(one).save(tmp_path_factory.mktemp("page") / "example.html")


@pytest.fixture
def reader(browser):
    opened = []

    def new(path, state="", **options):
        opened.append(Reader(browser, **options).open(path, state))
        return opened[-1].settled()

    yield new
    for one in opened:
        assert one.errors == []
        assert [url for url in one.requests if not url.startswith("file://")] == []
        one.context.close()
