"""Training that is killed, by SIGKILL, again and again: nothing is lost, and the model is the same, bit for bit."""

import json
import os
import signal
from functools import partial

import numpy as np
import pytest
from killed import MOMENTS, Forks

from micrograd_lr.fitting.model_file import Model

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]
OPTIONS = ["train", "data.csv", "--target", "y", "--solver", "gd", "--checkpoint-every", 1]
OLD = Model("y", ["0", "1"], ["a"], [0.0], [1.0], [[1.0]], [0.0])


@pytest.fixture(scope="module")
def forks():
    forks = Forks()
    yield forks
    forks.close()


@pytest.fixture
def run(forks, tmp_path):
    """Runs a command in a folder with data.csv; gives its exit code."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 4)) * [1, 2, 3, 4] + rng.normal(size=(200, 1))
    y = rng.random(200) < 1 / (1 + np.exp(-X @ [1, -1, 0.5, 0.2]))
    lines = ["a,b,c,d,y", *(",".join(map(repr, row)) + f",{label:d}" for row, label in zip(X.tolist(), y))]
    (tmp_path / "data.csv").write_text("\n".join(lines))
    return partial(forks.run, tmp_path)


def iterations(checkpoint):
    """How many there are in a checkpoint, which is whole at any time."""
    return len(json.loads(checkpoint.read_text(encoding="utf-8"))["losses"]) - 1 if checkpoint.exists() else 0


def test_killed_and_resumed_it_ends_at_the_same_model(run, tmp_path):
    many = [*OPTIONS, "--tol", "1e-12", "--max-iter", 500]
    assert run([*many, "-o", "wanted.json"]) == 0
    wanted = tmp_path / "wanted.json"
    model, checkpoint = tmp_path / "model.json", tmp_path / "model.json.checkpoint"
    OLD.save(model)
    old = model.read_bytes()
    kills = [{"moment": moment, "count": 2} for moment in MOMENTS * 6]  # at the second checkpoint of a run
    kills += [{"seconds": 0.02 * i} for i in range(1, 7)]
    reached = []
    for kill in kills:
        if run([*many, "--resume"], **kill) == 0:
            break  # a fast machine: it came to the end before it was killed
        reached.append(iterations(checkpoint))
        assert model.read_bytes() == old
    assert len(reached) >= 20
    assert reached == sorted(reached)  # nothing is lost
    assert reached[:6] == [1, 2, 4, 5, 6, 8]
    assert run([*many, "--resume"]) == 0
    assert model.read_bytes() == wanted.read_bytes()
    assert not checkpoint.exists()
    assert Model.load(model).training["iterations"] > max(reached)


def test_killed_while_the_model_is_written(run, tmp_path):
    """The old model, or the new one, is there at any time; and the checkpoint as long as the new one is not."""
    few = [*OPTIONS, "--max-iter", 3]
    assert run([*few, "-o", "wanted.json"]) == 0
    wanted, model = tmp_path / "wanted.json", tmp_path / "model.json"
    OLD.save(model)
    old = model.read_bytes()
    for moment in MOMENTS:
        assert run(few, moment=moment, count=3) == -signal.SIGKILL  # behind two checkpoints
        assert model.read_bytes() == (wanted.read_bytes() if moment == "after" else old)
        assert iterations(tmp_path / "model.json.checkpoint") == 2
    assert run([*few, "--resume"]) == 0
    assert model.read_bytes() == wanted.read_bytes()


def test_killed_while_predictions_are_written(run, tmp_path):
    assert run([*OPTIONS, "--max-iter", 3]) == 0
    out = tmp_path / "out.csv"
    out.write_text("old")
    for moment in ("half", "before"):
        assert run(["predict", "model.json", "data.csv", "-o", out], moment=moment, count=1) == -signal.SIGKILL
        assert out.read_text() == "old"
    assert run(["predict", "model.json", "data.csv", "-o", out]) == 0
    assert len(out.read_text().splitlines()) == 201
