"""The notebook of the demos: its cells run in order, and the last line of each is what a notebook would show."""

import ast
import json
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parent.parent.parent / "demos" / "09_notebook.ipynb"


def run_cells(cells):
    """What each cell of code shows, all of them with the same names."""
    names: dict[str, object] = {}
    for cell in cells:
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, NOTEBOOK.name, "exec"), names)
        yield eval(compile(ast.Expression(last.value), NOTEBOOK.name, "eval"), names) if last else names


def test_the_notebook_tells_the_story():
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in code] == [[]] * len(code)
    root, picture, gradients, closed, page, live, names = run_cells(code)
    assert root.data == pytest.approx(0.6931471805599453)
    assert "<svg" in picture._repr_mimebundle_()["image/svg+xml"]
    assert gradients == closed == (-1.0, -0.5)
    assert repr(page) == "<StepThrough: 9 frames of L>"
    assert live == ({"w": 0.5, "b": -1.0, "x": 2.0, "y": 1.0}, 0, (0, 0))
    assert page.widget() is names["widget"]
    assert (page.widget().values["w"], page.widget().step) == (3.0, 8)


def test_a_cell_that_fails_is_seen():
    with pytest.raises(AssertionError):
        list(run_cells([{"source": ["a = 1\n", "a"]}, {"source": ["assert a == 2"]}]))
