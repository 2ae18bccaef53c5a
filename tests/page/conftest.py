"""The pages that the tests open in a browser."""

import pytest
from browser import Reader
from stepped import page_of_ops, slides

from micrograd_lr import logistic


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
