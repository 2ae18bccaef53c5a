"""How autograd works. Read in this order: ops, value, backward, derivatives."""
