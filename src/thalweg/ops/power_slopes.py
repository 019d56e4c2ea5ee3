"""The slopes of x**y, with derivatives of their own: at x = 0 products of 0 and ∞ do not tell them.

∂/∂x = y·x**(y - 1), ∂/∂y = x**y·log x, and of both the mixed one is x**(y - 1)·(1 + y·log x). At x = 0 it is
the limit from the right: 0 for y above 1, -∞ from there to above 0, ∞ from 0 down.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import DO_NOT_FIT, sample, special
from thalweg.core.op import Op, elementwise
from thalweg.ops.comparison import equal, where
from thalweg.ops.creation import ones_like

SOURCE = "DLMF 4.2(iv), 4.7(ii)"
ANY = (-3.0, 3.0)
BASES = (0.4, 3.0)
EXPONENTS = (-2.0, 2.0)
PAIRS = (sample((3, 4), (3, 4)), sample((3, 4), (4,)), sample((), (2, 3)), sample((2, 1), (1, 3)))


def _zeroth_power_of_nothing(x: Any, y: Any) -> Any:
    """Where y·x**(y - 1) would be 0·inf or NaN although x**y stays 1: y is 0, and 1/x is no number.

    Elsewhere the product is 0 by itself, and its derivative by y is x**(y - 1), which a 0 that was
    put there would not have.
    """
    return np.equal(y, 0) & ~(np.abs(x) >= np.finfo(x.dtype).tiny)


zeroth_power_of_nothing = elementwise(
    "zeroth_power_of_nothing", "x y", _zeroth_power_of_nothing,
    severs="a comparison answers with truth values, which carry no gradient",
    domain=(ANY, ANY), samples=PAIRS, formula="y = 0 and |x| below the smallest normal number",
)  # fmt: skip


def _log_of_base(x: Any) -> Any:
    """log x as d/dy of x**y wants it: 0 at 0, where x**y does not change with a positive y."""
    return np.log(np.where(x == 0, 1, x))


log_of_base = elementwise(
    "log_of_base", "x", _log_of_base,
    vjp={"x": lambda g, x: where(equal(x, 0), 0, g / where(equal(x, 0), 1, x))},
    domain=(BASES,), formula="log x, and 0 at 0",
    special=(
        special(0.0, value=0.0, grad=(0.0,)),
        special(1.0, value=0.0, grad=(1.0,)),
        special(1e-30, value=-69.07755278982137, grad=(1e30,)),
        special(np.inf, value=np.inf, grad=(0.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip


def _slope_by_base(x: Any, y: Any) -> Any:
    flat = _zeroth_power_of_nothing(x, y)
    return np.where(flat, 0, y * x ** np.where(flat, 1, y - 1))


def _bend_by_base(g: Any, ans: Any, x: Any, y: Any) -> Any:
    # By x, y·(y - 1)·x**(y - 2) leaves the range no sooner than the answer; at 0 there is no such way.
    zero = equal(x, 0)
    there = ans * (y - 1) / where(zero, ones_like(x), x)
    less = where(equal(y, 0), ones_like(y), y - 1)  # x**0 is constant, and 0 times this is 0
    return g * where(zero, y * slope_by_base(x, less), there)


slope_by_base: Op = elementwise(
    "slope_by_base", "x y", _slope_by_base,
    vjp={"x": _bend_by_base, "y": lambda g, x, y: g * mixed_slope(x, y)},
    domain=(BASES, EXPONENTS), samples=PAIRS, wrong=DO_NOT_FIT, formula="∂(x**y)/∂x = y·x**(y - 1)",
    special=(
        special(0.0, 0.0, value=0.0, grad=(0.0, np.inf)),
        special(0.0, 0.5, value=np.inf, grad=(-np.inf, -np.inf)),
        special(0.0, 1.0, value=1.0, grad=(0.0, -np.inf)),
        special(0.0, 2.0, value=0.0, grad=(2.0, 0.0)),
        special(0.0, 3.0, value=0.0, grad=(0.0, 0.0)),
        special(-2.0, 3.0, value=12.0, grad=(-12.0, np.nan)),
        special(2.0, 0.0, value=0.0, grad=(0.0, 0.5)),
    ),
)  # fmt: skip


def _slope_by_exponent(x: Any, y: Any) -> Any:
    return x**y * _log_of_base(x)


slope_by_exponent: Op = elementwise(
    "slope_by_exponent", "x y", _slope_by_exponent,
    vjp={
        "x": lambda g, x, y: g * mixed_slope(x, y),
        "y": lambda g, ans, x: g * (ans * log_of_base(x)),
    },
    domain=(BASES, EXPONENTS), samples=PAIRS, wrong=DO_NOT_FIT,
    formula="∂(x**y)/∂y = x**y·log x, and 0 at x = 0",
    special=(
        special(0.0, 0.0, value=0.0, grad=(np.inf, 0.0)),
        special(0.0, 0.5, value=0.0, grad=(-np.inf, 0.0)),
        special(0.0, 1.0, value=0.0, grad=(-np.inf, 0.0)),
        special(0.0, 2.0, value=0.0, grad=(0.0, 0.0)),
        special(-2.0, 3.0, value=np.nan, grad=(np.nan, np.nan)),
        special(1.0, 2.0, value=0.0, grad=(1.0, 0.0)),
    ),
)  # fmt: skip


def _mixed_slope(x: Any, y: Any) -> Any:
    zero = np.equal(x, 0)
    base = np.where(zero, 1, x)
    turned = np.where(np.equal(y, 0), 1, 1 + y * np.log(base))
    edge = np.where(np.real(y) > 1, 0.0, np.where(np.real(y) > 0, -np.inf, np.inf))
    return np.where(zero, edge, base ** (y - 1) * turned).astype(np.result_type(x, y))


def _mixed_by_x(g: Any, x: Any, y: Any) -> Any:
    zero = equal(x, 0)
    base = where(zero, ones_like(x), x)
    found = base ** (y - 2) * (2 * y - 1 + y * (y - 1) * log_of_base(base))
    # At 0 the next mixed slope of a power that is one less decides: y·∂²(x**(y - 1)) + ∂(x**(y - 1)).
    return g * where(zero, y * mixed_slope(x, y - 1) + slope_by_base(x, y - 1), found)


mixed_slope: Op = elementwise(
    "mixed_slope", "x y", _mixed_slope,
    vjp={
        "x": _mixed_by_x,
        "y": lambda g, ans, x, y: g * (slope_by_exponent(x, y - 1) + log_of_base(x) * ans),
    },
    domain=(BASES, EXPONENTS), samples=PAIRS, wrong=DO_NOT_FIT,
    formula="∂²(x**y)/∂x∂y = x**(y - 1)·(1 + y·log x)",
    special=(
        special(0.0, 0.0, value=np.inf), special(0.0, -1.0, value=np.inf),
        special(0.0, 0.5, value=-np.inf), special(0.0, 1.0, value=-np.inf),
        special(0.0, 2.0, value=0.0, grad=(-np.inf, 0.0)), special(0.0, 3.0, value=0.0, grad=(0.0, 0.0)),
        special(-2.0, 3.0, value=np.nan, grad=(np.nan, np.nan)),
        special(2.0, 0.0, value=0.5, grad=(-0.25, np.log(2.0))),
    ),
)  # fmt: skip
