"""The page in a real browser: stepping, live inputs, and the numbers that it computes itself."""

import json
import math
import random
import re

import pytest
from stepped import SLIDES, A, L, Z, all_steps, page_of_ops, slides

from micrograd_lr import OPS, Expression, logistic
from micrograd_lr.engine.order import topological
from micrograd_lr.formulas.format import format_number


def test_the_file_is_small_and_asks_for_nothing_but_itself(file, reader):
    assert file.stat().st_size < 230_000
    page = reader(file)
    assert len(page.requests) == 1
    assert page.page.title() == "Step through L"
    assert page.text("#where") == "1 of 25 The inputs"


def test_stepping_to_the_end_and_back_shows_each_number_when_it_is_computed(file, reader):
    page, frames = reader(file), all_steps(slides())
    for i, frame in enumerate(frames):
        assert page.step() == i
        assert page.text("#where .lead") == frame.lead
        assert page.text("#text") == frame.text
        drawn, lit = page.picture()
        paid = {x.operand: x.path for past in frames[: i + 1] for x in past.payments}
        open_sums = {x.operand for past in frames for x in past.payments if 0 < paid.get(x.operand, 0) < x.paths}
        assert drawn == {
            node: (
                format_number(frame.values.get(node), 4),
                format_number(frame.gradients.get(node), 4) + " + …" * (node in open_sums),
            )
            for node in frames.nodes
        }
        assert lit == [*filter(None, [frame.node])]
        if i < len(frames) - 1:
            page.click("#next")
    assert page.page.locator("#next").is_disabled()
    for i in range(len(frames) - 2, -1, -1):
        assert page.click("#back").step() == i
    assert page.page.locator("#back").is_disabled()
    assert page.shown(Z, "value") == ""
    assert page.press("End").step() == len(frames) - 1
    assert page.press("Home").step() == 0
    page.page.locator("#scrubber").fill("12")
    assert page.settled().step() == 12


def test_the_current_line_is_written_with_its_numbers(file, reader):
    page = reader(file, "step=20")
    assert (
        re.sub(r"\s", "", page.text("#lines"))
        == "∂a∂z=a(1−a)=0.3775(1−0.3775)≈0.235∂L∂z=∂L∂a·∂a∂z=−2.649·0.235≈−0.6225"
    )
    assert page.page.locator("#graph g.edge.now").evaluate_all("all => all.map(x => x.id)") == ["n6-operand0"]


def test_an_input_is_edited_and_everything_follows(file, reader):
    page = reader(file, "step=24").fill("#input-n1", "-1.25")
    root = slides(w=-1.25)
    root.backward()
    expected = {f"n{i}": (format_number(x.data, 4), format_number(x.grad, 4)) for i, x in enumerate(topological(root))}
    assert page.picture()[0] == expected
    page.fill("#input-n4", "1.5")
    root = slides(w=-1.25, b=1.5)
    root.backward()
    assert page.settled().shown(L, "value") == format_number(root.data, 4)
    assert page.page.locator("#input-n4").input_value() == "1.5"
    page.click("#reset")
    assert page.shown(L, "value") == "0.9741"
    assert page.page.locator("#input-n1").input_value() == "0.5"


EXPRESSIONS = [
    SLIDES, "logistic_loss(w*x + b, y)", "tanh(w*x) + relu(b - x) * exp(-w)", "(w - x) / (b*b + 1) - y / 3",
    "(w*w + 1)**b * 2**x", "dot([w, x, 2], [x, b, y]) + sum([w, x, b, y, 1.5])", "x*x*x - x**2 / (1 + exp(x))",
    "sigmoid(sigmoid(w) - sigmoid(-w)) * relu(x)", "log(exp(w) + exp(x)) - log(1 + b**2)", "-(-w) + x - 0*b + y",
    "c = w*x; c*c + c/(c*c + 1)", "abs(w - x) * abs(b) + y", "sin(w*x)*cos(b) + y",
    " + ".join(f"{name}(w)*x" for name, op in OPS.items() if op.arity == 1 and name != "neg"),
]  # fmt: skip


def test_the_page_computes_what_the_engine_computes(file, reader, tmp_path):
    tried, page = set(), reader(file)
    for text in EXPRESSIONS:
        expression, rng = Expression(text), random.Random(0)
        cases, expected = [], []
        for _ in range(4):
            at = {name: rng.uniform(0.05, 3) if name in "wy" else rng.uniform(-3, 3) for name in expression.names}
            at |= {"y": rng.choice([0.0, 1.0, rng.random()])} if "y" in at else {}
            root = expression(**at)
            frames = all_steps(root)
            tried |= {str(node.op) for node in topological(root)}
            cases.append({node.id: node.value for node in frames.nodes.values() if not node.op})
            keys = [node.key for node in frames.nodes.values()] + [f"g{node[1:]}" for node in frames.nodes]
            keys += [payment.key(letter) for payment in frames.payments for letter in "pcsr"]
            expected.append({key: frames.number(key) for key in keys})
        page.open(page_of_ops(expression(**dict.fromkeys(expression.names, 0.5))).save(tmp_path / "any.html"))
        found = json.loads(page.page.evaluate("cases => JSON.stringify(cases.map(computes[0]))", cases))
        for ours, theirs in zip(expected, found):
            assert ours.keys() == theirs.keys()
            for key, x in ours.items():
                assert theirs[key] is not None and math.isclose(x, theirs[key], rel_tol=1e-12, abs_tol=1e-15), (
                    text,
                    key,
                )
    assert tried >= {*OPS}


def test_a_wrong_rule_in_the_page_would_be_seen(reader, tmp_path, monkeypatch):
    from micrograd_lr.compiler.codegen_javascript import NOTATION

    monkeypatch.setitem(NOTATION, "exp", "Math.exp(2 * {0})")
    page = reader(page_of_ops(slides()).save(tmp_path / "wrong.html"))
    assert page.page.evaluate(f"numbers.v{A[1:]}") != pytest.approx(slides().operands[0].data, rel=1e-3)


def test_numbers_are_written_as_python_writes_them(file, reader):
    rng = random.Random(1)
    tried = [0.0, -0.0, 1.0, -1.0, 0.1, 9999.0, 9999.6, 10000.0, 99999.5, 1e7, 1e22, 1e-4, 9.9999e-5, 1e-300, 123456.7]
    tried += [2.0625, 10.125, 100.25, 1000.5, 123456.5, 1.00005e-7, 2.00015e9]  # ties among them
    tried += [rng.choice([-1, 1]) * rng.uniform(1, 10) * 10.0 ** rng.randrange(-12, 12) for _ in range(2000)]
    written = reader(file).page.evaluate("all => all.map(shown)", tried)
    assert written == [format_number(x, 4) for x in tried]


def test_many_examples_have_a_page_too(reader, tmp_path):
    many = logistic.ManyExamples([0.5, -0.25], 0.1, [[1.0, 2.0, -1.0], [0.5, -1.0, 2.0]], [1.0, 0.0, 1.0])
    page = reader(page_of_ops(many).save(tmp_path / "many.html")).press("End")
    dw, db = logistic.closed_form([0.5, -0.25], 0.1, [[1.0, 2.0, -1.0], [0.5, -1.0, 2.0]], [1.0, 0.0, 1.0])
    for name, exact in zip(("w₁", "w₂", "b"), (*dw, db)):
        assert f"∂J/∂{name} = {format_number(exact, 4)}" in page.page.locator("#graph").text_content()
