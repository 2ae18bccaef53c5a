"""A sheet of exercises and its key: what is in them, in which order, and as LaTeX."""

import re
import shutil
import subprocess
from html import unescape

import pytest
from katex import needs_katex, refused, set_in
from pages import data_of

from micrograd_lr import cli
from micrograd_lr.exercises.reading import built_in
from micrograd_lr.exercises.sheets import sheet

ALL = sheet()


def names(made):
    return [exercise.name for exercise in made.exercises]


def test_a_seed_gives_other_numbers_in_another_order():
    assert names(ALL) == [*built_in()]
    seven, again, eight = (sheet(["paths", "circuit", "max", "two_layers"], seed) for seed in (7, 7, 8))
    assert seven.html == again.html != eight.html
    assert {*names(seven)} == {"paths", "circuit", "max", "two_layers"}
    assert len({(*names(sheet(["paths", "circuit", "max"], seed)),) for seed in range(6)}) > 2
    assert seven.exercises[0] == built_in()[names(seven)[0]].at(7)
    assert "Backprop exercises on the board, sheet 7" in seven.html
    assert data_of(seven.html)["fingerprint"] != data_of(eight.html)["fingerprint"]


def test_a_seed_gives_options_another_order():
    asked = built_in()["floats"].asked[2]
    orders = {tuple(built_in()["floats"].at(seed).asked[2].blank.options) for seed in range(8)}
    assert len(orders) > 2
    assert all({*order} == {*asked.blank.options} for order in orders)
    assert all(built_in()["floats"].at(seed).asked[2].key == asked.key == "nan" for seed in range(8))


def test_without_hints_and_without_mistakes(tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text(
        'title = "Mine"\naim = "Twice."\nexpression = "y = x*x"\n[numbers]\nx = "3"\n[[ask]]\nvalue = "y"\n'
        '[[ask]]\nchoice = "Is it odd?"\noptions = ["yes", "no"]\nmistakes = { no = "9 is." }\n',
        encoding="utf-8",
    )
    made = sheet([str(own)])
    assert "hints" not in without_data(made.html).partition("<body>")[2]
    assert made.latex().count("\\begin{enumerate}") == 2
    assert r"\item yes" in made.latex()
    assert made.latex(key=True).endswith(
        r"""\begin{enumerate}
\item $y = 9$
\item Is it odd? a) yes
\begin{itemize}
\item no: 9 is.
\end{itemize}
\end{enumerate}
\end{document}
"""
    )


def test_the_same_exercise_twice():
    with pytest.raises(ValueError, match=r"^the sheet has paths twice\. Give each exercise once; a file may have "):
        sheet(["paths", "max", "paths"])


def without_data(html):
    return re.sub("<script.*?</script>", "", html, flags=re.DOTALL)


def test_the_questions_do_not_say_the_answers_and_the_key_does():
    made = sheet(["many_examples", "floats"])
    written, key = without_data(made.html), made.key
    assert "<script" not in key
    assert "script-src" not in key
    for exercise in made.exercises:
        for asked in exercise.asked:
            for _, hint in asked.question.mistakes:
                assert hint not in written
        assert re.sub(r"\W", "", exercise.title) in re.sub(r"\W", "", key)
    for text in ("2.367", "That is the mean. J is the sum.", "(1, n) = (1, 2)", "c) nan"):
        assert text in key
        assert text not in written
    assert key.count('<p class="key">') == sum(len(exercise.asked) for exercise in made.exercises)
    assert "gives <" not in key


def test_in_a_notebook():
    made = sheet(["square", "paths"], 3)
    shown = made._repr_mimebundle_()
    assert made.widget() is made.widget()
    assert shown["application/vnd.jupyter.widget-view+json"]["model_id"] == made.widget().model_id
    assert shown["text/plain"] == f"<Backprop exercises on the board, sheet 3: {', '.join(names(made))}>"
    page, said = re.fullmatch('<iframe srcdoc="([^"]*)" [^>]*>(.*)</iframe>', shown["text/html"]).groups()
    assert unescape(page) == made.html
    assert said == "Here is Backprop exercises on the board, sheet 3. Run this cell to see it."


def test_saving(tmp_path):
    made = sheet(["square"], 3)
    assert made.save(tmp_path / "a.html").read_text(encoding="utf-8") == made.html
    assert made.save(f"{tmp_path}/b.html", key=True).read_text(encoding="utf-8") == made.key
    assert made.save(tmp_path / "a.tex").read_text(encoding="utf-8") == made.latex()
    assert made.save(tmp_path / "b.tex", key=True).read_text(encoding="utf-8") == made.latex(key=True)
    with pytest.raises(ValueError, match=r"^'a\.pdf': a sheet is a page or LaTeX\. Choose a name that ends in \.html"):
        made.save(tmp_path / "a.pdf")


def run(capsys, *words):
    status = cli.main(["exercises", *map(str, words)])
    printed = capsys.readouterr()
    return status, printed.out + printed.err


def test_on_the_command_line(capsys, tmp_path):
    page, key, text = tmp_path / "s.html", tmp_path / "k.html", tmp_path / "s.tex"
    words = ["sheet", "square", "max", "--seed", "7", "--html", page, "--key", key, "--latex", text]
    assert run(capsys, *words) == (0, f"{page}\n{text}\n{key}\n")
    made = sheet(["square", "max"], 7)
    assert [x.read_text(encoding="utf-8") for x in (page, key, text)] == [made.html, made.key, made.latex()]
    assert run(capsys, "sheet") == (
        1, "micrograd-lr: say where the sheet goes: --html sheet.html, and --key key.html for its key.\n"
    )  # fmt: skip
    assert run(capsys, "sheet", "--latex", "a.html") == (
        1, "micrograd-lr: --latex a.html: choose a name that ends in .tex.\n"
    )  # fmt: skip
    listed = run(capsys, "list")
    assert listed == run(capsys)
    assert len(listed[1].splitlines()) == len(built_in())


def test_codes_on_the_command_line(capsys):
    assert run(capsys, "verify", "sheet1/Ada/7/circuit-113/c432fed7")[0] == 1
    code = "sheet1/Ada/7/circuit-113/c432fed6"
    assert run(capsys, "verify", code, code) == (
        0, 2 * ("Ada, seed 7: 2 right at the first try, 0 right later, 1 revealed, 0 open\n"
                "  circuit  2 of 3 right at the first try\n")
    )  # fmt: skip


@needs_katex
def test_katex_sets_every_formula():
    formulas = [*set_in(ALL.latex()), *set_in(ALL.latex(key=True))]
    assert len(formulas) > 400
    assert refused(formulas) == {}
    assert all("[U+" not in formula for formula in formulas)
    assert refused(set_in(ALL.latex().replace(r"\frac{1}{2}", r"\frac{1}{2", 1))) != {}


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex: apt install texlive-latex-base")
def test_pdflatex_sets_the_sheet_and_the_key(tmp_path):
    for key in (False, True):
        ALL.save(tmp_path / "sheet.tex", key=key)
        command = ["pdflatex", "-draftmode", "-halt-on-error", "-interaction=nonstopmode", "sheet.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:]
