"""Softmax and its kin keep the digits of the small shares where one share is nearly all: value to third order."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import thalweg as tw

DIGITS = 80
POINTS = (
    [30.0, -30.0, 0.0],
    [40.0, 0.0, 0.0],
    [0.0, -50.0, -45.0],
    [-2.0, 9.0, -7.0],
    [1.0, 0.5, 0.75],
)
WEIGHTS = (0.75, -1.25, 0.375)


def logarithm(x):
    return mpmath.log(sum(map(mpmath.exp, x)))


def shares(x):
    return [mpmath.exp(one - logarithm(x)) for one in x]


ROWS = {
    "softmax": (lambda x: tw.nn.softmax(x)[0], lambda *x: shares(x)[0]),
    "weighed softmax": (
        lambda x: tw.reduce_sum(tw.nn.softmax(x) * np.array(WEIGHTS, x.dtype)),
        lambda *x: sum(a * b for a, b in zip(WEIGHTS, shares(x), strict=True)),
    ),
    "log_softmax, first": (lambda x: tw.nn.log_softmax(x)[0], lambda *x: x[0] - logarithm(x)),
    "log_softmax, second": (lambda x: tw.nn.log_softmax(x)[1], lambda *x: x[1] - logarithm(x)),
    "logsumexp": (tw.reduce_logsumexp, lambda *x: logarithm(x)),
    "cross entropy": (
        lambda x: tw.nn.softmax_cross_entropy_with_logits(np.array([0.0, 1.0, 0.0], x.dtype), x),
        lambda *x: logarithm(x) - x[1],
    ),
    "cross entropy of shares": (
        lambda x: tw.nn.softmax_cross_entropy_with_logits(np.array([0.5, 0.25, 0.25], x.dtype), x),
        lambda *x: logarithm(x) - x[0] / 2 - x[1] / 4 - x[2] / 4,
    ),
    "sparse": (
        lambda x: tw.nn.sparse_softmax_cross_entropy_with_logits(np.int64(0), x),
        lambda *x: logarithm(x) - x[0],
    ),
}  # fmt: skip


def exact(f, point, place):
    """The derivative as often by each number as its place is named."""
    with mpmath.workdps(DIGITS):
        at = tuple(map(mpmath.mpf, point))
        if not place:
            return f(*at)
        return mpmath.diff(f, at, tuple(place.count(axis) for axis in range(len(point))))


def pulled(f, order):
    for _ in range(order):
        f = tw.jacobian(f)
    return f


def pushed(f, order):
    """Along the axes in turn, by accumulators inside one another; the last by a tape."""
    if order < 2:
        return pulled(f, order)
    slope = pushed(f, order - 1)

    def along(x):
        units = np.eye(3, dtype=x.dtype)
        parts = [tw.jvp(slope, (x,), (tw.constant(unit),))[1] for unit in units]
        return tw.stack(parts, -1)

    return along


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("way", [pulled, pushed])
def test_all_digits(way, name, dtype):
    f, oracle = ROWS[name]
    bound = 64 * np.finfo(dtype).eps
    for point in POINTS:
        for order in range(4):
            came = way(f, order)(tw.constant(np.array(point, dtype))).numpy()
            assert came.dtype == dtype
            for place in np.ndindex(came.shape):
                if list(place) == sorted(place):
                    wanted = exact(oracle, point, place)
                    # below the smallest normal number of float32 the spacing is what counts
                    allowed = bound * abs(wanted) + 2 * float(np.finfo(dtype).smallest_subnormal)
                    assert abs(came[place] - wanted) <= allowed, (point, place)


@pytest.mark.parametrize("name", ROWS)
def test_compiled(name):
    f, oracle = ROWS[name]
    hessian = tw.function(pulled(f, 2))
    for point in POINTS:
        came = hessian(tw.constant(np.array(point))).numpy()
        for place in np.ndindex(3, 3):
            wanted = exact(oracle, point, place)
            assert abs(came[place] - wanted) <= 1e-14 * abs(wanted), (point, place)
    assert hessian.why_not_compiled() == ""


@pytest.mark.parametrize("compiled", [False, True])
def test_ties_and_rows_of_nothing_beside_one_another(compiled):
    """A row that is NaN and a row whose largest is there twice have as many largest as two usual rows."""
    x = np.array([[np.nan, 0.0, 0.0], [2.0, 2.0, 1.0], [5.0, 0.0, -np.inf], [-np.inf] * 3])
    f = tw.function(tw.nn.log_softmax) if compiled else tw.nn.log_softmax
    came = f(tw.constant(x)).numpy()
    assert np.isnan(came[[0, 3]]).all()
    for row, line in zip(x[1:3], came[1:3], strict=True):
        wanted = row - np.log(np.exp(row - row.max()).sum()) - row.max()
        np.testing.assert_allclose(line, wanted, rtol=1e-13)


def test_a_long_row_and_a_batch_of_axes():
    """Along a first axis and along a thousand classes: 1 - p is the sum of 999 others."""
    x = np.zeros((1000, 2))
    x[3] = 50.0
    variable = tw.Variable(x)
    with tw.GradientTape() as tape:
        y = tw.reduce_sum(tw.nn.log_softmax(variable, axis=0)[3])
    slope = tape.gradient(y, variable).numpy()
    left = float(999 * mpmath.exp(-50) / (1 + 999 * mpmath.exp(-50)))
    np.testing.assert_allclose(y.numpy(), 2 * np.log1p(-left), rtol=1e-14)
    np.testing.assert_allclose(slope[3], [left, left], rtol=1e-14)
