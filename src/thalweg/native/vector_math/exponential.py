"""exp, exp2 and expm1.

x = k·ln 2 + r with k whole and |r| ≤ ln(2)/2; then eˣ = 2ᵏ·(1 + r + r²·Q(r)). The reduction is Cody and
Waite's, with ln 2 in two parts of which the first has few enough digits that k times it is exact.
W. J. Cody and W. Waite, Software Manual for the Elementary Functions (1980), chapter 6; J.-M. Muller,
Elementary Functions (3rd ed., 2016), chapter 11.
"""

from __future__ import annotations

from typing import NamedTuple

from thalweg.native.lanes import Floats, Wholes, where
from thalweg.native.vector_math.pairs import Pair, ordered_sum
from thalweg.native.vector_math.polynomial import polynomial
from thalweg.native.vector_math.polynomials import EXP, EXP2, EXP_WHOLE
from thalweg.native.vector_math.scaling import power_of_two, scaled

__all__ = [
    "Reduced",
    "exp",
    "exp2",
    "exp2_of_pair",
    "exp_for_single",
    "exp_of_pair",
    "expm1",
    "reduced",
]

# ln 2 in two parts; the first ends in zeros, so that a product with an exponent is exact.
LN2 = {
    32: (0.693145751953125, 1.428606765330187e-06),
    64: (0.6931471805598903, 5.497923018708371e-14),
}
# Beyond these, eˣ is 0 or infinite; the exponent at the ends stays within twice its range.
EXP_RANGE = {32: (-104.0, 89.0), 64: (-746.0, 710.0)}
# A factor that is not near 1 may bring back what is 0 alone.
MARGIN = 35.0
EXP2_RANGE = {32: (-151.0, 129.0), 64: (-1076.0, 1025.0)}
LOG2E = 1.4426950408889634


class Reduced(NamedTuple):
    """x = k·ln 2 + r; k as a float and as whole numbers (low bits), r with what it lacks."""

    k_float: Floats
    k: Wholes
    r: Floats
    lacks: Floats


def reduced(x: Floats) -> Reduced:
    """Take the multiples of ln 2 out of x, which must lie within `EXP_RANGE` or be NaN."""
    magic = 1.5 * 2.0**x.lanes.mantissa
    k_float, k = x.times_plus(LOG2E, magic).whole_in_sum(magic)
    high, low = LN2[x.lanes.bits]
    most = k_float.times_plus(-high, x)
    r = k_float.times_plus(-low, most)
    lacks = k_float.times_plus(-low, most - r)
    return Reduced(k_float, k, r, lacks)


def exp(x: Floats) -> Floats:
    """eˣ."""
    bits = x.lanes.bits
    k_float, k, r, _ = reduced(x.between(*EXP_RANGE[bits]))
    tail = polynomial(r, EXP[bits])
    return scaled((r * r).times_plus(tail, r) + 1.0, k_float, k)


def exp_of_pair(x: Pair, factor: Floats) -> Floats:
    """factor·e^(high + low), for a factor below 2^50 and a low part that is small beside 1."""
    bits = x.high.lanes.bits
    least, most = EXP_RANGE[bits]
    k_float, k, r, lacks = reduced(x.high.between(least - MARGIN, most))
    # A low part of 2^-44, as that of a large square, counts with more than its first term in r.
    r, rest = ordered_sum(r, x.low + lacks)
    tail = (r * r).times_plus(polynomial(r, EXP[bits]), r.times_plus(rest, rest))
    return scaled((tail + r).times_plus(factor, factor), k_float, k)


def exp_for_single(x: Floats, factor: Floats) -> Floats:
    """factor·eˣ in float64 where float32's precision is wanted, for x from -1400 to 700 or NaN."""
    magic = 1.5 * 2.0**x.lanes.mantissa
    k_float, k = x.times_plus(LOG2E, magic).whole_in_sum(magic)
    r = k_float.times_plus(-1 / LOG2E, x)
    return scaled(polynomial(r, EXP_WHOLE[32]) * factor, k_float, k)


def exp2(x: Floats) -> Floats:
    """2ˣ, exact at whole numbers."""
    bits = x.lanes.bits
    inside = x.between(*EXP2_RANGE[bits])
    k_float, k = inside.nearest()
    r = inside - k_float
    return scaled(_exp2_less_one(r, r.lanes.number(0.0), bits) + 1.0, k_float, k)


def exp2_of_pair(x: Pair, grade: int = 64) -> Floats:
    """2^(high + low), for a low part that is small beside 1; high must lie within `EXP2_RANGE`.

    With grade 32, float64 stands for float32, whose precision is all that is wanted.
    """
    k_float, k = x.high.nearest()
    r, rest = ordered_sum(x.high - k_float, x.low)
    return scaled(_exp2_less_one(r, rest, grade) + 1.0, k_float, k)


def _exp2_less_one(r: Floats, rest: Floats, grade: int) -> Floats:
    high, low = LN2[r.lanes.bits]
    tail = (r * r) * polynomial(r, EXP2[grade])
    return r.times_plus(high, r.times_plus(low, rest.times_plus(high, tail)))


def expm1(x: Floats) -> Floats:
    """eˣ - 1, to full relative precision near 0."""
    bits = x.lanes.bits
    least = {32: -18.0, 64: -38.0}[bits]
    k_float, k, r, lacks = reduced(x.between(least, EXP_RANGE[bits][1]))
    tail = (r * r).times_plus(polynomial(r, EXP[bits]), lacks)
    # From 2^-64 on, 1 - 2^-k is 1; below the smallest exponent the bits would mean something else.
    one_less = 1.0 - where(k_float > 64.0, x.lanes.number(0.0), power_of_two(0 - k))
    return scaled((tail + r) + one_less, k_float, k).with_sign_of(x)
