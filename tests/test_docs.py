"""Every snippet of README and docs is run, and prints what the page says it prints."""

import contextlib
import io
import os
import re
import runpy
from functools import cache
from pathlib import Path

import accuracy
import failure_cases
import pytest
from svg import shown

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
DEMOS = sorted({*(ROOT / "demos").glob("*.py")} - {*(ROOT / "demos").glob("*_marimo.py")})
SNIPPET = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)


def test_the_pages_and_demos_are_found():
    known = ["README", "compiled", "derivation", "design", "instructors", "performance", "pictures", "students"]
    known += ["exercises", "fitting", "newton", "notebook", "scaling", "security"]
    assert {page.stem for page in PAGES} == {*known}
    assert [demo.name[:3] for demo in DEMOS] == [*(f"0{i}_" for i in range(1, 9)), "10_", "11_"]


def run_snippets(page):
    """What the snippets of a page print, each beside what the page says that it prints."""
    text = page.read_text(encoding="utf-8")
    snippets = SNIPPET.findall(text)
    assert len(snippets) == text.count("```python")
    assert sum(bool(expected) for _, expected in snippets) == text.count("```text")
    names: dict[str, object] = {}
    for source, expected in snippets:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(source, str(page), "exec"), names)
        yield printed.getvalue(), expected


@pytest.fixture(scope="module")
def has_run(tmp_path_factory):
    """Runs the snippets of a page, once: what they print, and the folder where they draw."""

    @cache
    def run(page):
        folder = tmp_path_factory.mktemp(page.stem)
        with contextlib.chdir(folder):
            return [*run_snippets(page)], folder

    return run


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_snippets_run_and_print_what_the_page_says(page, has_run):
    found, folder = has_run(page)
    for printed, expected in found:
        assert printed == expected
    for picture in folder.glob("*.svg"):  # the pictures that the page shows are those that its snippets draw
        committed = ROOT / "docs" / picture.name
        assert shown(committed.read_text(encoding="utf-8")) == shown(picture.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_every_picture_that_is_shown_is_drawn_by_a_snippet(has_run):
    embedded = {name for page in PAGES for name in re.findall(r"\w+\.svg(?=[)\"])", page.read_text(encoding="utf-8"))}
    committed = {path.name for path in (ROOT / "docs").glob("*.svg")}
    assert embedded >= committed
    assert {path.name for page in PAGES for path in has_run(page)[1].glob("*.svg")} == committed


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_links_between_the_pages_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


def test_the_table_of_the_edges_is_what_the_engine_does():
    page = failure_cases.PAGE.read_text(encoding="utf-8")
    assert page == failure_cases.page_with(failure_cases.table())


@pytest.mark.slow
def test_no_error_is_larger_than_the_table_of_the_errors_says():
    def numbers(text):
        rows = [line.split("|")[1:-1] for line in text.splitlines()]
        return rows[0], [[cell.strip() for cell in row[:2]] for row in rows], [
            float(x) for row in rows[2:] for cell in row[2:] for x in cell.split(";")
        ]  # fmt: skip

    page = accuracy.PAGE.read_text(encoding="utf-8")
    (*of_page, said), (*of_now, found) = numbers(accuracy.table_of(page)), numbers(accuracy.table())
    assert of_page == of_now
    assert len(said) == len(found) == 60
    assert all(now <= then + 1 for now, then in zip(found, said))
    assert max(said) <= 4


DEMO_ENDS = {
    "01_one_neuron.py": "gradients within",
    "02_one_example.py": "✓ green",
    "03_many_examples.py": "✗ RED",
    "04_number_types_and_the_proof.py": "∂L/∂b - (a - y)  = 0",
    "05_second_derivatives.py": "X̃ diag(a(1-a)) X̃ᵀ: within",
    "06_draw_your_own.py": "out/your_own.svg, drawn by",
    "07_one_example_to_a_million.py": "1,000,000 examples: J = ",
    "08_step_by_step.py": "out/your_own.html: a = tanh(w*x + b); 0.5*(a - y)**2 at {'w': 0.3,",
    "10_train_on_your_csv.py": "by hand, the first case: z = wx + b = 6.3547, which is above 0, so it is M",
    "11_dask_cluster.py": "w is within 0.01 of what made the data, b within 0.01",
}


@pytest.mark.slow
@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.name)
def test_demos_run_and_are_short(demo, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [str(demo)])
    runpy.run_path(str(demo), run_name="__main__")
    assert DEMO_ENDS[demo.name] in capsys.readouterr().out.splitlines()[-1]
    assert len(demo.read_text(encoding="utf-8").splitlines()) < 60


def write_pictures():
    """The pictures of the pages, drawn anew: ``python tests/test_docs.py``."""
    os.chdir(ROOT / "docs")
    for page in PAGES:
        list(run_snippets(page))


if __name__ == "__main__":
    write_pictures()
