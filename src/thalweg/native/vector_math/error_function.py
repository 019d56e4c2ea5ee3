"""erf, erfc and erfcx.

erf is a polynomial in x² near 0 and 1 - e^(p(x)) beyond, with p from log erfc. erfcx(x) = e^(x²)·erfc(x)
for x ≥ 0 is H(q)/(1 + x) with q = (x - K)/(x + K), K near 3, one polynomial for the whole half line, after
M. M. Shepherd and J. G. Laframboise, Chebyshev approximation of (1 + 2x)·exp(x²)·erfc x in 0 ≤ x < ∞,
Math. Comp. 36 (1981). Their 1 + 2x makes H steep at 0, where the rounding of q would show; with 1 + x
what q lacks counts less than half everywhere, and the sum is rounded once. In e^(-x²) the square is
carried in two floats, for an error there counts x² times.
"""

from __future__ import annotations

from thalweg.native.lanes import Floats, where
from thalweg.native.vector_math.exponential import exp, exp_for_single, exp_of_pair
from thalweg.native.vector_math.pairs import Pair, exact_product
from thalweg.native.vector_math.polynomial import polynomial
from thalweg.native.vector_math.polynomials import ERF_LARGE, ERF_SMALL, ERFC

__all__ = ["erf", "erfc", "erfcx", "on_the_right"]

SEAM = 0.921875
# From here on erf rounds to 1, and erfc to 0; left of minus ERFCX_INFINITE erfcx is infinite.
ERF_ONE = {32: 3.95, 64: 5.95}
ERFC_ZERO = {32: 10.1, 64: 27.3}
ERFCX_INFINITE = 26.7
CENTRE = 3.0625
# Here q rounds to 1, and beyond it must not be a quotient of infinities.
FAR = 2.0**60
# So many of a polynomial's last steps, which are most of its rounding, are by Horner's rule.
STEPS = 2


def erf(x: Floats) -> Floats:
    """2/√π times the integral of e^(-t²) from 0 to x."""
    bits = x.lanes.bits
    size = x.magnitude()
    small = size.times_plus(polynomial(size * size, ERF_SMALL[bits]), size)
    far = where(size > ERF_ONE[bits], x.lanes.number(ERF_ONE[bits]), size)
    large = 1.0 - exp(far.times_plus(polynomial(far, ERF_LARGE[bits], STEPS), -far))
    return where(size < SEAM, small, large).with_sign_of(x)


def erfc(x: Floats) -> Floats:
    """1 - erf(x), to full relative precision far out."""
    if x.lanes.bits == 32:
        return _erfc(x.to_double(), 32).to_single()
    return _erfc(x, 64)


def erfcx(x: Floats) -> Floats:
    """e^(x²)·erfc(x)."""
    if x.lanes.bits == 32:
        return _erfcx(x.to_double(), 32).to_single()
    return _erfcx(x, 64)


def _erfc(x: Floats, grade: int) -> Floats:
    zero, number = x.lanes.number(0.0), x.lanes.number
    size = x.magnitude()
    size = where(size > ERFC_ZERO[grade], number(ERFC_ZERO[grade]), size)
    shape = on_the_right(size, size, grade)
    if grade == 32:  # twice a float32's digits are within a float64's
        tail = exp_for_single(-(size * size), shape)
    else:
        square = exact_product(-size, size)
        tail = exp_of_pair(Pair(square.high, square.low), shape)
    return where(x < zero, 2.0 - tail, tail)


def _erfcx(x: Floats, grade: int) -> Floats:
    zero, number = x.lanes.number(0.0), x.lanes.number
    size = x.magnitude()
    shape = on_the_right(size, where(size > FAR, number(FAR), size), grade)
    left = where(size > ERFCX_INFINITE, number(ERFCX_INFINITE), size)
    square = exact_product(left, left)
    bell = exp_of_pair(Pair(square.high, square.low), number(2.0))
    return where(x < zero, bell - shape, shape)


def on_the_right(size: Floats, near: Floats, grade: int, scale: float = 1.0) -> Floats:
    """erfcx(scale·size) for size ≥ 0.

    Args:
        size: may be infinite.
        near: the same, or `FAR` where it is larger.
        grade: 32 where float64 stands for float32, whose precision is all that is wanted.
        scale: goes into the constants, so that no product is rounded.
    """
    q = (near - CENTRE / scale) / (near + CENTRE / scale)
    return polynomial(q, ERFC[grade], STEPS) / (
        size + 1.0 if scale == 1 else size.times_plus(scale, 1.0)
    )
