"""The public surface, what an import loads, and the data that ships."""

import importlib
import inspect
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import micrograd_lr
from micrograd_lr import Value
from micrograd_lr.logistic.breast_cancer import breast_cancer
from micrograd_lr.tools.late import need

ROOT = Path(__file__).parent.parent


def test_the_public_names():
    assert micrograd_lr.__all__ == [
        "OPS", "Drawing", "Expression", "ExpressionError", "GradientCheckError", "GradientReport",
        "LogisticRegression", "Op", "RenderError",
        "StepThrough", "Steps", "TraceError", "Value", "check_gradient", "cos", "dot", "draw", "draw_frames",
        "exercises", "exp", "first_nan", "gradient", "hessian", "log", "logistic", "logistic_loss", "number_type",
        "relu", "sigmoid", "sin", "steps", "sum", "tanh", "value_and_grad",
    ]  # fmt: skip
    for name in micrograd_lr.__all__:
        assert getattr(micrograd_lr, name) is not None
        assert name in dir(micrograd_lr)
    with pytest.raises(AttributeError, match="module 'micrograd_lr' has no attribute 'Tensor'"):
        micrograd_lr.Tensor  # noqa: B018


CALLS = {  # every public function, as it may be called
    "check_gradient": lambda f: f(lambda w: w * w, 3.0).agree,
    "cos": lambda f: f(Value(0.0)).data == 1.0,
    "dot": lambda f: f([1.0, 2.0], [Value(3.0), 4.0]).data == 11.0,
    "draw": lambda f: f(Value(1.0) + 2.0).source.startswith("digraph"),
    "draw_frames": lambda f: len(f(Value(1.0) + 2.0)) > 2,
    "exp": lambda f: f(Value(0.0)).data == 1.0,
    "first_nan": lambda f: f(Value(1.0) + 2.0) is None,
    "gradient": lambda f: f(lambda w: w * w, 3.0) == 6.0,
    "hessian": lambda f: f(lambda w: w * w, 3.0) == [[2.0]],
    "log": lambda f: f(Value(1.0)).data == 0.0,
    "logistic_loss": lambda f: f(Value(0.0), 1.0).data == pytest.approx(np.log(2.0)),
    "number_type": lambda f: f(type("Own", (), {}), exp=abs, log=abs) is None,
    "relu": lambda f: f(Value(-1.0)).data == 0.0,
    "sigmoid": lambda f: f(Value(0.0)).data == 0.5,
    "sin": lambda f: f(Value(0.0)).data == 0.0,
    "steps": lambda f: len(f(Value(1.0) + 2.0)) > 2,
    "sum": lambda f: f([Value(1.0), 2.0]).data == 3.0,
    "tanh": lambda f: f(Value(0.0)).data == 0.0,
    "value_and_grad": lambda f: f(lambda w, x: w * x, "x", backend="python")(2.0, [1.0, 4.0]) == (10.0, {"w": 5.0}),
}


def test_no_module_takes_the_place_of_a_public_name():
    """As a sub-package called `draw` would: once something has imported it, it stands where the function was."""
    modules = [module.name for module in pkgutil.walk_packages(micrograd_lr.__path__, "micrograd_lr.")]
    assert {"micrograd_lr.cli", "micrograd_lr.compiler.numba_math"} <= {*modules}
    for name in modules:
        importlib.import_module(name)
    public = {name: getattr(micrograd_lr, name) for name in micrograd_lr.__all__}
    assert {name for name, thing in public.items() if inspect.isfunction(thing)} == {*CALLS}
    others = {"OPS", "exercises", "logistic"}
    assert {name for name, thing in public.items() if not inspect.isclass(thing)} == {*CALLS, *others}
    assert all(public[name].__name__ == name for name in {*public} - others)


def test_import_loads_no_third_party_module_and_no_heavy_standard_one():
    code = "import sys; before = set(sys.modules); import micrograd_lr; print(*sorted(set(sys.modules) - before))"
    run = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = run.stdout.split()
    assert "micrograd_lr.engine.value" in loaded
    assert {name.partition(".")[0] for name in loaded} <= {
        "micrograd_lr",
        "__future__",
        "itertools",
        "math",
        "operator",
        "_operator",
    }


def test_the_core_imports_only_the_standard_library():
    for name in (
        "engine.ops",
        "engine.value",
        "engine.elementary",
        "engine.number_types",
        "engine.errors",
        "engine.scalar",
        "engine.functions",
        "engine.derivatives",
        "engine.backward",
        "engine.order",
        "engine.check",
        "logistic.model",
        "logistic.arguments",
        "formulas.text",
        "engine.pickling",
        "stepping.frames",
        "logistic.slides",
    ):
        run = subprocess.run(
            [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); import micrograd_lr.{name}"],
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stderr


def test_version_typing_marker_and_engine_size():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["requires-python"] == ">=3.11"
    assert micrograd_lr.__version__.count(".") == 2
    assert (ROOT / "micrograd_lr" / "py.typed").exists()
    for name in ("ops.py", "value.py", "backward.py", "derivatives.py"):  # what is read in one sitting
        assert len((ROOT / "micrograd_lr" / "engine" / name).read_text(encoding="utf-8").splitlines()) <= 160


def test_a_missing_package_is_named_with_its_remedy():
    assert need("math", "-") is importlib.import_module("math")
    with pytest.raises(
        ImportError, match=r"this needs the package no_such_thing, .*Install it: pip install no-such-thing"
    ):
        need("no_such_thing.part", "pip install no-such-thing")


@pytest.mark.slow
def test_the_data_are_scikit_learns():
    from sklearn.datasets import load_breast_cancer

    theirs, ours = load_breast_cancer(), breast_cancer()
    assert ours.features == list(theirs.feature_names)
    assert np.array_equal(ours.rows, theirs.data)
    assert np.array_equal(ours.labels, 1 - theirs.target)  # there 1 is benign, here 1 is malignant
    assert (len(ours), len(ours.features), np.shape(ours.X)) == (569, 30, (30, 569))
    licence = (ROOT / "micrograd_lr" / "logistic" / "breast_cancer.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in licence


def test_splitting_and_standardising():
    from sklearn.preprocessing import StandardScaler

    cases = breast_cancer()
    train, held_out = cases.split(every=5)
    assert (len(train), len(held_out)) == (456, 113)
    assert held_out.rows[0] == cases.rows[4]
    scaler = StandardScaler().fit(train.rows)
    assert np.allclose(train.standardised().rows, scaler.transform(train.rows), rtol=1e-12, atol=1e-12)
    assert np.allclose(held_out.standardised(by=train).rows, scaler.transform(held_out.rows), rtol=1e-12, atol=1e-12)
    two = cases.only(["mean texture", "mean radius"])
    assert two.rows[0] == [10.38, 17.99]
    assert two.labels == cases.labels
