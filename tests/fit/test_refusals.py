"""What curve_fit refuses: one clear error each, that says what came and what was wanted."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.errors import DescentError, ExpressionError
from thalweg.fit.curve_fit import curve_fit

X = np.arange(6.0)
Y = 1.0 + 2.0 * X
GAP = np.where(X == 3, np.nan, Y)

DATA = {
    "nan in y": (("y = a*x", X, GAP), "y is nan in row 4"),
    "nan in x": (("y = a*x", GAP, Y), "x is nan in row 4"),
    "infinity": (("y = a*x", X, np.where(X == 0, np.inf, Y)), "y is inf in row 1"),
    "left side out of its domain": (("log(y) = a*x", X, Y - 2), "log(y) is nan in row 1"),
    "lengths": (("y = a*x", X[:4], Y), "x has 4, y has 6"),
    "no x": (("y = a*x", None, Y), "no data for x"),
    "no y": (("y = a*x", X), "no measurements of y"),
    "y twice": (("y = a*x", {"x": X, "y": Y}, Y), "y came twice"),
    "empty": (("y = a*x", [], []), "empty"),
    "text": (("y = a*x", X, ["one"] * 6), "real numbers"),
    "complex": (("y = a*x", X, Y + 1j), "real numbers"),
    "two axes": (("y = a*x", X.reshape(2, 3), Y), "name the predictors"),
    "two axes in a column": (("y = a*x", {"x": X.reshape(2, 3)}, Y), "one dimension"),
    "masked": (("y = a*x", np.ma.masked_equal(X, 3), Y), "masked"),
    "fewer data than parameters": (("y = a + b*x", X[:1], Y[:1]), "1 data cannot determine 2"),
    "number for a model": ((3, X, Y), "formula in text or a callable"),
}


@pytest.mark.parametrize("case", DATA)
def test_data(case):
    arguments, said = DATA[case]
    with pytest.raises(DescentError) as caught:
        curve_fit(*arguments)
    assert said in str(caught.value)


NAMES = {
    "unknown start": (("y = a*x", X, Y, {"q": 1}), "start has 'q'"),
    "parameter and column": (("y = a*x", X, Y, {"x": 1, "a": 1}), "x is a column"),
    "which predictor": (("y = a*t + b", X, Y), "is the predictor?"),
    "nothing to fit": (("y = x", X, Y), "nothing to fit"),
    "both sides": (("y = a*y + x", {"x": X, "y": Y}), "both sides"),
    "a lost column": (("y = a*x1 + b*x2", {"x1": X}, Y), "x2 is no column"),
    "two unknown on the left": (("y/z = a*x", X, Y), "y, z"),
    "start too short": (("y = a + b*x", X, Y, [1.0]), "1 numbers for 2 parameters"),
    "start not finite": (("y = a*x", X, Y, {"a": np.nan}), "one finite number"),
    "start no number": (("y = a*x", X, Y, {"a": "one"}), "real numbers"),
}


@pytest.mark.parametrize("case", NAMES)
def test_names(case):
    arguments, said = NAMES[case]
    with pytest.raises(DescentError) as caught:
        curve_fit(*arguments)
    assert said in str(caught.value)


SETTINGS = {
    "sigma zero": ({"sigma": 0}, "sigma is 0.0 in row 1"),
    "sigma negative": ({"sigma": -Y}, "sigma is -1.0 in row 1"),
    "sigma nan": ({"sigma": GAP}, "sigma is nan in row 4"),
    "sigma short": ({"sigma": [1, 2]}, "2 values for 6 rows"),
    "sigma matrix": ({"sigma": np.eye(6)}, "covariance matrix"),
    "sigma column": ({"sigma": "s"}, "column 's'"),
    "bounds unknown": ({"bounds": {"z": (0, 1)}}, "bounds have 'z'"),
    "bounds crossed": ({"bounds": {"a": (1, 0)}}, "low must lie below high"),
    "bounds no pair": ({"bounds": {"a": 1}}, "give a pair"),
    "bounds no number": ({"bounds": {"a": ("low", 1)}}, "number or None"),
    "bounds wrong count": ({"bounds": ([0, 0, 0], 1)}, "for 1 parameters"),
    "start outside": ({"start": {"a": 5}, "bounds": {"a": (0, 1)}}, "outside its bounds"),
    "jac of a formula": ({"jac": np.sin}, "jac goes with a callable"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_settings(case):
    settings, said = SETTINGS[case]
    with pytest.raises(DescentError) as caught:
        curve_fit("y = a*x", X, Y, **settings)
    assert said in str(caught.value)


@pytest.mark.parametrize("formula", ["y = a*x +", "a*x", "", "y = a^x", "y = unknown(x)*a"])
def test_formulas(formula):
    with pytest.raises(ExpressionError):
        curve_fit(formula, X, Y)


def test_new_points_need_every_predictor():
    fit = curve_fit("y = a*x1 + b*x2", {"x1": X, "x2": X**2}, Y)
    with pytest.raises(DescentError, match="x has no 'x2'"):
        fit.predict({"x1": 1.0})
    with pytest.raises(DescentError, match="give a mapping"):
        fit.predict(1.0)
