"""Callables as models: names, derivatives, what x may be."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DescentError
from thalweg.fit.curve_fit import curve_fit

X = np.linspace(0.0, 5.0, 30)
Y = 6.0 * np.exp(-0.7 * X) + 0.05 * np.random.default_rng(1).normal(size=X.size)
FORMULA = curve_fit("y = a*exp(-c*x)", X, Y, {"a": 1, "c": 1})


def with_numpy(x, a, c):
    return a * np.exp(-c * x)


def with_thalweg(x, a, c):
    return a * tw.exp(-c * x)


def starred(x, *params):
    return params[0] * np.exp(-params[1] * x)


@pytest.mark.parametrize("model", [with_numpy, with_thalweg], ids=["numpy", "thalweg"])
def test_names_come_from_the_signature(model):
    fit = curve_fit(model, X, Y, {"a": 1, "c": 1})
    assert fit.names == ("a", "c")
    assert fit.params == pytest.approx(FORMULA.params, rel=1e-12)
    assert fit.stderr == pytest.approx(FORMULA.stderr, rel=1e-10)
    assert fit.covariance == pytest.approx(FORMULA.covariance, rel=1e-10)
    assert fit.band([0.5, 9.0]) == pytest.approx(FORMULA.band([0.5, 9.0]), rel=1e-10)


def test_a_start_as_a_sequence_as_scipy_takes_it():
    assert curve_fit(with_numpy, X, Y, [1, 1]).params == pytest.approx(FORMULA.params)
    assert curve_fit(starred, X, Y, [1, 1]).names == ("b1", "b2")


def test_stars_are_named_by_the_start():
    fit = curve_fit(starred, X, Y, {"height": 1, "rate": 1})
    assert fit.params["rate"] == pytest.approx(FORMULA.params["c"], rel=1e-12)


def test_defaults_are_starts():
    fit = curve_fit(lambda x, a=2.0, c=0.1: a * np.exp(-c * x), X, Y)
    assert fit.start == {"a": 2.0, "c": 0.1}
    assert fit.guessed == ()


def test_missing_starts_are_guessed():
    fit = curve_fit(with_numpy, X, Y)
    assert fit.guessed == ("a", "c")
    assert fit.params == pytest.approx(FORMULA.params, rel=1e-9)


def test_x_may_be_anything_the_model_takes():
    """SciPy's (k, n) predictors, and a mapping."""
    y = 1.0 + 2.0 * X + 3.0 * X**2
    stacked = curve_fit(lambda x, a, b, c: a + b * x[0] + c * x[1], np.stack([X, X**2]), y)
    assert list(stacked.params.values()) == pytest.approx([1.0, 2.0, 3.0])
    assert stacked.predict(np.array([[1.0, 2.0], [1.0, 4.0]])) == pytest.approx([6.0, 17.0])
    named = curve_fit(lambda x, a, b, c: a + b * x["u"] + c * x["v"], {"u": X, "v": X**2}, y)
    assert list(named.params.values()) == pytest.approx([1.0, 2.0, 3.0])


def test_rows_may_hang_together():
    """A running sum is no function of single rows; the Jacobian is exact all the same."""
    y = np.cumsum(2.0 * np.exp(-0.3 * X))
    fit = curve_fit(lambda x, a, c: np.cumsum(a * np.exp(-c * x)), X, y, [1, 1])
    assert fit.params == pytest.approx({"a": 2.0, "c": 0.3}, rel=1e-10)


def test_a_jacobian_by_hand():
    def slope(x, a, c):
        return np.stack([np.exp(-c * x), -a * x * np.exp(-c * x)], axis=1)

    fit = curve_fit(with_numpy, X, Y, [1, 1], jac=slope)
    assert fit.params == pytest.approx(FORMULA.params, rel=1e-12)


REFUSED = {
    "leaves the tape": (
        lambda x, a, c: float(a) * np.exp(-c * x),
        {"a": 1, "c": 1},
        "the model changes with a",
    ),
    "unknown start": (with_numpy, {"a": 1, "q": 1}, "start has 'q'"),
    "stars without start": (starred, None, "must say how many"),
    "no parameters": (lambda x: x, None, "takes no parameters"),
    "too many values": (lambda x, a: a * np.ones(7), {"a": 1}, "7 values of shape"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case):
    model, start, said = REFUSED[case]
    with pytest.raises(DescentError) as caught:
        curve_fit(model, X, Y, start)
    assert said in str(caught.value)


def test_y_is_needed():
    with pytest.raises(DescentError, match="y is missing"):
        curve_fit(with_numpy, X)
