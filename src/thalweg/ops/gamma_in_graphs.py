"""The gamma function's relatives in words of a graph: logarithm, digamma and its derivatives.

Right of 0 each is good to a few units in the last place, left of it where the kernels are too: there the
bound is on the absolute error, a few units of 1 + |the larger term|.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.ops.in_double import in_double

SOURCE = (
    "DLMF 5.5, 5.11; Abramowitz and Stegun 6.1.33; digamma between 1 and 2 after J. Maddock, "
    "Boost.Math, which Cephes' psi has too; zeta by Euler and Maclaurin, DLMF 25.11.28"
)

__all__ = ["BERNOULLI", "digamma", "lgamma", "polygamma", "zeta_terms"]

FAR = 10.0
"""From here on the asymptotic series are good to 1e-17."""

BERNOULLI = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 5 / 660, -691 / 32760, 1 / 12)
"""B₂ₖ / 2k, DLMF 24.2."""

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


def zeta_terms() -> list[float]:
    """(-1)ᵏ·(ζ(k) - 1)/k for k from 30 down to 2: the next would be below 1e-19 of the first."""
    from thalweg.ops.in_double import scipy_function

    return [(-1.0) ** k * float(scipy_function("zetac")(float(k))) / k for k in range(30, 1, -1)]


def _polynomial(coefficients: Any, x: Any) -> Any:
    """The highest power first."""
    total: Any = coefficients[0]
    for one in coefficients[1:]:
        total = total * x + one
    return total


def _far_series(x: Any) -> Any:
    """Σ B₂ₖ / (2k·(2k-1)·x²ᵏ⁻¹)."""
    square = 1 / (x * x)
    terms = [share / (2 * k - 1) for k, share in enumerate(BERNOULLI, start=1)]
    return _polynomial(terms[::-1], square) / x


def _lgamma_right(x: Any) -> Any:
    """log Γ(x) for x > 0."""
    low, middle = x < 0.5, np.logical_and(x >= 2.5, x < FAR)
    inner = np.where(middle, x, 2.0)
    down = np.floor(inner - 1.5)
    product = np.where(down >= 1, inner - 1, 1.0)
    for step in range(2, 9):
        product = product * np.where(down >= step, inner - step, 1.0)
    base = np.where(middle, inner - down, np.minimum(x, 2.5))
    about_one = base < 1.5
    z = np.where(low, base, base - np.where(about_one, 1.0, 2.0))
    series = z * (1 - np.euler_gamma) + z * z * _polynomial(zeta_terms(), z)
    near = series - np.where(about_one, np.log1p(z), 0.0)
    near = np.where(low, near - np.log(x), np.where(middle, near + np.log(product), near))
    wide = np.maximum(x, FAR)
    far = (wide - 0.5) * np.log(wide) - wide + (HALF_LOG_TWO_PI + _far_series(wide))
    return np.where(x < FAR, near, np.where(np.isinf(x), np.inf, far))


def _mirrored(x: Any) -> tuple[Any, Any, Any]:
    """Whether x is left of 0; 1 - x there and x elsewhere; what x is away from a whole number."""
    left = x < 0
    return left, np.where(left, 1 - x, x), x - np.rint(x)


@in_double
def lgamma(x: Any) -> Any:
    """log |Γ(x)|; left of 0 by reflection, log(π / |sin πx|) - log Γ(1 - x)."""
    left, right, rest = _mirrored(x)
    found = _lgamma_right(np.where(right == 0, 1.0, right))
    sine = np.abs(np.sin(np.pi * rest))
    found = np.where(left, np.log(np.pi / sine) - found, found)
    pole = np.logical_and(x <= 0, x == np.floor(x))
    return np.where(pole, np.inf, found)


DIGAMMA_ROOT = (
    1569415565.0 / 1073741824.0,
    (381566830.0 / 1073741824.0) / 1073741824.0,
    0.9016312093258695918615325266959189453125e-19,
)
"""Digamma's zero between 1 and 2, in three parts."""

ABOVE = (
    -0.0020713321167745952, -0.045251321448739056, -0.28919126444774784, -0.65031853770896507,
    -0.32555031186804491, 0.25479851061131551,
)  # fmt: skip
BELOW = (
    -0.55789841321675513e-6, 0.0021284987017821144, 0.054151797245674225, 0.43593529692665969,
    1.4606242909763515, 2.0767117023730469, 1.0,
)  # fmt: skip
LEVEL = 0.99558162689208984
"""Digamma is (x - root)·(LEVEL + ABOVE/BELOW in x - 1) there."""


def _digamma_right(x: Any) -> Any:
    """ψ(x) for x > 0."""
    low, middle = x < 1, np.logical_and(x > 2, x < FAR)
    inner = np.where(middle, x, 1.0)
    down = np.where(middle, np.ceil(inner) - 2, 0.0)
    sums = np.where(down >= 1, 1 / np.where(down >= 1, inner - 1, 1.0), 0.0)
    for step in range(2, 9):
        sums = sums + np.where(down >= step, 1 / np.where(down >= step, inner - step, 1.0), 0.0)
    base = np.where(low, x, np.minimum(np.where(middle, inner - down, x), 2.0) - 1)
    away = base - (DIGAMMA_ROOT[0] - 1) - DIGAMMA_ROOT[1] - DIGAMMA_ROOT[2]
    near = away * LEVEL + away * (_polynomial(ABOVE, base) / _polynomial(BELOW, base))
    near = np.where(low, near - 1 / x, near + sums)
    wide = np.maximum(x, FAR)
    square = 1 / (wide * wide)
    far = np.log(wide) - 0.5 / wide - square * _polynomial(BERNOULLI[::-1], square)
    return np.where(x < FAR, near, far)


@in_double
def digamma(x: Any) -> Any:
    """ψ(x); left of 0 by reflection, ψ(1 - x) - π / tan πx."""
    left, right, rest = _mirrored(x)
    found = _digamma_right(np.where(right == 0, 1.0, right))
    found = np.where(left, found - np.pi / np.tan(np.pi * rest), found)
    found = np.where(np.logical_and(x < 0, x == np.floor(x)), np.nan, found)
    return np.where(x == 0, np.where(np.signbit(x), np.inf, -np.inf), found)


SHIFT = 12
"""So many terms of the zeta function are added one by one."""

MOST = 20
"""Higher orders stay with NumPy: their factorials are no longer floats without an error."""


def _power(x: Any, order: int) -> Any:
    """x multiplied with itself."""
    if order == 1:
        return x
    half = _power(x, order // 2)
    return half * half if order % 2 == 0 else half * half * x


def polygamma(a: Any, x: Any) -> Any:
    """(-1)ⁿ⁺¹·n!·Σ (x+k)⁻ⁿ⁻¹, for one whole number n that is known; left of 0 Python is asked."""
    order = float(a.one_number() if hasattr(a, "one_number") else a)
    if order == 0:
        return digamma(x if x.dtype.kind == "f" else x.astype(np.float64))
    if order != int(order) or not 0 < order <= MOST:
        raise ValueError(f"orders from 0 to {MOST} have machine code, not {order:g}")
    kind = x.dtype if x.dtype.kind == "f" else np.dtype(np.float64)
    at = x.astype(np.float64)
    at = at.guarded(np.logical_not(at <= 0))
    shape = np.shape(a)
    if shape and shape != at.shape:
        at = np.broadcast_to(at, np.broadcast_shapes(shape, at.shape))
    return _derivative(int(order), at).astype(kind)


def _derivative(order: int, x: Any) -> Any:
    s = order + 1
    beyond = x + SHIFT
    share = 1 / beyond
    high = _power(share, order)  # (x + SHIFT)¹⁻ˢ
    factor, square = s / 2.0, share * share
    terms = []
    for k, one in enumerate(BERNOULLI, start=1):  # B₂ₖ/(2k)!·s·(s+1)·…·(s+2k-2)
        bernoulli = one * 2 * k
        terms.append(bernoulli * factor)
        factor = factor * (s + 2 * k - 1) * (s + 2 * k) / ((2 * k + 1) * (2 * k + 2))
    total = share * (0.5 + share * _polynomial(terms[::-1], square))
    found = high * (1 / order + total)
    for step in range(SHIFT - 1, -1, -1):
        found = found + _power(1 / (x + step), s)
    return (math.factorial(order) if order % 2 else -math.factorial(order)) * found
