"""The story of 09_notebook.ipynb as a marimo notebook: ``marimo edit demos/09_notebook_marimo.py``."""

import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    from micrograd_lr import StepThrough, Value, draw, exercises, log, sigmoid

    mo.md("# From a value to (a − y)xᵀ\n\nThe logistic loss of one example: its values, its graph, the way back.")
    return StepThrough, Value, draw, exercises, log, mo, sigmoid


@app.cell
def _(Value, log, sigmoid):
    w, b = Value(0.5, "w"), Value(-1.0, "b")
    x, y = Value(2.0, "x"), Value(1.0, "y")

    z = w * x + b
    a = sigmoid(z)
    L = -(y * log(a) + (1 - y) * log(1 - a))
    z.label, a.label, L.label = "z", "a", "L"
    return L, a, b, w, x, y


@app.cell
def _(L, draw):
    draw(L, detail="names")  # every line has recorded a node: the boxes of the slides
    return


@app.cell
def _(L, b, w):
    L.backward()  # every node passes on the gradient above it, times the local derivative
    found = w.grad, b.grad
    found
    return (found,)


@app.cell
def _(a, found, x, y):
    closed = (a.data - y.data) * x.data, a.data - y.data  # (a − y)xᵀ and a − y, as the slides say
    assert found == closed
    closed
    return


@app.cell
def _(L, StepThrough, mo):
    page = mo.ui.anywidget(StepThrough(L).widget())  # press Next, drag a number, or choose Ask me
    page
    return (page,)


@app.cell
def _(mo, page):
    mo.md(f"The page is live: w is {page.value['values']['w']:g} there, at move {page.value['step'] + 1}.")
    return


@app.cell
def _(exercises, mo):
    sheet = mo.ui.anywidget(exercises.sheet(["one_example"]).widget())  # and now by hand
    sheet
    return (sheet,)


@app.cell
def _(exercises, mo, sheet):
    mo.md(f"`{exercises.read_code(sheet.value['code'])}`" if sheet.value["code"] else "")
    return


if __name__ == "__main__":
    app.run()
