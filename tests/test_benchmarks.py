"""The benchmarks find what they import in the environment that `make bench` makes for them."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
BENCHMARKS = sorted((TESTS / "benchmarks").glob("*.py"))
NAMES = {"scikit-learn": "sklearn"}  # of packages that are imported by another


def imported(file):
    """The first names of the modules that a file imports, at its top or later."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]


def installed():
    """The packages of `make bench`: those of the project with the extras for it, and those of its own."""
    project = tomllib.loads((TESTS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    own = (TESTS / "benchmarks" / "requirements.txt").read_text(encoding="utf-8").split()
    ours = (line for name in ("draw", "fast", "sklearn", "train", "dask") for line in extras[name])
    names = [re.match(r"[\w-]+", line)[0] for line in (*project["dependencies"], *ours, *own)]
    return {NAMES.get(name, name) for name in names} | {project["name"], *sys.stdlib_module_names}


def test_make_bench_installs_these_extras():
    makefile = (TESTS.parent / "Makefile").read_text(encoding="utf-8")
    assert '.venv/with-bench: WHAT = ".[draw,fast,train,dask]" -r tests/benchmarks/requirements.txt\n' in makefile
    for file in BENCHMARKS:
        assert f"$(BIN)/python tests/benchmarks/{file.name}\n" in makefile


@pytest.mark.parametrize("file", BENCHMARKS, ids=lambda file: file.name)
def test_every_import_is_installed(file):
    pending, seen = [file], set()
    while pending:
        seen.add(at := pending.pop())
        for name in imported(at):
            beside = TESTS / f"{name}.py"
            if beside.exists():
                pending += {beside} - seen
            else:
                assert name in installed(), f"{at.name} imports {name}"


def test_without_a_browser_the_page_is_not_measured():
    """In a process that has no pytest, as in the environment of `make bench`."""
    program = "import runpy, sys; sys.modules['pytest'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    environment = {name: x for name, x in os.environ.items() if name != "CHROMIUM"} | {"PATH": "/nowhere"}
    run = subprocess.run(
        [sys.executable, "-c", program, TESTS / "benchmarks" / "page.py"], capture_output=True, text=True,
        env=environment,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("The page is not measured: there is no Chromium here.")
