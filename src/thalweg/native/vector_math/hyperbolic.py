"""sinh, cosh and tanh.

|x| = k·ln 2 + r as for the exponential. With w = 4⁻ᵏ, the addition theorems say

    sinh|x| = 2ᵏ⁻¹·((1 - w)·cosh r + (1 + w)·sinh r)
    cosh|x| = 2ᵏ⁻¹·((1 + w)·cosh r + (1 - w)·sinh r).

For k = 0 the first is the polynomial of sinh itself, so small arguments keep their digits; nothing is
divided but for tanh, which carries both in two floats to stay below one unit of error. J.-M. Muller, Elementary Functions (3rd ed., 2016), section 11.1.
"""

from __future__ import annotations

from typing import NamedTuple

from thalweg.native.lanes import Floats, Wholes, where
from thalweg.native.vector_math.exponential import reduced
from thalweg.native.vector_math.pairs import Pair, ordered_sum, quotient
from thalweg.native.vector_math.polynomial import polynomial
from thalweg.native.vector_math.polynomials import COSH, SINH
from thalweg.native.vector_math.scaling import power_of_two, scaled

__all__ = ["cosh", "sinh", "tanh"]

# Beyond these sinh is infinite, and tanh is 1.
INFINITE = {32: 90.0, 64: 711.0}
ONE = {32: 10.0, 64: 20.0}


class _Parts(NamedTuple):
    """k as a float and as whole numbers, w, 1 + w, 1 - w, sinh r, cosh r - 1."""

    k_float: Floats
    k: Wholes
    w: Floats
    more: Floats
    less: Floats
    odd: Floats
    even: Floats


def sinh(x: Floats) -> Floats:
    """The hyperbolic sine."""
    parts = _parts(x.magnitude(), INFINITE[x.lanes.bits])
    return scaled(_sinh_part(parts), parts.k_float - 1.0, parts.k - 1).with_sign_of(x)


def cosh(x: Floats) -> Floats:
    """The hyperbolic cosine."""
    parts = _parts(x.magnitude(), INFINITE[x.lanes.bits])
    return scaled(_cosh_part(parts), parts.k_float - 1.0, parts.k - 1)


def tanh(x: Floats) -> Floats:
    """The hyperbolic tangent."""
    parts = _parts(x.magnitude(), ONE[x.lanes.bits])
    more, less, odd, even = parts.more, parts.less, parts.odd, parts.even
    above = ordered_sum(less, more.times_plus(odd, less * even))
    below = ordered_sum(more, less.times_plus(odd, more * even))
    # What 1 - w and 1 + w lack; it decides where the answer is nearly 1.
    w = parts.w
    above = Pair(above.high, above.low + ((1.0 - less) - w))
    below = Pair(below.high, below.low + ((1.0 - more) + w))
    ratio = quotient(above, below)
    return (ratio.high + ratio.low).with_sign_of(x)


def _parts(size: Floats, largest: float) -> _Parts:
    bits = size.lanes.bits
    k_float, k, r, lacks = reduced(where(size > largest, size.lanes.number(largest), size))
    z = r * r
    odd = r + (z * r).times_plus(polynomial(z, SINH[bits]), lacks)
    even = z * z.times_plus(polynomial(z, COSH[bits]), 0.5)
    w = power_of_two(0 - (k + k))
    if largest > 30.0:
        # There 1 + w is 1, and the exponent of w would leave its range.
        w = where(k_float > 30.0, size.lanes.number(0.0), w)
    return _Parts(k_float, k, w, 1.0 + w, 1.0 - w, odd, even)


def _sinh_part(parts: _Parts) -> Floats:
    return parts.more.times_plus(parts.odd, parts.less * parts.even) + parts.less


def _cosh_part(parts: _Parts) -> Floats:
    return parts.less.times_plus(parts.odd, parts.more * parts.even) + parts.more
