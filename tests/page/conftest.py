"""The pages that the tests open in a browser."""

import pytest
from browser import Reader
from stepped import page_of_ops, slides

from micrograd_lr import StepThrough


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    return page_of_ops(slides()).save(tmp_path_factory.mktemp("page") / "one.html")


@pytest.fixture(scope="session")
def usual_pages(browser):
    """Pages of the usual size, which tests use one after the other: a new one takes longer than most tests do."""
    return []


@pytest.fixture
def reader(browser, usual_pages):
    opened, free = [], [*usual_pages]

    def new(path, state="", **options):
        one = free.pop() if free and not options else Reader(browser, **options)
        if not options and one not in usual_pages:
            usual_pages.append(one)
        opened.append(one.open(path, state))
        return one.settled()

    yield new
    for one in opened:
        errors, requests = one.errors[:], one.requests[:]
        if one in usual_pages:
            one.page.emulate_media(media="null", color_scheme="null")
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
