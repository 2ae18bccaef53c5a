"""The derivation's lines of numbers: true arithmetic that ends in the engine's number."""

import re
from fractions import Fraction

import numpy as np
import pytest
from slides import CASES, ROOT, filled_with_all_digits, many_examples, numpy_values, one_example, said, true
from stepped import all_steps

from micrograd_lr import OPS
from micrograd_lr.engine.order import topological
from micrograd_lr.logistic import ManyExamples, literal_loss
from micrograd_lr.logistic.slides import board, derivation


@pytest.mark.parametrize("case", CASES)
def test_the_lines_of_numbers_are_true_arithmetic_and_end_in_the_engines_number(case):
    """Each line names its quantity, which NumPy knows; then comes arithmetic, and last the number of the engine."""
    example, values, sizes = CASES[case][0]()
    lines = filled_with_all_digits(example)
    assert len(lines) > 15
    for line in lines:
        assert "⟦" not in line
        assert true(line, values, sizes), line


@pytest.mark.parametrize("case", CASES)
def test_the_last_number_of_a_line_is_the_gradient_partial_or_value_of_the_engine(case):
    example, _, _ = CASES[case][0]()
    graph = all_steps(getattr(example, ROOT[type(example)]))
    for slide in derivation(example):
        for line in (line for answer in slide.answers for line in answer.numbers if " = (" not in line[:6]):
            name, *_, last = line.split(" = ")
            (letter,) = {key[0] for key in re.findall(r"⟦\(?(\w)", last)}
            assert letter == ("v" if "∂" not in name else "g" if name[:2] in ("∂L", "∂J") else "p")
            assert graph.filled(last)


@pytest.mark.parametrize("case", CASES)
def test_what_belongs_to_b_is_read_at_b(case):
    """Its numbers are those of z too, 1 and a - y: so not the numbers tell, but the slots."""
    example, _, _ = CASES[case][0]()
    order = topological(getattr(example, ROOT[type(example)]))
    lines = [line for slide in derivation(example) for answer in slide.answers for line in answer.numbers]
    found = [line.split(" = ")[-1] for line in lines if line.partition(" = ")[0].endswith("∂b")]
    for slot in found:
        letter, place, position = re.fullmatch(r"⟦\(?([gp])(\d+)\.?(\d*)\)?⟧", slot).groups()
        node = order[int(place)]
        assert (node if letter == "g" else node.operands[int(position)]) is example.b
    assert len(found) >= 2


def test_the_templates_hold_no_number_of_a_leaf():
    """The same templates for other numbers: what is typed into a leaf reaches every line."""
    assert derivation(one_example(1)[0]) == derivation(one_example(2)[0])
    assert derivation(many_examples(1)[0]) == derivation(many_examples(2)[0])
    assert derivation(one_example(1, n=2)[0]) != derivation(one_example(1, n=3)[0])


def test_a_wrong_line_is_seen():
    example, values, sizes = one_example()
    line = next(line for line in filled_with_all_digits(example) if line.startswith("∂L/∂w") and "/" in line[8:])
    assert true(line, values, sizes)
    assert not true(line.replace(" · ", " + ", 1), values, sizes)
    digit = re.search(r"\d(?=\)$)", line).start() - 3
    assert not true(line[:digit] + str((int(line[digit]) + 5) % 10) + line[digit + 5 :], values, sizes)


def test_a_wrong_rule_in_the_table_is_seen(monkeypatch):
    monkeypatch.setattr(OPS["sigmoid"], "partials", lambda a, z: (a * (1 + a),))
    for make in (one_example, many_examples):
        example, values, sizes = make()
        assert any("(1 + a" in statement for statement in said(example))
        assert not all(true(line, values, sizes) for line in filled_with_all_digits(example))
        assert not all(true(s, values, sizes) for s in said(example) if s and "?" not in s)


def test_plain_data_stand_in_the_lines_as_they_are():
    many = ManyExamples([0.5, -2.0], 0.1, [[1.0, -1.5], [0.25, 3.0]], [1, 0], loss=literal_loss)
    w, b = np.array([[0.5, -2.0]]), np.array([[0.1]])
    values = numpy_values(w, b, np.array([[1.0, -1.5], [0.25, 3.0]]), np.array([[1.0, 0.0]]), "J")
    lines = filled_with_all_digits(many)
    assert "z⁽²⁾ = −0.5·1.5 + (−2)·3 + 0.10000000000000001 = −6.6500000000000004" in lines
    assert all(true(line, values, {"i": 2, "j": 2, "p": 2}) for line in lines)


def test_exact_numbers():
    many = ManyExamples([Fraction(1, 2)], Fraction(0), [[Fraction(-1, 3), 2]], [Fraction(1, 3), 1], loss=literal_loss)
    assert "∂J/∂b = (≈ 0.4584 − (1/3), 0.7311 − 1) · (1, 1)ᵀ" in board(many)


def test_of_many_features_and_examples_the_first_three_and_the_last_are_written():
    many = many_examples(n=7, m=8)[0]
    Z, A, _ = derivation(many)[0].answers
    assert [line[:4] for line in Z.numbers] == ["z⁽¹⁾", "z⁽²⁾", "z⁽³⁾", "…", "z⁽⁸⁾"]
    assert Z.numbers[0].count("·") == 4
    assert " + … + " in Z.numbers[0]
    assert len(A.numbers) == 5
    last = derivation(many)[-1].answers
    assert [line[:6] for line in last[1].numbers] == ["∂J/∂w₁", "∂J/∂w₂", "∂J/∂w₃", "…", "∂J/∂w₇"]
    assert last[-2].formula == "∂J/∂w = (A - Y)Xᵀ"
    assert last[-2].numbers[0].count("…") == 1 + 4 + 1 + 1  # in A - Y, in each row of X, among the rows, in the result
