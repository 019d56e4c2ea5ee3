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


# Each is a length or a direction, times c; at c = 0 the cotangent of the length is zero,
# and the mixed derivatives by c are the slopes of the length.
LENGTHS = {
    "norm": lambda a, b, c: c * tw.norm(tw.stack([a, b])),
    "reduce_std": lambda a, b, c: c * tw.math.reduce_std(tw.stack([a, b, 0.0 * a])),
    "hypot": lambda a, b, c: c * np.hypot(a, b),
    "global_norm": lambda a, b, c: c * tw.linalg.global_norm([a, b]),
    "l2_normalize": lambda a, b, c: c * tw.linalg.l2_normalize(tw.stack([a, b]))[0],
    "normalize": lambda a, b, c: c * tw.linalg.normalize(tw.stack([a, b]))[0][0],
    "clip_by_norm": lambda a, b, c: c * tw.clip_by_norm(tw.stack([a, b]), 1.0)[0],
    "clip_by_global_norm": lambda a, b, c: c * tw.clip_by_global_norm([a, b], 1.0)[0][0],
}
POINT = (1.3, 2.0, 0.0)


def expected(name):
    """The derivatives of what stands beside c, by a and b, in closed form."""
    a, b, _ = POINT
    if name == "reduce_std":
        mean = (a + b) / 3
        std = np.sqrt((a * a + b * b) / 3 - mean * mean)
        return (a - mean) / (3 * std), (b - mean) / (3 * std)
    r = np.hypot(a, b)
    if name in ("norm", "hypot", "global_norm"):
        return a / r, b / r
    return b * b / r**3, -a * b / r**3


@pytest.mark.parametrize("name", LENGTHS)
def test_lengths_and_directions_times_zero(name):
    f = LENGTHS[name]
    points = [tw.constant(np.float64(value)) for value in POINT]
    ones = [tw.constant(np.float64(place == 2)) for place in range(3)]
    with tw.GradientTape() as outer:
        outer.watch(points)
        with tw.GradientTape() as inner:
            inner.watch(points)
            value = f(*points)
        slopes = inner.gradient(value, points)
    by_two_tapes = outer.gradient(slopes[2], points[:2])
    with tw.autodiff.ForwardAccumulator(points, ones) as forward:
        with tw.GradientTape() as inner:
            inner.watch(points)
            value = f(*points)
        slopes = inner.gradient(value, points)
    by_forward = [forward.jvp(slope) for slope in slopes[:2]]
    with tw.GradientTape() as outer:
        outer.watch(points)
        with tw.GradientTape() as inner:
            inner.watch(points)
            value = f(*points)
        slopes = inner.gradient(value, points)
        first_row = slopes[0] + 0.0
    other_way = outer.gradient(first_row, points[2])
    want = expected(name)
    np.testing.assert_allclose([float(one.numpy()) for one in by_two_tapes], want, rtol=1e-13)
    np.testing.assert_allclose([float(one.numpy()) for one in by_forward], want, rtol=1e-13)
    np.testing.assert_allclose(float(other_way.numpy()), want[0], rtol=1e-13)
