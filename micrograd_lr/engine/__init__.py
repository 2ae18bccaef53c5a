"""How autograd works. Read in this order: ops, value, backward, derivatives.

`node` and `order` say what a node holds and in which orders a graph is walked; `elementary` has exp, log and σ over
every number type, and `number_types` which types there are. The other files are for later: `functions` (dot, sum, the
loss as one node), `numeric` and `check` (is the gradient right?), `stable` (log σ in all its spellings), `errors`,
`scalar` and `pickling` (a node as a Python object), `containers` and `shapes` (lists and arrays that come in).
"""

from __future__ import annotations

from micrograd_lr.engine.number_types import plug_in_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _standard_types() -> Any:
    from micrograd_lr.engine.fraction_decimal import standard_types

    return standard_types()


plug_in_later(("fractions", "decimal"), _standard_types)


PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "backward": ["ONE", "accumulate", "edges_of", "gradients", "payments", "refuse_nonfinite"],
    "check": ["CLOSED_FORM_TOLERANCE", "GradientReport", "NUMERIC_TOLERANCE", "rounding_of"],
    "containers": ["as_numbers", "numbers_in"],
    "derivatives": ["Constant", "gradient", "hessian", "slope_graphs"],
    "elementary": ["FUNCTIONS", "exp", "inner", "is_written_out", "log", "relu", "sigmoid", "total"],
    "errors": ["DOMAIN_ERRORS", "LabelError", "REMEDIES", "describe"],
    "functions": ["dot", "logistic_loss", "sum"],
    "literal": ["cross_entropy", "literal_loss"],
    "node": ["Node", "number_of", "replace_number"],
    "number_types": ["is_plain", "number", "number_type", "one_like"],
    "numeric": ["central_differences", "decimals"],
    "ops": ["ADD", "DIV", "EXP", "LOG", "LOSS", "MUL", "NEG", "OPS", "Op", "POW", "SIGMOID", "SUB", "TANH"],
    "order": ["resting_on", "topological", "users_first"],
    "pickling": ["deep_copied"],
    "shapes": ["like", "shape_of"],
    "stable": ["as_loss", "logit", "one_less", "stabilised"],
    "value": ["Value"],
}  # fmt: skip
