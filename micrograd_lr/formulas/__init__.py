"""The rules as text: numbers and formulas written out, as MathML too, and text that is read as a graph."""
