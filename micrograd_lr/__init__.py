"""A scalar autograd engine, told through logistic regression: `Value`, `backward`, and the slides' closed forms."""

from __future__ import annotations

from micrograd_lr.engine.elementary import exp, log, relu, sigmoid, tanh
from micrograd_lr.engine.functions import dot, logistic_loss, sum
from micrograd_lr.engine.number_types import number_type
from micrograd_lr.engine.ops import OPS, Op, cos, sin
from micrograd_lr.engine.value import Value
from micrograd_lr.tools.lazily import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from micrograd_lr import exercises, logistic
    from micrograd_lr.builds.frames import draw_frames
    from micrograd_lr.compiler.by_batch import gradient, hessian
    from micrograd_lr.compiler.compiled import value_and_grad
    from micrograd_lr.compiler.tracers import TraceError
    from micrograd_lr.engine.check import GradientCheckError, GradientReport, check_gradient
    from micrograd_lr.engine.derivatives import first_nan
    from micrograd_lr.fitting.estimator import LogisticRegression
    from micrograd_lr.formulas.expression import Expression
    from micrograd_lr.formulas.source import ExpressionError
    from micrograd_lr.page.step_through import StepThrough
    from micrograd_lr.pictures.drawing import Drawing, draw
    from micrograd_lr.pictures.renderers import RenderError
    from micrograd_lr.stepping.frames import Steps, steps
    from micrograd_lr.tools.version import __version__ as __version__

__all__ = [
    "OPS",
    "Drawing",
    "Expression",
    "ExpressionError",
    "GradientCheckError",
    "GradientReport",
    "LogisticRegression",
    "Op",
    "RenderError",
    "StepThrough",
    "Steps",
    "TraceError",
    "Value",
    "check_gradient",
    "cos",
    "dot",
    "draw",
    "draw_frames",
    "exercises",
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
    "sin",
    "steps",
    "sum",
    "tanh",
    "value_and_grad",
]

# Loaded at first use, so that `import micrograd_lr` is the engine alone.
__getattr__, __dir__ = lazily(
    __name__,
    {
        "Drawing": "pictures.drawing",
        "Expression": "formulas.expression",
        "ExpressionError": "formulas.source",
        "GradientCheckError": "engine.check",
        "GradientReport": "engine.check",
        "LogisticRegression": "fitting.estimator",
        "RenderError": "pictures.renderers",
        "StepThrough": "page.step_through",
        "Steps": "stepping.frames",
        "TraceError": "compiler.tracers",
        "__version__": "tools.version",
        "check_gradient": "engine.check",
        "draw": "pictures.drawing",
        "draw_frames": "builds.frames",
        "exercises": "exercises",
        "first_nan": "engine.derivatives",
        "gradient": "compiler.by_batch",
        "hessian": "compiler.by_batch",
        "logistic": "logistic",
        "steps": "stepping.frames",
        "value_and_grad": "compiler.compiled",
    },
)
