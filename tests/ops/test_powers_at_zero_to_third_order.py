"""x**y at x = 0: every derivative to the third order is where the points beside it go, by every way that leads there."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest

import thalweg as tw

EXPONENTS = (-1.0, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
ORDERS = [
    "".join(one)
    for count in (1, 2, 3)
    for one in itertools.product("xy", repeat=count)
    if "x" in one  # by y alone it counts as 0, which the notes of `pow` say
]


def limit(y, by_base, by_exponent):
    """Either ±∞, 0 or the constant: the closed form twice, at x = 1e-400 and at 1e-800."""

    def slope(x):
        with mpmath.workdps(60):
            total = mpmath.mpf(0)
            for turn in range(by_exponent + 1):
                falling = mpmath.taylor(lambda t: mpmath.ff(t, by_base), y, turn)[turn]
                falling = (
                    mpmath.nint(falling * 10**30) / mpmath.mpf(10) ** 30
                )  # what differences leave
                share = falling * mpmath.factorial(turn) * mpmath.binomial(by_exponent, turn)
                total += share * mpmath.log(x) ** (by_exponent - turn)
            return total * x ** (mpmath.mpf(y) - by_base)

    near, nearer = slope(mpmath.mpf("1e-400")), slope(mpmath.mpf("1e-800"))
    if abs(nearer) > 1.5 * abs(near):
        return float(mpmath.sign(nearer)) * np.inf
    return 0.0 if abs(nearer) < abs(near) / 1.5 else float(nearer)


def through(order):
    def f(x, y):
        return x**y

    for letter in order:
        f = tw.grad(f, argnums="xy".index(letter))
    return f


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_limits(order, compiled):
    f = tw.function(through(order)) if compiled else through(order)
    for y in EXPONENTS:
        if order == "x" and y == 0:
            continue  # the constant function's 0, which is no limit of exponents
        came = float(f(tw.constant(np.float64(0)), tw.constant(np.float64(y))))
        assert came == limit(y, order.count("x"), order.count("y")), y
    assert not compiled or f.why_not_compiled() == ""


@pytest.mark.parametrize("order", ["xxx", "xxy", "xyy", "yyx", "yyy", "xxxyy", "yyyyx"])
def test_away_from_zero(order):
    f = through(order)
    for x, y in ((0.7, 1.3), (1e-8, 1.0), (3.0, -2.0), (2.5, 0.0), (1.0, 2.0), (1e-5, 2.0)):
        came = float(f(tw.constant(np.float64(x)), tw.constant(np.float64(y))))
        with mpmath.workdps(80):
            at = (mpmath.mpf(x), mpmath.mpf(y))
            times = (order.count("x"), order.count("y"))
            wanted = float(mpmath.diff(lambda a, b: a**b, at, times, h=mpmath.mpf("1e-20")))
        assert came == pytest.approx(wanted, rel=1e-12, abs=1e-12)
