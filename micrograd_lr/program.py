"""From a recorded loss to a program for one example: sums over features rolled into loops, lines in order."""

from __future__ import annotations

from collections import Counter

from micrograd_lr.functions import logistic_loss
from micrograd_lr.plan import safe_name
from micrograd_lr.symbols import ANY, Symbol, Trace, in_order
from micrograd_lr.value import Value, apply, topological

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

UNROLLED = 1  # entries up to which a vector is written out
_NONE, _MIXED = -2, -3  # no index below a symbol, or several


class Program:
    """The loss of one example and its gradients as symbols.

    `lengths` maps each argument to its number of entries, or None for a scalar; `loss` is the value; `gradients` maps
    each parameter to a symbol or number (a scalar), to a list of them (entries of different forms), or to the one
    symbol that stands for every entry j (a loop). The op "total" is a sum over j of its operand, `index` its length.
    """

    def __init__(
        self, loss: Any, gradients: dict[str, Any], lengths: dict[str, int | None], batch: Iterable[str],
        given: dict[str, str],
    ) -> None:  # fmt: skip
        self.loss, self.gradients, self.lengths, self.batch = loss, gradients, lengths, tuple(batch)
        self.given = given  # the arguments' own names, by the names that they have here
        self.loops = {name: form for name, form in gradients.items() if looped_entries(form)}
        self.columns = [loss]  # the results that are one number per example: all but the loops
        for name, gradient in gradients.items():
            if name not in self.loops:
                self.columns += gradient if isinstance(gradient, list) else [gradient]

    def results(self) -> list[Any]:
        """The loss and every gradient, flat."""
        found = [self.loss]
        for gradient in self.gradients.values():
            found += gradient if isinstance(gradient, list) else [gradient]
        return found


def looped_entries(form: Any) -> list[Symbol]:
    """The entries j, of any j, that `form` reads; those inside a sum over features are not its own."""
    found: dict[Symbol, None] = {}
    stack = [form] if isinstance(form, Symbol) else []
    while stack:
        x = stack.pop()
        if x not in found:
            found[x] = None
            stack += [y for y in x.operands if isinstance(y, Symbol) and x.op != "total"]
    return [x for x in found if x.op == "entry" and x.index == ANY]


def recorded(
    loss: Callable[..., Any], lengths: Mapping[str, int | None], batch: Iterable[str], stable: bool = True
) -> Program:
    """Record `loss` once, on symbols, and differentiate it with the engine's own sweep."""
    trace = Trace()
    arguments: dict[str, Any] = {}
    safe = {name: safe_name(name, lengths) for name in lengths}
    for name, n in lengths.items():
        if n is None:
            arguments[name] = Value(trace.entry(safe[name]), name)
        else:
            arguments[name] = [Value(trace.entry(safe[name], j), f"{name}[{j}]") for j in range(n)]
    root = loss(**arguments)
    if not isinstance(root, Value):
        raise TypeError(
            f"{getattr(loss, '__name__', 'the loss')} returned {root!r:.80} ({type(root).__name__}) for one example; "
            "it has to return a number computed from its arguments. Is the return statement missing?"
        )
    if stable:
        root = stabilised(root)
    root.backward()
    batch = tuple(batch)
    gradients = {
        safe[name]: [_gradient(x) for x in value] if isinstance(value, list) else _gradient(value)
        for name, value in arguments.items()
        if name not in batch
    }
    renamed = {safe[name]: n for name, n in lengths.items()}
    given = {short: name for name, short in safe.items()}
    return _rolled(trace, Program(root.data, gradients, renamed, [safe[name] for name in batch], given))


def _gradient(leaf: Value) -> Any:
    return 0.0 if leaf.grad is None else leaf.grad  # a parameter that the loss does not reach


def stabilised(root: Value) -> Value:
    """The same graph with log σ(z) and log(1 - σ(z)) as the stable loss of z, which they are but for the sign."""
    of: dict[Value, Value] = {}
    new = root
    for node in topological(root):
        if node.op is None:
            of[node] = node
            continue
        z, label = _log_of_sigmoid(node)
        if z is not None:
            new = -logistic_loss(of[z], label)
        else:
            new = apply(node.op, *(of[x] if isinstance(x, Value) else x for x in node.operands))
        of[node] = new
    return of[root]


def _log_of_sigmoid(node: Value) -> tuple[Value | None, float]:
    """z and 1 for log σ(z), z and 0 for log(1 - σ(z)); None for any other node."""
    if str(node.op) != "log":
        return None, 0.0
    (a,) = node.operands
    label = 1.0
    if str(a.op) == "sub" and not isinstance(a.operands[0], Value) and a.operands[0] == 1:
        a, label = a.operands[1], 0.0
    return (a.operands[0], label) if str(a.op) == "sigmoid" else (None, 0.0)


def _rolled(trace: Trace, straight: Program) -> Program:
    """The program with sums over all entries of long vectors as loops."""
    order = in_order(straight.results())
    users = Counter(x for symbol in order for x in symbol.operands if isinstance(x, Symbol))
    inner = {
        x for symbol in order if symbol.op == "add" for x in symbol.operands
        if isinstance(x, Symbol) and x.op == "add" and users[x] == 1
    }  # fmt: skip
    new: dict[Symbol, Any] = {}
    general: dict[Symbol, tuple[Symbol, int]] = {}
    for symbol in order:
        if symbol in inner:
            continue
        if symbol.op == "add":
            terms = [new.get(x, x) if isinstance(x, Symbol) else x for x in _addends(symbol, inner)]
            new[symbol] = _with_loops(trace, terms, straight.lengths, general)
        elif symbol.op == "entry":
            new[symbol] = symbol
        else:
            new[symbol] = trace.symbol(
                symbol.op, *(new.get(x, x) if isinstance(x, Symbol) else x for x in symbol.operands)
            )

    def renewed(x: Any) -> Any:
        return new[x] if isinstance(x, Symbol) else x

    gradients = {}
    for name, gradient in straight.gradients.items():
        if not isinstance(gradient, list):
            gradients[name] = renewed(gradient)
            continue
        entries = [renewed(x) for x in gradient]
        gradients[name] = entries
        if (n := len(entries)) > UNROLLED:
            forms = [_generalised(x, trace, general) for x in entries if isinstance(x, Symbol)]
            form = forms[0][0] if forms else None
            same = [j for x, j in forms if x is form] == [*range(n)]
            if same and all(straight.lengths[x.name] == n for x in looped_entries(form)):
                gradients[name] = form
    return Program(renewed(straight.loss), gradients, straight.lengths, straight.batch, straight.given)


def _addends(root: Symbol, inner: set[Symbol]) -> list[Any]:
    """The terms of a chain of adds, from left to right."""
    terms, stack = [], [root]
    while stack:
        symbol = stack.pop()
        if symbol is root or symbol in inner:
            stack += reversed(symbol.operands)
        else:
            terms.append(symbol)
    return terms


def _with_loops(
    trace: Trace, terms: list[Any], lengths: Mapping[str, int | None], general: dict[Symbol, tuple[Symbol, int]]
) -> Any:
    """The sum of `terms`, with a loop wherever they are all n entries of one form."""
    forms = [_generalised(x, trace, general) if isinstance(x, Symbol) else (x, _NONE) for x in terms]
    members: dict[Any, list[int]] = {}
    for form, j in forms:
        if j >= 0:
            members.setdefault(form, []).append(j)
    loops = set()
    for form, indices in members.items():
        sizes = {lengths[x.name] for x in looped_entries(form)}
        if len(sizes) == 1 and (n := sizes.pop()) and n > UNROLLED and sorted(indices) == list(range(n)):
            loops.add(form)
    total: Any = 0
    for term, (form, j) in zip(terms, forms):
        if j < 0 or form not in loops:
            total = total + term
        elif j == members[form][0]:  # where its first entry stood
            loop = trace.symbol("total", form)
            loop.index = len(members[form])
            total = total + loop
    return total


def _generalised(root: Symbol, trace: Trace, known: dict[Symbol, tuple[Symbol, int]]) -> tuple[Symbol, int]:
    """`root` with every entry j of a vector as entry "any", and that j; or itself, if there is no j or several."""
    stack = [root]
    while stack:
        symbol = stack[-1]
        waiting = [x for x in symbol.operands if isinstance(x, Symbol) and x not in known]
        if symbol in known or waiting:
            stack.pop() if symbol in known else stack.extend(waiting)
            continue
        stack.pop()
        if symbol.op == "entry":
            j = symbol.index
            known[symbol] = (symbol, _NONE) if j is None else (trace.entry(symbol.name, ANY), j)
            continue
        parts = [known[x] if isinstance(x, Symbol) else (x, _NONE) for x in symbol.operands]
        indices = {j for _, j in parts} - {_NONE}
        if symbol.op == "total" or not indices:
            known[symbol] = symbol, _NONE
        elif len(indices) > 1 or _MIXED in indices:
            known[symbol] = symbol, _MIXED
        else:
            known[symbol] = trace.symbol(symbol.op, *(form for form, _ in parts)), indices.pop()
    return known[root]
