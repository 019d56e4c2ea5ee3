"""The beta function's logarithm, of two numbers and of many, without the cancellation of lgamma's sum.

log B(x₁, …, xₙ) = Σ log Γ(xᵢ) - log Γ(Σ xᵢ) is a small difference of large numbers where one of them is
large. It is added up from pairs instead, log B(x₁ + … + xₖ₋₁, xₖ), and the derivatives of those are
sums of numbers of one sign.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special
from thalweg.core.op import Op, elementwise
from thalweg.ops import gamma_in_graphs
from thalweg.ops.cumulative import cumsum
from thalweg.ops.in_double import in_double_both, scipy_function
from thalweg.ops.indexing import getitem
from thalweg.ops.reductions import reduce_sum
from thalweg.ops.special import lgamma, polygamma, real_alone

SOURCE = "DLMF 5.12"

POSITIVE = ((0.3, 4.0), (0.3, 4.0))
SHIFT = 12
"""So many terms are added one by one; from there on the asymptotic series is good to 1e-17."""

NEAR, STEPS = 4, 6
"""From NEAR on a number is brought to 10 or beyond by so many steps."""

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)

STIRLING = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 5 / 660, -691 / 32760, 1 / 12)
"""B₂ₖ / 2k, DLMF 5.11.2."""


def _beyond_stirling(x: Any) -> Any:
    """log Γ(x) less Stirling's formula for it, for x from 10 up: Σ B₂ₖ / (2k·(2k-1)·x²ᵏ⁻¹)."""
    return sum(
        share / (2 * k - 1) * x ** (1.0 - 2 * k) for k, share in enumerate(STIRLING, start=1)
    )


def _lbeta_by(a: Any, b: Any, log_gamma: Any) -> Any:
    """By Stirling's formula where a number is 10 or more, so that what is large never comes up.

    Source: A. R. DiDonato and A. H. Morris, ACM Transactions on Mathematical Software 18 (1992) 360-373.
    """
    with np.errstate(all="ignore"):
        positive = (a > 0) & (b > 0) & np.isfinite(a + b)
        plain = log_gamma(a) + log_gamma(b) - log_gamma(a + b)
        p = np.where(positive, np.minimum(a, b), 1.0)
        q = np.where(positive, np.maximum(a, b), 1.0)
        # B(p, q) = B(p, q + 1)·(1 + p/q): a few steps bring a number that is not small to 10.
        near = (q >= NEAR) & (q < 10)
        far = np.maximum(np.where(near, q + STEPS, q), 10.0)
        steps = sum(np.log1p(p / (q + step)) for step in range(STEPS))
        ratio = p / (p + far)
        rest = np.where(near, steps, 0.0) + _beyond_stirling(far) - _beyond_stirling(p + far)
        one = log_gamma(p) + rest + p - p * np.log(p + far) + (far - 0.5) * np.log1p(-ratio)
        high = np.maximum(p, 10.0)
        ratio = high / (high + far)
        both = HALF_LOG_TWO_PI - 0.5 * np.log(far) + _beyond_stirling(high) + _beyond_stirling(far)
        both = both - _beyond_stirling(high + far)
        both = both + (high - 0.5) * np.log(ratio) + far * np.log1p(-ratio)
        answer = np.where(p >= 10, both, np.where(q >= NEAR, one, plain))
        return np.where(positive, answer, plain)[()]


@in_double_both
def _lbeta_pair(a: Any, b: Any) -> Any:
    return _lbeta_by(real_alone(a), real_alone(b), lgamma.kernel)


def _gap_by(a: Any, b: Any, psi: Any) -> Any:
    """ψ(a + b) - ψ(a): terms b / ((a+j)(a+b+j)), then the difference of two asymptotic series."""
    with np.errstate(all="ignore"):
        positive = (a > 0) & (b > 0)
        low, by = np.where(positive, a, 1.0), np.where(positive, b, 1.0)
        total = sum(by / (low + j) / (low + by + j) for j in range(SHIFT))
        low = low + SHIFT
        ratio = np.log1p(by / low)
        total = total + ratio + by / (2 * low) / (low + by)
        for k, share in enumerate(STIRLING, start=1):
            total = total - share * np.expm1(-2 * k * ratio) * low ** (-2.0 * k)
        return np.where(positive, total, psi(a + b) - psi(a))[()]


@in_double_both
def _digamma_gap(a: Any, b: Any) -> Any:
    return _gap_by(real_alone(a), real_alone(b), scipy_function("psi"))


@in_double_both
def _lbeta_symbols(a: Any, b: Any) -> Any:
    return _lbeta_by(a, b, gamma_in_graphs.lgamma)


@in_double_both
def _gap_symbols(a: Any, b: Any) -> Any:
    return _gap_by(a, b, gamma_in_graphs.digamma)


lbeta_pair = elementwise(
    "lbeta_pair", "a b", _lbeta_pair, native=_lbeta_symbols, domain=POSITIVE, real_values=True,
    vjp={"a": lambda g, a, b: -g * digamma_gap(a, b), "b": lambda g, a, b: -g * digamma_gap(b, a)},
    formula="log |Γ(a)·Γ(b) / Γ(a + b)|", source="DLMF 5.12.1",
    special=(
        special(1.0, 2.0, value=-0.6931471805599453, grad=(-1.5, -0.5)),
        special(1e15, 1.0, value=-34.538776394910684, grad=(-1e-15, -35.1159920598122), dtypes=("float64",)),
        special(0.0, 1.0, value=np.inf),
        special(-0.5, 2.0, value=np.log(4.0)),
        special(-0.25, 2.0, value=1.6739764335716716, grad=(8 / 3, 0.17531188155160599), why="mpmath"),
    ),
)  # fmt: skip
digamma_gap: Op = elementwise(
    "digamma_gap", "a b", _digamma_gap, native=_gap_symbols, domain=POSITIVE, real_values=True,
    vjp={
        "a": lambda g, a, b: g * (polygamma(1.0, a + b) - polygamma(1.0, a)),
        "b": lambda g, a, b: g * polygamma(1.0, a + b),
    },
    samples=(sample((3,), (3,)),), formula="ψ(a + b) - ψ(a)", source="DLMF 5.5.2, 5.11.2",
    special=(
        special(1.0, 1.0, value=1.0, grad=(-1.0, np.pi**2 / 6 - 1)),
        special(1e15, 1.0, value=1e-15, dtypes=("float64",)),
        special(2.0, 3.0, value=1 / 2 + 1 / 3 + 1 / 4),
        special(-0.25, 2.0, value=-8 / 3, grad=(-160 / 9, 0.7641018698938287), why="mpmath"),
        special(2.0, -0.75, value=-0.6502378684747325, grad=(0.5523950876588843, 1.1973291545071107),
                why="mpmath"),
        special(0.0, 1.0, value=np.inf),
    ),
)  # fmt: skip


@composite(inputs="x", public="math.lbeta")
def lbeta(x: Any) -> Any:
    """log |B(x)| along the last axis: Σ log Γ(xᵢ) - log Γ(Σ xᵢ).

    Of one number it is 0, of none -∞, as the formula says.

    Args:
        x: (…, n); good to a few units in the last place where all are positive.

    >>> import thalweg as tw
    >>> tw.math.lbeta([1.0, 2.0]).numpy()
    np.float32(-0.6931472)
    """
    if len(x.shape) == 0 or x.shape[-1] == 0:
        return reduce_sum(lgamma(x), -1) - lgamma(reduce_sum(x, -1))
    before = getitem(cumsum(x, -1), (..., slice(None, -1)))
    return reduce_sum(lbeta_pair(before, getitem(x, (..., slice(1, None)))), -1)
