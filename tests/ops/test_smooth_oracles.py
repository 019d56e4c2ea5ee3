"""Smooth functions far out, against mpmath: values, slopes and curvatures keep all their digits.

The test of all rows draws its inputs near the origin; the tails are here. Each tolerance is in
units of the dtype's own spacing, relative to the true number, however small that is.
"""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import thalweg as tw
from ops.nested_tapes import derivatives

# The test runner resets the package's own filter: an overflow inside an op is a value, not a warning.
pytestmark = pytest.mark.filterwarnings(r"ignore::RuntimeWarning:thalweg\..*")

FUNCTIONS = {
    "sigmoid": (tw.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
    "tanh": (tw.tanh, mpmath.tanh),
    "softplus": (tw.nn.softplus, lambda x: mpmath.log1p(mpmath.exp(x))),
    "log_sigmoid": (tw.math.log_sigmoid, lambda x: -mpmath.log1p(mpmath.exp(-x))),
    "erf": (tw.math.erf, mpmath.erf),
    "gelu": (tw.nn.gelu, lambda x: x * mpmath.ncdf(x)),
    "silu": (tw.nn.silu, lambda x: x / (1 + mpmath.exp(-x))),
    "elu": (tw.nn.elu, lambda x: x if x > 0 else mpmath.expm1(x)),
    "expm1": (tw.math.expm1, mpmath.expm1),
}
FAR = {"erf": (-26.0, -5.5, 1e-9, 3.7, 20.3), "gelu": (-37.0, -20.3, -5.5, 1e-9, 3.7, 30.0)}
EVERYWHERE = (-700.0, -300.0, -40.5, -3.3, 1e-9, 0.7, 20.0, 45.0, 300.0, 700.0)
NEAR = (-80.0, -20.0, -3.25, 0.75, 3.5, 20.0, 80.0)
NEAR_OF = {"erf": (-9.0, -3.25, 0.75, 5.5), "gelu": (-12.0, -5.5, 0.75, 9.0)}

WIDE = {
    "asinh": (tw.asinh, mpmath.asinh, (-1e300, -1e150, 1e-300, 2.0, 1e9, 1e300)),
    "acosh": (tw.acosh, mpmath.acosh, (1.000001, 2.0, 1e9, 1e155, 1e300)),
    "atan": (tw.atan, mpmath.atan, (-1e150, -2.0, 1e-300, 1e9, 1e150)),
    "sqrt": (tw.sqrt, mpmath.sqrt, (1e-300, 1e-9, 2.0, 1e300)),
    "rsqrt": (tw.math.rsqrt, lambda x: 1 / mpmath.sqrt(x), (1e-200, 1e-9, 2.0, 1e190)),
    "log": (tw.math.log, mpmath.log, (1e-300, 0.999, 1.5, 1e300)),
}


def exact(f, x, order):
    """The value and derivatives to hundreds of digits."""
    with mpmath.workdps(1500 if abs(x) > 100 else 200):
        at = mpmath.mpf(float(x))
        step = abs(at) * mpmath.mpf(10) ** (-(mpmath.mp.dps // 4))
        return [mpmath.diff(f, at, n, h=step) if n else f(at) for n in range(order + 1)]


def units_off(came, wanted, dtype):
    """How many spacings apart, relative to the wanted number; subnormal numbers are let pass."""
    spacing = np.finfo(dtype)
    if abs(wanted) < spacing.tiny * 4:
        return 0.0 if abs(float(came)) < spacing.tiny * 8 else np.inf
    return float(abs(mpmath.mpf(float(came)) - wanted) / abs(wanted) / float(spacing.eps))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_tails_in_float64(name):
    f, oracle = FUNCTIONS[name]
    for x in FAR.get(name, EVERYWHERE):
        with mpmath.workdps(1500):
            wanted = exact(oracle, x, 2)
        for order, came in enumerate(derivatives(f, np.float64(x), 2)):
            off = units_off(came, wanted[order], np.float64)
            assert off < 16, f"{name}, derivative {order} at {x}: {came!r}, {off} units off"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_tails_in_float32(name):
    f, oracle = FUNCTIONS[name]
    for x in NEAR_OF.get(name, NEAR):
        with mpmath.workdps(1500):
            wanted = exact(oracle, x, 1)
        for order, came in enumerate(derivatives(f, np.float32(x), 1)):
            assert came.dtype == np.float32
            off = units_off(came, wanted[order], np.float32)
            assert off < 16, f"{name}, derivative {order} at {x}: {came!r}, {off} units off"


@pytest.mark.parametrize("name", WIDE)
def test_huge_and_tiny_inputs(name):
    f, oracle, points = WIDE[name]
    for x in points:
        wanted = exact(oracle, x, 1)
        for order, came in enumerate(derivatives(f, np.float64(x), 1)):
            off = units_off(came, wanted[order], np.float64)
            assert off < 8, f"{name}, derivative {order} at {x}: {came!r}, {off} units off"


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e-9, 1.0, 1e9, 1e200, 1e300])
def test_lengths_and_angles_scale(scale):
    x = tw.Variable(np.float64(3 * scale))
    y = tw.Variable(np.float64(-4 * scale))
    with tw.GradientTape(persistent=True) as tape:
        length = np.hypot(x, y)
        angle = tw.atan2(y, x)
    along = [float(g) for g in tape.gradient(length, [x, y])]
    across = [float(g) * scale for g in tape.gradient(angle, [x, y])]
    assert float(length) == pytest.approx(5 * scale, rel=1e-15)
    assert along == pytest.approx([0.6, -0.8], rel=1e-15)
    assert across == pytest.approx([0.16, 0.12], rel=1e-15)


def test_tanh_is_a_stretched_sigmoid():
    x = np.linspace(-30, 30, 601)
    assert np.allclose(tw.tanh(x).numpy(), 2 * tw.sigmoid(2 * x).numpy() - 1, rtol=0, atol=4e-16)


def test_sigmoid_slope_in_float32_does_not_vanish():
    x = tw.Variable(np.float32(20))
    with tw.GradientTape() as tape:
        y = tw.sigmoid(x)
    assert float(tape.gradient(y, x)) == pytest.approx(2.0611536e-9, rel=1e-6)


@pytest.mark.parametrize(
    ("masked", "x", "wanted"),
    [
        (lambda x: tw.where(x > 0, tw.math.log(x), 0.0), [0.0, -1.0, 2.0], [0.0, 0.0, 0.5]),
        (lambda x: tw.where(x < 15, x, tw.exp(x * x)), [10.0, 14.0], [1.0, 1.0]),
        (lambda x: tw.where(x > 0, tw.sqrt(x), 0.0), [-1.0, 0.0, 4.0], [0.0, 0.0, 0.25]),
        (lambda x: tw.where(tw.abs(x) < 1, tw.asin(x), 0.0), [1.0, 3.0, 0.0], [0.0, 0.0, 1.0]),
        (lambda x: tw.where(x > 1, tw.acosh(x), 0.0), [1.0, 0.0], [0.0, 0.0]),
        (lambda x: tw.where(x < 10, tw.sin(x), 0.0), [np.inf, 0.0], [0.0, 1.0]),
    ],
)
def test_a_branch_not_taken_sends_nothing_back(masked, x, wanted):
    variable = tw.Variable(np.array(x))
    with tw.GradientTape() as tape:
        y = masked(variable)
    assert np.array_equal(tape.gradient(y, variable).numpy(), wanted)


def test_second_derivative_of_x_log_x():
    x = tw.Variable(np.array([0.0, 2.0]))
    with tw.GradientTape() as outer:
        with tw.GradientTape() as inner:
            y = tw.math.xlogy(x, x)
        slope = inner.gradient(y, x)
    assert np.array_equal(slope.numpy(), [-np.inf, np.log(2.0) + 1])
    assert np.array_equal(outer.gradient(slope, x).numpy(), [np.inf, 0.5])


def test_logarithm_of_a_sum_over_several_axes_is_shifted():
    x = tw.Variable(np.array([[1000.0, 1000.0], [-np.inf, 999.0]]))
    with tw.GradientTape() as tape:
        y = tw.reduce_logsumexp(x)
    shares = np.array([[1.0, 1.0], [0.0, np.exp(-1.0)]]) / (2 + np.exp(-1.0))
    assert float(y) == pytest.approx(1000 + np.log(2 + np.exp(-1.0)), rel=1e-15)
    assert np.allclose(tape.gradient(y, x).numpy(), shares, rtol=1e-15)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_jacobians_along_an_axis(name):
    x = np.random.default_rng(5).normal(size=(3, 2))
    variable = tw.Variable(x)
    with tw.GradientTape() as tape:
        y = getattr(tw.nn, name)(variable, axis=0)
    came = tape.jacobian(y, variable).numpy()
    p = np.exp(x) / np.exp(x).sum(0)
    for column in range(2):
        share = p[:, column]
        wanted = np.diag(share) - np.outer(share, share)
        if name == "log_softmax":
            wanted = np.eye(3) - np.outer(np.ones(3), share)
        assert np.allclose(came[:, column, :, column], wanted, rtol=1e-13, atol=1e-16)
    assert np.all(came[:, 0, :, 1] == 0)
