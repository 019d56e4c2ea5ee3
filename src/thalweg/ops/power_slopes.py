"""The slopes of x**y, with derivatives of their own: at x = 0 products of 0 and ∞ do not tell them.

∂/∂x = y·x**(y - 1) and ∂/∂y = x**y·log x; all those behind them are one row, `mixed_slope`, by how often each is
asked. At x = 0 it is the limit from the right, which the lowest power of x with the highest of log x decides.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.evidence import DO_NOT_FIT, sample, special
from thalweg.core.op import Op, elementwise, row
from thalweg.ops.comparison import equal, where

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


slope_by_base: Op = elementwise(
    "slope_by_base", "x y", _slope_by_base,
    vjp={"x": lambda g, x, y: g * mixed_slope(x, y, 2, 0), "y": lambda g, x, y: g * mixed_slope(x, y, 1, 1)},
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
        "x": lambda g, x, y: g * mixed_slope(x, y, 1, 1),
        "y": lambda g, x, y: g * mixed_slope(x, y, 0, 2),
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


@functools.cache
def _falling(times: int, turn: int) -> tuple[float, ...]:
    """The coefficients, highest first, of the turn-th derivative of y·(y - 1)·…, of so many factors."""
    return tuple(float(one) for one in np.polyder(np.atleast_1d(np.poly(range(times))), turn))


def _coefficient(y: Any, times: int, turn: int) -> Any:
    """The turn-th derivative of y·(y - 1)·…: of none by its factors, which keep the digits near their zeros."""
    total = np.ones_like(y)
    if not turn:
        for less in range(times):
            total = total * (y - less)
        return total
    total = total * 0
    for one in _falling(times, turn):
        total = total * y + one
    return total


def _edge(y: Any, shares: list[Any], times: int) -> Any:
    """The limit at x = 0 from the right: y above `times` makes it 0, else the first share that is not 0 decides."""
    last = len(shares) - 1
    if not times:  # x**y·log x counts as 0 there, and so do all the derivatives by y alone
        return np.where(y < 0, np.nan, 0.0)
    lead = np.zeros_like(y)
    for turn in range(last, -1, -1):  # with log x to the power of last - turn, which is -∞
        found = shares[turn] * (-1.0) ** (last - turn)
        lead = np.where(found == 0, lead, np.where(found > 0, np.inf, -np.inf))
    if not last:  # no logarithm: at y = times what is left is a constant
        lead = np.where(y == times, shares[0], lead)
    return np.where(y > times, 0.0, lead)


def _counted(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(int(static(one)) for one in params)


@row(
    inputs="x y", elementwise=True, prepare=_counted, domain=(BASES, EXPONENTS),
    vjp={
        "x": lambda g, x, y, by_base, by_exponent: g * mixed_slope(x, y, by_base + 1, by_exponent),
        "y": lambda g, x, y, by_base, by_exponent: g * mixed_slope(x, y, by_base, by_exponent + 1),
    },
    samples=(*PAIRS, sample((3,), (3,), by_base=2, by_exponent=0), sample((3,), (3,), by_base=0, by_exponent=2),
             sample((2, 3), (3,), by_base=3, by_exponent=2)),
    wrong=DO_NOT_FIT, formula="∂ᵐ⁺ⁿ(x**y)/∂xᵐ∂yⁿ, and its limit at x = 0; x**(y - 1)·(1 + y·log x) for m = n = 1",
    special=(
        special(0.0, 0.0, value=np.inf, grad=(-np.inf, -np.inf)), special(0.0, -1.0, value=np.inf),
        special(0.0, 0.5, value=-np.inf, grad=(np.inf, np.inf)), special(0.0, 1.0, value=-np.inf, grad=(np.inf, np.inf)),
        special(0.0, 2.0, value=0.0, grad=(-np.inf, 0.0)), special(0.0, 3.0, value=0.0, grad=(0.0, 0.0)),
        special(0.0, 1.5, value=0.0, grad=(-np.inf, 0.0)),
        special(-2.0, 3.0, value=np.nan, grad=(np.nan, np.nan)),
        special(2.0, 0.0, value=0.5, grad=(-0.25, np.log(2.0))),
        special(0.0, 2.0, value=2.0, grad=(0.0, -np.inf), params={"by_base": 2, "by_exponent": 0}),
        special(0.0, 0.0, value=0.0, grad=(0.0, -np.inf), params={"by_base": 2, "by_exponent": 0}),
    ),
)  # fmt: skip
def mixed_slope(x: Any, y: Any, by_base: Any = 1, by_exponent: Any = 1) -> Any:
    """The derivative of x**y, m times by x and n times by y.

    x**(y - m)·Σₖ (n over k)·cₖ(y)·(log x)ⁿ⁻ᵏ, where cₖ is the k-th derivative of y·(y - 1)·…·(y - m + 1).

    Args:
        x: any shape.
        y: a shape that fits.
        by_base: m, from 0 up.
        by_exponent: n, from 0 up.
    """
    zero = np.equal(x, 0)
    base = np.where(zero, 1, x)
    shares = [_coefficient(y, by_base, turn) for turn in range(by_exponent + 1)]
    total = shares[by_exponent]
    if by_exponent:
        logarithm = np.log(base)
        for turn in range(by_exponent):
            part = math.comb(by_exponent, turn) * shares[turn] * logarithm ** (by_exponent - turn)
            total = total + np.where(shares[turn] == 0, 0, part)
    slope = base ** (y - 1 if by_base else y) * total
    for _ in range(1, by_base):  # x**(y - m) can be beyond the range where the answer is not
        slope = slope / base
    slope = np.where(total == 0, 0, slope)
    edge = _edge(np.real(y), [np.real(one) for one in shares], by_base)
    return np.where(zero, edge, slope).astype(np.result_type(x, y))[()]
