"""The main job: a report on backpropagation for one real case and for 569, and on the training that needs it."""

from __future__ import annotations

import math
import shutil
import sys
import time
from pathlib import Path

from micrograd_lr.compiler.compiled import value_and_grad
from micrograd_lr.demo.report import Report
from micrograd_lr.demo.training import training
from micrograd_lr.engine.functions import dot, logistic_loss
from micrograd_lr.engine.literal import literal_loss
from micrograd_lr.engine.order import topological
from micrograd_lr.engine.value import Value
from micrograd_lr.formulas.format import format_formula
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
ONE, MANY = "one_example.html", "many_examples.html"  # the pages


def demo(out: Path = Path("out")) -> int:
    """Print the report and write it to ``out/report.md``. Returns 0 if all its checks are green, else 1."""
    report = Report()
    cases = breast_cancer()
    lesson(report, cases.standardised(), out)
    report.write(
        f"The data are {len(cases)} cases of the Wisconsin diagnostic breast cancer data (CC BY 4.0), "
        f"{len(cases.features)} features each, standardised to mean 0 and standard deviation 1. The label y is 1 for "
        "malignant, 0 for benign."
    )
    green = [one_case(report, cases.standardised()), all_cases(report, cases.standardised())]
    green += training(report, cases, out)
    pictures(report, cases.standardised(), out)
    path = out / "report.md"
    report.write(
        "## What to try next\n\n"
        f"* Step through the case, and be asked: `{_command('python')} -m webbrowser {(out / ONE).as_posix()}`\n"
        f"* The same in the terminal: `{_command('micrograd-lr')} step`, and `step --ask`\n"
        f'* An expression of your own: `{_command("micrograd-lr")} step "z = w*x + b; a = tanh(z); L = (a - y)^2" '
        "--set w=0.5 x=2 b=-1 y=1`; add `--html page.html` for a page\n"
        f'* Draw it: `{_command("micrograd-lr")} draw "z = w*x + b; a = tanh(z); L = (a - y)^2" --set w=0.5 x=2 b=-1 '
        "y=1 -o graph.svg`; add `--for slide`\n"
        "* In Python: `from micrograd_lr import Value, log, sigmoid`, then `L.backward()` and any node's `.grad`\n"
        f"* In a clone of the repository, the engine in ten lines: `{_command('python')} demos/01_one_neuron.py`, "
        "and on to `08_step_by_step.py`\n"
        "* Also there, the loss of one example over a million: `docs/compiled.md`; fitted to a table of yours: "
        f"`{_command('micrograd-lr')} train data.csv --target diagnosis`\n"
        "* And the slides' argument with the engine's numbers: `docs/derivation.md`\n"
        f"* Read this again: `{path.as_posix()}`"
    )
    report.save(path)
    return 0 if all(green) else 1


def lesson(report: Report, cases: Cases, out: Path) -> None:
    """The lesson in a few lines, and the pages on which it moves, which are written to `out`: one case, and three."""
    one, many = StepThrough(the_case(cases)), StepThrough(three_cases(cases.only(TWO_FEATURES)))
    out.mkdir(parents=True, exist_ok=True)
    files = [one.save(out / ONE), many.save(out / MANY)]
    written = {name: format_formula(formula) for name, formula in formulas().items()}
    of_w, of_b = (format_formula(" = ".join(line.parts[:2])) for line in one.steps[-1].lines)
    labels = ", ".join(f"{node.value:g}" for node in many.steps.nodes.values() if node.label.startswith("y"))
    report.write(
        "# Backpropagation in logistic regression, on real data\n\n"
        "The lesson is four boxes and three factors. Forward, each box is computed from the one before it:\n\n"
        f"    w, x, b → z = {written['z']} → a = {written['a']} → L = {written['L']}\n\n"
        "Backward, from L to w, each arrow has a factor, and the factors are multiplied:\n\n"
        f"    ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = ({written['∂L/∂a']}) · {written['∂a/∂z']} · xᵀ\n\n"
        f"The first two cancel to a − y. So **{of_w}**, and **{of_b}**. Two pages show it, one move at a time:\n\n"
        f"* `{files[0].as_posix()}`: the case of section 1, in {len(one.steps)} moves, to (a − y)xᵀ\n"
        f"* `{files[1].as_posix()}`: three cases, y = {labels}, in {len(many.steps)} moves, to (A − Y)Xᵀ\n\n"
        "A double click opens them in a browser, without a network. Press → to move on. Drag a number, and all others "
        "follow. *Ask me* asks for each factor before it is shown."
    )


def one_case(report: Report, cases: Cases) -> bool:
    """One case with two features: the forward pass, the factors of the chain, their product, the three-way check."""
    one = the_case(cases)
    x, y, walk = [value.data for value in one.x], one.y.data, StepThrough(one).steps
    factors, written, dims = one.factors(), formulas(), one.dimensions()
    lines = [line for frame in walk for line in frame.lines]
    told = {line.parts[0]: line.parts for line in lines if line.kind in ("value", "local")}

    def row(name: str) -> list[str]:
        """What the steps say: the formula, the same with numbers, and the value."""
        *_, numbers, value = map(walk.filled, told[name])
        return [name, _shape(dims[name]), format_formula(written[name]), numbers, value]

    report.write(
        f"## 1. One case\n\nCase {ONE_CASE + 1} is {'malignant' if y else 'benign'}: y = {y:g}. Its "
        f"{TWO_FEATURES[0]} and {TWO_FEATURES[1]}, standardised, are x = {_vector(x)}ᵀ. With w = {_vector(WEIGHTS)} "
        f"and b = {format_formula(f'{BIAS:g}')}:\n\n### Forward pass: the boxes"
    )
    report.table(["box", "shape", "formula", "with numbers", "value"], map(row, ("z", "a", "L")), right=[4])
    report.write("### Backward pass: the factors, from the loss back to the parameters")
    # The rule of the op table is for one feature; w as a row needs the whole xᵀ.
    of_w = ["∂z/∂w", _shape(dims["∂z/∂w"]), "xᵀ", "", _vector(factors["∂z/∂w"])]
    of_b = ["∂z/∂b", _shape(dims["∂z/∂b"]), written["∂z/∂b"], "", f"{factors['∂z/∂b']:g}"]
    report.table(
        ["factor", "shape", "formula", "with numbers", "value"], [row("∂L/∂a"), row("∂a/∂z"), of_w, of_b], right=[4]
    )
    cancels, at_z, of_w_closed, of_b_closed = (
        walk.filled(line.template) for line in lines if line.kind in ("cancel", "closed")
    )
    report.write(
        "### The product, and what it simplifies to\n\n"
        "The product of the first two factors is ∂L/∂z, and nearly all of it cancels:\n\n"
        f"* {cancels}\n"
        f"* {at_z}\n\n"
        "That is proven for all a and y, not only seen for these. Times the last factor, xᵀ for w and 1 for b:\n\n"
        f"* **{of_w_closed}**\n"
        f"* **{of_b_closed}**\n\n"
        "Three independent ways to the same gradient: the reverse pass over the graph, differences of the loss in "
        "30-digit decimals, and the closed form (a − y)xᵀ, a − y:"
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
        f"∂J/∂w = (A − Y)Xᵀ and ∂J/∂b = (A − Y)𝟏, the largest 5 of {n + 1} entries, and the check of all {n + 1}:"
    )
    check = three_way_check(w, b, cases.X, cases.labels, names=[*cases.features, "b"])
    report.check(check, rows=5)
    return check.agree


def case_loss(w: Any, b: Any, x: Any, y: Any) -> Any:
    """The loss of one case, for `value_and_grad`."""
    return logistic_loss(dot(w, x) + b, y)


def pictures(report: Report, cases: Cases, out: Path) -> None:
    """The graphs of the report as pictures in `out`: of one case at both levels of detail, and of the sum over all."""
    one = the_case(cases)
    one.L.backward()
    cases = cases.only(TWO_FEATURES)
    many = ManyExamples(WEIGHTS, BIAS, cases.X, cases.labels)
    many.backward()
    out.mkdir(parents=True, exist_ok=True)
    report.write("## 4. The graphs as pictures")
    lines = []
    for name, drawing, what in (
        (
            "four_boxes.svg",
            draw(one.L, detail="names", direction="LR", partials="formula"),
            "the case of section 1, w, x, b → z → a → L, with the factors on the arrows",
        ),
        ("slide.png", draw(one.L, on="slide"), "the same for a slide: large, and without a background"),
        ("one_example.svg", draw(one.L, partials="both"), "the same with a box for every op"),
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


def the_case(cases: Cases) -> OneExample:
    """The loss of one case, with its two features."""
    cases = cases.only(TWO_FEATURES)
    return OneExample(WEIGHTS, BIAS, cases.rows[ONE_CASE], cases.labels[ONE_CASE])


def three_cases(cases: Cases) -> ManyExamples:
    """The loss of three cases, with their data as nodes, so that they can be edited in the page."""
    X = [[Value(row[i]) for i in THREE_CASES] for row in cases.X]
    return ManyExamples(WEIGHTS, BIAS, X, [Value(cases.labels[i]) for i in THREE_CASES], loss=literal_loss)


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
    return format_formula("(" + ", ".join(f"{x:.4f}" for x in numbers) + ")")


def _shape(dims: tuple[int, int]) -> str:
    return f"({dims[0]}, {dims[1]})"
