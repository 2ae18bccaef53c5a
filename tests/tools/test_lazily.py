"""Names that a package gives at first use."""

import importlib
import sys

import pytest


@pytest.fixture
def package(tmp_path, monkeypatch):
    (tmp_path / "bakery").mkdir()
    (tmp_path / "bakery" / "__init__.py").write_text(
        "from micrograd_lr.tools.lazily import lazily\n"
        "water = 1\n"
        '__getattr__, __dir__ = lazily(__name__, {"bread": "oven", "oven": "oven"})\n'
    )
    (tmp_path / "bakery" / "oven.py").write_text("bread = 'warm'\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("bakery")
    for name in ("bakery", "bakery.oven"):
        sys.modules.pop(name, None)


def test_a_module_is_loaded_when_one_of_its_names_is_asked_for(package):
    assert "bakery.oven" not in sys.modules
    assert {"bread", "oven", "water"} <= {*dir(package)}
    assert dir(package) == sorted(dir(package))
    assert "bakery.oven" not in sys.modules
    assert package.bread == "warm"
    assert package.oven is sys.modules["bakery.oven"]


def test_an_unknown_name_is_an_attribute_error(package):
    with pytest.raises(AttributeError, match=r"^module 'bakery' has no attribute 'cake'$"):
        package.cake  # noqa: B018
    assert "bakery.oven" not in sys.modules
