"""How autograd works. Read in this order: ops, value, backward, derivatives."""

from micrograd_lr.engine import fraction_decimal, functions

__all__ = ["fraction_decimal", "functions"]
