"""How fits end: each status by a fit that ends so, and starts that need help."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from thalweg.expressions import parse_equation
from thalweg.fit.curve_fit import curve_fit
from thalweg.fit.wide import wide_residual

X = np.linspace(0.0, 5.0, 30)
Y = 6.0 * np.exp(-0.7 * X) + 0.05 * np.random.default_rng(1).normal(size=X.size)


def test_out_of_steps():
    fit = curve_fit("y = a*exp(-c*x)", X, Y, {"a": 1e-3, "c": 20}, max_steps=2)
    assert (fit.success, fit.status) == (False, "out_of_steps")
    assert "max_steps" in fit.message


def test_outside_the_domain_with_nothing_to_be_done():
    """The square root's argument is negative whatever b."""
    fit = curve_fit("y = b*sqrt(-1 - x**2)", X, Y, {"b": 1})
    assert (fit.success, fit.status) == (False, "left_domain")
    assert "row 1" in fit.message


def test_a_start_outside_the_domain_is_left_for_a_guess():
    fit = curve_fit("y = a*log(b*(x + 1))", X, Y, {"a": 1, "b": -1})
    assert fit.success
    assert "as good; this was reached" in fit.message
    assert fit.params["b"] > 0


def test_a_parameter_at_infinity():
    """A spike at x = 0: the faster the decay, the better, without end."""
    fit = curve_fit("y = exp(-k*x)", X, np.where(X == 0, 1.0, 0.0), {"k": 1})
    assert (fit.success, fit.status) == (False, "unbounded")
    assert "k ran off" in fit.message


def test_a_start_that_sees_nothing_is_helped():
    """At this start the exponential is zero in every row: no slope tells the way."""
    fit = curve_fit("y = a*exp(-c*x)", X + 1, Y, {"a": 1, "c": 2000.0})
    assert fit.success
    assert fit.params["c"] == pytest.approx(0.7, rel=0.05)


def test_missing_starts_are_told():
    fit = curve_fit("y = a*exp(-c*x) + d", X, Y, {"a": 5})
    assert fit.guessed == ("c", "d")
    assert "Starts guessed: c, d" in fit.message
    assert fit.start["a"] == 5.0


def test_numbered_parameters_stand_in_their_order():
    fit = curve_fit("y = b10 + b2*x + b1*x**2", X, Y, [1.0, 2.0, 3.0])
    assert fit.names == ("b1", "b2", "b10")
    assert fit.start == {"b1": 1.0, "b2": 2.0, "b10": 3.0}


def test_the_left_side_is_an_expression_of_columns():
    fit = curve_fit(
        "log(y/scale) = a - c*t", {"t": X, "y": np.exp(2 - 0.5 * X) * 3, "scale": 3 + 0 * X}
    )
    assert fit.params == pytest.approx({"a": 2.0, "c": 0.5}, rel=1e-12)
    assert fit.predict(2.0) == pytest.approx(1.0)


def test_exact_data_are_met_exactly():
    fit = curve_fit("y = a*exp(-c*x)", X, 2 * np.exp(-0.3 * X), {"a": 1, "c": 1})
    assert fit.success
    assert fit.params == pytest.approx({"a": 2.0, "c": 0.3}, rel=1e-14)
    assert fit.stderr["a"] < 1e-14


def test_long_data_are_guessed_from_some_rows():
    x = np.linspace(0, 5, 20001)
    fit = curve_fit("y = a*exp(-c*x) + d", x, 6 * np.exp(-0.7 * x) + 1)
    assert fit.params == pytest.approx({"a": 6.0, "c": 0.7, "d": 1.0}, rel=1e-9)


def test_one_start_one_answer():
    first = curve_fit("y = a*exp(-c*x) + d", X, Y)
    assert first.params == curve_fit("y = a*exp(-c*x) + d", X, Y).params


def test_wide_residuals_are_those_of_decimals():
    """Against mpmath, on the decimals that the data were written as."""
    equation = parse_equation("y = a*exp(-c*x)")
    data = {"x": np.array([0.1, 0.7, 2.3]), "y": np.array([0.9, 0.5, 0.1])}
    residual = wide_residual(equation, ("a", "c"), data)
    if residual is None:
        pytest.skip("longdouble is no wider than float64 on this platform")
    with mpmath.workdps(40):
        wanted = [
            mpmath.mpf(y) - mpmath.mpf(1.25) * mpmath.exp(-mpmath.mpf(0.75) * mpmath.mpf(x))
            for x, y in (("0.1", "0.9"), ("0.7", "0.5"), ("2.3", "0.1"))
        ]
    found = residual(np.array([1.25, 0.75], np.longdouble))
    assert found == pytest.approx([float(w) for w in wanted], rel=1e-16, abs=2e-19)


def test_a_callback_sees_each_step_and_may_end_the_fit():
    x = np.linspace(0.0, 4.0, 20)
    y = 5.0 * np.exp(-0.5 * x) + 0.01 * np.cos(7.0 * x)
    seen = []
    whole = curve_fit("y = a*exp(-b*x)", x, y, {"a": 1, "b": 3}, callback=seen.append)
    assert whole.success
    assert [one.step for one in seen] == list(range(1, len(seen) + 1))
    chisqr = [one.chisqr for one in seen]
    assert chisqr == sorted(chisqr, reverse=True)
    for one in seen:
        a, b = one.params["a"], one.params["b"]
        assert one.chisqr == pytest.approx(np.sum((y - a * np.exp(-b * x)) ** 2), rel=1e-9)

    def raised(state):
        raise StopIteration

    for stop in (raised, lambda state: state.step == 1):
        early = curve_fit("y = a*exp(-b*x)", x, y, {"a": 1, "b": 3}, callback=stop)
        assert (early.status, early.success) == ("stopped", False)
        assert early.params == seen[0].params
        assert "The callback stopped it after" in early.message


def test_a_fit_keeps_its_predictors_and_sigma():
    data = {"u": [0.0, 1.0, 2.0, 4.0], "v": [1.0, 0.0, 2.0, 2.0], "y": [1.0, 3.0, 2.0, 5.0]}
    fit = curve_fit("y = a + b*u + c*v", data, sigma=0.3)
    assert list(fit.predictors) == ["u", "v"]
    assert fit.predictors["v"].tolist() == data["v"]
    assert fit.sigma.tolist() == [0.3] * 4
    assert curve_fit("y = a + b*u", data).sigma is None
