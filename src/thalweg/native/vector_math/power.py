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
from thalweg.native.vector_math.logarithm import LOG2_E, beyond_first
from thalweg.native.vector_math.pairs import (
    Pair,
    exact_product,
    exact_sum,
    ordered_sum,
    product,
    quotient,
)
from thalweg.native.vector_math.polynomial import polynomial
from thalweg.native.vector_math.polynomials import LOG_FIFTH
from thalweg.native.vector_math.scaling import split

__all__ = ["pow"]

TWO_THIRDS = (0.6666666666666666, 3.700743415417188e-17)


def pow(x: Floats, y: Floats) -> Floats:
    """x to the power y."""
    if x.lanes.bits == 32:
        return _pow(x.to_double(), y.to_double(), 32).to_single()
    return _pow(x, y, 64)


def _pow(x: Floats, y: Floats, grade: int) -> Floats:
    number = x.lanes.number
    size = x.magnitude()
    power = _exponent(size, y, grade)
    # Beyond the range the answer is 0 or infinite, and the low part may be NaN.
    low, high = EXP2_RANGE[64]
    inside = (power.high > low) & (power.high < high)
    exponent = Pair(power.high.between(low, high), where(inside, power.low, number(0.0)))
    answer = exp2_of_pair(exponent, grade)
    whole, odd = _whole_and_odd(y)
    answer = where(odd, answer.with_sign_of(x), answer)
    no_number = (x < 0.0) & (size < math.inf) & (y.magnitude() < math.inf) & ~whole
    answer = where(no_number, number(math.nan), answer)
    # 1 to any power, any number to the power 0, and -1 to an infinite power are 1: NaN or not.
    one = x.equals(1.0) | y.equals(0.0) | (x.equals(-1.0) & y.magnitude().equals(math.inf))
    return where(one, number(1.0), answer)


def _whole_and_odd(y: Floats) -> tuple[Masks, Masks]:
    """Where y is a whole number, and where it is an odd one."""
    mantissa = y.lanes.mantissa
    size = y.magnitude()
    rounded, whole = where(size < 2.0 ** (mantissa - 1), size, 0.0).nearest()
    large = size >= 2.0 ** (mantissa - 1)
    # Above 2^mantissa all are whole, above twice that all are even; between the two, the last
    # bits of the number itself say it: one stands for a half just below 2^mantissa, for one above.
    half = large & (size < 2.0**mantissa)
    bits = size.as_bits()
    fraction = half & ~(bits & 1).equals(0)
    one = half & ~(bits & 2).equals(0) | (
        large & ~half & (size < 2.0 ** (mantissa + 1)) & ~(bits & 1).equals(0)
    )
    is_whole = (large & ~fraction) | (~large & rounded.equals(size))
    return is_whole, is_whole & (one | (~large & ~(whole & 1).equals(0)))


def _exponent(size: Floats, y: Floats, grade: int) -> Pair:
    """y·log₂(size), with log₂ 0 = -∞ and log₂ ∞ = ∞."""
    number = size.lanes.number
    m, e = split(size)
    logarithm = _log2(m, e, grade)
    ends = where(size.equals(0.0), number(-math.inf), size)
    inside = (size > 0.0) & (size < math.inf)
    high = where(inside, logarithm.high, ends)
    if grade == 32:
        return Pair(y * high, number(0.0))
    first = exact_product(y, high)
    return Pair(first.high, y.times_plus(logarithm.low, first.low))


def _log2(m: Floats, e: Floats, grade: int) -> Pair:
    number = m.lanes.number
    f = m - 1.0
    factor = Pair(*(number(part) for part in LOG2_E[64]))
    if grade == 32:
        narrow = f + beyond_first(f, 32)
        return Pair(narrow.times_plus(factor.high, e), number(0.0))
    s = quotient(Pair(f, number(0.0)), exact_sum(number(2.0), f))
    z = product(s, s)
    tail = z.high * polynomial(z.high, LOG_FIFTH[64])
    slope = ordered_sum(number(TWO_THIRDS[0]), tail)
    cubic = product(product(s, z), Pair(slope.high, slope.low + TWO_THIRDS[1]))
    natural = ordered_sum(s.high * 2.0, cubic.high)
    rest = s.low.times_plus(2.0, cubic.low)
    base_two = product(Pair(natural.high, natural.low + rest), factor)
    total = ordered_sum(e, base_two.high)
    # y may multiply what is lacking by 2^10: let the high part be the nearest float again.
    return ordered_sum(total.high, total.low + base_two.low)
