"""log, log2, log10 and log1p.

x = 2ᵉ·(1 + f) with 1 + f from √½ to √2, and log x = e·ln 2 + log(1 + f). float32 takes a polynomial in
f, float64 one in s = f/(2 + f), for log(1 + f) = 2·atanh(s) converges three times as quickly.
J.-M. Muller, Elementary Functions (3rd ed., 2016), chapters 11 and 14; W. J. Cody and W. Waite,
Software Manual for the Elementary Functions (1980), chapter 5.
"""

from __future__ import annotations

import math

from thalweg.native.lanes import Floats, where
from thalweg.native.vector_math.exponential import LN2
from thalweg.native.vector_math.pairs import Pair, exact_product, exact_sum, ordered_sum
from thalweg.native.vector_math.polynomial import polynomial
from thalweg.native.vector_math.polynomials import LOG, LOG_QUOTIENT
from thalweg.native.vector_math.scaling import power_of_two, split, split_normal

__all__ = ["beyond_first", "log", "log1p", "log2", "log10", "log_of_pair", "with_ends"]

# 1/ln 2 and 1/ln 10, each as the nearest float and what that lacks.
LOG2_E = {
    32: (1.4426950216293335, 1.925963033500011e-08),
    64: (1.4426950408889634, 2.0355273740931033e-17),
}
LOG10_E = {
    32: (0.4342944920063019, -1.0103049952192578e-08),
    64: (0.4342944819032518, 1.098319650216765e-17),
}
# log₁₀ 2, whose first part times an exponent is exact.
LOG10_2 = {
    32: (0.301025390625, 4.605038981195214e-06),
    64: (0.30102999566395283, 2.8363394551044964e-14),
}


def log(x: Floats) -> Floats:
    """The natural logarithm."""
    m, e = split(x)
    f = m - 1.0
    high, low = LN2[x.lanes.bits]
    rest = e.times_plus(low, beyond_first(f))
    return with_ends(x, e.times_plus(high, f + rest))


def log2(x: Floats) -> Floats:
    """The logarithm to base 2, exact at powers of 2."""
    m, e = split(x)
    fraction = _in_base(m - 1.0, LOG2_E[x.lanes.bits])
    total = ordered_sum(e, fraction.high)
    return with_ends(x, total.high + (total.low + fraction.low))


def log10(x: Floats) -> Floats:
    """The logarithm to base 10."""
    m, e = split(x)
    bits = x.lanes.bits
    fraction = _in_base(m - 1.0, LOG10_E[bits])
    high, low = LOG10_2[bits]
    total = ordered_sum(e * high, fraction.high)
    return with_ends(x, total.high + (total.low + e.times_plus(low, fraction.low)))


def log1p(x: Floats) -> Floats:
    """log(1 + x), to full relative precision near 0."""
    answer = log_of_pair(exact_sum(x.lanes.number(1.0), x), x.lanes.number(0.0))
    return with_ends(x, answer, least=-1.0).with_sign_of(x)


def log_of_pair(x: Pair, doublings: Floats, grade: int = 64) -> Floats:
    """log((high + low)·2^doublings), for a normal high; low may lack where high passes 2^64.

    Args:
        x: positive.
        doublings: whole numbers.
        grade: 32 where float64 stands for float32, whose precision is all that is wanted.
    """
    m, exponent = split_normal(x.high)
    e = exponent.to_float()
    # 2^-e is a number only on this side, and beyond it the low part is nothing.
    small = where(e > 64.0, e.lanes.number(0.0), power_of_two(0 - exponent))
    f, lacks = exact_sum(m - 1.0, x.low * small)
    first = lacks - lacks * f
    e = e + doublings
    high, low = LN2[e.lanes.bits]
    rest = e.times_plus(low, beyond_first(f, grade) + first)
    return e.times_plus(high, f + rest)


def with_ends(x: Floats, inside: Floats, least: float = 0.0) -> Floats:
    """A logarithm's answers at and beyond the ends of its domain: -∞, NaN, ∞; NaN stays NaN."""
    number = x.lanes.number
    above = x > least
    below = where(x.equals(least), number(-math.inf), number(math.nan))
    return where(above & (x < math.inf), inside, where(above, x, below))


def beyond_first(f: Floats, grade: int = 64) -> Floats:
    """log(1 + f) - f."""
    if f.lanes.bits == 32:
        return (f * f) * f.times_plus(polynomial(f, LOG[32]), -0.5)
    s = f / (f + 2.0)
    z = s * s
    half_square = f * f * 0.5
    return s.times_plus(z.times_plus(polynomial(z, LOG_QUOTIENT[grade]), half_square), -half_square)


def _in_base(f: Floats, factor: tuple[float, float]) -> Pair:
    """log(1 + f) times a factor, to more digits than a float's; |f| < 0.42."""
    high, low = factor
    first = exact_product(f, f.lanes.number(high))
    rest = beyond_first(f).times_plus(high, f.times_plus(low, first.low))
    return Pair(first.high, rest)
