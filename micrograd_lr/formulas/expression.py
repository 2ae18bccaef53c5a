"""Expressions as text, ``"z = w*x + b; sigmoid(z)"``: read by an allow-list, never evaluated as Python."""

from __future__ import annotations

import ast
import math
import warnings
from unicodedata import normalize

from micrograd_lr.engine.functions import dot, logistic_loss, sum
from micrograd_lr.engine.ops import OPS
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.language import LISTS, MAX_DEPTH, MAX_LENGTH, OPERATORS, functions
from micrograd_lr.formulas.source import ExpressionError, Source
from micrograd_lr.formulas.tokens import FormulaError, spellings, tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any, NoReturn


MAX_EXPONENT = 1_000
_BY_NAME: dict[str, Callable[..., Any]] = {
    "dot": dot,
    "sum": sum,
    "logistic_loss": logistic_loss,
}


class _Step:
    """A leaf, which has no operation and its name as a label; or an operation on earlier steps and plain numbers."""

    __slots__ = ("index", "label", "operands", "operation")

    def __init__(self, index: int, label: str, operation: Callable[..., Any] | None, operands: tuple[Any, ...]):
        self.index, self.label, self.operation, self.operands = index, label, operation, operands


class Expression:
    """A formula, read once and recorded for any numbers: ``Expression("w*x + b")(w=0.5, x=2, b=-1)`` is a `Value`.

    Numbers, names, ``+ - * / ^``, parentheses, the functions of the op table, ``dot([...], [...])``, ``sum([...])``,
    and named intermediates: ``"z = w*x + b; a = sigmoid(z); -log(a)"``. A repeated sub-expression becomes one shared
    node. `names` are the inputs, in the order in which they appear. Anything else is an ExpressionError that shows the
    column; nothing is ever executed.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self._steps: list[_Step] = []
        self._known: dict[Any, _Step] = {}  # what was written before, by its operation and operands
        self._names: dict[str, Any] = {}
        self._functions = {**functions(), **{name: (name, count, ()) for name, count in LISTS.items()}}
        self._root = self._read()
        self.names = tuple(step.label for step in self._steps if step.operation is None)

    def __call__(self, /, **numbers: Any) -> Value:
        """Record the expression at these numbers or nodes, one for each of `names`, and return the root."""
        numbers = {normalize("NFKC", name): number for name, number in numbers.items()}  # as Python reads names
        missing = [name for name in self.names if name not in numbers]
        unknown = [name for name in numbers if name not in self.names]
        if missing or unknown:
            meant = (_product_meant(name, {*numbers, *self._names} - {name}) for name in missing)
            do = "does" if len(unknown) == 1 else "do"
            raise ValueError(
                (f"no number is given for {', '.join(missing)}. " if missing else "")
                + "".join(meant)
                + (f"{', '.join(unknown)} {do} not occur in {_shortened(self.text)!r}. " if unknown else "")
                + f"The expression needs one number for each of: {', '.join(self.names) or '(nothing)'}."
            )
        nodes: list[Value] = []

        def filled(operand: Any) -> Any:
            if isinstance(operand, tuple):
                return [filled(x) for x in operand]
            return nodes[operand.index] if isinstance(operand, _Step) else operand

        for step in self._steps:
            if step.operation is None:
                given = numbers[step.label]
                nodes.append(given if isinstance(given, Value) else Value(given, step.label))
            else:
                node = step.operation(*map(filled, step.operands))
                node.label = step.label
                nodes.append(node)
        return nodes[self._root.index] if isinstance(self._root, _Step) else Value(self._root)

    def _read(self) -> Any:
        if len(self.text) > MAX_LENGTH:
            raise ExpressionError(
                f"the expression is {len(self.text):,} characters long; at most {MAX_LENGTH:,} are read. "
                "Write larger graphs in Python, with Value."
            )
        source = self._source = Source(self.text)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python's advice on its own syntax
                statements = ast.parse(source.python).body
        except SyntaxError as error:
            at = source.place(error.lineno or 1, (error.offset or 1) - 1)
            source.refuse_number(at)
            source.refuse(at, f"this cannot be read: {error.msg}.")
        except (ValueError, MemoryError, RecursionError) as error:  # null bytes, and nesting beyond Python's limits
            source.refuse(0, f"this cannot be read: {error or 'it is nested too deeply'}.")
        root = None
        for statement in statements:
            if isinstance(statement, ast.Assign):
                root = self._assign(statement)
            elif isinstance(statement, ast.Expr) and statement is statements[-1]:
                root = self._value(statement.value, 1)
            else:
                self._refuse(
                    statement,
                    "only the last part, after the last ;, can do without a name: the others are written z = ...;",
                )
        if root is None:
            raise ExpressionError("the expression is empty. Write a formula, such as w*x + b.")
        return root

    def _assign(self, statement: ast.Assign) -> Any:
        target = statement.targets[0]
        if isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
            pairs = zip(target.elts, statement.value.elts)
            separate = "; ".join(f"{ast.unparse(name)}={ast.unparse(value)}" for name, value in pairs)
            self._refuse(target, f"write one name per =: {separate}.")
        if len(statement.targets) > 1 or not isinstance(target, ast.Name):
            self._refuse(target, "an intermediate result has one name: z = w*x + b.")
        name = target.id
        if name in self._functions:
            self._refuse(target, f"{name} is a function; choose another name.")
        value = self._value(statement.value, 1)
        if name in self._names:
            self._refuse(target, f"{name} is already in use, and every name has one meaning.")
        self._names[name] = value
        if isinstance(value, _Step) and not value.label:
            value.label = name
        return value

    def _value(self, node: ast.expr, depth: int) -> Any:
        """The step that `node` stands for, or a number if there is no name in it."""
        if depth > MAX_DEPTH:
            self._refuse(
                node,
                f"this is nested deeper than {MAX_DEPTH}. Name an intermediate result: z = ...; or use sum([...]).",
            )
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return self._number(node, float, node.value) if abs(node.value) > 2**53 else node.value  # no huge integers
        if isinstance(node, ast.Name):
            if node.id in self._functions:
                self._refuse(node, f"{node.id} is a function: {node.id}(...).")
            if node.id not in self._names:
                self._names[node.id] = self._step((node.id,), node.id, None, ())
            return self._names[node.id]
        if isinstance(node, ast.BinOp) and type(node.op).__name__ in OPERATORS:
            left, right = self._value(node.left, depth + 1), self._value(node.right, depth + 1)
            if isinstance(node.op, ast.Pow) and not isinstance(right, _Step) and abs(right) > MAX_EXPONENT:
                self._refuse(node.right, f"the exponent {right:g} is larger than {MAX_EXPONENT}.")
            return self._applied(node, OPERATORS[type(node.op).__name__], (left, right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            operand = self._value(node.operand, depth + 1)
            return self._applied(node, "neg", (operand,)) if isinstance(node.op, ast.USub) else operand
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Tuple):
            self._source.refuse_several(*self._source.places(node), len(node.elts))
        return self._refuse(node, f"{_WHAT.get(type(node), 'this')} is not part of the language: {_LANGUAGE}")

    def _call(self, node: ast.Call, depth: int) -> Any:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in self._functions:
            ends = (f"{name.removesuffix(called)}*{called}" for called in self._functions if name.endswith(called))
            product = f" For a product write {next(ends, name + '*')}(...)." if name else ""
            self._refuse(node.func, f"only these can be called: {', '.join(sorted(self._functions))}.{product}")
        op, count, after = self._functions[name]
        lists = name in LISTS
        plain = not all(isinstance(x, ast.List) for x in node.args)
        if node.keywords or len(node.args) != count or (lists and plain):
            if not lists:
                self._source.refuse_number(*self._source.places(node))
            what = "list" if lists else "operand"
            self._refuse(node, f"{name} takes {count} {what}{'s'[: count - 1]}{': [a, b]' * lists}.")
        if not lists:
            return self._applied(node, op, (*(self._value(x, depth + 1) for x in node.args), *after))
        rows = [tuple(self._value(x, depth + 1) for x in row.elts) for row in node.args if isinstance(row, ast.List)]
        if not rows[0] or len(rows[0]) != len(rows[-1]):
            self._refuse(node, f"{name} needs lists of one length, with at least one entry.")
        return self._applied(node, name, tuple(rows))

    def _applied(self, node: ast.expr, name: str, operands: tuple[Any, ...]) -> Any:
        """The step of an op: the one that is there already, or a new one; a number if all operands are numbers."""
        operation = _BY_NAME.get(name) or OPS[name]
        flat = [x for operand in operands for x in (operand if isinstance(operand, tuple) else (operand,))]
        if not any(isinstance(x, _Step) for x in flat):
            return self._number(node, operation, *operands)
        key = name, tuple(x.index if isinstance(x, _Step) else repr(x) for x in flat)
        return self._step(key, "", operation, operands)

    def _step(self, key: Any, label: str, operation: Callable[..., Any] | None, operands: tuple[Any, ...]) -> _Step:
        if key not in self._known:
            self._known[key] = _Step(len(self._steps), label, operation, operands)
            self._steps.append(self._known[key])
        return self._known[key]

    def _number(self, node: ast.expr, operation: Callable[..., Any], *operands: Any) -> Any:
        try:
            number = operation(*operands)
        except (ArithmeticError, ValueError) as error:
            self._refuse(node, f"this has no value: {(error.__cause__ or error).args[-1]}.")
        if not math.isfinite(number):
            self._refuse(node, f"this is {number}, not a finite number.")
        return number

    def _refuse(self, node: ast.expr | ast.stmt, message: str) -> NoReturn:
        self._source.refuse(self._source.places(node)[0], message)


_LANGUAGE = (
    "it has numbers, names, + - * / ^, parentheses, the functions of the op table, and intermediate results z = ...;"
)
_WHAT = {
    ast.Attribute: "an attribute", ast.Subscript: "an index", ast.Compare: "a comparison",
    ast.Constant: "a string or …", ast.List: "a list outside dot and sum",
    ast.NamedExpr: "the operator :=",
}  # fmt: skip


def _product_meant(name: str, names: Collection[str]) -> str:
    """What to ask about a name that other names make up: w*x for wx."""
    try:
        factors = [factor for _, factor in tokens(name, spellings(names))]
    except FormulaError:
        return ""
    return f"{name} is one name here; did you mean {'*'.join(factors)}? "


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
