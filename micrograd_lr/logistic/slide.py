"""A slide as data: a question with its answers."""

from __future__ import annotations

from dataclasses import dataclass

FORWARD, DIMENSIONS, BACKWARD = "Forward pass", "Dimensionality", "Backpropagation"
FORWARD_QUESTION = "Which equations make up the forward pass of logistic regression?"
DIMENSIONS_QUESTION = "Which dimensions do the variables have?"
BACKWARD_QUESTION = "Which equations give the gradients of the parameters?"


@dataclass(frozen=True)
class Answer:
    """A formula, and `why` it holds if that needs a reason.

    `numbers` are lines that say the same with numbers, as templates with slots for the numbers of the graph of all ops:
    ``steps(example.L, detail="ops", gradients="all").filled(line)`` (for many examples ``example.J``) writes them.
    """

    formula: str
    numbers: tuple[str, ...] = ()
    why: str = ""

    @property
    def asked(self) -> str:
        """The question that the formula answers: ``∂L/∂a = ?``."""
        return f"{self.formula.partition(' = ')[0]} = ?"


@dataclass(frozen=True)
class Slide:
    """A question, perhaps with a formula that is `given`, and the answers, to be shown one after the other."""

    title: str
    question: str
    answers: tuple[Answer, ...]
    given: str = ""
