"""The error function's relatives in words of a graph, which has erf, erfc and exp, and no erfcx or erfinv.

Each is as good as the functions it is made of, a few units in the last place, in the tails too: what an
argument's rounding would cost there is computed and taken back.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.ops.in_double import (
    FAR,
    ROOT_HALF,
    ROOT_TWO_PI,
    SPLIT,
    exp_minus_square,
    in_double,
    scipy_function,
)

SOURCE = (
    "Dekker 1971, doi:10.1007/BF01397083; M. Giles, Approximating the erfinv function, GPU Computing "
    "Gems 2, 2012, for the first guess, and a step of Halley's from there"
)

__all__ = ["erfc", "erfinv", "erfinv_slope", "gelu", "gelu_slope", "normal_cdf"]

TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)
ROOT_HALF_REST = -4.833646656726457e-17  # what 1/√2 is more than its float64
GUESS_NEAR = (
    2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503,
    -0.00417768164, 0.246640727, 1.50140941,
)  # fmt: skip
"""Giles: erfinv(x)/x as a polynomial in w - 2.5, w = -log(1 - x²), for w < 5."""
GUESS_FAR = (
    -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
    0.00943887047, 1.00167406, 2.83297682,
)  # fmt: skip
"""The same in √w - 3, for w from 5 to 16."""
GUESS_FARTHEST = (
    -2.7109920616438573243e-11, -2.5556418169965252055e-10, 1.5076572693500548083e-09,
    -3.7894654401267369937e-09, 7.6157012080783393804e-09, -1.4960026627149240478e-08,
    2.9147953450901080826e-08, -6.7711997758452339498e-08, 2.2900482228026654717e-07,
    -9.9298272942317002539e-07, 4.5260625972231537039e-06, -1.9681778105531670567e-05,
    7.5995277030017761139e-05, -0.00021503011930044477347, -0.00013871931833623122026,
    1.0103004648645343977, 4.8499064014085844221,
)  # fmt: skip
"""The same in √w - 5, from 16 on, where float64 ends at 37."""


def erfc(x: Any) -> Any:
    """erfc itself, in either float."""
    return scipy_function("erfc")(x)


def _erf(x: Any) -> Any:
    return scipy_function("erf")(x)


def _halves(x: Any) -> tuple[Any, Any]:
    """Two floats with half the digits each (Veltkamp)."""
    carried = SPLIT * x
    head = carried - (carried - x)
    return head, x - head


def _tail(size: Any) -> Any:
    """Φ(-size): erfc(size/√2)/2, with what the quotient's rounding adds taken off again."""
    scaled = size * ROOT_HALF
    (a, b), (c, d) = _halves(size), _halves(np.float64(ROOT_HALF))
    lost = ((a * c - scaled) + a * d + b * c) + b * d + size * ROOT_HALF_REST
    return 0.5 * (erfc(scaled) - TWO_OVER_ROOT_PI * np.exp(-scaled * scaled) * lost)


def _near(x: Any) -> Any:
    return np.minimum(np.maximum(x, -FAR), FAR)


@in_double
def normal_cdf(x: Any) -> Any:
    """Φ(x)."""
    tail = _tail(np.abs(_near(x)))
    return np.where(x < 0, tail, 1 - tail)


@in_double
def gelu(x: Any) -> Any:
    """x·Φ(x), and 0 where Φ is."""
    tail = _tail(np.abs(_near(x)))
    share = np.where(x < 0, tail, 1 - tail)
    return np.where(share == 0, 0.0, x * share)


@in_double
def gelu_slope(x: Any) -> Any:
    """Φ(x) + x·φ(x)."""
    near = _near(x)
    tail, rise = _tail(np.abs(near)), near * (exp_minus_square(near, 0.5) / ROOT_TWO_PI)
    left = np.where(tail == 0, rise, tail + rise)  # -0 stays
    return np.where(x < 0, left, 1 - (tail - rise))


def _polynomial(coefficients: tuple[float, ...], x: Any) -> Any:
    """The highest power first."""
    total = coefficients[0] * x + coefficients[1]
    for one in coefficients[2:]:
        total = total * x + one
    return total


def _guess(size: Any, left: Any) -> Any:
    """erfinv(size) to five digits or more, for `left` = 1 - size."""
    w = -np.log(left * (1 + size))
    near = _polynomial(GUESS_NEAR, np.minimum(w, 5.0) - 2.5)
    root = np.sqrt(np.maximum(np.minimum(w, 16.0), 5.0)) - 3.0
    found = size * np.where(w < 5, near, _polynomial(GUESS_FAR, root))
    far = size * _polynomial(GUESS_FARTHEST, np.sqrt(np.maximum(w, 16.0)) - 5.0)
    return np.where(w < 16, found, far)


def _missing(y: Any, size: Any, left: Any) -> Any:
    """(erf(y) - size) / erf′(y), where y is about erfinv(size)."""
    beyond = np.where(size < 0.5, _erf(y) - size, left - erfc(y))
    return beyond / (TWO_OVER_ROOT_PI * np.exp(-y * y))


def _inverse(size: Any, left: Any) -> Any:
    """The guess, and one of Halley's steps, which makes three times as many digits of it."""
    y = _guess(size, left)
    step = _missing(y, size, left)
    return y - step / (1 + y * step)


@in_double
def erfinv(x: Any) -> Any:
    """The y with erf(y) = x."""
    size = np.abs(x)
    left = 1 - size
    return np.copysign(np.where(left == 0, np.inf, _inverse(size, left)), x)


@in_double
def erfinv_slope(x: Any) -> Any:
    """√π/2·exp(y²), with what y lacks of erfinv(x)."""
    size = np.abs(x)
    left = 1 - size
    y = _inverse(size, left)
    slope = (1 - 2 * y * _missing(y, size, left)) / (TWO_OVER_ROOT_PI * exp_minus_square(y, 1.0))
    return np.where(left == 0, np.inf, slope)
