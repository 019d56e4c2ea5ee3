"""What is each function's exact answer? By mpmath, and by a wider float of NumPy's and SciPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np

# Enough for the cancellations of these formulas near the ends of float64's range.
DIGITS = 70


def _sigmoid(x: mp.mpf) -> mp.mpf:
    return 1 / (1 + mp.exp(-x))


def _softplus(x: mp.mpf) -> mp.mpf:
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def _tanh(x: mp.mpf) -> mp.mpf:
    return mp.tanh(x) if abs(x) < 1000 else mp.sign(x) * (1 - mp.exp(-2000))


def _erf(x: mp.mpf) -> mp.mpf:
    return mp.erf(x) if abs(x) < 30 else mp.sign(x) * (1 - mp.exp(-900))


def _erfc(x: mp.mpf) -> mp.mpf:
    return mp.erfc(x) if abs(x) < 100 else (mp.exp(-10000) if x > 0 else 2 - mp.exp(-10000))


def _erfcx(x: mp.mpf) -> mp.mpf:
    """Beyond 10⁴ by its asymptotic series, which then has 30 digits (DLMF 7.12.1)."""
    if x < -100:
        return mp.exp(10000)
    if x < 10000:
        with mp.workdps(DIGITS + 10):
            return mp.exp(x * x) * mp.erfc(x)
    y = 1 / (2 * x * x)
    return (1 - y * (1 - 3 * y * (1 - 5 * y))) / (x * mp.sqrt(mp.pi))


def _below(x: mp.mpf) -> mp.mpf:
    return _erfc(-x / mp.sqrt(2)) / 2


def _gelu(x: mp.mpf) -> mp.mpf:
    """What is 0 as a float64 is the 0 without a sign."""
    product = x * _below(x)
    return product if abs(product) > mp.mpf(2) ** -1075 else mp.mpf(0)


def _growing(function: Callable[[mp.mpf], mp.mpf]) -> Callable[[mp.mpf], mp.mpf]:
    """What over- and underflows every float far out is asked no further than there."""
    return lambda x: function(min(max(x, mp.mpf(-5000)), mp.mpf(5000)))


def _pow(x: mp.mpf, y: mp.mpf) -> mp.mpf:
    if x == 0:
        return mp.mpf(0) if y > 0 else mp.inf
    far = y * mp.log(abs(x))
    size = mp.exp(min(max(far, mp.mpf(-5000)), mp.mpf(5000)))
    return -size if x < 0 and int(y) % 2 else size


def _fmod(x: mp.mpf, y: mp.mpf) -> mp.mpf:
    """Both are whole multiples of the smallest float, and whole numbers leave exact rests."""
    a, b = (abs(int(mp.ldexp(one, 1074))) for one in (x, y))
    rest = mp.ldexp(mp.mpf(a % b), -1074)
    return -rest if x < 0 else rest


EXACT: dict[str, Callable[..., mp.mpf]] = {
    "exp": _growing(mp.exp),
    "exp2": _growing(lambda x: mp.power(2, x)),
    "expm1": _growing(mp.expm1),
    "log": mp.log,
    "log2": lambda x: mp.log(x) / mp.ln2,
    "log10": lambda x: mp.log(x) / mp.ln10,
    "log1p": mp.log1p,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "atan2": mp.atan2,
    "sinh": _growing(mp.sinh),
    "cosh": _growing(mp.cosh),
    "tanh": _tanh,
    "asinh": lambda x: mp.sign(x) * mp.asinh(abs(x)),
    "acosh": mp.acosh,
    "atanh": mp.atanh,
    "sigmoid": lambda x: _sigmoid(max(x, mp.mpf(-5000))),
    "softplus": lambda x: _softplus(max(x, mp.mpf(-5000))),
    "erf": _erf,
    "erfc": _erfc,
    "erfcx": _erfcx,
    "gaussian": lambda x: mp.exp(-min(x * x, mp.mpf(5000))),
    "normal_pdf": lambda x: mp.exp(-min(x * x / 2, mp.mpf(5000))) / mp.sqrt(2 * mp.pi),
    "normal_cdf": _below,
    "gelu": _gelu,
    "gelu_slope": lambda x: (
        _below(x) + x * mp.exp(-min(x * x / 2, mp.mpf(5000))) / mp.sqrt(2 * mp.pi)
    ),
    "pow": _pow,
    "sqrt": mp.sqrt,
    "rsqrt": lambda x: 1 / mp.sqrt(x),
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "hypot": mp.hypot,
    "logaddexp": lambda x, y: max(x, y) + _softplus(max(-abs(x - y), mp.mpf(-5000))),
    "fmod": _fmod,
}


def answers(name: str, *columns: np.ndarray) -> list[mp.mpf]:
    """mpmath's answers at finite points of the function's domain."""
    function = EXACT[name]
    with mp.workdps(DIGITS):
        return [
            function(*map(mp.mpf, row)) for row in zip(*(c.tolist() for c in columns), strict=True)
        ]


def _positive_part(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


# float64 for float32's answers, and the 80 bits of x86's long double for float64's. These have no
# function of SciPy's, for that goes through float64.
WIDER: dict[str, Callable[..., np.ndarray]] = {
    name: getattr(np, name)
    for name in (
        *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "sinh"),
        *("cosh", "tanh", "asinh", "acosh", "atanh", "asin", "acos", "atan", "atan2", "pow"),
        *("sqrt", "cbrt", "hypot", "logaddexp", "fmod"),
    )
} | {
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "sigmoid": _logistic,
    "softplus": _positive_part,
    "gaussian": lambda x: np.exp(-x * x),
    "normal_pdf": lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.arccos(x.dtype.type(-1))),
}


def _product(erfcx: Callable[..., np.ndarray], x: np.ndarray) -> np.ndarray:
    s = np.minimum(np.abs(x), 50.0)
    below = np.exp(-np.square(s.astype(np.longdouble)) / 2) * (erfcx(s / np.sqrt(2)) / 2)
    product = x * np.where(x < 0, below, 1 - below)
    return np.where(np.abs(product) < np.longdouble(2) ** -1075, 0.0, product)


def _slope(erfcx: Callable[..., np.ndarray], x: np.ndarray) -> np.ndarray:
    s = np.minimum(np.abs(x), 50.0)
    left = np.exp(-s * s / 2) * (erfcx(s / np.sqrt(2)) / 2 - s / np.sqrt(2 * np.pi))
    return np.where(x < 0, left, 1 - left)


# SciPy's, which is float64's at best: enough for float32's answers.
OF_SCIPY: dict[str, Callable[[Any, np.ndarray], np.ndarray]] = {
    "erf": lambda special, x: special.erf(x),
    "erfc": lambda special, x: special.erfc(x),
    "erfcx": lambda special, x: special.erfcx(x),
    "normal_cdf": lambda special, x: special.ndtr(x),
    "gelu_slope": lambda special, x: _slope(special.erfcx, x),
    "gelu": lambda special, x: _product(special.erfcx, x),
}


def wider(name: str, dtype: np.dtype) -> Callable[..., np.ndarray] | None:
    """The function in a float with more digits; None where there is none."""
    if name in OF_SCIPY:
        if dtype == np.float64:
            return None
        import scipy.special

        return lambda x: OF_SCIPY[name](scipy.special, x.astype(np.float64))
    if dtype == np.float64 and np.finfo(np.longdouble).nmant < 63:
        return None
    function = WIDER[name]
    wide = np.float64 if dtype == np.float32 else np.longdouble
    return lambda *columns: function(*(c.astype(wide) for c in columns))
