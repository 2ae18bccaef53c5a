"""Steps as JSON text and back. What is read is computed again, and the text must agree with that everywhere."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from fractions import Fraction

from micrograd_lr.engine.node import number_of, replace_number
from micrograd_lr.engine.ops import OPS, Op
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import check_digits
from micrograd_lr.formulas.keys import node_id
from micrograd_lr.formulas.text import Text
from micrograd_lr.levels.names import INSIDE
from micrograd_lr.pictures.graph import boxes_of
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
from micrograd_lr.stepping.moves import Node, Payment
from micrograd_lr.stepping.record import nodes_of, payments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

FORMAT = "micrograd_lr steps 1"
NODE = [field.name for field in fields(Node)]
# IEEE 754 fixes the results of these to the last bit. Every other row uses the C library of the machine, or is the
# user's own: there two machines may differ in the last bits.
ROUNDED_ALIKE = {"add", "sub", "mul", "div", "neg", "relu", "sum", "dot"}

_BITS = LONGEST * math.log2(10)
_SUMMED = 1000 * _BITS  # bits of the common denominator times the terms of a sum: this much is added up in no time


def to_text(nodes: Iterable[Node], payments: Iterable[Payment], digits: int) -> str:
    """The text of `Steps.to_json`."""
    of = {node.id: node for node in nodes}
    parts = {
        "format": FORMAT,
        "digits": digits,
        "nodes": as_json("nodes", [vars(node) for node in of.values()]),
        "payments": as_json("payments", [vars(payment) for payment in payments]),
    }
    for i, node in enumerate(of.values()):
        if node.op.startswith(INSIDE):
            raise ValueError(
                f'{node.name} is shown with its ops inside; only steps(root, detail="ops") are written as JSON.'
            )
        operands = [of[x].value if isinstance(x, str) else x for x in node.operands]
        _refuse_explosion(f"nodes[{i}]", node.op, operands)
    return json.dumps(parts)


def from_text(text: str) -> tuple[list[Node], list[Payment], int]:
    """What `Steps` is made of, from the text that `to_text` wrote; see `Steps.from_json`."""
    if not isinstance(text, str):
        raise TypeError(
            f"Steps.from_json(text) reads the text that Steps.to_json() wrote, not {text!r:.80} "
            f"({type(text).__name__}). Of a file: Path(name).read_text()."
        )
    try:
        parts = json.loads(text, object_pairs_hook=_once_each, parse_constant=_refuse_constant)
        expect_keys("the text", parts, ["format", "digits", "nodes", "payments"])
        expect("format", parts["format"], FORMAT)
        if type(parts["digits"]) is not int:
            raise wrong("digits", parts["digits"], "a whole number from 1 to 17")
        check_digits(parts["digits"])
        graph = _graph(parts["nodes"])
        return _nodes(graph, parts["nodes"]), _payments(graph, parts["payments"]), parts["digits"]
    except Exception as error:  # a row of the user's own may raise anything for numbers that it was not made for
        said = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise ValueError(
            f"this is not the JSON of steps: {said.rstrip('.')}. Give the text that Steps.to_json() wrote."
        ) from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"an object has one of its keys twice: {', '.join(name for name, _ in pairs):.80}")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON; to_json() writes it as a text")


def _graph(given: Any) -> list[Value]:
    """The graph, computed again node by node while the text is right: no number can outgrow the text."""
    made: dict[str, Value] = {}
    for i, node in enumerate(expect_list("nodes", given)):
        path = f"nodes[{i}]"
        expect_keys(path, node, NODE)
        expect(f"{path}.id", node["id"], node_id(i))
        for name in ("op", "label"):
            if type(node[name]) is not str:
                raise wrong(f"{path}.{name}", node[name], "a text")
        made[node["id"]] = _applied(path, node, made) if node["op"] else _leaf(path, node)
    graph = [*made.values()]
    if not graph:
        raise wrong("nodes", given, "at least one node")
    for i, (node, in_order) in enumerate(zip(graph, topological(graph[-1]))):
        if node is not in_order:
            raise ValueError(
                f"nodes[{i}] is out of place: operands come before their users, in their order, and the root is last"
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
    replace_number(value, _taken(f"{path}.value", op, node["value"], value.data))
    partials = tuple(_run(path, op.partials, value.data, *value.numbers))
    given = expect_list(f"{path}.partials", node["partials"], len(partials))
    taken = tuple(
        _taken(f"{path}.partials[{k}]", op, x, partials[k], least=isinstance(operands[k], Value))
        for k, x in enumerate(given)
    )
    if taken != partials:
        value.op = _with_partials(op, taken)
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


def _taken(path: str, op: Op, given: Any, computed: Any, least: int = 0) -> Any:
    """The number of the text: the computed one, or one beside it that the exp or log of another machine may give.

    Beside it means within 2⁻⁵¹ of the number, or of `least` if that is larger. `least` is 1 for partials, which may be
    small differences, as σ(z) - y is, and which the payments check to the last digit.
    """
    right = as_json(path, computed)
    if not same(given, right) and op.name not in ROUNDED_ALIKE:
        other = read_number(path, given)
        of_one_kind = any(isinstance(other, kind) and isinstance(computed, kind) for kind in (float, Fraction))
        if of_one_kind and abs(other - computed) * 2**51 <= max(abs(other), abs(computed), least):
            return other
    expect(path, given, right)
    return computed


def _with_partials(op: Op, partials: tuple[Any, ...]) -> Op:
    """The row `op` for one node, with these partials; on names its rule is that of the row."""

    def rule(out: Any, *operands: Any) -> Any:
        return op.partials(out, *operands) if isinstance(out, Text) else partials

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


def _nodes(graph: list[Value], given: Any) -> list[Node]:
    """The nodes as `steps` makes them, compared with those of the text one by one."""
    boxes = boxes_of(graph, set(), set()).boxes
    kinds = {node["id"]: node["kind"] for node in given}
    for box in boxes:
        if box.kind == "parameter":
            box.kind = kinds[box.id]
    nodes = []
    for i, node in enumerate(nodes_of(boxes)):
        expect(f"nodes[{i}]", given[i], as_json(f"nodes[{i}]", vars(node)))
        nodes.append(node)
    return nodes


def _payments(graph: list[Value], given: Any) -> list[Payment]:
    """The payments of the backward pass, compared with those of the text one by one: it ends at the first other one."""
    expect_list("payments", given, sum(len(node.nodes) for node in graph))
    made = []
    for i, payment in enumerate(payments(graph[-1])):
        expect(f"payments[{i}]", given[i], as_json(f"payments[{i}]", vars(payment)))
        made.append(payment)
    return made
