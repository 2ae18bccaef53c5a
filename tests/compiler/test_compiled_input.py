"""What a compiled loss is given: losses that cannot be compiled, shapes, kinds of numbers, options."""

import math
import sys

import numpy as np
import pytest
from losses import BACKENDS, assert_agree, data, fused, one_logit

from micrograd_lr import TraceError, dot, gradient, hessian, logistic, value_and_grad


def test_batch_and_arguments_do_not_mix():
    with pytest.raises(
        TypeError,
        match=r"hessian\(\) was given batch and 1 arguments; expected arguments alone, or batch alone: "
        r'hessian\(loss, batch=\("x", "y"\)\)\(w, b, X, Y\) takes the data in the second call\.',
    ):
        hessian(fused, 1.0, batch="x")
    with pytest.raises(TypeError, match=r"gradient\(\) was given backend without batch; expected"):
        gradient(fused, 1.0, backend="numpy")


def branching(w, b, x, y):
    if dot(w, x) > 0:
        return b
    return y


def truth(w, b, x, y):
    return b if w[0] else y


def with_math(w, b, x, y):
    return b * math.log(w[0])


@pytest.mark.parametrize(
    "loss, what",
    [
        (branching, "a comparison (if, while, min, max, sorted)"),
        (truth, "an if, a while, and, or, not"),
        (with_math, "float(), or a function of the math module,"),
    ],
)
def test_a_loss_that_depends_on_the_numbers(loss, what):
    with pytest.raises(TraceError) as error:
        value_and_grad(loss)(*data())
    line = loss.__code__.co_firstlineno + 1
    assert str(error.value).startswith(
        f"{__file__}, line {line}, in {loss.__name__}: {what} on a traced value. The loss "
    )


def test_a_loss_without_a_result():
    with pytest.raises(TypeError, match=r"<lambda> returned None \(NoneType\) for one example; it has to"):
        value_and_grad(lambda w, x: None, batch="x")([1.0, 2.0], [[1.0], [2.0]])


@pytest.mark.parametrize("backend", BACKENDS)
def test_wrong_shapes(backend):
    w, b, X, Y = data(n=5, m=30)
    graph = value_and_grad(fused, backend=backend)
    with pytest.raises(ValueError, match=r"x is \(30, 5\), y is \(30,\): the last axis counts .*X\.T"):
        graph(w, b, X.T, Y)
    with pytest.raises(ValueError, match=r"the last axis counts the examples"):
        graph(w, b, X[:, :0], Y[:0])
    with pytest.raises(ValueError, match=r"dot\(w, x\) needs as many weights as features, at least one: got 4 and 5\."):
        graph(w[:4], b, X, Y)
    for column in (w[:, None], w[:, None].tolist()):
        with pytest.raises(TypeError, match=r"given the shapes \(5, 1\) and \(5,\)\. .* transpose or flatten"):
            graph(column, b, X, Y)
    with pytest.raises(ValueError, match=r"x is \(5, 30, 1\); expected \(m,\) or \(n, m\): one"):
        graph(w, b, X[:, :, None], Y)
    with pytest.raises(ValueError, match=r"y is \(\); expected \(m,\) or \(n, m\): one example per column\."):
        graph(w, b, X, 1.0)
    with pytest.raises(ValueError, match=r"w is empty: \(0,\); expected at least one entry\."):
        graph([], b, X, Y)
    with pytest.raises(ValueError, match=r"x is empty: \(0, 30\); expected at least one entry\."):
        graph(w, b, X[:0], Y)
    with pytest.raises(ValueError, match=r"w is not a rectangle: .* row 0 has shape \(1,\), row 1 has shape \(2,\)"):
        graph([[1.0], [2.0, 3.0]], b, X, Y)


@pytest.mark.parametrize("backend", BACKENDS)
def test_wrong_kinds_of_numbers(backend):
    w, b, X, Y = data(n=5, m=3)
    graph = value_and_grad(fused, backend=backend)
    text = r"expected a real number\. Turn text into numbers first; two classes become 0 and 1: \[float\(v == "
    for labels, said in (
        (np.full(3, "one"), r"y\[0\] is 'one' \(str\), in example 0; " + text),
        ([0.0, "one", 1.0], r"y\[1\] is 'one' \(str\), in example 1; " + text),
        (
            [1.0, None, 0.0],
            r"y\[1\] is None \(NoneType\), in example 1; expected .* A value is missing there: drop that",
        ),
        (
            [1j, 0, 0],
            r"y\[0\] is 1j \(complex\), in example 0; expected a real number\. Take \.real or abs\(\) first\.",
        ),
    ):
        with pytest.raises(TypeError, match=said):
            graph(w, b, X, labels)
    with pytest.raises(OverflowError, match=r"b holds an integer of 401 digits; a float ends at 1\.8e308\."):
        graph(w, 10**400, X, Y)
    with pytest.raises(
        TypeError, match=r"penalty is 'l2' \(str\); expected .*\. An option that is not a number is settled"
    ):
        value_and_grad(lambda w, x, penalty="l2": w * x, batch="x", backend=backend)(1.0, [2.0])


@pytest.mark.parametrize("backend", BACKENDS)
def test_odd_numbers_that_are_meant(backend):
    w, b, X, Y = data(n=5, m=30)
    graph = value_and_grad(fused, backend=backend)
    expected = graph(w, b, X, Y)
    for labels in (Y > 0, (Y > 0).tolist(), Y.astype(">f8"), Y.astype(np.float16), Y.astype(object), list(Y)):
        assert_agree(graph(w, b, X, labels), expected)
    assert_agree(graph(w.astype(">f8"), b, X.astype(">f8"), Y), expected)
    for shape in ((1,), (1, 1)):
        J, gradients = graph(w, np.full(shape, b), X, Y)
        assert expected[0] == J
        assert gradients["b"].shape == shape
    assert graph(w, [b], X, Y)[1]["b"] == [expected[1]["b"]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_kind_of_argument_with_a_name(backend):
    def loss(w, /, b, x, *, y, rate=0.5):
        return (w * x + b - y) ** 2 * rate

    assert value_and_grad(loss, backend=backend)(2.0, 1.0, [1.0, 2.0], y=[0.0, 1.0]) == (
        12.5, {"w": 11.0, "b": 7.0, "rate": 25.0},
    )  # fmt: skip
    for bad, said in ((lambda w, *x: w, r"\*x"), (lambda w, **x: w, r"\*\*x")):
        with pytest.raises(TypeError, match=f"<lambda> takes {said}; expected arguments with names, because the deriv"):
            value_and_grad(bad, batch="w", backend=backend)


def test_wrong_options():
    with pytest.raises(ValueError, match=r"batch=\('q',\): q is not an argument of the loss\. Name those of w, b, x"):
        value_and_grad(fused, batch="q")
    with pytest.raises(ValueError, match=r"batch=\(\): it names no argument\. Name those of"):
        value_and_grad(fused, batch=())
    with pytest.raises(ValueError, match=r"backend='gpu' is unknown\. Choose one of numba, numpy, python\."):
        value_and_grad(fused, backend="gpu")
    for count, shown in ((0, "0"), ("2", "'2'"), (1.5, "1.5")):
        with pytest.raises(ValueError, match=rf"threads={shown}: expected a whole number of at least 1, or None"):
            value_and_grad(fused, threads=count)
    with pytest.raises(TypeError, match="missing a required argument: 'y'"):
        value_and_grad(fused)(1.0, 2.0, [[1.0]])


def test_the_best_backend_that_is_here(monkeypatch):
    assert value_and_grad(fused).backend == "numba"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "numba" else object())
    assert value_and_grad(fused).backend == "numpy"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert value_and_grad(fused).backend == "python"
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ImportError, match=r'this needs the package numpy.*pip install "micrograd_lr\[numpy\]"'):
        value_and_grad(fused, backend="numpy")([1.0, 2.0], 0.0, [[1.0], [2.0]], [1.0])


def test_python_lists_of_many_kinds():
    graph = value_and_grad(fused, backend="python")
    _, gradients = graph([[0.5, -0.5]], [[0.1]], [[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]], [[1.0, 0.0, 1.0]])
    assert np.shape(gradients["w"]) == (1, 2)
    assert np.shape(gradients["b"]) == (1, 1)
    dw, db = logistic.closed_form([[0.5, -0.5]], [[0.1]], [[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]], [[1.0, 0.0, 1.0]])
    assert gradients["w"][0] == pytest.approx(dw[0], rel=1e-14)
    assert gradients["b"][0] == pytest.approx(db[0], rel=1e-14)
    assert value_and_grad(one_logit, backend="python")(0.5, [1.0], [1.0])[0] == pytest.approx(
        math.log1p(math.exp(-0.5))
    )
