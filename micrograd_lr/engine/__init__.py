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
