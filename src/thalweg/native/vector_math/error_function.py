"""erf and erfc.

erf is a polynomial in x² near 0 and 1 - e^(p(x)) beyond, with p from log erfc. erfc(x) for x ≥ 0 is
e^(-x²)·H(q)/(1 + 2x) with q = (x - 4)/(x + 4), one polynomial for the whole half line: M. M. Shepherd
and J. G. Laframboise, Chebyshev approximation of (1 + 2x)·exp(x²)·erfc x in 0 ≤ x < ∞, Math. Comp. 36
(1981). x² is carried in two floats, for an error there counts x² times.
"""

from __future__ import annotations

from thalweg.native.lanes import Floats, where
from thalweg.native.vector_math.exponential import exp, exp_of_pair
from thalweg.native.vector_math.pairs import Pair, exact_product
from thalweg.native.vector_math.polynomial import by_steps, polynomial
from thalweg.native.vector_math.polynomials import ERF_LARGE, ERF_SMALL, ERFC

__all__ = ["erf", "erfc"]

SEAM = 0.921875
# From here on erf rounds to 1, and erfc to 0.
ERF_ONE = {32: 3.95, 64: 5.95}
ERFC_ZERO = {32: 10.1, 64: 27.3}
CENTRE = 4.0
# erfc is 1 - erf up to here in float64, where it is above ½.
NEAR = 0.4375


def erf(x: Floats) -> Floats:
    """2/√π times the integral of e^(-t²) from 0 to x."""
    bits = x.lanes.bits
    size = x.magnitude()
    small = size.times_plus(polynomial(size * size, ERF_SMALL[bits]), size)
    far = where(size > ERF_ONE[bits], x.lanes.number(ERF_ONE[bits]), size)
    large = 1.0 - exp(far.times_plus(polynomial(far, ERF_LARGE[bits]), -far))
    return where(size < SEAM, small, large).with_sign_of(x)


def erfc(x: Floats) -> Floats:
    """1 - erf(x), to full relative precision far out."""
    if x.lanes.bits == 32:
        return _erfc(x.to_double(), 32).to_single()
    return _erfc(x, 64)


def _erfc(x: Floats, grade: int) -> Floats:
    zero, number = x.lanes.number(0.0), x.lanes.number
    size = x.magnitude()
    size = where(size > ERFC_ZERO[grade], number(ERFC_ZERO[grade]), size)
    q = (size - CENTRE) / (size + CENTRE)
    shape = by_steps(q, ERFC[grade]) / (size * 2.0 + 1.0)
    square = exact_product(-size, size)
    tail = exp_of_pair(Pair(square.high, square.low), shape)
    answer = where(x < zero, 2.0 - tail, tail)
    if grade == 32:
        return answer
    # Around 0 the quotient's rounding shows; erf is small there, and exact enough.
    near = 1.0 - x.times_plus(polynomial(size * size, ERF_SMALL[64]), x)
    return where(x.magnitude() < NEAR, near, answer)
