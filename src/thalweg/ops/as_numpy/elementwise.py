"""NumPy's elementwise functions that are made of other rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.ops.arithmetic import abs as magnitude
from thalweg.ops.arithmetic import (
    ceil,
    floor,
    floordiv,
    floormod,
    maximum,
    minimum,
    power,
    round,
    sign,
)
from thalweg.ops.as_numpy.arguments import cast_to, number_like, plain, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.clipping import clip as within_bounds
from thalweg.ops.comparison import equal, less, select
from thalweg.ops.complex_numbers import real
from thalweg.ops.finiteness import is_inf, is_nan
from thalweg.ops.logistic import logaddexp
from thalweg.ops.selection import weak

LN2 = math.log(2.0)


@form()
def fabs(x: Any) -> Any:
    """|x|, a float."""
    x = value(x)
    return magnitude(_float_of(x))


def _float_of(x: Any) -> Any:
    """Integers as the float that NumPy's functions of floats make of them."""
    return x if x.dtype.kind in "fc" else cast_to(x, np.sqrt(np.zeros((), x.dtype)).dtype)


@form("trunc", "fix")
def trunc(x: Any, out: Any = None) -> Any:
    """Towards 0 to a whole number; its gradient is 0."""
    x = value(x)
    return x if x.dtype.kind in "iub" else select(less(x, 0), ceil(x), floor(x))


@form("round", "around")
def round_(a: Any, decimals: Any = 0, out: Any = None) -> Any:
    """To decimals; its gradient is 0."""
    a = value(a)
    if a.dtype.kind in "iub" and decimals >= 0:
        return a
    if a.dtype.kind not in "f":
        raise TypeError(f"np.round of a Tensor rounds real floats, not {a.dtype.name}")
    if decimals == 0:
        return round(a)
    ten = number_like(a, 10.0 ** abs(decimals))
    return round(a * ten) / ten if decimals > 0 else round(a / ten) * ten


@form("copysign")
def copysign(x: Any, y: Any) -> Any:
    """|x| with the sign of y; the gradient to y is 0."""
    x, y = weak(x, y), weak(y, x)
    numbers = np.asarray(plain(y), np.result_type(plain(y), np.float16))
    signs = np.copysign(np.ones((), numbers.dtype), numbers)
    bare = (numbers == 0) | np.isnan(numbers)
    if bare.any():
        signs = select(bare, signs, sign(y) if isinstance(y, Handle) else signs)
    elif isinstance(y, Handle):
        signs = sign(y)
    return magnitude(x) * signs


@form()
def heaviside(x1: Any, x2: Any) -> Any:
    """0 below 0, 1 above, and x2 at 0; the gradient to x1 is 0."""
    x1, x2 = weak(x1, x2), weak(x2, x1)
    return select(equal(x1, 0), x2, (sign(x1) + 1) / 2)


def _unless_nan(x: Any, y: Any, join: Any) -> Any:
    x, y = weak(x, y), weak(y, x)
    return select(is_nan(x), y, select(is_nan(y), x, join(x, y)))


@form()
def fmax(x1: Any, x2: Any) -> Any:
    """The larger; where one is NaN, the other."""
    return _unless_nan(x1, x2, maximum)


@form()
def fmin(x1: Any, x2: Any) -> Any:
    """The smaller; where one is NaN, the other."""
    return _unless_nan(x1, x2, minimum)


@form()
def fmod(x1: Any, x2: Any) -> Any:
    """The remainder with the sign of x1; the jumps are passed over."""
    x1, x2 = weak(x1, x2), weak(x2, x1)
    return copysign(floormod(magnitude(x1), magnitude(x2)), x1)


@form("divmod")
def divmod_(x1: Any, x2: Any) -> Any:
    """The quotient, rounded down, and the remainder."""
    return floordiv(x1, x2), floormod(x1, x2)


@form()
def modf(x: Any) -> Any:
    """The part behind the point and the part before it, both with x's sign."""
    x = _float_of(value(x))
    whole = trunc(x)
    infinite = is_inf(x)
    behind = select(infinite, number_like(x, 0), x - select(infinite, number_like(x, 0), whole))
    return copysign(behind, plain(x)), whole


@form()
def ldexp(x1: Any, x2: Any) -> Any:
    """x1·2^x2; the exponent is a whole number and carries no gradient."""
    x = _float_of(value(x1))
    exponent = plain(x2)
    if exponent.dtype.kind not in "iu":
        raise TypeError(f"np.ldexp takes whole numbers as exponents, not {exponent.dtype.name}")
    one, half = number_like(x, 1), exponent // 2
    return x * np.ldexp(one, half) * np.ldexp(one, exponent - half)


@form()
def frexp(x: Any) -> Any:
    """x as a number in [0.5, 1) times a power of 2: the number, with gradient, and the exponent."""
    x = _float_of(value(x))
    exponent = np.frexp(plain(x))[1]
    return ldexp(x, -exponent), exponent


@form()
def float_power(x1: Any, x2: Any) -> Any:
    """x1**x2 in float64 at least."""
    x1, x2 = value(x1), value(x2)
    kind = np.result_type(x1.dtype, x2.dtype, np.float64)
    return power(cast_to(x1, kind), cast_to(x2, kind))


@form()
def logaddexp2(x1: Any, x2: Any) -> Any:
    """log₂(2^x1 + 2^x2)."""
    x1, x2 = [x if np.isscalar(x) else value(x) for x in (x1, x2)]
    return logaddexp(x1 * LN2, x2 * LN2) / LN2


@form("deg2rad", "radians")
def deg2rad(x: Any) -> Any:
    """Degrees in radians."""
    return _float_of(value(x)) * (math.pi / 180)


@form("rad2deg", "degrees")
def rad2deg(x: Any) -> Any:
    """Radians in degrees."""
    return _float_of(value(x)) * (180 / math.pi)


@form()
def real_if_close(a: Any, tol: Any = 100) -> Any:
    """Real numbers, where all imaginary parts are within `tol` units of 0."""
    a = value(a)
    if a.dtype.kind != "c":
        return a
    if tol > 1:
        tol = np.finfo(a.dtype).eps * tol
    return real(a) if np.all(np.abs(plain(a).imag) < tol) else a


@form()
def clip(
    a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None, max: Any = None,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """Held within bounds; at a bound the gradient is 1."""
    for name in kwargs:
        raise TypeError(f"np.clip of a Tensor takes no {name}")
    low, high = a_min if min is None else min, a_max if max is None else max
    a = value(a)
    whole = np.iinfo(a.dtype) if a.dtype.kind in "iu" else None
    low = (-np.inf if whole is None else whole.min) if low is None else low
    high = (np.inf if whole is None else whole.max) if high is None else high
    return within_bounds(
        a, *[weak(one, a) if np.isscalar(one) else value(one) for one in (low, high)]
    )
