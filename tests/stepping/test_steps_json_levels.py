"""The JSON of steps at the level of names, with a name opened, and with the gradients of parameters alone."""

import json
import math
import random
from fractions import Fraction
from pathlib import Path

import pytest
from stepped import all_steps
from test_steps_json import at, places

from micrograd_lr import Expression, Steps, Value, logistic, sigmoid
from micrograd_lr.logistic import literal_loss
from micrograd_lr.stepping import steps_json

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"
EXPRESSIONS = {
    "slides": (SLIDES, "L"),
    "two layers": ("z1=w1*x+b1; a1=sigmoid(z1); z2=w2*a1+b2; a2=sigmoid(z2); L=-(y*log(a2)+(1-y)*log(1-a2))", "z1"),
    "three layers": ("h=tanh(u*x+c); k=tanh(v*h+d); z=w*k+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))", "k"),
    "softmax": ("e1=exp(z1); e2=exp(z2); s=e1+e2; p=e1/s; L=-log(p)", "p"),
    "weight decay": (SLIDES + "+0.5*c*w**2", "L"),
    "squared loss": ("z=w*x+b; a=tanh(z); L=0.5*(a-y)**2", "L"),
    "a square": ("u=x*x; L=u*u*u+x", "u"),
    "shared": ("s=exp(w*x)+1; t=s*s+w; L=t*s/(t+s)+exp(w*x)", "t"),
    "wide": ("s=w*x+w+x+w*b+b; L=sum([s, s*w, x, b*s*s, 2])", "s"),
    "one op": ("z=logistic_loss(dot([w, v], [x, 2]), y); J=z+w**2", "J"),
    "no root": ("z=w*x; a=sigmoid(z); a*log(a)-z", "L"),
    "no name": ("log(exp(w*x)+1)*w-x/(w*w+2)", "L"),
    "data alone": ("z=x*y+1; z**2", "z"),
}


def recorded(text, seed=0):
    expression, rng = Expression(text), random.Random(seed)
    return expression(**{name: rng.uniform(0.3, 1.7) if name != "y" else 0.25 for name in expression.names})


def levels(name):
    for level in {"detail": "names"}, {"detail": "names", "opened": name}, {"detail": "ops"}:
        for gradients in "all", "parameters":
            yield level | {"gradients": gradients}


def check_round_trip(frames):
    text = frames.to_json()
    again = Steps.from_json(text)
    assert again == frames
    assert again.closed == frames.closed
    assert again.to_json() == text
    assert [frame.text for frame in again] == [frame.text for frame in frames]
    assert [frame.formula for frame in again] == [frame.formula for frame in frames]


@pytest.mark.slow
@pytest.mark.parametrize(("text", "name"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_what_is_written_comes_back_equal(text, name):
    root = recorded(text)
    for level in levels(name):
        check_round_trip(all_steps(root, **level, digits=6))


def test_exact_numbers_many_examples_and_the_users_names():
    w, x = Value(Fraction(1, 3), "w"), Value(Fraction(-2, 7), "x")
    z = w * x * 3 + w / x
    z.label = "z"
    check_round_trip(all_steps((z - Fraction(5, 2)) ** 3 * z, detail="names"))
    X, Y = [[1.0, 2.0], [3.0, -4.0]], [1.0, 0.0]
    many = logistic.ManyExamples([0.5, -1.0], 0.1, X, Y, loss=literal_loss)
    for opened in ((), "example 2", ("example 1", "a⁽²⁾"), "examples"):
        check_round_trip(all_steps(many.J, detail="names", gradients="parameters", opened=opened))
    p, feature = Value(0.5), Value(2.0)
    q = sigmoid(p * feature + 1.0)
    frames = all_steps(q * q, detail="names", gradients="parameters", data="feature", names=locals())
    check_round_trip(frames)
    assert [node.label for node in frames.nodes.values()] == ["p", "feature", "q", "L"]


def test_the_proven_forms_come_back():
    frames = Steps.from_json(all_steps(recorded(SLIDES), detail="names", gradients="parameters").to_json())
    assert frames[-1].formula == "∂L/∂w = (a − y)xᵀ; ∂L/∂b = a − y"
    assert [line.kind for line in frames[-1].lines] == ["closed", "closed"]


def test_steps_stay_what_they_were_when_their_graph_changes():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    z = w * x + 1.0
    z.label = "z"
    frames = all_steps(z * z, detail="names")
    text = frames.to_json()
    w.data, z.label = 5.0, "later"
    assert frames.to_json() == text


# Nothing of the text is taken on trust


def others(part):
    """Some values that stand for another number, formula, name or id than this one."""
    if isinstance(part, (int, float)):
        return [part + 1, -part or 1, math.nextafter(part, math.inf), True, str(part)]
    ids = [part[:-1] + digit for digit in "012" if part[-1:].isdigit() and part[-1] != digit]
    return [*ids, f"{part}x", part[1:] if part else "y", part.replace("a", "z") if "a" in part else 5]


def tampered(text):
    """Every text with one part changed, and the place of the change."""
    parts = json.loads(text)
    for place in [*places(parts)]:
        *path, key = place
        within = at(parts, path)
        part = within[key]
        if not isinstance(part, (dict, list)) and place != ("digits",):
            for other in others(part):
                if not steps_json.same(other, part):
                    within[key] = other
                    yield place, json.dumps(parts)
            within[key] = part


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "level"),
    [
        (SLIDES, {"gradients": "parameters"}),
        ("z=w*x*x; z*z+y", {"opened": "z"}),
        ("z=w*x; a=sigmoid(z); 2*log(1-a)", {}),
        ("z=w*x; sigmoid(z)*x", {"detail": "ops", "gradients": "parameters"}),
    ],
)
def test_every_single_change_is_refused(text, level):
    frames = all_steps(recorded(text), **{"detail": "names"} | level)
    assert frames == Steps.from_json(frames.to_json())
    changes = [*tampered(frames.to_json())]
    accepted = [place for place, changed in changes if is_read(changed)]
    assert accepted == [("format",)]  # the second format has the same parts
    assert len(changes) > 300
    assert {place[0] for place, _ in changes} >= {"nodes", "payments", "detail", "gradients", "format"}


def is_read(text):
    try:
        Steps.from_json(text)
    except ValueError as error:
        assert str(error).startswith("this is not the JSON of steps: ")
        return False
    return True


@pytest.mark.parametrize(
    ("place", "part", "message"),
    [
        ("detail", "all", "detail is 'all'; expected one of names, ops"),
        ("detail", [], r"detail is \[\]; expected one of names, ops"),
        ("detail", "ops", r"nodes\[3\].op is 'inside z'; expected one of add, "),
        ("gradients", "all", r"payments\[1\].payer is 'n4'; expected 'n6'"),
        ("gradients", "some", "gradients is 'some'; expected one of all, parameters"),
        ("opened", None, "opened is None; expected a list"),
        ("opened", ["w"], r"opened\[0\] is 'w'; expected the name of a computed node"),
        ("opened", [["z"]], r"opened\[0\] is \['z'\]; expected the name of a computed node"),
        ("opened", ["z", "a"], r"opened\[0\] is 'z'; expected 'a'"),
        ("opened", ["z", "z"], "opened has 2 entries; expected 1"),
        ("opened", ["z"], r"nodes\[2\].kind is 'parameter'; expected 'op'"),
        ("closed", [], "closed has 0 entries; expected more"),
        ("closed 0 a", "n3", r"closed\[0\].a is 'n3'; expected 'n4'"),
        ("closed 0 y", 0.25, r"closed\[0\].y is 0.25; expected 'n5'"),
        ("closed 0 factors n0", 1, r"closed\[0\].factors.n0 is 1; expected 'n1'"),
        ("closed 0 factors more", 1, r"closed\[0\].factors has an unknown entry 'more'"),
        ("ops", [], r"ops is \[\]; expected at least one node"),
        ("ops 0 kind", "parameter", r"nodes\[5\].kind is 'data'; expected 'parameter'"),
        ("ops 5 value", 2.0, r"ops\[5\].value is 2.0; expected "),
        ("ops 5 formula", "wx", r"ops\[5\].formula is 'wx'; expected 'wx \+ b'"),
        ("nodes 4 partials 0", 2.0, r"nodes\[4\].partials\[0\] is 2.0; expected "),
        ("nodes 3 op", "add", r"nodes\[3\].op is 'add'; expected 'inside z'"),
        ("payments", [], "payments has 0 entries; expected more"),
        ("nodes 6 slopes 0", "1", r"nodes\[6\].slopes\[0\] is '1'; expected '-y/a \+ "),
        ("payments 3 total", 2.0, r"payments\[3\].total is 2.0; expected "),
    ],
)
def test_the_error_names_the_place(place, part, message):
    parts = json.loads(all_steps(recorded(SLIDES), detail="names", gradients="parameters").to_json())
    *path, key = (int(x) if x.isdigit() else x for x in place.split())
    at(parts, path)[key] = part
    with pytest.raises(ValueError, match=rf"^this is not the JSON of steps: {message}"):
        Steps.from_json(json.dumps(parts))


def test_the_ops_of_ops_are_not_written_twice():
    parts = json.loads(all_steps(recorded(SLIDES)).to_json())
    assert parts["ops"] == []
    with pytest.raises(ValueError, match="ops has 15 entries; expected 0"):
        Steps.from_json(json.dumps(parts | {"ops": parts["nodes"]}))


def long_inside():
    w = Value(Fraction(1, 2), "w")
    z = w * Fraction(3, 10**300 + 1) * (10**300 + Fraction(1))
    for k in range(60):
        z = z * Fraction(10**400 + 2 * k + 1, 3) * Fraction(3, 10**400 + 2 * k + 1)
    z.label = "z"
    return z * z


def test_partials_that_would_take_long_to_multiply(monkeypatch):
    message = (
        "z is too long for the JSON of steps: the partials inside of it have more than 1000 digits together. Open it"
    )
    frames = all_steps(long_inside(), detail="names")
    with pytest.raises(ValueError, match=rf"^{message}\.$"):
        frames.to_json()
    check_round_trip(all_steps(long_inside(), detail="names", opened="z"))
    with monkeypatch.context() as patched:
        patched.setattr(steps_json, "_refuse_long_insides", lambda level: None)
        text = frames.to_json()
    with pytest.raises(ValueError, match=rf"^this is not the JSON of steps: {message}\. Give the text"):
        Steps.from_json(text)


# The first format


def test_a_text_of_the_first_format_is_read():
    """It has the graph of all ops and no level; a root without a name is called by its formula or a letter."""
    text = (Path(__file__).parent / "steps_of_the_first_format.json").read_text("utf-8")
    frames = Steps.from_json(text)
    now = all_steps(Expression("a=sigmoid(w*x); log(a)*(1 - a)/(w*w + 0.25)")(w=0.5, x=-2.0), digits=6)
    assert json.loads(text)["format"] == "micrograd_lr steps 1"
    assert [frame.values for frame in frames] == [frame.values for frame in now]
    assert [frame.gradients for frame in frames] == [frame.gradients for frame in now]
    assert (frames.root.name, frames.level.detail, frames.digits) == ("u", "ops", 6)
    check_round_trip(frames)
    parts = json.loads(text)
    for changed in (parts | {"detail": "ops"}, parts | {"digits": 4.5}, parts | {"payments": parts["payments"][1:]}):
        assert not is_read(json.dumps(changed))
    parts["payments"][3]["total"] += 1
    assert not is_read(json.dumps(parts))


def test_a_text_of_the_second_format_is_read():
    """Its names and formulas were written otherwise; a node with a long formula was called by its id."""
    frames = all_steps(recorded(SLIDES), gradients="parameters")
    parts = json.loads(frames.to_json()) | {"format": "micrograd_lr steps 2"}
    long = next(node for node in parts["nodes"] if node["name"] == "u")
    long["name"] = long["id"]
    assert Steps.from_json(json.dumps(parts)) == frames
    assert not is_read(json.dumps(parts | {"format": "micrograd_lr steps 3"}))
    for nodes in ([1, *parts["nodes"][1:]], [{**parts["nodes"][0], "value": 7.5}, *parts["nodes"][1:]]):
        assert not is_read(json.dumps(parts | {"nodes": nodes}))
    of_names = json.loads(all_steps(recorded(SLIDES), detail="names").to_json()) | {"format": "micrograd_lr steps 2"}
    assert is_read(json.dumps(of_names))
    assert not is_read(json.dumps(of_names | {"nodes": [1, *of_names["nodes"][1:]]}))
