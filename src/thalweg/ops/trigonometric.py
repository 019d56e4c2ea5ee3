"""Trigonometric functions, their inverses, and lengths and angles in the plane."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.evidence import DO_NOT_FIT, NO_TEXT, sample, special
from thalweg.core.op import Op, elementwise, row
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


@functools.cache
def _near_zero(order: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """n!/(n+1+2i)! and n!/(n+2+2i)!, of signs in turn, to the last bit of float64 for |u| ≤ max(n, 1)."""
    terms: list[float] = []
    end, share = max(order, 1), 1.0
    while share > 1e-19:
        count = len(terms)
        terms.append((-1.0) ** (count // 2) / math.perm(order + count + 1, count + 1))
        share *= end / (order + count + 1)
    return tuple(terms[::2]), tuple(terms[1::2])


def _by_horner(coefficients: tuple[float, ...], square: Any) -> Any:
    total = np.zeros_like(square)
    for coefficient in reversed(coefficients):
        total = total * square + coefficient
    return total


def _whole_order(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    return (int(static(params[0])),)


@row(
    inputs="x", elementwise=True, prepare=_whole_order, domain=INSIDE,
    vjp={"x": lambda g, x, order: g * sinc_derivative(x, order + 1)},
    samples=(
        sample((3, 4)), sample((3,), order=2), sample(np.array([-1.6, 0.3, 2.7]), order=5),
        sample(np.array([0.3 - 0.2j, 1.4 + 0.5j]), order=3),
    ),
    formula="the derivative of sin(πx)/(πx) of any order, and its limit at 0",
    source="u·f⁽ⁿ⁾ + n·f⁽ⁿ⁻¹⁾ = sin(u + nπ/2) for f = sin u / u: Leibniz's rule, DLMF 1.4.12; DLMF 10.49.3",
    special=(
        special(0.0, value=0.0, grad=(-math.pi**2 / 3,)),
        special(0.0, value=-math.pi**2 / 3, grad=(0.0,), params={"order": 2}),
        special(0.0, value=0.0, grad=(math.pi**4 / 5,), params={"order": 3}),
        special(0.0, value=math.pi**4 / 5, grad=(0.0,), params={"order": 4}),
        special(1e-10, value=math.pi**4 / 5 * 1e-10, grad=(math.pi**4 / 5,), params={"order": 3}),
        special(0.0, value=-math.pi**6 / 7, grad=(0.0,), params={"order": 6}),
        special(2.0, value=0.5, grad=(-0.5,)),
        special(2.0**20, value=2.0**-20, grad=(-(2.0**-39),), why="π·x would lose half of the digits"),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
    wrong=NO_TEXT,
)  # fmt: skip
def sinc_derivative(x: Any, order: Any = 1) -> Any:
    """The derivative of sin(πx)/(πx) of an order from 0 up.

    With u = πx and f = sin u / u, Leibniz's rule for u·f = sin u ties each derivative to the one before:
    u·f⁽ⁿ⁾ + n·f⁽ⁿ⁻¹⁾ = sin(u + nπ/2). For |u| ≥ n that is gone up, from f itself. Nearer to 0, where it
    would cancel, it is gone down from infinity, which makes two series of u² that do not.

    Args:
        x: any shape.
        order: how many times it is differentiated.
    """
    # Whole turns are taken off exactly, so that sine and cosine are good far out too.
    turn = np.pi * (x if x.dtype.kind == "c" else x - 2 * np.rint(0.5 * x))
    sine, cosine = np.sin(turn), np.cos(turn)
    turned = (sine, cosine, -sine, -cosine)
    angle = np.pi * x
    near = np.abs(angle) < max(order, 1)
    close, away = np.where(near, angle, 0), np.where(near, 1, angle)
    square = close * close
    even, odd = (_by_horner(share, square) for share in _near_zero(order))
    inside = turned[(order + 1) % 4] * even - close * turned[(order + 2) % 4] * odd
    outside = sine / away
    for n in range(1, order + 1):
        outside = (turned[n % 4] - n * outside) / away
    return (np.pi**order * np.where(near, inside, outside)).astype(angle.dtype)[()]


sinc = elementwise(
    "sinc", "x", np.sinc, numpy=(np.sinc,), vjp={"x": lambda g, x: g * sinc_derivative(x, 1)},
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
