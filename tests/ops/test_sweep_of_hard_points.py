"""Rows at hard points: the value and three derivatives against mpmath, with what is known to fall short by name.

Points are read as the floats they are, so that no rounding of theirs is charged to a row. An exception that holds no
longer fails, as does one that names no point.
"""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import thalweg as tw

DIGITS = 140
BOUND = 2e-14
"""Relative, in float64: some ninety roundings."""

LEAST = mpmath.mpf("1e-38")
"""What mpmath's differences leave of a derivative that is 0."""

SMALL, NEAR_ONE = (0.0, 1e-8, -1e-3), (1 + 1e-7, 1 + 1e-12)


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


OF_ONE = {
    "acosh": (tw.acosh, mpmath.acosh, (*NEAR_ONE, 1e8)),
    "asin": (tw.asin, mpmath.asin, (1e-8, 1 - 1e-7, 1e-12 - 1)),
    "acos": (tw.acos, mpmath.acos, (1e-8, 1 - 1e-7, 1e-12 - 1)),
    "asinh": (tw.asinh, mpmath.asinh, (1e-8, 1e8)),
    "atanh": (tw.atanh, mpmath.atanh, (1e-8, 1 - 1e-7, 1e-12 - 1)),
    "atan": (tw.atan, mpmath.atan, (1e-8, 1e8)),
    "tanh": (tw.tanh, mpmath.tanh, (*SMALL, 30.0, -200.0)),
    "sigmoid": (tw.sigmoid, sigmoid, (*SMALL, 50.0, -50.0)),
    "softplus": (tw.nn.softplus, lambda x: mpmath.log1p(mpmath.exp(x)), (*SMALL, 50.0, -50.0)),
    "log_sigmoid": (tw.math.log_sigmoid, lambda x: mpmath.log(sigmoid(x)), (*SMALL, 50.0, -50.0)),
    "silu": (tw.nn.silu, lambda x: x * sigmoid(x), (*SMALL, 50.0, -50.0)),
    "expm1": (tw.math.expm1, mpmath.expm1, (*SMALL, -50.0)),
    "log1p": (tw.math.log1p, mpmath.log1p, (*SMALL, 1e-7 - 1, 1e8)),
    "log": (tw.math.log, mpmath.log, (*NEAR_ONE, 1e-90)),
    "sqrt": (tw.sqrt, mpmath.sqrt, (1e-100, 1e100)),
    "rsqrt": (tw.math.rsqrt, lambda x: 1 / mpmath.sqrt(x), (1e-50, 1e50)),
    "sinc": (np.sinc, mpmath.sincpi, (1e-8, 0.3)),
    "erf": (tw.math.erf, mpmath.erf, (*SMALL, 6.0)),
    "lgamma": (tw.math.lgamma, mpmath.loggamma, (1e-8, 0.5, 30.0, 1e4)),
}  # fmt: skip


def logarithm(x):
    return mpmath.log(sum(map(mpmath.exp, x)))


def share(x, at):
    return mpmath.exp(x[at] - logarithm(x))


def length(x, p):
    return sum(abs(one) ** p for one in x) ** (1 / mpmath.mpf(p))


def cross_entropy(x):
    return tw.nn.softmax_cross_entropy_with_logits(np.array([1.0, 0.0, 0.0]), x)


LOGITS = (
    (30.0, -30.0, 0.0),
    (40.0, 0.0, 0.0),
    (0.0, -50.0, -45.0),
    (20.0, 20.0, -20.0),
    (0.5, 1.0, 0.75),
)
VECTORS = ((1e4, 1.0, -0.5), (1.0, -1e8, 2.0), (3.0, 4.0, 1.0), (1e6, 1e-3, 7.0))
OF_THREE = {
    "softmax": (lambda x: tw.nn.softmax(x)[0], lambda *x: share(x, 0), LOGITS),
    "log_softmax": (lambda x: tw.nn.log_softmax(x)[0], lambda *x: x[0] - logarithm(x), LOGITS),
    "logsumexp": (tw.reduce_logsumexp, lambda *x: logarithm(x), LOGITS),
    "cumulative_logsumexp": (lambda x: tw.math.cumulative_logsumexp(x)[2], lambda *x: logarithm(x), LOGITS),
    "cross entropy": (cross_entropy, lambda *x: logarithm(x) - x[0], LOGITS),
    "norm": (tw.norm, lambda *x: length(x, 2), VECTORS),
    "norm 3": (lambda x: tw.norm(x, ord=3), lambda *x: length(x, 3), VECTORS),
    "norm 4": (lambda x: tw.norm(x, ord=4), lambda *x: length(x, 4), VECTORS),
    "normalize": (lambda x: tw.linalg.normalize(x)[0][0], lambda *x: x[0] / length(x, 2), VECTORS),
    "normalize 4": (lambda x: tw.linalg.normalize(x, ord=4)[0][1], lambda *x: x[1] / length(x, 4), VECTORS),
    "l2_normalize": (lambda x: tw.math.l2_normalize(x)[1], lambda *x: x[1] / length(x, 2), VECTORS),
}  # fmt: skip

FROM_ONE = "the second derivative of the running sum takes the large share from 1"
HALVES = "two shares of nearly a half: 1 - 2p is taken from p"
ALONE, EVEN = LOGITS[:3], LOGITS[3]
KNOWN = {
    **{("cumulative_logsumexp", point, order): FROM_ONE for point in ALONE for order in (2, 3)},
    **{(name, EVEN, 3): HALVES for name in ("softmax", "log_softmax", "logsumexp", "cumulative_logsumexp", "cross entropy")},
    ("softmax", EVEN, 2): HALVES,
}  # fmt: skip
"""(row, point, order): why it falls short."""


def off(came, oracle, point):
    """The largest relative error of all derivatives that differ in more than the order of the places."""
    worst = mpmath.mpf(0)
    for place in np.ndindex(came.shape):
        if list(place) != sorted(place):
            continue
        with mpmath.workdps(DIGITS):
            at = tuple(map(mpmath.mpf, point))
            times = tuple(place.count(axis) for axis in range(len(point)))
            wanted = mpmath.diff(oracle, at, times) if place else oracle(*at)
            error = abs(mpmath.mpf(float(came[place])) - wanted)
            worst = max(worst, error / max(abs(wanted), LEAST / BOUND))
    return worst


def points(rows):
    """Each row's name with each of its points."""
    return [(name, x) for name, (_, _, at) in rows.items() for x in at]


def judged(worst, name, point, order):
    """Whether the error is within the bound, or beyond it where that is known."""
    known = KNOWN.get((name, point, order))
    if known is None:
        assert worst <= BOUND, mpmath.nstr(worst, 3)
    else:
        assert worst > BOUND, f"is right now, and no exception any more: {known}"


@pytest.mark.sweep
@pytest.mark.parametrize("order", [0, 1, 2, 3])
@pytest.mark.parametrize(("name", "point"), points(OF_ONE))
def test_rows_of_one_number(name, point, order):
    f, oracle, _ = OF_ONE[name]
    for _ in range(order):
        f = tw.grad(f)
    came = np.asarray(f(tw.constant(np.float64(point))).numpy())
    with mpmath.workdps(DIGITS):
        at = mpmath.mpf(point)
        step = (abs(at) or 1) * mpmath.mpf("1e-28")  # far smaller than the point
        wanted = mpmath.diff(oracle, at, order, h=step) if order else oracle(at)
        worst = abs(mpmath.mpf(float(came)) - wanted) / max(abs(wanted), LEAST / BOUND)
    judged(worst, name, point, order)


@pytest.mark.sweep
@pytest.mark.parametrize("order", [0, 1, 2, 3])
@pytest.mark.parametrize(("name", "point"), points(OF_THREE))
def test_rows_of_three_numbers(name, point, order):
    f, oracle, _ = OF_THREE[name]
    for _ in range(order):
        f = tw.jacobian(f)
    worst = off(f(tw.constant(np.array(point))).numpy(), oracle, point)
    judged(worst, name, point, order)


def test_exceptions_name_points():
    rows = {**OF_ONE, **OF_THREE}
    assert all(name in rows and point in rows[name][2] for name, point, _ in KNOWN)
