"""The walk as LaTeX: what it says, and that KaTeX sets every formula of it."""

import re
import shutil
import subprocess

import pytest
from katex import needs_katex, refused, set_in
from slides import many_examples, one_example
from stepped import SLIDES, all_steps

from micrograd_lr import Expression, Value, steps
from micrograd_lr import sum as total
from micrograd_lr.logistic.slides import board
from micrograd_lr.stepping.latex import walk

NUMBERS = {"w": 0.5, "b": -1.0, "x": 2.0, "y": 1.0}
ODD = "w_1=2·w; mean_x=x; β=exp(w_1·mean_x); ŷ=β/(1+β); loss=-log(ŷ) + relu(β)*1e-5 + tanh(w)^3 + abs(w)"


def slides(**changes):
    return Expression(SLIDES)(**NUMBERS | changes)


def test_a_move_is_a_sentence_and_its_formulas():
    moves = walk(steps(slides())).split("\n\n")
    assert len(moves) == 9
    assert moves[1] == (
        "Forward: $z$ is computed.\n"
        "\\begin{align*}\nz &= wx + b = 0.5 \\cdot 2 + (-1) = 0\n\\end{align*}"
    )  # fmt: skip
    assert moves[4].startswith("The backward pass begins at $L$, which grows as fast as itself.\n")
    assert moves[5].splitlines()[0] == r"Backward: $L$ passes $\frac{\partial L}{\partial L}$ = 1 back."
    assert moves[8] == (
        "Done: the gradients.\n\\begin{align*}\n"
        "\\frac{\\partial L}{\\partial w} &= (a - y)x^{\\top} = (0.5 - 1) \\cdot 2 = -1 \\\\\n"
        "\\frac{\\partial L}{\\partial b} &= a - y = 0.5 - 1 = -0.5\n\\end{align*}"
    )


def test_a_frame_has_its_formulas_alone():
    frames = all_steps(slides())
    assert [frame.latex in walk(frames) for frame in frames] == [True] * len(frames)
    assert frames[0].latex.count("&=") == 4


def test_a_rounded_number_has_its_power_of_ten():
    assert r"w_{1} &= 1.5 \cdot 10^{-9}" in walk(steps(Value(1.5e-9, "w_1") * 2.0))


def test_what_is_said_after_the_formulas():
    assert "y = 3 is not a label: y is meant to be 0 or 1." in walk(steps(slides(y=3.0)))
    many = total([Value(1.0, f"w{i}") for i in range(40)])
    assert re.search(r"And \d+ more of the same kind\.", walk(steps(many)))


def test_the_note_of_a_line_is_text():
    w = Value(2.0, "w")
    assert r"\text{path 1 of 2 to w: }" in walk(all_steps(w * w))


GRAPHS = {
    "slides": slides,
    "odd names": lambda: Expression(ODD)(w=0.5, x=2.0),
    "special characters": lambda: Value(2.0, "50% of #_x") * Value(1e-9, "\\{~^$&}") + Value(-1e12, "日 é'"),
    "one": lambda: one_example()[0].L,
    "many": lambda: many_examples()[0].J,
    "many of more features": lambda: many_examples(n=5, m=6)[0].J,
}


@needs_katex
@pytest.mark.slow
@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("detail", ["names", "ops"])
def test_katex_sets_every_formula_of_a_walk(graph, detail):
    root, formulas = GRAPHS[graph](), []
    for gradients in ("parameters", "all"):
        frames = steps(root, detail=detail, gradients=gradients)
        formulas += (new := set_in(walk(frames)))
        assert len(new) > len(frames) / 2
    assert refused(formulas) == {}
    assert all("[U+" not in formula for formula in formulas)


@needs_katex
def test_a_broken_walk_would_be_seen():
    broken = walk(steps(slides())).replace(r"\frac{y}{a}", r"\frac{y}{a")
    assert len(refused(set_in(broken))) == 2


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex: apt install texlive-latex-base")
def test_pdflatex_sets_the_walk_and_the_board(tmp_path):
    def sets(*texts):
        body = "\n\n".join(texts)
        document = f"\\documentclass{{article}}\\usepackage{{amsmath}}\\begin{{document}}{body}\\end{{document}}"
        (tmp_path / "walk.tex").write_text(document, encoding="utf-8")
        command = ["pdflatex", "-draftmode", "-halt-on-error", "-interaction=nonstopmode", "walk.tex"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0

    walks = [walk(steps(GRAPHS[graph]())).replace("日", "") for graph in GRAPHS]  # pdflatex has no font for that
    assert sets(*walks, board(one_example()[0], form="latex"), board(many_examples()[0], form="latex"))
    assert not sets(walks[0].replace(r"\frac{y}{a}", r"\frac{y}{a"))
