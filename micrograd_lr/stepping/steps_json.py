"""Steps as JSON text and back. What is read is computed again, and the text must agree with that everywhere."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from fractions import Fraction
from operator import is_

from micrograd_lr.engine.node import number_of, replace_number
from micrograd_lr.engine.ops import OPS, Op
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import check_digits
from micrograd_lr.formulas.keys import node_id
from micrograd_lr.levels.names import INSIDE, LEVELS, Inside
from micrograd_lr.stepping.json_values import (
    LONGEST,
    as_json,
    expect,
    expect_keys,
    expect_list,
    read_number,
    same,
    wrong,
)
from micrograd_lr.stepping.level import GRADIENTS, Level
from micrograd_lr.stepping.moves import Closed, Example, Node, Payment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TypeVar

    T = TypeVar("T", Node, Payment, Closed)

FORMAT = "micrograd_lr steps 3"
# In the second format some formulas were written otherwise; all are written anew.
SECOND = "micrograd_lr steps 2"
WRITTEN_ANEW = ("name", "formula", "slopes", "template", "slope_templates")
PARTS = ["format", "digits", "nodes", "payments"]
# So did the first, which had these parts alone, and only one level of a graph; what that is in the parts of today.
FIRST = "micrograd_lr steps 1"
OF_THE_FIRST: dict[str, Any] = {"detail": "ops", "opened": [], "gradients": "all", "closed": [], "ops": []}
NODE = [field.name for field in fields(Node) if field.name != "ways"]  # which are made again from the graph of all ops
# IEEE 754 fixes the results of these to the last bit. Every other row uses the C library of the machine, or is the
# user's own: there two machines may differ in the last bits.
ROUNDED_ALIKE = {"add", "sub", "mul", "div", "neg", "relu", "abs", "sum", "dot"}
SLOPES_ROUNDED_ALIKE = ROUNDED_ALIKE | {"exp", "log", "sigmoid"}  # they are arithmetic on the numbers of the node

_BITS = LONGEST * math.log2(10)
_SUMMED = 1000 * _BITS  # bits of the common denominator times the terms of a sum: this much is added up in no time


def to_text(
    nodes: Iterable[Node], payments: Iterable[Payment], digits: int, closed: Iterable[Closed], level: Level
) -> str:
    """The text of `Steps.to_json`. Where names are shown, `ops` is the graph of all ops that they stand for."""
    of_ops = [] if level.detail == "ops" else [*level.ops()]
    parts = {
        "format": FORMAT,
        "digits": digits,
        "nodes": as_json("nodes", [*map(_written, nodes)]),
        "payments": as_json("payments", [*map(vars, payments)]),
        "detail": level.detail,
        "opened": [*level.opened],
        "gradients": level.gradients,
        "closed": as_json("closed", [*map(vars, closed)]),
        "ops": as_json("ops", [*map(_written, of_ops)]),
    }
    path, graph = ("ops", of_ops) if of_ops else ("nodes", [*nodes])
    value_of = {node.id: node.value for node in graph}
    for i, node in enumerate(graph):
        operands = [value_of[x] if isinstance(x, str) else x for x in node.operands]
        _refuse_explosion(f"{path}[{i}]", node.op, operands)
    _refuse_long_insides(level)
    return json.dumps(parts)


def _written(part: Any) -> dict[str, Any]:
    return {name: x for name, x in vars(part).items() if name != "ways"}


def from_text(text: str) -> tuple[list[Node], list[Payment], int, list[Closed], list[Example], Level]:
    """What `Steps` is made of, from the text that `to_text` wrote; see `Steps.from_json`."""
    if not isinstance(text, str):
        raise TypeError(
            f"Steps.from_json(text) reads the text that Steps.to_json() wrote, not {text!r:.80} "
            f"({type(text).__name__}). Of a file: Path(name).read_text()."
        )
    try:
        return _read(json.loads(text, object_pairs_hook=_once_each, parse_constant=_refuse_constant))
    except Exception as error:  # a row of the user's own may raise anything for numbers that it was not made for
        said = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise ValueError(
            f"this is not the JSON of steps: {said.rstrip('.')}. Give the text that Steps.to_json() wrote."
        ) from error


def _read(parts: Any) -> tuple[list[Node], list[Payment], int, list[Closed], list[Example], Level]:
    """The graph of all ops is made of the text, and all else of the graph: so the text has to say the same of it."""
    anew: Iterable[str] = ()
    if type(parts) is dict and parts.get("format") in (FIRST, SECOND):
        anew = WRITTEN_ANEW
        if parts["format"] == FIRST:
            parts = expect_keys("the text", parts, PARTS) | OF_THE_FIRST
        parts = parts | {"format": FORMAT}
    expect_keys("the text", parts, [*PARTS, *OF_THE_FIRST])
    expect("format", parts["format"], FORMAT)
    if type(parts["digits"]) is not int:
        raise wrong("digits", parts["digits"], "a whole number from 1 to 17")
    check_digits(parts["digits"])
    for name, known in ("detail", LEVELS), ("gradients", GRADIENTS):
        if parts[name] not in known:
            raise wrong(name, parts[name], f"one of {', '.join(known)}")
    path = "ops" if parts["detail"] == "names" else "nodes"
    graph = _graph(path, parts[path])
    level = _level(graph, parts, parts[path])
    _compared("ops", level.ops() if path == "ops" else (), parts["ops"], anew)
    _refuse_long_insides(level)
    nodes, paid, closed, examples = level.passes()
    return (
        _compared("nodes", nodes, parts["nodes"], anew),
        _compared("payments", paid, parts["payments"]),
        parts["digits"],
        _compared("closed", closed, parts["closed"]),
        examples,
        level,
    )


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"an object has one of its keys twice: {', '.join(name for name, _ in pairs):.80}")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON; to_json() writes it as a text")


def _graph(where: str, given: Any) -> list[Value]:
    """The graph, computed again node by node while the text is right: no number can outgrow the text."""
    made: dict[str, Value] = {}
    for i, node in enumerate(expect_list(where, given)):
        path = f"{where}[{i}]"
        expect_keys(path, node, NODE)
        expect(f"{path}.id", node["id"], node_id(i))
        for name in ("op", "label"):
            if type(node[name]) is not str:
                raise wrong(f"{path}.{name}", node[name], "a text")
        made[node["id"]] = _applied(path, node, made) if node["op"] else _leaf(path, node)
    graph = [*made.values()]
    if not graph:
        raise wrong(where, given, "at least one node")
    for i, (node, in_order) in enumerate(zip(graph, topological(graph[-1]))):
        if node is not in_order:
            raise ValueError(
                f"{where}[{i}] is out of place: operands come before their users, in their order, and the root is last"
            )
    return graph


def _leaf(path: str, node: dict[str, Any]) -> Value:
    if node["kind"] not in ("parameter", "data"):
        raise wrong(f"{path}.kind", node["kind"], "'parameter' or 'data'")
    value: Value = _run(f"{path}.value", Value, read_number(f"{path}.value", node["value"]), node["label"])
    return value


def _applied(path: str, node: dict[str, Any], made: dict[str, Value]) -> Value:
    """The node that an op makes from its operands, with the value and the partials of the text."""
    op = OPS.get(node["op"])
    if op is None:
        raise wrong(f"{path}.op", node["op"], f"one of {', '.join(OPS)}. Add a row of your own first: Op(...)")
    operands = [
        _operand(f"{path}.operands[{k}]", x, made)
        for k, x in enumerate(expect_list(f"{path}.operands", node["operands"]))
    ]
    if not any(isinstance(x, Value) for x in operands):
        raise wrong(f"{path}.operands", node["operands"], "at least one id of a node")
    _refuse_explosion(path, op.name, [*map(number_of, operands)])
    value: Value = _run(path, op, *operands)
    replace_number(value, _taken(f"{path}.value", node["value"], value.data, op.name in ROUNDED_ALIKE))
    partials = tuple(_run(path, op.partials, value.data, *value.numbers))
    given = expect_list(f"{path}.partials", node["partials"], len(partials))
    taken = tuple(
        _taken(f"{path}.partials[{k}]", x, partials[k], op.name in SLOPES_ROUNDED_ALIKE, isinstance(operands[k], Value))
        for k, x in enumerate(given)
    )
    if taken != partials:
        value.op = _with_partials(op, (value.data, *value.numbers), taken)
    value.label = node["label"]
    return value


def _operand(path: str, x: Any, made: dict[str, Value]) -> Any:
    if type(x) is not str:
        return read_number(path, x)
    if x not in made:
        raise wrong(path, x, "the id of an earlier node")
    return made[x]


def _run(path: str, rule: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return rule(*arguments)
    except Exception as error:
        raise ValueError(f"{path} cannot be computed ({type(error).__name__}: {error})") from error


def _taken(path: str, given: Any, computed: Any, rounded_alike: bool, least: int = 0) -> Any:
    """The number of the text: the computed one, or one beside it that the exp or log of another machine may give.

    Beside it means within 2⁻⁵¹ of the number, or of `least` if that is larger. `least` is 1 for partials, which may be
    small differences, as σ(z) - y is, and which the payments check to the last digit.
    """
    right = as_json(path, computed)
    if not same(given, right) and not rounded_alike:
        other = read_number(path, given)
        of_one_kind = any(isinstance(other, kind) and isinstance(computed, kind) for kind in (float, Fraction))
        if of_one_kind and abs(other - computed) * 2**51 <= max(abs(other), abs(computed), least):
            return other
    expect(path, given, right)
    return computed


def _with_partials(op: Op, recorded: tuple[Any, ...], partials: tuple[Any, ...]) -> Op:
    """The row `op` for one node: at the numbers that it recorded, its partials are these."""

    def rule(*numbers: Any) -> Any:
        return partials if all(map(is_, numbers, recorded)) else op.partials(*numbers)

    return Op(op.name, op.symbol, op.value, rule, listed=False)


def _refuse_explosion(path: str, op: str, numbers: Sequence[Any]) -> None:
    """ValueError for exact numbers whose sum or power would take long to compute and be too long for the text."""
    exact: list[Any] = [x for x in numbers if isinstance(x, (int, Fraction))]
    common = 1
    for x in exact:
        common = math.lcm(common, x.denominator)
        if len(exact) * common.bit_length() > _SUMMED:
            raise ValueError(
                f"{path} is too long for the JSON of steps: the common denominator of its operands has too many digits."
            )
    if op == "pow" and len(exact) == 2:
        base, exponent = exact
        bits = max(abs(base.numerator), base.denominator).bit_length() - 1
        if exponent.denominator == 1 and bits * abs(exponent) > _BITS:
            raise ValueError(f"{path} is too long for the JSON of steps: its numbers have at most {LONGEST} digits.")


def _refuse_long_insides(level: Level) -> None:
    """ValueError where exact partials inside of a node are so long that it would take long to multiply them."""
    shown_for = level.shown_for()
    for node, shown in shown_for.items():
        if shown.op and shown.op.name.startswith(INSIDE):
            partials = (x for between in Inside(node, shown_for).nodes for x in between.partials)
            exact = [max(abs(x.numerator), x.denominator) for x in partials if isinstance(x, (int, Fraction))]
            if sum(x.bit_length() - 1 for x in exact) > _BITS:
                raise ValueError(
                    f"{node.label:.60} is too long for the JSON of steps: the partials inside of it have more than "
                    f"{LONGEST} digits together. Open it."
                )


def _level(graph: list[Value], parts: dict[str, Any], given: Any) -> Level:
    """What is shown of the graph that was read; which leaves are data, only the text knows."""
    data = frozenset(leaf for leaf, node in zip(graph, given) if node["kind"] == "data")
    level = Level(graph[-1], data, parts["detail"], tuple(expect_list("opened", parts["opened"])), parts["gradients"])
    names = {node.label for node in graph if node.op and node.label} | level.words
    for i, name in enumerate(level.opened):
        if type(name) is not str or name not in names:
            raise wrong(f"opened[{i}]", name, "the name of a computed node, or of examples")
    expect("opened", parts["opened"], sorted({*parts["opened"]}))
    return level


def _compared(path: str, made: Iterable[T], given: Any, anew: Iterable[str] = ()) -> list[T]:
    """What is made again, compared with the text one by one: it ends at the first that is another.

    Of what is written `anew`, the text of an earlier format has to have something.
    """
    parts = []
    expect_list(path, given)
    for i, part in enumerate(made):
        if i == len(given):
            raise ValueError(f"{path} has {i} entries; expected more")
        expected = as_json(f"{path}[{i}]", _written(part))
        if type(given[i]) is dict:
            expected |= {name: given[i][name] for name in anew if name in given[i]}
        expect(f"{path}[{i}]", given[i], expected)
        parts.append(part)
    expect_list(path, given, len(parts))
    return parts
