"""Hyperbolic functions and their inverses, with tails that stay exact however far out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.evidence import special
from thalweg.core.op import Op, elementwise
from thalweg.ops.exponential import in_domain, sqrt
from thalweg.ops.trigonometric import hypot, one_minus_square

SOURCE = "DLMF 4.28, 4.34, 4.37, 4.38"

ANY = ((-3.0, 3.0),)


def _sech_squared(x: Any) -> Any:
    """1/cosh² x from exp(-2|x|): neither cosh overflows nor does 1 - tanh² cancel."""
    if x.dtype.kind == "c":
        return 1 / np.cosh(x) ** 2
    small = np.exp(-2 * np.abs(x))
    return 4 * small / ((1 + small) * (1 + small))


sinh = elementwise(
    "sinh", "x", np.sinh, public="sinh math.sinh", numpy=(np.sinh,),
    vjp={"x": lambda g, x: g * cosh(x)}, domain=ANY, formula="sinh x",
    special=(special(0.0, value=0.0, grad=(1.0,)), special(-np.inf, value=-np.inf, grad=(np.inf,))),
)  # fmt: skip
cosh: Op = elementwise(
    "cosh", "x", np.cosh, public="cosh math.cosh", numpy=(np.cosh,),
    vjp={"x": lambda g, x: g * sinh(x)}, domain=ANY, formula="cosh x",
    special=(special(0.0, value=1.0, grad=(0.0,)), special(-np.inf, value=np.inf, grad=(-np.inf,))),
)  # fmt: skip
tanh = elementwise(
    "tanh", "x", np.tanh, public="tanh math.tanh nn.tanh", numpy=(np.tanh,),
    vjp={"x": lambda g, x: g * sech_squared(x)}, domain=ANY, formula="tanh x",
    special=(
        special(0.0, value=0.0, grad=(1.0,)),
        special(20.0, value=1.0, grad=(4 * math.exp(-40.0),), why="1 - tanh² would give 0"),
        special(-30.0, value=-1.0, grad=(4 * math.exp(-60.0),)),
        special(300.0, value=1.0, grad=(4 * math.exp(-600.0),), dtypes=("float64",)),
        special(360.0, value=1.0, grad=(4 * math.exp(-720.0),), dtypes=("float64",),
                why="cosh² overflows"),
        special(np.inf, value=1.0, grad=(0.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
sech_squared: Op = elementwise(
    "sech_squared", "x", _sech_squared,
    vjp={"x": lambda g, ans, x: -2 * g * ans * tanh(x)}, domain=ANY, formula="1 / cosh² x",
    special=(
        special(0.0, value=1.0, grad=(0.0,)),
        special(20.0, value=4 * math.exp(-40.0), grad=(-8 * math.exp(-40.0),)),
        special(1e30, value=0.0, grad=(0.0,)),
    ),
)  # fmt: skip


def _asinh_rule(g: Any, x: Any) -> Any:
    return g / (sqrt(1 + x * x) if x.dtype.kind == "c" else hypot(x, 1.0))


asinh = elementwise(
    "asinh", "x", np.arcsinh, public="asinh math.asinh", numpy=(np.arcsinh,),
    vjp={"x": _asinh_rule}, domain=ANY, formula="asinh x",
    special=(
        special(0.0, value=0.0, grad=(1.0,)),
        special(1e300, value=math.asinh(1e300), grad=(1e-300,), dtypes=("float64",)),
        special(-1e30, value=-math.asinh(1e30), grad=(1e-30,)),
    ),
)  # fmt: skip
acosh = elementwise(
    "acosh", "x", np.arccosh, public="acosh math.acosh", numpy=(np.arccosh,),
    vjp={"x": lambda g, x: g / sqrt(x - 1) / sqrt(x + 1)}, domain=((1.3, 4.0),),
    formula="acosh x", note="For x < 1 value and gradient are NaN.",
    special=(
        special(1.0, value=0.0, grad=(np.inf,)),
        special(0.5, value=np.nan, grad=(np.nan,)),
        special(-3.0, value=np.nan, grad=(np.nan,), why="x² - 1 alone is positive there"),
        special(1e300, value=math.acosh(1e300), grad=(1e-300,), dtypes=("float64",)),
        special(1e30, value=math.acosh(1e30), grad=(1e-30,)),
    ),
)  # fmt: skip
atanh = elementwise(
    "atanh", "x", np.arctanh, public="atanh math.atanh", numpy=(np.arctanh,),
    vjp={"x": lambda g, x: g / in_domain(one_minus_square(x))}, domain=((-0.8, 0.8),),
    formula="atanh x", note="For |x| > 1 value and gradient are NaN.",
    special=(
        special(0.0, value=0.0, grad=(1.0,)),
        special(1.0, value=np.inf, grad=(np.inf,)),
        special(-1.0, value=-np.inf, grad=(np.inf,)),
        special(2.0, value=np.nan, grad=(np.nan,), why="1/(1 - x²) alone would say -1/3"),
    ),
)  # fmt: skip
