"""A fit goes to another process, or to a file, and predicts there as it did here."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import thalweg as tw

X = np.linspace(0.0, 4.0, 12)
Z = np.cos(X)
Y = 3.0 * np.exp(-0.7 * X) + 0.01 * np.sin(37.0 * X)


def decay(x, a, b):
    return a * np.exp(-b * x)


def slope(x, a, b):
    return np.stack([np.exp(-b * x), -a * x * np.exp(-b * x)], axis=1)


def both(columns, a, b):
    return a * columns["x"] + b * columns["z"]


FITS = {
    "formula": lambda: (tw.curve_fit("y = a*exp(-b*x)", X, Y), X[:5] + 0.1),
    "two predictors": lambda: (
        tw.curve_fit("y = a*x1 + b*x2", {"x1": X, "x2": Z}, Y),
        {"x1": X[:3], "x2": 0.5},
    ),
    "callable": lambda: (tw.curve_fit(decay, X, Y, {"a": 1.0, "b": 1.0}), X[:5] + 0.1),
    "slope by hand": lambda: (tw.curve_fit(decay, X, Y, [1.0, 1.0], jac=slope), X[:5] + 0.1),
    "mapping": lambda: (
        tw.curve_fit(both, {"x": X, "z": Z}, Y, [1.0, 1.0]),
        {"x": X[:3], "z": Z[:3]},
    ),
}
TWINS = {
    "pickle": lambda fit: pickle.loads(pickle.dumps(fit)),  # noqa: S301 # our own bytes
    "deepcopy": copy.deepcopy,
}


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS)
@pytest.mark.parametrize("make", FITS.values(), ids=FITS)
def test_a_twin_predicts_the_same(make, twin):
    fit, points = make()
    other = twin(fit)
    assert other.params == fit.params
    assert other.report() == fit.report()
    np.testing.assert_array_equal(other.predict(points), fit.predict(points))
    np.testing.assert_array_equal(other.band(points), fit.band(points))


def test_a_callable_without_a_name_is_what_cannot_be_pickled():
    fit = tw.curve_fit(lambda x, a: a * x, X, Y, {"a": 1.0})
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(fit)
