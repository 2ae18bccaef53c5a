"""The pages that the tests open in a browser."""

import pytest
from browser import USUAL, Reader
from stepped import page_of_ops, slides

from micrograd_lr import StepThrough


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    return page_of_ops(slides()).save(tmp_path_factory.mktemp("page") / "one.html")


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
def opened(reader, tmp_path):
    """The page of a root, at a state such as ``step=3``."""
    return lambda root, state="": reader(StepThrough(root).save(tmp_path / "page.html"), state)
