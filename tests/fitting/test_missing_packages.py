"""Without a package that fitting needs, the message says which extra to install."""

import sys

import pytest

from micrograd_lr import cli


@pytest.mark.parametrize("package", ["numpy", "polars", "sklearn"])
def test_train_and_predict_name_the_extra(package, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, package, None)
    for command in (["train", "cases.csv", "--target", "y"], ["predict", "model.json", "cases.csv"]):
        assert cli.main(command) == 1
        said = capsys.readouterr().err
        assert f"this needs the package {package}, which cannot be imported" in said
        assert said.endswith('Install it: pip install "micrograd_lr[train]"\n')
