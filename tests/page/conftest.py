"""The pages that the tests open in a browser."""

import pytest
from stepped import page_of_ops, slides

from micrograd_lr import StepThrough


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    return page_of_ops(slides()).save(tmp_path_factory.mktemp("page") / "one.html")


@pytest.fixture
def opened(reader, tmp_path):
    """The page of a root, at a state such as ``step=3``."""
    return lambda root, state="": reader(StepThrough(root).save(tmp_path / "page.html"), state)
