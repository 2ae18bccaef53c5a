"""Both passes, one move at a time: in print, as data, and as a page for an expression of your own."""

import sys
from pathlib import Path

from micrograd_lr import Expression, StepThrough, logistic, steps

# The slides' example in nine moves: the inputs; z, a and L forward; ∂L/∂L = 1; three factors back; the gradients.
one = logistic.OneExample(w=[0.5], b=-1.0, x=[2.0], y=1.0)
walk = steps(one.L)
for frame in walk:
    print(f"{frame.index + 1}. {frame.text}")

# A move is data: whose turn it is, what is paid along which edge, and the state of every node so far.
at_a = next(frame for frame in walk if frame.kind == "backward" and walk.name(frame.node) == "a")
(payment,) = at_a.payments
print(f"\nAt move {at_a.index + 1}, a passes its gradient back:")
for line in at_a.lines:
    print(f"  {walk.filled(line.template)}")
print(f"{payment.upstream} times {payment.partial} is {payment.contribution}")
print(f"gradients known so far: {len(at_a.gradients)} of {len(walk[-1].gradients)}")

# What lies inside of a name: L opened, or every op as a move of its own, with the gradients of the data too.
for what, more in (
    ("names", walk),
    ("L opened", steps(one.L, opened="L")),
    ("every op", steps(one.L, detail="ops", gradients="all")),
):
    print(f"{what}: {len(more)} moves, {len(more[-1].gradients)} gradients")

# An expression of your own, as a page that works offline: python demos/08_step_by_step.py "h = tanh(u*v); h + u"
text = sys.argv[1] if len(sys.argv) > 1 else "a = tanh(w*x + b); 0.5*(a - y)**2"
expression = Expression(text)
numbers = {name: round(0.3 + 0.4 * i, 1) for i, name in enumerate(expression.names)}
Path("out").mkdir(exist_ok=True)
path = StepThrough(expression(**numbers)).save("out/your_own.html")
print(f"\n{path.as_posix()}: {text} at {numbers}; open it in a browser")
