"""Steps to JSON and back: what was written comes back equal, and any other text is refused, at once and by name."""

import copy
import json
import math
import os
import random
import subprocess
import sys
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy
from stepped import all_steps

from micrograd_lr import OPS, Expression, Op, Steps, Value, dot, exp, log, logistic_loss, sigmoid, tanh
from micrograd_lr.engine.functions import sum as total
from micrograd_lr.stepping.questions import questions

SLIDES = "z=w*x+b; a=sigmoid(z); L=-(y*log(a)+(1-y)*log(1-a))"


def fractions():
    w, x = Value(Fraction(1, 3), "w"), Value(Fraction(-2, 7), "x")
    return (w * x + w / x) ** 3 * 2 + 5 * w + sigmoid(w * x) + 2**w


def decimals():
    w, x = Value(Decimal("0.3"), "w"), Value(Decimal("-1.75"), "x")
    return log(exp(w * x) + 0.5) * w - 3 * x + w**2


def many_examples():
    w = [Value(0.1 * i, f"w{i}") for i in range(3)]
    return total([logistic_loss(dot(w, [float(i), -0.5, float(i * i)]), float(i % 2)) for i in range(4)])


def functions():
    x, e = Value(1.7, "x₁"), Value(0.3, "mean radius")
    return x**e + 2**x + x**-3 + tanh(x / e).relu() + logistic_loss(x, 0.3) + logistic_loss(x, Value(0.6, "y"))


GRAPHS = {
    "slides": lambda: Expression(SLIDES)(w=0.5, x=2.0, b=-1.5, y=1.0),
    "fractions": fractions,
    "decimals": decimals,
    "many_examples": many_examples,
    "functions": functions,
    "infinity": lambda: Value(math.inf, "p") * 2.0 + Value(-math.inf, "q") * 3,
    "nan": lambda: Value(math.nan, "p") * 2.0 + Value(1.5, "q"),
    "no_decimal": lambda: Value(Decimal("NaN"), "p") * 2 + Value(Decimal("-Infinity"), "q"),
    "zero": lambda: (x := Value(-0.0, "x")) * x,
    "wide": lambda: total([Value(float(i), f"t{i}") for i in range(20)]),
    "reused": lambda: (x := Value(3.0, "x")) * x + x,
    "leaf": lambda: Value(2.0, "w"),
    "nameless": lambda: Value(Fraction(2, 3)) * Value(Fraction(1, 2)),
    "cleaned": lambda: Value(2.0, " a ⟦ b\ud800\n") * Value(3.0, "⟦"),
}


def read_through(frames):
    for frame in frames:
        assert frame.text.startswith(frame.lead)
        assert all(isinstance(x, str) for x in (frame.numbers, frame.formula, frame.mathematics, repr(frame)))
        assert frame.gradients.keys() <= frames.nodes.keys() >= frame.values.keys()
        assert all(question.prompt for question in questions(frame))
        assert all(payment.operand == "n0" for payment in frame.ledger("n0"))
    assert f"{len(frames)} steps" in str(frames) == repr(frames)
    assert isinstance(hash(frames), int)


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_what_is_written_comes_back_equal(graph):
    frames = all_steps(graph(), data=("x", "y", "t"), digits=7)
    again = Steps.from_json(frames.to_json())
    assert again == frames
    assert again.to_json() == frames.to_json()
    assert [frame.text for frame in again] == [frame.text for frame in frames]
    assert [type(node.value) for node in again.nodes.values()] == [type(node.value) for node in frames.nodes.values()]
    read_through(again)


def test_what_is_compared():
    frames = all_steps(GRAPHS["slides"]())
    assert json.loads(frames.to_json())["format"] == "micrograd_lr steps 3"
    assert hash(Steps.from_json(frames.to_json())) == hash(frames)
    assert frames != "steps"
    assert frames != all_steps(GRAPHS["slides"](), digits=5)
    assert all_steps(GRAPHS["nan"]()) == all_steps(GRAPHS["nan"]()) != all_steps(GRAPHS["infinity"]())


def test_a_text_that_was_laid_out_anew_is_read():
    text = all_steps(GRAPHS["slides"]()).to_json()
    parts = json.loads(text)
    assert Steps.from_json(json.dumps(parts, indent=2, sort_keys=True, ensure_ascii=False)).to_json() == text
    assert Steps.from_json(text.replace(": 1.0,", ": 1,")).to_json() == text  # what JavaScript makes of it


# Mutations

NUMBERS = [
    10**20, -1, 0, 1, True, None, 1.5, -0.0, 1e308, 1e-320, 10**400,
    *({"type": kind, "text": text} for kind in ("Fraction", "Decimal", "float", "Symbol")
      for text in ("1e30000000", "1/3", "2/6", "1/0", "1E+999999999", "0.5", "nan", "-inf", "9" * 5000, "")),
]  # fmt: skip
OTHERS = [
    "", [], {}, "n0", "n1", "n99", [[[[]]]], "⟦v0⟧", "⟦v99⟧", "⟦(p3.0)⟧", "\ud800", "a" * 1000, "data", "op", *OPS
]  # fmt: skip
CHARACTERS = '0123456789"{}[],:.e+-tfn\\ '


def places(x, path=()):
    for key in x if isinstance(x, dict) else range(len(x)) if isinstance(x, list) else ():
        yield (*path, key)
        yield from places(x[key], (*path, key))


def at(x, path):
    for key in path:
        x = x[key]
    return x


def with_other_characters(text, rng):
    i, n = rng.randrange(len(text)), rng.choice([1, 1, 2, 40])
    new = "".join(rng.choices(CHARACTERS, k=rng.choice([0, 1, 1, n])))
    return rng.choice([text[:i], text[:i] + new + text[i + n :], text[:i] + new + text[i:]])


def with_another_digit(text, rng):
    i = rng.choice([i for i, character in enumerate(text) if character.isdigit()])
    return text[:i] + rng.choice("0123456789") + text[i + 1 :]


def with_a_key_twice(text, rng):
    i = rng.choice([i for i, character in enumerate(text) if character == "{"])
    return f'{text[: i + 1]}"{rng.choice(["id", "value", "type", "total", "format"])}": 1, {text[i + 1 :]}'


def with_other_parts(text, rng):
    parts = json.loads(text)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        paths = [*places(parts)]
        *path, key = rng.choice(paths)
        change(at(parts, path), key, at(parts, rng.choice(paths)), rng)
    return json.dumps(parts)


def change(within, key, other, rng):
    part = within[key]
    match rng.randrange(9):
        case 0 if len(within) > 1:
            del within[key]
        case 1 | 2:
            within[key] = rng.choice(NUMBERS + OTHERS)
        case 3 | 4:
            within[key] = copy.deepcopy(other)
        case 5:
            within[key] = rng.choice([[part], {"type": part, "text": part}, {key: part}])
        case 6 if isinstance(part, list):
            rng.shuffle(part)
        case 7 if isinstance(part, (int, float)):
            within[key] = rng.choice([part + 1, -part, 2 * part, str(part), bool(part), math.nextafter(part, 9e99)])
        case 8 if isinstance(part, str):
            within[key] = rng.choice([f"{part}x", part[1:], part.upper(), f" {part}", f"-{part}", "n" + part[2:]])
        case _ if isinstance(within, list):
            within.insert(0, part)
        case _:
            within[rng.choice(["more", "value"])] = part


MUTATIONS = [with_other_characters, with_another_digit, with_a_key_twice, *[with_other_parts] * 4]


@pytest.mark.slow
@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
@pytest.mark.parametrize("detail", ["ops", "names"])
def test_every_mutated_text_is_refused_or_says_what_its_steps_say(graph, detail):
    text = all_steps(graph(), detail=detail).to_json()
    rng = random.Random(text)
    refused = 0
    for _ in range(100):
        mutated = rng.choice(MUTATIONS)(text, rng)
        try:
            frames = Steps.from_json(mutated)
        except ValueError as error:
            refused += 1
            assert str(error).startswith("this is not the JSON of steps: ")
            assert str(error).endswith(". Give the text that Steps.to_json() wrote.")
            assert len(str(error)) < 700
        else:
            assert json.loads(frames.to_json()) == json.loads(mutated)
            read_through(frames)
    assert refused > 50


@pytest.mark.parametrize(
    ("place", "part", "message"),
    [
        ("payments 3 operand", "n99", r"payments\[3\].operand is 'n99'; expected 'n9'"),
        ("payments 3 position", True, r"payments\[3\].position is True; expected 0"),
        ("payments 3 path", 2, r"payments\[3\].path is 2; expected 1"),
        ("payments 3 upstream", 0.5, r"payments\[3\].upstream is 0.5; expected -1.0"),
        ("payments 3 total", 0.5, r"payments\[3\].total is 0.5; expected 0.474\d+"),
        ("payments 3", {}, r"payments\[3\] has no entry 'payer'"),
        ("payments", [], r"payments has 0 entries; expected more"),
        ("payments", None, r"payments is None; expected a list"),
        ("nodes", [], r"nodes is \[\]; expected at least one node"),
        ("nodes 0", 5, r"nodes\[0\] is 5; expected an object with id, kind, label, name, op, operands, value, .*"),
        ("nodes 0 more", 5, r"nodes\[0\] has an unknown entry 'more'"),
        ("nodes 0 id", "n1", r"nodes\[0\].id is 'n1'; expected 'n0'"),
        ("nodes 0 kind", "op", r"nodes\[0\].kind is 'op'; expected 'parameter' or 'data'"),
        ("nodes 0 label", 5, r"nodes\[0\].label is 5; expected a text"),
        ("nodes 0 label", " y", r"nodes\[0\].label is ' y'; expected 'y'"),
        ("nodes 0 label", "v", r"nodes\[0\].name is 'y'; expected 'v'"),
        ("nodes 0 value", True, r"nodes\[0\].value is True; expected a float, int, Fraction or Decimal of at most .*"),
        ("nodes 0 value", {"type": "Fraction", "text": "a half"}, r"nodes\[0\].value is {.*}; expected a float, .*"),
        ("nodes 0 value", 10**400, r"nodes\[0\].value cannot be computed \(OverflowError: .*\)"),
        ("nodes 3 value", 2.0, r"nodes\[3\].value is 2.0; expected 1.0"),
        ("nodes 3 op", "sine", r"nodes\[3\].op is 'sine'; expected one of add, .*\. Add a row .* first: Op\(...\)"),
        ("nodes 3 op", "log", r"nodes\[3\] cannot be computed \(TypeError: .*\)"),
        ("nodes 3 operands 0", "n4", r"nodes\[3\].operands\[0\] is 'n4'; expected the id of an earlier node"),
        ("nodes 3 operands", [2, 3], r"nodes\[3\].operands is \[2, 3\]; expected at least one id of a node"),
        ("nodes 3 slope_templates 0", "⟦v99⟧", r"nodes\[3\].slope_templates\[0\] is '⟦v99⟧'; expected '⟦v2⟧'"),
        ("digits", 10**20, r"digits=100000000000000000000: significant digits are a whole number from 1 to 17"),
        ("digits", 4.0, r"digits is 4.0; expected a whole number from 1 to 17"),
        ("format", "more", r"format is 'more'; expected 'micrograd_lr steps 3'"),
        ("more", 1, r"the text has an unknown entry 'more'"),
    ],
)  # fmt: skip
def test_the_error_names_the_place(place, part, message):
    parts = json.loads(all_steps(GRAPHS["slides"]()).to_json())
    *path, key = (int(x) if x.isdigit() else x for x in place.split())
    at(parts, path)[key] = part
    with pytest.raises(ValueError, match=rf"^this is not the JSON of steps: {message}\. Give the text that Steps"):
        Steps.from_json(json.dumps(parts))


def test_the_nodes_have_their_order():
    parts = json.loads(all_steps(Value(2.0, "w") * Value(2.0, "x")).to_json())
    for operands in ["n1", "n0"], ["n1", "n1"], ["n1", 2.0]:
        parts["nodes"][2]["operands"] = operands
        with pytest.raises(ValueError, match=r"nodes\[0\] is out of place: operands come before their users"):
            Steps.from_json(json.dumps(parts))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value: line 1"),
        ("{}", "the text has no entry 'format'"),
        ("[]", r"the text is \[\]; expected an object with format, digits, nodes, payments"),
        ("nothing", "Expecting value: line 1"),
        ("[" * 100_000, "RecursionError: "),
        ('{"format": NaN}', "NaN is not a number in JSON; to_json.. writes it as a text"),
        ('{"format": 1, "format": 1}', "an object has one of its keys twice: format, format"),
        ("9" * 5000, "Exceeds the limit .4300"),
    ],
)
def test_other_texts_are_refused(text, message):
    with pytest.raises(ValueError, match=f"^this is not the JSON of steps: {message}"):
        Steps.from_json(text)


@pytest.mark.parametrize("given", [None, b"{}", {}, 5])
def test_what_is_not_a_text_is_refused(given):
    with pytest.raises(TypeError, match=r"Steps.from_json\(text\) reads the text that Steps.to_json\(\) .*, not .*\("):
        Steps.from_json(given)


# Numbers that would cost time


def text_of(nodes, payments=()):
    """A text whose nodes are (op, operands, value), of leaves (value,); whatever else it says is wrong."""
    blank = {"name": "", "formula": "", "template": "", "slopes": [], "slope_templates": []}
    parts = [
        blank
        | {"id": f"n{i}", "label": f"v{i}", "kind": "op", "op": op[0] if op else "", "value": value, "partials": []}
        | {"kind": "op" if op else "data", "operands": op[1] if op else []}
        for i, (*op, value) in enumerate(nodes)
    ]
    return json.dumps({"format": "micrograd_lr steps 1", "digits": 4, "nodes": parts, "payments": [*payments]})


def fraction(over, under=1):
    return {"type": "Fraction", "text": f"{over}/{under}"}


COPRIME = [(fraction(1, 10**998 + 2 * k + 1),) for k in range(20)]
ONE_DIGIT_LONGER = [(fraction(1, 10**1000),)]


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([(fraction(3, 7),), ("pow", ["n0", 10**9], 1)], r"nodes\[1\] is too long"),
        ([(fraction(3, 7),), ("pow", ["n0", -(10**9)], 1)], r"nodes\[1\] is too long"),
        ([(fraction(10**9),), ("pow", [7, "n0"], 1)], r"nodes\[0\].value is .*expected a float"),  # 1000000000/1
        ([({"type": "Fraction", "text": "1000000000"},), ("pow", [7, "n0"], 1)], r"nodes\[1\] is too long"),
        ([*COPRIME, ("sum", [f"n{k % 20}" for k in range(5000)], 1)], r"nodes\[20\] is too long"),
        ([*COPRIME, ("dot", [f"n{k % 20}" for k in range(5000)], 1)], r"nodes\[20\] is too long"),
        ([(fraction(3, 7),), *[("mul", [f"n{k}"] * 2, fraction(9, 49)) for k in range(60)]], r"nodes\[1\].partials"),
        ([*COPRIME, ("mul", ["n0", "n1"], 1)], r"nodes\[20\].value is too long for the JSON of steps: its numbers"),
        (ONE_DIGIT_LONGER, r"nodes\[0\].value is .* of at most 1000 digits"),
    ],
)  # fmt: skip
def test_no_number_outgrows_the_text(nodes, message):
    with pytest.raises(ValueError, match=f"^this is not the JSON of steps: {message}"):
        Steps.from_json(text_of(nodes))


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (lambda: Value(Fraction(1, 10**1000)), r"nodes\[0\].value is too long for .*: its numbers have at most 1000"),
        (lambda: Value(Decimal("1E+999999")), r"nodes\[0\].value is too long"),
        (lambda: Value(Decimal("0." + "1" * 1001)), r"nodes\[0\].value is too long"),
        (lambda: Value(Fraction(1, 10**600)) * Fraction(1, 10**600), r"nodes\[1\].value is too long"),
        (lambda: Value(Fraction(1, 30)) * Fraction(10**999) * 90, r"payments\[1\].contribution is too long"),
        (
            lambda: total([Value(Fraction(k % 2 or -1, 10**999 + k // 2)) for k in range(60)]),
            r"nodes\[60\] is too long for the JSON of steps: the common denominator of its operands has too many",
        ),
    ],
)
def test_what_would_not_be_read_is_not_written(root, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        all_steps(root()).to_json()
    assert all_steps(Value(Fraction(1, 10**999))) == Steps.from_json(all_steps(Value(Fraction(1, 10**999))).to_json())


def test_numbers_of_other_types_are_not_written(symbolic):
    with pytest.raises(TypeError, match=r"nodes\[0\].value is x \(Symbol\): the JSON of steps holds float, int, Frac"):
        all_steps(Value(sympy.Symbol("x"), "x") * 2).to_json()


# Machines, contexts and tables that differ


def on_any_machine():
    x = Value(1.5, "x")
    written = [all_steps(GRAPHS[graph]()) for graph in ("slides", "functions", "fractions", "many_examples")]
    written += [all_steps(GRAPHS[graph](), detail="names") for graph in ("slides", "functions", "fractions")]
    return [*written, all_steps(x ** Value(0.7, "e")), all_steps(logistic_loss(x, 0.8))]


ANOTHER_MACHINE = """
import json, math, sys
import numpy, sympy  # which shall not notice
def elsewhere(function):
    return lambda *x: math.nextafter(function(*x), math.inf)
for name in ("exp", "log", "tanh"):
    setattr(math, name, elsewhere(getattr(math, name)))
import test_steps_json
json.dump([frames.to_json() for frames in test_steps_json.on_any_machine()], sys.stdout)
"""


def test_the_functions_of_another_machine_are_taken_as_they_are():
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    there = subprocess.run(
        [sys.executable, "-c", ANOTHER_MACHINE], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}
    )
    assert not there.stderr
    here = on_any_machine()
    for text, frames in zip(json.loads(there.stdout), here, strict=True):
        assert Steps.from_json(text).to_json() == text
        assert text != frames.to_json()


@pytest.mark.parametrize("factor", [1 + 1e-14, 2.0, math.inf, -1.0])
def test_another_number_is_not_another_machine(factor):
    frames = all_steps(exp(Value(1.5, "x")))
    text = frames.to_json().replace(str(frames.root.value), str(frames.root.value * factor).replace("inf", "1e999"))
    with pytest.raises(ValueError, match=r"nodes\[1\].value is .*; expected"):
        Steps.from_json(text)


def test_decimals_need_their_context():
    with localcontext(prec=50):
        frames = all_steps(Value(Decimal(2), "d") / Decimal(3))
        assert Steps.from_json(frames.to_json()) == frames
    with pytest.raises(ValueError, match=r"nodes\[1\].value is .* at 28 digits: set decimal.getcontext\(\) as it was"):
        Steps.from_json(frames.to_json())


def test_rows_of_the_users_own_must_be_known():
    half = Op("half", "½", lambda x: np.float32(x / 2), lambda out, x: (np.float32(0.5),))
    frames = all_steps(half(Value(3.0, "x")))
    assert Steps.from_json(frames.to_json()) == frames
    Op("half", "½", lambda x: {}[x], lambda out, x: (0.5,))
    with pytest.raises(ValueError, match=r"nodes\[1\] cannot be computed \(KeyError: 3.0\)"):
        Steps.from_json(frames.to_json())
    del OPS["half"]
    with pytest.raises(ValueError, match=r"nodes\[1\].op is 'half'; expected one of"):
        Steps.from_json(frames.to_json())


def test_the_same_type_is_needed_in_every_place():
    text = all_steps(Value(Fraction(1, 2), "p") * 2).to_json()
    with pytest.raises(ValueError, match=r"nodes\[1\].value is .*Fraction.*; expected 1.0\."):
        Steps.from_json(text.replace('"operands": ["n0", 2]', '"operands": ["n0", 2.0]'))
