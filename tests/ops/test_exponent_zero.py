"""x**y where the exponent is 0: the gradient by x is 0 there, its derivative by the exponent is not."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

BASES = (0.3, 1.0, 2.0, 1e150, 1e-150)


def power_and_slope(x, y):
    with tw.GradientTape() as tape:
        tape.watch(x)
        answer = x**y
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
