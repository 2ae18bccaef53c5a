"""The main job: a report on backpropagation for one real case and for 569, and on the training that needs it."""

from __future__ import annotations

import math
import shutil
import sys
import time
from pathlib import Path

from micrograd_lr.compiler.compiled import value_and_grad
from micrograd_lr.demo.report import Report
from micrograd_lr.engine.elementary import inner, sigmoid
from micrograd_lr.engine.functions import dot, logistic_loss, sum
from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.logistic.breast_cancer import Cases, breast_cancer
from micrograd_lr.logistic.model import ManyExamples, OneExample, formulas, three_way_check
from micrograd_lr.page.step_through import StepThrough
from micrograd_lr.pictures.drawing import draw
from micrograd_lr.pictures.renderers import RenderError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

TWO_FEATURES = ("mean radius", "mean texture")
ONE_CASE = 0
THREE_CASES = (0, 19, 1)  # malignant, benign, malignant: A - Y has both signs
WEIGHTS, BIAS = (0.5, 0.25), -0.25  # arbitrary; at these the case is undecided
ITERATIONS = 100


def demo(out: Path = Path("out")) -> int:
    """Print the report and write it to ``out/report.md``. Returns 0 if all its checks are green, else 1."""
    report = Report()
    cases = breast_cancer()
    report.write(
        "# Backpropagation in logistic regression, on real data\n\n"
        f"{len(cases)} cases of the Wisconsin diagnostic breast cancer data (CC BY 4.0), {len(cases.features)} "
        "features each, standardised to mean 0 and standard deviation 1. The label y is 1 for malignant, 0 for benign."
    )
    green = [one_case(report, cases.standardised()), all_cases(report, cases.standardised())]
    green += training(report, cases)
    pictures(report, cases.standardised(), out)
    pages(report, cases.standardised(), out)
    path = out / "report.md"
    report.write(
        "## What to try next\n\n"
        f"* Read this again: `{path.as_posix()}`\n"
        f'* Step through one: `{_command("micrograd-lr")} step "sigmoid(w*x + b)" --set w=0.5 x=2 b=-1`\n'
        f'* Draw an expression of your own: `{_command("micrograd-lr")} draw "sigmoid(w*x + b)" --set w=0.5 x=2 b=-1`\n'
        "* In Python: `from micrograd_lr import Value, log, sigmoid`, then `L.backward()` and any node's `.grad`\n"
        f"* In a clone of the repository, the engine in ten lines: `{_command('python')} demos/01_one_neuron.py`, "
        "and on to `08_step_by_step.py`\n"
        "* Also there, the loss of one example over a million: `docs/compiled.md`\n"
        "* And the slides' argument with the engine's numbers: `docs/derivation.md`"
    )
    report.save(path)
    return 0 if all(green) else 1


def one_case(report: Report, cases: Cases) -> bool:
    """One case with two features: the forward pass, the factors of the chain, their product, the three-way check."""
    cases = cases.only(TWO_FEATURES)
    x, y = cases.rows[ONE_CASE], cases.labels[ONE_CASE]
    one = OneExample(WEIGHTS, BIAS, x, y)
    factors, written, dims = one.factors(), formulas(), one.dimensions()
    a, L = one.a.data, one.L.data
    wx = " + ".join(f"({w:g})({xj:.4f})" for w, xj in zip(WEIGHTS, x))

    report.write(
        f"## 1. One case\n\nCase {ONE_CASE + 1} is {'malignant' if y else 'benign'}: y = {y:g}. Its "
        f"{TWO_FEATURES[0]} and {TWO_FEATURES[1]}, standardised, are x = {_vector(x)}ᵀ. With w = {_vector(WEIGHTS)} "
        f"and b = {BIAS:g}:\n\n### Forward pass"
    )
    shown = {
        "z": (f"{wx} {'-' if BIAS < 0 else '+'} {abs(BIAS):g}", one.z.data),
        "a": (f"σ({one.z.data:.4f})", a),
        "L": (f"-({y:g} log {a:.4f} + {1 - y:g} log {1 - a:.4f})", L),
    }
    report.table(
        ["node", "shape", "formula", "with numbers", "value"],
        [
            [name, _shape(dims[name]), written[name], numbers, f"{value:.6f}"]
            for name, (numbers, value) in shown.items()
        ],
        right=[4],
    )
    report.write("### Backward pass: the factors of the chain, from the loss back to the parameters")
    shown = {
        "∂L/∂a": (f"-{y:g}/{a:.4f} + {1 - y:g}/{1 - a:.4f}", f"{factors['∂L/∂a']:.6f}"),
        "∂a/∂z": (f"{a:.4f}(1 - {a:.4f})", f"{factors['∂a/∂z']:.6f}"),
        "∂z/∂w": ("xᵀ", _vector(factors["∂z/∂w"])),
        "∂z/∂b": ("1", f"{factors['∂z/∂b']:g}"),
    }
    transposed = {"∂z/∂w": "xᵀ"}  # the rule of the op table is for one feature; w as a row needs the whole xᵀ
    report.table(
        ["factor", "shape", "formula", "with numbers", "value"],
        [[name, _shape(dims[name]), transposed.get(name, written[name]), *cells] for name, cells in shown.items()],
        right=[4],
    )
    dw, db = [w.grad for w in one.w], one.b.grad
    chain = f"({factors['∂L/∂a']:.4f})({factors['∂a/∂z']:.4f})"
    report.write(
        "### The product, and what it simplifies to\n\n"
        "∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w, and ∂L/∂b = ∂L/∂a · ∂a/∂z · ∂z/∂b:\n\n"
        f"* ∂L/∂w = {chain}{_vector(x)} = **{_vector(dw)}**\n"
        f"* ∂L/∂b = {chain}(1) = **{db:.4f}**\n\n"
        f"The first two factors, ({written['∂L/∂a']}) · {written['∂a/∂z']}, are a - y: so ∂L/∂w = (a - y)xᵀ and "
        f"∂L/∂b = a - y, here {a:.4f} - {y:g} = {a - y:.4f}.\n\n"
        "Three independent ways to the same gradient: the reverse pass over the graph, differences of the loss in "
        "30-digit decimals, and the closed form (a - y)xᵀ, a - y:"
    )
    check = three_way_check(WEIGHTS, BIAS, [[xj] for xj in x], [y], literal_loss)
    report.check(check)
    return check.agree


def all_cases(report: Report, cases: Cases) -> bool:
    """All cases and features as one graph: J, its gradient, its size, the time it takes, and the three-way check."""
    n, m = len(cases.features), len(cases)
    w, b = [0.0] * n, 0.0
    started = time.perf_counter()
    graph = ManyExamples(w, b, cases.X, cases.labels)
    recorded = time.perf_counter()
    graph.backward()
    swept = time.perf_counter()
    compiled = value_and_grad(case_loss)
    compiled(w, b, cases.X, cases.labels)  # recorded and compiled
    started_again = time.perf_counter()
    J, _ = compiled(w, b, cases.X, cases.labels)
    replayed = time.perf_counter()
    report.write(
        f"## 2. All {m} cases, {n} features, one graph\n\n"
        f"X is (n, m) = ({n}, {m}), w (1, {n}), b (1, 1); Z, A and Y are (1, {m}). At w = 0, b = 0 every a is 1/2, and "
        f"J, the sum of the losses, is {m} log 2:\n\n"
        f"* J = {graph.J.data:.6f}, and {m} log 2 = {m * math.log(2):.6f}\n"
        f"* {len(topological(graph.J)):,} nodes: recorded in {1e3 * (recorded - started):.0f} ms (data checked), "
        f"swept backward in {1e3 * (swept - recorded):.1f} ms\n"
        f"* the loss of one case, recorded once and replayed over all by `value_and_grad` ({compiled.backend}): J = "
        f"{J:.6f} and its gradient in {1e3 * (replayed - started_again):.2f} ms\n\n"
        f"∂J/∂w = (A - Y)Xᵀ and ∂J/∂b = (A - Y)1, the largest 5 of {n + 1} entries, and the check of all {n + 1}:"
    )
    check = three_way_check(w, b, cases.X, cases.labels, names=[*cases.features, "b"])
    report.check(check, rows=5)
    return check.agree


def case_loss(w: Any, b: Any, x: Any, y: Any) -> Any:
    """The loss of one case, for `value_and_grad`."""
    return logistic_loss(dot(w, x) + b, y)


def training(report: Report, cases: Cases) -> list[bool]:
    """Gradient descent on all cases; then on four of five, to see how it does on the fifth."""
    full = cases.standardised()
    n, m = len(cases.features), len(cases)
    rate = 4 / (m * (n + 1))  # 1 / (curvature of J): X diag(a(1-a)) Xᵀ has at most the trace m(n + 1)/4
    report.write(
        "## 3. Training\n\n"
        f"Gradient descent: {ITERATIONS} times, record J, sweep, and take the step w ← w - rate · ∂J/∂w, "
        f"b ← b - rate · ∂J/∂b, with rate = {rate:.2g}. That is 1 over the largest curvature that J can have, so that "
        "J falls with every step."
    )
    w, b, losses = _descend(report, full, rate, f"all {m} cases")
    shown = [0, 1, 10, 30, ITERATIONS]
    report.table(["step", *map(str, shown)], [["J", *(f"{losses[k]:.2f}" for k in shown)]], right=range(1, 6))
    check = three_way_check(w, b, full.X, full.labels, names=[*cases.features, "b"])
    report.write(
        f"The three-way check again, at the trained weights: **{check.verdict}**",
        style="green" if check.agree else "bold red",
    )

    train, held_out = cases.split(every=5)
    seen, unseen = train.standardised(), held_out.standardised(by=train)
    w, b, _ = _descend(report, seen, rate * m / len(train), f"{len(train)} cases")
    rows = []
    for name, part in (("trained on", seen), ("held out", unseen)):
        z = [inner(*w, *x) + b for x in part.rows]
        loss = math.fsum(map(logistic_loss, z, part.labels)) / len(part)
        right = math.fsum((sigmoid(zi) > 0.5) == (y == 1) for zi, y in zip(z, part.labels))
        rows.append([name, str(len(part)), f"{loss:.4f}", f"{right / len(part):.1%} ({right:.0f} of {len(part)})"])
    report.write(
        f"The same from the start on {len(train)} cases, every fifth held out, and standardised by those {len(train)}:"
    )
    report.table(["cases", "number", "loss per case", "accuracy"], rows, right=[1, 2, 3])
    return [check.agree]


def pictures(report: Report, cases: Cases, out: Path) -> None:
    """The graphs of the report as pictures in `out`: of one case, and of the sum over all."""
    cases = cases.only(TWO_FEATURES)
    one = OneExample(WEIGHTS, BIAS, cases.rows[ONE_CASE], cases.labels[ONE_CASE])
    one.L.backward()
    many = ManyExamples(WEIGHTS, BIAS, cases.X, cases.labels)
    many.backward()
    out.mkdir(parents=True, exist_ok=True)
    report.write("## 4. The graphs as pictures")
    lines = []
    for name, drawing, what in (
        ("one_example.svg", draw(one.L, partials="both"), "the case above, from w, x and b to z, a and L"),
        ("one_example.png", draw(one.L, on="slide"), "the same, for a slide"),
        (
            "many_examples.svg",
            draw(many.J, partials="both"),
            f"J over all {len(cases)} cases, with the same two features",
        ),
    ):
        try:
            drawing.save(out / name)
        except RenderError as error:
            what = f"not written: {error}"
        lines.append(f"* `{(out / name).as_posix()}`: {what}")
    report.write(
        "\n".join(lines) + "\n\nEach box has a value and a gradient, each edge a local derivative; the wider the edge, "
        f"the more of the gradient flows back along it. Drawn by: {drawing.renderer}."
    )


def pages(report: Report, cases: Cases, out: Path) -> None:
    """The case of the report, and three cases, as pages to step through in `out`."""
    cases = cases.only(TWO_FEATURES)
    one = OneExample(WEIGHTS, BIAS, cases.rows[ONE_CASE], cases.labels[ONE_CASE])
    many = three_cases(cases)
    out.mkdir(parents=True, exist_ok=True)
    files = [StepThrough(one).save(out / "one_example.html"), StepThrough(many).save(out / "many_examples.html")]
    report.write(
        "## 5. Step through it\n\n"
        f"* `{files[0].as_posix()}`: the case above, forward and backward, one move at a time\n"
        f"* `{files[1].as_posix()}`: {len(many.Y)} cases, y = "
        f"{', '.join(f'{y.data:g}' for y in many.Y)}, from the sum over i to (A - Y)Xᵀ\n\n"
        f"Open them in any browser, by a double click or `{_command('python')} -m webbrowser {files[0].as_posix()}`: "
        "they need no network. Every input can be edited, and *Ask me* hides the numbers until you have found them. In "
        f"the terminal: `{_command('micrograd-lr')} step --ask`."
    )


def three_cases(cases: Cases) -> ManyExamples:
    """The loss of three cases, with their data as nodes, so that they can be edited in the page."""
    X = [[Value(row[i]) for i in THREE_CASES] for row in cases.X]
    return ManyExamples(WEIGHTS, BIAS, X, [Value(cases.labels[i]) for i in THREE_CASES], loss=literal_loss)


def _descend(report: Report, cases: Cases, rate: float, what: str) -> tuple[list[float], float, list[float]]:
    """Gradient descent from w = 0, b = 0: the weights, the bias, and J before each step and after the last."""
    w = [Value(0.0, name) for name in cases.features]
    b = Value(0.0, "b")
    losses = []
    bar, move = report.progress(ITERATIONS, f"training on {what}")
    with bar:
        for iteration in range(ITERATIONS + 1):
            J = sum(logistic_loss(dot(w, x) + b, y) for x, y in zip(cases.rows, cases.labels))
            losses.append(J.data)
            if iteration < ITERATIONS:
                J.backward()
                for parameter in (*w, b):
                    parameter.data -= rate * parameter.grad
                move(f"J = {J.data:.2f}")
    return [v.data for v in w], b.data, losses


def _command(name: str) -> str:
    """How to call a program of this Python environment from here: by its name, or by its path if that finds none."""
    here = Path(sys.executable).parent
    found = shutil.which(name)
    try:
        beside = here.relative_to(Path.cwd())
    except (OSError, ValueError):  # the working folder was deleted, or is somewhere else
        return name
    return name if found and Path(found).parent == here else (beside / name).as_posix()


def _vector(numbers: Iterable[float]) -> str:
    return "(" + ", ".join(f"{x:.4f}" for x in numbers) + ")"


def _shape(dims: tuple[int, int]) -> str:
    return f"({dims[0]}, {dims[1]})"
