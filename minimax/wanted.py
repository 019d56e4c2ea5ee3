"""Which functions does the native vector mathematics approximate, where, and how well?

Each polynomial stands for what remains of a function after its first terms, which the code adds
exactly: of eʳ = 1 + r + r²·Q(r), Q is the polynomial. The weight is the factor by which an error of
the polynomial shows in the function's relative error. `bits` is the wanted relative error, 2^-bits,
for float32 and float64; the degree is the smallest that reaches it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mpmath as mp

mp.mp.dps = 45
Real = Callable[[mp.mpf], mp.mpf]
# The reduction may round to the neighbouring multiple: intervals are this much wider.
WIDER = mp.mpf("1.002")


@dataclass(frozen=True)
class Wanted:
    """One polynomial: what it approximates, on which interval, with which weight."""

    name: str
    formula: str
    function: Real
    weight: Real
    low: mp.mpf
    high: mp.mpf
    bits: dict[int, int]
    # Whether float32's polynomial is for arithmetic in float64.
    wide: bool = False


def _series(function: Real, x: mp.mpf, ratio: Real, near: str = "1e-9") -> mp.mpf:
    """Evaluate a quotient that is 0/0 at 0, from twice the digits next to it."""
    if abs(x) < mp.mpf(near):
        x = mp.mpf(near)
    with mp.workdps(130):
        return ratio(mp.mpf(x))


def _ratio(numerator: Real) -> Real:
    """Wrap a quotient with a removable singularity at 0."""
    return lambda x: _series(numerator, x, numerator)


def _of_square(numerator: Real) -> Real:
    """The same for a function of r, as a function of z = r²."""
    return lambda z: _series(numerator, mp.sqrt(z), numerator, "1e-9")


_HALF_LN2 = mp.log(2) / 2 * WIDER
_EIGHTH = (mp.pi / 4 * WIDER) ** 2
_LOG_LOW, _LOG_HIGH = mp.sqrt(0.5) - 1, mp.sqrt(2) - 1
_S = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
_ATAN = (mp.tan(mp.pi / 8) * WIDER) ** 2
# tanh of float32 is a polynomial in x² up to here, and one minus a quotient with an exponential above.
TANH_SEAM = mp.mpf("0.55")
# erf is a polynomial in x² up to here, and one minus an exponential above.
ERF_SEAM = mp.mpf("0.921875")
# (x - K)/(x + K) takes [0, ∞) to [-1, 1); any K near 3 serves, and with this one the coefficients lose little as floats.
ERFC_K = mp.mpf("3.0625")


def _log_tail(s: mp.mpf) -> mp.mpf:
    return (2 * mp.atanh(s) - 2 * s) / s**3


def _scaled_erfc(q: mp.mpf) -> mp.mpf:
    if 1 - q < mp.mpf("1e-30"):
        return 1 / mp.sqrt(mp.pi)
    x = ERFC_K * (1 + q) / (1 - q)
    if x < 1000:
        return (1 + x) * mp.exp(x * x) * mp.erfc(x)
    y = 1 / (2 * x * x)
    return (1 / x + 1) / mp.sqrt(mp.pi) * (1 - y * (1 - 3 * y * (1 - 5 * y * (1 - 7 * y))))


def _both(single: int, double: int) -> dict[int, int]:
    return {32: single, 64: double}


WANTED = (
    Wanted("EXP", "(exp(r) - 1 - r)/r², |r| ≤ ln(2)/2",
           _ratio(lambda r: (mp.expm1(r) - r) / r**2), lambda r: abs(r) + mp.mpf("1e-9"),
           -_HALF_LN2, _HALF_LN2, _both(27, 58)),
    Wanted("EXP_WHOLE", "exp(r), |r| ≤ ln(2)/2", mp.exp, lambda r: mp.exp(-r),
           -_HALF_LN2, _HALF_LN2, {32: 32}, wide=True),
    Wanted("EXP2", "(2^r - 1 - r·ln(2))/r², |r| ≤ 1/2",
           _ratio(lambda r: (mp.power(2, r) - 1 - r * mp.log(2)) / r**2),
           lambda r: r**2 / mp.power(2, r) + mp.mpf("1e-9"), -WIDER / 2, WIDER / 2, _both(27, 58)),
    Wanted("EXP2_WHOLE", "2^r, |r| ≤ 1/2", lambda r: mp.power(2, r), lambda r: mp.power(2, -r),
           -WIDER / 2, WIDER / 2, {32: 31}, wide=True),
    Wanted("SINH", "(sinh(r) - r)/r³ in r², |r| ≤ ln(2)/2",
           _of_square(lambda r: (mp.sinh(r) - r) / r**3), lambda z: z,
           mp.mpf(0), _HALF_LN2**2, _both(29, 59)),
    Wanted("COSH", "(cosh(r) - 1 - r²/2)/r⁴ in r², |r| ≤ ln(2)/2",
           _of_square(lambda r: (mp.cosh(r) - 1 - r**2 / 2) / r**4), lambda z: z**2,
           mp.mpf(0), _HALF_LN2**2, _both(29, 59)),
    Wanted("TANH", "(tanh(r) - r)/r³ in r², |r| ≤ 0.55",
           _of_square(lambda r: (mp.tanh(r) - r) / r**3), lambda z: z * mp.mpf("1.1"),
           mp.mpf(0), TANH_SEAM**2, {32: 27}),
    Wanted("LOG", "(log(1 + f) - f + f²/2)/f³, √½ ≤ 1 + f ≤ √2",
           _ratio(lambda f: (mp.log1p(f) - f + f**2 / 2) / f**3), lambda f: f**2 + mp.mpf("1e-9"),
           _LOG_LOW * WIDER, _LOG_HIGH * WIDER, {32: 27}),
    Wanted("LOG_QUOTIENT", "(2·atanh(s) - 2s)/s³ in s², s = f/(2 + f)",
           _of_square(_log_tail), lambda z: z / 2, mp.mpf(0), (_S * WIDER) ** 2, _both(34, 59), wide=True),
    Wanted("LOG2_QUOTIENT", "log₂((1 + s)/(1 - s))/s in s²",
           _of_square(lambda s: 2 * mp.atanh(s) / mp.log(2) / s), lambda z: mp.log(2) / 2,
           mp.mpf(0), (_S * WIDER) ** 2, {32: 34}, wide=True),
    Wanted("LOG_FIFTH", "(2·atanh(s) - 2s - ⅔s³)/s⁵ in s²",
           _of_square(lambda s: (2 * mp.atanh(s) - 2 * s - 2 * s**3 / 3) / s**5),
           lambda z: z**2 / 2, mp.mpf(0), (_S * WIDER) ** 2, {64: 69}),
    Wanted("SIN", "(sin(r) - r)/r³ in r², |r| ≤ π/4",
           _of_square(lambda r: (mp.sin(r) - r) / r**3), lambda z: z,
           mp.mpf(0), _EIGHTH, _both(28, 57)),
    Wanted("COS", "(cos(r) - 1 + r²/2)/r⁴ in r², |r| ≤ π/4",
           _of_square(lambda r: (mp.cos(r) - 1 + r**2 / 2) / r**4), lambda z: z**2 * mp.sqrt(2),
           mp.mpf(0), _EIGHTH, _both(28, 57)),
    Wanted("TAN", "(tan(r) - r)/r³ in r², |r| ≤ π/4",
           _of_square(lambda r: (mp.tan(r) - r) / r**3), lambda z: z,
           mp.mpf(0), _EIGHTH, _both(27, 58)),
    Wanted("ATAN", "(atan(t) - t)/t³ in t², |t| ≤ tan(π/8)",
           _of_square(lambda t: (mp.atan(t) - t) / t**3), lambda z: z,
           mp.mpf(0), _ATAN, _both(28, 59)),
    Wanted("ASIN", "(asin(a) - a)/a³ in a², |a| ≤ 1/2",
           _of_square(lambda a: (mp.asin(a) - a) / a**3), lambda z: z,
           mp.mpf(0), mp.mpf("0.2505"), _both(28, 59)),
    Wanted("ERF_SMALL", "erf(x)/x - 1 in x², |x| ≤ 0.921875",
           _of_square(lambda x: mp.erf(x) / x - 1), lambda z: mp.mpf(1),
           mp.mpf(0), ERF_SEAM**2, _both(28, 58)),
    Wanted("ERF_LARGE", "log(erfc(x))/x + 1, from 0.921875 to where erf rounds to 1",
           lambda x: mp.log(mp.erfc(x)) / x + 1, lambda x: x * mp.erfc(x) / mp.erf(x),
           ERF_SEAM, mp.mpf("3.95"), {32: 27}),
    Wanted("ERF_LARGE", "log(erfc(x))/x + 1, from 0.921875 to where erf rounds to 1",
           lambda x: mp.log(mp.erfc(x)) / x + 1, lambda x: x * mp.erfc(x) / mp.erf(x),
           ERF_SEAM, mp.mpf("5.95"), {64: 57}),
    Wanted("CBRT", "∛x, √⅛ ≤ x ≤ √8",
           lambda x: mp.cbrt(x), lambda x: 1 / mp.cbrt(x),
           mp.sqrt(mp.mpf(1) / 8) / WIDER, mp.sqrt(8) * WIDER, _both(10, 7), wide=True),
    Wanted("ERFC", "(1 + x)·exp(x²)·erfc(x) in (x - K)/(x + K), K = 3.0625, 0 ≤ x",
           _scaled_erfc, lambda q: 1 / _scaled_erfc(q), mp.mpf(-1), mp.mpf(1), _both(32, 57), wide=True),
)  # fmt: skip
