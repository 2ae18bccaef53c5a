"""Where ∂L/∂z is a − y: proven on fractions, by SymPy as well, and refused where one sign is another."""

import cProfile
from fractions import Fraction

import pytest
import sympy
from stepped import all_steps

from micrograd_lr import OPS, Expression, Op, Value, logistic, logistic_loss, sigmoid
from micrograd_lr.engine.order import topological
from micrograd_lr.levels.closed_form import closed_forms, multiplied_out
from micrograd_lr.levels.names import at_level
from micrograd_lr.levels.proof import Degree, is_zero_everywhere
from micrograd_lr.logistic import closed_form, literal_loss

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"


def found_in(root):
    """The closed forms, in names."""
    shown = at_level(root, "names")[root]
    parameters = {node for node in topological(shown) if node.op is None and node.label[:1] not in ("x", "y")}
    name = lambda x: getattr(x, "label", x)
    return [
        (*map(name, (c.loss, c.z, c.a, c.y)), {name(w): name(x) for w, x in c.factors.items()})
        for c in closed_forms(shown, parameters)
    ]


def recorded(text):
    expression = Expression(text)
    return expression(**{name: 0.3 + 0.1 * i for i, name in enumerate(expression.names)})


def by_hand():
    w, x, b, y = (Value(v, name) for v, name in zip((0.5, 2.0, -1.0, 1.0), "wxby"))
    z = w * x + b
    a = sigmoid(z)
    L = -(y * a.log() + (1 - y) * (1 - a).log())
    z.label, a.label, L.label = "zaL"
    return L


@pytest.mark.parametrize("root", [recorded(SLIDES), by_hand(), logistic.OneExample([0.5], -1.0, [2.0], 1.0).L])
def test_in_whatever_way_it_is_built(root):
    ((loss, z, a, y, factors),) = found_in(root)
    assert (loss, z, a, y) == ("L", "z", "a", "y")
    assert {w[0]: x if x == 1.0 else x[0] for w, x in factors.items()} == {"w": "x", "b": 1.0}


@pytest.mark.parametrize(
    "other",
    [
        "L=-y*log(a)-(1-y)*log(1-a)", "L=y*log(1/a)-(1-y)*log(1-a)", "L=(y-1)*log(1-a)-y*log(a)",
        "L=-log(a**y)-(1-y)*log(1-a)", "L=-(log(a)*y*2+2*(1-y)*log(1-a))/2",
    ],
)  # fmt: skip
def test_in_whatever_way_it_is_written(other):
    found = found_in(recorded(f"z=x*w+b; a=sigmoid(z); {other}"))
    assert found == ([] if "**" in other else [("L", "z", "a", "y", {"w": "x", "b": 1.0})])  # aʸ is not rational


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("sigmoid(z)", "sigmoid(2*z)"), ("sigmoid(z)", "sigmoid(-z)"), ("sigmoid(z)", "tanh(z)"), ("-(y*", "(y*"),
        ("+(1-y)", "-(1-y)"), ("y*log(a)", "log(a)"), ("y*log(a)", "y*log(a+a*a)"), ("(1-y)*", ""), ("1-y", "2-y"),
        ("log(1-a)", "log(1+a)"), ("log(a)", "exp(a)"), ("log(a)", "relu(a)"), ("-(y", "-0.999999999999*(y"),
        ("-(y", "-1/y*(y"), ("-(y", "-1/w*(y"), ("-(y", "-2/(1+y)*(y"),
    ],
)  # fmt: skip
def test_a_planted_mistake_has_no_closed_form(right, wrong):
    assert right in SLIDES
    root = recorded(SLIDES.replace(right, wrong))
    assert found_in(root) == []
    assert not any(line.kind == "closed" for frame in all_steps(root, detail="names") for line in frame.lines)


def test_a_factor_that_is_planted_in_z():
    assert found_in(recorded(SLIDES.replace("w*x", "2*w*x")))[0][4] == {"b": 1.0}
    assert found_in(recorded(SLIDES.replace("w*x", "w*w*x")))[0][4] == {"b": 1.0}
    assert found_in(recorded(SLIDES.replace("w*x", "2*w")))[0][4] == {"w": 2.0, "b": 1.0}
    assert found_in(recorded(SLIDES.replace("+b", "+exp(b)")))[0][4] == {"w": "x"}
    assert found_in(recorded(SLIDES.replace("w*x", "w/x")))[0][4] == {"b": 1.0}  # 1/x is no constant
    assert found_in(recorded(SLIDES.replace("w*x", "w/(1+x*x)")))[0][4] == {"b": 1.0}
    assert found_in(recorded(SLIDES.replace("L=-(", "L=-log(a)**0*("))) == [("L", "z", "a", "y", {"w": "x", "b": 1.0})]


def test_sympy_agrees():
    a, y = sympy.symbols("a y")
    op = at_level(root := recorded(SLIDES), "names")[root].op
    from micrograd_lr import number_type

    number_type(sympy.Expr, exp=sympy.exp, log=sympy.log)
    slope = op.partials(None, a, y)[0] * OPS["sigmoid"].partials(a, None)[0]
    assert sympy.simplify(slope - (a - y)) == 0


@pytest.mark.parametrize(
    "text",
    [
        "a=1/(1+exp(-z)); L=-(y*log(a)+(1-y)*log(1-a))", "a=exp(z)/(1+exp(z)); L=-(y*log(a)+(1-y)*log(1-a))",
        "a=(1+exp(-1*z))**(-1); L=-(y*log(a)+(1-y)*log(1-a))", "a=1-sigmoid(-z); L=-(y*log(a)+(1-y)*log(1-a))",
        "L=logistic_loss(z, y)", "L=log(1+exp(z))-y*z", "L=log(exp(-z)+1)+(1-y)*z", "L=logistic_loss(1*z+0, y)",
        "L=-(y*log(sigmoid(z))+(1-y)*log(1-sigmoid(z)))", "L=logistic_loss(z, 0)*(1-y)+logistic_loss(z, 1)*y",
        "L=-log(sigmoid(z))*y-log(sigmoid(-z))*(1-y)",
        "a=0.5*(1+tanh(z/2)); L=-(y*log(a)+(1-y)*log(1-a))", "a=(tanh(0.5*z)+1)/2; L=-(y*log(a)+(1-y)*log(1-a))",
        "a=sigmoid(2*(z/2)); L=-(y*log(a)+(1-y)*log(1-a))", "L=-log(0.5*(1+tanh(z/2)))*y-log(sigmoid(-z))*(1-y)",
        "a=exp(3*z)/(exp(3*z)+exp(2*z)); L=-(y*log(a)+(1-y)*log(1-a))",
    ],
)  # fmt: skip
def test_sigma_in_whatever_way_it_is_written(text):
    a = "a" if text.startswith("a") else None
    assert found_in(recorded(f"z=w*x+b; {text}")) == [("L", "z", a, "y", {"w": "x", "b": 1.0})]


@pytest.mark.parametrize(
    "text",
    [
        "a=1/(1+exp(-2*z)); L=-(y*log(a)+(1-y)*log(1-a))", "a=1/(1+exp(z)); L=-(y*log(a)+(1-y)*log(1-a))",
        "a=1/(2+exp(-z)); L=-(y*log(a)+(1-y)*log(1-a))", "a=sigmoid(z+1); L=-(y*log(a)+(1-y)*log(1-a))",
        "L=logistic_loss(2*z, y)", "L=logistic_loss(-z, y)", "L=2*logistic_loss(z, y)", "L=logistic_loss(z, y)*y",
        "L=log(1+exp(z))+y*z", "L=log(2+exp(z))-y*z", "L=log(1+exp(z))-y*z*z", "L=logistic_loss(z/2, y)*2",
        "L=logistic_loss(z-1, y)", "L=logistic_loss(1-z, y)", "L=logistic_loss(1/z, y)", "L=logistic_loss(z**1, y)",
        "L=logistic_loss(abs(z), y)", "L=logistic_loss(relu(z), y)", "L=-logistic_loss(z, y)", "L=z*z-y*z", "L=z-y",
        "L=tanh(z)-y", "L=exp(z)-y", "L=logistic_loss(2**z, y)", "L=logistic_loss(z, 1-y)", "L=logistic_loss(z, y*y)",
        "a=sigmoid(z); L=log(2*a-1)", "a=0.5*(1+tanh(z)); L=-(y*log(a)+(1-y)*log(1-a))",
        "a=0.5*(1-tanh(z/2)); L=-(y*log(a)+(1-y)*log(1-a))", "a=sigmoid(z/2); L=-(y*log(a)+(1-y)*log(1-a))",
        "a=0.5*(1+tanh(0.3*z)); L=-(y*log(a)+(1-y)*log(1-a))", "a=sigmoid(z/c*c); L=-(y*log(a)+(1-y)*log(1-a))",
    ],
)  # fmt: skip
def test_what_is_planted_there(text):
    assert found_in(recorded(f"z=w*x+b; {text}")) == []


@pytest.mark.parametrize(
    "text",
    [
        "u=exp(-z); a=1/(1+u)", "t=tanh(z/2); a=0.5*(1+t)", "m=-z; u=exp(m); a=1/(1+u)", "u=exp(z); a=u/(1+u)",
        "m=z*0.5; t=tanh(m); s=1+t; a=s/2",
    ],
)  # fmt: skip
def test_named_nodes_between_z_and_a(text):
    root = recorded(f"z=w*x+b; {text}; L=-(y*log(a)+(1-y)*log(1-a))")
    assert found_in(root) == [("L", "z", "a", "y", {"w": "x", "b": 1.0})]
    root.backward()
    z, a, y = (next(node for node in topological(root) if node.label == name) for name in "zay")
    assert z.grad == pytest.approx(a.data - y.data, rel=1e-13)
    frames = all_steps(root, detail="names")
    assert [line.formula for line in frames[-1].lines][-2:] == ["∂L/∂w = (a - y)xᵀ", "∂L/∂b = a - y"]


@pytest.mark.parametrize(
    "text",
    [
        "u=exp(z); a=1/(1+u)", "u=exp(-z); a=1/(2+u)", "t=tanh(z); a=0.5*(1+t)", "u=exp(-z); a=1/(1+u)+0*u*z",
        "u=exp(-z); v=1+u; s=1/v; r=s*1; q=r*1; a=q*1",  # which is σ(z), but too long a way to try
    ],
)  # fmt: skip
def test_named_nodes_between_them_that_are_not_a_sigmoid(text):
    assert found_in(recorded(f"z=w*x+b; {text}; L=-(y*log(a)+(1-y)*log(1-a))")) == []


def test_what_is_between_them_is_used_only_there():
    between = "z=w*x+b; u=exp(-z); a=1/(1+u); L=-(y*log(a)+(1-y)*log(1-a))"
    assert found_in(recorded(between)) != []
    assert found_in(recorded(f"{between}+u")) == found_in(recorded(f"{between}+z")) == []


def test_many_features_are_proven_together():
    """Twice as many are twice the work."""

    def calls(features):
        X = [[Value(0.01 * i + k) for k in range(2)] for i in range(features)]
        J = logistic.ManyExamples([0.01] * features, 0.1, X, [Value(1.0), Value(0.0)], loss=literal_loss).J
        shown = at_level(J, "names")[J]
        parameters = {node for node in topological(shown) if node.op is None and node.label[:1] in ("w", "b")}
        profile = cProfile.Profile()
        profile.enable()
        found = closed_forms(shown, parameters)
        profile.disable()
        assert [len(form.factors) for form in found] == [features + 1] * 2
        return sum(entry.callcount for entry in profile.getstats())

    calls(2)  # what is done only once
    assert calls(120) < 2.1 * calls(60)


def test_a_plain_label():
    for y in (0.0, 1.0, 0.25):
        assert found_in(recorded(f"z=w*x+b; L=logistic_loss(z, {y})")) == [("L", "z", None, y, {"w": "x", "b": 1.0})]


@pytest.mark.parametrize(
    "total, share",
    [
        ("J=L", 1), ("J=L+0.5*c*w**2", 1), ("J=L/3", 3), ("J=0.25*L", 4), ("M=L/2; J=M/7+w", 14), ("J=w-(c-L)/49", 49),
        ("J=2*L", 0), ("J=0.3*L", 0), ("J=-L", 0), ("J=L*c", 0), ("J=L*L", 0), ("J=L+L", 0), ("J=L-w*L", 0),
        ("J=exp(L)", 0), ("J=L/10**10", 0), ("J=L*0", 0), ("M=L+c; J=M*M+M", 0), ("J=L/c", 0),
    ],
)  # fmt: skip
def test_a_share_of_the_root(total, share):
    root = recorded(f"{SLIDES}; {total}")
    shown = at_level(root, "names")[root]
    found = closed_forms(shown, {node for node in topological(shown) if node.label in ("w", "b")})
    assert [form.share for form in found] == ([share] if share else [])
    root.backward()
    by_name = {node.label: node for node in topological(root)}
    for form in found:
        error = (by_name["a"].data - by_name["y"].data) / form.share
        assert by_name["b"].grad == pytest.approx(error, rel=1e-13)


def test_numbers_that_cannot_be_compared(symbolic):
    """A symbol as a factor may be anything: ∂J/∂L is then no share."""
    w, x, y = (Value(sympy.Symbol(name), name) for name in "wxy")
    z = w * x
    z.label = "z"
    L = logistic_loss(z, y)
    L.label = "L"
    assert found_in(L) == [("L", "z", None, "y", {"w": "x"})]
    assert found_in(L * sympy.Symbol("k")) == []


def test_between_the_factors_and_a_minus_y():
    """What is left after the two fractions are cancelled is the product of the factors, and is a − y."""
    op = at_level(root := recorded(SLIDES), "names")[root].op
    slope = lambda a, y: op.partials(None, a, y)[0] * OPS["sigmoid"].partials(a, None)[0]
    assert is_zero_everywhere(lambda a, y: multiplied_out(a, y) - (a - y), 2)
    assert is_zero_everywhere(lambda a, y: multiplied_out(a, y) - slope(a, y), 2)
    assert not is_zero_everywhere(lambda a, y: multiplied_out(y, a) - (a - y), 2)
    a, y = sympy.symbols("a y")
    assert sympy.expand(multiplied_out(a, y) - (a - y)) == 0
    assert sympy.simplify(multiplied_out(a, y) - (-y / a + (1 - y) / (1 - a)) * (a * (1 - a))) == 0


def test_other_layers_and_terms():
    two = "z1=w1*x+c; a1=sigmoid(z1); z2=w2*a1+b; a2=sigmoid(z2); L=-(y*log(a2)+(1-y)*log(1-a2))"
    assert found_in(recorded(two)) == [("L", "z2", "a2", "y", {"w2": "a1", "b": 1.0})]
    assert found_in(recorded(SLIDES + "+0.5*c*w**2")) == [("L", "z", "a", "y", {"w": "x", "b": 1.0})]
    assert found_in(recorded(SLIDES + "+z")) == []  # another path from z
    assert found_in(recorded("w*x+b")) == []


def test_many_examples_with_plain_numbers_as_data():
    X, Y = [[1.0, 2.5], [3.0, -4.0]], [1.0, 0.0]
    many = logistic.ManyExamples([0.5, -1.0], 0.1, X, Y, loss=literal_loss)
    assert found_in(many.J) == [
        (f"L{i}", f"z{i}", f"a{i}", Y[k], {"w₁": X[0][k], "w₂": X[1][k], "b": 1.0})
        for k, i in enumerate(("⁽¹⁾", "⁽²⁾"))
    ]


def test_rules_that_ask_which_number_it_is():
    """A rule of the user's own with a branch is no rational function: nothing is claimed of it, and nothing fails."""
    gate = Op("gate", "gate", lambda a: a if float(a) < 9 else 0, lambda out, a: (1 if float(a) < 9 else 0,))
    w, x, b, y = (Value(v, name) for v, name in zip((0.5, 2.0, -1.0, 1.0), "wxby"))
    assert found_in(gate(recorded(SLIDES))) == []
    for before, after in ((gate, lambda a: a), (lambda z: z, gate)):
        z = before(w * x + b)
        z.label = "z"
        a = sigmoid(z)
        a.label = "a"
        L = after(-(y * a.log() + (1 - y) * (1 - a).log()))
        assert [factors for *_, factors in found_in(L)] == ([{}] if before is gate else [])
    square = recorded(SLIDES.replace("w*x+b", "w**2"))
    assert found_in(square)[0][4] == {}


def test_it_is_what_the_walk_says():
    frames = all_steps(recorded(SLIDES), detail="names")
    closed = [line for frame in frames for line in frame.lines if line.kind == "closed"]
    assert [line.formula for line in closed] == ["∂L/∂z = a - y", "∂L/∂w = (a - y)xᵀ", "∂L/∂b = a - y"]
    values = {node.label: node.value for node in frames.nodes.values()}
    dw, db = closed_form([values["w"]], values["b"], [[values["x"]]], [values["y"]])
    for line, exact in zip(closed, (db, dw[0], db)):
        assert frames.number(line.key) == pytest.approx(exact, rel=1e-14)
    assert "(proven)" in frames[6].text
    assert frames[-1].text.startswith("Done: the gradients: ∂L/∂w = (a − y)xᵀ = (")
    assert "<msup><mi>x</mi><mrow><mi>T</mi></mrow></msup>" in frames[-1].mathematics


@pytest.mark.parametrize(
    "z, formula",
    [("w*x+b", "(a - y)xᵀ"), ("w*x1+b", "(a - y)x1"), ("2*w+b", "(a - y)·2"), ("w*(-2)+b", "(a - y)·(-2)")],
)
def test_how_the_factor_is_written(z, formula):
    frames = all_steps(recorded(SLIDES.replace("w*x+b", z)), detail="names")
    assert next(line.parts[1] for line in frames[-1].lines if line.parts[0] == "∂L/∂w") == formula
    assert frames[-1].text.count("(proven)") == 2


def test_only_what_one_path_pays_is_a_result():
    assert "(a − y)x" not in all_steps(recorded(SLIDES + "+0.5*c*w**2"), detail="names")[-1].text
    frames = all_steps(recorded(SLIDES.replace("L=", "M=") + "; L=2*M"), detail="names")
    assert not any(line.kind == "closed" for frame in frames for line in frame.lines)  # ∂L/∂z is 2(a − y)


def test_degrees_and_zeros():
    a, one = Degree(1), Degree()
    quotient = (a * a - 3) / (1 - a) + 1 / a + abs(one) * 0
    assert (quotient.above, quotient.below) > (3, 1)
    assert ((a**3).above, (a**-2).below, (a**2.0).above) == (3, 2, 2)
    assert is_zero_everywhere(lambda a, b: (a + b) ** 2 - a * a - 2 * a * b - b * b, 2)
    assert is_zero_everywhere(lambda a: 1 / (1 - a) - 1 / (1 - a), 1)
    for function in (
        lambda a: a * (a - Fraction(1, 5)) * (a - Fraction(3, 5)) * (a - Fraction(1, 7)) * (a - Fraction(1, 9)),
        lambda a: a**0.5 - a**0.5, lambda a: 2**a - 2**a, lambda a: float(a) - float(a), lambda a: a ** 30 - a**30,
        lambda a: (a - a) / (a - a), lambda a: a * 0 + "a", lambda a: 0.0 * float(1 if a else 0),
    ):  # fmt: skip
        assert not is_zero_everywhere(function, 1)
