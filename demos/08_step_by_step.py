"""Both passes, one move at a time: in print, as data, and as a page for an expression of your own."""

import sys
from pathlib import Path

from micrograd_lr import Expression, StepThrough, logistic, steps

# The slides' example, with the numbers that they could have on the board.
one = logistic.OneExample(w=[0.5], b=-1.0, x=[2.0], y=1.0)
frames = steps(one.L)
for frame in frames:
    print(frame.text)

# A frame is data: whose turn it is, what is paid along which path, and the state of every node so far.
at_a = next(frame for frame in frames if frame.kind == "backward" and frames.name(frame.node) == "a")
(payment,) = at_a.payments
print(f"\n{at_a.formula}")
print(f"{payment.upstream} times {payment.partial} is {payment.contribution}")
print(f"gradients known so far: {len(at_a.gradients)} of {len(frames.nodes)}")

# An expression of your own, as a page that works offline: python demos/08_step_by_step.py "tanh(u*v) + u"
text = sys.argv[1] if len(sys.argv) > 1 else "a = tanh(w*x + b); 0.5*(a - y)**2"
expression = Expression(text)
numbers = {name: round(0.3 + 0.4 * i, 1) for i, name in enumerate(expression.names)}
Path("out").mkdir(exist_ok=True)
path = StepThrough(expression(**numbers)).save("out/your_own.html")
print(f"\n{path.as_posix()}: {text} at {numbers}; open it in a browser")
