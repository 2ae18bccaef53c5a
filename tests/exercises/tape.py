"""A throw-away tape that behaves as micrograd does: every node adds to the gradient that it has."""


class Tape:
    def __init__(self, data, below=()):
        self.data, self.grad, self.below = data, 0, below  # below: operands, each with its local derivative

    def __add__(self, other):
        other = other if isinstance(other, Tape) else Tape(other)
        return Tape(self.data + other.data, ((self, 1), (other, 1)))

    def __mul__(self, other):
        other = other if isinstance(other, Tape) else Tape(other)
        return Tape(self.data * other.data, ((self, other.data), (other, self.data)))

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for operand, _ in node.below:
                    visit(operand)
                order.append(node)

        visit(self)
        self.grad = 1
        for node in reversed(order):
            for operand, slope in node.below:
                operand.grad += slope * node.grad
