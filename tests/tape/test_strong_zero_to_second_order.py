"""A cotangent that is exactly zero keeps its derivative: second derivatives at such points."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

# x·f(x) at 0 has the second derivative 2·f′(0), and there f's own cotangent, x, is exactly zero.
TWICE_THE_SLOPE = {
    "sin": (tw.sin, 2.0),
    "exp": (tw.exp, 2.0),
    "tanh": (tw.tanh, 2.0),
    "log1p": (tw.math.log1p, 2.0),
    "log of 1 + x": (lambda x: tw.math.log(1.0 + x), 2.0),
    "sqrt of 1 + x": (lambda x: tw.sqrt(1.0 + x), 1.0),
    "1 / (1 + x)": (lambda x: 1.0 / (1.0 + x), -2.0),
}


@pytest.mark.parametrize("name", TWICE_THE_SLOPE)
def test_the_slope_of_a_factor_that_is_multiplied_by_zero(name):
    f, bend = TWICE_THE_SLOPE[name]

    def product(x):
        return x * f(x)

    assert float(tw.grad(tw.grad(product))(0.0)) == bend
    assert float(tw.hvp(product, 0.0, 1.0)) == bend
    assert float(tw.hessian(product)(0.0)) == bend

    def total(x):
        return tw.reduce_sum(x * f(x))

    point = np.array([0.0, 0.5, 0.0])
    bends = np.diag(tw.hessian(total)(point).numpy())
    np.testing.assert_array_equal(bends[[0, 2]], [bend, bend])


def test_branches_not_taken_stay_out_of_the_second_derivative():
    def guarded(x):
        return tw.reduce_sum(tw.where(x > 0, tw.sqrt(x) + tw.math.log(x), tw.zeros_like(x)))

    point = tw.constant(np.array([-1.0, 0.0, 4.0]))
    np.testing.assert_allclose(
        np.diag(tw.hessian(guarded)(point).numpy()), [0.0, 0.0, -0.25 / 8.0 - 1.0 / 16.0]
    )
