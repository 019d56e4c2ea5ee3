"""Special functions: the error function's and the gamma function's.

They are SciPy's where those are good to a few units in the last place, and by cited formulas where they
are not; SciPy is read when the first of them is called. Computed in float64, float32 is rounded once.
Near a zero on the negative axis, where lgamma and digamma are differences of large numbers, the bound
is on the absolute error: a few units in the last place of 1 + |the larger of the two|.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special
from thalweg.core.op import Op, elementwise
from thalweg.ops import gamma_in_graphs, gaussian_in_graphs
from thalweg.ops.gaussian import gaussian
from thalweg.ops.in_double import in_double, scipy_function

SOURCE = "DLMF 5, 7"

ANY = ((-3.0, 3.0),)
POSITIVE = ((0.3, 4.0),)
TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)
FAR_RIGHT = 1.0


def _by_scipy(name: str) -> Callable[[Any], Any]:
    """A kernel that asks SciPy, in float64 for what is narrower."""
    return in_double(lambda x: scipy_function(name)(real_alone(x)))


def real_alone(x: Any) -> Any:
    """Real numbers as they are; complex ones are refused."""
    if np.iscomplexobj(x):
        raise TypeError("it is for real numbers; take tw.math.real or tw.abs first")
    return x


def _erf(x: Any) -> Any:
    return scipy_function("erf")(x)


@in_double
def _erfc(x: Any) -> Any:
    """SciPy's; far right it ends at 1e-304, and erfcx(x)·exp(-x²) goes on."""
    near = scipy_function("erfc")(real_alone(x))
    far = scipy_function("erfcx")(np.maximum(x, 1.0)) * gaussian.kernel(np.maximum(x, 1.0))
    return np.where(x > FAR_RIGHT, far, near)[()]


@in_double
def _erfinv_slope(x: Any) -> Any:
    """√π/2·exp(y²), and from |x| = ½ on √π/2·erfcx(|y|) / (1 - |x|), which feels no rounding of y."""
    y = np.abs(scipy_function("erfinv")(real_alone(x)))
    left = 1 - np.abs(x)
    far = np.where(left == 0, np.inf, scipy_function("erfcx")(y) / left)
    return np.where(left < 0.5, far, np.exp(np.where(left < 0.5, 0.0, y) ** 2)) / TWO_OVER_ROOT_PI


@functools.cache
def _zeta_terms() -> Any:
    """(-1)ᵏ·(ζ(k) - 1)/k for k from 30 down to 2: the next would be below 1e-19 of the first."""
    k = np.arange(30, 1, -1)
    return np.where(k % 2, -1.0, 1.0) * scipy_function("zetac")(k.astype(float)) / k


@in_double
def _lgamma(x: Any) -> Any:
    """SciPy's, and between ½ and 2½ by the series about 1 and 2, where lgamma is 0.

    Source: Abramowitz and Stegun 6.1.33, log Γ(2+z) = z·(1-γ) + Σ (-1)ᵏ·(ζ(k) - 1)·zᵏ/k.
    """
    answer = np.asarray(scipy_function("gammaln")(real_alone(x)))
    answer = np.where(np.isneginf(x), np.inf, answer)
    near = np.asarray((x > 0.5) & (x < 2.5))
    if near.any():
        z = np.asarray(x)[near]
        about_one = z < 1.5
        z = z - np.where(about_one, 1.0, 2.0)
        series = z * (1 - np.euler_gamma) + z * z * np.polyval(_zeta_terms(), z)
        answer[near] = series - np.where(about_one, np.log1p(z), 0.0)
    return answer[()]


@in_double
def _digamma(x: Any) -> Any:
    """SciPy's; left of -¾ by reflection, ψ(1-x) - π·cot(πx), with x's whole part taken off exactly.

    Source: DLMF 5.5.4.
    """
    psi = scipy_function("psi")
    answer = psi(real_alone(x))
    left = np.isfinite(x) & (x < -0.75) & (x != np.floor(x))
    low = np.where(left, x, -1.5)
    rest = low - np.round(low)
    return np.where(left, psi(1 - low) - np.pi / np.tan(np.pi * rest), answer)[()]


erf = elementwise(
    "erf", "x", in_double(_erf), public="math.erf", native=gaussian_in_graphs.erf,
    vjp={"x": lambda g, x: g * (TWO_OVER_ROOT_PI * gaussian(x))}, domain=ANY, formula="erf x",
    source="DLMF 7.2.1",
    special=(
        special(0.0, value=0.0, grad=(TWO_OVER_ROOT_PI,)),
        special(5.0, grad=(TWO_OVER_ROOT_PI * math.exp(-25.0),)),
        special(-np.inf, value=-1.0, grad=(0.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
erfc = elementwise(
    "erfc", "x", _erfc, native=gaussian_in_graphs.erfc, public="math.erfc", real_values=True,
    vjp={"x": lambda g, x: -g * (TWO_OVER_ROOT_PI * gaussian(x))}, domain=ANY,
    formula="1 - erf x", source="DLMF 7.2.2",
    special=(
        special(0.0, value=1.0, grad=(-TWO_OVER_ROOT_PI,)),
        special(10.0, value=2.088487583762545e-45, dtypes=("float64",)),
        special(np.inf, value=0.0, grad=(0.0,)),
    ),
)  # fmt: skip
erfinv = elementwise(
    "erfinv", "x", _by_scipy("erfinv"), public="math.erfinv", native=gaussian_in_graphs.erfinv,
    vjp={"x": lambda g, x: g * erfinv_slope(x)}, domain=((-0.8, 0.8),), real_values=True,
    formula="the x of which erf is the input", source="DLMF 7.17.1",
    special=(
        special(0.0, value=0.0, grad=(1 / TWO_OVER_ROOT_PI,)),
        special(1.0, value=np.inf, grad=(np.inf,)),
        special(2.0, value=np.nan, grad=(np.nan,)),
        special(1.0 - 2.0**-40, grad=(106817285124.65914,), dtypes=("float64",)),
    ),
)  # fmt: skip
erfinv_slope: Op = elementwise(
    "erfinv_slope", "x", _erfinv_slope, native=gaussian_in_graphs.erfinv_slope, domain=((-0.8, 0.8),), real_values=True,
    vjp={"x": lambda g, ans, x: g * (2 * erfinv(x) * ans * ans)}, formula="√π/2·exp(erfinv(x)²)",
    source="1 - |x| = erfc(y) = erfcx(y)·exp(-y²)",
    special=(
        special(0.0, value=1 / TWO_OVER_ROOT_PI, grad=(0.0,)),
        special(-1.0, value=np.inf, grad=(-np.inf,)),
        special(1.5, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
lgamma = elementwise(
    "lgamma", "x", _lgamma, public="math.lgamma", real_values=True, native=gamma_in_graphs.lgamma,
    vjp={"x": lambda g, x: g * digamma(x)}, domain=POSITIVE, formula="log |Γ(x)|",
    source="DLMF 5.2.1; Abramowitz and Stegun 6.1.33",
    note="At 0 and the negative whole numbers it is ∞; there the gradient is digamma's: -∞ at 0, ∞ at "
         "-0, NaN at the others.",
    special=(
        special(0.0, value=np.inf, grad=(-np.inf,)),
        special(-0.0, value=np.inf, grad=(np.inf,)),
        special(-3.0, value=np.inf, grad=(np.nan,)),
        special(np.inf, value=np.inf, grad=(np.inf,)),
        special(-np.inf, value=np.inf, grad=(np.nan,)),
        special(2.0, value=0.0, grad=(1 - np.euler_gamma,)),
        special(1.0 + 2.0**-40, value=-5.2497458900760178e-13, dtypes=("float64",)),
        special(-0.5, value=1.2655121234846454, grad=(0.03648997397857652,)),
        special(1.0, value=0.0, grad=(-np.euler_gamma,)),
        special(5.0, value=math.log(24.0), grad=(25 / 12 - np.euler_gamma,)),
    ),
)  # fmt: skip
digamma: Op = elementwise(
    "digamma", "x", _digamma, public="math.digamma", native=gamma_in_graphs.digamma,
    vjp={"x": lambda g, x: g * polygamma(1.0, x)}, domain=POSITIVE, real_values=True, formula="Γ′(x) / Γ(x)",
    source="DLMF 5.2.2",
    note="At the poles 0, -1, -2, … it is -∞ at 0, ∞ at -0 and NaN at the others: the sides differ.",
    special=(
        special(1.0, value=-np.euler_gamma, grad=(math.pi**2 / 6,)),
        special(0.0, value=-np.inf, grad=(np.inf,)),
        special(-0.0, value=np.inf, grad=(np.inf,)),
        special(-2.0, value=np.nan, grad=(np.inf,)),
        special(np.inf, value=np.inf, grad=(0.0,)),
        special(-np.inf, value=np.nan, grad=(np.nan,)),
        special(-0.5, value=0.03648997397857652, grad=(8.934802200544679,)),
    ),
)  # fmt: skip


def _polygamma(a: Any, x: Any) -> Any:
    order, at = np.asarray(real_alone(a), np.float64), np.asarray(real_alone(x), np.float64)
    answer = np.where(order == 0, _digamma(at), scipy_function("polygamma")(order, at))
    # Odd orders are even about a pole and ∞ there; even ones have two sides, and -0 tells which.
    even = order % 2 == 0
    pole = (at <= 0) & (at == np.floor(at))
    sided = np.where(at < 0, np.nan, np.where(np.signbit(at), np.inf, -np.inf))
    answer = np.where(pole, np.where(even, sided, np.inf), answer)
    unfit = (order < 0) | (order != np.floor(order)) | np.isneginf(at) | np.isnan(at)
    answer = np.where(
        unfit, np.nan, np.where(np.isposinf(at) & (order > 0), np.where(even, -0.0, 0.0), answer)
    )
    dtype = np.asarray(x).dtype
    return answer.astype(dtype if dtype.kind == "f" else np.float64)[()]


polygamma: Op = elementwise(
    "polygamma", "a x", _polygamma, public="math.polygamma", real_values=True,
    native=gamma_in_graphs.polygamma,
    vjp={"a": None, "x": lambda g, a, x: g * polygamma(a + 1, x)},
    samples=(sample(np.array([0.0, 1.0, 2.0]), np.array([0.5, 1.5, 3.0])), sample(1.0, 2.5)),
    formula="the a-th derivative of digamma", source="DLMF 5.15.1",
    note="The order a is a whole number from 0 up, otherwise the answer is NaN; it carries no gradient. "
         "At the poles 0, -1, -2, … odd orders are ∞, even ones -∞ at 0, ∞ at -0 and NaN at the others.",
    special=(
        special(1.0, 1.0, value=math.pi**2 / 6, grad=(None, -2.4041138063191885)),
        special(1.0, -2.0, value=np.inf, grad=(None, np.nan)),
        special(2.0, 0.0, value=-np.inf, grad=(None, np.inf)),
        special(2.0, -1.0, value=np.nan, grad=(None, np.inf)),
        special(1.0, np.inf, value=0.0, grad=(None, -0.0)),
        special(1.0, -np.inf, value=np.nan),
        special(1.5, 1.0, value=np.nan),
        special(-1.0, 1.0, value=np.nan),
    ),
)  # fmt: skip
