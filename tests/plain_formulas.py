"""An independent reader of plain formulas: ``∂L/∂w = (a − y)xᵀ`` read with matrices of NumPy, or with symbols of SymPy.

It shares nothing with the package. Every quantity is a matrix, products are products of matrices, and derivatives are
complex steps.
"""

from __future__ import annotations

import re
from itertools import product

import numpy as np

INDICES = {"i": ("ⁱ", "ᵢ"), "j": ("ʲ", "ⱼ"), "p": ("ᵖ", "ₚ")}
HIGH, LOW = (str.maketrans("0123456789", digits) for digits in ("⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"))
NAME = r"[A-Za-zŷŶ][₀-₉ᵢⱼₚ]*(?:⁽[⁰¹²³⁴-⁹ⁱ]+⁾)?"
TOKEN = re.compile(
    rf"\s*(?:(?P<function>log|σ)(?=\()|(?P<quantity>∂{NAME}/∂{NAME}|{NAME}|𝟏)|Σ(?P<sum>[ᵢⱼ])₌₁[ᵐⁿ]"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?(?:e[+−]?[0-9]+)?)|(?P<other>\S))"
)


class Reader:
    """Reads one side of an equation with the values of names, for given indices; `sizes` are how far i, j and p go."""

    def __init__(self, text, values, sizes, indices, log=np.log, exp=np.exp):
        self.tokens = [(match.lastgroup, match[match.lastgroup]) for match in TOKEN.finditer(text.replace("-", "−"))]
        self.place = 0
        self.values, self.sizes, self.indices = values, sizes, dict(indices)
        self.log, self.exp = log, exp

    def read(self):
        result = self.sum()
        assert self.place == len(self.tokens), self.tokens[self.place :]
        return result

    def next(self, *texts):
        if self.place < len(self.tokens) and self.tokens[self.place] in [("other", text) for text in texts]:
            self.place += 1
            return self.tokens[self.place - 1][1]
        return None

    def sum(self):
        total = -self.product() if self.next("−") else self.product()
        while sign := self.next("+", "−"):
            term = self.product()
            assert total.shape == term.shape or 1 in (total.size, term.size), (total.shape, term.shape)
            total = total + term if sign == "+" else total - term
        return total

    def product(self):
        result = self.factor()
        while self.place < len(self.tokens) and self.tokens[self.place] not in [("other", x) for x in "+−,)"]:
            divided = self.next("/")
            self.next("·")
            factor = self.factor()
            if divided:
                assert factor.size == 1, "division by a matrix"
                result = result / factor
            else:
                result = result * factor if 1 in (result.size, factor.size) else result @ factor
        return result

    def factor(self):
        kind, text = self.tokens[self.place]
        self.place += 1
        if kind == "sum":
            result = self.summed({"ᵢ": "i", "ⱼ": "j"}[text])
        elif kind == "number":
            result = np.array([[float(text.replace("−", "-"))]])
        elif kind == "quantity":
            result = np.atleast_2d(self.values[self.with_indices(text)])
        elif kind == "function":
            argument = self.factor()
            of = self.log if text == "log" else lambda z: 1 / (1 + self.exp(-z))
            result = np.array([[of(x) for x in row] for row in argument])
        else:
            assert text == "(", text
            result = self.group()
        return result.T if self.next("ᵀ") else result

    def group(self):
        entries = [self.sum()]
        while self.next(","):
            entries.append(self.sum())
        assert self.next(")")
        if len(entries) == 1:
            return entries[0]
        return np.hstack(entries) if entries[0].size == 1 else np.vstack(entries)

    def summed(self, index):
        start, total = self.place, 0
        for number in range(1, self.sizes[index] + 1):
            self.indices[index], self.place = number, start
            total = total + self.product()
        del self.indices[index]
        return total

    def with_indices(self, name):
        for letter, number in self.indices.items():
            high, low = INDICES[letter]
            name = name.replace(high, str(number).translate(HIGH)).replace(low, str(number).translate(LOW))
        return name


def sides(statement, values, sizes):
    """The values of all sides of an equation, for every choice of its free indices."""
    parts = statement.split(" = ")
    free = [index for index, marks in INDICES.items() if any(mark in parts[0] for mark in marks)]
    for chosen in product(*(range(1, sizes[index] + 1) for index in free)):
        yield [Reader(part, values, sizes, zip(free, chosen)).read() for part in parts]


def holds(statement, values, sizes):
    """Whether the sides of an equation are equal, in shape too, to 1e-12."""
    try:
        return all(
            side.shape == first.shape and np.allclose(side, first, rtol=1e-12, atol=1e-12)
            for first, *others in sides(statement, values, sizes)
            for side in others
        )
    except (KeyError, AssertionError, ValueError):  # an index that nothing runs over, shapes that do not fit
        return False


def jacobian(function, at, step=1e-30):
    """The matrix of the derivatives of all entries of `function` by all entries of `at`, by complex steps."""
    at = np.asarray(at, dtype=complex)
    columns = []
    for k in range(at.size):
        moved = at.copy()
        moved.flat[k] += 1j * step
        columns.append(np.imag(np.ravel(function(moved))) / step)
    return np.array(columns).T
