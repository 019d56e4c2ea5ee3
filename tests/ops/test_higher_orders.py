"""Derivatives of higher order are right too where a limit stands for a formula: sinc to the eighth, others to the fifth."""

from __future__ import annotations

import functools

import mpmath
import numpy as np
import pytest

import thalweg as tw
from ops.nested_tapes import derivatives
from thalweg.core.op import TABLE

DIGITS = 60
ORACLE = 1e-50
"""What the integral may miss, where the answer is 0."""


def pulled(f, x, order):
    """The value and the first derivatives at a number, by nested tapes; what is unconnected is 0."""
    return [x.dtype.type(0) if one is None else one for one in derivatives(f, x, order)]


def pushed(f, x, order):
    """The same by nested forward accumulators."""

    def slope(h):
        def moved(y):
            with tw.ForwardAccumulator(y, tw.ones_like(y)) as accumulator:
                z = h(y)
            return accumulator.jvp(z)

        return moved

    functions = [f]
    for _ in range(order):
        functions.append(slope(functions[-1]))
    return [h(tw.constant(x)).numpy() for h in functions]


@functools.cache
def sinc_derivative(x, order):
    """∫₀¹ (πt)ⁿ·cos(πxt + nπ/2) dt, which has no hard point."""
    with mpmath.workdps(DIGITS):
        x = mpmath.mpf(float(x))

        def inside(t):
            turned = mpmath.pi * x * t + order * mpmath.pi / 2
            return (mpmath.pi * t) ** order * mpmath.cos(turned)

        return mpmath.quad(inside, mpmath.linspace(0, 1, 12))


# Either side of |πx| = n, where one way of computing takes over from the other, is among the points.
POINTS = (
    0.0,
    1e-8,
    -1e-8,
    1e-3,
    0.1,
    0.3183,
    0.3184,
    0.5,
    0.6366,
    0.6367,
    1.0,
    -1.5,
    2.54,
    2.55,
    3.7,
)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("x", POINTS)
@pytest.mark.parametrize("way", [pulled, pushed])
def test_sinc_and_eight_derivatives(way, x, dtype):
    x = dtype(x)
    for order, came in enumerate(way(np.sinc, x, 8)):
        assert came.dtype == dtype
        exact = sinc_derivative(x, order)
        # Where a derivative crosses 0, away from x = 0, its rounding is that of the terms around it.
        beside = abs(float(exact))
        if abs(x) > 0.2:
            beside = max(beside, np.pi**order / (order + 1 + np.pi * abs(x)))
        off = abs(float(mpmath.mpf(float(came)) - exact))
        assert off <= 6 * np.finfo(dtype).eps * beside + ORACLE, (order, came, exact)


@pytest.mark.parametrize("order", range(1, 9))
def test_sinc_at_zero(order):
    """(-1)^(n/2)·πⁿ/(n + 1), and exactly 0 for odd n."""
    came = pulled(np.sinc, np.float64(0.0), order)[-1]
    wanted = 0.0 if order % 2 else (-1) ** (order // 2) * np.pi**order / (order + 1)
    assert came == pytest.approx(wanted, rel=4e-16, abs=0.0)


@pytest.mark.parametrize("order", [0, 1, 3, 12, 20])
def test_sinc_derivative_row_of_high_order(order):
    for x in (0.0, 1e-6, 0.4, 2.0, order / np.pi - 0.01, order / np.pi + 0.01, 31.25):
        came = TABLE["sinc_derivative"](np.float64(x), order)
        beside = np.pi**order / (order + 1 + np.pi * abs(x))
        assert abs(float(came - sinc_derivative(x, order))) <= 8 * np.finfo(float).eps * beside


@pytest.mark.parametrize("x", [1e6 + 0.25, 2.0**40 + 0.5, -(2.0**30 + 1)])
def test_far_out_the_turns_of_sinc_are_counted_exactly(x):
    slope, bend = pulled(np.sinc, np.float64(x), 2)[1:]
    with mpmath.workdps(DIGITS):
        at = mpmath.mpf(x)
        sine, cosine = mpmath.sinpi(at), mpmath.cospi(at)
        first = (cosine - sine / (mpmath.pi * at)) / at
        second = -mpmath.pi * sine / at - 2 * first / at
    assert slope == pytest.approx(float(first), rel=4e-16)
    assert bend == pytest.approx(float(second), rel=4e-16)


@pytest.mark.parametrize("z", [0.2 - 0.1j, 1.3 + 2.5j, -3.6 - 1.75j])
def test_sinc_of_complex_numbers(z):
    """Whole turns are taken off real numbers alone: the imaginary part has none."""
    for order in range(1, 5):
        came = TABLE["sinc_derivative"](np.complex128(z), order)
        with mpmath.workdps(DIGITS):
            exact = complex(mpmath.diff(mpmath.sincpi, mpmath.mpc(z), order))
        assert came == pytest.approx(exact, rel=2e-14)


def test_compiled_and_of_an_array():
    x = np.linspace(-4, 4, 17)

    def slope(x):
        return tw.reduce_sum(tw.grad(lambda x: tw.reduce_sum(np.sinc(x)))(x))

    function = tw.function(tw.grad(slope))
    wanted = [float(sinc_derivative(one, 2)) for one in x]
    np.testing.assert_allclose(function(tw.constant(x)).numpy(), wanted, rtol=0, atol=4e-15)
    assert function.why_not_compiled() == ""


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def length_of_four(x, y):
    return tw.norm(tw.stack([x, y]), ord=4)


def one(x):
    return tw.ones_like(x)


SMOOTH = {
    "tanh": (tw.tanh, mpmath.tanh, (0.0, 1e-8)),
    "sigmoid": (tw.sigmoid, sigmoid, (0.0, 1e-8)),
    "softplus": (tw.nn.softplus, lambda x: mpmath.log1p(mpmath.exp(x)), (0.0, -3.0)),
    "silu": (tw.nn.silu, lambda x: x * sigmoid(x), (0.0, 1e-8)),
    "gelu": (tw.nn.gelu, lambda x: x * mpmath.ncdf(x), (0.0, 1e-8)),
    "log_cosh": (TABLE["log_cosh_cost"], lambda x: mpmath.log(mpmath.cosh(x)), (0.0, 1e-8, 1.0)),
    "erfinv": (tw.math.erfinv, mpmath.erfinv, (0.0, 1e-8, 0.5)),
    "lgamma": (tw.math.lgamma, mpmath.loggamma, (1.0, 2.0)),
    "atan2": (lambda x: tw.atan2(x, one(x)), mpmath.atan, (0.0, 1e-8)),
    "hypot": (lambda x: np.hypot(x, one(x)), lambda x: mpmath.sqrt(1 + x * x), (0.0, 1e-8)),
    "norm": (lambda x: tw.norm(tw.stack([x, one(x)])), lambda x: mpmath.sqrt(1 + x * x), (0.0, 1e-8)),
    "norm 4": (lambda x: length_of_four(x, one(x)), lambda x: mpmath.root(1 + x**4, 4), (0.0, 0.5)),
    "norm 4, complex": (
        lambda x: length_of_four(tw.complex(x, 0 * x), tw.complex(one(x), 0 * x)),
        lambda x: mpmath.root(1 + x**4, 4), (0.0, 0.5),
    ),
    "norm 6": (
        lambda x: tw.norm(tw.stack([x, 2 * one(x)]), ord=6),
        lambda x: mpmath.root(64 + x**6, 6), (0.0, 0.5),
    ),
    "power": (lambda x: x ** tw.constant(3.0, "float64"), lambda x: x**3, (0.0, -1.0)),
    "xlogy": (lambda x: tw.math.xlogy(x, 1 + x), lambda x: x * mpmath.log1p(x), (0.0, 1e-8)),
    "xlog1py": (lambda x: tw.math.xlog1py(x, x), lambda x: x * mpmath.log1p(x), (0.0, 1e-8)),
    "xdivy": (lambda x: tw.math.xdivy(x, 1 + x), lambda x: x / (1 + x), (0.0, 1e-8)),
    "prod": (lambda x: tw.reduce_prod(tw.stack([x, 1 + x, x])), lambda x: x * x * (1 + x), (0.0, -1.0)),
    "cumprod": (
        lambda x: tw.math.cumprod(tw.stack([x, 1 + x, x, x]))[3],
        lambda x: x**3 * (1 + x), (0.0, -1.0),
    ),
    "det": (
        lambda x: tw.linalg.det(tw.stack([tw.stack([x, x * x]), tw.stack([x, 1 + x])])),
        lambda x: x * (1 + x) - x**3, (0.0,),
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", [pulled, pushed])
@pytest.mark.parametrize("name", SMOOTH)
def test_five_derivatives_at_hard_points(name, way):
    f, exact, points = SMOOTH[name]
    for x in points:
        with mpmath.workdps(DIGITS):
            step = mpmath.mpf(10) ** -7
            wanted = [exact(mpmath.mpf(x))]
            wanted += [mpmath.diff(exact, mpmath.mpf(x), n, h=step) for n in range(1, 6)]
        came = way(f, np.float64(x), 5)
        np.testing.assert_allclose(
            [float(one) for one in came], [float(one) for one in wanted], rtol=1e-12, atol=1e-12
        )
