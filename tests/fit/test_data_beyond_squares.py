"""Data and models at the ends of float64: refused or told, never a perfect fit that is none."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

X = np.linspace(0.0, 5.0, 12)
Y = 1.0 + 2.0 * X + 0.01 * np.cos(9.0 * X)
LINE = "y = a + b*x"


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e200, 1e300])
@pytest.mark.parametrize("which", ["x", "y"])
def test_columns_whose_squares_leave_float64_are_refused(which, scale):
    x, y = (X * scale, Y) if which == "x" else (X, Y * scale)
    with pytest.raises(tw.DescentError, match=f"^{which} reaches .*other units"):
        tw.curve_fit(LINE, x, y)
    with pytest.raises(tw.DescentError, match=f"^{which} reaches .*other units"):
        tw.curve_fit(lambda x, a, b: a + b * x, x, y, {"a": 1.0, "b": 1.0})


@pytest.mark.parametrize("sigma", [1e-200, 1e200])
def test_standard_deviations_whose_squares_leave_float64_are_refused(sigma):
    with pytest.raises(tw.DescentError, match="sigma reaches"):
        tw.curve_fit(LINE, X, Y, sigma=sigma)


@pytest.mark.parametrize("scale", [1e-100, 1e100])
def test_scales_that_float64_can_square_are_fitted(scale):
    fit, plain = tw.curve_fit(LINE, X, Y * scale), tw.curve_fit(LINE, X, Y)
    assert fit.success
    assert fit.params["b"] == pytest.approx(plain.params["b"] * scale, rel=1e-9)
    assert fit.stderr["b"] == pytest.approx(plain.stderr["b"] * scale, rel=1e-6)


def test_a_start_whose_sum_of_squares_overflows_is_told():
    fit = tw.curve_fit(LINE, X, Y, {"a": 1e300, "b": -1e300})
    assert not fit.success
    assert "sum of squares at the start" in fit.message


def test_slopes_whose_squares_overflow_are_told():
    fit = tw.curve_fit("y = 1e300*a*x", X, Y, {"a": 1e-300})
    assert not fit.success
    assert "derivatives" in fit.message


def test_an_integer_that_no_float_holds_is_refused():
    with pytest.raises(tw.DescentError, match="no float64 numbers"):
        tw.curve_fit(LINE, [10**400] * 12, Y)


def test_a_model_without_return_and_a_jacobian_of_another_shape_are_refused():
    start = {"a": 1.0, "b": 1.0}

    def forgets(x, a, b):
        a + b * x

    with pytest.raises(tw.DescentError, match="returned None"):
        tw.curve_fit(forgets, X, Y, start)
    with pytest.raises(tw.DescentError, match=r"shape \(2,\); it must give \(12, 2\)"):
        tw.curve_fit(lambda x, a, b: a + b * x, X, Y, start, jac=lambda x, a, b: np.ones(2))
