"""The notebook of the demos: its cells run in order, and the last line of each is what a notebook would show."""

import ast
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

MARIMO = Path(__file__).parent.parent.parent / "demos" / "09_notebook_marimo.py"
TRAITS = ("values", "step", "score", "code")
NOTEBOOK = Path(__file__).parent.parent.parent / "demos" / "09_notebook.ipynb"


def run_cells(cells, names=None):
    """What each cell of code shows, all of them with the same names."""
    names = {} if names is None else names
    for cell in cells:
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, NOTEBOOK.name, "exec"), names)
        yield eval(compile(ast.Expression(last.value), NOTEBOOK.name, "eval"), names) if last else names


def test_the_notebook_tells_the_story():
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in code] == [[]] * len(code)
    root, picture, gradients, closed, page, live, names, sheet = run_cells(code)
    assert root.data == pytest.approx(0.6931471805599453)
    assert "<svg" in picture._repr_mimebundle_()["image/svg+xml"]
    assert gradients == closed == (-1.0, -0.5)
    assert repr(page) == "<StepThrough: 9 frames of L>"
    assert live == ({"w": 0.5, "b": -1.0, "x": 2.0, "y": 1.0}, 0, (0, 0))
    assert repr(sheet) == "<Backprop exercises on the board: one_example>"
    assert page.widget() is names["widget"]
    assert (page.widget().values["w"], page.widget().step) == (3.0, 8)


class Marimo:
    """What the notebook uses of marimo, which is not installed here: a text, and a widget with the values it has."""

    class ui:
        @staticmethod
        def anywidget(widget):
            return SimpleNamespace(value={name: getattr(widget, name) for name in TRAITS if widget.has_trait(name)})

    @staticmethod
    def md(text):
        return text


def test_the_same_as_a_marimo_notebook(monkeypatch):
    """Its cells are functions, which say what they need of the others, and give what they have."""
    monkeypatch.setitem(sys.modules, "marimo", Marimo)
    cells = [x for x in ast.parse(MARIMO.read_text(encoding="utf-8")).body if isinstance(x, ast.FunctionDef)]
    names, shown = {}, []
    for cell in cells:
        assert {arg.arg for arg in cell.args.args} <= {*names}
        *body, last = cell.body
        given = [x.id for x in ast.walk(last) if isinstance(x, ast.Name)]
        new = {
            x.id for part in body for x in ast.walk(part) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)
        }
        assert new.isdisjoint(names)  # in marimo a name belongs to one cell
        own = {arg.arg: names[arg.arg] for arg in cell.args.args}
        (result,) = [*run_cells([{"source": "\n".join(map(ast.unparse, body))}], own)]
        names |= {name: own[name] for name in given}
        shown.append(result)
    assert names["L"].data == pytest.approx(0.6931471805599453)
    assert "<svg" in shown[2]._repr_mimebundle_()["image/svg+xml"]
    assert shown[3] == shown[4] == (-1.0, -0.5)
    assert shown[5].value["values"] == {"w": 0.5, "b": -1.0, "x": 2.0, "y": 1.0}
    assert shown[6] == "The page is live: w is 0.5 there, at move 1."
    assert shown[7].value == {"code": ""}
    assert shown[8] == ""


def test_a_cell_that_fails_is_seen():
    with pytest.raises(AssertionError):
        list(run_cells([{"source": ["a = 1\n", "a"]}, {"source": ["assert a == 2"]}]))
