"""sinh, cosh and tanh.

|x| = k·ln 2 + r as for the exponential. With w = 4⁻ᵏ, the addition theorems say

    sinh|x| = 2ᵏ⁻¹·((1 - w)·cosh r + (1 + w)·sinh r)
    cosh|x| = 2ᵏ⁻¹·((1 + w)·cosh r + (1 - w)·sinh r).

For k = 0 the first is the polynomial of sinh itself, so small arguments keep their digits; nothing is
divided but for tanh, which carries both in two floats. float32's tanh has formulas of its own, without
two floats. J.-M. Muller, Elementary Functions (3rd ed., 2016), section 11.1.
"""

from __future__ import annotations

from typing import NamedTuple

from thalweg.native.lanes import Floats, Wholes, where
from thalweg.native.vector_math.exponential import exp, reduced
from thalweg.native.vector_math.pairs import Pair, exact_product, ordered_sum, quotient
from thalweg.native.vector_math.polynomial import polynomial
from thalweg.native.vector_math.polynomials import COSH, SINH, TANH
from thalweg.native.vector_math.scaling import power_of_two, scaled

__all__ = ["cosh", "sinh", "tanh"]

# Beyond these sinh is infinite; beyond this float32's tanh is 1; up to this it is a polynomial.
INFINITE = {32: 90.0, 64: 711.0}
ONE = 10.0
SEAM = 0.55


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
    return _tanh_of_single(x) if x.lanes.bits == 32 else _tanh_of_double(x)


def _tanh_of_single(x: Floats) -> Floats:
    """1 - 2/(e²ˣ + 1), whose last digits come from the 1 alone from ½ on; below a polynomial."""
    size = x.magnitude()
    z = x * x
    near = (z * size).times_plus(polynomial(z, TANH[32]), size)
    far = 1.0 - 2.0 / (exp(where(size > ONE, x.lanes.number(ONE), size) * 2.0) + 1.0)
    return where(size < SEAM, near, far).with_sign_of(x)


def _tanh_of_double(x: Floats) -> Floats:
    """sinh over cosh, both in two floats."""
    parts = _parts(x.magnitude(), 20.0)
    more, less, odd, even = parts.more, parts.less, parts.odd, parts.even
    above = _sinh_pair(more, less, odd, even)
    below = ordered_sum(more, less.times_plus(odd, more * even))
    # What 1 - w and 1 + w lack; it decides where the answer is nearly 1.
    w = parts.w
    above = Pair(above.high, above.low + ((1.0 - less) - w))
    below = Pair(below.high, below.low + ((1.0 - more) + w))
    ratio = quotient(above, below)
    return (ratio.high + ratio.low).with_sign_of(x)


def _sinh_pair(more: Floats, less: Floats, odd: Floats, even: Floats) -> Pair:
    """less + more·odd + less·even, which nearly cancels just above ln(2)/2."""
    if more.lanes.machine.fused:
        return ordered_sum(less, more.times_plus(odd, less * even))
    # Without one rounding for both, that of more·odd must not be lost.
    product = exact_product(more, odd)
    first = ordered_sum(less, product.high)
    second = ordered_sum(first.high, less * even)
    return Pair(second.high, second.low + (first.low + product.low))


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
