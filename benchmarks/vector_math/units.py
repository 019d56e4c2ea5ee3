"""How far is an answer from the exact one, in units of the last place (ULP)?

The exact answer is held as the nearest float and what that lacks, in its own units, so that errors below
half a unit show. Infinity counts as the float after the largest, and both zeros as one place.
"""

from __future__ import annotations

from typing import NamedTuple

import mpmath as mp
import numpy as np

LAYOUT = {np.dtype(np.float32): (23, -126, 127), np.dtype(np.float64): (52, -1022, 1023)}


class Exact(NamedTuple):
    """The nearest floats to exact answers, and what they lack in units of their last place."""

    nearest: np.ndarray
    lacks: np.ndarray


def from_digits(answers: list[mp.mpf], dtype: np.dtype) -> Exact:
    """Round answers of many digits."""
    pairs = [_rounded(one, *LAYOUT[dtype]) for one in answers]
    return Exact(np.array([a for a, _ in pairs], dtype), np.array([b for _, b in pairs]))


def _rounded(answer: mp.mpf, mantissa: int, least: int, largest: int) -> tuple[float, float]:
    if answer == 0 or mp.isnan(answer):
        return float(answer), 0.0
    if mp.isinf(answer):
        return float(answer), 0.0
    exponent = max(int(mp.mag(answer)) - 1, least)
    sign = -1.0 if answer < 0 else 1.0
    if exponent > largest:
        return sign * np.inf, 0.0
    units = mp.ldexp(answer, mantissa - exponent)
    whole = mp.nint(units)
    lacks = float(units - whole)
    if abs(whole) == 2 ** (mantissa + 1) and exponent == largest:
        return sign * np.inf, lacks
    # A positive or negative answer that rounds to zero keeps its sign.
    nearest = float(mp.ldexp(whole, exponent - mantissa))
    return (nearest if nearest else sign * 0.0), lacks


def from_wider(answers: np.ndarray, dtype: np.dtype) -> Exact:
    """Round answers of a wider float."""
    with np.errstate(over="ignore"):
        nearest = answers.astype(dtype)
    # The unit is that of the side on which the exact answer lies: below a power of two, half as much.
    difference = answers - nearest
    beside = np.nextafter(nearest, np.where(difference < 0, -np.inf, np.inf).astype(dtype))
    unit = np.abs(beside.astype(answers.dtype) - nearest)
    fine = np.isfinite(nearest) & np.isfinite(unit)
    lacks = np.where(fine, difference, 0) / np.where(fine, unit, 1)
    return Exact(nearest, lacks.astype(np.float64))


def apart(answers: np.ndarray, exact: Exact) -> np.ndarray:
    """The errors in units; infinite where one is NaN and the other is not, or a zero's sign is wrong."""
    steps = _places(answers) - _places(exact.nearest)
    errors = np.abs(steps.astype(np.float64) - exact.lacks)
    odd = np.isnan(answers) != np.isnan(exact.nearest)
    odd |= (
        (answers == 0) & (exact.nearest == 0) & (np.signbit(answers) != np.signbit(exact.nearest))
    )
    errors[np.isnan(answers) & np.isnan(exact.nearest)] = 0.0
    errors[odd] = np.inf
    return errors


def _places(floats: np.ndarray) -> np.ndarray:
    """Numbers that count the floats in order, both zeros being number 0."""
    bits = floats.view(f"i{floats.itemsize}").astype(np.int64)
    least = (
        np.int64(-1) << (8 * floats.itemsize - 1)
        if floats.itemsize == 4
        else np.iinfo(np.int64).min
    )
    return np.where(bits < 0, least - bits, bits)
