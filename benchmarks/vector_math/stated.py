"""What does each function promise: how many units of error at most, and which answers at the special values?

The special values are those of C's annex F and IEEE 754-2019, section 9.2.1, which NumPy follows.
"""

from __future__ import annotations

import math

INF, NAN = math.inf, math.nan
PI = math.pi

# Units in the last place, float32 and float64, on every processor.
BOUNDS: dict[str, tuple[float, float]] = {
    "exp": (1.1, 1.1),
    "exp2": (1.2, 1.2),
    "expm1": (1.75, 1.75),
    "log": (1.0, 1.0),
    "log2": (1.3, 1.3),
    "log10": (1.2, 1.2),
    "log1p": (1.0, 1.0),
    "sin": (1.75, 1.75),
    "cos": (1.75, 1.75),
    "tan": (2.75, 2.0),
    "asin": (0.6, 0.75),
    "acos": (0.6, 0.75),
    "atan": (0.6, 0.75),
    "atan2": (0.6, 2.0),
    "sinh": (2.25, 2.25),
    "cosh": (2.5, 2.25),
    "tanh": (1.75, 2.0),
    "asinh": (0.6, 1.1),
    "acosh": (0.6, 1.1),
    "atanh": (0.6, 1.1),
    "sigmoid": (1.75, 1.75),
    "softplus": (1.75, 1.9),
    "erf": (1.25, 1.25),
    "erfc": (0.6, 3.0),
    "erfcx": (0.6, 3.0),
    "gaussian": (0.6, 1.25),
    "normal_pdf": (0.6, 2.0),
    "normal_cdf": (0.6, 4.0),
    "gelu": (0.6, 4.0),
    "gelu_slope": (0.6, 4.0),
    "pow": (0.6, 1.25),
    "sqrt": (0.5, 0.5),
    "rsqrt": (1.5, 1.5),
    "cbrt": (0.6, 1.1),
    "hypot": (0.6, 1.25),
    "logaddexp": (2.25, 2.0),
    "fmod": (0.0, 0.0),
}

Rows = tuple[tuple[float, ...], ...]


def _all(zero: float, minus_zero: float, infinity: float, minus_infinity: float) -> Rows:
    """The answers at 0, -0, ∞, -∞; that at NaN is NaN."""
    return (
        (0.0, zero),
        (-0.0, minus_zero),
        (INF, infinity),
        (-INF, minus_infinity),
        (NAN, NAN),
    )


_LOG = (*_all(-INF, -INF, INF, NAN), (1.0, 0.0), (-1.0, NAN), (-1e-40, NAN))
_OUTSIDE = ((1.0000001192092896, NAN), (-1.0000001192092896, NAN), (3e38, NAN))
_ROUND = _all(1.0, 1.0, NAN, NAN)

# A row: the arguments, and last the answer.
SPECIAL: dict[str, Rows] = {
    "exp": (*_all(1.0, 1.0, INF, 0.0), (1e5, INF), (-1e5, 0.0)),
    "exp2": (
        *_all(1.0, 1.0, INF, 0.0),
        *((float(k), 2.0**k) for k in (-149, -148, -127, -126, -1, 1, 3, 126, 127)),
        (1e5, INF),
        (-1e5, 0.0),
    ),
    "expm1": (*_all(0.0, -0.0, INF, -1.0), (1e5, INF), (-1e5, -1.0)),
    "log": _LOG,
    "log2": (*_LOG, *((2.0**k, float(k)) for k in (-149, -127, -126, -2, 1, 2, 10, 127))),
    "log10": (*_LOG, *((10.0**k, float(k)) for k in (1, 2, 5, 10))),
    "log1p": (*_all(0.0, -0.0, INF, NAN), (-1.0, -INF), (-1.0000001192092896, NAN)),
    "sin": _all(0.0, -0.0, NAN, NAN),
    "cos": _ROUND,
    "tan": _all(0.0, -0.0, NAN, NAN),
    "asin": (*_all(0.0, -0.0, NAN, NAN), (1.0, PI / 2), (-1.0, -PI / 2), *_OUTSIDE),
    "acos": (*_all(PI / 2, PI / 2, NAN, NAN), (1.0, 0.0), (-1.0, PI), *_OUTSIDE),
    "atan": (*_all(0.0, -0.0, PI / 2, -PI / 2), (1.0, PI / 4), (-1.0, -PI / 4)),
    "atan2": (
        *((y, x, math.atan2(y, x)) for y in (0.0, -0.0) for x in (0.0, -0.0, 1.0, -1.0, INF, -INF)),
        *((y, x, math.atan2(y, x)) for y in (INF, -INF) for x in (0.0, 1.0, -1.0, INF, -INF)),
        *((y, x, math.atan2(y, x)) for y in (1.0, -1.0) for x in (0.0, -0.0, INF, -INF)),
        *((NAN, x, NAN) for x in (0.0, 1.0, INF, NAN)),
        *((y, NAN, NAN) for y in (0.0, 1.0, INF)),
    ),
    "sinh": (*_all(0.0, -0.0, INF, -INF), (1e5, INF), (-1e5, -INF)),
    "cosh": (*_all(1.0, 1.0, INF, INF), (1e5, INF), (-1e5, INF)),
    "tanh": (*_all(0.0, -0.0, 1.0, -1.0), (1e5, 1.0), (-1e5, -1.0)),
    "asinh": _all(0.0, -0.0, INF, -INF),
    "acosh": (*_all(NAN, NAN, INF, NAN), (1.0, 0.0), (0.5, NAN), (-3.0, NAN)),
    "atanh": (*_all(0.0, -0.0, NAN, NAN), (1.0, INF), (-1.0, -INF), *_OUTSIDE),
    "sigmoid": (*_all(0.5, 0.5, 1.0, 0.0), (1e5, 1.0), (-1e5, 0.0)),
    "softplus": (*_all(math.log(2), math.log(2), INF, 0.0), (1e5, 1e5), (-1e5, 0.0)),
    "erf": (*_all(0.0, -0.0, 1.0, -1.0), (1e5, 1.0), (-1e5, -1.0)),
    "erfc": (*_all(1.0, 1.0, 0.0, 2.0), (1e5, 0.0), (-1e5, 2.0)),
    "erfcx": (*_all(1.0, 1.0, 0.0, INF), (-27.0, INF), (-1e5, INF)),
    "gaussian": (*_all(1.0, 1.0, 0.0, 0.0), (1e5, 0.0), (-1e5, 0.0)),
    "normal_pdf": _all(1 / math.sqrt(2 * PI), 1 / math.sqrt(2 * PI), 0.0, 0.0),
    "normal_cdf": (*_all(0.5, 0.5, 1.0, 0.0), (1e5, 1.0), (-1e5, 0.0)),
    "gelu_slope": (*_all(0.5, 0.5, 1.0, -0.0), (1e5, 1.0), (-1e5, -0.0)),
    "gelu": (*_all(0.0, -0.0, INF, 0.0), (1e5, 1e5), (-1e5, 0.0), (-50.0, 0.0)),
    "pow": (
        *((NAN, y, 1.0) for y in (0.0, -0.0)),
        *((1.0, y, 1.0) for y in (NAN, INF, -INF, 3.0, 0.5, 3e38)),
        *((x, y, 1.0) for x in (0.0, -0.0, INF, -INF, -2.0, 3e38) for y in (0.0, -0.0)),
        (NAN, 1.0, NAN),
        (2.0, NAN, NAN),
        (0.0, NAN, NAN),
        (-1.0, NAN, NAN),
        (-1.0, INF, 1.0),
        (-1.0, -INF, 1.0),
        *((0.0, y, 0.0) for y in (3.0, 2.0, 0.5, INF)),
        *((0.0, y, INF) for y in (-3.0, -2.0, -0.5, -INF)),
        *((-0.0, y, z) for y, z in ((3.0, -0.0), (2.0, 0.0), (0.5, 0.0), (INF, 0.0))),
        *((-0.0, y, z) for y, z in ((-3.0, -INF), (-2.0, INF), (-0.5, INF), (-INF, INF))),
        *((x, INF, INF) for x in (1.5, -1.5, INF, -INF)),
        *((x, INF, 0.0) for x in (0.5, -0.5)),
        *((x, -INF, 0.0) for x in (1.5, -1.5, INF, -INF)),
        *((x, -INF, INF) for x in (0.5, -0.5)),
        *((INF, y, z) for y, z in ((3.0, INF), (0.5, INF), (-3.0, 0.0), (-0.5, 0.0))),
        *((-INF, y, z) for y, z in ((3.0, -INF), (2.0, INF), (0.5, INF))),
        *((-INF, y, z) for y, z in ((-3.0, -0.0), (-2.0, 0.0), (-0.5, 0.0))),
        *((x, y, NAN) for x in (-2.0, -0.5, -3e38) for y in (0.5, 1.5, -2.5, 1e-30)),
        *((-2.0, y, z) for y, z in ((3.0, -8.0), (2.0, 4.0), (-1.0, -0.5), (-149.0, -(2.0**-149)))),
        *((10.0, float(k), 10.0**k) for k in range(1, 11)),
        *((-1.0, y, z) for y, z in ((16777215.0, -1.0), (16777216.0, 1.0), (3e38, 1.0))),
        *((x, 1e30, z) for x, z in ((2.0, INF), (0.5, 0.0), (-2.0, INF))),
    ),
    "sqrt": (*_all(0.0, -0.0, INF, NAN), (-1.0, NAN), (2.0**-126, 2.0**-63), (9.0, 3.0)),
    "rsqrt": (*_all(INF, -INF, 0.0, NAN), (-1.0, NAN), (4.0, 0.5)),
    "cbrt": (*_all(0.0, -0.0, INF, -INF), (8.0, 2.0), (-27.0, -3.0)),
    "hypot": (
        *((x, y, INF) for x in (INF, -INF) for y in (0.0, 1.0, -INF, NAN)),
        *((x, y, INF) for x in (1.0, NAN) for y in (INF, -INF)),
        *((x, y, 0.0) for x in (0.0, -0.0) for y in (0.0, -0.0)),
        *((x, y, 5.0) for x in (3.0, -3.0) for y in (4.0, -4.0)),
        (3e38, 0.0, 3e38),
        (0.0, -1e-44, 1e-44),
        (NAN, 1.0, NAN),
        (0.0, NAN, NAN),
    ),
    "logaddexp": (
        (0.0, 0.0, math.log(2)),
        *((x, y, INF) for x, y in ((INF, INF), (INF, 1.0), (1.0, INF), (INF, -INF), (-INF, INF))),
        (-INF, -INF, -INF),
        *((x, -INF, x) for x in (1.5, -1.5, 1e5)),
        *((-INF, x, x) for x in (1.5, -1.5, 1e5)),
        *((x, y, NAN) for x, y in ((NAN, 1.0), (1.0, NAN), (NAN, INF), (-INF, NAN))),
        (1e5, -1e5, 1e5),
    ),
    "fmod": (
        *((x, 3.0, z) for x, z in ((7.0, 1.0), (-7.0, -1.0), (6.0, 0.0), (-6.0, -0.0))),
        *((x, -3.0, z) for x, z in ((7.0, 1.0), (-7.0, -1.0), (0.0, 0.0), (-0.0, -0.0))),
        *((x, 0.0, NAN) for x in (0.0, 1.0, INF, NAN)),
        *((x, y, NAN) for x in (INF, -INF) for y in (1.0, INF)),
        *((x, y, x) for x in (1.5, -1.5, -0.0) for y in (INF, -INF)),
        (1.0, NAN, NAN),
        (NAN, 1.0, NAN),
    ),
}
