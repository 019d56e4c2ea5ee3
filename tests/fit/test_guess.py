"""Fits without any start: families of curves with known parameters, noise of a few thousandths."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.fit.curve_fit import curve_fit
from thalweg.fit.guess import landmarks

X = np.linspace(0.0, 5.0, 40)
NOISE = 0.005 * np.random.default_rng(3).normal(size=X.size)

# Formula, curve, known parameters, and those among them that carry y's unit.
FAMILIES = {
    "decay over a floor": (
        "y = a*exp(-b*x) + c",
        6 * np.exp(-0.7 * X) + 1,
        {"a": 6, "b": 0.7, "c": 1},
        "ac",
    ),
    "bell": (
        "y = a*exp(-((x - m)/s)**2/2)",
        3 * np.exp(-(((X - 2.2) / 0.4) ** 2) / 2),
        {"a": 3, "m": 2.2},
        "a",
    ),
    "Lorentz's line": (
        "y = a/(1 + ((x - m)/s)**2) + c",
        3 / (1 + ((X - 2.2) / 0.4) ** 2) + 1,
        {"a": 3, "m": 2.2, "c": 1},
        "ac",
    ),
    "logistic": (
        "y = a/(1 + exp(-k*(x - m)))",
        3 / (1 + np.exp(-2 * (X - 2.2))),
        {"a": 3, "k": 2, "m": 2.2},
        "a",
    ),
    "saturation": ("y = V*x/(K + x)", 3 * X / (0.7 + X), {"V": 3, "K": 0.7}, "V"),
    "power": ("y = a*x**b", 3 * X**1.5, {"a": 3, "b": 1.5}, "a"),
    "wave": ("y = a*sin(w*x) + b*cos(w*x)", 2 * np.sin(3 * X) + np.cos(3 * X), {"b": 1}, "ab"),
    "polynomial": ("y = a + b*x + c*x**2", 1 + 2 * X - X**2, {"a": 1, "b": 2, "c": -1}, "abc"),
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("unit", [1.0, 1e-9, 1e6])
def test_families_in_any_unit_of_y(family, unit):
    formula, y, known, scaled = FAMILIES[family]
    fit = curve_fit(formula, X, (y + NOISE) * unit)
    assert fit.success, fit.message
    assert set(fit.guessed) == set(fit.names)
    assert fit.rsquared > 0.999
    for name, value in known.items():
        found = fit.params[name] / (unit if name in scaled else 1.0)
        assert found == pytest.approx(value, rel=0.02, abs=0.02), name


def test_bounds_hold_for_guesses():
    y = 6 * np.exp(-0.7 * X) + 1 + NOISE
    fit = curve_fit("y = a*exp(-b*x) + c", X, y, bounds={"b": (0.1, 2), "c": (0, None)})
    assert fit.params["b"] == pytest.approx(0.7, rel=0.01)
    assert 0.1 < fit.start["b"] < 2


def test_given_starts_stay_as_given():
    y = 6 * np.exp(-0.7 * X) + 1 + NOISE
    fit = curve_fit("y = a*exp(-b*x) + c", X, y, {"b": 0.5})
    assert fit.start["b"] == 0.5
    assert fit.guessed == ("a", "c")


def test_the_start_nearest_to_ones_stands_for_equals():
    """a*b is all that counts; the guess does not put a hundred into one and a hundredth into the other."""
    fit = curve_fit("y = a*b*x", X, 2 * X + NOISE)
    assert 0.05 < abs(fit.params["a"]) < 20
    assert 0.05 < abs(fit.params["b"]) < 20


def test_landmarks_are_places_and_scales():
    found = landmarks([np.array([2.0, 4.0, 6.0, 10.0])])
    for wanted in (2.0, 10.0, 8.0, 1 / 8, 2 * np.pi / 8):
        assert np.isclose(found, wanted).any()
    assert landmarks([np.zeros(4)]).tolist() == [1.0]


def test_zeros_are_fitted_by_zero():
    fit = curve_fit("y = a*exp(-b*x)", X, np.zeros_like(X))
    assert fit.params["a"] == 0
    assert fit.chisqr == 0


@pytest.mark.parametrize(
    "start",
    [{"b": 700.0}, {"b": 100.0}, {"a": 1.0, "b": 700.0}, {"a": 1.0, "b": 100.0}],
    ids=repr,
)
def test_a_hopeless_start_gives_way_to_the_data(start):
    """At b = 700 the model is infinite, at 100 its squares are, though its Jacobian is not."""
    x, y = [1.0, 2.0, 3.0, 4.0], [2.0, 4.1, 5.9, 8.2]
    fit = curve_fit("y = a*exp(b*x)", x, y, start)
    wanted = curve_fit("y = a*exp(b*x)", x, y, {"a": 2.0, "b": 0.5})
    assert fit.status == "converged"
    assert "guessed from the data" in fit.message
    assert fit.params == pytest.approx(wanted.params, rel=1e-9)
