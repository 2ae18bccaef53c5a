"""Which option of a choice is right, where that can be computed: each way finds it by running the engine."""

from __future__ import annotations

import math

from micrograd_lr.engine.errors import DOMAIN_ERRORS
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.expression import Expression
from micrograd_lr.logistic.model import three_way_check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from micrograd_lr.exercises.computed import Computed

    Way = Callable[[str, Mapping[str, str], Sequence[str], Computed], list[str]]

AN_ERROR = "an error"  # the option for what has no value
CLOSE = 1e-9  # how far an option may be from what is computed
DATA = ("w", "b", "X", "Y")  # the matrices that the checks need
CHECKS = {  # the options, by the columns of the report that are red
    (): "neither", ("numeric",): "the numeric check", ("closed form",): "the closed form",
    ("numeric", "closed form"): "both",
}  # fmt: skip


def right_options(way: str, by: str, at: Mapping[str, str], options: Sequence[str], computed: Computed) -> list[str]:
    """The options that are right, of which there should be one. The errors of the way if it cannot be run."""
    return WAYS[way][0](by, at, options, computed)


def _equal(by: str, at: Mapping[str, str], options: Sequence[str], computed: Computed) -> list[str]:
    """``equals = "∂J/∂w"``: the options are formulas of matrices, and right is what has its shape and its entries."""
    right = computed.matrices.of(by)

    def is_equal(option: str) -> bool:
        try:
            found = computed.matrices.of(option)
        except ValueError:  # its shapes do not fit, which is a mistake to learn from
            return False
        return found.shape == right.shape and all(map(_is_close, sum(found.rows, ()), sum(right.rows, ())))

    return [option for option in options if is_equal(option)]


def _on_floats(by: str, at: Mapping[str, str], options: Sequence[str], computed: Computed) -> list[str]:
    """``floats = "u*v"``: the options are numbers, inf and nan among them, or an error, and right is what floats do."""
    numbers, expression = {name: float(x) for name, x in at.items()}, Expression(by)
    if {*numbers} != {*expression.names}:
        raise ValueError(f"at needs one number for each of: {', '.join(expression.names)}")
    try:
        found: float = expression(**numbers).data
    except DOMAIN_ERRORS:
        return [option for option in options if option == AN_ERROR]
    return [option for option in options if option != AN_ERROR and _is_close(_number(option), found)]


def _number(option: str) -> float:
    try:
        return float(option)
    except ValueError:
        raise ValueError(f"the option {option!r} is neither a number, inf or nan nor {AN_ERROR!r}") from None


def _red(by: str, at: Mapping[str, str], options: Sequence[str], computed: Computed) -> list[str]:
    """``planted = "…"``: a loss of z and y with a mistake in it, and right is the check that goes red."""
    w, b, X, Y = ([list(row) for row in computed.matrices.of(name).rows] for name in DATA)
    planted = Expression(by)

    def loss(z: Any, y: Any) -> Any:
        found = planted(z=z, y=y)
        return found if isinstance(z, Value) else found.data

    report = three_way_check(w, b, X, Y, loss)
    red = tuple(way for way, allowed in report.tolerances.items() if report.differences[way] > allowed)
    return [option for option in options if option == CHECKS[red]]


def _is_close(x: float, y: float) -> bool:
    return math.isclose(x, y, rel_tol=CLOSE, abs_tol=CLOSE) or (math.isnan(x) and math.isnan(y))


WAYS: dict[str, tuple[Way, str]] = {  # with an example of each
    "equals": (_equal, "∂J/∂w"),
    "floats": (_on_floats, "u*v"),
    "planted": (_red, "logistic_loss(2*z, y)"),
}
