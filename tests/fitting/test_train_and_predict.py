"""``micrograd-lr train`` and ``predict``, as their users type them, beside scikit-learn."""

import csv
import io
import json
import re
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression as Theirs
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from micrograd_lr import cli
from micrograd_lr.fitting import csv_file, training
from micrograd_lr.fitting.cells import MISSING
from micrograd_lr.logistic.breast_cancer import breast_cancer

FEATURES = ["mean radius", "mean texture", "mean smoothness", "worst concavity"]
CASES = breast_cancer().only(FEATURES)
X, Y = np.array(CASES.rows), np.array(["M" if y else "B" for y in CASES.labels])


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder to work in, with data.csv."""
    monkeypatch.chdir(tmp_path)
    frame = pl.DataFrame({name: X[:, j] for j, name in enumerate(FEATURES)} | {"diagnosis": Y})
    frame.write_csv("data.csv")
    frame.write_parquet("data.parquet")
    return tmp_path


@pytest.fixture
def run(here, capsys):
    """Run a command; what it prints, and what it says on stderr."""

    def command(*arguments, status=0):
        assert cli.main([*map(str, arguments)]) == status
        return capsys.readouterr()

    return command


def train(run, *more, status=0):
    return run("train", "data.csv", "--target", "diagnosis", *more, status=status)


def model():
    with open("model.json", encoding="utf-8") as file:
        return json.load(file)


def theirs(weight=None, C=1.0):
    inner = Theirs(C=C, solver="newton-cholesky", tol=1e-12, class_weight=weight)
    return make_pipeline(StandardScaler(), inner).fit(X, Y)


REPORT = """\
data.csv: 569 rows, 4 features, target diagnosis: B 357, M 212
  each feature is standardised: (x - mean) / deviation, of the rows to fit
  held out: 113 rows, 20% of each class at random, seed 0

newton, C = 1: 7 iterations, largest derivative 4.0e-09

                    rows  accuracy  log loss
training             456    0.9671    0.0997
held out             113    0.8938    0.2736
always B                    0.6283

what one deviation more of a feature adds to z, for M:
  mean radius         +3.5745
  worst concavity     +2.1418
  mean texture        +1.3956
  mean smoothness     +1.0966
  (intercept)         -1.0639

wrote model.json
"""


def test_what_train_prints(run):
    printed = train(run)
    assert (printed.out, printed.err) == (REPORT, "")


def test_the_model_is_scikit_learns(run):
    for options, wanted in (
        ([], theirs()),
        (["--C", "0.01"], theirs(C=0.01)),
        (["--class-weight", "balanced"], theirs("balanced")),
        (["--class-weight", "M=3", "B=0.5"], theirs({"M": 3, "B": 0.5})),
        (["--solver", "lbfgs", "--tol", "1e-8"], theirs()),
        (["--solver", "gd", "--tol", "1e-8", "--checkpoint-every", "500"], theirs()),
    ):
        train(run, "--test-size", 0, *options)
        found = model()
        assert found["classes"] == ["B", "M"]
        assert np.allclose(found["means"], wanted[0].mean_, rtol=1e-13)
        assert np.allclose(found["deviations"], wanted[0].scale_, rtol=1e-13)
        assert np.allclose(found["coefficients"], wanted[1].coef_, atol=1e-5)
        assert np.allclose(found["intercepts"], wanted[1].intercept_, atol=1e-5)
    assert not np.allclose(found["coefficients"], theirs(C=1.001)[1].coef_, atol=1e-5)


def test_the_quality_is_scikit_learns(run):
    train(run, "--test-size", 0)
    wanted = theirs()
    found = model()["training"]["training"]
    assert found["rows"] == 569
    assert found["accuracy"] == wanted.score(X, Y)
    assert found["log loss"] == pytest.approx(log_loss(Y, wanted.predict_proba(X)), rel=1e-6)


@pytest.mark.parametrize("file", ["data.csv", "data.parquet"])
def test_predictions_are_scikit_learns(file, run, monkeypatch):
    train(run, "--test-size", 0, "--tol", "1e-10")
    printed = run("predict", "model.json", file)
    rows = [*csv.reader(io.StringIO(printed.out))]
    assert rows[0] == ["prediction", "probability B", "probability M"]
    wanted = theirs()
    assert [row[0] for row in rows[1:]] == [*wanted.predict(X)]
    assert np.allclose(np.array(rows[1:])[:, 1:].astype(float), wanted.predict_proba(X), rtol=1e-6)
    assert printed.err == ""
    monkeypatch.setattr(csv_file, "PIECE", 1000)
    assert run("predict", "model.json", file, "-o", "out.csv").out == ""
    with open("out.csv", encoding="utf-8") as out:
        again = [*csv.reader(out)]
    assert [row[0] for row in again] == [row[0] for row in rows]
    assert np.allclose(np.array(again[1:])[:, 1:].astype(float), wanted.predict_proba(X), rtol=1e-6)


@pytest.mark.slow
def test_three_classes(run, here):
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    pl.DataFrame({f"x{j}": X[:, j] for j in range(4)} | {"kind": names}).write_csv("iris.csv")
    printed = run("train", "iris.csv", "--target", "kind", "--test-size", 0, "--solver", "lbfgs", "--tol", "1e-9").out
    wanted = make_pipeline(StandardScaler(), Theirs(tol=1e-10, max_iter=1000)).fit(X, names)
    assert np.allclose(model()["coefficients"], wanted[1].coef_, atol=1e-4)
    for name in wanted.classes_:
        assert f"\nwhat one deviation more of a feature adds to z, for {name}:\n" in printed
    rows = [*csv.reader(io.StringIO(run("predict", "model.json", "iris.csv").out))]
    assert rows[0] == ["prediction", "probability setosa", "probability versicolor", "probability virginica"]
    assert [row[0] for row in rows[1:]] == [*wanted.predict(X)]
    assert np.allclose(np.array(rows[1:])[:, 1:].astype(float), wanted.predict_proba(X), atol=1e-5)


def test_columns_are_found_by_their_names(run, here):
    train(run)
    wanted = run("predict", "model.json", "data.csv").out
    frame = pl.read_csv("data.csv").drop("diagnosis")
    more = {"id": pl.lit("x")} | {f"e{i}": pl.lit(i) for i in range(5)}
    frame.select(FEATURES[::-1]).with_columns(**more).write_csv("new.csv", separator=";")
    printed = run("predict", "model.json", "new.csv")
    assert printed.out == wanted
    assert printed.err == "note: not used, because the model does not know them: id, e0, e1, e2, e3, …\n"
    frame.rename({"mean texture": "texture"}).write_csv("new.csv")
    said = run("predict", "model.json", "new.csv", "-o", "p.csv", status=1).err
    assert (
        "micrograd-lr: new.csv has no column mean texture. Did you mean texture? Its columns: mean radius, texture,"
        in said
    )
    frame.select(FEATURES[:1]).write_csv("new.csv")
    said = run("predict", "model.json", "new.csv", "-o", "p.csv", status=1).err
    assert said == (
        "micrograd-lr: new.csv lacks 3 of the 4 columns that the model was fitted to: mean texture, mean smoothness, "
        "worst concavity.\n"
    )
    assert not (here / "p.csv").exists()


def test_what_is_read_is_not_written_over(run, here):
    train(run)
    for name in ("data.csv", "model.json"):
        message = f"-o {name}: that is what is read. Choose another name for the predictions."
        assert run("predict", "model.json", "data.csv", "-o", name, status=1).err == f"micrograd-lr: {message}\n"


def test_a_missing_number_when_predicting(run, here):
    new = f"{','.join(FEATURES)}\n14,20,0.1,0.3\n14,,0.1,0.3\n"
    (here / "new.csv").write_text(new)
    train(run)
    means = model()["means"]
    message = (
        "micrograd-lr: new.csv: line 3 (row 2), column mean texture: the number is missing. Put the mean of the rows "
    )
    assert run("predict", "model.json", "new.csv", "-o", "p.csv", status=1).err == (
        f"{message}that the model was fitted to there with --missing mean.\n"
    )
    assert not (here / "p.csv").exists()
    filled = run("predict", "model.json", "new.csv", "--missing", "mean").out
    (here / "new.csv").write_text(new.replace(",,", f",{means[1]!r},"))
    assert run("predict", "model.json", "new.csv").out == filled
    train(run, "--missing", "mean")
    (here / "new.csv").write_text(new)
    assert run("predict", "model.json", "new.csv").out == filled  # what training did is usual
    run("predict", "model.json", "new.csv", "--missing", "error", status=1)


def test_text_where_a_number_should_be_when_predicting(run, here):
    train(run)
    (here / "new.csv").write_text(f"{','.join(FEATURES)}\n14,20,0.1,much\n")
    assert run("predict", "model.json", "new.csv", "-o", "p.csv", status=1).err == (
        "micrograd-lr: new.csv: line 2 (row 1), column worst concavity: 'much' is not a number. Write numbers, such as "
        "0 and 1 for two kinds.\n"
    )


def test_no_rows_to_predict(run, here):
    train(run)
    (here / "new.csv").write_text(",".join(FEATURES) + "\n")
    assert run("predict", "model.json", "new.csv").out == "prediction,probability B,probability M\n"


def test_everything_that_was_done_to_the_table_is_told(run, here):
    lines = ["a;b;same;;y", *(f"{i},5;{i % 7 if i % 9 else ''};3;x;{'no' if i % 3 else 'yes'}" for i in range(60))]
    (here / "t.csv").write_bytes("\n".join(lines).encode("utf-16"))
    printed = run("train", "t.csv", "--target", "y", "--decimal-comma", "--missing", "mean").out
    assert printed.startswith(
        "t.csv: 60 rows, 3 features, target y: no 40, yes 20\n"
        "  separated by semicolons\n"
        "  the text is utf-16\n"
        "  a column without a name is left out\n"
        "  7 missing in b: the mean is put there\n"
        "  same is always 3 in the rows to fit: its coefficient is 0\n"
    )
    assert model()["coefficients"][0][2] == 0
    assert "  same            +0.0000" in printed
    dropped = run("train", "t.csv", "--target", "y", "--decimal-comma", "--missing", "drop", "--test-size", "0").out
    assert dropped.startswith("t.csv: 53 rows, 3 features, target y: no 40, yes 13\n")
    assert "\n  7 rows with something missing are left out\n" in dropped
    assert "\n  nothing is held out\n" in dropped
    assert "\nheld out" not in dropped


def test_many_coefficients_are_in_the_file(run, here):
    columns = {f"x{j}": np.random.default_rng(j).normal(size=40) for j in range(23)}
    pl.DataFrame(columns | {"y": [0, 1] * 20}).write_csv("t.csv")
    printed = run("train", "t.csv", "--target", "y").out
    assert len(re.findall(r"^  x\d+ ", printed, re.MULTILINE)) == 20
    assert "\n  and 3 more in the model file\n" in printed
    assert len(model()["coefficients"][0]) == 23


def test_the_solver_is_newton_for_few_coefficients(run, monkeypatch):
    monkeypatch.setattr("micrograd_lr.fitting.report.FEW", 3)
    assert "\nlbfgs, C = 1: " in train(run).out
    assert "\nnewton, C = 1: " in train(run, "--without", "mean radius").out


def test_a_bar_for_those_who_wait(run, here, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("micrograd_lr.tools.progress.PATIENCE", 0)
    monkeypatch.setattr("sys.stderr", Terminal())
    assert cli.main(["train", "data.csv", "--target", "diagnosis", "--checkpoint-every", "2"]) == 0
    assert "iterations" in sys.stderr.getvalue()


def test_an_early_stop_is_told(run):
    printed = train(run, "--max-iter", 2).out
    assert "newton, C = 1: 2 iterations, largest derivative " in printed
    assert (
        "\n  NOT at the minimum: --tol asks for 1e-06. Give --max-iter more, or choose another --solver.\n" in printed
    )
    printed = train(run, "--tol", "1e-30").out
    assert (
        "NOT at the minimum: --tol asks for 1e-30. There is no smaller one: give --tol more, or choose another"
        in printed
    )


@pytest.mark.parametrize("arguments, message", [
    (["--C", "0"], "--C 0: it is a finite number larger than 0."),
    (["--C", "inf"], "--C inf: it is a finite number larger than 0."),
    (["--tol", "nan"], "--tol nan: it is a finite number larger than 0."),
    (["--max-iter", "0"], "--max-iter 0: it is a whole number of at least 1."),
    (["--checkpoint-every", "0"], "--checkpoint-every 0: it is a whole number of at least 1."),
    (["--seed", "-1"], "--seed -1: it is a whole number of at least 0."),
    (["--test-size", "1"], "--test-size 1: the part to hold out is at least 0 and less than 1, such as 0.2."),
    (["-o", "no/model.json"], "cannot write no/model.json: the folder no does not exist."),
    (["-o", "./data.csv"], "-o data.csv: that is the table. Choose another name for the model."),
    (["-ono/model.json"], "cannot write no/model.json: the folder no does not exist."),
    (["--class-weight", "A=2"], "--class-weight A=2: expected balanced, or CLASS=NUMBER. Classes: B, M."),
    (["--class-weight", "balanced", "B=1"],
     "--class-weight balanced: expected balanced, or CLASS=NUMBER. Classes: B, M."),
    (["--class-weight", "B=two"], "--class-weight B=two: a weight is a finite number of at least 0."),
    (["--class-weight", "B=-1"], "--class-weight B=-1: a weight is a finite number of at least 0."),
    (["--plots", "data.csv"], "cannot make the folder data.csv: File exists."),
    (["--features", "mean radios"],
     "data.csv has no column mean radios. Did you mean mean radius? Its columns: mean radius, "
     "mean texture, mean smoothness, worst concavity, diagnosis."),
])  # fmt: skip
def test_options_that_cannot_be_used(arguments, message, run, here):
    assert train(run, *arguments, status=1).err == f"micrograd-lr: {message}\n"


@pytest.mark.parametrize("arguments, message", [
    (["--delimiter", ""], "argument --delimiter: '' is not a single sign, such as ; or tab"),
    (["--delimiter", "::"], "argument --delimiter: '::' is not a single sign, such as ; or tab"),
    (["--delimiter", '"'], "argument --delimiter: '\"' is not a single sign, such as ; or tab"),
    (["--solver", "sgd"], "argument --solver: invalid choice: 'sgd' (choose from "),
])  # fmt: skip
def test_arguments_that_are_none(arguments, message, run, capsys):
    with pytest.raises(SystemExit):
        train(run, *arguments)
    assert f"micrograd-lr train: error: {message}" in capsys.readouterr().err


def test_delimiters_have_names(run, here):
    for name in ("tab", "\\t", "\t"):
        pl.read_csv("data.csv").write_csv("t.csv", separator="\t")
        run("train", "t.csv", "--target", "diagnosis", "--delimiter", name)


@pytest.mark.parametrize("command", ["train", "predict"])
def test_help_fits_into_80_columns(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) < 70


def test_what_the_page_shows(run, here):
    """Each command of docs/fitting.md prints what stands there."""
    (here / "data.csv").rename("cases.csv")
    (here / "broken.csv").write_text("a,b,y\n1,2,0\n3,abc,1\n")
    page = (Path(__file__).parents[2] / "docs" / "fitting.md").read_text(encoding="utf-8")
    shown = re.findall(r"```console\n\$ micrograd-lr (.*)\n([^`]*)```", page)
    assert len(shown) == page.count("```console") == 3
    for command, wanted in shown:
        printed = run(*command.split(), status=int("broken" in command))
        assert printed.out + printed.err == wanted
    names = ", ".join(f"`{text}`" for text in MISSING if text)
    assert f"| empty, {names} | missing:" in page


# Interrupted and resumed


def interrupted(monkeypatch):
    """The run ends as soon as a checkpoint is written."""
    write = training.write_json

    def written(path, kind, content):
        write(path, kind, content)
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "write_json", written)


@pytest.mark.parametrize("solver", ["newton", "lbfgs", "gd"])
def test_a_run_that_is_resumed_ends_at_the_same_model(solver, run, here, monkeypatch):
    options = ["--solver", solver, "--checkpoint-every", 2, "--tol", "1e-5", "--max-iter", 40]
    report = train(run, *options).out
    wanted = (here / "model.json").read_bytes()
    (here / "model.json").unlink()
    for _ in range(2):
        with monkeypatch.context() as patch:
            interrupted(patch)
            train(run, *options, "--resume", status=130)
        assert [path.name for path in here.iterdir() if path.suffix not in (".csv", ".parquet")] == [
            "model.json.checkpoint"
        ]
    printed = train(run, *options, "--resume")
    assert (printed.out, printed.err) == (report, "")
    assert (here / "model.json").read_bytes() == wanted
    assert not (here / "model.json.checkpoint").exists()


def test_a_checkpoint_belongs_to_data_and_settings(run, here, monkeypatch):
    options = ["--checkpoint-every", 2]
    with monkeypatch.context() as patch:
        interrupted(patch)
        train(run, *options, status=130)
    for more, what in (
        (["--C", "2"], "another setting of C"),
        (["--tol", "1e-3"], "another setting of tol"),
        (["--solver", "gd"], "another setting of solver"),
        (["--class-weight", "balanced"], "another setting of class_weight"),
        (["--without", "mean radius"], "another setting of features"),
        (["--checkpoint-every", "3"], "another setting of leg"),
        (["--seed", "1"], "other rows"),
        (["--test-size", "0.3"], "other rows"),
    ):
        assert train(run, *options, "--resume", *more, status=1).err == (
            f"micrograd-lr: model.json.checkpoint belongs to {what}, so this run cannot go on from it. Start without "
            "--resume, or give what it was made with.\n"
        )
    checkpoint = here / "model.json.checkpoint"
    good = checkpoint.read_text(encoding="utf-8")
    for spoilt, message in (
        (good[:-9], "is damaged: it is not JSON"),
        (good.replace('"losses"', '"loss"'), "is not complete. It lacks losses."),
        (re.sub(r'"losses": \[.*?\]', '"losses": 3', good, flags=re.DOTALL), ": losses is 3, where a list of length 1"),
    ):  # fmt: skip
        checkpoint.write_text(spoilt, encoding="utf-8")
        assert message in train(run, *options, "--resume", status=1).err
    checkpoint.write_text(good, encoding="utf-8")
    assert train(run, *options, "--resume", "--max-iter", "500").err == ""  # there may be more iterations


def test_without_a_checkpoint_it_starts_anew(run):
    assert train(run, "--resume").err == (
        "note: this is a new start; there is no model.json.checkpoint to go on from\n"
    )


def test_what_a_run_that_is_stopped_says(run, monkeypatch):
    def at_once(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training.LogisticRegression, "fit", at_once)
        assert train(run, status=130).err == ""  # there is no checkpoint yet
        patch.undo()
        interrupted(patch)
        said = "\nstopped; the same command with --resume goes on from model.json.checkpoint\n"
        assert train(run, "--checkpoint-every", 2, status=130).err == said
    assert train(run).err == "note: this is a new start; --resume would go on from model.json.checkpoint\n"
    assert train(run).err == ""


def test_a_full_disk_leaves_the_old_model(run, here):
    """The system refuses to write more than 500 bytes to a file."""
    resource = pytest.importorskip("resource")
    train(run)
    before = (here / "model.json").read_bytes()
    (here / "out.csv").write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        said = train(run, "--C", "2", status=1).err
        predicted = run("predict", "model.json", "data.csv", "-o", "out.csv", status=1).err
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert said == "micrograd-lr: cannot write model.json: File too large.\n"
    assert (here / "model.json").read_bytes() == before
    assert predicted == "micrograd-lr: cannot write out.csv: File too large.\n"
    assert (here / "out.csv").read_text() == "old"
    assert sorted(path.name for path in here.iterdir()) == ["data.csv", "data.parquet", "model.json", "out.csv"]


@pytest.mark.slow
@pytest.mark.covers
def test_pictures_are_written(run, here):
    printed = train(run, "--plots", "some/plots").out
    assert printed.endswith("\nwrote model.json, some/plots/loss.svg, some/plots/calibration.svg\n")
    assert sorted(path.name for path in (here / "some" / "plots").iterdir()) == ["calibration.svg", "loss.svg"]
