"""The lesson: one example, many examples, the closed forms, the derivation of the slides, and the data."""

from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.formulas.format import subscript, superscript
from micrograd_lr.logistic.model import (
    ManyExamples,
    OneExample,
    closed_form,
    formulas,
    three_way_check,
)

__all__ = [
    "ManyExamples",
    "OneExample",
    "closed_form",
    "formulas",
    "literal_loss",
    "subscript",
    "superscript",
    "three_way_check",
]


PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "breast_cancer": ["Cases", "breast_cancer"],
    "model": ["ManyExamples", "OneExample", "formulas", "three_way_check"],
}  # fmt: skip
