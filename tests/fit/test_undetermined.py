"""Which combination of parameters the data leave open, by models where it is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thalweg.fit.curve_fit import curve_fit

X = np.linspace(0.0, 5.0, 30)
Y = 6.0 * np.exp(-0.7 * X) + 0.05 * np.random.default_rng(1).normal(size=X.size)

CASES = [
    ("y = a*b*exp(-c*x)", {"a": 1, "b": 2, "c": 1}, "a*b is determined, a and b apart are not"),
    ("y = a/b*exp(-c*x)", {"a": 1, "b": 2, "c": 1}, "a/b is determined, a and b apart are not"),
    ("y = (a + b)*exp(-c*x)", {"a": 1, "b": 2, "c": 1}, "a + b is determined, a and b apart"),
    ("y = exp(a + b - c*x)", {"a": 1, "b": 2, "c": 1}, "a + b is determined, a and b apart"),
    ("y = a*exp(-(b + 2*c)*x)", {"a": 1, "b": 0.2, "c": 0.3}, "b + 2*c is determined"),
    ("y = a*exp(-(b - c)*x)", {"a": 1, "b": 2, "c": 0.3}, "b - c is determined"),
    ("y = a*exp(-b**2*c*x)", {"a": 1, "b": 0.9, "c": 0.9}, "b**2*c is determined"),
    ("y = a*b*k*exp(-c*x)", {"a": 1, "b": 1, "k": 2, "c": 1}, "a*b*k is determined, a, b and k"),
    ("y = a*exp(-b*x) + 0*c", {"a": 1, "b": 1, "c": 1}, "c: does not change the prediction"),
]


@pytest.mark.parametrize(("formula", "start", "told"), CASES, ids=[case[0] for case in CASES])
def test_it_is_named(formula, start, told):
    fit = curve_fit(formula, X, Y, start)
    assert fit.success
    assert len(fit.undetermined) == 1
    assert fit.undetermined[0].startswith(told)
    assert fit.undetermined[0] in fit.message
    assert fit.undetermined[0] in str(fit)


def test_what_is_determined_keeps_its_error():
    """a*b*exp(-c*x) is A*exp(-c*x): c's error, the band and the criteria are the same."""
    loose = curve_fit("y = a*b*exp(-c*x)", X, Y, {"a": 1, "b": 2, "c": 1})
    tight = curve_fit("y = a*exp(-c*x)", X, Y, {"a": 1, "c": 1})
    assert loose.params["a"] * loose.params["b"] == pytest.approx(tight.params["a"], rel=1e-10)
    assert loose.stderr["c"] == pytest.approx(tight.stderr["c"], rel=1e-9)
    assert loose.band(2.5) == pytest.approx(tight.band(2.5), rel=1e-9)
    assert loose.aic == pytest.approx(tight.aic, rel=1e-12)
    assert math.isinf(loose.stderr["a"])
    assert math.isinf(loose.stderr["b"])
    assert np.isnan(loose.correlation[0]).all()


def test_two_groups_are_two_sentences():
    fit = curve_fit("y = a*b*exp(-c*x/d)", X, Y, {"a": 1, "b": 2, "c": 1, "d": 2})
    assert set(fit.undetermined) == {
        "a*b is determined, a and b apart are not",
        "c/d is determined, c and d apart are not",
    }
    assert fit.nvarys == 2


def test_the_band_is_infinite_where_the_data_say_nothing():
    """x2 never varies in the data, so a slope along it is open, and so is the curve elsewhere."""
    data = {"x1": X, "x2": np.ones_like(X)}
    fit = curve_fit("y = a + b*x1 + c*x2", data, Y)
    assert fit.undetermined == ("a + c is determined, a and c apart are not",)
    assert math.isfinite(fit.band({"x1": 2.0, "x2": 1.0}))
    assert math.isinf(fit.band({"x1": 2.0, "x2": 3.0}))


def test_a_sound_fit_leaves_nothing_open():
    assert curve_fit("y = a*exp(-c*x)", X, Y).undetermined == ()
