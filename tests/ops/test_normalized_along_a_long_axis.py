"""Norms of any order, and what is divided by them, keep their digits where one element is nearly all."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import thalweg as tw

DIGITS = 80
VECTORS = ([1e4, 1.0, -0.5], [1.0, -1e8, 2.0], [3.0, 4.0, 1.0], [2.0, -2.0, 1.0], [1e6, 1e-3, 7.0])
ORDERS = (1, 1.5, 2, 3, 4, 6)


def length(x, p):
    return sum(abs(one) ** mpmath.mpf(p) for one in x) ** (1 / mpmath.mpf(p))


CASES = {
    f"norm {p}": (lambda x, p=p: tw.norm(x, ord=p), lambda *x, p=p: length(x, p)) for p in ORDERS
}
for place in (0, 1):
    for p in ORDERS:
        CASES[f"normalize {p}, at {place}"] = (
            lambda x, p=p, at=place: tw.linalg.normalize(x, ord=p)[0][at],
            lambda *x, p=p, at=place: x[at] / length(x, p),
        )
    CASES[f"l2_normalize, at {place}"] = (
        lambda x, at=place: tw.math.l2_normalize(x)[at],
        lambda *x, at=place: x[at] / length(x, 2),
    )


def check(f, oracle, order, bound):
    found = f
    for _ in range(order):
        found = tw.jacobian(found)
    for vector in VECTORS:
        came = found(tw.constant(np.array(vector))).numpy()
        for place in np.ndindex(came.shape):
            if list(place) != sorted(place):
                continue
            with mpmath.workdps(DIGITS):
                at = tuple(map(mpmath.mpf, vector))
                times = tuple(place.count(axis) for axis in range(3))
                wanted = mpmath.diff(oracle, at, times) if place else oracle(*at)
                # 1e-45 is what mpmath's differences leave of a derivative that is 0
                allowed = bound * abs(wanted) + mpmath.mpf("1e-45")
                assert abs(came[place] - wanted) <= allowed, (vector, place, came[place], wanted)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
@pytest.mark.parametrize("name", CASES)
def test_all_digits(name, order):
    check(*CASES[name], order, 5e-14)


@pytest.mark.parametrize("name", CASES)
def test_compiled(name):
    f, oracle = CASES[name]
    check(tw.function(f), oracle, 0, 1e-14)
    slope = tw.function(tw.grad(f))
    for vector in VECTORS:
        eager = tw.grad(f)(tw.constant(np.array(vector))).numpy()
        came = slope(tw.constant(np.array(vector))).numpy()
        np.testing.assert_allclose(came, eager, rtol=1e-13, atol=0)
    assert slope.why_not_compiled() == ""


def test_shorter_than_epsilon_is_divided_by_its_root():
    x = tw.Variable(np.array([[3e-7, 4e-7], [3.0, 4.0], [0.0, 0.0]]))
    with tw.GradientTape() as tape:
        y = tw.math.l2_normalize(x, axis=1)
    np.testing.assert_allclose(y.numpy(), [[0.3, 0.4], [0.6, 0.8], [0.0, 0.0]], rtol=1e-14)
    slope = tape.gradient(y, x).numpy()
    np.testing.assert_allclose(slope, [[1e6, 1e6], [0.032, -0.024], [1e6, 1e6]], rtol=1e-12)


def test_nothing_has_no_direction():
    x = tw.Variable(np.array([[0.0, 0.0], [3.0, 4.0]]))
    with tw.GradientTape() as tape:
        unit, size = tw.linalg.normalize(x, axis=1)
        y = tw.reduce_sum(unit[1])
    assert np.isnan(unit.numpy()[0]).all()
    np.testing.assert_array_equal(size.numpy(), [[0.0], [5.0]])
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), [[0, 0], [0.032, -0.024]], rtol=1e-12)
