"""asin, acos, atan and atan2.

asin has a polynomial up to ½ and asin(a) = π/2 - 2·asin(√((1 - a)/2)) above. atan2 brings y/x into
|t| ≤ tan(π/8) by one division, for atan(a/b) = π/4 + atan((a - b)/(a + b)) = π/2 - atan(b/a). What a root
and a quotient lack is carried along; float32 goes through float64 and needs none of that.
J.-M. Muller, Elementary Functions (3rd ed., 2016), chapter 11; DLMF 4.24.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from thalweg.native.lanes import Floats, Masks, where
from thalweg.native.vector_math.pairs import (
    Pair,
    exact_sum,
    ordered_sum,
    quotient,
    square_root,
)
from thalweg.native.vector_math.polynomial import polynomial
from thalweg.native.vector_math.polynomials import ASIN, ATAN
from thalweg.native.vector_math.scaling import scale_to_one

__all__ = ["acos", "asin", "atan", "atan2"]

_Constant = tuple[float, float]

# π and what the nearest float64 lacks; halves and quarters of both are exact.
PI = (3.141592653589793, 1.2246467991473532e-16)
HALF_PI = (PI[0] / 2, PI[1] / 2)
QUARTER_PI = (PI[0] / 4, PI[1] / 4)
THREE_QUARTERS_PI = (2.356194490192345, 9.184850993605148e-17)
# What is added to t right of the origin and left of it: on flat, middle and steep directions.
RIGHT = ((0.0, 0.0), QUARTER_PI, HALF_PI)
LEFT = (PI, THREE_QUARTERS_PI, HALF_PI)
TAN_PI_8 = math.sqrt(2.0) - 1.0
# From here on atan rounds to π/2.
ATAN_LARGE = 2.0**60


def asin(x: Floats) -> Floats:
    """The inverse of sin, on [-1, 1]."""
    wide = x.to_double()
    arc = _arc(wide.magnitude(), x.lanes.bits)
    near = arc.high + arc.low
    folded = _from(0.5, Pair(arc.high * -2.0, arc.low * -2.0))
    answer = where(wide.magnitude() > 0.5, folded, near).with_sign_of(wide)
    return answer if x.lanes.bits == 64 else answer.to_single()


def acos(x: Floats) -> Floats:
    """The inverse of cos, on [-1, 1]."""
    wide = x.to_double()
    arc = _arc(wide.magnitude(), x.lanes.bits)
    middle = _from(
        0.5,
        Pair(
            where(wide < 0.0, arc.high, -arc.high),
            where(wide < 0.0, arc.low, -arc.low),
        ),
    )
    right = (arc.high + arc.low) * 2.0
    left = _from(1.0, Pair(arc.high * -2.0, arc.low * -2.0))
    answer = where(wide < 0.0, left, right)
    answer = where(wide.magnitude() > 0.5, answer, middle)
    return answer if x.lanes.bits == 64 else answer.to_single()


def _arc(size: Floats, grade: int) -> Pair:
    """asin(a) for a ≤ ½, and asin(√((1 - a)/2)) above."""
    far = size > 0.5
    z = where(far, size.times_plus(-0.5, 0.5), size * size)
    if grade == 32:
        root = Pair(z.square_root(), size.lanes.number(0.0))
    else:
        root = square_root(Pair(z, size.lanes.number(0.0)))
    s = where(far, root.high, size)
    lacks = where(far, root.low, 0.0)
    return Pair(s, (s * z).times_plus(polynomial(z, ASIN[grade]), lacks))


def _from(part: float, angle: Pair) -> Floats:
    """part·π + angle, for an angle that is smaller than that."""
    high = angle.high.lanes.number(PI[0] * part)
    total = ordered_sum(high, angle.high)
    return total.high + (total.low + (angle.low + PI[1] * part))


def atan(x: Floats) -> Floats:
    """The inverse of tan."""
    wide = x.to_double()
    one = wide.lanes.number(1.0)
    turn = _turn(wide.magnitude().between(0.0, ATAN_LARGE), one, x.lanes.bits)
    answer = _sum(turn.choose(*RIGHT), turn.t, turn.rest).with_sign_of(wide)
    return answer if x.lanes.bits == 64 else answer.to_single()


def atan2(y: Floats, x: Floats) -> Floats:
    """The angle of the point (x, y), from -π to π; at the origin the zeros' signs decide."""
    wide_y, wide_x = y.to_double(), x.to_double()
    a, b = _finite(wide_y.magnitude(), wide_x.magnitude())
    if x.lanes.bits == 64:
        scale = scale_to_one(where(a > b, a, b))
        a, b = a * scale, b * scale
    turn = _turn(a, b, x.lanes.bits)
    right = _sum(turn.choose(*RIGHT), turn.t, turn.rest)
    left = _sum(turn.choose(*LEFT), -turn.t, -turn.rest)
    is_left = wide_x.lanes.number(1.0).with_sign_of(wide_x) < 0.0
    answer = where(is_left, left, right).with_sign_of(wide_y)
    return answer if x.lanes.bits == 64 else answer.to_single()


class _Turn(NamedTuple):
    """An angle as 0, π/4 or π/2, plus t, plus the small rest."""

    flat: Masks
    steep: Masks
    t: Floats
    rest: Floats

    def choose(self, flat: _Constant, middle: _Constant, steep: _Constant) -> Pair:
        """One of three constants in each lane, in two floats."""
        number = self.t.lanes.number
        return Pair(
            *(
                where(self.flat, number(f), where(self.steep, number(s), number(m)))
                for f, m, s in zip(flat, middle, steep, strict=True)
            )
        )


def _turn(a: Floats, b: Floats, grade: int) -> _Turn:
    """The angle whose tangent is a/b; neither negative, not both 0, none near under- or overflow."""
    zero = a.lanes.number(0.0)
    flat, steep = a < b * TAN_PI_8, b < a * TAN_PI_8
    difference, total = exact_sum(a, -b), exact_sum(a, b)
    above = where(flat, a, where(steep, -b, difference.high))
    below = where(flat, b, where(steep, a, total.high))
    if grade == 32:
        t, lacks = above / below, zero
    else:
        ends = flat | steep
        t, lacks = quotient(
            Pair(above, where(ends, zero, difference.low)),
            Pair(below, where(ends, zero, total.low)),
        )
    z = t * t
    rest = (t * z).times_plus(polynomial(z, ATAN[grade]), lacks - lacks * z)
    return _Turn(flat, steep, t, rest)


def _sum(base: Pair, t: Floats, rest: Floats) -> Floats:
    total = ordered_sum(base.high, t)
    return total.high + (total.low + (base.low + rest))


def _finite(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The same direction in finite numbers, not both 0; NaN stays."""
    number = a.lanes.number
    zero, one = number(0.0), number(1.0)
    a_infinite, b_infinite = a.equals(math.inf), b.equals(math.inf)
    a_other = where(b_infinite & (a < math.inf), zero, a)
    b_other = where(a_infinite & (b < math.inf), zero, b)
    a, b = where(a_infinite, one, a_other), where(b_infinite, one, b_other)
    return a, where(a.equals(0.0) & b.equals(0.0), one, b)
