"""What do NumPy's plain functions of floats answer: extremes, signs, divisions rounded down?

Where mathematics leaves it open the answer is NumPy's: which of two zeros is the larger, what is left of
a division by zero.
"""

from __future__ import annotations

import math

from thalweg.native.lanes import Floats, Masks, where
from thalweg.native.rounding import floor
from thalweg.native.vector_math.remainders import fmod

__all__ = [
    "floor_divide",
    "is_finite",
    "is_infinite",
    "maximum",
    "minimum",
    "remainder",
    "sign",
    "sign_bit",
]


def maximum(x: Floats, y: Floats) -> Floats:
    """The larger of two; NaN where either is, and of two zeros the second."""
    return where((x > y) | x.is_nan(), x, y)


def minimum(x: Floats, y: Floats) -> Floats:
    """The smaller of two; NaN where either is, and of two zeros the second."""
    return where((x < y) | x.is_nan(), x, y)


def sign(x: Floats) -> Floats:
    """-1, 0 or 1; NaN stays, -0 becomes 0."""
    number = x.lanes.number
    unsigned = where(x.equals(0.0), number(0.0), x)
    return where(x > 0.0, number(1.0), where(x < 0.0, number(-1.0), unsigned))


def sign_bit(x: Floats) -> Masks:
    """Whether the sign is written, as in -0."""
    return x.as_bits() < 0


def is_infinite(x: Floats) -> Masks:
    """Whether it is ∞ or -∞."""
    return x.magnitude().equals(math.inf)


def is_finite(x: Floats) -> Masks:
    """Whether it is neither infinite nor NaN."""
    return x.magnitude() < math.inf


def remainder(x: Floats, y: Floats) -> Floats:
    """What the quotient rounded down leaves, exactly but for one rounding, with the sign of y."""
    rest = fmod(x, y)
    signed = where(_has_other_sign(rest, y), rest + y, rest)
    return where(rest.equals(0.0), x.lanes.number(0.0).with_sign_of(y), signed)


def floor_divide(x: Floats, y: Floats) -> Floats:
    """The quotient rounded down, consistent with the remainder."""
    number = x.lanes.number
    rest = fmod(x, y)
    # x less its rest is a multiple of y, but for rounding.
    towards_zero = (x - rest) / y
    quotient = where(_has_other_sign(rest, y), towards_zero - 1.0, towards_zero)
    down = floor(quotient)
    whole = where(quotient - down > 0.5, down + 1.0, down)
    plain = x / y
    signed = where(quotient.equals(0.0), number(0.0).with_sign_of(plain), whole)
    return where(y.equals(0.0), plain, signed)


def _has_other_sign(rest: Floats, y: Floats) -> Masks:
    return rest.differs(0.0) & ((rest < 0.0) ^ (y < 0.0))
