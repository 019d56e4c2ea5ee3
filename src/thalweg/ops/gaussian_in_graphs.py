"""The error function's relatives in words of a graph, which has erf, erfc and erfcx, and no erfinv.

Some are primitives themselves. Each is as good as the functions it is made of, a few units in the last
place, in the tails too. What float32 asks for is computed in float64; erf alone is float32's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.ops.in_double import exp_minus_square, in_double, scipy_function

SOURCE = (
    "Dekker 1971, doi:10.1007/BF01397083; M. Giles, Approximating the erfinv function, GPU Computing "
    "Gems 2, 2012, for the first guess, and a step of Halley's from there"
)

__all__ = [
    "erf",
    "erfc",
    "erfinv",
    "erfinv_slope",
    "gaussian",
    "gelu",
    "gelu_slope",
    "normal_cdf",
    "normal_pdf",
]

TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)
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


def erf(x: Any) -> Any:
    """erf itself, in either float."""
    return scipy_function("erf")(x)


def erfc(x: Any) -> Any:
    """erfc itself, in either float."""
    return scipy_function("erfc")(x)


def _primitive(name: str) -> Callable[[Any], Any]:
    """What is a primitive under the row's own name."""

    def written(x: Any) -> Any:
        x = x if x.dtype.kind == "f" else x.astype(np.float64)
        return type(x)(x.graph, x.graph.add(name, [x.number]))

    return written


gaussian = _primitive("gaussian")
normal_pdf = _primitive("normal_pdf")
normal_cdf = _primitive("normal_cdf")
gelu = _primitive("gelu_exact")
gelu_slope = _primitive("gelu_slope")


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
    beyond = np.where(size < 0.5, erf(y) - size, left - erfc(y))
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
