"""Trigonometric functions, their inverses, and lengths and angles in the plane."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.evidence import DO_NOT_FIT, sample, special
from thalweg.core.op import Op, elementwise
from thalweg.ops.comparison import equal, where
from thalweg.ops.exponential import sqrt

SOURCE = "DLMF 4.14, 4.20, 4.23, 4.24"

ANY = (-3.0, 3.0)
INSIDE = ((-0.8, 0.8),)
PAIRS = (sample((3, 4), (3, 4)), sample((3, 4), (4,)), sample((), (2, 3)), sample((2, 1), (1, 3)))
OUTSIDE = "For |x| > 1 value and gradient are NaN."
HALF = math.sqrt(0.5)

sin = elementwise(
    "sin", "x", np.sin, public="sin math.sin", numpy=(np.sin,),
    vjp={"x": lambda g, x: g * cos(x)}, domain=(ANY,), formula="sin x",
    special=(special(0.0, value=0.0, grad=(1.0,)), special(np.inf, value=np.nan, grad=(np.nan,))),
)  # fmt: skip
cos: Op = elementwise(
    "cos", "x", np.cos, public="cos math.cos", numpy=(np.cos,),
    vjp={"x": lambda g, x: -g * sin(x)}, domain=(ANY,), formula="cos x",
    special=(special(0.0, value=1.0, grad=(0.0,)), special(np.inf, value=np.nan, grad=(np.nan,))),
)  # fmt: skip
tan = elementwise(
    "tan", "x", np.tan, public="tan math.tan", numpy=(np.tan,),
    vjp={"x": lambda g, ans: g * (1 + ans * ans)}, domain=((-1.2, 1.2),), formula="tan x",
    special=(special(0.0, value=0.0, grad=(1.0,)),),
)  # fmt: skip
one_minus_square = elementwise(
    "one_minus_square", "x", lambda x: (1 - x) * (1 + x), vjp={"x": lambda g, x: -2 * (g * x)},
    domain=INSIDE, formula="1 - x², from its factors, so that nothing cancels near ±1",
    special=(special(0.0, value=1.0, grad=(0.0,)), special(-1.0, value=0.0, grad=(2.0,))),
)  # fmt: skip
asin = elementwise(
    "asin", "x", np.arcsin, public="asin math.asin", numpy=(np.arcsin,),
    vjp={"x": lambda g, x: g / sqrt(one_minus_square(x))}, domain=INSIDE, formula="arcsin x",
    note=OUTSIDE,
    special=(
        special(0.0, value=0.0, grad=(1.0,)),
        special(1.0, value=math.pi / 2, grad=(np.inf,)),
        special(2.0, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
acos = elementwise(
    "acos", "x", np.arccos, public="acos math.acos", numpy=(np.arccos,),
    vjp={"x": lambda g, x: -g / sqrt(one_minus_square(x))}, domain=INSIDE, formula="arccos x",
    note=OUTSIDE,
    special=(
        special(0.0, value=math.pi / 2, grad=(-1.0,)),
        special(-1.0, value=math.pi, grad=(-np.inf,)),
        special(2.0, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip


def _atan_rule(g: Any, x: Any) -> Any:
    if x.dtype.kind == "c":
        return g / (1 + x * x)
    length = hypot(x, 1.0)
    return g / length / length


atan = elementwise(
    "atan", "x", np.arctan, public="atan math.atan", numpy=(np.arctan,),
    vjp={"x": _atan_rule}, domain=(ANY,), formula="arctan x",
    special=(
        special(0.0, value=0.0, grad=(1.0,)),
        special(-1.0, value=-math.pi / 4, grad=(0.5,)),
        special(1e140, value=math.pi / 2, grad=(1e-280,), dtypes=("float64",)),
        special(1e160, value=math.pi / 2, grad=(1e-320,), dtypes=("float64",), why="1 + x² overflows"),
        special(np.inf, value=math.pi / 2, grad=(0.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip


def _direction(x: Any, y: Any) -> Any:
    """x / √(x² + y²); 0 at the origin; the limits where x or y is infinite."""
    length = np.hypot(x, y)
    part = x / np.where(length == 0, 1, length)
    if np.isinf(length).any():
        shrunk = np.hypot(0.25 * x, 0.25 * y)
        part = np.where(np.isinf(length), 0.25 * x / shrunk, part)
        infinite = np.where(np.isinf(y), HALF, 1.0) * np.sign(x)
        part = np.where(np.isinf(x) & (y == y), infinite, part).astype(length.dtype)
    return part


def _distance_or_one(x: Any, y: Any) -> Any:
    length = np.hypot(x, y)
    return np.where(length == 0, length.dtype.type(1), length)[()]


hypot = elementwise(
    "hypot", "x y", np.hypot, numpy=(np.hypot,),
    vjp={"x": lambda g, x, y: g * direction(x, y), "y": lambda g, x, y: g * direction(y, x)},
    domain=(ANY, ANY), samples=PAIRS, wrong=DO_NOT_FIT, formula="√(x² + y²)",
    source="definition",
    note="The gradient at the origin is 0, as that of a norm.",
    special=(
        special(0.0, 0.0, value=0.0, grad=(0.0, 0.0)),
        special(3.0, -4.0, value=5.0, grad=(0.6, -0.8)),
        special(1e200, 1e200, value=math.hypot(1e200, 1e200), grad=(HALF, HALF), dtypes=("float64",)),
        special(1e-200, 1e-200, value=math.hypot(1e-200, 1e-200), grad=(HALF, HALF), dtypes=("float64",)),
        special(1e30, -1e30, value=math.hypot(1e30, 1e30), grad=(HALF, -HALF)),
        special(np.inf, 1.0, value=np.inf, grad=(1.0, 0.0)),
        special(np.nan, 1.0, value=np.nan, grad=(np.nan, np.nan)),
    ),
)  # fmt: skip
direction: Op = elementwise(
    "direction", "x y", _direction,
    vjp={
        "x": lambda g, x, y: g * direction(y, x) * (direction(y, x) / distance_or_one(x, y)),
        "y": lambda g, ans, x, y: -g * ans * (direction(y, x) / distance_or_one(x, y)),
    },
    domain=(ANY, ANY), samples=PAIRS, wrong=DO_NOT_FIT,
    formula="x / √(x² + y²), the cosine of the angle; 0 at the origin", source="definition",
    special=(
        special(0.0, 0.0, value=0.0, grad=(0.0, 0.0)),
        special(1e-200, 1e-200, value=HALF, dtypes=("float64",)),
        special(-np.inf, 1.0, value=-1.0, grad=(0.0, 0.0)),
        special(1.7e308, 1.7e308, value=HALF, dtypes=("float64",)),
        special(-1.7e308, 1.2e308, value=-1.7 / math.hypot(1.7, 1.2), dtypes=("float64",)),
        special(1.0, np.inf, value=0.0, grad=(0.0, 0.0)),
        special(np.inf, np.inf, value=HALF),
        special(-np.inf, np.inf, value=-HALF),
        special(np.inf, np.nan, value=np.nan),
        special(np.nan, np.inf, value=np.nan),
    ),
)  # fmt: skip
distance_or_one: Op = elementwise(
    "distance_or_one", "x y", _distance_or_one,
    vjp={"x": lambda g, x, y: g * direction(x, y), "y": lambda g, x, y: g * direction(y, x)},
    domain=(ANY, ANY), samples=PAIRS, wrong=DO_NOT_FIT, formula="√(x² + y²), and 1 at the origin",
    source="definition",
    special=(special(0.0, 0.0, value=1.0, grad=(0.0, 0.0)),),
)  # fmt: skip
atan2 = elementwise(
    "atan2", "y x", np.arctan2, public="atan2 math.atan2", numpy=(np.arctan2,),
    vjp={
        "y": lambda g, y, x: g * (direction(x, y) / distance_or_one(x, y)),
        "x": lambda g, y, x: -g * (direction(y, x) / distance_or_one(x, y)),
    },
    domain=(ANY, ANY), samples=PAIRS, wrong=DO_NOT_FIT, formula="the angle of the point (x, y)",
    source="DLMF 1.9(i)",
    note="The gradient at the origin is 0.",
    special=(
        special(0.0, 0.0, value=0.0, grad=(0.0, 0.0)),
        special(1e-200, 1e-200, value=math.pi / 4, grad=(5e199, -5e199), dtypes=("float64",)),
        special(1e200, 1e200, value=math.pi / 4, grad=(5e-201, -5e-201), dtypes=("float64",)),
        special(1e-30, 1e-30, value=math.pi / 4, grad=(5e29, -5e29)),
        special(0.0, -1.0, value=math.pi, grad=(-1.0, 0.0)),
        special(1.0, np.inf, value=0.0, grad=(0.0, 0.0)),
        special(np.nan, 1.0, value=np.nan, grad=(np.nan, np.nan)),
    ),
)  # fmt: skip

SERIES = tuple(
    (-1.0) ** k / (2**k * math.factorial(k) * math.prod(range(3, 2 * k + 4, 2))) for k in range(10)
)
"""j₁(u)/u in powers of u² for |u| ≤ 1 (DLMF 10.53.1), to the last bit of float64."""


def _sinc_slope(x: Any) -> Any:
    """The derivative of sin(πx)/(πx): a series near 0, where the quotient cancels."""
    angle = np.pi * x
    near = np.abs(angle) < 1
    square = np.where(near, angle * angle, 0)
    series = np.zeros_like(square)
    for coefficient in reversed(SERIES):
        series = series * square + coefficient
    away = np.where(near, 1, x)
    far = (np.cos(np.pi * away) - np.sinc(away)) / away
    return np.where(near, -np.pi * angle * series, far).astype(angle.dtype)[()]


def _sinc_slope_rule(g: Any, x: Any) -> Any:
    flat = equal(x, 0)
    limit = x.dtype.type(-(math.pi**2) / 3)
    ratio = where(flat, limit, sinc_slope(x) / where(flat, 1, x))
    return -g * (math.pi**2 * sinc(x) + 2 * ratio)


sinc = elementwise(
    "sinc", "x", np.sinc, numpy=(np.sinc,), vjp={"x": lambda g, x: g * sinc_slope(x)},
    domain=INSIDE, formula="sin(πx)/(πx), and 1 at 0",
    source="DLMF 10.49.3",
    special=(
        special(0.0, value=1.0, grad=(0.0,)),
        special(1e-10, value=1.0, grad=(-math.pi**2 / 3 * 1e-10,)),
        special(2.0, grad=(0.5,)),
        special(-2.0, grad=(-0.5,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
sinc_slope: Op = elementwise(
    "sinc_slope", "x", _sinc_slope, vjp={"x": _sinc_slope_rule}, domain=INSIDE,
    formula="the derivative of sin(πx)/(πx)", source="DLMF 10.49.3, 10.53.1",
    special=(special(0.0, value=-0.0, grad=(-math.pi**2 / 3,)),),
)  # fmt: skip
