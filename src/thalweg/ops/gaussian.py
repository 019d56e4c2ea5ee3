"""The Gaussian bell, the normal distribution, and gelu, with tails exact relative to their own size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.evidence import special
from thalweg.core.op import Op, elementwise
from thalweg.ops import gaussian_in_graphs as in_graphs
from thalweg.ops.exponential import multiply_no_nan
from thalweg.ops.in_double import (
    FAR,
    ROOT_HALF,
    ROOT_TWO_PI,
    exp_minus_square,
    in_double,
    scipy_function,
)

SOURCE = "Abramowitz & Stegun 26.2; Dekker 1971, doi:10.1007/BF01397083"

ANY = ((-3.0, 3.0),)


@in_double
def _gaussian(x: Any) -> Any:
    return np.exp(-x * x) if x.dtype.kind == "c" else exp_minus_square(x, 1.0)


gaussian = elementwise(
    "gaussian", "x", _gaussian,
    vjp={"x": lambda g, ans, x: -2 * g * multiply_no_nan(x, ans)}, domain=ANY, formula="exp(-x²)",
    native=in_graphs.gaussian,
    special=(
        special(0.0, value=1.0, grad=(0.0,)),
        special(20.0, value=1.9151695967140057e-174, dtypes=("float64",)),
        special(np.inf, value=0.0, grad=(0.0,)),
    ),
)  # fmt: skip


def _left_and_right(x: Any) -> Any:
    """Φ(x); the left tail by erfcx, so that it is exact relative to its own size."""
    tail = 0.5 * scipy_function("erfcx")(np.abs(x) * ROOT_HALF) * exp_minus_square(x, 0.5)
    return np.where(x < 0, tail, 1 - tail)


_normal_cdf = in_double(_left_and_right)


@in_double
def _normal_pdf(x: Any) -> Any:
    return exp_minus_square(x, 0.5) / ROOT_TWO_PI


normal_pdf = elementwise(
    "normal_pdf", "x", _normal_pdf, vjp={"x": lambda g, ans, x: -g * multiply_no_nan(x, ans)},
    domain=ANY, native=in_graphs.normal_pdf, formula="φ(x) = exp(-x²/2) / √(2π)",
    special=(
        special(0.0, value=1 / ROOT_TWO_PI, grad=(0.0,)),
        special(-np.inf, value=0.0, grad=(0.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
normal_cdf = elementwise(
    "normal_cdf", "x", _normal_cdf, vjp={"x": lambda g, x: g * normal_pdf(x)}, domain=ANY,
    native=in_graphs.normal_cdf, formula="Φ(x), the share of a normal distribution below x", real_values=True,
    special=(
        special(0.0, value=0.5, grad=(1 / ROOT_TWO_PI,)),
        special(-30.0, value=4.906713927148187e-198, dtypes=("float64",)),
    ),
)  # fmt: skip


@in_double
def _gelu(x: Any) -> Any:
    share = _left_and_right(x)
    return np.where(share == 0, 0.0, x * share)


@in_double
def _gelu_slope(x: Any) -> Any:
    """Φ + x·φ; on the left both terms hold the factor exp(-x²/2), which is taken out."""
    near = np.clip(x, -FAR, FAR)
    bell = exp_minus_square(near, 0.5)
    tail = 0.5 * scipy_function("erfcx")(np.abs(near) * ROOT_HALF)
    left = bell * (tail + near / ROOT_TWO_PI)
    return np.where(x < 0, left, 1 - bell * (tail - near / ROOT_TWO_PI))


gelu_exact = elementwise(
    "gelu_exact", "x", _gelu, vjp={"x": lambda g, x: g * gelu_slope(x)}, domain=ANY,
    native=in_graphs.gelu, formula="x·Φ(x)", source="Hendrycks and Gimpel, arXiv:1606.08415",
    real_values=True,
    special=(
        special(0.0, value=0.0, grad=(0.5,)),
        special(-np.inf, value=0.0, grad=(0.0,)),
        special(1e30, value=1e30, grad=(1.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
gelu_slope: Op = elementwise(
    "gelu_slope", "x", _gelu_slope, native=in_graphs.gelu_slope, domain=ANY, formula="Φ(x) + x·φ(x)",
    real_values=True,
    vjp={"x": lambda g, x: g * multiply_no_nan(2 - x * x, normal_pdf(x))},
    special=(special(0.0, value=0.5, grad=(math.sqrt(2 / math.pi),)), special(1e30, value=1.0, grad=(0.0,))),
)  # fmt: skip
