"""asinh, acosh and atanh.

Each is the logarithm of a number that is formed with about twice the digits, for near 1 a logarithm
magnifies errors; next to 0 a few terms of the series take over. float32 goes through float64, where
plain arithmetic has digits enough. Sources of the identities: DLMF 4.37(iv), of the series 4.38.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from thalweg.native.lanes import Floats, where
from thalweg.native.vector_math.logarithm import log_of_pair
from thalweg.native.vector_math.pairs import (
    Pair,
    exact_product,
    exact_sum,
    ordered_sum,
    quotient,
    square_root,
)
from thalweg.native.vector_math.polynomial import polynomial

__all__ = ["acosh", "asinh", "atanh"]

# Below this the series' first terms are enough; above the other, x² + 1 is x².
SERIES = 2.0**-9
LARGE = 2.0**28
ASINH_SERIES = (-1 / 6, 3 / 40, -15 / 336)
ATANH_SERIES = (1 / 3, 1 / 5, 1 / 7)


def asinh(x: Floats) -> Floats:
    """The inverse of sinh."""
    if x.lanes.bits == 32:
        return _asinh(x.to_double(), 32).to_single()
    return _asinh(x, 64)


def acosh(x: Floats) -> Floats:
    """The inverse of cosh, from 1 up."""
    if x.lanes.bits == 32:
        return _acosh(x.to_double(), 32).to_single()
    return _acosh(x, 64)


def atanh(x: Floats) -> Floats:
    """The inverse of tanh."""
    if x.lanes.bits == 32:
        return _atanh(x.to_double(), 32).to_single()
    return _atanh(x, 64)


def _asinh(x: Floats, grade: int) -> Floats:
    number = x.lanes.number
    size = x.magnitude()
    near = where(size > LARGE, number(1.0), size)
    if grade == 32:
        total = Pair(near + near.times_plus(near, 1.0).square_root(), number(0.0))
    else:
        square = exact_product(near, near)
        more = exact_sum(number(1.0), square.high)
        root = square_root(Pair(more.high, more.low + square.low))
        total = _plus(root, near)
    answer = _log(size, total, grade)
    return where(size < SERIES, _series(size, ASINH_SERIES), answer).with_sign_of(x)


def _acosh(x: Floats, grade: int) -> Floats:
    number = x.lanes.number
    near = where(x > LARGE, number(2.0), x)
    if grade == 32:
        total = Pair(near + near.times_plus(near, -1.0).square_root(), number(0.0))
    else:
        square = exact_product(near, near)
        less = exact_sum(square.high, number(-1.0))
        root = square_root(ordered_sum(less.high, less.low + square.low))
        total = _plus(root, near)
    return where(x < 1.0, number(math.nan), _log(x, total, grade))


def _atanh(x: Floats, grade: int) -> Floats:
    number = x.lanes.number
    size = x.magnitude()
    near = where(size < 1.0, size, 0.5)
    if grade == 32:
        ratio = Pair((1.0 + near) / (1.0 - near), number(0.0))
    else:
        one = number(1.0)
        ratio = quotient(exact_sum(one, near), exact_sum(one, -near))
        ratio = ordered_sum(ratio.high, ratio.low)
    inside = log_of_pair(ratio, number(0.0), grade) * 0.5
    answer = where(size < SERIES, _series(size, ATANH_SERIES), inside)
    # 1 gives infinity; beyond it, and for NaN, NaN.
    outside = where(size.equals(1.0), number(math.inf), number(math.nan))
    return where(size < 1.0, answer, outside).with_sign_of(x)


def _plus(a: Pair, b: Floats) -> Pair:
    total = exact_sum(a.high, b)
    return ordered_sum(total.high, total.low + a.low)


def _log(size: Floats, total: Pair, grade: int) -> Floats:
    """log of the total, or of twice the size where that is large; infinity and NaN stay."""
    zero = size.lanes.number(0.0)
    large = size > LARGE
    argument = Pair(where(large, size, total.high), where(large, zero, total.low))
    answer = log_of_pair(argument, where(large, size.lanes.number(1.0), zero), grade)
    return where(size < math.inf, answer, size)


def _series(size: Floats, terms: Sequence[float]) -> Floats:
    z = size * size
    return (z * size).times_plus(polynomial(z, terms), size)
