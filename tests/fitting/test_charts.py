"""The pictures of a fit: what is in them, and that they are the same each time."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from micrograd_lr.fitting.charts import LEAST, LINES, calibration, groups, loss_curve

RNG = np.random.default_rng(2)


def test_groups_are_scikit_learns_quantiles():
    p = RNG.random(1000)
    right = RNG.random(1000) < p
    mean, share, spread = groups(p, right)
    shares, means = calibration_curve(right, p, n_bins=10, strategy="quantile")
    assert np.allclose(mean, means)
    assert np.allclose(share, shares)
    assert np.allclose(spread, np.sqrt(mean * (1 - mean) / 100), rtol=0.02)  # as if p were the same in a group


def test_few_rows_are_few_groups():
    for m, count in ((1, 1), (2 * LEAST - 1, 1), (2 * LEAST, 2), (500, 10)):
        assert len(groups(np.full(m, 0.5), np.ones(m, bool))[0]) == count


def test_the_bars_hold_95_percent_of_the_shares_of_a_model_that_is_right():
    inside = []
    for _ in range(200):
        p = RNG.random(400)
        mean, share, spread = groups(p, RNG.random(400) < p)
        inside += [*(abs(share - mean) < 1.96 * spread)]
    assert 0.93 < np.mean(inside) < 0.97


@pytest.mark.slow
@pytest.mark.covers
def test_the_pictures_are_whole_and_the_same_each_time():
    p, many = RNG.dirichlet([1, 1, 1], 300), RNG.dirichlet([1] * 12, 300)
    y = p.argmax(axis=1)
    for draw in (
        lambda: loss_curve([0.7, 0.3, 0.2], [0.1, 1e-3, 1e-7], 1e-6),
        lambda: loss_curve([*np.linspace(1, 0, 99)], [*np.logspace(0, -9, 99)], 1e-6),
        lambda: calibration(p, y, ["a", "b", "c"], "held out"),
        lambda: calibration(p[:, :2], y % 2, ["B", "M"], "training"),
        lambda: calibration(many, many.argmax(axis=1), [f"class {k}" for k in range(12)], "held out"),
    ):
        text = draw()
        assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
        assert text == draw()
    assert text.count("<!-- class ") == 1 + LINES  # in the legend
