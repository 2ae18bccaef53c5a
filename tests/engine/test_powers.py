"""xʷ at the edges: compiled losses and pages give what the engine gives, or an error where it has one."""

import itertools
import json
import math

import pytest
from javascript import run_in_node

from micrograd_lr import Value, gradient, hessian, value_and_grad
from micrograd_lr.compiler.codegen_javascript import javascript

BASES = (-2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 2.0)
EXPONENTS = (-1.0, 0.0, 0.5, 1.0, 2.0, 3.0)
ERRORS = ArithmeticError, ValueError
COMPILED = {
    "both": lambda p, q, x: p**q + 0 * x,
    "base": lambda p, q, x: p**x + 0 * q,
    "exponent": lambda p, q, x: x**q + 0 * p,
}
EAGER = {
    "both": lambda p, q, b, e: p**q,
    "base": lambda p, q, b, e: p**e + 0 * q,
    "exponent": lambda p, q, b, e: b**q + 0 * p,
}


def by_the_engine(kind, b, e):
    p, q = Value(b), Value(e)
    try:
        root = EAGER[kind](p, q, b, e)
        root.backward()
    except ERRORS:
        return "error"
    return root.data, p.grad, q.grad


def second_by_the_engine(kind, b, e):
    try:
        return [x for row in hessian(lambda p, q: EAGER[kind](p, q, b, e), b, e) for x in row]
    except ERRORS:
        return "error"


def same(ours, theirs):
    if "error" in (ours, theirs):
        return ours == theirs
    return all(math.isclose(x, y, rel_tol=1e-15) for x, y in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("backend", ["numba", "numpy", "python"])
@pytest.mark.parametrize("kind", COMPILED)
def test_a_compiled_power_is_the_engines(kind, backend):
    first = value_and_grad(COMPILED[kind], batch="x", backend=backend)
    second = hessian(COMPILED[kind], batch="x", backend=backend)
    for b, e in itertools.product(BASES, EXPONENTS):
        x = [{"both": 1.0, "base": e, "exponent": b}[kind]]
        try:
            J, gradients = first(b, e, x)
            found = J, gradients["p"], gradients["q"]
        except ERRORS:
            found = "error"
        assert same(found, by_the_engine(kind, b, e)), (b, e)
        try:
            H = second(b, e, x)
            found = [H[p][q] for p in "pq" for q in "pq"]
        except ERRORS:
            found = "error"
        if b == 0 and (kind, e) == ("base", 0.0):  # not told from a variable exponent, which has none: no number
            assert found == "error"
        elif b != 0 or (kind, e) != ("both", 1.0):  # where the mixed second derivative does not exist
            assert same(found, second_by_the_engine(kind, b, e)), (b, e)


@pytest.mark.parametrize("backend", ["numba", "numpy", "python"])
def test_a_feature_that_is_0(backend):
    loss = lambda w, x: x**w
    J, gradients = value_and_grad(loss, batch="x", backend=backend)(2.0, [0.0, 1.0, 3.0])
    assert (J, gradients["w"]) == (10.0, pytest.approx(9 * math.log(3), rel=1e-15))
    H = hessian(loss, batch="x", backend=backend)(2.0, [0.0, 1.0, 3.0])
    assert H["w"]["w"] == pytest.approx(9 * math.log(3) ** 2, rel=1e-15)
    with pytest.raises(FloatingPointError, match="in example 1"):
        value_and_grad(loss, batch="x", backend=backend)(2.0, [0.0, -1.0, 3.0])


def test_a_page_at_0_and_beside_it():
    root = Value(1.0) ** Value(2.0)
    cases = [{"n0": b, "n1": e} for b, e in itertools.product(BASES, EXPONENTS)]
    program = f"{javascript(root)}\nconsole.log(JSON.stringify({json.dumps(cases)}.map(compute)))"
    for case, found in zip(cases, run_in_node(program), strict=True):
        expected = by_the_engine("both", case["n0"], case["n1"])
        numbers = [found["values"]["n2"], found["gradients"]["n0"], found["gradients"]["n1"]]
        if expected == "error":
            assert None in numbers  # JSON's word for NaN and Infinity
        else:
            assert all(math.isclose(x, y, rel_tol=1e-15) for x, y in zip(numbers, expected)), case


def test_a_gradient_that_does_not_exist_has_no_second_derivative():
    with pytest.raises(FloatingPointError, match="a power has a variable exponent over a negative base"):
        hessian(lambda q: (-2.0) ** q, 3.0)
    assert gradient(lambda q: 0.0**q, 3.0) == 0.0
