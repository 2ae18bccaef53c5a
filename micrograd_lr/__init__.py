"""A scalar autograd engine, told through logistic regression: `Value`, `backward`, and the slides' closed forms."""

from __future__ import annotations

from micrograd_lr.functions import dot, logistic_loss, sum
from micrograd_lr.kernels import exp, log, relu, sigmoid, tanh
from micrograd_lr.number_types import number_type
from micrograd_lr.ops import OPS, Op
from micrograd_lr.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from micrograd_lr import logistic
    from micrograd_lr.check import GradientCheckError, GradientReport, check_gradient
    from micrograd_lr.compiled import value_and_grad
    from micrograd_lr.derivatives import first_nan, gradient, hessian
    from micrograd_lr.drawing import Drawing, RenderError, draw
    from micrograd_lr.expression import Expression, ExpressionError
    from micrograd_lr.frames import Steps
    from micrograd_lr.page import StepThrough
    from micrograd_lr.passes import steps
    from micrograd_lr.tracing import TraceError

__version__ = "0.1.0"

__all__ = [
    "OPS",
    "Drawing",
    "Expression",
    "ExpressionError",
    "GradientCheckError",
    "GradientReport",
    "Op",
    "RenderError",
    "StepThrough",
    "Steps",
    "TraceError",
    "Value",
    "check_gradient",
    "dot",
    "draw",
    "exp",
    "first_nan",
    "gradient",
    "hessian",
    "log",
    "logistic",
    "logistic_loss",
    "number_type",
    "relu",
    "sigmoid",
    "steps",
    "sum",
    "tanh",
    "value_and_grad",
]

_FOUND_IN = {  # loaded at first use, so that `import micrograd_lr` is the engine alone
    "Drawing": "drawing",
    "Expression": "expression",
    "ExpressionError": "expression",
    "GradientCheckError": "check",
    "GradientReport": "check",
    "RenderError": "drawing",
    "StepThrough": "page",
    "Steps": "frames",
    "TraceError": "tracing",
    "check_gradient": "check",
    "draw": "drawing",
    "first_nan": "derivatives",
    "gradient": "derivatives",
    "hessian": "derivatives",
    "logistic": "logistic",
    "steps": "passes",
    "value_and_grad": "compiled",
}


def __getattr__(name: str) -> Any:
    if name not in _FOUND_IN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = import_module(f"{__name__}.{_FOUND_IN[name]}")
    return module if name == _FOUND_IN[name] else getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
