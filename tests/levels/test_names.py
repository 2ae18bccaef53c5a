"""The graph of names: every factor compared with the engine's gradient of that piece alone and with SymPy's."""

import math
import random
from fractions import Fraction

import pytest
import sympy
from stepped import all_steps

from micrograd_lr import Expression, Op, Steps, Value, draw, exp, hessian, logistic
from micrograd_lr.engine.elementary import FUNCTIONS
from micrograd_lr.engine.node import replace_number
from micrograd_lr.engine.order import topological
from micrograd_lr.levels.names import MOST_WAYS, Composite, at_level
from micrograd_lr.logistic import literal_loss

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
EXPRESSIONS = {
    "slides": SLIDES,
    "two layers": "z1=w1*x+b1; a1=sigmoid(z1); z2=w2*a1+b2; a2=sigmoid(z2); L=-(y*log(a2)+(1-y)*log(1-a2))",
    "three layers": "h=tanh(u*x+c); k=tanh(v*h+d); z=w*k+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))",
    "softmax": "e1=exp(z1); e2=exp(z2); s=e1+e2; p=e1/s; L=-log(p)",
    "weight decay": SLIDES + "+0.5*c*w**2",
    "squared loss": "z=w*x+b; a=tanh(z); L=0.5*(a-y)**2",
    "a square": "u=x*x; L=u*u*u+x",
    "shared": "s=exp(w*x)+1; t=s*s+w; L=t*s/(t+s)+exp(w*x)",
    "wide": "s=w*x+w+x+w*b+b; L=sum([s, s*w, x, b*s*s, 2])",
    "a name inside": "ab=a*b; b_a=ab*b; L=ab*b_a+a*ab**2",
    "unnamed": "log(exp(w*x)+1)*w-x/(w*w+2)",
    "everything": "p=w*x; q=p+b; r=exp(q); s=r*r; t=s/q; L=log(t)",
}


def recorded(text, seed=0):
    expression, rng = Expression(text), random.Random(seed)
    return expression(**{name: rng.uniform(0.3, 1.7) if name != "y" else 0.25 for name in expression.names})


def pieces(text):
    """The text of every named node, by its name."""
    parts = [part.partition("=") for part in text.split(";")]
    return {name.strip() if rest else "": rest or name for name, _, rest in parts}


@pytest.mark.parametrize("text", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_each_factor_is_the_gradient_of_its_piece(text):
    root = recorded(text)
    shown = [node for node in topological(at_level(root, "names")[root]) if node.op]
    assert [node.label for node in shown] == [*pieces(text)]
    for node, piece in zip(shown, pieces(text).values()):
        alone = Expression(piece)(**{x.label: x.data for x in node.nodes})
        alone.backward()
        expected = {x.label: x.grad for x in topological(alone) if x.op is None}
        assert alone.data == node.data
        found = {}
        for x, partial in zip(node.operands, node.partials):
            found[x.label] = found.get(x.label, 0) + partial
        assert found == pytest.approx(expected, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("text", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_each_factor_is_that_of_sympy(text, symbolic):
    root = recorded(text)
    functions = {name: getattr(sympy, name) for name in FUNCTIONS if hasattr(sympy, name)}
    functions |= {"sigmoid": lambda z: 1 / (1 + sympy.exp(-z)), "sum": sum}
    for node, piece in zip((n for n in topological(at_level(root, "names")[root]) if n.op), pieces(text).values()):
        symbols = {x.label: sympy.Symbol(x.label, positive=True) for x in node.nodes}
        value = sympy.nsimplify(eval(piece, functions | symbols))
        by_name = dict.fromkeys(symbols, 0)
        for x, partial in zip(node.operands, node.op.partials(value, *(symbols[x.label] for x in node.operands))):
            by_name[x.label] += partial
        for name, partial in by_name.items():
            difference = sympy.nsimplify(partial) - sympy.diff(value, symbols[name])
            assert sympy.simplify(difference.rewrite(sympy.exp)) == 0


@pytest.mark.parametrize("text", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_the_sum_over_paths_is_the_gradient(text):
    root = recorded(text)
    root.backward()
    frames = all_steps(root, detail="names")
    found = {frames.nodes[id].label: grad for id, grad in frames[-1].gradients.items()}
    expected = {x.label: x.grad for x in topological(root)[:-1] if x.op is None or x.label}
    assert found == pytest.approx(expected | {root.label or "L": 1.0}, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("text", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_the_ways_inside_of_a_node_add_up_to_its_partial(text):
    root = recorded(text)
    nodes = [node for node in topological(at_level(root, "names")[root]) if isinstance(node.op, Composite)]
    for node in nodes:
        for ways, partial in zip(node.op.ways(node.data, *node.numbers), node.partials):
            assert 1 <= len(ways) <= MOST_WAYS
            assert sum(map(math.prod, ways)) == pytest.approx(partial, rel=1e-13)


def test_the_ways_of_the_slides_loss_and_others():
    inside = all_steps(recorded(SLIDES), detail="names").root
    assert [way.formula for way in inside.ways[0]] == ["-y/a", "(1 - y)/(1 - a)"]
    assert inside.ways[0][1].factors == ("-1", "1 - y", "1/(1 - a)", "-1")
    assert inside.ways[0][1].expressions == ("-1", "1 - v5", "1/(1 - v4)", "-1")
    assert all_steps(recorded("u=w*w*w*w*w*w*w*w; u*u"), detail="names").nodes["n1"].ways == ((),)  # there are too many
    assert all_steps(recorded("u=w*x; u*u")).root.ways == ()  # a single op
    own = Op("own", "own", math.sqrt, lambda out, a: (0.5 / math.sqrt(a),), listed=False)
    w = Value(2.0, "w")
    (u := own(w * w)).label = "u"
    assert all_steps(u * u, detail="names").nodes["n1"].ways == ()  # a rule for numbers only


def test_a_wrong_rule_would_be_seen(monkeypatch):
    from micrograd_lr import OPS

    monkeypatch.setattr(OPS["log"], "partials", lambda out, a: (2 / a,))
    twin = at_level(root := recorded(SLIDES), "names")[root]
    y, a = 0.25, twin.nodes[0].data
    assert twin.partials[0] != pytest.approx(-y / a + (1 - y) / (1 - a), rel=1e-3)


def test_the_slides_factors_to_the_letter():
    formulas = {}
    for frame in all_steps(recorded(SLIDES), detail="names"):
        formulas |= {line.parts[0]: line.parts[1] for line in frame.lines if line.kind in ("local", "value")}
    assert formulas["∂L/∂a"] == "-y/a + (1 - y)/(1 - a)"
    assert formulas["∂a/∂z"] == "a(1 - a)"
    assert (formulas["∂z/∂w"], formulas["z"], formulas["a"]) == ("x", "wx + b", "σ(z)")


def test_nine_moves_and_more_where_a_node_is_opened():
    root = recorded(SLIDES)
    assert [frame.kind for frame in all_steps(root, detail="names")] == (
        ["inputs", *["forward"] * 3, "seed", *["backward"] * 3, "gradients"]
    )
    assert len(all_steps(root, detail="names", opened="z")) == 11
    assert len(all_steps(root, detail="names", opened=["z", "L"])) == len(all_steps(root)) == 25
    assert [node.label for node in all_steps(root, detail="names", opened="z").nodes.values() if node.op] == [
        "", "z", "a", "L",
    ]  # fmt: skip


def test_a_picture_shows_the_state_of_the_graph():
    root = recorded(SLIDES)
    assert "∂L/∂z = –" in draw(root, detail="names").text
    root.backward()
    picture = draw(root, detail="names", partials="formula", highlight="z")
    assert picture.notes == []
    assert "[−y/a + (1 − y)/(1 − a)] a = σ(z)" in picture.text
    z = next(node for node in topological(root) if node.label == "z")
    assert draw(root, detail="names", highlight=z).source == draw(root, detail="names", highlight="z").source
    with pytest.raises(ValueError, match=r"^highlight: there is no box for .* in the picture; there are "):
        draw(root, detail="names", highlight=root.nodes[0])
    leaf = next(node for node in topological(root) if node.label == "w")
    leaf.data = 9.0
    assert draw(root, detail="names").notes == [
        "w changed after this was recorded: the other numbers were computed before"
    ]
    with pytest.raises(ValueError, match=r"w was .* when this was recorded, and is 9.0 now"):
        all_steps(root, detail="names")


def test_names_that_are_not_there():
    root = recorded(SLIDES)
    with pytest.raises(ValueError, match=r"^opened='q': no computed node has this name. There are: z, a, L.$"):
        all_steps(root, opened="q")
    with pytest.raises(ValueError, match=r"^opened='w': no computed node has this name. There are: L.$"):
        all_steps(recorded("w*x+b"), detail="names", opened="w")
    with pytest.raises(ValueError, match=r"^opened='': no computed node has this name. There are: none.$"):
        at_level(recorded("w*x+b"), "names", [""])
    with pytest.raises(ValueError, match=r"^detail='all' is not known. Choose one of: names, ops.$"):
        all_steps(root, detail="all")


def test_a_single_leaf_and_other_numbers():
    leaf = Value(2.0, "w")
    assert at_level(leaf, "names")[leaf].data == 2.0
    w = Value(Fraction(1, 3), "w")
    z = w * w + Fraction(1, 2)
    z.label = "z"
    assert at_level(L := z * z * z, "names")[L].partials == (3 * z.data**2,)


def test_an_opened_node_shows_its_ops_as_they_were_recorded():
    root = recorded("z=x*x; L=z*z+z")
    frames = all_steps(root, detail="names", opened="z")
    assert [(node.op, node.operands) for node in frames.nodes.values() if node.op] == [
        ("mul", ("n0", "n0")), ("inside L", ("n1",))
    ]  # fmt: skip
    assert [node.op for node in all_steps(root, detail="names").nodes.values() if node.op] == ["inside z", "inside L"]
    assert all_steps(root, detail="names", opened=["z", "L"]) == all_steps(root)


def test_what_was_recorded_on_another_machine_is_taken_as_it_is():
    w = Value(0.7, "w")
    e = exp(w)
    replace_number(e, e.data * (1 + 1e-9))  # as if exp was rounded otherwise there, only more so
    z = e * e + w
    z.label = "z"
    root = z * 2.0
    root.backward()
    frames = all_steps(root, detail="names")
    assert frames[-1].gradients["n0"] == w.grad
    assert frames.nodes["n1"].partials == (pytest.approx(2 * (z.data - w.data) + 1, rel=1e-15),)
    op = at_level(root, "names")[z].op
    assert op.partials(z.data, 0.7 + 1e-16)[0] == pytest.approx(2 * math.exp(1.4) + 1, rel=1e-15)


def test_a_graph_of_names_is_differentiated_again():
    """The op of a named node takes nodes as well: second derivatives, through what lies inside."""
    op = at_level(root := recorded(SLIDES), "names")[root].op
    a, y = 0.3, 0.25
    assert hessian(lambda a: op(a, y), a)[0][0] == pytest.approx(y / a**2 + (1 - y) / (1 - a) ** 2, rel=1e-14)


@pytest.mark.slow
def test_two_thousand_names():
    node = Value(0.5, "w")
    for i in range(2000):
        node = (node * 0.999 + 0.001).tanh()
        node.label = f"h{i}"
    node.backward()
    frames = all_steps(node, detail="names")
    assert len(frames) == 2 * 2000 + 3
    assert frames[-1].gradients["n0"] == pytest.approx(topological(node)[0].grad, rel=1e-11)


def test_many_examples():
    many = logistic.ManyExamples([0.5, -1.0], 0.1, [[1.0, 2.0], [3.0, -4.0]], [1.0, 0.0], loss=literal_loss)
    many.backward()
    frames = all_steps(many.J, detail="names")
    assert [node.label for node in frames.nodes.values() if node.op] == (
        ["z⁽¹⁾", "a⁽¹⁾", "L⁽¹⁾", "z⁽²⁾", "a⁽²⁾", "L⁽²⁾", "J"]
    )
    assert frames[-1].gradients["n0"] == pytest.approx(many.w[0].grad, rel=1e-14)


def test_where_each_name_is_one_op_both_levels_are_the_same():
    root = recorded("p=w*x; a=sigmoid(p); L=-a")
    frames = all_steps(root, detail="names")
    assert frames == all_steps(root)
    assert Steps.from_json(frames.to_json()) == frames


def test_names_of_ops_as_names_of_nodes():
    root = recorded("add=w*x+b; mul=sigmoid(add)*add; mul**2")
    frames = all_steps(root, detail="names")
    assert [node.op for node in frames.nodes.values() if node.op] == ["inside add", "inside mul", "pow"]
    root.backward()
    assert frames[-1].gradients["n0"] == pytest.approx(topological(root)[0].grad, rel=1e-14)


def test_only_what_leads_to_a_parameter_is_paid():
    root = recorded(SLIDES)
    for detail in ("names", "ops"):
        everything, wanted = all_steps(root, detail=detail), all_steps(root, detail=detail, gradients="parameters")
        found = {everything.nodes[id].label: grad for id, grad in wanted[-1].gradients.items()}
        assert {"w", "b", "z", "a", "L"} <= found.keys()
        assert not {"x", "y"} & found.keys()
        assert everything[-1].gradients.items() >= wanted[-1].gradients.items()
    with pytest.raises(ValueError, match=r"^gradients='some' is not known. Choose one of: all, parameters.$"):
        all_steps(root, gradients="some")


def test_a_picture_of_names_shows_the_gradients_of_parameters():
    root = recorded(SLIDES)
    root.backward()
    text = draw(root, detail="names", partials="formula").text
    assert ("│     ├─ x (data): " in text, "└─ y (data): 0.25" in text, "∂L/∂x" in text) == (True, True, False)
    assert "∂L/∂x" in draw(root, detail="names", gradients=True).text
    assert "∂L/∂x" not in draw(root, gradients="parameters").text
    assert "∂" not in draw(root, detail="names", gradients=False).text
    data_alone = draw(recorded("z=x*y; z**2"), detail="names").text
    assert data_alone.count("∂L/∂") == 4
    with pytest.raises(ValueError, match=r"^gradients='some' is not known. Choose one of: True, False, 'parameters'.$"):
        draw(root, gradients="some")
