"""Standard errors, bands and criteria against closed forms, SciPy and their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats

from thalweg.errors import DescentError
from thalweg.fit.curve_fit import curve_fit

X = np.linspace(0.0, 4.0, 17)
NOISE = np.random.default_rng(7).normal(size=X.size)
LINE = 1.5 + 0.7 * X + 0.1 * NOISE
DECAY = 3.0 * np.exp(-0.8 * X) + 0.4 + 0.02 * NOISE
SIGMA = 0.02 + 0.01 * X


def closed_form_line(x, y):
    """Intercept, slope, their errors, correlation and residual variance, from the textbook."""
    n, mean = x.size, x.mean()
    sxx = np.sum((x - mean) ** 2)
    slope = np.sum((x - mean) * (y - y.mean())) / sxx
    intercept = y.mean() - slope * mean
    variance = np.sum((y - intercept - slope * x) ** 2) / (n - 2)
    return (
        (intercept, slope),
        (math.sqrt(variance * (1 / n + mean**2 / sxx)), math.sqrt(variance / sxx)),
        -mean / math.sqrt(mean**2 + sxx / n),
        variance,
        lambda at: math.sqrt(variance * (1 / n + (at - mean) ** 2 / sxx)),
    )


def test_a_straight_line_is_linear_regression():
    fit = curve_fit("y = a + b*x", X, LINE)
    params, errors, correlation, variance, _ = closed_form_line(X, LINE)
    assert [fit.params["a"], fit.params["b"]] == pytest.approx(params, rel=1e-12)
    assert [fit.stderr["a"], fit.stderr["b"]] == pytest.approx(errors, rel=1e-12)
    assert fit.correlation[0, 1] == pytest.approx(correlation, rel=1e-12)
    assert fit.redchi == pytest.approx(variance, rel=1e-12)
    assert fit.rsquared == pytest.approx(np.corrcoef(X, LINE)[0, 1] ** 2, rel=1e-12)
    assert np.diagonal(fit.correlation).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
def test_the_band_of_a_line_is_students(level):
    fit = curve_fit("y = a + b*x", X, LINE)
    variance, error = closed_form_line(X, LINE)[3:]
    t = scipy.stats.t.ppf(0.5 + level / 2, X.size - 2)
    assert fit.band(9.0, level) == pytest.approx(t * error(9.0), rel=1e-10)
    wanted = t * math.sqrt(error(9.0) ** 2 + variance)
    assert fit.prediction_band(9.0, level) == pytest.approx(wanted, rel=1e-10)


def test_criteria_follow_their_definitions():
    fit = curve_fit("y = a*exp(-b*x) + c", X, DECAY, {"a": 1, "b": 1, "c": 0})
    n, p = X.size, 3
    chisqr = float(np.sum((DECAY - fit.predict(X)) ** 2))
    assert fit.chisqr == pytest.approx(chisqr, rel=1e-12)
    assert fit.aic == pytest.approx(n * math.log(chisqr / n) + 2 * p, rel=1e-12)
    assert fit.bic == pytest.approx(n * math.log(chisqr / n) + p * math.log(n), rel=1e-12)
    assert (fit.ndata, fit.nvarys, fit.nfree) == (n, p, n - p)
    assert fit.best_fit == pytest.approx(fit.predict(X), rel=1e-12)
    assert fit.residual == pytest.approx(DECAY - fit.best_fit, abs=1e-15)


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("sigma", [None, 0.05, SIGMA])
def test_covariance_is_scipys(sigma, absolute):
    if sigma is None and absolute:
        sigma = np.ones_like(X)
    fit = curve_fit(
        "y = a*exp(-b*x) + c",
        X,
        DECAY,
        {"a": 1, "b": 1, "c": 0},
        sigma=sigma,
        absolute_sigma=absolute,
    )
    wide = None if sigma is None else np.broadcast_to(sigma, X.shape)
    params, covariance = scipy.optimize.curve_fit(
        lambda x, a, b, c: a * np.exp(-b * x) + c,
        X,
        DECAY,
        [1, 1, 0],
        sigma=wide,
        absolute_sigma=absolute,
        jac=lambda x, a, b, c: np.stack(
            [np.exp(-b * x), -a * x * np.exp(-b * x), np.ones_like(x)], axis=1
        ),
    )
    assert list(fit.params.values()) == pytest.approx(params, rel=1e-6)
    assert fit.covariance == pytest.approx(covariance, rel=1e-5)


def test_known_sigma_takes_the_normal_law():
    fit = curve_fit("y = a", X, LINE, {"a": 0}, sigma=0.5, absolute_sigma=True)
    assert fit.stderr["a"] == pytest.approx(0.5 / math.sqrt(X.size), rel=1e-12)
    assert fit.band(1.0) == pytest.approx(1.959963984540054 * fit.stderr["a"], rel=1e-12)


def test_weights_are_repetitions():
    """A row measured with half the error counts as four rows."""
    sigma = np.where(np.arange(X.size) < 5, 0.5, 1.0)
    weighted = curve_fit("y = a + b*x", X, LINE, sigma=sigma)
    counts = np.where(np.arange(X.size) < 5, 4, 1)
    repeated = curve_fit("y = a + b*x", np.repeat(X, counts), np.repeat(LINE, counts))
    assert weighted.params == pytest.approx(repeated.params, rel=1e-11)
    assert weighted.chisqr == pytest.approx(repeated.chisqr, rel=1e-11)
    assert weighted.rsquared == pytest.approx(repeated.rsquared, rel=1e-11)


def test_sigma_may_name_a_column():
    named = curve_fit("y = a + b*x", {"x": X, "y": LINE, "s": SIGMA}, sigma="s")
    given = curve_fit("y = a + b*x", X, LINE, sigma=SIGMA)
    assert named.params == given.params


def test_as_many_data_as_parameters_leave_errors_unknown():
    fit = curve_fit("y = a + b*x", [0.0, 1.0], [1.0, 3.0])
    assert fit.success
    assert fit.params == pytest.approx({"a": 1.0, "b": 2.0})
    assert all(math.isinf(error) for error in fit.stderr.values())
    assert "standard errors are unknown" in fit.message
    assert math.isinf(fit.band(0.5))


def test_as_many_data_as_parameters_with_known_sigma():
    fit = curve_fit("y = a + b*x", [0.0, 1.0], [1.0, 3.0], sigma=0.1, absolute_sigma=True)
    assert fit.stderr == pytest.approx({"a": 0.1, "b": 0.1 * math.sqrt(2)}, rel=1e-12)


def test_constant_data_have_no_r_squared():
    fit = curve_fit("y = a + b*x", X, np.full_like(X, 3.0))
    assert fit.params["a"] == pytest.approx(3.0)
    assert math.isnan(fit.rsquared)
    assert "R-squared is undefined" in fit.message


@pytest.mark.parametrize("level", [0.0, 1.0, 95, -0.5])
def test_a_level_is_a_probability(level):
    fit = curve_fit("y = a + b*x", X, LINE)
    with pytest.raises(DescentError, match="level is"):
        fit.band(1.0, level)


def test_shapes_follow_x():
    fit = curve_fit("y = a + b*x", X, LINE)
    assert np.shape(fit.predict(1.0)) == ()
    assert fit.predict([[1.0, 2.0], [3.0, 4.0]]).shape == (2, 2)
    assert fit.band(np.zeros((2, 3))).shape == (2, 3)
    assert fit.prediction_band([1.0, 2.0]).shape == (2,)


def test_the_report_holds_every_number_a_reader_wants():
    fit = curve_fit("y = a*exp(-b*x) + c", X, DECAY, {"a": 1, "b": 1})
    text = str(fit)
    for word in ("[[Model]]", "chi-square", "R-squared", "[[Variables]]", "+/-", "%)", "C(a, "):
        assert word in text
    assert "(guessed)" in text
    assert "(start 1)" in text


def test_as_dict_is_json(tmp_path):
    import json

    fit = curve_fit("y = a*b*exp(-c*x)", X, DECAY, {"a": 1, "b": 1, "c": 1})
    found = json.loads(json.dumps(fit.as_dict(), allow_nan=False))
    assert found["stderr"]["a"] is None
    assert found["status"] == "converged"
