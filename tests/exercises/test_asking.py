"""An exercise on the command line."""

import io
import sys

import pytest

from micrograd_lr import cli
from micrograd_lr.exercises.asking import asked
from micrograd_lr.exercises.reading import built_in


def said(name, *typed):
    return [*asked(built_in()[name], iter(typed))]


def test_what_is_said():
    first, *rest = said("square", "x + 1", "hint", "hint", "7*", "2x+1")
    assert first.startswith("One name, two operands\nWhere a product has the same factor twice, ")
    assert (
        "\n\nf = x·x + x\nx = 3\n\nType a number, a fraction or a formula; a shape as (1, n), an option by its "
        in first
    )
    assert rest == [
        "What is ∂f/∂x?",
        "One path of the square is missing: x is its left and its right factor.",
        "x is used three times. What does each use pass back to it?",
        "There are no more hints.",
        "The formula ends too early.",
        "Right.",
        "0 of 1 right at the first try.",
    ]


def test_what_cannot_be_read_is_not_a_try():
    assert said("square", "2*", "7")[1:] == [
        "What is ∂f/∂x?", "The formula ends too early.", "Right.", "1 of 1 right at the first try.",
    ]  # fmt: skip


def test_giving_up():
    assert said("circuit", "-4", "reveal", "stop")[1:] == [
        "What is ∂f/∂x?", "Right.", "What is ∂f/∂y?", "∂f/∂y = −4", "What is ∂f/∂z?", "1 of 2 right at the first try.",
    ]  # fmt: skip
    assert said("circuit")[1:] == ["What is ∂f/∂x?", "none answered yet."]


def test_the_list(capsys):
    assert cli.main(["exercise"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [*built_in()]
    assert lines[0].startswith("circuit         A sum passes its gradient on to both operands")


@pytest.mark.parametrize("seed", [[], ["--seed", "7"]])
def test_the_command(seed, capsys, monkeypatch):
    exercise = built_in()["two_layers"]
    exercise = exercise.at(7) if seed else exercise
    answers = "".join(f"{exercise.key(i)}\n" for i in range(3))
    monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
    assert cli.main(["exercise", "two_layers", *seed]) == 0
    out = capsys.readouterr().out
    assert exercise.given in out
    assert out.endswith("3 of 3 right at the first try.\n")


def test_an_unknown_name(capsys):
    assert cli.main(["exercise", "one"]) == 1
    assert "micrograd-lr: there is no exercise 'one'. There are: circuit, " in capsys.readouterr().err
