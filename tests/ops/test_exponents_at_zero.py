"""x**y at x = 0 and below: the mixed second derivative is the limit that calculus gives, in both orders."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import thalweg as tw

INF, NAN = np.inf, np.nan
MIXED = (
    (0.0, 1.0, -INF), (0.0, 2.0, 0.0), (0.0, 0.5, -INF), (0.0, 0.0, INF), (0.0, -1.0, INF),
    (-0.0, 1.0, -INF), (0.0, 1.5, 0.0), (0.0, 3.0, 0.0), (-2.0, 3.0, NAN), (-2.0, 2.5, NAN),
    (1.0, 1.0, 1.0), (2.0, 0.0, 0.5), (2.0**-100, 1.0, 1 - 100 * np.log(2.0)), (2.0, 3.0, 4 * (1 + 3 * np.log(2.0))),
)  # fmt: skip


def by_tapes(x, y, first):
    with tw.GradientTape() as outer:
        outer.watch([x, y])
        with tw.GradientTape() as tape:
            tape.watch([x, y])
            answer = tw.pow(x, y)
        slope = tape.gradient(answer, [x, y][first])
    return outer.gradient(slope, [x, y][1 - first])


def over_reverse(x, y, first):
    one, other = (x, y) if first == 0 else (y, x)
    with tw.ForwardAccumulator(other, tw.ones_like(other)) as forward:
        with tw.GradientTape() as tape:
            tape.watch(one)
            answer = tw.pow(x, y)
        slope = tape.gradient(answer, one)
    return forward.jvp(slope)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("way", [by_tapes, over_reverse])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(("x", "y", "wanted"), MIXED)
def test_mixed(x, y, wanted, first, way, dtype):
    came = way(tw.constant(dtype(x)), tw.constant(dtype(y)), first).numpy()
    np.testing.assert_allclose(came, dtype(wanted), rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("y", [1.0, 0.5, 0.25, 1.5, 2.0, 3.0])
def test_the_limit_is_where_the_points_beside_go(y):
    """At x = 1e-300 mpmath's closed form is on its way: below -50 to -∞, or next to 0."""
    with mpmath.workdps(40):
        x = mpmath.mpf("1e-300")
        beside = x ** (y - 1) * (1 + y * mpmath.log(x))
    came = float(by_tapes(tw.constant(np.float64(0)), tw.constant(np.float64(y)), 0))
    assert came == (-INF if beside < -50 else 0.0)


@pytest.mark.parametrize(
    ("x", "y", "wanted"),
    [
        (0.0, 1.0, 0.0), (0.0, 2.0, 2.0), (0.0, 3.0, 0.0), (0.0, 1.5, INF), (0.0, 0.5, -INF), (0.0, 0.0, 0.0),
        (-2.0, 3.0, -12.0), (-2.0, 2.0, 2.0), (1e-200, 1.0, 0.0), (1e-200, 2.0, 2.0),
    ],
)  # fmt: skip
def test_twice_by_the_base(x, y, wanted):
    came = tw.hessian(lambda one: tw.pow(one, tw.constant(np.float64(y))))(np.float64(x))
    np.testing.assert_allclose(came.numpy(), wanted, rtol=1e-15)


@pytest.mark.parametrize(
    ("x", "y"), [(0.7, 1.3), (1e-8, 1.0), (3.0, -2.0), (2.5, 0.0), (1.0, 2.0), (1e-5, 2.0)]
)
def test_all_derivatives_to_the_third_order(x, y):
    def f(point):
        return tw.pow(point[0], point[1])

    point = np.array([x, y])
    found = [tw.grad(f)(point).numpy(), tw.hessian(f)(point).numpy()]
    found.append(tw.jacobian(tw.hessian(f))(point).numpy())
    with mpmath.workdps(60):
        for order, came in enumerate(found, 1):
            for place in np.ndindex(came.shape):
                times = (order - sum(place), sum(place))
                step = mpmath.mpf(10) ** -25
                wanted = mpmath.diff(
                    lambda a, b: mpmath.power(a, b), (mpmath.mpf(x), mpmath.mpf(y)), times, h=step
                )
                assert came[place] == pytest.approx(float(wanted), rel=1e-11, abs=1e-11)


def test_compiled():
    hessian = tw.function(tw.hessian(lambda p: tw.pow(p[0], p[1])))
    for x, y, wanted in MIXED:
        came = hessian(tw.constant(np.array([x, y]))).numpy()
        np.testing.assert_allclose([came[0, 1], came[1, 0]], [wanted, wanted], rtol=1e-14)
    assert hessian.why_not_compiled() == ""
