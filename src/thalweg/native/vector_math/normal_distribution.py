"""gaussian, normal_pdf, normal_cdf, gelu and gelu_slope.

All hold e^(-x²) or e^(-x²/2), with the square in two floats. With Φ(-s) = e^(-s²/2)·erfcx(s/√2)/2 for
s = |x|, gelu(x) = x·Φ(x) is max(x, 0) - s·Φ(-s), and its slope at -s is

    Φ(-s) - s·φ(s) = e^(-s²/2)·(erfcx(s/√2)/2 - s/√(2π)),

at s one less that. M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.2;
D. Hendrycks and K. Gimpel, arXiv:1606.08415.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from thalweg.native.lanes import Floats, where
from thalweg.native.vector_math.error_function import on_the_right
from thalweg.native.vector_math.exponential import exp_for_single, exp_of_pair
from thalweg.native.vector_math.pairs import Pair, exact_product

__all__ = ["gaussian", "gelu", "gelu_slope", "normal_cdf", "normal_pdf"]

ROOT_HALF = math.sqrt(0.5)
ONE_OVER_ROOT_TWO_PI = 1 / math.sqrt(2 * math.pi)
# From here on e^(-x²) and e^(-x²/2) are 0, the latter times x too.
ZERO = {1.0: 28.0, 0.5: 39.5}


def gaussian(x: Floats) -> Floats:
    """e^(-x²)."""
    return _rounded(lambda x, grade: _bell(x.magnitude(), 1.0, x.lanes.number(1.0), grade), x)


def normal_pdf(x: Floats) -> Floats:
    """e^(-x²/2)/√(2π)."""
    return _rounded(
        lambda x, grade: _bell(x.magnitude(), 0.5, x.lanes.number(ONE_OVER_ROOT_TWO_PI), grade), x
    )


def normal_cdf(x: Floats) -> Floats:
    """Φ(x), the share of a normal distribution below x."""

    def share(x: Floats, grade: int) -> Floats:
        below = _below(x, x.lanes.number(0.5), grade)
        return where(x < 0.0, below, 1.0 - below)

    return _rounded(share, x)


def gelu(x: Floats) -> Floats:
    """x·Φ(x)."""

    def product(x: Floats, grade: int) -> Floats:
        positive = where(x < 0.0, x.lanes.number(0.0), x)
        return positive - _below(x, _near(x.magnitude()) * 0.5, grade)

    return _rounded(product, x)


def gelu_slope(x: Floats) -> Floats:
    """Φ(x) + x·φ(x)."""

    def slope(x: Floats, grade: int) -> Floats:
        size = x.magnitude()
        near = _near(size)
        share = on_the_right(near, near, grade, ROOT_HALF) * 0.5
        left = _bell(size, 0.5, near.times_plus(-ONE_OVER_ROOT_TWO_PI, share), grade)
        return where(x < 0.0, left, 1.0 - left)

    return _rounded(slope, x)


def _rounded(function: Callable[[Floats, int], Floats], x: Floats) -> Floats:
    """In float64; float32's answers are rounded once."""
    if x.lanes.bits == 32:
        return function(x.to_double(), 32).to_single()
    return function(x, 64)


def _near(size: Floats, share: float = 0.5) -> Floats:
    return where(size > ZERO[share], size.lanes.number(ZERO[share]), size)


def _below(x: Floats, factor: Floats, grade: int) -> Floats:
    """2·factor·Φ(-|x|)."""
    size = x.magnitude()
    near = _near(size)
    return _bell(size, 0.5, on_the_right(near, near, grade, ROOT_HALF) * factor, grade)


def _bell(size: Floats, share: float, factor: Floats, grade: int) -> Floats:
    """factor·e^(-share·size²), for a share that is a power of two."""
    near = _near(size, share)
    if grade == 32:  # twice a float32's digits are within a float64's
        return exp_for_single(near * near * -share, factor)
    square = exact_product(near, near)
    return exp_of_pair(Pair(square.high * -share, square.low * -share), factor)
