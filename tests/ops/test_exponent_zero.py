"""x**y where the exponent is 0: the gradient by x is 0 there, its derivative by the exponent is not."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

BASES = (0.3, 1.0, 2.0, 1e150, 1e-150)


def power_and_slope(x, y):
    with tw.GradientTape() as tape:
        tape.watch(x)
        answer = tw.pow(x, y)
    return tape.gradient(answer, x)


@pytest.mark.parametrize("base", BASES)
def test_mixed_derivative_by_two_tapes(base):
    """d/dy of y·x**(y - 1) at y = 0 is 1/x."""
    x, y = tw.constant(np.float64(base)), tw.constant(np.float64(0.0))
    with tw.GradientTape() as tape:
        tape.watch(y)
        slope = power_and_slope(x, y)
    assert slope.numpy() == 0.0
    assert tape.gradient(slope, y).numpy() == pytest.approx(1.0 / base, rel=1e-15)


@pytest.mark.parametrize("base", BASES)
def test_mixed_derivative_forward_over_reverse(base):
    x, y = tw.constant(np.float64(base)), tw.constant(np.float64(0.0))
    with tw.autodiff.ForwardAccumulator(y, tw.constant(np.float64(1.0))) as forward:
        slope = power_and_slope(x, y)
    assert forward.jvp(slope).numpy() == pytest.approx(1.0 / base, rel=1e-15)


@pytest.mark.parametrize("base", [0.0, -0.0, 5e-324, -1e-310, np.nan, np.inf, -np.inf])
def test_gradient_is_zero_where_the_reciprocal_is_no_number(base):
    """x**0 is 1 whatever x is, so its gradient is 0 and no 0·inf."""
    x, y = tw.constant(np.array([base, 2.0])), tw.constant(np.zeros(2))
    assert np.array_equal(power_and_slope(x, y).numpy(), [0.0, 0.0])


def mixed(x, y):
    """∂²/∂y∂x of x**y, by two tapes."""
    with tw.GradientTape() as tape:
        tape.watch(y)
        slope = power_and_slope(x, y)
    return tape.gradient(slope, y).numpy()


@pytest.mark.parametrize("base", [-1.0 + 1.0j, -2.0 + 0.0j, -0.5 - 3.0j])
def test_mixed_derivative_of_complex_powers(base):
    """1/x again, of tw.pow; the gradient by a complex number is the conjugate of the derivative."""
    found = mixed(tw.constant(base), tw.constant(0j))
    assert found == pytest.approx(np.conjugate(1 / base), rel=1e-15)


def test_tiny_powers_of_tiny_numbers_curve_by_finite_numbers_in_float32():
    """Of tw.pow: y·(y - 1)·x**(y - 2) is -1e30 at 1e-30, though x**(y - 2) is beyond float32."""
    x, y = tw.constant(np.float32(1e-30)), tw.constant(np.float32(1e-30))
    with tw.GradientTape() as tape:
        tape.watch(x)
        slope = power_and_slope(x, y)
    assert tape.gradient(slope, x).numpy() == pytest.approx(-1e30, rel=1e-6)


def test_third_derivatives_where_the_base_is_a_unit():
    """∂³/∂x∂x∂y of x**y is (2y - 1)·x**(y - 2) + y·(y - 1)·x**(y - 2)·log x."""
    for base, expected in ((1.0, 5.0), (-1.0 + 0.0j, np.conjugate(-5 - 6j * np.pi))):
        x, y = tw.constant(base), tw.constant(3.0 + 0 * base)
        with tw.GradientTape() as last:
            last.watch(x)
            with tw.GradientTape() as second:
                second.watch(x)
                with tw.GradientTape() as first:
                    first.watch(y)
                    answer = tw.pow(x, y)
                by_exponent = first.gradient(answer, y)
            slope = second.gradient(by_exponent, x)
        assert last.gradient(slope, x).numpy() == pytest.approx(expected, rel=1e-6)
