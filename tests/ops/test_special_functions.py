"""The error function's and the gamma function's families against mpmath: wide ranges, poles, near zeros."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest

import thalweg as tw
from ops.nested_tapes import derivatives

DIGITS = 80
RNG = np.random.default_rng(11)


def spread(low, high, count=24):
    """Points evenly spread over the logarithms."""
    return np.exp(RNG.uniform(np.log(low), np.log(high), count))


def inverse_erf(x):
    y = mpmath.erfinv(x)
    return mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(y * y), y


def bell(x):
    return 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x)


# By name: the function, its value, first and second derivative, points, and the allowed units.
SMOOTH = {
    "erf": (tw.math.erf, [mpmath.erf, bell, lambda x: -2 * x * bell(x)], np.concatenate([spread(1e-300, 6), -spread(1e-3, 6)]), 6),
    "erfc": (tw.math.erfc, [mpmath.erfc, lambda x: -bell(x), lambda x: 2 * x * bell(x)], np.concatenate([spread(1e-10, 26), RNG.uniform(0.5, 26.0, 24), -spread(1e-3, 6)]), 6),
    "erfinv": (tw.math.erfinv, [mpmath.erfinv, lambda x: inverse_erf(x)[0], lambda x: 2 * inverse_erf(x)[1] * inverse_erf(x)[0] ** 2], np.concatenate([spread(1e-300, 0.9), 1 - spread(1e-15, 0.5), spread(1e-14, 0.5) - 1, [0.5, -0.5]]), 16),
    "lgamma": (tw.math.lgamma, [mpmath.loggamma, mpmath.digamma, lambda x: mpmath.psi(1, x)], np.concatenate([spread(1e-300, 1e-2), spread(0.1, 1e200), RNG.uniform(0.5, 3.0, 24), 1 + spread(1e-12, 0.3), 2 - spread(1e-12, 0.3)]), 6),
    "digamma": (tw.math.digamma, [mpmath.digamma, lambda x: mpmath.psi(1, x), lambda x: mpmath.psi(2, x)], np.concatenate([spread(1e-100, 1e-2), spread(0.1, 1e90), 1.4616321449683623 + spread(1e-9, 1e-1)]), 8),
}  # fmt: skip


def units(came, exact, beside=0.0):
    """How far a number is off, in units in the last place of the exact one, or of what stood beside it."""
    step = np.spacing(
        max(abs(came.dtype.type(float(exact))), came.dtype.type(beside), np.finfo(came.dtype).tiny)
    )
    return float(abs(mpmath.mpf(float(came)) - exact)) / float(step)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SMOOTH)
def test_values_and_derivatives_to_a_few_units(name, dtype):
    f, exact, points, allowed = SMOOTH[name]
    with mpmath.workdps(DIGITS):
        for x in points[np.abs(points) < np.finfo(dtype).max].astype(dtype):
            if abs(x) in (0.0, 1.0) and name != "erf":
                continue  # rounded onto a pole or an end; those are in the rows
            true = [of(mpmath.mpf(float(x))) for of in exact]
            if max(abs(one) for one in true) > np.finfo(dtype).max:
                continue
            for order, (came, one) in enumerate(zip(derivatives(f, x, 2), true, strict=True)):
                if abs(one) < np.finfo(dtype).tiny * 1e3:
                    continue
                limit = allowed if dtype is np.float64 or order < 2 else 2 * allowed
                assert units(came, one) <= limit, (x, order, came, one)


def test_erfc_goes_on_to_where_float64_ends():
    with mpmath.workdps(DIGITS):
        for x in (25.9, 26.2, 26.5):
            assert units(tw.math.erfc(np.float64(x)).numpy(), mpmath.erfc(x)) <= 4
    assert float(tw.math.erfc(np.float64(28.0))) == 0.0


@pytest.mark.parametrize("order", [0, 1, 2, 3, 7, 20])
def test_polygamma(order):
    def f(x):
        return tw.math.polygamma(float(order), x)

    points = np.concatenate([spread(1e-3, 1e8), -RNG.uniform(0.01, 8.0, 24)])
    with mpmath.workdps(DIGITS):
        for x in points:
            for k, came in enumerate(derivatives(f, x, 1)):
                exact = mpmath.psi(order + k, mpmath.mpf(float(x)))
                # Left of 0, terms of either sign stand as high as the next pole's, n! / r^(n+1).
                rest = abs(x - round(x)) if x < 0 else np.inf
                beside = float(mpmath.factorial(order + k)) / max(rest, 0.5) ** (order + k + 1)
                assert units(came, exact, beside if x < 0 else 0.0) <= 16, (x, k)


def test_orders_may_be_a_tensor():
    a = tw.constant([[0.0], [1.0], [2.0]])
    x = tw.Variable([0.5, 1.5])
    with tw.GradientTape() as tape:
        tape.watch(a)
        y = tw.math.polygamma(a, x)
    assert y.dtype == tw.float32
    assert y.shape == (3, 2)
    by_order, by_x = tape.gradient(y, [a, x])
    assert by_order is None
    with mpmath.workdps(DIGITS):
        true = [[float(mpmath.psi(n, z)) for z in (0.5, 1.5)] for n in range(3)]
        slope = [float(sum(mpmath.psi(n + 1, z) for n in range(3))) for z in (0.5, 1.5)]
    np.testing.assert_allclose(y.numpy(), true, rtol=2e-7)
    np.testing.assert_allclose(by_x.numpy(), slope, rtol=4e-7)


@pytest.mark.parametrize("name", ["lgamma", "digamma"])
def test_left_of_zero_the_error_is_small_beside_what_is_subtracted(name):
    with mpmath.workdps(DIGITS):
        for x in -RNG.uniform(0.01, 30.0, 200):
            z = mpmath.mpf(float(x))
            if name == "lgamma":
                came, true = tw.math.lgamma(x).numpy(), mpmath.log(abs(mpmath.gamma(z)))
                beside = abs(x) * np.log(abs(x) + 1) + 1
            else:
                came, true = tw.math.digamma(x).numpy(), mpmath.psi(0, z)
                beside = 1 + abs(float(mpmath.pi * mpmath.cot(mpmath.pi * z)))
            assert units(came, true, beside) <= 6, x


def test_near_a_pole_on_the_left():
    x = np.float64(-27 + 2.0**-20)
    with mpmath.workdps(DIGITS):
        assert units(tw.math.digamma(x).numpy(), mpmath.psi(0, float(x))) <= 6


def test_lbeta_of_numbers_near_and_far_apart():
    pairs = [(a, b) for a in spread(1e-6, 1e12, 9) for b in spread(1e-6, 1e12, 9)]
    pairs += [(a, b) for a in spread(0.2, 12.0, 9) for b in spread(3.0, 12.0, 9)]
    with mpmath.workdps(DIGITS):
        for a, b in pairs:
            x = tw.Variable(np.array([a, b]))
            with tw.GradientTape() as tape:
                y = tw.math.lbeta(x)
            p, q = mpmath.mpf(a), mpmath.mpf(b)
            whole = mpmath.psi(0, p + q)
            true = mpmath.loggamma(p) + mpmath.loggamma(q) - mpmath.loggamma(p + q)
            assert units(y.numpy(), true, 1.0) <= 6, (a, b)
            for came, one in zip(tape.gradient(y, x).numpy(), (p, q), strict=True):
                assert units(came, mpmath.psi(0, one) - whole) <= 8


def test_lbeta_of_negative_numbers():
    """ψ(a) - ψ(a + b) on either side of the poles, also where no series about infinity holds."""
    with mpmath.workdps(DIGITS):
        for a, b in itertools.permutations((-40.3, -20.5, -0.25, 0.35, 1.4, 30.7), 2):
            x = tw.Variable(np.array([a, b]))
            with tw.GradientTape() as tape:
                y = tw.math.lbeta(x)
            p, q = mpmath.mpf(a), mpmath.mpf(b)
            true = [float(mpmath.psi(0, one) - mpmath.psi(0, p + q)) for one in (p, q)]
            np.testing.assert_allclose(tape.gradient(y, x).numpy(), true, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("x", [50.0 + 45.0j, -41.0 + 40.5j, 30.0 - 1.0j, 0.5 + 26.0j])
def test_erf_of_complex_numbers_has_its_gradient_far_out(x):
    """The conjugate of 2/√π·exp(-x²), which is no zero far right where x is also far up."""
    v = tw.constant(x)
    with tw.GradientTape() as tape:
        tape.watch(v)
        y = tw.math.erf(v)
    expected = np.conjugate(2 / np.sqrt(np.pi) * np.exp(-x * x))
    np.testing.assert_allclose(tape.gradient(y, v).numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("pair", [(0.3, 3.7), (1e4, 0.01), (250.0, 1e-5), (12.5, 700.0)])
def test_lbeta_in_float32_is_rounded_once(pair):
    """Value and gradient, both computed in float64."""
    found = []
    for x in (np.array(pair, np.float32), np.array(pair, np.float32).astype(float)):
        v = tw.Variable(x)
        with tw.GradientTape() as tape:
            y = tw.math.lbeta(v)
        found.append((y.numpy(), tape.gradient(y, v).numpy()))
    for narrow, wide in zip(*found, strict=True):
        assert narrow.dtype == np.float32
        np.testing.assert_array_equal(narrow, wide.astype(np.float32))


def test_lbeta_of_several_and_of_few():
    x = np.array([[0.5, 1.5, 3.0], [2.0, 1e-3, 700.0]])
    with mpmath.workdps(DIGITS):
        rows = [[mpmath.mpf(float(one)) for one in line] for line in x]
        true = [float(sum(map(mpmath.loggamma, row)) - mpmath.loggamma(sum(row))) for row in rows]
        slope = [
            [float(mpmath.psi(0, one) - mpmath.psi(0, sum(row))) for one in row] for row in rows
        ]
    v = tw.Variable(x)
    with tw.GradientTape() as tape:
        y = tw.math.lbeta(v)
    np.testing.assert_allclose(y.numpy(), true, rtol=1e-14)
    np.testing.assert_allclose(tape.gradient(y, v).numpy(), slope, rtol=1e-14)
    assert tw.math.lbeta([3.0]).numpy() == 0.0
    assert tw.math.lbeta(np.zeros((2, 0))).numpy().tolist() == [-np.inf, -np.inf]
    assert tw.math.lbeta([0.0, 1.0]).numpy() == np.inf
    with pytest.raises(tw.ShapeError):
        tw.math.lbeta(2.0)


@pytest.mark.parametrize("name", ["erf", "erfc", "erfinv", "lgamma", "digamma"])
def test_float16_is_rounded_once(name):
    f = getattr(tw.math, name)
    x = np.array([0.25, 0.5, 0.9], np.float16)
    assert f(x).dtype == tw.float16
    np.testing.assert_array_equal(f(x).numpy(), f(x.astype(float)).numpy().astype(np.float16))
