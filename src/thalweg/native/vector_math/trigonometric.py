"""sin, cos and tan.

x = q·π/2 + r with q whole and |r| ≤ π/4, by Cody and Waite's reduction: π/2 in parts with so few digits
that q times each is exact. From `LARGEST` on the reduction is Payne and Hanek's (`huge_angles.py`). The
polynomials of sin and cos are both evaluated, and q chooses. float32 reduces in float64, where two
parts are enough. J.-M. Muller, Elementary Functions (3rd ed., 2016), chapter 11.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from thalweg.native.lanes import Floats, Wholes, where
from thalweg.native.vector_math.huge_angles import QuarterTurns, with_huge_angles
from thalweg.native.vector_math.polynomial import polynomial
from thalweg.native.vector_math.polynomials import COS, SIN, TAN

__all__ = ["cos", "sin", "sin_and_cos", "tan"]

# π/2 in parts of 32 bits and a last one of 53; 21 bits are left for q.
HALF_PI = (
    1.5707963267341256,
    6.07710049817245e-11,
    8.333742917250222e-20,
    1.2706558760139879e-29,
)
# The first of these parts, and all that it lacks: enough for float32.
HALF_PI_REST = 6.077100506506192e-11
LARGEST = 3.0e6


class _Angle(NamedTuple):
    """q (its low bits), r, and what r lacks; all in the function's own float."""

    q: Wholes
    r: Floats
    lacks: Floats | None


def sin(x: Floats) -> Floats:
    """The sine of an angle in radians."""
    q, r, lacks = _reduced(x)
    answer = _by_quarter(q, _sin(r, lacks), _cos(r, lacks))
    # The sine of |x| has the sign of q's second bit; that of x is added to it.
    sign = x.as_bits() & (1 << x.lanes.bits - 1)
    return (answer.as_bits() ^ _second_bit(q) ^ sign).as_float()


def cos(x: Floats) -> Floats:
    """The cosine of an angle in radians."""
    q, r, lacks = _reduced(x)
    answer = _by_quarter(q, _cos(r, lacks), _sin(r, lacks))
    return (answer.as_bits() ^ _second_bit(q + 1)).as_float()


def sin_and_cos(x: Floats) -> tuple[Floats, Floats]:
    """Both, to the bit as one by one; what they have in common is computed once."""
    q, r, lacks = _reduced(x)
    both = _sin(r, lacks), _cos(r, lacks)
    sine, cosine = _by_quarter(q, *both), _by_quarter(q, *both[::-1])
    sign = x.as_bits() & (1 << x.lanes.bits - 1)
    return (
        (sine.as_bits() ^ _second_bit(q) ^ sign).as_float(),
        (cosine.as_bits() ^ _second_bit(q + 1)).as_float(),
    )


def tan(x: Floats) -> Floats:
    """The tangent of an angle in radians."""
    q, r, lacks = _reduced(x)
    z = r * r
    rest = lacks.times_plus(z, lacks) if lacks else x.lanes.number(0.0)
    even = r + (z * r).times_plus(polynomial(z, TAN[x.lanes.bits]), rest)
    answer = _by_quarter(q, even, -1.0 / even)
    sign = x.as_bits() & (1 << x.lanes.bits - 1)
    return (answer.as_bits() ^ sign).as_float()


def _by_quarter(q: Wholes, even: Floats, odd: Floats) -> Floats:
    return where((q & 1).equals(0), even, odd)


def _second_bit(q: Wholes) -> Wholes:
    """q's second bit, in the place of a float's sign."""
    return (q & 2) << q.lanes.bits - 2


def _sin(r: Floats, lacks: Floats | None) -> Floats:
    z = r * r
    tail = z * polynomial(z, SIN[r.lanes.bits])
    if lacks is None:
        return tail.times_plus(r, r)
    return r + tail.times_plus(r, lacks - lacks * (z * 0.5))


def _cos(r: Floats, lacks: Floats | None) -> Floats:
    z = r * r
    tail = z * z.times_plus(polynomial(z, COS[r.lanes.bits]), -0.5)
    if lacks is None:
        return tail + 1.0
    return (tail - r * lacks) + 1.0


def _reduced(x: Floats) -> _Angle:
    """Take the multiples of π/2 out of |x|."""
    size = x.to_double().magnitude()
    near = size.times_plus(2 / math.pi, 1.5 * 2.0**52)
    q_float, q = near.whole_in_sum(1.5 * 2.0**52)
    if x.lanes.bits == 32:
        r = q_float.times_plus(-HALF_PI_REST, q_float.times_plus(-HALF_PI[0], size))
        turns = with_huge_angles(size, LARGEST, QuarterTurns(q, r, None))
        return _Angle(turns.q.to_single(), turns.r.to_single(), None)
    first = q_float.times_plus(-HALF_PI[0], size)
    second = q_float.times_plus(-HALF_PI[1], first)
    third = q_float.times_plus(-HALF_PI[2], second)
    # What the second and third subtraction rounded away, and the last part.
    lost = q_float.times_plus(-HALF_PI[1], first - second)
    lost = lost + q_float.times_plus(-HALF_PI[2], second - third)
    # Beside r this is small, or r so small that all the polynomials do is to add it.
    lacks = q_float.times_plus(-HALF_PI[3], lost)
    return _Angle(*with_huge_angles(size, LARGEST, QuarterTurns(q, third, lacks)))
