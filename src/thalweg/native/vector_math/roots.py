"""sqrt, rsqrt, cbrt and hypot."""

from __future__ import annotations

import math

from thalweg.native.lanes import Floats, where
from thalweg.native.vector_math.polynomial import polynomial
from thalweg.native.vector_math.polynomials import CBRT
from thalweg.native.vector_math.scaling import power_of_two, scale_to_one, split

__all__ = ["cbrt", "hypot", "rsqrt", "sqrt"]


def sqrt(x: Floats) -> Floats:
    """The square root, correctly rounded: every processor has it as an instruction."""
    return x.square_root()


def rsqrt(x: Floats) -> Floats:
    """1/√x."""
    return 1.0 / x.square_root()


def cbrt(x: Floats) -> Floats:
    """The cube root.

    A polynomial gives the first digits, and Halley's iteration, t + t·(x - t³)/(2t³ + x), triples them.
    J.-M. Muller, Elementary Functions (3rd ed., 2016), section 5.4, on iterations of this kind.
    """
    if x.lanes.bits == 32:
        return _cbrt(x.to_double(), 32).to_single()
    return _cbrt(x, 64)


def _cbrt(x: Floats, grade: int) -> Floats:
    size = x.magnitude()
    m, e = split(size)
    third, whole = (e * (1.0 / 3.0)).nearest()
    # What is left of the exponent is -1, 0 or 1.
    _, left = third.times_plus(-3.0, e).nearest()
    part = m * power_of_two(left)
    root = polynomial(part, CBRT[grade])
    for _ in range(1 if grade == 32 else 2):
        cube = root * root * root
        root = root.times_plus((part - cube) / (cube + cube + part), root)
    inside = (size > 0.0) & (size < math.inf)
    return where(inside, (root * power_of_two(whole)).with_sign_of(x), x)


def hypot(x: Floats, y: Floats) -> Floats:
    """√(x² + y²), without over- or underflow on the way; infinite where either is, NaN or not."""
    a, b = x.magnitude(), y.magnitude()
    if x.lanes.bits == 32:
        answer = _hypot(a.to_double(), b.to_double()).to_single()
    else:
        scale = scale_to_one(where(a > b, a, b))
        # A power of two as its inverse is: but for denormals, neither multiplication rounds.
        answer = _hypot(a * scale, b * scale) / scale
    return where(a.equals(math.inf) | b.equals(math.inf), x.lanes.number(math.inf), answer)


def _hypot(x: Floats, y: Floats) -> Floats:
    return x.times_plus(x, y * y).square_root()
