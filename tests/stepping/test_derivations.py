"""Where the slopes of σ and tanh come from: every step is an equation that SymPy agrees with."""

import pytest
import sympy

from micrograd_lr import OPS, Expression, steps
from micrograd_lr.stepping import derivations
from micrograd_lr.stepping.derivations import DERIVATIONS, derivation

Z = sympy.Symbol("z", real=True)
FUNCTIONS = {"sigmoid": 1 / (1 + sympy.exp(-Z)), "tanh": sympy.tanh(Z)}


def follows(name):
    """Whether both sides of each equation are one function, and the slope is its derivative, before and after."""
    value = FUNCTIONS[name].rewrite(sympy.exp)
    equal, slope = DERIVATIONS[name](value, Z)
    slopes = slope, OPS[name].partials(value, Z)[0] if name == "sigmoid" else 1 - value**2
    pairs = [*equal, *((x, sympy.diff(value, Z)) for x in slopes)]
    return all(sympy.simplify(left - right) == 0 for left, right in pairs)


@pytest.mark.usefixtures("symbolic")
@pytest.mark.parametrize("name", DERIVATIONS)
def test_sympy_agrees_with_each_step(name):
    assert follows(name)


@pytest.mark.usefixtures("symbolic")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda a, z: ([(a, 1 / (1 + derivations.exp(z)))], a * (1 - a)),
        lambda a, z: ([(1 - a, derivations.exp(-z) / (1 - derivations.exp(-z)))], a * (1 - a)),
        lambda a, z: ([], derivations.exp(-z) / (1 + derivations.exp(-z))),
    ],
)
def test_a_wrong_step_would_be_seen(wrong, monkeypatch):
    monkeypatch.setitem(DERIVATIONS, "sigmoid", wrong)
    assert not follows("sigmoid")


def test_the_formulas_that_a_student_reads():
    graph = steps(Expression("z=w*x+b; a=sigmoid(z); t=tanh(a); L=t*t")(w=0.5, x=2.0, b=-1.0), detail="names")
    by_name = {node.name: [*derivation(graph, id)] for id, node in graph.nodes.items()}
    assert by_name["a"] == [
        ("a", "1/(1 + exp(-z))"),
        ("1 - a", "exp(-z)/(1 + exp(-z))"),
        ("∂a/∂z", "exp(-z)/(1 + exp(-z))^2", "a(1 - a)"),
    ]
    assert by_name["t"] == [
        ("t", "(exp(a) - exp(-a))/(exp(a) + exp(-a))"),
        ("∂t/∂a", "1 - (exp(a) - exp(-a))^2/(exp(a) + exp(-a))^2", "1 - t^2"),
    ]
    assert [name for name, found in by_name.items() if found] == ["a", "t"]


def test_of_a_formula_instead_of_a_name_there_is_none():
    graph = steps(Expression("a=sigmoid(w*x); a*a")(w=0.5, x=2.0), detail="ops")
    assert all(not [*derivation(graph, id)] for id in graph.nodes)
