"""Bounds: the minimum inside the box is SciPy's, and what rests on a bound is told."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.optimize

from thalweg.fit.curve_fit import curve_fit

X = np.linspace(0.0, 5.0, 30)
Y = 6.0 * np.exp(-0.7 * X) + 0.05 * np.random.default_rng(1).normal(size=X.size)
BOXES = [
    ([0, 0], [5, np.inf]),
    ([0, 0], [10, 0.5]),
    ([0, 0.9], [10, 3]),
    ([7, 0.8], [9, 2]),
    ([0, 0], [10, 10]),
]


@pytest.mark.parametrize("box", BOXES, ids=str)
@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_the_minimum_in_the_box_is_scipys(box, where):
    low, high = np.array(box[0], float), np.minimum(np.array(box[1], float), 50.0)
    start = low + where * (high - low)
    fit = curve_fit("y = a*exp(-c*x)", X, Y, start, bounds=box)
    wanted, _ = scipy.optimize.curve_fit(
        lambda x, a, c: a * np.exp(-c * x), X, Y, start, bounds=box, ftol=1e-15, xtol=1e-15
    )
    assert fit.success, fit.message
    assert list(fit.params.values()) == pytest.approx(wanted, rel=1e-5)


def test_a_parameter_at_its_bound_is_told():
    fit = curve_fit("y = a*exp(-c*x)", X, Y, bounds={"c": (None, 0.5)})
    assert fit.params["c"] == 0.5
    assert fit.at_bound == ("c",)
    assert math.isnan(fit.stderr["c"])
    assert "c rests at its bound" in fit.message
    # The other one's error is that of the fit with c held still.
    held = curve_fit("y = a*exp(-0.5*x)", X, Y, {"a": 1})
    ratio = math.sqrt((X.size - 1) / (X.size - 2))
    assert fit.stderr["a"] == pytest.approx(held.stderr["a"] * ratio, rel=1e-9)


def test_bounds_that_do_not_bind_change_nothing():
    free = curve_fit("y = a*exp(-c*x)", X, Y, {"a": 1, "c": 1})
    boxed = curve_fit("y = a*exp(-c*x)", X, Y, {"a": 1, "c": 1}, bounds={"a": (0, None)})
    assert boxed.params == pytest.approx(free.params, rel=1e-12)
    assert boxed.stderr == pytest.approx(free.stderr, rel=1e-10)
    assert boxed.at_bound == ()


def test_no_trial_point_leaves_the_box():
    seen = []

    def model(x, a, c):
        seen.append((float(np.asarray(a)), float(np.asarray(c))))
        return a * np.exp(-c * x)

    def slope(x, a, c):
        return np.stack([np.exp(-c * x), -a * x * np.exp(-c * x)], axis=1)

    curve_fit(model, X, Y, {"a": 4, "c": 1}, bounds={"a": (3, 5), "c": (0.9, 2)}, jac=slope)
    points = np.array(seen)
    assert points[:, 0].min() >= 3
    assert points[:, 0].max() <= 5
    assert points[:, 1].min() >= 0.9
    assert points[:, 1].max() <= 2
