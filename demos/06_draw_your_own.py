"""Draw an expression: python demos/06_draw_your_own.py "z = w*x + b; sigmoid(z)" w=0.5 x=2 b=-1

Without arguments it draws the slides' loss. The picture goes to out/your_own.svg, and as text to the terminal.
"""

import sys
from pathlib import Path

from micrograd_lr import Expression, draw

SLIDES = "z = w*x + b; a = sigmoid(z); L = -(y*log(a) + (1 - y)*log(1 - a))"

text, *given = sys.argv[1:] or [SLIDES, "w=0.5", "b=-1", "x=2", "y=1"]
expression = Expression(text)
numbers = {name: float(value) for name, _, value in (part.partition("=") for part in given)}

root = expression(**numbers)  # every part is recorded once, even where it is written twice
root.backward()

drawing = draw(root, partials="both")  # on each edge the local derivative: a(1 − a) = 0.25
print(drawing)

Path("out").mkdir(exist_ok=True)
path = drawing.save(Path("out") / "your_own.svg")  # .png and .pdf need Graphviz: drawing.renderer says who draws
print(f"\n{path.as_posix()}, drawn by {drawing.renderer}")
