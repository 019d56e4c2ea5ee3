"""pow.

xʸ = 2^(y·log₂ x). An error of the exponent becomes a relative error of the answer, so log₂ x carries
about 66 bits in two floats; for float32, a float64 holds enough.
J.-M. Muller, Elementary Functions (3rd ed., 2016), section 13.4 (the special cases are IEEE 754-2019's,
section 9.2.1).
"""

from __future__ import annotations

import math

from thalweg.native.lanes import Floats, Masks, where
from thalweg.native.vector_math.exponential import EXP2_RANGE, exp2_of_pair
from thalweg.native.vector_math.logarithm import LOG2_E
from thalweg.native.vector_math.pairs import (
    Pair,
    exact_product,
    ordered_sum,
    product,
    quotient_of,
)
from thalweg.native.vector_math.polynomial import polynomial
from thalweg.native.vector_math.polynomials import EXP2_WHOLE, LOG2_QUOTIENT, LOG_FIFTH
from thalweg.native.vector_math.scaling import scaled, split, split_normal

__all__ = ["pow"]

# Powers of two of this size are 0 and infinite as float32.
SINGLE = 160.0
TWO_THIRDS = (0.6666666666666666, 3.700743415417188e-17)


def pow(x: Floats, y: Floats) -> Floats:
    """x to the power y."""
    size = x.magnitude()
    if x.lanes.bits == 32:
        answer = _for_single(size.to_double(), y.to_double()).to_single()
    else:
        answer = _for_double(size, y)
    number = x.lanes.number
    whole, odd = _whole_and_odd(y)
    answer = where(odd, answer.with_sign_of(x), answer)
    answer = where((x < 0.0) & (size < math.inf) & ~whole, number(math.nan), answer)
    # 1 to any power, any number to the power 0, and -1 to an infinite power are 1: NaN or not.
    one = x.equals(1.0) | y.equals(0.0) | (x.equals(-1.0) & y.magnitude().equals(math.inf))
    return where(one, number(1.0), answer)


def _whole_and_odd(y: Floats) -> tuple[Masks, Masks]:
    """Where y is a whole number, and where it is an odd one; what is infinite counts as even."""
    mantissa = y.lanes.mantissa
    size = y.magnitude()
    # From 2^(mantissa + 1) on all are even; half of what is less is rounded to a whole number by 2^mantissa.
    size = where(size > 2.0 ** (mantissa + 1), y.lanes.number(2.0 ** (mantissa + 1)), size)
    half = (size * 0.5 + 2.0**mantissa) - 2.0**mantissa
    rest = (size - (half + half)).magnitude()
    odd = rest.equals(1.0)
    return odd | rest.equals(0.0), odd


def _with_ends(size: Floats, logarithm: Floats) -> Floats:
    """A logarithm with log 0 = -∞ and log ∞ = ∞; NaN stays NaN."""
    above = where(size > 0.0, logarithm, size.lanes.number(-math.inf))
    return where(size < math.inf, above, size)


def _for_single(size: Floats, y: Floats) -> Floats:
    """2^(y·log₂ size) in float64, to more than float32's precision; no number is denormal there."""
    m, e = split_normal(size)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    logarithm = s.times_plus(polynomial(z, LOG2_QUOTIENT[32]), e.to_float())
    exponent = (y * _with_ends(size, logarithm)).between(-SINGLE, SINGLE)
    k_float, k = exponent.nearest()
    return scaled(polynomial(exponent - k_float, EXP2_WHOLE[32]), k_float, k)


def _for_double(size: Floats, y: Floats) -> Floats:
    number = size.lanes.number
    m, e = split(size)
    logarithm = _log2(m, e)
    first = exact_product(y, _with_ends(size, logarithm.high))
    # Beyond the range the answer is 0 or infinite, and the low part may be NaN.
    low, high = EXP2_RANGE[64]
    inside = first.high.magnitude() < 2 * high
    rest = where(inside, y.times_plus(logarithm.low, first.low), number(0.0))
    return exp2_of_pair(Pair(first.high.between(low, high), rest))


def _log2(m: Floats, e: Floats) -> Pair:
    """log₂(m·2ᵉ), to about 66 bits."""
    number = m.lanes.number
    f = m - 1.0
    s = quotient_of(f, ordered_sum(number(2.0), f))
    z = product(s, s)
    tail = z.high * polynomial(z.high, LOG_FIFTH[64])
    slope = ordered_sum(number(TWO_THIRDS[0]), tail)
    cubic = product(product(s, z), Pair(slope.high, slope.low + TWO_THIRDS[1]))
    natural = ordered_sum(s.high * 2.0, cubic.high)
    rest = s.low.times_plus(2.0, cubic.low)
    factor = Pair(*(number(part) for part in LOG2_E[64]))
    base_two = product(Pair(natural.high, natural.low + rest), factor)
    total = ordered_sum(e, base_two.high)
    # y may multiply what is lacking by 2^10: let the high part be the nearest float again.
    return ordered_sum(total.high, total.low + base_two.low)
